"""15 February: the invoice job over a full table for real, and reckoned for more with published limits."""

import os
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from infrastructure.cost.reckoning import Operation
from infrastructure.local.template import load
from shared.adapters import aws
from shared.domain.calendar import JobRun
from shared.handling import wiring
from shared.repositories import keys
from shared.use_cases.generate_invoices import generate_invoices, issue_due_invoice
from tests.integration.meter.paper import ROOT
from tests.load.seeding import LAST_DAY

NOW = datetime(2027, 2, 15, 11, tzinfo=UTC)
RUN = JobRun(NOW, date(2027, 2, 15))

PARTITION_WRITES = 1_000
"""Write units a second that one partition of a table or an index takes (published)."""

NEW_TABLE_WRITES = 4_000
"""Write units a second that a new on-demand table takes at once; it doubles within minutes (published)."""

JOB_SECONDS = 900
"""How long a Lambda function may run (published)."""

CALL_SECONDS = 0.008
"""What a call to SQS or DynamoDB takes within a region: assumed, as in infrastructure/cost/profile.toml."""

LONGEST_SECONDS = 1800
"""How long it is done for real; what is not issued by then is told as it is."""

IN_PROCESS = 2
"""Processes that issue at once when it is done for real."""


class Handed:
    """Stands for InvoicesQueue."""

    def __init__(self) -> None:
        self.certification_ids: list[str] = []
        self.calls = 0

    def send(self, messages: Sequence[Mapping[str, object]]) -> None:
        """Ten a call, as the queue takes them."""
        self.certification_ids += [str(each["certification_id"]) for each in messages]
        self.calls += -(-len(messages) // 10)


def hand_on() -> tuple[Handed, float]:
    """The daily job; what it handed on, and how long that took."""
    queue, began = Handed(), time.perf_counter()
    generate_invoices(wiring.calendar(), wiring.recertifications(), queue, wiring.editions(), RUN)
    return queue, time.perf_counter() - began


def issue(certification_ids: Sequence[str]) -> tuple[Counter[str], float]:
    """The worker, in some processes at once: what came of it, and the seconds they took together."""
    size = -(-len(certification_ids) // (IN_PROCESS * 10))
    until = time.monotonic() + LONGEST_SECONDS
    parts = [
        (certification_ids[start : start + size], until) for start in range(0, len(certification_ids), size)
    ]
    done: Counter[str] = Counter()
    spent = 0.0
    with ProcessPoolExecutor(IN_PROCESS) as pool:
        for outcomes, seconds in pool.map(_issue, parts):
            done += outcomes
            spent += seconds
    return done, spent


def _issue(part: tuple[Sequence[str], float]) -> tuple[Counter[str], float]:
    certification_ids, until = part
    began = time.process_time()
    aws.dynamodb.cache_clear()
    for wired in ("table", "recertifications", "invoices"):
        getattr(wiring, wired).cache_clear()
    done: Counter[str] = Counter()
    for each in certification_ids:
        if time.monotonic() > until:
            break
        done[issue_due_invoice(wiring.recertifications(), wiring.invoices(), RUN, each, LAST_DAY.year)] += 1
    return done, time.process_time() - began


def hottest(certification_ids: Sequence[str]) -> float:
    """The share of these invoices' writes to the index that goes to its busiest partition in the end."""
    shards = Counter(keys.owed(f"inv_{each.removeprefix('crt_')}_1") for each in certification_ids)
    return max(shards.values()) / len(certification_ids)


@dataclass(frozen=True)
class Plan:
    """How the job goes on AWS for so many that are due."""

    due: int
    handing_on: float
    issuing: float
    invoices_a_second: float
    table_writes: float
    hottest_partition: float
    dollars: float

    @property
    def seconds(self) -> float:
        """From the job's start to the last invoice: workers begin with the first message."""
        return max(self.handing_on, self.issuing)


def concurrency() -> int:
    """How many workers may run at once, as the template has it."""
    worker: Any = load(ROOT / "template.yaml")["Resources"]["IssueInvoicesFunction"]["Properties"]
    return int(worker["Events"]["Due"]["Properties"]["ScalingConfig"]["MaximumConcurrency"])


def plan(due: int, seconds_an_invoice: float) -> Plan:
    """Reckon a run: what the worker takes an invoice, its concurrency, the metered units and the published prices.

    Certifications are handed on shard by shard, and an invoice lies in the shard of its certification: at any time all
    write to one partition of the index.
    """
    operation = Operation("issue_invoices (one due certification)")
    rate = concurrency() / seconds_an_invoice
    pages = due / 500 + 16
    handing_on = (due / 10 + pages) * CALL_SECONDS
    return Plan(
        due=due,
        handing_on=handing_on,
        issuing=due / rate,
        invoices_a_second=rate,
        table_writes=rate * operation.row["writes"],
        hottest_partition=rate,
        dollars=due * sum(operation.dollars.values()),
    )


def processors() -> int:
    """How many processors this machine has."""
    return os.cpu_count() or 1
