"""Contributions of approved reports: opened, published to the library that all members read, withdrawn."""

from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from tests import files
from tests.e2e.browser.desk import as_role, check
from tests.e2e.browser.people import FIFTY, Member, approve, imported, member_of
from tests.e2e.browser.visitor import Visitor
from tests.e2e.portal import Person, Portal
from tests.e2e.test_documents import uploaded

TITLE = "How we mentor newcomers"


@pytest.fixture
def contributor(portal: Portal, staff: Person) -> Member:
    """A member whose approved report holds a contribution."""
    member = member_of(portal, imported(portal, staff))
    claim = member.enter(("hr-innovation", 1), *FIFTY)[0]
    where = {"certification_id": member.certification_id, "entry_id": claim["entry_id"]}
    uploaded(portal, member.person, kind="hr-innovation", title=f"{TITLE} {member.member_id}", **where)
    invoice = member.sign(portal)["invoice"]["invoice_id"]
    assert staff.post(f"/api/staff/invoices/{invoice}/waiver", {"reason": "Hardship"}).is_success
    approve(staff, member)
    return member


def row_of(visitor: Visitor, member: Member) -> Locator:
    return visitor.page.get_by_role("row").filter(has_text=f"{TITLE} {member.member_id}")


def library(member: Member) -> list[str]:
    found = member.person.get("/api/library", query=member.member_id).json()["items"]
    return [each["title"] for each in found]


def test_a_contribution_is_opened_published_and_withdrawn(desk: Visitor, contributor: Member) -> None:
    title = f"{TITLE} {contributor.member_id}"
    page = desk.open("/staff/contributions/")
    row = row_of(desk, contributor)
    expect(row).to_contain_text(contributor.name)
    expect(row).to_contain_text("HR innovation")
    check(desk)
    with page.expect_download() as started:
        row.get_by_role("button", name=f"Open {title}").click()
    assert Path(started.value.path()).read_bytes() == files.PDF
    row.get_by_role("button", name=f"Publish {title}").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text(f"under the name of {contributor.name}")
    desk.check_accessibility()
    dialog.get_by_role("button", name="Cancel").click()
    assert library(contributor) == []
    row.get_by_role("button", name=f"Publish {title}").click()
    dialog.get_by_role("button", name="Publish it").click()
    expect(desk.notice).to_have_text(f"“{title}” is in the library.")
    expect(desk.notice).to_be_focused()
    expect(row.locator(".tag")).to_contain_text("Since ")
    assert library(contributor) == [title]
    check(desk)
    row.get_by_role("button", name=f"Withdraw {title}").click()
    expect(desk.notice).to_contain_text("is out of the library")
    assert library(contributor) == []


def test_a_refusal_says_why_beside_the_list(desk: Visitor, contributor: Member, staff: Person) -> None:
    page = desk.open("/staff/contributions/")
    row = row_of(desk, contributor)
    item = next(
        each
        for each in staff.get("/api/staff/contributions", limit=100).json()["items"]
        if each["member_id"] == contributor.member_id
    )
    assert staff.post(f"/api/staff/documents/{item['document_id']}/publication").status_code == 201
    row.get_by_role("button", name="Publish").click()
    page.get_by_role("button", name="Publish it").click()
    expect(desk.problem).to_contain_text("This contribution is in the library already.")
    expect(desk.problem).to_be_focused()
    check(desk)


def test_only_reviewers_are_offered_to_publish(desk: Visitor, contributor: Member) -> None:
    as_role(desk, "staff-finance")
    page = desk.open("/staff/contributions/")
    expect(page.get_by_text("Publishing and withdrawing need the reviewer’s role.")).to_be_visible()
    row = row_of(desk, contributor)
    expect(row.get_by_role("button", name="Open")).to_be_visible()
    expect(row.get_by_role("button", name="Publish")).to_have_count(0)
    check(desk)
