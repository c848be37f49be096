"""Standing claims: employment, memberships and offices, entered once as a range of days, which accrue by themselves.

Each year of the cycle in which one holds makes an entry: a whole one where the activity is counted by the year, the
months that are over where it is counted by the month. The entries are made anew whenever the cycle is read, stored with
the next change of it, and signed like any other.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal

from shared.domain import ids
from shared.domain.certifications import Cycle
from shared.domain.days import ONE_DAY, day_after, months_later, written_day
from shared.domain.entries import Claim, Entry, award
from shared.domain.errors import Fault, NotFound, VersionConflict
from shared.domain.program import Program

MOST_STANDING = 20
MONTHS = 12


@dataclass(frozen=True, slots=True)
class StandingClaim:
    """What holds over a range of days; `ended_on` None as long as it goes on."""

    standing_id: str
    activity: str
    title: str
    organization: str
    started_on: date
    ended_on: date | None
    notes: str
    logged_at: datetime
    logged_by: str
    version: int = 1


def accruals(
    program: Program, cycle: Cycle, designation: str, claims: Iterable[StandingClaim], today: date
) -> list[Entry]:
    """The entries that standing claims have made in a cycle by the end of a day."""
    found = []
    for claim in claims:
        activity = program.activity(claim.activity)
        if activity is None:
            continue
        first = max(claim.started_on, cycle.starts_on)
        last = min(day for day in (claim.ended_on, cycle.ends_on, today) if day is not None)
        for year in range(cycle.ends_on.year - first.year + 1):
            begins = months_later(first, MONTHS * year)
            months = _whole_months(begins, min(last, months_later(begins, MONTHS) - ONE_DAY))
            quantity = months if activity.unit == "month" else months // MONTHS
            if not quantity:
                break
            made = Claim(
                activity=claim.activity,
                quantity=Decimal(quantity),
                title=claim.title,
                organization=claim.organization,
                started_on=begins,
                ended_on=months_later(begins, months) - ONE_DAY,
                notes=claim.notes,
            )
            found.append(
                Entry(
                    entry_id=ids.accrued_entry_id(claim.standing_id, cycle.number, year),
                    claim=made,
                    points=award(program, made, designation),
                    logged_at=claim.logged_at,
                    logged_by=claim.logged_by,
                    standing_id=claim.standing_id,
                )
            )
    return found


def _whole_months(begins: date, last: date) -> int:
    """How many whole months lie between two days, both of them counted in."""
    months = (last.year - begins.year) * MONTHS + last.month - begins.month + 1
    while months > 0 and months_later(begins, months) > day_after(last):
        months -= 1
    return max(0, months)


def merged(entries: Iterable[Entry], due: Iterable[Entry]) -> tuple[Entry, ...]:
    """A cycle's entries with those due from standing claims: new ones added, old ones kept up, gone ones taken out.

    An entry is the same by its id alone, so no id can come up twice.
    """
    left = {entry.entry_id: entry for entry in due}
    kept = []
    for entry in entries:
        made = left.pop(entry.entry_id, None)
        if made is not None:
            claim = replace(made.claim, document_ids=entry.claim.document_ids)
            after = replace(entry, claim=claim, points=made.points, standing_id=made.standing_id)
            kept.append(entry if after == entry else replace(after, version=entry.version + 1))
        elif not entry.standing_id:
            kept.append(entry)
    return (*kept, *left.values())


def standing_faults(
    program: Program, activity: str, started_on: date, ended_on: date | None, today: date
) -> list[Fault]:
    """Everything the rules find wrong with a standing claim."""
    row = program.activity(activity)
    faults = []
    if row is None or not row.standing:
        known = ", ".join(each.code for each in program.activities if each.standing) or "none"
        faults.append(Fault("/activity", f"This does not accrue by itself. What does: {known}."))
    if started_on > today:
        faults.append(Fault("/started_on", f"This day is in the future (today is {written_day(today)})."))
    if ended_on is not None and ended_on < started_on:
        faults.append(Fault("/ended_on", "The last day is before the first day."))
    return faults


def claim_among(claims: Iterable[StandingClaim], standing_id: str) -> StandingClaim:
    """The standing claim with this id. Raises NotFound."""
    for claim in claims:
        if claim.standing_id == standing_id:
            return claim
    raise NotFound("There is no such standing claim.")


def require_version(claim: StandingClaim, version: str) -> None:
    """Refuse a change of a claim that was changed since it was read. Raises VersionConflict."""
    if version != str(claim.version):
        raise VersionConflict(
            "This standing claim was changed elsewhere since you opened it. Compare the two and save again."
        )
