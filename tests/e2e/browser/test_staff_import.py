"""Bringing members in by a file: checked first, then imported."""

from pathlib import Path

from playwright.sync_api import expect

from infrastructure.local.roster import as_csv
from tests.e2e.browser.desk import check, roster_row
from tests.e2e.browser.visitor import Visitor
from tests.e2e.portal import Person


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
