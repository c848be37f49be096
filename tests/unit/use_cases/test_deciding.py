"""Staff decide, through storage (rule 6)."""

from dataclasses import replace
from datetime import date

import pytest

from shared.domain.errors import (
    AlreadyDecided,
    IdempotencyKeyReused,
    InvoiceUnpaid,
    StaffOnly,
)
from shared.domain.money import Money
from tests.unit.domain.builders import cycle_with, invoice, sign
from tests.unit.use_cases.portal import Portal, member, offline, portal_with, staff


def submitted(status: str = "paid") -> Portal:
    return portal_with(replace(sign(cycle_with(points=50)), invoice=invoice(status=status)))


def test_an_approval_closes_opens_and_records_in_one_transaction() -> None:
    portal = submitted()
    opened = portal.decide()
    assert (portal.table.writes, portal.table.types()) == (1, ["cycle-approved"])
    assert opened.certification.expires_on == date(2030, 12, 31)
    assert portal.current == opened
    assert portal.table.closed[0].cycle.state == "approved"


def test_an_approval_needs_the_money() -> None:
    portal = submitted("open")
    with pytest.raises(InvoiceUnpaid):
        portal.decide()
    portal.record(offline(), staff("money"))
    portal.decide()


def test_an_approval_that_meets_a_refund_is_refused() -> None:
    portal = submitted("open")
    paid = portal.record(offline(), staff("money"))

    def refund() -> None:
        portal.table.invoices[paid.invoice_id] = paid.refund("off_4711", Money(1, "usd"))

    portal.table.meanwhile.append(refund)
    with pytest.raises(InvoiceUnpaid):
        portal.decide()
    assert portal.current.cycle.number == 1


def test_an_approval_and_a_return_at_once_are_one_decision() -> None:
    portal = submitted()
    seen = portal.current
    portal.table.meanwhile.append(lambda: portal.decide("return", staff("other")))
    with pytest.raises(AlreadyDecided):
        portal.decide("approve", staff("mine"), seen=seen)
    assert portal.table.types() == ["cycle-returned"]


@pytest.mark.parametrize("caller", ["M-1", "m-1"])
@pytest.mark.parametrize("kind", ["approve", "return"])
def test_nobody_decides_on_their_own_certification(caller: str, kind: str) -> None:
    portal = submitted()
    with pytest.raises(StaffOnly, match="your own"):
        portal.decide(kind, staff(caller=caller))
    assert portal.table.events == {}


def test_the_same_key_decides_once() -> None:
    portal = submitted()
    submission = portal.current.submission
    assert submission is not None
    opened = portal.decide(submission_id=submission.submission_id)
    assert portal.decide(submission_id=submission.submission_id) == opened
    with pytest.raises(IdempotencyKeyReused):
        portal.decide("return", staff(body="another"), submission.submission_id)
    with pytest.raises(AlreadyDecided):
        portal.decide("approve", staff("another key"), submission.submission_id)
    assert portal.table.writes == 1


def test_a_returned_report_is_corrected_signed_and_approved() -> None:
    portal = submitted()
    portal.decide("return", staff("one"))
    assert portal.current.cycle.state == "returned"
    portal.submit(member("again"))
    portal.decide("approve", staff("two"))
    assert portal.table.types() == ["cycle-returned", "cycle-submitted", "cycle-approved"]
    assert portal.current.cycle.points_total == 0
