"""A cycle under rule sets that ask for more than a total: minimums, caps, carry-over, grace, early signing."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from shared.domain.certifications import Certification
from shared.domain.discretion import reinstate
from shared.domain.errors import CertificationLapsed, InvalidRequest, NotReadyToSubmit, PointsComplete
from shared.domain.program import Editions, Program
from shared.domain.recertification import Recertification
from shared.domain.reports import report_of
from shared.domain.reviewing import approve
from shared.domain.rules.carry_over import CarriedIn
from shared.domain.rules.words import CarryOver, CycleRules, Grace, Length
from shared.programs import load_editions
from shared.schemas.reports import Report
from tests.unit.domain.builders import (
    EDITIONS,
    NOW,
    PROGRAM,
    TODAY,
    claim,
    cycle_of,
    decision,
    enter,
    entry_of,
    paid,
    sign_with_record,
)

CANADA = load_editions("ipma-canada").programs[0]
HRPA = load_editions("hrpa").programs[0]
CARRYING = replace(PROGRAM, points_required=Decimal(30), carry_over=CarryOver(Decimal(15)), at_limit="track")


def opened(program: Program, designation: str = "IPMA-CP", **changes: Any) -> Recertification:
    held = Certification(
        "crt_x", "M-1", "Marge Bouvier", designation, date(2025, 1, 1), date(2027, 12, 31), "new"
    )
    return Recertification(program, held, cycle_of(held, **changes))


def signed(found: Recertification, on: date = TODAY) -> Recertification:
    return sign_with_record(found, on=on, version=found.program.agreement.version)[0]


def test_entering_stays_open_at_the_required_points_while_a_minimum_is_missing() -> None:
    blocking = replace(CANADA, at_limit="block")
    cycle = enter(opened(blocking), (claim("experience", 25), claim("webinar", 25)))
    assert cycle.cycle.points_total == 50
    assert cycle.state(TODAY) == "entering"
    cycle = enter(cycle, (claim("webinar", 5),))
    assert cycle.state(TODAY) == "complete"
    with pytest.raises(PointsComplete):
        enter(cycle, (claim("webinar", 1),))


def test_a_submission_names_every_minimum_that_is_not_reached() -> None:
    cycle = enter(opened(CANADA), (claim("experience", 19), claim("training", 40)))
    with pytest.raises(NotReadyToSubmit) as refused:
        signed(cycle)
    sentence = "At least 20 points are needed in Experiential learning; 19 count, so 1 is missing."
    assert refused.value.detail == sentence
    assert refused.value.extra["missing_points"] == 0
    assert refused.value.extra["missing_minimums"] == [sentence]


def test_a_total_counts_no_more_than_the_caps_let_through_and_still_takes_more() -> None:
    cycle = enter(opened(HRPA, "CHRL"), (claim("leadership", 50),))
    cycle = enter(cycle, (claim("education", "20.00"),), key="two")
    assert cycle.cycle.points_total == Decimal("66.67")
    assert cycle.line(entry_of(cycle, "leadership")).refused == Decimal("3.33")
    assert enter(cycle, (claim("education", 1),), key="three").cycle.points_total == Decimal("67.67")
    assert signed(cycle).cycle.state == "submitted"


def test_a_reviewer_cannot_approve_what_leaves_a_minimum_unmet() -> None:
    cycle = enter(opened(CANADA), (claim("experience", 20), claim("training", 40)))
    waiting = paid(signed(cycle))
    assert waiting.submission is not None
    reduced = decision(**{entry_of(cycle, "experience").entry_id: 19})
    with pytest.raises(NotReadyToSubmit, match="19 count, so 1 is missing"):
        approve(waiting, waiting.submission.submission_id, reduced, editions=Editions((CANADA,)))


def test_points_beyond_the_required_ones_open_the_next_cycle_where_the_edition_carries_over() -> None:
    cycle = enter(opened(CARRYING), (claim("conference-full-day", 10), claim("webinar", 20)))
    assert cycle.cycle.points_total == 30
    waiting = paid(signed(cycle))
    assert waiting.submission is not None
    closed, following = approve(
        waiting, waiting.submission.submission_id, decision(), editions=Editions((CARRYING,))
    )
    assert closed.cycle.points_total == 30
    assert following.cycle.points_total == 15
    assert sum(each.points for each in following.cycle.carried_in) == 15
    assert following.ledger.total == 15
    assert (
        enter(
            following,
            (claim("webinar", 1, started_on=date(2027, 6, 20), ended_on=date(2027, 6, 20)),),
            today=date(2027, 7, 1),
        ).cycle.points_total
        == 16
    )


def test_what_was_carried_in_counts_with_every_change() -> None:
    cycle = opened(CARRYING, carried_in=(CarriedIn(Decimal(5), "webinar"),))
    cycle = enter(cycle, (claim("webinar", 2),))
    assert cycle.cycle.points_total == 7
    assert cycle.points_by_category == {"webinar": 7}


def test_the_report_has_a_line_for_what_was_carried_in_so_that_it_adds_up() -> None:
    cycle = enter(opened(CARRYING, carried_in=(CarriedIn(Decimal(5), "webinar"),)), (claim("webinar", 2),))
    report = Report.of(report_of(cycle, None, cycle.program.agreement, TODAY))
    (carried,) = report.totals.carried_in
    assert (carried.category_title, carried.points_counted) == ("Webinar", 5)
    assert carried.explanation == "Carried over from the cycle before: 5."
    counted = [each.points_counted for each in (*report.entries, *report.totals.carried_in)]
    assert sum(counted, Decimal(0)) == report.totals.points_total == 7


def test_grace_keeps_the_portal_open_and_earns_only_where_it_says_so() -> None:
    for earns in (False, True):
        rules = CycleRules(grace=Grace(Length(months=1), earns=earns))
        cycle = opened(replace(PROGRAM, cycle_rules=rules))
        assert cycle.access(date(2028, 1, 31)) == "open"
        assert cycle.access(date(2028, 2, 1)) == "lapsed"
        late = (claim("webinar", 1, started_on=date(2028, 1, 5), ended_on=date(2028, 1, 5)),)
        if earns:
            assert enter(cycle, late, today=date(2028, 1, 6)).cycle.points_total == 1
        else:
            with pytest.raises(InvalidRequest):
                enter(cycle, late, today=date(2028, 1, 6))


def test_a_suspension_has_a_length_of_its_own_in_which_a_lapsed_certification_can_come_back() -> None:
    rules = CycleRules(grace=Grace(Length(months=1)), suspension=Length(months=6))
    lapsed = paid(opened(replace(PROGRAM, cycle_rules=rules)).lapse())
    with pytest.raises(CertificationLapsed, match="It is suspended and can come back until 31 July 2028"):
        lapsed.require_open(date(2028, 2, 1))

    def come_back(received_on: date) -> Recertification:
        today = date(2028, 9, 1)
        return reinstate(lapsed, received_on, editions=EDITIONS, now=NOW, today=today)[1]

    assert come_back(date(2028, 7, 31)).certification.status == "renew"
    with pytest.raises(InvalidRequest) as refused:
        come_back(date(2028, 8, 1))
    assert "could come back ended on 31 July 2028" in refused.value.faults[0].detail
    without = paid(opened(PROGRAM).lapse())
    assert reinstate(without, date(2029, 8, 1), editions=EDITIONS, now=NOW, today=date(2029, 9, 1))


def test_a_report_can_be_signed_early_only_as_early_as_the_edition_says() -> None:
    early = replace(PROGRAM, cycle_rules=CycleRules(early=Length(months=6)))
    cycle = enter(opened(early), (claim("employment", 50),))
    with pytest.raises(NotReadyToSubmit, match="can be signed from 1 July 2027 on"):
        signed(cycle, date(2027, 6, 30))
    assert signed(cycle, date(2027, 7, 1)).cycle.state == "submitted"


@pytest.mark.parametrize(
    ("rules", "signed_on", "expected"),
    [
        (CycleRules(next_starts="at-once"), date(2027, 3, 2), (date(2027, 3, 3), date(2030, 12, 31))),
        (CycleRules(next_starts="when-due"), date(2027, 3, 2), (date(2028, 1, 1), date(2030, 12, 31))),
        (
            CycleRules(next_starts="at-once", next_ends="from-start"),
            date(2027, 3, 2),
            (date(2027, 3, 3), date(2030, 3, 2)),
        ),
        (
            CycleRules(grace=Grace(Length(months=2)), late="full"),
            date(2028, 1, 20),
            (date(2028, 1, 21), date(2031, 1, 20)),
        ),
        (
            CycleRules(grace=Grace(Length(months=2)), late="shortens"),
            date(2028, 1, 20),
            (date(2028, 1, 21), date(2030, 12, 31)),
        ),
    ],
)
def test_the_next_cycle_has_the_days_that_the_edition_gives_it(
    rules: CycleRules, signed_on: date, expected: tuple[date, date]
) -> None:
    program = replace(PROGRAM, cycle_rules=rules)
    cycle = enter(opened(program), (claim("employment", 50),))
    waiting = paid(signed(cycle, signed_on))
    assert waiting.submission is not None
    _, following = approve(
        waiting, waiting.submission.submission_id, decision(), editions=Editions((program,))
    )
    assert (following.cycle.starts_on, following.cycle.ends_on) == expected
    assert following.certification.expires_on == expected[1]
