"""Entries: what a member claims, what is wrong with a claim, and the points it earns."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from shared.domain.errors import Fault
from shared.domain.program import Activity, Program


@dataclass(frozen=True, slots=True)
class Claim:
    """What a member says of one line: an activity, how much of it, when, what and where."""

    activity: str
    quantity: Decimal
    title: str
    organization: str
    started_on: date
    ended_on: date
    notes: str = ""
    document_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the report: a claim with the points that its edition gives it. `on_paper`: staff entered it."""

    entry_id: str
    claim: Claim
    points: Decimal
    explanation: str
    logged_at: datetime
    version: int = 1
    logged_by: str = ""
    on_paper: bool = False


@dataclass(frozen=True, slots=True)
class Window:
    """The days in which points can be earned, and the day it is now in the program's time zone."""

    starts_on: date
    ends_on: date
    today: date


@dataclass(frozen=True, slots=True)
class PartialClaim:
    """The fields of a claim that could be read; None where a field is missing or not of its type."""

    activity: str | None = None
    quantity: Decimal | None = None
    started_on: date | None = None
    ended_on: date | None = None
    document_ids: tuple[str, ...] = field(default=())

    @classmethod
    def of(cls, fields: Mapping[str, object]) -> "PartialClaim":
        """The part of a claim that its sound fields make; a field of another type counts as missing."""
        activity, quantity = fields.get("activity"), fields.get("quantity")
        started_on, ended_on = fields.get("started_on"), fields.get("ended_on")
        documents = fields.get("document_ids")
        return cls(
            activity if isinstance(activity, str) else None,
            quantity if isinstance(quantity, Decimal) else None,
            started_on if isinstance(started_on, date) else None,
            ended_on if isinstance(ended_on, date) else None,
            tuple(documents) if isinstance(documents, tuple | list) else (),
        )


def award(program: Program, claim: Claim) -> tuple[Decimal, str]:
    """The points a sound claim earns and the sentence that says why (the published point table)."""
    activity = program.activity(claim.activity)
    if activity is None:
        raise LookupError(f"edition {program.edition} has no activity {claim.activity}")
    points = activity.points * claim.quantity
    explanation = (
        f"{activity.title}: {plain(claim.quantity)} × {plain(activity.points)} "
        f"{'point' if activity.points == 1 else 'points'} per {activity.unit} = {plain(points)}."
    )
    return points, explanation


def faults_in(
    claim: PartialClaim, program: Program, window: Window, documents: Collection[str], pointer: str
) -> list[Fault]:
    """Everything the rules find wrong with the readable fields of a claim; `pointer` is where the claim stands."""
    faults = _activity_faults(claim, program, pointer)
    faults += _day_faults(claim, window, pointer)
    faults += [
        Fault(
            f"{pointer}/document_ids/{index}", "There is no such document among yours for this certification."
        )
        for index, document_id in enumerate(claim.document_ids)
        if document_id not in documents
    ]
    return faults


def _activity_faults(claim: PartialClaim, program: Program, pointer: str) -> list[Fault]:
    if claim.activity is None:
        return []
    activity = program.activity(claim.activity)
    if activity is None:
        return [
            Fault(f"{pointer}/activity", "This activity is not in the point table. Choose one from the list.")
        ]
    return _quantity_faults(claim.quantity, activity, pointer)


def _quantity_faults(quantity: Decimal | None, activity: Activity, pointer: str) -> list[Fault]:
    if quantity is None:
        return []
    if not quantity > 0:
        return [Fault(f"{pointer}/quantity", "Give a number above 0.")]
    if quantity % activity.step:
        steps = "whole numbers" if activity.step == 1 else f"steps of {plain(activity.step)}"
        return [Fault(f"{pointer}/quantity", f"Count this activity in {steps} ({activity.unit}).")]
    if activity.max_quantity is not None and quantity > activity.max_quantity:
        return [Fault(f"{pointer}/quantity", f"At most {plain(activity.max_quantity)} can be entered here.")]
    return []


def _day_faults(claim: PartialClaim, window: Window, pointer: str) -> list[Fault]:
    faults = []
    for name, day in (("started_on", claim.started_on), ("ended_on", claim.ended_on)):
        if day is None:
            continue
        if not window.starts_on <= day <= window.ends_on:
            faults.append(
                Fault(
                    f"{pointer}/{name}",
                    f"This day is outside your recertification period, {window.starts_on} to {window.ends_on}.",
                )
            )
        elif day > window.today:
            faults.append(Fault(f"{pointer}/{name}", f"This day is in the future (today is {window.today})."))
    if claim.started_on and claim.ended_on and claim.ended_on < claim.started_on:
        faults.append(Fault(f"{pointer}/ended_on", "The last day is before the first day."))
    return faults


def plain(number: Decimal) -> str:
    """A decimal as a person writes it: no exponent, no trailing zeros."""
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
