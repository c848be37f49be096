"""The calendar: which days something may fall due on, so that a job which has nothing to do knows it with one read.

A day is noted before the change that makes it matter is written. A note too many costs a look; a note too few would
lose a lapse, so notes younger than `FRESH` are never settled: their change may not be seen in the index yet.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from shared.domain.days import day_of

LedTo = Literal["index", "extension", "return"]
"""What leads from a noted day to its certifications: the index by `expires_on`, staff's extensions, the returned
reports."""

FRESH = timedelta(hours=1)
"""Longer than any request runs and any index lags."""


@dataclass(frozen=True, slots=True)
class NotedDay:
    """Access may end after `last_day` for certifications that stand in the index under `due_year`."""

    last_day: date
    due_year: int
    noted_at: datetime
    led_to_by: LedTo = "index"


@dataclass(frozen=True, slots=True)
class Calendar:
    """All noted days, and when a year's due certifications were last asked for their invoices, by year."""

    days: tuple[NotedDay, ...] = ()
    invoiced_at: tuple[tuple[int, datetime], ...] = ()

    def overdue(self, today: date) -> tuple[NotedDay, ...]:
        """The noted days that are over."""
        return tuple(noted for noted in self.days if noted.last_day < today)

    def holds(self, year: int) -> bool:
        """Whether anything is noted for a year of the index."""
        return any(each.due_year == year for each in self.days)

    def invoiced_since(self, year: int, moment: datetime) -> bool:
        """Whether a year's invoices were asked for after a moment."""
        asked_at = dict(self.invoiced_at).get(year)
        return asked_at is not None and asked_at > moment

    def changed_since_invoiced(self, year: int) -> bool:
        """Whether certifications may have come to a year since its invoices were last asked for."""
        asked_at = dict(self.invoiced_at).get(year)
        noted = [each.noted_at for each in self.days if each.due_year == year]
        return bool(noted) and (asked_at is None or max(noted) > asked_at - FRESH)


@dataclass(frozen=True, slots=True)
class JobRun:
    """One run of a job: the time it is, and the program's day that it was scheduled for."""

    now: datetime
    today: date
    by_hand: bool = False

    @classmethod
    def of(cls, scheduled_at: str | None, now: datetime, time_zone: str) -> "JobRun":
        """The run of a schedule's delivery: its day is that of the scheduled time, however late it is delivered.

        `scheduled_at` None is a run by hand, for today. Raises ValueError for a time that cannot be read.
        """
        scheduled = now if scheduled_at is None else datetime.fromisoformat(scheduled_at)
        return cls(now, day_of(scheduled, time_zone), by_hand=scheduled_at is None)

    @property
    def is_thorough(self) -> bool:
        """On the first of each month, and when a person asks, jobs look everywhere, whatever was noted."""
        return self.by_hand or self.today.day == 1


def years_of(noted: Iterable[NotedDay]) -> set[int]:
    """The years of the index that noted days point to."""
    return {each.due_year for each in noted}
