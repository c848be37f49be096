"""The recertification invoice of a cycle, ahead of its day: when someone asks, and with a submission (rule 4)."""

from shared.domain import ids
from shared.domain.events import Command
from shared.domain.invoices import Invoice, recertification_invoice
from shared.domain.ports import InvoiceStore
from shared.domain.recertification import Recertification


def issue_invoice(
    invoices: InvoiceStore, command: Command, recertification: Recertification
) -> tuple[Invoice, bool]:
    """The one invoice of the current cycle, and whether this command made it (also when it is asked again).

    At most one conditional put; whoever comes first makes it, everybody gets the same.
    """
    invoice = recertification.invoice or invoices.issue(new_invoice(recertification, command))
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
        cycle_ends_on=cycle.ends_on,
        today=command.today,
        now=command.now,
        key=command.key,
    )
