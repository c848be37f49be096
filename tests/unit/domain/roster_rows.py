"""Rows of a roster, and what the portal knows already."""

from collections.abc import Mapping
from dataclasses import replace

from shared.domain.certifications import Certification, Cycle
from shared.domain.enrolment import enroll
from shared.domain.roster import Enrollment, RosterRow, Standing, read_row
from tests.unit.domain.builders import EDITIONS

SOUND: Mapping[str, str] = {
    "member_id": "M-1",
    "first_name": "Marge",
    "last_name": "Bouvier",
    "email": "marge@example.org",
    "designation": "IPMA-CP",
    "certified_since": "2025-05-01",
    "expires_on": "2027-12-31",
    "status": "new",
    "committees": "",
}
NOTHING_HELD = {"designation": "", "certified_since": "", "expires_on": "", "status": "", "committees": ""}


def cells(**changes: str) -> dict[str, str]:
    """The cells of a sound row."""
    return {**SOUND, **changes}


def row(number: int = 1, **changes: str) -> RosterRow:
    """A row that can be read."""
    found = read_row(number, cells(**changes), EDITIONS)
    assert isinstance(found, RosterRow), found
    return found


def faults_of(**changes: str) -> list[str]:
    """The fields that are wrong in a row."""
    found = read_row(7, cells(**changes), EDITIONS)
    assert isinstance(found, tuple), found
    assert {fault.row for fault in found} == {7}
    return [fault.field for fault in found]


def standing(enrolled: Enrollment) -> Standing:
    """What the portal knows after an enrolment was written."""
    member = replace(enrolled.member, login="made")
    return Standing(member, enrolled.holdings, member.member_id.lower())


def enrolled(*rows: RosterRow, known: Standing | None = None) -> Enrollment:
    """What the rows of a member make of what is known."""
    return enroll(known or Standing(), rows, EDITIONS)


def holding(found: Enrollment, designation: str = "IPMA-CP") -> tuple[Certification, Cycle]:
    """The certification and cycle of a designation."""
    return found.holdings[designation]


def known_with(**changes: object) -> Standing:
    """A member enrolled from the sound row, whose cycle has changed since."""
    found = enrolled(row())
    certification, cycle = holding(found)
    return standing(replace(found, holdings={"IPMA-CP": (certification, replace(cycle, **changes))}))  # type: ignore[arg-type]
