"""What each route, job and worker asks of AWS, exactly: docs/units.json has it, and `make meter` writes it anew."""

import os
import re
from collections.abc import Callable, Iterator
from dataclasses import asdict
from itertools import count
from typing import Any
from zlib import crc32

import pytest

from infrastructure.cost import reckoning
from infrastructure.local import dynamodb
from shared.handling import wiring
from shared.settings import settings
from tests.figures import Figures
from tests.integration import portal as portals
from tests.integration.calls import Calls
from tests.integration.meter import members, staff, workers  # noqa: F401 - they add their cases
from tests.integration.meter.bench import CASES, Bench, Case
from tests.integration.meter.further_ways import WAYS, file_with_another_address, upload_that_is_rejected
from tests.integration.meter.paper import DATA_MODEL, UNITS, Row, read, table, text, with_table
from tests.integration.meter.services import Services, services
from tests.integration.meter.wire import Wire
from tests.integration.portal import OBSERVED, Portal, allowed_actions, asked, routes, template

OWN_TABLE = True
FUNCTIONS = {route.key: route.function for route in routes()}
RUN: set[str] = set()
"""The cases that were metered in this process."""

ANSWERED: dict[str, int] = {}
"""The bytes that they answered."""

STRIPE = dict.fromkeys(
    ("ssm:GetParameter", "kms:Decrypt"),
    "Stripe's secrets come from a stand-in here; tests/unit/test_template.py holds which",
)
UNSEEN: dict[str, dict[str, str]] = {
    "checkout": STRIPE,
    "stripe_webhook": STRIPE,
    "reconcile": {
        **STRIPE,
        "dynamodb:GetItem": "reads the invoice of a payment whose notice never came: test_calendar.py",
        "dynamodb:PutItem": "raises what it found to staff: test_calendar.py",
    },
    "check_document": {"dynamodb:GetItem": "looks for its event when two deliveries race"},
    "export_data": {
        "s3:ListBucket transfers": "no call: it makes a part that is not there missing instead of forbidden"
    },
    "import_data": {
        "s3:ListBucket transfers": "no call: it makes a file that is gone missing instead of forbidden"
    },
}
"""What a function is allowed and nothing here shows, with the reason."""

WRITES = os.environ.get("METER") == "write"
QUEUES = ("mails_queue", "invoices_queue", "exports_queue", "imports_queue", "login_requests")
WIRED = (*QUEUES, "calendar", "mail_marks", "document_store", "transfer_store", "mailer", "accounts")


@pytest.fixture(scope="module", autouse=True)
def nothing_observed_yet() -> None:
    """What other files showed in this process before says nothing of these cases."""
    OBSERVED.clear()


@pytest.fixture(scope="module")
def wire(dynamo: Calls) -> Wire:
    made = Wire(dynamo)
    made.watch(dynamo.client)
    return made


@pytest.fixture(scope="module")
def aws_here(wire: Wire) -> Iterator[Services]:
    with services(wire) as made:
        yield made


@pytest.fixture(scope="module")
def rows() -> Iterator[list[Row]]:
    """What was metered; with METER=write it becomes the checked files."""
    found: list[Row] = []
    yield found
    if WRITES and len(found) == len(CASES):
        UNITS.write_text(text(found))
        DATA_MODEL.write_text(with_table(DATA_MODEL.read_text(), table(found)))


@pytest.fixture
def bench(
    aws_here: Services, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> Iterator[Bench]:
    first = 100 * (crc32(request.node.callspec.id.encode()) % 9_000)
    # whatever ran before: ids, and so the shards that they lie in, are always the same
    monkeypatch.setattr(portals, "_numbers", count(first))
    login_requests, accounts = wiring.login_requests, wiring.accounts
    portal: Portal = request.getfixturevalue("portal")
    monkeypatch.setattr(wiring, "login_requests", login_requests)
    monkeypatch.setattr(wiring, "accounts", accounts)
    for each in WIRED:
        getattr(wiring, each).cache_clear()
    settings.cache_clear()
    aws_here.empty()
    yield Bench(portal, monkeypatch, aws_here)
    for each in (*WIRED, "editions"):
        getattr(wiring, each).cache_clear()
    settings.cache_clear()


@pytest.mark.parametrize("case", CASES, ids=[each.name for each in CASES])
def test_what_it_asks_of_aws_is_written_down_exactly(
    bench: Bench, wire: Wire, rows: list[Row], case: Case
) -> None:
    ask = case.prepare(bench)
    with wire.metered() as metered:
        answer = ask()
    assert (
        getattr(answer, "status", 200) < 300 or case.case == "refused at 50 points" or case.door == "$default"
    )
    (found,) = metered
    asked(FUNCTIONS.get(case.door, case.door), (), found.actions)
    RUN.add(case.name)
    ANSWERED[case.name] = len(getattr(answer, "raw", b""))
    row = Row(case.door, case.case, list(found.calls), found.reads, found.writes)
    rows.append(row)
    if WRITES:
        return
    wanted = read()[case.name]
    if dynamodb.find_binary() is None:  # moto counts no capacity
        assert row.calls == wanted.calls
    else:
        assert asdict(row) == asdict(wanted)


def test_every_route_job_and_worker_is_metered() -> None:
    doors = {route.key for route in routes()}
    functions = (r["Properties"] for r in template()["Resources"].values() if r["Type"].endswith("Function"))
    for each in functions:
        if all(event["Type"] != "HttpApi" for event in each["Events"].values()):
            doors.add(each["Handler"].split(".")[1])
    assert {each.door for each in CASES} == doors


@pytest.mark.parametrize(("folder", "way"), WAYS, ids=[way.__name__ for _, way in WAYS])
def test_a_further_way_asks_for_no_more_than_its_function_is_allowed(
    bench: Bench, folder: str, way: Callable[[Bench], Any]
) -> None:
    before = {each: set(actions) for each, actions in OBSERVED.items()}
    way(bench)
    assert OBSERVED[folder] <= allowed_actions()[folder]
    assert OBSERVED[folder] - before.get(folder, set()) or len(RUN) < len(CASES), "it shows nothing new"
    RUN.add(way.__name__)


@pytest.mark.parametrize(
    ("folder", "way", "action"),
    [
        ("forward_changes", lambda bench: workers.forward(bench)(), "sqs:SendMessage"),
        # only where members are written, on threads of their own, is the mark of an old address taken back
        ("import_data", file_with_another_address, "dynamodb:DeleteItem"),
        ("check_document", upload_that_is_rejected, "s3:GetObjectVersion documents/documents/*"),
    ],
    ids=["of the stream's reader", "on another thread", "to a folder of a bucket"],
)
def test_a_permission_that_is_missing_is_noticed(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, folder: str, way: Callable[[Bench], Any], action: str
) -> None:
    given = allowed_actions()
    monkeypatch.setattr(portals, "allowed_actions", lambda: {**given, folder: given[folder] - {action}})
    with pytest.raises(AssertionError, match=re.escape(f"{folder} may not ['{action}']")):
        way(bench)


def test_every_action_that_a_function_is_allowed_is_used() -> None:
    """Over the cases above, by bucket and folder; what is asked of a stand-in here stands in UNSEEN."""
    if len(RUN) < len(CASES) + len(WAYS):
        return  # some of the cases alone tell nothing of the others
    wrong = {
        folder: found
        for folder, actions in allowed_actions().items()
        if (found := sorted((actions - OBSERVED[folder]) ^ UNSEEN.get(folder, {}).keys()))
    }
    assert not wrong


def test_answers_are_as_large_as_the_cost_reckons() -> None:
    """On average over the requests of the profile, and a kilobyte of headers each; at half of it, it is out of date."""
    use = reckoning.profile()
    times = {**use["member"], **{name: each for name, each in use["staff"].items() if "/" in name}}
    if not times.keys() <= ANSWERED.keys():
        return  # some of the cases alone tell nothing of the others
    average = sum(each * ANSWERED[name] for name, each in times.items()) / sum(times.values()) / 1000
    assert use["answer_kilobytes"] / 2 <= average + 1 <= use["answer_kilobytes"]


def test_the_table_in_the_data_model_is_what_was_metered() -> None:
    found = list(read().values())
    assert [each.name for each in found] == [each.name for each in CASES]
    assert with_table(DATA_MODEL.read_text(), table(found)) == DATA_MODEL.read_text()


def test_no_request_scans_and_no_route_may() -> None:
    scanning = {each.door for each in read().values() if any("Scan" in call for call in each.calls)}
    assert scanning == {"export_data"}


# --- what was promised, and is said at the end of a run ---

PROMISED = "calls and units, as metered"


def test_a_dashboard_is_one_call_and_four_units_in_the_fifth_cycle_as_in_the_first(figures: Figures) -> None:
    path = "GET /api/certifications/{certification_id}/cycle"
    for case in ("30 entries", "30 entries, fifth cycle"):
        found = read()[f"{path} ({case})"]
        figures(PROMISED, f"{found} (at most 4 RRU)")
        assert found.calls == ["Query"], "a consistent one"
        assert found.reads <= 4.0


@pytest.mark.parametrize(("case", "entries"), [("1 of 10 more", 1), ("5 at once", 5), ("20 at once", 20)])
def test_a_session_of_k_entries_is_two_calls_and_2k_plus_4_units(
    case: str, entries: int, figures: Figures
) -> None:
    found = read()[f"POST /api/certifications/{{certification_id}}/entries ({case})"]
    figures(PROMISED, str(found))
    assert found.calls == ["Query", f"TransactWriteItems of {entries + 2}"]
    assert found.writes == 2 * (entries + 2)


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        # a put on its conditions, the archive's and the erasure's too: 6 or 4 units (docs/decisions/documents.md)
        # where none is named, what waits is counted by a query of its own
        ("POST /api/documents (to no certification)", ["Query", "TransactWriteItems"]),
        ("POST /api/documents (to no certification, of two)", ["Query", "TransactWriteItems"]),
        ("POST /api/documents (to a certification)", ["TransactWriteItems"]),
        ("POST /api/stripe/webhook (a payment)", ["TransactWriteItems"]),
        (
            "POST /api/staff/certifications/{certification_id}/decision (approve, 10 entries)",
            ["PutItem", "TransactWriteItems"],  # the day on which access ends is noted before
        ),
        ("issue_invoices (one due certification)", ["PutItem"]),
    ],
)
def test_a_change_is_one_read_and_one_conditional_write(
    name: str, changes: list[str], figures: Figures
) -> None:
    figures(PROMISED, str(read()[name]))
    reading, *writing = read()[name].calls
    assert reading in ("GetItem", "BatchGetItem", "Query")
    assert [each.partition(" ")[0] for each in writing] == changes


def test_an_upload_is_6_units_and_4_at_home_with_its_member() -> None:
    writes = {row.case: row.writes for row in read().values() if row.door == "POST /api/documents"}
    assert writes["to no certification"] == writes["to a certification"] == 6
    assert writes["to no certification, of two"] == 4
