"""What `make load` measured, on paper: docs/scale.json, and docs/scale.md with its plot made from it."""

import json
import os
import platform
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from shared.domain.figures import HORIZON_DAYS
from shared.use_cases.send_reminders import CATCH_UP
from tests.load import invoices, routes

DOCS = Path(__file__).parents[2] / "docs"
MEASURED, PAGE, PLOT = DOCS / "scale.json", DOCS / "scale.md", DOCS / "scale.svg"
DUE = (1_000, 10_000, 100_000, 1_000_000)


PARTS = {
    "seeding": "seeding",
    "handing_on": "handing on",
    "invoices": "issuing",
    "comparing": "comparing",
    "routes": "the routes",
}
"""What is measured with members on a table, and how the page calls it."""

INVOICES = {"seeding", "handing_on", "invoices", "comparing"}
"""What has to be measured before a plan of 15 February can be made of it."""


def measured(file: Path = MEASURED) -> dict[str, Any]:
    """What was measured, by part."""
    found: dict[str, Any] = json.loads(file.read_text()) if file.exists() else {}
    return found


@dataclass(frozen=True)
class Run:
    """A run of `make load`: where it writes, and the name that what it measures bears."""

    folder: Path = DOCS
    name: str = field(default_factory=lambda: f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC")

    def note(self, part: str, found: dict[str, Any]) -> None:
        """Keep what a part found, and with what."""
        today = datetime.now(UTC).date()
        machine = f"{platform.machine()}, {os.cpu_count()} processors, load average {os.getloadavg()[1]:.0f}"
        told = {**found, "run": self.name, "on": f"{today.day} {today:%B %Y}", "machine": machine}
        file = self.folder / MEASURED.name
        file.write_text(json.dumps({**measured(file), part: told}, indent=1, ensure_ascii=False) + "\n")

    def write(self) -> str:
        """Write the page, and the plot where invoices were issued; the page."""
        found = measured(self.folder / MEASURED.name)
        if found.keys() >= INVOICES:
            (self.folder / PLOT.name).write_text(plot(found))
        (self.folder / PAGE.name).write_text(page(found))
        return page(found)


def page(found: dict[str, Any]) -> str:
    """docs/scale.md, or as much of it as was measured."""
    parts = [_head()]
    if "day" in found:
        parts.append(_day(found["day"]))
    if "seeding" in found:
        parts.append(_full(found))
    if found.keys() >= INVOICES:
        parts.append(_release(found))
    return "\n\n".join(parts) + "\n"


def origin(found: dict[str, Any]) -> str:
    """Of which runs the parts are that were measured with members on a table: of one, or of which."""
    made: dict[tuple[str, int], list[str]] = {}
    for part, words in PARTS.items():
        if part in found:
            told = found[part]
            members = told.get("members", told.get("due", 0))
            made.setdefault((told.get("run", "an unnoted run"), members), []).append(words)
    if len(made) == 1:
        (((run, _), _),) = made.items()
        return f"All that follows is of one run, that of {run}."
    each = [f"{', '.join(parts)} of {run} with {members:,} members" for (run, members), parts in made.items()]
    return (
        f"**What follows is not of one run, and figures of different runs do not add up:** {'; '.join(each)}."
    )


def plans(found: dict[str, Any]) -> list[invoices.Plan]:
    """The invoice job reckoned for each number that is due, from what was measured."""
    return [invoices.plan(due, own_work(found)) for due in DUE]


def own_work(found: dict[str, Any]) -> invoices.Own:
    """What each step works for one certification, as measured."""
    handed, done, compared = found["handing_on"], found["invoices"], found["comparing"]
    return invoices.Own(
        handing_on=handed["processor_seconds"] / handed["due"],
        issuing=done["processor_seconds"] / sum(done["outcomes"].values()),
        comparing=compared["processor_seconds"] / compared["due"],
    )


def _head() -> str:
    return """# Scale

Written by `make load` (LOAD=day, routes or invoices: by that part) from what it measured, which stands in `scale.json`.
Times are those of a laptop's stand-ins and depend on what else the machine did; calls, units and shares do not."""


def _day(day: dict[str, Any]) -> str:
    rows = [
        f"| `{what}` | {it['requests']} | {it['errors']} | {it['p50']:.0f} | {it['p95']:.0f} | {it['p99']:.0f} |"
        for what, it in day["routes"].items()
    ]
    spent = sum(day["processor_seconds"].values())
    parts = [
        f"| {kind} | {seconds:.1f} | {100 * seconds / spent:.0f} % |"
        for kind, seconds in sorted(day["processor_seconds"].items(), key=lambda each: -each[1])
    ]
    return f"""## A mixed day over HTTP

On {day["on"]} ({day["machine"]}): {day["people"]} people at once against `make run`,
{day["seconds"]:.0f} s, {day["requests"]:,} requests, **{day["requests"] / day["seconds"]:.0f} a second,
{day["errors"]} errors**; p50 {day["p50"]:.0f} ms, p95 {day["p95"]:.0f} ms, p99 {day["p99"]:.0f} ms. A session refused
at 50 points is no error, nor a decision before the payment's notice came.{_cold(day)}

The driver is our own (`tests/load/day.py`). k6 and wrk send what is written down beforehand, and locust would run these
same functions: what a person asks next hangs on what was answered (versions, keys, whether signed, asked to pay, paid
at Stripe's page). What those tools add is many machines that ask, and here driver and portal share one.

| request | times | errors | p50 ms | p95 ms | p99 ms |
|---|---|---|---|---|---|
{_lines(rows)}

Where the processors' time went:

| | s | share |
|---|---|---|
{_lines(parts)}"""


def _cold(day: dict[str, Any]) -> str:
    if "cold" not in day:
        return " The slowest are first requests to a function, whose process has to start."
    cold = day["cold"]
    return (
        f" Before that, {cold['seconds']} s apart in which functions started: {cold['requests']:,} requests, "
        f"{cold['errors']} errors; p50 {cold['p50']:.0f} ms, p95 {cold['p95']:.0f} ms, p99 {cold['p99']:.0f} ms."
    )


def _full(found: dict[str, Any]) -> str:
    seeded = found["seeding"]
    return f"""## {seeded["members"]:,} members

{origin(found)}

On {seeded["on"]} ({seeded["machine"]}), Dynoxide with its file in memory: {seeded["members"]:,} members with
{seeded["members"] * 10:,} entries ({seeded["items"]:,} items, made by the repositories' own makers, without history and
search terms) were written in **{seeded["seconds"] / 60:.1f} minutes**.{_routes(found)}"""


def _routes(found: dict[str, Any]) -> str:
    if "routes" not in found:
        return ""
    metered = found["routes"]
    grown = "; ".join(f"`{each['door']}` ({each['case']})" for each in metered["grown"])
    more = f"More than 1: {grown}. " if grown else ""
    usual = len(routes.of_members(usual=True))
    return f"""

All {metered["metered"]} cases of members' routes that the [meter](data-model.md#what-each-costs) had then were metered
on that table: the largest ratio of calls, read or write units to those on an empty table is
**{metered["most"]:.2f}**. {more}At 1,000 members `make test` holds {usual} of them to 1.2: those that the
profile of [cost](cost.md) names, but for the printing."""


def _release(found: dict[str, Any]) -> str:
    done, compared, own = found["invoices"], found["comparing"], own_work(found)
    rows = [
        f"| {plan.due:,} | {_time(plan.handing_on)} | {_time(plan.issuing)} | {_time(plan.comparing)} "
        f"| {_time(plan.mailing)} | {plan.invoices_a_second:.0f} | {plan.table_writes:.0f} "
        f"| {plan.hottest_partition:.0f} | {plan.dollars:.2f} |"
        for plan in plans(found)
    ]
    is_whole = done["issued"] == done["due"]
    ended = "" if is_whole else " There the run was ended, for it had taken the time that it was given."
    minutes = invoices.JOB_SECONDS // 60
    busiest = invoices.PARTITION_WRITES / plans(found)[0].hottest_partition * invoices.concurrency()
    return f"""## 15 February

For real, on {done["on"]} ({done["machine"]}): {done["due"]:,} certifications due on that table.
The job handed them on in {done["handing_on_seconds"]:.0f} s ({done["handing_on_calls"]:,} calls to a queue in memory);
{invoices.IN_PROCESS} processes issued **{done["issued"]:,} invoices in {done["seconds"] / 60:.1f} minutes**,
{1000 * own.issuing:.1f} ms of processor an invoice, one query and one conditional put each.{ended} In the end
the busiest of the 16 partitions of `OWED#` has {100 * done["hottest_share"]:.1f} % of the invoices; while the job runs,
all write to one or two: it hands on shard by shard, and an invoice's shard is its certification's.
On {compared["on"]} the reconciliation compared {compared["due"]:,} with their invoices, two batch gets for a hundred.

Reckoned for AWS, of a processor's own work and of waiting:

- own work, as measured: {1000 * own.handing_on:.2f} ms to hand one on (of {found["handing_on"]["due"]:,}),
  {1000 * own.issuing:.1f} ms to issue, {1000 * own.comparing:.2f} ms to compare; a function has the share of a
  processor that its memory comes with, a whole one at {invoices.WHOLE_PROCESSOR} MB;
- calls, assumed: {1000 * invoices.CALL_SECONDS:.0f} ms, for a batch get of a hundred
  {1000 * invoices.BATCH_GET_SECONDS:.0f} ms; ten messages a call, {invoices.IN_A_MESSAGE} certifications a message;
- {invoices.concurrency()} workers at once (`MaximumConcurrency`). A partition takes {invoices.PARTITION_WRITES:,}
  write units a second, a new table {invoices.NEW_TABLE_WRITES:,}, a standard queue any number;
- dollars: sending, issuing, the table's stream and the mail of each, by metered units and list prices;
- mails, assumed: SES takes {invoices.MAILS_A_SECOND} a second and {invoices.MAILS_A_DAY:,} in 24 hours. AWS publishes
  neither figure: they are the account's own (`aws ses get-send-quota`), and more is asked for, of both. The
  {invoices.concurrency("notify")} workers make some {invoices.mails_by_workers():.0f} a second, fewer as SES takes
  longer to answer than other calls: a higher rate helps no further without more of them (`MaximumConcurrency` of
  `NotifyFunction`).

| due | handing on | issuing | comparing | mails | invoices/s | table, WRU/s | hottest partition, WRU/s | dollars |
|---|---|---|---|---|---|---|---|---|
{_lines(rows)}

![Minutes and the hottest partition against certifications due](scale.svg)

The limit of the invoices is one function of {minutes} minutes, that hands on or compares. By these figures both
end in time up to some {invoices.most(own):,} due in one year; beyond, a run would break off and begin anew, so it
would have to go by shard. The workers' concurrency, not DynamoDB, sets the pace of the invoices: {busiest:.0f} workers
at once would be as many as the one partition takes.

The mails take longest, and are what a large body has to ask AWS about: with this quota the last of more than
{invoices.mails_kept():,} asked for on one day would be older than `MailsQueue` keeps a message, which is then gone
without a dead letter. The invoices are there all the same, and members see them when they log in.

The reminders are not in the table. Their job sends one message a certification: for {DUE[-1]:,} with one last day its
calls alone take {_time(invoices.reminding(DUE[-1]))} of those {minutes}. With its own work, which is not measured, it
would break off somewhat below that number and begin anew each time; after {CATCH_UP} days the rest would get none.

Staff's figures tell how many have how many days left, and for that read each whose last day comes in the next
{HORIZON_DAYS} days. Reckoned as handing them on, they are told in time up to some {invoices.shown_in_figures(own):,} of
them; beyond, the request would end without an answer, and a nightly job would have to keep the figures."""


def _lines(rows: list[str]) -> str:
    return "\n".join(rows)


def _time(seconds: float) -> str:
    if seconds >= 2 * invoices.DAY:
        return f"{seconds / invoices.DAY:.0f} days"
    if seconds >= 7200:
        return f"{seconds / 3600:.0f} h"
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min"


def plot(found: dict[str, Any]) -> str:
    """The plan as an SVG: minutes to the last invoice (bars), and the hottest partition's share of its limit."""
    made = plans(found)
    width, height, left, bottom = 640, 300, 60, 250
    top = max(plan.seconds for plan in made) / 60
    box, text = f'viewBox="0 0 {width} {height}"', 'font-family="sans-serif" font-size="12"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {box} role="img" {text}>',
        "<title>Minutes from the start of the invoice job to the last invoice, and the hottest partition</title>",
        f'<rect width="{width}" height="{height}" fill="white"/>',
        f'<line x1="{left}" y1="{bottom}" x2="{width - 20}" y2="{bottom}" stroke="black"/>',
        f'<text x="{left}" y="20">Minutes to the last invoice, by certifications due</text>',
        f'<text x="{left}" y="36" fill="#555">Below: write units a second, hottest partition</text>',
    ]
    for number, plan in enumerate(made):
        x = left + 30 + number * 140
        tall = 200 * plan.seconds / 60 / top
        middle = f'x="{x + 35}" text-anchor="middle"'
        parts += [
            f'<rect x="{x}" y="{bottom - tall:.1f}" width="70" height="{tall:.1f}" fill="#1f6f8b"/>',
            f'<text {middle} y="{bottom - tall - 6:.1f}">{plan.seconds / 60:.1f}</text>',
            f'<text {middle} y="{bottom + 18}">{plan.due:,}</text>',
            f'<text {middle} y="{bottom + 36}" fill="#555">{plan.hottest_partition:.0f} of 1,000</text>',
        ]
    return "\n".join([*parts, "</svg>"]) + "\n"
