"""Staff's pages: in the menu, for those who may, on every screen, and light; members and figures."""

from collections.abc import Callable

from playwright.sync_api import Route, expect

from infrastructure.local.roster import as_csv
from tests.e2e.browser.desk import PHONE, check, signed
from tests.e2e.browser.people import Member, imported
from tests.e2e.browser.visitor import STAFF_PAGES, Visitor, heaviest
from tests.e2e.portal import Person, Portal
from tests.figures import Figures


def test_staff_find_their_pages_in_the_menu_and_members_do_not(
    desk: Visitor, visit: Callable[..., Visitor], member: Member
) -> None:
    page = desk.open("/help/")
    menu = page.get_by_role("navigation", name="Main")
    for title in (
        "To look at",
        "Members",
        "Contributions",
        "Figures",
        "Import",
        "Export",
        "Rules",
        "Review queue",
    ):
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
    held = page.get_by_role("region", name="Certifications")
    expect(held.get_by_role("row")).to_have_count(3)
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


def test_figures_say_how_many_stand_where(desk: Visitor, staff: Person) -> None:
    page = desk.open("/staff/figures/")
    figures = staff.get("/api/staff/figures").json()
    entering = page.get_by_role("row", name="Points are being entered")
    expect(entering.get_by_role("cell").first).to_have_text(f"{figures['in_entry']:,}")
    lapsing = page.get_by_role("row", name="Within 90 days")
    expect(lapsing.get_by_role("cell").first).to_have_text(f"{figures['lapsing']['within_90_days']:,}")
    check(desk)


def test_on_a_phone_in_the_dark_staffs_pages_are_accessible(
    visit: Callable[..., Visitor], portal: Portal, staff: Person, clerk: Member
) -> None:
    member = signed(portal, staff)
    visitor = visit(**PHONE)
    visitor.enter_as(clerk)
    report = f"review/?certification={member.certification_id}"
    for path in (
        "reviews/",
        "members/",
        f"member/?member={member.member_id}",
        "attention/",
        "contributions/",
        "figures/",
        "export/",
        "import/",
        report,
        "review/",
        "member/",
    ):
        page = visitor.open(f"/staff/{path}")
        visitor.check_accessibility()
        visitor.check_width()
    page = visitor.open(f"/staff/{report}")
    page.get_by_role("button", name="Menu").click()
    page.locator("summary").filter(has_text="for Webinar").click()
    visitor.check_accessibility()
    visitor.check_width()


def test_staff_who_hold_nothing_land_on_their_queue(visit: Callable[..., Visitor], portal: Portal) -> None:
    visitor = visit()
    visitor.page.route("**/api/me", answer_without_certifications)
    visitor.log_in("staff@example.org")
    expect(visitor.page).to_have_title("Review queue · Recertification")


def answer_without_certifications(route: Route) -> None:
    """Another test may have given the staff person a certification."""
    answer = route.fetch()
    route.fulfill(response=answer, json=answer.json() | {"certifications": []})


def test_the_first_load_of_staffs_pages_is_light(
    visit: Callable[..., Visitor], clerk: Member, member: Member, figures: Figures
) -> None:
    which = {
        "paper": f"?certification={member.certification_id}",
        "review": f"?certification={member.certification_id}",
        "member": f"?member={member.member_id}",
    }
    visitors = {name: visit() for name in STAFF_PAGES}
    for name, visitor in visitors.items():
        visitor.enter_as(clerk)
        visitor.load_first(f"/staff/{name}/{which.get(name, '')}")
    weights = {name: visitor.check_weight() for name, visitor in visitors.items()}
    figures("first loads of pages, packed", f"staff: {heaviest(weights)}")
