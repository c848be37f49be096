"""A member enters points: one session of one or more entries, all of them or none (rule 1)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from shared.domain.entries import Claim, Entry
from shared.domain.events import Command, Event, event
from shared.domain.ports import EventStore, RecertificationStore
from shared.domain.recertification import Recertification
from shared.domain.reinstatement import Door, by_the_portal
from shared.use_cases.once import once, read
from shared.use_cases.reach_documents import reaching


@dataclass(frozen=True, slots=True)
class LoggedEntries:
    """The entries of a session, the recertification as it is now, and by what the entries count: that, or where their
    cycle is closed, the edition that it was under."""

    entries: tuple[Entry, ...]
    recertification: Recertification
    counted_by: Recertification


def log_entries(
    recertifications: RecertificationStore,
    events: EventStore,
    command: Command,
    recertification: Recertification,
    claims: Sequence[Claim],
    *,
    door: Door = by_the_portal,
    session_key: str = "",
) -> LoggedEntries:
    """Log a session of claims in a cycle as it was just read; what staff log came on paper and is marked so.

    The ids of the entries are made of `session_key`, of the command's key where none is given. One transaction: the
    entries, the cycle on its version, the event. Raises InvalidRequest, CycleLocked, PointsComplete,
    IdempotencyKeyReused, Unavailable.
    """
    certification_id = recertification.certification.certification_id
    subject = f"certification:{certification_id}"
    session_key = session_key or command.key

    def perform(attempt: int) -> LoggedEntries:
        before = recertification if attempt == 0 else read(recertifications, certification_id)
        before = door(before, command.today)
        before = reaching(recertifications, before, claims)
        after = before.accept(
            claims,
            session_key=session_key,
            by=command.caller,
            now=command.now,
            today=command.today,
            on_paper=command.role == "staff",
        )
        logged = after.entries[-len(claims) :]
        data = {"cycle": after.cycle.number, "count": len(logged), "points_total": after.cycle.points_total}
        data["edition"] = after.program.edition
        recertifications.save(before, after, event(command, subject, "entries-logged", data))
        return LoggedEntries(logged, after, after)

    def again(recorded: Event) -> LoggedEntries:
        current = counted_by = read(recertifications, certification_id)
        edition = recorded.data.get("edition")  # events of before tell none
        if edition is not None and recorded.data["cycle"] != current.cycle.number:
            counted_by = replace(recertifications.under(current, str(edition)), entries=())
        first = counted_by.entries_of(
            claims,
            session_key=session_key,
            by=recorded.by,
            now=recorded.at,
            on_paper=recorded.role == "staff",
        )
        return LoggedEntries(first, current, counted_by)

    return once(events, command, subject, perform, again)
