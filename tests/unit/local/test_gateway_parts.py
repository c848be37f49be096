"""Routing, payload format 2.0, claims and responses are those of the service."""

import base64
from typing import Any

import pytest

from infrastructure.local.environments import Invocation
from infrastructure.local.payload import HttpRequest, HttpResponse, event_of, flattened, response_of
from infrastructure.local.queues import failed_ids
from infrastructure.local.routing import Match, Router
from infrastructure.local.security_headers import security_headers
from infrastructure.local.template import Route

ROUTES = [
    Route("ANY", "$default", "default", None),
    Route("GET", "/api/{anything+}", "greedy", None),
    Route("GET", "/api/members/{member_id}", "member", None),
    Route("POST", "/api/members/import", "import", None),
    Route("ANY", "/api/members/{member_id}/cycle", "any", None),
    Route("GET", "/api/members/{member_id}/cycle", "cycle", None),
]


@pytest.mark.parametrize(
    ("method", "path", "function", "parameters"),
    [
        ("GET", "/api/members/m-1", "member", {"member_id": "m-1"}),
        ("POST", "/api/members/import", "import", {}),
        ("GET", "/api/members/import", "member", {"member_id": "import"}),
        ("DELETE", "/api/members/m-1", "default", {}),
        ("GET", "/api/members/m-1/cycle", "cycle", {"member_id": "m-1"}),
        ("PUT", "/api/members/m-1/cycle", "any", {"member_id": "m-1"}),
        ("GET", "/api/members/", "greedy", {"anything": "members/"}),
        ("GET", "/api/a/b%20c", "greedy", {"anything": "a/b c"}),
        ("GET", "/api/members/a%2Fb", "member", {"member_id": "a/b"}),
        ("GET", "/api/members/%C3%BC", "member", {"member_id": "ü"}),
        ("GET", "/api", "default", {}),
        ("GET", "/apix", "default", {}),
    ],
)
def test_the_route_is_the_one_the_service_would_choose(
    method: str, path: str, function: str, parameters: dict[str, str]
) -> None:
    match = Router(ROUTES).find(method, path)
    assert match is not None
    assert (match.route.function, match.parameters) == (function, parameters)


def test_without_a_default_route_an_unknown_path_has_no_route() -> None:
    assert Router(ROUTES[1:]).find("POST", "/elsewhere") is None


def request(**changes: Any) -> HttpRequest:
    values: dict[str, Any] = {
        "method": "POST",
        "raw_path": "/api/members/import",
        "raw_query": "",
        "headers": [("host", "localhost:8000"), ("content-type", "application/json")],
        "body": b"{}",
    }
    return HttpRequest(**(values | changes))


def event(**changes: Any) -> dict[str, Any]:
    return event_of(request(**changes), Match(ROUTES[3], {}), None)


def test_an_event_has_the_shape_of_payload_format_two() -> None:
    made = event_of(request(), Match(ROUTES[2], {"member_id": "m-1"}), {"username": "M-1"})
    assert made["version"] == "2.0"
    assert made["routeKey"] == "GET /api/members/{member_id}"
    assert made["pathParameters"] == {"member_id": "m-1"}
    assert made["requestContext"]["authorizer"] == {"jwt": {"claims": {"username": "M-1"}, "scopes": None}}
    assert made["requestContext"]["stage"] == "$default"
    assert set(made["requestContext"]["http"]) == {"method", "path", "protocol", "sourceIp", "userAgent"}
    assert isinstance(made["requestContext"]["timeEpoch"], int)
    assert made["requestContext"]["time"].endswith("+0000")
    assert (made["body"], made["isBase64Encoded"]) == ("{}", False)


def test_headers_and_query_with_one_name_are_joined_by_commas_and_cookies_stand_apart() -> None:
    headers = [("accept", "a"), ("accept", "b"), ("cookie", "x=1; y=2")]
    made = event(headers=headers, raw_query="tag=a&tag=b%20c&empty=", body=b"")
    assert made["headers"] == {"accept": "a,b"}
    assert made["cookies"] == ["x=1", "y=2"]
    assert made["queryStringParameters"] == {"tag": "a,b c", "empty": ""}
    assert made["rawQueryString"] == "tag=a&tag=b%20c&empty="


def test_what_is_absent_is_absent() -> None:
    made = event(body=b"", headers=[])
    assert {"body", "cookies", "queryStringParameters", "pathParameters"}.isdisjoint(made)
    assert "authorizer" not in made["requestContext"]


@pytest.mark.parametrize(
    ("content_type", "is_text"),
    [
        ("application/json; charset=utf-8", True),
        ("text/csv", True),
        ("application/problem+json", True),
        ("application/pdf", False),
        ("application/x-www-form-urlencoded", False),
        ("multipart/form-data; boundary=x", False),
    ],
)
def test_text_comes_as_text_and_everything_else_in_base64(content_type: str, is_text: bool) -> None:
    made = event(headers=[("content-type", content_type)], body="ü".encode())
    assert made["isBase64Encoded"] is not is_text
    assert made["body"] == ("ü" if is_text else base64.b64encode("ü".encode()).decode())


def test_the_raw_path_is_decoded_and_ends_at_a_decoded_question_mark() -> None:
    made = event(raw_path="/api/members/a%20b%3Fadmin=true")
    assert made["rawPath"] == made["requestContext"]["http"]["path"] == "/api/members/a b"


def test_claims_are_flattened_to_strings() -> None:
    claims = {
        "sub": "x",
        "exp": 1700000000,
        "email_verified": True,
        "cognito:groups": ["staff", "staff-admin"],
    }
    assert flattened(claims) == {
        "sub": "x",
        "exp": "1700000000",
        "email_verified": "true",
        "cognito:groups": "[staff staff-admin]",
    }


def test_a_result_becomes_a_response() -> None:
    result = {
        "statusCode": 201,
        "headers": {"ETag": '"1"', "Content-Length": "9"},
        "body": "ok",
        "cookies": ["a=1"],
    }
    response = response_of(result)
    assert response == HttpResponse(
        201, [("etag", '"1"'), ("set-cookie", "a=1"), ("content-type", "text/plain; charset=utf-8")], b"ok"
    )
    assert response_of({"statusCode": 200, "isBase64Encoded": True, "body": "/w=="}).body == b"\xff"
    assert response_of({"statusCode": 204}).body == b""
    assert response_of({"hello": 1}) == HttpResponse(
        200, [("content-type", "application/json")], b'{"hello": 1}'
    )


@pytest.mark.parametrize(
    "result",
    [
        {"statusCode": "many"},
        {"statusCode": 999},
        {"statusCode": 200, "body": {"not": "text"}},
        {"statusCode": 200, "isBase64Encoded": True, "body": "%%%"},
        {"statusCode": 200, "headers": {"x": ["a"]}},
        {"statusCode": 200, "headers": {"x": "a\r\nset-cookie: b"}},
    ],
)
def test_what_is_no_response_is_the_gateways_own_error(result: Any) -> None:
    assert (response_of(result).status, response_of(result).body) == (
        500,
        b'{"message":"Internal Server Error"}',
    )


def test_the_policy_of_pages_allows_no_inline_script_and_no_stranger() -> None:
    policy = security_headers(["http://127.0.0.1:4000"])["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; ")
    assert "connect-src 'self' http://127.0.0.1:4000" in policy
    assert "unsafe" not in policy
    assert "*" not in policy


@pytest.mark.parametrize(
    ("invocation", "reports", "failed"),
    [
        (Invocation(result=None), True, set()),
        (Invocation(error={}), True, {"a", "b"}),
        (Invocation(result={"batchItemFailures": [{"itemIdentifier": "b"}]}), True, {"b"}),
        (Invocation(result={"batchItemFailures": [{"itemIdentifier": "b"}]}), False, set()),
        (Invocation(result={"batchItemFailures": [{"itemIdentifier": ""}]}), True, {"a", "b"}),
        (Invocation(result={"batchItemFailures": ["b"]}), True, {"a", "b"}),
    ],
)
def test_a_batch_fails_as_the_service_says(invocation: Invocation, reports: bool, failed: set[str]) -> None:
    assert failed_ids(invocation, reports, ["a", "b"]) == failed
