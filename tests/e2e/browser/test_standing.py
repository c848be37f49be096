"""What counts by itself, and the shortest way to what is missing, on the Recertification Portal."""

from datetime import date

from playwright.sync_api import expect

from tests.e2e.browser.desk import check
from tests.e2e.browser.people import Member
from tests.e2e.browser.visitor import Visitor

PATH = "/recertification/"


def begun(member: Member) -> date:
    return date.fromisoformat(member.dashboard()["cycle"]["starts_on"])


def test_employment_is_entered_once_counts_by_itself_and_is_changed_ended_and_deleted(
    visitor: Visitor, member: Member
) -> None:
    page = visitor.open(PATH)
    page.get_by_role("button", name="Add employment, a membership or an office").click()
    form = page.locator("standing-claims form")
    expect(form.get_by_label("What is it?")).to_be_focused()
    page.get_by_role("button", name="Save changes").click()
    expect(form.locator("problem-message > div")).to_be_focused()
    expect(form.locator(".fault:visible")).to_have_count(4)
    check(visitor)
    form.get_by_label("What is it?").select_option("employment")
    form.get_by_label("Title").fill("HR officer")
    form.get_by_label("Organization").fill("City of Springfield")
    form.get_by_label("First day").fill("2015-05-01")
    page.reload()
    visitor.wait_shown()
    expect(form.get_by_label("Title")).to_have_value("HR officer")
    page.get_by_role("button", name="Save changes").click()
    expect(visitor.notice).to_contain_text("Saved: HR officer.")
    claims = page.locator("standing-claims .entry")
    expect(claims).to_contain_text("Since May 1, 2015")
    years = len(member.dashboard()["entries"])
    assert years >= 1
    accrued = page.locator("entry-list .entry").filter(has_text="Counts by itself")
    expect(accrued).to_have_count(years)
    expect(accrued.first).to_contain_text("1 × 1 point per year = 1.")
    expect(accrued.first.get_by_role("button", name="Edit")).to_have_count(0)
    expect(accrued.first.get_by_role("button", name="Documents of")).to_be_visible()
    check(visitor)
    page.get_by_role("button", name="It has ended HR officer").click()
    expect(form.get_by_label("Last day")).to_be_focused()
    form.get_by_label("Last day").fill(begun(member).replace(month=6).isoformat())
    page.get_by_role("button", name="Save changes").click()
    expect(visitor.notice).to_contain_text("Saved: HR officer.")
    expect(claims.locator(".entry-points")).to_have_text("0 points")
    expect(accrued).to_have_count(0)
    page.get_by_role("button", name="Delete HR officer").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    visitor.check_accessibility()
    page.get_by_role("dialog").get_by_role("button", name="Delete it").click()
    expect(visitor.notice).to_contain_text("Deleted: HR officer")
    expect(claims).to_have_count(0)
    assert member.dashboard()["standing"] == []


def test_a_claim_that_was_changed_elsewhere_is_not_overwritten(visitor: Visitor, member: Member) -> None:
    said = {
        "activity": "board-member",
        "title": "Treasurer",
        "organization": "Chapter",
        "started_on": begun(member).isoformat(),
    }
    path = f"{member.path}/standing-claims"
    made = member.person.post(path, said).json()["standing_claim"]
    page = visitor.open(PATH)
    page.get_by_role("button", name="Edit Treasurer").click()
    member.person.put(f"{path}/{made['standing_id']}", said | {"title": "President"}, version=1)
    page.locator("standing-claims form").get_by_label("Title").fill("Secretary")
    page.get_by_role("button", name="Save changes").click()
    expect(visitor.problem).to_contain_text("changed elsewhere")
    page.get_by_role("button", name="Look again").click()
    expect(page.locator("standing-claims .entry")).to_contain_text("President")


def test_the_shortest_way_counts_what_comes_by_itself_and_follows_what_is_entered(
    visitor: Visitor, member: Member
) -> None:
    day = begun(member)
    said = {"activity": "employment", "title": "HR officer", "organization": "City"}
    member.person.post(f"{member.path}/standing-claims", said | {"started_on": day.isoformat()})
    before = member.dashboard()
    coming = before["outlook"]["points_accruing"]
    assert coming >= 1
    member.enter(("conference-full-day", 15))
    rest = 5 - coming - before["cycle"]["points_total"]
    page = visitor.open(PATH)
    way = page.locator(".shortest-way")
    expect(way).to_contain_text("from what you entered once")
    expect(way.get_by_role("listitem").first).to_contain_text(f"{rest:g} × Webinar")
    check(visitor)
    visitor.fill_row(visitor.row(), "webinar", "1", "A webinar", day.isoformat())
    visitor.save()
    expect(visitor.notice).to_contain_text("Saved: 1 entry")
    if rest > 1:
        expect(way.get_by_role("listitem").first).to_contain_text(f"{rest - 1:g} × Webinar")
    else:
        expect(way).to_contain_text("That is enough.")


def test_at_the_required_points_the_page_says_why_nothing_is_added(visitor: Visitor, member: Member) -> None:
    member.enter(("webinar", 49))
    page = visitor.open(PATH)
    page.get_by_role("button", name="Add employment, a membership or an office").click()
    form = page.locator("standing-claims form")
    form.get_by_label("What is it?").select_option("employment")
    form.get_by_label("Title").fill("HR officer")
    form.get_by_label("Organization").fill("City of Springfield")
    form.get_by_label("First day").fill("2015-05-01")
    (entry,) = member.enter(("webinar", 1))
    page.get_by_role("button", name="Save changes").click()
    expect(visitor.problem).to_contain_text("You already have 50 of 50 points, so nothing more can be added.")
    check(visitor)
    page.get_by_role("button", name="Look again").click()
    full = page.locator("#standing").get_by_text("nothing can be added here")
    expect(full).to_be_visible()
    expect(page.get_by_role("button", name="Add employment, a membership or an office")).to_be_hidden()
    check(visitor)
    own = f"{member.path}/entries/{entry['entry_id']}"
    assert member.person.delete(own, version=entry["version"]).is_success
    visitor.open(PATH)
    expect(page.get_by_role("button", name="Add employment, a membership or an office")).to_be_visible()
    expect(full).to_be_hidden()
