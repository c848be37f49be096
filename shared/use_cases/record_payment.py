"""Staff record money that came another way: a cheque, a purchase order, a wire (rule 5)."""

from dataclasses import replace
from datetime import UTC, date, timedelta

from shared.domain.days import written_day
from shared.domain.errors import Fault, InvalidRequest, NotPayable
from shared.domain.events import Command, Event, event, require_other
from shared.domain.invoices import Invoice, Payment, subject_of
from shared.domain.payments import PaymentsUnavailable, SessionUnknown
from shared.domain.ports import EventStore, InvoiceStore, PaymentGateway
from shared.use_cases.give_back import give_back_surplus
from shared.use_cases.once import once
from shared.use_cases.open_checkout import find, payments_down

EARLIEST = timedelta(days=366)
"""How long before its invoice money may have come; a day before that is a slip of the pen."""


def record_payment(
    invoices: InvoiceStore,
    events: EventStore,
    payments: PaymentGateway,
    command: Command,
    invoice: Invoice,
    payment: Payment,
) -> Invoice:
    """Record an offline payment of the whole amount, also after a card payment was taken back; an open checkout is
    expired first, so that nobody pays twice, and what is left of a card payment is given back.

    One transaction. Raises StaffOnly on one's own invoice, InvalidRequest for a day in the future or long before the
    invoice, NotPayable, IdempotencyKeyReused, Unavailable.
    """
    subject = subject_of(invoice)
    require_other(command, invoice.member_id)

    def perform(attempt: int) -> Invoice:
        before = invoice if attempt == 0 else find(invoices, invoice)
        if payment.received_at > command.now:
            raise InvalidRequest((Fault("/received_on", future_day(command.today)),))
        if payment.received_at < before.issued_at - EARLIEST:
            raise InvalidRequest((Fault("/received_on", early_day(before.issued_on)),))
        before.require_unsettled()
        expire_checkout(payments, before)
        received = replace(payment, received_at=payment.received_at.astimezone(UTC))
        after = before.receive(received, command.now).giving_back()
        data = {"invoice_id": invoice.invoice_id, "payment": received}
        invoices.save(before, after, event(command, subject, "payment-received", data))
        return after

    def again(_: Event) -> Invoice:
        return find(invoices, invoice)

    try:
        after = once(events, command, subject, perform, again)
        give_back_surplus(events, payments, command, after)
    except PaymentsUnavailable as error:
        raise payments_down() from error
    return after


def day_fault(day: date, invoice: Invoice, today: date) -> str | None:
    """What is wrong with the day on which money is said to have come, if anything."""
    if day > today:
        return future_day(today)
    return early_day(invoice.issued_on) if day < (invoice.issued_at - EARLIEST).date() else None


def early_day(issued_on: date) -> str:
    """What is said of money that is to have come when nobody owed it."""
    return f"This day is more than a year before the invoice was issued, on {written_day(issued_on)}."


def future_day(today: date) -> str:
    """What is said of money that is to come on a later day."""
    return f"This day is in the future (today is {written_day(today)})."


def expire_checkout(payments: PaymentGateway, invoice: Invoice) -> None:
    """End the checkout that is open for an invoice, if any, so that it cannot be paid there any more.

    Raises NotPayable when it was just paid there, PaymentsUnavailable.
    """
    if invoice.checkout is None:
        return
    try:
        session = payments.expire_session(invoice.checkout.session_id)
    except SessionUnknown:
        return
    if session.status == "complete":
        raise NotPayable(
            "The member has just paid this invoice by card. It shows as paid within a few minutes; "
            "if it does not, look the payment up at Stripe before recording another."
        )
