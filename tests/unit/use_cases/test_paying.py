"""Going to pay by card, and money that staff record (rule 5)."""

from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest

from shared.domain.errors import (
    IdempotencyKeyReused,
    InvalidRequest,
    NotPayable,
    StaffOnly,
    Unavailable,
)
from shared.use_cases.open_checkout import ATTEMPTS_SPENT, NO_CARD
from tests.unit.domain.builders import NOW, cycle_with, invoice
from tests.unit.use_cases.notices import expired, failed, succeeded
from tests.unit.use_cases.portal import Portal, member, offline, portal_with, staff


def portal_owing() -> Portal:
    return portal_with(replace(cycle_with(points=50), invoice=invoice()))


def test_a_checkout_opens_a_session_and_remembers_it() -> None:
    portal = portal_owing()
    assert portal.checkout() == "https://pay.example/cs_1"
    assert portal.invoice.checkout is not None
    assert (portal.invoice.checkout.session_id, portal.invoice.checkout_attempts) == ("cs_1", 1)
    assert portal.table.types() == ["checkout-opened"]


def test_a_session_that_is_open_is_used_again() -> None:
    portal = portal_owing()
    assert portal.checkout(member("a")) == portal.checkout(member("b")) == "https://pay.example/cs_1"
    assert portal.stripe.attempts == [1]


def test_a_declined_session_can_still_be_paid() -> None:
    portal = portal_owing()
    url = portal.checkout(member("a"))
    portal.notice(failed())
    assert portal.checkout(member("b")) == url
    portal.notice(succeeded())
    assert portal.invoice.status == "paid"


def test_two_checkouts_at_once_are_one_session() -> None:
    portal = portal_owing()
    urls = []
    portal.table.meanwhile.append(lambda: urls.append(portal.checkout(member("other"))))
    assert [portal.checkout(member("mine"))] == urls
    assert set(portal.stripe.sessions) == {"cs_1"}


def test_after_a_session_expired_another_is_opened() -> None:
    portal = portal_owing()
    portal.checkout(member("a"))
    portal.stripe.become("cs_1", "expired")
    assert portal.checkout(member("b")) == "https://pay.example/cs_2"
    portal.stripe.become("cs_2", "expired")
    portal.notice(expired("cs_2"))
    assert portal.checkout(member("c")) == "https://pay.example/cs_3"


def test_a_session_that_stripe_does_not_know_is_forgotten() -> None:
    portal = portal_owing()
    portal.checkout(member("a"))
    portal.stripe.sessions.clear()
    assert portal.checkout(member("b")) == "https://pay.example/cs_2"


def test_while_a_payment_is_under_way_nobody_pays_again() -> None:
    portal = portal_owing()
    portal.checkout(member("a"))
    portal.stripe.become("cs_1", "complete")
    with pytest.raises(NotPayable, match="being processed"):
        portal.checkout(member("b"))


@pytest.mark.parametrize("status", ["paid", "void", "waived", "refunded", "partially-refunded", "disputed"])
def test_only_an_open_invoice_can_be_paid_by_card(status: str) -> None:
    portal = portal_owing()
    settled = replace(portal.invoice, status=status)  # type: ignore[arg-type]
    portal.table.invoices[settled.invoice_id] = settled
    with pytest.raises(NotPayable):
        portal.checkout()
    assert portal.stripe.attempts == []
    if settled.settled or status == "void":
        with pytest.raises(NotPayable):
            portal.record()


def test_a_checkout_that_meets_the_payment_is_refused() -> None:
    portal = portal_owing()
    portal.table.meanwhile.append(lambda: portal.notice(succeeded()))
    with pytest.raises(NotPayable):
        portal.checkout()
    assert portal.invoice.checkout is None


def test_a_spent_attempt_is_passed_over() -> None:
    portal = portal_owing()
    portal.stripe.spent = {1, 2}
    assert portal.checkout() == "https://pay.example/cs_3"


def test_spent_attempts_do_not_add_up_until_nobody_can_pay() -> None:
    portal = portal_owing()
    portal.stripe.spent = set(range(1, 100, 2))
    for number in range(2, 30, 2):
        assert portal.checkout(member(f"k{number}")) == f"https://pay.example/cs_{number}"
        portal.stripe.become(f"cs_{number}", "expired")


def test_after_too_many_spent_attempts_the_member_is_asked_to_come_back() -> None:
    portal = portal_owing()
    portal.stripe.spent = set(range(1, 100))
    with pytest.raises(Unavailable, match="Nothing was charged"):
        portal.checkout()
    assert len(portal.stripe.attempts) == ATTEMPTS_SPENT
    assert portal.table.events == {}


def test_the_same_key_gives_the_same_page() -> None:
    portal = portal_owing()
    url = portal.checkout(member("a"))
    portal.notice(succeeded())
    assert portal.checkout(member("a")) == url
    with pytest.raises(IdempotencyKeyReused):
        portal.checkout(member("a", "another body"))


def test_when_stripe_does_not_answer_nothing_changes() -> None:
    portal = portal_owing()
    portal.checkout(member("a"))
    before = portal.invoice
    portal.stripe.down = True
    for verb in (lambda: portal.checkout(member("b")), portal.record):
        with pytest.raises(Unavailable):
            verb()
    assert portal.invoice == before


def test_staff_record_a_cheque_with_its_reference() -> None:
    portal = portal_owing()
    paid = portal.record(offline("4711", recorded_by="S-1"))
    (payment,) = paid.payments
    assert (paid.status, payment.method, payment.reference, payment.recorded_by) == (
        "paid", "check", "4711", "S-1",
    )  # fmt: skip
    assert portal.table.types() == ["payment-received"]


def test_an_open_checkout_is_expired_before_money_is_recorded() -> None:
    portal = portal_owing()
    portal.checkout()
    portal.record()
    assert portal.stripe.sessions["cs_1"].status == "expired"
    assert (portal.invoice.status, portal.invoice.checkout) == ("paid", None)
    portal.notice(expired("cs_1"))
    assert portal.invoice.status == "paid"


def test_a_checkout_that_was_just_paid_stops_the_recording() -> None:
    portal = portal_owing()
    portal.checkout()
    portal.stripe.become("cs_1", "complete")
    with pytest.raises(NotPayable, match="just paid"):
        portal.record()
    assert portal.invoice.payments == ()


def test_a_checkout_that_stripe_does_not_know_stops_nothing() -> None:
    portal = portal_owing()
    portal.checkout()
    portal.stripe.sessions.clear()
    assert portal.record().status == "paid"


def test_a_cheque_that_meets_a_new_checkout_expires_it_too() -> None:
    portal = portal_owing()
    portal.table.meanwhile.append(lambda: portal.checkout(member("other")))
    assert portal.record().status == "paid"
    assert portal.stripe.sessions["cs_1"].status == "expired"


def test_a_cheque_that_meets_a_card_payment_is_refused() -> None:
    portal = portal_owing()
    portal.table.meanwhile.append(lambda: portal.notice(succeeded()))
    with pytest.raises(NotPayable):
        portal.record()
    assert [each.payment_id for each in portal.invoice.payments] == ["pi_1"]


def test_a_cheque_is_recorded_once_for_its_key() -> None:
    portal = portal_owing()
    first = portal.record()
    assert portal.record() == first
    with pytest.raises(IdempotencyKeyReused):
        portal.record(command=staff(body="another"))
    with pytest.raises(NotPayable):
        portal.record(offline("4712"), staff("another key"))
    assert len(portal.invoice.payments) == 1


@pytest.mark.parametrize("caller", ["M-1", "m-1"])
def test_nobody_records_money_on_their_own_invoice(caller: str) -> None:
    portal = portal_owing()
    with pytest.raises(StaffOnly):
        portal.record(command=staff(caller=caller))
    assert portal.invoice.status == "open"


def test_money_cannot_have_come_tomorrow() -> None:
    portal = portal_owing()
    with pytest.raises(InvalidRequest) as refused:
        portal.record(offline(received_at=NOW + timedelta(days=1)))
    assert [fault.pointer for fault in refused.value.faults] == ["/received_on"]
    assert portal.invoice.status == "open"


def test_an_invoice_that_stripe_does_not_take_is_told_and_raised_once() -> None:
    portal = portal_owing()
    portal.stripe.declined = "amount_too_small"
    for key in ("a", "b"):
        with pytest.raises(NotPayable, match="cannot be paid by card"):
            portal.checkout(member(key))
    assert (portal.invoice.status, portal.invoice.checkout) == ("open", None)
    (raised,) = portal.attention
    assert (raised.data["reason"], raised.data["code"]) == (NO_CARD, "amount_too_small")


def test_money_cannot_have_come_long_before_its_invoice() -> None:
    portal = portal_owing()
    for received_at in (datetime.min.replace(tzinfo=timezone(timedelta(hours=9))), NOW - timedelta(days=800)):
        with pytest.raises(InvalidRequest) as refused:
            portal.record(offline(received_at=received_at))
        (fault,) = refused.value.faults
        assert (fault.pointer, "before the invoice" in fault.detail) == ("/received_on", True)
    assert portal.invoice.status == "open"
