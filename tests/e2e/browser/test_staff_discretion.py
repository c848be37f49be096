"""What staff do by their own judgement: waive, extend, undo, reinstate."""

from datetime import date

from playwright.sync_api import expect

from infrastructure.local.roster import as_csv
from tests.e2e.browser.desk import check, open_report, program_day, roster_row, say_yes, signed
from tests.e2e.browser.people import Member, approve
from tests.e2e.browser.visitor import Visitor
from tests.e2e.portal import Person, Portal


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
    say_yes(desk, "Yes, waive it")
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
    expect(page.get_by_role("dialog")).to_contain_text("and so is the certificate")
    desk.check_accessibility()
    page.get_by_role("dialog").get_by_role("button", name="Cancel").click()
    expect(page.get_by_role("button", name="Undo it")).to_be_focused()
    page.get_by_role("button", name="Undo it").click()
    say_yes(desk, "Yes, undo it")
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
    page = desk.open(f"/staff/review/?certification={held['certification_id']}")
    page.get_by_text("Reinstate", exact=True).first.click()
    page.get_by_label("Report received on").fill(program_day().isoformat())
    page.get_by_role("button", name="Reinstate").click()
    say_yes(desk, "Yes, reinstate")
    expect(page.locator(".reinstatement problem-message > div")).to_be_focused()
    check(desk)
    create = page.get_by_role("button", name="Create the invoice now")
    if create.is_visible():
        create.click()
        expect(desk.notice).to_contain_text("is created.")
    page.get_by_text("Waive this invoice").click()
    page.get_by_label("Reason", exact=True).fill("Hardship")
    page.get_by_role("button", name="Waive it").click()
    say_yes(desk, "Yes, waive it")
    expect(desk.notice).to_have_text("The invoice is waived.")
    page.get_by_role("button", name="Reinstate").click()
    say_yes(desk, "Yes, reinstate")
    expect(desk.notice).to_have_text("The certification is reinstated.")
    check(desk)
