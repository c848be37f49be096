"""The calendar's invoices: from 15 February every certification due that year gets its one (rule 4)."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import batched

from shared.domain import ids
from shared.domain.calendar import JobRun
from shared.domain.events import Command
from shared.domain.ports import CalendarStore, DueStore, InvoiceStore, MessageQueue
from shared.domain.program import Editions
from shared.domain.recertification import Recertification
from shared.use_cases.issue_invoice import new_invoice

BATCH = 500
"""How many certifications are handed to the queue at a time."""

IN_A_MESSAGE = 10
"""How many one message names. Ten messages go into a call, so this is what ends the job in time for a million."""

SYSTEM = "system"
"""Who does what nobody asked for."""


@dataclass(frozen=True, slots=True)
class GeneratedInvoices:
    """What a run did: the year it was for, whether it had to look, and how many certifications it handed on."""

    year: int
    looked: bool
    due: int


def generate_invoices(
    calendar: CalendarStore, due: DueStore, queue: MessageQueue, editions: Editions, run: JobRun
) -> GeneratedInvoices:
    """Hand every certification due in the run's year to the worker that issues its invoice.

    Before the release day nothing is due. Afterwards the index is read when certifications may have come to the year
    since the last run, and in any case on the release day and on the first of a month. A run that breaks off has not
    been noted, so the next one looks again; what is handed on twice is issued once.
    """
    year = run.today.year
    released_on = min(program.invoice_release_on(year) for program in editions.programs)
    released = run.today >= released_on
    on_its_day = run.today == released_on or run.is_thorough
    if not released or not (on_its_day or calendar.read().changed_since_invoiced(year)):
        return GeneratedInvoices(year, looked=False, due=0)
    handed_on = hand_on(queue, (each.certification_id for each in due.due(year)), year)
    calendar.mark_invoiced(year, run.now)
    return GeneratedInvoices(year, looked=True, due=handed_on)


def hand_on(queue: MessageQueue, certification_ids: Iterable[str], year: int) -> int:
    """Ask for the invoices of these certifications; how many there were."""
    count = 0
    for batch in batched(certification_ids, BATCH, strict=False):
        messages = batched(batch, IN_A_MESSAGE, strict=False)
        queue.send([{"certification_ids": list(some), "year": year} for some in messages])
        count += len(batch)
    return count


def issue_due_invoice(
    recertifications: DueStore, invoices: InvoiceStore, run: JobRun, certification_id: str, year: int
) -> str:
    """Issue the invoice of a certification's cycle if it is due and has none; says in a word what was done.

    One query and at most one conditional put: whoever else issues it meanwhile, the cycle has one.
    """
    found = recertifications.find(certification_id)
    if found is None or not is_due(found, run, year):
        return "not-due"
    if found.invoice is not None:
        return "exists"
    key = ids.digest("invoice-job", found.cycle.cycle_id)
    issued = invoices.issue(new_invoice(found, Command(SYSTEM, "system", run.now, run.today, key)))
    return "issued" if issued.issued_at == run.now else "exists"


def is_due(found: Recertification, run: JobRun, year: int) -> bool:
    """Whether a recertification's invoice is issued by the calendar now.

    Its cycle ends in the year (one approved early has moved on), its edition has released the year's invoices, and the
    certification has not lapsed: the lapsed ask for theirs (rule 8).
    """
    return (
        found.cycle.recertification_year == year
        and run.today >= found.program.invoice_release_on(year)
        and found.access(run.today) == "open"
    )
