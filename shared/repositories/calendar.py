"""The calendar: days noted before a change that makes them matter, settled by the jobs that looked."""

import contextlib
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from shared.domain import calendar
from shared.domain.calendar import FRESH, LedTo, NotedDay
from shared.repositories import keys
from shared.repositories.table import ConditionFailed, Table, delete, set_item

REMEMBERED: timedelta = FRESH / 2
"""How long a process relies on its own note: half of what a note is safe from being settled."""

KINDS: dict[LedTo, str] = {"index": "", "extension": "#EXTENDED", "return": "#RETURNED"}
"""How the key of a noted day ends."""


class Calendar:
    """CALENDAR / LAST-DAY#<day>#<year>, the same with #EXTENDED or #RETURNED, and INVOICED#<year>.

    `read` 1 query, 1 RRU for some hundred days · `note` 1 put, 1 WRU, once in half an hour for each process and day ·
    `settle` 1 delete in a transaction, 2 WRU · `mark_invoiced` 1 put, 1 WRU.
    """

    def __init__(self, table: Table) -> None:
        self._table = table
        self._noted: dict[tuple[date, int, LedTo], datetime] = {}

    def read(self) -> calendar.Calendar:
        """All that is noted, strongly consistent."""
        days, invoiced = [], []
        for item in self._table.query(keys.CALENDAR):
            at = datetime.fromisoformat(item["at"])
            if "last_day" in item:
                day = date.fromisoformat(item["last_day"])
                days.append(NotedDay(day, int(item["year"]), at, _led_to_by(item)))
            else:
                invoiced.append((int(item["year"]), at))
        return calendar.Calendar(tuple(days), tuple(invoiced))

    def note(self, last_day: date, due_year: int, at: datetime, led_to_by: LedTo = "index") -> None:
        """Note that access may end after this day for certifications in the index of that year."""
        noted_at = self._noted.get((last_day, due_year, led_to_by))
        if noted_at is not None and abs(at - noted_at) < REMEMBERED:
            return
        item = {
            **keys.last_day(last_day, due_year, KINDS[led_to_by]),
            "last_day": last_day.isoformat(),
            "year": due_year,
            "at": at.isoformat(),
        }
        if led_to_by != "index":
            item |= {"extended": True} if led_to_by == "extension" else {"returned": True}
        self._table.write(set_item("day", item))
        self._noted[last_day, due_year, led_to_by] = at

    def settle(self, noted: NotedDay) -> None:
        """Forget a day whose certifications were all looked at; nothing when it was noted again meanwhile."""
        key = keys.last_day(noted.last_day, noted.due_year, KINDS[noted.led_to_by])
        with contextlib.suppress(ConditionFailed):
            self._table.transact([delete("day", key, "#at = :at", {":at": noted.noted_at.isoformat()})])

    def mark_invoiced(self, year: int, at: datetime) -> None:
        """Note when a year's due certifications were all asked for their invoices."""
        item = {**keys.invoiced(year), "year": year, "at": at.isoformat()}
        self._table.write(set_item("year", item))


def _led_to_by(item: Mapping[str, Any]) -> LedTo:
    if item.get("extended"):
        return "extension"
    return "return" if item.get("returned") else "index"
