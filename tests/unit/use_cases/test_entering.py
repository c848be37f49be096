"""Entering, editing and deleting through storage: retries, races, and keys that come again (rules 1 and 2)."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from shared.domain.errors import (
    CertificationLapsed,
    CycleLocked,
    IdempotencyKeyReused,
    InvalidRequest,
    NotFound,
    PointsComplete,
    Unavailable,
    VersionConflict,
)
from shared.use_cases.once import ATTEMPTS
from tests.unit.domain.builders import claim, cycle_with, entry_of, session
from tests.unit.use_cases.portal import Portal, member, portal_with

TWO_DAYS = session("conference-full-day", 2)


def test_a_session_is_one_transaction_with_its_event_and_costs_no_read_more() -> None:
    portal = portal_with(cycle_with(points=44))
    seen = portal.current
    portal.table.reads = 0
    logged = portal.enter((claim("webinar"), claim("teaching")), seen=seen)
    assert (portal.table.reads, portal.table.writes, portal.table.types()) == (0, 1, ["entries-logged"])
    assert [entry.points for entry in logged.entries] == [1, 5]
    assert logged.recertification.cycle.points_total == portal.current.cycle.points_total == 50


def test_two_sessions_racing_at_48_land_once() -> None:
    portal = portal_with(cycle_with(points=48))
    seen = portal.current
    portal.enter(TWO_DAYS, member("first"), seen)
    with pytest.raises(PointsComplete):
        portal.enter(TWO_DAYS, member("second"), seen)
    assert portal.current.cycle.points_total == 54
    assert portal.table.types() == ["entries-logged"]


def test_a_session_that_meets_another_below_fifty_lands_after_it() -> None:
    portal = portal_with(cycle_with(points=40))
    portal.table.meanwhile.append(lambda: portal.enter(session("teaching"), member("other")))
    portal.enter(TWO_DAYS, member("mine"))
    assert portal.current.cycle.points_total == 51


def test_a_session_that_meets_a_submission_is_refused() -> None:
    portal = portal_with(cycle_with(claim("webinar"), points=50))
    webinar = entry_of(portal.current, "webinar")
    portal.table.meanwhile.append(portal.submit)
    with pytest.raises(CycleLocked):
        portal.delete(webinar)
    assert portal.current.cycle.points_total == 50


def test_who_always_comes_second_is_asked_to_come_again() -> None:
    portal = portal_with(cycle_with(claim("webinar")))

    def bump() -> None:
        found = portal.current
        cycle = replace(found.cycle, version=found.cycle.version + 1)
        portal.table.recertifications[found.certification.certification_id] = replace(found, cycle=cycle)

    portal.table.meanwhile += [bump] * ATTEMPTS
    with pytest.raises(Unavailable):
        portal.enter(TWO_DAYS)
    assert portal.table.writes == 0
    portal.table.meanwhile += [bump] * (ATTEMPTS - 1)
    portal.enter(TWO_DAYS)


@pytest.mark.parametrize("points", [10, 48, 49])
def test_the_same_key_gives_the_same_entries_and_enters_nothing(points: int) -> None:
    portal = portal_with(cycle_with(points=points))
    first = portal.enter(TWO_DAYS)
    again = portal.enter(TWO_DAYS)
    assert again.entries == first.entries
    assert again.recertification == portal.current
    assert portal.table.writes == 1


def test_the_same_key_gives_the_first_answer_after_edit_deletion_and_submission() -> None:
    portal = portal_with(cycle_with(points=48))
    first = portal.enter(TWO_DAYS)
    (entry,) = first.entries
    edited = portal.edit(entry, replace(entry.claim, quantity=Decimal(3)), member("edit"))
    assert portal.enter(TWO_DAYS).entries == first.entries
    portal.delete(edited, member("delete"))
    assert portal.enter(TWO_DAYS).entries == first.entries
    assert portal.current.cycle.points_total == 48
    portal.enter(session("teaching"), member("more"))
    portal.submit()
    assert portal.enter(TWO_DAYS).entries == first.entries


def test_the_same_key_at_the_same_time_lands_once() -> None:
    portal = portal_with(cycle_with(points=10))
    portal.table.meanwhile.append(lambda: portal.enter(TWO_DAYS, member("k")))
    logged = portal.enter(TWO_DAYS, member("k"))
    assert portal.current.cycle.points_total == 16
    assert logged.entries == portal.current.entries[-1:]


@pytest.mark.parametrize("points", [10, 48])
def test_a_key_with_another_body_is_refused(points: int) -> None:
    portal = portal_with(cycle_with(points=points))
    portal.enter(TWO_DAYS, member("k", "one body"))
    with pytest.raises(IdempotencyKeyReused):
        portal.enter(session("webinar"), member("k", "another body"))
    with pytest.raises(IdempotencyKeyReused):
        portal.enter(session("golf"), member("k", "a wrong body"))
    assert portal.table.writes == 1


def test_a_refused_request_frees_its_key() -> None:
    portal = portal_with(cycle_with(claim("webinar"), points=50))
    with pytest.raises(PointsComplete):
        portal.enter(TWO_DAYS, member("k", "one"))
    portal.delete(entry_of(portal.current, "webinar"), member("d"))
    portal.enter(session("webinar"), member("k", "two"))
    assert portal.current.cycle.points_total == 50


def test_faults_change_nothing() -> None:
    portal = portal_with(cycle_with())
    with pytest.raises(InvalidRequest):
        portal.enter((claim("webinar"), claim("golf")))
    assert portal.table.events == {}


def test_a_lapsed_certification_takes_no_change() -> None:
    portal = portal_with(cycle_with(claim("webinar")))
    late = member(today=date(2028, 1, 1))
    webinar = entry_of(portal.current, "webinar")
    for verb in (
        lambda: portal.enter(session("webinar"), late),
        lambda: portal.edit(webinar, webinar.claim, late),
        lambda: portal.delete(webinar, late),
        lambda: portal.submit(late),
    ):
        with pytest.raises(CertificationLapsed):
            verb()
    assert portal.table.writes == 0


def test_an_edit_is_kept_with_what_was_before() -> None:
    portal = portal_with(cycle_with(claim("webinar"), points=10))
    webinar = entry_of(portal.current, "webinar")
    edited = portal.edit(webinar, replace(webinar.claim, quantity=Decimal(3)))
    assert (edited.points, edited.version) == (3, 2)
    (recorded,) = portal.table.events.values()
    assert (recorded.type, recorded.data["before"], recorded.data["points_total"]) == (
        "entry-edited", webinar, 12,
    )  # fmt: skip


def test_of_two_edits_of_one_version_one_lands() -> None:
    portal = portal_with(cycle_with(claim("webinar"), points=10))
    webinar = entry_of(portal.current, "webinar")
    raised = replace(webinar.claim, quantity=Decimal(3))
    portal.table.meanwhile.append(lambda: portal.edit(webinar, raised, member("other")))
    with pytest.raises(VersionConflict):
        portal.edit(webinar, replace(webinar.claim, quantity=Decimal(9)), member("mine"))
    assert portal.current.cycle.points_total == 12


def test_an_edit_that_meets_another_entry_lands_by_the_new_total() -> None:
    portal = portal_with(cycle_with(claim("webinar"), points=45))
    webinar = entry_of(portal.current, "webinar")
    raised = replace(webinar.claim, quantity=Decimal(2))
    portal.table.meanwhile.append(lambda: portal.enter(TWO_DAYS, member("other")))
    with pytest.raises(PointsComplete):
        portal.edit(webinar, raised, member("mine"))
    assert portal.current.cycle.points_total == 51


def test_what_was_deleted_meanwhile_is_not_there() -> None:
    portal = portal_with(cycle_with(claim("webinar")))
    seen = portal.current
    webinar = entry_of(seen, "webinar")
    portal.delete(webinar, member("one"))
    with pytest.raises(NotFound):
        portal.delete(webinar, member("two"), seen)
    with pytest.raises(NotFound):
        portal.edit(webinar, webinar.claim, member("three"), seen)
    assert portal.table.types() == ["entry-deleted"]
    assert next(iter(portal.table.events.values())).data["entry"] == webinar


def test_portals_of_two_designations_do_not_meet() -> None:
    """Rule 10."""
    portal = Portal()
    for designation in ("IPMA-SCP", "IPMA-CP"):
        found = cycle_with(designation=designation)
        portal.table.recertifications[found.certification.certification_id] = found
    for number, found in enumerate(list(portal.table.recertifications.values())):
        portal.enter(session("conference-full-day", 17), member(f"k{number}"), found)
    totals = [each.cycle.points_total for each in portal.table.recertifications.values()]
    assert totals == [51, 51]
