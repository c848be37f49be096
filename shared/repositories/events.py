"""Events of the history, each written in the transaction of its change; an event is the idempotency record too."""

import contextlib

from shared.domain.events import Event
from shared.repositories import items, keys
from shared.repositories.table import ABSENT, ConditionFailed, Table, Write, put

EVENT = "event"
"""The label of the event in every transaction: when its condition fails, the change was made before."""


class Events:
    """HISTORY#<subject> / EVENT#<event>. `find` 1 RRU, `of` 1 query, `once` 2 WRU within a transaction."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def find(self, subject: str, event_id: str) -> Event | None:
        """The event with this id in the history of a subject, strongly consistent."""
        item = self._table.get(keys.event(subject, event_id))
        return None if item is None else items.event(item)

    def of(self, subject: str) -> list[Event]:
        """The whole history of a subject, oldest first."""
        found = [items.event(item) for item in self._table.query(keys.history_partition(subject))]
        return sorted(found, key=lambda event: event.at)

    def record(self, event: Event) -> None:
        """Put an event that has no other change beside it; one that is there already stays as it is. 1 WRU per KB."""
        with contextlib.suppress(ConditionFailed):
            self._table.write(once(event))


def once(event: Event) -> Write:
    """The write that records an event, on condition that it is not recorded yet."""
    data = items.attributes(event)
    return put(EVENT, {**keys.event(event.subject, event.event_id), **data}, ABSENT)
