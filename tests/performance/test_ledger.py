"""The ledger of a cycle of 200 entries, beside the simple sum that it took the place of."""

import sys
import time
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from shared.domain.rules.ledger import ledger
from shared.domain.rules.words import RuleSet
from tests.figures import Figures
from tests.unit.rules.sheet import CYCLE, TODAY, Entry, body, entry, shipped

ENTRIES = 200
ROUNDS = 20


def entries_of(rule_set: RuleSet) -> list[Entry]:
    made = []
    for number in range(ENTRIES):
        activity = rule_set.activities[number % len(rule_set.activities)].code
        on = date(2025, 1, 1) + timedelta(days=number * 5)
        made.append(entry(activity, 1 + number % 3, on, entry_id=f"{number:03}", title=f"T{number}"))
    return made


def simple_sum(rule_set: RuleSet, entries: list[Entry]) -> Decimal:
    """What the total was before there was a ledger."""
    table = {activity.code: activity for activity in rule_set.activities}
    return sum((table[each.claim.activity].points * each.claim.quantity for each in entries), Decimal(0))


def calls_of(run: Callable[[], Any]) -> int:
    """How many Python functions a run calls: a measure that a busy machine does not change."""
    calls = 0

    def count(frame: Any, event: str, argument: Any) -> None:
        nonlocal calls
        calls += event == "call"

    sys.setprofile(count)
    try:
        run()
    finally:
        sys.setprofile(None)
    return calls


def milliseconds(run: Callable[[], Any]) -> float:
    best = float("inf")
    for _ in range(ROUNDS):
        start = time.perf_counter()
        run()
        best = min(best, time.perf_counter() - start)
    return best * 1000


RULE_SETS = {
    **{name: shipped(name) for name in ("ipma-hr", "ipma-canada", "asq", "hrpa")},
    **{name: body(name) for name in ("project-managers", "security-professionals", "engineers")},
}


@pytest.mark.parametrize("name", RULE_SETS)
def test_the_ledger_of_200_entries_takes_a_few_milliseconds(
    name: str, record_property: Callable[[str, object], None], figures: Figures
) -> None:
    rule_set = RULE_SETS[name]
    made = entries_of(rule_set)
    count = lambda: ledger(rule_set, CYCLE, made, TODAY)  # noqa: E731
    add = lambda: simple_sum(rule_set, made)  # noqa: E731
    counted, added = milliseconds(count), milliseconds(add)
    calls, each = calls_of(count), calls_of(count) / ENTRIES
    record_property("milliseconds", round(counted, 2))
    record_property("times the simple sum", round(counted / added, 1))
    told = f"{counted:.2f} ms, {counted / added:.0f} times the simple sum ({added:.3f} ms), {calls:,} calls"
    figures(f"a ledger of {ENTRIES} entries", f"{name}: {told}")
    assert each < 60
    assert counted < 50  # a few, on a machine with nothing else to do


def test_the_work_grows_with_the_entries_and_not_with_their_square() -> None:
    rule_set = RULE_SETS["security-professionals"]
    made = entries_of(rule_set)
    half = calls_of(lambda: ledger(rule_set, CYCLE, made[: ENTRIES // 2], TODAY))
    assert calls_of(lambda: ledger(rule_set, CYCLE, made, TODAY)) < 2.3 * half
