"""What becomes of what is typed while an answer is on its way, breaks off on it, or is lost more than once."""

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, Page, Request, Route, expect

from infrastructure.local.roster import as_csv
from tests.e2e.browser.desk import open_report, pay_by_check, roster_row, signed
from tests.e2e.browser.people import FIFTY, Member
from tests.e2e.browser.test_nothing_is_lost import PORTAL, day_of, lose_the_answer
from tests.e2e.browser.visitor import Visitor
from tests.e2e.portal import Person, Portal

WHOLE_ENOUGH = 40
"""So many characters of an answer arrive before it breaks off."""


def hold(page: Page, pattern: str) -> list[Route]:
    """The next request of this pattern waits in the list that is given, until it is let go on."""
    held: list[Route] = []
    page.route(pattern, lambda route: held.append(route), times=1)  # noqa: PLW0108 (it takes no builtin)
    return held


def is_sent(method: str, path: str) -> Callable[[Request], bool]:
    """Whether a request is this one."""
    return lambda request: request.method == method and path in request.url


def break_off(route: Route) -> None:
    """Let the request arrive, and of its answer only the beginning come back."""
    answer = route.fetch()
    route.fulfill(response=answer, body=answer.text()[:WHOLE_ENOUGH])


def titles(member: Member) -> list[str]:
    return sorted(each["title"] for each in member.dashboard()["entries"])


def test_the_link_with_ones_name_is_there_once_the_name_is(visitor: Visitor) -> None:
    held = hold(visitor.page, "**/api/me")
    with visitor.page.expect_request(is_sent("GET", "/api/me")):
        visitor.page.goto(f"{visitor.url}/transactions/?invoice=nothing")
    expect(visitor.problem).to_be_visible()
    expect(visitor.page.get_by_role("button", name="Log out")).to_be_visible()
    visitor.check_accessibility()
    held[0].continue_()
    expect(visitor.page.get_by_role("banner").get_by_role("link", name="Welcome")).to_be_visible()


def test_rows_typed_while_a_save_is_on_its_way_stay_and_so_does_where_one_types(
    visitor: Visitor, member: Member
) -> None:
    page = visitor.open(PORTAL)
    visitor.fill_row(visitor.row(), "webinar", "1", "First", day_of(member))
    held = hold(page, "**/entries")
    with page.expect_request(is_sent("POST", "/entries")):
        visitor.save()
    page.get_by_role("button", name="Add another activity").click()
    visitor.fill_row(visitor.row(1), "webinar", "1", "Meanwhile", day_of(member))
    visitor.row(1).get_by_label("Title").focus()
    held[0].continue_()
    expect(visitor.notice).to_contain_text("Saved: 1 entry, 1 point.")
    expect(page.locator("session-form .row")).to_have_count(1)
    expect(visitor.row().get_by_label("Title")).to_have_value("Meanwhile")
    expect(visitor.row().get_by_label("Title")).to_be_focused()
    expect(page.locator("session-form .draft-mark")).to_be_visible()
    visitor.check_accessibility()
    page.reload()
    visitor.wait_shown()
    expect(visitor.row().get_by_label("Title")).to_have_value("Meanwhile")
    visitor.save()
    expect(visitor.notice).to_be_focused()
    assert titles(member) == ["First", "Meanwhile"]


def edited_meanwhile(visitor: Visitor, member: Member, words: str) -> Locator:
    """The title of an entry that was saved as "Better", and became these words while that was on its way."""
    member.enter(("webinar", 1))
    page = visitor.open(PORTAL)
    page.get_by_role("button", name="Edit ").click()
    title = page.locator("entry-editor").get_by_label("Title")
    title.fill("Better")
    held = hold(page, "**/entries/*")
    with page.expect_request(is_sent("PUT", "/entries/")):
        page.get_by_role("button", name="Save changes").click()
    title.fill(words)
    held[0].continue_()
    expect(visitor.notice).to_contain_text("Better")
    return title


def test_an_edit_that_goes_on_while_its_save_is_on_its_way_stays_open(
    visitor: Visitor, member: Member
) -> None:
    title = edited_meanwhile(visitor, member, "Better still")
    page = visitor.page
    assert titles(member) == ["Better"]
    expect(title).to_have_value("Better still")
    expect(title).to_be_focused()
    page.get_by_role("button", name="Save changes").click()
    expect(visitor.notice).to_contain_text("Better still")
    expect(page.locator("entry-editor")).to_have_count(0)
    assert titles(member) == ["Better still"]


def test_an_edit_that_went_on_and_is_given_up_shows_what_was_saved(visitor: Visitor, member: Member) -> None:
    edited_meanwhile(visitor, member, "Given up")
    page = visitor.page
    page.get_by_role("button", name="Cancel").click()
    expect(page.locator("entry-list .entry h3")).to_have_text("Better")
    expect(page.get_by_role("button", name="Edit ")).to_be_focused()


def test_contact_fields_typed_while_the_others_are_saved_are_kept(visitor: Visitor, member: Member) -> None:
    page = visitor.open("/profile/")
    page.get_by_label("City").fill("Springfield")
    held = hold(page, "**/me/profile")
    with page.expect_request(is_sent("PUT", "/me/profile")):
        page.get_by_role("button", name="Save changes").click()
    page.get_by_label("Department").fill("Archives")
    held[0].continue_()
    expect(visitor.notice).to_have_text("Your contact information is saved.")
    expect(page.get_by_label("Department")).to_have_value("Archives")
    expect(page.get_by_label("Department")).to_be_focused()
    page.reload()
    visitor.wait_shown()
    expect(page.get_by_label("Department")).to_have_value("Archives")
    page.get_by_role("button", name="Save changes").click()
    expect(visitor.notice).to_be_focused()
    profile = member.person.get("/api/me").json()["profile"]
    assert (profile["city"], profile["department"]) == ("Springfield", "Archives")


def test_a_claim_that_is_changed_while_it_is_saved_stays_open_as_a_change(
    visitor: Visitor, member: Member
) -> None:
    page = visitor.open(PORTAL)
    page.get_by_role("button", name="Add employment, a membership or an office").click()
    form = page.locator("standing-claims form")
    form.get_by_label("What is it?").select_option("employment")
    form.get_by_label("Title").fill("HR officer")
    form.get_by_label("Organization").fill("City of Springfield")
    form.get_by_label("First day").fill("2015-05-01")
    held = hold(page, "**/standing-claims")
    with page.expect_request(is_sent("POST", "/standing-claims")):
        page.get_by_role("button", name="Save changes").click()
    form.get_by_label("Title").fill("HR director")
    held[0].continue_()
    expect(visitor.notice).to_contain_text("Saved: HR officer.")
    expect(form.get_by_label("Title")).to_have_value("HR director")
    page.get_by_role("button", name="Save changes").click()
    expect(visitor.notice).to_contain_text("Saved: HR director.")
    expect(form).to_have_count(0)
    assert [each["title"] for each in member.dashboard()["standing"]] == ["HR director"]


def test_a_decision_holds_its_form_still_and_one_that_broke_off_is_made_once(
    desk: Visitor, portal: Portal, staff: Person
) -> None:
    member = signed(portal, staff)
    open_report(desk, member)
    page = desk.page
    page.get_by_label("Comment", exact=True).fill("Please add dates.")
    held = hold(page, "**/decision")
    back = page.get_by_role("button", name="Return to the member")
    with page.expect_request(is_sent("POST", "/decision")):
        back.click()
    expect(back).to_be_focused()
    assert page.locator("decision-form .field:not([inert])").count() == 0
    assert page.locator("decision-form .approve[inert]").count() == 1
    break_off(held[0])
    expect(desk.problem.first).to_contain_text("No connection")
    expect(page.get_by_label("Comment", exact=True)).to_have_value("Please add dates.")
    assert page.locator("decision-form [inert]").count() == 0
    page.get_by_role("button", name="Try again").click()
    expect(desk.notice).to_contain_text("Returned.")
    assert member.dashboard()["cycle"]["state"] == "returned"


def test_a_payment_whose_answer_broke_off_is_recorded_once(
    desk: Visitor, portal: Portal, staff: Person
) -> None:
    member = signed(portal, staff)
    open_report(desk, member)
    page = desk.page
    page.get_by_text("Record an offline payment").click()
    page.route("**/payment", break_off, times=1)
    pay_by_check(desk)
    expect(page.locator(".record problem-message")).to_contain_text("No connection")
    page.get_by_role("button", name="Try again").click()
    page.get_by_role("dialog").get_by_role("button", name="Record it").click()
    expect(desk.notice).to_have_text("The payment is recorded.")
    assert len(member.dashboard()["invoice"]["payments"]) == 1


def test_an_import_whose_answer_broke_off_says_so(desk: Visitor, tmp_path: Path) -> None:
    file = tmp_path / "roster.csv"
    file.write_text(as_csv([roster_row("CUT1")]), encoding="utf-8")
    page = desk.open("/staff/import/")
    page.get_by_label("CSV file").set_input_files(file)
    page.route("**/members/import?*", break_off, times=1)
    page.get_by_role("button", name="Check the file").click()
    expect(desk.problem).to_contain_text("No connection")
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_role("heading", name="What an import would do")).to_be_focused()


def test_a_save_whose_answer_broke_off_is_not_done_twice(visitor: Visitor, member: Member) -> None:
    page = visitor.open(PORTAL)
    visitor.fill_row(visitor.row(), "webinar", "1", "Pay equity", day_of(member))
    page.route("**/entries", break_off, times=1)
    visitor.save()
    expect(visitor.problem).to_contain_text("No connection")
    visitor.problem.get_by_role("button", name="Try again").click()
    expect(visitor.notice).to_contain_text("Saved: 1 entry, 1 point.")
    assert titles(member) == ["Pay equity"]


def test_after_two_unknown_outcomes_with_changed_words_what_arrived_is_found_and_nothing_saved_twice(
    visitor: Visitor, member: Member
) -> None:
    page = visitor.open(PORTAL)
    title = visitor.row().get_by_label("Title")
    visitor.fill_row(visitor.row(), "webinar", "1", "Never arrived", day_of(member))
    page.route("**/entries", lambda route: route.abort(), times=1)
    visitor.save()
    expect(visitor.problem).to_contain_text("No connection")
    title.fill("Arrived")
    page.route("**/entries", lose_the_answer, times=1)
    visitor.save()
    expect(visitor.problem).to_contain_text("No connection")
    title.fill("Typed since")
    visitor.save()
    expect(visitor.notice).to_contain_text("Your earlier save had arrived after all.")
    expect(title).to_have_value("Typed since")
    assert titles(member) == ["Arrived"]
    visitor.save()
    expect(visitor.notice).to_contain_text("Saved: 1 entry, 1 point.")
    assert titles(member) == ["Arrived", "Typed since"]


def test_a_refusal_of_other_words_does_not_forget_what_may_have_arrived(
    visitor: Visitor, member: Member
) -> None:
    """What is refused before the key is looked at says nothing about the save before it."""
    page = visitor.open(PORTAL)
    row = visitor.row()
    visitor.fill_row(row, "webinar", "1", "Arrived", day_of(member))
    page.route("**/entries", lose_the_answer, times=1)
    visitor.save()
    expect(visitor.problem).to_contain_text("No connection")
    refusal = {"type": "/problems/invalid-request", "detail": "No.", "errors": []}
    answer: dict[str, Any] = {
        "status": 422,
        "content_type": "application/problem+json",
        "body": json.dumps(refusal),
    }
    page.route("**/entries", lambda route: route.fulfill(**answer), times=1)
    row.get_by_label("Title").fill("Refused")
    visitor.save()
    expect(visitor.problem).to_contain_text("Please correct what is marked")
    row.get_by_label("Title").fill("Arrived")
    page.get_by_role("button", name="Add another activity").click()
    visitor.fill_row(visitor.row(1), "webinar", "1", "Typed since", day_of(member))
    visitor.save()
    expect(visitor.notice).to_contain_text("Your earlier save had arrived after all.")
    expect(page.locator("session-form .row")).to_have_count(1)
    expect(row.get_by_label("Title")).to_have_value("Typed since")
    assert titles(member) == ["Arrived"]


def test_a_signature_that_had_arrived_is_told_when_another_name_is_typed(
    visitor: Visitor, member: Member
) -> None:
    member.enter(*FIFTY)
    page = visitor.open(PORTAL)
    name = page.get_by_label("Your full name, as your signature")
    name.fill("Robin")
    page.route("**/submission", lose_the_answer, times=1)
    name.press("Enter")
    expect(visitor.problem).to_contain_text("No connection")
    name.fill("Robin Ferrer")
    page.get_by_role("button", name="Sign and submit").click()
    expect(visitor.problem).to_contain_text("Your earlier signature had arrived after all.")
    page.get_by_role("button", name="Look again").click()
    expect(page.locator("agreement-form")).to_have_count(0)
    assert member.dashboard()["submission"]["signature"] == "Robin"


def test_a_form_of_staffs_that_had_arrived_is_told_in_words_for_people(desk: Visitor, member: Member) -> None:
    open_report(desk, member)
    page = desk.page
    page.get_by_text("Grant an extension").click()
    last = date.fromisoformat(member.dashboard()["certification"]["expires_on"])
    page.get_by_label("New last day").fill(last.replace(year=last.year + 1, month=1).isoformat())
    reason = page.get_by_label("Reason for the extension")
    reason.fill("Illness")
    page.route("**/extension", lose_the_answer, times=1)
    page.get_by_role("button", name="Grant it").click()
    expect(page.locator(".extension problem-message")).to_contain_text("No connection")
    reason.fill("A long illness")
    page.get_by_role("button", name="Grant it").click()
    told = page.locator(".extension problem-message")
    expect(told).to_contain_text("What you sent before had arrived")
    expect(told).not_to_contain_text("Idempotency")
    expect(reason).to_have_value("A long illness")


def test_the_log_in_dialog_can_be_left_and_comes_again(visitor: Visitor, member: Member) -> None:
    page = visitor.open(PORTAL)
    visitor.fill_row(visitor.row(), "webinar", "1", "Pay equity", day_of(member))
    page.evaluate("""() => {
        const session = JSON.parse(sessionStorage.getItem("session"));
        sessionStorage.setItem("session", JSON.stringify({ ...session, access_token: "old", refresh_token: "old" }));
    }""")
    visitor.save()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_label("Password", exact=True)).to_be_focused()
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(visitor.problem).to_contain_text("You are logged out.")
    expect(visitor.problem).to_contain_text("What you typed is still here.")
    expect(visitor.problem).to_be_focused()
    visitor.check_accessibility()
    visitor.problem.get_by_role("button", name="Try again").click()
    dialog.get_by_label("Password", exact=True).fill("Recertify!2027")
    dialog.get_by_role("button", name="Log in").click()
    expect(visitor.notice).to_contain_text("Saved: 1 entry, 1 point.")
    assert titles(member) == ["Pay equity"]
