"""Rule 6: approving opens the next cycle, returning unlocks this one."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain import reviewing
from shared.domain.days import day_after
from shared.domain.errors import AlreadyDecided, InvalidRequest, InvoiceUnpaid, NotReadyToSubmit
from shared.domain.program import Editions
from shared.domain.submissions import Adjustment
from tests.unit.domain.builders import (
    EDITIONS,
    PROGRAM,
    TODAY,
    approve,
    claim,
    cycle_with,
    decision,
    document,
    enter,
    entry_of,
    invoice,
    paid,
    send_back,
    session,
    sign,
    submission_of,
    with_documents,
)


def test_an_approval_moves_the_certification_on_and_opens_an_empty_cycle() -> None:
    before = paid(sign(cycle_with(points=50)))
    closed, opened = approve(before)
    assert (closed.cycle.state, submission_of(closed).state) == ("approved", "approved")
    assert closed.entries == before.entries
    assert (opened.certification.status, opened.certification.expires_on) == ("renew", date(2030, 12, 31))
    assert (opened.cycle.number, opened.cycle.state, opened.cycle.signings) == (2, "open", 0)
    assert (opened.entries, opened.submission, opened.invoice) == ((), None, None)
    assert opened.cycle.cycle_id != closed.cycle.cycle_id
    assert opened.cycle.version > before.cycle.version
    assert opened.state(TODAY) == "entering"


def test_documents_stay_the_members_over_an_approval() -> None:
    _, opened = approve(with_documents(paid(sign(cycle_with(points=50))), document()))
    assert opened.documents == (document(),)


def test_an_approval_ends_an_extension() -> None:
    before = paid(sign(cycle_with(points=50)))
    held = replace(before.certification, extended_to=date(2028, 6, 30))
    _, opened = approve(replace(before, certification=held))
    assert opened.certification.extended_to is None
    assert opened.certification.expires_on == date(2030, 12, 31)


@pytest.mark.parametrize("status", ["open", "void", "refunded", "partially-refunded", "disputed"])
def test_an_approval_needs_a_paid_or_waived_invoice(status: Any) -> None:
    with pytest.raises(InvoiceUnpaid):
        approve(replace(sign(cycle_with(points=50)), invoice=replace(invoice(), status=status)))


def test_an_approval_needs_an_invoice_at_all() -> None:
    with pytest.raises(InvoiceUnpaid):
        approve(sign(cycle_with(points=50)))


@pytest.mark.parametrize("status", ["open", "void", "refunded", "partially-refunded", "disputed"])
def test_an_approval_needs_the_late_fee_too_where_the_cycle_owes_one(status: Any) -> None:
    """Also of a report signed by the usual door, after an application that was returned."""
    signed = paid(sign(cycle_with(points=50)))
    with pytest.raises(InvoiceUnpaid, match="late fee"):
        approve(replace(signed, late_fee=replace(invoice(), status=status)))
    for settled in ("paid", "waived"):
        approve(replace(signed, late_fee=replace(invoice(), status=settled)))


@pytest.mark.parametrize("status", ["paid", "waived"])
def test_paid_and_waived_both_settle(status: Any) -> None:
    approve(replace(sign(cycle_with(points=50)), invoice=replace(invoice(), status=status)))


def test_only_the_submission_that_waits_can_be_decided() -> None:
    signed = paid(sign(cycle_with(points=50)))
    closed, opened = approve(signed)
    returned = send_back(signed)
    for cycle in (closed, opened, returned, paid(cycle_with(points=50))):
        for verb in (
            lambda cycle=cycle: reviewing.approve(
                cycle, submission_of(signed).submission_id, decision(), editions=EDITIONS
            ),
            lambda cycle=cycle: reviewing.return_to_member(
                cycle, submission_of(signed).submission_id, decision("return"), TODAY
            ),
        ):
            with pytest.raises(AlreadyDecided):
                verb()


def test_the_first_signing_cannot_be_decided_after_the_second() -> None:
    first = sign(cycle_with(points=50))
    second = paid(sign(send_back(first)))
    with pytest.raises(AlreadyDecided):
        reviewing.approve(second, submission_of(first).submission_id, decision(), editions=EDITIONS)


def test_a_return_unlocks_the_cycle_with_the_comments() -> None:
    signed = sign(cycle_with(claim("webinar"), points=50))
    webinar = entry_of(signed, "webinar").entry_id
    decided = replace(decision("return", "Please look again."), entry_comments={webinar: "Which one?"})
    returned = reviewing.return_to_member(signed, submission_of(signed).submission_id, decided, TODAY)
    assert (returned.state(TODAY), returned.cycle.locked) == ("returned", False)
    assert returned.cycle.returned_on == TODAY
    assert submission_of(returned).decision == decided
    assert returned.entries == signed.entries


def test_a_reviewer_may_disallow_or_reduce_entries_and_approve_when_fifty_remain() -> None:
    signed = paid(sign(cycle_with(claim("teaching", 2), claim("webinar", 2), points=62)))
    teaching, webinar = entry_of(signed, "teaching").entry_id, entry_of(signed, "webinar").entry_id
    closed, opened = approve(signed, decision(**{teaching: 0, webinar: 0}))
    assert closed.cycle.points_total == 50
    assert submission_of(closed).points_total == 62
    assert entry_of(closed, "teaching").points == 10
    assert opened.cycle.points_total == 0


def test_an_approval_is_refused_when_the_adjustments_leave_too_few_points() -> None:
    signed = paid(sign(cycle_with(claim("webinar", 3), points=52)))
    webinar = entry_of(signed, "webinar").entry_id
    with pytest.raises(NotReadyToSubmit, match="49 of 50") as refused:
        approve(signed, decision(**{webinar: 0}))
    assert refused.value.extra["missing_points"] == 1
    approve(signed, decision(**{webinar: 1}))


@pytest.mark.parametrize("points", [4, 99, -1])
def test_an_entry_can_only_be_reduced(points: int) -> None:
    signed = paid(sign(cycle_with(claim("webinar", 3), points=60)))
    webinar = entry_of(signed, "webinar").entry_id
    with pytest.raises(InvalidRequest) as refused:
        approve(signed, decision(**{webinar: points}))
    assert [fault.pointer for fault in refused.value.faults] == [f"/entry_adjustments/{webinar}/points"]


def test_entries_of_another_cycle_are_named_by_pointers_of_rfc_6901() -> None:
    signed = paid(sign(cycle_with(points=60)))
    decided = replace(
        decision(),
        entry_comments={"a/b": "?", "c~d": "?"},
        entry_adjustments={"e": Adjustment(Decimal(0), "?")},
    )
    with pytest.raises(InvalidRequest) as refused:
        approve(signed, decided)
    assert [fault.pointer for fault in refused.value.faults] == [
        "/entry_comments/a~1b",
        "/entry_comments/c~0d",
        "/entry_adjustments/e",
    ]
    with pytest.raises(InvalidRequest):
        reviewing.return_to_member(signed, submission_of(signed).submission_id, decided, TODAY)


def test_the_next_window_starts_the_day_after_the_last_signing() -> None:
    again = sign(send_back(sign(cycle_with(points=50), on=date(2027, 3, 2))), on=date(2027, 5, 5))
    _, opened = approve(paid(again))
    assert opened.cycle.starts_on == date(2027, 5, 6)


def test_the_next_window_starts_no_later_than_the_day_after_the_old_last_day() -> None:
    returned = send_back(sign(cycle_with(points=50), on=date(2027, 12, 30)), on=date(2028, 1, 10))
    _, opened = approve(paid(sign(returned, on=date(2028, 2, 1))))
    assert opened.cycle.starts_on == date(2028, 1, 1)
    assert opened.certification.expires_on == date(2030, 12, 31)


@given(st.dates(date(2025, 1, 1), date(2028, 6, 30)))
def test_no_day_is_in_two_windows_and_none_of_them_is_lost(signed_on: date) -> None:
    _, opened = approve(paid(sign(cycle_with(points=50), on=signed_on)))
    assert opened.cycle.starts_on == min(day_after(signed_on), date(2028, 1, 1))
    assert opened.cycle.signable_from == date(2028, 1, 1)


def test_the_next_cycle_is_pinned_to_the_edition_in_force_on_its_first_day() -> None:
    sixty = replace(
        PROGRAM,
        edition="ipma-hr/2027",
        effective_from=date(2027, 7, 1),
        points_required=Decimal(60),
    )
    editions = Editions((PROGRAM, sixty))
    for signed_on, edition in ((date(2027, 6, 29), "ipma-hr/2026"), (date(2027, 6, 30), "ipma-hr/2027")):
        signed = paid(sign(cycle_with(points=50), on=signed_on))
        _, opened = reviewing.approve(
            signed, submission_of(signed).submission_id, decision(), editions=editions
        )
        assert opened.cycle.edition == opened.program.edition == edition


def test_a_cycle_keeps_the_rules_it_started_under() -> None:
    cycle = cycle_with(points=50)
    assert cycle.cycle.edition == PROGRAM.edition
    assert sign(enter(cycle_with(points=49), session("webinar"))).program is PROGRAM
