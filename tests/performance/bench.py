"""`make bench`: what a start and a request cost, as ratios to a baseline of the same run, in docs/benchmarks.md."""

import os
import platform
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from functools import partial
from importlib.metadata import version
from pathlib import Path

from tests.performance import startup, warm
from tests.performance.startup import Start
from tests.performance.test_startup import HTTP

RUNS = 2
PAGE = startup.ROOT / "docs" / "benchmarks.md"
PEOPLE, WORKERS, HEAVY, HALF = 1.6, 1.25, 2.0, 0.5
MEDIAN_MS, MOST_MS = 4, 10


def main() -> None:
    """Measure, print and write."""
    unit, starts = measured()
    where = "the artifact of `make build ARCH=host`" if startup.is_built() else "the sources"
    lines = [
        "# Benchmarks",
        "",
        f"Written by `make bench` on {datetime.now(UTC):%d %B %Y}.",
        f"{platform.machine()}, {os.cpu_count()} processors, Python {platform.python_version()},",
        f"botocore {version('botocore')}, Powertools {version('aws-lambda-powertools')}.",
        "Times depend on the machine and on what else it does; ratios and counts less so.",
        "",
        "## Starts",
        "",
        f"The processor's time of a fresh process from {where}, the least of {RUNS} runs that take turns,",
        "up to the first request's own work: the DynamoDB client is made, and all that the function uses is loaded.",
        "U is `import boto3` and a DynamoDB client, in the same run. *The usual way* is the same function behind a",
        "handler written so (`tests/performance/usual_way.py`): everything imported at the top, Tracer and Metrics,",
        "boto3's resource and a client for each service. It has bytecode, which `sam build` alone would not give it.",
        "",
        "| function | U | of the usual way | modules | MB |",
        "|---|---|---|---|---|",
        f"| U ({unit.milliseconds:.0f} ms) | 1.00 | | {len(unit.modules)} | {unit.megabytes:.0f} |",
    ]
    for name, (start, usual) in starts.items():
        ratios = f"{of(start, unit):.2f} | {of(start, usual):.2f}"
        lines.append(f"| {name} | {ratios} | {len(start.modules)} | {start.megabytes:.0f} |")
    lines += [
        "",
        "## Requests",
        "",
        f"The processor's time of a warm request in the function's own process, {warm.ROUNDS} requests. AWS answers",
        "from memory: each call is serialized, signed and its answer parsed, the sending itself does not count.",
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
    slow = [name for name, _, half, most, _ in requests if half > MEDIAN_MS or most > MOST_MS]
    lines += [
        "",
        "## Aims, and what missed them in this run",
        "",
        f"- {HEAVY} U with Stripe and for printing, {PEOPLE} U for members and staff, {WORKERS} U for workers:",
        f"  {named(name for name, (start, _) in starts.items() if of(start, unit) > aim(name))}.",
        "  Powertools' resolver with validation and a DynamoDB client are one and a half U before the portal's own",
        "  code, and fpdf2 with fontTools takes more than one U ([why](decisions/starting.md)).",
        f"- {HALF} of the usual way: {named(n for n, (start, usual) in starts.items() if of(start, usual) > HALF)}.",
        f"- {MEDIAN_MS} ms at the median and {MOST_MS} ms at the 99th percentile of a request: {named(slow)}.",
        "",
    ]
    text = "\n".join(lines)
    print(text)
    PAGE.write_text(text, encoding="utf-8")


def measured() -> tuple[Start, dict[str, tuple[Start, Start]]]:
    """U, and of each function its start and the usual way's: the least of its runs, for what else the machine does
    can only add. The runs of all take turns, so that a busy moment strikes everybody."""
    ways: dict[str, Callable[[], Start]] = {"U": startup.start_of_unit}
    for function in startup.functions():
        ways[function] = partial(startup.start_of, function)
        ways[f"{function}, usual"] = partial(usual_start, function)
    best: dict[str, Start] = {}
    for _ in range(RUNS):
        for place, name in enumerate(ways):
            # everything is divided by U, so it is looked for in many moments
            for each in ("U", name) if place % 6 == 0 else (name,):
                made = ways[each]()
                best[each] = min(best.get(each, made), made, key=lambda start: start.milliseconds)
    return best["U"], {name: (best[name], best[f"{name}, usual"]) for name in startup.functions()}


def usual_start(function: str) -> Start:
    """Start a function behind a handler that is written in the usual way."""
    usual = (Path(__file__).parent / "usual_way.py").read_text(encoding="utf-8")
    return startup.run(f"{usual}\n{startup.code_of(function)}", [startup.ROOT, startup.site_packages()])


def of(one: Start, other: Start) -> float:
    """How much of the other's time one takes."""
    return one.milliseconds / other.milliseconds


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
