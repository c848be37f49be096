"""Members of a test's own, made as staff make them: by import, with the first log-in as a password reset."""

from dataclasses import dataclass
from datetime import date
from itertools import count
from typing import Any

from infrastructure.local.roster import as_csv
from tests.e2e.portal import PASSWORD, Person, Portal, entry

_numbers = count(1)

FIFTY = (
    ("employment", 3),
    ("national-membership", 3),
    ("chapter-membership", 3),
    ("conference-full-day", 9),
    ("webinar", 11),
)
"""The worked case of the program: 3 + 6 + 3 + 27 + 11 = 50 points."""


@dataclass
class Member:
    """A member who chose a password; `person` is the same member over HTTP."""

    member_id: str
    email: str
    name: str
    person: Person
    tokens: dict[str, Any]

    @property
    def certification_id(self) -> str:
        certification_id: str = self.person.certification()["certification_id"]
        return certification_id

    @property
    def path(self) -> str:
        return f"/api/certifications/{self.certification_id}"

    def dashboard(self) -> dict[str, Any]:
        return self.person.dashboard(self.certification_id)

    def enter(self, *claims: tuple[str, float]) -> list[dict[str, Any]]:
        """Enter these activities in one session, on the first day of the cycle."""
        day = self.dashboard()["cycle"]["starts_on"]
        rows = [entry(activity, quantity, started_on=day, ended_on=day) for activity, quantity in claims]
        answer = self.person.post(f"{self.path}/entries", {"entries": rows})
        assert answer.status_code == 201, answer.text
        entered: list[dict[str, Any]] = answer.json()["entries"]
        return entered

    def sign(self, portal: Portal) -> dict[str, Any]:
        version = portal.client.get("/api/program").json()["agreement"]["version"]
        answer = self.person.post(
            f"{self.path}/submission", {"agreement_version": version, "signature": self.name}
        )
        assert answer.status_code == 201, answer.text
        signed: dict[str, Any] = answer.json()
        return signed


def imported(portal: Portal, staff: Person, *, certifications: int = 1) -> dict[str, str]:
    """A member's row after its import; nobody has chosen a password yet."""
    number = next(_numbers)
    year = date.today().year  # noqa: DTZ011 (the portal's clock is the real one, to the year)
    row = {
        "member_id": f"B{number:04}",
        "first_name": "Robin",
        "last_name": f"Ferrer-{number}",
        "email": f"robin.{number}@example.net",
        "status": "new",
        "committees": "Ethics",
        "certified_since": f"{year - 2}-03-15",
        "expires_on": f"{year + 1}-12-31",
    }
    designations = ["IPMA-CP", "IPMA-SCP", "IPMA-CS"][:certifications]
    report = staff.import_roster(as_csv([row | {"designation": each} for each in designations])).json()
    assert report["created"] == certifications, report
    portal.settle()  # the log-ins are made
    return row


def member_of(portal: Portal, row: dict[str, str]) -> Member:
    """The member after the first log-in."""
    portal.first_log_in(row["email"])
    tokens = portal.tokens(row["email"])
    person = Person(portal.client, tokens["AccessToken"])
    return Member(row["member_id"], row["email"], f"{row['first_name']} {row['last_name']}", person, tokens)


def approve(staff: Person, member: Member) -> None:
    """Staff approve the report that waits."""
    _decide(staff, member, {"decision": "approve", "comment": "Well done."})


def return_to_member(staff: Person, member: Member, comment: str, entry_comments: dict[str, str]) -> None:
    """Staff return the report that waits."""
    _decide(staff, member, {"decision": "return", "comment": comment, "entry_comments": entry_comments})


def _decide(staff: Person, member: Member, decision: dict[str, Any]) -> None:
    submission = member.dashboard()["submission"]["submission_id"]
    path = f"/api/staff/certifications/{member.certification_id}/decision"
    answer = staff.post(path, {"submission_id": submission, **decision})
    assert answer.status_code == 200, answer.text


__all__ = ["FIFTY", "PASSWORD", "Member", "approve", "imported", "member_of", "return_to_member"]
