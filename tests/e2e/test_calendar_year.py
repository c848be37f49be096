"""The year goes round by itself: over HTTP with the local clock, on a portal of its own whose clock may be moved.

All of it in `make prove`, as the six years of test_six_years.py; each rule is in integration/test_calendar.py.
"""

import time
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.e2e.portal import Person, Portal, RunningPortal, entry
from tests.figures import Figures

COLUMNS = "member_id,first_name,last_name,email,designation,certified_since,expires_on,status,committees"
YEAR = datetime.now().astimezone().year + 1
SECONDS_FOR_THREE_YEARS = 90
"""On a computer of its own it takes less than 20; tests share theirs."""


@pytest.fixture(scope="module")
def portal() -> Iterator[Portal]:
    """A portal of this module."""
    running = RunningPortal().wait()
    yield Portal(running.url)
    assert running.stop() == 0


@pytest.fixture(scope="module")
def staff(portal: Portal) -> Person:
    return portal.log_in("staff@example.org")


def move(portal: Portal, moment: str) -> None:
    answer = portal.client.put("/_local/clock", json={"now": moment}, timeout=300)
    assert answer.status_code == 200, answer.text


def job(portal: Portal, name: str) -> dict[str, Any]:
    answer = portal.client.post(f"/_local/jobs/{name}", timeout=120)
    assert answer.status_code == 200, answer.text
    result: dict[str, Any] = answer.json()
    return result


def mails_to(portal: Portal, person: str) -> list[dict[str, str]]:
    return [mail for mail in portal.outbox() if mail["to"] == person]


def newcomer(portal: Portal, staff: Person, name: str, last_day: str) -> Person:
    """A member by import, who has chosen a password."""
    row = f"{name},Nia,{name},{name}@example.org,IPMA-CP,{YEAR - 2}-01-01,{last_day},new,"
    assert staff.import_roster(f"{COLUMNS}\n{row}\n").json()["rejected"] == []
    job(portal, "expire-certifications")  # answers when the account is made, too
    return portal.first_log_in(f"{name}@example.org")


@pytest.mark.long
def test_the_year_from_15_february_to_the_lapse_at_midnight(portal: Portal, staff: Person) -> None:
    paying, idle = (newcomer(portal, staff, name, f"{YEAR}-12-31") for name in ("paying", "idle"))
    held = paying.certification()["certification_id"]
    path = f"/api/certifications/{held}"

    move(portal, f"{YEAR}-02-15T09:00:00-05:00")
    invoice = paying.dashboard(held)["invoice"]
    assert invoice["issued_on"] == f"{YEAR}-02-15"
    (mail,) = [
        each for each in mails_to(portal, "paying@example.org") if invoice["number"] in each["subject"]
    ]
    assert mail["at"].startswith(f"{YEAR}-02-15T11:00")
    assert "50 points are missing" in mail["text"]
    assert job(portal, "generate-invoices")["due"] > 0
    assert paying.dashboard(held)["invoice"]["invoice_id"] == invoice["invoice_id"]

    day = f"{YEAR}-01-05"
    session = {"entries": [entry("employment", 50, started_on=day, ended_on=day)]}
    assert paying.post(f"{path}/entries", session).status_code == 201
    agreement = portal.client.get("/api/program").json()["agreement"]["version"]
    signed = paying.post(f"{path}/submission", {"agreement_version": agreement, "signature": "Nia Paying"})
    assert signed.status_code == 201, signed.text
    checkout = paying.post(f"/api/invoices/{invoice['invoice_id']}/checkout").json()["checkout_url"]
    httpx.post(f"{checkout}/pay")
    job(portal, "send-reminders")
    subjects = [each["subject"] for each in mails_to(portal, "paying@example.org")]
    assert f"Receipt for invoice {invoice['number']}" in subjects
    assert "We have received your IPMA-CP Recertification Report" in subjects

    move(portal, f"{YEAR}-12-31T23:59:50-05:00")
    reminded = [
        each["subject"] for each in mails_to(portal, "idle@example.org") if "days left" in each["subject"]
    ]
    assert reminded == [f"{days} days left to recertify your IPMA-CP" for days in (180, 90, 30, 7)]
    assert not [each for each in mails_to(portal, "paying@example.org") if "days left" in each["subject"]]
    move(portal, f"{YEAR + 1}-01-01T00:02:00-05:00")
    assert idle.get("/api/me").json()["portal"]["access"] == "lapsed"
    assert idle.certification()["status"] == "terminated"
    assert mails_to(portal, "idle@example.org")[-1]["subject"] == "Your IPMA-CP certification has lapsed"
    assert paying.get("/api/me").json()["portal"]["access"] == "open"

    decision = {
        "submission_id": signed.json()["submission"]["submission_id"],
        "decision": "approve",
        "comment": "",
    }
    approved = staff.post(f"/api/staff/certifications/{held}/decision", decision, key=str(uuid4()))
    assert approved.status_code == 200, approved.text
    job(portal, "send-reminders")
    assert mails_to(portal, "paying@example.org")[-1]["subject"] == "Your IPMA-CP is recertified"
    assert job(portal, "reconcile")["findings"] == []


@pytest.mark.long
def test_three_years_go_by_quickly_and_the_mails_are_in_order(portal: Portal, figures: Figures) -> None:
    started = time.monotonic()
    move(portal, f"{YEAR + 4}-01-02T09:00:00-05:00")
    took = time.monotonic() - started
    figures("three years of the calendar", f"{took:.1f} s")
    assert took < SECONDS_FOR_THREE_YEARS
    sent = [mail["at"] for mail in portal.outbox()]
    assert sent == sorted(sent)
    lapsed = [mail for mail in mails_to(portal, "paying@example.org") if "has lapsed" in mail["subject"]]
    assert [each["at"][:16] for each in lapsed] == [f"{YEAR + 4}-01-01T05:01"]
