"""A browser for the tests of the pages, and a member of one's own."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.e2e.browser.people import Member, imported, member_of
from tests.e2e.browser.visitor import CHROMIUM, FLAGS, NO_CHROMIUM, Visitor
from tests.e2e.portal import Person, Portal


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Debian's Chromium. It ends with this package: its event loop would be in the way of other tests'."""
    if not CHROMIUM:
        pytest.skip(NO_CHROMIUM)
    with sync_playwright() as started:
        browser = started.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def visit(browser: Browser, portal: Portal) -> Iterator[Callable[..., Visitor]]:
    """Makes visitors, each with storage of its own; at the end none of their pages may have complained."""
    visitors: list[Visitor] = []

    def make(**options: Any) -> Visitor:
        visitors.append(Visitor(browser, portal.url, **options))
        return visitors[-1]

    yield make
    for visitor in visitors:
        visitor.close()


@pytest.fixture
def member(portal: Portal, staff: Person) -> Member:
    """A member with one certification, IPMA-CP, and nothing entered."""
    return member_of(portal, imported(portal, staff))


@pytest.fixture
def visitor(visit: Callable[..., Visitor], member: Member) -> Visitor:
    """That member with a browser, logged in."""
    made = visit()
    made.enter_as(member)
    return made


@pytest.fixture(scope="session")
def clerk(portal: Portal) -> Member:
    """The demo staff person, who holds every role."""
    tokens = portal.tokens("staff@example.org")
    person = Person(portal.client, tokens["AccessToken"])
    return Member("D9001", "staff@example.org", "Sam Delgado", person, tokens)


@pytest.fixture
def desk(visit: Callable[..., Visitor], clerk: Member) -> Visitor:
    """A staff person at a desk, logged in."""
    made = visit()
    made.enter_as(clerk)
    return made
