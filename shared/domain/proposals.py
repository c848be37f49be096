"""Proposals: memberships that a chapter's roster tells of, offered to the members found as entries; they decide."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Literal

from shared.domain import ids
from shared.domain.entries import Claim
from shared.domain.roster import BEYOND, RowFault

COLUMNS = (
    "First Name",
    "Last Name",
    "Email Address",
    "Chapter Member ID Number",
    "Honorary Life Member Status",
    "Student Member Status",
)
ACTIVITY = "chapter-membership"

_YES = ("yes", "y", "true", "1", "x")
_LONGEST = 100


@dataclass(frozen=True, slots=True)
class Chapter:
    """What a roster is of: a chapter's members in these days."""

    name: str
    started_on: date
    ended_on: date


@dataclass(frozen=True, slots=True)
class Proposal:
    """A chapter membership proposed to a member as an entry; accepted for each certification on its own."""

    proposal_id: str
    member_id: str
    claim: Claim
    state: Literal["open", "dismissed"] = "open"
    accepted_for: tuple[str, ...] = ()
    version: int = 1

    def accept(self, certification_id: str) -> "Proposal":
        """The proposal once it was entered for a certification."""
        if certification_id in self.accepted_for:
            return self
        accepted = (*self.accepted_for, certification_id)
        return replace(self, accepted_for=accepted, version=self.version + 1)

    def dismiss(self) -> "Proposal":
        """The proposal that the member does not want to see again."""
        if self.state == "dismissed":
            return self
        return replace(self, state="dismissed", version=self.version + 1)


@dataclass(frozen=True, slots=True)
class RosterMember:
    """A row that can be read."""

    email: str
    notes: str
    name: str


def read_chapter_row(number: int, cells: Mapping[str, str]) -> RosterMember | tuple[RowFault, ...]:
    """A row from its cells, or every fault that it has at once."""
    text = {name: cells.get(name, "").strip() for name in COLUMNS}
    faults = []
    if cells.get(BEYOND):
        faults.append(RowFault(number, COLUMNS[-1], "This row has more cells than the heading."))
    if "@" not in text["Email Address"] or len(text["Email Address"]) > 254:
        faults.append(RowFault(number, "Email Address", "Give the member's e-mail address."))
    faults += [
        RowFault(number, name, f"Give at most {_LONGEST} characters, none of them a control character.")
        for name in ("First Name", "Last Name", "Chapter Member ID Number")
        if len(text[name]) > _LONGEST or not text[name].isprintable()
    ]
    if faults:
        return tuple(faults)
    name = f"{text['First Name']} {text['Last Name']}".strip()
    return RosterMember(text["Email Address"], _notes(text), name)


def propose(member_id: str, row: RosterMember, chapter: Chapter) -> Proposal:
    """The proposal of one year of membership; the same chapter and days give the same one."""
    claim = Claim(
        activity=ACTIVITY,
        quantity=Decimal(1),
        title=f"Member of {chapter.name}",
        organization=chapter.name,
        started_on=chapter.started_on,
        ended_on=chapter.ended_on,
        notes=row.notes,
    )
    days = (chapter.started_on.isoformat(), chapter.ended_on.isoformat())
    return Proposal(ids.proposal_id(member_id, chapter.name, *days), member_id, claim)


def _notes(text: Mapping[str, str]) -> str:
    said = ["From the chapter's roster."]
    if text["Chapter Member ID Number"]:
        said.append(f"Chapter member id {text['Chapter Member ID Number']}.")
    if text["Honorary Life Member Status"].lower() in _YES:
        said.append("Honorary life member.")
    if text["Student Member Status"].lower() in _YES:
        said.append("Student member.")
    return " ".join(said)
