"""The ledger: a cycle and its entries under a rule set, each point explained; the one place where points are added up.

A pure function of (rule set, cycle, entries, day): the same answer on a laptop, in a test and on Lambda.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property

from shared.domain.days import written_day
from shared.domain.rules import caps, carry_over, limit, minimums
from shared.domain.rules.caps import Piece
from shared.domain.rules.carry_over import CarriedIn
from shared.domain.rules.claims import (
    ZERO,
    Draft,
    Entered,
    Period,
    apply_entry_caps,
    apply_reductions,
    apply_repeats,
    drafts_of,
    pieces_of,
)
from shared.domain.rules.cycles import Dates, years_of
from shared.domain.rules.minimums import Reached
from shared.domain.rules.words import RuleSet, plain


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
    drafts = drafts_of(rule_set, period, entries, required)
    order = sorted(range(len(drafts)), key=lambda place: _in_order(drafts[place]))
    drafts_in_order = [drafts[place] for place in order]
    apply_reductions(drafts_in_order, reduced or {})
    apply_entry_caps(rule_set, period.designation, drafts_in_order)
    apply_repeats(rule_set, period.designation, drafts_in_order, years, firsts)
    pieces = [
        piece
        for place, draft in enumerate(drafts_in_order)
        for piece in pieces_of(place, draft, years, firsts)
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


def _in_order(draft: Draft) -> tuple[bool, date, str]:
    return (draft.times == 0, draft.day, draft.entry_id)


def _lines(
    rule_set: RuleSet,
    drafts: Sequence[Draft],
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


def _carried_on(rule_set: RuleSet, drafts: Sequence[Draft], lines: Sequence[Line]) -> tuple[CarriedIn, ...]:
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
