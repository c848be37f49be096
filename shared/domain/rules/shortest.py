"""The shortest way: the cheapest few mixes of activities that close what is missing in a cycle.

Cheap is what takes few hours (`effort`). For each minimum that is not reached the cheapest activities within it are
taken first; the rest is closed by one or two activities in the best proportion. Every mix is counted by the ledger
itself, so that caps, rounding and repeats are those of the rule set, and what does not close the gap is not proposed.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from itertools import islice, permutations

from shared.domain.rules.ledger import Ledger
from shared.domain.rules.minimums import Reached
from shared.domain.rules.points import plural
from shared.domain.rules.words import Activity, RuleSet, applies, plain

WAYS = 3
"""How many mixes are proposed."""

TRIED = 60
"""How many of the cheapest mixes are counted, at most."""

MOST_UNITS = Decimal(60)

Count = Callable[[Sequence[tuple[Activity, Decimal]]], Ledger]
"""Counts the cycle with these quantities of activities in addition."""


@dataclass(frozen=True, slots=True)
class Step:
    """So much of one activity."""

    activity: Activity
    quantity: Decimal

    @property
    def effort(self) -> Decimal:
        """The hours it takes."""
        return (self.activity.effort or Decimal(0)) * self.quantity


@dataclass(frozen=True, slots=True)
class Way:
    """A mix that closes the gap."""

    steps: tuple[Step, ...]

    @property
    def effort(self) -> Decimal:
        """The hours it takes."""
        return sum((step.effort for step in self.steps), Decimal(0))

    @property
    def text(self) -> str:
        """The mix in words: “2 × Webinar and 1 × Conference, full day”."""
        said = [_step(step) for step in self.steps]
        return f"{', '.join(said[:-1])} and {said[-1]}" if len(said) > 1 else "".join(said)


def shortest_ways(
    rule_set: RuleSet, designation: str, now: Ledger, count: Count, hours_left: Decimal
) -> tuple[Way, ...]:
    """The cheapest mixes that close what is missing, the cheapest first; none when nothing is, or nothing fits.

    `now` is the ledger with all that will accrue by itself, `count` gives it with more in addition, `hours_left` is the
    most that a mix may take.
    """
    if now.met:
        return ()
    able = [
        activity
        for activity in rule_set.activities
        if activity.effort and not activity.fulfils_all and applies(activity.only_for, designation)
    ]
    found: list[Way] = []
    seen: set[frozenset[str]] = set()
    mixes = sorted(_mixes(rule_set, able, now), key=lambda way: (way.effort, len(way.steps), way.text))
    fitting = (way for way in mixes if way.effort <= hours_left)
    for way in islice(fitting, TRIED):
        kinds = frozenset(step.activity.code for step in way.steps)
        if any(kinds >= other for other in seen):
            continue
        if count([(step.activity, step.quantity) for step in way.steps]).met:
            seen.add(kinds)
            found.append(way)
        if len(found) == WAYS:
            break
    return tuple(found)


def _mixes(rule_set: RuleSet, able: Sequence[Activity], now: Ledger) -> Iterator[Way]:
    """Candidates: what the minimums need by one activity each, and the rest of the total by one or two."""
    for base in _for_minimums(rule_set, able, now.unmet):
        gap = now.points_missing - sum((_points(step) for step in base), Decimal(0))
        if gap <= 0:
            yield _way(base)
            continue
        for activity in able:
            if (quantity := _needed(activity, gap)) <= MOST_UNITS:
                yield _way((*base, Step(activity, quantity)))
        for one, other in permutations(able, 2):
            for units in range(1, min(int(_needed(one, gap)), int(MOST_UNITS))):
                first = Step(one, Decimal(units))
                rest = _needed(other, gap - _points(first))
                if 0 < rest <= MOST_UNITS:
                    yield _way((*base, first, Step(other, rest)))


def _for_minimums(
    rule_set: RuleSet, able: Sequence[Activity], unmet: Sequence[Reached]
) -> Iterator[tuple[Step, ...]]:
    if not unmet:
        yield ()
        return
    first, *others = unmet
    scope = first.minimum.scope
    within = [each for each in able if rule_set.covers(scope, each.code, each.category)]
    cheapest = sorted(within, key=lambda each: (each.effort or Decimal(0)) * _needed(each, first.missing))
    for rest in _for_minimums(rule_set, able, others):
        done = sum(
            (
                _points(step)
                for step in rest
                if rule_set.covers(scope, step.activity.code, step.activity.category)
            ),
            Decimal(0),
        )
        if done >= first.missing:
            yield rest
            continue
        for activity in cheapest[:2]:
            yield (*rest, Step(activity, _needed(activity, first.missing - done)))


def _way(steps: Sequence[Step]) -> Way:
    """The steps with those of the same activity added up."""
    added: dict[str, Step] = {}
    for step in steps:
        known = added.get(step.activity.code)
        quantity = step.quantity + (known.quantity if known else Decimal(0))
        added[step.activity.code] = Step(step.activity, quantity)
    return Way(tuple(added.values()))


def _points(step: Step) -> Decimal:
    if step.activity.thresholds:
        return max(
            (each.points for each in step.activity.thresholds if each.at <= step.quantity), default=Decimal(0)
        )
    return step.activity.points * step.quantity / step.activity.per


def _needed(activity: Activity, points: Decimal) -> Decimal:
    """The smallest quantity that earns so many points by itself: whole units, or the steps the row allows."""
    if points <= 0:
        return Decimal(0)
    if activity.thresholds:
        enough = [each.at for each in activity.thresholds if each.points >= points]
        return min(enough, default=MOST_UNITS + 1)
    if not activity.points:
        return MOST_UNITS + 1
    step = activity.step or activity.round_down_to or Decimal(1)
    steps = (points * activity.per / activity.points / step).to_integral_value(ROUND_CEILING)
    return max(steps * step, activity.minimum or Decimal(0))


def _step(step: Step) -> str:
    if step.quantity == 1:
        return f"1 × {step.activity.title} ({step.activity.unit})"
    return f"{plain(step.quantity)} × {step.activity.title} ({plural(step.activity.unit)})"
