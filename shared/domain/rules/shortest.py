"""The shortest way: the cheapest few mixes of activities that close what is missing in a cycle.

Cheap is what takes few hours (`effort`). For each minimum that is not reached the cheapest activities within it are
taken first; the rest is closed by one or two activities in the best proportion. Every mix is counted by the ledger
itself, so that caps, rounding and repeats are those of the rule set, and what does not close the gap is not proposed.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from itertools import combinations
from operator import itemgetter

from shared.domain.rules.ledger import Ledger
from shared.domain.rules.minimums import Reached
from shared.domain.rules.points import plural
from shared.domain.rules.words import Activity, RuleSet, applies, plain

WAYS = 3
"""How many mixes are proposed."""

TRIED = 60
"""How many of the cheapest mixes are counted, at most."""

MOST_UNITS = Decimal(100)

Mix = tuple[tuple[Activity, Decimal], ...]
"""Quantities of activities, as they are tried: a hundred of them for a dashboard, of which three are proposed."""

Meets = Callable[[Mix], bool]
"""Whether the cycle has all it needs with a mix in addition."""


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
    rule_set: RuleSet, designation: str, now: Ledger, meets: Meets, hours_left: Decimal
) -> tuple[Way, ...]:
    """The cheapest mixes that close what is missing, the cheapest first; none when nothing is, or nothing fits.

    Each brings an activity that those before it do not have, so that there is something to choose from. `now` is the
    ledger with all that will accrue by itself, `meets` says what more would do, `hours_left` is the most that a mix may
    take.
    """
    if now.met:
        return ()
    able = [
        activity
        for activity in rule_set.activities
        if activity.effort and not activity.fulfils_all and applies(activity.only_for, designation)
    ]
    found: list[Way] = []
    used: set[str] = set()
    tried = 0
    for effort, _, mix in sorted(map(_weighed, _mixes(rule_set, able, now)), key=itemgetter(0, 1)):
        if len(found) == WAYS or tried == TRIED or effort > hours_left:
            break
        kinds = {activity.code for activity, _ in mix}
        if kinds <= used:
            continue
        tried += 1
        added = _added_up(mix)
        if meets(added) and not any(meets(rest) for rest in _each_less_one(added)):
            used |= kinds
            found.append(Way(tuple(Step(activity, quantity) for activity, quantity in added)))
    return tuple(found)


def _weighed(mix: Mix) -> tuple[Decimal, int, Mix]:
    """A mix behind the hours and the number of activities that it takes."""
    hours = Decimal(0)
    for activity, quantity in mix:
        hours += (activity.effort or 0) * quantity
    return hours, len({activity.code for activity, _ in mix}), mix


def _each_less_one(mix: Mix) -> Iterator[Mix]:
    """A mix of several without each of its parts in turn: what does not need one of them is no mix."""
    if len(mix) > 1:
        yield from combinations(mix, len(mix) - 1)


def _mixes(rule_set: RuleSet, able: Sequence[Activity], now: Ledger) -> Iterator[Mix]:
    """Candidates: what the minimums need by one activity each, and the rest of the total by one or two."""
    for base in _for_minimums(rule_set, able, now.unmet):
        gap = now.points_missing - sum((_points(*part) for part in base), Decimal(0))
        if gap <= 0:
            yield base
            continue
        for activity in able:
            if (quantity := _needed(activity, gap)) <= MOST_UNITS:
                yield (*base, (activity, quantity))
        for one, other in combinations(_best_of_category(able, gap), 2):
            for pair in _cheapest_pairs(one, other, gap):
                yield (*base, *pair)


def _best_of_category(able: Sequence[Activity], gap: Decimal) -> list[Activity]:
    """Of each category the activity that takes the least for its points, one unit of which is not more than the gap:
    nobody goes to three half days for what one whole day gives."""
    best: dict[str, Activity] = {}
    for each in able:
        if 0 < _points(each, Decimal(1)) <= gap:
            known = best.setdefault(each.category, each)
            if _effort_of(each, gap) < _effort_of(known, gap):
                best[each.category] = each
    return list(best.values())


def _effort_of(activity: Activity, points: Decimal) -> Decimal:
    return (activity.effort or Decimal(0)) * _needed(activity, points)


def _cheapest_pairs(one: Activity, other: Activity, gap: Decimal) -> Iterator[Mix]:
    """The few cheapest ways to close a gap with some of each of two activities.

    What so much of a mix costs rises or falls with the share of the one, up to rounding: the cheapest lie at the ends.
    Those in the middle are for rule sets that cap one of the two.
    """
    most = int(min(_needed(one, gap), MOST_UNITS)) - 1
    for units in sorted({1, 2, 3, most // 2, most - 1, most}):
        if 1 <= units <= most:
            first = Decimal(units)
            rest = _needed(other, gap - _points(one, first))
            if 0 < rest <= MOST_UNITS:
                yield (one, first), (other, rest)


def _for_minimums(rule_set: RuleSet, able: Sequence[Activity], unmet: Sequence[Reached]) -> Iterator[Mix]:
    if not unmet:
        yield ()
        return
    first, *others = unmet
    scope = first.minimum.scope
    within = [each for each in able if rule_set.covers(scope, each.code, each.category)]
    cheapest = sorted(within, key=lambda each: _effort_of(each, first.missing))
    for rest in _for_minimums(rule_set, able, others):
        done = sum(
            (
                _points(activity, quantity)
                for activity, quantity in rest
                if rule_set.covers(scope, activity.code, activity.category)
            ),
            Decimal(0),
        )
        if done >= first.missing:
            yield rest
            continue
        for activity in cheapest[:2]:
            yield (*rest, (activity, _needed(activity, first.missing - done)))


def _added_up(mix: Mix) -> Mix:
    """A mix in which each activity stands once."""
    added: dict[str, tuple[Activity, Decimal]] = {}
    for activity, quantity in mix:
        _, known = added.get(activity.code, (activity, Decimal(0)))
        added[activity.code] = (activity, known + quantity)
    return tuple(added.values())


def _points(activity: Activity, quantity: Decimal) -> Decimal:
    if activity.thresholds:
        return max((each.points for each in activity.thresholds if each.at <= quantity), default=Decimal(0))
    return activity.points * quantity / activity.per


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
