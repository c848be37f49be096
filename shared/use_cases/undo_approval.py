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
    """Recertifications: both raise ChangedMeanwhile, `reopen` also AlreadyRecorded."""

    def take_out_accrued(self, before: Recertification) -> Recertification: ...

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
    approval; its invoice is not touched. The event keeps the standing claims that come back. One transaction, unless
    more has accrued in the next cycle than it takes. Raises StaffOnly on one's own certification, AlreadyDecided,
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
        if (emptied := recertifications.take_out_accrued(before)) is not before:
            before, after = emptied, undo_approval(emptied, closed, editions=editions)
        data: dict[str, object] = {
            "reason": reason,
            "submission_id": closed.decided.submission_id,
            "cycle": after.cycle.number,
            "expires_on": after.certification.expires_on,
        }
        brought_back = tuple(each for each in after.standing if each not in before.standing)
        if brought_back:
            data["brought_back"] = brought_back
        recertifications.reopen(before, after, closed, event(command, subject, "approval-undone", data))
        return read(recertifications, certification_id)

    def again(_: Event) -> Recertification:
        return read(recertifications, certification_id)

    return once(events, command, subject, perform, again)
