"""The roster: rows that the body's old system exports, as they are read, and what an import of rows came to.

What rows change stands in `enrolment`.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Literal, cast

from shared.domain import ids
from shared.domain.certifications import Certification, CertificationStatus, Cycle
from shared.domain.members import LONGEST_NAME, NO_EMAIL, Member, is_email
from shared.domain.program import Editions
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
