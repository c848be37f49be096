"""`make screenshots`: each page at desk and phone width, light and dark; three of them go into docs/screenshots/."""

import shutil
import sys
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Browser, expect, sync_playwright

from tests.e2e.browser.people import FIFTY, Member, imported, member_of
from tests.e2e.browser.visitor import CHROMIUM, FLAGS, MEMBER_PAGES, NO_CHROMIUM, STAFF_PAGES, Visitor
from tests.e2e.portal import ROOT, Person, Portal, RunningPortal

FOLDER = ROOT / "screenshots"
FOR_THE_README = ROOT / "docs" / "screenshots"
SIZES = {"desk": {"width": 1280, "height": 860}, "phone": {"width": 390, "height": 844}}
SCHEMES = ("light", "dark")


class Photographer:
    """Takes the pictures of one size and colour scheme."""

    def __init__(self, browser: Browser, url: str, size: str, scheme: str) -> None:
        self.visitor = Visitor(browser, url, viewport=SIZES[size], color_scheme=scheme)
        self._suffix = f"{size}-{scheme}"

    def take(self, name: str, *, whole: bool = True) -> Path:
        """A picture of what is shown."""
        path = FOLDER / f"{name}-{self._suffix}.png"
        self.visitor.page.mouse.move(0, 0)
        self.visitor.page.screenshot(path=path, full_page=whole)
        return path


def take_all(portal: Portal, staff: Person, browser: Browser) -> None:
    """Every page and the states of the Recertification Portal, in every size and scheme."""
    entering, complete, submitted = (member_of(portal, imported(portal, staff)) for _ in range(3))
    complete.enter(*FIFTY)
    submitted.enter(*FIFTY)
    submitted.sign(portal)
    demo = demo_account(portal, "D1001", "member@example.org", "Morgan Reyes")
    clerk = demo_account(portal, "D9001", "staff@example.org", "Sam Delgado")
    for size in SIZES:
        for scheme in SCHEMES:
            photographer = Photographer(browser, portal.url, size, scheme)
            take_pages(photographer, demo)
            take_states(photographer, {"agreement": complete, "submitted": submitted})
            take_form(photographer, entering)
            take_staff(photographer, clerk, submitted)
            photographer.visitor.close()


def demo_account(portal: Portal, member_id: str, email: str, name: str) -> Member:
    """One of the demo accounts: the member with 44 points, or staff."""
    tokens = portal.tokens(email)
    return Member(member_id, email, name, Person(portal.client, tokens["AccessToken"]), tokens)


def take_pages(photographer: Photographer, member: Member) -> None:
    visitor = photographer.visitor
    visitor.page.goto(f"{visitor.url}/")
    expect(visitor.page.get_by_role("button", name=member.email)).to_be_visible()
    photographer.take("log-in")
    visitor.enter_as(member)
    for name in MEMBER_PAGES:
        visitor.open(f"/{name}/")
        photographer.take(name, whole=name != "recertification")
    visitor.open("/recertification/")
    photographer.take("recertification-whole")


def take_states(photographer: Photographer, members: dict[str, Member]) -> None:
    for name, member in members.items():
        photographer.visitor.enter_as(member)
        photographer.visitor.page.evaluate("sessionStorage.removeItem('me')")
        photographer.visitor.open(f"/recertification/?certification={member.certification_id}")
        photographer.take(name, whole=False)


def take_form(photographer: Photographer, member: Member) -> None:
    """The form while one types, and what it says of wrong fields."""
    visitor = photographer.visitor
    visitor.enter_as(member)
    visitor.page.evaluate("sessionStorage.removeItem('me')")
    page = visitor.open(f"/recertification/?certification={member.certification_id}")
    day = member.dashboard()["cycle"]["starts_on"]
    visitor.fill_row(visitor.row(), "conference-full-day", "2", "Annual conference", day)
    page.get_by_role("button", name="Add another activity").click()
    visitor.fill_row(visitor.row(1), "webinar", "1", "", "2001-01-01")
    photographer.take("form")
    visitor.save()
    expect(visitor.problem).to_be_focused()
    photographer.take("form-refused")


def take_staff(photographer: Photographer, clerk: Member, member: Member) -> None:
    """Staff's pages, with the report of a member who signed."""
    visitor = photographer.visitor
    visitor.enter_as(clerk)
    visitor.page.evaluate("sessionStorage.removeItem('me')")
    which = {
        "paper": f"?certification={member.certification_id}",
        "review": f"?certification={member.certification_id}",
        "member": f"?member={member.member_id}",
    }
    for name in STAFF_PAGES:
        visitor.open(f"/staff/{name}/{which.get(name, '')}")
        photographer.take(f"staff-{name}")


def copy_for_the_readme() -> None:
    """The three that the README shows."""
    FOR_THE_README.mkdir(parents=True, exist_ok=True)
    chosen: dict[str, str] = {
        "recertification-desk-light": "recertification",
        "form-phone-light": "phone",
        "agreement-desk-dark": "agreement",
    }
    for name, shown in chosen.items():
        shutil.copyfile(FOLDER / f"{name}.png", FOR_THE_README / f"{shown}.png")


def main(finish: Callable[[], None] = copy_for_the_readme) -> int:
    """Start a portal, take the pictures, stop it."""
    if not CHROMIUM:
        print(NO_CHROMIUM, file=sys.stderr)
        return 1
    FOLDER.mkdir(exist_ok=True)
    running = RunningPortal().wait()
    try:
        portal = Portal(running.url)
        with sync_playwright() as started:
            browser = started.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
            take_all(portal, portal.log_in("staff@example.org"), browser)
            browser.close()
    finally:
        running.stop()
    finish()
    print(f"{len(list(FOLDER.glob('*.png')))} screenshots in {FOLDER}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
