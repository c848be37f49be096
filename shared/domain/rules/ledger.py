"""The ledger: a cycle and its entries under a rule set, each point explained; the one place where points are added up.

A pure function of (rule set, cycle, entries, day): the same answer on a laptop, in a test and on Lambda.
"""

from bisect import bisect_right
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Protocol

from shared.domain.days import day_after, months_later, written_day
from shared.domain.rules import caps, carry_over, limit, minimums
from shared.domain.rules.caps import Piece
from shared.domain.rules.carry_over import CarriedIn
from shared.domain.rules.cycles import Dates, years_of
from shared.domain.rules.minimums import Reached
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


@dataclass(frozen=True, slots=True)
class Line:
    """One entry in the ledger: `claimed` = `counted` + `carried` + `refused`, and a sentence for each."""

    entry_id: str
    activity: str
    category: str
    claimed: Decimal
    rule: str
    counted: Decimal
    carried: Decimal
    refused: Decimal
    cap: str = ""
    reason: str = ""
    unit: str = ""

    @property
    def explanation(self) -> str:
        """Why it counts as it does."""
        return f"{self.rule} {self.reason}" if self.reason else self.rule


@dataclass(frozen=True)
class Ledger:
    """A cycle's lines with their subtotals, and what is still missing."""

    rule_set: RuleSet
    period: Period
    day: date
    required: Decimal
    lines: tuple[Line, ...]
    total: Decimal
    by_category: Mapping[str, Decimal]
    by_group: Mapping[str, Decimal]
    by_year: tuple[tuple[Dates, Decimal], ...]
    minimums: tuple[Reached, ...]
    carried_on: tuple[CarriedIn, ...]
    fulfilled: bool = False
    _by_id: dict[str, Line] = field(default_factory=dict, repr=False, compare=False)

    @cached_property
    def claimed(self) -> Decimal:
        """What all lines claim."""
        return sum((line.claimed for line in self.lines), ZERO)

    @cached_property
    def carried(self) -> Decimal:
        """What goes on into the next cycle."""
        return sum((line.carried for line in self.lines), ZERO)

    @cached_property
    def refused(self) -> Decimal:
        """What does not count."""
        return sum((line.refused for line in self.lines), ZERO)

    @property
    def points_missing(self) -> Decimal:
        """What is missing to the required points, never below 0."""
        return ZERO if self.fulfilled else max(ZERO, self.required - self.total)

    @property
    def unmet(self) -> tuple[Reached, ...]:
        """The minimums that are not reached."""
        return () if self.fulfilled else tuple(each for each in self.minimums if each.missing)

    @property
    def met(self) -> bool:
        """Whether the required points and every minimum are reached."""
        return not self.points_missing and not self.unmet

    @property
    def takes_more(self) -> bool:
        """Whether a further session is accepted."""
        return limit.takes_more(self.rule_set.at_limit, self.met)

    @property
    def missing(self) -> tuple[str, ...]:
        """What is still missing, in words; empty when the requirement is met."""
        said = []
        if self.points_missing:
            said.append(f"{plain(self.points_missing)} {self.rule_set.called(self.points_missing)} missing.")
        return (*said, *(each.text for each in self.unmet))

    def find(self, entry_id: str) -> Line | None:
        """The line of an entry, None where there is none."""
        if not self._by_id:
            self._by_id.update((line.entry_id, line) for line in self.lines)
        return self._by_id.get(entry_id)

    def line(self, entry_id: str) -> Line:
        """The line of an entry. Raises KeyError."""
        line = self.find(entry_id)
        if line is None:
            raise KeyError(entry_id)
        return line


@dataclass(slots=True)
class _Draft:
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


def ledger(
    rule_set: RuleSet,
    period: Period,
    entries: Iterable[Entered],
    day: date,
    reduced: Mapping[str, tuple[Decimal, str]] | None = None,
) -> Ledger:
    """The ledger of a cycle on a day.

    `reduced` are a reviewer's smaller numbers of points for entries, with the reason. Raises LookupError for an entry
    of an activity, or in a unit, that the rule set does not know.
    """
    required = rule_set.required_for(period.designation)
    years = years_of(rule_set.years, period.starts_on, period.ends_on)
    firsts = [each.starts_on for each in years]
    drafts = _drafts(rule_set, period, entries, required)
    order = sorted(range(len(drafts)), key=lambda place: _in_order(drafts[place]))
    drafts_in_order = [drafts[place] for place in order]
    _apply_reductions(drafts_in_order, reduced or {})
    _apply_entry_caps(rule_set, period.designation, drafts_in_order)
    _apply_repeats(rule_set, period.designation, drafts_in_order, years, firsts)
    pieces = [
        piece for place, draft in enumerate(drafts_in_order) for piece in _pieces(place, draft, years, firsts)
    ]
    wanted = minimums.asked(rule_set, period.designation, len(years))
    first: Iterable[tuple[int, Decimal]] = ()
    if wanted and rule_set.caps:
        first = enumerate(minimums.needed(rule_set, wanted, pieces, [piece.points for piece in pieces]))
    accepted = caps.capped(rule_set, period.designation, pieces, first)
    rule = rule_set.carry_over
    split = carry_over.split(
        rule,
        required,
        pieces,
        accepted.counted,
        [
            rule is not None
            and carry_over.may_be_carried(rule, piece, period.ends_on, drafts_in_order[piece.line].times)
            for piece in pieces
        ],
        minimums.needed(rule_set, wanted, pieces, accepted.counted),
    )
    for piece, by in zip(pieces, accepted.by, strict=True):
        if by is not None and drafts_in_order[piece.line].cap is None:
            drafts_in_order[piece.line].cap = by
    lines = _lines(rule_set, drafts_in_order, pieces, accepted.counted, split)
    titles = [f"{written_day(each.starts_on)} to {written_day(each.ends_on)}" for each in years]
    by_year = [ZERO] * len(years)
    for piece, points in zip(pieces, split.counted, strict=True):
        by_year[piece.year] += points
    by_category = _by_category(rule_set, lines)
    return Ledger(
        rule_set=rule_set,
        period=period,
        day=day,
        required=required,
        lines=lines,
        total=sum((line.counted for line in lines), ZERO),
        by_category=by_category,
        by_group=_by_group(rule_set, lines),
        by_year=tuple(zip(years, by_year, strict=True)),
        minimums=minimums.reached(
            rule_set,
            wanted,
            pieces,
            [has - goes for has, goes in zip(accepted.counted, split.carried, strict=True)],
            titles,
        ),
        carried_on=_carried_on(rule_set, drafts_in_order, lines),
        fulfilled=any(draft.fulfils and draft.left > 0 for draft in drafts_in_order),
    )


def _in_order(draft: _Draft) -> tuple[bool, date, str]:
    return (draft.times == 0, draft.day, draft.entry_id)


def _drafts(rule_set: RuleSet, period: Period, entries: Iterable[Entered], required: Decimal) -> list[_Draft]:
    table = {activity.code: activity for activity in rule_set.activities}
    found = [
        _Draft(
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


def _draft(
    rule_set: RuleSet, period: Period, entry: Entered, activity: Activity, required: Decimal
) -> _Draft:
    claim = entry.claim
    points, rule = worth(rule_set, activity, claim, required)
    draft = _Draft(
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


def _apply_reductions(drafts: Collection[_Draft], reduced: Mapping[str, tuple[Decimal, str]]) -> None:
    for draft in drafts:
        if draft.entry_id in reduced:
            points, reason = reduced[draft.entry_id]
            if points < draft.left:
                draft.left = points
                draft.refusals.append(f"Reduced to {plain(points)} by a reviewer: {reason}")


def _apply_entry_caps(rule_set: RuleSet, designation: str, drafts: Collection[_Draft]) -> None:
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


def _apply_repeats(
    rule_set: RuleSet,
    designation: str,
    drafts: Sequence[_Draft],
    years: Sequence[Dates],
    firsts: Sequence[date],
) -> None:
    if not any(cap.times is not None for cap in rule_set.caps):
        return
    rows = [(draft.activity, draft.title, _year(firsts, draft.day), draft.left) for draft in drafts]
    beyond = caps.repeats(rule_set, designation, rows)
    if beyond and any(cap.per == "year" and cap.points is not None for cap in rule_set.caps):
        beyond = _best_repeats(rule_set, designation, drafts, years, rows, beyond)
    for place, cap in beyond.items():
        drafts[place].left, drafts[place].cap = ZERO, cap


def _best_repeats(
    rule_set: RuleSet,
    designation: str,
    drafts: Sequence[_Draft],
    years: Sequence[Dates],
    rows: Sequence[tuple[str, str, int, Decimal]],
    beyond: Mapping[int, Cap],
) -> Mapping[int, Cap]:
    """Of repeats those that count most under the caps too: what claims most may fall into a year that is full.

    One is taken in another's place as long as the total gains by it.
    """
    firsts = [each.starts_on for each in years]
    pieces = [piece for place, draft in enumerate(drafts) for piece in _pieces(place, draft, years, firsts)]

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


def _year(firsts: Sequence[date], day: date) -> int:
    return max(0, bisect_right(firsts, day) - 1)


def _pieces(place: int, draft: _Draft, years: Sequence[Dates], firsts: Sequence[date]) -> list[Piece]:
    """An entry as the parts that fall into the years of the cycle: one, unless its points are spread."""
    last = _year(firsts, draft.day)
    carried_in = draft.times > 0
    if not draft.spread or _year(firsts, draft.starts_on) == last:
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
        months[_year(firsts, begins)] = months.get(_year(firsts, begins), 0) + 1
        number += 1
    if months_later(starts_on, number) != day_after(day) and number > 1:
        last = _year(firsts, months_later(starts_on, number - 1))
        months[last] -= 1
    return {year: count for year, count in months.items() if count} or {_year(firsts, day): 1}


def _lines(
    rule_set: RuleSet,
    drafts: Sequence[_Draft],
    pieces: Sequence[Piece],
    accepted: Sequence[Decimal],
    split: carry_over.Split,
) -> tuple[Line, ...]:
    counted = [ZERO] * len(drafts)
    carried = [ZERO] * len(drafts)
    beyond = [ZERO] * len(drafts)
    for place, piece in enumerate(pieces):
        counted[piece.line] += split.counted[place]
        carried[piece.line] += split.carried[place]
        beyond[piece.line] += accepted[place] - split.counted[place] - split.carried[place]
    lines = []
    for place, draft in enumerate(drafts):
        said = draft.refusals
        cap = "" if draft.cap is None else caps.sentence(rule_set, draft.cap)
        refused = draft.claimed - counted[place] - carried[place]
        if refused or carried[place]:
            said = [*said, *_outcome(cap, draft.claimed, counted[place], carried[place], beyond[place])]
        lines.append(
            Line(
                draft.entry_id,
                draft.activity,
                draft.category,
                draft.claimed,
                draft.rule,
                counted[place],
                carried[place],
                refused,
                cap,
                " ".join(said),
                draft.unit,
            )
        )
    return tuple(lines)


def _outcome(cap: str, claimed: Decimal, counted: Decimal, carried: Decimal, beyond: Decimal) -> list[str]:
    said = [cap] if cap else []
    if beyond:
        said.append(
            f"{plain(beyond)} beyond the required total {'is' if beyond == 1 else 'are'} not carried over."
        )
    if carried:
        said.append(f"{plain(carried)} {'goes' if carried == 1 else 'go'} on into the next cycle.")
    said.append(f"{plain(counted)} of {plain(claimed)} {'counts' if counted == 1 else 'count'}.")
    return said


def _by_category(rule_set: RuleSet, lines: Iterable[Line]) -> dict[str, Decimal]:
    """The counted points of each category that has any, in the table's order."""
    totals: dict[str, Decimal] = {activity.category: ZERO for activity in rule_set.activities}
    for line in lines:
        totals[line.category] = totals.get(line.category, ZERO) + line.counted
    return {category: points for category, points in totals.items() if points}


def _by_group(rule_set: RuleSet, lines: Sequence[Line]) -> dict[str, Decimal]:
    return {
        group.code: sum(
            (
                line.counted
                for line in lines
                if line.activity in group.activities or line.category in group.categories
            ),
            ZERO,
        )
        for group in rule_set.groups
    }


def _carried_on(rule_set: RuleSet, drafts: Sequence[_Draft], lines: Sequence[Line]) -> tuple[CarriedIn, ...]:
    """What the next cycle starts with, by category and by how often it has been carried."""
    rule = rule_set.carry_over
    if rule is None:
        return ()
    totals: dict[tuple[str, int], Decimal] = {}
    for draft, line in zip(drafts, lines, strict=True):
        if line.carried:
            key = (rule.lands_in or line.category, draft.times + 1)
            totals[key] = totals.get(key, ZERO) + line.carried
    return tuple(CarriedIn(points, category, times) for (category, times), points in totals.items())
