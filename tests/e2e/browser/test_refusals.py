"""Each refusal is shown beside what it is about, in the problem's own words, with the focus on it and a next step."""

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from playwright.sync_api import Route, expect

from tests.e2e.browser.people import FIFTY, Member
from tests.e2e.browser.visitor import Visitor
from tests.e2e.portal import Portal

PORTAL = "/recertification/"


def day_of(member: Member) -> str:
    day: str = member.dashboard()["cycle"]["starts_on"]
    return day


def test_every_wrong_field_says_what_is_wrong_with_it_and_is_linked(visitor: Visitor, member: Member) -> None:
    page = visitor.open(PORTAL)
    page.get_by_role("button", name="Add another activity").click()
    visitor.fill_row(visitor.row(0), "webinar", "1", "Good row", day_of(member))
    visitor.fill_row(visitor.row(1), "conference-full-day", "1.5", "Wrong row", "2001-01-01")
    visitor.save()
    expect(visitor.problem).to_be_focused()
    expect(visitor.problem).to_contain_text("Nothing was saved.")
    wrong = visitor.row(1)
    expect(wrong.locator("[data-field=quantity] .fault")).to_contain_text("whole numbers")
    expect(wrong.locator("[data-field=started_on] .fault")).to_contain_text(
        "outside your recertification period"
    )
    expect(wrong.get_by_label("How many")).to_have_attribute("aria-invalid", "true")
    expect(visitor.row(0).locator("[aria-invalid]")).to_have_count(0)
    visitor.check_accessibility()
    visitor.problem.get_by_role("link").first.click()
    expect(wrong.get_by_label("How many")).to_be_focused()
    assert member.dashboard()["entries"] == []


def test_empty_fields_are_named_before_anything_is_sent(visitor: Visitor) -> None:
    page = visitor.open(PORTAL)
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    visitor.save()
    expect(visitor.problem).to_be_focused()
    expect(visitor.row().locator("[data-field=activity] .fault")).to_have_text("Choose an activity.")
    expect(visitor.problem.get_by_role("listitem").get_by_role("link")).to_have_count(6)
    assert sent == []


def test_a_number_that_can_be_read_in_two_ways_is_asked_about(visitor: Visitor, member: Member) -> None:
    page = visitor.open(PORTAL)
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    visitor.fill_row(visitor.row(), "webinar", "1,000", "Pay equity", day_of(member))
    fault = visitor.row().locator("[data-field=quantity] .fault")
    in_digits = "Enter a number above 0 in digits, for example 12, with nothing between thousands."
    for typed, said in (
        ("1,000", "“1,000” can be read in two ways. Enter 1000, or 1."),
        ("1.125", "“1.125” can be read in two ways. Enter 1125, or 1.1250."),
        ("0x10", in_digits),
        ("1e1", in_digits),
        ("1 000", in_digits),
        ("0", in_digits),
    ):
        visitor.row().get_by_label("How many").fill(typed)
        expect(visitor.row().locator("output")).to_have_text("")
        visitor.save()
        expect(fault).to_have_text(said)
    visitor.check_accessibility()
    assert sent == []
    visitor.row().get_by_label("How many").fill("1,0")
    visitor.save()
    expect(visitor.notice).to_contain_text("Saved: 1 entry, 1 point.")
    typed_again = page.evaluate(
        """async () => {
            const { quantityOf, typedOf } = await import("/js/points.js");
            return [1.125, 0.125, 1000, 2.5, 12.0625].map((value) => quantityOf({ quantity: typedOf(value) }));
        }"""
    )
    assert typed_again == [1.125, 0.125, 1000, 2.5, 12.0625]


def test_points_complete_keeps_what_was_typed_and_leads_to_the_agreement(
    visitor: Visitor, member: Member
) -> None:
    page = visitor.open(PORTAL)
    visitor.fill_row(visitor.row(), "webinar", "1", "Too late", day_of(member))
    member.enter(*FIFTY)
    visitor.save()
    expect(visitor.problem).to_contain_text("You have all the points you need")
    expect(visitor.problem).to_contain_text("certification@example.org")
    expect(visitor.row().get_by_label("Title")).to_have_value("Too late")
    visitor.check_accessibility()
    visitor.problem.get_by_role("button", name="Look again").click()
    expect(page.get_by_role("heading", name="Sign your report")).to_be_visible()


@pytest.mark.parametrize(("status", "is_told"), [(500, True), (502, True), (409, False)])
def test_where_the_portal_failed_the_requests_id_is_told_and_nowhere_else(
    visitor: Visitor, member: Member, status: int, is_told: bool
) -> None:
    page = visitor.open(PORTAL)
    visitor.fill_row(visitor.row(), "webinar", "1", "Unlucky", day_of(member))
    problem = json.dumps({"type": "/problems/points-complete", "status": status, "detail": "No."})
    is_gateways = status == 502  # whose answers are no problems
    kind = "application/json" if is_gateways else "application/problem+json"
    page.route(
        "**/entries",
        lambda route: route.fulfill(
            status=status, headers={"apigw-requestid": "JKJaXmPLvHcESHA=", "content-type": kind}, body=problem
        ),
    )
    visitor.save()
    expect(visitor.problem).to_be_focused()
    expect(visitor.problem.get_by_text("JKJaXmPLvHcESHA=")).to_have_count(int(is_told))
    visitor.check_accessibility()


def test_a_lapse_at_midnight_keeps_what_was_typed_and_says_what_to_do(
    visitor: Visitor, member: Member
) -> None:
    page = visitor.open(PORTAL)
    visitor.fill_row(visitor.row(), "webinar", "1", "Five to midnight", day_of(member))
    detail = "Your IPMA-CP certification has lapsed. To be reinstated: send your Recertification Report."
    problem = {"type": "/problems/certification-lapsed", "status": 403, "detail": detail}
    page.route(
        "**/entries",
        lambda route: route.fulfill(status=403, json=problem, content_type="application/problem+json"),
    )
    visitor.save()
    expect(visitor.problem).to_be_focused()
    expect(visitor.problem).to_contain_text(detail)
    expect(visitor.problem).to_contain_text("What you typed is still here.")
    expect(visitor.row().get_by_label("Title")).to_have_value("Five to midnight")
    visitor.check_accessibility()
    visitor.problem.get_by_role("button", name="Look again").click()
    visitor.wait_shown()


def test_a_raising_edit_is_refused_where_it_was_made(visitor: Visitor, member: Member) -> None:
    member.enter(("conference-full-day", 16))
    member.enter(("teaching", 1), ("webinar", 1))
    page = visitor.open(PORTAL)
    page.get_by_role("button", name="Edit Webinar").click()
    page.locator("entry-editor").get_by_label("How many").fill("2")
    page.get_by_role("button", name="Save changes").click()
    expect(page.locator("entry-editor problem-message")).to_contain_text("lowered or deleted, but not raised")


def test_a_report_signed_elsewhere_is_locked_and_says_so(
    visitor: Visitor, member: Member, portal: Portal
) -> None:
    member.enter(*FIFTY)
    page = visitor.open(PORTAL)
    page.get_by_role("button", name="Edit Webinar").click()
    page.locator("entry-editor").get_by_label("Title").fill("Too late")
    member.sign(portal)
    page.get_by_role("button", name="Save changes").click()
    expect(page.locator("entry-editor problem-message")).to_contain_text("Your report is submitted")


def test_a_missing_document_is_named_before_and_at_signing(visitor: Visitor, member: Member) -> None:
    member.enter(*FIFTY[:-1], ("webinar", 6), ("hr-innovation", 1))
    page = visitor.open(PORTAL)
    expect(page.locator("points-progress")).to_contain_text(
        "these entries need their document: Hr-Innovation"
    )
    page.get_by_label("Your full name, as your signature").fill(member.name)
    page.get_by_role("button", name="Sign and submit").click()
    expect(visitor.problem).to_contain_text("The report is not complete yet")
    expect(visitor.problem).to_be_focused()
    expect(page.get_by_label("Your full name, as your signature")).to_have_value(member.name)
    visitor.check_accessibility()


def test_a_signature_is_asked_for_beside_its_field(visitor: Visitor, member: Member) -> None:
    member.enter(*FIFTY)
    page = visitor.open(PORTAL)
    page.get_by_role("button", name="Sign and submit").click()
    expect(page.locator("[data-field=signature] .fault")).to_have_text("Type your full name to sign.")
    page.get_by_label("Your full name, as your signature").fill("R")
    page.get_by_role("button", name="Sign and submit").click()
    expect(page.locator("[data-field=signature] .fault")).to_contain_text("at least 2")


def test_an_outdated_agreement_is_replaced_by_the_current_one(
    visitor: Visitor, member: Member, portal: Portal
) -> None:
    member.enter(*FIFTY)
    program: dict[str, Any] = portal.client.get("/api/program").json()
    old = program | {"agreement": {"version": "1999", "text": "The old text."}}

    def answer_old(route: Route) -> None:
        route.fulfill(content_type="application/json", body=json.dumps(old))

    page = visitor.page
    page.route("**/api/program", answer_old)
    visitor.open(PORTAL)
    expect(page.locator(".agreed")).to_have_text("The old text.")
    page.unroute("**/api/program", answer_old)
    page.get_by_label("Your full name, as your signature").fill(member.name)
    page.get_by_role("button", name="Sign and submit").click()
    expect(visitor.problem).to_contain_text("The agreement has changed")
    expect(page.locator(".agreed")).to_contain_text("I certify that the information")
    page.get_by_role("button", name="Sign and submit").click()
    expect(visitor.notice).to_contain_text("submitted")


def test_an_invoice_paid_elsewhere_cannot_be_paid_again(visitor: Visitor, member: Member) -> None:
    invoice = member.person.post(f"{member.path}/invoice").json()
    page = visitor.open("/transactions/")
    checkout = member.person.post(f"/api/invoices/{invoice['invoice_id']}/checkout").json()["checkout_url"]
    assert httpx.post(f"{checkout}/pay").is_success
    page.get_by_role("button", name="Pay $150.00").click()
    expect(visitor.problem).to_contain_text("This invoice cannot be paid now")


def test_leaving_the_payment_page_charges_nothing_and_says_so(visitor: Visitor, member: Member) -> None:
    page = visitor.open("/transactions/")
    page.get_by_role("button", name="Pay for IPMA-CP, until").click()
    page.wait_for_url("**/c/pay/**")
    page.get_by_role("button", name="Cancel").click()
    page.wait_for_url("**/transactions/**")
    expect(page.locator("#outcome")).to_contain_text("Nothing was charged")
    expect(page.get_by_role("button", name="Pay $150.00")).to_be_visible()
    visitor.check_accessibility()


def test_a_wrong_password_is_refused_in_plain_words(visit: Callable[..., Visitor], member: Member) -> None:
    visitor = visit()
    page = visitor.page
    page.goto(f"{visitor.url}/")
    page.get_by_role("button", name="Log in", exact=True).click()
    expect(page.locator("[data-field=password] .fault")).to_have_text("Enter your password.")
    page.get_by_label("E-mail address or member number").fill(member.email)
    page.get_by_label("Password", exact=True).fill("wrong")
    page.get_by_role("button", name="Log in", exact=True).click()
    expect(visitor.problem).to_contain_text("E-mail address or password is wrong.")
    expect(visitor.problem).to_be_focused()
    visitor.check_accessibility()


@pytest.mark.parametrize(
    "path",
    [f"{PORTAL}?certification=nothing", "/transactions/?invoice=nothing", "/summary/?certification=nothing"],
)
def test_what_is_not_ones_own_is_not_there(visitor: Visitor, path: str) -> None:
    visitor.open(path)
    expect(visitor.problem).to_be_visible()
    visitor.check_accessibility()
    visitor.check_width()


def test_the_lapsed_are_told_what_to_do_and_can_pay(visit: Callable[..., Visitor]) -> None:
    visitor = visit()
    visitor.log_in("lapsed@example.org")
    page = visitor.page
    expect(page.locator("cycle-state")).to_contain_text("This certification has lapsed")
    expect(page.locator("cycle-state")).to_contain_text(
        "Send your Recertification Report to certification@example.org"
    )
    expect(page.locator("session-form")).to_have_count(0)
    expect(page.locator("pay-button button")).to_be_visible()
    expect(page.locator("#steps")).to_be_hidden()
    expect(page.locator("#content")).not_to_contain_text("Enter your first activity above")
    expect(page.locator("#content")).not_to_contain_text("ahead of time")
    visitor.check_accessibility()


def test_the_uncertified_are_shown_the_way(visit: Callable[..., Visitor]) -> None:
    visitor = visit()
    visitor.log_in("uncertified@example.org")
    expect(visitor.page.locator("#content").get_by_role("link", name="Get Certified")).to_be_visible()
    visitor.check_accessibility()


def test_the_address_one_logs_in_with_is_changed_by_a_code(
    visitor: Visitor, member: Member, portal: Portal
) -> None:
    page = visitor.open("/profile/")
    page.get_by_role("button", name="Change e-mail address").click()
    page.get_by_label("New e-mail address").fill("member@example.org")
    page.get_by_role("button", name="Send the code").click()
    expect(visitor.problem).to_contain_text("Another account uses this e-mail address.")
    page.get_by_label("New e-mail address").fill(f"new.{member.email}")
    page.get_by_role("button", name="Send the code").click()
    page.get_by_label("Code from the e-mail").fill("000000")
    page.get_by_role("button", name="Confirm the new address").click()
    expect(visitor.problem).to_contain_text("code")
    mail = [each for each in portal.outbox() if each["to"] == f"new.{member.email}"][-1]
    page.get_by_label("Code from the e-mail").fill(
        next(word.strip(".") for word in mail["text"].split() if word.strip(".").isdigit())
    )
    page.get_by_role("button", name="Confirm the new address").click()
    expect(visitor.notice).to_contain_text(f"you log in with new.{member.email}")
    assert portal.log_in(f"new.{member.email}")
