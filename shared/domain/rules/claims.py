"""Claims: each entry of a cycle with the points that it is worth by itself, before others are looked at."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Protocol

from shared.domain.days import written_day
from shared.domain.rules import caps
from shared.domain.rules.carry_over import CarriedIn
from shared.domain.rules.points import earned
from shared.domain.rules.words import Activity, Cap, RuleSet, plain

ZERO = Decimal(0)
CARRIED_IN = "carried-in"


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


@dataclass(slots=True)
class Draft:
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


def drafts_of(
    rule_set: RuleSet, period: Period, entries: Iterable[Entered], required: Decimal
) -> list[Draft]:
    """What came in from an earlier cycle, then the entries. Raises LookupError for what the rule set does not know."""
    table = {activity.code: activity for activity in rule_set.activities}
    found = [
        Draft(
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


def _draft(rule_set: RuleSet, period: Period, entry: Entered, activity: Activity, required: Decimal) -> Draft:
    claim = entry.claim
    points, rule = worth(rule_set, activity, claim, required)
    draft = Draft(
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


def apply_reductions(drafts: Collection[Draft], reduced: Mapping[str, tuple[Decimal, str]]) -> None:
    """Leave each reduced entry what a reviewer's number leaves it."""
    for draft in drafts:
        if draft.entry_id in reduced:
            points, reason = reduced[draft.entry_id]
            if points < draft.left:
                draft.left = points
                draft.refusals.append(f"Reduced to {plain(points)} by a reviewer: {reason}")


def apply_entry_caps(rule_set: RuleSet, designation: str, drafts: Collection[Draft]) -> None:
    """Leave each entry no more than one entry of its kind may count."""
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
