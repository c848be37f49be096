"""Rule 7's check: the end of the last day ends access, except for a report that was signed in time."""

from dataclasses import replace
from datetime import date

import pytest

from shared.domain.certifications import Registration, portal_notice
from shared.domain.discretion import extend
from shared.domain.errors import CertificationLapsed
from shared.domain.recertification import Recertification
from tests.unit.domain.builders import (
    PROGRAM,
    TODAY,
    approve,
    certification,
    cycle_of,
    cycle_with,
    paid,
    send_back,
    sign,
)

LAST_DAY, DAY_AFTER = date(2027, 12, 31), date(2028, 1, 1)


def test_the_last_day_is_open_and_the_next_is_not() -> None:
    cycle = cycle_with(points=50)
    assert (cycle.access(LAST_DAY), cycle.access(DAY_AFTER)) == ("open", "lapsed")
    assert (cycle.state(LAST_DAY), cycle.state(DAY_AFTER)) == ("complete", "lapsed")
    cycle.require_open(LAST_DAY)


def test_the_lapsed_are_told_exactly_what_to_do() -> None:
    with pytest.raises(CertificationLapsed) as refused:
        cycle_with(points=50).require_open(DAY_AFTER)
    for words in ("Recertification Report", "certification@example.org", "pay", "wait", "reinstatement"):
        assert words in refused.value.detail


def test_a_report_signed_in_time_does_not_lapse_while_it_waits() -> None:
    signed = sign(cycle_with(points=50), on=LAST_DAY)
    assert signed.access(date(2029, 7, 1)) == "open"
    assert signed.state(date(2029, 7, 1)) == "submitted"


def test_a_report_returned_before_the_last_day_keeps_the_last_day() -> None:
    returned = send_back(sign(cycle_with(points=50)), on=date(2027, 7, 1))
    assert (returned.access(LAST_DAY), returned.access(DAY_AFTER)) == ("open", "lapsed")


def test_a_report_returned_shortly_before_the_last_day_has_thirty_days() -> None:
    returned = send_back(sign(cycle_with(points=50)), on=date(2027, 12, 20))
    assert returned.access(date(2028, 1, 19)) == "open"
    assert returned.access(date(2028, 1, 20)) == "lapsed"


def test_the_days_to_correct_are_the_editions() -> None:
    short = replace(PROGRAM, correction_days=3)
    returned = send_back(sign(cycle_with(points=50, program=short)), on=date(2028, 1, 10))
    assert (returned.access(date(2028, 1, 13)), returned.access(date(2028, 1, 14))) == ("open", "lapsed")


def test_each_return_gives_its_own_days() -> None:
    once = send_back(sign(cycle_with(points=50), on=LAST_DAY), on=date(2028, 1, 10))
    twice = send_back(sign(once, on=date(2028, 2, 9)), on=date(2028, 3, 1))
    assert (twice.access(date(2028, 3, 31)), twice.access(date(2028, 4, 1))) == ("open", "lapsed")


def test_an_extension_moves_the_last_day_and_never_back() -> None:
    cycle = cycle_with(points=10)
    longer = replace(cycle, certification=replace(cycle.certification, extended_to=date(2028, 3, 31)))
    assert (longer.access(date(2028, 3, 31)), longer.access(date(2028, 4, 1))) == ("open", "lapsed")
    earlier = replace(cycle, certification=replace(cycle.certification, extended_to=TODAY))
    assert earlier.access(LAST_DAY) == "open"


def test_a_terminated_certification_is_lapsed_on_any_day() -> None:
    cycle = cycle_with(points=50)
    over = replace(cycle, certification=replace(cycle.certification, status="terminated"))
    assert over.access(TODAY) == "lapsed"


def test_an_approval_gives_three_more_years() -> None:
    _, opened = approve(paid(sign(cycle_with(points=50), on=LAST_DAY)))
    assert (opened.access(date(2030, 12, 31)), opened.access(date(2031, 1, 1))) == ("open", "lapsed")


def registration(designation: str, last_day: date) -> Registration:
    held = certification(designation, expires_on=last_day)
    return Registration(PROGRAM, held, cycle_of(held))


def test_the_portal_is_open_if_any_certification_is() -> None:
    """API.md: lapse is per certification."""
    lapsed, current = registration("IPMA-CS", date(2026, 12, 31)), registration("IPMA-CP", LAST_DAY)
    assert portal_notice([lapsed, current], PROGRAM, TODAY)[0] == "open"
    access, detail = portal_notice([lapsed], PROGRAM, TODAY)
    assert access == "lapsed"
    assert "IPMA-CS" in detail


def test_without_a_certification_there_is_a_link_to_get_certified() -> None:
    """Rule 9."""
    access, detail = portal_notice([], PROGRAM, TODAY)
    assert access == "not-certified"
    assert PROGRAM.contact.get_certified in detail


def notice(found: Recertification, on: date) -> str:
    with pytest.raises(CertificationLapsed) as refused:
        found.require_open(on)
    return refused.value.detail


def test_the_day_to_sign_by_is_the_last_day_of_access() -> None:
    cycle = cycle_with(points=50)
    assert cycle.sign_by == LAST_DAY
    assert sign(cycle).sign_by is None
    assert send_back(sign(cycle), on=date(2028, 1, 10)).sign_by == date(2028, 2, 9)
    assert send_back(sign(cycle), on=date(2027, 7, 1)).sign_by == LAST_DAY


def test_what_lapsed_keeps_its_last_day_whatever_an_application_does_to_its_cycle() -> None:
    late = send_back(sign(cycle_with(points=50), on=LAST_DAY), on=date(2028, 1, 10)).lapse()
    applied = send_back(sign(late, on=date(2028, 3, 1)), on=date(2028, 3, 20))
    for found in (late, sign(late, on=date(2028, 3, 1)), applied):
        assert found.sign_by == date(2028, 2, 9)
        assert "31 December 2027, and its report could be signed until 9 February 2028." in notice(
            found, date(2028, 4, 1)
        )


def test_what_lapsed_on_its_last_day_names_that_day_alone() -> None:
    assert "its last day was 31 December 2027. To be" in notice(cycle_with(points=50).lapse(), DAY_AFTER)


def test_an_extension_takes_the_lapse_back_with_its_day() -> None:
    again = extend(cycle_with(points=50).lapse(), date(2028, 3, 31), "Ill", DAY_AFTER)
    assert (again.certification.open_until, again.sign_by) == (None, date(2028, 3, 31))
