"""When a schedule fires: EventBridge Scheduler's cron, rate and at expressions in their time zone."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from infrastructure.local.intrinsics import DeployError

_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_WEEKDAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
_LAST_YEAR = 2199
_UNITS = {"minute": timedelta(minutes=1), "hour": timedelta(hours=1), "day": timedelta(days=1)}

type NextAfter = Callable[[datetime], datetime | None]


def next_after(expression: str, time_zone: str, started: datetime) -> NextAfter:
    """How to find the first time after a given one that a schedule is due, in UTC; None if there is none.

    `started` is what a rate counts from. Raises DeployError for an expression that is not known.
    """
    match = re.fullmatch(r"(cron|rate|at)\((.*)\)", expression.strip())
    if match is None:
        raise DeployError(f"The local stack does not know the schedule {expression}.")
    kind, text = match[1], match[2].strip()
    if kind == "cron":
        return _Cron(text, ZoneInfo(time_zone)).next_after
    if kind == "rate":
        return _rate(text, started)
    moment = datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(time_zone)).astimezone(UTC)
    return lambda after: moment if moment > after else None


def _rate(text: str, started: datetime) -> NextAfter:
    match = re.fullmatch(r"(\d+)\s+(minute|hour|day)s?", text)
    if match is None or int(match[1]) == 0:
        raise DeployError(f"The local stack does not know the rate {text}.")
    step = int(match[1]) * _UNITS[match[2]]
    return lambda after: started + step * (max(0, (after - started) // step) + 1)


class _Cron:
    """Minutes, hours, days of the month, months, days of the week, years; `?` for the days that do not matter."""

    def __init__(self, text: str, zone: ZoneInfo) -> None:
        parts = text.split()
        if len(parts) != 6:
            raise DeployError(f"A cron expression has six fields: {text}.")
        minutes, hours, days, months, weekdays, years = parts
        self._zone = zone
        self._minutes = sorted(_field(minutes, 0, 59))
        self._hours = sorted(_field(hours, 0, 23))
        self._days = None if days == "?" else _field(days, 1, 31)
        self._months = _field(months, 1, 12, _MONTHS)
        self._weekdays = None if weekdays == "?" else _field(weekdays, 1, 7, _WEEKDAYS)
        self._years = _field(years, 1970, _LAST_YEAR)

    def next_after(self, after: datetime) -> datetime | None:
        for day in self._days_from(after.astimezone(self._zone).date()):
            for hour in self._hours:
                for minute in self._minutes:
                    moment = datetime(day.year, day.month, day.day, hour, minute, tzinfo=self._zone)
                    due = moment.astimezone(UTC)
                    # A time that the change to summer time leaves out is left out, one that comes twice fires once.
                    if due > after and due.astimezone(self._zone).replace(fold=0) == moment:
                        return due
        return None

    def _days_from(self, day: date) -> Iterator[date]:
        while day.year <= _LAST_YEAR:
            if day.year not in self._years:
                day = date(day.year + 1, 1, 1)
            elif day.month not in self._months:
                day = (day.replace(day=1) + timedelta(days=32)).replace(day=1)
            else:
                if self._falls_on(day):
                    yield day
                day += timedelta(days=1)

    def _falls_on(self, day: date) -> bool:
        if self._days is not None and day.day not in self._days:
            return False
        return self._weekdays is None or day.isoweekday() % 7 + 1 in self._weekdays


def _field(text: str, least: int, most: int, names: tuple[str, ...] = ()) -> set[int]:
    """The values that one field stands for: `*`, lists, ranges, steps and names."""
    values: set[int] = set()
    for item in text.upper().split(","):
        span, _, step = item.partition("/")
        first, _, last = span.partition("-")
        if span == "*":
            low, high = least, most
        else:
            low = _number(first, names, text)
            high = _number(last, names, text) if last else (most if step else low)
        if not (least <= low <= high <= most) or (step and not step.isdigit()):
            raise DeployError(f"The local stack does not know the schedule field {text}.")
        values.update(range(low, high + 1, int(step or 1)))
    return values


def _number(text: str, names: tuple[str, ...], field: str) -> int:
    if text in names:
        return names.index(text) + 1
    if not text.isdigit():
        raise DeployError(f"The local stack does not know the schedule field {field}.")
    return int(text)
