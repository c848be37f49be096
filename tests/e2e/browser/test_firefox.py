"""The whole recertification in Firefox too, for the old portal worked in one browser only."""

from collections.abc import Iterator

import pytest

from tests.e2e.browser.firefox import FIREFOX, Firefox
from tests.e2e.browser.people import approve, imported, member_of
from tests.e2e.portal import PASSWORD, Person, Portal


@pytest.fixture
def firefox() -> Iterator[Firefox]:
    if not FIREFOX:
        pytest.skip("Firefox is not installed (Debian: apt-get install firefox-esr), so it is not tried.")
    with Firefox() as started:
        yield started
        assert started.errors == []


def test_a_member_recertifies_in_firefox(firefox: Firefox, portal: Portal, staff: Person) -> None:
    member = member_of(portal, imported(portal, staff))
    day = member.dashboard()["cycle"]["starts_on"]

    firefox.open(f"{portal.url}/")
    firefox.fill("E-mail address or member number", member.email)
    firefox.fill("Password", PASSWORD)
    firefox.click("Log in")
    firefox.wait_for("points-progress .figure", "0 points of 50 points")

    row = "session-form .row"
    firefox.choose("What did you do?", "conference-full-day", row)
    firefox.fill("Title", "Annual conferences", row)
    firefox.fill("Organization", "IPMA-HR", row)
    firefox.fill("How many", "16", row)
    firefox.choose("First day", day, row)
    firefox.choose("Last day", day, row)
    firefox.wait_for("session-form .total", "48 points")
    firefox.click("Save 1 entry")
    firefox.wait_for("points-progress .figure", "48 points of 50 points")

    firefox.click("Edit Conference, day of 6 hours or more: Annual conferences")
    firefox.fill("How many", "17", "entry-editor")
    firefox.click("Save changes")
    firefox.wait_for("points-progress .figure", "51 points of 50 points")

    firefox.fill("Your full name, as your signature", member.name)
    firefox.click("Sign and submit")
    firefox.wait_for("#notice", "Your report is signed and submitted.")
    firefox.click("Pay $150.00")
    firefox.wait_for("body", "Decline the card")
    firefox.click("Pay 150.00 USD")
    firefox.wait_for("#outcome", "Thank you. $150.00 is paid")

    approve(staff, member)
    firefox.open(f"{portal.url}/recertification/")
    firefox.wait_for("points-progress .figure", "0 points of 50 points")
    firefox.wait_for("cycle-state", "Well done.")
