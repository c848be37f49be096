"""Staff grant a member a later last day, for hardship (rule 7)."""

from datetime import date
from typing import Protocol

from shared.domain.discretion import extend
from shared.domain.events import Command, Event, event, require_other
from shared.domain.ports import EventStore, RecertificationStore
from shared.domain.recertification import Recertification
from shared.use_cases.once import once, read


class ExtensionStore(RecertificationStore, Protocol):
    """Recertifications: `extend` raises ChangedMeanwhile and AlreadyRecorded."""

    def extend(self, before: Recertification, after: Recertification, event: Event) -> None: ...


def extend_certification(
    recertifications: ExtensionStore,
    events: EventStore,
    command: Command,
    recertification: Recertification,
    extended_to: date,
    reason: str,
) -> Recertification:
    """Keep the portal open until a day, also for a certification that lapsed meanwhile; gives it as it is afterwards.

    One transaction: the certification, the check of its cycle, the event. Raises StaffOnly on one's own certification,
    InvalidRequest, AlreadyDecided, IdempotencyKeyReused, Unavailable.
    """
    certification_id = recertification.certification.certification_id
    subject = f"certification:{certification_id}"
    require_other(command, recertification.certification.member_id)

    def perform(attempt: int) -> Recertification:
        before = recertification if attempt == 0 else read(recertifications, certification_id)
        after = extend(before, extended_to, reason, command.today)
        data = {
            "extended_to": extended_to,
            "reason": reason,
            "extended_from": before.certification.extended_to,
            "was": before.certification.status,
        }
        recertifications.extend(before, after, event(command, subject, "extension-granted", data))
        return after

    def again(_: Event) -> Recertification:
        return read(recertifications, certification_id)

    return once(events, command, subject, perform, again)
