"""The parts of the local stack together: gateway, environments, queues, stream, clock, reset."""

import asyncio
import json
import os
import socket
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from infrastructure.local.environments import MOST_ENVIRONMENTS
from infrastructure.local.stack import LocalStack, listen
from tests.figures import Figures


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def items(stack: LocalStack, prefix: str) -> list[dict[str, Any]]:
    table = stack.client("dynamodb")
    found = table.scan(TableName=stack.resources["TableName"], ConsistentRead=True)["Items"]
    return sorted(
        (item for item in found if item["PK"]["S"].startswith(prefix)), key=lambda item: item["PK"]["S"]
    )


# The gateway and its environments


def test_no_answer_waits_for_the_acknowledgement_of_its_headers() -> None:
    """asyncio turns that off (TCP_NODELAY) where a socket names its protocol, and a body waited 40 ms otherwise."""
    for each in listen(0):
        with each:
            assert each.proto == socket.IPPROTO_TCP


def test_twenty_parallel_calls_with_different_tokens_never_mix(
    stack: LocalStack, tokens: dict[str, str]
) -> None:
    async def everybody() -> list[tuple[str, dict[str, Any]]]:
        async with httpx.AsyncClient(base_url=stack.url, timeout=30) as client:

            async def ask(username: str, token: str) -> tuple[str, dict[str, Any]]:
                answer = await client.get("/api/me", headers=bearer(token))
                return username, answer.json()

            return await asyncio.gather(*(ask(*pair) for pair in tokens.items() for _ in range(4)))

    answers = asyncio.run(everybody())
    assert all(answer["username"] == username for username, answer in answers)
    assert 8 <= len({answer["pid"] for _, answer in answers}) <= MOST_ENVIRONMENTS


def test_a_token_reaches_the_function_as_flat_claims(http: httpx.Client, tokens: dict[str, str]) -> None:
    event = http.get("/api/me", headers=bearer(tokens["M-0"])).json()["event"]
    claims = event["requestContext"]["authorizer"]["jwt"]["claims"]
    assert claims["cognito:groups"] in ("[staff staff-reviewer]", "[staff-reviewer staff]")
    assert claims["token_use"] == "access"
    assert all(isinstance(value, str) for value in claims.values())


@pytest.mark.parametrize("header", [None, "Bearer", "Bearer nonsense", "Basic abc", "Bearer a.b.c"])
def test_no_token_or_a_bad_one_is_refused_by_the_gateway(http: httpx.Client, header: str | None) -> None:
    answer = http.get("/api/me", headers={"Authorization": header} if header else {})
    assert (answer.status_code, answer.json()) == (401, {"message": "Unauthorized"})
    assert answer.headers["www-authenticate"] == "Bearer"


def test_a_tampered_token_is_refused(http: httpx.Client, tokens: dict[str, str]) -> None:
    head, body, signature = tokens["M-1"].split(".")
    other = tokens["M-2"].split(".")[1]
    for forged in (f"{head}.{other}.{signature}", f"{head}.{body}.{signature[::-1]}", f"{head}.{body}."):
        assert http.get("/api/me", headers=bearer(forged)).status_code == 401


def test_the_function_runs_as_lambda_would_run_it(http: httpx.Client, stack: LocalStack) -> None:
    said = http.post("/api/open", content=b"{}", headers={"content-type": "application/json"}).json()
    environment = said["environment"]
    assert environment["TABLE_NAME"] == stack.resources["TableName"]
    assert environment["AWS_LAMBDA_FUNCTION_NAME"] == said["function"] == "fixture-EchoFunction"
    assert environment["AWS_REGION"] == "us-east-1"
    assert environment["AWS_ENDPOINT_URL"].startswith("http://127.0.0.1:")
    assert "SECRET_OF_THE_DEVELOPER" not in environment
    assert set(environment) <= {
        *{name for name in environment if name.startswith(("AWS_", "LAMBDA_"))},
        *("HOME", "LANG", "PATH", "TZ", "TABLE_NAME", "QUEUE_URL"),
    }
    assert 0 < said["remaining"] <= 2000
    assert said["pid"] != os.getpid()
    assert '"message": "echoed"' in stack.functions_log.read_text()


def test_an_environment_is_used_again(http: httpx.Client) -> None:
    assert len({http.post("/api/open").json()["pid"] for _ in range(5)}) == 1


@pytest.mark.parametrize("order", ["raise", "die", "nonsense"])
def test_a_failing_function_is_the_gateways_own_500_and_the_next_call_works(
    http: httpx.Client, order: str
) -> None:
    failed = http.post("/api/open", json={"do": order})
    assert (failed.status_code, failed.json()) == (500, {"message": "Internal Server Error"})
    assert http.post("/api/open", json={}).status_code == 200


def test_a_function_that_hangs_is_killed_at_its_timeout_and_replaced(http: httpx.Client) -> None:
    before = http.post("/api/open", json={}).json()["pid"]
    began = time.monotonic()
    assert http.post("/api/open", json={"do": "hang"}).status_code == 500
    assert 1.9 < time.monotonic() - began < 15
    assert http.post("/api/open", json={}).json()["pid"] != before


def test_a_function_whose_code_does_not_load_is_a_500(http: httpx.Client) -> None:
    assert http.get("/api/broken").status_code == 500


def test_unknown_paths_and_methods_go_to_the_default_route(
    http: httpx.Client, tokens: dict[str, str]
) -> None:
    for method, path in (
        ("GET", "/api/nowhere"),
        ("DELETE", "/api/me"),
        ("GET", "/api/me/"),
        ("GET", "/api/open"),
    ):
        assert http.request(method, path).json()["event"]["routeKey"] == "$default"
    event = http.get("/api/things/a%2Fb%20c?x=1&x=2", headers=bearer(tokens["M-1"])).json()["event"]
    assert event["routeKey"] == "GET /api/things/{thing_id}"
    assert event["pathParameters"] == {"thing_id": "a/b c"}
    assert event["rawPath"] == "/api/things/a/b c"
    assert event["queryStringParameters"] == {"x": "1,2"}


def test_cookies_and_headers_come_back(http: httpx.Client) -> None:
    answer = http.post("/api/open", json={})
    assert answer.headers.get_list("set-cookie") == ["a=1", "b=2"]
    assert answer.headers["x-kept"] == "yes"


def test_a_request_over_ten_megabytes_is_refused(http: httpx.Client) -> None:
    answer = http.post("/api/open", content=bytes(10 * 1024 * 1024 + 1))
    assert (answer.status_code, answer.json()) == (413, {"message": "Request Entity Too Large"})


# Pages


def test_pages_are_served_with_the_strict_policy(http: httpx.Client) -> None:
    for path, title in (("/", "Home"), ("/help/", "Help")):
        page = http.get(path)
        assert title in page.text
        assert page.headers["content-type"] == "text/html; charset=utf-8"
        assert "default-src 'none'" in page.headers["content-security-policy"]
        assert "unsafe" not in page.headers["content-security-policy"]
    assert http.get("/help").headers["location"].endswith("/help/")
    assert http.get("/app.js").headers["content-type"].startswith("text/javascript")
    missing = http.get("/nothing")
    assert (missing.status_code, "Nothing here" in missing.text) == (404, True)
    for path in ("/../data.yaml", "/%2e%2e/data.yaml", "/api", "/API/me", "/%00", "/%ff", f"/{'x' * 5000}"):
        odd = http.get(path)
        assert (odd.status_code, odd.text) == (404, missing.text), path


def test_the_console_is_a_page_with_its_own_files(http: httpx.Client) -> None:
    assert "<h1>Local console</h1>" in http.get("/_local/").text
    assert http.get("/_local/console.js").headers["content-type"].startswith("text/javascript")
    assert http.get("/_local/console.css").status_code == 200
    assert http.get("/_local/jobs").json() == {"items": ["nightly"]}


# Queues and stream


def test_messages_are_tried_again_until_done_or_dead(stack: LocalStack) -> None:
    sqs, url = stack.client("sqs"), stack.resources["QueueUrl"]
    for body in ("good", "once", "bad"):
        sqs.send_message(QueueUrl=url, MessageBody=body)
    stack.drain()
    tries = {item["PK"]["S"]: item["tries"]["N"] for item in items(stack, "message#")}
    assert tries == {"message#good": "1", "message#once": "2"}
    dead = sqs.receive_message(QueueUrl=stack.resources["DeadLettersUrl"])["Messages"]
    assert [message["Body"] for message in dead] == ["bad"]


def test_changes_reach_their_function_and_what_it_queues_is_drained_too(stack: LocalStack) -> None:
    table = stack.client("dynamodb")
    for number in range(10):
        table.put_item(TableName=stack.resources["TableName"], Item={"PK": {"S": f"order#{number}"}})
    stack.drain()
    assert [item["PK"]["S"] for item in items(stack, "message#order#")] == [
        f"message#order#{n}" for n in range(10)
    ]


# The clock


def test_moving_the_clock_fires_each_schedule_on_its_own_day(
    http: httpx.Client, stack: LocalStack, figures: Figures
) -> None:
    http.post("/_local/reset")
    year = datetime.now(UTC).year + 1
    began = time.monotonic()
    answer = http.put("/_local/clock", json={"now": f"{year + 2}-03-01T09:00:00-05:00"})
    took = time.monotonic() - began
    assert answer.status_code == 200, answer.text
    assert answer.json()["now"].startswith(f"{year + 2}-03-01T14:00:0")
    noted = items(stack, "yearly#")
    assert [item["PK"]["S"][7:23] for item in noted] == [f"{y}-02-15T08:15" for y in range(year, year + 3)]
    assert [item["at"]["S"] for item in noted] == [f"{y}-02-15T08:15:00Z" for y in range(year, year + 3)]
    mails = http.get("/_local/outbox").json()["items"]
    assert [mail["text"] for mail in mails] == [f"of {y}-02-15" for y in range(year, year + 3)]
    assert [mail["at"][:16] for mail in mails] == [f"{y}-02-15T08:15" for y in range(year, year + 3)]
    assert {mail["to"] for mail in mails} == {"member@example.org"}
    figures("more than two years of daily runs", f"{took:.1f} s")
    assert took < 20


def test_functions_see_the_moved_clock_and_tokens_do_not(http: httpx.Client, tokens: dict[str, str]) -> None:
    http.put("/_local/clock", json={"now": "2031-05-05T12:00:00Z"})
    said = http.get("/api/me", headers=bearer(tokens["M-3"])).json()
    assert said["now"].startswith("2031-05-05T12:00")


def test_moving_back_fires_nothing(http: httpx.Client, stack: LocalStack) -> None:
    before = len(items(stack, "yearly#"))
    http.put("/_local/clock", json={"now": "2029-02-01T00:00:00Z"})
    assert len(items(stack, "yearly#")) == before
    http.put("/_local/clock", json={"now": "2029-02-16T00:00:00Z"})
    assert len(items(stack, "yearly#")) == before + 1


@pytest.mark.parametrize(
    "body",
    [{}, {"now": 5}, {"now": "soon"}, {"now": "2027-02-15T09:00:00"}, {"now": "2027-02-30T00:00:00Z"}, []],
)
def test_a_time_that_is_none_is_refused(http: httpx.Client, body: Any) -> None:
    answer = http.put("/_local/clock", json=body)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["type"] == "/problems/invalid-request"


def test_jobs_run_now_and_answer_with_their_result(http: httpx.Client) -> None:
    answer = http.post("/_local/jobs/nightly")
    assert answer.json()["kind"] == "daily"
    missing = http.post("/_local/jobs/generate-invoices")
    assert missing.status_code == 404
    assert missing.headers["content-type"] == "application/problem+json"
    assert "generate-invoices" in missing.json()["detail"]
    assert http.post("/_local/jobs/echo").status_code == 404
    for method, path, status in (("GET", "/_local/nothing", 404), ("DELETE", "/_local/clock", 405)):
        answer = http.request(method, path)
        assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")


def test_reset_brings_back_the_seeded_state_and_the_real_time(
    http: httpx.Client, stack: LocalStack, tokens: dict[str, str]
) -> None:
    sqs, cognito = stack.client("sqs"), stack.client("cognito-idp")
    pool = stack.resources["UserPoolId"]
    cognito.admin_create_user(UserPoolId=pool, Username="M-99", MessageAction="SUPPRESS")
    sqs.send_message(QueueUrl=stack.resources["QueueUrl"], MessageBody="bad")
    stack.drain()
    answer = http.post("/_local/reset")
    assert answer.status_code == 200, answer.text
    now = datetime.fromisoformat(answer.json()["now"])
    assert abs(now - datetime.now(UTC)) < timedelta(seconds=5)
    assert items(stack, "") == []
    assert http.get("/_local/outbox").json()["items"] == []
    names = {user["Username"] for user in cognito.list_users(UserPoolId=pool)["Users"]}
    assert len(names) == 20
    assert "M-99" not in names
    dead = sqs.get_queue_attributes(
        QueueUrl=stack.resources["DeadLettersUrl"], AttributeNames=["ApproximateNumberOfMessages"]
    )
    assert dead["Attributes"]["ApproximateNumberOfMessages"] == "0"
    assert http.get("/api/me", headers=bearer(tokens["M-5"])).json()["username"] == "M-5"
    stack.client("dynamodb").put_item(
        TableName=stack.resources["TableName"], Item={"PK": {"S": "order#again"}}
    )
    stack.drain()
    assert len(items(stack, "message#order#again")) == 1
    assert json.loads(http.get("/config.json").text)["apiBase"] == "/api"
