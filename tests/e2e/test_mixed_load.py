"""A hundred clients at once over HTTP, through the pool of execution environments, on a real table: members enter,
edit, delete, sign and pay, staff decide, jobs run. In the end an auditor reads every item.

The seed is printed. `make test` goes on for 20 seconds, `make prove` for ten minutes (LOAD_SECONDS=…), where each
environment's memory is held against its own. A machine that is too busy goes on until all that has to happen did.
"""

import os
import random
import re
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path
from statistics import median
from typing import Any
from uuid import uuid4

import boto3
import httpx
import pytest
import stripe

from infrastructure.local import dynamodb
from infrastructure.local.account import ACCESS_KEY_ID, REGION
from infrastructure.local.roster import as_csv, generated_roster
from shared.repositories.table import _read
from tests.e2e.portal import PASSWORD, Person, Portal, RunningPortal, entry, this_day
from tests.figures import Figures
from tests.properties.table_auditor import audit

PROVING = os.environ.get("PROVE") == "1"
SECONDS = float(os.environ.get("LOAD_SECONDS", "600" if PROVING else "20"))
SEED = int(os.environ.get("SEED", "20270215"))
CLIENTS = 100
MEMBERS = 20
MOST_AT_ONCE = 10
"""Points of the largest session."""

SURVIVED = {200, 201, 202, 204, 403, 404, 409, 412, 422, 429, 503}
"""What a client may be told when others are at the same thing; anything else is a defect."""

GAVE_UP = {"message": "Internal Server Error"}
TOO_SLOW = re.compile(r"Sandbox\.Timedout|Runtime\.InitError")
"""A machine that is too busy lets functions run into their time-outs, as Lambda does: what came of it is unknown."""

STAFF_CLIENTS, JOB_CLIENTS = 6, 2
STAFF_PAUSE_SECONDS = 0.5
OF_STAFF = {"queue", "read", "job"}
"""What is asked over and over beside the members' requests, which count."""

HAPPENS = {"enter 201", "edit 200", "sign 201", "checkout 201", "approve 200"}
HAPPENS_LATER = {"delete 204", "return 200"} if PROVING else set[str]()
"""What has to be among the answers, or the load was none."""

LONGEST_SECONDS = SECONDS + 90
"""When a load ends that is still without one of these."""

GROWTH = 1.1
"""How much more an environment may hold in the last third than in the second."""

UNSWEPT = 9_000
"""And kB besides: what 100,000 objects weigh that requests have left and Python has not looked for yet, 88 bytes each
(docs/decisions/starting.md). Where it has looked, as much is used again."""

FIRST_POINTS = 42
"""What each member has when the load begins."""

APPROVED = 0.015 if PROVING else 0.67
"""What part of the decisions are approvals: whose report is approved enters no more before the next day, so that in a
long load most come back, to be mended and signed again."""

UNSETTLED = 0.7
"""What part of the reports without a payment are left to wait; to approve one of the others is refused."""

PATIENCE_SECONDS = 300
"""A firing is answered when all that it caused is drained, and while others write there is always more."""

isolated = pytest.mark.skipif(
    dynamodb.find_binary() is None,
    reason="needs Dynoxide: moto's transactions are not isolated (install Node and npm)",
)


class Load:
    """What all clients share: how much is left to do, and what they were told."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._started = time.monotonic()
        self.sent = 0
        self.told: Counter[str] = Counter()
        self.acknowledged: set[str] = set()
        self.wrong: list[str] = []
        self.gave_up = 0
        self.stripe_url = ""

    def goes_on(self) -> bool:
        """Whether there is more to send."""
        seconds = time.monotonic() - self._started
        return seconds < SECONDS or (seconds < LONGEST_SECONDS and not self.has_happened())

    def has_happened(self) -> bool:
        """Whether everything that makes a load was done at least once."""
        return all(self.told[each] for each in HAPPENS | HAPPENS_LATER)

    def note(self, what: str, answer: httpx.Response) -> httpx.Response:
        """Count an answer."""
        with self._lock:
            self.sent += what not in OF_STAFF
            self.told[f"{what} {answer.status_code}"] += 1
            if answer.status_code == 500 and answer.json() == GAVE_UP:
                self.gave_up += 1
            elif answer.status_code not in SURVIVED:
                self.wrong.append(f"{what}: {answer.status_code} {answer.text[:300]}")
            if what == "enter" and answer.status_code == 201:
                self.acknowledged |= {each["entry_id"] for each in answer.json()["entries"]}
        return answer


class Member:
    """One client of a member's; several share the account."""

    def __init__(self, load: Load, person: Person, certification_id: str, agreement: str, seed: int) -> None:
        self.load, self.person = load, person
        self.chance = random.Random(seed)
        self.path = f"/api/certifications/{certification_id}"
        self.agreement = agreement

    def go_on(self) -> None:
        """One thing that a member does now."""
        answer = self.load.note("look", self.person.get(f"{self.path}/cycle"))
        if answer.status_code != 200:
            return None
        seen = answer.json()
        if seen["cycle"]["state"] in ("submitted", "lapsed"):
            return self.pay(seen)
        deeds: list[tuple[int, Callable[[Any], None]]] = [(4, self.enter), (2, self.edit), (2, self.delete)]
        if not seen["cycle"]["points_missing"]:
            deeds = [(4, self.sign), (1, self.enter), (1, self.edit), (1, self.delete), (1, self.pay)]
        ((_, do),) = self.chance.choices(deeds, [weight for weight, _ in deeds])
        return do(seen)

    def enter(self, seen: Any) -> None:
        day = seen["cycle"]["starts_on"]
        rows = self.chance.choice([1, 2])
        points = [self.chance.randint(1, MOST_AT_ONCE // rows) for _ in range(rows)]
        sent = [entry("webinar", each, started_on=day, ended_on=day) for each in points]
        key = str(uuid4())
        for _ in range(self.chance.choice([1, 1, 1, 2])):  # an impatient client sends the same again
            self.load.note("enter", self.person.post(f"{self.path}/entries", {"entries": sent}, key=key))

    def edit(self, seen: Any) -> None:
        if later := entered_later(seen):
            chosen, day = self.chance.choice(later), seen["cycle"]["starts_on"]
            body = entry("webinar", self.chance.randint(1, MOST_AT_ONCE), started_on=day, ended_on=day)
            at = f"{self.path}/entries/{chosen['entry_id']}"
            self.load.note("edit", self.person.put(at, body, chosen["version"]))

    def delete(self, seen: Any) -> None:
        if later := entered_later(seen):
            chosen = self.chance.choice(later)
            at = f"{self.path}/entries/{chosen['entry_id']}"
            self.load.note("delete", self.person.delete(at, chosen["version"]))

    def sign(self, seen: Any) -> None:
        signing = {"agreement_version": self.agreement, "signature": "Mona Member"}
        self.load.note("sign", self.person.post(f"{self.path}/submission", signing))

    def pay(self, seen: Any) -> None:
        answer = self.load.note("ask for the invoice", self.person.post(f"{self.path}/invoice"))
        if answer.status_code not in (200, 201) or answer.json()["status"] != "open":
            return
        at = f"/api/invoices/{answer.json()['invoice_id']}/checkout"
        opened = self.load.note("checkout", self.person.post(at))
        if opened.status_code == 201:
            url = opened.json()["checkout_url"]
            self.load.stripe_url = str(httpx.URL(url).join("/")).rstrip("/")
            httpx.post(f"{url}/pay", timeout=PATIENCE_SECONDS)


def entered_later(seen: Any) -> list[Any]:
    """All entries but the large first one, without which nobody would come to sign."""
    return [each for each in seen["entries"] if each["quantity"] != FIRST_POINTS]


class Staff:
    """One client of staff's."""

    def __init__(self, load: Load, person: Person, seed: int) -> None:
        self.load, self.person = load, person
        self.chance = random.Random(seed)

    def go_on(self) -> None:
        """Decide on something that waits; now and then record a cheque."""
        waiting = self.load.note("queue", self.person.get("/api/staff/reviews", state="submitted"))
        found = waiting.json()["items"] if waiting.status_code == 200 else []
        if not found:
            time.sleep(
                STAFF_PAUSE_SECONDS
            )  # a person looks again later, and leaves the machine to the others
            return
        chosen = self.chance.choice(found)
        at = f"/api/staff/certifications/{chosen['certification_id']}"
        seen = self.load.note("read", self.person.get(f"{at}/cycle"))
        if seen.status_code != 200:
            return
        invoice = seen.json()["invoice"]
        if invoice and invoice["status"] == "open" and self.chance.random() < 0.3:
            cheque = {"method": "check", "reference": "no. 1", "received_on": this_day().isoformat()}
            path = f"/api/staff/invoices/{invoice['invoice_id']}/payment"
            self.load.note("cheque", self.person.post(path, cheque))
        is_settled = bool(invoice) and invoice["status"] == "paid"
        if not is_settled and self.chance.random() < UNSETTLED:
            return  # it waits for the payment
        kind = "approve" if self.chance.random() < APPROVED else "return"
        body = {"submission_id": chosen["submission_id"], "decision": kind, "comment": "Seen."}
        self.load.note(kind, self.person.post(f"{at}/decision", body))


class Jobs:
    """Fires the schedules, again and again."""

    def __init__(self, load: Load, portal: Portal, names: list[str], seed: int) -> None:
        self.load, self.portal, self.names = load, portal, names
        self.chance = random.Random(seed)

    def go_on(self) -> None:
        """One firing."""
        name = self.chance.choice(self.names)
        self.load.note("job", self.portal.client.post(f"/_local/jobs/{name}"))


@pytest.fixture
def running() -> Iterator[RunningPortal]:
    """A portal of its own: what is in its table is what this test put there."""
    made = RunningPortal().wait()
    yield made
    assert made.stop() == 0


def descendants(process_id: int) -> list[int]:
    """A process's children, and theirs."""
    tasks = Path(f"/proc/{process_id}/task")
    found: list[int] = []
    for task in tasks.iterdir() if tasks.exists() else ():
        try:
            children = [int(each) for each in (task / "children").read_text().split()]
        except OSError:
            continue
        found += children
    return [*found, *(below for each in found for below in descendants(each))]


def table_endpoint(process_id: int) -> str:
    """Where the portal's DynamoDB listens, as it was started."""
    for each in descendants(process_id):
        try:
            command = Path(f"/proc/{each}/cmdline").read_bytes().decode().split("\0")
        except OSError:
            continue
        if "serve" in command and "--port" in command:
            return f"http://127.0.0.1:{command[command.index('--port') + 1]}"
    raise AssertionError("the portal's DynamoDB is not among its processes")


def client_of(service: str, endpoint: str) -> Any:
    """A client of the portal's AWS."""
    keys = {"aws_access_key_id": ACCESS_KEY_ID, "aws_secret_access_key": "local"}
    return boto3.client(service, REGION, endpoint_url=endpoint, **keys)


def resident(process_id: int) -> dict[int, int]:
    """The memory of each execution environment, in kB, by its process: all are forked from one that they look like."""
    sizes = {}
    for each in descendants(process_id):
        try:
            if ENVIRONMENT not in Path(f"/proc/{each}/cmdline").read_bytes():
                continue
            lines = Path(f"/proc/{each}/status").read_text().splitlines()
        except OSError:
            continue
        found = [int(line.split()[1]) for line in lines if line.startswith("VmRSS:")]
        if found:
            sizes[each] = found[0]
    return sizes


ENVIRONMENT = b"infrastructure.local.zygote"


def grown(sizes: list[dict[int, int]]) -> tuple[int, list[str]]:
    """How many environments lived from the second third to the end, and which of them hold more at the end."""
    third = len(sizes) // 3
    second, last = sizes[third : 2 * third], sizes[2 * third :]
    found, lived = [], set(second[0]) & set(last[-1]) if second and last else set[int]()
    for each in sorted(lived):
        early, late = (median(held[each] for held in part if each in held) for part in (second, last))
        if late > early * GROWTH + UNSWEPT:
            found.append(f"environment {each}: {early:.0f} kB in the second third, {late:.0f} kB in the last")
    return len(lived), found


def test_an_environment_that_grows_is_told_whatever_the_others_do() -> None:
    steady = [{1: 60_000, 2: 90_000 - 1000 * second} for second in range(30)]
    assert grown(steady) == (2, [])
    leaking = [{**held, 3: 40_000 + 2000 * second} for second, held in enumerate(steady)]
    lived, found = grown(leaking)
    assert lived == 3
    assert [each.partition(":")[0] for each in found] == ["environment 3"]
    assert grown([]) == (0, [])


def dumped(running: RunningPortal) -> list[dict[str, Any]]:
    """Every item of the one table."""
    client = client_of("dynamodb", table_endpoint(running.process_id))
    (name,) = client.list_tables()["TableNames"]
    pages = client.get_paginator("scan").paginate(TableName=name)
    return [_read(item) for page in pages for item in page["Items"]]


def charges(portal: Portal, stripe_url: str) -> list[dict[str, Any]]:
    """What Stripe took, and whether it still has it; nothing where nobody was led there."""
    if not stripe_url:
        return []
    ssm = client_of("ssm", portal.cognito_endpoint)
    (name,) = [
        each["Name"]
        for each in ssm.describe_parameters()["Parameters"]
        if each["Name"].endswith("stripe-secret-key")
    ]
    secret_key = ssm.get_parameter(Name=name, WithDecryption=True)["Parameter"]["Value"]
    client = stripe.StripeClient(secret_key, base_addresses={"api": stripe_url})
    return [
        {
            "invoice_id": each.metadata["invoice_id"],
            "payment_id": str(each.payment_intent),
            "is_kept": not each.refunded,
        }
        for each in client.v1.charges.list({"limit": 100}).auto_paging_iter()
        if each.status == "succeeded"
    ]


def bring_in(portal: Portal, staff: Person) -> list[tuple[Person, str]]:
    """Members with an empty cycle each, logged in."""
    year = this_day().year
    rows = [
        row
        | {
            "member_id": f"L.{number}",
            "email": f"load-{number}@example.net",
            "designation": "IPMA-CP",
            "certified_since": f"{year - 5}-02-01",
            "expires_on": f"{year}-12-31",
            "status": "renew",
        }
        for number, row in enumerate(generated_roster(this_day(), members=MEMBERS))
    ][:MEMBERS]
    assert staff.import_roster(as_csv(rows)).json()["created"] == MEMBERS
    portal.settle()  # the log-ins are made
    people = [portal.first_log_in(row["email"], PASSWORD) for row in rows]
    found = []
    for person in people:
        certification_id = person.certification()["certification_id"]
        day = person.dashboard(certification_id)["cycle"]["starts_on"]
        first = {"entries": [entry("webinar", FIRST_POINTS, started_on=day, ended_on=day)]}
        assert person.post(f"/api/certifications/{certification_id}/entries", first).status_code == 201
        found.append((person, certification_id))
    return found


@isolated
@pytest.mark.timeout(900)
def test_a_hundred_clients_at_once_leave_a_table_that_an_auditor_finds_right(
    running: RunningPortal, figures: Figures
) -> None:
    portal = Portal(running.url)
    many = httpx.Limits(max_connections=CLIENTS)
    portal.client = httpx.Client(base_url=running.url, timeout=PATIENCE_SECONDS, limits=many)
    staff = portal.log_in("staff@example.org")
    load = Load()
    agreement = portal.client.get("/api/program").json()["agreement"]["version"]
    members = bring_in(portal, staff)
    jobs = portal.client.get("/_local/jobs").json()["items"]
    clients: list[Member | Staff | Jobs] = [Staff(load, staff, SEED + n) for n in range(STAFF_CLIENTS)]
    clients += [Jobs(load, portal, jobs, SEED - 1 - n) for n in range(JOB_CLIENTS)]
    clients += [
        Member(load, *members[n % MEMBERS], agreement, SEED + 1000 + n) for n in range(CLIENTS - len(clients))
    ]
    sizes: list[dict[int, int]] = []

    def work(client: Member | Staff | Jobs) -> None:
        while load.goes_on():
            client.go_on()

    def watch() -> None:
        while load.goes_on():
            sizes.append(resident(running.process_id))
            time.sleep(1)

    started = time.monotonic()
    with ThreadPoolExecutor(CLIENTS + 1) as pool:
        done = [pool.submit(work, each) for each in clients]
        if PROVING:
            done.append(pool.submit(watch))
        for each in done:
            each.result()
    seconds = time.monotonic() - started
    portal.settle()  # all is delivered
    assert not load.wrong, load.wrong[:10]
    failed = [line for line in running.said if " failed: " in line]
    assert not [line for line in failed if not TOO_SLOW.search(line)]
    assert load.gave_up <= len(failed)
    items, taken = dumped(running), charges(portal, load.stripe_url)
    found = audit(
        items,
        most_at_once=Decimal(MOST_AT_ONCE),
        acknowledged=load.acknowledged,
        charges=taken,
    )
    asked = f"{CLIENTS} clients from seed {SEED}, {load.sent:,} requests in {seconds:.0f} s"
    figures("mixed load", f"{asked}, {len(items):,} items, {len(taken)} charges, {len(found)} things wrong")
    figures("mixed load", ", ".join(f"{number:,} times {what}" for what, number in sorted(load.told.items())))
    assert not found, found[:10]
    assert load.acknowledged
    assert load.has_happened(), (
        f"never happened: {[each for each in HAPPENS | HAPPENS_LATER if not load.told[each]]}"
    )
    if PROVING:
        assert taken
        lived, growing = grown(sizes)
        grew = f"{len(growing)} of them hold more at the end"
        figures("mixed load", f"{lived} environments lived from the second third on; {grew}")
        assert lived
        assert not growing, growing
