"""The Recertification Report of a certification's current cycle, or of an earlier one from the archive."""

from datetime import date
from typing import Protocol

from shared.domain import ids
from shared.domain.errors import NotFound
from shared.domain.program import Editions
from shared.domain.recertification import Recertification
from shared.domain.reports import ArchivedCycle, Report, report_of, report_of_archived
from shared.domain.submissions import SignedRecord


class ArchiveStore(Protocol):
    """Closed cycles and what was signed."""

    def signed_record(self, certification_id: str, number: int, signing: int) -> SignedRecord | None: ...

    def closed_cycle(self, certification_id: str, number: int) -> ArchivedCycle | None: ...


def read_report(
    archive: ArchiveStore, editions: Editions, current: Recertification, cycle_id: str | None, today: date
) -> Report:
    """The report of the cycle with this id, of the current one without; what was signed is read as it was signed.

    Raises NotFound for a cycle that this certification does not have.
    """
    cycle, certification_id = current.cycle, current.certification.certification_id
    if cycle_id is None or cycle_id == cycle.cycle_id:
        signing = current.submission.signing if cycle.locked and current.submission is not None else 0
        record = archive.signed_record(certification_id, cycle.number, signing) if signing else None
        return report_of(current, record, editions.in_force(today).agreement, today)
    for number in range(1, cycle.number):
        if ids.cycle_id(certification_id, number) == cycle_id:
            archived = archive.closed_cycle(certification_id, number)
            if archived is not None:
                program = editions.of_cycle(archived.cycle, today)
                return report_of_archived(archived, program, current.certification, current.moving)
    raise NotFound("There is no such cycle of this certification.")
