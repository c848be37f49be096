"""Staff's day in a real browser: the queue, a report side by side with what belongs to it, the decision, members, import."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import expect

from infrastructure.local.roster import as_csv
from tests.e2e.browser.people import FIFTY, Member, imported, member_of
from tests.e2e.browser.visitor import Visitor
from tests.e2e.portal import Person, Portal

PHONE = {"viewport": {"width": 320, "height": 640}, "color_scheme": "dark"}


@pytest.fixture(scope="session")
def clerk(portal: Portal) -> Member:
    """The demo staff person, who holds every role."""
    tokens = portal.tokens("staff@example.org")
    person = Person(portal.client, tokens["AccessToken"])
    return Member("D9001", "staff@example.org", "Sam Delgado", person, tokens)


@pytest.fixture
def desk(visit: Callable[..., Visitor], clerk: Member) -> Visitor:
    """A staff person at a desk, logged in."""
    made = visit()
    made.enter_as(clerk)
    return made


def check(visitor: Visitor) -> None:
    """Accessible as it is, and narrow enough for the narrowest screen."""
    visitor.check_accessibility()
    visitor.page.set_viewport_size({"width": 320, "height": 640})
    visitor.check_width()
    visitor.check_accessibility()
    visitor.page.set_viewport_size({"width": 1280, "height": 900})


def test_staff_find_their_pages_in_the_menu_and_members_do_not(
    desk: Visitor, visit: Callable[..., Visitor], member: Member
) -> None:
    page = desk.open("/help/")
    menu = page.get_by_role("navigation", name="Main")
    for title in ("Members", "Import", "Review queue"):
        menu.get_by_role("link", name=title, exact=True).click()
        expect(page).to_have_title(f"{title} · Recertification")
        desk.wait_shown()
        check(desk)
    other = visit()
    other.enter_as(member)
    page = other.open("/staff/reviews/")
    expect(other.problem).to_contain_text("You may not do this")
    expect(page.get_by_role("link", name="Welcome Robin")).to_be_visible()
    expect(page.get_by_role("link", name="Review queue")).to_have_count(0)
    other.check_accessibility()


def test_members_are_found_as_one_types(desk: Visitor, portal: Portal, staff: Person) -> None:
    row = imported(portal, staff, certifications=2)
    page = desk.open("/staff/members/")
    field = page.get_by_label("Name, e-mail address or member number")
    found = page.get_by_role("table").get_by_role("row")
    for begin in (row["last_name"], row["email"], row["member_id"]):
        field.fill("nobody is called so")
        expect(page.get_by_text("Nobody is called so.")).to_be_visible()
        field.press_sequentially("x")
        field.fill("")
        field.press_sequentially(begin[:-1])
        field.press_sequentially(begin[-1])
        expect(found.filter(has_text=row["email"])).to_have_count(1)
    check(desk)
    page.reload()
    expect(field).to_have_value(row["member_id"])
    page.get_by_role("link", name=f"Robin {row['last_name']}").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(f"Robin {row['last_name']}")
    expect(page.get_by_role("table").get_by_role("row")).to_have_count(3)
    check(desk)


def test_a_long_list_is_shown_page_by_page(desk: Visitor, staff: Person) -> None:
    people = [
        {
            "member_id": f"LONG{number:03}",
            "first_name": "Long",
            "last_name": f"List-{number:03}",
            "email": f"long.{number}@example.net",
        }
        for number in range(55)
    ]
    empty = dict.fromkeys(("designation", "certified_since", "expires_on", "status", "committees"), "")
    assert staff.import_roster(as_csv([each | empty for each in people])).is_success
    page = desk.open("/staff/members/?query=LONG")
    rows = page.locator("paged-list tbody tr")
    expect(rows).to_have_count(50)
    expect(page.get_by_text("50 members shown, there are more.")).to_be_visible()
    page.get_by_role("button", name="Show more").click()
    expect(rows).to_have_count(55)
    expect(rows.nth(50).get_by_role("link")).to_be_focused()
    expect(page.get_by_role("button", name="Show more")).to_be_hidden()


def roster_row(member_id: str, **changes: str) -> dict[str, str]:
    year = date.today().year  # noqa: DTZ011 (the portal's clock is the real one, to the year)
    return {
        "member_id": member_id,
        "first_name": "Ines",
        "last_name": "Fischer",
        "email": f"{member_id.lower()}@example.net",
        "designation": "IPMA-CP",
        "certified_since": f"{year - 2}-03-15",
        "expires_on": f"{year + 1}-12-31",
        "status": "new",
        "committees": "",
    } | changes


def test_a_file_is_checked_then_imported_and_the_report_says_which_rows_are_wrong(
    desk: Visitor, staff: Person, tmp_path: Path
) -> None:
    file = tmp_path / "roster.csv"
    rows = [
        roster_row("IMP1"),
        roster_row("IMP2"),
        roster_row("IMP3", email="not an address", expires_on="soon"),
    ]
    file.write_text(as_csv(rows), encoding="utf-8")
    page = desk.open("/staff/import/")
    expect(page.get_by_text("Up to 1,000 rows at once")).to_be_visible()
    page.get_by_role("button", name="Check the file").click()
    expect(desk.problem).to_contain_text("Choose a CSV file first.")
    check(desk)
    page.get_by_label("CSV file").set_input_files(file)
    page.get_by_role("button", name="Check the file").click()
    expect(page.get_by_role("heading", name="What an import would do")).to_be_focused()
    rejected = page.get_by_role("table", name="Rejected rows")
    expect(rejected.get_by_role("row").filter(has_text="email")).to_contain_text(
        "Give a valid e-mail address."
    )
    expect(rejected.get_by_role("row").filter(has_text="expires_on")).to_have_count(1)
    check(desk)
    assert staff.get("/api/staff/members/IMP1").status_code == 404
    page.get_by_role("button", name="Import 2 rows").click()
    expect(desk.notice).to_contain_text("Imported: 2 new, 0 changed.")
    expect(desk.notice).to_be_focused()
    check(desk)
    assert staff.get("/api/staff/members/IMP1").status_code == 200
    assert staff.get("/api/staff/members/IMP3").status_code == 404
    page.get_by_role("button", name="Check the file").click()
    expect(page.get_by_text("There is nothing to import")).to_be_visible()


def test_a_dropped_file_without_the_columns_is_refused_with_each_of_them(
    desk: Visitor, tmp_path: Path
) -> None:
    page = desk.open("/staff/import/")
    given = page.evaluate_handle(
        "() => { const given = new DataTransfer(); given.items.add(new File(['name,mail\\nA,b'], 'old.csv')); return given; }"
    )
    page.locator(".drop").dispatch_event("drop", {"dataTransfer": given})
    expect(page.get_by_text("Chosen: old.csv")).to_be_visible()
    page.get_by_role("button", name="Check the file").click()
    expect(desk.problem).to_contain_text("The column member_id is missing.")
    expect(desk.problem).to_contain_text("The column mail is not known.")
    check(desk)
    file = tmp_path / "latin.csv"
    file.write_bytes("member_id\nMüller".encode("latin-1"))
    page.get_by_label("CSV file").set_input_files(file)
    page.get_by_role("button", name="Check the file").click()
    expect(desk.problem).to_contain_text("not UTF-8")
