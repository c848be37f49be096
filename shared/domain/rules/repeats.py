"""Repeats: entries of one activity beyond the number that a rule set takes of it count nothing."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from shared.domain.rules import caps
from shared.domain.rules.claims import ZERO, Draft
from shared.domain.rules.cycles import Dates
from shared.domain.rules.pieces import pieces_of, year_at
from shared.domain.rules.words import Cap, RuleSet

_FIRST, _LAST = Decimal(10**9), Decimal("1e-9")
"""Points that no entry has: those taken first, and last, among repeats."""

MOST_SWAPS = 60
"""How many ways to take one repeat for another are tried at once, at most."""


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
