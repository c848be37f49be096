"""What each page asks for: nothing twice, nothing more than it needs, and nothing later than it could."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Page, Request, Route, expect

from tests.e2e.browser.people import FIFTY, Member
from tests.e2e.browser.visitor import MEMBER_PAGES, STAFF_PAGES, Visitor
from tests.e2e.portal import ROOT, Portal

WEB = ROOT / "web"
PROGRAM = "/api/program"
ONE = r"[^/?]+"

# The calls of each page when one comes from another page of the portal, who one is being known; all go out at once.
CALLS = {
    "profile": ["/api/me", "/api/proposals"],
    "registrations": ["/api/certifications"],
    "invoices": [r"/api/invoices\?type=both"],
    "recertification": [PROGRAM, f"/api/certifications/{ONE}/cycle"],
    "summary": [f"/api/certifications/{ONE}/report", f"/api/certifications/{ONE}/cycles"],
    "documents": [PROGRAM, "/api/documents", f"/api/certifications/{ONE}/cycle"],
    "library": [PROGRAM, r"/api/library\?.*"],
    "transactions": [PROGRAM, r"/api/invoices\?type=both"],
    "help": [PROGRAM],
    "staff/reviews": [r"/api/staff/reviews\?.*"],
    "staff/review": [
        PROGRAM,
        f"/api/staff/certifications/{ONE}/cycle",
        f"/api/staff/certifications/{ONE}/history",
    ],
    "staff/paper": [PROGRAM, f"/api/staff/certifications/{ONE}/cycle"],
    "staff/attention": [r"/api/staff/attention\?.*"],
    "staff/members": [r"/api/staff/members\?.*"],
    "staff/member": [f"/api/staff/members/{ONE}", f"/api/staff/members/{ONE}/history"],
    "staff/contributions": [PROGRAM, "/api/staff/contributions"],
    "staff/figures": ["/api/staff/figures"],
    "staff/import": [r"/api/staff/imports\?"],
    "staff/export": [r"/api/staff/exports\?"],
    "staff/rules": [r"/api/staff/edition-trials\?"],
}

LOADED_WHEN_NEEDED = {
    "drafts.js": "one logs out",
    "elements/document-dialog/document-dialog.js": "one attaches a document to an entry",
    "elements/log-in-dialog/log-in-dialog.js": "the session ran out",
    "elements/proposal-list/proposal-list.js": "a chapter told of a membership",
    "elements/standing-claims/standing-claims.js": "something counts by itself, or is entered so",
    "qr-code.js": "one sets up an authenticator app",
    "uploads.js": "one attaches a document to an entry",
}


def test_every_page_has_its_row() -> None:
    assert set(CALLS) == {*MEMBER_PAGES, *(f"staff/{name}" for name in STAFF_PAGES)}


@contextmanager
def held(page: Page) -> Iterator[list[Route]]:
    """The API's answers are kept back until the end of this; the calls that wait for one."""
    waiting: list[Route] = []
    page.route("**/api/**", lambda route: waiting.append(route))  # noqa: PLW0108 (it takes no builtin)
    yield waiting
    page.route("**/api/**", lambda route: route.continue_())
    for route in waiting:
        route.continue_()


def check_calls(visitor: Visitor, name: str, query: str = "") -> None:
    """All calls of a page are out before the first is answered, each once; none follows."""
    page = visitor.page
    asked: list[str] = []

    def note(request: Request) -> None:
        if request.url.startswith(f"{visitor.url}/api/"):
            asked.append(request.url.removeprefix(visitor.url))

    page.on("request", note)
    with held(page) as waiting:
        page.goto(f"{visitor.url}/{name}/{query}")
        for _ in range(200):
            if len(waiting) >= len(CALLS[name]):
                break
            page.wait_for_timeout(25)
        first = [route.request.url.removeprefix(visitor.url) for route in waiting]
    expect(page.locator("#content:not([aria-busy])")).to_be_attached()
    page.wait_for_load_state("networkidle")
    page.remove_listener("request", note)
    page.unroute("**/api/**")
    assert len(first) == len(CALLS[name]), (name, first)
    for pattern in CALLS[name]:
        assert sum(re.fullmatch(pattern, call) is not None for call in first) == 1, (name, pattern, first)
    assert asked == first, (name, "asked only after an answer", asked[len(first) :])


def test_a_members_pages_ask_at_once_and_for_nothing_twice(
    visitor: Visitor, member: Member, portal: Portal
) -> None:
    member.enter(*FIFTY)
    visitor.open("/profile/")
    for name in MEMBER_PAGES:
        check_calls(visitor, name)


def test_staffs_pages_ask_at_once_and_for_nothing_twice(
    visit: Callable[..., Visitor], clerk: Member, member: Member, portal: Portal
) -> None:
    member.enter(*FIFTY)
    member.sign(portal)
    report = f"?certification={member.certification_id}"
    which = {"review": report, "paper": report, "member": f"?member={member.member_id}"}
    desk = visit()
    desk.enter_as(clerk)
    desk.open("/profile/")
    for name in STAFF_PAGES:
        check_calls(desk, f"staff/{name}", which.get(name, ""))


@pytest.mark.parametrize("name", ["help", "recertification", "documents"])
def test_whoever_arrives_from_elsewhere_is_asked_for_once(name: str, visitor: Visitor) -> None:
    asked: list[str] = []
    visitor.page.on("request", lambda request: asked.append(request.url.removeprefix(visitor.url)))
    visitor.open(f"/{name}/")
    visitor.page.wait_for_load_state("networkidle")
    calls = [call for call in asked if call.startswith("/api/")]
    assert calls.count("/api/me") == 1, calls
    assert len(set(calls)) == len(calls), calls


def test_only_modules_of_rare_moments_are_loaded_later() -> None:
    later = {
        (file.parent / name).resolve().relative_to(WEB.resolve() / "js").as_posix()
        for file in WEB.rglob("*.js")
        for name in re.findall(r'\bimport\("(\.[^"]+)"\)', file.read_text(encoding="utf-8"))
    }
    assert later == set(LOADED_WHEN_NEEDED)
