"""What members print and look up: report and certificate, transcripts, history, the public check, the library."""

import re
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Page, Route, expect

from tests import files
from tests.e2e.browser.people import FIFTY, Member, approve
from tests.e2e.browser.visitor import Visitor
from tests.e2e.portal import Person, Portal

PHONE = {"viewport": {"width": 320, "height": 640}, "color_scheme": "dark"}
CHEQUE = {"method": "check", "reference": "4711", "received_on": "2026-01-02"}


def saved_pdf(page: Page, name: str) -> Path:
    """The PDF that the button of this name saves."""
    with page.expect_download() as saved:
        page.get_by_role("button", name=name).click()
    path: Path = saved.value.path()
    assert saved.value.suggested_filename.endswith(".pdf")
    assert path.read_bytes().startswith(b"%PDF-")
    return path


def approved(member: Member, staff: Person, portal: Portal) -> None:
    """The member's report, signed, paid and approved."""
    invoice = member.sign(portal)["invoice"]["invoice_id"]
    checkout = member.person.post(f"/api/invoices/{invoice}/checkout").json()["checkout_url"]
    assert httpx.post(f"{checkout}/pay").is_success
    approve(staff, member)


def published(member: Member, staff: Person, portal: Portal, title: str) -> None:
    """A policy of the member's, in an approved report, that staff published."""
    (entry,) = member.enter(("policy", 1))
    said = {
        "file_name": "policy.pdf",
        "content_type": "application/pdf",
        "size": len(files.PDF),
        "kind": "policy",
        "title": title,
        "entry_id": entry["entry_id"],
    }
    made = member.person.post("/api/documents", said).json()
    upload = made["upload"]
    assert httpx.post(upload["url"], data=upload["fields"], files={"file": ("x", files.PDF)}).is_success
    portal.settle()
    member.enter(*FIFTY)
    approved(member, staff, portal)
    publication = f"/api/staff/documents/{made['document']['document_id']}/publication"
    assert staff.post(publication).status_code == 201


def test_the_report_is_downloaded_as_pdf(visitor: Visitor, member: Member) -> None:
    member.enter(*FIFTY)
    page = visitor.open("/summary/")
    expect(page.get_by_role("table")).to_contain_text("50 points are required.")
    saved_pdf(page, "Download as PDF")
    visitor.check_accessibility()


def test_a_pdf_that_does_not_come_says_so_and_can_be_tried_again(visitor: Visitor) -> None:
    page = visitor.open("/summary/")
    page.route("**/report.pdf", lambda route: route.abort())
    page.get_by_role("button", name="Download as PDF").click()
    expect(visitor.problem).to_contain_text("No connection")
    expect(visitor.problem).to_be_focused()
    page.unroute("**/report.pdf")
    with page.expect_download():
        page.get_by_role("button", name="Try again").click()


def test_after_the_approval_there_is_a_certificate_a_transcript_and_a_history(
    visit: Callable[..., Visitor], member: Member, staff: Person, portal: Portal
) -> None:
    visitor = visit(**PHONE)
    visitor.enter_as(member)
    page = visitor.open("/registrations/")
    expect(page.locator("#content")).to_contain_text("There is no certificate to download yet.")
    member.enter(*FIFTY)
    approved(member, staff, portal)
    visitor.open("/registrations/")
    saved_pdf(page, "Certificate (PDF)")
    page.locator("summary").click()
    history = page.locator("details")
    expect(history).to_contain_text("The report was approved")
    expect(history).to_contain_text("The report was signed and submitted.")
    expect(history.get_by_role("row").nth(1)).to_contain_text("Staff")
    visitor.check_accessibility()
    visitor.check_width()
    page.get_by_role("link", name="Reports of this and earlier periods").click()
    expect(page.locator("#content")).to_contain_text("No entries yet.")
    periods = page.get_by_role("navigation", name="Recertification periods")
    periods.get_by_role("link").nth(1).click()
    expect(page.locator("#content")).to_contain_text("Approved")
    expect(page.get_by_role("table")).to_contain_text("50")
    expect(periods.get_by_role("link").nth(1)).to_have_attribute("aria-current", "page")
    saved_pdf(page, "Download as PDF")
    visitor.check_accessibility()
    visitor.check_width()


def test_anyone_can_check_a_certificate(
    visit: Callable[..., Visitor], member: Member, staff: Person, portal: Portal
) -> None:
    member.enter(*FIFTY)
    approved(member, staff, portal)
    certificate = member.person.certification()["certificate_id"]
    visitor = visit(**PHONE)
    page = visitor.page
    page.goto(f"{visitor.url}/certificate/?id={certificate}")
    expect(page.get_by_role("heading", name="This certificate is valid")).to_be_visible()
    expect(page.locator("#verdict")).to_contain_text(member.name)
    expect(page.locator("#verdict .notice")).to_be_focused()
    visitor.check_accessibility()
    visitor.check_width()
    page.get_by_label("Check another certificate").fill("nothing-of-the-kind")
    page.get_by_role("button", name="Check").click()
    expect(visitor.problem).to_contain_text("There is no certificate with this number.")
    expect(visitor.problem).to_be_focused()
    visitor.check_accessibility()
    page.get_by_label("Check another certificate").fill("")
    page.get_by_role("button", name="Check").click()
    expect(page.locator(".fault")).to_have_text("Enter the number of the certificate.")


@pytest.mark.parametrize(
    ("status", "sentence"),
    [("lapsed", "the certification has lapsed"), ("replaced", "a newer one has replaced it")],
)
def test_a_certificate_that_no_longer_holds_says_why(
    visit: Callable[..., Visitor], status: str, sentence: str
) -> None:
    visitor = visit()
    certificate = {
        "certificate_id": "abc",
        "name": "Robin Ferrer",
        "designation": "IPMA-CP",
        "designation_title": "IPMA Certified Professional",
        "status": status,
        "certified_since": "2020-03-15",
        "issued_on": "2023-12-20",
        "valid_until": "2026-12-31",
    }
    visitor.page.route("**/api/certificates/abc", lambda route: route.fulfill(json=certificate))
    visitor.page.goto(f"{visitor.url}/certificate/?id=abc")
    expect(visitor.page.get_by_role("heading", level=2)).to_contain_text(sentence)
    visitor.check_accessibility()


def test_the_library_is_searched_by_kind_and_words_and_downloaded_from(
    visit: Callable[..., Visitor], visitor: Visitor, member: Member, staff: Person, portal: Portal
) -> None:
    published(member, staff, portal, "Zephyr telework policy")
    page = visitor.open("/library/?query=nothing-is-called-so")
    expect(page.locator("paged-list")).to_contain_text("Nothing in the library is called so.")
    visitor.check_accessibility()
    page.get_by_label("Words of the title").fill("tele zeph")
    row = page.get_by_role("row").filter(has_text="Zephyr telework policy")
    expect(row).to_contain_text(member.name)
    assert "query=tele+zeph" in page.url
    page.get_by_label("Kind").select_option("rfp")
    expect(row).to_have_count(0)
    page.get_by_label("Kind").select_option("policy")
    with page.expect_download() as saved:
        row.get_by_role("button", name="Download Zephyr telework policy").click()
    assert saved.value.path().read_bytes() == files.PDF
    visitor.check_accessibility()
    page.set_viewport_size({"width": 320, "height": 640})
    visitor.check_width()


def test_the_period_that_follows_can_be_paid_ahead(
    visit: Callable[..., Visitor], member: Member, staff: Person, portal: Portal
) -> None:
    member.enter(*FIFTY)
    approved(member, staff, portal)
    visitor = visit()
    visitor.enter_as(member)
    page = visitor.open("/transactions/")
    expires_on = member.person.certification()["expires_on"]
    page.get_by_role("button", name=re.compile(f"Pay for IPMA-CP, until .*{expires_on[:4]}")).click()
    page.wait_for_url("**/c/pay/**")
    assert len(member.person.get("/api/invoices").json()["items"]) == 2


def test_lists_go_on_beyond_their_first_page(
    visit: Callable[..., Visitor], member: Member, staff: Person, portal: Portal
) -> None:
    member.enter(*FIFTY)
    approved(member, staff, portal)
    member.person.post(f"{member.path}/invoice")
    visitor = visit()
    visitor.enter_as(member)

    def by_ones(route: Route) -> None:
        route.continue_(url=f"{route.request.url}&limit=1")

    visitor.page.route("**/api/invoices?*", by_ones)
    page = visitor.open("/invoices/")
    page.get_by_label("Both Invoice Types").check()
    expect(page.locator("tbody tr")).to_have_count(2)
