"""Rules 1 and 2: entering until fifty, editing and deleting until submission."""

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.domain.entries import Entry
from shared.domain.errors import CycleLocked, NotFound, PointsComplete, VersionConflict
from shared.domain.recertification import Recertification
from shared.domain.rules.ledger import Ledger
from tests.unit.domain.builders import (
    NOW,
    PROGRAM,
    TODAY,
    claim,
    cycle_with,
    delete,
    edit,
    empty_cycle,
    enter,
    entry_of,
    send_back,
    session,
    sign,
)


def test_the_last_session_may_overshoot_and_the_next_is_refused() -> None:
    cycle = enter(cycle_with(points=48), session("conference-full-day", quantity=2))
    assert cycle.cycle.points_total == 54
    with pytest.raises(PointsComplete):
        enter(cycle, session("webinar"), key="next")


def test_a_session_is_taken_whole_however_far_it_goes() -> None:
    cycle = enter(cycle_with(points=49), tuple(claim("teaching", 3) for _ in range(50)))
    assert cycle.cycle.points_total == 49 + 50 * 15
    assert len(cycle.entries) == 51


def test_exactly_fifty_is_complete() -> None:
    cycle = enter(cycle_with(points=49), session("webinar"))
    assert (cycle.cycle.points_total, cycle.state(TODAY)) == (50, "complete")
    with pytest.raises(PointsComplete):
        enter(cycle, session("webinar"), key="next")


def test_49_and_a_half_is_not_fifty() -> None:
    halves = replace(
        PROGRAM,
        activities=tuple(replace(each, step=Decimal("0.5")) for each in PROGRAM.activities),
    )
    cycle = enter(cycle_with(points=49, program=halves), session("webinar", "0.5"))
    assert (cycle.cycle.points_total, cycle.points_missing) == (Decimal("49.5"), Decimal("0.5"))
    assert enter(cycle, session("webinar"), key="next").cycle.points_total == Decimal("50.5")


def test_a_refusal_says_what_there_is_and_what_is_required() -> None:
    with pytest.raises(PointsComplete, match=r"54 of 50.*Delete an entry first") as refused:
        enter(cycle_with(points=54), session("webinar"))
    assert refused.value.extra == {"points_total": 54, "points_required": 50}


def test_the_required_points_are_the_editions_and_no_constant() -> None:
    sixty = replace(PROGRAM, points_required=Decimal(60))
    assert enter(cycle_with(points=59, program=sixty), session("teaching")).cycle.points_total == 64
    with pytest.raises(PointsComplete):
        enter(cycle_with(points=60, program=sixty), session("webinar"))


def test_deleting_below_fifty_opens_entering_again() -> None:
    cycle = delete(cycle_with(claim("webinar"), points=50), "webinar")
    assert cycle.state(TODAY) == "entering"
    assert enter(cycle, session("teaching")).cycle.points_total == 54


def test_an_edit_may_raise_while_the_rest_is_below_fifty() -> None:
    assert edit(cycle_with(claim("webinar", 2), points=51), "webinar", quantity=99).cycle.points_total == 148


@pytest.mark.parametrize("rest", [50, 51, 62])
def test_an_edit_may_not_raise_when_the_rest_is_fifty(rest: int) -> None:
    cycle = cycle_with(claim("webinar", 1), points=rest + 1)
    with pytest.raises(PointsComplete, match="not raised"):
        edit(cycle, "webinar", quantity=2)
    with pytest.raises(PointsComplete):
        edit(cycle, "webinar", activity="teaching")


def test_an_edit_that_keeps_or_lowers_the_points_is_always_fine() -> None:
    cycle = cycle_with(claim("webinar", 3), points=80)
    assert edit(cycle, "webinar", title="Another title").cycle.points_total == 80
    assert edit(cycle, "webinar", activity="training-full-day", quantity=1).cycle.points_total == 80
    assert edit(cycle, "webinar", quantity=1).cycle.points_total == 78


def test_an_edit_keeps_id_and_time_and_raises_the_version() -> None:
    before = cycle_with(claim("webinar"), points=10)
    after = edit(before, "webinar", quantity=2)
    old, new = entry_of(before, "webinar"), entry_of(after, "webinar")
    assert (new.entry_id, new.logged_at, new.version) == (old.entry_id, old.logged_at, old.version + 1)
    assert after.cycle.version == before.cycle.version + 1
    assert [each.entry_id for each in after.entries] == [each.entry_id for each in before.entries]


def test_a_session_counts_its_ledger_before_and_after_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    count = Recertification.ledger_of

    def counting(found: Recertification, entries: Iterable[Entry], *more: Any) -> Ledger:
        asked.append(len(tuple(entries)))
        return count(found, entries, *more)

    monkeypatch.setattr(Recertification, "ledger_of", counting)
    after = enter(cycle_with(claim("webinar", 3), points=40), session("webinar"))
    assert after.ledger.total == after.cycle.points_total == 41
    assert asked == [2, 3]


def test_what_a_change_counted_is_the_ledger_of_what_it_left() -> None:
    before = cycle_with(claim("webinar", 3), claim("teaching"), points=40)
    for after in (
        enter(before, session("webinar")),
        edit(before, "webinar", quantity=1),
        delete(before, "webinar"),
    ):
        assert "ledger" in vars(after)
        assert after.ledger == after.ledger_of(after.entries)
        assert after.ledger.total == after.cycle.points_total


def test_a_stale_version_changes_nothing() -> None:
    cycle = edit(cycle_with(claim("webinar"), points=10), "webinar", quantity=2)
    entry = entry_of(cycle, "webinar")
    with pytest.raises(VersionConflict):
        cycle.delete(entry.entry_id, version="1")
    with pytest.raises(VersionConflict):
        cycle.edit(entry.entry_id, entry.claim, version="1", by="M-1", now=NOW, today=TODAY)


def test_a_stale_version_is_told_before_the_points_are_complete() -> None:
    cycle = cycle_with(claim("webinar"), points=60)
    entry = entry_of(cycle, "webinar")
    raised = replace(entry.claim, quantity=Decimal(9))
    with pytest.raises(VersionConflict):
        cycle.edit(entry.entry_id, raised, version="7", by="M-1", now=NOW, today=TODAY)


def test_what_is_not_there_cannot_be_edited_or_deleted() -> None:
    for verb in (
        lambda cycle: cycle.delete("ent_no_00", version="1"),
        lambda cycle: cycle.edit("ent_no_00", claim("webinar"), version="1", by="M-1", now=NOW, today=TODAY),
    ):
        with pytest.raises(NotFound):
            verb(empty_cycle())


def test_a_submitted_cycle_is_locked_for_all_three() -> None:
    cycle = sign(cycle_with(claim("webinar"), points=50))
    for verb in (
        lambda: enter(cycle, session("webinar")),
        lambda: edit(cycle, "webinar", quantity=1),
        lambda: delete(cycle, "webinar"),
    ):
        with pytest.raises(CycleLocked, match=r"certification@example\.org"):
            verb()


def test_a_lock_is_told_before_the_points_are_complete_and_before_the_version() -> None:
    cycle = sign(cycle_with(claim("webinar"), points=60))
    with pytest.raises(CycleLocked):
        cycle.delete(entry_of(cycle, "webinar").entry_id, version="99")


def test_a_returned_cycle_can_be_changed_again_under_the_same_rules() -> None:
    cycle = send_back(sign(cycle_with(claim("webinar", 2), points=50)))
    assert enter(delete(cycle, "webinar"), session("teaching")).cycle.points_total == 53
    with pytest.raises(PointsComplete):
        enter(cycle, session("webinar"))


def test_each_designation_has_its_own_fifty_and_the_same_activity_counts_in_both() -> None:
    """Rule 10."""
    senior, professional = empty_cycle("IPMA-SCP"), empty_cycle("IPMA-CP")
    assert senior.certification.certification_id != professional.certification.certification_id
    same = session("conference-full-day", quantity=17)
    assert enter(senior, same).cycle.points_total == enter(professional, same).cycle.points_total == 51


VERBS = st.lists(
    st.tuples(
        st.sampled_from(("enter", "edit", "delete")),
        st.sampled_from([each.code for each in PROGRAM.activities]),
        st.integers(min_value=1, max_value=12),
        st.integers(min_value=0, max_value=30),
    ),
    max_size=30,
)


def play(cycle: Recertification, verb: str, activity: str, quantity: int, pick: int) -> Recertification:
    before = cycle.cycle.points_total
    if verb == "enter":
        after = enter(cycle, session(activity, quantity), key=f"k{cycle.cycle.version}")
        assert before < 50
        return after
    if not cycle.entries:
        return cycle
    old = cycle.entries[pick % len(cycle.entries)]
    if verb == "delete":
        return cycle.delete(old.entry_id, version=str(old.version))
    after = cycle.edit(
        old.entry_id, claim(activity, quantity), version=str(old.version), by="M-1", now=NOW, today=TODAY
    )
    assert after.cycle.points_total <= before or before - old.points < 50
    return after


@settings(max_examples=60, deadline=None)
@given(VERBS)
def test_after_any_history_the_total_is_the_sum_and_nothing_was_taken_at_fifty(
    verbs: list[tuple[str, str, int, int]],
) -> None:
    cycle = empty_cycle()
    for verb in verbs:
        try:
            after = play(cycle, *verb)
        except PointsComplete:
            assert cycle.cycle.points_total >= 50
            continue
        assert after is cycle or after.cycle.version == cycle.cycle.version + 1
        cycle = after
        assert cycle.cycle.points_total == sum(entry.points for entry in cycle.entries)
        assert cycle.cycle.points_total == sum(cycle.points_by_category.values())
        assert cycle.points_missing == max(0, 50 - cycle.cycle.points_total)
        assert len({entry.entry_id for entry in cycle.entries}) == len(cycle.entries)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(1, 9), min_size=1, max_size=12), st.randoms(use_true_random=False))
def test_what_is_added_and_deleted_again_in_any_order_leaves_nothing(
    quantities: list[int], random: Random
) -> None:
    cycle = enter(empty_cycle(), tuple(claim("webinar", each) for each in quantities))
    entries = list(cycle.entries)
    random.shuffle(entries)
    for entry in entries:
        cycle = cycle.delete(entry.entry_id, version=str(entry.version))
    assert (cycle.cycle.points_total, cycle.entries) == (Decimal(0), ())
