"""The smoke test for a deployed stage, tried on the local one: it tells what is there from what is not."""

import httpx
import pytest

from infrastructure.deployment.smoke import (
    DEPLOYED,
    EVERYWHERE,
    Visit,
    Wrong,
    an_account_can_be_logged_in,
    smoke,
)
from tests.e2e.portal import PASSWORD, Portal


@pytest.fixture(scope="module")
def visit(portal: Portal) -> Visit:
    return Visit(httpx.Client(base_url=portal.url, timeout=60), "member@example.org", PASSWORD)


@pytest.mark.parametrize(
    "check", [*EVERYWHERE, an_account_can_be_logged_in], ids=lambda check: check.__name__
)
def test_what_holds_everywhere_holds_locally(check, visit: Visit) -> None:  # type: ignore[no-untyped-def]
    check(visit)


@pytest.mark.parametrize("check", DEPLOYED, ids=lambda check: check.__name__)
def test_what_only_a_deployed_stage_has_is_missed_locally(check, visit: Visit) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(Wrong):
        check(visit)


def test_each_outcome_is_told_and_one_that_is_wrong_makes_all_wrong(visit: Visit) -> None:
    told: list[str] = []
    assert smoke(visit, told.append) is False
    assert len(told) == len(EVERYWHERE) + len(DEPLOYED) + 1
    assert sum("WRONG" in line for line in told) == len(DEPLOYED)
