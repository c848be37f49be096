"""Staff's export: started, followed, downloaded, and still there later."""

import zipfile

from playwright.sync_api import expect

from tests.e2e.browser.desk import as_role, check
from tests.e2e.browser.visitor import Visitor


def test_an_export_is_started_followed_and_downloaded(desk: Visitor) -> None:
    page = desk.open("/staff/export/")
    check(desk)
    page.get_by_role("button", name="Start an export").click()
    expect(page.locator(".now")).to_contain_text("You can leave this page")
    expect(desk.notice).to_have_text("The export is done. Download it below.", timeout=90_000)
    expect(desk.notice).to_be_focused()
    check(desk)
    page = desk.open("/staff/export/")
    latest = page.get_by_role("table", name="Exports").locator("tbody tr").first
    expect(latest).to_contain_text("Done")
    expect(latest).to_contain_text("D9001")
    with page.expect_download() as started:
        latest.get_by_role("button", name="Download the export of").click()
    archive = zipfile.ZipFile(started.value.path())
    assert "member@example.org" in archive.read("members.csv").decode()
    assert started.value.suggested_filename.startswith("recertification-export-")


def test_an_export_whose_following_broke_off_goes_on(desk: Visitor) -> None:
    page = desk.open("/staff/export/")
    page.route("**/api/staff/exports/*", lambda route: route.abort())
    page.get_by_role("button", name="Start an export").click()
    expect(desk.problem).to_contain_text("The export goes on by itself.")
    check(desk)
    page.unroute("**/api/staff/exports/*")
    page.get_by_role("button", name="Try again").click()
    expect(desk.notice).to_have_text("The export is done. Download it below.", timeout=90_000)


def test_exporting_is_the_administrators(desk: Visitor) -> None:
    as_role(desk, "staff-reviewer")
    page = desk.open("/staff/export/")
    expect(page.get_by_text("Exporting needs the administrator’s role.")).to_be_visible()
    expect(page.get_by_role("link", name="Export")).to_have_count(0)
    expect(page.get_by_role("link", name="Review queue")).to_be_visible()
    check(desk)
