"""A staff person's day by keyboard alone: from the queue to the report, returned with a comment, then approved."""

from playwright.sync_api import expect

from tests.e2e.browser.desk import open_report, signed
from tests.e2e.browser.visitor import Visitor
from tests.e2e.portal import Person, Portal


def test_a_report_is_found_returned_with_a_comment_and_approved_by_keyboard(
    desk: Visitor, portal: Portal, staff: Person
) -> None:
    member = signed(portal, staff)
    page = desk.open("/staff/reviews/")
    keys = page.keyboard
    link = page.get_by_role("link", name=member.name)
    while link.count() == 0:
        desk.press_until("Tab", page.get_by_role("button", name="Show more"))
        keys.press("Enter")
    desk.press_until("Tab", link)
    keys.press("Enter")
    expect(page.locator("decision-form")).to_be_visible()
    desk.press_until("Tab", page.locator("summary").filter(has_text="for Webinar"))
    keys.press("Enter")
    desk.press_until("Tab", page.get_by_label("Comment for the member for Webinar"))
    keys.type("Which webinars?")
    desk.press_until("Tab", page.get_by_label("Comment", exact=True))
    keys.type("One thing is missing.")
    desk.press_until("Tab", page.get_by_role("button", name="Return to the member"))
    keys.press("Enter")
    expect(desk.notice).to_be_focused()
    member.sign(portal)
    invoice = member.dashboard()["invoice"]["invoice_id"]
    assert staff.post(f"/api/staff/invoices/{invoice}/waiver", {"reason": "Hardship"}).is_success
    open_report(desk, member)
    desk.press_until("Tab", page.get_by_role("button", name="Approve"))
    keys.press("Space")
    expect(desk.notice).to_contain_text("Approved.")
    expect(desk.notice).to_be_focused()
