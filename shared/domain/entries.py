"""Entries: what a member claims, what is wrong with a claim, and the points it earns."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from shared.domain.days import written_day
from shared.domain.errors import Fault
from shared.domain.program import Activity, Program
from shared.domain.rules.claims import worth
from shared.domain.rules.points import units_known, units_of
from shared.domain.rules.words import plain

__all__ = [
    "Claim",
    "Entry",
    "PartialClaim",
    "Window",
    "award",
    "faults_in",
    "named_too_often",
    "plain",
]

MOST_NAMING = 20
"""How many entries of a cycle may name one document: it is deleted out of all of them in one transaction, those of
four certifications too."""


@dataclass(frozen=True, slots=True)
class Claim:
    """What a member says of one line: an activity, how much of it, when, what and where.

    `unit` is empty for the activity's own; `relevant_percent` is the share of it that is about the profession.
    """

    activity: str
    quantity: Decimal
    title: str
    organization: str
    started_on: date
    ended_on: date
    notes: str = ""
    document_ids: tuple[str, ...] = ()
    unit: str = ""
    relevant_percent: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the report: a claim with the points that its edition gives it, before any cap of the ledger.

    `on_paper`: staff entered it. `standing_id`: it accrued by itself, from that standing claim.
    """

    entry_id: str
    claim: Claim
    points: Decimal
    logged_at: datetime
    version: int = 1
    logged_by: str = ""
    on_paper: bool = False
    standing_id: str = ""


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
    unit: str = ""
    relevant_percent: Decimal | None = None

    @classmethod
    def of(cls, fields: Mapping[str, object]) -> "PartialClaim":
        """The part of a claim that its sound fields make; a field of another type counts as missing."""
        activity, quantity = fields.get("activity"), fields.get("quantity")
        started_on, ended_on = fields.get("started_on"), fields.get("ended_on")
        documents, unit, share = (
            fields.get("document_ids"),
            fields.get("unit"),
            fields.get("relevant_percent"),
        )
        return cls(
            activity if isinstance(activity, str) else None,
            quantity if isinstance(quantity, Decimal) else None,
            started_on if isinstance(started_on, date) else None,
            ended_on if isinstance(ended_on, date) else None,
            tuple(documents) if isinstance(documents, tuple | list) else (),
            unit if isinstance(unit, str) else "",
            share if isinstance(share, Decimal) else None,
        )


def award(program: Program, claim: Claim, designation: str = "") -> Decimal:
    """The points that a sound claim earns by itself (the published point table)."""
    activity = program.activity(claim.activity)
    if activity is None:
        raise LookupError(f"edition {program.edition} has no activity {claim.activity}")
    return worth(program, activity, claim, program.required_for(designation))[0]


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


def named_too_often(others: Iterable[Entry], claims: Iterable[tuple[str, Claim]]) -> list[Fault]:
    """Documents that more entries would name than can be told at once that one is deleted; each claim with where it
    stands."""
    named = Counter(document_id for entry in others for document_id in entry.claim.document_ids)
    faults = []
    for pointer, claim in claims:
        for index, document_id in enumerate(claim.document_ids):
            named[document_id] += 1
            if named[document_id] > MOST_NAMING:
                detail = (
                    f"{MOST_NAMING} entries name this document already. Upload it once more for the others."
                )
                faults.append(Fault(f"{pointer}/document_ids/{index}", detail))
    return faults


def _activity_faults(claim: PartialClaim, program: Program, pointer: str) -> list[Fault]:
    if claim.activity is None:
        return []
    activity = program.activity(claim.activity)
    if activity is None:
        return [
            Fault(f"{pointer}/activity", "This activity is not in the point table. Choose one from the list.")
        ]
    return [
        *_unit_faults(claim, activity, pointer),
        *_quantity_faults(claim, activity, pointer),
        *_share_faults(claim, activity, pointer),
    ]


def _unit_faults(claim: PartialClaim, activity: Activity, pointer: str) -> list[Fault]:
    known = units_known(activity)
    if claim.unit in ("", *known):
        return []
    return [Fault(f"{pointer}/unit", f"This activity is counted in: {', '.join(known)}.")]


def _quantity_faults(claim: PartialClaim, activity: Activity, pointer: str) -> list[Fault]:
    quantity = claim.quantity
    if quantity is None:
        return []
    if not quantity > 0:
        return [Fault(f"{pointer}/quantity", "Give a number above 0.")]
    own = claim.unit in ("", activity.unit)
    if own and activity.step and quantity % activity.step:
        steps = "whole numbers" if activity.step == 1 else f"steps of {plain(activity.step)}"
        return [Fault(f"{pointer}/quantity", f"Count this activity in {steps} ({activity.unit}).")]
    if claim.unit not in ("", *units_known(activity)) or activity.max_quantity is None:
        return []
    if units_of(activity, quantity, claim.unit).number > activity.max_quantity:
        return [Fault(f"{pointer}/quantity", f"At most {plain(activity.max_quantity)} can be entered here.")]
    return []


def _share_faults(claim: PartialClaim, activity: Activity, pointer: str) -> list[Fault]:
    if claim.relevant_percent is None:
        return []
    if not activity.relevant_share:
        return [Fault(f"{pointer}/relevant_percent", "This activity counts as a whole; leave this out.")]
    if not 0 < claim.relevant_percent <= 100:
        return [Fault(f"{pointer}/relevant_percent", "Give a percentage above 0, at most 100.")]
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
                    f"This day is outside your recertification period, {written_day(window.starts_on)} to "
                    f"{written_day(window.ends_on)}.",
                )
            )
        elif day > window.today:
            faults.append(
                Fault(
                    f"{pointer}/{name}", f"This day is in the future (today is {written_day(window.today)})."
                )
            )
    if claim.started_on and claim.ended_on and claim.ended_on < claim.started_on:
        faults.append(Fault(f"{pointer}/ended_on", "The last day is before the first day."))
    return faults
