"""Races, below the resolver (which is not thread-safe): use cases and repositories on Dynoxide, from many threads."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import boto3
import pytest
from botocore.config import Config

from shared.adapters import aws
from shared.domain import ids
from shared.domain.entries import Claim
from shared.domain.errors import DomainError
from shared.domain.events import Command
from shared.domain.invoices import Payment
from shared.domain.money import Money
from shared.domain.payments import PaymentSucceeded
from shared.domain.submissions import Decision
from shared.handling import wiring
from shared.repositories.events import Events
from shared.repositories.invoices import Invoices
from shared.repositories.recertifications import Recertifications
from shared.repositories.table import Table
from shared.settings import settings
from shared.use_cases.decide_review import decide_review
from shared.use_cases.delete_entry import delete_entry
from shared.use_cases.edit_entry import edit_entry
from shared.use_cases.issue_invoice import issue_invoice
from shared.use_cases.log_entries import log_entries
from shared.use_cases.record_payment import record_payment
from shared.use_cases.submit_cycle import submit_cycle
from shared.use_cases.take_notice import take_notice
from tests.integration.portal import Person, Portal

pytestmark = pytest.mark.usefixtures("dynoxide")

NOW = datetime(2027, 6, 15, 16, tzinfo=UTC)
TODAY = date(2027, 6, 15)


class Stores:
    """Repositories whose client has a connection for every thread."""

    def __init__(self) -> None:
        many = aws.CONFIG.merge(Config(max_pool_connections=64, read_timeout=20))
        table = Table(boto3.client("dynamodb", config=many), settings().table_name)
        self.recertifications = Recertifications(table, wiring.editions())
        self.invoices = Invoices(table)
        self.events = Events(table)

    def read(self, who: Person) -> Any:
        """The recertification of the first certification."""
        found = self.recertifications.find(who.certification_id)
        assert found is not None
        return found

    def log(self, who: Person, activity: str, quantity: int, key: str = "", read: Any = None) -> Any:
        """An entering session."""
        claim = Claim(activity, Decimal(quantity), "Race", "Track", date(2025, 3, 1), date(2025, 3, 1))
        seen = read or self.read(who)
        return log_entries(self.recertifications, self.events, command(who, key), seen, [claim])

    def submit(self, who: Person, read: Any = None) -> Any:
        """A signing."""
        seen = read or self.read(who)
        asked = command(who)
        return submit_cycle(
            self.recertifications,
            self.invoices,
            self.events,
            wiring.editions(),
            asked,
            seen,
            "2026-01",
            "Mona Member",
        )

    def approve(self, who: Person, read: Any, by: str = "staff-ann") -> Any:
        """An approval."""
        decision = Decision("approve", by, NOW, "")
        asked = replace(command(who), caller=by, role="staff")
        submission_id = read.submission.submission_id
        return decide_review(
            self.recertifications, self.events, wiring.editions(), asked, read, submission_id, decision
        )


def command(who: Person, key: str = "") -> Command:
    return Command(who.member_id, "member", NOW, TODAY, key or ids.fresh_key())


@pytest.fixture
def stores(portal: Portal) -> Stores:
    return Stores()


@pytest.fixture
def member(portal: Portal) -> Person:
    return portal.member()


def race(*tasks: Callable[[], Any]) -> Counter[str]:
    """What came of tasks that all start at the same moment: `ok`, or the code of the refusal."""
    gate = threading.Barrier(len(tasks))

    def run(task: Callable[[], Any]) -> str:
        gate.wait()
        try:
            task()
        except DomainError as refused:
            return refused.code
        return "ok"

    with ThreadPoolExecutor(len(tasks)) as pool:
        return Counter(pool.map(run, tasks))


@pytest.fixture(autouse=True)
def nothing_is_left_locked(portal: Portal) -> Iterator[None]:
    yield
    assert portal.get("/api/me", Person("m1")).status == 200


@pytest.mark.parametrize("points", [2, 3])
def test_50_sessions_of_2_points_or_more_racing_at_48_land_once(
    portal: Portal, stores: Stores, member: Person, points: int
) -> None:
    portal.points(member, 48)
    seen = stores.read(member)
    came = race(*[lambda: stores.log(member, "employment", points, read=seen)] * 50)
    assert came == {"ok": 1, "points-complete": 49}
    after = stores.read(member)
    assert (after.cycle.points_total, len(after.entries)) == (48 + points, 2)
    assert sum(entry.points for entry in after.entries) == after.cycle.points_total


def test_sessions_racing_from_0_never_pass_50_before_the_last_and_lose_none(
    portal: Portal, stores: Stores, member: Person
) -> None:
    came = race(*[lambda: stores.log(member, "training-full-day", 2)] * 30)
    after = stores.read(member)
    assert came["ok"] == len(after.entries)
    assert came.keys() <= {"ok", "points-complete", "unavailable"}
    assert after.cycle.points_total == 6 * came["ok"] <= 54
    kinds = Counter(each.type for each in stores.events.of(f"certification:{member.certification_id}"))
    assert kinds == {"entries-logged": came["ok"]}


def test_one_key_sent_20_times_at_once_is_one_session_with_one_answer(
    portal: Portal, stores: Stores, member: Person
) -> None:
    seen, key, answers = stores.read(member), ids.fresh_key(), []
    came = race(*[lambda: answers.append(stores.log(member, "webinar", 3, key, seen))] * 20)
    assert came == {"ok": 20}
    assert len({answer.entries for answer in answers}) == 1
    assert len(stores.read(member).entries) == 1


def test_a_submission_racing_with_an_edit_signs_what_is_stored(
    portal: Portal, stores: Stores, member: Person
) -> None:
    made = portal.points(member, 60)
    seen = stores.read(member)
    claim = replace(seen.entries[0].claim, quantity=Decimal(55))

    def edit() -> None:
        edit_entry(
            stores.recertifications, stores.events, command(member), seen, made["entry_id"], claim, "1"
        )

    came = race(*[edit] * 5, *[lambda: stores.submit(member, seen)] * 5)
    after = stores.read(member)
    assert after.submission.points_total == after.cycle.points_total == after.entries[0].points
    assert after.cycle.state == "submitted"
    assert came["ok"] == (2 if after.cycle.points_total == 55 else 1)
    assert came.keys() <= {"ok", "cycle-locked", "version-conflict"}


def test_a_submission_racing_with_a_delete_never_signs_too_few_points(
    portal: Portal, stores: Stores, member: Person
) -> None:
    made = portal.points(member, 50)
    seen = stores.read(member)

    def delete() -> None:
        delete_entry(stores.recertifications, stores.events, command(member), seen, made["entry_id"], "1")

    came = race(*[delete] * 4, *[lambda: stores.submit(member, seen)] * 4)
    after = stores.read(member)
    assert came["ok"] == 1
    assert (after.cycle.state, after.cycle.points_total) in (("submitted", 50), ("open", 0))
    assert (after.submission is not None) == (after.cycle.state == "submitted")


def test_20_approvals_at_once_move_the_expiry_once(portal: Portal, stores: Stores, member: Person) -> None:
    portal.paid(portal.submitted(member)["invoice"]["invoice_id"])
    seen = stores.read(member)
    came = race(*[lambda: stores.approve(member, seen)] * 20)
    assert came == {"ok": 1, "already-decided": 19}
    after = stores.read(member)
    assert (after.certification.expires_on, after.cycle.number) == (date(2030, 12, 31), 2)
    assert len(stores.recertifications.closed_cycles(member.certification_id)) == 1


def test_an_approval_racing_with_a_return_is_one_of_the_two(
    portal: Portal, stores: Stores, member: Person
) -> None:
    portal.paid(portal.submitted(member)["invoice"]["invoice_id"])
    seen = stores.read(member)
    decision = Decision("return", "staff-bob", NOW, "Please correct.")
    asked = replace(command(member), caller="staff-bob", role="staff")

    def give_back() -> None:
        decide_review(
            stores.recertifications,
            stores.events,
            wiring.editions(),
            replace(asked, key=ids.fresh_key()),
            seen,
            seen.submission.submission_id,
            decision,
        )

    came = race(*[give_back] * 5, *[lambda: stores.approve(member, seen)] * 5)
    assert came == {"ok": 1, "already-decided": 9}
    after = stores.read(member)
    assert (after.cycle.number, after.cycle.state) in ((1, "returned"), (2, "open"))


def test_20_who_ask_for_the_invoice_at_once_get_the_same_one(
    portal: Portal, stores: Stores, member: Person
) -> None:
    seen, issued = stores.read(member), []
    came = race(
        *[lambda: issued.append(issue_invoice(stores.invoices, stores.events, command(member), seen))] * 20
    )
    assert came == {"ok": 20}
    assert len({invoice for invoice, _ in issued}) == 1
    assert Counter(is_new for _, is_new in issued) == {True: 1, False: 19}
    assert len(stores.invoices.of_certification(member.certification_id)) == 1


def test_a_submission_racing_with_who_asks_for_the_invoice_makes_one(
    portal: Portal, stores: Stores, member: Person
) -> None:
    portal.points(member, 50)
    seen = stores.read(member)
    came = race(
        *[lambda: issue_invoice(stores.invoices, stores.events, command(member), seen)] * 8,
        lambda: stores.submit(member, seen),
    )
    assert came == {"ok": 9}
    (invoice,) = stores.invoices.of_certification(member.certification_id)
    assert stores.read(member).invoice == invoice


class Refunds:
    """Stands for Stripe where money is only given back."""

    def __init__(self) -> None:
        self.given: list[str] = []

    def refund(self, payment_id: str, **_: Any) -> None:
        self.given.append(payment_id)


def paid_by_card(invoice_id: str, event_id: str, payment_id: str) -> PaymentSucceeded:
    amount = Money(15000, "usd")
    return PaymentSucceeded(event_id, invoice_id, payment_id, "cs_1", amount, False, NOW)


@pytest.mark.parametrize("same_event", [True, False])
def test_50_deliveries_of_one_payment_at_once_are_one_payment(
    portal: Portal, stores: Stores, member: Person, same_event: bool
) -> None:
    invoice, _ = issue_invoice(stores.invoices, stores.events, command(member), stores.read(member))
    refunds: Any = Refunds()

    def deliver(number: int) -> None:
        event_id = "evt_1" if same_event else f"evt_{number}"
        notice = paid_by_card(invoice.invoice_id, event_id, "pi_1")
        asked = Command("stripe", "system", NOW, TODAY, event_id)
        outcome = take_notice(stores.invoices, stores.events, refunds, asked, notice, False)
        assert outcome in ("recorded", "known")

    came = race(*[lambda number=number: deliver(number) for number in range(50)])
    assert came == {"ok": 50}
    after = stores.invoices.find(invoice.invoice_id)
    assert after is not None
    assert (after.status, len(after.payments), after.version) == ("paid", 1, 2)
    assert refunds.given == []


def test_two_payments_and_a_cheque_at_once_settle_once_and_the_rest_is_surplus(
    portal: Portal, stores: Stores, member: Person
) -> None:
    invoice, _ = issue_invoice(stores.invoices, stores.events, command(member), stores.read(member))
    refunds: Any = Refunds()
    cheque = Payment("off_1", "check", invoice.total, NOW, "no. 1")

    def deliver(number: int) -> None:
        notice = paid_by_card(invoice.invoice_id, f"evt_{number}", f"pi_{number % 2}")
        asked = Command("stripe", "system", NOW, TODAY, f"evt_{number}")
        take_notice(stores.invoices, stores.events, refunds, asked, notice, False)

    def record() -> None:
        asked = replace(command(member), caller="staff-ann", role="staff")
        record_payment(stores.invoices, stores.events, refunds, asked, invoice, cheque)

    came = race(record, *[lambda number=number: deliver(number) for number in range(10)])
    after = stores.invoices.find(invoice.invoice_id)
    assert after is not None
    assert came["ok"] >= 10
    assert (after.status, sum(not each.surplus for each in after.payments)) == ("paid", 1)
    surplus = {each.payment_id for each in after.payments if each.surplus}
    assert set(refunds.given) == surplus
    assert {each.payment_id for each in after.payments} >= {"pi_0", "pi_1"}
