"""The handbook: how points are earned, in sentences made of the rule set itself, so that the two never disagree."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from shared.domain.rules import caps, carry_over, cycles, designations, limit, minimums
from shared.domain.rules.points import HOUR, plural
from shared.domain.rules.words import Activity, RuleSet, Scope, plain


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with its sentences."""

    title: str
    lines: tuple[str, ...]


def handbook(rule_set: RuleSet) -> tuple[Section, ...]:
    """The whole handbook: what is required, the point table by category, what happens beyond it, and the dates."""
    required = f"{plain(rule_set.points_required)} {rule_set.called(rule_set.points_required)}"
    years = "year" if rule_set.cycle_years == 1 else f"{rule_set.cycle_years} years"
    needed = [f"Each cycle needs {required} in {years}."]
    needed += [
        f"{each.title}: {plain(each.points_required)} {rule_set.called(each.points_required)}."
        for each in rule_set.designations
        if each.points_required is not None
    ]
    needed += [_of(minimums.sentence(rule_set, each), each.only_for) for each in rule_set.minimums]
    needed += [designations.sentence(rule_set)] if designations.sentence(rule_set) else []
    general = [cap for cap in rule_set.caps if cap.scope == Scope() or cap.scope.group is not None]
    beyond = [_of(caps.sentence(rule_set, cap), cap.only_for) for cap in general]
    beyond += [limit.sentence(rule_set), carry_over.sentence(rule_set)]
    categories = dict.fromkeys(activity.category for activity in rule_set.activities)
    return (
        Section("What is required", tuple(needed)),
        *(Section(rule_set.category_title(each), tuple(_category(rule_set, each))) for each in categories),
        Section("Limits and what goes on", tuple(beyond)),
        Section("Dates", tuple(cycles.sentences(rule_set.cycle_rules, rule_set.cycle_years))),
    )


def _category(rule_set: RuleSet, category: str) -> list[str]:
    rows = [activity for activity in rule_set.activities if activity.category == category]
    said = []
    for activity in rows:
        said.append(activity_sentence(rule_set, activity))
        of_it = [cap for cap in rule_set.caps if cap.scope.activity == activity.code]
        said += [_of(caps.sentence(rule_set, cap), cap.only_for) for cap in of_it]
    of_all = [cap for cap in rule_set.caps if cap.scope.category == category]
    return said + [_of(caps.sentence(rule_set, cap), cap.only_for) for cap in of_all]


def activity_sentence(rule_set: RuleSet, activity: Activity) -> str:
    """What an activity earns, in one sentence or a few."""
    conversions = [
        f"1 {name} counts as {plain(factor)} {plural(activity.unit)}." for name, factor in activity.also_in
    ]
    parts = [f"{activity.title}: {_earns(rule_set, activity)}.", *conversions]
    parts += [sentence for applies, sentence in _conditions(rule_set, activity) if applies]
    return " ".join(parts)


def _conditions(rule_set: RuleSet, activity: Activity) -> Iterator[tuple[bool, str]]:
    """Each sentence that a row may need, with whether this one does."""
    yield (
        activity.unit == HOUR and activity.hour_minutes != 60,
        f"{activity.hour_minutes} minutes make an hour.",
    )
    yield activity.minimum_minutes is not None, f"It lasts at least {activity.minimum_minutes} minutes."
    least, step = activity.minimum or Decimal(0), activity.round_down_to or Decimal(0)
    yield bool(least), f"At least {plain(least)} {plural(activity.unit)} are needed."
    yield bool(step), f"Rounded down to steps of {plain(step)}."
    step = activity.round_points_down_to or Decimal(0)
    yield bool(step), f"{rule_set.many_called} are rounded down to steps of {plain(step)}."
    yield activity.relevant_share, "Only the share that is relevant counts."
    each = "month" if activity.unit == "month" else "year"
    yield activity.standing, f"Entered once with its days, it counts by itself for each {each} that is over."
    most = activity.max_quantity or Decimal(0)
    yield bool(most), f"At most {_units(most, activity)} can be entered at once."
    yield activity.requires_document, "A document is needed."
    yield bool(activity.only_for), f"For {', '.join(activity.only_for)} only."
    yield bool(activity.note), activity.note


def _earns(rule_set: RuleSet, activity: Activity) -> str:
    if activity.fulfils_all:
        return "meets the whole requirement"
    if activity.thresholds:
        return ", ".join(
            f"{plain(each.points)} {rule_set.called(each.points)} from {_units(each.at, activity)} on"
            for each in activity.thresholds
        )
    per = activity.unit if activity.per == 1 else f"{plain(activity.per)} {plural(activity.unit)}"
    return f"{plain(activity.points)} {rule_set.called(activity.points)} per {per}"


def _units(number: Decimal, activity: Activity) -> str:
    return f"{plain(number)} {activity.unit if number == 1 else plural(activity.unit)}"


def _of(sentence: str, only_for: tuple[str, ...]) -> str:
    return f"{sentence[:-1]} ({', '.join(only_for)})." if only_for else sentence
