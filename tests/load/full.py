"""The portal at 100,000 members with 1,000,000 entries: seeded, its routes metered, its invoices issued."""

import os
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import pytest

from infrastructure.local import dynamodb
from shared.adapters import aws
from shared.handling import wiring
from tests.integration import conftest
from tests.integration.meter.services import services
from tests.integration.meter.wire import Wire
from tests.load import invoices
from tests.load.here import dynamodb_here, portal_on
from tests.load.paper import Run
from tests.load.routes import metered, of_members, ratio
from tests.load.seeding import certification_id_of, note_the_last_day, seed

PARTS = ("invoices", "routes")
"""What is done with the seeded table, in this order: the people of the routes would be due too."""

ENTRIES = 10
AT_ONCE = 5_000
"""How many members are seeded between two lines of progress."""


def run(noted: Run, members: int, parts: Sequence[str] = PARTS) -> None:
    """Seed, issue, meter; what was found is noted after each step."""
    if dynamodb.find_binary() is None:
        sys.exit(
            "This needs Dynoxide: moto's DynamoDB copies its table at each transaction, and counts no capacity."
        )
    os.nice(5)
    with pytest.MonkeyPatch.context() as patch, dynamodb_here(patch) as calls:
        name = _table(patch)
        endpoint = calls.client.meta.endpoint_url
        began, items = time.perf_counter(), 0
        for start in range(0, members, AT_ONCE):
            numbers = range(start, min(start + AT_ONCE, members))
            items += seed(endpoint, name, numbers, ENTRIES)
            print(f"{numbers.stop:,} members after {time.perf_counter() - began:,.0f} s", flush=True)
        seconds = time.perf_counter() - began
        noted.note("seeding", {"members": members, "items": items, "seconds": seconds})
        if "invoices" in parts:
            with pytest.MonkeyPatch.context() as jobs:
                portal_on(name, jobs, calls)
                note_the_last_day(wiring.calendar())
                for part, found in _invoices(members).items():
                    noted.note(part, {"members": members, **found})
        if "routes" in parts:
            noted.note("routes", {"members": members, **_routes(name, calls)})


def _table(patch: pytest.MonkeyPatch) -> str:
    """A table without a stream, which nobody would read here."""
    stated = {key: value for key, value in conftest._table().items() if key != "StreamSpecification"}
    patch.setattr(conftest, "_table", lambda: stated)
    return conftest.make("full")


def _routes(name: str, calls: Any) -> dict[str, Any]:
    wire = Wire(calls)
    wire.watch(aws.dynamodb())
    with services(wire) as here:
        found = list(metered(name, wire, here, of_members()))
    grown = [asdict(full) for full, empty in found if ratio(full, empty) > 1]
    return {"metered": len(found), "most": max(ratio(full, empty) for full, empty in found), "grown": grown}


def _invoices(members: int) -> dict[str, dict[str, Any]]:
    """15 February by its three steps: handing on, issuing, comparing."""
    queue, handing_on, worked = invoices.hand_on()
    handed = {"due": len(queue.certification_ids), "processor_seconds": worked}
    print(f"{len(queue.certification_ids):,} handed on after {handing_on:,.0f} s", flush=True)
    assert set(queue.certification_ids) == {certification_id_of(number) for number in range(members)}
    began = time.perf_counter()
    done, spent = invoices.issue(queue.certification_ids)
    issued = {
        "due": len(queue.certification_ids),
        "handing_on_seconds": handing_on,
        "handing_on_calls": queue.calls,
        "issued": done["issued"],
        "outcomes": dict(done),
        "seconds": time.perf_counter() - began,
        "processor_seconds": spent,
        "hottest_share": invoices.hottest(queue.certification_ids),
    }
    return {"handing_on": handed, "invoices": issued, "comparing": _comparing()}


def _comparing() -> dict[str, Any]:
    found, worked = invoices.compare()
    return {
        "due": found.due,
        "expected": found.expected,
        "missing": found.missing,
        "processor_seconds": worked,
    }
