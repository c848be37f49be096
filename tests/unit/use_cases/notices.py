"""What Stripe may tell of an invoice, and the state that it leaves behind."""

from typing import Any

from shared.domain.money import Money
from shared.domain.payments import (
    PaymentDisputed,
    PaymentFailed,
    PaymentRefunded,
    PaymentSucceeded,
    RefundTold,
    SessionExpired,
)
from tests.unit.domain.builders import FEE, NOW, invoice
from tests.unit.use_cases.portal import Portal

INVOICE = invoice().invoice_id


def succeeded(payment: str = "pi_1", amount: Money = FEE, **changes: Any) -> PaymentSucceeded:
    fields = {"event_id": f"evt_ok_{payment}", "invoice_id": INVOICE, "livemode": False} | changes
    return PaymentSucceeded(payment_id=payment, session_id="cs_1", amount=amount, at=NOW, **fields)


def failed(payment: str = "pi_1", amount: Money = FEE, number: int = 1, **changes: Any) -> PaymentFailed:
    fields = {"event_id": f"evt_no_{payment}_{number}", "invoice_id": INVOICE, "livemode": False} | changes
    return PaymentFailed(
        payment_id=payment, session_id=None, amount=amount, at=NOW, reason="insufficient_funds", **fields
    )


def refunded(
    payment: str = "pi_1", amount: int = 15000, currency: str = "usd", charged: int = 15000, **changes: Any
) -> PaymentRefunded:
    fields = {"event_id": f"evt_re_{payment}_{amount}", "invoice_id": INVOICE, "livemode": False} | changes
    of, back = Money(charged, currency), Money(amount, currency)
    return PaymentRefunded(payment_id=payment, charged=of, refunded=back, at=NOW, **fields)


def refund(
    refund_id: str = "re_1",
    payment: str = "pi_1",
    amount: int = 15000,
    *,
    failed: bool = False,
    **changes: Any,
) -> RefundTold:
    event_id = f"evt_{refund_id}_{'failed' if failed else 'made'}"
    fields = {"event_id": event_id, "invoice_id": INVOICE, "livemode": False} | changes
    given = {"payment_id": payment, "refund_id": refund_id, "charged": FEE, "amount": Money(amount, "usd")}
    return RefundTold(at=NOW, failed=failed, **given | fields)


def disputed(payment: str = "pi_1", state: Any = "open", **changes: Any) -> PaymentDisputed:
    fields = {"invoice_id": INVOICE, "livemode": False, "dispute_id": "du_1"} | changes
    fields.setdefault("event_id", f"evt_{fields['dispute_id']}_{payment}_{state}")
    usual = {"payment_id": payment, "charged": FEE, "amount": FEE, "at": NOW, "state": state}
    return PaymentDisputed(**usual | fields)


def expired(session: str = "cs_1", **changes: Any) -> SessionExpired:
    fields = {"event_id": f"evt_ex_{session}", "invoice_id": INVOICE, "livemode": False} | changes
    return SessionExpired(session_id=session, **fields)


def state_of(portal: Portal) -> object:
    """What is known of the invoice, without versions and times of arrival."""
    found = portal.invoice
    payments = {
        each.payment_id: (each.status, each.refunded, each.dispute, each.surplus, each.amount)
        for each in found.payments
    }
    return found.status, payments, found.paid_at is not None
