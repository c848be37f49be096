"""What is typed survives everything: reload, lost network, lost answer, expired session, another tab, a conflict."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Route, expect

from tests.e2e.browser.people import FIFTY, Member
from tests.e2e.browser.visitor import Visitor
from tests.e2e.portal import entry

PORTAL = "/recertification/"


def day_of(member: Member) -> str:
    day: str = member.dashboard()["cycle"]["starts_on"]
    return day


def test_what_is_typed_survives_a_reload_and_is_marked_as_not_saved(visitor: Visitor, member: Member) -> None:
    page = visitor.open(PORTAL)
    visitor.fill_row(visitor.row(), "webinar", "2", "Pay equity", day_of(member))
    page.reload()
    visitor.wait_shown()
    expect(visitor.row().get_by_label("Title")).to_have_value("Pay equity")
    expect(page.locator("session-form .draft-mark")).to_be_visible()
    expect(page.locator("points-progress .plan")).to_have_text("With what you are typing: 2.")
    assert member.dashboard()["entries"] == []


def test_without_a_network_nothing_is_lost_and_nothing_saved_twice(visitor: Visitor, member: Member) -> None:
    page = visitor.open(PORTAL)
    visitor.fill_row(visitor.row(), "webinar", "1", "Pay equity", day_of(member))
    visitor.context.set_offline(True)
    expect(page.locator(".frame-notice")).to_contain_text("You are offline.")
    visitor.save()
    expect(visitor.problem).to_contain_text("No connection")
    expect(visitor.problem).to_be_focused()
    expect(visitor.row().get_by_label("Title")).to_have_value("Pay equity")
    visitor.check_accessibility()
    visitor.context.set_offline(False)
    visitor.problem.get_by_role("button", name="Try again").click()
    expect(visitor.notice).to_contain_text("Saved: 1 entry, 1 point.")
    assert len(member.dashboard()["entries"]) == 1


def lose_the_answer(route: Route) -> None:
    """Let the request arrive and its answer get lost."""
    route.fetch()
    route.abort()


def test_a_save_whose_answer_was_lost_is_not_done_twice(visitor: Visitor, member: Member) -> None:
    page = visitor.open(PORTAL)
    visitor.fill_row(visitor.row(), "webinar", "1", "Pay equity", day_of(member))
    page.route("**/entries", lose_the_answer, times=1)
    visitor.save()
    expect(visitor.problem).to_contain_text("No connection")
    page.reload()
    visitor.wait_shown()
    visitor.save()
    expect(visitor.notice).to_contain_text("Saved: 1 entry, 1 point.")
    assert len(member.dashboard()["entries"]) == 1


def test_a_lost_answer_and_a_change_since_keep_both_what_was_saved_and_what_was_typed(
    visitor: Visitor, member: Member
) -> None:
    page = visitor.open(PORTAL)
    visitor.fill_row(visitor.row(), "webinar", "1", "Pay equity", day_of(member))
    page.route("**/entries", lose_the_answer, times=1)
    visitor.save()
    expect(visitor.problem).to_contain_text("No connection")
    visitor.row().get_by_label("Title").fill("Another webinar")
    visitor.save()
    expect(visitor.notice).to_contain_text("Your earlier save had arrived after all.")
    expect(page.locator("entry-list")).to_contain_text("Pay equity")
    expect(visitor.row().get_by_label("Title")).to_have_value("Another webinar")
    assert [each["title"] for each in member.dashboard()["entries"]] == ["Pay equity"]


def test_after_an_expired_session_one_logs_in_right_there_and_the_save_goes_on(
    visitor: Visitor, member: Member
) -> None:
    page = visitor.open(PORTAL)
    visitor.fill_row(visitor.row(), "webinar", "1", "Pay equity", day_of(member))
    page.evaluate("""() => {
        const session = JSON.parse(sessionStorage.getItem("session"));
        sessionStorage.setItem("session", JSON.stringify({ ...session, access_token: "old", refresh_token: "old" }));
    }""")
    visitor.save()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Everything you typed is still here.")
    expect(dialog.get_by_label("Password", exact=True)).to_be_focused()
    visitor.check_accessibility()
    dialog.get_by_label("Password", exact=True).fill("wrong")
    dialog.get_by_role("button", name="Log in").click()
    expect(dialog).to_contain_text("E-mail address or password is wrong.")
    dialog.get_by_label("Password", exact=True).fill("Recertify!2027")
    dialog.get_by_role("button", name="Log in").click()
    expect(visitor.notice).to_contain_text("Saved: 1 entry, 1 point.")
    expect(dialog).to_have_count(0)


def test_one_comes_back_to_where_one_was_after_logging_in(
    visit: Callable[..., Visitor], member: Member
) -> None:
    visitor = visit()
    visitor.log_in(member.email, path="/summary/")
    expect(visitor.page.get_by_role("heading", name="Recertification Detailed Summary")).to_be_visible()
    visitor.open("/?next=https://elsewhere.example/")
    assert visitor.page.url.startswith(f"{visitor.url}/recertification/")


def test_a_second_tab_needs_no_log_in_and_shows_the_same_draft(visitor: Visitor, member: Member) -> None:
    visitor.open(PORTAL)
    second = visitor.open(PORTAL, visitor.tab())
    visitor.fill_row(visitor.row(), "webinar", "1", "Pay equity", day_of(member))
    expect(visitor.row(page=second).get_by_label("Title")).to_have_value("Pay equity")
    visitor.save(second)
    expect(second.locator("#notice")).to_contain_text("Saved: 1 entry, 1 point.")
    expect(visitor.points).to_have_text("1 point of 50 points")
    expect(visitor.row().get_by_label("Title")).to_have_value("")
    assert len(member.dashboard()["entries"]) == 1


def test_logging_out_in_one_tab_ends_the_other_and_asks_about_drafts(
    visitor: Visitor, member: Member
) -> None:
    first = visitor.open(PORTAL)
    second = visitor.open("/profile/", visitor.tab())
    visitor.row().get_by_label("Title").fill("Pay equity")
    first.get_by_role("button", name="Log out").click()
    expect(first.get_by_role("dialog")).to_contain_text("not saved")
    visitor.check_accessibility()
    first.get_by_role("button", name="Throw it away and log out").click()
    expect(first.get_by_role("heading", name="Log in")).to_be_visible()
    expect(second.get_by_role("heading", name="Log in")).to_be_visible()
    assert first.evaluate("[sessionStorage.length, localStorage.length]") == [0, 0]


def test_a_conflict_shows_both_versions_and_lets_one_choose(visitor: Visitor, member: Member) -> None:
    entered = member.enter(("webinar", 1))[0]
    page = visitor.open(PORTAL)
    for mine, theirs, choice, kept in (
        ("My title", "Their title", "Save mine", "My title"),
        ("My second title", "Their second title", "Keep the saved one", "Their second title"),
    ):
        page.get_by_role("button", name="Edit ").click()
        page.locator("entry-editor").get_by_label("Title").fill(mine)
        saved = member.dashboard()["entries"][0]
        body = entry("webinar", 1, title=theirs, started_on=saved["started_on"], ended_on=saved["ended_on"])
        assert member.person.put(
            f"{member.path}/entries/{entered['entry_id']}", body, saved["version"]
        ).is_success
        page.get_by_role("button", name="Save changes").click()
        versions = page.locator(".versions")
        expect(versions).to_contain_text(mine)
        expect(versions).to_contain_text(theirs)
        visitor.check_accessibility()
        page.get_by_role("button", name=choice).click()
        expect(visitor.notice).to_contain_text(kept)
        assert member.dashboard()["entries"][0]["title"] == kept


def test_an_edit_of_an_entry_deleted_elsewhere_can_be_entered_anew(visitor: Visitor, member: Member) -> None:
    entered = member.enter(("webinar", 1))[0]
    page = visitor.open(PORTAL)
    page.get_by_role("button", name="Edit ").click()
    page.locator("entry-editor").get_by_label("Title").fill("Still wanted")
    assert member.person.delete(f"{member.path}/entries/{entered['entry_id']}", entered["version"]).is_success
    page.get_by_role("button", name="Save changes").click()
    expect(visitor.problem).to_contain_text("deleted elsewhere")
    page.get_by_role("button", name="Use it as a new entry").click()
    expect(visitor.row().get_by_label("Title")).to_have_value("Still wanted")
    visitor.save()
    expect(visitor.notice).to_contain_text("Saved: 1 entry")


def test_an_edit_survives_a_reload(visitor: Visitor, member: Member) -> None:
    member.enter(("webinar", 1))
    page = visitor.open(PORTAL)
    page.get_by_role("button", name="Edit ").click()
    page.locator("entry-editor").get_by_label("Title").fill("A better title")
    page.reload()
    visitor.wait_shown()
    expect(page.locator("entry-editor").get_by_label("Title")).to_have_value("A better title")
    page.get_by_role("button", name="Cancel").click()
    expect(page.locator("entry-editor")).to_have_count(0)
    expect(page.get_by_role("button", name="Edit ")).to_be_focused()


def test_the_profile_shows_both_versions_of_a_conflict(visitor: Visitor, member: Member) -> None:
    page = visitor.open("/profile/")
    page.get_by_label("City").fill("Springfield")
    profile = member.person.get("/api/me").json()["profile"]
    assert member.person.put("/api/me/profile", {"city": "Shelbyville"}, profile["version"]).is_success
    page.get_by_role("button", name="Save changes").click()
    expect(page.locator(".versions")).to_contain_text("Shelbyville")
    page.get_by_role("button", name="Save mine").click()
    expect(visitor.notice).to_have_text("Your contact information is saved.")
    assert member.person.get("/api/me").json()["profile"]["city"] == "Springfield"


def test_a_busy_portal_is_asked_again_by_itself(visitor: Visitor, member: Member) -> None:
    member.enter(*FIFTY[:1])
    busy = {"status": 503, "headers": {"Retry-After": "1"}, "content_type": "application/json", "body": "{}"}
    visitor.page.route("**/cycle", lambda route: route.fulfill(**busy), times=1)
    visitor.open(PORTAL)
    expect(visitor.points).to_have_text("3 points of 50 points")


def test_a_portal_that_asks_for_minutes_is_not_waited_for_without_a_word(
    visitor: Visitor, member: Member
) -> None:
    page = visitor.open(PORTAL)
    visitor.fill_row(visitor.row(), "webinar", "1", "Pay equity", day_of(member))
    slow = {
        "status": 429,
        "headers": {"Retry-After": "120"},
        "content_type": "application/json",
        "body": "{}",
    }
    page.route("**/entries", lambda route: route.fulfill(**slow), times=1)
    visitor.save()
    expect(visitor.problem).to_contain_text("The portal is very busy.")
    visitor.save()
    expect(visitor.notice).to_contain_text("Saved: 1 entry, 1 point.")


FULL = """
const set = Storage.prototype.setItem;
Storage.prototype.setItem = function (name, value) {
  if (this === localStorage) throw new DOMException("full", "QuotaExceededError");
  set.call(this, name, value);
};
"""
FORBIDDEN = """
Object.defineProperty(window, "localStorage", { get: () => { throw new DOMException("no", "SecurityError"); } });
"""


@pytest.mark.parametrize("storage", [FULL, FORBIDDEN], ids=["full", "forbidden"])
def test_where_the_browser_keeps_nothing_the_page_does_and_saves_nothing_twice(
    visitor: Visitor, member: Member, storage: str
) -> None:
    visitor.context.add_init_script(storage)
    page = visitor.open(PORTAL)
    visitor.fill_row(visitor.row(), "webinar", "1", "Pay equity", day_of(member))
    page.route("**/entries", lose_the_answer, times=1)
    visitor.save()
    expect(visitor.problem).to_contain_text("No connection")
    visitor.save()
    expect(visitor.notice).to_contain_text("Saved: 1 entry, 1 point.")
    assert len(member.dashboard()["entries"]) == 1
    visitor.row().get_by_label("Title").fill("Not saved")
    page.get_by_role("button", name="Log out").click()
    page.get_by_role("button", name="Throw it away and log out").click()
    expect(page.get_by_role("heading", name="Log in")).to_be_visible()
