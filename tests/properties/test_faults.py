"""Faults at every call to AWS and Stripe that any route, job or worker makes.

A golden run counts the calls; each of them then fails, is throttled, gets lost after it took effect, and is the last
before or after which the process dies. Whoever gets no answer is told 503 or is run again by the service that called,
asks the same again, and everything is as if nothing had happened.
"""

import ast
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from shared.adapters import aws, clock, stripe_payments
from shared.domain.proposals import Chapter, RosterMember, propose
from shared.handling import wiring
from tests.integration.portal import routes, template
from tests.integration.world import build
from tests.properties import golden_runs
from tests.properties.cloud import SERVICES, Cloud
from tests.properties.golden_runs import Golden, Runs
from tests.properties.line import READS, Line, ways
from tests.properties.stage import Stage, differences, staged, state, stripe_now
from tests.properties.world import Died

GATEWAY_SECONDS = 30
NOW = datetime(2027, 6, 22, 16, 0, tzinfo=UTC)

SILENT = {"GET /api/program", "GET /api/openapi.json", "$default"}
"""What asks no service for anything."""

Base = tuple[Stage, Cloud, Any, dict[str, list[Golden]]]
"""A stage, what stands in its services and at Stripe, and the golden runs by who is asked for them."""


@pytest.fixture(scope="module")
def usual() -> Iterator[Base]:
    """A portal that has one of everything."""
    with staged("ipma-hr") as (stage, patch):
        world = build(stage.portal, patch)
        services = stage.aws.cloud

        def gathered(gather: Callable[..., None], *more: Any) -> list[Golden]:
            runs = Runs(stage.portal)
            gather(runs, *more)
            return runs.all

        goldens = {
            "members": gathered(golden_runs.members_runs, world, services),
            "readers": gathered(golden_runs.readers_runs, world),
            "staff": gathered(golden_runs.staff_runs, world),
            "jobs": gathered(golden_runs.jobs_runs, world),
            "documents": gathered(golden_runs.documents_runs, world),
            "transfers": gathered(golden_runs.transfers_runs, world),
        }
        stage.as_deployed()
        goldens["payers"] = gathered(golden_runs.payers_runs)
        for (document_id, version), content in world.documents.objects.items():
            services.put("documents", f"documents/{document_id}", content, version)
        for key, content in world.transfers.objects.items():
            services.put("transfers", key, content)
        patch.setattr(clock, "now", lambda: NOW)
        yield stage, services, stripe_now(stage.portal), goldens


@pytest.fixture
def applicants() -> Iterator[Base]:
    """That of the edition with reinstatement in the portal."""
    with staged("example-reinstatement") as (stage, patch):
        runs = Runs(stage.portal)
        golden_runs.applicants_runs(runs)
        now = clock.now()
        patch.setattr(clock, "now", lambda: now)
        yield stage, stage.aws.cloud, stripe_now(stage.portal), {"applicants": runs.all}


def attempt(stage: Stage, golden: Golden) -> tuple[int, str]:
    """Ask; status 0 when the process died."""
    try:
        status = golden.ask()
    except Died:
        return 0, "died"
    return (0, "died") if stage.aws.line.is_dead else status


def sites(line: Line) -> list[int]:
    """The calls to break: of those that one place in the code makes over and over, the first and the last."""
    first = {place: n for n, place in reversed(list(enumerate(line.places)))}
    last = {place: n for n, place in enumerate(line.places)}
    return sorted({*first.values(), *last.values()})


def mailed_at(line: Line) -> int:
    """The call that hands a mail over; a fault before it sends none twice."""
    mailed = [n for n, call in enumerate(line.made) if call.startswith("email.")]
    return mailed[0] if mailed else len(line.made)


def break_everywhere(base: Base, golden: Golden) -> tuple[int, int, list[str]]:
    """Calls, faults, and what was not as it has to be."""
    stage, services, at_stripe, _ = base
    after = stage.set_back(services, at_stripe, line := Line(is_traced=True))
    untouched = state(after, stage.portal)
    status, code = golden.ask()
    assert status < 300 or golden.of == "$default", (golden.name, status, code)
    assert line.made or golden.of in SILENT, f"{golden.name} asks for nothing, so that nothing can go wrong"
    asks_stripe = at_stripe if any(each.startswith("stripe") for each in line.made) else None
    only_reads = all(ways(each) == READS for each in line.made)
    wanted = state(after, stage.portal)
    assert not only_reads or wanted == untouched, golden.name
    chosen, wrong, faults = sites(line), list[str](), 0
    for place in chosen:
        for way in ways(line.made[place]):
            faults += 1
            cloud = stage.set_back(services, asks_stripe, broken := Line(place, way))
            told, code = attempt(stage, golden)
            where = f"{golden.name}, call {place} ({line.made[place]}) {way}, told {told} {code}"
            if told not in (0, 503) and told >= 300:
                wrong.append(f"{where}: neither done nor 503")
            if len(broken.made) <= place:
                wrong.append(f"{where}: the call was not made")
            wrote_nothing = all(ways(each) == READS for each in broken.made)
            if told == 503 and wrote_nothing and state(cloud, stage.portal) != untouched:
                wrong.append(f"{where}: refused, and yet something is changed")
            if only_reads:
                continue
            stage.process()
            stage.aws.line = Line()
            again, code = golden.ask()
            if again >= 300 and code not in ("version-conflict", "not-found"):
                wrong.append(f"{where}: asked again, told {again} {code}")
            mails = len(cloud.mails) - len(services.mails)
            if mails > (1 if place < mailed_at(line) else 2):
                wrong.append(f"{where}: {mails} mails")
            found = differences(state(cloud, stage.portal), wanted)
            if [each for each in found if not (golden.may_leave and each.startswith(golden.may_leave))]:
                wrong.append(f"{where}: in the end {found}")
    return len(chosen), faults, wrong


def break_all(base: Base, group: str) -> None:
    """Break every call of a group's golden runs."""
    calls, faults, wrong = 0, 0, list[str]()
    goldens = base[3][group]
    for golden in goldens:
        made, tried, found = break_everywhere(base, golden)
        calls += made
        faults += tried
        wrong += found
    print(f"\n{group}: {len(goldens)} golden runs, {calls} calls, {faults} faults")
    assert not wrong, f"{len(wrong)} wrong:\n" + "\n".join(each[:600] for each in wrong[:20])


GROUPS = ["members", "readers", "staff", "jobs", "documents", "transfers", "payers"]


@pytest.mark.parametrize("group", GROUPS)
def test_every_call_of_every_route_job_and_worker_may_go_wrong(usual: Base, group: str) -> None:
    break_all(usual, group)


def test_every_call_of_an_application_may_go_wrong(applicants: Base) -> None:
    break_all(applicants, "applicants")


def test_no_route_and_no_function_is_without_a_golden_run(usual: Base, applicants: Base) -> None:
    covered = {golden.of for base in (usual, applicants) for runs in base[3].values() for golden in runs}
    functions = {
        each["Properties"]["Handler"].split(".")[1]
        for each in template()["Resources"].values()
        if each["Type"] == "AWS::Serverless::Function"
    }
    behind_routes = {route.function for route in routes()}
    assert covered == {route.key for route in routes()} | (functions - behind_routes)


def test_no_use_case_and_no_call_of_an_adapter_is_without_a_golden_run(
    usual: Base, request: pytest.FixtureRequest
) -> None:
    with ran() as names:
        for name in ("usual", "applicants"):
            stage, services, at_stripe, goldens = usual if name == "usual" else request.getfixturevalue(name)
            for golden in [each for group in goldens.values() for each in group]:
                stage.set_back(services, at_stripe, Line())
                golden.ask()
    wanted = {
        (file.stem, node.name)
        for file in (*Path("shared/use_cases").glob("*.py"), *ADAPTERS)
        for node in functions_of(file)
        if not node.name.startswith("_")
    }
    missing = sorted(".".join(each) for each in wanted - names - NEVER_ASKED)
    assert not missing, ", ".join(missing)


ADAPTERS = [
    Path(f"shared/adapters/{name}.py") for name in ("accounts", "document_store", "mailer", "message_queue")
]
ADAPTERS += [
    Path(f"shared/adapters/{name}.py") for name in ("login_requests", "own_account", "transfer_store")
]
ADAPTERS += [Path("shared/adapters/stripe_payments.py")]
NEVER_ASKED = {
    ("open_checkout", "find"),
    ("open_checkout", "payments_down"),
    ("open_checkout", "under_way"),
    ("record_payment", "future_day"),
    ("transfer_store", "download_url"),
    ("mail_parts", "line"),
}
"""Refusals, what is read anew when two changes met (histories do that), a signature, and a text: none is a call of its
own in a run where all goes well."""


def functions_of(file: Path) -> Iterator[ast.FunctionDef]:
    """The functions of a module, and the methods of its classes but for ports, which only declare them."""
    for node in ast.parse(file.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef):
            yield node
        elif isinstance(node, ast.ClassDef) and not any(
            ast.unparse(each) == "Protocol" for each in node.bases
        ):
            yield from (each for each in node.body if isinstance(each, ast.FunctionDef))


@contextmanager
def ran() -> Iterator[set[tuple[str, str]]]:
    """The functions of the portal that begin to run meanwhile, by module and name."""
    found: set[tuple[str, str]] = set()

    def begin(code: Any, _: int) -> Any:
        if "/shared/" in code.co_filename:
            found.add((Path(code.co_filename).stem, code.co_name))
        return sys.monitoring.DISABLE

    sys.monitoring.use_tool_id(TOOL, "golden runs")
    sys.monitoring.register_callback(TOOL, sys.monitoring.events.PY_START, begin)
    sys.monitoring.set_events(TOOL, sys.monitoring.events.PY_START)
    try:
        yield found
    finally:
        sys.monitoring.set_events(TOOL, 0)
        sys.monitoring.free_tool_id(TOOL)


TOOL = 4
"""One of the numbers that are left to programs like this."""


def test_a_put_that_the_client_sends_again_is_told_as_done(usual: Base) -> None:
    stage, services, at_stripe, _ = usual
    chapter = Chapter("Utah Chapter", date(2025, 1, 1), date(2025, 12, 31))
    proposal = propose("m-any", RosterMember("any@example.org", "", ""), chapter)
    stage.set_back(services, at_stripe, Line(0, "lost once"))
    assert wiring.proposals().add(proposal) is True
    stage.aws.line = Line()
    assert wiring.proposals().add(proposal) is False


BACKOFF = 2.0
"""The longest pause before botocore's second try is 1 s, before the third 2 s; Stripe's library waits less."""


def test_every_client_gives_up_before_its_function_and_that_before_the_gateway(usual: Base) -> None:
    functions = template()["Resources"].values()
    usually = template()["Globals"]["Function"]["Timeout"]
    answering = {route.function for route in routes()}
    limits = [
        each["Properties"].get("Timeout", usually)
        for each in functions
        if each["Type"] == "AWS::Serverless::Function"
        and each["Properties"]["Handler"].split(".")[1] in answering
    ]
    assert max(limits) < GATEWAY_SECONDS
    for service in SERVICES:
        config = getattr(aws, service)().meta.config
        tries = config.retries["total_max_attempts"]
        longest = tries * (config.connect_timeout + config.read_timeout) + BACKOFF * (tries - 1)
        assert longest < min(limits), service
    tries = stripe_payments.RETRIES + 1
    longest = tries * (stripe_payments.CONNECT_SECONDS + stripe_payments.READ_SECONDS)
    assert longest + BACKOFF * stripe_payments.RETRIES < min(limits)


def dead_letters() -> dict[str, set[str]]:
    """The functions whose messages or firings each queue of dead letters may hold."""
    resources = template()["Resources"]
    queues = {name: each for name, each in resources.items() if each["Type"] == "AWS::SQS::Queue"}
    ends = {
        name: each["Properties"]["RedrivePolicy"]["deadLetterTargetArn"]["Fn::GetAtt"]
        for name, each in queues.items()
        if "RedrivePolicy" in each["Properties"]
    }
    found: dict[str, set[str]] = {name: set() for name in queues if name not in ends}
    for each in resources.values():
        if each["Type"] != "AWS::Serverless::Function":
            continue
        folder = each["Properties"]["Handler"].split(".")[1]
        if "DeadLetterQueue" in each["Properties"]:
            found[_named(each["Properties"]["DeadLetterQueue"]["TargetArn"])].add(folder)
        for event in each["Properties"].get("Events", {}).values():
            if event["Type"] == "SQS":
                found[_named({"Fn::GetAtt": ends[_named(event["Properties"]["Queue"])]})].add(folder)
    return found


def _named(reference: Any) -> str:
    at = reference["Fn::GetAtt"]
    return str(at[0] if isinstance(at, list) else at.partition(".")[0])


def test_dead_letters_that_are_sent_back_change_nothing_the_second_time(usual: Base) -> None:
    stage, services, at_stripe, goldens = usual
    runs = [golden for group in goldens.values() for golden in group]
    for queue, functions in dead_letters().items():
        assert functions, f"nothing is known to end in {queue}"
        for folder in functions:
            letters = [golden for golden in runs if golden.of == folder]
            assert letters, folder
            cloud = stage.set_back(services, at_stripe, Line())
            for letter in letters:
                assert letter.ask()[0] < 300, letter.name
            once, mails = state(cloud, stage.portal), list(cloud.mails)
            for letter in letters:
                stage.process()
                assert letter.ask()[0] < 300, letter.name
            assert differences(state(cloud, stage.portal), once) == [], (queue, folder)
            assert cloud.mails == mails, "a mail went out twice"
