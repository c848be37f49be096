"""What each route costs: calls to DynamoDB, counted at the client, and capacity units as Dynoxide measures them."""

from collections.abc import Callable
from typing import Any

import pytest

from shared.handling import wiring
from tests.integration.calls import Call
from tests.integration.portal import CHEQUE, SIGNING, STAFF, Answer, Person, Portal, allowed, entry, routes

NAME = {"first_name": "Ana", "last_name": "O'Neill"}
GET, BATCH, QUERY, PUT, WRITE = "GetItem", "BatchGetItem", "Query", "PutItem", "TransactWriteItems"


@pytest.fixture
def member(portal: Portal) -> Person:
    return portal.member()


def calls_of(portal: Portal, ask: Callable[[], Answer], status: int = 200) -> list[Call]:
    with portal.calls.counted() as made:
        answer = ask()
    assert answer.status == status, answer.json
    return made


def membership_of(member: Person) -> str:
    return f"/api/staff/members/{member.member_id}/membership"


def cost(portal: Portal, ask: Callable[[], Answer], status: int = 200) -> list[str]:
    return [call.operation for call in calls_of(portal, ask, status)]


def test_a_dashboard_is_one_strongly_consistent_query(portal: Portal, member: Person) -> None:
    portal.submitted(member)
    (call,) = calls_of(portal, lambda: portal.get(portal.cycle_path(member), member))
    assert (call.operation, call.is_consistent) == (QUERY, True)


def test_a_session_is_one_read_and_one_transaction(portal: Portal, member: Person) -> None:
    assert cost(portal, lambda: portal.enter(member, entry()), 201) == [QUERY, WRITE]
    assert cost(portal, lambda: portal.enter(member, *[entry()] * 49), 201) == [QUERY, WRITE]


def test_me_is_one_strongly_consistent_call(portal: Portal) -> None:
    member = portal.member("IPMA-SCP", "IPMA-CP", "IPMA-CS")
    for path in ("/api/me", "/api/certifications"):
        (call,) = calls_of(portal, lambda path=path: portal.get(path, member))
        assert (call.operation, call.is_consistent) == (BATCH, True)


def test_no_change_of_a_report_takes_more_than_a_read_and_a_transaction(
    portal: Portal, member: Person
) -> None:
    made = portal.points(member, 50)
    path = portal.cycle_path(member, f"entries/{made['entry_id']}")
    signing = portal.cycle_path(member, "submission")
    assert cost(portal, lambda: portal.put(path, member, entry(quantity=51), version=1)) == [QUERY, WRITE]
    assert cost(portal, lambda: portal.ask("DELETE", path, member, version=2), 204) == [QUERY, WRITE]
    portal.points(member, 50)
    assert cost(portal, lambda: portal.post(signing, member, SIGNING), 201) == [QUERY, WRITE]
    submission = portal.dashboard(member)["submission"]["submission_id"]
    made_by = cost(portal, lambda: portal.decide(member, submission, "return"))
    assert (made_by[0], made_by[-1], made_by.count(WRITE)) == (QUERY, WRITE, 1)
    assert len(made_by) <= 3  # a day that the daily job has to come back on may be noted


def test_money_costs_little(portal: Portal, member: Person) -> None:
    asking = portal.cycle_path(member, "invoice")
    made = portal.submitted(member)
    invoice_id = made["invoice"]["invoice_id"]
    assert cost(portal, lambda: portal.post(asking, member)) == [QUERY, GET, PUT]
    assert cost(portal, lambda: portal.get(f"/api/invoices/{invoice_id}", member)) == [GET]
    checkout = f"/api/invoices/{invoice_id}/checkout"
    assert cost(portal, lambda: portal.post(checkout, member), 201) == [GET, GET, WRITE]
    payment = f"/api/staff/invoices/{invoice_id}/payment"
    assert cost(portal, lambda: portal.post(payment, STAFF, CHEQUE), 201) == [GET, WRITE]
    assert cost(portal, lambda: portal.decide(member, made["submission"]["submission_id"])).count(WRITE) == 1
    other = portal.member()
    fresh = portal.cycle_path(other, "invoice")
    assert cost(portal, lambda: portal.post(fresh, other), 201) == [QUERY, GET, PUT, PUT]


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


@pytest.mark.parametrize(
    ("ask", "operations"),
    [
        (lambda p, m: p.get("/api/invoices", m), [BATCH, QUERY, QUERY]),
        (lambda p, m: p.get(p.cycle_path(m, "cycles"), m), [QUERY, QUERY]),
        (lambda p, m: p.put("/api/me/profile", m, {}, version=1), [GET, WRITE]),
        (lambda p, m: p.put("/api/me/name", m, NAME, version=1), [GET, BATCH, WRITE]),
        (
            lambda p, m: p.put(membership_of(m), STAFF, {"body_member": True}, version=1),
            [GET, BATCH, WRITE],
        ),
        (lambda p, m: p.get("/api/staff/reviews", STAFF), [QUERY]),
        (lambda p, m: p.get(f"/api/staff/members/{m.member_id}", STAFF), [BATCH]),
        (lambda p, m: p.get("/api/staff/members", STAFF, query={"query": "Mona"}), [QUERY, BATCH]),
        (lambda p, m: p.get(f"/api/staff/certifications/{m.certification_id}/cycle", STAFF), [QUERY]),
        (lambda p, m: p.get("/api/staff/attention", STAFF), [QUERY]),
        (lambda p, m: p.get("/api/staff/exports", STAFF), [QUERY]),
        (lambda p, m: p.get(p.cycle_path(m, "shortest-ways"), m), [QUERY]),
        (lambda p, m: p.get("/api/program"), []),
        (lambda p, m: p.get("/api/openapi.json"), []),
    ],
)
def test_a_read_costs_what_its_docstring_says(
    portal: Portal, member: Person, ask: Callable[[Portal, Person], Answer], operations: list[str]
) -> None:
    assert cost(portal, lambda: ask(portal, member)) == operations


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


@pytest.mark.usefixtures("dynoxide")
@pytest.mark.parametrize("entries", [1, 5, 20])
def test_a_session_of_k_entries_takes_2k_plus_4_write_units(
    portal: Portal, member: Person, entries: int
) -> None:
    _, write = calls_of(portal, lambda: portal.enter(member, *[entry()] * entries), 201)
    assert write.units == 2 * (entries + 2)


@pytest.mark.usefixtures("dynoxide")
def test_the_capacity_of_the_other_changes(portal: Portal, member: Person) -> None:
    made = portal.points(member, 50)
    path = portal.cycle_path(member, f"entries/{made['entry_id']}")
    signing = portal.cycle_path(member, "submission")

    def units(ask: Callable[[], Answer], status: int = 200) -> float:
        return calls_of(portal, ask, status)[-1].units

    assert units(lambda: portal.put(path, member, entry(quantity=51), version=1)) == 6
    assert units(lambda: portal.put("/api/me/profile", member, {"city": "Springfield"}, version=1)) == 4
    assert units(lambda: portal.post(signing, member, SIGNING), 201) <= 16
    submission: dict[str, Any] = portal.dashboard(member)["submission"]
    portal.paid(wiring.invoices().of_certification(member.certification_id)[0].invoice_id)
    assert units(lambda: portal.decide(member, submission["submission_id"])) <= 22
