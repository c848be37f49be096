"""Signing through storage, and the invoice that comes with it (rules 3 and 4)."""

from dataclasses import replace
from datetime import date

import pytest

from shared.domain.errors import AgreementOutdated, CycleLocked, IdempotencyKeyReused, NotReadyToSubmit
from tests.unit.domain.builders import cycle_with, paid, session
from tests.unit.use_cases.portal import member, portal_with, staff


def test_a_submission_creates_the_invoice_in_the_same_transaction() -> None:
    portal = portal_with(cycle_with(points=50))
    submitted = portal.submit()
    assert portal.table.writes == 1
    assert submitted.invoice == portal.invoice
    assert (submitted.invoice.status, submitted.invoice.issued_key) == ("open", "sign")
    assert portal.current.submission == submitted.submission
    assert [record.submission_id for record in portal.table.records] == [submitted.submission.submission_id]


def test_a_submission_takes_the_invoice_that_is_there() -> None:
    portal = portal_with(cycle_with(points=50))
    asked, _ = portal.issue()
    assert portal.submit().invoice == asked
    assert list(portal.table.invoices.values()) == [asked]


def test_a_submission_that_meets_the_invoice_job_takes_its_invoice() -> None:
    portal = portal_with(cycle_with(points=50))
    seen = portal.current
    portal.table.meanwhile.append(lambda: portal.issue(staff("job")))
    assert portal.submit(seen=seen).invoice.issued_key == "job"
    assert len(portal.table.invoices) == 1
    assert portal.current.cycle.state == "submitted"


def test_the_same_key_gives_the_same_submission() -> None:
    portal = portal_with(cycle_with(points=50))
    first = portal.submit()
    assert portal.submit() == first
    with pytest.raises(IdempotencyKeyReused):
        portal.submit(member("sign", "another body"))
    with pytest.raises(CycleLocked):
        portal.submit(member("another key"))
    assert len(portal.table.records) == 1


def test_the_same_key_gives_the_same_submission_after_return_and_after_approval() -> None:
    portal = portal_with(cycle_with(points=50))
    first = portal.submit()
    portal.decide("return")
    assert portal.submit().submission == first.submission
    portal.submit(member("again"))
    portal.record(command=staff("money"))
    portal.decide("approve", staff("approve"))
    assert portal.current.cycle.number == 2
    again = portal.submit()
    assert again.submission == first.submission
    assert again.invoice.invoice_id == first.invoice.invoice_id


def test_two_signings_at_once_are_one() -> None:
    portal = portal_with(cycle_with(points=50))
    portal.table.meanwhile.append(lambda: portal.submit(member("tab one")))
    with pytest.raises(CycleLocked):
        portal.submit(member("tab two"))
    assert len(portal.table.records) == 1


def test_what_is_refused_leaves_no_invoice_and_no_record() -> None:
    portal = portal_with(cycle_with(points=49))
    with pytest.raises(NotReadyToSubmit):
        portal.submit()
    with pytest.raises(AgreementOutdated):
        portal.submit(version="2020-01")
    assert (portal.table.invoices, portal.table.records, portal.table.events) == ({}, [], {})


def test_a_signing_that_meets_a_deletion_counts_what_is_left() -> None:
    portal = portal_with(cycle_with(*session("webinar"), points=50))
    webinar = portal.current.entries[0]
    portal.table.meanwhile.append(lambda: portal.delete(webinar, member("delete")))
    with pytest.raises(NotReadyToSubmit):
        portal.submit()
    assert portal.table.records == []


def test_an_invoice_is_asked_for_once_whoever_asks() -> None:
    portal = portal_with(cycle_with(points=3))
    seen = portal.current
    mine, is_new = portal.issue(member("ask"), seen)
    assert is_new
    theirs, is_new = portal.issue(staff("other"), seen)
    assert (theirs, is_new) == (mine, False)
    assert portal.issue(member("ask"), seen) == (mine, True)
    assert portal.issue(staff("other"), seen) == (mine, False)
    with pytest.raises(IdempotencyKeyReused):
        portal.issue(member("ask", "another body"))


def test_an_invoice_asked_for_again_after_the_approval_is_the_old_one() -> None:
    portal = portal_with(cycle_with(points=50))
    mine, _ = portal.issue(member("ask"))
    portal.submit()
    portal.record(command=staff("money"))
    portal.decide(command=staff("approve"))
    again, is_new = portal.issue(member("ask"))
    assert (again.invoice_id, is_new) == (mine.invoice_id, True)
    assert len(portal.table.invoices) == 1
    _, is_new = portal.issue(member("next cycle"))
    assert (is_new, len(portal.table.invoices)) == (True, 2)


def test_the_lapsed_may_have_their_invoice() -> None:
    portal = portal_with(cycle_with(points=3))
    assert portal.issue(member(today=date(2029, 1, 1)))[0].status == "open"


def test_the_invoice_is_of_its_cycle_and_not_of_the_one_before() -> None:
    before = paid(cycle_with(points=50))
    later = replace(before, cycle=replace(before.cycle, number=2))
    portal = portal_with(later)
    assert portal.current.invoice is None
    assert portal.issue()[1]
