"""`make bench`: what a start and a request cost, as ratios to a baseline of the same run, in docs/benchmarks.md."""

import os
import platform
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from importlib.metadata import version
from math import nan
from pathlib import Path
from statistics import median

from tests.performance import startup, warm
from tests.performance.startup import Start
from tests.performance.test_startup import HTTP

RUNS, USUAL_RUNS = 6, 2
USUAL = ", usual"
PAGE = startup.ROOT / "docs" / "benchmarks.md"
PEOPLE, WORKERS, HEAVY, HALF = 1.6, 1.25, 2.0, 0.5
MEDIAN_MS, MOST_MS = 4, 10


@dataclass(frozen=True)
class Starts:
    """All starts of one kind."""

    made: tuple[Start, ...]
    instructions: float

    @property
    def least(self) -> Start:
        """The one that was disturbed least."""
        return min(self.made, key=lambda start: start.milliseconds)

    @property
    def median(self) -> float:
        """In milliseconds."""
        return median(start.milliseconds for start in self.made)


def main() -> None:
    """Measure, print and write."""
    unit, starts = measured()
    where = "the artifact of `make build ARCH=host`" if startup.is_built() else "the sources"
    of_unit = f"{len(unit.least.modules)} | {unit.least.megabytes:.0f}"
    lines = [
        "# Benchmarks",
        "",
        f"Written by `make bench` on {datetime.now(UTC):%d %B %Y}.",
        f"{platform.machine()}, {os.cpu_count()} processors, Python {platform.python_version()},",
        f"botocore {version('botocore')}, Powertools {version('aws-lambda-powertools')}.",
        "Times depend on the machine and on what else it does; ratios less so, counts not at all.",
        "",
        "## Starts",
        "",
        f"What a fresh process from {where} takes up to the first request's own work: the DynamoDB client is",
        "made, and all that the function uses is loaded. U is `import boto3` and a DynamoDB client, in the same run.",
        "",
        "*Instructions* are those that the processor carries out, which nothing else on the machine changes; they are",
        "counted where valgrind is installed, and leave out the kernel's. *Time* is the processor's, the kernel's too:",
        f"the least of {RUNS} runs that take turns (the usual way's of {USUAL_RUNS}), and the median.",
        "*The usual way* is the same function behind a handler written so (`tests/performance/usual_way.py`):",
        "everything imported at the top, Tracer and Metrics, boto3's resource and a client for each service. It has",
        "bytecode, which `sam build` alone would not give it.",
        "",
        "| function | instructions, U | least time, U | median time, U | of the usual way | modules | MB |",
        "|---|---|---|---|---|---|---|",
        f"| U ({unit.least.milliseconds:.0f} ms, median {unit.median:.0f}) | 1.00 | 1.00 | 1.00 | | {of_unit} |",
    ]
    for name, (start, usual) in starts.items():
        lines.append(
            f"| {name} | {counted_as(start, unit):.2f} | {of(start, unit):.2f} | {start.median / unit.median:.2f} "
            f"| {of(start, usual):.2f} | {len(start.least.modules)} | {start.least.megabytes:.0f} |"
        )
    lines += [
        "",
        "## Requests",
        "",
        f"The processor's time of a warm request in the function's own process, in that of {warm.SERIES}",
        f"series of {warm.ROUNDS} requests that has the least median. AWS answers from memory: each call is",
        "serialized, signed and its answer parsed, the sending itself does not count.",
        "*Calls* are Python functions called in one request, which no busy machine changes; *plain* leaves reading",
        "DynamoDB's answers to botocore and boto3, as it was before.",
        "",
        "| request | least ms | p50 ms | p99 ms | calls | plain least | plain p50 | plain calls |",
        "|---|---|---|---|---|---|---|---|",
    ]
    requests = warm.table()
    for (name, least, half, most, calls), plain in zip(requests, warm.table(plain=True), strict=True):
        lines.append(
            f"| {name} | {least:.1f} | {half:.1f} | {most:.1f} | {calls:,} "
            f"| {plain[1]:.1f} | {plain[2]:.1f} | {plain[4]:,} |"
        )

    def missed(ratio: Callable[[Starts], float]) -> str:
        return named(name for name, (start, _) in starts.items() if ratio(start) > aim(name))

    slow = [name for name, _, half, most, _ in requests if half > MEDIAN_MS or most > MOST_MS]
    lines += [
        "",
        "## Aims, and what missed them in this run",
        "",
        f"- {HEAVY} U with Stripe and for printing, {PEOPLE} U for members and staff, {WORKERS} U for workers:",
        f"  by instructions {missed(lambda start: counted_as(start, unit)) if startup.can_count() else 'not counted'};",
        f"  by the least time {missed(lambda start: of(start, unit))}.",
        f"- {HALF} of the usual way: {named(n for n, (start, usual) in starts.items() if of(start, usual) > HALF)}.",
        f"- {MEDIAN_MS} ms at the median and {MOST_MS} ms at the 99th percentile of a request: {named(slow)}.",
        "  Each call of AWS is some 1,500 of the functions called, all of them botocore's: `me` and the dashboard make",
        "  one, entering points two, the invoices three.",
        "",
    ]
    text = "\n".join(lines)
    print(text)
    PAGE.write_text(text, encoding="utf-8")


def measured() -> tuple[Starts, dict[str, tuple[Starts, Starts]]]:
    """U, and of each function its starts and the usual way's. The runs of all take turns, so that a busy moment strikes
    everybody."""
    ways: dict[str, Callable[[], Start]] = {"U": startup.start_of_unit}
    for function in startup.functions():
        ways[function] = partial(startup.start_of, function)
        ways[usual_of(function)] = partial(usual_start, function)
    made: dict[str, list[Start]] = {name: [] for name in ways}
    for turn in range(RUNS):
        for place, (name, start) in enumerate(ways.items()):
            if turn < USUAL_RUNS or not name.endswith(USUAL):
                made[name].append(start())
            if place % 8 == 4:  # everything is divided by U, so it is looked for in many moments
                made["U"].append(startup.start_of_unit())
    counted = instructions()
    found = {name: Starts(tuple(starts), counted.get(name, nan)) for name, starts in made.items()}
    return found["U"], {name: (found[name], found[usual_of(name)]) for name in startup.functions()}


def instructions() -> dict[str, int]:
    """The instructions of U and of each function's start, where they can be counted; a core each, as no count changes
    when others are at work."""
    if not startup.can_count():
        return {}
    names = ["U", *startup.functions()]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return dict(zip(names, pool.map(startup.instructions_of, names), strict=True))


def usual_of(function: str) -> str:
    """The name of the same function in the usual way."""
    return f"{function}{USUAL}"


def usual_start(function: str) -> Start:
    """Start a function behind a handler that is written in the usual way."""
    usual = (Path(__file__).parent / "usual_way.py").read_text(encoding="utf-8")
    return startup.run(f"{usual}\n{startup.code_of(function)}", [startup.ROOT, startup.site_packages()])


def of(one: Starts, other: Starts) -> float:
    """How much of the other's time one takes, at the least: what else the machine does can only add."""
    return one.least.milliseconds / other.least.milliseconds


def counted_as(one: Starts, other: Starts) -> float:
    """The same in instructions; nan where nothing counts them."""
    return one.instructions / other.instructions


def aim(function: str) -> float:
    """The most U that a function's start should take."""
    if function in startup.WITH_STRIPE or function == "report_pdf":
        return HEAVY
    return PEOPLE if function in HTTP else WORKERS


def named(names: Iterable[str]) -> str:
    """Names with commas between."""
    return ", ".join(names) or "none"


if __name__ == "__main__":
    main()
