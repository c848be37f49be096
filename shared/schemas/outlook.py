"""The shortest way as it is answered: what accrues, what is missing then, and the cheapest mixes."""

from shared.domain import shortest_way
from shared.domain.rules.shortest import Way as CheapWay
from shared.schemas.fields import Day, Given, Points


class Step(Given):
    """So much of one activity."""

    activity: str
    title: str
    quantity: Points
    unit: str


class Way(Given):
    """A mix that closes the gap, in words and in steps; `effort_hours` is an estimate by the edition."""

    text: str
    effort_hours: Points
    steps: list[Step]

    @classmethod
    def of(cls, way: CheapWay) -> "Way":
        """The way of the domain as it is answered."""
        return cls(
            text=way.text,
            effort_hours=way.effort,
            steps=[
                Step(
                    activity=step.activity.code,
                    title=step.activity.title,
                    quantity=step.quantity,
                    unit=step.activity.unit,
                )
                for step in way.steps
            ],
        )


class Outlook(Given):
    """What comes by itself until the cycle's end, what is missing then, and the cheapest ways to close it."""

    points_accruing: Points
    until: Day
    points_missing: Points
    missing: list[str]
    days_left: int
    ways: list[Way]

    @classmethod
    def of(cls, outlook: shortest_way.Outlook) -> "Outlook":
        """The outlook of the domain as it is answered."""
        return cls(
            points_accruing=outlook.accruing,
            until=outlook.until,
            points_missing=outlook.points_missing,
            missing=list(outlook.missing),
            days_left=outlook.days_left,
            ways=[Way.of(way) for way in outlook.ways],
        )
