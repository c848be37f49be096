"""A payment that was taken back: each page says that it no longer counts, and how to go on."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.e2e.browser.desk import check, disputed
from tests.e2e.browser.visitor import Visitor
from tests.e2e.portal import Person, Portal

CONTACT = re.compile("^mailto:.+@.+")


def test_a_disputed_payment_is_said_wherever_it_counts_with_a_way_on(
    portal: Portal, staff: Person, visit: Callable[..., Visitor]
) -> None:
    member = disputed(portal, staff)
    number = member.dashboard()["invoice"]["number"]
    visitor = visit()
    visitor.enter_as(member)
    page = visitor.open("/recertification/")
    expect(page.locator("cycle-state")).to_contain_text("The payment of your fee was taken back")
    expect(page.locator("cycle-state")).not_to_contain_text("Nothing more to do")
    expect(page.locator("#steps")).to_contain_text("Taken back")
    says_how_to_go_on(page)
    check(visitor)
    visitor.open("/transactions/")
    expect(page.locator("main")).not_to_contain_text("Nothing is open.")
    says_how_to_go_on(page)
    expect(page.get_by_role("link", name=f"Receipt for {number}")).to_have_count(0)
    page.get_by_role("link", name=f"Invoice {number}").click()
    visitor.wait_shown()
    expect(page.get_by_role("heading", name=f"Invoice {number}")).to_be_visible()
    says_how_to_go_on(page)
    check(visitor)


def says_how_to_go_on(page: Page) -> None:
    expect(page.locator("pay-button")).to_contain_text("does not count as paid")
    expect(page.locator("pay-button button")).to_have_count(0)
    expect(page.locator("pay-button a")).to_have_attribute("href", CONTACT)
