"""Carry-over: what goes on into the next cycle of the points beyond the required ones."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from shared.domain.days import months_later
from shared.domain.rules.caps import Piece
from shared.domain.rules.words import CarryOver, RuleSet, plain

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class CarriedIn:
    """Points that came from an earlier cycle; `times` is how often they have been carried."""

    points: Decimal
    category: str
    times: int = 1


@dataclass(frozen=True, slots=True)
class Split:
    """What counts here of each piece, and what is carried on; the rest of it is beyond both."""

    counted: tuple[Decimal, ...]
    carried: tuple[Decimal, ...]


def may_be_carried(rule: CarryOver, piece: Piece, ends_on: date, times: int) -> bool:
    """Whether a piece may go on into the next cycle, having been carried so often already."""
    if times >= rule.cycles:
        return False
    if rule.categories and piece.category not in rule.categories:
        return False
    if piece.carried_in or rule.earned_in_last_months is None:
        return True
    return piece.day > months_later(ends_on, -rule.earned_in_last_months)


def split(
    rule: CarryOver | None,
    required: Decimal,
    pieces: Sequence[Piece],
    accepted: Sequence[Decimal],
    carriable: Sequence[bool],
    kept: Sequence[Decimal],
) -> Split:
    """Where points can be carried over, no more than the required ones count: of what is beyond, the latest goes on.

    What the minimums need of each piece (`kept`) does not go on. Without carry-over all counts.
    """
    nothing = (ZERO,) * len(pieces)
    excess = sum(accepted, ZERO) - required
    if rule is None or excess <= 0:
        return Split(tuple(accepted), nothing)
    counted, carried = list(accepted), [ZERO] * len(pieces)
    goes = min(excess, rule.maximum)
    latest_first = sorted(range(len(pieces)), key=lambda place: (pieces[place].day, place), reverse=True)
    for place in latest_first:
        if carriable[place] and goes > 0:
            carried[place] = min(goes, counted[place] - kept[place])
            counted[place] -= carried[place]
            goes -= carried[place]
    beyond = excess - sum(carried, ZERO)
    for place, least in (
        *((place, kept[place]) for place in latest_first),
        *((place, ZERO) for place in latest_first),
    ):
        off = min(beyond, counted[place] - least)
        if off > 0:
            counted[place] -= off
            beyond -= off
    return Split(tuple(counted), tuple(carried))


def sentence(rule_set: RuleSet) -> str:
    """The carry-over in words."""
    rule = rule_set.carry_over
    if rule is None:
        return f"{rule_set.many_called} beyond the required ones are not carried over."
    said = (
        f"Up to {plain(rule.maximum)} {rule_set.called(rule.maximum)} beyond the required ones go on into the "
        "next cycle"
    )
    if rule.categories:
        said += f", of {', '.join(rule_set.category_title(each) for each in rule.categories)} only"
    if rule.earned_in_last_months is not None:
        said += f", if earned in the last {rule.earned_in_last_months} months of the cycle"
    if rule.lands_in is not None:
        said += f"; they count as {rule_set.category_title(rule.lands_in)} there"
    if rule.cycles > 1:
        said += f"; the same ones over at most {rule.cycles} cycles"
    return f"{said}."
