"""The warm path: the processor's time in one request, handler in, answer out. AWS answers from memory: a call is built,
serialized, signed, and its answer parsed, but the clock stands still while the bytes go to DynamoDB and back."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from statistics import median, quantiles
from typing import Any

import pytest
from boto3.dynamodb.types import TypeDeserializer
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.httpsession import URLLib3Session
from botocore.parsers import ResponseParserFactory

from shared import settings
from shared.adapters import aws
from shared.handling import wiring
from shared.repositories import values
from tests.integration.calls import Calls
from tests.integration.conftest import CLIENT_ID, WIRED, _start, make
from tests.integration.portal import Person, Portal, entry, routes
from tests.performance.test_ledger import calls_of

SERIES, ROUNDS = 3, 120


class Line:
    """The line to AWS, with the processor's time that it has taken so far."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self._session = URLLib3Session()

    def send(self, request: AWSPreparedRequest, **_: Any) -> AWSResponse:
        """In place of botocore's own sending."""
        started = time.process_time()
        answer: AWSResponse = self._session.send(request)
        self.seconds += time.process_time() - started
        return answer


@contextmanager
def portal(*, plain: bool = False) -> Iterator[tuple[Portal, Person, Line]]:
    """A portal with a member of 30 entries; `plain` leaves reading DynamoDB's answers to botocore and boto3 alone."""
    with pytest.MonkeyPatch.context() as patch:
        if plain:
            patch.setattr(aws, "AnswerParsers", ResponseParserFactory)
            patch.setattr(values, "read", TypeDeserializer().deserialize)
        for cached in (aws._session, aws.dynamodb, *(getattr(wiring, name) for name in WIRED)):
            cached.cache_clear()
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            patch.setenv(name, "testing")
        patch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
        patch.setenv("USER_POOL_CLIENT_ID", CLIENT_ID)
        patch.setenv("POWERTOOLS_LOG_LEVEL", "CRITICAL")
        stop = _start(patch)
        try:
            calls, line = Calls(aws.dynamodb()), Line()
            aws.dynamodb().meta.events.register("before-send", line.send)
            patch.setenv("TABLE_NAME", make("warm"))
            settings.settings.cache_clear()
            opened = Portal(patch, calls)
            member = opened.member()
            for _ in range(3):
                assert opened.enter(member, *[entry("webinar")] * 10).status == 201
            yield opened, member, line
        finally:
            stop()


def measure(
    line: Line, event: Callable[[int], dict[str, Any]], status: int
) -> tuple[float, float, float, int]:
    """The least, the median and the 99th percentile in milliseconds of the quietest of some series of requests, and how
    many Python functions one request calls, which no busy machine changes; an event is made outside of what is
    measured."""
    series = []
    for start in range(0, SERIES * ROUNDS, ROUNDS):
        spent = []
        for number in range(start, start + ROUNDS):
            made = event(number)
            handler = handler_of(made)
            started = time.process_time() - line.seconds
            answered = handler(made, None)
            spent.append((time.process_time() - line.seconds - started) * 1000)
            assert answered["statusCode"] == status, answered
        series.append(spent[20:])  # the first are not yet warm
    quietest = min(series, key=median)
    cuts = quantiles(quietest, n=100)
    last = event(SERIES * ROUNDS)
    return min(quietest), cuts[49], cuts[98], calls_of(lambda: handler_of(last)(last, None))


Asked = tuple[str, Callable[[int], dict[str, Any]], int]
"""A request's name, the event of its nth time, and its status."""


def table(*, plain: bool = False) -> list[tuple[str, float, float, float, int]]:
    """Route, least, median, 99th percentile, calls."""
    with portal(plain=plain) as (opened, member, line):
        asked = requests(opened, member, SERIES * ROUNDS + 1)
        return [(name, *measure(line, event, status)) for name, event, status in asked]


def counts() -> dict[str, int]:
    """How many Python functions each request calls."""
    found = {}
    with portal() as (opened, member, _):
        for name, event, status in requests(opened, member, 4):
            for number in range(3):
                assert handler_of(event(number))(event(number), None)["statusCode"] == status
            last = event(3)
            found[name] = calls_of(lambda last=last: handler_of(last)(last, None))
    return found


def requests(opened: Portal, member: Person, times: int) -> list[Asked]:
    """What is asked, so many times."""
    fresh = [opened.member() for _ in range(times)]

    def get(path: str) -> Callable[[int], dict[str, Any]]:
        return lambda _: opened.event("GET", path, member)

    def session(number: int) -> dict[str, Any]:
        who = fresh[number]
        return opened.event("POST", opened.cycle_path(who, "entries"), who, body={"entries": [entry()]})

    return [
        ("GET /api/me", get("/api/me"), 200),
        ("GET …/cycle (30 entries)", get(opened.cycle_path(member)), 200),
        ("POST …/entries (1 entry)", session, 201),
        ("GET /api/invoices", get("/api/invoices"), 200),
        ("GET /api/program", get("/api/program"), 200),
    ]


def handler_of(event: dict[str, Any]) -> Callable[[dict[str, Any], Any], dict[str, Any]]:
    folder = next(route.function for route in routes() if route.key == event["routeKey"])
    found: Callable[[dict[str, Any], Any], dict[str, Any]] = import_module(
        f"functions.{folder}.handler"
    ).handler
    return found


if __name__ == "__main__":
    print(json.dumps(counts()))
