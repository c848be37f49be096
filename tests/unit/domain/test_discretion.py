"""Staff's discretion in the domain: reinstatement (rule 8), extension (rule 7), undo of an approval (rule 6)."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from shared.domain.discretion import ClosedCycle, extend, reinstate, undo_approval
from shared.domain.errors import AlreadyDecided, InvalidRequest, InvoiceUnpaid
from shared.domain.recertification import Recertification
from shared.domain.standing import MOST_STANDING, StandingClaim
from tests.unit.domain.builders import (
    EDITIONS,
    NOW,
    approve,
    cycle_with,
    decision,
    enter,
    entry_of,
    invoice,
    paid,
    send_back,
    session,
    sign,
    standing,
    submission_of,
)

LAPSED_ON = date(2028, 1, 1)
RECEIVED = date(2028, 2, 10)
TODAY = date(2028, 3, 1)
EMPLOYED = StandingClaim(
    "std_1", "employment", "HR officer", "City", date(2025, 1, 1), None, "", logged_at=NOW, logged_by="M-1"
)
SIGNED_ON = date(2027, 6, 15)


def lapsed(**changes: Any) -> Recertification:
    return paid(cycle_with(points=20, **changes))


def reinstated(
    found: Recertification, received_on: date = RECEIVED, today: date = TODAY
) -> tuple[Recertification, Recertification]:
    return reinstate(found, received_on, editions=EDITIONS, now=NOW, today=today)


def test_the_new_cycle_ends_three_years_after_the_old_end_and_starts_after_the_report() -> None:
    _, opened = reinstated(lapsed())
    assert (opened.certification.status, opened.certification.expires_on) == ("renew", date(2030, 12, 31))
    assert (opened.cycle.starts_on, opened.cycle.ends_on) == (date(2028, 2, 11), date(2030, 12, 31))
    assert (opened.cycle.number, opened.cycle.points_total, opened.entries) == (2, 0, ())
    assert opened.access(TODAY) == "open"


def test_the_lapsed_cycle_is_closed_with_its_entries() -> None:
    found = lapsed()
    closed, _ = reinstated(found)
    assert (closed.cycle.state, closed.cycle.closed_at, closed.entries) == ("lapsed", NOW, found.entries)


def test_marked_as_terminated_or_only_past_its_last_day_it_is_reinstated_alike() -> None:
    assert reinstated(lapsed())[1].cycle == reinstated(lapsed().lapse())[1].cycle


@pytest.mark.parametrize("received_on", [date(2026, 3, 2), date(2027, 12, 30), TODAY])
def test_a_report_may_have_come_on_any_day_since_its_last_entry(received_on: date) -> None:
    assert reinstated(lapsed(), received_on)[1].cycle.starts_on > received_on


def test_a_report_cannot_have_come_before_the_last_day_that_it_tells_of() -> None:
    with pytest.raises(InvalidRequest) as refused:
        reinstated(lapsed(), date(2026, 3, 1))
    (fault,) = refused.value.faults
    assert fault.pointer == "/report_received_on"
    assert "2 March 2026" in fault.detail


def test_what_accrues_is_the_lapsed_cycles_until_the_report_came_and_the_next_ones_after() -> None:
    found = replace(paid(cycle_with()), standing=(EMPLOYED,))
    closed, opened = reinstated(found, date(2027, 6, 30))
    assert [each.claim.ended_on for each in closed.entries] == [date(2025, 12, 31), date(2026, 12, 31)]
    assert opened.accrued(date(2028, 6, 30)).entries[0].claim.started_on == date(2027, 7, 1)


@pytest.mark.parametrize("received_on", [date(2024, 12, 31), date(2028, 3, 2)])
def test_a_report_from_before_the_cycle_or_from_tomorrow_is_none(received_on: date) -> None:
    with pytest.raises(InvalidRequest) as refused:
        reinstated(lapsed(), received_on)
    assert [fault.pointer for fault in refused.value.faults] == ["/report_received_on"]


def test_what_could_not_be_signed_yet_cannot_have_been_received() -> None:
    with pytest.raises(InvalidRequest):
        reinstated(lapsed(signable_from=date(2025, 6, 1)), date(2025, 5, 31))


def test_when_the_next_cycle_is_over_too_there_is_nothing_to_reinstate() -> None:
    assert reinstated(lapsed(), today=date(2030, 12, 31))
    with pytest.raises(InvalidRequest, match="attention"):
        reinstated(lapsed(), today=date(2031, 1, 1))


def test_what_has_not_lapsed_is_not_reinstated() -> None:
    for found in (lapsed(), replace(sign(cycle_with(points=50)), invoice=invoice(status="paid"))):
        with pytest.raises(AlreadyDecided):
            reinstated(found, date(2027, 6, 1), today=date(2027, 12, 31))


@pytest.mark.parametrize("status", ["open", "refunded", "partially-refunded", "disputed", "void"])
def test_a_reinstatement_needs_a_settled_invoice(status: Any) -> None:
    for owed in (None, invoice(status=status)):
        with pytest.raises(InvoiceUnpaid):
            reinstated(replace(lapsed(), invoice=owed))
    assert reinstated(replace(lapsed(), invoice=invoice(status="waived")))


def extended(found: Recertification, to: date, today: date = TODAY) -> Recertification:
    return extend(found, to, "Hardship", today)


def test_an_extension_keeps_the_portal_open_through_its_last_day() -> None:
    found = extended(lapsed(), date(2028, 6, 30))
    assert found.access(date(2028, 6, 30)) == "open"
    assert found.access(date(2028, 7, 1)) == "lapsed"
    assert found.certification.extension_reason == "Hardship"
    assert found.cycle == lapsed().cycle, "no more days to earn in"


@pytest.mark.parametrize(("signable_from", "status"), [(None, "new"), (date(2025, 1, 1), "renew")])
def test_what_lapsed_meanwhile_becomes_again_what_it_was(signable_from: date | None, status: str) -> None:
    found = extended(lapsed(signable_from=signable_from).lapse(), date(2028, 6, 30))
    assert (found.certification.status, found.certification.terminated_reason) == (status, "")
    assert found.access(TODAY) == "open"


def test_what_another_system_terminated_is_not_extended() -> None:
    found = lapsed()
    terminated = replace(found.certification, status="terminated", terminated_reason="imported")
    with pytest.raises(AlreadyDecided):
        extended(replace(found, certification=terminated), date(2028, 6, 30))


def test_a_submitted_report_needs_no_extension() -> None:
    with pytest.raises(AlreadyDecided):
        extended(sign(cycle_with(points=50)), date(2028, 6, 30))


@pytest.mark.parametrize("to", [date(2028, 2, 29), date(2030, 12, 31), date(2040, 1, 1)])
def test_a_day_that_grants_nothing_or_a_whole_cycle_is_refused(to: date) -> None:
    with pytest.raises(InvalidRequest) as refused:
        extended(lapsed(), to)
    assert [fault.pointer for fault in refused.value.faults] == ["/extended_to"]
    with pytest.raises(InvalidRequest):
        extended(lapsed(), date(2027, 12, 31), today=date(2027, 6, 1))


def test_an_approval_ends_the_extension() -> None:
    found = extended(cycle_with(points=50), date(2028, 6, 30))
    _, opened = approve(paid(sign(found, on=TODAY)))
    assert (opened.certification.extended_to, opened.certification.extension_reason) == (None, "")


def approved_with_adjustment() -> tuple[Recertification, ClosedCycle, Recertification]:
    signed = paid(sign(cycle_with(points=54)))
    entry = entry_of(signed, "employment")
    closed, opened = approve(signed, decision(**{entry.entry_id: 50}))
    put_away = ClosedCycle(
        closed.cycle, submission_of(closed), signed.certification, signed.entries, signed.documents
    )
    return signed, put_away, opened


def test_an_undone_approval_leaves_everything_as_it_was_signed() -> None:
    signed, put_away, opened = approved_with_adjustment()
    back = undo_approval(opened, put_away, editions=EDITIONS)
    assert replace(back.cycle, version=0) == replace(signed.cycle, version=0)
    assert replace(back.certification, version=0) == replace(signed.certification, version=0)
    assert (back.entries, back.submission) == (signed.entries, signed.submission)
    assert back.cycle.version > opened.cycle.version
    assert back.certification.version > opened.certification.version


def test_after_the_undo_the_report_can_be_decided_anew() -> None:
    _, put_away, opened = approved_with_adjustment()
    back = undo_approval(opened, put_away, editions=EDITIONS)
    assert send_back(back).cycle.state == "returned"
    assert approve(paid(back))[1].certification.expires_on == opened.certification.expires_on


def test_an_approval_is_not_undone_when_the_next_cycle_is_in_use() -> None:
    _, put_away, opened = approved_with_adjustment()
    used = enter(
        opened,
        session("webinar", started_on=opened.cycle.starts_on, ended_on=opened.cycle.starts_on),
        today=opened.cycle.starts_on,
    )
    with pytest.raises(AlreadyDecided, match="empty"):
        undo_approval(used, put_away, editions=EDITIONS)


def approved_with_standing() -> tuple[Recertification, ClosedCycle, Recertification]:
    """What accrued of a claim signed beside 47 points, put away by the approval, and a claim that has made nothing."""
    made, idle = standing(started_on=date(2025, 1, 1)), standing("board-member", started_on=date(2027, 6, 1))
    found = cycle_with(points=48)
    signed = paid(sign(replace(found, standing=(made, idle))))
    assert signed.cycle.points_total == 50
    closed, opened = approve(signed)
    put_away = ClosedCycle(
        closed.cycle, submission_of(closed), signed.certification, signed.entries, (), closed.accruing
    )
    assert put_away.standing == (made,)
    return signed, put_away, opened


def test_what_accrued_in_the_next_cycle_goes_with_the_undoing() -> None:
    signed, put_away, opened = approved_with_standing()
    since = opened.accrued(date(2028, 6, 15))
    assert [each.standing_id for each in since.entries] == ["std_employment", "std_board-member"]
    back = undo_approval(since, put_away, editions=EDITIONS)
    assert (back.entries, back.standing) == (signed.entries, signed.standing)
    entered = replace(since, entries=(*since.entries, replace(since.entries[0], standing_id="")))
    with pytest.raises(AlreadyDecided, match="empty"):
        undo_approval(entered, put_away, editions=EDITIONS)


def test_a_standing_claim_that_was_signed_of_and_deleted_since_comes_back_as_none_that_anyone_saw() -> None:
    signed, put_away, opened = approved_with_standing()
    emptied = opened.with_standing((), TODAY)
    back = undo_approval(emptied, put_away, editions=EDITIONS)
    (claim,) = back.standing
    assert replace(claim, version=1) == put_away.standing[0]
    assert claim.version == back.cycle.version > emptied.cycle.version
    returned = send_back(back).accrued(SIGNED_ON)
    assert (returned.entries, returned.cycle.points_total) == (signed.entries, 50)


def test_a_standing_claim_that_was_only_changed_since_stays_as_it_is() -> None:
    _, put_away, opened = approved_with_standing()
    changed = replace(opened.standing[0], title="HR director", version=2)
    back = undo_approval(opened.with_standing((changed,), TODAY), put_away, editions=EDITIONS)
    assert back.standing == (changed,)


def test_what_comes_back_may_be_more_than_can_be_entered() -> None:
    _, put_away, opened = approved_with_standing()
    others = tuple(
        standing(standing_id=f"std_{number}", started_on=date(2027, 6, 1)) for number in range(MOST_STANDING)
    )
    full = opened.with_standing((), TODAY).with_standing(others, TODAY)
    back = send_back(undo_approval(full, put_away, editions=EDITIONS))
    assert len(back.standing) == MOST_STANDING + 1
    with pytest.raises(InvalidRequest):
        back.with_standing((*back.standing, standing(standing_id="std_more")), TODAY)
    fewer = back.with_standing(back.standing[1:], TODAY)
    with pytest.raises(InvalidRequest):
        fewer.with_standing((*fewer.standing, standing(standing_id="std_more")), TODAY)


def test_a_reinstatement_is_no_approval() -> None:
    closed, opened = reinstated(lapsed())
    signed = sign(cycle_with(points=50))
    put_away = ClosedCycle(closed.cycle, submission_of(signed), closed.certification, closed.entries, ())
    with pytest.raises(AlreadyDecided, match="none to undo"):
        undo_approval(opened, put_away, editions=EDITIONS)
