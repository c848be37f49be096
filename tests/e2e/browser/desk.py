"""What staff do again and again in these tests, and the members they do it for."""

from datetime import date, datetime
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from playwright.sync_api import Route

from tests.e2e.browser.people import FIFTY, Member, imported, member_of
from tests.e2e.browser.visitor import Visitor
from tests.e2e.portal import Person, Portal

PHONE = {"viewport": {"width": 320, "height": 640}, "color_scheme": "dark"}


def check(visitor: Visitor) -> None:
    """Accessible as it is, and narrow enough for the narrowest screen.

    Each page is looked at by axe on a phone as well, in test_staff_pages.py and test_pages.py.
    """
    visitor.check_accessibility()
    visitor.page.set_viewport_size({"width": 320, "height": 640})
    visitor.check_width()
    visitor.page.set_viewport_size({"width": 1280, "height": 900})


def program_day() -> date:
    """The day it is where the program is: the latest that a payment or a report can have come."""
    return datetime.now(ZoneInfo("America/New_York")).date()


def roster_row(member_id: str, **changes: str) -> dict[str, str]:
    year = date.today().year  # noqa: DTZ011 (the portal's clock is the real one, to the year)
    return {
        "member_id": member_id,
        "first_name": "Ines",
        "last_name": "Fischer",
        "email": f"{member_id.lower()}@example.net",
        "designation": "IPMA-CP",
        "certified_since": f"{year - 2}-03-15",
        "expires_on": f"{year + 1}-12-31",
        "status": "new",
        "committees": "",
    } | changes


def signed(portal: Portal, staff: Person) -> Member:
    """A member whose report waits, signed and not paid."""
    member = member_of(portal, imported(portal, staff))
    member.enter(*FIFTY)
    member.sign(portal)
    return member


def disputed(portal: Portal, staff: Person) -> Member:
    """A member whose report waits and whose payment the bank took back, which the reconciliation finds."""
    member = signed(portal, staff)
    invoice = member.dashboard()["invoice"]["invoice_id"]
    url = member.person.post(f"/api/invoices/{invoice}/checkout").json()["checkout_url"]
    assert portal.client.post(f"{url}/pay").status_code < 400
    payment = member.dashboard()["invoice"]["payments"][0]["payment_id"]
    stripe = "{0.scheme}://{0.netloc}".format(urlsplit(url))
    about = {"payment_intent": payment, "reason": "fraudulent"}
    assert portal.client.post(f"{stripe}/_test/disputes", json=about).is_success
    assert portal.client.post(f"{stripe}/_test/drain").is_success
    assert portal.client.post("/_local/jobs/reconcile").is_success
    return member


def open_report(visitor: Visitor, member: Member) -> None:
    visitor.open(f"/staff/review/?certification={member.certification_id}")


def say_yes(visitor: Visitor, yes: str) -> None:
    """Confirm what is asked before something is done."""
    visitor.page.get_by_role("dialog").get_by_role("button", name=yes).click()


def as_role(visitor: Visitor, *roles: str) -> None:
    """Hold only these roles, as far as the pages know."""

    def answer(route: Route) -> None:
        found = route.fetch()
        route.fulfill(response=found, json=found.json() | {"roles": list(roles)})

    visitor.page.route("**/api/me", answer)


def pay_by_check(visitor: Visitor) -> None:
    """Record an offline payment on the screen."""
    page = visitor.page
    if page.locator("details.record[open]").count() == 0:
        page.get_by_text("Record an offline payment").click()
    page.get_by_label("Method").select_option("check")
    page.get_by_label("Reference").fill("4711")
    page.get_by_label("Received on").fill(program_day().isoformat())
    page.get_by_role("button", name="Record the payment").click()
    say_yes(visitor, "Record it")
