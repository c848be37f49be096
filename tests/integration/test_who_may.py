"""Who may ask for what: tokens, groups and roles on every route of the template."""

from typing import Any

import pytest

from tests.integration.portal import (
    ADMINISTRATOR,
    COLLEAGUE,
    FINANCE,
    REVIEWER,
    STAFF,
    Person,
    Portal,
    routes,
)

GUARDED = [route for route in routes() if route.authorizer is not None]
STAFFS = [route for route in GUARDED if route.path.startswith("/api/staff/")]
NOT_TOKENS: dict[str, dict[str, Any]] = {
    "no claims": {},
    "an id token": {**STAFF.claims, "token_use": "id", "aud": "the-portals-client"},
    "another client's": {**STAFF.claims, "client_id": "another-client"},
    "no client": {k: v for k, v in STAFF.claims.items() if k != "client_id"},
    "no username": {**STAFF.claims, "username": ""},
    "no use": {k: v for k, v in STAFF.claims.items() if k != "token_use"},
}


def filled(path: str) -> str:
    for name, value in (
        ("{certification_id}", "crt_" + "a" * 20),
        ("{invoice_id}", "inv_" + "a" * 20 + "_1"),
        ("{entry_id}", "ent_x_00"),
        ("{member_id}", "m1"),
        ("{attention_id}", "evt_1"),
    ):
        path = path.replace(name, value)
    return path


@pytest.mark.parametrize("route", GUARDED, ids=lambda route: route.key)
@pytest.mark.parametrize("token", NOT_TOKENS)
def test_no_route_answers_without_an_access_token(portal: Portal, route: Any, token: str) -> None:
    with portal.calls.counted() as calls:
        answer = portal.ask(route.method, filled(route.path), claims=NOT_TOKENS[token])
    assert answer.code == "unauthenticated"
    assert answer.headers["www-authenticate"] == "Bearer"
    assert calls == []


@pytest.mark.parametrize("route", STAFFS, ids=lambda route: route.key)
@pytest.mark.parametrize("groups", [(), ("member",), ("staffing",), ("not-staff",), ("staff-", "admin")])
def test_no_staff_route_answers_members(portal: Portal, route: Any, groups: tuple[str, ...]) -> None:
    with portal.calls.counted() as calls:
        answer = portal.ask(route.method, filled(route.path), Person("m1", groups))
    assert answer.code == "staff-only"
    assert calls == []


ALL = [STAFF, REVIEWER, FINANCE, ADMINISTRATOR]
ROLES = {
    "GET /api/staff/reviews": ALL,
    "GET /api/staff/certifications/{certification_id}/cycle": ALL,
    "GET /api/staff/members": ALL,
    "GET /api/staff/members/{member_id}": ALL,
    "POST /api/staff/certifications/{certification_id}/decision": [STAFF, REVIEWER],
    "POST /api/staff/certifications/{certification_id}/reinstatement": [STAFF, REVIEWER],
    "POST /api/staff/certifications/{certification_id}/extension": [STAFF, REVIEWER],
    "POST /api/staff/certifications/{certification_id}/undo-approval": [STAFF, REVIEWER],
    "POST /api/staff/certifications/{certification_id}/entries": [STAFF, REVIEWER],
    "POST /api/staff/certifications/{certification_id}/submission": [STAFF, REVIEWER],
    "POST /api/staff/invoices/{invoice_id}/payment": [STAFF, FINANCE],
    "POST /api/staff/certifications/{certification_id}/invoice": [STAFF, FINANCE, REVIEWER],
    "POST /api/staff/members/import": [STAFF, ADMINISTRATOR],
}


@pytest.mark.parametrize("key", ROLES)
@pytest.mark.parametrize("who", ALL, ids=lambda who: who.groups[0])
def test_a_staff_role_opens_what_it_is_for(portal: Portal, key: str, who: Person) -> None:
    method, path = key.split(" ")
    answer = portal.ask(method, filled(path), who)
    assert (answer.code != "staff-only") == (who in ROLES[key])


def test_several_groups_are_read_as_the_gateway_flattens_them(portal: Portal) -> None:
    assert portal.get("/api/me", Person("s", ("other", "staff-finance", "x"))).json["roles"] == [
        "staff-finance"
    ]
    assert portal.get("/api/staff/members", Person("s", ("a", "staff"))).status == 200


def test_nobody_decides_or_records_money_on_their_own_certification(portal: Portal) -> None:
    member = portal.member(groups=("staff",))
    made = portal.submitted(member)
    submission_id, invoice_id = made["submission"]["submission_id"], made["invoice"]["invoice_id"]
    before = portal.dashboard(member)
    shouting = Person(member.member_id.upper(), ("staff",))
    for who in (member, shouting):
        answer = portal.decide(member, submission_id, by=who)
        assert (answer.code, "colleague" in answer.json["detail"]) == ("staff-only", True)
        cheque = {"method": "check", "reference": "1", "received_on": "2027-06-10"}
        assert portal.post(f"/api/staff/invoices/{invoice_id}/payment", who, cheque).code == "staff-only"
    assert portal.dashboard(member) == before
    portal.paid(invoice_id)
    assert portal.decide(member, submission_id, by=COLLEAGUE).status == 200


def test_staff_read_any_dashboard_as_its_member_does_and_whose_it_is(portal: Portal) -> None:
    member = portal.member()
    portal.submitted(member)
    path = f"/api/staff/certifications/{member.certification_id}/cycle"
    name = portal.get("/api/me", member).json["name"]
    more = {
        "member": {"member_id": member.member_id, "name": name},
        "late_fee_invoice": None,
        "stripe_url": "https://dashboard.stripe.com/test",
    }
    assert portal.get(path, REVIEWER).json == portal.dashboard(member) | more
