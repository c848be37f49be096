"""A dry run of changed rules: whom they would flip from ready to not, or from not to ready, and why."""

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Literal

from shared.domain.program import Program
from shared.domain.recertification import Recertification

Outcome = Literal["ready to not", "not to ready", "cannot be counted"]


@dataclass(frozen=True, slots=True)
class Flip:
    """A member whom the changed rules would flip: the totals before and after, and what would be missing."""

    member_id: str
    certification_id: str
    designation: str
    flips: Outcome
    points_before: Decimal
    points_after: Decimal
    why: tuple[str, ...]


def flip_of(found: Recertification, changed: Program, today: date) -> Flip | None:
    """What changed rules would do to a cycle on a day; None where they leave it as ready or unready as it is.

    One with entries that the changed rules do not know, as of an activity that is gone, cannot be counted. What is
    signed is not taken over.
    """
    if changed.takes_over and found.cycle.locked:
        return None
    before = found.accrued(today)
    now = before.ledger
    try:
        after = replace(before, program=changed).accrued(today).ledger
    except LookupError as error:
        why = str(error.args[0])
        return _flip(found, "cannot be counted", now.total, Decimal(0), (f"{why[:1].upper()}{why[1:]}.",))
    if now.met == after.met:
        return None
    if now.met:
        return _flip(found, "ready to not", now.total, after.total, after.missing)
    return _flip(found, "not to ready", now.total, after.total, now.missing)


def _flip(
    found: Recertification,
    flips: Outcome,
    before: Decimal,
    after: Decimal,
    why: tuple[str, ...],
) -> Flip:
    held = found.certification
    return Flip(held.member_id, held.certification_id, held.designation, flips, before, after, why)
