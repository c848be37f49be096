"""The handbook: how points are earned, in sentences made of the rule set itself, so that the two never disagree."""

from dataclasses import dataclass

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
    parts = [f"{activity.title}: {_earns(rule_set, activity)}."]
    parts += [
        f"1 {name} counts as {plain(factor)} {plural(activity.unit)}." for name, factor in activity.also_in
    ]
    if activity.unit == HOUR and activity.hour_minutes != 60:
        parts.append(f"{activity.hour_minutes} minutes make an hour.")
    if activity.minimum_minutes is not None:
        parts.append(f"It lasts at least {activity.minimum_minutes} minutes.")
    if activity.minimum is not None:
        parts.append(f"At least {plain(activity.minimum)} {plural(activity.unit)} are needed.")
    if activity.round_down_to is not None:
        parts.append(f"Rounded down to steps of {plain(activity.round_down_to)}.")
    if activity.round_points_down_to is not None:
        step = plain(activity.round_points_down_to)
        parts.append(f"{rule_set.points_called[1].capitalize()} are rounded down to steps of {step}.")
    if activity.relevant_share:
        parts.append("Only the share that is relevant counts.")
    if activity.requires_document:
        parts.append("A document is needed.")
    if activity.only_for:
        parts.append(f"For {', '.join(activity.only_for)} only.")
    if activity.note:
        parts.append(activity.note)
    return " ".join(parts)


def _earns(rule_set: RuleSet, activity: Activity) -> str:
    if activity.fulfils_all:
        return "meets the whole requirement"
    if activity.thresholds:
        return ", ".join(
            f"{plain(each.points)} {rule_set.called(each.points)} from {plain(each.at)} {plural(activity.unit)} on"
            for each in activity.thresholds
        )
    per = activity.unit if activity.per == 1 else f"{plain(activity.per)} {plural(activity.unit)}"
    return f"{plain(activity.points)} {rule_set.called(activity.points)} per {per}"


def _of(sentence: str, only_for: tuple[str, ...]) -> str:
    return f"{sentence[:-1]} ({', '.join(only_for)})." if only_for else sentence
