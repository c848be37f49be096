"""Claims: what each entry of a cycle may bring, before all are added up: by itself, as a repeat, and by years."""

from bisect import bisect_right
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Protocol

from shared.domain.days import day_after, months_later, written_day
from shared.domain.rules import caps
from shared.domain.rules.caps import Piece
from shared.domain.rules.carry_over import CarriedIn
from shared.domain.rules.cycles import Dates
from shared.domain.rules.points import HUNDREDTH, earned
from shared.domain.rules.words import Activity, Cap, RuleSet, plain

ZERO = Decimal(0)
CARRIED_IN = "carried-in"
_FIRST, _LAST = Decimal(10**9), Decimal("1e-9")
"""Points that no entry has: those taken first, and last, among repeats."""

MOST_SWAPS = 60
"""How many ways to take one repeat for another are tried at once, at most."""


class Claimed(Protocol):
    """What an entry claims."""

    @property
    def activity(self) -> str: ...
    @property
    def quantity(self) -> Decimal: ...
    @property
    def unit(self) -> str: ...
    @property
    def relevant_percent(self) -> Decimal | None: ...
    @property
    def title(self) -> str: ...
    @property
    def started_on(self) -> date: ...
    @property
    def ended_on(self) -> date: ...


class Entered(Protocol):
    """One entry."""

    @property
    def entry_id(self) -> str: ...
    @property
    def claim(self) -> Claimed: ...


@dataclass(frozen=True, slots=True)
class Period:
    """The cycle that a ledger is of: its days, whose it is, and what came into it from an earlier one.

    `earned_until` is the last day on which points count; None where that was checked when they were entered.
    """

    starts_on: date
    ends_on: date
    designation: str = ""
    carried_in: tuple[CarriedIn, ...] = ()
    earned_until: date | None = None


@dataclass(slots=True)
class Draft:
    """A line in the making."""

    entry_id: str
    activity: str
    category: str
    title: str
    starts_on: date
    day: date
    claimed: Decimal
    rule: str
    spread: bool = False
    fulfils: bool = False
    refusals: list[str] = field(default_factory=list)
    left: Decimal = ZERO
    cap: Cap | None = None
    times: int = 0
    unit: str = ""


def drafts_of(
    rule_set: RuleSet, period: Period, entries: Iterable[Entered], required: Decimal
) -> list[Draft]:
    """What came in from an earlier cycle, then the entries. Raises LookupError for what the rule set does not know."""
    table = {activity.code: activity for activity in rule_set.activities}
    found = [
        Draft(
            entry_id=f"{CARRIED_IN}-{number}",
            activity="",
            category=carried.category,
            title="",
            starts_on=period.starts_on,
            day=period.starts_on,
            claimed=carried.points,
            rule=f"Carried over from the cycle before: {plain(carried.points)}.",
            left=carried.points,
            times=carried.times,
        )
        for number, carried in enumerate(period.carried_in, start=1)
    ]
    for entry in entries:
        claim = entry.claim
        activity = table.get(claim.activity)
        if activity is None:
            raise LookupError(f"this rule set has no activity {claim.activity}")
        found.append(_draft(rule_set, period, entry, activity, required))
    return found


def _draft(rule_set: RuleSet, period: Period, entry: Entered, activity: Activity, required: Decimal) -> Draft:
    claim = entry.claim
    points, rule = worth(rule_set, activity, claim, required)
    draft = Draft(
        entry_id=entry.entry_id,
        activity=activity.code,
        category=activity.category,
        title=claim.title,
        starts_on=claim.started_on,
        day=claim.ended_on,
        claimed=points,
        rule=rule,
        spread=activity.spread,
        fulfils=activity.fulfils_all,
        left=points,
        unit=claim.unit or activity.unit,
    )
    until = period.earned_until
    if until is not None and not (period.starts_on <= claim.started_on and claim.ended_on <= until):
        draft.left = ZERO
        draft.refusals.append(f"It is not within {written_day(period.starts_on)} to {written_day(until)}.")
    elif activity.only_for and period.designation not in activity.only_for:
        draft.left = ZERO
        draft.refusals.append(f"It counts for {', '.join(activity.only_for)} only.")
    return draft


def worth(
    rule_set: RuleSet, activity: Activity, claim: Claimed, required: Decimal | None = None
) -> tuple[Decimal, str]:
    """The points that a claim is worth by itself, before any cap, and the sentence that says why."""
    if activity.fulfils_all:
        points = rule_set.points_required if required is None else required
        return points, f"{activity.title}: meets the whole requirement, {plain(points)}."
    share = claim.relevant_percent if activity.relevant_share else None
    return earned(activity, claim.quantity, claim.unit, share, rule_set.called)


def apply_reductions(drafts: Collection[Draft], reduced: Mapping[str, tuple[Decimal, str]]) -> None:
    """Leave each reduced entry what a reviewer's number leaves it."""
    for draft in drafts:
        if draft.entry_id in reduced:
            points, reason = reduced[draft.entry_id]
            if points < draft.left:
                draft.left = points
                draft.refusals.append(f"Reduced to {plain(points)} by a reviewer: {reason}")


def apply_entry_caps(rule_set: RuleSet, designation: str, drafts: Collection[Draft]) -> None:
    """Leave each entry no more than one entry of its kind may count."""
    if not any(cap.per == "entry" for cap in rule_set.caps):
        return
    tightest = {
        row: caps.per_entry(rule_set, *row, designation)
        for row in {(draft.activity, draft.category) for draft in drafts if draft.times == 0}
    }
    for draft in drafts:
        cap = tightest.get((draft.activity, draft.category)) if draft.times == 0 else None
        if cap is not None and cap.points is not None and draft.left > cap.points:
            draft.left, draft.cap = cap.points, cap


def apply_repeats(
    rule_set: RuleSet,
    designation: str,
    drafts: Sequence[Draft],
    years: Sequence[Dates],
    firsts: Sequence[date],
) -> None:
    """Leave nothing to the entries beyond the limits on repeats: to those that count least."""
    if not any(cap.times is not None for cap in rule_set.caps):
        return
    rows = [(draft.activity, draft.title, year_at(firsts, draft.day), draft.left) for draft in drafts]
    beyond = caps.repeats(rule_set, designation, rows)
    if beyond and any(cap.per == "year" and cap.points is not None for cap in rule_set.caps):
        beyond = _best_repeats(rule_set, designation, drafts, years, rows, beyond)
    for place, cap in beyond.items():
        drafts[place].left, drafts[place].cap = ZERO, cap


def _best_repeats(
    rule_set: RuleSet,
    designation: str,
    drafts: Sequence[Draft],
    years: Sequence[Dates],
    rows: Sequence[tuple[str, str, int, Decimal]],
    beyond: Mapping[int, Cap],
) -> Mapping[int, Cap]:
    """Of repeats those that count most under the caps too: what claims most may fall into a year that is full.

    One is taken in another's place as long as the total gains by it.
    """
    firsts = [each.starts_on for each in years]
    pieces = [piece for place, draft in enumerate(drafts) for piece in pieces_of(place, draft, years, firsts)]

    def total(without: Collection[int]) -> Decimal:
        left = [replace(each, points=ZERO) if each.line in without else each for each in pieces]
        return sum(caps.capped(rule_set, designation, left).counted, ZERO)

    best = total(beyond)
    while best < sum(draft.left for place, draft in enumerate(drafts) if place not in beyond):
        others = {rows[place]: place for place in sorted(beyond, reverse=True) if rows[place][3]}
        kept = {rows[place]: place for place in range(len(rows)) if place not in beyond and rows[place][3]}
        tried = [
            _swapped(rule_set, designation, rows, beyond, taken, dropped)
            for taken in others.values()
            for dropped in kept.values()
            if rows[taken][0] == rows[dropped][0]
        ]
        found = max(tried[:MOST_SWAPS], key=total, default=beyond)
        if total(found) <= best:
            break
        beyond, best = found, total(found)
    return beyond


def _swapped(
    rule_set: RuleSet,
    designation: str,
    rows: Sequence[tuple[str, str, int, Decimal]],
    beyond: Mapping[int, Cap],
    taken: int,
    dropped: int,
) -> Mapping[int, Cap]:
    """What is beyond the limits on repeats when one of these is taken in the place of another that was."""
    kept = {place for place in range(len(rows)) if place not in beyond and place != dropped} | {taken}
    ranked = [(*row[:3], row[3] + _FIRST if place in kept else row[3]) for place, row in enumerate(rows)]
    ranked[dropped] = (*rows[dropped][:3], _LAST if rows[dropped][3] else ZERO)
    return caps.repeats(rule_set, designation, ranked)


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
