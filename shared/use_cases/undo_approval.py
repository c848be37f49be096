"""Staff undo a wrong approval while the cycle that it opened is empty (rule 6)."""

from typing import Protocol

from shared.domain.discretion import ClosedCycle, no_approval_to_undo, undo_approval
from shared.domain.events import Command, Event, event, require_other
from shared.domain.ports import EventStore, RecertificationStore
from shared.domain.program import Editions
from shared.domain.recertification import Recertification
from shared.use_cases.once import once, read


class ApprovedCycles(Protocol):
    """The archive."""

    def approved_cycle(
        self, certification_id: str, number: int, editions: Editions
    ) -> ClosedCycle | None: ...


class ReopeningStore(RecertificationStore, Protocol):
    """Recertifications: `reopen` raises ChangedMeanwhile and AlreadyRecorded."""

    def reopen(
        self, before: Recertification, after: Recertification, closed: ClosedCycle, event: Event
    ) -> None: ...


def undo_wrong_approval(
    recertifications: ReopeningStore,
    archive: ApprovedCycles,
    events: EventStore,
    editions: Editions,
    command: Command,
    recertification: Recertification,
    reason: str,
) -> Recertification:
    """Bring the approved cycle back as it was submitted; gives the recertification as it is afterwards.

    The entries are those that were signed, word for word; the certification's days and status are those before the
    approval; its invoice is not touched. One transaction. Raises StaffOnly on one's own certification, AlreadyDecided,
    IdempotencyKeyReused, Unavailable.
    """
    certification_id = recertification.certification.certification_id
    subject = f"certification:{certification_id}"
    require_other(command, recertification.certification.member_id)

    def perform(attempt: int) -> Recertification:
        before = recertification if attempt == 0 else read(recertifications, certification_id)
        closed = archive.approved_cycle(certification_id, before.cycle.number - 1, editions)
        if closed is None:
            raise no_approval_to_undo()
        after = undo_approval(before, closed, editions=editions)
        data = {
            "reason": reason,
            "submission_id": closed.decided.submission_id,
            "cycle": after.cycle.number,
            "expires_on": after.certification.expires_on,
        }
        recertifications.reopen(before, after, closed, event(command, subject, "approval-undone", data))
        return read(recertifications, certification_id)

    def again(_: Event) -> Recertification:
        return read(recertifications, certification_id)

    return once(events, command, subject, perform, again)
