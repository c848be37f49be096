"""The warm path: the processor's time in one request, handler in, answer out. DynamoDB is another process, whose time
does not count; the network and the signing of each call do."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from statistics import quantiles
from typing import Any

import pytest

from shared import settings
from shared.adapters import aws
from tests.integration.calls import Calls
from tests.integration.conftest import CLIENT_ID, _start, make
from tests.integration.portal import Person, Portal, entry, routes

ROUNDS = 300


@contextmanager
def portal() -> Iterator[tuple[Portal, Person]]:
    """A portal with a member of 30 entries."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            patch.setenv(name, "testing")
        patch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
        patch.setenv("USER_POOL_CLIENT_ID", CLIENT_ID)
        patch.setenv("POWERTOOLS_LOG_LEVEL", "CRITICAL")
        stop = _start(patch)
        try:
            calls = Calls(aws.dynamodb())
            patch.setenv("TABLE_NAME", make("warm"))
            settings.settings.cache_clear()
            opened = Portal(patch, calls)
            member = opened.member()
            for _ in range(3):
                assert opened.enter(member, *[entry("webinar")] * 10).status == 201
            yield opened, member
        finally:
            stop()


def measure(event: Callable[[int], dict[str, Any]], status: int) -> tuple[float, float]:
    """The median and the 99th percentile in milliseconds; an event is made outside of what is measured."""
    spent = []
    for number in range(ROUNDS + 20):
        made = event(number)
        handler = _handler(made)
        started = time.process_time()
        answered = handler(made, None)
        spent.append((time.process_time() - started) * 1000)
        assert answered["statusCode"] == status, answered
    cuts = quantiles(spent[20:], n=100)
    return cuts[49], cuts[98]


def table() -> list[tuple[str, float, float]]:
    """Route, median, 99th percentile."""
    with portal() as (opened, member):
        fresh = [opened.member() for _ in range(ROUNDS + 20)]

        def get(path: str) -> Callable[[int], dict[str, Any]]:
            return lambda _: opened.event("GET", path, member)

        def session(number: int) -> dict[str, Any]:
            who = fresh[number]
            return opened.event("POST", opened.cycle_path(who, "entries"), who, body={"entries": [entry()]})

        asked: list[tuple[str, Callable[[int], dict[str, Any]], int]] = [
            ("GET /api/me", get("/api/me"), 200),
            ("GET …/cycle (30 entries)", get(opened.cycle_path(member)), 200),
            ("POST …/entries (1 entry)", session, 201),
            ("GET /api/invoices", get("/api/invoices"), 200),
            ("GET /api/program", get("/api/program"), 200),
        ]
        return [(name, *measure(event, status)) for name, event, status in asked]


def _handler(event: dict[str, Any]) -> Callable[[dict[str, Any], Any], dict[str, Any]]:
    folder = next(route.function for route in routes() if route.key == event["routeKey"])
    found: Callable[[dict[str, Any], Any], dict[str, Any]] = import_module(
        f"functions.{folder}.handler"
    ).handler
    return found
