"""The words of a rule set: what a certifying body says about points, as frozen data."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

Per = Literal["entry", "year", "cycle"]
"""Over what a cap or a minimum is counted: one entry, each year of the cycle, the whole of it."""

Years = Literal["cycle", "calendar"]
"""What a year of the cycle is: from one anniversary of its first day to the next, or a calendar year."""

AtLimit = Literal["block", "track"]
"""What happens to further sessions once everything is reached: they are refused, or taken and tracked."""

CycleEnd = Literal[
    "anniversary", "end-of-anniversary-month", "end-of-birth-month", "end-of-calendar-year", "fixed-day"
]


@dataclass(frozen=True, slots=True)
class Threshold:
    """A fixed number of points from so many units on."""

    at: Decimal
    points: Decimal


@dataclass(frozen=True, slots=True)
class Activity:
    """A row of the point table: so many points for each unit (or for `per` units) of something done.

    `also_in` are further units in which it may be entered, with the number of its own units that one of them makes.
    `step` is what a quantity must be a multiple of when it is entered, 0 for any quantity; `round_down_to` and
    `round_points_down_to` take what is entered and round it down. `effort` is the hours that one unit takes, for the
    shortest way; None for what nobody can do at will.
    """

    code: str
    category: str
    title: str
    points: Decimal
    unit: str
    step: Decimal = Decimal(1)
    max_quantity: Decimal | None = None
    requires_document: bool = False
    per: Decimal = Decimal(1)
    also_in: tuple[tuple[str, Decimal], ...] = ()
    hour_minutes: int = 60
    minimum: Decimal | None = None
    minimum_minutes: int | None = None
    round_down_to: Decimal | None = None
    round_points_down_to: Decimal | None = None
    thresholds: tuple[Threshold, ...] = ()
    relevant_share: bool = False
    spread: bool = False
    standing: bool = False
    fulfils_all: bool = False
    only_for: tuple[str, ...] = ()
    effort: Decimal | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Designation:
    """What can be held, as `IPMA-CP`; `points_required` None means those of the rule set.

    `renews` are the designations that a report for this one renews too.
    """

    code: str
    title: str
    points_required: Decimal | None = None
    renews: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Category:
    """The name of a category of the point table."""

    code: str
    title: str


@dataclass(frozen=True, slots=True)
class Group:
    """Categories and single activities that a cap or a minimum takes together."""

    code: str
    title: str
    categories: tuple[str, ...] = ()
    activities: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Scope:
    """What a cap or a minimum is about: one activity, category or group; everything where all are None."""

    activity: str | None = None
    category: str | None = None
    group: str | None = None


@dataclass(frozen=True, slots=True)
class Cap:
    """At most so many points, or so many times, count; `same_title` counts the times of each title by itself."""

    scope: Scope
    per: Per
    points: Decimal | None = None
    times: int | None = None
    same_title: bool = False
    only_for: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Minimum:
    """At least so many points are needed there, in the cycle or in each year of it."""

    scope: Scope
    per: Per
    points: Decimal
    only_for: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CarryOver:
    """What goes on into the next cycle of the points beyond the required ones.

    `earned_in_last_months` None means whenever earned, `categories` empty means of any; `lands_in` is the category
    where it counts then, None its own; `cycles` is over how many cycles the same points may be carried.
    """

    maximum: Decimal
    earned_in_last_months: int | None = None
    categories: tuple[str, ...] = ()
    lands_in: str | None = None
    cycles: int = 1


@dataclass(frozen=True, slots=True)
class Length:
    """A length of time: months, days or both."""

    months: int = 0
    days: int = 0


@dataclass(frozen=True, slots=True)
class Grace:
    """Time after the last day: to earn and submit, or only to submit."""

    length: Length
    earns: bool = False


@dataclass(frozen=True, slots=True)
class CycleRules:
    """When cycles end and what follows.

    `first` says whether a cycle that has to end on a certain day is at least or at most its years long. `next_starts`:
    after an early renewal the next cycle starts at once, or when the old one was due to end. `next_ends`: the next
    cycle ends its years after the old end, or after its own start. `late`: a renewal after the last day shortens the
    next cycle (its end stays as if renewed in time), or starts a full one. `early` is how long before the last day one
    may renew; None any time.
    """

    ends: CycleEnd = "anniversary"
    day: tuple[int, int] | None = None
    first: Literal["longer", "shorter"] = "longer"
    next_starts: Literal["at-once", "when-due"] = "when-due"
    next_ends: Literal["from-due", "from-start"] = "from-due"
    late: Literal["shortens", "full"] = "shortens"
    early: Length | None = None
    grace: Grace | None = None
    suspension: Length | None = None


@dataclass(frozen=True, slots=True)
class Several:
    """How those report who hold several designations.

    `reports`: one for each designation, or one total for all. `points_for_each_further` are added to the one total.
    `activity_serves` says whether the same activity may stand in several reports.
    """

    reports: Literal["each", "one-for-all"] = "each"
    points_for_each_further: Decimal = Decimal(0)
    activity_serves: Literal["all", "one"] = "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleSet:
    """Everything that decides which points count. A cycle keeps the rule set under which it started."""

    points_required: Decimal
    cycle_years: int
    designations: tuple[Designation, ...]
    activities: tuple[Activity, ...]
    points_called: tuple[str, str] = ("point", "points")
    categories: tuple[Category, ...] = ()
    groups: tuple[Group, ...] = ()
    caps: tuple[Cap, ...] = ()
    minimums: tuple[Minimum, ...] = ()
    years: Years = "cycle"
    at_limit: AtLimit = "block"
    carry_over: CarryOver | None = None
    cycle_rules: CycleRules = field(default_factory=CycleRules)
    several: Several = field(default_factory=Several)
    takes_over: bool = False

    @property
    def is_a_sum(self) -> bool:
        """Whether a cycle is complete as soon as what its entries claim adds up to the required points."""
        return not (self.caps or self.minimums or self.carry_over)

    def activity(self, code: str) -> Activity | None:
        """The row of the point table with this code, or None."""
        return next((activity for activity in self.activities if activity.code == code), None)

    def designation(self, code: str) -> Designation | None:
        """The designation with this code, or None."""
        return next((designation for designation in self.designations if designation.code == code), None)

    def holds_designation(self, code: str) -> bool:
        """Whether this program awards the designation."""
        return self.designation(code) is not None

    def required_for(self, designation: str) -> Decimal:
        """The points that a report for this designation needs."""
        held = self.designation(designation)
        return self.points_required if held is None or held.points_required is None else held.points_required

    def title_of(self, scope: Scope) -> str:
        """What a scope is called in a sentence; empty for everything."""
        if scope.activity is not None:
            activity = self.activity(scope.activity)
            return scope.activity if activity is None else activity.title
        if scope.group is not None:
            return next((group.title for group in self.groups if group.code == scope.group), scope.group)
        return "" if scope.category is None else self.category_title(scope.category)

    def category_title(self, code: str) -> str:
        """The name of a category; its code as words where none is given."""
        known = (category.title for category in self.categories if category.code == code)
        return next(known, code.replace("-", " ").capitalize())

    def covers(self, scope: Scope, activity: str, category: str) -> bool:
        """Whether an activity of a category is within a scope."""
        if scope.activity is not None:
            return scope.activity == activity
        if scope.category is not None:
            return scope.category == category
        if scope.group is not None:
            group = next(each for each in self.groups if each.code == scope.group)
            return activity in group.activities or category in group.categories
        return True

    @property
    def many_called(self) -> str:
        """`Points` at the beginning of a sentence, as the body calls them; abbreviations keep their letters."""
        many = self.points_called[1]
        return many[:1].upper() + many[1:]

    def called(self, points: Decimal) -> str:
        """`point` or `points`, as the body calls them."""
        return self.points_called[0] if points == 1 else self.points_called[1]


def applies(only_for: tuple[str, ...], designation: str) -> bool:
    """Whether a rule with this restriction applies to a designation; no restriction applies to all."""
    return not only_for or designation in only_for


def plain(number: Decimal) -> str:
    """A decimal as a person writes it: no exponent, no trailing zeros."""
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
