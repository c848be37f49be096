"""Reads the rules of a file into a rule set, and says what is wrong with them: each word, and the words together."""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from itertools import pairwise
from typing import Any, get_args

from shared.domain.rules.caps import faults_of_scopes
from shared.domain.rules.words import (
    Activity,
    AtLimit,
    Cap,
    CarryOver,
    Category,
    CycleEnd,
    CycleRules,
    Designation,
    Grace,
    Group,
    Length,
    Minimum,
    Per,
    RuleSet,
    Scope,
    Several,
    Threshold,
    Years,
    plain,
)
from shared.programs.lines import Path
from shared.programs.reading import MOST_YEARS, Fields, Notes, parsed

PORTAL_WORDS = (
    "name",
    "edition",
    "effective_from",
    "notice",
    "time_zone",
    "invoice_release",
    "payment_terms_days",
    "correction_days",
    "reminder_days",
    "largest_document_bytes",
    "documents_kept_years",
    "reinstatement_in_portal",
    "contact",
    "agreement",
    "reinstatement",
    "fees",
    "charges",
    "document_kinds",
)
"""What an edition of the portal says besides its rules; a file with rules alone may leave them out."""


def read_rule_set(text: str) -> RuleSet:
    """The rules of a file, whatever it says of the portal. Raises Unsound with every fault."""
    notes = Notes()
    fields = Fields(parsed(text), notes)
    words = rule_words(fields)
    fields.allow(*PORTAL_WORDS)
    fields.close()
    notes.raise_if_any(text)
    rule_set = RuleSet(**words)
    note_contradictions(rule_set, notes)
    notes.raise_if_any(text)
    return rule_set


def rule_words(fields: Fields) -> dict[str, Any]:
    """The words of a rule set, as its arguments."""
    called = fields.texts("points_called")
    if called and len(called) != 2:
        fields.fault("points_called", 'Give one and many, as ["hour", "hours"].')
    words: dict[str, Any] = {
        "points_required": fields.number("points_required"),
        "cycle_years": fields.whole("cycle_years", most=MOST_YEARS),
        "years": fields.choice("years", get_args(Years), "cycle"),
        "at_limit": fields.choice("at_limit", get_args(AtLimit), "block"),
        "takes_over": fields.flag("takes_over"),
        "designations": tuple(_designation(row) for row in fields.rows("designations")),
        "activities": tuple(_activity(row) for row in fields.rows("activities", needed=True)),
        "categories": tuple(_category(row) for row in fields.rows("categories")),
        "groups": tuple(_group(row) for row in fields.rows("groups")),
        "caps": tuple(_cap(row) for row in fields.rows("caps")),
        "minimums": tuple(_minimum(row) for row in fields.rows("minimums")),
    }
    if len(called) == 2:
        words["points_called"] = called
    for name, read in (("carry_over", _carry_over), ("cycle", _cycle), ("several", _several)):
        table = fields.table(name)
        if table is not None:
            words["cycle_rules" if name == "cycle" else name] = read(table)
    return words


def _designation(row: Fields) -> Designation:
    found = Designation(
        row.text("code"), row.text("title"), row.positive("points_required"), row.texts("renews")
    )
    row.close()
    return found


def _activity(row: Fields) -> Activity:
    rounded = row.positive("round_down_to")
    fixed = "thresholds" in row or "fulfils_all" in row
    found = Activity(
        code=row.text("code"),
        category=row.text("category"),
        title=row.text("title"),
        points=row.number("points", Decimal(0) if fixed else None),
        unit=row.text("unit"),
        step=row.number("step", Decimal(1) if rounded is None else Decimal(0)),
        max_quantity=row.positive("max_quantity"),
        requires_document=row.flag("requires_document"),
        per=row.positive("per") or Decimal(1),
        also_in=row.numbers_by_name("also_in"),
        hour_minutes=row.whole("hour_minutes", 60),
        minimum=row.positive("minimum"),
        minimum_minutes=row.maybe_whole("minimum_minutes"),
        round_down_to=rounded,
        round_points_down_to=row.positive("round_points_down_to"),
        thresholds=tuple(_threshold(each) for each in row.rows("thresholds")),
        relevant_share=row.flag("relevant_share"),
        spread=row.flag("spread"),
        standing=row.flag("standing"),
        fulfils_all=row.flag("fulfils_all"),
        only_for=row.texts("only_for"),
        effort=row.positive("effort"),
        note=row.text("note", ""),
    )
    if found.unit != "hour":
        for name in ("hour_minutes", "minimum_minutes"):
            if name in row:
                row.fault(name, 'This is for activities whose unit is "hour".')
    if found.standing and found.unit not in ("month", "year"):
        row.fault("standing", 'Only what is counted by "month" or "year" accrues by itself.')
    row.close()
    return found


def _threshold(row: Fields) -> Threshold:
    found = Threshold(row.number("at"), row.number("points"))
    row.close()
    return found


def _category(row: Fields) -> Category:
    found = Category(row.text("code"), row.text("title"))
    row.close()
    return found


def _group(row: Fields) -> Group:
    found = Group(row.text("code"), row.text("title"), row.texts("categories"), row.texts("activities"))
    if not found.categories and not found.activities:
        row.fault(None, "Name the categories or the activities of this group.")
    row.close()
    return found


def _scope(row: Fields) -> Scope:
    given = [name for name in ("activity", "category", "group") if name in row]
    for name in given[1:]:
        row.fault(name, f"This is about one thing: {given[0]} is given already.")
    return Scope(*(row.text(name, "") or None for name in ("activity", "category", "group")))


def _cap(row: Fields) -> Cap:
    scope = _scope(row)
    points = row.number("points", Decimal(-1))
    cap = Cap(
        scope=scope,
        per=row.choice("per", get_args(Per), "cycle"),
        points=None if points < 0 else points,
        times=row.maybe_whole("times"),
        same_title=row.flag("same_title"),
        only_for=row.texts("only_for"),
    )
    if ("points" in row) == ("times" in row):
        row.fault(None, "A cap says either points or times.")
    if "times" in row and (scope.activity is None or cap.per == "entry"):
        row.fault("times", "How often something counts is said of one activity, per cycle or year.")
    if "same_title" in row and "times" not in row:
        row.fault("same_title", "This goes with times.")
    row.close()
    return cap


def _minimum(row: Fields) -> Minimum:
    scope = _scope(row)
    found = Minimum(
        scope, row.choice("per", get_args(Per), "cycle"), row.number("points"), row.texts("only_for")
    )
    if found.per == "entry":
        row.fault("per", "A minimum is per cycle or per year; an activity's own is its minimum.")
    row.close()
    return found


def _carry_over(table: Fields) -> CarryOver:
    found = CarryOver(
        maximum=table.number("maximum"),
        earned_in_last_months=table.maybe_whole("earned_in_last_months"),
        categories=table.texts("categories"),
        lands_in=table.text("lands_in", "") or None,
        cycles=table.whole("cycles", 1),
    )
    table.close()
    return found


def _cycle(table: Fields) -> CycleRules:
    grace = table.table("grace")
    found = CycleRules(
        ends=table.choice("ends", get_args(CycleEnd), "anniversary"),
        day=table.month_and_day("day", needed=False),
        first=table.choice("first", ("longer", "shorter"), "longer"),
        next_starts=table.choice("next_starts", ("at-once", "when-due"), "when-due"),
        next_ends=table.choice("next_ends", ("from-due", "from-start"), "from-due"),
        late=table.choice("late", ("shortens", "full"), "shortens"),
        early=length(table.table("early")),
        grace=None if grace is None else _grace(grace),
        suspension=length(table.table("suspension")),
    )
    if (found.ends == "fixed-day") != (found.day is not None):
        table.fault("day", 'A day goes with ends = "fixed-day", and that needs one.')
    table.close()
    return found


def _grace(table: Fields) -> Grace:
    earns = table.flag("earns")
    return Grace(length(table) or Length(), earns)


def length(table: Fields | None) -> Length | None:
    """A length of time; None where it is not given."""
    if table is None:
        return None
    found = Length(table.whole("months", 0, least=0), table.whole("days", 0, least=0))
    if not found.months and not found.days:
        table.fault(None, "Give months or days.")
    table.close()
    return found


def _several(table: Fields) -> Several:
    found = Several(
        reports=table.choice("reports", ("each", "one-for-all"), "each"),
        points_for_each_further=table.number("points_for_each_further", Decimal(0)),
        activity_serves=table.choice("activity_serves", ("all", "one"), "all"),
    )
    table.close()
    return found


def note_contradictions(rule_set: RuleSet, notes: Notes) -> None:
    """Note where words that are sound by themselves do not go together."""
    _note_repeated(rule_set, notes)
    _note_unknown(rule_set, notes)
    _note_thresholds(rule_set, notes)
    if not notes.found:
        _note_scopes(rule_set, notes)
        _note_unreachable(rule_set, notes)


def _note_repeated(rule_set: RuleSet, notes: Notes) -> None:
    for name in ("activities", "designations", "categories", "groups"):
        seen: set[str] = set()
        for place, each in enumerate(getattr(rule_set, name)):
            if each.code in seen:
                notes.add((name, place, "code"), f'"{each.code}" stands here twice.')
            seen.add(each.code)


def _note_unknown(rule_set: RuleSet, notes: Notes) -> None:
    activities = {each.code for each in rule_set.activities}
    categories = {each.category for each in rule_set.activities}
    carry_over = rule_set.carry_over
    landing = None if carry_over is None else carry_over.lands_in
    groups = {each.code for each in rule_set.groups}
    designations = {each.code for each in rule_set.designations}
    among = {
        "renews": designations,
        "only_for": designations,
        "activities": activities,
        "categories": categories | ({landing} if landing else set()),
        "activity": activities,
        "category": categories | ({landing} if landing else set()),
        "group": groups,
    }

    for path, names in _references(rule_set):
        field = str(path[-1])
        for name in names:
            if name is not None and name not in among[field]:
                notes.add(path, f'There is no {_SINGULAR.get(field, field)} "{name}".')
    for place, category in enumerate(rule_set.categories):
        if category.code not in among["category"]:
            notes.add(("categories", place, "code"), f'No activity is of category "{category.code}".')


def _references(rule_set: RuleSet) -> Iterator[tuple[Path, Iterable[str | None]]]:
    """Every field that names something else, with the names."""
    for place, designation in enumerate(rule_set.designations):
        yield ("designations", place, "renews"), designation.renews
    for place, activity in enumerate(rule_set.activities):
        yield ("activities", place, "only_for"), activity.only_for
    for place, group in enumerate(rule_set.groups):
        yield ("groups", place, "categories"), group.categories
        yield ("groups", place, "activities"), group.activities
    for place, cap in enumerate(rule_set.caps):
        yield from _of_scope(("caps", place), cap)
    for place, minimum in enumerate(rule_set.minimums):
        yield from _of_scope(("minimums", place), minimum)
    if rule_set.carry_over is not None:
        yield ("carry_over", "categories"), rule_set.carry_over.categories


def _of_scope(path: Path, rule: Cap | Minimum) -> Iterator[tuple[Path, Iterable[str | None]]]:
    yield (*path, "activity"), [rule.scope.activity]
    yield (*path, "category"), [rule.scope.category]
    yield (*path, "group"), [rule.scope.group]
    yield (*path, "only_for"), rule.only_for


_SINGULAR = {
    "renews": "designation",
    "only_for": "designation",
    "activities": "activity",
    "categories": "category",
}


def _note_thresholds(rule_set: RuleSet, notes: Notes) -> None:
    for place, activity in enumerate(rule_set.activities):
        rows = activity.thresholds
        for row, (lower, higher) in enumerate(pairwise(rows)):
            if higher.at <= lower.at or higher.points < lower.points:
                detail = (
                    f"Threshold {row + 2} must be higher than the one before it, and give no fewer points."
                )
                notes.add(("activities", place, "thresholds"), detail)


def _note_scopes(rule_set: RuleSet, notes: Notes) -> None:
    for one, other in faults_of_scopes(rule_set):
        place = next(place for place, cap in enumerate(rule_set.caps) if cap.scope == other)
        detail = (
            f"“{rule_set.title_of(other)}” and “{rule_set.title_of(one)}” share some activities while neither holds "
            "the other, so caps on both cannot be counted in one way. Let one group hold the other."
        )
        notes.add(("caps", place), detail)


def _note_unreachable(rule_set: RuleSet, notes: Notes) -> None:
    for place, minimum in enumerate(rule_set.minimums):
        for cap in rule_set.caps:
            same = cap.scope == minimum.scope and cap.points is not None
            if same and cap.per in ("cycle", minimum.per) and (cap.points or Decimal(0)) < minimum.points:
                detail = f"This cannot be reached: a cap lets only {plain(cap.points or Decimal(0))} count."
                notes.add(("minimums", place, "points"), detail)
    if not rule_set.caps:
        return
    whole = [
        cap.points for cap in rule_set.caps if cap.scope == Scope() and cap.per == "cycle" and cap.points
    ]
    if whole and min(whole) < rule_set.points_required:
        notes.add(("points_required",), f"This cannot be reached: a cap lets only {plain(min(whole))} count.")
