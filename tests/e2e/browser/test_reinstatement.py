"""The reinstatement application, by the example edition that has one: entered, signed, paid, approved."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from infrastructure.local.roster import as_csv
from tests.e2e.browser.visitor import Visitor
from tests.e2e.portal import Person, Portal, RunningPortal, this_day

LAPSED = "late@example.net"
PHONE = {"viewport": {"width": 320, "height": 640}, "color_scheme": "dark"}


@pytest.fixture(scope="module")
def portal() -> Iterator[Portal]:
    """A portal of this module, by the example edition that lets the lapsed apply."""
    running = RunningPortal(PROGRAM="example-reinstatement").wait()
    yield Portal(running.url)
    assert running.stop() == 0


@pytest.fixture
def lapsed(browser: Browser, portal: Portal) -> Iterator[Visitor]:
    """A member whose last day was forty days ago, on a phone."""
    last_day = this_day() - timedelta(days=40)
    row = {
        "member_id": "Late.1",
        "first_name": "Lee",
        "last_name": "Late",
        "email": LAPSED,
        "designation": "IPMA-CP",
        "certified_since": last_day.replace(year=last_day.year - 2, month=1, day=5).isoformat(),
        "expires_on": last_day.isoformat(),
        "status": "new",
        "committees": "",
    }
    report = portal.log_in("staff@example.org").import_roster(as_csv([row])).json()
    assert report["created"] == 1, report
    portal.settle()
    portal.first_log_in(LAPSED)
    visitor = Visitor(browser, portal.url, **PHONE)
    visitor.log_in(LAPSED)
    yield visitor
    visitor.close()


def application(person: Person) -> dict[str, Any]:
    path = f"/api/certifications/{person.certification()['certification_id']}/reinstatement-application"
    found: dict[str, Any] = person.get(path).json()
    return found


def pay_next(visitor: Visitor, amount: str) -> None:
    visitor.page.get_by_role("button", name=f"Pay {amount}").click()
    visitor.page.wait_for_url("**/c/pay/**")
    visitor.pay()
    visitor.page.wait_for_url("**/transactions/**")
    expect(visitor.page.locator("#outcome .notice.good")).to_be_visible(timeout=20_000)


def test_a_lapsed_member_applies_signs_pays_both_fees_and_is_reinstated(
    lapsed: Visitor, portal: Portal
) -> None:
    visitor, page = lapsed, lapsed.page
    person, staff = portal.log_in(LAPSED), portal.log_in("staff@example.org")
    state = page.locator("cycle-state")
    expect(state).to_contain_text("You can apply for reinstatement right here")
    expect(state).to_contain_text("late fee")
    expect(page.locator("#facts")).to_contain_text("Points may be earned")
    visitor.check_accessibility()
    visitor.check_width()

    # In the window after the last day, which a report itself would not take.
    day = (this_day() - timedelta(days=2)).isoformat()
    visitor.fill_row(visitor.row(), "conference-full-day", "17", "Late congress", day)
    visitor.save()
    expect(visitor.notice).to_contain_text("Saved: 1 entry")
    page.get_by_role("button", name="Edit Conference").click()
    page.locator("entry-editor").get_by_label("How many").fill("18")
    page.get_by_role("button", name="Save changes").click()
    expect(page.locator("entry-list")).to_contain_text("54 points")
    visitor.check_accessibility()

    page.get_by_label("Your full name, as your signature").fill("Lee Lapsed")
    page.get_by_role("button", name="Sign and submit").click()
    expect(visitor.notice).to_contain_text("Your application for reinstatement is signed")
    expect(state).to_contain_text("pay what is open below")
    expect(page.locator("#fee")).to_contain_text("Late fee")
    expect(page.locator("#fee pay-button button")).to_have_count(2)
    visitor.check_accessibility()
    visitor.check_width()

    found = application(person)
    for invoice in (found["invoice"], found["late_fee_invoice"]):
        visitor.open("/recertification/")
        pay_next(visitor, f"${invoice['total']['amount'] / 100:.2f}")
    visitor.open("/recertification/")
    expect(state).to_contain_text("Nothing more to do for you")
    visitor.check_accessibility()

    certification = person.certification()["certification_id"]
    decision = {"submission_id": found["submission"]["submission_id"], "decision": "approve", "comment": ""}
    answer = staff.post(f"/api/staff/certifications/{certification}/decision", decision)
    assert answer.status_code == 200, answer.text
    visitor.open("/recertification/")
    expect(state).to_contain_text("Your recertification is approved")
    expect(page.locator("session-form")).to_be_visible()
    visitor.check_accessibility()


def test_when_the_time_is_over_the_paper_way_is_shown_with_the_reason(
    browser: Browser, portal: Portal
) -> None:
    visitor = Visitor(browser, portal.url)
    over = "The time to apply for reinstatement here ended on 30 June 2026."

    def refuse(route: Any) -> None:
        problem = {"type": "/problems/certification-lapsed", "status": 403, "detail": over}
        route.fulfill(status=403, json=problem, content_type="application/problem+json")

    visitor.page.route("**/reinstatement-application", refuse)
    visitor.page.route("**/cycle", as_lapsed)
    visitor.log_in("member@example.org")
    expect(visitor.page.locator("cycle-state")).to_contain_text(over)
    expect(visitor.page.locator("cycle-state")).to_contain_text("Send your Recertification Report")
    visitor.check_accessibility()
    visitor.close()


def as_lapsed(route: Any) -> None:
    """The dashboard as it is answered for a lapsed certification."""
    answer = route.fetch()
    body = answer.json()
    body["cycle"]["state"] = "lapsed"
    body["certification"]["access"] = "lapsed"
    route.fulfill(response=answer, json=body)
