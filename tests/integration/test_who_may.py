"""Groups and roles beside the table of who may do what (test_matrix.py)."""

import pytest

from tests.integration.portal import COLLEAGUE, REVIEWER, Person, Portal, routes

STAFFS = [route for route in routes() if route.path.startswith("/api/staff/")]


@pytest.mark.parametrize("groups", [(), ("member",), ("staffing",), ("not-staff",), ("staff-", "admin")])
def test_no_staff_route_answers_members_whatever_their_groups_are_called(
    portal: Portal, groups: tuple[str, ...]
) -> None:
    with portal.calls.counted() as calls:
        for route in STAFFS:
            assert portal.ask(route.method, route.path, Person("m1", groups)).code == "staff-only", route.key
    assert calls == []


def test_several_groups_are_read_as_the_gateway_flattens_them(portal: Portal) -> None:
    assert portal.get("/api/me", Person("s", ("other", "staff-finance", "x"))).json["roles"] == [
        "staff-finance"
    ]
    assert portal.get("/api/staff/members", Person("s", ("a", "staff"))).status == 200


@pytest.mark.parametrize(
    "name", ["x,staff", "staff,x", "x,staff-admin", "staff]", "[staff", "staff;", "'staff'"]
)
def test_a_name_with_a_role_in_it_gives_none(portal: Portal, name: str) -> None:
    """Names of groups hold any sign but spaces, by which the gateway keeps them apart."""
    for groups in ((name,), ("member", name), (name, "member")):
        assert portal.get("/api/me", Person("s", groups)).json["roles"] == [], groups


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
