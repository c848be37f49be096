"""Two cycles of one certification, six years by the local clock, over HTTP only, by the edition with applications.

Certified, points over the years, invoice, reminders, signed, paid, approved; then nothing, until it lapses at midnight;
then the application, the late fee, and the reinstatement.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import httpx
import pytest

from tests.e2e.portal import Person, Portal, RunningPortal, entry

pytestmark = pytest.mark.long

COLUMNS = "member_id,first_name,last_name,email,designation,certified_since,expires_on,status,committees"
FIRST = datetime.now().astimezone().year + 1
"""The first year of the first cycle."""
ADDRESS = "sia@example.org"


@pytest.fixture(scope="module")
def portal() -> Iterator[Portal]:
    """A portal of this module, by the example edition that lets the lapsed apply."""
    running = RunningPortal(PROGRAM="example-reinstatement").wait()
    yield Portal(running.url)
    assert running.stop() == 0


class Life:
    """One certification over the years, and the mails about it."""

    def __init__(self, portal: Portal) -> None:
        self._portal = portal
        self._read = 0
        self.staff = portal.log_in("staff@example.org")
        self.member = self._certified()
        self.held = self.member.certification()["certification_id"]
        self.path = f"/api/certifications/{self.held}"
        self.agreement = portal.client.get("/api/program").json()["agreement"]["version"]

    def _certified(self) -> Person:
        self.go_to(f"{FIRST}-01-04T12:00:00-05:00")
        row = f"sia,Sia,Sixyears,{ADDRESS},IPMA-CP,{FIRST}-01-02,{FIRST + 2}-12-31,new,"
        assert self.staff.import_roster(f"{COLUMNS}\n{row}\n").json()["created"] == 1
        self.settle()
        member = self._portal.first_log_in(ADDRESS)
        self.mails()
        return member

    def go_to(self, moment: str) -> None:
        answer = self._portal.client.put("/_local/clock", json={"now": moment}, timeout=300)
        assert answer.status_code == 200, answer.text

    def job(self, name: str) -> dict[str, Any]:
        """Run a job as staff may on the local console; what it answered."""
        answer = self._portal.client.post(f"/_local/jobs/{name}", timeout=120)
        assert answer.status_code == 200, answer.text
        result: dict[str, Any] = answer.json()
        return result

    def settle(self) -> None:
        """Wait until the mails of what was just done are in the outbox."""
        self.job("send-reminders")

    def mails(self) -> list[dict[str, str]]:
        """The mails to the member since this was last asked for, oldest first."""
        sent = [mail for mail in self._portal.outbox() if mail["to"] == ADDRESS]
        new, self._read = sent[self._read :], len(sent)
        return new

    def subjects(self) -> list[str]:
        return [mail["subject"] for mail in self.mails()]

    def cycle(self) -> dict[str, Any]:
        found: dict[str, Any] = self.member.dashboard(self.held)["cycle"]
        return found

    def enter(self, day: str, activity: str, quantity: int, below: str = "") -> Any:
        """One session of one entry, dated on a day."""
        session = {"entries": [entry(activity, quantity, started_on=day, ended_on=day)]}
        answer = self.member.post(f"{self.path}{below}/entries", session)
        assert answer.status_code == 201, answer.text
        return answer.json()["cycle"]

    def sign(self, below: str = "") -> dict[str, Any]:
        body = {"agreement_version": self.agreement, "signature": "Sia Sixyears"}
        answer = self.member.post(f"{self.path}{below}/submission", body)
        assert answer.status_code == 201, answer.text
        signed: dict[str, Any] = answer.json()
        return signed

    def pay(self, invoice_id: str) -> None:
        url = self.member.post(f"/api/invoices/{invoice_id}/checkout").json()["checkout_url"]
        httpx.post(f"{url}/pay")
        assert self.member.get(f"/api/invoices/{invoice_id}").json()["status"] == "paid"

    def approve(self, signed: dict[str, Any]) -> httpx.Response:
        decision = {
            "submission_id": signed["submission"]["submission_id"],
            "decision": "approve",
            "comment": "",
        }
        return self.staff.post(f"/api/staff/certifications/{self.held}/decision", decision)


@pytest.fixture(scope="module")
def life(portal: Portal) -> Life:
    return Life(portal)


def test_the_first_cycle_points_over_the_years_invoice_reminders_signed_paid_approved(life: Life) -> None:
    assert (life.cycle()["starts_on"], life.cycle()["ends_on"]) == (f"{FIRST}-01-02", f"{FIRST + 2}-12-31")
    for year, (activity, quantity, total) in enumerate(
        [("conference-full-day", 5, 15), ("training-full-day", 5, 30), ("webinar", 10, 40)]
    ):
        life.go_to(f"{FIRST + year}-02-01T12:00:00-05:00")
        assert life.enter(f"{FIRST + year}-01-20", activity, quantity)["points_total"] == total
    assert life.subjects() == []

    life.go_to(f"{FIRST + 2}-02-15T00:00:00-05:00")
    assert life.member.dashboard(life.held)["invoice"] is None
    life.go_to(f"{FIRST + 2}-02-15T09:00:00-05:00")
    invoice = life.member.dashboard(life.held)["invoice"]
    assert (invoice["issued_on"], invoice["total"]["amount"]) == (f"{FIRST + 2}-02-15", 15000)
    (mail,) = life.mails()
    assert mail["subject"] == f"Invoice {invoice['number']}: your IPMA-CP recertification"
    assert mail["at"].startswith(f"{FIRST + 2}-02-15T11:00")
    assert "You have 40 of 50 points so far; 10 points are missing" in mail["text"]
    assert life.job("generate-invoices")["due"] > 0
    assert life.member.dashboard(life.held)["invoice"]["invoice_id"] == invoice["invoice_id"]

    life.go_to(f"{FIRST + 2}-10-05T12:00:00-04:00")
    assert life.subjects() == [f"{days} days left to recertify your IPMA-CP" for days in (180, 90)]
    assert life.enter(f"{FIRST + 2}-10-01", "college-course", 2)["state"] == "complete"
    signed = life.sign()
    assert signed["invoice"]["invoice_id"] == invoice["invoice_id"]
    assert life.approve(signed).json()["type"] == "/problems/invoice-unpaid"
    life.pay(invoice["invoice_id"])
    life.settle()
    assert life.subjects() == [
        "We have received your IPMA-CP Recertification Report",
        f"Receipt for invoice {invoice['number']}",
    ]
    life.go_to(f"{FIRST + 2}-12-15T12:00:00-05:00")
    assert life.subjects() == []  # who has signed is reminded of nothing
    approved = life.approve(signed)
    assert approved.status_code == 200, approved.text
    held, cycle = approved.json()["certification"], approved.json()["cycle"]
    assert (held["status"], held["expires_on"]) == ("renew", f"{FIRST + 5}-12-31")
    assert (cycle["starts_on"], cycle["points_total"]) == (f"{FIRST + 2}-10-06", 0)
    life.settle()
    assert life.subjects() == ["Your IPMA-CP is recertified"]


def test_the_second_cycle_nothing_is_done_and_it_lapses_at_midnight(life: Life) -> None:
    life.go_to(f"{FIRST + 5}-12-31T23:59:40-05:00")
    number = life.member.dashboard(life.held)["invoice"]["number"]
    assert life.subjects() == [
        f"Invoice {number}: your IPMA-CP recertification",
        *(f"{days} days left to recertify your IPMA-CP" for days in (180, 90, 30, 7)),
    ]
    assert life.member.get("/api/me").json()["portal"]["access"] == "open"
    life.go_to(f"{FIRST + 6}-01-01T00:00:00-05:00")
    me = life.member.get("/api/me").json()
    assert me["portal"]["access"] == "lapsed"  # before the job has run
    day = f"{FIRST + 5}-06-01"
    session = {"entries": [entry("webinar", 1, started_on=day, ended_on=day)]}
    refused = life.member.post(f"{life.path}/entries", session)
    assert (refused.status_code, refused.json()["type"]) == (403, "/problems/certification-lapsed")
    assert life.mails() == []
    life.go_to(f"{FIRST + 6}-01-01T00:02:00-05:00")
    assert life.member.certification()["status"] == "terminated"
    (mail,) = life.mails()
    assert (mail["subject"], mail["at"][:16]) == (
        "Your IPMA-CP certification has lapsed",
        f"{FIRST + 6}-01-01T05:01",
    )


def test_the_application_the_late_fee_and_the_reinstatement(life: Life) -> None:
    life.go_to(f"{FIRST + 6}-02-10T12:00:00-05:00")
    below = "/reinstatement-application"
    life.enter(f"{FIRST + 5}-06-01", "conference-full-day", 12, below)
    life.enter(f"{FIRST + 6}-02-01", "college-course", 3, below)
    application = life.member.get(f"{life.path}{below}").json()
    assert (application["points_missing"], application["late_fee"]["amount"]) == (0, 2500)
    signed = life.sign(below)
    life.pay(signed["invoice"]["invoice_id"])
    assert life.approve(signed).json()["type"] == "/problems/invoice-unpaid"
    fee = life.member.get(f"{life.path}{below}").json()["late_fee_invoice"]
    assert fee["total"]["amount"] == 2500
    life.pay(fee["invoice_id"])
    life.settle()
    subjects = life.subjects()
    assert subjects.count(f"Receipt for invoice {fee['number']}") == 1
    assert subjects.count("We have received your IPMA-CP Recertification Report") == 1
    assert life.member.get("/api/me").json()["portal"]["access"] == "lapsed"

    life.go_to(f"{FIRST + 6}-03-01T12:00:00-05:00")
    approved = life.approve(signed)
    assert approved.status_code == 200, approved.text
    held, cycle = approved.json()["certification"], approved.json()["cycle"]
    assert (held["status"], held["access"], held["expires_on"]) == ("renew", "open", f"{FIRST + 8}-12-31")
    assert (cycle["starts_on"], cycle["ends_on"]) == (f"{FIRST + 6}-02-11", f"{FIRST + 8}-12-31")
    assert life.member.get("/api/me").json()["portal"]["access"] == "open"
    life.settle()
    assert life.subjects() == ["Your IPMA-CP certification is reinstated"]
    history = life.member.get(f"{life.path}/history", limit=100).json()["items"]
    told = [each["type"] for each in reversed(history)]
    for kind in ("cycle-submitted", "cycle-approved"):
        assert told.count(kind) == 2
    assert told.count("certification-lapsed") == 1
    assert [each for each in life.job("reconcile")["findings"] if "member sia," in each] == []


def test_a_reset_forgets_every_mail_but_those_of_the_seed(portal: Portal) -> None:
    assert portal.client.post("/_local/reset", timeout=120).status_code == 200
    assert {mail["to"] for mail in portal.outbox()} == {"member@example.org"}
