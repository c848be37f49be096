"""Staff try a changed edition before it is published: its faults by line, and who would flip and why."""

from pathlib import Path

from playwright.sync_api import expect

from shared.programs import FOLDER
from tests.e2e.browser.desk import as_role, check
from tests.e2e.browser.people import FIFTY, Member
from tests.e2e.browser.visitor import Visitor

PATIENCE = 90_000
EDITION = (FOLDER / "ipma-hr" / "2026.toml").read_text(encoding="utf-8")


def test_a_changed_edition_is_checked_then_tried_and_says_who_would_flip_and_why(
    desk: Visitor, member: Member, tmp_path: Path
) -> None:
    member.enter(*FIFTY)
    page = desk.open("/staff/rules/")
    page.get_by_role("button", name="Try it").click()
    expect(desk.problem.first).to_be_focused()
    check(desk)
    page.get_by_role("textbox", name="The edition").fill(EDITION + "\n[[caps]]\npoints = -1\n")
    page.get_by_role("button", name="Try it").click()
    line = EDITION.count("\n") + 3
    expect(desk.problem.first).to_contain_text(f"line {line}: caps[1].points:")
    check(desk)
    file = tmp_path / "changed.toml"
    file.write_text(EDITION + '\n[[caps]]\ncategory = "webinar"\npoints = 5\n', encoding="utf-8")
    page.get_by_label("File of the edition").set_input_files(file)
    page.get_by_role("button", name="Try it").click()
    expect(page.get_by_role("heading", name="What ipma-hr/2026 would change")).to_be_focused(timeout=PATIENCE)
    flip = (
        page.get_by_role("table", name="Who would flip").get_by_role("row").filter(has_text=member.member_id)
    )
    expect(flip).to_contain_text("Ready, would not be")
    expect(flip).to_contain_text("50 → 44")
    expect(flip).to_contain_text("6 points missing.")
    check(desk)
    page.reload()
    expect(flip).to_be_visible(timeout=PATIENCE)
    tried = page.get_by_role("table", name="Tries").locator("tbody tr").first
    expect(tried).to_contain_text("D9001")
    assert member.dashboard()["cycle"]["points_total"] == 50


def test_trying_rules_is_the_administrators(desk: Visitor) -> None:
    as_role(desk, "staff-reviewer")
    page = desk.open("/staff/rules/")
    expect(page.get_by_text("Trying changed rules needs the administrator’s role.")).to_be_visible()
    expect(page.get_by_role("link", name="Rules")).to_have_count(0)
