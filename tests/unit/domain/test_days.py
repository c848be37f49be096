"""Rule 11, days: days of the program's time zone, over changes of the clocks and leap years."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.days import day_after, day_of, end_of, written_day, written_end, years_later
from tests.unit.domain.builders import PROGRAM

NEW_YORK = PROGRAM.time_zone


@pytest.mark.parametrize(
    ("instant", "day"),
    [
        ("2027-12-31T04:59:59+00:00", date(2027, 12, 30)),
        ("2027-12-31T05:00:00+00:00", date(2027, 12, 31)),
        ("2028-01-01T04:59:59.999999+00:00", date(2027, 12, 31)),
        ("2028-01-01T05:00:00+00:00", date(2028, 1, 1)),
        # clocks go forward on 14 March 2027, so 15 March starts at four
        ("2027-03-14T04:59:59+00:00", date(2027, 3, 13)),
        ("2027-03-14T05:00:00+00:00", date(2027, 3, 14)),
        ("2027-03-15T03:59:59+00:00", date(2027, 3, 14)),
        ("2027-03-15T04:00:00+00:00", date(2027, 3, 15)),
        # and back on 7 November 2027, a day of 25 hours
        ("2027-11-07T04:00:00+00:00", date(2027, 11, 7)),
        ("2027-11-08T04:59:59+00:00", date(2027, 11, 7)),
        ("2027-11-08T05:00:00+00:00", date(2027, 11, 8)),
        ("2028-02-29T23:59:59-05:00", date(2028, 2, 29)),
        ("2028-03-01T00:00:00-05:00", date(2028, 3, 1)),
        ("2028-03-01T12:00:00+14:00", date(2028, 2, 29)),
    ],
)
def test_midnight_is_that_of_new_york(instant: str, day: date) -> None:
    assert day_of(datetime.fromisoformat(instant), NEW_YORK) == day


def test_an_instant_without_its_zone_has_no_day() -> None:
    with pytest.raises(ValueError, match="time zone"):
        day_of(datetime(2027, 1, 1), NEW_YORK)  # noqa: DTZ001


@given(
    st.integers(min_value=0, max_value=20 * 366 * 24 * 60),
    st.integers(min_value=-14 * 60, max_value=14 * 60),
)
def test_the_day_does_not_hang_on_the_zone_an_instant_is_written_in(after: int, offset: int) -> None:
    instant = datetime(2020, 1, 1, tzinfo=UTC) + timedelta(minutes=after)
    elsewhere = instant.astimezone(timezone(timedelta(minutes=offset)))
    assert day_of(elsewhere, NEW_YORK) == day_of(instant, NEW_YORK)


def test_the_day_after_goes_over_months_years_and_leap_days() -> None:
    assert day_after(date(2027, 12, 31)) == date(2028, 1, 1)
    assert day_after(date(2028, 2, 28)) == date(2028, 2, 29)
    assert day_after(date(2027, 2, 28)) == date(2027, 3, 1)


@pytest.mark.parametrize(
    ("day", "years", "moved"),
    [
        (date(2028, 2, 29), 3, date(2031, 2, 28)),
        (date(2028, 2, 29), -3, date(2025, 2, 28)),
        (date(2028, 2, 29), 4, date(2032, 2, 29)),
        (date(2027, 2, 28), 1, date(2028, 2, 28)),
        (date(2027, 12, 31), 3, date(2030, 12, 31)),
        (date(2096, 2, 29), 4, date(2100, 2, 28)),
    ],
)
def test_a_leap_day_moves_to_the_28th_where_there_is_none(day: date, years: int, moved: date) -> None:
    assert years_later(day, years) == moved


def test_a_later_cycle_starts_the_day_after_the_day_three_years_before_its_last() -> None:
    assert PROGRAM.later_cycle_starts_on(date(2027, 12, 31)) == date(2025, 1, 1)
    assert PROGRAM.later_cycle_starts_on(date(2028, 2, 29)) == date(2025, 3, 1)


def test_invoices_go_out_on_15_february_of_the_recertification_year() -> None:
    assert PROGRAM.invoice_release_on(2027) == date(2027, 2, 15)


def test_a_day_in_a_sentence_is_written_as_people_write_it() -> None:
    assert written_day(date(2027, 12, 31)) == "31 December 2027"
    assert written_day(date(2028, 2, 9)) == "9 February 2028"


@pytest.mark.parametrize(
    ("day", "zone", "end"),
    [
        ("2027-12-31", "America/New_York", "2028-01-01T05:00:00+00:00"),
        ("2027-06-30", "America/New_York", "2027-07-01T04:00:00+00:00"),
        ("2027-03-14", "America/New_York", "2027-03-15T04:00:00+00:00"),
        ("2027-12-31", "Pacific/Auckland", "2027-12-31T11:00:00+00:00"),
        ("2027-12-31", "UTC", "2028-01-01T00:00:00+00:00"),
    ],
)
def test_a_day_ends_at_midnight_of_its_zone(day: str, zone: str, end: str) -> None:
    last = date.fromisoformat(day)
    assert end_of(last, zone).isoformat() == end
    assert day_of(end_of(last, zone) - timedelta(microseconds=1), zone) == last
    assert day_of(end_of(last, zone), zone) == day_after(last)


def test_a_last_day_is_written_with_its_hour_and_its_zone() -> None:
    last = date(2027, 12, 31)
    assert written_end(last, "America/New_York") == "31 December 2027, 11:59 PM (New York time)"
    assert written_end(last, "UTC") == "31 December 2027, 11:59 PM (UTC)"
