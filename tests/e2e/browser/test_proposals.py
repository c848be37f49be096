"""What a chapter's roster proposed, on the Recertification Portal: taken with one click, or put away."""

import csv
import io
import json
from itertools import count
from typing import Any

import httpx
from playwright.sync_api import Page, expect

from shared.domain.proposals import COLUMNS
from shared.domain.room import FULL
from tests.e2e.browser.people import Member
from tests.e2e.browser.visitor import Visitor
from tests.e2e.portal import Person, Portal

PATH = "/recertification/"
_numbers = count(1)


def propose(portal: Portal, staff: Person, member: Member) -> str:
    """Bring in the roster of a chapter that names the member; the chapter's name."""
    name = f"Springfield Chapter {next(_numbers)}"
    day = member.dashboard()["cycle"]["starts_on"]
    text = io.StringIO()
    rows = csv.DictWriter(text, COLUMNS, restval="")
    rows.writeheader()
    rows.writerow({"First Name": "Robin", "Email Address": member.email})
    chapter = {"name": name, "started_on": day, "ended_on": day}
    made: dict[str, Any] = staff.post(
        "/api/staff/imports", {"kind": "chapter-roster", "chapter": chapter}
    ).json()
    upload = made["upload"]
    content = text.getvalue().encode()
    assert httpx.post(upload["url"], data=upload["fields"], files={"file": ("x", content)}).is_success
    portal.settle()
    return name


def title(page: Page, chapter: str) -> Any:
    return page.locator("proposal-list").get_by_role("heading", name=f"Member of {chapter}", exact=True)


def test_a_proposal_is_taken_with_one_click(
    visitor: Visitor, member: Member, portal: Portal, staff: Person
) -> None:
    chapter = propose(portal, staff, member)
    page = visitor.open(PATH)
    expect(title(page, chapter)).to_be_visible()
    visitor.check_accessibility()
    page.set_viewport_size({"width": 320, "height": 640})
    visitor.check_width()
    page.get_by_role("button", name=f"Add to my entries Member of {chapter}").click()
    expect(visitor.notice).to_contain_text("Saved: 1 entry, 1 point.")
    expect(page.locator("entry-list")).to_contain_text(f"Member of {chapter}")
    expect(page.locator("proposal-list")).to_be_hidden()
    visitor.check_accessibility()
    (entry,) = member.dashboard()["entries"]
    assert entry["activity"] == "chapter-membership"
    visitor.open(PATH)
    expect(page.locator("proposal-list")).to_be_hidden()


def test_a_proposal_is_put_away_and_stays_away(
    visitor: Visitor, member: Member, portal: Portal, staff: Person
) -> None:
    chapter = propose(portal, staff, member)
    page = visitor.open(PATH)
    page.get_by_role("button", name=f"Put away Member of {chapter}").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    visitor.check_accessibility()
    page.get_by_role("dialog").get_by_role("button", name="Put away").click()
    expect(visitor.notice).to_contain_text(f"Put away: Member of {chapter}.")
    expect(page.locator("proposal-list")).to_be_hidden()
    assert member.person.get("/api/proposals").json()["items"] == []
    assert member.dashboard()["entries"] == []


def test_a_refused_proposal_says_why_beside_it(
    visitor: Visitor, member: Member, portal: Portal, staff: Person
) -> None:
    chapter = propose(portal, staff, member)
    page = visitor.open(PATH)
    expect(title(page, chapter)).to_be_visible()
    full: Any = {
        "code": "invalid-request",
        "detail": "One field.",
        "errors": [{"pointer": "/x", "detail": FULL}],
    }
    told: Any = {"status": 422, "content_type": "application/problem+json", "body": json.dumps(full)}
    page.route("**/acceptance", lambda route: route.fulfill(**told))
    page.get_by_role("button", name=f"Add to my entries Member of {chapter}").click()
    problem = page.locator("proposal-list problem-message > div")
    expect(problem).to_contain_text(FULL)
    page.unroute("**/acceptance")
    member.enter(("conference-full-day", 17))
    page.get_by_role("button", name=f"Add to my entries Member of {chapter}").click()
    expect(problem).to_contain_text("You have all the points you need")
    expect(problem).to_be_focused()
    visitor.check_accessibility()


def test_a_proposal_is_offered_from_the_programs_day_on(visitor: Visitor) -> None:
    """In the evening of New York it is tomorrow already by the world's time."""
    page = visitor.page
    page.clock.install()
    page.goto(f"{visitor.url}/404.html")
    offered = """async () => {
        const entry = { started_on: "2027-06-10", ended_on: "2027-06-10" };
        sessionStorage.setItem("proposals", JSON.stringify([{ entry, accepted_for: [] }]));
        const { proposalsFor } = await import("/js/proposals.js");
        const cycle = { starts_on: "2027-01-01", ends_on: "2027-12-31" };
        return proposalsFor({ time_zone: "America/New_York" }, { certification: {}, cycle, entries: [] }).length;
    }"""
    for now, offers in (("2027-06-10T03:59:00Z", 0), ("2027-06-10T04:01:00Z", 1)):
        page.clock.set_fixed_time(now)
        assert page.evaluate(offered) == offers, now
