"""Published examples of bodies whose rule sets are not shipped: one file each, and no code."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from shared.domain.rules.carry_over import CarriedIn
from shared.domain.rules.claims import Period
from shared.domain.rules.cycles import Dates, last_day, last_day_to_earn, next_dates, standing
from shared.domain.rules.designations import reports_due
from shared.domain.rules.words import Cap, Scope
from tests.unit.rules.sheet import BODIES, CYCLE, body, count, entry

EARLY, LATE = date(2025, 3, 1), date(2027, 11, 1)
EACH_YEAR = [date(year, 5, 1) for year in (2025, 2026, 2027)]
TWO_YEARS = Period(date(2025, 7, 1), date(2027, 6, 30))


def test_every_file_is_sound() -> None:
    assert len([body(file.stem) for file in BODIES.glob("*.toml")]) == 10


# --- project managers: 60 PDU ---

PM = body("project-managers")
SKILLS = ("ways-of-working", "power-skills", "business-acumen")


def test_a_course_of_1_h_50_min_is_1_75_pdu() -> None:
    assert count(PM, entry("power-skills", 110, unit="minute")).total == Decimal("1.75")


def test_giving_back_counts_25_of_which_8_by_working() -> None:
    education = [entry(skill, 12) for skill in SKILLS]
    found = count(PM, *education, entry("working", 3), entry("volunteering", 30))
    assert found.by_category["working"] == 8
    assert found.by_group == {"education": 36, "giving-back": 25 - 1}
    assert (found.total, found.refused) == (60, 4 + 14)
    assert found.met


def test_each_skill_area_needs_8() -> None:
    found = count(PM, entry("ways-of-working", 40), entry("power-skills", 7), entry("business-acumen", 13))
    assert found.missing == ("At least 8 PDUs are needed in Power skills; 7 count, so 1 is missing.",)


def test_20_pdus_of_the_last_year_go_on() -> None:
    early = [entry(skill, 20, EARLY) for skill in SKILLS]
    found = count(PM, *early, entry("power-skills", 25, LATE))
    assert (found.total, found.carried, found.refused) == (60, 20, 5)
    assert found.carried_on == (CarriedIn(Decimal(20), "power-skills", 1),)
    assert count(PM, *early, entry("power-skills", 25, EARLY)).carried == 0


# --- security professionals: 120 CPE, 40 a year ---

CPE = body("security-professionals")


def test_40_are_needed_in_each_year() -> None:
    assert count(CPE, *(entry("course", 40, day) for day in EACH_YEAR)).met
    uneven = count(
        CPE, *(entry("course", hours, day) for hours, day in zip((50, 39, 40), EACH_YEAR, strict=True))
    )
    assert uneven.total == 120
    assert uneven.missing == (
        "At least 40 CPEs are needed in 1 January 2026 to 31 December 2026; 39 count, so 1 is missing.",
    )


def test_group_b_counts_30_and_never_goes_on() -> None:
    found = count(CPE, *(entry("course", 30, day) for day in EACH_YEAR), entry("general", 40, LATE))
    assert (found.total, found.by_category["group-b"], found.carried) == (120, 30, 0)


def test_group_a_of_the_last_six_months_goes_on() -> None:
    found = count(CPE, *(entry("course", 40, day) for day in EACH_YEAR), entry("course", 50, LATE))
    assert (found.total, found.carried, found.refused) == (120, 40, 10)


def test_the_same_book_counts_once_and_a_webinar_8_at_most() -> None:
    books = [entry("book", 1, title=title) for title in ("On Locks", "on  locks", "On Keys")]
    found = count(CPE, *books, entry("webinar", 9))
    assert found.total == 5 + 5 + 8
    assert (
        found.lines[1].reason
        == "Book read: counts at most once under the same title in a cycle. 0 of 5 count."
    )
    assert found.lines[3].reason == "Webinar: at most 8 CPEs for one entry. 8 of 9 count."


def test_credits_can_be_earned_in_90_days_of_grace() -> None:
    assert last_day_to_earn(CPE.cycle_rules, date(2027, 12, 31)) == date(2028, 3, 30)


# --- accountants: 120 hours, 50 minutes each ---

CPA = body("accountants")


@pytest.mark.parametrize(
    ("minutes", "hours"), [(49, "0"), (50, "1"), (74, "1"), (75, "1.5"), (100, "2"), (110, "2"), (125, "2.5")]
)
def test_50_minutes_make_an_hour_and_the_first_is_whole(minutes: int, hours: str) -> None:
    assert count(CPA, entry("technical", minutes, unit="minute")).total == Decimal(hours)


def test_a_semester_credit_is_15_hours_and_a_quarter_credit_10() -> None:
    assert count(CPA, entry("technical", 3, unit="semester credit")).total == 45
    assert count(CPA, entry("technical", 3, unit="quarter credit")).total == 30


def test_20_hours_in_each_calendar_year_and_4_of_ethics() -> None:
    hours = [entry("technical", hours, day) for hours, day in zip((60, 19, 37), EACH_YEAR, strict=True)]
    found = count(CPA, *hours, entry("ethics", 4, EACH_YEAR[2]))
    assert found.total == 120
    assert found.missing == (
        "At least 20 hours are needed in 1 January 2026 to 31 December 2026; 19 count, so 1 is missing.",
    )
    assert len(count(CPA, *hours).missing) == 3  # the total, the year, and ethics


def test_teaching_counts_twice_and_half_at_most_and_a_repeat_once() -> None:
    assert count(CPA, entry("teaching", 10, title="Tax")).total == 20
    assert count(CPA, entry("teaching", 40, title="Tax")).total == 60
    again = [entry("teaching", 5, day, title="Tax") for day in EACH_YEAR]
    assert count(CPA, *again).total == 20


# --- nurses: 30 contact hours to the end of the birth month ---

RN = body("nurses")


def test_contact_hours_by_lessons_and_ceu() -> None:
    assert count(RN, entry("lesson", 2, unit="CEU")).total == 20
    assert count(RN, entry("lesson", 49, unit="minute")).total == 0
    assert count(RN, entry("lesson", 90, unit="minute")).total == Decimal("1.5")
    assert count(RN, entry("home-study", 15, relevant_percent=Decimal(50))).total == Decimal("7.5")
    assert [count(RN, entry("practice", hours)).total for hours in (399, 400, 800)] == [0, 5, 10]


def test_both_topics_are_needed() -> None:
    found = count(RN, entry("lesson", 28), entry("bias", 2))
    assert found.missing == (
        "At least 2 contact hours are needed in Patient safety; 0 count, so 2 are missing.",
    )


def test_the_cycle_ends_with_the_month_of_birth() -> None:
    rules = RN.cycle_rules
    assert last_day(rules, 2, date(2025, 3, 10), birth_month=2) == date(2027, 2, 28)
    assert last_day(rules, 2, date(2025, 3, 10), birth_month=5) == date(2026, 5, 31)
    ends_on = date(2027, 2, 28)
    days = [date(2027, 2, 28), date(2027, 3, 28), date(2027, 3, 29), date(2028, 3, 28), date(2028, 3, 29)]
    assert [standing(rules, ends_on, day) for day in days] == [
        "current",
        "grace",
        "suspended",
        "suspended",
        "lapsed",
    ]
    late = next_dates(rules, 2, ends_on, date(2027, 3, 15), birth_month=2)
    assert late == Dates(date(2027, 3, 16), date(2029, 2, 28))


# --- engineers: 30 PDH, 15 go on ---

PE = body("engineers")


def test_15_of_20_go_on_and_land_in_their_own_category() -> None:
    found = count(PE, entry("course", 49), entry("ethics", 1), period=TWO_YEARS)
    assert (found.total, found.carried, found.refused) == (30, 15, 5)
    assert found.carried_on == (CarriedIn(Decimal(15), "carried", 1),)
    following = Period(date(2027, 7, 1), date(2029, 6, 30), carried_in=found.carried_on)
    after = count(PE, entry("course", 14, LATE), entry("ethics", 1, LATE), period=following)
    assert (after.total, after.met, after.carried) == (30, True, 0)
    assert after.by_category == {"course": 14, "ethics": 1, "carried": 15}


def test_what_was_carried_once_is_not_carried_again() -> None:
    following = Period(
        date(2027, 7, 1), date(2029, 6, 30), carried_in=(CarriedIn(Decimal(15), "carried", 1),)
    )
    after = count(PE, entry("course", 29, LATE), entry("ethics", 1, LATE), period=following)
    assert (after.total, after.carried) == (30, 15)
    assert all(each.times == 1 for each in after.carried_on)
    alone = count(
        PE, entry("ethics", 31, LATE), period=Period(*TWO_YEARS_ON, carried_in=following.carried_in)
    )
    assert alone.carried == 15
    assert alone.lines[0].carried == 0


TWO_YEARS_ON = (date(2027, 7, 1), date(2029, 6, 30))


def test_conversions_teaching_patents_and_societies() -> None:
    assert count(PE, entry("course", "1.5", unit="CEU")).total == 15
    assert count(PE, entry("course", 100, unit="minute")).total == 2
    twice = [
        entry("teaching", 5, title="Bridges"),
        entry("teaching", 5, title="Bridges", on=date(2025, 4, 1)),
    ]
    assert count(PE, *twice).total == 10
    assert count(PE, entry("patent")).total == 10
    assert count(PE, *(entry("society", title=name) for name in "abc")).total == 4


def test_without_ethics_it_is_not_met() -> None:
    assert not count(PE, entry("course", 40)).met
    kept = count(PE, entry("course", 40), entry("ethics", 1, LATE))
    assert kept.met
    assert kept.line("001-ethics-2027-11-01-1").counted == 1


# --- lawyers: 15 hours a year ---

CLE = body("lawyers")


def test_ethics_goes_on_as_general() -> None:
    year = Period(date(2025, 6, 1), date(2026, 5, 31))
    found = count(
        CLE, entry("ethics", 10, date(2025, 9, 1)), entry("course", 12, date(2025, 8, 1)), period=year
    )
    assert (found.total, found.carried) == (15, 7)
    assert found.carried_on == (CarriedIn(Decimal(7), "general", 1),)
    following = Period(date(2026, 6, 1), date(2027, 5, 31), carried_in=found.carried_on)
    after = count(CLE, entry("course", 8, date(2026, 9, 1)), period=following)
    assert after.missing == ("At least 3 hours are needed in Ethics; 0 count, so 3 are missing.",)


def test_the_first_year_is_at_least_a_year_long() -> None:
    assert last_day(CLE.cycle_rules, 1, date(2025, 6, 10), birth_month=5) == date(2027, 5, 31)
    assert last_day(CLE.cycle_rules, 1, date(2025, 6, 10), birth_month=6) == date(2026, 6, 30)


# --- informatics: one report for all ---

CEU = body("informatics")


def test_one_report_renews_all_with_more_for_each_further_credential() -> None:
    (one,) = reports_due(CEU, ["CODER"])
    assert one.points_required == 20
    (due,) = reports_due(CEU, ["CODER", "TECHNICIAN", "ADMINISTRATOR"])
    assert (due.designation, due.points_required) == ("ADMINISTRATOR", 50)
    assert due.renews == ("TECHNICIAN", "ADMINISTRATOR", "CODER")


def test_each_credential_has_its_own_total_and_minimum() -> None:
    cycle = date(2025, 1, 1), date(2026, 12, 31)
    hours = [entry("course", 16), entry("other", 4)]
    assert count(CEU, *hours, period=Period(*cycle, "TECHNICIAN")).met
    higher = count(CEU, *hours, period=Period(*cycle, "ADMINISTRATOR"))
    assert higher.points_missing == 10
    assert len(higher.missing) == 2


def test_units_are_carried_over_two_cycles_at_most() -> None:
    once = Period(date(2025, 1, 1), date(2026, 12, 31), "CODER", (CarriedIn(Decimal(4), "other", 1),))
    found = count(CEU, entry("course", 18), period=once)
    assert found.carried_on == (CarriedIn(Decimal(2), "domain", 1),)
    many = Period(once.starts_on, once.ends_on, "CODER", (CarriedIn(Decimal(24), "other", 1),))
    assert count(CEU, period=many).carried_on == (CarriedIn(Decimal(4), "other", 2),)
    twice = Period(once.starts_on, once.ends_on, "CODER", (CarriedIn(Decimal(24), "other", 2),))
    assert count(CEU, period=twice).carried_on == ()


# --- people professionals: 60 PDC to the end of the birth month ---

PDC = body("people-professionals")


def test_work_for_the_employer_counts_20_and_service_30_and_a_programme_taught_once() -> None:
    found = count(
        PDC,
        entry("project", 3),
        entry("project", 1),
        entry("volunteering", 3, started_on=CYCLE.starts_on, on=CYCLE.ends_on),
        entry("membership", 3),
        entry("teaching", 2, title="Labour law"),
        entry("teaching", 2, LATE, title="Labour Law"),
    )
    assert found.by_category == {"education": 4, "organization": 20, "profession": 30}
    assert found.missing == ("6 PDCs missing.",)
    assert [line.counted for line in found.lines if line.activity == "project"] == [20, 0]


def test_a_minute_short_of_a_quarter_counts_the_quarter_before() -> None:
    assert [count(PDC, entry("course", minutes, unit="minute")).total for minutes in (14, 15, 104, 105)] == [
        0,
        Decimal("0.25"),
        Decimal("1.5"),
        Decimal("1.75"),
    ]


def test_the_higher_examination_meets_everything() -> None:
    assert (count(PDC, entry("examination")).total, count(PDC, entry("examination")).met) == (60, True)


def test_20_of_the_last_12_months_go_on() -> None:
    found = count(PDC, entry("course", 50), entry("course", 40, LATE))
    assert (found.total, found.carried, found.refused) == (60, 20, 10)
    assert count(PDC, entry("course", 90)).carried == 0


# --- network technicians: a higher certification renews a lower ---

CE = body("network-technicians")


def holder(designation: str) -> Period:
    return Period(CYCLE.starts_on, CYCLE.ends_on, designation)


def test_a_report_for_the_highest_renews_the_lower_ones_through_those_between() -> None:
    (due,) = reports_due(CE, ["CORE", "EXPERT", "SECURITY"])
    assert (due.designation, due.renews, due.points_required) == (
        "EXPERT",
        ("EXPERT", "CORE", "SECURITY"),
        75,
    )
    (due,) = reports_due(CE, ["SECURITY", "CORE"])
    assert (due.designation, due.points_required) == ("SECURITY", 50)
    assert [each.designation for each in reports_due(CE, ["CORE"])] == ["CORE"]


def test_the_examination_of_a_higher_one_meets_the_lower_ones_total_and_not_its_own() -> None:
    assert count(CE, entry("higher-examination"), period=holder("CORE")).total == 20
    assert count(CE, entry("higher-examination"), period=holder("SECURITY")).met
    own = count(CE, entry("higher-examination"), period=holder("EXPERT"))
    assert (own.total, own.points_missing) == (0, 75)


def test_half_of_15_hours_is_7_units_and_three_years_of_work_are_9() -> None:
    found = count(
        CE,
        entry("training", 15, relevant_percent=Decimal(50)),
        entry("work", 3, started_on=CYCLE.starts_on, on=CYCLE.ends_on),
        entry("work", 1, LATE),
        entry("other-certification", 3),
        period=holder("SECURITY"),
    )
    assert found.total == 7 + 9 + 20
    assert found.refused == 3 + 10


# --- auditors: 120 hours and 20 in each calendar year ---

CISA = body("auditors")


def test_a_talk_counts_five_times_when_it_is_new_and_once_when_it_is_repeated() -> None:
    found = count(
        CISA,
        entry("first-talk", 100, unit="minute", title="Logs"),
        entry("talk", 100, date(2025, 9, 1), unit="minute", title="Logs"),
        entry("first-talk", 100, date(2026, 9, 1), unit="minute", title="Logs"),
    )
    assert [line.counted for line in found.lines] == [10, 2, 0]


def test_mentoring_counts_10_and_service_20_in_a_year() -> None:
    assert count(CISA, entry("mentoring", 15)).total == 10
    found = count(CISA, entry("board", 15), entry("mentoring", 15))
    assert (found.total, found.by_group) == (20, {"service": 20})
    assert count(CISA, *(entry("mentoring", 15, day) for day in EACH_YEAR)).total == 30


def test_20_hours_are_needed_in_each_calendar_year() -> None:
    uneven = [entry("course", hours, day) for hours, day in zip((60, 41, 19), EACH_YEAR, strict=True)]
    found = count(CISA, *uneven)
    assert (found.total, found.met) == (120, False)
    assert "1 January 2027 to 31 December 2027; 19 count, so 1 is missing." in found.missing[0]


def test_of_a_talk_given_twice_the_one_counts_whose_year_is_not_full_yet() -> None:
    full = [entry("board", 20, date(2025, 4, 1)), entry("vendor", 10, date(2025, 5, 1))]
    capped = replace(CISA, caps=(*CISA.caps, Cap(Scope(), "year", points=Decimal(30))))
    talks = [
        entry("first-talk", 1, date(2026, 5, 1), title="Logs"),
        entry("first-talk", 2, EACH_YEAR[0], title="Logs"),
    ]
    found = count(capped, *full, *talks)
    assert [line.counted for line in found.lines if line.activity == "first-talk"] == [0, 5]
    assert found.total == 35 == count(capped, *full, talks[0]).total


def test_what_a_narrower_limit_takes_out_uses_up_nothing_of_a_wider_one() -> None:
    limits = (
        Cap(Scope(activity="talk"), "cycle", times=2),
        Cap(Scope(activity="talk"), "cycle", times=1, same_title=True),
    )
    twice = [entry("talk", 5, day, title="Logs") for day in EACH_YEAR[:2]]
    assert count(replace(CISA, caps=limits), *twice, entry("talk", 3, title="Keys")).total == 8
