"""Stripe tells what became of a payment: recorded once, whatever the order and number of deliveries (rule 5)."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from shared.domain import ids
from shared.domain.events import Command, Event, EventType, event
from shared.domain.invoices import Invoice, Payment, subject_of
from shared.domain.money import Money
from shared.domain.payments import (
    Irrelevant,
    Notice,
    PaymentDisputed,
    PaymentFailed,
    PaymentRefunded,
    PaymentSucceeded,
    RefundRefused,
    SessionExpired,
)
from shared.domain.ports import EventStore, InvoiceStore, PaymentGateway
from shared.use_cases.once import once
from shared.use_cases.open_checkout import find

ATTENTION = "attention"
"""The subject of what staff have to look at themselves."""


def take_notice(
    invoices: InvoiceStore,
    events: EventStore,
    payments: PaymentGateway,
    command: Command,
    notice: Notice,
    livemode: bool,
) -> str:
    """Apply a verified notice to its invoice; says in a word what was done with it.

    One read and at most one transaction: the invoice on its version with the event that is keyed by what happened. A
    notice that fits no invoice, or not what was asked, is kept and raised to staff and changes nothing. Raises
    PaymentsUnavailable when a surplus payment could not be refunded yet: the delivery must then be repeated.
    """
    if isinstance(notice, Irrelevant):
        return "ignored"
    invoice = invoices.find(notice.invoice_id)
    wrong = _mismatch(notice, invoice, livemode)
    if invoice is None or wrong:
        _raise_to_staff(events, command, notice.event_id, {"reason": wrong, "notice": notice})
        return "raised"
    after = _record(invoices, events, command, invoice, notice)
    if isinstance(notice, PaymentSucceeded | PaymentDisputed | PaymentRefunded):
        _give_back_surplus(events, payments, command, after, notice.payment_id)
    return "recorded"


def _record(
    invoices: InvoiceStore, events: EventStore, command: Command, invoice: Invoice, notice: Notice
) -> Invoice:
    subject = subject_of(invoice)
    event_type, change = _change(notice, command)
    keyed = replace(command, key=ids.digest("stripe", event_type, _identity(notice)), fingerprint="")

    def perform(attempt: int) -> Invoice:
        before = invoice if attempt == 0 else find(invoices, invoice)
        after = change(before)
        if after == before:
            return before
        data = {"invoice_id": invoice.invoice_id, "notice": notice, "status": after.status}
        invoices.save(before, after, event(keyed, subject, event_type, data))
        return after

    def again(_: Event) -> Invoice:
        return find(invoices, invoice)

    return once(events, keyed, subject, perform, again)


def _change(notice: Notice, command: Command) -> tuple[EventType, Callable[[Invoice], Invoice]]:
    """The event that a notice leaves behind, and what it does to an invoice."""
    match notice:
        case PaymentSucceeded():
            paid = _card_payment(notice.payment_id, notice.amount, command, succeeded=True)
            return "payment-received", lambda invoice: invoice.receive(paid, command.now)
        case PaymentFailed():
            failed = _card_payment(notice.payment_id, notice.amount, command, succeeded=False)
            return "payment-failed", lambda invoice: invoice.receive(failed, command.now)
        case PaymentRefunded():
            return "payment-refunded", lambda invoice: _known(invoice, notice.payment_id, command).refund(
                notice.payment_id, notice.refunded
            )
        case PaymentDisputed():
            return "payment-disputed", lambda invoice: _known(invoice, notice.payment_id, command).contest(
                notice.payment_id, notice.state
            )
        case SessionExpired():
            return (
                "checkout-expired",
                lambda invoice: (
                    invoice.without_checkout()
                    if invoice.checkout is not None and invoice.checkout.session_id == notice.session_id
                    else invoice
                ),
            )
        case Irrelevant():
            raise ValueError("an irrelevant notice changes nothing")


def _known(invoice: Invoice, payment_id: str, command: Command) -> Invoice:
    """The invoice with the payment on it, also when the notice of its success is yet to come: it is for the total,
    for one that is not has been sorted out as a mismatch."""
    return invoice.receive(_card_payment(payment_id, invoice.total, command, succeeded=True), command.now)


def _card_payment(payment_id: str, amount: Money, command: Command, *, succeeded: bool) -> Payment:
    return Payment(payment_id, "card", amount, command.now, payment_id, succeeded=succeeded)


def _mismatch(notice: Notice, invoice: Invoice | None, livemode: bool) -> str:
    """What speaks against applying a notice, in words; empty when nothing does."""
    if isinstance(notice, Irrelevant):
        return ""
    if invoice is None:
        return "no such invoice"
    if notice.livemode != livemode:
        return "live and test mode are mixed"
    if isinstance(notice, PaymentSucceeded | PaymentFailed) and notice.amount != invoice.total:
        return "the amount is not the one that was asked"
    if isinstance(notice, PaymentRefunded) and notice.refunded.currency != invoice.total.currency:
        return "the currency is not the one that was asked"
    if (
        isinstance(notice, PaymentRefunded | PaymentDisputed)
        and notice.charged != invoice.total
        and invoice.payment(notice.payment_id) is None
    ):
        return "it is about a charge whose amount is not the one that was asked"
    return ""


def _identity(notice: Notice) -> str:
    """What makes two deliveries the same happening: the payment where it can succeed only once, else Stripe's event."""
    return notice.payment_id if isinstance(notice, PaymentSucceeded) else notice.event_id


def _give_back_surplus(
    events: EventStore, payments: PaymentGateway, command: Command, invoice: Invoice, payment_id: str
) -> None:
    """Refund a payment that came when the invoice was no longer open, unless it was already, and raise it to staff.

    While it is disputed the bank has the money; when the dispute is won, it is given back. Where a part was refunded by
    hand, the whole is refused, and the rest is given back when that is heard of. Stripe answers a key as it
    did the first time, a refusal too, so that refund has another.
    """
    payment = invoice.payment(payment_id)
    if payment is None or not payment.surplus:
        return
    details: dict[str, object] = {
        "reason": "charged twice",
        "invoice_id": invoice.invoice_id,
        "payment": payment,
    }
    try:
        if payment.status == "succeeded":
            reason = f"surplus:{payment_id}" if payment.dispute is None else f"surplus-won:{payment_id}"
            if payment.refunded:  # in part, by hand
                reason += f":{payment.refunded}"
            payments.refund(payment_id, amount=payment.left, reason_key=reason)
    except RefundRefused as refused:
        details["refund_refused"] = refused.code
    _raise_to_staff(events, command, f"surplus:{payment_id}", details)


def _raise_to_staff(events: EventStore, command: Command, about: str, details: Mapping[str, object]) -> None:
    keyed = replace(command, key=ids.digest("attention", about), fingerprint="")
    events.record(event(keyed, ATTENTION, "attention-raised", details))
