"""A mixed day: members and staff at once against the portal as `make run` starts it, over HTTP."""

import os
import random
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx

from shared.domain.roster import COLUMNS
from tests.e2e.portal import Person, Portal, RunningPortal, this_day
from tests.load.paper import Run

MEMBERS, AT_ONCE, SECONDS = 40, 8, 60
"""How many members there are, how many people act at once, and for how long."""

COLD_SECONDS = 15
"""How long before that they act while functions start; what that took is told apart."""

READY = 24
"""How many of the members have their points when the day begins, and sign, pay and are decided on."""

MIX = (
    ("GET …/cycle", 14),
    ("GET /api/me", 6),
    ("GET /api/program", 6),
    ("POST …/entries", 7),
    ("PUT …/entries/{entry_id}", 1),
    ("GET …/shortest-ways", 2),
    ("GET …/report", 1),
    ("GET …/history", 1),
    ("GET /api/invoices", 2),
    ("GET /api/library", 1),
    ("GET /api/staff/reviews", 1),
    ("GET /api/staff/members", 1),
    ("POST …/submission", 1),
    ("POST …/checkout", 1),
    ("paying at Stripe's page", 1),
    ("POST …/decision", 1),
)
"""What they do, and how often beside the others: infrastructure/cost/profile.toml in short."""


REFUSALS = {"points-complete", "invoice-unpaid"}
"""What is no error: 50 points are full, and a payment's notice may still be on its way."""


@dataclass
class Day:
    """What happened: milliseconds and unexpected statuses by what was asked."""

    took: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    failed: dict[str, int] = field(default_factory=lambda: defaultdict(int))


@dataclass
class Way:
    """How far a member with all points is: signed, asked to pay, paid, decided on."""

    person: Person
    certification: str
    name: str
    agreement: str
    invoice: str = ""
    submission: str = ""
    checkout: str = ""
    is_paid: bool = False
    is_decided: bool = False


def run(noted: Run) -> None:
    """Start the portal, let people act, note what it took."""
    running = RunningPortal().wait()
    try:
        portal = Portal(running.url)
        staff = portal.log_in("staff@example.org")
        members = _members(portal, staff)
        ways = [_ready(portal, *each, number) for number, each in enumerate(members[:READY])]
        people = [
            (members[READY:][number::AT_ONCE] or members[READY:], ways[number::AT_ONCE])
            for number in range(AT_ONCE)
        ]
        some = [(entering, going[:1]) for entering, going in people]
        cold, _ = _act_together(running.url, some, staff, COLD_SECONDS)
        before = _processors(running._process.pid)
        own = time.process_time()
        day, seconds = _act_together(running.url, people, staff, SECONDS)
        after = _processors(running._process.pid)
        spent = {kind: after[kind] - before.get(kind, 0.0) for kind in after}
        spent["people (this driver)"] = time.process_time() - own
        first = {"seconds": COLD_SECONDS, **_figures(cold)}
        noted.note("day", {**_told(day, seconds, spent), "cold": first})
    finally:
        running.stop()


def _members(portal: Portal, staff: Person) -> list[tuple[Person, str]]:
    since, last_day = f"{this_day().year - 1}-01-01", f"{this_day().year + 2}-12-31"
    rows = [
        f"load{number:03d},Lea,Load{number},load{number:03d}@example.org,IPMA-CP,{since},{last_day},new,"
        for number in range(MEMBERS)
    ]
    answer = staff.import_roster("\n".join([",".join(COLUMNS), *rows]))
    assert answer.json()["created"] == MEMBERS, answer.text
    portal.client.post("/_local/jobs/expire-certifications", timeout=120)  # answers once accounts are made
    people = [portal.first_log_in(f"load{number:03d}@example.org") for number in range(MEMBERS)]
    return [(person, person.certification()["certification_id"]) for person in people]


def _ready(portal: Portal, person: Person, certification: str, number: int) -> Way:
    """A member with all points."""
    session = {"entries": [{**_entry(), "quantity": 50}]}
    answer = person.post(f"/api/certifications/{certification}/entries", session)
    assert answer.status_code == 201, answer.text
    agreement = portal.client.get("/api/program").json()["agreement"]["version"]
    return Way(person, certification, f"Lea Load{number}", agreement)


def _act_together(
    url: str,
    people: list[tuple[list[tuple[Person, str]], list[Way]]],
    staff: Person,
    seconds: int,
) -> tuple[Day, float]:
    """All of them at once for some seconds: what happened, and how long it was."""
    day, lock, began = Day(), threading.Lock(), time.perf_counter()
    threads = [
        threading.Thread(target=_act, args=(url, members, ways, staff, day, lock, number, seconds))
        for number, (members, ways) in enumerate(people)
    ]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    return day, time.perf_counter() - began


def _act(
    url: str,
    members: list[tuple[Person, str]],
    ways: list[Way],
    staff: Person,
    day: Day,
    lock: threading.Lock,
    number: int,
    seconds: int,
) -> None:
    chance = random.Random(number)
    names, weights = zip(*MIX, strict=True)
    with httpx.Client(base_url=url, timeout=60) as client:
        people = [(Person(client, who.token), certification) for who, certification in members]
        colleague = Person(client, staff.token)
        own: dict[str, dict[str, Any]] = {}
        until = time.perf_counter() + seconds
        while time.perf_counter() < until:
            who, certification = chance.choice(people)
            what = chance.choices(names, weights)[0]
            began = time.perf_counter()
            step = STEPS.get(what)
            try:
                answer = step(ways, colleague) if step else _ask(what, who, colleague, certification, own)
                is_right = answer is None or _is_right(answer)
            except httpx.HTTPError:  # no answer in time, or none at all
                is_right = False
            else:
                if answer is None:
                    continue
            took = (time.perf_counter() - began) * 1000
            with lock:
                day.took[what].append(took)
                day.failed[what] += not is_right


def _is_right(answer: httpx.Response) -> bool:
    """Done, or refused for what happens on such a day."""
    if answer.status_code == 409:
        return str(answer.json()["type"]).removeprefix("/problems/") in REFUSALS
    return answer.is_success or answer.is_redirect


def _sign(ways: list[Way], _: Person) -> httpx.Response | None:
    way = next((each for each in ways if not each.submission), None)
    if way is None:
        return None
    signing = {"agreement_version": way.agreement, "signature": way.name}
    answer = way.person.post(f"/api/certifications/{way.certification}/submission", signing)
    if answer.is_success:
        way.submission = answer.json()["submission"]["submission_id"]
        way.invoice = answer.json()["invoice"]["invoice_id"]
    return answer


def _check_out(ways: list[Way], _: Person) -> httpx.Response | None:
    way = next((each for each in ways if each.invoice and not each.checkout), None)
    if way is None:
        return None
    answer = way.person.post(f"/api/invoices/{way.invoice}/checkout")
    if answer.is_success:
        way.checkout = answer.json()["checkout_url"]
    return answer


def _pay(ways: list[Way], _: Person) -> httpx.Response | None:
    way = next((each for each in ways if each.checkout and not each.is_paid), None)
    if way is None:
        return None
    way.is_paid = True
    return httpx.post(f"{way.checkout}/pay", timeout=60)


def _decide(ways: list[Way], staff: Person) -> httpx.Response | None:
    way = next((each for each in ways if each.is_paid and not each.is_decided), None)
    if way is None:
        return None
    decision = {"submission_id": way.submission, "decision": "approve", "comment": ""}
    address = f"/api/staff/certifications/{way.certification}/decision"
    answer = staff.post(address, decision, key=str(uuid4()))
    way.is_decided = answer.status_code != 409
    return answer


STEPS: Mapping[str, Callable[[list[Way], Person], httpx.Response | None]] = {
    "POST …/submission": _sign,
    "POST …/checkout": _check_out,
    "paying at Stripe's page": _pay,
    "POST …/decision": _decide,
}
"""What is done once to each member who has all points, in this order."""


def _ask(
    what: str, who: Person, staff: Person, certification: str, own: dict[str, dict[str, Any]]
) -> httpx.Response | None:
    path = f"/api/certifications/{certification}"
    if what == "POST …/entries":
        answer = who.post(f"{path}/entries", {"entries": [_entry()]})
        if answer.status_code == 201:
            own[certification] = answer.json()["entries"][0]
        return answer
    if what.startswith("PUT"):
        if certification not in own:
            return None
        entry = own.pop(certification)
        return who.put(f"{path}/entries/{entry['entry_id']}", _entry(), entry["version"])
    if what == "GET /api/staff/members":
        return staff.get("/api/staff/members", query="load")
    if "/staff/" in what:
        return staff.get(what.removeprefix("GET "))
    return who.get(what.removeprefix("GET ").replace("…", path))


def _entry() -> dict[str, Any]:
    return {
        "activity": "webinar",
        "quantity": 1,
        "title": "Leading change in public service",
        "organization": "Association of Public Employers, Springfield",
        "started_on": f"{this_day().year - 1}-07-01",
        "ended_on": f"{this_day().year - 1}-07-01",
    }


def _processors(pid: int) -> dict[str, float]:
    """The processor's seconds of a process and all below it, by what they are."""
    ticks = os.sysconf("SC_CLK_TCK")
    found: dict[str, float] = defaultdict(float)
    parents: dict[int, int] = {}
    stats: dict[int, tuple[str, float]] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text().rpartition(") ")[2].split()
            command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        except OSError:
            continue
        parents[int(folder.name)] = int(fields[1])
        stats[int(folder.name)] = (command, (int(fields[11]) + int(fields[12])) / ticks)
    for each, (command, seconds) in stats.items():
        above = each
        while above not in (pid, 0, 1):
            above = parents.get(above, 0)
        if above == pid:
            found[_kind(each, pid, command)] += seconds
    return found


def _kind(process: int, portal: int, command: str) -> str:
    if "dynoxide" in command:
        return "DynamoDB (Dynoxide)"
    if process == portal:
        return "gateway, queues, stream"
    return "functions" if "zygote" in command else "other services (moto)"


def _told(day: Day, seconds: float, spent: dict[str, float]) -> dict[str, Any]:
    routes = {
        what: {"requests": len(took), "errors": day.failed[what], **_percentiles(sorted(took))}
        for what, took in sorted(day.took.items())
    }
    told = {"people": AT_ONCE, "seconds": seconds, **_figures(day)}
    return {**told, "routes": routes, "processor_seconds": spent}


def _figures(day: Day) -> dict[str, Any]:
    everything = sorted(took for each in day.took.values() for took in each)
    return {"requests": len(everything), "errors": sum(day.failed.values()), **_percentiles(everything)}


def _percentiles(took: list[float]) -> dict[str, float]:
    return {f"p{part}": took[min(len(took) - 1, len(took) * part // 100)] for part in (50, 95, 99)}
