"""What staff have to look at themselves: each in plain words, with a link to what it is about, and marked as done."""

from typing import Any

import pytest
from playwright.sync_api import Locator, Route, expect

from tests.e2e.browser.desk import check, disputed
from tests.e2e.browser.people import Member
from tests.e2e.browser.visitor import Visitor
from tests.e2e.portal import Person, Portal

CORE = "a" * 20
STRIPE = "https://dashboard.stripe.com/test"
NOTICE = {"invoice_id": f"inv_{CORE}_1", "payment_id": "pi_1", "amount": {"amount": 15000, "currency": "usd"}}
KINDS: dict[str, dict[str, Any]] = {
    "mail bounced": {"member_id": "B0001", "mail": "reminder"},
    "mail complained about": {"member_id": "B0001", "mail": "invoice-issued"},
    "charged twice": {
        "invoice_id": NOTICE["invoice_id"],
        "payment": NOTICE,
        "refund_refused": "charge_disputed",
    },
    "no such invoice": {"notice": NOTICE},
    "the amount is not the one that was asked": {"notice": NOTICE},
    "the currency is not the one that was asked": {"notice": {**NOTICE, "amount": None}},
    "live and test mode are mixed": {"notice": NOTICE},
    "accounts differ": {"findings": [f"no invoice for cycle 2: IPMA-CP of member A0001, crt_{CORE}"]},
    "something new": {"certification_id": f"crt_{CORE}", "why": "nobody knows"},
}


def item(visitor: Visitor, title: str) -> Locator:
    return visitor.page.get_by_role("listitem").filter(
        has=visitor.page.get_by_role("heading", name=title, exact=True)
    )


@pytest.fixture(name="disputed")
def disputed_member(portal: Portal, staff: Person) -> Member:
    return disputed(portal, staff)


def test_what_the_reconciliation_found_leads_to_the_report_and_is_marked_as_done(
    desk: Visitor, disputed: Member, staff: Person
) -> None:
    page = desk.open("/help/")
    page.get_by_role("navigation", name="Main").get_by_role("link", name="To look at").click()
    desk.wait_shown()
    found = item(desk, "Invoices, payments and reports do not match").filter(
        has_text=disputed.certification_id
    )
    expect(found.first).to_contain_text("What to do:")
    check(desk)
    expect(found.first).to_contain_text(f"IPMA-CP of member {disputed.member_id}")
    found.first.get_by_role("link", name=disputed.certification_id).first.click()
    desk.wait_shown()
    expect(page.get_by_role("link", name=disputed.name)).to_be_visible()
    expect(page.locator("invoice-desk .tag")).to_have_text("Disputed")
    refund = page.get_by_role("link", name="See at Stripe")
    expect(refund).to_have_attribute("href", f"{STRIPE}/payments/{payment_of(disputed)}")
    desk.open("/staff/attention/")
    count = found.count()
    found.first.locator("summary").click()
    found.first.get_by_label("What was done about it").fill("Asked the bank.")
    page.reload()
    desk.wait_shown()
    expect(found.first.get_by_label("What was done about it")).to_have_value("Asked the bank.")
    check(desk)
    found.first.get_by_role("button", name="Done", exact=True).click()
    expect(desk.notice).to_be_focused()
    expect(desk.notice).to_contain_text("Done: Invoices, payments and reports do not match.")
    expect(found).to_have_count(count - 1)
    page.get_by_role("link", name="Done", exact=True).click()
    desk.wait_shown()
    expect(found.last).to_contain_text("Done by D9001 on")
    expect(found.last).to_contain_text("Asked the bank.")
    check(desk)


def payment_of(member: Member) -> str:
    payment: str = member.dashboard()["invoice"]["payments"][0]["payment_id"]
    return payment


def raised(items: list[dict[str, Any]], cursor: str | None = None) -> dict[str, Any]:
    """The answer of the API with these things to look at."""
    return {"items": items, "next_cursor": cursor, "stripe_url": STRIPE}


def one(reason: str, data: dict[str, Any], number: int = 1) -> dict[str, Any]:
    nobody = {"done_at": None, "done_by": None, "note": None}
    identity = {"attention_id": f"evt_{number}", "raised_at": "2027-02-15T12:00:00Z"}
    return {**identity, "reason": reason, "data": data, **nobody}


def test_each_kind_says_what_happened_and_what_to_do(desk: Visitor) -> None:
    items = [one(reason, data, number) for number, (reason, data) in enumerate(KINDS.items())]
    desk.page.route("**/api/staff/attention?*", lambda route: route.fulfill(json=raised(items)))
    page = desk.open("/staff/attention/")
    cards = page.locator(".attention > li")
    expect(cards).to_have_count(len(KINDS))
    expect(page.get_by_text("9 to look at, the oldest first.")).to_be_visible()
    for number in range(len(KINDS)):
        expect(cards.nth(number)).to_contain_text("What to do:")
    bounced = item(desk, "A mail could not be delivered")
    expect(bounced).to_contain_text("The mail “Reminder of the last day” came back")
    expect(bounced.get_by_role("link")).to_have_attribute("href", "/staff/member/?member=B0001")
    twice = item(desk, "A second payment for one invoice")
    expect(twice).to_contain_text("$150.00 came in")
    expect(twice).to_contain_text("Stripe would not give it back (charge_disputed)")
    expect(twice.get_by_role("link", name="The payment at Stripe")).to_have_attribute(
        "href", f"{STRIPE}/payments/pi_1"
    )
    differ = item(desk, "Invoices, payments and reports do not match")
    expect(differ.get_by_role("link")).to_have_attribute("href", f"/staff/review/?certification=crt_{CORE}")
    new = item(desk, "Something to look at")
    expect(new).to_contain_text("something new")
    expect(new).to_contain_text("why: nobody knows")
    assert "undefined" not in page.locator("main").inner_text()
    check(desk)


def test_an_empty_list_says_so_and_a_long_one_comes_in_pages(desk: Visitor) -> None:
    pages = {
        None: raised([one("mail bounced", KINDS["mail bounced"])], "further"),
        "further": raised([one("mail complained about", KINDS["mail complained about"], 2)]),
    }

    def answer(route: Route) -> None:
        cursor = "further" if "cursor=further" in route.request.url else None
        route.fulfill(json=raised([]) if "state=done" in route.request.url else pages[cursor])

    desk.page.route("**/api/staff/attention?*", answer)
    page = desk.open("/staff/attention/")
    page.get_by_role("button", name="Show more").click()
    expect(page.get_by_role("heading", name="A mail was marked as spam")).to_be_focused()
    expect(page.get_by_role("button", name="Show more")).to_be_hidden()
    page = desk.open("/staff/attention/?state=done")
    expect(page.get_by_text("Nothing was marked as done yet.")).to_be_visible()
    check(desk)


def test_what_a_colleague_settled_meanwhile_says_so(desk: Visitor) -> None:
    items = [one("mail bounced", KINDS["mail bounced"])]
    desk.page.route("**/api/staff/attention?*", lambda route: route.fulfill(json=raised(items)))
    page = desk.open("/staff/attention/")
    page.locator("summary").click()
    page.get_by_role("button", name="Done", exact=True).click()
    expect(desk.problem).to_contain_text("It is not here any more")
    expect(desk.problem).to_be_focused()
    check(desk)
