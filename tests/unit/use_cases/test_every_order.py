"""What Stripe tells of one charge and of two, in every order and repeated: the invoice ends alike (rule 5).

`make test` takes a sample of the orders, the same ones each time; `make prove` takes all.
"""

import random
from collections.abc import Sequence
from itertools import permutations

import pytest

from shared.domain.invoices import OpenCheckout
from shared.domain.payments import Irrelevant, Notice
from tests.unit.domain.builders import NOW, cycle_with, invoice
from tests.unit.use_cases.notices import disputed, expired, failed, refund, refunded, state_of, succeeded
from tests.unit.use_cases.portal import Portal, portal_with

CREATED = Irrelevant("evt_created", "payment_intent.created")
ASYNC = succeeded(event_id="evt_async")

ONE_CHARGE = [CREATED, succeeded(), ASYNC, failed(), expired(), refunded(amount=5000), disputed()]
TWO_CHARGES = {
    "nothing else happens": (
        [CREATED, succeeded("pi_1"), succeeded("pi_2"), failed("pi_2"), disputed("pi_1"), disputed("pi_1", "won")],
        "paid",
    ),
    "the second is given back": (
        [CREATED, succeeded("pi_1"), succeeded("pi_2"), failed("pi_2"), expired(), refunded("pi_2"),
         disputed("pi_1", "won")],
        "paid",
    ),
    "the first is given back": (
        [succeeded("pi_1"), succeeded("pi_2"), failed("pi_1"), expired(), refunded("pi_1"),
         disputed("pi_2"), disputed("pi_2", "won")],
        "paid",
    ),
    "the first is disputed": (
        [CREATED, succeeded("pi_1"), succeeded("pi_2"), expired(), disputed("pi_1"), refunded("pi_2", amount=5000)],
        "partially-refunded",
    ),
    "both are gone": (
        [succeeded("pi_1"), succeeded("pi_2"), refunded("pi_1"), disputed("pi_2"), disputed("pi_2", "lost")],
        "disputed",
    ),
    "a refund fails": (
        [succeeded("pi_1"), succeeded("pi_2"), refunded("pi_1"), refund(), refund(failed=True),
         refunded("pi_2", amount=5000)],
        "paid",
    ),
}  # fmt: skip


def after(order: Sequence[Notice]) -> Portal:
    portal = portal_with(cycle_with(points=50))
    owed = invoice(checkout=OpenCheckout("cs_1", "https://pay.example", NOW))
    portal.table.invoices[owed.invoice_id] = owed
    for notice in order:
        portal.notice(notice)
    return portal


STORIES = {"one charge": (ONE_CHARGE, "disputed"), **TWO_CHARGES}
SAMPLE, SEED = 150, 20271213


@pytest.mark.parametrize(("story", "status"), STORIES.values(), ids=STORIES.keys())
def test_some_orders_end_alike(story: list[Notice], status: str) -> None:
    orders = list(permutations(story))
    end_alike(random.Random(SEED).sample(orders, min(SAMPLE, len(orders))), status)


@pytest.mark.long
@pytest.mark.parametrize(("story", "status"), STORIES.values(), ids=STORIES.keys())
def test_all_orders_end_alike(story: list[Notice], status: str) -> None:
    end_alike(list(permutations(story)), status)


def test_seven_notices_have_5040_orders() -> None:
    assert len(list(permutations(ONE_CHARGE))) == 5040
    assert {len(story) for story, _ in STORIES.values()} == {5, 6, 7}


def end_alike(orders: Sequence[tuple[Notice, ...]], status: str) -> None:
    """Each order, with some of its notices told again at the end, leaves the same behind."""
    expected = state_of(after(orders[0]))
    for number, order in enumerate(orders):
        portal = after([*order, order[number % len(order)], order[number % 3]])
        assert state_of(portal) == expected
        assert portal.invoice.status == status
        assert_the_last_money_is_kept(portal)


def assert_the_last_money_is_kept(portal: Portal) -> None:
    """The portal never gives all charges back; when it gave back what is the last by now, staff were told."""
    given_back = {payment_id for payment_id, _ in portal.stripe.refunds.values()}
    assert len(given_back) < len(portal.invoice.payments)
    settling = portal.invoice.settling
    assert settling is not None
    raised = [event.data["reason"] for event in portal.attention]
    if settling.payment_id in given_back and settling.status == "succeeded":
        assert "the last payment may go back" in raised
    assert ("charged twice" in raised) == (len(portal.invoice.payments) == 2)
