"""A report on staff's desk: opened from the queue, paid, approved, returned, decided once."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Route, expect

from infrastructure.local.roster import as_csv
from tests import files
from tests.e2e.browser.desk import (
    as_role,
    check,
    open_report,
    pay_by_check,
    program_day,
    roster_row,
    signed,
)
from tests.e2e.browser.people import FIFTY, Member, return_to_member
from tests.e2e.browser.visitor import Visitor
from tests.e2e.portal import Person, Portal
from tests.e2e.test_documents import uploaded


def test_staffs_day_a_report_is_opened_from_the_queue_paid_and_approved(
    desk: Visitor, portal: Portal, staff: Person
) -> None:
    member = signed(portal, staff)
    page = desk.open("/staff/reviews/")
    while page.get_by_role("link", name=member.name).count() == 0:
        page.get_by_role("button", name="Show more").click()
    check(desk)
    page.get_by_role("link", name=member.name).click()
    desk.wait_shown()
    expect(page.get_by_role("link", name=member.name)).to_be_visible()
    expect(page.locator("decision-form .entry")).to_have_count(5)
    expect(page.locator(".remaining")).to_have_text("50 points count, 50 are required.")
    check(desk)
    page.get_by_label("Comment", exact=True).fill("Well done.")
    page.get_by_role("button", name="Approve").click()
    unpaid = page.locator("invoice-desk problem-message").first
    expect(unpaid).to_contain_text("The invoice is not paid yet")
    expect(unpaid.locator("> div")).to_be_focused()
    check(desk)
    page.get_by_text("Record an offline payment").click()
    page.get_by_role("button", name="Record the payment").click()
    expect(page.locator("[data-field=reference] .fault")).to_have_text("Enter the reference.")
    check(desk)
    pay_by_check(desk)
    expect(desk.notice).to_have_text("The payment is recorded.")
    expect(desk.notice).to_be_focused()
    expect(page.locator("invoice-desk")).to_contain_text("Check (4711)")
    expect(page.get_by_label("Comment", exact=True)).to_have_value("Well done.")
    page.get_by_role("button", name="Approve").click()
    expect(desk.notice).to_contain_text("Approved. IPMA-CP now runs to December 31")
    expect(page.locator("decision-form")).to_have_count(0)
    happened = page.get_by_role("table", name="History").get_by_role("row")
    expect(happened.nth(1)).to_contain_text("The report was approved")
    expect(happened.filter(has_text="A payment was received.")).to_contain_text("D9001")
    check(desk)
    assert member.person.certification()["status"] == "renew"


def test_a_report_goes_back_with_a_comment_for_each_entry(
    desk: Visitor, visit: Callable[..., Visitor], portal: Portal, staff: Person
) -> None:
    member = signed(portal, staff)
    open_report(desk, member)
    page = desk.page
    page.get_by_role("button", name="Return to the member").click()
    expect(page.locator("[data-field=comment] .fault")).to_have_text("Say what the member has to correct.")
    check(desk)
    page.get_by_label("Comment", exact=True).fill("Two things are missing.")
    for title, comment in (("Webinar", "Which webinars?"), ("Conference-Full-Day", "Which days?")):
        page.locator("summary").filter(has_text=f"for {title}").click()
        page.get_by_label(f"Comment for the member for {title}").fill(comment)
    check(desk)
    page.reload()
    expect(page.get_by_label("Comment for the member for Webinar")).to_have_value("Which webinars?")
    expect(page.get_by_text("Not saved yet")).to_be_visible()
    page.get_by_role("button", name="Return to the member").click()
    expect(desk.notice).to_contain_text("Returned.")
    expect(page.locator("#entries")).to_contain_text("Which days?")
    check(desk)
    page = desk.open("/staff/reviews/?state=returned")
    expect(page.get_by_role("link", name=member.name)).to_be_visible()
    other = visit()
    other.enter_as(member)
    expect(other.open("/recertification/").locator("entry-list")).to_contain_text("Which webinars?")


def test_single_entries_count_less_with_a_reason_while_enough_remains(
    desk: Visitor, portal: Portal, staff: Person
) -> None:
    member = signed(portal, staff)
    open_report(desk, member)
    page = desk.page
    page.locator("summary").filter(has_text="for Webinar").click()
    page.get_by_label("Points that count for Webinar").fill("10")
    remaining = page.locator(".remaining")
    expect(remaining).to_have_text("49 points count, but 50 are required: this can only be returned.")
    page.get_by_role("button", name="Approve").click()
    expect(desk.problem.first).to_contain_text("Please correct what is marked")
    expect(page.get_by_label("Reason for Webinar")).to_have_attribute("aria-invalid", "true")
    page.get_by_label("Reason for Webinar").fill("One was a repetition.")
    page.get_by_label("Points that count for Webinar").fill("12")
    page.get_by_role("button", name="Approve").click()
    expect(page.locator("[data-field='points:4'] .fault")).to_have_text(
        "Enter a number from 0 to less than 11."
    )
    page.get_by_label("Points that count for Webinar").fill("0")
    expect(remaining).to_contain_text("39 points count")
    pay_by_check(desk)
    expect(desk.notice).to_have_text("The payment is recorded.")
    expect(page.get_by_label("Reason for Webinar")).to_have_value("One was a repetition.")
    page.get_by_role("button", name="Approve").click()
    expect(desk.problem.first).to_contain_text("The report is not complete yet")
    expect(desk.problem.first).to_be_focused()
    check(desk)


def test_a_document_is_opened_beside_its_entry(
    desk: Visitor, portal: Portal, staff: Person, member: Member
) -> None:
    claim = member.enter(("hr-innovation", 1))[0]
    where = {"certification_id": member.certification_id, "entry_id": claim["entry_id"]}
    uploaded(portal, member.person, kind="hr-innovation", title="Our mentoring programme", **where)
    open_report(desk, member)
    page = desk.page
    expect(page.locator("#entries .entry")).to_contain_text("Documents: Our mentoring programme")
    check(desk)
    with page.expect_download() as started:
        page.get_by_role("button", name="Open Our mentoring programme").click()
    assert Path(started.value.path()).read_bytes() == files.PDF
    page.route("**/api/staff/documents/*", lambda route: route.abort())
    page.get_by_role("button", name="Open Our mentoring programme").click()
    expect(page.locator("#documents problem-message")).to_contain_text("No connection")
    check(desk)


def test_a_report_that_a_colleague_decided_says_so_and_shows_how_it_stands(
    desk: Visitor, portal: Portal, staff: Person
) -> None:
    member = signed(portal, staff)
    open_report(desk, member)
    return_to_member(staff, member, "Colleague was faster.", {})
    page = desk.page
    page.get_by_role("button", name="Approve").click()
    expect(desk.problem.first).to_contain_text("This is settled already")
    expect(desk.problem.first).to_be_focused()
    check(desk)
    page.get_by_role("button", name="Show how it stands now").click()
    expect(page.get_by_text("Colleague was faster.")).to_be_visible()
    expect(page.locator("decision-form")).to_have_count(0)


def test_nobody_decides_on_their_own_report(
    desk: Visitor, portal: Portal, staff: Person, clerk: Member
) -> None:
    """Staff hold certifications too: the page says that a colleague decides, and the portal refuses."""
    own = roster_row(clerk.member_id, first_name="Sam", last_name="Delgado", email=clerk.email, status="new")
    assert [each["field"] for each in staff.import_roster(as_csv([own])).json()["rejected"]] == ["member_id"]
    colleague = portal.log_in("registrar@example.org")
    assert colleague.import_roster(as_csv([own])).json()["rejected"] == []
    clerk.enter(*FIFTY)
    clerk.sign(portal)
    open_report(desk, clerk)
    page = desk.page
    expect(page.get_by_text("This is your own report.")).to_be_visible()
    expect(page.locator("decision-form")).to_have_count(0)
    expect(page.locator("invoice-desk")).to_contain_text("This is your own invoice.")
    expect(page.locator(".record")).to_have_count(0)
    check(desk)
    page.route("**/cycle", lambda route: changed(route, {"member": {"member_id": "B0", "name": "Somebody"}}))
    page.reload()
    pay_by_check(desk)
    expect(page.locator(".record problem-message")).to_contain_text("This is your own certification.")
    page.get_by_role("button", name="Approve").click()
    expect(page.locator("decision-form problem-message")).to_contain_text(
        "Ask a colleague on staff to do this."
    )
    check(desk)


def test_payments_have_the_programs_day_wherever_one_sits(
    desk: Visitor, visit: Callable[..., Visitor], portal: Portal, staff: Person
) -> None:
    """A card charged late in the evening of New York, where it is the next day by UTC; a check by its day."""
    member = signed(portal, staff)
    invoice = member.dashboard()["invoice"]
    body = {"method": "check", "reference": "4711", "received_on": program_day().isoformat()}
    assert staff.post(f"/api/staff/invoices/{invoice['invoice_id']}/payment", body).status_code == 201
    late = member.dashboard()["invoice"]["payments"][0] | {"received_at": "2026-03-02T03:30:00Z"}
    changes = {"invoice": invoice | {"status": "paid", "payments": [late]}}
    desk.page.route("**/cycle", lambda route: changed(route, changes))
    open_report(desk, member)
    expect(desk.page.locator("invoice-desk")).to_contain_text("March 1, 2026: $")
    other = visit(timezone_id="America/Los_Angeles")
    other.enter_as(member)
    paid = other.open("/transactions/").get_by_role("table").get_by_role("rowheader")
    expect(paid).to_have_text(f"{program_day():%B} {program_day().day}, {program_day().year}")


def changed(route: Route, changes: dict[str, Any]) -> None:
    """The API's answer, with something else in it."""
    answer = route.fetch()
    route.fulfill(response=answer, json=answer.json() | changes)


@pytest.mark.parametrize(
    ("role", "may_decide", "may_record"),
    [("staff-reviewer", True, False), ("staff-finance", False, True), ("staff-admin", False, False)],
)
def test_each_role_is_offered_what_it_may_do_and_told_what_it_may_not(
    desk: Visitor, portal: Portal, staff: Person, role: str, may_decide: bool, may_record: bool
) -> None:
    member = signed(portal, staff)
    as_role(desk, role)
    open_report(desk, member)
    page = desk.page
    expect(page.locator("decision-form")).to_have_count(int(may_decide))
    expect(page.get_by_text("Deciding needs the reviewer’s role.")).to_have_count(int(not may_decide))
    expect(page.locator("invoice-desk .record")).to_have_count(int(may_record))
    expect(page.get_by_text("needs the finance role.")).to_have_count(int(not may_record))
    check(desk)


def test_a_reinstatement_application_is_decided_with_both_its_invoices(
    desk: Visitor, portal: Portal, staff: Person
) -> None:
    """The shipped edition knows no applications, so the answer is made to look like one."""
    member = signed(portal, staff)
    found = staff.get(f"/api/staff/certifications/{member.certification_id}/cycle").json()
    fee = found["invoice"] | {
        "invoice_id": "fee_1",
        "number": "2027-LATE",
        "total": {"amount": 2500, "currency": "usd"},
    }
    application = {
        "cycle": found["cycle"] | {"state": "lapsed"},
        "submission": found["submission"] | {"for_reinstatement": True},
        "late_fee_invoice": fee,
    }
    desk.page.route("**/cycle", lambda route: changed(route, application))
    open_report(desk, member)
    page = desk.page
    expect(page.locator("#facts")).to_contain_text("Reinstatement application")
    late = page.get_by_role("region", name="Late fee")
    expect(late).to_contain_text("$25.00")
    expect(late.get_by_text("Record an offline payment")).to_be_visible()
    expect(page.locator("decision-form")).to_be_visible()
    expect(page.locator("discretion-desk section")).to_have_count(0)
    check(desk)
    page.get_by_role("button", name="Approve").click()
    expect(page.locator("invoice-desk problem-message").first).to_contain_text("The invoice is not paid yet")


def test_a_decision_whose_answer_was_lost_is_made_once(desk: Visitor, portal: Portal, staff: Person) -> None:
    member = signed(portal, staff)
    open_report(desk, member)
    page = desk.page
    page.get_by_label("Comment", exact=True).fill("Please add dates.")

    def lose(route: Route) -> None:
        route.fetch()
        route.abort()

    page.route("**/decision", lose, times=1)
    page.get_by_role("button", name="Return to the member").click()
    expect(desk.problem.first).to_contain_text("No connection")
    page.get_by_role("button", name="Try again").click()
    expect(desk.notice).to_contain_text("Returned.")
    assert member.dashboard()["cycle"]["state"] == "returned"
