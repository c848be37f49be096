"""The reinstatement application, by the example that has one: entered, signed, paid, approved; and the two editions of
that example, side by side in one portal."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from infrastructure.local.roster import as_csv
from tests.e2e.browser.people import Member, member_of
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
    expect(visitor.notice).to_contain_text("Saved: Conference")
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


# Two editions: cycles that began before 2026 are under the first, and the second is in force


OF_THE_FIRST, OF_THE_SECOND = "study-group", "rfp"
"""Activities that one edition alone knows."""


@pytest.fixture(scope="module")
def staff(portal: Portal) -> Member:
    tokens = portal.tokens("staff@example.org")
    person = Person(portal.client, tokens["AccessToken"])
    return Member("D9001", "staff@example.org", "Sam Delgado", person, tokens)


def holder(portal: Portal, staff: Member, member_id: str, *also: str) -> Member:
    """A member whose cycle for IPMA-CP is under the first edition, and those of other designations under the second."""
    today = this_day()
    row = {
        "member_id": member_id,
        "first_name": "Tove",
        "last_name": "Twice",
        "email": f"{member_id}@example.net".lower(),
        "status": "new",
        "committees": "",
    }
    old = {
        "designation": "IPMA-CP",
        "certified_since": "2024-03-01",
        "expires_on": f"{today.year + 1}-12-31",
    }
    new = {"certified_since": today.isoformat(), "expires_on": f"{today.year + 3}-12-31"}
    rows = [row | old, *(row | new | {"designation": each} for each in also)]
    report = staff.person.import_roster(as_csv(rows)).json()
    assert report["created"] == len(rows), report
    portal.settle()
    return member_of(portal, row)


@pytest.fixture
def visit(browser: Browser, portal: Portal) -> Iterator[Any]:
    """Opens browsers for people who are logged in."""
    visitors: list[Visitor] = []

    def enter(member: Member) -> Visitor:
        visitors.append(Visitor(browser, portal.url))
        visitors[-1].enter_as(member)
        return visitors[-1]

    yield enter
    for each in visitors:
        each.close()


def programs_asked(visitor: Visitor, path: str) -> list[str]:
    """The calls for a program that a page makes."""
    asked: list[str] = []

    def note(request: Any) -> None:
        if "/api/program" in request.url:
            asked.append(request.url.removeprefix(visitor.url))

    visitor.page.on("request", note)
    visitor.open(path)
    visitor.page.wait_for_load_state("networkidle")
    visitor.page.remove_listener("request", note)
    return sorted(asked)


BOTH = ["/api/program", "/api/program?edition=example-reinstatement%2F2023"]


def choices(visitor: Visitor, label: str) -> list[str | None]:
    options = visitor.page.get_by_label(label).first.locator("option")
    return [each.get_attribute("value") for each in options.all()]


def test_a_cycle_is_entered_by_its_own_edition_and_signed_by_the_one_in_force(
    visit: Any, portal: Portal, staff: Member
) -> None:
    member = holder(portal, staff, "Twice.1", "IPMA-CS")
    visitor: Visitor = visit(member)
    page = visitor.page
    assert programs_asked(visitor, "/recertification/") == BOTH
    offered = choices(visitor, "What did you do?")
    assert (OF_THE_FIRST in offered, OF_THE_SECOND in offered) == (True, False)
    visitor.fill_row(visitor.row(), OF_THE_FIRST, "25", "Pay equity", "2025-05-01")
    expect(visitor.row()).to_contain_text("50 points")
    visitor.save()
    expect(visitor.notice).to_contain_text("50 of 50 points")
    expect(page.locator("entry-list")).to_contain_text("Study group of colleagues, a term")
    expect(page.locator("agreement-form .agreed")).to_contain_text("the certifying body may verify any entry")
    page.get_by_label("Your full name, as your signature").fill("Tove Twice")
    page.get_by_role("button", name="Sign and submit").click()
    expect(page.locator("cycle-state .notice.good")).to_be_visible()
    signed = member.person.certification("IPMA-CP")["certification_id"]
    report = member.person.get(f"/api/certifications/{signed}/report").json()
    assert (report["cycle"]["edition"], report["agreement"]["version"]) == (
        "example-reinstatement/2023",
        "2026-01",
    )

    # Her other cycle is under the edition in force: nothing more is asked for, and other things are offered.
    other = member.person.certification("IPMA-CS")["certification_id"]
    assert programs_asked(visitor, f"/recertification/?certification={other}") == BOTH[:1]
    offered = choices(visitor, "What did you do?")
    assert (OF_THE_FIRST in offered, OF_THE_SECOND in offered) == (False, True)

    # A document for neither may be of a kind that either knows; Help tells the rules of each.
    assert programs_asked(visitor, "/documents/") == BOTH
    note = {"name": "note.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4"}
    page.locator(".drop input").set_input_files([note])
    assert {"case-study", OF_THE_SECOND} <= set(choices(visitor, "What is it?"))
    assert programs_asked(visitor, "/help/") == BOTH
    expect(page.locator("#content")).to_contain_text("Study group of colleagues, a term")
    page.get_by_role("navigation", name="Rules of your certifications").get_by_text("IPMA-CS").click()
    expect(page.locator("#content")).to_contain_text("Request for proposals contributed")
    expect(page.locator("#content")).not_to_contain_text("Study group")
    visitor.check_accessibility()


def test_staff_see_and_enter_a_cycle_by_its_own_edition(visit: Any, portal: Portal, staff: Member) -> None:
    member = holder(portal, staff, "Twice.2")
    desk: Visitor = visit(staff)
    page = desk.page
    report = f"?certification={member.certification_id}"
    assert programs_asked(desk, f"/staff/paper/{report}") == BOTH
    desk.fill_row(desk.row(), OF_THE_FIRST, "25", "Pay equity", "2025-05-01")
    desk.save()
    expect(page.locator(".agreed")).to_contain_text("the certifying body may verify any entry")
    page.get_by_label("Name as signed").fill(member.name)
    page.get_by_role("button", name="Submit the report").click()
    page.get_by_role("button", name="Yes, submit it").click()
    expect(page.locator("#signed")).to_contain_text("On paper, entered by staff")
    expect(page.locator("decision-form")).to_contain_text("Study group of colleagues, a term")
