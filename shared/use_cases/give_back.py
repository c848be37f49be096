"""Money that came for an invoice which something else settles: given back at Stripe, and raised to staff (rule 5)."""

from collections.abc import Mapping
from dataclasses import replace

from shared.domain import ids
from shared.domain.events import Command, event
from shared.domain.invoices import Invoice, Payment
from shared.domain.payments import RefundRefused
from shared.domain.ports import EventStore, PaymentGateway

ATTENTION = "attention"
"""The subject of what staff have to look at themselves."""


def give_back_surplus(
    events: EventStore, payments: PaymentGateway, command: Command, invoice: Invoice
) -> None:
    """Refund the card payments of an invoice that are too many, and raise each to staff, once.

    Never the last money: what settles the invoice must not be on its way back itself. While a payment is disputed the
    bank has the money; when the dispute is won, it is given back. Where a part was refunded by hand, the rest is.
    Where a refund of what settles the invoice now was asked for before (the other was taken back since), that cannot be
    undone and is raised. Raises PaymentsUnavailable when a refund could not be asked for: to be called again then.
    """
    due, keeper = invoice.due_back, invoice.settling
    is_raised = keeper is not None and keeper.given_back
    cards = [each for each in invoice.payments if each.succeeded and each.method == "card"]
    for payment in cards:
        is_gone = payment.status != "succeeded"
        if not payment.surplus or (is_gone and (len(cards) == 1 or is_raised)):
            continue
        details: dict[str, object] = {
            "reason": "charged twice",
            "invoice_id": invoice.invoice_id,
            "payment": payment,
        }
        if payment in due:
            refused = _refund(payments, payment)
            if refused is not None:
                details["refund_refused"] = refused
        elif payment.status == "succeeded":
            details["kept"] = True
        raise_to_staff(events, command, f"surplus:{payment.payment_id}", details)
    if keeper is not None and keeper.given_back and keeper.status == "succeeded":
        details = {
            "reason": "the last payment may go back",
            "invoice_id": invoice.invoice_id,
            "payment": keeper,
        }
        raise_to_staff(events, command, f"last:{keeper.payment_id}", details)


def _refund(payments: PaymentGateway, payment: Payment) -> str | None:
    """Ask for the refund of what is left; Stripe's code when it refuses.

    Stripe answers a key as it did the first time, a refusal too, so what changed meanwhile is in the key.
    """
    reason = f"surplus:{payment.payment_id}" if not payment.disputes else f"surplus-won:{payment.payment_id}"
    if len(payment.disputes) > 1:
        reason += f":{len(payment.disputes)}-disputes"
    if payment.refunded:  # in part, by hand
        reason += f":{payment.refunded}"
    try:
        payments.refund(payment.payment_id, amount=payment.left, reason_key=reason)
    except RefundRefused as refused:
        return refused.code
    return None


def raise_to_staff(events: EventStore, command: Command, about: str, details: Mapping[str, object]) -> None:
    """Keep something that staff have to look at themselves, once for what it is about."""
    keyed = replace(command, key=_key(about), fingerprint="")
    events.record(event(keyed, ATTENTION, "attention-raised", details))


def is_raised(events: EventStore, about: str) -> bool:
    """Whether staff were told of this before; one read."""
    return events.find(ATTENTION, _key(about)) is not None


def _key(about: str) -> str:
    return ids.digest("attention", about)
