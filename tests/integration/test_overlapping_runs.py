"""Overlapping runs of the invoice job that crash at each kind of call: one invoice for each certification and cycle.

A few runs over some certifications in `make test`; with PROVE=1, 20 runs over 2,000.
"""

import json
import os
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from shared.adapters import aws
from shared.domain import ids
from shared.domain.calendar import JobRun
from shared.domain.certifications import Certification, first_cycle
from shared.domain.events import Command, event
from shared.domain.invoices import Payment
from shared.handling import wiring
from shared.repositories import items, keys
from shared.repositories.calendar import Calendar
from shared.repositories.invoices import Invoices
from shared.repositories.recertification_writes import certification_write
from shared.repositories.recertifications import Recertifications
from shared.repositories.table import Table, set_item
from shared.settings import settings
from shared.use_cases.generate_invoices import generate_invoices, issue_due_invoice
from shared.use_cases.reconcile import Compared, find_missing_invoices
from tests.integration.portal import Portal

OWN_TABLE = True

RUNS, DUE = (20, 2000) if os.environ.get("PROVE") else (10, 120)
PAID_EVERY = 7
NOW = datetime(2027, 2, 15, 11, 0, tzinfo=UTC)
RUN = JobRun(NOW, date(2027, 2, 15))

KINDS = (
    "read the index",
    "send",
    "mark the year",
    "read a certification",
    "put an invoice",
)
"""What a run asks of the outside; each run crashes at one of them, before it is done or after."""


class Crashed(BaseException):
    """The process ended in the middle of a call."""


@dataclass
class Crash:
    """Ends the process at the nth call of a kind, before or after the call is done."""

    kind: str
    is_after: bool
    countdown: int

    def around[Result](self, kind: str, call: Callable[[], Result]) -> Result:
        """Make a call, or crash at it."""
        if kind != self.kind:
            return call()
        self.countdown -= 1
        if self.countdown == 0 and not self.is_after:
            raise Crashed
        done = call()
        if self.countdown == 0:
            raise Crashed
        return done


class CrashingClient:
    """The table's client in a process that crashes."""

    def __init__(self, crash: Crash) -> None:
        self._client = aws.dynamodb()
        self._crash = crash
        self.exceptions = self._client.exceptions

    def query(self, **asked: Any) -> Any:
        kind = "read the index" if "IndexName" in asked else "read a certification"
        return self._crash.around(kind, lambda: self._client.query(**asked))

    def put_item(self, **asked: Any) -> Any:
        is_invoice = asked["Item"]["SK"]["S"].startswith("INVOICE#")
        kind = "put an invoice" if is_invoice else "mark the year"
        return self._crash.around(kind, lambda: self._client.put_item(**asked))


class Queue:
    """At least once: a message that nobody settled is there again."""

    def __init__(self) -> None:
        self._messages: list[str] = []
        self._lock = threading.Lock()
        self.delivered = 0

    def send(self, messages: Sequence[Mapping[str, object]]) -> None:
        with self._lock:
            self._messages += [json.dumps(message) for message in messages]

    def take(self, most: int) -> list[str]:
        with self._lock:
            taken, self._messages = self._messages[:most], self._messages[most:]
            self.delivered += len(taken)
            return taken

    def bring_again(self, messages: Sequence[str]) -> None:
        with self._lock:
            self._messages += messages


class CrashingQueue:
    """A queue as a process sees it that crashes."""

    def __init__(self, queue: Queue, crash: Crash) -> None:
        self._queue, self._crash = queue, crash

    def send(self, messages: Sequence[Mapping[str, object]]) -> None:
        for start in range(0, len(messages), 10):
            tens = messages[start : start + 10]
            self._crash.around("send", lambda tens=tens: self._queue.send(tens))  # type: ignore[misc]


@dataclass
class Process:
    """One environment: its own table, which crashes as told."""

    crash: Crash
    queue: Queue

    def __post_init__(self) -> None:
        table = Table(CrashingClient(self.crash), settings().table_name)  # type: ignore[arg-type]
        self.recertifications = Recertifications(table, wiring.editions())
        self.invoices, self.calendar = Invoices(table), Calendar(table)

    def generate(self) -> None:
        queue = CrashingQueue(self.queue, self.crash)
        generate_invoices(self.calendar, self.recertifications, queue, wiring.editions(), RUN)

    def work(self, most: int) -> None:
        """Take messages until `most` are done or none waits; those in hand at a crash come again."""
        for _ in range(most):
            taken = self.queue.take(1)
            if not taken:
                return
            try:
                message = json.loads(taken[0])
                for certification_id in message["certification_ids"]:
                    issue_due_invoice(
                        self.recertifications, self.invoices, RUN, certification_id, message["year"]
                    )
            except BaseException:
                self.queue.bring_again(taken)
                raise


def seed() -> list[str]:
    """Certifications due in 2027, some with an invoice that is paid already."""
    program = wiring.editions().in_force(date(2026, 6, 1))
    client, name = aws.dynamodb(), settings().table_name
    requests = []
    certification_ids = []
    for number in range(DUE):
        certification_id = ids.certification_id(f"due-{number}", "IPMA-CP")
        certification_ids.append(certification_id)
        last_day = date(2027, 12, 31)
        held = Certification(
            certification_id, f"due-{number}", "D M", "IPMA-CP", date(2026, 6, 1), last_day, "new"
        )
        cycle = first_cycle(
            program,
            cycle_id=ids.cycle_id(certification_id, 1),
            certification_id=certification_id,
            certified_since=held.certified_since,
            expires_on=last_day,
            later=False,
        )
        cycle = replace(cycle, points_total=Decimal(0))
        stored = set_item("cycle", {**keys.cycle(certification_id), **items.attributes(cycle)})
        writes = (certification_write(None, held), stored)
        requests += [{"PutRequest": {"Item": write.parameters["Item"]}} for write in writes]
    for start in range(0, len(requests), 25):
        client.batch_write_item(RequestItems={name: requests[start : start + 25]})
    wiring.calendar().note(date(2027, 12, 31), 2027, NOW.replace(month=1))
    return certification_ids


def pay_some(certification_ids: Sequence[str]) -> dict[str, str]:
    """Every seventh certification asks early and pays at once; invoice ids with their payments."""
    paid = {}
    for certification_id in certification_ids[::PAID_EVERY]:
        issue_due_invoice(wiring.recertifications(), wiring.invoices(), RUN, certification_id, 2027)
        invoice = wiring.invoices().find(ids.invoice_id(certification_id, 1))
        assert invoice is not None
        payment = Payment(f"pay-{certification_id}", "check", invoice.total, NOW, "1001")
        command = Command("staff", "staff", NOW, RUN.today, ids.digest("pay", certification_id))
        subject = f"certification:{certification_id}"
        after = invoice.receive(payment, NOW)
        wiring.invoices().save(invoice, after, event(command, subject, "payment-received", {}))
        paid[invoice.invoice_id] = payment.payment_id
    return paid


@pytest.mark.timeout(1800)
def test_overlapping_runs_that_crash_issue_each_invoice_once_and_touch_no_paid_one(
    portal: Portal, dynoxide: None
) -> None:
    wiring.calendar.cache_clear()
    certification_ids = seed()
    queue = Queue()
    crashes = [
        Crash(KINDS[number % len(KINDS)], is_after=number // len(KINDS) % 2 == 1, countdown=1 + number // 10)
        for number in range(RUNS)
    ]
    crashed = []

    def one_run(crash: Crash) -> None:
        process = Process(crash, queue)
        for step in (process.generate, lambda: process.work(DUE)):
            try:
                step()
            except Crashed:
                crashed.append(crash.kind)

    with ThreadPoolExecutor(max_workers=RUNS) as pool:
        paying = pool.submit(pay_some, certification_ids)
        list(pool.map(one_run, crashes))
        paid = paying.result()
    assert set(crashed) == set(KINDS)

    # The next run and the queue's own redelivery finish what was left, crashing no more.
    healthy = Process(Crash("nothing", is_after=False, countdown=0), queue)
    healthy.generate()
    healthy.work(RUNS * DUE * 2)

    issued = [
        invoice
        for certification_id in certification_ids
        for invoice in wiring.invoices().of_certification(certification_id)
    ]
    assert len(issued) == DUE
    assert len({invoice.number for invoice in issued}) == DUE
    still_paid = {each.invoice_id: each.payments[0].payment_id for each in issued if each.status == "paid"}
    assert still_paid == paid
    by_hand = replace(RUN, by_hand=True)
    assert find_missing_invoices(
        wiring.calendar(), wiring.recertifications(), wiring.editions(), by_hand
    ) == Compared(DUE, DUE)
