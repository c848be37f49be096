"""Members' routes cost the same at 10 and at 1,000 members (at 100,000 in `make load`), and the plan of scale holds."""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from infrastructure.cost.reckoning import functions, prices
from shared.domain.calendar import JobRun
from shared.domain.events import Event
from shared.handling import wiring
from shared.use_cases.reconcile import MOST_NAMED, find_missing_invoices, raise_findings
from tests.dynamo import make
from tests.integration.calls import Calls
from tests.integration.meter.paper import Row
from tests.integration.meter.services import services
from tests.integration.meter.wire import Wire
from tests.load import __main__ as load
from tests.load import invoices, paper
from tests.load.here import portal_on
from tests.load.routes import metered, of_members, ratio
from tests.load.seeding import note_the_last_day, seed

MOST = 1.2
MEMBERS = 1_000


@pytest.fixture(scope="module")
def full_table(dynamo: Calls) -> Iterator[str]:
    """A table with 1,000 members of one entry each."""
    name = make("full")
    seed(dynamo.client.meta.endpoint_url, name, range(MEMBERS), entries=1)
    yield name
    dynamo.client.delete_table(TableName=name)


@pytest.mark.usefixtures("dynoxide")
def test_members_routes_cost_the_same_however_many_members_there_are(dynamo: Calls, full_table: str) -> None:
    wire = Wire(dynamo)
    wire.watch(dynamo.client)
    grown = {}
    with services(wire) as here:
        for full, empty in metered(full_table, wire, here, of_members(usual=True)):
            if ratio(full, empty) > MOST:
                grown[full.name] = (full, empty)
    assert grown == {}


@pytest.mark.usefixtures("dynoxide")
def test_reconciling_asks_twice_for_a_hundred_and_names_no_more_than_a_person_reads(
    dynamo: Calls, full_table: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One query a certification, as it once was, would not end in time; an event of thousands would not fit."""
    portal = portal_on(full_table, monkeypatch, dynamo)
    portal.at("2027-02-16T12:00:00-05:00")
    note_the_last_day(wiring.calendar())
    run = JobRun(invoices.NOW, invoices.RUN.today, by_hand=True)
    with dynamo.counted() as asked:
        found = find_missing_invoices(wiring.calendar(), wiring.recertifications(), wiring.editions(), run)
    portal.close()
    assert found.expected >= found.missing >= MEMBERS  # some are of the test before
    assert len(found.findings) == MOST_NAMED + 1
    assert found.findings[-1] == f"no invoice for {found.missing - MOST_NAMED} certifications more"
    made = Counter(call.operation for call in asked)
    assert made["BatchGetItem"] <= 2 * (found.due // 100 + 1)
    assert made["Query"] <= 1 + 16 + found.due // 500 + MOST_NAMED + found.expected - found.missing
    events: list[Event] = []
    raise_findings(SimpleNamespace(record=events.append), run, [*found.findings, "paid, and undecided"])  # type: ignore[arg-type]
    assert len(json.dumps(events[0].data)) < 100_000, "an item holds 400 KB"


def test_what_grew_most_is_what_counts() -> None:
    empty = Row("GET /", "", ["Query"], 2.0, 0.0)
    assert ratio(Row("GET /", "", ["Query"], 4.0, 0.0), empty) == 2
    assert ratio(Row("GET /", "", ["Query", "GetItem"], 3.0, 0.0), empty) == 2
    assert ratio(Row("GET /", "", ["Query"], 2.0, 1.0), empty) == float("inf")
    assert ratio(empty, empty) == 1
    assert (
        ratio(Row("GET /", "", ["s3.HeadObject × 20"], 0, 0), Row("GET /", "", ["s3.HeadObject"], 0, 0)) == 20
    )


def test_no_partition_is_asked_for_more_than_it_takes() -> None:
    for plan in paper.plans(paper.measured()):
        assert plan.hottest_partition <= invoices.PARTITION_WRITES
        assert plan.table_writes <= invoices.NEW_TABLE_WRITES


def test_every_run_that_is_reckoned_ends_before_its_function_is_ended() -> None:
    assert max(paper.DUE) == 1_000_000
    own = paper.own_work(paper.measured())
    assert all(plan.longest_run <= invoices.JOB_SECONDS for plan in paper.plans(paper.measured()))
    most = invoices.most(own)
    assert invoices.plan(most, own).longest_run <= invoices.JOB_SECONDS
    assert invoices.plan(most + 10_000, own).longest_run > invoices.JOB_SECONDS


def test_a_plan_counts_own_work_on_a_share_of_a_processor_and_each_call_and_mail() -> None:
    idle, busy = (invoices.plan(100_000, invoices.Own(work, 0.0, 0.0)) for work in (0.0, 0.001))
    assert idle.handing_on == pytest.approx((100_000 / 100 + 100_000 / 500 + 16) * invoices.CALL_SECONDS)
    share = float(functions()["generate_invoices"]["MemorySize"]) / invoices.WHOLE_PROCESSOR
    assert busy.handing_on - idle.handing_on == pytest.approx(100 / min(1.0, share))
    assert idle.dollars > 100_000 * prices()["ses"]["mail"]


def test_mails_take_what_sess_rate_its_quota_of_a_day_and_the_workers_leave_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert invoices.mailing(50_000) == pytest.approx(50_000 / 14)
    assert invoices.mailing(50_001) == pytest.approx(86_400 + 1 / 14)
    assert invoices.mailing(1_000_000) == pytest.approx(19 * 86_400 + 50_000 / 14)
    assert (
        invoices.mailing(invoices.mails_kept()) < 14 * 86_400 <= invoices.mailing(invoices.mails_kept() + 1)
    )
    monkeypatch.setattr(invoices, "MAILS_A_DAY", 1_000_000)
    monkeypatch.setattr(invoices, "MAILS_A_SECOND", 1_000)
    workers = invoices.concurrency("notify") / (0.012 + 7 * invoices.CALL_SECONDS)
    assert invoices.mailing(1_000_000) == pytest.approx(1_000_000 / workers)


def noted(folder: Path, **runs: tuple[str, int]) -> dict[str, Any]:
    """Parts as runs of these names and sizes note them."""
    for part, (name, members) in runs.items():
        paper.Run(folder, name).note(part, {"members": members, "due": members})
    return paper.measured(folder / paper.MEASURED.name)


def test_parts_of_other_runs_or_sizes_are_said_to_be_so(tmp_path: Path) -> None:
    one = noted(tmp_path, seeding=("a", 100_000), comparing=("a", 100_000))
    assert paper.origin(one) == "All that follows is of one run, that of a."
    other = noted(tmp_path, comparing=("b", 100_000))
    assert "seeding of a with 100,000 members; comparing of b with 100,000 members" in paper.origin(other)
    smaller = noted(tmp_path, comparing=("a", 1_500))
    assert "not of one run" in paper.origin(smaller)
    assert paper.origin(paper.measured()) in paper.PAGE.read_text()


def test_a_part_alone_makes_a_page_of_what_was_measured(tmp_path: Path) -> None:
    run = paper.Run(tmp_path)
    run.note("seeding", {"members": 300, "items": 3_900, "seconds": 2.0})
    assert "300 members with" in run.write()
    assert {each.name for each in tmp_path.iterdir()} == {"scale.json", "scale.md"}


def test_a_trial_with_fewer_members_does_not_go_into_the_docs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["load", "full", "--members", "300"])
    with pytest.raises(SystemExit, match="2"):
        load.main()


def test_the_page_is_what_was_measured() -> None:
    found = paper.measured()
    assert paper.page(found) == paper.PAGE.read_text()
    assert paper.plot(found) == paper.PLOT.read_text()
