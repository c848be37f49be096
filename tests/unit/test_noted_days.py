"""Which days the calendar notes: the index's own, which reminders go by, and those after which access ends."""

from dataclasses import replace
from datetime import UTC, date, datetime

from shared.domain.events import Command, event
from shared.domain.recertification import Recertification
from shared.domain.rules.words import CycleRules, Grace, Length
from shared.repositories.calendar import Calendar
from shared.repositories.recertifications import Recertifications
from shared.repositories.table import Table
from tests.properties.memory_dynamodb import MemoryDynamoDB
from tests.unit.domain.builders import EDITIONS, PROGRAM, empty_cycle

NOW = datetime(2027, 3, 1, 12, tzinfo=UTC)
LAST, NEXT_LAST = date(2027, 12, 31), date(2030, 12, 31)
GRACE = replace(PROGRAM, cycle_rules=CycleRules(grace=Grace(Length(months=1), earns=False)))


def noted(before: Recertification, after: Recertification) -> list[tuple[str, int, str]]:
    """What a change of a recertification notes: day, year of the index, what leads to it."""
    table = Table(MemoryDynamoDB(), "table")
    happened = event(Command("S1", "staff", NOW, NOW.date(), "key"), "certification:crt_1", "changed", {})
    Recertifications(table, EDITIONS)._note_end_of_access(before, after, happened)
    return [
        (each.last_day.isoformat(), each.due_year, each.led_to_by) for each in Calendar(table).read().days
    ]


def until(found: Recertification, last_day: date) -> Recertification:
    return replace(found, certification=replace(found.certification, expires_on=last_day))


def test_the_last_day_is_noted_once() -> None:
    found = until(empty_cycle(), LAST)
    assert noted(found, until(found, NEXT_LAST)) == [("2030-12-31", 2030, "index")]
    assert noted(found, found) == []


def test_where_access_ends_with_a_grace_the_last_day_is_noted_too() -> None:
    found = until(empty_cycle(program=GRACE), LAST)
    days = [("2030-12-31", 2030, "index"), ("2031-01-31", 2030, "index")]
    assert noted(found, until(found, NEXT_LAST)) == days


def test_a_day_that_staff_granted_is_noted_as_such() -> None:
    found = until(empty_cycle(), LAST)
    granted = replace(found, certification=replace(found.certification, extended_to=date(2028, 2, 29)))
    assert noted(found, granted) == [("2028-02-29", 2027, "extension")]


def test_a_day_that_a_return_gave_is_noted_as_such() -> None:
    signed = replace(until(empty_cycle(), LAST), cycle=empty_cycle(state="submitted").cycle)
    late = replace(signed.cycle, state="returned", returned_on=date(2028, 1, 10))
    early = replace(late, returned_on=date(2027, 6, 1))
    assert noted(signed, replace(signed, cycle=late)) == [("2028-02-09", 2027, "return")]
    assert noted(signed, replace(signed, cycle=early)) == [("2027-12-31", 2027, "index")]
