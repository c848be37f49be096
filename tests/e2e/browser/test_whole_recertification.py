"""The main job in a real browser, from the first log-in to the next period."""

from collections.abc import Callable
from datetime import date

from playwright.sync_api import Route, expect

from tests.e2e.browser.people import FIFTY, Member, approve, imported, member_of, return_to_member
from tests.e2e.browser.visitor import Visitor
from tests.e2e.portal import Person, Portal

PASSWORD = "Another!Good1password"
NEXT_YEAR = date.today().year + 1  # noqa: DTZ011
DAY = f"{NEXT_YEAR - 2}-05-14"


def code_for(portal: Portal, email: str) -> str:
    """The code in the newest mail to an address."""
    mail = [each for each in portal.outbox() if each["to"] == email][-1]
    return next(word.strip(".") for word in mail["text"].split() if word.strip(".").isdigit())


def test_a_member_recertifies_from_the_first_log_in_to_the_next_period(
    visit: Callable[..., Visitor], portal: Portal, staff: Person
) -> None:
    row = imported(portal, staff)
    visitor = visit()
    page = visitor.page

    # The first log-in is a password reset, on the same screen.
    page.goto(f"{visitor.url}/")
    page.get_by_label("E-mail address or member number").fill(row["email"])
    page.get_by_role("button", name="Forgot your password?").click()
    page.get_by_role("button", name="Send the code").click()
    page.get_by_label("Code from the e-mail").fill("000000")
    page.get_by_label("New password").fill(PASSWORD)
    page.get_by_role("button", name="Set password and log in").click()
    expect(visitor.problem).to_contain_text("code")
    page.get_by_label("Code from the e-mail").fill(code_for(portal, row["email"]))
    page.get_by_role("button", name="Set password and log in").click()
    visitor.wait_shown()
    expect(page.get_by_role("heading", name="Recertification Portal")).to_be_visible()
    expect(visitor.points).to_have_text("0 points of 50 points")

    # "Welcome <name>" leads to My Profile.
    page.get_by_role("link", name=f"Welcome Robin {row['last_name']}").click()
    visitor.wait_shown()
    page.get_by_label("Phone").fill("+1 555 010 0199")
    page.get_by_role("button", name="Save changes").click()
    expect(visitor.notice).to_have_text("Your contact information is saved.")
    page.reload()
    visitor.wait_shown()
    expect(page.get_by_label("Phone")).to_have_value("+1 555 010 0199")

    # A session of several rows, its points computed as one types.
    page.get_by_role("link", name="Recertification Portal").click()
    visitor.wait_shown()
    for index, (activity, quantity) in enumerate(FIFTY[:-1]):
        if index:
            page.get_by_role("button", name="Add another activity").click()
        visitor.fill_row(visitor.row(index), activity, str(quantity), f"{activity} {index}", DAY)
    expect(visitor.row(3).locator("output")).to_have_text("27 points")
    expect(page.locator("session-form .total")).to_contain_text("These activities: 39 points.")
    expect(page.locator(".draft-mark").first).to_be_visible()
    visitor.save()
    expect(visitor.notice).to_have_text("Saved: 4 entries, 39 points. You now have 39 of 50 points.")
    expect(visitor.notice).to_be_focused()
    expect(page.locator(".draft-mark").first).to_be_hidden()

    # The last session may overshoot, and says so; the form gives way to the agreement.
    visitor.fill_row(visitor.row(), "webinar", "12", "Webinars", DAY)
    expect(page.locator("session-form .total")).to_contain_text("1 point more than you need")
    visitor.save()
    expect(visitor.points).to_have_text("51 points of 50 points")
    expect(page.locator("session-form")).to_have_count(0)
    expect(page.get_by_role("heading", name="Sign your report")).to_be_visible()

    # The green pencil edits in place, the red trash can asks first; below 50 the form is back.
    page.get_by_role("button", name="Edit Webinar, live or recorded: Webinars").click()
    page.locator("entry-editor").get_by_label("How many").fill("11")
    page.get_by_role("button", name="Save changes").click()
    expect(visitor.points).to_have_text("50 points of 50 points")
    page.get_by_role("button", name="Delete Webinar, live or recorded: Webinars").click()
    page.get_by_role("button", name="Keep it").click()
    expect(visitor.points).to_have_text("50 points of 50 points")
    page.get_by_role("button", name="Delete Webinar, live or recorded: Webinars").click()
    page.get_by_role("button", name="Delete it").click()
    expect(visitor.points).to_have_text("39 points of 50 points")
    page.get_by_role("button", name="Put it back into the form").click()
    expect(visitor.row().get_by_label("Title")).to_have_value("Webinars")
    visitor.save()
    expect(visitor.points).to_have_text("50 points of 50 points")

    # Sign, and be led to the payment.
    page.get_by_label("Your full name, as your signature").fill("Robin Ferrer")
    page.get_by_role("button", name="Sign and submit").click()
    expect(visitor.notice).to_contain_text("Your report is signed and submitted.")
    expect(page.get_by_role("button", name="Edit ")).to_have_count(0)
    page.get_by_role("button", name="Pay $150.00").click()
    page.wait_for_url("**/c/pay/**")
    page.get_by_role("button", name="Decline the card").click()
    expect(page.get_by_role("alert")).to_be_visible()
    visitor.pay()
    page.wait_for_url("**/transactions/**")
    visitor.wait_shown()
    expect(page.locator("#outcome")).to_contain_text("Thank you. $150.00 is paid")
    expect(page.get_by_role("button", name="Print")).to_be_visible()
    page.get_by_role("link", name="Back to your recertification").click()
    visitor.wait_shown()
    expect(page.locator("cycle-state")).to_contain_text("Nothing more to do for you.")

    # The report, as it can be printed.
    page.get_by_role("link", name="Recertification Detailed Summary").click()
    visitor.wait_shown()
    expect(page.get_by_role("table")).to_contain_text("Webinars")
    expect(page.locator("#content")).to_contain_text("Robin Ferrer")

    # Staff approve; the next period begins at 0 points.
    member = Member(row["member_id"], row["email"], "Robin Ferrer", portal.log_in(row["email"], PASSWORD), {})
    approve(staff, member)
    visitor.open("/recertification/")
    expect(page.locator("cycle-state")).to_contain_text(f"December 31, {NEXT_YEAR + 3}")
    expect(page.locator("cycle-state")).to_contain_text("Well done.")
    expect(visitor.points).to_have_text("0 points of 50 points")
    visitor.open("/registrations/")
    expect(page.get_by_role("table")).to_contain_text("Renew")


def test_from_when_on_one_may_sign_is_said_only_while_that_day_is_to_come(
    visitor: Visitor, member: Member
) -> None:
    member.enter(*FIFTY)
    days = iter(("2001-01-01", "2099-01-01"))

    def dated(route: Route) -> None:
        answer = route.fetch()
        found = answer.json()
        found["cycle"]["signable_from"] = next(days)
        route.fulfill(response=answer, json=found)

    visitor.page.route("**/cycle", dated)
    for count in (0, 1):
        page = visitor.open("/recertification/")
        expect(page.get_by_role("button", name="Sign and submit")).to_be_visible()
        expect(page.get_by_text("This period can be signed from")).to_have_count(count)


def test_a_returned_report_shows_each_comment_where_it_belongs_and_is_signed_again(
    visitor: Visitor, member: Member, portal: Portal, staff: Person
) -> None:
    entered = member.enter(*FIFTY)
    member.sign(portal)
    return_to_member(
        staff, member, "One entry is unclear.", {entered[3]["entry_id"]: "Which conference was it?"}
    )
    page = visitor.open("/recertification/")
    expect(page.locator("cycle-state")).to_contain_text("One entry is unclear.")
    sign_by = date.fromisoformat(member.dashboard()["cycle"]["sign_by"])
    until = f"sign by the end of {sign_by:%B} {sign_by.day}, {sign_by.year} in the time zone America/New York"
    expect(page.locator("cycle-state")).to_contain_text(until)
    named = page.locator(f"[data-entry='{entered[3]['entry_id']}']")
    expect(named).to_contain_text("Which conference was it?")
    named.get_by_role("button", name="Edit").click()
    named.get_by_label("Title").fill("Annual conference, Chicago")
    named.get_by_role("button", name="Save changes").click()
    expect(visitor.notice).to_contain_text("Annual conference, Chicago")
    page.get_by_label("Your full name, as your signature").fill(member.name)
    page.get_by_role("button", name="Sign and submit").click()
    expect(visitor.notice).to_contain_text("submitted")
    assert member.dashboard()["submission"]["signing"] == 2


def test_the_whole_recertification_by_keyboard_alone(
    visit: Callable[..., Visitor], portal: Portal, staff: Person
) -> None:
    member = member_of(portal, imported(portal, staff))
    member.enter(("conference-full-day", 16))
    visitor = visit()
    page, keys = visitor.page, visitor.page.keyboard
    page.goto(f"{visitor.url}/")
    visitor.press_until("Tab", page.get_by_label("E-mail address or member number"))
    keys.type(member.email)
    keys.press("Tab")
    keys.type("Recertify!2027")
    keys.press("Enter")
    visitor.wait_shown()

    keys.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    keys.press("Enter")
    row = visitor.row()
    visitor.press_until("Tab", row.get_by_label("What did you do?"))
    keys.type("Conference, day of 6")
    for typed in ("Annual conference", "IPMA-HR", "1"):
        keys.press("Tab")
        keys.type(typed)
    keys.press("Tab")
    keys.type(f"0514{NEXT_YEAR - 2}")
    visitor.press_until("Tab", row.get_by_label("Notes"))
    expect(row.get_by_label("Last day")).to_have_value(DAY)
    visitor.press_until("Tab", page.locator("session-form .save"))
    keys.press("Enter")
    expect(visitor.points).to_have_text("51 points of 50 points")

    delete = page.get_by_role("button", name="Delete Conference, day of 6 hours or more: Annual conference")
    visitor.press_until("Tab", delete)
    keys.press("Enter")
    expect(page.get_by_role("button", name="Keep it")).to_be_focused()
    keys.press("Escape")
    expect(delete).to_be_focused()

    visitor.press_until("Shift+Tab", page.get_by_label("Your full name, as your signature"))
    keys.type(member.name)
    keys.press("Enter")
    expect(visitor.notice).to_be_focused()
    visitor.press_until("Tab", page.get_by_role("button", name="Pay $150.00"))
    keys.press("Enter")
    page.wait_for_url("**/c/pay/**")
    visitor.press_until("Tab", page.get_by_role("button", name="Pay "))
    keys.press("Enter")
    page.wait_for_url("**/transactions/**")
    visitor.wait_shown()
    expect(page.locator("#outcome")).to_contain_text("is paid")
    approve(staff, member)
    assert member.dashboard()["cycle"]["points_total"] == 0
