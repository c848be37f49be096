"""A press or a key changes what it is about and nothing else: what is not touched is not laid out anew."""

from typing import Any

from playwright.sync_api import CDPSession, Page, expect

from tests.e2e.browser.people import Member
from tests.e2e.browser.visitor import Visitor

# Where the content of the page changes, attributes aside, by class or name.
WATCH = """() => {
  window.changed = [];
  new MutationObserver((records) => {
    for (const { target } of records) window.changed.push(target.className || target.localName);
  }).observe(document.querySelector("#content"), { childList: true, characterData: true, subtree: true });
}"""
CHANGED = "new Promise((done) => setTimeout(() => done(window.changed.splice(0)), 200))"


def layouts(session: CDPSession) -> int:
    metrics: list[dict[str, Any]] = session.send("Performance.getMetrics")["metrics"]
    return next(int(each["value"]) for each in metrics if each["name"] == "LayoutCount")


def test_another_row_is_one_change_and_one_layout(visitor: Visitor, member: Member) -> None:
    member.enter(("webinar", 1))
    page = visitor.open("/recertification/")
    page.evaluate(WATCH)
    session = visitor.context.new_cdp_session(page)
    session.send("Performance.enable")
    page.evaluate(CHANGED)
    before = layouts(session)
    # In one turn, as the browser has it between two frames.
    page.evaluate("document.querySelector('session-form .add').click()")
    page.evaluate("document.body.offsetTop")
    assert layouts(session) - before <= 1
    row, number = ["rows"], ["unseen", "row-name", "unseen"]
    assert page.evaluate(CHANGED) == row + number
    expect(visitor.row(1).get_by_label("What did you do?")).to_be_focused()


def test_a_key_changes_no_row_and_only_the_sums_that_are_others(visitor: Visitor) -> None:
    page = visitor.open("/recertification/")
    add = page.get_by_role("button", name="Add another activity")
    for _ in range(3):
        add.click()
    visitor.row(0).get_by_label("What did you do?").select_option("webinar")
    page.evaluate(WATCH)
    visitor.row(0).get_by_label("Title").press_sequentially("Pay")
    assert changed(page) == set()
    visitor.row(0).get_by_label("How many").press("2")
    assert changed(page) == {"output", "total", "plan"}
    visitor.row(0).get_by_label("Title").press("!")
    assert changed(page) == set()


def changed(page: Page) -> set[str]:
    return set(page.evaluate(CHANGED))


def test_what_is_pressed_twice_is_asked_once(visitor: Visitor, member: Member) -> None:
    member.enter(("webinar", 1))
    page = visitor.open("/recertification/")
    delete = page.get_by_role("button", name="Delete Webinar")
    delete.focus()
    delete.evaluate("button => { button.click(); button.click(); }")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_have_count(1)
    dialog.get_by_role("button", name="Keep it").click()
    expect(dialog).to_have_count(0)
    expect(delete).to_be_focused()


def test_a_press_shows_before_what_it_opens_is_made(visitor: Visitor, member: Member) -> None:
    member.enter(("webinar", 1))
    page = visitor.open("/recertification/")
    edit = page.get_by_role("button", name="Edit Webinar")
    state = edit.evaluate("""button => {
      button.click();
      return [button.getAttribute("aria-busy"), document.querySelectorAll("entry-editor").length];
    }""")
    assert state == ["true", 0]
    expect(page.locator("entry-editor").get_by_label("What did you do?")).to_be_focused()


def test_a_page_that_nobody_sees_gets_no_frames_and_saves_all_the_same(
    visitor: Visitor, member: Member
) -> None:
    page = visitor.open("/recertification/")
    day = member.dashboard()["cycle"]["starts_on"]
    visitor.fill_row(visitor.row(), "webinar", "1", "Pay equity", day)
    page.evaluate("window.requestAnimationFrame = () => 0")
    visitor.save()
    expect(visitor.notice).to_contain_text("Saved: 1 entry, 1 point.")
