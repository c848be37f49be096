"""Many at once, over HTTP through the pool of execution environments."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import httpx
import pytest

from infrastructure.local import dynamodb
from infrastructure.local.roster import as_csv, generated_roster
from tests.e2e.portal import PASSWORD, Person, Portal, entry, this_day

isolated = pytest.mark.skipif(
    dynamodb.find_binary() is None,
    reason="needs Dynoxide: moto's transactions are not isolated (install Node and npm)",
)


def certified(portal: Portal, staff: Person, name: str) -> tuple[Person, dict[str, Any]]:
    """A new member with one certification and an empty cycle, logged in, and their dashboard."""
    year = this_day().year
    row = next(generated_roster(this_day(), members=1)) | {
        "member_id": f"C.{name}",
        "email": f"{name}@example.net",
        "designation": "IPMA-CP",
        "certified_since": f"{year - 5}-02-01",
        "expires_on": f"{year}-12-31",
        "status": "renew",
    }
    assert staff.import_roster(as_csv([row])).json()["created"] == 1
    portal.settle()
    person = portal.first_log_in(row["email"], PASSWORD)
    return person, person.dashboard(person.certification()["certification_id"])


@isolated
def test_fifty_sessions_racing_at_48_points_land_once(portal: Portal, staff: Person) -> None:
    member, dashboard = certified(portal, staff, f"race-{uuid4().hex[:8]}")
    days = {"started_on": dashboard["cycle"]["starts_on"], "ended_on": dashboard["cycle"]["starts_on"]}
    path = f"/api/certifications/{dashboard['certification']['certification_id']}/entries"
    assert member.post(path, {"entries": [entry("webinar", 48, **days)]}).status_code == 201

    def enter(number: int) -> httpx.Response:
        return member.post(
            path, {"entries": [entry("webinar", 2 + number % 5, title=f"Race {number}", **days)]}
        )

    with ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(enter, range(50)))
    statuses = [answer.status_code for answer in answers]
    assert statuses.count(201) == 1, statuses
    assert statuses.count(409) == 49, [
        answer.text for answer in answers if answer.status_code not in (201, 409)
    ]
    assert {answer.json().get("type") for answer in answers} == {None, "/problems/points-complete"}
    after = member.dashboard(dashboard["certification"]["certification_id"])
    landed = next(answer.json() for answer in answers if answer.status_code == 201)
    assert len(after["entries"]) == 2
    assert (
        after["cycle"]["points_total"]
        == landed["cycle"]["points_total"]
        == sum(e["points"] for e in after["entries"])
    )


@isolated
def test_parallel_sessions_below_the_limit_all_land_or_say_try_again(portal: Portal, staff: Person) -> None:
    member, dashboard = certified(portal, staff, f"many-{uuid4().hex[:8]}")
    days = {"started_on": dashboard["cycle"]["starts_on"], "ended_on": dashboard["cycle"]["starts_on"]}
    path = f"/api/certifications/{dashboard['certification']['certification_id']}/entries"
    with ThreadPoolExecutor(8) as pool:
        answers = list(
            pool.map(lambda _: member.post(path, {"entries": [entry("webinar", 1, **days)]}), range(24))
        )
    landed = [answer for answer in answers if answer.status_code == 201]
    assert {answer.status_code for answer in answers} <= {201, 503}
    assert len(landed) >= 8
    after = member.dashboard(dashboard["certification"]["certification_id"])
    assert after["cycle"]["points_total"] == len(landed) == len(after["entries"])
    acknowledged = {each["entry_id"] for answer in landed for each in answer.json()["entries"]}
    assert acknowledged == {each["entry_id"] for each in after["entries"]}


@isolated
def test_fifty_deliveries_of_one_payment_event_are_one_payment(portal: Portal, staff: Person) -> None:
    member, dashboard = certified(portal, staff, f"paid-{uuid4().hex[:8]}")
    invoice = member.post(
        f"/api/certifications/{dashboard['certification']['certification_id']}/invoice"
    ).json()
    checkout = member.post(f"/api/invoices/{invoice['invoice_id']}/checkout").json()["checkout_url"]
    stripe = str(httpx.URL(checkout).join("/")).rstrip("/")
    assert httpx.post(f"{stripe}/_test/hold").is_success
    try:
        assert httpx.post(f"{checkout}/pay").is_success
        held = httpx.get(f"{stripe}/_test/events").json()["events"]
        completed = [each["id"] for each in held if each["type"] == "checkout.session.completed"][-1]
        delivered = httpx.post(
            f"{stripe}/_test/events/{completed}/deliver", json={"copies": 50}, timeout=60
        ).json()
        assert [attempt["status"] for attempt in delivered["attempts"]] == [200] * 50
    finally:
        httpx.post(f"{stripe}/_test/release", json={"order": "as-sent"})
        httpx.post(f"{stripe}/_test/drain", timeout=60)
    paid = member.get(f"/api/invoices/{invoice['invoice_id']}").json()
    assert paid["status"] == "paid"
    assert [(each["status"], each["surplus"]) for each in paid["payments"]] == [("succeeded", False)]


def test_no_answer_carries_another_callers_data(portal: Portal) -> None:
    people = {
        name: portal.log_in(f"{name}@example.org")
        for name in ("member", "two", "new", "lapsed", "uncertified", "staff")
    }
    ids = {name: person.get("/api/me").json()["member_id"] for name, person in people.items()}
    assert len(set(ids.values())) == len(people)

    def ask(number: int) -> tuple[str, str]:
        name = list(people)[number % len(people)]
        return name, people[name].get("/api/me").json()["member_id"]

    with ThreadPoolExecutor(24) as pool:
        answers = list(pool.map(ask, range(480)))
    assert [(name, got) for name, got in answers if ids[name] != got] == []
