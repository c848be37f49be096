"""Documents in the browser: dropped or chosen, uploaded with nothing lost on the way, attached, downloaded, deleted."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests import files
from tests.e2e.browser.people import FIFTY, Member
from tests.e2e.browser.visitor import Visitor
from tests.e2e.portal import Portal

PATH = "/documents/"
CHECK_MILLISECONDS = 30_000
PHONE = {"viewport": {"width": 320, "height": 640}, "color_scheme": "dark"}

DROP = """([selector, name, bytes]) => {
  const transfer = new DataTransfer();
  transfer.items.add(new File([Uint8Array.from(bytes)], name, {type: "application/pdf"}));
  for (const type of ["dragover", "drop"]) {
    const event = new DragEvent(type, {bubbles: true, cancelable: true, dataTransfer: transfer});
    document.querySelector(selector).dispatchEvent(event);
  }
}"""


def file(name: str, content: bytes = files.PDF, kind: str = "application/pdf") -> Any:
    return {"name": name, "mimeType": kind, "buffer": content}


def choose(page: Page, *chosen: Any) -> None:
    page.locator(".drop input").set_input_files(list(chosen))


def send(page: Page, count: int = 1) -> None:
    page.get_by_role("button", name=f"Upload {count} document").click()


def listed(page: Page, title: str) -> Locator:
    """A document in the list, once its check has ended."""
    item = page.locator("#list .entry").filter(has=page.get_by_role("heading", name=title))
    expect(item).to_be_visible(timeout=CHECK_MILLISECONDS)
    return item


def documents_of(member: Member) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = member.person.get("/api/documents").json()["items"]
    return items


def test_several_files_are_uploaded_checked_and_listed_by_kind(
    visit: Callable[..., Visitor], member: Member
) -> None:
    visitor = visit(**PHONE)
    visitor.enter_as(member)
    page = visitor.open(PATH)
    expect(page.locator("#list")).to_contain_text("You have not uploaded anything yet.")
    visitor.check_accessibility()
    choose(page, file("my_certificate.pdf"), file("no_pdf.pdf", files.HTML))
    page.evaluate(DROP, [".drop", "policy.pdf", list(files.PDF)])
    rows = page.locator(".upload")
    expect(rows).to_have_count(3)
    expect(rows.nth(0).get_by_label("Title")).to_have_value("my certificate")
    rows.nth(2).get_by_label("Title").fill("Telework policy")
    rows.nth(2).get_by_label("What is it?").select_option("policy")
    visitor.check_accessibility()
    visitor.check_width()
    send(page, 3)
    expect(listed(page, "my certificate")).to_contain_text("Checked")
    expect(page.locator('[data-kind="policy"]')).to_contain_text(
        "Telework policy", timeout=CHECK_MILLISECONDS
    )
    refused = rows.filter(has_text="no_pdf.pdf")
    expect(refused.locator("problem-message")).to_contain_text(
        "not of the type it was uploaded as", timeout=CHECK_MILLISECONDS
    )
    expect(rows).to_have_count(1)
    expect(listed(page, "no pdf")).to_contain_text("Not accepted")
    visitor.check_accessibility()
    visitor.check_width()
    refused.get_by_label("Choose another file").set_input_files(file("better.pdf"))
    send(page)
    expect(page.locator(".uploads-news")).to_contain_text("no pdf", timeout=CHECK_MILLISECONDS)
    expect(listed(page, "no pdf")).to_contain_text("Checked")
    assert [each["status"] for each in documents_of(member)] == ["clean"] * 3


def test_what_the_portal_does_not_take_is_said_at_the_file(visitor: Visitor, member: Member) -> None:
    page = visitor.open(PATH)
    choose(page, file("page.html", files.HTML, "text/html"))
    page.get_by_label("Title").fill("")
    send(page)
    expect(page.locator("[data-field=title] .fault")).to_have_text("Give the document a title.")
    page.get_by_label("Title").fill("A page")
    send(page)
    expect(visitor.problem).to_contain_text("Only PDF, Word (.docx), PNG and JPEG files are taken.")
    expect(visitor.problem).to_be_focused()
    visitor.check_accessibility()
    assert documents_of(member) == []


def test_a_network_lost_during_the_upload_loses_nothing(visitor: Visitor, member: Member) -> None:
    page = visitor.open(PATH)

    def lose(route: Route) -> None:
        if route.request.method == "POST" and "multipart" in route.request.headers.get("content-type", ""):
            route.abort()
        else:
            route.continue_()

    page.route("**/*", lose)
    choose(page, file("certificate.pdf"))
    page.get_by_label("Title").fill("Certificate of May")
    send(page)
    expect(visitor.problem).to_contain_text("No connection")
    expect(page.get_by_label("Title")).to_have_value("Certificate of May")
    visitor.check_accessibility()
    page.unroute("**/*", lose)
    page.get_by_role("button", name="Try again").click()
    expect(listed(page, "Certificate of May")).to_contain_text("Checked")
    assert len(documents_of(member)) == 1


def test_what_was_typed_survives_a_reload_and_only_the_file_is_chosen_again(
    visitor: Visitor, member: Member
) -> None:
    page = visitor.open(PATH)
    choose(page, file("certificate.pdf"))
    page.get_by_label("Title").fill("Certificate of May")
    page.get_by_label("What is it?").select_option("rfp")
    page.reload()
    visitor.wait_shown()
    expect(page.get_by_label("Title")).to_have_value("Certificate of May")
    expect(page.get_by_label("What is it?")).to_have_value("rfp")
    expect(page.get_by_role("button", name="Upload 1 document")).to_be_hidden()
    visitor.check_accessibility()
    page.get_by_label("Choose certificate.pdf again").set_input_files(file("certificate.pdf"))
    send(page)
    expect(listed(page, "Certificate of May")).to_contain_text("Checked")
    assert documents_of(member)[0]["kind"] == "rfp"


@pytest.fixture
def with_document(visitor: Visitor, member: Member) -> Page:
    """The page of a member with one entry and one clean document."""
    member.enter(("webinar", 1))
    page = visitor.open(PATH)
    choose(page, file("certificate.pdf"))
    send(page)
    listed(page, "certificate")
    return page


def test_a_document_is_attached_detached_downloaded_and_deleted(
    visitor: Visitor, member: Member, with_document: Page
) -> None:
    page = with_document
    item = listed(page, "certificate")
    item.get_by_role("button", name="Attach certificate to an entry").click()
    expect(item.get_by_label("Entry", exact=True)).to_be_focused()
    visitor.check_accessibility()
    item.get_by_role("button", name="Attach", exact=True).click()
    expect(visitor.notice).to_be_focused()
    expect(item).to_contain_text("Used by: Webinar (IPMA-CP)")
    item.get_by_role("button", name="Detach certificate from Webinar").click()
    expect(visitor.notice).to_contain_text("is detached")
    assert member.dashboard()["entries"][0]["document_ids"] == []
    page.get_by_role("button", name="Attach it again").click()
    expect(visitor.notice).to_contain_text("is attached to")
    visitor.check_accessibility()
    with page.expect_download() as saved:
        item.get_by_role("button", name="Download certificate").click()
    assert saved.value.suggested_filename == "certificate.pdf"
    assert saved.value.path().read_bytes() == files.PDF
    item.get_by_role("button", name="Delete certificate").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("taken out of “Webinar”")
    visitor.check_accessibility()
    dialog.get_by_role("button", name="Keep it").click()
    item.get_by_role("button", name="Delete certificate").click()
    dialog.get_by_role("button", name="Delete it").click()
    expect(visitor.notice).to_contain_text("Deleted: certificate.")
    expect(page.locator("#list .entry")).to_have_count(0)
    entry = member.dashboard()["entries"][0]
    assert (entry["title"], entry["document_ids"]) == ("Webinar", [])


def test_what_a_submitted_report_needs_cannot_be_deleted_and_the_reason_is_said(
    visitor: Visitor, member: Member, portal: Portal, with_document: Page
) -> None:
    page = with_document
    item = listed(page, "certificate")
    item.get_by_role("button", name="Attach certificate to an entry").click()
    item.get_by_role("button", name="Attach", exact=True).click()
    expect(visitor.notice).to_contain_text("is attached to")
    member.enter(*FIFTY)
    member.sign(portal)
    item.get_by_role("button", name="Delete certificate").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete it").click()
    expect(item.locator("problem-message > div")).to_be_focused()
    expect(item.locator("problem-message")).to_contain_text("Your report is submitted")
    visitor.check_accessibility()
    assert len(documents_of(member)) == 1


def test_a_contribution_without_its_document_offers_the_upload_on_the_spot(
    visitor: Visitor, member: Member
) -> None:
    member.enter(("hr-innovation", 1))
    page = visitor.open("/recertification/")
    expect(page.locator("entry-list")).to_contain_text("Needs its document")
    page.get_by_role("button", name="Upload it now for HR innovation").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("heading", name="Documents for “Hr-Innovation”")).to_be_visible()
    visitor.check_accessibility()
    choose(page, file("description.pdf"))
    expect(dialog.get_by_label("What is it?")).to_have_value("hr-innovation")
    dialog.get_by_role("button", name="Upload 1 document").click()
    expect(dialog.locator(".attached")).to_contain_text("Checked", timeout=CHECK_MILLISECONDS)
    visitor.check_accessibility()
    dialog.get_by_role("button", name="Take out description").click()
    expect(dialog.locator(".attached")).to_be_empty()
    dialog.get_by_role("button", name="Attach description").click()
    expect(dialog.locator(".attached")).to_contain_text("description")
    page.set_viewport_size({"width": 320, "height": 640})
    visitor.check_width()
    dialog.get_by_role("button", name="Done").click()
    expect(visitor.notice).to_be_focused()
    expect(page.locator("entry-list")).not_to_contain_text("Needs its document")
    expect(page.locator("entry-list .entry-documents")).to_contain_text("description Checked")
    (entry,) = member.dashboard()["entries"]
    assert len(entry["document_ids"]) == 1


def test_a_document_is_attached_while_an_entry_is_typed_and_survives_a_reload(
    visitor: Visitor, member: Member
) -> None:
    page = visitor.open("/recertification/")
    visitor.fill_row(visitor.row(), "policy", "1", "Telework", member.dashboard()["cycle"]["starts_on"])
    expect(visitor.row().locator(".row-documents")).to_contain_text("missing; you can upload it now")
    visitor.row().get_by_role("button", name="Add or change documents").click()
    choose(page, file("telework.pdf"))
    page.get_by_role("dialog").get_by_role("button", name="Upload 1 document").click()
    expect(page.locator("dialog .attached")).to_contain_text("Checked", timeout=CHECK_MILLISECONDS)
    page.keyboard.press("Escape")
    expect(visitor.row().locator(".named")).to_have_text("telework")
    expect(visitor.row().get_by_role("button", name="Add or change documents")).to_be_focused()
    page.reload()
    visitor.wait_shown()
    expect(visitor.row().locator(".named")).to_have_text("telework")
    visitor.save()
    expect(visitor.notice).to_contain_text("Saved: 1 entry")
    expect(page.locator("entry-list .entry-documents")).to_contain_text("telework Checked")
    expect(page.locator("points-progress")).not_to_contain_text("need their document")
    page.get_by_role("button", name="Edit Policy").click()
    editor = page.locator("entry-editor")
    expect(editor.locator(".named")).to_have_text("telework")
    editor.get_by_label("Title").fill("Telework rules")
    page.get_by_role("button", name="Save changes").click()
    expect(visitor.notice).to_contain_text("Saved: Policy")
    (entry,) = member.dashboard()["entries"]
    assert (entry["title"], len(entry["document_ids"])) == ("Telework rules", 1)


def test_what_a_browser_has_kept_of_the_program_since_before_a_deployment_is_enough(visitor: Visitor) -> None:
    def as_before(route: Route) -> None:
        answer = route.fetch()
        kept = {name: value for name, value in answer.json().items() if name != "all_document_kinds"}
        route.fulfill(response=answer, json=kept)

    visitor.page.route("**/api/program", as_before)
    page = visitor.open(PATH)
    expect(page.locator("#content")).to_contain_text("You have not uploaded anything yet.")
