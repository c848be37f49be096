"""Cycle dates: when a cycle ends, which years it has, what grace follows it, and where the next one starts."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from shared.domain.days import ONE_DAY, day_after, end_of_month, months_later, years_later
from shared.domain.rules.words import CycleRules, Length, Years

Standing = Literal["current", "grace", "suspended", "lapsed"]


@dataclass(frozen=True, slots=True)
class Dates:
    """The first and the last day of a cycle."""

    starts_on: date
    ends_on: date


def later(day: date, length: Length) -> date:
    """A day so many months and days on."""
    return months_later(day, length.months) + timedelta(days=length.days)


def earlier(day: date, length: Length) -> date:
    """A day so many months and days back."""
    return months_later(day, -length.months) - timedelta(days=length.days)


def last_day(rules: CycleRules, years: int, starts_on: date, birth_month: int | None = None) -> date:
    """The last day of a cycle that starts on a day.

    Raises ValueError when the rule set goes by the birth month and none is given.
    """
    anniversary = years_later(starts_on, years) - ONE_DAY
    if rules.ends == "anniversary":
        return anniversary
    if rules.ends == "end-of-anniversary-month":
        return end_of_month(anniversary)
    month, day = _month_and_day(rules, birth_month)
    of_year = [_day_in(year, month, day) for year in range(anniversary.year - 1, anniversary.year + 2)]
    if rules.first == "longer":
        return min(each for each in of_year if each >= anniversary)
    return max(each for each in of_year if each <= anniversary)


def _month_and_day(rules: CycleRules, birth_month: int | None) -> tuple[int, int]:
    if rules.ends == "end-of-birth-month":
        if birth_month is None:
            raise ValueError("this rule set needs the month of birth")
        return birth_month, 31
    if rules.ends == "fixed-day" and rules.day is not None:
        return rules.day
    return 12, 31


def _day_in(year: int, month: int, day: int) -> date:
    return date(year, month, min(day, monthrange(year, month)[1]))


def years_of(years: Years, starts_on: date, ends_on: date) -> tuple[Dates, ...]:
    """The years of a cycle, each with its first and last day; the first and the last may be shorter."""
    found = []
    first, number = starts_on, 1
    while first <= ends_on:
        following = date(first.year + 1, 1, 1) if years == "calendar" else years_later(starts_on, number)
        found.append(Dates(first, min(following - ONE_DAY, ends_on)))
        first, number = following, number + 1
    return tuple(found) or (Dates(starts_on, starts_on),)


def last_day_to_earn(rules: CycleRules, ends_on: date) -> date:
    """The last day on which points can be earned: in the grace too, if it earns."""
    return later(ends_on, rules.grace.length) if rules.grace and rules.grace.earns else ends_on


def last_day_to_submit(rules: CycleRules, ends_on: date) -> date:
    """The last day on which a report can be submitted in time: the grace's."""
    return later(ends_on, rules.grace.length) if rules.grace else ends_on


def last_day_of_suspension(rules: CycleRules, ends_on: date) -> date:
    """The last day on which a suspended certification can still come back."""
    last = last_day_to_submit(rules, ends_on)
    return later(last, rules.suspension) if rules.suspension else last


def first_day_to_renew(rules: CycleRules, starts_on: date, ends_on: date) -> date:
    """The first day on which a cycle can be renewed early."""
    return starts_on if rules.early is None else max(starts_on, day_after(earlier(ends_on, rules.early)))


def standing(rules: CycleRules, ends_on: date, day: date) -> Standing:
    """What a certification that was not renewed is on a day."""
    if day <= ends_on:
        return "current"
    if day <= last_day_to_submit(rules, ends_on):
        return "grace"
    return "suspended" if day <= last_day_of_suspension(rules, ends_on) else "lapsed"


def next_dates(
    rules: CycleRules, years: int, ends_on: date, renewed_on: date, birth_month: int | None = None
) -> Dates:
    """The cycle after the one that ends on a day and was renewed on another.

    Early: it starts the day after the renewal or the day after the old end. Late: it starts the day after the renewal,
    and ends as if renewed in time, so that it is shorter, or after its full years. Where cycles end with the birth
    month it is that of the old end, unless given.
    """
    birth_month = birth_month or ends_on.month
    if renewed_on > ends_on:
        starts_on = day_after(renewed_on)
        if rules.late == "full":
            return Dates(starts_on, last_day(rules, years, starts_on, birth_month))
        return Dates(starts_on, _years_after(rules, years, ends_on))
    starts_on = day_after(renewed_on if rules.next_starts == "at-once" else ends_on)
    if rules.next_ends == "from-start":
        return Dates(starts_on, last_day(rules, years, starts_on, birth_month))
    return Dates(starts_on, _years_after(rules, years, ends_on))


def _years_after(rules: CycleRules, years: int, ends_on: date) -> date:
    due = years_later(ends_on, years)
    if rules.ends in ("end-of-anniversary-month", "end-of-birth-month"):
        return end_of_month(due)
    return due


def sentences(rules: CycleRules, years: int) -> list[str]:
    """The dates of a cycle in words."""
    length = "year" if years == 1 else f"{years} years"
    ends = {
        "anniversary": f"A cycle lasts {length}, to the day before the anniversary.",
        "end-of-anniversary-month": f"A cycle lasts {length} and ends with the month of the anniversary.",
        "end-of-birth-month": f"A cycle lasts {length} and ends with the month of birth.",
        "end-of-calendar-year": f"A cycle lasts {length} and ends on 31 December.",
        "fixed-day": f"A cycle lasts {length} and ends on the same day of the year for everybody.",
    }
    said = [ends[rules.ends]]
    if rules.early is not None:
        said.append(f"A report can be signed in the last {in_words(rules.early)} of its cycle.")
    if rules.next_starts == "at-once":
        full = rules.next_ends == "from-start"
        until = f"lasts its full {length}" if full else f"ends {length} after the last day of the old one"
        said.append(
            "Where a report is signed before the last day, the next cycle starts the day after the signing and "
            f"{until}."
        )
    if rules.grace is not None:
        use = "points can still be earned" if rules.grace.earns else "the report can still be submitted"
        said.append(f"For {in_words(rules.grace.length)} after its last day {use}.")
        next_one = "is as long as ever" if rules.late == "full" else "is the shorter for it"
        said.append(f"The cycle after such a late report {next_one}.")
    if rules.suspension is not None:
        said.append(
            f"After that the certification is suspended for {in_words(rules.suspension)}, and can come back."
        )
    return said


def in_words(length: Length) -> str:
    """A length of time in words."""
    parts = [
        f"{count} {name if count == 1 else f'{name}s'}"
        for count, name in ((length.months, "month"), (length.days, "day"))
        if count
    ]
    return " and ".join(parts) or "0 days"
