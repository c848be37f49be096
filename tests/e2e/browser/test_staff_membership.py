"""Whether a person is a member of the body, said by staff on the member's page."""

from playwright.sync_api import expect

from tests.e2e.browser.desk import as_role, check, say_yes
from tests.e2e.browser.people import Member
from tests.e2e.browser.visitor import Visitor
from tests.e2e.portal import Person


def test_staff_say_whether_a_person_is_a_member_of_the_body(
    desk: Visitor, staff: Person, member: Member
) -> None:
    path = f"/api/staff/members/{member.member_id}"
    assert staff.get(path).json()["body_member"] is False
    page = desk.open(f"/staff/member/?member={member.member_id}")
    expect(page.get_by_text("This person is not a member of the body.")).to_be_visible()
    check(desk)
    page.get_by_role("button", name="Record as a member").click()
    say_yes(desk, "Yes, change it")
    expect(desk.notice).to_have_text("The membership is saved.")
    expect(desk.notice).to_be_focused()
    expect(page.get_by_text("This person is a member of the body.")).to_be_visible()
    happened = page.get_by_role("region", name="History").get_by_role("row").nth(1)
    expect(happened).to_contain_text("D9001")
    expect(happened).to_contain_text("member of")
    check(desk)
    assert staff.get(path).json()["body_member"] is True


def test_a_membership_changed_meanwhile_is_refused_with_the_reason(
    desk: Visitor, staff: Person, member: Member
) -> None:
    page = desk.open(f"/staff/member/?member={member.member_id}")
    path = f"/api/staff/members/{member.member_id}"
    seen = staff.get(path).headers["ETag"].strip('"')
    changed = staff.put(f"{path}/membership", {"body_member": True}, seen)
    assert changed.status_code == 200, changed.text
    page.get_by_role("button", name="Record as a member").click()
    say_yes(desk, "Yes, change it")
    expect(desk.problem).to_contain_text("This member was changed elsewhere")
    expect(desk.problem).to_be_focused()
    check(desk)


def test_a_reviewer_sees_the_membership_and_cannot_change_it(desk: Visitor, member: Member) -> None:
    as_role(desk, "staff-reviewer")
    page = desk.open(f"/staff/member/?member={member.member_id}")
    expect(page.get_by_text("needs the role of finance or of an administrator")).to_be_visible()
    expect(page.get_by_role("button", name="Record as")).to_have_count(0)
    check(desk)
