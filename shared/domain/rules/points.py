"""What a quantity earns: points per unit, per hour, by threshold, of a relevant share; always rounded down."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from shared.domain.rules.words import Activity, plain

HUNDREDTH = Decimal("0.01")
TRILLION = Decimal(10**12)
MINUTE = "minute"
HOUR = "hour"


@dataclass(frozen=True, slots=True)
class Amount:
    """A number of units as a fraction, so that 20 minutes are exactly a third of an hour."""

    above: Decimal
    below: Decimal = Decimal(1)

    def of(self, factor: Decimal, per: Decimal = Decimal(1)) -> "Amount":
        """So many times as much, for each `per` of it."""
        return Amount(self.above * factor, self.below * per)

    def rounded_down(self, step: Decimal) -> "Amount":
        """The greatest multiple of the step that is not above it."""
        return Amount(self.above // (self.below * step) * step)

    def reaches(self, least: Decimal) -> bool:
        """Whether it is at least so much."""
        return self.above >= least * self.below

    @property
    def number(self) -> Decimal:
        """It as a decimal: exact where it has an end, otherwise rounded down to a hundredth."""
        if self.below == 1:
            return self.above
        if self.above * TRILLION % self.below:
            return self.rounded_down(HUNDREDTH).above
        return self.above / self.below


def units_of(activity: Activity, quantity: Decimal, unit: str = "") -> Amount:
    """A quantity in the activity's own unit: minutes as hours, a further unit by its conversion.

    Raises LookupError for a unit that the activity does not know.
    """
    if unit in ("", activity.unit):
        return Amount(quantity)
    if unit == MINUTE and activity.unit == HOUR:
        return Amount(quantity, Decimal(activity.hour_minutes))
    for name, factor in activity.also_in:
        if name == unit:
            return Amount(quantity * factor)
    raise LookupError(f"{activity.code} cannot be entered in {unit}")


def units_known(activity: Activity) -> tuple[str, ...]:
    """The units in which an activity may be entered, its own first."""
    minutes = (MINUTE,) if activity.unit == HOUR else ()
    return (activity.unit, *minutes, *(name for name, _ in activity.also_in))


def is_plain(activity: Activity) -> bool:
    """Whether a quantity in the activity's own unit earns `points` times as much, and nothing else has a say."""
    rounds = activity.round_down_to or activity.round_points_down_to
    least = activity.minimum or activity.minimum_minutes
    return activity.per == 1 and not (rounds or least or activity.thresholds or activity.fulfils_all)


def too_short(activity: Activity, units: Amount) -> bool:
    """Whether it is under the shortest length or the smallest quantity that earns anything."""
    if activity.minimum is not None and not units.reaches(activity.minimum):
        return True
    minutes = activity.minimum_minutes
    return minutes is not None and not units.of(Decimal(activity.hour_minutes)).reaches(Decimal(minutes))


def by_threshold(activity: Activity, units: Amount) -> Decimal:
    """The points of the highest threshold that is reached; 0 below the first."""
    return max((each.points for each in activity.thresholds if units.reaches(each.at)), default=Decimal(0))


def earned(
    activity: Activity,
    quantity: Decimal,
    unit: str = "",
    relevant_percent: Decimal | None = None,
    called: Callable[[Decimal], str] = lambda points: "point" if points == 1 else "points",
) -> tuple[Decimal, str]:
    """The points that a quantity earns before any cap, and the sentence that says why."""
    units = units_of(activity, quantity, unit)
    said = [] if unit in ("", activity.unit) else [_converted(activity, quantity, unit, units)]
    if too_short(activity, units):
        return Decimal(0), _sentence(activity, [*said, f"{_shortest(activity)} are needed, so it earns 0"])
    if relevant_percent is not None and relevant_percent != 100:
        units = units.of(relevant_percent, Decimal(100))
        said.append(f"{plain(relevant_percent)} % of it is relevant: {_counted(activity, units.number)}")
    if activity.round_down_to is not None:
        whole = units.rounded_down(activity.round_down_to)
        if whole.number * units.below != units.above:
            said.append(
                f"rounded down to steps of {plain(activity.round_down_to)}: {_counted(activity, whole.number)}"
            )
        units = whole
    if activity.thresholds:
        points = by_threshold(activity, units)
        give = "gives" if units.number == 1 else "give"
        said.append(f"{_counted(activity, units.number)} {give} {plain(points)} by the table of thresholds")
        return points, _sentence(activity, said)
    exact = units.of(activity.points, activity.per)
    points = exact.number
    if activity.round_points_down_to is not None:
        points = exact.rounded_down(activity.round_points_down_to).number
    said.append(
        f"{plain(units.number)} × {plain(activity.points)} {called(activity.points)} per "
        f"{_unit(activity)} = {plain(points)}"
    )
    return points, _sentence(activity, said)


def _sentence(activity: Activity, said: list[str]) -> str:
    return f"{activity.title}: {'; '.join(said)}."


def _unit(activity: Activity) -> str:
    return activity.unit if activity.per == 1 else f"{plain(activity.per)} {plural(activity.unit)}"


def _counted(activity: Activity, number: Decimal) -> str:
    return f"{plain(number)} {activity.unit if number == 1 else plural(activity.unit)}"


def _converted(activity: Activity, quantity: Decimal, unit: str, units: Amount) -> str:
    given = f"{plain(quantity)} {unit if quantity == 1 else plural(unit)}"
    made = f"{given} are {_counted(activity, units.number)}"
    if unit == MINUTE and activity.hour_minutes != 60:
        made += f" of {activity.hour_minutes} minutes"
    return made


def _shortest(activity: Activity) -> str:
    if activity.minimum_minutes is not None:
        return f"at least {activity.minimum_minutes} minutes"
    return f"at least {plain(activity.minimum or Decimal(0))} {plural(activity.unit)}"


def plural(unit: str) -> str:
    """The unit in the plural, as a sentence has it; abbreviations in capitals take an s too."""
    return unit if unit.endswith("s") else f"{unit}s"
