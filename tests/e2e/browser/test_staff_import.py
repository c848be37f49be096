"""Bringing members, past invoices and rosters in by files: checked first, then imported, large ones as a job."""

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Locator, Route, expect

from infrastructure.local.roster import as_csv
from shared.domain import program_invoices, proposals
from tests.e2e.browser.desk import check, roster_row
from tests.e2e.browser.people import Member
from tests.e2e.browser.visitor import Visitor
from tests.e2e.portal import Person

PATIENCE = 90_000
INVOICES = ",".join(program_invoices.COLUMNS)
ROSTER = ",".join(proposals.COLUMNS)


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
    expect(page.get_by_text("One row is one certification")).to_be_visible()
    page.get_by_role("button", name="Check the file").click()
    expect(desk.problem).to_contain_text("Choose a CSV file first.")
    check(desk)
    page.get_by_label("CSV file").set_input_files(file)
    page.get_by_role("button", name="Check the file").click()
    expect(page.get_by_role("heading", name="What an import would do")).to_be_focused()
    rejected = page.get_by_role("table", name="Rejected rows")
    expect(page.get_by_role("link", name="Download the report")).to_have_count(0)
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


def start(visitor: Visitor, kind: str, file: Path) -> None:
    """Choose what a file is and check it."""
    page = visitor.page
    page.get_by_label("What to import").select_option(label=kind)
    page.get_by_label("CSV file").set_input_files(file)
    page.get_by_role("button", name="Check the file").click()


def fact(visitor: Visitor, name: str) -> Locator:
    """What the report says of a count."""
    return visitor.page.locator("import-report .facts div").filter(has_text=name).locator("dd")


def test_a_large_file_of_members_goes_as_a_job_with_its_progress(
    desk: Visitor, staff: Person, tmp_path: Path
) -> None:
    file = tmp_path / "large.csv"
    good = [roster_row(f"LRG{number}") for number in range(3)]
    bad = [roster_row(f"BAD{number:04}", email="not an address") for number in range(999)]
    file.write_text(as_csv([*good, *bad]), encoding="utf-8")
    page = desk.open("/staff/import/")
    start(desk, "Members and their certifications", file)
    heading = page.get_by_role("heading", name="What an import would do")
    expect(page.locator("#progress")).to_be_visible()
    expect(heading).to_be_focused(timeout=PATIENCE)
    expect(fact(desk, "New")).to_have_text("3")
    expect(fact(desk, "Rejected")).to_have_text("999")
    rejected = page.get_by_role("table", name="Rejected rows").get_by_role("row")
    expect(rejected.nth(1)).to_contain_text("Give a valid e-mail address.")
    expect(page.get_by_text("799 rows more in the report.")).to_be_visible()
    page.set_viewport_size({"width": 320, "height": 640})
    desk.check_width()
    desk.check_accessibility()  # once: 200 rows take axe long
    page.set_viewport_size({"width": 1280, "height": 900})
    assert staff.get("/api/staff/members/LRG0").status_code == 404
    with page.expect_download() as started:
        page.get_by_role("link", name="Download the report").click()
    assert "1002,email" in Path(started.value.path()).read_text(encoding="utf-8-sig")
    page.reload()
    expect(heading).to_be_focused(timeout=PATIENCE)
    expect(page.get_by_text("To import it, choose the file above once more")).to_be_visible()
    start(desk, "Members and their certifications", file)
    page.get_by_role("button", name="Import 3 rows").click(timeout=PATIENCE)
    expect(desk.notice).to_have_text("Imported: 3 new, 0 changed.", timeout=PATIENCE)
    expect(desk.notice).to_be_focused()
    assert staff.get("/api/staff/members/LRG2").status_code == 200
    listed = page.get_by_role("table", name="Imports").locator("tbody tr").first
    expect(listed).to_contain_text("Members and their certifications")
    expect(listed).to_contain_text("Done")
    desk.check_accessibility()


def test_an_upload_that_breaks_off_is_sent_again(desk: Visitor, tmp_path: Path) -> None:
    file = tmp_path / "invoices.csv"
    file.write_text(
        f"{INVOICES}\nOLD-1,nobody,Course,150.00,usd,2025-02-01,2025-03-01,open,,,\n", encoding="utf-8"
    )
    page = desk.open("/staff/import/")
    page.route("http://127.0.0.1:*/**", lose_once())
    start(desk, "Invoices of development programs", file)
    expect(desk.problem.first).to_contain_text("No connection")
    check(desk)
    page.get_by_role("button", name="Try again").click()
    expect(fact(desk, "Rejected")).to_have_text("1", timeout=PATIENCE)


def lose_once() -> Callable[[Route], None]:
    """Loses the first file that is posted to the storage."""
    lost: list[str] = []

    def answer(route: Route) -> None:
        if (
            route.request.method == "POST"
            and "multipart" in route.request.headers.get("content-type", "")
            and not lost
        ):
            lost.append(route.request.url)
            route.abort()
        else:
            route.continue_()

    return answer


def test_past_invoices_are_imported_and_seen_by_their_member(
    desk: Visitor, member: Member, tmp_path: Path
) -> None:
    file = tmp_path / "invoices.csv"
    row = f"OLD-77,{member.member_id},Supervisors course,150.00,usd,2025-02-01,2025-03-01,paid,2025-02-20,check,no. 5"
    file.write_text(f"{INVOICES}\n{row}\n", encoding="utf-8")
    page = desk.open("/staff/import/")
    start(desk, "Invoices of development programs", file)
    page.get_by_role("button", name="Import 1 row").click(timeout=PATIENCE)
    expect(desk.notice).to_have_text("Imported: 1 new, 0 changed.", timeout=PATIENCE)
    (found,) = member.person.get("/api/invoices", type="program").json()["items"]
    assert (found["number"], found["status"]) == ("OLD-77", "paid")


def test_a_chapters_roster_says_who_was_found_and_what_was_proposed(
    desk: Visitor, member: Member, tmp_path: Path
) -> None:
    file = tmp_path / "roster.csv"
    people = [f"Robin,Ferrer,{member.email},C-1,No,No", "Nobody,Known,nobody@example.net,C-2,No,No"]
    file.write_text("\n".join([ROSTER, *people]), encoding="utf-8")
    page = desk.open("/staff/import/")
    start(desk, "The roster of a chapter", file)
    expect(desk.problem.first).to_contain_text("Enter the chapter’s name.")
    expect(page.get_by_label("Name of the chapter")).to_have_attribute("aria-invalid", "true")
    check(desk)
    page.get_by_label("Name of the chapter").fill("Springfield Chapter")
    page.get_by_label("First day of membership").fill("2025-12-31")
    page.get_by_label("Last day of membership").fill("2025-01-01")
    page.get_by_role("button", name="Check the file").click()
    expect(page.locator("[data-field=ended_on] .fault")).to_have_text("The last day is before the first day.")
    page.get_by_label("First day of membership").fill("2025-01-01")
    page.get_by_label("Last day of membership").fill("2025-12-31")
    page.get_by_role("button", name="Check the file").click()
    found = page.get_by_role("table", name="Members who were found")
    expect(found.get_by_role("row").nth(1)).to_contain_text("Robin Ferrer", timeout=PATIENCE)
    expect(found.get_by_role("link", name=member.member_id)).to_be_visible()
    expect(page.get_by_role("table", name="Rejected rows")).to_contain_text(
        "No member of the portal has this address."
    )
    check(desk)
    page.get_by_role("button", name="Propose to 1 member").click()
    expect(desk.notice).to_contain_text("Proposed to 1 member.", timeout=PATIENCE)
    (proposal,) = member.person.get("/api/proposals").json()["items"]
    assert proposal["entry"]["title"] == "Member of Springfield Chapter"


def test_a_file_that_is_no_csv_of_its_kind_is_refused_by_the_job(desk: Visitor, tmp_path: Path) -> None:
    file = tmp_path / "wrong.csv"
    file.write_text("a,b\n1,2\n", encoding="utf-8")
    page = desk.open("/staff/import/")
    start(desk, "Invoices of development programs", file)
    expect(desk.problem.first).to_contain_text("The column invoice_number is missing.", timeout=PATIENCE)
    expect(desk.problem.first).to_be_focused()
    expect(page.get_by_role("table", name="Imports").locator("tbody tr").first).to_contain_text("Failed")
    check(desk)
