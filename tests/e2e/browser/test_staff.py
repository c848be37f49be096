"""Staff's day in a real browser: the queue, a report with what belongs to it, the decision, members, import."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Route, expect

from infrastructure.local.roster import as_csv
from tests import files
from tests.e2e.browser.people import FIFTY, Member, approve, imported, member_of, return_to_member
from tests.e2e.browser.visitor import STAFF_PAGES, Visitor
from tests.e2e.portal import Person, Portal
from tests.e2e.test_documents import uploaded

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
    for title in ("Members", "Figures", "Import", "Review queue"):
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


def test_figures_say_how_many_stand_where(desk: Visitor, staff: Person) -> None:
    page = desk.open("/staff/figures/")
    figures = staff.get("/api/staff/figures").json()
    entering = page.get_by_role("row", name="Points are being entered")
    expect(entering.get_by_role("cell").first).to_have_text(f"{figures['in_entry']:,}")
    lapsing = page.get_by_role("row", name="Within 90 days")
    expect(lapsing.get_by_role("cell").first).to_have_text(f"{figures['lapsing']['within_90_days']:,}")
    check(desk)


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
        """() => {
            const given = new DataTransfer();
            given.items.add(new File(["name,mail\\nA,b"], "old.csv"));
            return given;
        }"""
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


def signed(portal: Portal, staff: Person) -> Member:
    """A member whose report waits, signed and not paid."""
    member = member_of(portal, imported(portal, staff))
    member.enter(*FIFTY)
    member.sign(portal)
    return member


def open_report(visitor: Visitor, member: Member) -> None:
    visitor.open(f"/staff/review/?certification={member.certification_id}&member={member.member_id}")


def pay_by_check(visitor: Visitor) -> None:
    """Record an offline payment on the screen."""
    page = visitor.page
    if page.locator("details.record[open]").count() == 0:
        page.get_by_text("Record an offline payment").click()
    page.get_by_label("Method").select_option("check")
    page.get_by_label("Reference").fill("4711")
    page.get_by_label("Received on").fill(date.today().isoformat())  # noqa: DTZ011 (a day that is no later than the portal's)
    page.get_by_role("button", name="Record the payment").click()


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
    expect(desk.problem.first).to_contain_text("This report is decided already")
    expect(desk.problem.first).to_be_focused()
    check(desk)
    page.get_by_role("button", name="Show how it stands now").click()
    expect(page.get_by_text("Colleague was faster.")).to_be_visible()
    expect(page.locator("decision-form")).to_have_count(0)


def test_an_early_invoice_is_created_and_waived(desk: Visitor, member: Member) -> None:
    open_report(desk, member)
    page = desk.page
    check(desk)
    page.get_by_role("button", name="Create the invoice now").click()
    expect(desk.notice).to_contain_text("is created.")
    page.get_by_text("Waive this invoice").click()
    page.get_by_role("button", name="Waive it").click()
    expect(page.locator(".waive .fault")).to_have_text("Say why nobody has to pay.")
    page.get_by_label("Reason", exact=True).fill("Hardship")
    page.get_by_role("button", name="Waive it").click()
    expect(desk.notice).to_have_text("The invoice is waived.")
    expect(page.locator("invoice-desk .tag")).to_have_text("Waived")
    check(desk)


def test_an_approval_is_undone_and_an_extension_granted_with_their_reasons(
    desk: Visitor, portal: Portal, staff: Person
) -> None:
    member = signed(portal, staff)
    invoice = member.dashboard()["invoice"]["invoice_id"]
    assert staff.post(f"/api/staff/invoices/{invoice}/waiver", {"reason": "Hardship"}).is_success
    approve(staff, member)
    open_report(desk, member)
    page = desk.page
    page.get_by_text("Undo the approval").click()
    page.get_by_role("button", name="Undo it").click()
    expect(page.locator(".undo-approval .fault")).to_have_text("Give the reason.")
    check(desk)
    page.get_by_label("Why the approval was wrong").fill("The wrong report.")
    page.reload()
    expect(page.get_by_label("Why the approval was wrong")).to_have_value("The wrong report.")
    page.get_by_role("button", name="Undo it").click()
    expect(desk.notice).to_contain_text("The approval is undone.")
    expect(page.locator("decision-form")).to_be_visible()
    expect(page.locator("discretion-desk .undo-approval")).to_have_count(0)
    check(desk)


def test_an_extension_is_granted_with_its_reason(desk: Visitor, member: Member) -> None:
    open_report(desk, member)
    page = desk.page
    page.get_by_text("Grant an extension").click()
    page.get_by_label("New last day").fill("2001-01-01")
    page.get_by_label("Reason for the extension").fill("Parental leave")
    page.get_by_role("button", name="Grant it").click()
    expect(page.locator("[data-field=extended_to] .fault")).not_to_be_empty()
    check(desk)
    last = date.fromisoformat(member.dashboard()["certification"]["expires_on"])
    page.get_by_label("New last day").fill(last.replace(year=last.year + 1, month=1).isoformat())
    page.get_by_role("button", name="Grant it").click()
    expect(desk.notice).to_have_text("The extension is granted.")
    expect(page.get_by_role("table", name="History")).to_contain_text("Parental leave")
    check(desk)


def test_the_lapsed_are_reinstated_once_the_fee_is_settled(desk: Visitor, staff: Person) -> None:
    year = date.today().year  # noqa: DTZ011 (the portal's clock is the real one, to the year)
    ended = {
        "certified_since": f"{year - 4}-03-15",
        "expires_on": f"{year - 1}-12-31",
        "status": "terminated",
    }
    assert staff.import_roster(as_csv([roster_row("LAPSED1", **ended)])).json()["created"] == 1
    held = staff.get("/api/staff/members/LAPSED1").json()["certifications"][0]
    page = desk.open(f"/staff/review/?certification={held['certification_id']}&member=LAPSED1")
    page.get_by_text("Reinstate", exact=True).first.click()
    page.get_by_label("Report received on").fill(date.today().isoformat())  # noqa: DTZ011 (no later than the portal's)
    page.get_by_role("button", name="Reinstate").click()
    expect(page.locator(".reinstatement problem-message > div")).to_be_focused()
    check(desk)
    create = page.get_by_role("button", name="Create the invoice now")
    if create.is_visible():
        create.click()
        expect(desk.notice).to_contain_text("is created.")
    page.get_by_text("Waive this invoice").click()
    page.get_by_label("Reason", exact=True).fill("Hardship")
    page.get_by_role("button", name="Waive it").click()
    expect(desk.notice).to_have_text("The invoice is waived.")
    page.get_by_role("button", name="Reinstate").click()
    expect(desk.notice).to_have_text("The certification is reinstated.")
    check(desk)


def test_nobody_decides_on_their_own_report(
    desk: Visitor, portal: Portal, staff: Person, clerk: Member
) -> None:
    """Staff hold certifications too; the page says that a colleague decides, and the money is refused in place."""
    own = roster_row(clerk.member_id, first_name="Sam", last_name="Delgado", email=clerk.email, status="new")
    assert staff.import_roster(as_csv([own])).json()["rejected"] == []
    clerk.enter(*FIFTY)
    clerk.sign(portal)
    open_report(desk, clerk)
    page = desk.page
    expect(page.get_by_text("This is your own report.")).to_be_visible()
    expect(page.locator("decision-form")).to_have_count(0)
    pay_by_check(desk)
    expect(page.locator(".record problem-message")).to_contain_text("This is your own certification.")
    check(desk)


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


def test_on_a_phone_in_the_dark_staffs_pages_are_accessible(
    visit: Callable[..., Visitor], portal: Portal, staff: Person, clerk: Member
) -> None:
    member = signed(portal, staff)
    visitor = visit(**PHONE)
    visitor.enter_as(clerk)
    report = f"review/?certification={member.certification_id}&member={member.member_id}"
    for path in (
        "reviews/",
        "members/",
        f"member/?member={member.member_id}",
        "figures/",
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
    visit: Callable[..., Visitor], clerk: Member, member: Member
) -> None:
    which = f"?certification={member.certification_id}&member={member.member_id}"
    for name in STAFF_PAGES:
        visitor = visit()
        visitor.enter_as(clerk)
        visitor.check_weight(f"/staff/{name}/{which if name in ('review', 'member') else ''}")
