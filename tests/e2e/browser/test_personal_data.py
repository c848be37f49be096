"""A person's data in the browser: downloaded by the member, handed out and erased by an administrator."""

import json
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Route, expect

from tests.e2e.browser.desk import as_role, check, say_yes
from tests.e2e.browser.people import Member
from tests.e2e.browser.visitor import Visitor
from tests.e2e.portal import Person


def test_members_download_what_is_held_about_them(visitor: Visitor, member: Member) -> None:
    page = visitor.open("/profile/")
    with page.expect_download() as downloading:
        page.get_by_role("button", name="Download my data").click()
    assert downloading.value.suggested_filename == f"my-data-{member.member_id}.json"
    data = json.loads(Path(downloading.value.path()).read_text(encoding="utf-8"))
    assert data["records"]["members"][0]["email"] == member.email
    expect(visitor.notice).to_contain_text("in your downloads")
    page.get_by_text("To have your data erased").click()
    expect(page.get_by_text("Kept for the record, under your member number alone")).to_be_visible()
    check(visitor)
    pages = {"": (["a", "b"], "more"), "cursor=more": (["c"], None)}

    def answer(route: Route) -> None:
        history, cursor = pages[urlsplit(route.request.url).query]
        route.fulfill(json={"member_id": "m", "records": {"history": history}, "next_cursor": cursor})

    page.route("**/api/me/data*", answer)
    with page.expect_download() as downloading:
        page.get_by_role("button", name="Download my data").click()
    data = json.loads(Path(downloading.value.path()).read_text(encoding="utf-8"))
    assert data == {"member_id": "m", "records": {"history": ["a", "b", "c"]}}


def test_an_administrator_hands_out_and_erases_the_data_of_a_person(
    desk: Visitor, staff: Person, member: Member
) -> None:
    page = desk.open(f"/staff/member/?member={member.member_id}")
    with page.expect_download() as downloading:
        page.get_by_role("button", name="Download this person’s data").click()
    data = json.loads(Path(downloading.value.path()).read_text(encoding="utf-8"))
    assert data["member_id"] == member.member_id
    check(desk)
    page.get_by_role("button", name="Erase this person’s data").click()
    page.get_by_role("dialog").get_by_role("button", name="Cancel").click()
    assert staff.get(f"/api/staff/members/{member.member_id}").json()["email"] == member.email
    page.get_by_role("button", name="Erase this person’s data").click()
    say_yes(desk, "Erase for good")
    expect(desk.notice).to_contain_text("The data are erased.")
    expect(desk.notice).to_be_focused()
    expect(page.get_by_role("heading", level=1)).to_have_text(member.member_id)
    expect(page.get_by_text("were erased on request")).to_be_visible()
    expect(page.get_by_role("button", name="Erase")).to_have_count(0)
    check(desk)
    assert staff.get(f"/api/staff/members/{member.member_id}").json()["email"] == ""


def test_others_of_staff_are_told_whose_task_it_is(desk: Visitor, member: Member) -> None:
    as_role(desk, "staff-finance")
    page = desk.open(f"/staff/member/?member={member.member_id}")
    expect(page.get_by_text("needs the role of an administrator")).to_be_visible()
    expect(page.get_by_role("button", name="Erase")).to_have_count(0)
