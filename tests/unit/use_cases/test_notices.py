"""Stripe's notices: recorded once, whatever their order and number (rule 5)."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.domain.errors import NotPayable, StaffOnly, Unavailable
from shared.domain.invoices import OpenCheckout
from shared.domain.money import Money
from shared.domain.payments import Irrelevant, Notice, PaymentsUnavailable
from tests.unit.domain.builders import FEE, NOW, cycle_with, invoice
from tests.unit.use_cases.notices import disputed, expired, failed, refund, refunded, state_of, succeeded
from tests.unit.use_cases.portal import Portal, offline, portal_with, staff


def portal_owing(**changes: object) -> Portal:
    portal = portal_with(cycle_with(points=50))
    owed = invoice(**changes)
    portal.table.invoices[owed.invoice_id] = owed
    return portal


def after(notices: Sequence[Notice], **changes: object) -> Portal:
    portal = portal_owing(**changes)
    for notice in notices:
        portal.notice(notice)
    return portal


def test_a_payment_is_recorded_and_settles_the_invoice() -> None:
    portal = portal_owing(checkout=OpenCheckout("cs_1", "https://pay.example", NOW))
    assert portal.notice(succeeded()) == "recorded"
    assert (portal.invoice.status, portal.invoice.paid_at, portal.invoice.checkout) == ("paid", NOW, None)
    assert portal.table.types() == ["payment-received"]


def test_fifty_deliveries_are_one_payment() -> None:
    portal = after([succeeded()] * 50)
    assert len(portal.invoice.payments) == 1
    assert (portal.table.writes, portal.table.types()) == (1, ["payment-received"])
    assert portal.stripe.refunds == {}


def test_the_same_payment_told_by_another_event_is_one_payment() -> None:
    portal = after([succeeded(), succeeded(event_id="evt_other")])
    assert (portal.table.writes, len(portal.invoice.payments)) == (1, 1)


def test_two_deliveries_at_once_are_one_payment() -> None:
    portal = portal_owing()
    portal.table.meanwhile.append(lambda: portal.notice(succeeded()))
    portal.notice(succeeded())
    assert (portal.table.writes, len(portal.invoice.payments)) == (1, 1)


def test_a_notice_that_meets_another_change_is_recorded_after_it() -> None:
    portal = portal_owing()
    portal.table.meanwhile.append(lambda: portal.notice(failed("pi_0")))
    portal.notice(succeeded())
    assert state_of(portal) == (
        "paid",
        {"pi_0": ("failed", 0, None, False, FEE), "pi_1": ("succeeded", 0, None, False, FEE)},
        True,
    )


PART = Money(5000, "usd")

STORIES = {
    "paid": ([succeeded()], "paid"),
    "declined twice, then paid": ([failed(), failed(number=2), succeeded()], "paid"),
    "paid and refunded in parts": ([succeeded(), refunded(amount=5000), refunded(amount=9000)], "partially-refunded"),
    "paid and refunded": ([succeeded(), refunded(amount=5000), refunded()], "refunded"),
    "disputed": ([succeeded(), disputed()], "disputed"),
    "disputed and won": ([succeeded(), disputed(), disputed(state="won")], "paid"),
    "disputed and lost": ([succeeded(), disputed(), disputed(state="lost")], "disputed"),
    "disputed in part": ([succeeded(), disputed(amount=PART)], "disputed"),
    "lost in part": ([succeeded(), disputed(amount=PART), disputed(amount=PART, state="lost")], "disputed"),
    "everything": (
        [failed(), succeeded(), refunded(amount=1), disputed(), disputed(state="won"), expired()],
        "partially-refunded",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("story", "status"), STORIES.values(), ids=STORIES.keys())
def test_every_order_tells_the_same(story: list[Notice], status: str) -> None:
    expected = state_of(after(story))
    assert portal_status(expected) == status
    for order in permutations(story):
        assert state_of(after(order)) == expected


def portal_status(state: object) -> str:
    assert isinstance(state, tuple)
    return str(state[0])


@settings(max_examples=80, deadline=None)
@given(st.sampled_from(list(STORIES.values())), st.data())
def test_any_order_with_any_repetitions_converges(
    story: tuple[list[Notice], str], data: st.DataObject
) -> None:
    notices, _ = story
    repeated = data.draw(st.permutations(notices + data.draw(st.lists(st.sampled_from(notices), max_size=6))))
    portal = after(repeated)
    assert state_of(portal) == state_of(after(notices))
    assert portal.table.writes <= len(set(notices))
    assert (portal.stripe.refunds, portal.attention) == ({}, [])


@settings(max_examples=40, deadline=None)
@given(st.lists(st.sampled_from([succeeded("pi_1"), succeeded("pi_2"), failed("pi_2")]), max_size=9))
def test_of_two_charges_the_second_is_refunded_once_and_raised(deliveries: list[Notice]) -> None:
    portal = after([*deliveries, succeeded("pi_1"), succeeded("pi_2")])
    first, second = sorted(portal.invoice.payments, key=lambda each: each.surplus)
    assert (first.surplus, second.surplus, portal.invoice.status) == (False, True, "paid")
    assert list(portal.stripe.refunds.values()) == [(second.payment_id, FEE)]
    assert [event.data["reason"] for event in portal.attention] == ["charged twice"]
    portal.notice(refunded(second.payment_id))
    portal.notice(second_told_again := succeeded(second.payment_id))
    portal.notice(second_told_again)
    assert portal.invoice.status == "paid"
    assert (len(portal.stripe.refunds), len(portal.attention)) == (1, 1)


def test_a_charge_after_an_offline_payment_is_refunded_and_raised() -> None:
    portal = portal_owing()
    portal.record(offline(), staff("money"))
    portal.notice(succeeded())
    assert portal.invoice.status == "paid"
    assert list(portal.stripe.refunds.values()) == [("pi_1", FEE)]
    assert len(portal.attention) == 1


@pytest.mark.parametrize("order", list(permutations(range(3))), ids=str)
def test_a_surplus_that_stripe_gave_back_already_is_raised_and_not_refunded_again(
    order: tuple[int, ...],
) -> None:
    portal = after([succeeded("pi_1")])
    notices = [refunded("pi_2"), succeeded("pi_2"), succeeded("pi_2", event_id="evt_again")]
    for index in order:
        portal.notice(notices[index])
    assert portal.invoice.status == "paid"
    assert len(portal.attention) == 1
    assert len(portal.stripe.refunds) == (0 if order[0] == 0 else 1)


def test_a_refund_that_cannot_be_made_now_is_made_at_the_next_delivery() -> None:
    portal = after([succeeded("pi_1")])
    portal.stripe.down = True
    with pytest.raises(PaymentsUnavailable):
        portal.notice(succeeded("pi_2"))
    assert portal.attention == []
    portal.stripe.down = False
    portal.notice(succeeded("pi_2"))
    assert (len(portal.stripe.refunds), len(portal.attention)) == (1, 1)


def test_a_refund_that_stripe_refuses_is_raised_with_its_reason() -> None:
    portal = after([succeeded("pi_1")])
    portal.stripe.refusal = "charge_disputed"
    portal.notice(succeeded("pi_2"))
    assert [event.data["refund_refused"] for event in portal.attention] == ["charge_disputed"]
    assert portal.invoice.status == "paid"


def test_of_a_surplus_that_was_refunded_in_part_by_hand_the_rest_is_given_back() -> None:
    portal = after([succeeded("pi_1")])
    portal.stripe.refusal = "charge_already_refunded"  # the whole is more than what is left
    portal.notice(succeeded("pi_2"))
    portal.stripe.refusal = None
    for _ in range(2):
        portal.notice(refunded("pi_2", amount=5000))
    assert list(portal.stripe.refunds.values()) == [("pi_2", Money(10000, "usd"))]
    assert len(portal.attention) == 1
    portal.notice(refunded("pi_2"))
    assert len(portal.stripe.refunds) == 1


def test_a_surplus_that_was_disputed_is_given_back_when_the_dispute_is_won() -> None:
    portal = after([succeeded("pi_1")])
    portal.notice(disputed("pi_2"))
    portal.notice(succeeded("pi_2"))
    assert (portal.stripe.refunds, len(portal.attention)) == ({}, 1)  # the bank has the money
    for _ in range(2):
        portal.notice(disputed("pi_2", state="won"))
    assert list(portal.stripe.refunds.values()) == [("pi_2", FEE)]
    assert (portal.invoice.status, len(portal.attention)) == ("paid", 1)


@pytest.mark.parametrize(
    ("notice", "reason"),
    [
        (succeeded(amount=Money(14999, "usd")), "amount"),
        (succeeded(amount=Money(15000, "eur")), "amount"),
        (failed(amount=Money(1, "usd")), "amount"),
        (refunded(currency="eur"), "currency"),
        (succeeded(livemode=True), "live and test"),
        (failed(livemode=True), "live and test"),
        (refunded(livemode=True), "live and test"),
        (disputed(livemode=True), "live and test"),
        (expired(livemode=True), "live and test"),
        (succeeded(invoice_id="inv_" + "b" * 20 + "_1"), "no such invoice"),
        (refunded(invoice_id="nonsense"), "no such invoice"),
    ],
    ids=lambda value: value if isinstance(value, str) else type(value).__name__,
)
def test_what_does_not_fit_is_raised_once_and_changes_nothing(notice: Notice, reason: str) -> None:
    portal = portal_owing(checkout=OpenCheckout("cs_1", "https://pay.example", NOW))
    before = portal.invoice
    assert [portal.notice(notice) for _ in range(3)] == ["raised"] * 3
    assert portal.invoice == before
    assert len(portal.attention) == 1
    assert reason in str(portal.attention[0].data["reason"])


WRONG = Money(14999, "usd")


@pytest.mark.parametrize(
    "later",
    [
        refunded(amount=14999, charged=14999),
        refunded(amount=100, charged=14999),
        disputed(charged=WRONG, amount=WRONG),
        disputed(charged=WRONG, amount=WRONG, state="lost"),
    ],
    ids=["refunded", "refunded in part", "disputed", "lost"],
)
@pytest.mark.parametrize("told_first", [True, False], ids=["in order", "out of order"])
def test_what_becomes_of_a_charge_that_was_raised_for_its_amount_does_not_touch_the_invoice(
    later: Notice, told_first: bool
) -> None:
    portal = portal_owing()
    before = portal.invoice
    charge = succeeded(amount=WRONG)
    for notice in [charge, later, later] if told_first else [later, charge, later]:
        assert portal.notice(notice) == "raised"
    assert portal.invoice == before
    assert len(portal.attention) == 2
    portal.notice(succeeded("pi_2"))
    assert (portal.invoice.status, len(portal.invoice.payments)) == ("paid", 1)


def test_a_part_of_a_payment_that_is_known_can_be_disputed() -> None:
    portal = after([succeeded(), disputed(amount=PART)])
    assert portal.invoice.status == "disputed"


def test_live_notices_fit_a_live_portal() -> None:
    portal = portal_owing()
    assert portal.notice(succeeded(livemode=True), livemode=True) == "recorded"
    assert portal.notice(succeeded(), livemode=True) == "raised"


def test_what_is_not_about_an_invoice_is_ignored() -> None:
    portal = portal_owing()
    assert portal.notice(Irrelevant("evt_1", "customer.created")) == "ignored"
    assert (portal.table.events, portal.table.reads) == ({}, 0)


def test_only_the_open_session_expires() -> None:
    portal = portal_owing(checkout=OpenCheckout("cs_2", "https://pay.example", NOW))
    portal.notice(expired("cs_1"))
    assert portal.invoice.checkout is not None
    portal.notice(expired("cs_2"))
    assert (portal.invoice.checkout, portal.invoice.status) == (None, "open")
    assert portal.table.types() == ["checkout-expired"]


def test_money_for_a_waived_invoice_is_given_back() -> None:
    portal = after([succeeded()], status="waived")
    assert portal.invoice.status == "waived"
    assert list(portal.stripe.refunds.values()) == [("pi_1", FEE)]


def test_a_second_dispute_of_a_charge_is_one_of_its_own() -> None:
    first = [disputed(), disputed(state="won")]
    portal = after([succeeded(), *first, second := disputed(dispute_id="du_2")])
    assert portal.invoice.status == "disputed"
    portal.notice(disputed(state="won", event_id="evt_again"))
    portal.notice(disputed(event_id="evt_late"))
    assert portal.invoice.status == "disputed"
    portal.notice(disputed(dispute_id="du_2", state="won"))
    assert (portal.invoice.status, len(portal.invoice.payments[0].disputes)) == ("paid", 2)
    portal.notice(replace(second, event_id="evt_later"))
    assert portal.invoice.status == "paid"


def test_of_two_disputes_the_lost_one_counts_whatever_the_order() -> None:
    story = [
        *(succeeded(), disputed(), disputed(state="won")),
        *(disputed(dispute_id="du_2"), disputed(dispute_id="du_2", state="lost")),
    ]
    expected = state_of(after(story))
    assert portal_status(expected) == "disputed"
    assert {repr(state_of(after(order))) for order in permutations(story)} == {repr(expected)}


def test_a_refund_that_failed_is_raised_and_the_invoice_is_paid_again() -> None:
    story = [succeeded(), refunded(), refund(), refund(failed=True)]
    for order in permutations(story):
        portal = after([*order, order[0]])
        assert (portal.invoice.status, portal.invoice.payments[0].refunded) == ("paid", 0)
        (raised,) = portal.attention
        assert raised.data["reason"] == "a refund failed"
        assert raised.data["amount"] == FEE


def test_what_was_given_back_is_told_once_whichever_notice_tells_it() -> None:
    portal = after([succeeded(), refunded(), refund(), refund(event_id="evt_updated")])
    assert portal.table.types() == ["payment-received", "payment-refunded", "refund-confirmed"]
    portal = after([succeeded(), refund(), refunded()])
    assert portal.table.types() == ["payment-received", "payment-refunded", "refund-confirmed"]
    assert portal.table.types() != after([succeeded(), refund()]).table.types()


def test_after_one_refund_failed_another_counts_alone() -> None:
    story = [
        *(succeeded(), refunded(amount=5000), refund("re_1", amount=5000), refund("re_1", amount=5000, failed=True)),
        *(refunded(amount=15000), refund("re_2", amount=15000)),
    ]  # fmt: skip
    for order in permutations(story):
        assert after(order).invoice.status == "refunded"


def test_a_surplus_whose_refund_failed_is_raised_and_not_tried_again() -> None:
    portal = after([succeeded("pi_1"), succeeded("pi_2"), refund("re_2", "pi_2")])
    portal.notice(refund("re_2", "pi_2", failed=True))
    portal.notice(succeeded("pi_2"))
    assert [event.data["reason"] for event in portal.attention] == ["charged twice", "a refund failed"]
    assert (portal.invoice.status, len(portal.stripe.refunds)) == ("paid", 1)


def test_what_was_to_go_back_and_is_the_last_money_now_is_raised() -> None:
    portal = after([succeeded("pi_1"), succeeded("pi_2"), refunded("pi_1")])
    assert portal.invoice.status == "paid"
    assert [event.data["reason"] for event in portal.attention] == [
        "charged twice",
        "the last payment may go back",
    ]
    portal.notice(refunded("pi_2"))
    assert portal.invoice.status == "refunded"


def test_the_rest_of_a_payment_is_kept_while_the_other_is_on_its_way_back() -> None:
    portal = after([succeeded("pi_1"), succeeded("pi_2"), refunded("pi_1", amount=5000)])
    assert portal.invoice.status == "paid"
    assert list(portal.stripe.refunds.values()) == [("pi_2", FEE)]
    assert [event.data.get("kept") for event in portal.attention] == [None, True, None]
    portal.notice(refunded("pi_2"))
    assert portal.invoice.status == "partially-refunded"


TAKEN = {
    "refunded": [succeeded(), refunded()],
    "partially-refunded": [succeeded(), refunded(amount=5000)],
    "disputed": [succeeded(), disputed()],
    "lost": [succeeded(), disputed(), disputed(state="lost")],
}


@pytest.mark.parametrize("story", TAKEN.values(), ids=TAKEN.keys())
def test_what_was_taken_back_is_settled_by_a_cheque_or_a_waiver_and_never_by_a_card(
    story: list[Notice],
) -> None:
    portal = after(story)
    with pytest.raises(NotPayable):
        portal.checkout()
    with pytest.raises(StaffOnly):
        portal.record(offline(), staff("own", caller="M-1"))
    with pytest.raises(StaffOnly):
        portal.waive(staff("own", caller="M-1"))
    portal.record(offline(), staff("money"))
    assert portal.invoice.status == "paid"
    assert [(each.method, each.surplus) for each in portal.invoice.payments] == [
        ("card", True),
        ("check", False),
    ]
    with pytest.raises(NotPayable):
        portal.waive()
    waived = after(story)
    waived.waive()
    assert (waived.invoice.status, waived.stripe.refunds, waived.attention) == ("waived", {}, [])


def test_what_a_card_still_holds_is_given_back_once_a_cheque_is_recorded() -> None:
    portal = after([succeeded(), refunded(amount=5000)])
    portal.stripe.down = True
    with pytest.raises(Unavailable):
        portal.record(offline(), staff("money"))
    portal.stripe.down = False
    for _ in range(2):
        portal.record(offline(), staff("money"))
    assert list(portal.stripe.refunds.values()) == [("pi_1", Money(10000, "usd"))]
    assert (portal.invoice.status, len(portal.attention)) == ("paid", 1)


def test_a_dispute_that_is_won_after_a_cheque_is_given_back_and_raised() -> None:
    portal = after([succeeded(), disputed()])
    portal.record(offline(), staff("money"))
    assert (portal.stripe.refunds, portal.attention) == ({}, [])
    portal.notice(disputed(state="won"))
    assert list(portal.stripe.refunds.values()) == [("pi_1", FEE)]
    assert (portal.invoice.status, len(portal.attention)) == ("paid", 1)


def test_a_dispute_that_is_won_after_a_waiver_is_raised_and_kept() -> None:
    portal = after([succeeded(), disputed()])
    portal.waive()
    for _ in range(2):
        portal.notice(disputed(state="won"))
    assert (portal.invoice.status, portal.stripe.refunds) == ("waived", {})
    assert [event.data["reason"] for event in portal.attention] == ["a payment came back after a waiver"]


def test_a_card_payment_that_comes_after_a_cheque_for_what_was_taken_back_is_given_back() -> None:
    portal = after([succeeded(), disputed(), disputed(state="lost")])
    portal.record(offline(), staff("money"))
    portal.notice(succeeded("pi_2"))
    assert list(portal.stripe.refunds.values()) == [("pi_2", FEE)]
    assert portal.invoice.status == "paid"
