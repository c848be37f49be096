"""Histories keep the rules; and each guard, taken away, is missed by one of them.

The seeds are fixed, and printed at the end of the run. `make prove` tells more histories (HISTORIES=… says how many,
SEED=… from which on), in a process for each core, and looks for the guards from the first seed on; `make test` begins
with the seed that is known to miss each.
"""

import gc
import os
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from itertools import chain
from multiprocessing import get_context

import pytest

from tests.figures import Figures
from tests.properties.guards import GUARDS, Guard
from tests.properties.histories import tell
from tests.properties.remembering import forgotten, remembered_items
from tests.properties.world import Violation

PROVING = os.environ.get("PROVE") == "1"
HISTORIES = int(os.environ.get("HISTORIES", "1000000" if PROVING else "1000"))
FIRST_SEED = int(os.environ.get("SEED", "20270215"))
PART = 1000
"""How many histories one process tells before it says what it saw."""

MOST_SEEDS = 4000
"""How many histories a missing guard may stay unseen for."""

NOTICES = (
    *("PaymentSucceeded", "PaymentFailed", "PaymentRefunded", "RefundTold", "PaymentDisputed"),
    "SessionExpired",
)
DEEDS_DONE = {
    *("enter", "edit", "delete", "sign", "approve", "return", "undo", "reinstate", "extend", "invoice"),
    *("checkout", "pay", "cheque", "waive", "invoice job", "lapse job"),
    *("upload", "look at content", "look at malware", "delete a document", "contribute", "attach"),
    "enter from paper",
    *("enter what accrues", "change what accrues", "delete what accrues", "enter what accrues again"),
    *(
        f"{each} again"
        for each in ("enter", "sign", "approve", "return", "undo", "reinstate", "extend", "invoice")
    ),
    *(
        f"{each} again"
        for each in ("checkout", "cheque", "waive", "upload", "contribute", "enter from paper")
    ),
    *(f"notice {kind}" for kind in NOTICES),
}


STATES = {
    *(
        "a surplus",
        "a cheque and a card",
        "a dispute won",
        "a dispute lost",
        "a part refunded",
        "a refund that failed",
        "a second dispute",
        "settled after it was taken back",
        "a fee waived",
    ),
    *("a third cycle", "a second signing", "an extension", "points from paper"),
}
"""What is seldom, and has to be come to by one history in 500 at least."""

TROUBLES = {
    *("put: contended", "put: answer lost"),
    *("transact: contended", "transact: in progress", "transact: answer lost"),
}
"""What the table tries again, or botocore does, as often."""

REFUSALS = {
    *("points-complete", "cycle-locked", "not-ready-to-submit", "certification-lapsed", "invoice-unpaid"),
    *("not-payable", "already-decided", "version-conflict", "idempotency-key-reused", "staff-only"),
    *("invalid-request", "not-found"),
}
"""What requests have to be refused for as often."""


@pytest.fixture(scope="module", autouse=True)
def each_item_read_once() -> Iterator[None]:
    with remembered_items():
        yield


def test_what_is_remembered_changes_nothing() -> None:
    remembered = [tell(seed).trace for seed in range(5)]
    with forgotten():
        assert [tell(seed).trace for seed in range(5)] == remembered


def test_every_history_keeps_the_rules(figures: Figures) -> None:
    seen = told(FIRST_SEED, HISTORIES)
    done = {each.removesuffix(": done") for each in seen if each.endswith(": done")}
    deaths = sum(count for each, count in seen.items() if each.endswith(": died"))
    failures = sum(count for each, count in seen.items() if each.endswith(("Error", "Unavailable")))
    states = {each.removeprefix("reached: "): n for each, n in seen.items() if each.startswith("reached")}
    requests = sum(n for each, n in seen.items() if each not in TROUBLES and not each.startswith("reached"))
    whole = f"{HISTORIES:,} from seed {FIRST_SEED}, {requests:,} requests, {deaths:,} deaths, {failures:,} failures"
    figures("histories", whole)
    figures("histories", ", ".join(f"{number:,} times {state}" for state, number in sorted(states.items())))
    assert done >= DEEDS_DONE, DEEDS_DONE - done
    assert deaths > HISTORIES / 10
    assert {state for state, number in states.items() if number > HISTORIES / 500} == STATES
    assert {each for each in TROUBLES if seen[each] > HISTORIES / 500} == TROUBLES
    refusals = {each.partition(": ")[2] for each, number in seen.items() if number > HISTORIES / 500}
    assert refusals >= REFUSALS, REFUSALS - refusals


def told(first: int, number: int) -> Counter[str]:
    """What happened in so many histories; those of a long proof are shared out, and say how far they are.

    A part ends with a violation, which is said at once; the other parts are told to their end all the same.
    """
    parts = [range(seed, min(seed + PART, first + number)) for seed in range(first, first + number, PART)]
    seen: Counter[str] = Counter()
    if len(parts) == 1:
        return seen_in(parts[0])
    violations: list[Violation] = []
    with ProcessPoolExecutor(mp_context=get_context("spawn"), initializer=swept_seldom) as pool:
        for told, part in enumerate(as_completed([pool.submit(seen_in, part) for part in parts]), 1):
            try:
                seen.update(part.result())
            except Violation as violation:
                violations.append(violation)
                print(violation, flush=True)
            if told % 20 == 0:
                print(f"{told * PART} of {number} histories", flush=True)
    if violations:
        raise violations[0]
    return seen


def swept_seldom() -> None:
    """Let a process look for rubbish less often: what it remembers is none, and takes long to look through."""
    gc.freeze()
    gc.set_threshold(500_000, 20, 20)


def seen_in(seeds: range) -> Counter[str]:
    """What happened in the histories of these seeds, one process's part."""
    seen: Counter[str] = Counter()
    with remembered_items():
        for seed in seeds:
            seen.update(tell(seed).trace)
    return seen


@pytest.mark.parametrize("guard", GUARDS, ids=lambda guard: guard.name)
def test_a_guard_that_is_taken_away_is_missed(guard: Guard, figures: Figures) -> None:
    seeds = range(FIRST_SEED, FIRST_SEED + MOST_SEEDS)
    with guard.patched():
        for seed in seeds if PROVING else chain([guard.seed], seeds):
            try:
                tell(seed, guard.table)
            except Violation as violation:
                figures("guards taken away", f"{guard.name}: {str(violation).partition(chr(10))[0]}")
                return
    pytest.fail(f"{MOST_SEEDS} histories do without: {guard.name}")
