"""A dry run of changed rules: whom they would flip from ready to not, or from not to ready, and why."""

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Literal

from shared.domain.program import Program
from shared.domain.recertification import Recertification


@dataclass(frozen=True, slots=True)
class Flip:
    """A member whom the changed rules would flip: the totals before and after, and what would be missing."""

    member_id: str
    certification_id: str
    flips: Literal["ready to not", "not to ready"]
    points_before: Decimal
    points_after: Decimal
    why: tuple[str, ...]


def flip_of(found: Recertification, changed: Program, today: date) -> Flip | None:
    """What changed rules would do to a cycle on a day; None where they leave it as ready or unready as it is.

    Raises LookupError when it has entries of an activity that the changed rules no longer have.
    """
    before = found.accrued(today)
    after = replace(before, program=changed).accrued(today).ledger
    now = before.ledger
    if now.met == after.met:
        return None
    return Flip(
        member_id=found.certification.member_id,
        certification_id=found.certification.certification_id,
        flips="ready to not" if now.met else "not to ready",
        points_before=now.total,
        points_after=after.total,
        why=after.missing if now.met else now.missing,
    )
