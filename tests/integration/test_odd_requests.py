"""Odd requests: whatever is sent, the answer is a problem of the contract and never a failure of ours."""

import base64
import json
from typing import Any

import pytest

from tests.integration.portal import SIGNING, STAFF, Person, Portal, entry

TEN_THOUSAND = 10_000

BODIES: dict[str, bytes] = {
    "empty": b"",
    "blank": b"   ",
    "nothing": b"null",
    "true": b"true",
    "a number": b"50",
    "a text": b'"entries"',
    "an array": b'[{"activity": "webinar"}]',
    "an empty object": b"{}",
    "cut off": b'{"entries": [',
    "a comma too many": b'{"entries": [],}',
    "two values": b"{} {}",
    "single quotes": b"{'entries': []}",
    "NaN": b'{"quantity": NaN, "entries": [{"quantity": NaN}]}',
    "infinity": b'{"quantity": -Infinity, "entries": [{"quantity": Infinity}]}',
    "a huge exponent": b'{"quantity": 1e400, "entries": [{"quantity": 1e400}]}',
    "an impossible exponent": b'{"quantity": 1e99999999999999999999, "entries": [{"quantity": 1e9999999999999999999}]}',
    "a tiny exponent": b'{"quantity": 1e-99999999999999999999, "entries": [{"quantity": 1e-400}]}',
    "an exponent that can be read": b'{"quantity": 1e99999999, "entries": [{"quantity": -1e99999999}]}',
    "5,000 digits": b'{"quantity": ' + b"9" * 5000 + b', "entries": [{"quantity": ' + b"9" * 5000 + b"}]}",
    "5,000 decimals": b'{"quantity": 1.'
    + b"9" * 5000
    + b', "entries": [{"quantity": 1.'
    + b"9" * 5000
    + b"}]}",
    "4,000 digits": b'{"quantity": ' + b"9" * 4000 + b"}",
    "500 arrays deep": b'{"entries": ' + b"[" * 500 + b"]" * 500 + b"}",
    "900 objects deep": b'{"a": ' * 900 + b"1" + b"}" * 900,
    "2,000 arrays deep": b"[" * 2000 + b"]" * 2000,
    "5,000 objects deep": b'{"a": ' * 5000 + b"1" + b"}" * 5000,
    "100,000 arrays deep": b"[" * 100_000,
    "a lone surrogate": b'{"title": "\\ud800", "signature": "\\ud800abc", "entries": [{"title": "\\udfff"}]}',
    "a lone surrogate as a name": b'{"\\ud800": 1, "entries": [{"\\udc00": 1}]}',
    "a null character": b'{"title": "a\\u0000b", "entries": [{"title": "a\\u0000b"}]}',
    "invalid UTF-8": b'{"entries": [{"title": "\xff\xfe"}]}',
    "UTF-16": '{"entries": []}'.encode("utf-16"),
    "a byte order mark": b"\xef\xbb\xbf{}",
    "a huge text": b'{"title": "' + b"x" * 1_000_000 + b'", "entries": []}',
    "a huge name": b'{"' + b"x" * 100_000 + b'": 1}',
    "many entries": b'{"entries": [' + b"{}," * TEN_THOUSAND + b"{}]}",
    "many names": b"{" + b",".join(b'"n%d": 1' % n for n in range(2000)) + b"}",
    "the same name twice": b'{"entries": [], "entries": {}}',
    "a pointer's letters": b'{"a/b~c": 1}',
    "objects for texts": b'{"title": {}, "agreement_version": [], "signature": 5, "entries": [{"title": []}]}',
    "an object for a list": b'{"entries": {"0": {}}}',
    "texts for objects": b'{"entries": ["webinar", 5, null]}',
    "truth for a number": b'{"entries": [{"quantity": true}], "quantity": false}',
    "a text for a number": b'{"entries": [{"quantity": "5"}], "quantity": "5"}',
}


@pytest.fixture
def member(portal: Portal) -> Person:
    return portal.member()


def doors(portal: Portal, member: Person) -> list[tuple[str, str, Person]]:
    """Every route that takes JSON, with someone who may send it."""
    made = portal.points(member, 1)
    invoice = portal.post(portal.cycle_path(member, "invoice"), member).json["invoice_id"]
    return [
        ("POST", portal.cycle_path(member, "entries"), member),
        ("PUT", portal.cycle_path(member, f"entries/{made['entry_id']}"), member),
        ("POST", portal.cycle_path(member, "submission"), member),
        ("PUT", "/api/me/profile", member),
        ("PUT", "/api/me/name", member),
        ("PUT", "/api/me/email", member),
        ("POST", f"/api/staff/certifications/{member.certification_id}/decision", STAFF),
        ("POST", f"/api/staff/invoices/{invoice}/payment", STAFF),
    ]


@pytest.mark.parametrize("name", BODIES)
def test_no_body_makes_the_portal_fail(portal: Portal, member: Person, name: str) -> None:
    before = portal.dashboard(member)
    for method, path, who in doors(portal, member):
        answer = portal.ask(method, path, who, raw=BODIES[name], version=1)
        if (path, name) == ("/api/me/profile", "an empty object"):
            assert answer.status == 200
        else:
            assert answer.code in ("malformed-request", "invalid-request"), (path, answer.json)
    assert portal.dashboard(member)["cycle"]["version"] == before["cycle"]["version"] + 1


@pytest.mark.parametrize(
    "number", ["1e99999999", "-1e99999999", "1e-99999999", "1e999999999999999999", "1e18", "9" * 5000]
)
def test_a_number_out_of_range_is_a_fault_of_its_field(portal: Portal, member: Person, number: str) -> None:
    signer = portal.member()
    submission_id = portal.submitted(signer)["submission"]["submission_id"]
    entry_id = portal.dashboard(signer)["entries"][0]["entry_id"]
    paths = [
        (
            portal.cycle_path(member, "entries"),
            member,
            {"entries": [entry(quantity=7)]},
            "/entries/0/quantity",
        ),
        (
            portal.cycle_path(member, "entries"),
            member,
            {"entries": [entry(relevant_percent=7)]},
            "/entries/0/relevant_percent",
        ),
        (
            f"/api/staff/certifications/{signer.certification_id}/decision",
            STAFF,
            {
                "submission_id": submission_id,
                "decision": "approve",
                "comment": "",
                "entry_adjustments": {entry_id: {"points": 7, "reason": "Not in HR."}},
            },
            f"/entry_adjustments/{entry_id}/points",
        ),
        (
            "/api/documents",
            member,
            {
                "file_name": "a.pdf",
                "content_type": "application/pdf",
                "size": 7,
                "kind": "policy",
                "title": "Our policy",
            },
            "/size",
        ),
    ]
    for path, who, body, pointer in paths:
        answer = portal.post(path, who, raw=json.dumps(body).replace(": 7", f": {number}").encode())
        assert (answer.status, answer.pointers) == (422, [pointer]), answer.json


def test_a_number_with_many_noughts_is_the_number(portal: Portal, member: Person) -> None:
    body = json.dumps({"entries": [entry(quantity=7)]}).replace(": 7", ": 7." + "0" * 5000)
    entered = portal.post(portal.cycle_path(member, "entries"), member, raw=body.encode())
    assert (entered.status, entered.json["entries"][0]["quantity"]) == (201, 7)
    assert portal.dashboard(member)["entries"][0]["quantity"] == 7


@pytest.mark.parametrize("name", BODIES)
def test_no_body_makes_a_route_fail_that_takes_none(portal: Portal, member: Person, name: str) -> None:
    path = portal.cycle_path(member, "invoice")
    invoice = portal.post(path, member, raw=BODIES[name])
    says_nothing = name in ("empty", "nothing", "null", "an empty object")
    if says_nothing:
        assert invoice.status == 201, name
    else:
        assert invoice.code in ("malformed-request", "invalid-request"), name
    assert (portal.dashboard(member)["invoice"] is not None) == says_nothing
    assert portal.post("/api/stripe/webhook", raw=BODIES[name], key=None).code == "malformed-request"


@pytest.mark.parametrize(
    "kind",
    [
        "application/x-www-form-urlencoded",
        "multipart/form-data",
        "multipart/form-data; boundary=x",
        "text/plain",
        "application/xml",
        "application/octet-stream",
        "nonsense",
        "application/json-patch+json",
    ],
)
def test_another_content_type_than_json_is_refused(portal: Portal, member: Person, kind: str) -> None:
    for method, path, who in doors(portal, member):
        answer = portal.ask(method, path, who, raw=b"a=b", version=1, headers={"content-type": kind})
        assert answer.code == "unsupported-media-type"


@pytest.mark.parametrize(
    "kind", ["application/json", "APPLICATION/JSON", "application/json; charset=utf-8", ""]
)
def test_json_is_taken_however_its_type_is_written(portal: Portal, member: Person, kind: str) -> None:
    assert portal.enter(member, entry(), headers={"content-type": kind}).status == 201


def event(portal: Portal, member: Person, path: str, **changes: Any) -> dict[str, Any]:
    """An event with parts that no client could send through the gateway."""
    return {**portal.event("POST", path, member, body={}), **changes}


@pytest.mark.parametrize("path", ["entries", "submission", "invoice"])
@pytest.mark.parametrize("body", ["%%%", "YQ", base64.b64encode(b"\xff\xfe{").decode(), "\ud800", "é"])
def test_a_body_that_is_not_what_it_is_said_to_be_is_no_failure(
    portal: Portal, member: Person, path: str, body: str
) -> None:
    sent = event(portal, member, portal.cycle_path(member, path), body=body, isBase64Encoded=True)
    assert portal.handle(sent).code in ("malformed-request", "201")


def test_json_that_the_gateway_encoded_is_read_as_any_other(portal: Portal, member: Person) -> None:
    body = base64.b64encode(b'{"agreement_version": "x", "signature": "Mona"}').decode()
    path = portal.cycle_path(member, "submission")
    sent = event(portal, member, path, body=body, isBase64Encoded=True)
    assert portal.handle(sent).code == "agreement-outdated"


@pytest.mark.parametrize(
    "missing", ["headers", "body", "queryStringParameters", "pathParameters", "cookies", "isBase64Encoded"]
)
def test_an_event_with_parts_left_out_is_no_failure(portal: Portal, member: Person, missing: str) -> None:
    sent = event(portal, member, portal.cycle_path(member, "entries"))
    sent.pop(missing, None)
    assert portal.handle(sent).code in ("malformed-request", "invalid-request")


ODD_IDS = [
    "x",
    "crt_",
    "crt_" + "a" * 20,
    "crt_" + "A" * 20,
    "crt_" + "1" * 20,
    "crt_" + "b" * 5000,
    "%00",
    "%ED%A0%80",
    "..%2F..%2Fapi",
    "%F0%9F%98%80",
    "a%20b",
    "CERTIFICATION%23",
    "inv_" + "a" * 20 + "_1",
    "inv_" + "a" * 20 + "_0",
    "inv_" + "a" * 20 + "_01",
    "inv_" + "a" * 20 + "_99999",
    "inv_" + "a" * 20 + "_1_1",
    "inv_" + "a" * 20 + "_%C2%B2",
    "null",
    "-1",
    "%22",
    "%25",
    "{id}",
    "crt_" + "a" * 19 + "%0A",
]


@pytest.mark.parametrize(
    "claimed",
    [
        {"x-http-method-override": "DELETE", "x-http-method": "DELETE"},
        {"x-original-url": "/api/staff/figures", "x-rewrite-url": "/api/staff/figures"},
        {"x-forwarded-user": "staff-ann", "x-member-id": "staff-ann", "x-amzn-oidc-identity": "staff-ann"},
        {"cognito:groups": "[staff]", "x-groups": "staff"},
    ],
)
def test_no_header_makes_a_request_another_persons_or_another_one(
    portal: Portal, member: Person, claimed: dict[str, str]
) -> None:
    for path in ("/api/me", portal.cycle_path(member), "/api/staff/figures"):
        asked = [portal.get(path, member, headers=headers) for headers in ({}, claimed)]
        assert [(each.status, each.raw) for each in asked[:1]] == [(asked[1].status, asked[1].raw)]


@pytest.mark.parametrize("odd", ODD_IDS)
def test_an_impossible_id_is_not_found(portal: Portal, member: Person, odd: str) -> None:
    own = portal.cycle_path(member, "entries")
    asked: list[tuple[str, str, Person, Any]] = [
        ("GET", f"/api/certifications/{odd}/cycle", member, None),
        ("GET", f"/api/certifications/{odd}/cycles", member, None),
        ("POST", f"/api/certifications/{odd}/entries", member, {"entries": [entry()]}),
        ("PUT", f"/api/certifications/{odd}/entries/{odd}", member, entry()),
        ("PUT", f"{own}/{odd}", member, entry()),
        ("DELETE", f"{own}/{odd}", member, None),
        ("POST", f"/api/certifications/{odd}/submission", member, SIGNING),
        ("POST", f"/api/certifications/{odd}/invoice", member, None),
        ("GET", f"/api/invoices/{odd}", member, None),
        ("POST", f"/api/invoices/{odd}/checkout", member, None),
        ("GET", f"/api/staff/certifications/{odd}/cycle", STAFF, None),
        ("POST", f"/api/staff/certifications/{odd}/invoice", STAFF, None),
        ("POST", f"/api/staff/certifications/{odd}/decision", STAFF, {}),
        ("POST", f"/api/staff/invoices/{odd}/payment", STAFF, {}),
        ("GET", f"/api/staff/members/{odd}", STAFF, None),
    ]
    for method, path, who, body in asked:
        assert portal.ask(method, path, who, body=body, version=1).code == "not-found", path


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ({"limit": "0"}, "/limit"),
        ({"limit": "101"}, "/limit"),
        ({"limit": "ten"}, "/limit"),
        ({"limit": "9" * 5000}, "/limit"),
        ({"limit": "1.5"}, "/limit"),
        ({"cursor": "nonsense"}, "/cursor"),
        ({"cursor": ""}, "/cursor"),
        ({"cursor": "é"}, "/cursor"),
        ({"cursor": "gICA"}, "/cursor"),
        ({"cursor": base64.urlsafe_b64encode(b"x" * 1200).decode()}, "/cursor"),
        ({"cursor": "x" * 2001}, "/cursor"),
    ],
)
def test_a_wrong_page_is_named(portal: Portal, query: dict[str, str], pointer: str) -> None:
    for path in ("/api/staff/reviews", "/api/staff/members"):
        answer = portal.get(path, STAFF, query=query)
        assert (answer.code, answer.pointers) == ("invalid-request", [pointer])


def test_a_cursor_is_good_for_its_list_and_its_filters_alone(portal: Portal) -> None:
    for name in ("Pagea", "Pageb"):
        portal.member(last_name=name)
    given = {"query": "page", "limit": 1}
    cursor = portal.get("/api/staff/members", STAFF, query=given).json["next_cursor"]
    assert portal.get("/api/staff/members", STAFF, query={**given, "cursor": cursor}).status == 200
    for path, query in (
        ("members", {"query": "pageb"}),
        ("members", {}),
        ("reviews", {}),
        ("contributions", {}),
    ):
        answer = portal.get(f"/api/staff/{path}", STAFF, query={**query, "cursor": cursor})
        assert (answer.code, answer.pointers) == ("invalid-request", ["/cursor"]), path


def test_a_query_is_looked_at_after_who_asks(portal: Portal, member: Person) -> None:
    for query in ({"limit": "0"}, {"cursor": "nonsense"}):
        assert portal.get("/api/staff/reviews", query=query).code == "unauthenticated"
        assert portal.get("/api/staff/members", member, query=query).code == "staff-only"
    assert portal.get("/api/staff/reviews", member, query={"state": "lost"}).code == "staff-only"
    assert portal.get("/api/invoices", query={"type": "mine"}).code == "unauthenticated"
    assert portal.get("/api/staff/reviews", STAFF, query={"state": "lost"}).pointers == ["/state"]
    assert portal.get("/api/invoices", member, query={"type": "mine"}).pointers == ["/type"]
    assert portal.get("/api/staff/members", STAFF, query={"query": "x" * 201}).pointers == ["/query"]
    assert portal.import_csv("", query={"dry_run": "perhaps"}).pointers == ["/dry_run"]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/"),
        ("GET", "/api"),
        ("GET", "/api/nothing"),
        ("GET", "/api/me/"),
        ("DELETE", "/api/me"),
        ("PATCH", "/api/certifications"),
        ("GET", "/api/stripe/webhook"),
        ("POST", "/api/program"),
        ("HEAD", "/api/program"),
        ("OPTIONS", "/api/me"),
        ("TRACE", "/api/me"),
        ("GET", "/api/staff/members/a/b"),
    ],
)
def test_an_unknown_route_is_a_problem_too(portal: Portal, method: str, path: str) -> None:
    assert portal.ask(method, path, STAFF).code == "not-found"
    assert portal.ask(method, path).code == "not-found"
