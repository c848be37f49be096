"""Days of the program: which day an instant falls on, and how days move by years (rule 11)."""

from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

ONE_DAY = timedelta(days=1)


def day_of(instant: datetime, time_zone: str) -> date:
    """The calendar day of an aware instant in a time zone, over every change of the clocks."""
    if instant.tzinfo is None:
        raise ValueError("an instant needs its time zone")
    return instant.astimezone(ZoneInfo(time_zone)).date()


def day_after(day: date) -> date:
    """The next day."""
    return day + ONE_DAY


def written_day(day: date) -> str:
    """A day as a person writes it, in every sentence that the portal says: 31 December 2027."""
    return f"{day.day} {day:%B %Y}"


def end_of(day: date, time_zone: str) -> datetime:
    """The instant, in UTC, at which a day is over in a time zone."""
    return datetime.combine(day_after(day), time(), ZoneInfo(time_zone)).astimezone(UTC)


def written_end(day: date, time_zone: str) -> str:
    """A last day with its hour and the place whose hour it is: 31 December 2027, 11:59 PM (New York time)."""
    area, _, place = time_zone.rpartition("/")
    return f"{written_day(day)}, 11:59 PM ({place.replace('_', ' ')}{' time' if area else ''})"


def years_later(day: date, years: int) -> date:
    """The same day so many years on (or back, when negative); 29 February becomes 28 where there is none."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


def months_later(day: date, months: int) -> date:
    """The same day so many months on (or back, when negative); the month's last day where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def end_of_month(day: date) -> date:
    """The last day of a day's month."""
    return day.replace(day=monthrange(day.year, day.month)[1])
