"""`make bench`: what a start and a request cost, as ratios to a baseline of the same run, in docs/benchmarks.md."""

import os
import platform
from collections.abc import Callable
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from statistics import median

from tests.performance import startup, warm
from tests.performance.startup import Start

RUNS = 3
PAGE = startup.ROOT / "docs" / "benchmarks.md"


def main() -> None:
    """Measure, print and write."""
    starts = measured()
    unit, usual = starts.pop("U"), starts.pop("usual")
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
        f"The processor's time of a fresh process from {where}, median of {RUNS},",
        "up to the first request's own work: the DynamoDB client is made, and all that the function uses is loaded.",
        "U is `import boto3` and a DynamoDB client, in the same run. *The usual way* is a handler written so",
        "(`tests/performance/usual_way.py`).",
        "",
        "| function | U | of the usual way | modules | MB |",
        "|---|---|---|---|---|",
    ]
    rows = {f"U ({unit.milliseconds:.0f} ms)": unit, "the usual way": usual, **starts}
    for name, start in rows.items():
        ratios = f"{ratio(start, unit)} | {ratio(start, usual)}"
        lines.append(f"| {name} | {ratios} | {len(start.modules)} | {start.megabytes:.0f} |")
    lines += [
        "",
        "## Requests",
        "",
        f"The processor's time of a warm request in the function's own process, {warm.ROUNDS} requests.",
        "",
        "| request | p50 ms | p99 ms |",
        "|---|---|---|",
        *(f"| {name} | {half:.1f} | {most:.1f} |" for name, half, most in warm.table()),
        "",
        "## Aims, and what misses them",
        "",
        "Aimed at are 1.6 U and half of the usual way for members and staff, 1.25 U for workers, 2.0 U with",
        "Stripe and for printing, and 4 ms at the median and 10 ms at the 99th percentile of a request.",
        "Printing misses its aim: fpdf2 and fontTools alone take more than one U. Most others lie round",
        "theirs: below it in a quiet run, above on a busy machine, where ratios move too. The dashboard",
        "misses its median in every run.",
        "",
    ]
    text = "\n".join(lines)
    print(text)
    PAGE.write_text(text, encoding="utf-8")


def measured() -> dict[str, Start]:
    """Each start the median of its runs; the runs of all take turns, so that a busy moment strikes everybody."""
    ways: dict[str, Callable[[], Start]] = {"U": startup.start_of_unit, "usual": usual_start}
    for function in startup.functions():
        ways[function] = lambda function=function: startup.start_of(function)  # type: ignore[misc]
    runs: dict[str, list[Start]] = {name: [] for name in ways}
    for _ in range(RUNS):
        for name, start in ways.items():
            runs[name].append(start())
    return {
        name: Start(median(each.milliseconds for each in made), made[0].megabytes, made[0].modules)
        for name, made in runs.items()
    }


def usual_start() -> Start:
    """Start the handler that is written in the usual way."""
    code = (Path(__file__).parent / "usual_way.py").read_text(encoding="utf-8")
    return startup.run(code, [startup.site_packages()])


def ratio(one: Start, other: Start) -> str:
    """How much of the other's time one takes."""
    return f"{one.milliseconds / other.milliseconds:.2f}"


if __name__ == "__main__":
    main()
