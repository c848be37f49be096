"""What a warm request asks of the processor, in counts, which no busy machine changes. `make bench` shows the time."""

import gc
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.integration.portal import entry
from tests.performance import warm
from tests.performance.test_ledger import calls_of

REQUESTS = 100

CALLS = {"me": 2_050, "cycle": 4_900, "entries": 4_600, "invoices": 5_300, "program": 1_550}
"""The most Python functions that a request may call. Each call of AWS is 1,500 of them, all of botocore's own."""

Ask = Callable[[], dict[str, Any]]


@pytest.fixture(scope="module")
def asks() -> Iterator[dict[str, Ask]]:
    with warm.portal() as (opened, member, _):

        def get(path: str) -> Ask:
            event = opened.event("GET", path, member)
            return lambda: warm.handler_of(event)(dict(event), None)

        fresh = [opened.member() for _ in range(4)]
        sessions = iter(
            [
                opened.event("POST", opened.cycle_path(who, "entries"), who, body={"entries": [entry()]})
                for who in fresh
            ]
        )

        def enter() -> dict[str, Any]:
            event = next(sessions)
            return warm.handler_of(event)(event, None)

        yield {
            "me": get("/api/me"),
            "cycle": get(opened.cycle_path(member)),
            "entries": enter,
            "invoices": get("/api/invoices"),
            "program": get("/api/program"),
        }


@pytest.mark.parametrize("name", CALLS)
def test_a_request_calls_no_more_functions_than_it_did(asks: dict[str, Ask], name: str) -> None:
    for _ in range(3):
        assert asks[name]()["statusCode"] in (200, 201)
    assert calls_of(asks[name]) <= CALLS[name]


def test_a_hundred_dashboards_leave_next_to_no_garbage_to_look_for(asks: dict[str, Ask]) -> None:
    asks["cycle"]()
    before, found = collections(), gc.get_count()[0]
    for _ in range(REQUESTS):
        asks["cycle"]()
    assert collections() - before <= 1
    if collections() == before:
        assert gc.get_count()[0] - found <= 20 * REQUESTS, "what stays of a request, until it is looked for"


def collections() -> int:
    """How often Python has looked for garbage in this process."""
    return sum(each["collections"] for each in gc.get_stats())
