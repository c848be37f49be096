"""`make bench`: what a start and a request cost, as ratios to a baseline of the same run, in docs/benchmarks.md."""

import os
import platform
import sys
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from importlib.metadata import version
from math import nan
from pathlib import Path
from statistics import median

from infrastructure import built
from infrastructure.local import dynamodb
from tests.performance import startup, warm
from tests.performance.startup import Start
from tests.performance.test_startup import HTTP

RUNS, USUAL_RUNS = 6, 2
USUAL = ", usual"
PAGE = startup.ROOT / "docs" / "benchmarks.md"
PEOPLE, WORKERS, HEAVY, HALF = 1.6, 1.25, 2.0, 0.5
MEDIAN_MS, MOST_MS = 4, 10
REQUESTS, REQUESTS_ALONE = "## Requests", "requests"
STARTING = "decisions/starting.md"
BEFORE = {
    "GET /api/me": (2.0, 10.2, 2_024),
    "GET …/cycle (30 entries)": (6.0, 34.3, 4_827),
    "POST …/entries (the first)": (5.5, 22.7, 4_519),
    "GET /api/invoices": (4.4, 12.8, 5_254),
    "GET /api/program": (1.3, 1.4, 1_494),
}
"""The medians, 99th percentiles and functions of the page before AWS answered from memory."""

PROFILED = "29 November 2026"
"""The day of BEFORE, and of what the page says of a profile."""

MEGABYTES = 60


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
    """Measure, print and write; `requests` alone leaves what the page says of starts."""
    if dynamodb.find_binary() is None:
        sys.exit(warm.WITHOUT_DYNOXIDE)
    if sys.argv[1:] == [REQUESTS_ALONE]:
        before = PAGE.read_text(encoding="utf-8").partition(REQUESTS)[0].splitlines()
    else:
        before = of_starts()
    text = "\n".join([*before, *of_requests()])
    print(text)
    PAGE.write_text(text, encoding="utf-8")


def of_starts() -> list[str]:
    """What a start costs, under the page's head."""
    unit, starts = measured()
    where = "the artifact of `make build ARCH=host`" if startup.is_built() else "the sources"
    of_unit = f"{len(unit.least.modules)} | {unit.least.megabytes:.0f}"
    lines = [
        "# Benchmarks",
        "",
        f"Written by `make bench` on {datetime.now(UTC):%d %B %Y}.",
        f"{machine()}, Python {platform.python_version()},",
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
        "everything imported at the top, Stripe's library too, Tracer and Metrics, boto3's resource and a client for",
        "each service, from the sources and with all of botocore's data. It has bytecode, which `sam build` alone",
        "would not give it.",
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

    def missed(ratio: Callable[[Starts], float]) -> str:
        return named(name for name, (start, _) in starts.items() if ratio(start) > aim(name))

    large = [name for name, (start, _) in starts.items() if start.least.megabytes > MEGABYTES]
    return [
        *lines,
        "",
        "Aims, and what missed them in this run:",
        "",
        f"- {HEAVY} U with Stripe and for printing, {PEOPLE} U for members and staff, {WORKERS} U for workers:",
        f"  by instructions {missed(lambda start: counted_as(start, unit)) if startup.can_count() else 'not counted'};",
        f"  by the least time {missed(lambda start: of(start, unit))};",
        f"  by the median time {missed(lambda start: start.median / unit.median)}. Instructions",
        "  are the same in each run, so what misses by the median alone was disturbed by what else ran.",
        f"- {HALF} of the usual way: {named(n for n, (start, usual) in starts.items() if of(start, usual) > HALF)}.",
        *sizes(),
        f"- {MEGABYTES} MB resident after a start: {named(large)}.",
        "",
    ]


def of_requests() -> list[str]:
    """What a request costs."""
    made, plain = warm.table(), warm.table(plain=True)
    rows = [
        f"| {each.name} | {each.times.least:.1f} | {each.times.median:.1f} | {each.times.most:.1f} "
        f"| {each.loop.least:.1f} | {each.loop.median:.1f} | {each.loop.most:.1f} | {each.aws_calls} "
        f"| {each.functions:,} | {beside(other)} |"
        for each, other in zip(made, plain, strict=True)
    ]
    return [
        REQUESTS,
        "",
        f"Measured on {datetime.now(UTC):%d %B %Y} on the reference machine, {machine()}:",
        "the processor's time of a warm request in the function's own",
        f"process, handler in, answer out, in that of {warm.SERIES} series of {warm.ROUNDS} requests that has the",
        "least median. AWS answers from memory: each request is asked once of a local DynamoDB, and from then on what",
        "that answered is there at once. Every call is built, serialized and signed, and its answer parsed; a request",
        "that makes other calls than the first time stops the run. The line of the log is made, as deployed.",
        "",
        f"*Functions* are those of Python that one request calls, the most of {warm.COUNTED}, and *calls* those of",
        "AWS: no busy machine changes them, and `make test` holds both. *Plain* is botocore and boto3 as they come; a",
        "request that calls nothing of AWS is the same with them, and is not told twice.",
        "",
        "*The loop* is of additions and takes turns with the request. It does the same each time and never waits:",
        "what its median and 99th percentile have over its least is the machine's and not the code's.",
        "",
        "| request | least ms | p50 ms | p99 ms | loop least | p50 | p99 | calls | functions | plain p50 | functions |",
        "|---|---|---|---|---|---|---|---|---|---|---|",
        *rows,
        "",
        "### Before",
        "",
        f"Not of this run: measured on {PROFILED}, when the bytes of each call went to the local DynamoDB while the",
        "clock stood still. That left the processor to others for some 40 ms in each request, and its caches cold; and",
        "what sends them was counted among the functions, so that these compare with those above only as told below:",
        "",
        "| request | p50 ms | p99 ms | functions |",
        "|---|---|---|---|",
        *(
            f"| {name} | {half:.1f} | {most:.1f} | {calls:,} |"
            for name, (half, most, calls) in BEFORE.items()
        ),
        "",
        f"Of the work itself two parts went by {PROFILED}, functions counted as above. Entering points counted the",
        "ledger three times and does so twice: the 31st",
        "entry called 6,471 functions. The program with its handbook is put into words once a process; a request for",
        "it called 1,464. What was left of the dashboard was, in a profile",
        "of that day, a quarter botocore's one call, a sixth each",
        "the ledger and the shortest ways to what is missing, and a tenth the answer's JSON; of the invoices, four",
        "fifths were botocore's three calls, some 900 functions each, a third of that the signature. Python looks for",
        f"garbage in none of the requests that `make test` counts ([Starting]({STARTING})).",
        "",
        "Aims, and what missed them in this run:",
        "",
        *misses(f"{MEDIAN_MS} ms at the median", made, lambda times: times.median, MEDIAN_MS),
        *misses(f"{MOST_MS} ms at the 99th percentile", made, lambda times: times.most, MOST_MS),
        "",
        "A time here is the code's and what the machine adds; the loop beside it shows how much that was. The",
        "functions are the stable measure, the same in each run: `make test` holds each request to its number.",
        "",
    ]


def beside(plain: warm.Warm) -> str:
    """The columns of a request with botocore and boto3 as they come, empty where it calls neither."""
    return f"{plain.times.median:.1f} | {plain.functions:,}" if plain.aws_calls else "|"


def misses(aim: str, made: list[warm.Warm], taken: Callable[[warm.Times], float], most: float) -> list[str]:
    """An aim, and of each request that missed it a sentence: what it took, how far the loop beside it was stretched,
    and whether that alone is the reason."""
    late = [each for each in made if taken(each.times) > most]
    lines = [f"- {aim}: {'none.' if not late else ''}".rstrip()]
    for each in late:
        stretched = taken(each.loop) / each.loop.least
        quiet = taken(each.times) / stretched
        why = (
            "without that it keeps to the aim"
            if quiet <= most
            else "which explains a part: its work itself is long, or it was disturbed more than the loop"
        )
        lines.append(
            f"  {each.name} took {taken(each.times):.1f}, its least was {each.times.least:.1f}. "
            f"The loop beside it took {stretched:.1f} times its least: {why}."
        )
    return lines


def machine() -> str:
    """This machine's processor and how many there are of it."""
    information = Path("/proc/cpuinfo")
    told = information.read_text(encoding="utf-8").splitlines() if information.is_file() else []
    model = next((line.partition(":")[2].strip() for line in told if line.startswith("model name")), "")
    return f"{os.cpu_count()} × {model or platform.processor() or platform.machine()} ({platform.machine()})"


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


def sizes() -> list[str]:
    """What `make build` says of its artifact."""
    if not startup.is_built():
        return []
    first, *more = built.held(startup.ARTIFACT)
    return [f"- {first}", *(f"  {line}" for line in more)]


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
