"""History, what staff have to look at, and figures, through the handlers."""

from typing import Any

import pytest

from shared.domain.events import Event
from shared.handling import wiring
from tests.integration.calendar_year import Year
from tests.integration.portal import CHEQUE, FINANCE, REVIEWER, STAFF, Person, Portal, entry, new_key

OWN_TABLE = True


def history(portal: Portal, who: Person, by: Person | None = None, **query: Any) -> Any:
    root = "/api/staff" if by else "/api"
    return portal.get(f"{root}/certifications/{who.certification_id}/history", by or who, query=query).json


def types(found: Any) -> list[str]:
    return [each["type"] for each in found["items"]]


# --- history ---


def test_a_members_history_tells_what_happened_and_not_who_on_staff_did_it(portal: Portal) -> None:
    member = portal.member()
    portal.approved(member)
    found = history(portal, member)
    assert set(types(found)) == {
        "entries-logged",
        "cycle-submitted",
        "invoice-issued",
        "payment-received",
        "cycle-approved",
    }
    assert types(found)[0] == "cycle-approved"
    assert STAFF.member_id not in str(found)
    assert all(each["by"] is None for each in found["items"])


def test_staff_see_who_did_what(portal: Portal) -> None:
    member = portal.member()
    portal.approved(member)
    found = history(portal, member, REVIEWER)
    by = {each["type"]: each["by"] for each in found["items"]}
    assert by["cycle-approved"] == STAFF.member_id
    assert by["entries-logged"] == member.member_id


def test_nobody_reads_the_address_of_a_checkout_in_a_history(portal: Portal) -> None:
    member = portal.member()
    invoice = portal.post(portal.cycle_path(member, "invoice"), member).json["invoice_id"]
    url = portal.post(f"/api/invoices/{invoice}/checkout", member).json["checkout_url"]
    for found in (history(portal, member), history(portal, member, STAFF)):
        assert "checkout-opened" in types(found)
        assert url not in str(found)
        assert url.rpartition("/")[2] not in str(found)


def test_the_history_of_a_person_tells_staff_what_no_certification_does(portal: Portal) -> None:
    member = portal.member()
    name = {"first_name": "Ana", "last_name": "Newname"}
    assert portal.put("/api/me/name", member, name, version=1).status == 200
    portal.later(seconds=1)
    assert portal.put("/api/me/profile", member, {"city": "Springfield"}, version=2).status == 200
    path = f"/api/staff/members/{member.member_id}/history"
    found = portal.get(path, REVIEWER).json["items"]
    assert [each["type"] for each in found] == ["profile-changed", "name-changed", "member-imported"]
    assert (found[1]["text"], found[1]["by"]) == ("The name was changed to Ana Newname.", member.member_id)
    assert found[2]["by"] == STAFF.member_id
    first = portal.get(path, REVIEWER, query={"limit": 2}).json
    rest = portal.get(path, REVIEWER, query={"limit": 2, "cursor": first["next_cursor"]}).json
    assert ([*first["items"], *rest["items"]], rest["next_cursor"]) == (found, None)
    assert portal.get(path, member).code == "staff-only"
    assert portal.get("/api/staff/members/nobody/history", STAFF).code == "not-found"


def test_a_history_comes_in_pages(portal: Portal) -> None:
    member = portal.member()
    for _ in range(5):
        portal.enter(member, entry())
    whole = history(portal, member)["items"]
    paged: list[Any] = []
    query: dict[str, Any] = {"limit": 2}
    while True:
        page = history(portal, member, **query)
        paged += page["items"]
        if page["next_cursor"] is None:
            break
        query["cursor"] = page["next_cursor"]
    assert paged == whole
    assert len(whole) == 5


def test_a_history_is_its_members(portal: Portal) -> None:
    member, other = portal.member(), portal.member()
    path = f"/api/certifications/{member.certification_id}/history"
    assert portal.get(path, other).code == "not-found"
    assert portal.get(path, member, query={"limit": 101}).code == "invalid-request"


# --- attention ---


@pytest.fixture
def raised(portal: Portal) -> list[str]:
    """Three things that staff have to look at, oldest first."""
    member = portal.member()
    event = wiring.events().of(f"member:{member.member_id}")[0]
    for number in range(3):
        portal.later(minutes=1)
        data = {"reason": f"no such invoice {number}", "notice": {"payment_id": "pi_1", "amount": 150}}
        at = event.at.replace(minute=number)
        wiring.events().record(
            Event(f"evt_{number}", "attention", "attention-raised", "stripe", "system", at, data)
        )
    return [f"evt_{number}" for number in range(3)]


def listed(portal: Portal, **query: Any) -> list[str]:
    found = portal.get("/api/staff/attention", FINANCE, query=query).json["items"]
    return [each["attention_id"] for each in found]


def test_what_was_looked_after_leaves_the_list(portal: Portal, raised: list[str]) -> None:
    assert listed(portal) == raised
    answer = portal.post("/api/staff/attention/evt_1/done", FINANCE, {"note": "Refunded by hand"})
    assert answer.status == 200, answer.json
    assert (answer.json["done_by"], answer.json["note"]) == (FINANCE.member_id, "Refunded by hand")
    assert (answer.json["reason"], answer.json["data"]["notice"]["payment_id"]) == (
        "no such invoice 1",
        "pi_1",
    )
    assert listed(portal) == ["evt_0", "evt_2"]
    assert listed(portal, state="done") == ["evt_1"]


def test_looked_after_once_is_enough(portal: Portal, raised: list[str]) -> None:
    key = new_key()
    first, second = (portal.post("/api/staff/attention/evt_0/done", STAFF, {}, key=key) for _ in range(2))
    assert (first.status, first.json) == (second.status, second.json)
    assert portal.post("/api/staff/attention/evt_0/done", STAFF, {}).code == "already-decided"
    reused = portal.post("/api/staff/attention/evt_0/done", STAFF, {"note": "other"}, key=key)
    assert reused.code == "idempotency-key-reused"


def test_what_was_never_raised_is_not_found(portal: Portal, raised: list[str]) -> None:
    assert portal.post("/api/staff/attention/evt_9/done", STAFF, {}).code == "not-found"
    portal.post("/api/staff/attention/evt_0/done", STAFF, {})
    (done,) = [each for each in wiring.events().of("attention") if each.type == "attention-done"]
    assert portal.post(f"/api/staff/attention/{done.event_id}/done", STAFF, {}).code == "not-found"


def test_the_list_comes_in_pages(portal: Portal, raised: list[str]) -> None:
    first = portal.get("/api/staff/attention", STAFF, query={"limit": 2}).json
    rest = portal.get("/api/staff/attention", STAFF, query={"cursor": first["next_cursor"]}).json
    assert [each["attention_id"] for each in (*first["items"], *rest["items"])] == raised
    assert rest["next_cursor"] is None
    assert rest["stripe_url"] == "https://dashboard.stripe.com/test"


# --- figures ---


def figures(portal: Portal) -> Any:
    return portal.get("/api/staff/figures", REVIEWER).json


def test_figures_follow_a_recertification(portal: Portal) -> None:
    nothing = {"today": "2027-06-15", "in_entry": 0, "submitted": 0, "returned": 0, "overdue": 0, "paid": 0}
    none_lapses = {"within_30_days": 0, "within_60_days": 0, "within_90_days": 0}
    assert figures(portal) == {**nothing, "lapsing": none_lapses}
    member = portal.member()
    portal.member("IPMA-CP", "IPMA-CS", expires_on="2029-12-31")
    assert figures(portal)["in_entry"] == 3
    made = portal.submitted(member)
    assert (figures(portal)["in_entry"], figures(portal)["submitted"]) == (2, 1)
    portal.decide(member, made["submission"]["submission_id"], "return")
    assert [figures(portal)[each] for each in ("in_entry", "submitted", "returned")] == [2, 0, 1]
    assert figures(portal)["overdue"] == 0
    portal.at("2027-07-15T12:00:00-04:00")
    assert figures(portal)["overdue"] == 0, "due today"
    portal.at("2027-07-16T12:00:00-04:00")
    assert figures(portal)["overdue"] == 1
    portal.post(f"/api/staff/invoices/{made['invoice']['invoice_id']}/payment", STAFF, CHEQUE)
    assert (figures(portal)["overdue"], figures(portal)["paid"]) == (0, 1)
    signed = portal.sign(member)
    portal.decide(member, signed.json["submission"]["submission_id"])
    assert [figures(portal)[each] for each in ("in_entry", "submitted", "returned")] == [3, 0, 0]


def test_a_returned_report_is_counted_once_and_no_longer_when_it_lapsed(
    portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    year, member = Year(monkeypatch), portal.member(expires_on="2027-12-31")
    portal.at("2027-12-30T12:00:00-05:00")
    made = portal.submitted(member)
    portal.at("2028-01-10T12:00:00-05:00")
    portal.decide(member, made["submission"]["submission_id"], "return")
    assert [figures(portal)[each] for each in ("in_entry", "returned")] == [0, 1]
    assert figures(portal)["lapsing"] == {"within_30_days": 1, "within_60_days": 1, "within_90_days": 1}
    portal.at("2028-01-09T12:00:00-05:00")
    assert figures(portal)["lapsing"]["within_30_days"] == 0, "its last day to correct it is the 31st away"
    portal.at("2028-02-10T00:01:00-05:00")
    assert year.tonight()["lapsed"] == 1
    assert [figures(portal)[each] for each in ("in_entry", "returned")] == [0, 0]
    assert in_correction(portal) == []
    extension = {"extended_to": "2028-03-31", "reason": "Ill"}
    path = f"/api/staff/certifications/{member.certification_id}/extension"
    assert portal.post(path, STAFF, extension).status == 200
    assert [figures(portal)[each] for each in ("in_entry", "returned")] == [0, 1]
    assert in_correction(portal) == [member.certification_id]
    assert portal.sign(member).status == 201
    assert [figures(portal)[each] for each in ("submitted", "returned")] == [1, 0]


def in_correction(portal: Portal) -> list[str]:
    found = portal.get("/api/staff/reviews", REVIEWER, query={"state": "returned"}).json["items"]
    return [each["certification_id"] for each in found]


def test_those_who_lapse_soon_are_counted_by_days(portal: Portal) -> None:
    for last_day in ("2027-06-15", "2027-07-15", "2027-07-16", "2027-08-14", "2027-09-13", "2027-09-14"):
        portal.member(expires_on=last_day)
    portal.member(expires_on="2027-06-14")
    portal.submitted(portal.member(expires_on="2027-06-20"))
    assert figures(portal)["lapsing"] == {"within_30_days": 2, "within_60_days": 4, "within_90_days": 5}


def test_at_the_turn_of_the_year_both_years_are_looked_at(portal: Portal) -> None:
    portal.member(expires_on="2027-12-31")
    portal.member(expires_on="2028-01-15")
    portal.at("2027-12-20T12:00:00-05:00")
    assert figures(portal)["lapsing"]["within_30_days"] == 2


def test_figures_scan_nothing(portal: Portal) -> None:
    with portal.calls.counted() as calls:
        figures(portal)
    assert {call.operation for call in calls} == {"Query"}
