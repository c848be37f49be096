"""Minimums: what has to be reached in an activity, a category, a group or overall, in the cycle or in each year."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from shared.domain.rules.caps import Piece
from shared.domain.rules.words import Minimum, RuleSet, applies, plain

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Reached:
    """How far a minimum is reached; `year` is the place of the year in the cycle, None for the whole."""

    minimum: Minimum
    year: int | None
    points: Decimal
    text: str

    @property
    def missing(self) -> Decimal:
        """What is missing to it, never below 0."""
        return max(ZERO, self.minimum.points - self.points)


def asked(rule_set: RuleSet, designation: str, years: int) -> list[tuple[Minimum, int | None]]:
    """The minimums of a report for a designation: one that is per year stands there once for each."""
    return [
        (minimum, year)
        for minimum in rule_set.minimums
        if applies(minimum.only_for, designation)
        for year in (range(years) if minimum.per == "year" else (None,))
    ]


def within(rule_set: RuleSet, minimum: Minimum, year: int | None, pieces: Sequence[Piece]) -> list[int]:
    """The places of the pieces that count towards a minimum."""
    rows = {
        row: rule_set.covers(minimum.scope, *row)
        for row in {(each.activity, each.category) for each in pieces}
    }
    return [
        place
        for place, piece in enumerate(pieces)
        if rows[(piece.activity, piece.category)] and year in (None, piece.year)
    ]


def needed(
    rule_set: RuleSet,
    wanted: Iterable[tuple[Minimum, int | None]],
    pieces: Sequence[Piece],
    amounts: Sequence[Decimal],
) -> list[Decimal]:
    """How much of each piece the minimums need, of these amounts of them: the narrowest minimum first, so that what it
    takes serves the wider ones too."""
    kept = [ZERO] * len(pieces)
    scopes = [(minimum, within(rule_set, minimum, year, pieces)) for minimum, year in wanted]
    for minimum, places in sorted(scopes, key=lambda each: len(each[1])):
        left = minimum.points - sum((kept[place] for place in places), ZERO)
        for place in places:
            if left <= 0:
                break
            amount = min(left, amounts[place] - kept[place])
            kept[place] += amount
            left -= amount
    return kept


def reached(
    rule_set: RuleSet,
    wanted: Iterable[tuple[Minimum, int | None]],
    pieces: Sequence[Piece],
    counted: Sequence[Decimal],
    year_titles: Sequence[str],
) -> tuple[Reached, ...]:
    """How far each minimum is reached by what the caps leave here."""
    found = []
    for minimum, year in wanted:
        points = sum((counted[place] for place in within(rule_set, minimum, year, pieces)), ZERO)
        over = "" if year is None else f" in {year_titles[year]}"
        found.append(Reached(minimum, year, points, _sentence(rule_set, minimum, points, over)))
    return tuple(found)


def sentence(rule_set: RuleSet, minimum: Minimum) -> str:
    """A minimum in words."""
    where = rule_set.title_of(minimum.scope) or "All activities"
    over = {"cycle": "in a cycle", "year": "in each year of the cycle", "entry": ""}[minimum.per]
    if rule_set.years == "calendar" and minimum.per == "year":
        over = "in each calendar year"
    return f"{where}: at least {plain(minimum.points)} {rule_set.called(minimum.points)} {over}."


def _sentence(rule_set: RuleSet, minimum: Minimum, points: Decimal, over: str) -> str:
    where = rule_set.title_of(minimum.scope)
    at = f" in {where}" if where else ""
    need = f"At least {plain(minimum.points)} {rule_set.called(minimum.points)} are needed{at}{over}"
    if points >= minimum.points:
        return f"{need}: {plain(points)} count."
    missing = minimum.points - points
    count = "counts" if points == 1 else "count"
    verb = "is" if missing == 1 else "are"
    return f"{need}; {plain(points)} {count}, so {plain(missing)} {verb} missing."
