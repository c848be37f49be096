"""A member takes an entry out again (rule 2)."""

from shared.domain.events import Command, Event, event
from shared.domain.ports import EventStore, RecertificationStore
from shared.domain.recertification import Recertification
from shared.domain.reinstatement import Door, by_the_portal
from shared.use_cases.once import once, read


def delete_entry(
    recertifications: RecertificationStore,
    events: EventStore,
    command: Command,
    recertification: Recertification,
    entry_id: str,
    version: str,
    *,
    door: Door = by_the_portal,
) -> None:
    """Delete an entry whose version is still the one the member saw; the event keeps it as it was.

    One transaction. Raises NotFound, CycleLocked, AccruesByItself, VersionConflict, Unavailable.
    """
    certification_id = recertification.certification.certification_id
    subject = f"certification:{certification_id}"

    def perform(attempt: int) -> None:
        before = recertification if attempt == 0 else read(recertifications, certification_id)
        before = door(before, command.today)
        accrued = before.accrued(command.today)
        after = accrued.delete(entry_id, version=version)
        data = {
            "entry_id": entry_id,
            "entry": accrued.entry(entry_id),
            "points_total": after.cycle.points_total,
        }
        recertifications.save(before, after, event(command, subject, "entry-deleted", data))

    def again(_: Event) -> None:
        return None

    once(events, command, subject, perform, again)
