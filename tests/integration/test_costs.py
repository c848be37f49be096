"""What a route costs in states that the meter (tests/integration/meter) has no row for."""

from collections.abc import Callable

import pytest

from tests.integration.calls import Call
from tests.integration.portal import Answer, Person, Portal, allowed, entry, routes

GET, BATCH, QUERY, PUT, WRITE = "GetItem", "BatchGetItem", "Query", "PutItem", "TransactWriteItems"


@pytest.fixture
def member(portal: Portal) -> Person:
    return portal.member()


def calls_of(portal: Portal, ask: Callable[[], Answer], status: int = 200) -> list[Call]:
    with portal.calls.counted() as made:
        answer = ask()
    assert answer.status == status, answer.json
    return made


def cost(portal: Portal, ask: Callable[[], Answer], status: int = 200) -> list[str]:
    return [call.operation for call in calls_of(portal, ask, status)]


def test_a_dashboard_is_one_strongly_consistent_query(portal: Portal, member: Person) -> None:
    portal.submitted(member)
    (call,) = calls_of(portal, lambda: portal.get(portal.cycle_path(member), member))
    assert (call.operation, call.is_consistent) == (QUERY, True)


def test_a_session_of_49_is_one_read_and_one_transaction(portal: Portal, member: Person) -> None:
    assert cost(portal, lambda: portal.enter(member, *[entry()] * 49), 201) == [QUERY, WRITE]


def test_me_is_one_strongly_consistent_call(portal: Portal) -> None:
    member = portal.member("IPMA-SCP", "IPMA-CP", "IPMA-CS")
    for path in ("/api/me", "/api/certifications"):
        (call,) = calls_of(portal, lambda path=path: portal.get(path, member))
        assert (call.operation, call.is_consistent) == (BATCH, True)


def test_a_notice_of_a_payment_is_a_read_and_a_transaction_and_a_repeat_a_read_more(
    portal: Portal, member: Person
) -> None:
    invoice_id = portal.post(portal.cycle_path(member, "invoice"), member).json["invoice_id"]
    url = portal.post(f"/api/invoices/{invoice_id}/checkout", member).json["checkout_url"]
    portal.stripe.press(url, "pay")
    portal.stripe.drain()
    (sent,) = (each for each in portal.stripe.received if b"checkout.session.completed" in each.content)
    deliver = lambda: portal.notify(sent.content, sent.headers["stripe-signature"])  # noqa: E731
    assert cost(portal, deliver) == [GET, WRITE]
    assert len(cost(portal, deliver)) <= 2


def test_a_refused_session_reads_once_more_and_writes_nothing(portal: Portal, member: Person) -> None:
    portal.points(member, 50)
    assert cost(portal, lambda: portal.enter(member, entry()), 409) == [QUERY, GET]
    assert cost(portal, lambda: portal.enter(member, entry("golf")), 422) == [QUERY, GET]


def test_no_route_scans_and_no_function_may() -> None:

    for route in routes():
        assert not any("Scan" in action for action in allowed(route.function))


# --- capacity units ---


def entered(portal: Portal, who: Person, entries: int) -> None:
    """Entries with the texts of a wordy report: about 470 bytes each."""
    for each in range(entries):
        organization = (
            "International Association of Public-Sector Human Resources, Springfield Chapter, Illinois"
        )
        title = (
            f"Hiring, keeping and developing people in the public sector after the reform, part {each + 1}"
        )
        sent = entry("webinar", title=title, organization=organization)
        assert portal.enter(who, sent).status == 201


@pytest.mark.usefixtures("dynoxide")
def test_a_dashboard_of_30_entries_takes_4_read_units_at_most(portal: Portal, member: Person) -> None:
    entered(portal, member, 30)
    portal.post(portal.cycle_path(member, "invoice"), member)
    (call,) = calls_of(portal, lambda: portal.get(portal.cycle_path(member), member))
    assert call.units <= 4.0
