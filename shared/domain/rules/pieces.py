"""Pieces: the points of an entry by the years of the cycle in which they were earned."""

from bisect import bisect_right
from collections.abc import Sequence
from datetime import date

from shared.domain.days import day_after, months_later
from shared.domain.rules.caps import Piece
from shared.domain.rules.claims import Draft
from shared.domain.rules.cycles import Dates
from shared.domain.rules.points import HUNDREDTH


def year_at(firsts: Sequence[date], day: date) -> int:
    """The place of the year of the cycle in which a day falls; `firsts` are the years' first days."""
    return max(0, bisect_right(firsts, day) - 1)


def pieces_of(place: int, draft: Draft, years: Sequence[Dates], firsts: Sequence[date]) -> list[Piece]:
    """An entry as the parts that fall into the years of the cycle: one, unless its points are spread."""
    last = year_at(firsts, draft.day)
    carried_in = draft.times > 0
    if not draft.spread or year_at(firsts, draft.starts_on) == last:
        return [Piece(place, draft.activity, draft.category, last, draft.day, draft.left, carried_in)]
    months = _months_in_years(draft.starts_on, draft.day, firsts)
    whole, final = sum(months.values()), max(months)
    found, left = [], draft.left
    for year, count in months.items():
        share = draft.left * count / whole
        points = left if year == final else min(left, share // HUNDREDTH * HUNDREDTH)
        left -= points
        day = min(draft.day, years[year].ends_on)
        found.append(Piece(place, draft.activity, draft.category, year, day, points))
    return found


def _months_in_years(starts_on: date, day: date, firsts: Sequence[date]) -> dict[int, int]:
    """How many months of a span begin in each year of the cycle, one begun and not ended left out."""
    months: dict[int, int] = {}
    number = 0
    while (begins := months_later(starts_on, number)) <= day:
        months[year_at(firsts, begins)] = months.get(year_at(firsts, begins), 0) + 1
        number += 1
    if months_later(starts_on, number) != day_after(day) and number > 1:
        last = year_at(firsts, months_later(starts_on, number - 1))
        months[last] -= 1
    return {year: count for year, count in months.items() if count} or {year_at(firsts, day): 1}
