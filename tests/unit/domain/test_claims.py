"""What is wrong with a claim: every wrong field at once, each with its pointer."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from shared.domain.errors import CycleLocked, InvalidRequest
from tests.unit.domain.builders import (
    PROGRAM,
    TODAY,
    claim,
    cycle_with,
    document,
    edit,
    empty_cycle,
    enter,
    session,
    sign,
    with_documents,
)


def pointers_of(*claims: Any, today: date = TODAY) -> list[str]:
    with pytest.raises(InvalidRequest) as refused:
        enter(empty_cycle(), claims, today=today)
    return [fault.pointer for fault in refused.value.faults]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"activity": "golf"}, "activity"),
        ({"quantity": Decimal("1.5")}, "quantity"),
        ({"quantity": Decimal(0)}, "quantity"),
        ({"quantity": Decimal(-1)}, "quantity"),
        ({"started_on": date(2024, 12, 31)}, "started_on"),
        ({"ended_on": date(2028, 1, 1)}, "ended_on"),
        ({"ended_on": date(2027, 6, 16)}, "ended_on"),
        ({"started_on": date(2026, 3, 3)}, "ended_on"),
        ({"document_ids": ("doc_of_someone_else",)}, "document_ids/0"),
    ],
    ids=str,
)
def test_a_wrong_field_is_named(changes: dict[str, Any], field: str) -> None:
    assert pointers_of(replace(claim("webinar"), **changes)) == [f"/entries/0/{field}"]


def test_every_wrong_field_of_every_row_is_named_at_once() -> None:
    wrong = replace(claim("golf"), started_on=date(1999, 1, 1), ended_on=date(2999, 1, 1))
    assert pointers_of(claim("webinar"), wrong, claim("webinar", "0.5"), wrong) == [
        "/entries/1/activity",
        "/entries/1/started_on",
        "/entries/1/ended_on",
        "/entries/2/quantity",
        "/entries/3/activity",
        "/entries/3/started_on",
        "/entries/3/ended_on",
    ]


def test_one_wrong_row_saves_none() -> None:
    cycle = empty_cycle()
    with pytest.raises(InvalidRequest, match=r"One field needs your attention\. Nothing was saved"):
        enter(cycle, (claim("webinar"), claim("golf")))
    assert cycle.entries == ()


def test_the_first_and_the_last_day_of_the_window_and_today_count() -> None:
    last = date(2027, 12, 31)
    whole = session("employment", started_on=date(2025, 1, 1), ended_on=last)
    assert enter(empty_cycle(), whole, today=last).cycle.points_total == 1
    today = session("webinar", started_on=TODAY, ended_on=TODAY)
    assert enter(empty_cycle(), today).cycle.points_total == 1


def test_a_quantity_that_does_not_fit_the_dates_is_a_hint_to_the_reviewer_and_no_fault() -> None:
    assert enter(empty_cycle(), session("conference-full-day", quantity=9)).cycle.points_total == 27


def test_a_maximum_of_the_edition_is_held_and_named() -> None:
    capped = replace(
        PROGRAM,
        activities=tuple(replace(each, max_quantity=Decimal(3)) for each in PROGRAM.activities),
    )
    assert enter(empty_cycle(program=capped), session("employment", 3)).cycle.points_total == 3
    with pytest.raises(InvalidRequest) as refused:
        enter(empty_cycle(program=capped), session("employment", 4))
    assert refused.value.faults[0].detail == "At most 3 can be entered here."


def test_points_of_half_units_are_exact() -> None:
    tenths = replace(
        PROGRAM,
        activities=tuple(
            replace(each, step=Decimal("0.1"), points=Decimal("0.1")) for each in PROGRAM.activities
        ),
    )
    cycle = enter(empty_cycle(program=tenths), tuple(claim("webinar", "0.1") for _ in range(30)))
    assert cycle.cycle.points_total == Decimal("0.3")
    assert "0.1 × 0.1 points per webinar = 0.01" in cycle.line(cycle.entries[0]).explanation


def test_a_document_that_is_not_checked_yet_can_be_named() -> None:
    cycle = with_documents(empty_cycle(), document("doc_1", "pending"))
    assert enter(cycle, session("policy", document_ids=("doc_1",))).cycle.points_total == 1


def test_an_edit_names_the_fields_of_the_one_entry() -> None:
    with pytest.raises(InvalidRequest) as refused:
        edit(cycle_with(claim("webinar")), "webinar", activity="golf", ended_on=date(2999, 1, 1))
    assert [fault.pointer for fault in refused.value.faults] == ["/activity", "/ended_on"]


def test_a_wrong_field_is_told_before_the_lock() -> None:
    locked = sign(cycle_with(points=50))
    with pytest.raises(InvalidRequest):
        enter(locked, session("golf"))
    with pytest.raises(CycleLocked):
        enter(locked, session("webinar"))
