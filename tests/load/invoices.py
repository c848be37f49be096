"""15 February: the invoice job over a full table for real, and reckoned for more with published limits."""

import json
import os
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.session import Session

from infrastructure.cost.reckoning import ROOT, Operation, functions, prices, profile
from infrastructure.local.template import load
from shared.adapters import aws
from shared.adapters.message_queue import BATCH as MESSAGES_A_CALL
from shared.adapters.message_queue import MessageQueue
from shared.domain.calendar import JobRun
from shared.handling import wiring
from shared.repositories import keys
from shared.repositories.keys import DUE_SHARDS
from shared.repositories.recertifications import DUE_PAGE
from shared.use_cases.generate_invoices import IN_A_MESSAGE, generate_invoices, issue_due_invoice
from shared.use_cases.reconcile import BATCH as COMPARED
from shared.use_cases.reconcile import Compared, find_missing_invoices
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

BATCH_GET_SECONDS = 0.020
"""What a batch get of 100 items takes: assumed."""

WHOLE_PROCESSOR = 1769
"""Megabytes of memory with which a Lambda function has a whole processor; less comes with its share (published)."""

MAILS_A_SECOND = 14
"""SES's rate out of the sandbox: assumed. AWS publishes none ("varies based on your specific use case")."""

MAILS_A_DAY = 50_000
"""How many mails SES takes in 24 hours, out of the sandbox: assumed likewise, and commonly given beside that rate."""

DAY = 86_400

LONGEST_SECONDS = 2400
"""How long it is done for real; what is not issued by then is told as it is."""

IN_PROCESS = 2
"""Processes that issue at once when it is done for real."""


class Handed:
    """Stands where botocore sends to InvoicesQueue: takes every message, so that all work but the waiting is done."""

    def __init__(self) -> None:
        self.certification_ids: list[str] = []
        self.calls = 0
        session = Session()
        client = session.create_client("sqs", aws_access_key_id="testing", aws_secret_access_key="testing")
        client.meta.events.register("before-send", self._take)
        self.queue = MessageQueue(client, "https://sqs.eu-west-1.amazonaws.com/123456789012/invoices")

    def _take(self, request: AWSPreparedRequest, **_: Any) -> AWSResponse:
        self.calls += 1
        entries = json.loads(request.body)["Entries"]
        for each in entries:
            self.certification_ids += json.loads(each["MessageBody"])["certification_ids"]
        taken = [{"Id": each["Id"], "MessageId": each["Id"], "MD5OfMessageBody": ""} for each in entries]
        response = AWSResponse(request.url, 200, {"x-amzn-requestid": "1"}, None)
        response._content = json.dumps({"Successful": taken}).encode()
        return response


def hand_on() -> tuple[Handed, float, float]:
    """The daily job; what it handed on, how long that took, and how long this process worked for it."""
    handed, began, worked = Handed(), time.perf_counter(), time.process_time()
    generate_invoices(wiring.calendar(), wiring.recertifications(), handed.queue, wiring.editions(), RUN)
    return handed, time.perf_counter() - began, time.process_time() - worked


def compare() -> tuple[Compared, float]:
    """The reconciliation's comparison of what is due with its invoices; what it found, and this process's work."""
    worked = time.process_time()
    found = find_missing_invoices(
        wiring.calendar(), wiring.recertifications(), wiring.editions(), replace(RUN, by_hand=True)
    )
    return found, time.process_time() - worked


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
class Own:
    """What was measured: seconds of a whole processor that each step works for one certification, waiting apart."""

    handing_on: float
    issuing: float
    comparing: float


@dataclass(frozen=True)
class Plan:
    """How the jobs go on AWS for so many that are due."""

    due: int
    handing_on: float
    issuing: float
    comparing: float
    mailing: float
    invoices_a_second: float
    table_writes: float
    hottest_partition: float
    dollars: float

    @property
    def seconds(self) -> float:
        """From the job's start to the last invoice: workers begin with the first message."""
        return max(self.handing_on, self.issuing)

    @property
    def longest_run(self) -> float:
        """The longest that one run of one function takes."""
        return max(self.handing_on, self.comparing)


def concurrency(folder: str = "issue_invoices") -> int:
    """How many workers may run at once, as the template has it."""
    sources = functions()[folder]["Events"].values()
    return int(next(iter(sources))["Properties"]["ScalingConfig"]["MaximumConcurrency"])


def on_lambda(folder: str, seconds: float) -> float:
    """A whole processor's seconds on the share of one that the function's memory comes with."""
    return seconds * max(1.0, WHOLE_PROCESSOR / float(functions()[folder]["MemorySize"]))


def mails_by_workers() -> float:
    """Mails a second that the workers make, a call to SES reckoned as any other; their own work is the cost's."""
    seconds = profile()["warm_milliseconds"] / 1000
    seconds += Operation("notify (an invoice)").calls() * CALL_SECONDS
    return concurrency("notify") / seconds


def mailing(mails: int) -> float:
    """How long so many mails take: at SES's rate or the workers', whichever is less; a day's quota ends each day."""
    days, rest = divmod(mails - 1, MAILS_A_DAY)
    return days * DAY + (rest + 1) / min(MAILS_A_SECOND, mails_by_workers())


def mails_kept() -> int:
    """Of how many mails asked for at once the last is sent before its message is too old for the queue."""
    queue = load(ROOT / "template.yaml")["Resources"]["MailsQueue"]["Properties"]
    return int(queue["MessageRetentionPeriod"]) // DAY * MAILS_A_DAY


def reminding(due: int) -> float:
    """What the reminders' job waits for where so many have one last day: a message each, its own work not reckoned."""
    return (due / MESSAGES_A_CALL + due / DUE_PAGE + DUE_SHARDS) * CALL_SECONDS


def shown_in_figures(own: Own) -> int:
    """Of how many with one year's last day staff's figures are told in time, in ten thousands, as that day comes near.

    They read each, which is reckoned as handing one on; what they count besides is not.
    """
    declared = load(ROOT / "template.yaml")["Globals"]["Function"]
    seconds = float(functions()["oversight"].get("Timeout", declared["Timeout"]))
    each = on_lambda("oversight", own.handing_on) + CALL_SECONDS / DUE_PAGE
    return int(seconds / each // 10_000 * 10_000)


def plan(due: int, own: Own) -> Plan:
    """Reckon a run: the steps' own work, their calls, the worker's concurrency, metered units and published prices.

    Certifications are handed on shard by shard, and an invoice lies in the shard of its certification: at any time all
    write to one partition of the index. The comparison is the reconciliation's, the Monday after.
    """
    issuing = Operation("issue_invoices (one due certification)")
    queries = due / DUE_PAGE + DUE_SHARDS
    rate = concurrency() / (on_lambda("issue_invoices", own.issuing) + issuing.calls() * CALL_SECONDS)
    a_call = MESSAGES_A_CALL * IN_A_MESSAGE
    handing_on = (
        on_lambda("generate_invoices", due * own.handing_on) + (due / a_call + queries) * CALL_SECONDS
    )
    comparing = on_lambda("reconcile", due * own.comparing) + queries * CALL_SECONDS
    comparing += 2 * due / COMPARED * BATCH_GET_SECONDS
    forwarded = Operation("forward_changes (one event that is mailed)")
    mailed = Operation("notify (an invoice)")
    each = sum(sum(step.dollars.values()) for step in (issuing, forwarded, mailed))
    once = due / a_call * 10 * prices()["sqs"]["request"] + sum(
        Operation("generate_invoices (15 February, one due)").dollars.values()
    )
    return Plan(
        due=due,
        handing_on=handing_on,
        issuing=due / rate,
        comparing=comparing,
        mailing=mailing(due),
        invoices_a_second=rate,
        table_writes=rate * issuing.row["writes"],
        hottest_partition=rate,
        dollars=due * each + once,
    )


def most(own: Own) -> int:
    """How many may be due in a year so that each run still ends in time, in tens of thousands."""
    step = 10_000
    number = step
    while plan(number + step, own).longest_run <= JOB_SECONDS:
        number += step
    return number


def processors() -> int:
    """How many processors this machine has."""
    return os.cpu_count() or 1
