"""Notices that never came: what reconciliation finds of them at Stripe, tells staff, and makes up for."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from shared.domain.calendar import JobRun
from shared.domain.invoices import OpenCheckout
from shared.domain.payments import Irrelevant, Notice, PaymentSucceeded, PaymentsUnavailable
from shared.use_cases import reconcile
from shared.use_cases.reconcile import find_lost_notices, find_lost_payments, take_lost_notices
from tests.unit.domain.builders import NOW, TODAY, cycle_with, invoice
from tests.unit.use_cases.notices import (
    INVOICE,
    disputed,
    expired,
    failed,
    refund,
    refunded,
    state_of,
    succeeded,
)
from tests.unit.use_cases.portal import Portal, portal_with, staff

RUN = JobRun(NOW, TODAY)


@dataclass
class History:
    """Stripe's lists, each newest first; `down` after so many undelivered events."""

    paid: list[PaymentSucceeded] = field(default_factory=list)
    undelivered: list[Notice] = field(default_factory=list)
    down: int | None = None

    def succeeded_payments(self) -> Iterator[PaymentSucceeded]:
        yield from self.paid

    def undelivered_notices(self) -> Iterator[Notice]:
        for number, notice in enumerate(self.undelivered):
            if number == self.down:
                raise PaymentsUnavailable
            yield notice


@pytest.fixture
def portal() -> Portal:
    made = portal_with(cycle_with(points=50))
    owed = invoice(checkout=OpenCheckout("cs_1", "https://pay.example", NOW))
    made.table.invoices[owed.invoice_id] = owed
    return made


def lost(*oldest_first: Notice, paid: Sequence[PaymentSucceeded] = (), down: int | None = None) -> History:
    return History(list(paid)[::-1], list(oldest_first)[::-1], down)


def run(portal: Portal, history: History) -> tuple[int, list[str]]:
    """One reconciliation; how many notices were recorded, and what staff are told."""
    payments, told = find_lost_payments(portal.invoices, history)
    notices, more = find_lost_notices(portal.invoices, portal.events, history, RUN, False, payments)
    found = [*payments, *notices]
    return take_lost_notices(portal.invoices, portal.events, portal.stripe, RUN, False, found), told + more


def kinds(findings: list[str]) -> list[str]:
    return [each.partition("'s notice never came")[0] for each in findings]


@pytest.mark.parametrize(
    ("notice", "kind", "status"),
    [
        (refunded(), "a refund", "refunded"),
        (refund(), "a refund", "refunded"),
        (disputed(), "a dispute", "disputed"),
        (disputed(state="won"), "a won dispute", "paid"),
        (disputed(state="lost"), "a lost dispute", "disputed"),
        (failed("pi_2"), "a failed payment", "paid"),
    ],
)
def test_a_lost_notice_is_told_and_recorded_and_then_known(
    portal: Portal, notice: Any, kind: str, status: str
) -> None:
    portal.notice(succeeded())
    recovered, (finding,) = run(portal, lost(notice))
    assert finding.startswith(
        f"{kind}'s notice never came: payment {notice.payment_id} for invoice {INVOICE} (number "
    )
    assert (recovered, portal.invoice.status) == (1, status)
    before, stored = state_of(portal), dict(portal.table.events)
    assert run(portal, lost(notice)) == (0, [])
    assert portal.notice(notice) == "known"
    assert (state_of(portal), portal.table.events) == (before, stored)


def test_a_lost_notice_of_an_expired_checkout_is_told_with_its_session(portal: Portal) -> None:
    recovered, (finding,) = run(portal, lost(expired()))
    assert finding.startswith(
        f"an expired checkout's notice never came: checkout cs_1 for invoice {INVOICE} ("
    )
    assert (recovered, portal.invoice.checkout) == (1, None)


def test_a_refund_that_failed_later_is_told_by_each_and_raised(portal: Portal) -> None:
    portal.notice(succeeded())
    recovered, findings = run(portal, lost(refunded(), refund(), refund(failed=True)))
    assert kinds(findings) == ["a refund", "a failed refund"]
    assert (recovered, portal.invoice.status) == (3, "paid")
    assert [each.data["reason"] for each in portal.attention] == ["a refund failed"]


def test_notices_are_taken_oldest_first(portal: Portal) -> None:
    portal.notice(succeeded())
    opened, decided = disputed(), disputed(state="lost")
    assert kinds(run(portal, lost(opened, decided))[1]) == ["a dispute", "a lost dispute"]
    told = [each.data["notice"] for each in portal.table.events.values() if each.type == "payment-disputed"]
    assert told == [opened, decided]


def test_what_another_endpoint_did_not_take_is_known_and_costs_one_read_for_all(portal: Portal) -> None:
    happened = [
        succeeded(),
        refunded(amount=5000),
        refund(amount=5000),
        disputed(),
        failed("pi_2"),
        expired(),
    ]
    for notice in happened:
        portal.notice(notice)
    stored, reads = dict(portal.table.events), portal.table.reads
    assert run(portal, lost(*happened, Irrelevant("evt_shop", "charge.refunded"))) == (0, [])
    assert portal.table.events == stored
    assert portal.table.reads == reads + 1


def test_a_payment_that_both_lists_show_is_told_and_recorded_once(portal: Portal) -> None:
    by_session = succeeded(event_id="cs_1")
    recovered, findings = run(portal, lost(succeeded(), disputed(), paid=[by_session]))
    assert kinds(findings) == ["a payment", "a dispute"]
    assert (recovered, len(portal.invoice.payments), portal.invoice.status) == (2, 1, "disputed")


def test_a_payment_that_its_events_alone_tell_is_recorded(portal: Portal) -> None:
    recovered, findings = run(portal, lost(succeeded(), succeeded(event_id="evt_async")))
    assert (recovered, kinds(findings), portal.invoice.status) == (1, ["a payment"], "paid")


def test_a_payment_too_many_is_given_back_once_it_is_known_what_else_is_gone(portal: Portal) -> None:
    portal.notice(succeeded("pi_1"))
    recovered, findings = run(portal, lost(succeeded("pi_2"), refunded("pi_1")))
    assert (recovered, kinds(findings)) == (2, ["a payment", "a refund"])
    assert (portal.invoice.status, portal.stripe.refunds) == ("paid", {})


def test_a_payment_that_was_refunded_later_has_its_receipt_first(portal: Portal) -> None:
    run(portal, lost(succeeded(), refunded()))
    assert [each.type for each in portal.table.events.values()] == ["payment-received", "payment-refunded"]


def test_what_fits_no_invoice_is_told_once_and_raised(portal: Portal) -> None:
    strange = disputed(invoice_id="inv_nobody")
    recovered, (finding,) = run(portal, lost(strange))
    assert finding == "a dispute's notice never came: payment pi_1 for invoice inv_nobody"
    assert (recovered, [each.data["reason"] for each in portal.attention]) == (0, ["no such invoice"])
    assert run(portal, lost(strange)) == (0, [])


def test_a_notice_of_the_other_mode_is_told_once_and_changes_nothing(portal: Portal) -> None:
    portal.notice(succeeded())
    live = disputed(livemode=True)
    assert (run(portal, lost(live))[0], portal.invoice.status) == (0, "paid")
    assert run(portal, lost(live)) == (0, [])


@pytest.mark.parametrize(
    "told", [[succeeded("pi_2")], [succeeded("pi_2"), disputed("pi_2"), disputed("pi_2", "won")]]
)
def test_what_the_webhook_recorded_and_could_not_finish_is_finished_and_not_told(
    portal: Portal, told: list[Notice]
) -> None:
    portal.notice(succeeded("pi_1"))
    portal.stripe.down = True
    for notice in told:
        with_failure(portal, notice)
    portal.stripe.down = False
    assert portal.stripe.refunds == {}
    assert run(portal, lost(told[-1])) == (0, [])
    assert [payment for payment, _ in portal.stripe.refunds.values()] == ["pi_2"]


def with_failure(portal: Portal, notice: Notice) -> None:
    """A delivery that may end in 503."""
    try:
        portal.notice(notice)
    except PaymentsUnavailable:
        return


@pytest.mark.parametrize(
    ("before", "told"), [(refund(), refund(failed=True)), (disputed(), disputed(state="won"))]
)
def test_what_was_recorded_and_not_raised_is_raised(portal: Portal, before: Notice, told: Notice) -> None:
    for notice in (succeeded(), before):
        portal.notice(notice)
    if portal.invoice.status == "disputed":
        portal.waive()
    portal.notice(told)
    (raised,) = [key for key in portal.table.events if key[0] == "attention"]
    del portal.table.events[raised]
    assert run(portal, lost(told)) == (0, [])
    assert raised in portal.table.events


def test_stripe_being_down_is_told_and_what_was_read_is_recorded(portal: Portal) -> None:
    portal.notice(succeeded())
    history = lost(refunded(), disputed(), down=1)
    recovered, findings = run(portal, history)
    assert findings[0] == "Stripe does not answer, so notices that were lost could not be looked for"
    assert (recovered, kinds(findings[1:])) == (1, ["a dispute"])
    history.down = None
    assert kinds(run(portal, history)[1]) == ["a refund"]


def test_a_refund_that_stripe_does_not_take_now_makes_the_run_come_again_after_all_else(
    portal: Portal,
) -> None:
    portal.waive(staff())
    portal.stripe.down = True
    payments, notices = [succeeded("pi_1"), succeeded("pi_2")], [failed("pi_3")]
    with pytest.raises(PaymentsUnavailable):
        run(portal, lost(*notices, paid=payments))
    assert len(portal.invoice.payments) == 3


def test_no_more_events_are_read_than_a_run_has_time_for(
    portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reconcile, "MOST_UNDELIVERED", 2)
    portal.notice(succeeded())
    others = Irrelevant("evt_shop", "charge.refunded")
    assert run(portal, lost(others, disputed()))[1][0].startswith("a dispute")
    recovered, (finding,) = run(portal, lost(refunded(), others, others))
    assert (recovered, finding) == (
        0,
        "more than 2 of Stripe's events were not delivered: the newest were read",
    )
