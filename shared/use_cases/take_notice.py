"""Stripe tells what became of a payment: recorded once, whatever the order and number of deliveries (rule 5)."""

from collections.abc import Callable
from dataclasses import replace

from shared.domain import ids
from shared.domain.events import Command, Event, EventType, event
from shared.domain.invoices import Invoice, Payment, Refund, subject_of
from shared.domain.money import Money
from shared.domain.payments import (
    Irrelevant,
    Notice,
    PaymentDisputed,
    PaymentFailed,
    PaymentRefunded,
    PaymentSucceeded,
    RefundTold,
    SessionExpired,
)
from shared.domain.ports import EventStore, InvoiceStore, PaymentGateway
from shared.use_cases.give_back import give_back_surplus, raise_to_staff
from shared.use_cases.once import once
from shared.use_cases.open_checkout import find


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
    notice that fits no invoice, or not what was asked, is kept and raised to staff and changes nothing; nor does one
    that tells what is known. Raises PaymentsUnavailable when a surplus payment could not be refunded yet: the delivery
    must then be repeated.
    """
    if isinstance(notice, Irrelevant):
        return "ignored"
    invoice = invoices.find(notice.invoice_id)
    wrong = mismatch(notice, invoice, livemode)
    if invoice is None or wrong:
        raise_to_staff(events, command, notice.event_id, {"reason": wrong, "notice": notice})
        return "raised"
    after = _record(invoices, events, command, invoice, notice)
    if isinstance(notice, PaymentSucceeded | PaymentDisputed | PaymentRefunded | RefundTold):
        _raise_what_came_back(events, command, after, notice)
        give_back_surplus(events, payments, command, after)
    return "known" if after == invoice else "recorded"


def after_notice(invoice: Invoice, notice: Notice, command: Command) -> Invoice:
    """The invoice as this notice would leave it: as it is where that is known already. For a notice that fits."""
    _, change = _change(notice, command)
    return change(invoice)


def _record(
    invoices: InvoiceStore, events: EventStore, command: Command, invoice: Invoice, notice: Notice
) -> Invoice:
    subject = subject_of(invoice)
    event_type, change = _change(notice, command)
    payment_id = "" if isinstance(notice, Irrelevant | SessionExpired) else notice.payment_id
    keyed = replace(command, key=ids.digest("stripe", event_type, _identity(notice)), fingerprint="")

    def perform(attempt: int) -> Invoice:
        before = invoice if attempt == 0 else find(invoices, invoice)
        after = change(before)
        if after == before:
            return before
        after = after.giving_back()
        data: dict[str, object] = {
            "invoice_id": invoice.invoice_id,
            "notice": notice,
            "status": after.status,
        }
        payment = after.payment(payment_id)
        if isinstance(notice, PaymentRefunded | RefundTold) and payment is not None:
            data["refunded"] = replace(payment.amount, amount=payment.refunded)
        told = _told(event_type, notice, before.payment(payment_id), payment)
        invoices.save(before, after, event(keyed, subject, told, data))
        return after

    def again(_: Event) -> Invoice:
        return find(invoices, invoice)

    return once(events, keyed, subject, perform, again)


def _told(event_type: EventType, notice: Notice, before: Payment | None, after: Payment | None) -> EventType:
    """The event's type; of a refund, whether it is new, known by another notice already, or failed."""
    if event_type != "payment-refunded":
        return event_type
    if isinstance(notice, RefundTold) and notice.failed:
        return "refund-failed"
    refunded = 0 if before is None else before.refunded
    return event_type if after is not None and after.refunded > refunded else "refund-confirmed"


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
                notice.payment_id, notice.state, notice.dispute_id
            )
        case RefundTold():
            refund = Refund(notice.refund_id, notice.amount.amount, notice.failed)
            return "payment-refunded", lambda invoice: _known(
                invoice, notice.payment_id, command
            ).take_refund(notice.payment_id, refund)
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


def mismatch(notice: Notice, invoice: Invoice | None, livemode: bool) -> str:
    """What speaks against applying a notice, in words; empty when nothing does."""
    if isinstance(notice, Irrelevant):
        return ""
    if invoice is None:
        return "no such invoice"
    if notice.livemode != livemode:
        return "live and test mode are mixed"
    if isinstance(notice, PaymentSucceeded | PaymentFailed) and notice.amount != invoice.total:
        return "the amount is not the one that was asked"
    if (
        isinstance(notice, PaymentRefunded | RefundTold)
        and _given_back(notice).currency != invoice.total.currency
    ):
        return "the currency is not the one that was asked"
    if (
        isinstance(notice, PaymentRefunded | RefundTold | PaymentDisputed)
        and notice.charged != invoice.total
        and invoice.payment(notice.payment_id) is None
    ):
        return "it is about a charge whose amount is not the one that was asked"
    return ""


def _identity(notice: Notice) -> str:
    """What makes two deliveries the same happening: the payment where it can succeed only once, else Stripe's event."""
    return notice.payment_id if isinstance(notice, PaymentSucceeded) else notice.event_id


def _given_back(notice: PaymentRefunded | RefundTold) -> Money:
    return notice.refunded if isinstance(notice, PaymentRefunded) else notice.amount


def _raise_what_came_back(events: EventStore, command: Command, invoice: Invoice, notice: Notice) -> None:
    """Raise a refund that failed, and money that a dispute gave back to us after the invoice was waived."""
    if isinstance(notice, PaymentSucceeded | PaymentFailed | SessionExpired | Irrelevant):
        return
    payment = invoice.payment(notice.payment_id)
    if payment is None:
        return
    details: dict[str, object] = {"invoice_id": invoice.invoice_id, "payment": payment}
    if isinstance(notice, RefundTold) and notice.failed:
        failed = {"reason": "a refund failed", "amount": notice.amount, **details}
        raise_to_staff(events, command, f"refund-failed:{notice.refund_id}", failed)
    elif (
        isinstance(notice, PaymentDisputed)
        and notice.state == "won"
        and payment.status == "succeeded"
        and not payment.surplus
        and invoice.settled_without
    ):
        won = {"reason": "a payment came back after a waiver", **details}
        raise_to_staff(events, command, f"came-back:{notice.payment_id}:{notice.dispute_id}", won)
