"""Every worked case of PROGRAM.md, in the words of its table."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest

from shared.domain.certifications import access_on
from shared.domain.errors import NotReadyToSubmit, PointsComplete
from tests.unit.domain.builders import (
    approve,
    claim,
    cycle_with,
    delete,
    document,
    edit,
    empty_cycle,
    enter,
    entry_of,
    paid,
    send_back,
    session,
    sign,
    with_documents,
)


def three_years_of_work(webinars: int) -> tuple[object, ...]:
    return (
        claim("employment", 3),
        claim("national-membership", 3),
        claim("chapter-membership", 3),
        claim("conference-full-day", 9),
        claim("webinar", webinars),
    )


def three_years_and_eleven_webinars() -> None:
    cycle = enter(empty_cycle(), three_years_of_work(webinars=11))
    assert [entry.points for entry in cycle.entries] == [3, 6, 3, 27, 11]
    assert cycle.cycle.points_total == Decimal(50)
    assert sign(cycle).cycle.state == "submitted"


def three_years_and_ten_webinars() -> None:
    cycle = enter(empty_cycle(), three_years_of_work(webinars=10))
    assert cycle.cycle.points_total == Decimal(49)
    with pytest.raises(NotReadyToSubmit, match="1 point missing") as refused:
        sign(cycle)
    assert refused.value.extra == {"missing_points": Decimal(1), "missing_documents": []}


def two_full_days_and_one_of_four_hours() -> None:
    cycle = enter(empty_cycle(), (claim("conference-full-day", 2), claim("conference-partial-day")))
    assert cycle.cycle.points_total == Decimal(7)


def a_session_that_passes_fifty() -> None:
    cycle = enter(cycle_with(points=48), session("conference-full-day", quantity=2))
    assert cycle.cycle.points_total == Decimal(54)
    for activity in ("webinar", "conference-full-day", "hr-innovation"):
        with pytest.raises(PointsComplete):
            enter(cycle, session(activity), key="next")


def deleting_below_fifty() -> None:
    cycle = delete(cycle_with(claim("conference-full-day", 2), points=54), "conference-full-day")
    assert cycle.cycle.points_total == Decimal(48)
    assert enter(cycle, session("webinar")).cycle.points_total == Decimal(49)


def raising_a_webinar_at_54() -> None:
    with pytest.raises(PointsComplete):
        edit(cycle_with(claim("webinar", 1), points=54), "webinar", quantity=2)
    lowered = edit(cycle_with(claim("webinar", 2), points=54), "webinar", quantity=1)
    assert lowered.cycle.points_total == Decimal(53)


def one_hr_innovation() -> None:
    with_it = enter(
        with_documents(empty_cycle(), document("doc_1")), session("hr-innovation", document_ids=("doc_1",))
    )
    assert with_it.cycle.points_total == Decimal(5)
    assert with_it.missing_documents == ()
    without = enter(cycle_with(points=45), session("hr-innovation"))
    innovation = entry_of(without, "hr-innovation")
    assert (innovation.points, without.cycle.points_total) == (5, 50)
    with pytest.raises(NotReadyToSubmit, match="My hr-innovation") as refused:
        sign(without)
    assert refused.value.extra == {
        "missing_points": Decimal(0),
        "missing_documents": [innovation.entry_id],
    }


def board_and_committee() -> None:
    cycle = enter(empty_cycle(), (claim("board-member", 3), claim("committee-chair", 3)))
    assert cycle.cycle.points_total == Decimal(15)


def articles() -> None:
    cycle = enter(empty_cycle(), (claim("journal-article", 2), claim("newsletter-article", 3)))
    assert cycle.cycle.points_total == Decimal(16)


def raising_the_six_points_at_54() -> None:
    cycle = cycle_with(claim("conference-full-day", 2), points=54)
    assert edit(cycle, "conference-full-day", quantity=3).cycle.points_total == Decimal(57)


def approved_with_62_points() -> None:
    closed, opened = approve(paid(sign(cycle_with(points=62))))
    assert closed.cycle.points_total == Decimal(62)
    assert (opened.cycle.points_total, opened.entries) == (Decimal(0), ())


def signed_on_30_december() -> None:
    cycle = sign(cycle_with(points=50), on=date(2027, 12, 30))
    returned = send_back(cycle, on=date(2028, 1, 10))
    for day in (date(2028, 1, 10), date(2028, 2, 9)):
        assert access_on(day, returned.certification, returned.cycle, returned.program) == "open"
    assert returned.access(date(2028, 2, 10)) == "lapsed"
    again = sign(returned, on=date(2028, 2, 9))
    assert again.access(date(2028, 2, 10)) == "open"
    assert again.access(date(2029, 2, 10)) == "open"


def approved_in_march() -> None:
    cycle = paid(sign(cycle_with(points=50), on=date(2027, 3, 2)))
    _, opened = approve(cycle)
    assert opened.certification.expires_on == date(2030, 12, 31)
    assert (opened.cycle.starts_on, opened.cycle.ends_on) == (date(2027, 3, 3), date(2030, 12, 31))


CASES: dict[str, Callable[[], None]] = {
    "3 y employment, 3 y national, 3 y chapter, 9 conference full days, 11 webinars: "
    "3+6+3+27+11 = 50, may submit": three_years_and_eleven_webinars,
    'the same with 10 webinars: 49, submission refused, "1 point missing"': three_years_and_ten_webinars,
    "two full conference days and one of 4 h: 3+3+1 = 7": two_full_days_and_one_of_four_hours,
    "total 48, one session with a 2-day conference (6): 54, accepted; "
    "the next session, any entry: refused": a_session_that_passes_fifty,
    "total 54, delete a 6-point entry: 48, entering is open again": deleting_below_fifty,
    "total 54, edit a webinar entry from 1 to 2: refused; from 2 to 1: fine": raising_a_webinar_at_54,
    "one HR innovation with its description; without it: "
    "5; saved, but submission refused naming it": one_hr_innovation,
    "board member 3 y + committee chair 3 y: 15": board_and_committee,
    "2 journal + 3 newsletter articles: 16": articles,
    "total 54, raise the 6-point entry by 1 day (48 without it): accepted": raising_the_six_points_at_54,
    "62 points, approved: next cycle opens with 0": approved_with_62_points,
    "signed 30 December, last day 31 December, returned 10 January: not lapsed through 9 February, "
    "lapsed from 10 February 00:00; signed again before that: fine": signed_on_30_december,
    "expires_on 2027-12-31, signed 2027-03-02, approved 2027-03-20: "
    "expires_on 2030-12-31, next window 2027-03-03 to 2030-12-31": approved_in_march,
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_worked_case(case: Callable[[], None]) -> None:
    case()
