"""Staff waive an invoice: nobody has to pay it, and an approval or a reinstatement may rest on it (rules 6 and 8)."""

from shared.domain.events import Command, Event, event, require_other
from shared.domain.invoices import Invoice, subject_of
from shared.domain.payments import PaymentsUnavailable
from shared.domain.ports import EventStore, InvoiceStore, PaymentGateway
from shared.use_cases.once import once
from shared.use_cases.open_checkout import find, payments_down
from shared.use_cases.record_payment import expire_checkout


def waive_invoice(
    invoices: InvoiceStore,
    events: EventStore,
    payments: PaymentGateway,
    command: Command,
    invoice: Invoice,
    reason: str,
) -> Invoice:
    """Waive an invoice that is open, or whose payment was taken back; an open checkout is expired first, so that nobody
    pays what is waived.

    One transaction; the event keeps the reason. Raises StaffOnly on one's own invoice, NotPayable,
    IdempotencyKeyReused, Unavailable.
    """
    subject = subject_of(invoice)
    require_other(command, invoice.member_id)

    def perform(attempt: int) -> Invoice:
        before = invoice if attempt == 0 else find(invoices, invoice)
        before.require_unsettled()
        expire_checkout(payments, before)
        after = before.waive()
        data = {"invoice_id": invoice.invoice_id, "reason": reason}
        invoices.save(before, after, event(command, subject, "invoice-waived", data))
        return after

    def again(_: Event) -> Invoice:
        return find(invoices, invoice)

    try:
        return once(events, command, subject, perform, again)
    except PaymentsUnavailable as error:
        raise payments_down() from error
