"""The roster: rows that the body's old system exports, what is wrong with them, and what they change.

One row is one certification; a row without a designation is a person who holds none (rule 9). A row that is the same as
at the last import changes nothing, whatever has happened in the portal since: the portal's state is not rolled back,
and a name or an address that the member has changed stays until the old system says something new of it. So do the last
day and the status; where the new row contradicts what the portal decided, it is rejected. A cycle does not move away
from its entries, its invoice or what was signed of it.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Literal, cast

from shared.domain import ids
from shared.domain.certifications import Certification, CertificationStatus, Cycle, first_cycle
from shared.domain.days import written_day
from shared.domain.members import LONGEST_NAME, NO_EMAIL, Member, is_email
from shared.domain.privacy import ERASED_DETAIL
from shared.domain.program import Editions, Program
from shared.domain.recertification import Recertification

COLUMNS = (
    "member_id",
    "first_name",
    "last_name",
    "email",
    "designation",
    "certified_since",
    "expires_on",
    "status",
    "committees",
)
OPTIONAL_COLUMNS = ("body_member",)
"""Columns that a roster may have: whether the person is a member of the certifying body, `yes` or `no`."""

BEYOND = "(beyond the last column)"
"""The name under which a row's cells stand for which the heading has no column."""

OWN_ROW = (
    "This row is about yourself, and nobody decides on their own certification or money. Ask another administrator to "
    "import it."
)
"""Why a row that would change something of whoever imports it is rejected (rule 6)."""

STATUSES = ("new", "renew", "terminated")

_MEMBER_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")

_YES_OR_NO = {"yes": True, "no": False}

Outcome = Literal["created", "updated", "unchanged"]
Wrong = Callable[[str, str], None]


@dataclass(frozen=True, slots=True)
class RowFault:
    """Why a row was rejected. `row` counts from 1 for the first row below the heading."""

    row: int
    field: str
    detail: str


@dataclass(frozen=True, slots=True)
class _Refusal:
    """Why a row's certification cannot be taken, and the field that says it."""

    field: str
    detail: str


@dataclass(frozen=True, slots=True)
class Holding:
    """The certification that a row names."""

    designation: str
    certified_since: date
    expires_on: date
    status: CertificationStatus
    committees: tuple[str, ...]

    @property
    def fingerprint(self) -> str:
        """What tells whether the row is the same as at the last import."""
        return ids.digest(
            "holding",
            self.designation,
            self.certified_since.isoformat(),
            self.expires_on.isoformat(),
            self.status,
            *self.committees,
        )

    def ends_as_before(self, certification: Certification) -> bool:
        """Whether the last row of the certification gave this last day and status too.

        Day of certification and committees are always those of the last row, so its fingerprint tells.
        """
        before = replace(
            self, certified_since=certification.certified_since, committees=certification.committees
        )
        return certification.imported == before.fingerprint


@dataclass(frozen=True, slots=True)
class RosterRow:
    """A row that can be read: a person and, where given, what they hold."""

    row: int
    member_id: str
    first_name: str
    last_name: str
    email: str
    holding: Holding | None
    body_member: bool | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """What the portal knows of a member and of the address that a row gives.

    `within` holds, by designation, what lies in the cycles that rows would move; it is looked up for those alone.
    """

    member: Member | None = None
    holdings: Mapping[str, tuple[Certification, Cycle]] = field(default_factory=dict)
    email_holder: str | None = None
    within: Mapping[str, Recertification] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Enrollment:
    """What one member's rows make of their standing, and what became of each row."""

    member: Member
    holdings: Mapping[str, tuple[Certification, Cycle]]
    outcomes: Mapping[int, Outcome]
    faults: tuple[RowFault, ...]

    def moved(self, standing: Standing) -> Mapping[str, tuple[Cycle, Cycle]]:
        """By designation the cycles that get other days, as they were and as they shall be."""
        return {
            designation: (standing.holdings[designation][1], cycle)
            for designation, (_, cycle) in self.holdings.items()
            if designation in standing.holdings and cycle != standing.holdings[designation][1]
        }


@dataclass(frozen=True, slots=True)
class RowMatch:
    """Whom a row was found to be about, and what came of it: `proposed`, or `proposed-before`."""

    row: int
    member_id: str
    outcome: str
    detail: str


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did, or would do: rows by outcome, and why each rejected row was rejected.

    `matched` names the members a chapter's roster was about; other imports leave it empty.
    """

    created: int
    updated: int
    unchanged: int
    rejected: tuple[RowFault, ...]
    matched: tuple[RowMatch, ...] = ()


def read_row(number: int, cells: Mapping[str, str], editions: Editions) -> RosterRow | tuple[RowFault, ...]:
    """A row from its cells, or every fault that it has at once."""
    faults: list[RowFault] = []

    def wrong(name: str, detail: str) -> None:
        faults.append(RowFault(number, name, detail))

    text = {name: cells.get(name, "").strip() for name in COLUMNS}
    if cells.get(BEYOND):
        wrong(
            "committees",
            "This row has more cells than the heading. Separate committees with semicolons, "
            "and put quotation marks around a cell that holds a comma.",
        )
    if not _MEMBER_ID.fullmatch(text["member_id"]):
        wrong("member_id", "Give an id of 1 to 64 letters, digits, dots, hyphens or underscores.")
    for name in ("first_name", "last_name"):
        if not text[name] or len(text[name]) > LONGEST_NAME:
            wrong(name, f"Give a name of 1 to {LONGEST_NAME} characters.")
        elif not text[name].isprintable():
            wrong(name, "A name cannot hold control characters.")
    if not is_email(text["email"]):
        wrong("email", NO_EMAIL)
    said = cells.get("body_member", "").strip().lower()
    if said not in ("", *_YES_OR_NO):
        wrong("body_member", "Say yes or no, or nothing.")
    holding = _read_holding(text, editions, wrong)
    if faults:
        return tuple(faults)
    return RosterRow(
        number,
        text["member_id"],
        text["first_name"],
        text["last_name"],
        text["email"],
        holding,
        _YES_OR_NO.get(said),
    )


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


def _read_holding(text: Mapping[str, str], editions: Editions, wrong: Wrong) -> Holding | None:
    names = ("designation", "certified_since", "expires_on", "status", "committees")
    if not any(text[name] for name in names):
        return None
    if text["designation"] not in editions.designations:
        known = ", ".join(editions.designations)
        wrong("designation", f"Not a designation of this program. It awards {known}.")
    certified_since = _read_day(text["certified_since"])
    expires_on = _read_day(text["expires_on"])
    if certified_since is None:
        wrong("certified_since", "Give a day as YYYY-MM-DD.")
    if expires_on is None:
        wrong("expires_on", "Give a day as YYYY-MM-DD.")
    if certified_since is not None and expires_on is not None and expires_on < certified_since:
        wrong("expires_on", "The last day is before the day of certification.")
    if text["status"] not in STATUSES:
        wrong("status", f"Give one of {', '.join(STATUSES)}.")
    committees = tuple(name.strip() for name in text["committees"].split(";") if name.strip())
    if len(text["committees"]) > 1000:
        wrong("committees", "Give at most 1,000 characters.")
    elif not text["committees"].isprintable():
        wrong("committees", "A name cannot hold control characters.")
    if certified_since is None or expires_on is None:
        return None
    status = cast(CertificationStatus, text["status"])
    return Holding(text["designation"], certified_since, expires_on, status, committees)


def _read_day(text: str) -> date | None:
    if not _DAY.fullmatch(text):
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if 1900 <= day.year <= 2200 else None
