"""Enrolment: what the rows of a roster change of what the portal holds.

One row is one certification; a row without a designation is a person who holds none (rule 9). A row that is the same as
at the last import changes nothing, whatever has happened in the portal since: the portal's state is not rolled back,
and a name or an address that the member has changed stays until the old system says something new of it. So do the last
day and the status; where the new row contradicts what the portal decided, it is rejected. A cycle does not move away
from its entries, its invoice or what was signed of it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from shared.domain import ids
from shared.domain.certifications import Certification, Cycle, first_cycle
from shared.domain.days import written_day
from shared.domain.members import Member
from shared.domain.privacy import ERASED_DETAIL
from shared.domain.program import Editions, Program
from shared.domain.recertification import Recertification
from shared.domain.roster import OWN_ROW, Enrollment, Holding, Outcome, RosterRow, RowFault, Standing


@dataclass(frozen=True, slots=True)
class _Refusal:
    """Why a row's certification cannot be taken, and the field that says it."""

    field: str
    detail: str


def enroll(standing: Standing, rows: Sequence[RosterRow], editions: Editions) -> Enrollment:
    """What the rows of one member change. All rows of a member must agree on the person."""
    first = rows[0]
    if standing.member is not None and standing.member.erasure:
        told = tuple(RowFault(row.row, "member_id", ERASED_DETAIL) for row in rows)
        return Enrollment(standing.member, {}, {}, told)
    member = _person(first, standing)
    if member.email == first.email and standing.email_holder not in (None, first.member_id.lower()):
        detail = "This e-mail address already belongs to another member."
        return Enrollment(member, {}, {}, tuple(RowFault(row.row, "email", detail) for row in rows))
    holdings: dict[str, tuple[Certification, Cycle]] = {
        designation: (following(certification, member), cycle)
        for designation, (certification, cycle) in standing.holdings.items()
    }
    faults: list[RowFault] = []
    outcomes: dict[int, Outcome] = {}
    seen: set[str] = set()
    for row in rows:
        taken = _take(row, first, seen, holdings, member, standing.within, editions)
        if isinstance(taken, RowFault):
            faults.append(taken)
        else:
            outcomes[row.row] = taken
    if member != standing.member:
        touched: Outcome = "created" if standing.member is None else "updated"
        outcomes = {row: touched if each == "unchanged" else each for row, each in outcomes.items()}
    return Enrollment(member, holdings, outcomes, tuple(faults))


def without_own(found: Enrollment, standing: Standing) -> Enrollment:
    """What is left of the rows of whoever imports them: those that change nothing."""
    unchanged = {row: each for row, each in found.outcomes.items() if each == "unchanged"}
    own = tuple(RowFault(row, "member_id", OWN_ROW) for row in found.outcomes if row not in unchanged)
    faults = (*found.faults, *own)
    return Enrollment(standing.member or found.member, standing.holdings, unchanged, faults)


def _take(
    row: RosterRow,
    first: RosterRow,
    seen: set[str],
    holdings: dict[str, tuple[Certification, Cycle]],
    member: Member,
    within: Mapping[str, Recertification],
    editions: Editions,
) -> Outcome | RowFault:
    """Take one row into the member's holdings; says what became of it, or why it was rejected."""
    if (name := _differing_field(first, row)) is not None:
        return RowFault(row.row, name, f"Row {first.row} gives the same member another {name}.")
    if row.holding is None:
        return "unchanged"
    designation = row.holding.designation
    if designation in seen:
        return RowFault(row.row, "designation", "This member's designation stands in an earlier row.")
    seen.add(designation)
    held = holdings.get(designation)
    changed = _hold(held, member, row.holding, within.get(designation), editions)
    if isinstance(changed, _Refusal):
        return RowFault(row.row, changed.field, changed.detail)
    holdings[designation] = changed
    if held is None:
        return "created"
    return "unchanged" if changed == held else "updated"


def following(certification: Certification, member: Member) -> Certification:
    """A certification with what it keeps of its member as that is now."""
    if (certification.member_name, certification.body_member) == (member.name, member.body_member):
        return certification
    return replace(
        certification,
        member_name=member.name,
        body_member=member.body_member,
        version=certification.version + 1,
    )


def _person(row: RosterRow, standing: Standing) -> Member:
    if standing.member is None:
        return Member(
            row.member_id,
            row.first_name,
            row.last_name,
            row.email,
            body_member=row.body_member is True,
            body_member_rostered=row.body_member,
        )
    known = _with_membership(row, standing.member)
    before, said = known.as_rostered, (row.first_name, row.last_name, row.email)
    if said == before:
        return known
    names = (known.first_name, known.last_name) if said[:2] == before[:2] else said[:2]
    email = known.email if said[2] == before[2] else said[2]
    return replace(
        known,
        first_name=names[0],
        last_name=names[1],
        email=email,
        login="wanted" if known.email != email else known.login,
        rostered=None if (*names, email) == said else said,
        version=standing.member.version + 1,
    )


def _with_membership(row: RosterRow, known: Member) -> Member:
    """Whether they are a member of the body: as the row says, if it says something else than the last import."""
    if row.body_member is None or row.body_member == known.body_member_rostered:
        return known
    return replace(
        known,
        body_member=row.body_member,
        body_member_rostered=row.body_member,
        version=known.version + 1,
    )


def _differing_field(first: RosterRow, row: RosterRow) -> str | None:
    for name in ("first_name", "last_name", "email", "body_member"):
        if getattr(first, name) != getattr(row, name):
            return name
    return None


def _hold(
    held: tuple[Certification, Cycle] | None,
    member: Member,
    holding: Holding,
    within: Recertification | None,
    editions: Editions,
) -> tuple[Certification, Cycle] | _Refusal:
    """The certification and cycle after the row, or why the row cannot be taken."""
    if held is None:
        return _new_holding(member, holding, editions)
    certification, cycle = held
    if certification.imported == holding.fingerprint:
        return held
    changed = replace(
        certification,
        certified_since=holding.certified_since,
        committees=holding.committees,
        imported=holding.fingerprint,
        version=certification.version + 1,
    )
    as_known = (holding.expires_on, holding.status) == (certification.expires_on, certification.status)
    if not as_known and not holding.ends_as_before(certification):
        if refusal := _contradiction(certification, cycle, holding):
            return refusal
        changed = replace(
            changed,
            expires_on=holding.expires_on,
            status=holding.status,
            terminated_reason="imported" if holding.status == "terminated" else "",
            open_until=None,
        )
    if _is_of_the_portal(cycle):
        return changed, cycle
    moved = _moved(certification, cycle, member, holding, editions)
    if within is not None:
        if refusal := _held_fast(within, moved):
            return refusal
        if within.entries or within.standing:  # what is entered already counts as it was entered
            moved = replace(moved, edition=cycle.edition)
    return changed, moved


def _is_of_the_portal(cycle: Cycle) -> bool:
    """Whether the cycle, or the one before it, was signed or decided on here."""
    return cycle.number > 1 or cycle.locked or cycle.signings > 0


def _contradiction(certification: Certification, cycle: Cycle, holding: Holding) -> _Refusal | None:
    """Why a new last day or status cannot be taken: the portal decided otherwise.

    A later last day takes a lapse or an extension back: both followed from the day before.
    """
    last_day = written_day(certification.expires_on)
    name = "expires_on" if holding.expires_on != certification.expires_on else "status"
    if _is_of_the_portal(cycle):
        return _Refusal(
            name,
            f"The portal knows this certification with the last day {last_day}, and its report was signed or decided "
            "on here. Change it in the portal, not by import.",
        )
    if holding.status != "terminated" and holding.expires_on > certification.expires_on:
        return None
    if certification.terminated_reason == "lapsed":
        return _Refusal(
            name,
            f"This certification lapsed here after its last day, {last_day}. Extend or reinstate it in the portal; a "
            "row brings it back with a later last day only.",
        )
    if certification.extended_to is not None:
        return _Refusal(
            name,
            f"Staff extended this certification to {written_day(certification.extended_to)}, so a row can only give "
            f"it a later last day than {last_day}.",
        )
    return None


def _moved(
    certification: Certification, cycle: Cycle, member: Member, holding: Holding, editions: Editions
) -> Cycle:
    """A cycle that nobody has signed yet, with the window that its row gives it now, and with the edition in force on
    its first day where that is another.

    A row that only ends a certification leaves it the cycle that it ends in.
    """
    days = (certification.certified_since, cycle.ends_on)
    if holding.status == "terminated" and days == (holding.certified_since, holding.expires_on):
        return cycle
    _, fresh = _new_holding(member, holding, editions)
    moved = replace(
        cycle,
        edition=cycle.edition if fresh.starts_on == cycle.starts_on else fresh.edition,
        starts_on=fresh.starts_on,
        ends_on=fresh.ends_on,
        signable_from=fresh.signable_from,
    )
    return cycle if moved == cycle else replace(moved, version=cycle.version + 1)


def _held_fast(within: Recertification, moved: Cycle) -> _Refusal | None:
    """Why a cycle cannot move: its invoice names its last day, and its entries are dated in its window (rule 6)."""
    cycle = within.cycle
    name = "expires_on" if moved.ends_on != cycle.ends_on else "certified_since"
    if within.invoice is not None and moved.ends_on != cycle.ends_on:
        return _Refusal(
            name,
            f"An invoice is out for the period that ends on {written_day(cycle.ends_on)}, so a row cannot give it "
            "another last day. Time to finish it is granted in the portal, by an extension.",
        )
    after = replace(within, cycle=moved)
    if not after.outside:
        return None
    days = f"{written_day(moved.starts_on)} to {written_day(after.last_day_to_earn)}"
    return _Refusal(
        name,
        f"{len(after.outside)} of the entries made in the portal would lie outside the new period, {days}. Have them "
        "corrected or deleted first.",
    )


def _new_holding(member: Member, holding: Holding, editions: Editions) -> tuple[Certification, Cycle]:
    certification_id = ids.certification_id(member.member_id, holding.designation)
    program = _edition_of(holding, editions)
    starts_later = program.later_cycle_starts_on(holding.expires_on)
    later = holding.status == "renew" or (
        holding.status == "terminated" and starts_later > holding.certified_since
    )
    certification = Certification(
        certification_id=certification_id,
        member_id=member.member_id,
        member_name=member.name,
        body_member=member.body_member,
        designation=holding.designation,
        certified_since=holding.certified_since,
        expires_on=holding.expires_on,
        status=holding.status,
        committees=holding.committees,
        terminated_reason="imported" if holding.status == "terminated" else "",
        imported=holding.fingerprint,
    )
    cycle = first_cycle(
        program,
        cycle_id=ids.cycle_id(certification_id, 1),
        certification_id=certification_id,
        certified_since=holding.certified_since,
        expires_on=holding.expires_on,
        later=later,
    )
    return certification, cycle


def _edition_of(holding: Holding, editions: Editions) -> Program:
    """The edition under which the cycle of a holding started."""
    starts_on = holding.certified_since
    if holding.status != "new":
        starts_on = editions.in_force(holding.expires_on).later_cycle_starts_on(holding.expires_on)
    return editions.in_force(starts_on)
