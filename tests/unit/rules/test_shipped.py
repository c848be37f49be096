"""The shipped rule sets with their published numbers."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from shared.domain.rules.claims import Period
from tests.unit.rules.sheet import ENDS_ON, STARTS_ON, count, entry, shipped

ASQ, CANADA, HR, HRPA = map(shipped, ("asq", "ipma-canada", "ipma-hr", "hrpa"))


def worth(rule_set: Any, activity: str, quantity: Any = 1, unit: str = "") -> Decimal:
    return count(rule_set, entry(activity, quantity, unit=unit)).total


# --- IPMA-HR ---


def test_ipma_hr_counts_the_worked_case_and_misses_one_without_the_eleventh_webinar() -> None:
    rows = [
        ("employment", 3),
        ("national-membership", 3),
        ("chapter-membership", 3),
        ("conference-full-day", 9),
    ]
    full = count(HR, *(entry(*row) for row in rows), entry("webinar", 11))
    assert (full.total, full.met, full.missing) == (50, True, ())
    short = count(HR, *(entry(*row) for row in rows), entry("webinar", 10))
    assert (short.total, short.met, short.missing) == (49, False, ("1 point missing.",))


def test_ipma_hr_explains_as_it_always_did_and_refuses_nothing() -> None:
    found = count(HR, entry("conference-full-day", 20), entry("webinar", 1))
    assert found.lines[0].explanation == "Conference, day of 6 hours or more: 20 × 3 points per day = 60."
    assert found.lines[1].explanation == "Webinar, live or recorded: 1 × 1 point per webinar = 1."
    assert (found.total, found.refused, found.carried) == (61, 0, 0)
    assert not found.takes_more


# --- IPMA-Canada ---


@pytest.mark.parametrize(
    ("experiential", "other", "met"),
    [(19, 40, False), (20, 30, True), (25, 25, False), (20, 29, False), (50, 0, False)],
)
def test_ipma_canada_needs_20_experiential_and_30_other_points(
    experiential: int, other: int, met: bool
) -> None:
    entries = [entry("experience", experiential), *([entry("training", other)] if other else [])]
    assert count(CANADA, *entries).met is met


def test_ipma_canada_says_which_minimum_is_missing() -> None:
    found = count(CANADA, entry("experience", 25), entry("webinar", 25))
    assert found.missing == ("At least 30 points are needed in the other areas; 25 count, so 5 are missing.",)
    assert found.points_missing == 0
    assert found.takes_more


def test_an_executive_of_ipma_canada_recertifies_by_resume() -> None:
    executive = Period(STARTS_ON, ENDS_ON, "IPMA-EX")
    assert count(CANADA, entry("executive-resume"), period=executive).met
    professional = count(CANADA, entry("executive-resume"), period=Period(STARTS_ON, ENDS_ON, "IPMA-CP"))
    assert (professional.met, professional.total) == (False, 0)
    assert professional.lines[0].reason == "It counts for IPMA-EX only. 0 of 50 count."


# --- ASQ ---


def test_asq_adds_decimals_exactly_18_0_passes() -> None:
    found = count(
        ASQ,
        entry("employment-full-time", 36),
        entry("professional-development", 50),
        entry("meeting", 4),
        entry("other-certification"),
    )
    assert found.total == Decimal("18.0")
    assert found.met
    one_hour_less = count(
        ASQ,
        entry("employment-full-time", 36),
        entry("professional-development", 49),
        entry("meeting", 4),
        entry("other-certification"),
    )
    assert one_hour_less.missing == ("0.1 recertification units missing.",)


@pytest.mark.parametrize(
    ("activity", "quantity", "unit", "units"),
    [
        ("professional-development", 1, "", "0.1"),
        ("professional-development", 1, "CEU", "1"),
        ("employment-full-time", 12, "", "3.6"),
        ("employment-part-time", 12, "", "1.8"),
        ("teaching", 10, "", "1.5"),
        ("teaching", 1, "CEU", "1.5"),
        ("course", 10, "", "1"),
        ("college-course", 1, "", "1"),
        ("college-taught", 1, "", "1.5"),
        ("meeting", 1, "", "0.3"),
        ("officer", 1, "", "2"),
        ("appointed", 1, "", "1.5"),
        ("ad-hoc", 1, "", "0.2"),
        ("other-certification", 1, "", "1"),
        ("own-certification", 1, "", "2"),
        ("chief-proctor", 1, "", "1"),
        ("assistant-proctor", 1, "", "0.5"),
        ("registration-assistant", 1, "", "0.25"),
        ("article-author", 1, "", "1"),
        ("article-co-author", 1, "", "0.5"),
        ("book-author", 1, "", "4"),
        ("book-co-author", 1, "", "2"),
        ("book-editor", 1, "", "1"),
    ],
)
def test_asq_earns_by_its_table(activity: str, quantity: Any, unit: str, units: str) -> None:
    assert worth(ASQ, activity, quantity, unit) == Decimal(units)


def test_asq_counts_ad_hoc_tasks_up_to_0_6_a_year_and_1_8_in_all() -> None:
    four = [entry("ad-hoc", on=date(2025, month, 1)) for month in (1, 2, 3, 4)]
    found = count(ASQ, *four)
    assert found.total == Decimal("0.6")
    assert found.lines[3].refused == Decimal("0.2")
    assert found.lines[3].reason == (
        "Ad hoc task for a committee: at most 0.6 recertification units in each year of the cycle. 0 of 0.2 count."
    )
    every_year = [entry("ad-hoc", 4, date(year, 5, 1)) for year in (2025, 2026, 2027)]
    assert count(ASQ, *every_year).total == Decimal("1.8")
    whole_cycle = entry("ad-hoc", 12, started_on=STARTS_ON, ended_on=ENDS_ON)
    assert count(ASQ, whole_cycle).total == Decimal("1.8")


def test_asq_carries_nothing_over() -> None:
    found = count(ASQ, entry("book-author", 6))
    assert (found.total, found.carried, found.carried_on) == (24, 0, ())


# --- HRPA ---


@pytest.mark.parametrize(
    ("activity", "hours", "counted"),
    [
        ("education", 80, "66.67"),
        ("leadership", 50, "46.67"),
        ("instruction", 50, "46.67"),
        ("work-project", 60, "50"),
        ("research", 40, "33.33"),
    ],
)
def test_hrpa_counts_each_category_up_to_its_maximum(activity: str, hours: int, counted: str) -> None:
    found = count(HRPA, entry(activity, hours))
    assert found.total == Decimal(counted)
    assert found.refused == hours - Decimal(counted)


def test_hrpa_needs_20_hours_beside_the_most_that_leadership_gives() -> None:
    assert count(HRPA, entry("leadership", 50), entry("education", "20.00")).met
    short = count(HRPA, entry("leadership", 50), entry("education", "19.99"))
    assert short.missing == ("0.01 hours missing.",)
    assert short.by_category == {"education": Decimal("19.99"), "leadership": Decimal("46.67")}
