"""Members' routes cost the same at 10 and at 1,000 members (at 100,000 in `make load`), and the plan of scale holds."""

from collections.abc import Iterator

import pytest

from tests.integration.calls import Calls
from tests.integration.conftest import make
from tests.integration.meter.paper import Row
from tests.integration.meter.services import services
from tests.integration.meter.wire import Wire
from tests.load import invoices, paper
from tests.load.routes import metered, of_members, ratio
from tests.load.seeding import seed

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


def test_what_grew_most_is_what_counts() -> None:
    empty = Row("GET /", "", ["Query"], 2.0, 0.0)
    assert ratio(Row("GET /", "", ["Query"], 4.0, 0.0), empty) == 2
    assert ratio(Row("GET /", "", ["Query", "GetItem"], 3.0, 0.0), empty) == 2
    assert ratio(Row("GET /", "", ["Query"], 2.0, 1.0), empty) == float("inf")
    assert ratio(empty, empty) == 1


def test_no_partition_is_asked_for_more_than_it_takes() -> None:
    for due in (100_000, 1_000_000):
        plan = invoices.plan(due, seconds_an_invoice=0.02)
        assert plan.hottest_partition <= invoices.PARTITION_WRITES
        assert plan.table_writes <= invoices.NEW_TABLE_WRITES


def test_the_page_is_what_was_measured() -> None:
    found = paper.measured()
    assert paper.page(found) == paper.PAGE.read_text()
    assert paper.plot(found) == paper.PLOT.read_text()
