"""The recertification invoice of a cycle, ahead of its day: when someone asks, and with a submission (rule 4)."""

from shared.domain import ids
from shared.domain.errors import Unavailable
from shared.domain.events import Command, event
from shared.domain.invoices import Invoice, recertification_invoice
from shared.domain.ports import EventStore, InvoiceStore
from shared.domain.recertification import Recertification
from shared.use_cases.once import remembered


def issue_invoice(
    invoices: InvoiceStore, events: EventStore, command: Command, recertification: Recertification
) -> tuple[Invoice, bool]:
    """The one invoice of the current cycle, and whether this command made it (also when it is asked again).

    One conditional put; whoever comes first makes it, everybody gets the same. The request is remembered, so that one
    which is repeated after the approval is given its invoice and makes none for the next cycle: a read and a put more.
    Raises IdempotencyKeyReused.
    """
    subject = f"certification:{recertification.certification.certification_id}"
    asked_before = remembered(events, command, subject)
    if asked_before is not None:
        found = invoices.find(str(asked_before.data["invoice_id"]))
        if found is None:
            raise Unavailable
        return found, found.issued_key == command.key
    invoice = recertification.invoice or invoices.issue(new_invoice(recertification, command))
    events.record(event(command, subject, "invoice-asked-for", {"invoice_id": invoice.invoice_id}))
    return invoice, invoice.issued_key == command.key


def new_invoice(recertification: Recertification, command: Command) -> Invoice:
    """The invoice of a recertification's current cycle, not stored yet; its id and number are those of the cycle."""
    certification, cycle = recertification.certification, recertification.cycle
    return recertification_invoice(
        recertification.program,
        invoice_id=ids.invoice_id(certification.certification_id, cycle.number),
        number=ids.invoice_number(certification.certification_id, cycle.recertification_year),
        member_id=certification.member_id,
        certification_id=certification.certification_id,
        designation=certification.designation,
        body_member=certification.body_member,
        cycle_ends_on=cycle.ends_on,
        today=command.today,
        now=command.now,
        key=command.key,
    )
