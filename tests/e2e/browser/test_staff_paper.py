"""What an active member sent on paper: staff enter the points and submit the report, marked as such."""

import json
from datetime import date
from typing import Any

from playwright.sync_api import expect

from infrastructure.local.roster import as_csv
from tests import files
from tests.e2e.browser.desk import as_role, check, open_report, roster_row, say_yes
from tests.e2e.browser.people import FIFTY, Member
from tests.e2e.browser.visitor import Visitor
from tests.e2e.portal import Person, Portal

CHECK_MILLISECONDS = 30_000


def test_points_and_a_report_on_paper_are_entered_and_marked(desk: Visitor, member: Member) -> None:
    member.enter(*FIFTY[:-1])
    open_report(desk, member)
    page = desk.page
    page.get_by_role("link", name="Enter from paper").click()
    desk.wait_shown()
    check(desk)
    day = member.dashboard()["cycle"]["starts_on"]
    desk.fill_row(desk.row(), "webinar", "", "Pay equity", day)
    desk.save()
    expect(desk.problem).to_be_focused()
    desk.row().get_by_label("How many").fill("11")
    desk.save()
    expect(desk.notice).to_contain_text("50 of 50 points")
    check(desk)
    page.get_by_role("button", name="Submit the report").click()
    expect(page.locator("[data-field=signature] .fault")).to_have_text("Enter the name as it was signed.")
    check(desk)
    page.get_by_label("Name as signed").fill(member.name)
    page.get_by_role("button", name="Submit the report").click()
    say_yes(desk, "Yes, submit it")
    expect(page.locator("#signed")).to_contain_text("On paper, entered by staff")
    found = member.dashboard()
    assert (found["cycle"]["state"], found["submission"]["on_paper"]) == ("submitted", True)
    assert [each["on_paper"] for each in found["entries"]].count(True) == 1
    page = desk.open(f"/staff/paper/?certification={member.certification_id}")
    expect(page.get_by_text("This report takes nothing more")).to_be_visible()


def test_an_agreement_that_changed_is_replaced_and_no_draft_puts_the_old_one_back(
    desk: Visitor, member: Member, portal: Portal
) -> None:
    member.enter(*FIFTY)
    program: dict[str, Any] = portal.client.get("/api/program").json()
    old = json.dumps(program | {"agreement": {"version": "1999", "text": "The old text."}})
    page = desk.page
    page.route("**/api/program", lambda route: route.fulfill(content_type="application/json", body=old))
    desk.open(f"/staff/paper/?certification={member.certification_id}")
    expect(page.locator(".agreed")).to_have_text("The old text.")
    page.get_by_label("Name as signed").fill(member.name)
    page.unroute("**/api/program")
    page.get_by_role("button", name="Submit the report").click()
    say_yes(desk, "Yes, submit it")
    expect(desk.problem).to_contain_text("The agreement has changed")
    expect(page.locator(".agreed")).to_contain_text("I certify that the information")
    page.reload()
    desk.wait_shown()
    expect(page.get_by_label("Name as signed")).to_have_value(member.name)
    page.get_by_role("button", name="Submit the report").click()
    say_yes(desk, "Yes, submit it")
    expect(page.locator("#signed")).to_contain_text("On paper, entered by staff")


def test_entries_that_are_saved_and_cannot_be_read_again_are_said_to_be_saved(
    desk: Visitor, member: Member
) -> None:
    page = desk.open(f"/staff/paper/?certification={member.certification_id}")
    desk.fill_row(desk.row(), "webinar", "1", "Pay equity", member.dashboard()["cycle"]["starts_on"])
    page.route("**/cycle", lambda route: route.abort(), times=1)
    desk.save()
    problem = page.locator("#notice problem-message > div")
    expect(problem).to_contain_text("Your entries are saved.")
    check(desk)
    problem.get_by_role("button", name="Try again").click()
    expect(desk.notice).to_contain_text("1 now stand in the report")
    assert len(member.dashboard()["entries"]) == 1


def test_only_reviewers_enter_from_paper(desk: Visitor, member: Member) -> None:
    as_role(desk, "staff-finance")
    page = desk.open(f"/staff/paper/?certification={member.certification_id}")
    expect(page.get_by_text("Entering from paper needs the reviewer’s role.")).to_be_visible()
    expect(page.locator("session-form")).to_have_count(0)
    check(desk)


def test_a_document_that_came_by_mail_is_uploaded_for_its_member(desk: Visitor, member: Member) -> None:
    (entry,) = member.enter(("hr-innovation", 1))
    page = desk.open(f"/staff/paper/?certification={member.certification_id}")
    content = {"name": "innovation.pdf", "mimeType": "application/pdf", "buffer": files.PDF}
    page.locator(".drop input").set_input_files([content])
    page.get_by_label("For which entry?").select_option(entry["entry_id"])
    check(desk)
    page.get_by_label("What is it?").select_option("hr-innovation")
    page.get_by_role("button", name="Upload 1 document").click()
    expect(page.locator(".uploads-news")).to_have_text(
        "Uploaded and checked: innovation.", timeout=CHECK_MILLISECONDS
    )
    check(desk)
    (document,) = member.person.get("/api/documents").json()["items"]
    assert (document["status"], document["by_staff"]) == ("clean", True)
    (after,) = member.dashboard()["entries"]
    assert after["document_ids"] == [document["document_id"]]


def test_what_a_lapsed_member_sent_is_uploaded_and_no_points_are_entered(
    desk: Visitor, staff: Person
) -> None:
    year = date.today().year  # noqa: DTZ011 (the portal's clock is the real one, to the year)
    ended = {
        "certified_since": f"{year - 4}-03-15",
        "expires_on": f"{year - 1}-12-31",
        "status": "terminated",
    }
    assert staff.import_roster(as_csv([roster_row("LAPSED2", **ended)])).json()["created"] == 1
    held = staff.get("/api/staff/members/LAPSED2").json()["certifications"][0]
    page = desk.open(f"/staff/review/?certification={held['certification_id']}")
    page.get_by_role("link", name="Upload what came on paper").click()
    desk.wait_shown()
    expect(page.get_by_text("This certification has lapsed")).to_be_visible()
    expect(page.locator("session-form, .submission")).to_have_count(0)
    content = {"name": "report.pdf", "mimeType": "application/pdf", "buffer": files.PDF}
    page.locator(".drop input").set_input_files([content])
    check(desk)
    page.get_by_role("button", name="Upload 1 document").click()
    expect(page.locator(".uploads-news")).to_have_text(
        "Uploaded and checked: report.", timeout=CHECK_MILLISECONDS
    )
    page.get_by_role("link", name="Back to the report").click()
    desk.wait_shown()
    expect(page.locator("#documents")).to_contain_text("report.pdf")


def test_a_refused_document_says_why(desk: Visitor, member: Member) -> None:
    page = desk.open(f"/staff/paper/?certification={member.certification_id}")
    hostile = {"name": "minutes.pdf", "mimeType": "application/pdf", "buffer": b"<html><script>1</script>"}
    page.locator(".drop input").set_input_files([hostile])
    page.get_by_role("button", name="Upload 1 document").click()
    problem = page.locator(".upload problem-message > div")
    expect(problem).to_contain_text("This file was not accepted", timeout=CHECK_MILLISECONDS)
    check(desk)
