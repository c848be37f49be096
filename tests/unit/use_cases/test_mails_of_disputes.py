"""What a member reads of a dispute: what is true of the invoice as it is, whatever else settles it."""

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import pytest

from shared.domain.events import Command, event
from shared.domain.members import Member
from shared.domain.payments import Notice, PaymentDisputed
from shared.use_cases.compose_money_mail import payment_taken_back
from shared.use_cases.mail_parts import Post
from tests.unit.domain.builders import EDITIONS, NOW, TODAY, cycle_with, invoice
from tests.unit.use_cases.notices import INVOICE, disputed, refunded, succeeded
from tests.unit.use_cases.portal import Portal, portal_with

NOT_PAID = "does not count as paid"
STANDS = "The payment stands"
SETTLED = "settled without it"
BACK = "given back already"
PHRASES = (NOT_PAID, STANDS, SETTLED, BACK, "is not paid")


def told_of(portal: Portal, notice: PaymentDisputed) -> str:
    """The mail about this dispute, in one line."""
    sources: Any = SimpleNamespace(
        invoices=portal.invoices,
        members=SimpleNamespace(find=lambda _: Member("M-1", "Marge", "Bouvier", "marge@example.org")),
    )
    post = Post(sources, EDITIONS, "https://portal.example.org", NOW)
    data = {"invoice_id": INVOICE, "notice": {"payment_id": notice.payment_id, "state": notice.state}}
    happened = event(Command("stripe", "system", NOW, TODAY, "e"), "whatever", "payment-disputed", data)
    draft = payment_taken_back(post, happened)
    assert draft is not None
    return str(draft.values["said"])


def portal_after(*notices: Notice) -> Portal:
    portal = portal_with(cycle_with(points=50))
    owed = invoice()
    portal.table.invoices[owed.invoice_id] = owed
    for notice in notices:
        portal.notice(notice)
    return portal


TWICE = (succeeded("pi_1"), succeeded("pi_2"))
ANOTHER = {"dispute_id": "du_2"}


@pytest.mark.parametrize(
    ("before", "notice", "said"),
    [
        ([succeeded()], disputed(), [NOT_PAID]),
        ([succeeded()], disputed(state="won"), [STANDS]),
        ([succeeded()], disputed(state="lost"), ["is not paid"]),
        (TWICE, disputed("pi_2"), [SETTLED]),
        (TWICE, disputed("pi_1"), [SETTLED]),
        (TWICE, disputed("pi_2", "won"), [SETTLED]),
        (TWICE, disputed("pi_2", "lost"), [SETTLED]),
        ([*TWICE, disputed("pi_1")], disputed("pi_2"), [NOT_PAID]),
        ([succeeded(), refunded()], disputed(), [BACK]),
        ([succeeded(), refunded()], disputed(state="won"), [BACK]),
        ([*TWICE, refunded("pi_2")], disputed("pi_2", "won"), [BACK]),
        ([succeeded(), refunded(amount=5000)], disputed(state="won"), [NOT_PAID]),
        ([succeeded(), disputed(**ANOTHER)], disputed(state="won"), [NOT_PAID]),
    ],
)
def test_a_mail_about_a_dispute_says_what_is_true_of_the_invoice(
    before: Sequence[Notice], notice: PaymentDisputed, said: list[str]
) -> None:
    text = told_of(portal_after(*before, notice), notice)
    assert [phrase for phrase in PHRASES if phrase in text] == said


@pytest.mark.parametrize("state", ["open", "won", "lost"])
def test_what_was_waived_or_paid_otherwise_meanwhile_is_settled_without_it(state: Any) -> None:
    for settle in (Portal.waive, Portal.record):
        portal = portal_after(succeeded(), disputed())
        settle(portal)
        portal.notice(disputed(state=state))
        text = told_of(portal, disputed(state=state))
        assert [phrase for phrase in PHRASES if phrase in text] == [SETTLED]


def test_a_mail_about_an_open_dispute_is_not_changed_by_its_end() -> None:
    portal = portal_after(succeeded(), disputed(), disputed(state="won"))
    assert NOT_PAID in told_of(portal, disputed())
