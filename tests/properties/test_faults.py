"""Faults at every call to DynamoDB that a change makes, through the real handlers: each call fails, is throttled, fails
after it took effect, or is the last thing the process does, before and after. Whoever sees no answer is told 503, asks
again, and everything is as if nothing had happened."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError

from shared import settings
from shared.adapters import aws, clock
from shared.handling import wiring
from tests.integration.conftest import WIRED
from tests.integration.portal import CHEQUE, CLIENT_ID, SIGNING, STAFF, Answer, Person, Portal, entry, new_key
from tests.integration.world import World, build
from tests.properties.memory_dynamodb import MemoryDynamoDB
from tests.properties.world import Died

NOW = datetime(2027, 6, 22, 16, 0, tzinfo=UTC)


class NoCalls:
    """The harness counts calls of the real client; here there is none."""

    @contextmanager
    def counted(self) -> Iterator[list[Any]]:
        yield []


@dataclass
class Line:
    """Counts the calls, and lets the one at a place go wrong in a way."""

    place: int = -1
    way: str = ""
    made: list[str] = field(default_factory=list)

    def before(self, call: str) -> None:
        self.made.append(call)
        if len(self.made) - 1 == self.place:
            if self.way == "dies before":
                raise Died
            if self.way in ("fails", "throttled"):
                code = (
                    "InternalServerError" if self.way == "fails" else "ProvisionedThroughputExceededException"
                )
                raise ClientError({"Error": {"Code": code, "Message": ""}}, call)

    def after(self, call: str) -> None:
        if len(self.made) - 1 == self.place:
            if self.way == "dies after":
                raise Died
            if self.way == "times out":
                raise ReadTimeoutError(endpoint_url="table")


WAYS = ("fails", "throttled", "times out", "dies before", "dies after")


@pytest.fixture
def portal(monkeypatch: pytest.MonkeyPatch) -> Iterator[Portal]:
    """The portal on a table in memory."""
    for name, value in {
        "TABLE_NAME": "memory",
        "USER_POOL_CLIENT_ID": CLIENT_ID,
        "PORTAL_URL": "https://portal.example.org",
        "AWS_DEFAULT_REGION": "eu-west-1",
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "POWERTOOLS_LOG_LEVEL": "CRITICAL",
    }.items():
        monkeypatch.setenv(name, value)
    settings.settings.cache_clear()
    made = Portal(monkeypatch, NoCalls())  # type: ignore[arg-type]
    put_in(monkeypatch, MemoryDynamoDB())
    yield made
    made.close()
    settings.settings.cache_clear()
    for name in WIRED:
        getattr(wiring, name).cache_clear()


def put_in(monkeypatch: pytest.MonkeyPatch, dynamo: MemoryDynamoDB) -> None:
    """Let the portal use this table."""
    monkeypatch.setattr(aws, "dynamodb", lambda: dynamo)
    for name in WIRED:
        getattr(wiring, name).cache_clear()


Ask = Callable[[], Answer]


def changes(portal: Portal, world: World) -> dict[str, Ask]:
    """Every kind of change, each with the key that it is repeated under."""
    owner, names = world.owner, world.names
    waiting, paid, lapsed = portal.member(), portal.member(), portal.member(expires_on="2026-12-31")
    made = portal.submitted(waiting)
    approved = portal.submitted(paid)
    portal.paid(approved["invoice"]["invoice_id"])
    late = portal.post(portal.cycle_path(lapsed, "invoice"), lapsed).json["invoice_id"]
    portal.paid(late)
    fresh = portal.member()
    portal.approved(fresh)
    version = portal.get("/api/me", owner).json["profile"]["version"]
    since = entry(started_on="2027-06-18", ended_on="2027-06-18")
    invoice = made["invoice"]["invoice_id"]

    def post(path: str, who: Person, body: Any = None) -> Ask:
        key = new_key()
        return lambda: portal.post(path, who, body, key=key)

    def of(who: Person, rest: str) -> str:
        return f"/api/staff/certifications/{who.certification_id}/{rest}"

    def decision(who: Person, signed: Any, kind: str) -> Ask:
        said = {"submission_id": signed["submission"]["submission_id"], "decision": kind, "comment": "Seen."}
        return post(of(who, "decision"), STAFF, said)

    entry_path = portal.cycle_path(owner, f"entries/{names['entry_id']}")
    document = {
        "file_name": "a.pdf",
        "content_type": "application/pdf",
        "size": 9,
        "kind": "evidence",
        "title": "A",
    }
    proposal = names["proposal_id"]
    portal.points(ready := portal.member(), 50)
    return {
        "enter": post(portal.cycle_path(owner, "entries"), owner, {"entries": [since]}),
        "edit": lambda: portal.put(entry_path, owner, {**since, "title": "Other"}, version=1),
        "delete": lambda: portal.ask("DELETE", entry_path, owner, version=1),
        "sign": post(portal.cycle_path(ready, "submission"), ready, SIGNING),
        "ask for the invoice": post(portal.cycle_path(owner, "invoice"), owner),
        "profile": lambda: portal.put("/api/me/profile", owner, {"phone": "+1 555 0100"}, version=version),
        "dismiss a proposal": post(f"/api/proposals/{proposal}/dismissal", owner),
        "announce a document": post("/api/documents", owner, document),
        "approve": decision(paid, approved, "approve"),
        "return": decision(waiting, made, "return"),
        "cheque": post(f"/api/staff/invoices/{invoice}/payment", STAFF, CHEQUE),
        "waive": post(f"/api/staff/invoices/{invoice}/waiver", STAFF, {"reason": "Hardship"}),
        "extend": post(of(owner, "extension"), STAFF, {"extended_to": "2031-02-01", "reason": "Ill"}),
        "undo": post(of(fresh, "undo-approval"), STAFF, {"reason": "Wrong report"}),
        "reinstate": post(
            of(lapsed, "reinstatement"), STAFF, {"report_received_on": "2027-06-01", "comment": ""}
        ),
        "from paper": post(of(owner, "entries"), STAFF, {"entries": [since]}),
        "attention": post(f"/api/staff/attention/{names['attention_id']}/done", STAFF, {"note": "Seen"}),
        "export": post("/api/staff/exports", STAFF),
        "import": post("/api/staff/imports", STAFF, {"kind": "members"}),
    }


def state(dynamo: MemoryDynamoDB) -> Any:
    """All that is stored; the events of a change without a key have ids of their own, so those are counted by kind."""
    kept: dict[Any, Any] = {}
    happened: Counter[tuple[str, str]] = Counter()
    for partition, found in dynamo.partitions.items():
        for sort, item in found.items():
            if partition.startswith("HISTORY#"):
                happened[partition, item["type"]["S"]] += 1
            else:
                kept[partition, sort] = item
    return kept, happened


def test_every_call_of_every_change_may_go_wrong(portal: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    base = MemoryDynamoDB()
    put_in(monkeypatch, base)
    world = build(portal, monkeypatch)
    asks = changes(portal, world)
    monkeypatch.setattr(clock, "now", lambda: NOW)
    sites, tried = 0, 0
    for what, ask in asks.items():
        golden = base.copy()
        line = Line()
        golden.before, golden.after = line.before, line.after
        put_in(monkeypatch, golden)
        assert ask().status < 300, what
        wanted, untouched = state(golden), state(base)
        sites += len(line.made)
        for place in range(len(line.made)):
            for way in WAYS:
                tried += 1
                dynamo = base.copy()
                broken = Line(place, way)
                dynamo.before, dynamo.after = broken.before, broken.after
                put_in(monkeypatch, dynamo)
                where = f"{what}, {line.made[place]} {place} {way}"
                try:
                    status = ask().status
                except Died:
                    status = 0
                assert status in (0, 503) or status < 300, (where, status)
                was_written = {"put", "transact"} & set(line.made[:place])
                if status == 503 and way in ("fails", "throttled") and not was_written:
                    assert state(dynamo) == untouched, where
                dynamo.before = dynamo.after = lambda _: None
                put_in(monkeypatch, dynamo)
                again = ask()
                assert again.status < 300 or again.code in ("version-conflict", "not-found"), (
                    where,
                    again.json,
                )
                assert state(dynamo) == wanted, where
    print(f"\n{len(asks)} changes, {sites} calls, {tried} faults")
    assert sites > 2 * len(asks)
