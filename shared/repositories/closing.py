"""What closing a cycle writes, and what undoing an approval puts back; documents and entries, which may be more than a
transaction takes, are the repository's to divide."""

from dataclasses import replace
from datetime import date

from shared.domain.certificates import certificate_of
from shared.domain.discretion import ClosedCycle
from shared.domain.recertification import Recertification
from shared.repositories import items, keys
from shared.repositories.certificates import certificate_write
from shared.repositories.recertification_writes import (
    certification_write,
    claims_write,
    cycle_write,
    entry_deletions,
    standing_write,
    submission_write,
)
from shared.repositories.table import ABSENT, SAME_VERSION, Write, check, delete, put, remove_item, set_item


def closing_writes(
    before: Recertification, closed: Recertification, opened: Recertification, issued_on: date
) -> list[Write]:
    """The closed cycle in the archive and the next in its place, on condition that what is owed is still settled.

    Raises ValueError where there is no invoice.
    """
    certification_id, number = before.certification.certification_id, closed.cycle.number
    invoice, submission = before.invoice, closed.submission
    if invoice is None:
        raise ValueError("a cycle is closed with its invoice")
    archived = {**items.attributes(closed.cycle), "invoice_id": invoice.invoice_id}
    archived["certification"] = items.attributes(before.certification)
    writes = [
        cycle_write(before.cycle, opened.cycle),
        certification_write(before.certification, opened.certification),
        check("invoice", keys.invoice(invoice.invoice_id), SAME_VERSION, {":version": invoice.version}),
    ]
    if opened.certification.certificate_id != before.certification.certificate_id:
        writes.append(certificate_write(certificate_of(closed, opened, issued_on)))
    if (fee := before.late_fee) is not None:
        archived["late_fee_id"] = fee.invoice_id
        writes.append(
            check("late fee", keys.invoice(fee.invoice_id), SAME_VERSION, {":version": fee.version})
        )
    if submission is not None:
        archived["submission"] = items.attributes(submission)
        writes.append(
            delete(
                "submission",
                keys.submission(certification_id),
                "submission_id = :submission_id",
                {":submission_id": submission.submission_id},
            )
        )
    writes.append(put("archive", {**keys.closed_cycle(certification_id, number), **archived}, ABSENT))
    if closed.cycle.state == "lapsed" and closed.entries:
        kept = {"entries": [items.attributes(entry) for entry in closed.entries]}
        writes.append(put("entries", {**keys.lapsed_entries(certification_id, number), **kept}, ABSENT))
    if closed.cycle.state == "approved" and (claims := closed.accruing):
        writes.append(
            claims_write("archived standing", keys.standing_of_closed(certification_id, number), claims)
        )
    return writes


def reopening_writes(before: Recertification, after: Recertification, closed: ClosedCycle) -> list[Write]:
    """The approved cycle as it was submitted, in place of the empty one that its approval opened."""
    certification_id, number = before.certification.certification_id, closed.cycle.number
    writes = [
        cycle_write(before.cycle, after.cycle),
        certification_write(before.certification, after.certification),
        submission_write(None, replace(closed.decided, state="submitted", decision=None)),
        delete(
            "archive",
            keys.closed_cycle(certification_id, number),
            SAME_VERSION,
            {":version": closed.cycle.version},
        ),
        *entry_deletions(before, before.entries),
    ]
    if after.standing != before.standing:
        writes.append(standing_write(after))
    if closed.standing:
        writes.append(remove_item("archived standing", keys.standing_of_closed(certification_id, number)))
    return writes


def entries_put_back(certification_id: str, closed: ClosedCycle) -> list[Write]:
    """The entries of a closed cycle where they were; reads skip them as long as another cycle is the current one."""
    return [
        set_item(
            each.entry_id,
            {
                **keys.entry(certification_id, closed.cycle.number, each.entry_id),
                **items.entry_attributes(each),
            },
        )
        for each in closed.entries
    ]
