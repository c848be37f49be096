"""Reinstatement applications in the domain (rule 8): the door, the window, the late fee, the approval."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from shared.domain.errors import (
    CertificationLapsed,
    InvalidRequest,
    InvoiceUnpaid,
    NotFound,
    NotReadyToSubmit,
)
from shared.domain.events import Command
from shared.domain.money import Money
from shared.domain.program import LateFee, Reinstatement
from shared.domain.recertification import Recertification
from shared.domain.reinstatement import (
    application_state,
    approve_application,
    by_application,
    by_either,
    by_the_portal,
    late_fee,
    late_fee_invoice,
)
from shared.programs import load_editions
from tests.unit.domain.builders import (
    EDITIONS,
    NOW,
    cycle_with,
    decision,
    enter,
    invoice,
    paid,
    send_back,
    session,
    sign,
    submission_of,
)

ALLOWED = load_editions("example-reinstatement").programs[0]
LAST_DAY = date(2027, 12, 31)
TODAY = date(2028, 2, 10)


def lapsed(points: int = 20, **changes: Any) -> Recertification:
    return replace(cycle_with(points=points, **changes), program=ALLOWED).lapse()


def test_the_shipped_edition_has_no_door_for_applications() -> None:
    assert EDITIONS.programs[0].reinstatement is None
    with pytest.raises(NotFound):
        by_application(replace(lapsed(), program=EDITIONS.programs[0]), TODAY)


def test_the_lapsed_are_told_of_the_way_that_is_open_to_them() -> None:
    with pytest.raises(CertificationLapsed, match="apply for reinstatement in the Recertification Portal"):
        by_the_portal(lapsed(), TODAY)
    with pytest.raises(CertificationLapsed, match="send your Recertification Report"):
        by_application(lapsed(), TODAY + timedelta(days=400))
    on_paper = replace(lapsed(), program=EDITIONS.programs[0])
    with pytest.raises(CertificationLapsed, match="send your Recertification Report"):
        by_the_portal(on_paper, TODAY)


def test_documents_go_through_either_door() -> None:
    by_either(lapsed(), TODAY)
    by_either(replace(cycle_with(points=20), program=ALLOWED), LAST_DAY)
    with pytest.raises(CertificationLapsed):
        by_either(replace(lapsed(), program=EDITIONS.programs[0]), TODAY)
    with pytest.raises(CertificationLapsed):
        by_either(lapsed(), TODAY + timedelta(days=400))


def test_one_door_is_closed_while_the_other_is_open() -> None:
    active = replace(cycle_with(points=20), program=ALLOWED)
    by_the_portal(active, LAST_DAY)
    with pytest.raises(NotFound):
        by_application(active, LAST_DAY)
    with pytest.raises(CertificationLapsed):
        by_the_portal(active, LAST_DAY + timedelta(days=1))
    by_application(active, LAST_DAY + timedelta(days=1))


def test_who_was_terminated_elsewhere_does_not_apply_here() -> None:
    found = lapsed()
    elsewhere = replace(found.certification, terminated_reason="imported")
    with pytest.raises(NotFound):
        by_application(replace(found, certification=elsewhere), TODAY)


def test_the_door_closes_after_the_window_but_a_return_keeps_its_correction_days() -> None:
    last = LAST_DAY + timedelta(days=365)
    by_application(lapsed(), last)
    with pytest.raises(CertificationLapsed):
        by_application(lapsed(), last + timedelta(days=1))
    returned = send_back(sign(lapsed(50)), on=last)
    by_application(returned, last + timedelta(days=ALLOWED.correction_days))
    with pytest.raises(CertificationLapsed):
        by_application(returned, last + timedelta(days=ALLOWED.correction_days + 1))


def test_entries_are_dated_within_the_cycle_or_the_window() -> None:
    found = by_application(lapsed(), TODAY)
    for day in (found.cycle.starts_on, TODAY):
        assert (
            enter(found, session("webinar", started_on=day, ended_on=day), today=TODAY).cycle.points_total
            == 21
        )
    tomorrow = TODAY + timedelta(days=1)
    with pytest.raises(InvalidRequest, match="attention"):
        enter(found, session("webinar", started_on=tomorrow, ended_on=tomorrow), today=TODAY)
    with pytest.raises(InvalidRequest):
        enter(lapsed(), session("webinar", started_on=TODAY, ended_on=TODAY), today=TODAY)


def test_what_was_entered_in_the_window_after_the_cycle_is_signed_as_an_application_only() -> None:
    """By the usual door, as after an extension, the next window would begin before these days: they would count twice
    (rule 6)."""
    found = enter(
        by_application(lapsed(49), TODAY), session("webinar", started_on=TODAY, ended_on=TODAY), today=TODAY
    )
    assert sign(found, on=TODAY).cycle.locked
    with pytest.raises(NotReadyToSubmit, match="My webinar"):
        sign(replace(found, earned_until=None), on=TODAY)


@pytest.mark.parametrize(("days", "amount"), [(1, 2500), (90, 2500), (91, 5000), (365, 5000), (380, 5000)])
def test_the_late_fee_goes_by_tiers_and_the_last_has_no_end(days: int, amount: int) -> None:
    assert late_fee(lapsed(), LAST_DAY + timedelta(days=days)) == Money(amount, "usd")


def test_the_order_of_the_tiers_in_the_edition_does_not_matter() -> None:
    tiers = tuple(LateFee(days, Money(days, "usd")) for days in (365, 90))
    found = replace(lapsed(), program=replace(ALLOWED, reinstatement=Reinstatement(365, tiers)))
    assert late_fee(found, LAST_DAY + timedelta(days=1)) == Money(90, "usd")


def test_an_edition_may_ask_for_no_late_fee() -> None:
    found = replace(lapsed(), program=replace(ALLOWED, reinstatement=Reinstatement(365)))
    assert late_fee(found, TODAY) is None
    assert late_fee_invoice(found, Command("M-1", "member", NOW, TODAY, "k")) is None


def test_approved_the_next_window_starts_the_day_after_the_signing() -> None:
    found = paid(sign(lapsed(50), on=TODAY))
    assert submission_of(found).for_reinstatement
    assert application_state(found) == "submitted"
    submission_id = submission_of(found).submission_id
    with pytest.raises(InvoiceUnpaid, match="late fee"):
        approve_application(replace(found, late_fee=invoice()), submission_id, decision(), editions=EDITIONS)
    owed = replace(found, late_fee=invoice(status="paid"))
    closed, opened = approve_application(owed, submission_id, decision(), editions=EDITIONS)
    assert closed.cycle.state == "approved"
    assert (opened.cycle.starts_on, opened.cycle.ends_on) == (date(2028, 2, 11), date(2030, 12, 31))
    assert (opened.certification.status, opened.access(TODAY)) == ("renew", "open")
    assert opened.cycle.signable_from == date(2028, 1, 1)
