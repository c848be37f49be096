"""Faults at every call to AWS and Stripe that any route, job or worker makes.

A golden run counts the calls; each of them then fails, is throttled, gets lost after it took effect, and is the last
before or after which the process dies. Whoever gets no answer is told 503 or is run again by the service that called,
asks the same again, and everything is as if nothing had happened.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest

from shared.adapters import aws, clock, stripe_payments
from shared.domain.proposals import Chapter, RosterMember, propose
from shared.handling import wiring
from shared.repositories import recertifications
from tests.figures import Figures
from tests.integration.portal import routes, template
from tests.integration.world import build
from tests.properties import golden_runs, rare_runs
from tests.properties.breaking import WATCHED, Base, break_all, traced
from tests.properties.call_sites import SIGNATURES, trees
from tests.properties.call_sites import sites as call_sites
from tests.properties.cloud import SERVICES
from tests.properties.golden_runs import Golden, Runs
from tests.properties.line import Line
from tests.properties.stage import Course, differences, staged, state, stripe_now
from tests.properties.unseen import condition_sites

GATEWAY_SECONDS = 30
NOW = datetime(2027, 6, 22, 16, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def usual() -> Iterator[Base]:
    """A portal that has one of everything."""
    with staged("ipma-hr") as (stage, patch):
        world = build(stage.portal, patch)
        services = stage.aws.cloud
        patch.setattr(recertifications, "MOST_ARCHIVED", 1)  # so that three documents take three transactions
        patch.setattr(
            recertifications, "MOST_TAKEN_OUT", 1
        )  # and two entries that accrued one before the other

        def gathered(gather: Callable[..., None], *more: Any) -> list[Golden]:
            runs = Runs(stage.portal)
            gather(runs, *more)
            return runs.all

        goldens = {
            "members": gathered(golden_runs.members_runs, world, services),
            "readers": gathered(golden_runs.readers_runs, world),
            "staff": gathered(golden_runs.staff_runs, world),
            "jobs": gathered(golden_runs.jobs_runs, world),
            "transfers": gathered(golden_runs.transfers_runs, world),
            "rare": gathered(rare_runs.rare_runs, world, services),
        }
        patch.setenv("MALWARE_PROTECTION", "on")
        stage.process()
        goldens["documents"] = gathered(golden_runs.documents_runs, world)
        stage.as_deployed()
        goldens["payers"] = gathered(golden_runs.payers_runs)
        for (document_id, version), content in world.documents.objects.items():
            services.put("documents", f"documents/{document_id}", content, version)
        for key, content in world.transfers.objects.items():
            services.put("transfers", key, content)
        goldens["steps"] = gathered(rare_runs.steps_runs)
        known = {golden.name: golden for group in goldens.values() for golden in group}
        goldens["again"] = rare_runs.again(known)
        goldens["met"] = rare_runs.met(known)
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


GROUPS = ["members", "readers", "staff", "jobs", "documents", "transfers", "payers"]
GROUPS += ["rare", "steps", "again", "met"]


@pytest.mark.parametrize("group", GROUPS)
def test_every_call_of_every_route_job_and_worker_may_go_wrong(
    usual: Base, group: str, figures: Figures
) -> None:
    break_all(usual, group, figures)


def test_every_call_of_an_application_may_go_wrong(applicants: Base, figures: Figures) -> None:
    break_all(applicants, "applicants", figures)


def test_no_route_and_no_function_is_without_a_golden_run(usual: Base, applicants: Base) -> None:
    covered = {golden.of for base in (usual, applicants) for runs in base[3].values() for golden in runs}
    functions = {
        each["Properties"]["Handler"].split(".")[1]
        for each in template()["Resources"].values()
        if each["Type"] == "AWS::Serverless::Function"
    }
    behind_routes = {route.function for route in routes()}
    assert covered == {route.key for route in routes()} | (functions - behind_routes)


@pytest.fixture
def reached_usually(usual: Base) -> set[tuple[str, int]]:
    """Traced before another edition's portal takes the place of this one."""
    return traced([usual])


def test_every_line_that_calls_a_service_is_reached_by_a_golden_run(
    reached_usually: set[tuple[str, int]], applicants: Base, figures: Figures
) -> None:
    reached = reached_usually | traced([applicants])
    by_file = {file: {line for name, line in reached if name.endswith(f"/{file}")} for file in trees()}
    missed = [site for site in call_sites() if not any(map(site.holds, by_file[site.file]))]
    places = f"{len(call_sites())} places in the code call a client, the table or what holds them"
    figures("faults", f"{places}, {len(missed)} not reached")
    told = [str(site) for site in missed if (site.function, site.called) not in UNREACHED]
    assert not told, "\n".join(told)
    known = {(site.function, site.called) for site in missed}
    assert set(UNREACHED) <= known, f"these are reached: {set(UNREACHED) - known}"


def test_nothing_that_is_written_lands_over_what_its_writer_has_not_seen(
    usual: Base, request: pytest.FixtureRequest, figures: Figures
) -> None:
    traced((usual,))
    traced((request.getfixturevalue("applicants"),))
    told = f"{WATCHED.tried:,} writes were met by what another had left there, {len(condition_sites())} conditions"
    figures("conditions", told)
    landed = {(how, run) for how, runs in WATCHED.unseen.items() for run in runs}
    strange = sorted(f"{how}: {run}" for how, run in landed if reason(how, run) is None)
    assert not strange, "\n".join(strange)
    assert {reason(how, run) for how, run in landed} == {why for _, _, why in UNSEEN}
    made = WATCHED.lines
    untried = [site for site in condition_sites() if not any(site.holds(*line) for line in made)]
    assert not untried, "\n".join(map(str, untried))


def reason(how: str, run: str) -> str | None:
    """Why this may land although its writer has not seen what it lands over; None where it may not."""
    told = [why for what, runs, why in UNSEEN if how.startswith(what) and run in (runs or {run})]
    return told[0] if told else None


ANY: set[str] = set()
UNDONE = {
    "undo",
    "undo an approval of many entries",
    "undo an approval with a document",
    "undo an approval with three documents",
    "undo an approval beside what accrued",
    "undo an approval beside more that accrued",
}
REMOVED, NAMED = {"delete a document of two places"}, {"name", "membership"}
UNSEEN = (
    ("Put CALENDAR / LAST-DAY", ANY, "a day is noted alike by everybody, and the later time stands"),
    ("Put CALENDAR / INVOICED", ANY, "a year is marked again when it is asked for again"),
    ("Put CERTIFICATION / STANDING", ANY, "behind its cycle"),
    ("Delete ARCHIVE / STANDING", UNDONE, "behind the closed cycle"),
    (
        "Put CERTIFICATION / ENTRY",
        UNDONE,
        "behind its cycle, or of a number that reads skip until it is there",
    ),
    ("Put CERTIFICATION / CERTIFICATION, whatever", NAMED, "no report rests on a name or a membership"),
    (
        "ConditionCheck MEMBER / MEMBER, ",
        ANY,
        "what is added asks that the data were not erased, and nothing else",
    ),
    ("Delete SEARCH / …, gone", ANY, "a term that is gone already is as it has to be"),
    ("Delete RETIRED / DOCUMENT", {"retirement"}, "a note goes once its file is gone, whichever run did it"),
    ("Delete LIBRARY / …, changed", {"withdraw"}, "a shelf goes behind its document, whatever it says"),
    ("Delete CERTIFICATION / DOCUMENT, ", REMOVED, "a copy goes behind its document"),
    ("Delete CERTIFICATION / ", {"erase"}, "what is erased goes, whatever it became"),
    ("Put HISTORY / EVENT", {"erase"}, "what is kept of the history loses its words, whatever it became"),
)
"""What may land all the same, in any run or in these, and why."""

UNREACHED: dict[tuple[str, str], str] = {
    (
        "make_account",
        "wiring.members().find",
    ): "an erasure while an account is made: test_accounts lets it come",
    ("_finished", "members.find"): "an erasure that another finished meanwhile: test_erasure lets two run",
    (
        "_attach",
        "documents.announced",
    ): "a key of an upload that is in the archive, with an entry: test_documents.py",
    (
        "check_content",
        "objects.delete",
    ): "a file that our own look fails at: none is known, test_documents.py",
}
"""The calls that no golden run makes, and why."""


def test_a_call_that_nothing_reaches_would_be_seen() -> None:
    found = {(site.function, site.called) for site in call_sites()}
    assert {
        ("Table.get", "self._client.get_item"),
        ("Invoices.of_programs", "self._table.get_many"),
        ("StripePayments.refund", "self._client.v1.refunds.create"),
        ("_attach", "recertifications.save"),
        ("_submitted", "wiring.recertifications().submissions"),
        ("addressee", "post.sources.members.find"),
    } <= found
    assert not [each for each in found if each[1].rpartition(".")[2] in SIGNATURES]


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


SENT_AGAIN = {
    "export_data": "whoever died between noting a step and asking for the next one did not ask",
    "generate_invoices": "whoever died among the queue's batches did not ask for the rest; each is issued once",
    "send_reminders": "the same; each reminder goes out once for its day",
}
"""The workers that ask again for what they asked for before, and why that is right: done twice, it changes nothing."""


def test_dead_letters_that_are_sent_back_change_nothing_the_second_time(usual: Base) -> None:
    stage, services, at_stripe, goldens = usual
    runs = [golden for group in goldens.values() for golden in group]
    for queue, functions in dead_letters().items():
        assert functions, f"nothing is known to end in {queue}"
        for folder in functions:
            letters = [golden for golden in runs if golden.of == folder and golden.rival is None]
            assert letters, folder
            cloud = stage.set_back(services, at_stripe, Line())
            for letter in letters:
                assert letter.ask()[0] < 300, letter.name
            once, mails = state(cloud, stage.portal), list(cloud.mails)
            sent = {url: Counter(each) for url, each in cloud.queues.items()}
            for letter in letters:
                stage.process()
                assert letter.ask()[0] < 300, letter.name
            assert differences(state(cloud, stage.portal), once) == [], (queue, folder)
            assert cloud.mails == mails, "a mail went out twice"
            sends_again = {url: Counter(each) for url, each in cloud.queues.items()} != sent
            assert sends_again == (folder in SENT_AGAIN), (queue, folder)


def test_what_a_run_never_made_of_an_item_is_told_halfway() -> None:
    nothing: dict[str, Any] = {"table": {"P": {"1": "old"}}, "messages": {}, "mails": set()}
    halfway = {**nothing, "table": {"P": {"1": "half"}}}
    done = {
        **nothing,
        "table": {"P": {"1": "new", "2": "other"}},
        "messages": {"q": {"a", "b"}},
        "mails": {"m"},
    }
    course = Course(nothing)
    course.states += [halfway, done]
    for fine in (nothing, halfway, done, {**halfway, "messages": {"q": {"a"}}}, {**nothing, "mails": {"m"}}):
        assert course.strayed(fine) == []
    for wrong in (
        {**nothing, "table": {"P": {"1": "never"}}},
        {**nothing, "table": {"P": {"1": "old", "3": "never"}}},
        {**nothing, "table": {}},
        {**nothing, "messages": {"q": {"c"}}},
        {**nothing, "mails": {"another"}},
    ):
        assert len(course.strayed(wrong)) == 1, wrong
