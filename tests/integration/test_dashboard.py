"""What members see: the dashboard, themselves, their registrations and invoices, field by field as API.md has it."""

import json
from decimal import Decimal
from typing import Any

import pytest

from tests.integration.contract import shows
from tests.integration.portal import STAFF, Person, Portal, entry

PROFILE = {
    "phone": None,
    "employer": None,
    "job_title": None,
    "department": None,
    "address": None,
    "city": None,
    "state": None,
    "postal_code": None,
    "country": None,
}


def test_the_dashboard_has_everything_of_the_current_cycle_in_one_answer(portal: Portal) -> None:
    member = portal.member(committees="Ethics; Exams")
    portal.enter(member, entry("conference-full-day", 2), entry("webinar", 3, notes="Two lines\nof text"))
    answer = portal.get(portal.cycle_path(member), member)
    assert answer.status == 200
    assert answer.headers["etag"] == '"2"'
    assert answer.headers["cache-control"] == "no-store"
    found = answer.json
    first, second = found["entries"]
    certification_id = member.certification_id
    expected = {
        "certification": {
            "certification_id": certification_id,
            "designation": "IPMA-CP",
            "certified_since": "2024-05-01",
            "expires_on": "2027-12-31",
            "status": "new",
            "committees": ["Ethics", "Exams"],
            "recertification_year": 2027,
            "access": "open",
            "certificate_id": None,
            "extended_to": None,
        },
        "cycle": {
            "cycle_id": f"cyc_{certification_id[4:]}_1",
            "number": 1,
            "edition": "ipma-hr/2026",
            "starts_on": "2024-05-01",
            "ends_on": "2027-12-31",
            "state": "entering",
            "points_total": 9,
            "points_required": 50,
            "points_missing": 41,
            "by_category": {"conference": 6, "webinar": 3},
            "signable_from": None,
            "version": 2,
        },
        "entries": [
            {
                **entry("conference-full-day", 2),
                "entry_id": first["entry_id"],
                "notes": "",
                "document_ids": [],
                "points": 6,
                "explanation": "Conference, day of 6 hours or more: 2 × 3 points per day = 6.",
                "logged_at": first["logged_at"],
                "version": 1,
            },
            {
                **entry("webinar", 3, notes="Two lines\nof text"),
                "entry_id": second["entry_id"],
                "document_ids": [],
                "points": 3,
                "explanation": second["explanation"],
                "logged_at": first["logged_at"],
                "version": 1,
            },
        ],
        "submission": None,
        "invoice": None,
        "documents": [],
    }
    assert shows(found, expected), found
    assert first["logged_at"].startswith("2027-06-15T16:00:0")
    assert first["logged_at"].endswith("Z")


def test_points_are_json_numbers_and_whole_ones_have_no_fraction(portal: Portal) -> None:
    member = portal.member()
    portal.points(member, 7)
    raw = portal.get(portal.cycle_path(member), member).raw
    cycle = json.loads(raw, parse_float=Decimal)["cycle"]
    assert (cycle["points_total"], type(cycle["points_total"])) == (7, int)
    assert b'"points_total":7,' in raw


@pytest.mark.parametrize(
    ("points", "state"), [(0, "entering"), (49, "entering"), (50, "complete"), (62, "complete")]
)
def test_the_state_follows_the_points(portal: Portal, points: int, state: str) -> None:
    member = portal.member()
    if points:
        portal.points(member, points)
    cycle = portal.dashboard(member)["cycle"]
    assert (cycle["state"], cycle["points_total"]) == (state, points)
    assert cycle["points_missing"] == max(0, 50 - points)


def test_the_dashboard_follows_the_report_through_its_states(portal: Portal) -> None:
    member = portal.member()
    made = portal.submitted(member)
    seen = portal.dashboard(member)
    assert seen["cycle"]["state"] == "submitted"
    assert (seen["submission"], seen["invoice"]) == (made["submission"], made["invoice"])
    portal.decide(member, made["submission"]["submission_id"], "return")
    assert portal.dashboard(member)["cycle"]["state"] == "returned"
    assert portal.dashboard(member)["submission"]["decision"]["comment"] == "Seen."
    again = portal.sign(member).json
    portal.paid(again["invoice"]["invoice_id"])
    portal.decide(member, again["submission"]["submission_id"])
    seen = portal.dashboard(member)
    assert (seen["cycle"]["state"], seen["cycle"]["points_total"]) == ("entering", 0)
    assert (seen["entries"], seen["submission"], seen["invoice"]) == ([], None, None)
    earlier = portal.get(portal.cycle_path(member, "cycles"), member).json
    assert earlier["next_cursor"] is None
    (closed,) = earlier["items"]
    assert closed.keys() >= {
        "cycle_id",
        "number",
        "edition",
        "starts_on",
        "ends_on",
        "state",
        "points_total",
        "submission",
    }
    assert (closed["state"], closed["points_total"], closed["number"]) == ("approved", 50, 1)
    assert closed["submission"]["submission_id"] == again["submission"]["submission_id"]


def test_me_says_who_one_is_what_one_holds_and_whether_the_portal_is_open(portal: Portal) -> None:
    member = portal.member("IPMA-SCP", "IPMA-CS", first_name="Mona", last_name="Lee")
    answer = portal.get("/api/me", member)
    assert answer.headers["etag"] == '"1"'
    held = answer.json.pop("certifications")
    expected = {
        "member_id": member.member_id,
        "name": "Mona Lee",
        "first_name": "Mona",
        "last_name": "Lee",
        "email": f"{member.member_id}@example.org",
        "profile": {**PROFILE, "version": 1},
        "portal": {"access": "open", "detail": "The recertification portal is open to you."},
        "roles": [],
    }
    assert shows(answer.json, expected), answer.json
    assert [each["certification_id"] for each in held] == list(member.certification_ids)
    assert portal.get("/api/certifications", member).json == {"items": held, "next_cursor": None}


def test_me_of_someone_without_a_certification_links_to_getting_certified(portal: Portal) -> None:
    seen = portal.get("/api/me", portal.uncertified()).json
    assert seen["certifications"] == []
    assert seen["portal"]["access"] == "not-certified"
    assert "https://www.example.org/get-certified" in seen["portal"]["detail"]


def test_staff_who_are_no_members_are_told_their_roles(portal: Portal) -> None:
    seen = portal.get("/api/me", STAFF).json
    assert (seen["member_id"], seen["name"]) == ("staff-ann", "staff-ann")
    assert seen["roles"] == ["staff-admin", "staff-finance", "staff-reviewer"]
    assert seen["portal"]["access"] == "not-certified"


def test_the_profile_is_replaced_on_its_version_and_nothing_else_changes(portal: Portal) -> None:
    member = portal.member()
    sent = {"phone": " +1 555 0100 ", "employer": "Springfield", "address": "1 Main St\nFloor 2"}
    answer = portal.put("/api/me/profile", member, sent, version=1)
    assert (answer.status, answer.headers["etag"]) == (200, '"2"')
    expected = {**PROFILE, **sent, "phone": "+1 555 0100", "version": 2}
    assert shows(answer.json, expected), answer.json
    me = portal.get("/api/me", member)
    assert (me.json["profile"], me.headers["etag"]) == (answer.json, '"2"')
    assert portal.put("/api/me/profile", member, {}, version=1).code == "version-conflict"
    assert shows(portal.put("/api/me/profile", member, {}, version=2).json, {**PROFILE, "version": 3})


@pytest.mark.parametrize(
    ("sent", "pointers"),
    [
        ({"name": "Other"}, ["/name"]),
        ({"phone": 5, "employer": "x" * 201, "city": "a\nb"}, ["/city", "/employer", "/phone"]),
        ({"address": "x" * 501, "email": "a@b.c"}, ["/address", "/email"]),
        ({"member_id": "m1"}, ["/member_id"]),
    ],
)
def test_every_wrong_contact_field_is_named_at_once(
    portal: Portal, sent: dict[str, Any], pointers: list[str]
) -> None:
    answer = portal.put("/api/me/profile", portal.member(), sent, version=1)
    assert (answer.code, answer.pointers) == ("invalid-request", pointers)


def test_an_invoice_has_the_fields_of_the_contract(portal: Portal) -> None:
    member = portal.member()
    answer = portal.post(portal.cycle_path(member, "invoice"), member)
    assert (answer.status, answer.headers["etag"]) == (201, '"1"')
    invoice = answer.json
    expected = {
        "invoice_id": f"inv_{member.certification_id[4:]}_1",
        "number": invoice["number"],
        "type": "recertification",
        "certification_id": member.certification_id,
        "lines": [
            {
                "description": "Recertification fee: IPMA-CP, period ending 31 December 2027",
                "amount": {"amount": 15000, "currency": "usd"},
            }
        ],
        "total": {"amount": 15000, "currency": "usd"},
        "status": "open",
        "issued_on": "2027-06-15",
        "due_on": "2027-07-15",
        "paid_at": None,
        "receipt_url": None,
        "payments": [],
        "version": 1,
    }
    assert shows(invoice, expected), invoice
    assert portal.get(f"/api/invoices/{invoice['invoice_id']}", member).json == invoice
    assert portal.get("/api/invoices", member).json == {"items": [invoice], "next_cursor": None}


@pytest.mark.parametrize(("kind", "count"), [("both", 2), ("recertification", 2), ("program", 0), (None, 2)])
def test_invoices_are_listed_by_type(portal: Portal, kind: str | None, count: int) -> None:
    member = portal.member("IPMA-SCP", "IPMA-CS")
    for certification_id in member.certification_ids:
        portal.post(f"/api/certifications/{certification_id}/invoice", member)
    portal.post(portal.cycle_path(portal.member(), "invoice"), STAFF)
    query = {"type": kind} if kind else {}
    assert len(portal.get("/api/invoices", member, query=query).json["items"]) == count


def test_the_program_is_public_and_complete(portal: Portal) -> None:
    answer = portal.get("/api/program")
    program = answer.json
    assert program.keys() >= {
        "name",
        "edition",
        "designations",
        "points_required",
        "cycle_years",
        "activities",
        "document_kinds",
        "fees",
        "agreement",
        "time_zone",
        "contact",
    }
    assert program["agreement"].keys() == {"version", "text"}
    assert (program["points_required"], program["time_zone"]) == (50, "America/New_York")
    for activity in program["activities"]:
        wanted = {"code", "category", "title", "points", "unit", "max_quantity", "requires_document"}
        assert activity.keys() >= wanted
    assert len(program["activities"]) == 20
    assert portal.get("/api/openapi.json").json["openapi"] == "3.1.0"


FOREIGN = [
    ("GET", "/api/certifications/{certification}/cycle"),
    ("GET", "/api/certifications/{certification}/cycles"),
    ("POST", "/api/certifications/{certification}/entries"),
    ("PUT", "/api/certifications/{certification}/entries/{entry}"),
    ("DELETE", "/api/certifications/{certification}/entries/{entry}"),
    ("POST", "/api/certifications/{certification}/submission"),
    ("POST", "/api/certifications/{certification}/invoice"),
    ("GET", "/api/invoices/{invoice}"),
    ("POST", "/api/invoices/{invoice}/checkout"),
]


@pytest.mark.parametrize(("method", "path"), FOREIGN)
@pytest.mark.parametrize("who", ["another member", "staff", "nobody's member"])
def test_what_belongs_to_others_answers_like_what_is_not_there(
    portal: Portal, method: str, path: str, who: str
) -> None:
    owner = portal.member()
    made = portal.points(owner, 1)
    invoice_id = portal.post(portal.cycle_path(owner, "invoice"), owner).json["invoice_id"]
    asker = {"another member": portal.member(), "staff": STAFF, "nobody's member": Person("ghost")}[who]
    theirs = path.format(certification=owner.certification_id, entry=made["entry_id"], invoice=invoice_id)
    nobodys = path.format(
        certification="crt_" + "b" * 20, entry=made["entry_id"], invoice="inv_" + "b" * 20 + "_1"
    )
    with portal.calls.counted() as for_theirs:
        refused = portal.ask(method, theirs, asker, body={}, version=1)
    with portal.calls.counted() as for_nobodys:
        unknown = portal.ask(method, nobodys, asker, body={}, version=1)
    assert (refused.status, refused.headers, refused.json) == (404, unknown.headers, unknown.json)
    assert [call.operation for call in for_theirs] == [call.operation for call in for_nobodys]
    assert len(for_theirs) == 1


def test_a_member_id_is_the_same_in_any_case(portal: Portal) -> None:
    portal.member(member_id="Ann-Lee")
    other = Person("ann-lee", (), portal.member(member_id="ANN-LEE").certification_ids)
    assert portal.get(portal.cycle_path(other), other).status == 200
    assert portal.get("/api/me", other).json["name"].startswith("Mona")
