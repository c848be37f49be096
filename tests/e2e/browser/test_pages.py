"""Every page: accessible, narrow enough, light enough, and made of what it says it is made of."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Route, expect

from infrastructure.local.roster import as_csv
from tests.e2e.browser.people import FIFTY, Member, imported, member_of
from tests.e2e.browser.visitor import MEMBER_PAGES, Visitor, heaviest
from tests.e2e.portal import ROOT, Person, Portal, entry
from tests.figures import Figures

WEB = ROOT / "web"
SHELLS = sorted(WEB.rglob("*.html"))
IMPORT = re.compile(r"""^(?:import|export)\b[^;]*?["'](\.[^"']+)["'];""", re.MULTILINE | re.DOTALL)
PAPER = 657  # A4 less its margins, in pixels
PHONE = {"viewport": {"width": 320, "height": 640}, "color_scheme": "dark"}
TITLES = {
    "profile": "My Profile",
    "registrations": "My Registrations",
    "invoices": "My Invoices",
    "recertification": "Recertification Portal",
    "summary": "Recertification Detailed Summary",
    "documents": "Documents",
    "transactions": "Transactions",
    "library": "Library",
    "help": "Help",
}


def test_the_menu_leads_to_every_page_and_every_page_is_accessible_at_any_width(
    visitor: Visitor, member: Member, portal: Portal
) -> None:
    member.enter(("webinar", 2), ("hr-innovation", 1))
    member.person.post(f"{member.path}/invoice")
    page = visitor.open("/")
    for name in MEMBER_PAGES:
        page.get_by_role("navigation", name="Main").get_by_role("link", name=TITLES[name], exact=True).click()
        expect(page).to_have_title(f"{TITLES[name]} · Recertification")
        visitor.wait_shown()
        expect(page.get_by_role("heading", level=1)).to_have_text(TITLES[name])
        if name == "invoices":
            expect(page.get_by_label("Both Invoice Types")).not_to_be_checked()
            expect(page.get_by_role("table")).to_have_count(0)
            page.get_by_label("Both Invoice Types").check()
            expect(page.get_by_role("table")).to_contain_text("$150.00")
        visitor.check_accessibility()
        page.set_viewport_size({"width": 320, "height": 640})
        visitor.check_width()
        page.set_viewport_size({"width": 1280, "height": 900})


def test_on_a_phone_in_the_dark_every_state_is_accessible(
    visit: Callable[..., Visitor], portal: Portal, staff: Person
) -> None:
    member = member_of(portal, imported(portal, staff, certifications=2))
    visitor = visit(**PHONE)
    visitor.enter_as(member)
    page = visitor.open("/recertification/")
    page.get_by_role("button", name="Menu").click()
    expect(page.get_by_role("link", name="My Profile")).to_be_visible()
    check(visitor)
    entered = member.enter(*FIFTY)
    page = visitor.open(f"/recertification/?certification={member.certification_id}")
    page.get_by_role("button", name="Edit Webinar").click()
    expect(page.locator("entry-editor").get_by_label("Title")).to_be_visible()
    check(visitor)
    page.get_by_role("button", name="Cancel").click()
    page.get_by_role("button", name="Delete Webinar").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    check(visitor)
    page.get_by_role("button", name="Keep it").click()
    signed = member.sign(portal)
    visitor.open(f"/recertification/?certification={member.certification_id}")
    check(visitor)
    for path in (
        "profile",
        "registrations",
        "summary",
        "help",
        f"transactions/?invoice={signed['invoice']['invoice_id']}",
    ):
        visitor.open(f"/{path}/" if "?" not in path else f"/{path}")
        check(visitor)
    assert len(entered) == len(FIFTY)


def check(visitor: Visitor) -> None:
    visitor.check_accessibility()
    visitor.check_width()


def test_the_log_in_page_and_the_page_for_nothing_are_accessible(visit: Callable[..., Visitor]) -> None:
    visitor = visit(**PHONE)
    page = visitor.page
    page.goto(f"{visitor.url}/")
    expect(page.get_by_role("button", name="member@example.org")).to_be_visible()
    check(visitor)
    page.get_by_role("button", name="Forgot your password?").click()
    check(visitor)
    answer = page.goto(f"{visitor.url}/nowhere/")
    assert answer is not None
    assert answer.status == 404
    expect(page.get_by_role("heading", level=1)).to_have_text("There is no such page")
    check(visitor)


def test_a_demo_account_logs_in_with_one_press(visit: Callable[..., Visitor]) -> None:
    visitor = visit()
    visitor.page.goto(f"{visitor.url}/")
    visitor.page.get_by_role("button", name="two@example.org").click()
    visitor.wait_shown()
    expect(visitor.page.get_by_role("link", name="Welcome Jordan Whitfield")).to_be_visible()
    switch = visitor.page.get_by_role("navigation", name="Your certifications")
    expect(switch.get_by_role("link")).to_have_count(2)
    switch.get_by_role("link").nth(1).click()
    expect(switch.get_by_role("link").nth(1)).to_have_attribute("aria-current", "page")


def test_text_is_never_taken_for_markup(visitor: Visitor, member: Member) -> None:
    entered = member.enter(("webinar", 1))[0]
    title = """<img src=x onerror="document.title='taken'">'"&amp;"""
    body = {
        name: entered[name] for name in ("activity", "quantity", "organization", "started_on", "ended_on")
    }
    assert member.person.put(
        f"{member.path}/entries/{entered['entry_id']}", body | {"title": title}, 1
    ).is_success
    for path in ("/recertification/", "/summary/"):
        page = visitor.open(path)
        expect(page.locator("#content")).to_contain_text(title)
        assert page.locator("#content img").count() == 0


def test_a_loading_page_says_so_and_a_failed_one_can_be_tried_again(visitor: Visitor) -> None:
    page = visitor.page
    page.route("**/api/certifications", lambda route: route.abort())
    visitor.open("/registrations/")
    expect(visitor.problem).to_contain_text("No connection")
    visitor.check_accessibility()
    page.unroute("**/api/certifications")
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_role("table")).to_contain_text("IPMA-CP")


def test_the_dashboard_is_one_call_of_the_api(visitor: Visitor, member: Member) -> None:
    member.enter(*FIFTY)
    visitor.open("/profile/")
    calls: list[str] = []
    visitor.page.on("request", lambda request: calls.append(request.url.removeprefix(visitor.url)))
    visitor.page.get_by_role("link", name="Recertification Portal").click()
    visitor.wait_shown()
    expect(visitor.points).to_have_text("50 points of 50 points")
    calls = [call for call in calls if call.startswith("/api/") and call != "/api/program"]
    assert calls == [f"/api/certifications/{member.certification_id}/cycle"]


def test_a_certification_that_was_granted_meanwhile_is_there_after_some_minutes(
    visit: Callable[..., Visitor], portal: Portal, staff: Person
) -> None:
    row = imported(portal, staff)
    visitor = visit()
    visitor.page.clock.install()
    visitor.enter_as(member_of(portal, row))
    page = visitor.open("/documents/")
    both = [row | {"designation": designation} for designation in ("IPMA-CP", "IPMA-SCP")]
    assert staff.import_roster(as_csv(both)).json()["created"] == 1
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if request.url.endswith("/api/me") else None)
    switch = page.get_by_role("navigation", name="Your certifications").get_by_role("link")
    visitor.open("/recertification/")
    expect(switch).to_have_count(0)
    assert asked == []
    page.clock.fast_forward("10:01")
    visitor.open("/recertification/")
    expect(switch).to_have_count(2)
    visitor.open("/recertification/")
    expect(switch).to_have_count(2)
    assert len(asked) == 1


def test_the_first_load_of_each_page_is_light(
    visit: Callable[..., Visitor], member: Member, figures: Figures
) -> None:
    visitors = {name: visit() for name in ("", *MEMBER_PAGES)}
    for name, visitor in visitors.items():
        if name:
            visitor.enter_as(member)
        visitor.load_first(f"/{name}")
    weights = {name: visitor.check_weight() for name, visitor in visitors.items()}
    figures("first loads of pages, packed", f"members: {heaviest(weights)}")


def modules_of(file: Path, found: set[Path] | None = None) -> set[Path]:
    """The modules that a module imports, and theirs."""
    found = set() if found is None else found
    for name in IMPORT.findall(file.read_text(encoding="utf-8")):
        module = (file.parent / name).resolve()
        if module not in found:
            found.add(module)
            modules_of(module, found)
    return found


@pytest.mark.parametrize("shell", SHELLS, ids=lambda shell: str(shell.relative_to(WEB)))
def test_a_page_fetches_all_its_modules_at_once_and_nothing_from_elsewhere(shell: Path) -> None:
    text = shell.read_text(encoding="utf-8")
    entry = WEB / re.findall(r'<script type="module" src="/([^"]+)"', text)[0]
    needed = {f"/{module.relative_to(WEB.resolve())}" for module in modules_of(entry.resolve())}
    assert set(re.findall(r'<link rel="modulepreload" href="([^"]+)"', text)) == needed
    assert "<style" not in text
    assert " style=" not in text
    assert not re.findall(r'(?:src|href)="(?:https?:)?//', text)


def test_printing_shows_the_report_alone(visitor: Visitor, member: Member) -> None:
    member.enter(*FIFTY)
    page = visitor.open("/summary/")
    page.emulate_media(media="print", color_scheme="dark")
    expect(page.get_by_role("navigation", name="Main")).to_be_hidden()
    expect(page.get_by_role("button", name="Print")).to_be_hidden()
    expect(page.get_by_role("table")).to_be_visible()
    colours: dict[str, Any] = page.evaluate("({ink: getComputedStyle(document.documentElement).color})")
    assert colours["ink"] == "rgb(0, 0, 0)"


@pytest.mark.parametrize("zone", ["Pacific/Auckland", "America/Los_Angeles"])
def test_a_moment_is_told_as_the_programs_clocks_say_and_names_their_zone(
    visit: Callable[..., Visitor], member: Member, portal: Portal, zone: str
) -> None:
    """Whoever signs on the last evening in New York reads nowhere that it was the day after."""
    member.enter(*FIFTY)
    member.sign(portal)
    visitor = visit(timezone_id=zone)
    visitor.enter_as(member)
    page = visitor.page
    late = re.compile(r'"(submitted_at|at)": *"[^"]*"')

    def on_the_last_evening(route: Route) -> None:
        answer = route.fetch()
        said = late.sub(r'"\1": "2028-01-01T04:30:00Z"', answer.text())
        route.fulfill(response=answer, body=said)

    page.route("**/report", on_the_last_evening)
    page.route("**/history*", on_the_last_evening)
    told = re.compile("December 31, 2027 at 11:30\\sPM EST")
    visitor.open("/summary/")
    page.emulate_media(media="print")
    expect(page.locator("main")).to_contain_text(told)
    page.emulate_media(media="screen")
    visitor.open("/registrations/")
    page.locator("summary", has_text="History").click()
    expect(page.get_by_role("rowheader", name=told).first).to_be_visible()
    shown = page.evaluate("async () => (await import('/js/format.js')).dayOf('2028-01-01T01:30:00Z')")
    assert shown == "December 31, 2027"


@pytest.mark.parametrize(
    ("locale", "day", "number"),
    [
        ("en-US", "December 31, 2027", "1,234.5"),
        ("de-DE", "31 December 2027", "1.234,5"),
        ("ar-EG", "December 31, 2027", "1,234.5"),
        ("th-TH", "December 31, 2027", "1,234.5"),
    ],
)
def test_days_and_numbers_are_in_the_language_of_the_page_as_ones_country_writes_it(
    visit: Callable[..., Visitor], locale: str, day: str, number: str
) -> None:
    visitor = visit(locale=locale)
    visitor.page.goto(f"{visitor.url}/404.html")
    shown = visitor.page.evaluate(
        "import('/js/format.js').then(({ day, number }) => [day('2027-12-31'), number(1234.5)])"
    )
    assert shown == [day, number]


def test_a_word_of_any_length_leaves_every_column_on_the_screen_and_on_paper(
    visitor: Visitor, member: Member
) -> None:
    day = member.dashboard()["cycle"]["starts_on"]
    row = entry("webinar", 1, organization="W" * 200, title="V" * 200, started_on=day, ended_on=day)
    assert member.person.post(f"{member.path}/entries", {"entries": [row]}).status_code == 201
    page = visitor.open("/summary/")
    for width in (1280, 720):
        page.set_viewport_size({"width": width, "height": 900})
        visitor.check_width()
    page.emulate_media(media="print")
    page.set_viewport_size({"width": PAPER, "height": 900})
    visitor.check_width()
