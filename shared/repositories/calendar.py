"""The calendar: days noted before a change that makes them matter, settled by the jobs that looked."""

import contextlib
from datetime import date, datetime, timedelta

from shared.domain import calendar
from shared.domain.calendar import FRESH, NotedDay
from shared.repositories import keys
from shared.repositories.table import ConditionFailed, Table, delete, set_item

REMEMBERED: timedelta = FRESH / 2
"""How long a process relies on its own note: half of what a note is safe from being settled."""


class Calendar:
    """CALENDAR / LAST-DAY#<day>#<year>, the same with #EXTENDED, and INVOICED#<year>.

    `read` 1 query, 1 RRU for some hundred days · `note` 1 put, 1 WRU, once in half an hour for each process and day ·
    `settle` 1 delete in a transaction, 2 WRU · `mark_invoiced` 1 put, 1 WRU.
    """

    def __init__(self, table: Table) -> None:
        self._table = table
        self._noted: dict[tuple[date, int, bool], datetime] = {}

    def read(self) -> calendar.Calendar:
        """All that is noted, strongly consistent."""
        days, invoiced = [], []
        for item in self._table.query(keys.CALENDAR):
            at = datetime.fromisoformat(item["at"])
            if "last_day" in item:
                day, extended = date.fromisoformat(item["last_day"]), bool(item.get("extended"))
                days.append(NotedDay(day, int(item["year"]), at, extended))
            else:
                invoiced.append((int(item["year"]), at))
        return calendar.Calendar(tuple(days), tuple(invoiced))

    def note(self, last_day: date, due_year: int, at: datetime, *, extended: bool = False) -> None:
        """Note that access may end after this day for certifications in the index of that year."""
        noted_at = self._noted.get((last_day, due_year, extended))
        if noted_at is not None and abs(at - noted_at) < REMEMBERED:
            return
        item = {
            **keys.last_day(last_day, due_year, extended=extended),
            "last_day": last_day.isoformat(),
            "year": due_year,
            "at": at.isoformat(),
        }
        self._table.write(set_item("day", item | {"extended": True} if extended else item))
        self._noted[last_day, due_year, extended] = at

    def settle(self, noted: NotedDay) -> None:
        """Forget a day whose certifications were all looked at; nothing when it was noted again meanwhile."""
        key = keys.last_day(noted.last_day, noted.due_year, extended=noted.extended)
        with contextlib.suppress(ConditionFailed):
            self._table.transact([delete("day", key, "#at = :at", {":at": noted.noted_at.isoformat()})])

    def mark_invoiced(self, year: int, at: datetime) -> None:
        """Note when a year's due certifications were all asked for their invoices."""
        item = {**keys.invoiced(year), "year": year, "at": at.isoformat()}
        self._table.write(set_item("year", item))
