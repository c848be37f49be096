"""A member corrects an entry (rule 2)."""

from dataclasses import dataclass

from shared.domain.entries import Claim, Entry
from shared.domain.events import Command, Event, event
from shared.domain.ports import EventStore, RecertificationStore
from shared.domain.recertification import Recertification
from shared.domain.reinstatement import Door, by_the_portal
from shared.use_cases.once import once, read
from shared.use_cases.reach_documents import reaching


@dataclass(frozen=True, slots=True)
class EditedEntry:
    """An entry as it is now, and the recertification that it is in."""

    entry: Entry
    recertification: Recertification


def edit_entry(
    recertifications: RecertificationStore,
    events: EventStore,
    command: Command,
    recertification: Recertification,
    entry_id: str,
    claim: Claim,
    version: str,
    *,
    door: Door = by_the_portal,
) -> EditedEntry:
    """Replace an entry whose version is still the one the member saw; the event keeps it as it was before.

    One transaction. Raises NotFound, InvalidRequest, CycleLocked, AccruesByItself, VersionConflict,
    PointsComplete, Unavailable.
    """
    certification_id = recertification.certification.certification_id
    subject = f"certification:{certification_id}"

    def perform(attempt: int) -> EditedEntry:
        before = recertification if attempt == 0 else read(recertifications, certification_id)
        before = door(before, command.today)
        before = reaching(recertifications, before, [claim])
        after = before.edit(
            entry_id, claim, version=version, by=command.caller, now=command.now, today=command.today
        )
        data = {
            "entry_id": entry_id,
            "before": before.accrued(command.today).entry(entry_id),
            "points_total": after.cycle.points_total,
        }
        recertifications.save(before, after, event(command, subject, "entry-edited", data))
        return EditedEntry(after.entry(entry_id), after)

    def again(_: Event) -> EditedEntry:
        current = read(recertifications, certification_id)
        return EditedEntry(current.entry(entry_id), current)

    return once(events, command, subject, perform, again)
