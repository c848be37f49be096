"""Whether a member's routes cost the same however many members there are: the meter's cases on a full table."""

from collections.abc import Iterator

import pytest

from infrastructure.cost.reckoning import profile
from shared.handling import wiring
from shared.settings import settings
from tests.integration.meter import members  # noqa: F401 - it adds its cases
from tests.integration.meter.bench import CASES, Bench, Case
from tests.integration.meter.paper import Row, read
from tests.integration.meter.services import Services
from tests.integration.meter.wire import Wire
from tests.integration.portal import MIDDAY
from tests.load.here import portal_on

ADAPTERS = (
    "document_store",
    "transfer_store",
    "mailer",
    "login_requests",
    "calendar",
    "editions",
    "mails_queue",
)


def of_members(*, usual: bool = False) -> list[Case]:
    """The cases of members' routes; the usual ones are those that the profile of cost names, but for the printing."""
    ours = [case for case in CASES if " /api/" in case.door and "/staff/" not in case.door]
    named = profile()["member"]
    return [case for case in ours if not usual or (case.name in named and ".pdf" not in case.door)]


def metered(table: str, wire: Wire, services: Services, cases: list[Case]) -> Iterator[tuple[Row, Row]]:
    """Each case on this table, beside what it takes on an empty one."""
    for case in cases:
        with pytest.MonkeyPatch.context() as patch:
            login_requests = wiring.login_requests
            portal = portal_on(table, patch, wire.calls)
            patch.setattr(wiring, "login_requests", login_requests)
            for name in ADAPTERS:
                getattr(wiring, name).cache_clear()
            settings.cache_clear()
            portal.at(MIDDAY)
            ask = case.prepare(Bench(portal, patch, services))
            with wire.metered() as found:
                ask()
            portal.close()
        (cost,) = found
        yield Row(case.door, case.case, list(cost.calls), cost.reads, cost.writes), read()[case.name]
    settings.cache_clear()
    wiring.editions.cache_clear()


def count(calls: list[str]) -> int:
    """How many calls these are: `Query × 20` is twenty."""
    return sum(int(call.rpartition(" × ")[2]) if " × " in call else 1 for call in calls)


def ratio(full: Row, empty: Row) -> float:
    """How much more a case takes on a full table, in calls, read units or write units, whichever grew most."""
    pairs = ((count(full.calls), count(empty.calls)), (full.reads, empty.reads), (full.writes, empty.writes))
    return max((more / less if less else (1.0 if not more else float("inf"))) for more, less in pairs)
