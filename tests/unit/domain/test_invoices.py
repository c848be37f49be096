"""Rules 4 and 5 in the domain: the invoice of a cycle, and what payments do to it. Money is whole minor units."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from shared.domain import ids
from shared.domain.errors import NotFound, NotPayable
from shared.domain.invoices import (
    TAKEN_BACK,
    Dispute,
    Invoice,
    Line,
    Payment,
    recertification_invoice,
    subject_of,
)
from shared.domain.money import Money
from shared.programs import load_editions
from tests.unit.domain.builders import CERTIFICATION_ID, FEE, NOW, PROGRAM, TODAY, invoice


def payment(payment_id: str = "pi_1", amount: Money = FEE, **changes: Any) -> Payment:
    return Payment(payment_id, "card", amount, NOW, payment_id, **changes)


def made(designation: str = "IPMA-CP", ends_on: date = date(2027, 12, 31), today: date = TODAY) -> Invoice:
    return recertification_invoice(
        PROGRAM,
        invoice_id=ids.invoice_id(CERTIFICATION_ID, 1),
        number=ids.invoice_number(CERTIFICATION_ID, ends_on.year),
        member_id="M-1",
        certification_id=CERTIFICATION_ID,
        designation=designation,
        body_member=False,
        cycle_ends_on=ends_on,
        today=today,
        now=NOW,
        key="key",
    )


def test_the_fee_is_the_editions_for_the_designation() -> None:
    assert made("IPMA-CP").total == made("IPMA-SCP").total == Money(15000, "usd")
    assert made("IPMA-CS").total == Money(10000, "usd")


def test_a_fee_nobody_set_is_an_error_and_never_free() -> None:
    with pytest.raises(LookupError):
        replace(PROGRAM, fees=()).owed("IPMA-CP", date(2027, 12, 31), TODAY, body_member=False)


def test_an_invoice_is_open_issued_today_and_due_in_thirty_days() -> None:
    issued = made()
    assert (issued.status, issued.type, issued.issued_on) == ("open", "recertification", TODAY)
    assert (issued.due_on - issued.issued_on).days == PROGRAM.payment_terms_days
    assert "IPMA-CP" in issued.lines[0].description
    assert subject_of(issued) == f"certification:{CERTIFICATION_ID}"


@pytest.mark.parametrize(
    ("ends_on", "today", "due_on"),
    [
        ("2028-12-31", "2027-02-10", "2028-03-16"),
        ("2028-12-31", "2028-02-14", "2028-03-16"),
        ("2028-12-31", "2028-02-15", "2028-03-16"),
        ("2028-12-31", "2028-02-16", "2028-03-17"),
        ("2027-12-31", "2028-02-01", "2028-03-02"),
    ],
)
def test_an_invoice_ahead_of_its_day_is_due_as_one_released_on_it(
    ends_on: str, today: str, due_on: str
) -> None:
    early = made(ends_on=date.fromisoformat(ends_on), today=date.fromisoformat(today))
    assert (early.issued_on.isoformat(), early.due_on.isoformat()) == (today, due_on)


def test_a_cycle_has_one_invoice_id_whoever_makes_it() -> None:
    assert made().invoice_id == ids.invoice_id(CERTIFICATION_ID, 1)
    assert ids.invoice_id(CERTIFICATION_ID, 2) != ids.invoice_id(CERTIFICATION_ID, 1)
    assert ids.certification_of_invoice(ids.invoice_id(CERTIFICATION_ID, 12)) == (CERTIFICATION_ID, 12)


@pytest.mark.parametrize(
    "impossible",
    ["", "inv", "inv__1", "inv_x_1", f"inv_{'a' * 20}", f"inv_{'a' * 20}_", f"inv_{'a' * 20}_0",
     f"inv_{'a' * 20}_01", f"inv_{'a' * 20}_٣", f"inv_{'a' * 20}_12345", f"inv_{'A' * 20}_1",
     f"sub_{'a' * 20}_1", f"inv_{'a' * 20}_1_1"],
)  # fmt: skip
def test_an_impossible_invoice_id_is_not_found(impossible: str) -> None:
    with pytest.raises(NotFound):
        ids.certification_of_invoice(impossible)


def test_the_first_payment_settles_the_invoice() -> None:
    paid = invoice().receive(payment(), NOW)
    assert (paid.status, paid.paid_at, paid.settled) == ("paid", NOW, True)
    assert paid.payments == (payment(),)
    assert paid.version == 2


def test_the_same_payment_again_changes_nothing() -> None:
    paid = invoice().receive(payment(), NOW)
    assert paid.receive(payment(), NOW) is paid


def test_a_second_payment_is_kept_as_surplus_and_changes_no_status() -> None:
    paid = invoice().receive(payment(), NOW).receive(payment("pi_2"), NOW)
    assert paid.status == "paid"
    assert [(each.payment_id, each.surplus) for each in paid.payments] == [("pi_1", False), ("pi_2", True)]
    refunded = paid.refund("pi_2", FEE)
    assert (refunded.status, refunded.payments[1].status) == ("paid", "refunded")
    assert paid.contest("pi_2", "open").status == "paid"


def test_a_payment_of_a_waived_invoice_is_surplus() -> None:
    waived = invoice(status="waived").receive(payment(), NOW)
    assert (waived.status, waived.payments[0].surplus) == ("waived", True)


def test_a_declined_card_can_be_tried_again() -> None:
    declined = invoice().receive(payment(succeeded=False), NOW)
    assert (declined.status, declined.payments[0].status, declined.paid_at) == ("open", "failed", None)
    paid = declined.receive(payment(), NOW)
    assert (paid.status, [each.status for each in paid.payments]) == ("paid", ["succeeded"])


def test_a_late_failure_does_not_unpay() -> None:
    paid = invoice().receive(payment(), NOW)
    assert paid.receive(payment(succeeded=False), NOW) is paid


def test_refunds_count_by_their_total_so_far() -> None:
    paid = invoice().receive(payment(), NOW)
    part = paid.refund("pi_1", Money(5000, "usd"))
    assert (part.status, part.payments[0].status) == ("partially-refunded", "succeeded")
    assert part.refund("pi_1", Money(4000, "usd")) is part
    assert part.refund("pi_1", Money(5000, "usd")) is part
    whole = part.refund("pi_1", FEE)
    assert (whole.status, whole.payments[0].status) == ("refunded", "refunded")
    assert paid.refund("pi_unknown", FEE) is paid


@pytest.mark.parametrize(("state", "status"), [("open", "disputed"), ("won", "paid"), ("lost", "disputed")])
def test_a_dispute_shows_on_the_invoice(state: Any, status: str) -> None:
    paid = invoice().receive(payment(), NOW)
    assert paid.contest("pi_1", "open").contest("pi_1", state).status == status
    assert paid.contest("pi_1", state).contest("pi_1", "open").status == status


def test_a_dispute_that_is_won_leaves_a_partial_refund_as_it_was() -> None:
    part = invoice().receive(payment(), NOW).refund("pi_1", Money(1, "usd"))
    assert part.contest("pi_1", "open").contest("pi_1", "won").status == "partially-refunded"


def test_a_dispute_stored_without_an_id_is_the_first_that_is_told_and_one_that_is_over_stays_so() -> None:
    old = payment(dispute="open", disputes=(Dispute("", "open"),))
    assert old.disputed("du_1", "won").disputes == (Dispute("du_1", "won"),)
    over = payment(dispute="won", disputes=(Dispute("", "won"),))
    assert over.disputed("du_1", "won").disputes == (Dispute("du_1", "won"),)
    assert over.disputed("du_2", "open").dispute == "open"


@pytest.mark.parametrize("status", ["paid", "void", "waived", "refunded", "partially-refunded", "disputed"])
def test_only_an_open_invoice_takes_money(status: Any) -> None:
    invoice().require_open()
    why = "was taken back" if status in TAKEN_BACK else status
    with pytest.raises(NotPayable, match=why):
        invoice(status=status).require_open()


def test_the_total_is_the_sum_of_the_lines_in_one_currency() -> None:
    two = invoice(lines=(Line("a", Money(1, "usd")), Line("b", Money(2, "usd"))))
    assert two.total == Money(3, "usd")
    with pytest.raises(ValueError, match="cannot add"):
        assert Money(1, "usd") + Money(1, "eur")


def test_a_waived_invoice_is_settled_and_takes_no_money() -> None:
    waived = invoice().waive()
    assert (waived.status, waived.settled, waived.version) == ("waived", True, 2)
    with pytest.raises(NotPayable):
        waived.waive()
    assert waived.receive(payment(), NOW).payments[0].surplus


@pytest.mark.parametrize(
    ("day", "amount"),
    [
        (date(2027, 2, 15), 15000),
        (date(2027, 11, 30), 15000),
        (date(2027, 12, 1), 18000),
        (date(2028, 6, 1), 18000),
        (date(2026, 12, 24), 15000),
    ],
)
def test_the_price_of_an_invoice_is_that_of_the_day_it_is_issued_on(day: date, amount: int) -> None:
    assert fee_of("IPMA-SCP", day) == amount
    assert fee_of("IPMA-CP", day) == 15000


def fee_of(designation: str, day: date, *, body_member: bool = False) -> int:
    example = load_editions("example-reinstatement").programs[0]
    (line,) = example.owed(designation, date(2027, 12, 31), day, body_member=body_member)
    return line.amount.amount


@pytest.mark.parametrize(
    ("body_member", "day", "amount"),
    [
        (True, date(2027, 2, 15), 8000),
        (False, date(2027, 2, 15), 10000),
        (True, date(2027, 12, 1), 9000),
        (False, date(2027, 12, 1), 10000),
    ],
)
def test_a_member_of_the_body_has_a_price_of_its_own_and_it_may_be_late_too(
    body_member: bool, day: date, amount: int
) -> None:
    assert fee_of("IPMA-CS", day, body_member=body_member) == amount


def test_who_is_a_member_does_not_matter_where_the_edition_makes_no_difference() -> None:
    for day in (date(2027, 2, 15), date(2027, 12, 1)):
        assert fee_of("IPMA-SCP", day, body_member=True) == fee_of("IPMA-SCP", day)
