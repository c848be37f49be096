"""Staff import the invoices of development programs that members bought, from the body's old system."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from shared.domain import ids
from shared.domain.errors import NotFound
from shared.domain.invoices import Invoice
from shared.domain.members import Member
from shared.domain.ports import ChangedMeanwhile
from shared.domain.privacy import ERASED_DETAIL
from shared.domain.program_invoices import InvoiceRow, read_invoice_row, take_row
from shared.domain.roster import OWN_ROW, ImportReport, RowFault


class ImportedInvoices(Protocol):
    """Invoices that stand for themselves: `put_imported` raises ChangedMeanwhile, and NotFound for somebody erased."""

    def find(self, invoice_id: str) -> Invoice | None: ...

    def put_imported(self, before: Invoice | None, after: Invoice) -> None: ...


class MemberFinder(Protocol):
    """Members by id."""

    def find(self, member_id: str) -> Member | None: ...


def import_program_invoices(
    members: MemberFinder,
    invoices: ImportedInvoices,
    rows: Sequence[Mapping[str, str]],
    *,
    asked_by: str,
    dry_run: bool,
) -> ImportReport:
    """Create and update what the rows name, each alone; running the same rows again changes nothing.

    A row that would change an invoice of whoever imports it is rejected: nobody records money on their own (rule 6).
    """
    counts = {"created": 0, "updated": 0, "unchanged": 0}
    faults: list[RowFault] = []
    seen: set[str] = set()
    for number, cells in enumerate(rows, start=1):
        row = read_invoice_row(number, cells)
        if not isinstance(row, InvoiceRow):
            faults += row
            continue
        outcome = _take(members, invoices, row, seen, asked_by=asked_by, dry_run=dry_run)
        if isinstance(outcome, RowFault):
            faults.append(outcome)
        else:
            counts[outcome] += 1
    return ImportReport(counts["created"], counts["updated"], counts["unchanged"], tuple(faults))


def _take(
    members: MemberFinder,
    invoices: ImportedInvoices,
    row: InvoiceRow,
    seen: set[str],
    *,
    asked_by: str,
    dry_run: bool,
) -> str | RowFault:
    member = members.find(row.member_id)
    if member is None:
        return RowFault(row.row, "member_id", "There is no such member. Import the members first.")
    if member.erasure:
        return RowFault(row.row, "member_id", ERASED_DETAIL)
    invoice_id = ids.program_invoice_id(member.member_id, row.number)
    if invoice_id in seen:
        return RowFault(row.row, "invoice_number", "This invoice stands in an earlier row.")
    seen.add(invoice_id)
    found = invoices.find(invoice_id)
    taken = take_row(row, member.member_id, found)
    if isinstance(taken, RowFault):
        return taken
    outcome, after = taken
    if outcome != "unchanged" and member.member_id.lower() == asked_by.lower():
        return RowFault(row.row, "member_id", OWN_ROW)
    if outcome != "unchanged" and not dry_run:
        try:
            invoices.put_imported(found, after)
        except NotFound:
            return RowFault(row.row, "member_id", ERASED_DETAIL)
        except ChangedMeanwhile:
            return RowFault(
                row.row, "invoice_number", "This invoice changed during the import. Import it again."
            )
    return outcome
