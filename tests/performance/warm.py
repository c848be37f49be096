"""The warm path: the processor's time in one request, handler in, answer out, with AWS answering from memory.

Each request is asked once of a real table, and what DynamoDB answers to its calls is kept. From then on every call is
built, serialized and signed, is answered at once with what was kept, and that is parsed: nothing waits, nothing else
runs. A request that makes other calls than the first time fails.
"""

import gc
import json
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from statistics import median, quantiles
from typing import Any
from urllib.parse import urlsplit

import pytest
from boto3.dynamodb.types import TypeDeserializer
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.config import Config
from botocore.httpsession import URLLib3Session
from botocore.parsers import ResponseParserFactory

from infrastructure.local import dynamodb
from shared import settings
from shared.adapters import aws
from shared.adapters.http import resolver
from shared.handling import wiring
from shared.repositories import values
from tests.dynamo import make, start
from tests.integration.calls import Calls
from tests.integration.conftest import WIRED
from tests.integration.portal import CLIENT_ID, Person, Portal, entry, routes
from tests.performance.test_ledger import calls_of

SERIES, ROUNDS, NOT_YET_WARM = 3, 300, 20
COUNTED = 100
"""Requests of which the one that calls the most functions is taken, and in which the garbage collector is watched."""

LOCAL = {"127.0.0.1", "localhost", "::1"}
WITHOUT_DYNOXIDE = (
    "Warm requests need Dynoxide, which comes with Node (npm): moto answers within this process."
)

LOOP = 150_000
"""Additions that take about as long as a request."""

Handler = Callable[[dict[str, Any], Any], dict[str, Any]]
Asked = tuple[str, Callable[[], dict[str, Any]], int]
"""A request's name, what makes its event anew, and its status."""


class Memory:
    """In place of botocore's sending: DynamoDB's answers to the calls of one request, in their order."""

    def __init__(self) -> None:
        self._session = URLLib3Session()
        self._learning = False
        self._sent: list[AWSPreparedRequest] = []
        self._said: list[Any] = []
        self._answers: list[AWSResponse] = []

    def send(self, request: AWSPreparedRequest, **_: Any) -> AWSResponse:
        """The next of the answers; while learning it is asked for."""
        self._sent.append(request)
        if self._learning:
            refuse_what_is_not_local(request.url)
            self._answers.append(self._session.send(request))
        return self._answers[len(self._sent) - 1]

    @contextmanager
    def learning(self) -> Iterator[None]:
        """Send the calls made within to DynamoDB, and keep what it answers."""
        self._learning, self._sent, self._answers = True, [], []
        yield
        self._learning, self._said = False, self._taken()

    def check(self) -> None:
        """Fails when the request that was just answered made other calls than the one that was learned from."""
        assert self._taken() == self._said

    @property
    def calls(self) -> int:
        """How many calls a request makes."""
        return len(self._said)

    def _taken(self) -> list[Any]:
        sent, self._sent = self._sent, []
        return [
            (each.headers["X-Amz-Target"], "Authorization" in each.headers, _outline(json.loads(each.body)))
            for each in sent
        ]


def refuse_what_is_not_local(address: str) -> None:
    """Raises AssertionError for an address that is not of this machine: nothing here is meant for a real account."""
    host = urlsplit(address).hostname
    assert host in LOCAL, f"{host} is not of this machine, and nothing is sent to it"


def _outline(said: Any) -> Any:
    """What a body says, without the words and numbers in it: keys and times are others in each request."""
    if isinstance(said, dict):
        return {name: _outline(each) for name, each in said.items()}
    return [_outline(each) for each in said] if isinstance(said, list) else None


@dataclass(frozen=True)
class Times:
    """The least, the median and the 99th percentile in milliseconds, in the quietest of some series."""

    least: float
    median: float
    most: float


@dataclass(frozen=True)
class Warm:
    """A request's times with those of the loop that took turns with it, and what no busy machine changes: how many
    calls of AWS it makes, and how many Python functions it calls, at the most in a hundred requests."""

    name: str
    times: Times
    loop: Times
    aws_calls: int
    functions: int


@contextmanager
def portal(*, plain: bool = False) -> Iterator[tuple[Memory, list[Asked]]]:
    """What is asked of a portal with a member of 30 entries; `plain` is with botocore and boto3 as they come.

    Raises NotStarted where there is no Dynoxide: what it answers over HTTP is what is kept.
    """
    if dynamodb.find_binary() is None:
        raise dynamodb.NotStarted(WITHOUT_DYNOXIDE)
    with pytest.MonkeyPatch.context() as patch, _logged_nowhere():
        if plain:
            patch.setattr(aws, "CONFIG", Config())
            patch.setattr(aws, "AnswerParsers", ResponseParserFactory)
            patch.setattr(values, "read", TypeDeserializer().deserialize)
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            patch.setenv(name, "testing")
        patch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
        patch.setenv("USER_POOL_CLIENT_ID", CLIENT_ID)
        _forget()
        stop = start(patch)
        try:
            opened = Portal(patch, Calls(aws.dynamodb()))
            patch.setenv("TABLE_NAME", make("warm"))
            settings.settings.cache_clear()
            member = opened.member()
            for _ in range(3):
                assert opened.enter(member, *[entry("webinar")] * 10).status == 201
            asked, memory = requests(opened, member, opened.member()), Memory()
            _forget()  # for a client that is not metered
            aws.dynamodb().meta.events.register("before-send", memory.send)
            yield memory, asked
        finally:
            stop()


@contextmanager
def _logged_nowhere() -> Iterator[None]:
    """The lines of the log are made, as deployed, and thrown away."""
    logger, level = resolver.logger, resolver.logger.log_level
    with Path(os.devnull).open("w", encoding="utf-8") as nowhere:
        logger.setLevel("INFO")
        before = logger.registered_handler.setStream(nowhere)
        try:
            yield
        finally:
            logger.registered_handler.setStream(before)
            logger.setLevel(level)


def _forget() -> None:
    for cached in (aws._session, aws.dynamodb, *(getattr(wiring, name) for name in WIRED)):
        cached.cache_clear()


def table(*, plain: bool = False) -> list[Warm]:
    """What each request takes."""
    with portal(plain=plain) as (memory, asked):
        return [measure(memory, each) for each in asked]


def measure(memory: Memory, asked: Asked) -> Warm:
    """What one request takes; making the event and checking the calls are outside of what is measured."""
    name, event, status = asked
    learn(memory, asked)

    def once() -> float:
        made = event()
        handler = handler_of(made)
        started = time.process_time()
        answered = handler(made, None)
        spent = time.process_time() - started
        assert answered["statusCode"] == status, answered
        memory.check()
        return spent

    (times, beside), functions = times_of(once), []
    for _ in range(COUNTED):
        functions.append(functions_called(event()))
        memory.check()
    return Warm(name, times, beside, memory.calls, max(functions))


def loop() -> float:
    """The seconds of a loop that is the same each time: how far the machine alone spreads what it is asked."""
    started = time.process_time()
    sum(range(LOOP))
    return time.process_time() - started


def times_of(once: Callable[[], float]) -> tuple[Times, Times]:
    """The times of what is done again and again, and says each time how many seconds it took; and those of the loop
    that takes turns with it."""
    series = [[(once() * 1000, loop() * 1000) for _ in range(ROUNDS)][NOT_YET_WARM:] for _ in range(SERIES)]
    ours, loops = zip(*min(series, key=lambda each: median(ours for ours, _ in each)), strict=True)
    return spread(ours), spread(loops)


def spread(milliseconds: Sequence[float]) -> Times:
    """The least, the median and the 99th percentile of these."""
    cuts = quantiles(milliseconds, n=100)
    return Times(min(milliseconds), cuts[49], cuts[98])


def learn(memory: Memory, asked: Asked) -> None:
    """Ask once of the real table."""
    _, event, status = asked
    made = event()
    with memory.learning():
        answered = handler_of(made)(made, None)
    assert answered["statusCode"] == status, answered


def functions_called(event: dict[str, Any]) -> int:
    """How many Python functions a request calls."""
    handler = handler_of(event)
    return calls_of(lambda: handler(event, None))


def counts() -> dict[str, dict[str, float]]:
    """Of each request what no busy machine changes: how many calls of AWS it makes, how many Python functions it calls,
    how often Python looks for garbage in so many requests, and how many objects each leaves for it to look at."""
    found = {}
    with portal() as (memory, asked):
        for each in asked:
            learn(memory, each)
            name, event, status = each
            looks, objects = _looks(), gc.get_count()[0]
            for _ in range(COUNTED):
                made = event()
                assert handler_of(made)(made, None)["statusCode"] == status
                memory.check()
            found[name] = {
                "left": (gc.get_count()[0] - objects) / COUNTED,
                "looks": _looks() - looks,
                "aws_calls": memory.calls,
                "functions": functions_called(event()),
            }
            memory.check()
    return found


def _looks() -> int:
    return sum(each["collections"] for each in gc.get_stats())


def requests(opened: Portal, member: Person, fresh: Person) -> list[Asked]:
    """What is asked. A session is entered again and again, each time under a new key, as what is answered to the query
    is always what there was before it."""

    def get(path: str) -> Callable[[], dict[str, Any]]:
        return lambda: opened.event("GET", path, member)

    entered = opened.dashboard(member)["entries"][0]

    def change() -> dict[str, Any]:
        path = opened.cycle_path(member, f"entries/{entered['entry_id']}")
        return opened.event("PUT", path, member, body=entry("webinar"), version=entered["version"])

    def session(who: Person) -> Callable[[], dict[str, Any]]:
        path = opened.cycle_path(who, "entries")
        return lambda: opened.event("POST", path, who, body={"entries": [entry()]})

    return [
        ("GET /api/me", get("/api/me"), 200),
        ("GET …/cycle (30 entries)", get(opened.cycle_path(member)), 200),
        ("POST …/entries (the first)", session(fresh), 201),
        ("POST …/entries (the 31st)", session(member), 201),
        ("PUT …/entries/… (one of 30)", change, 200),
        ("GET …/report (30 entries)", get(opened.cycle_path(member, "report")), 200),
        ("GET /api/invoices", get("/api/invoices"), 200),
        ("GET /api/program", get("/api/program"), 200),
    ]


def handler_of(event: dict[str, Any]) -> Handler:
    """The function behind a request."""
    folder = next(route.function for route in routes() if route.key == event["routeKey"])
    found: Handler = import_module(f"functions.{folder}.handler").handler
    return found


if __name__ == "__main__":
    try:
        print(json.dumps(counts()))
    except dynamodb.NotStarted as missing:
        sys.exit(str(missing))
