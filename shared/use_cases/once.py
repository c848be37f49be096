"""Doing a thing once: retries of what changed meanwhile, and the same answer again for a key used before."""

from collections.abc import Callable

from shared.domain.errors import DomainError, IdempotencyKeyReused, NotFound, Unavailable
from shared.domain.events import Command, Event
from shared.domain.ports import AlreadyRecorded, ChangedMeanwhile, EventStore, RecertificationStore
from shared.domain.recertification import Recertification

ATTEMPTS = 12
"""How often a change is decided anew when others change the same thing at the same time."""


def once[Answer](
    events: EventStore,
    command: Command,
    subject: str,
    perform: Callable[[int], Answer],
    again: Callable[[Event], Answer],
) -> Answer:
    """Perform a change, or give its first answer again when its key was used before (API.md, Idempotency-Key).

    `perform` gets the number of the attempt, from 0, and reads anew on each but the first. The history is asked only
    when the change is refused or found to be recorded, so the usual way costs no read more. Raises what `perform`
    raises, IdempotencyKeyReused, or Unavailable when too many changes met.
    """
    try:
        for attempt in range(ATTEMPTS):
            try:
                return perform(attempt)
            except ChangedMeanwhile:
                continue
        raise Unavailable
    except (DomainError, AlreadyRecorded):
        recorded = remembered(events, command, subject)
        if recorded is None:
            raise
        return again(recorded)


def remembered(events: EventStore, command: Command, subject: str) -> Event | None:
    """The event that a command's key left behind, None for a new key; one read.

    Raises IdempotencyKeyReused when the key came with another body then.
    """
    recorded = events.find(subject, command.key)
    if recorded is not None and recorded.fingerprint != command.fingerprint:
        raise IdempotencyKeyReused from None
    return recorded


def read(recertifications: RecertificationStore, certification_id: str) -> Recertification:
    """The recertification as it is now. Raises NotFound."""
    found = recertifications.find(certification_id)
    if found is None:
        raise NotFound
    return found


def read_put_away(recertifications: RecertificationStore, certification_id: str) -> Recertification:
    """The same; of a cycle that was closed before, the rest of the documents is put away first. Raises NotFound."""
    found = read(recertifications, certification_id)
    if found.moving:
        recertifications.put_away(certification_id)
    return found
