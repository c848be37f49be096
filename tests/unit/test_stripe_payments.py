"""Paying through Stripe: sessions that open once, events that are genuine, outages that are said."""

import base64
import dataclasses
import itertools
import json
import random
import socket
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import stripe

from infrastructure.local.stripe_stand_in import objects
from shared.adapters import stripe_payments
from shared.adapters.stripe_notices import EVENT_TYPES
from shared.adapters.stripe_payments import StripePayments
from shared.domain.money import Money
from shared.domain.payments import (
    AttemptUsed,
    CheckoutRefused,
    CheckoutSession,
    Irrelevant,
    Notice,
    PaymentDisputed,
    PaymentFailed,
    PaymentRefunded,
    PaymentSucceeded,
    PaymentsUnavailable,
    RefundRefused,
    RefundTold,
    SessionExpired,
    SessionUnknown,
    SignatureInvalid,
)
from tests.figures import Figures
from tests.unit.stripe_here import ORIGIN, SECRET_KEY, WEBHOOK_SECRET, InProcess, StripeHere, official_client

FEE = Money(15000, "usd")
OLD_SECRET = "whsec_" + "older" * 4
SEED = 20270215


@pytest.fixture
def here() -> Iterator[StripeHere]:
    found = StripeHere()
    yield found
    found.close()


@pytest.fixture
def line(here: StripeHere) -> InProcess:
    return InProcess(here)


@pytest.fixture
def payments(line: InProcess) -> StripePayments:
    return StripePayments(SECRET_KEY, (WEBHOOK_SECRET, OLD_SECRET), ORIGIN, False, http_client=line)


def opened(payments: StripePayments, attempt: int = 1, **changes: Any) -> CheckoutSession:
    given: dict[str, Any] = {
        "invoice_id": "inv_1",
        "number": "2027-0001",
        "description": "Recertification IPMA-CP",
        "total": FEE,
        "member_id": "member-1",
        "success_url": "http://portal.local/transactions?paid={CHECKOUT_SESSION_ID}",
        "cancel_url": "http://portal.local/transactions",
    }
    return payments.open_session(attempt=attempt, **given | changes)


def paid(here: StripeHere, payments: StripePayments, attempt: int = 1) -> CheckoutSession:
    session = opened(payments, attempt)
    assert here.press(str(session.url), "pay").status_code == 200
    return payments.find_session(session.session_id)


def signed(event: Any, secret: str = WEBHOOK_SECRET, at: float | None = None) -> tuple[bytes, str]:
    body = json.dumps(event, indent=2)
    header = stripe.WebhookSignature.generate_signature_header(body, secret, int(at or time.time()))
    return body.encode(), header


def an_event(kind: str, thing: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return objects.event(kind, thing, None, {"id": None, "idempotency_key": None}, 1_800_000_000) | changes


# --- sessions ---------------------------------------------------------------------------------------------------------


def test_a_session_is_open_for_a_day_and_unpaid(payments: StripePayments) -> None:
    session = opened(payments)
    assert (session.status, session.paid, session.payment_id) == ("open", False, None)
    assert str(session.url).startswith(ORIGIN + "/c/pay/cs_test_")
    assert timedelta(hours=23, minutes=59) < session.expires_at - datetime.now(UTC) <= timedelta(hours=24)
    assert payments.find_session(session.session_id) == session


def test_stripe_is_told_the_invoice_and_nobody_s_name(here: StripeHere, payments: StripePayments) -> None:
    session = paid(here, payments)
    client = official_client(here)
    found = client.v1.checkout.sessions.retrieve(session.session_id, {"expand": ["payment_intent"]})
    ours = {"invoice_id": "inv_1", "portal": "recertification"}
    assert found.metadata.to_dict() == ours
    assert found.payment_intent.metadata.to_dict() == ours
    assert found.payment_method_types == ["card"]
    assert (found.client_reference_id, found.customer_email) == ("member-1", None)
    assert (found.amount_total, found.currency) == (15000, "usd")


def test_the_same_attempt_opens_one_session(payments: StripePayments) -> None:
    assert opened(payments) == opened(payments)
    assert opened(payments, attempt=2).session_id != opened(payments).session_id


def test_a_repeated_attempt_shows_the_session_as_it_is_now(
    here: StripeHere, payments: StripePayments
) -> None:
    session = paid(here, payments)
    again = opened(payments)
    assert again == session
    assert (again.status, again.paid, again.url) == ("complete", True, None)


@pytest.mark.parametrize(
    "changes", [{"total": Money(16000, "usd")}, {"success_url": "http://portal.local/other"}]
)
def test_an_attempt_with_other_parameters_is_used_up(
    payments: StripePayments, changes: dict[str, Any]
) -> None:
    opened(payments)
    with pytest.raises(AttemptUsed):
        opened(payments, **changes)
    assert opened(payments, attempt=2, **changes).status == "open"


@pytest.mark.parametrize("total", [Money(49, "usd"), Money(0, "eur")])
def test_an_amount_that_stripe_does_not_take_is_said(payments: StripePayments, total: Money) -> None:
    with pytest.raises(CheckoutRefused, match="amount_too_small"):
        opened(payments, total=total)


def test_decline_then_pay(here: StripeHere, payments: StripePayments) -> None:
    session = opened(payments)
    here.press(str(session.url), "decline")
    declined = payments.find_session(session.session_id)
    assert (declined.status, declined.paid, declined.url) == ("open", False, session.url)
    here.press(str(session.url), "pay")
    done = payments.find_session(session.session_id)
    assert (done.status, done.paid, done.payment_id) == ("complete", True, declined.payment_id)
    notices = [payments.read_event(it.content, it.headers["stripe-signature"]) for it in here.received]
    failed, *_, succeeded = notices
    assert isinstance(failed, PaymentFailed)
    assert (failed.invoice_id, failed.payment_id, failed.session_id) == ("inv_1", done.payment_id, None)
    assert (failed.amount, failed.reason) == (FEE, "generic_decline")
    assert isinstance(succeeded, PaymentSucceeded)
    assert (succeeded.payment_id, succeeded.session_id) == (done.payment_id, session.session_id)
    assert (succeeded.amount, succeeded.livemode) == (FEE, False)
    assert datetime.now(UTC) - succeeded.at < timedelta(minutes=1)


def test_an_open_session_is_expired(payments: StripePayments) -> None:
    session = payments.expire_session(opened(payments).session_id)
    assert (session.status, session.url, session.paid) == ("expired", None, False)


def test_expiring_what_is_over_gives_what_it_is(here: StripeHere, payments: StripePayments) -> None:
    expired = payments.expire_session(opened(payments).session_id)
    assert payments.expire_session(expired.session_id) == expired
    complete = paid(here, payments, attempt=2)
    assert payments.expire_session(complete.session_id) == complete


def test_an_unknown_session_is_said_to_be_unknown(payments: StripePayments) -> None:
    with pytest.raises(SessionUnknown):
        payments.find_session("cs_test_none")
    with pytest.raises(SessionUnknown):
        payments.expire_session("cs_test_none")


# --- refunds ----------------------------------------------------------------------------------------------------------


def test_a_refund_is_given_once_per_reason(here: StripeHere, payments: StripePayments) -> None:
    payment_id = str(paid(here, payments).payment_id)
    for _ in range(3):
        payments.refund(payment_id, amount=Money(5000, "usd"), reason_key="surplus:pi:1")
    charge = official_client(here).v1.charges.list({"payment_intent": payment_id}).data[0]
    assert charge.amount_refunded == 5000


def test_what_is_refunded_already_is_fine(here: StripeHere, payments: StripePayments) -> None:
    payment_id = str(paid(here, payments).payment_id)
    payments.refund(payment_id, amount=FEE, reason_key="one")
    payments.refund(payment_id, amount=FEE, reason_key="two")


def test_a_refund_that_stripe_declines_is_said(here: StripeHere, payments: StripePayments) -> None:
    payment_id = str(paid(here, payments).payment_id)
    with pytest.raises(RefundRefused):
        payments.refund(payment_id, amount=Money(15001, "usd"), reason_key="too-much")
    here.test("disputes", payment_intent=payment_id)
    with pytest.raises(RefundRefused) as refused:
        payments.refund(payment_id, amount=FEE, reason_key="disputed")
    assert refused.value.code == "charge_disputed"


# --- events -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def story(here: StripeHere, payments: StripePayments) -> list[tuple[bytes, str]]:
    """Each event there is, as the webhook received it: paid, refunded twice, disputed, won; another one expired."""
    session = opened(payments)
    here.press(str(session.url), "decline")
    here.press(str(session.url), "pay")
    payment_id = str(payments.find_session(session.session_id).payment_id)
    payments.refund(payment_id, amount=Money(5000, "usd"), reason_key="one")
    payments.refund(payment_id, amount=Money(4000, "usd"), reason_key="two")
    dispute = here.test("disputes", payment_intent=payment_id, amount=6000)
    here.test(f"disputes/{dispute['id']}/close", status="won")
    payments.expire_session(opened(payments, attempt=2).session_id)
    here.drain()
    return [(it.content, it.headers["stripe-signature"]) for it in here.received]


def told(notices: list[Notice]) -> dict[str, Any]:
    """The state that the notices leave, read as a use case may: by sets and the larger total."""
    refunds = [it.refunded.amount for it in notices if isinstance(it, PaymentRefunded)]
    disputes = {it.state for it in notices if isinstance(it, PaymentDisputed)}
    return {
        "paid": {it.payment_id for it in notices if isinstance(it, PaymentSucceeded)},
        "refunded": max(refunds, default=0),
        "refunds": {(it.refund_id, it.amount.amount) for it in notices if isinstance(it, RefundTold)},
        "disputes": {it.dispute_id for it in notices if isinstance(it, PaymentDisputed)},
        "dispute": next((state for state in ("won", "lost", "open") if state in disputes), None),
        "expired": {it.session_id for it in notices if isinstance(it, SessionExpired)},
        "invoices": {it.invoice_id for it in notices if not isinstance(it, Irrelevant)},
    }


def test_every_event_in_every_order_and_number_tells_the_same(
    payments: StripePayments, story: list[tuple[bytes, str]]
) -> None:
    in_order = [payments.read_event(*delivery) for delivery in story]
    expected = told(in_order)
    assert expected["refunded"] == 9000
    assert sorted(amount for _, amount in expected["refunds"]) == [4000, 5000]
    assert len(expected["disputes"]) == 1
    assert (expected["dispute"], expected["invoices"]) == ("won", {"inv_1"})
    assert len(expected["paid"]) == len(expected["expired"]) == 1
    shuffler = random.Random(SEED)
    for _ in range(20):
        deliveries = story * 2
        shuffler.shuffle(deliveries)
        notices = [payments.read_event(*delivery) for delivery in deliveries]
        assert told(notices) == expected
        assert set(notices) == set(in_order)


def test_each_type_becomes_its_notice(payments: StripePayments, story: list[tuple[bytes, str]]) -> None:
    kinds = [json.loads(body)["type"] for body, _ in story]
    notices = [type(payments.read_event(*delivery)).__name__ for delivery in story]
    assert list(zip(kinds, notices, strict=True)) == [
        ("payment_intent.payment_failed", "PaymentFailed"),
        ("charge.failed", "Irrelevant"),
        ("payment_intent.succeeded", "Irrelevant"),
        ("charge.succeeded", "Irrelevant"),
        ("checkout.session.completed", "PaymentSucceeded"),
        *[("charge.refunded", "PaymentRefunded"), ("refund.created", "RefundTold")],
        ("refund.updated", "RefundTold"),
        *[("charge.refunded", "PaymentRefunded"), ("refund.created", "RefundTold")],
        ("refund.updated", "RefundTold"),
        ("charge.dispute.created", "PaymentDisputed"),
        ("charge.dispute.closed", "PaymentDisputed"),
        ("checkout.session.expired", "SessionExpired"),
    ]


def test_a_refund_that_fails_is_told_by_its_id(here: StripeHere, payments: StripePayments) -> None:
    payment_id = str(paid(here, payments).payment_id)
    payments.refund(payment_id, amount=FEE, reason_key="one")
    (refund,) = official_client(here).v1.refunds.list().data
    here.drain()
    here.received.clear()
    here.test(f"refunds/{refund.id}/fail")
    here.drain()
    notices = [payments.read_event(it.content, it.headers["stripe-signature"]) for it in here.received]
    assert [type(it) for it in notices] == [RefundTold] * 3
    assert {(it.refund_id, it.payment_id, it.failed) for it in notices if isinstance(it, RefundTold)} == {
        (refund.id, payment_id, True)
    }


def test_only_a_refund_and_a_dispute_ask_stripe_for_their_invoice(
    payments: StripePayments, line: InProcess, story: list[tuple[bytes, str]]
) -> None:
    line.requests.clear()
    for delivery in story:
        payments.read_event(*delivery)
    assert [method for method, _ in line.requests] == ["get"] * 6  # two of each refund, two of the dispute
    assert all(path.startswith("/v1/payment_intents/pi_") for _, path in line.requests)


def test_a_dispute_tells_its_amount_and_state(
    payments: StripePayments, story: list[tuple[bytes, str]]
) -> None:
    found = [payments.read_event(*delivery) for delivery in story]
    disputes = [it for it in found if isinstance(it, PaymentDisputed)]
    assert [(it.state, it.amount) for it in disputes] == [
        ("open", Money(6000, "usd")),
        ("won", Money(6000, "usd")),
    ]


@pytest.mark.parametrize(
    ("status", "state"),
    [
        *[(status, "open") for status in ("warning_needs_response", "needs_response", "under_review")],
        *[("warning_closed", "won"), ("won", "won"), ("prevented", "won"), ("lost", "lost")],
        ("appeal_under_review", "open"),
    ],
)
def test_each_status_of_a_dispute_is_a_state(
    here: StripeHere, payments: StripePayments, status: str, state: str
) -> None:
    session = paid(here, payments)
    thing = objects.sample("dispute", status=status, payment_intent=session.payment_id, amount=15000)
    notice = payments.read_event(*signed(an_event("charge.dispute.updated", thing)))
    assert isinstance(notice, PaymentDisputed)
    assert notice.state == state


def test_an_expanded_payment_saves_the_question(payments: StripePayments, line: InProcess) -> None:
    metadata = {"invoice_id": "inv_9", "portal": "recertification"}
    payment = objects.sample("payment_intent", id="pi_9", metadata=metadata, amount=15000, currency="usd")
    thing = objects.sample("dispute", payment_intent=payment, amount=5000, currency="usd")
    notice = payments.read_event(*signed(an_event("charge.dispute.created", thing)))
    assert isinstance(notice, PaymentDisputed)
    assert (notice.invoice_id, notice.payment_id) == ("inv_9", "pi_9")
    assert (notice.charged, notice.amount) == (Money(15000, "usd"), Money(5000, "usd"))
    assert line.requests == []


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("checkout.session.async_payment_succeeded", PaymentSucceeded),
        ("checkout.session.async_payment_failed", PaymentFailed),
    ],
)
def test_payments_that_take_days_are_understood(
    here: StripeHere, payments: StripePayments, kind: str, expected: type
) -> None:
    session = official_client(here).v1.checkout.sessions.retrieve(paid(here, payments).session_id).to_dict()
    notice = payments.read_event(*signed(an_event(kind, session)))
    assert isinstance(notice, expected)
    assert notice.session_id == session["id"]
    assert notice.at == datetime(2027, 1, 15, 8, 0, tzinfo=UTC)


def test_a_completed_session_whose_money_is_under_way_says_nothing(
    here: StripeHere, payments: StripePayments
) -> None:
    session = official_client(here).v1.checkout.sessions.retrieve(paid(here, payments).session_id).to_dict()
    event = an_event("checkout.session.completed", session | {"payment_status": "unpaid"})
    assert payments.read_event(*signed(event)) == Irrelevant(event["id"], "checkout.session.completed")


@pytest.mark.parametrize("metadata", [{}, {"portal": "shop"}, {"invoice_id": "inv_1"}, None])
@pytest.mark.parametrize(
    ("kind", "name"), [("checkout.session.completed", "checkout.session"), ("charge.refunded", "charge")]
)
def test_what_others_do_with_the_account_is_irrelevant(
    payments: StripePayments, metadata: Any, kind: str, name: str
) -> None:
    event = an_event(kind, objects.sample(name, metadata=metadata, payment_intent="pi_of_someone_else"))
    assert payments.read_event(*signed(event)) == Irrelevant(event["id"], kind)


def test_a_live_event_says_that_it_is_live(here: StripeHere, payments: StripePayments) -> None:
    session = official_client(here).v1.checkout.sessions.retrieve(paid(here, payments).session_id).to_dict()
    notice = payments.read_event(*signed(an_event("checkout.session.completed", session, livemode=True)))
    assert isinstance(notice, PaymentSucceeded)
    assert notice.livemode


@pytest.mark.parametrize("kind", EVENT_TYPES)
def test_every_type_the_endpoint_sends_is_read(payments: StripePayments, kind: str) -> None:
    name = {"checkout": "checkout.session", "payment_intent": "payment_intent"}.get(
        kind.split(".", maxsplit=1)[0], "charge"
    )
    name = "dispute" if "dispute" in kind else name
    metadata = {"invoice_id": "inv_1", "portal": "recertification"}
    changes = {"payment_status": "paid", "amount_total": 100, "currency": "usd", "payment_intent": "pi_1"}
    thing = objects.sample(name, metadata=metadata) | changes
    assert not isinstance(payments.read_event(*signed(an_event(kind, thing))), Irrelevant)


def test_what_was_not_delivered_is_read_as_the_webhook_reads_it_newest_first(
    here: StripeHere, payments: StripePayments, line: InProcess
) -> None:
    payment_id = str(paid(here, payments).payment_id)
    here.test("drop", types=["charge.refunded", "refund.created", "charge.dispute.created", "charge.failed"])
    payments.refund(payment_id, amount=Money(5000, "usd"), reason_key="one")
    here.test("disputes", payment_intent=payment_id, amount=6000)
    here.press(str(opened(payments, attempt=2).url), "decline")
    here.drain()
    line.requests.clear()
    found = list(payments.undelivered_notices())
    assert [type(it).__name__ for it in found] == ["PaymentDisputed", "RefundTold", "PaymentRefunded"]
    lists = [path for _, path in line.requests if path.startswith("/v1/events")]
    assert len(lists) == 1
    assert [path for _, path in line.requests if path not in lists] == [f"/v1/payment_intents/{payment_id}"]
    missed = [each["event"] for each in here.events() if each["state"] == "dropped"]
    assert [it.event_id for it in found] == [
        it["id"] for it in reversed(missed) if it["type"] != "charge.failed"
    ]
    assert found == [
        payments.read_event(*signed(it)) for it in reversed(missed) if it["type"] != "charge.failed"
    ]


def test_undelivered_events_are_read_page_by_page(
    here: StripeHere, payments: StripePayments, line: InProcess
) -> None:
    here.test("drop")
    session = opened(payments)
    for _ in range(101):
        here.press(str(session.url), "decline")
    line.requests.clear()
    assert len(list(payments.undelivered_notices())) == 101
    assert len(line.requests) == 2


def test_an_undelivered_event_of_another_shape_is_left_out(
    here: StripeHere, payments: StripePayments
) -> None:
    here.test("drop", types=["payment_intent.payment_failed"])
    session = opened(payments)
    here.press(str(session.url), "decline")
    here.drain()
    events = here.stand_in._account.objects["event"].values()
    (strange,) = [each for each in events if each["pending_webhooks"]]
    strange["data"]["object"]["amount"] = "150"
    here.press(str(session.url), "decline")
    here.drain()
    assert [type(it).__name__ for it in payments.undelivered_notices()] == ["PaymentFailed"]


# --- signatures -------------------------------------------------------------------------------------------------------


def test_both_secrets_of_a_rotation_count(payments: StripePayments) -> None:
    event = an_event("plan.created", {"object": "plan"})
    for secret in (WEBHOOK_SECRET, OLD_SECRET):
        assert payments.read_event(*signed(event, secret)) == Irrelevant(event["id"], "plan.created")
    with pytest.raises(SignatureInvalid):
        payments.read_event(*signed(event, "whsec_stranger"))


def test_the_body_may_be_text_or_bytes(payments: StripePayments) -> None:
    body, header = signed(an_event("plan.created", {"object": "plan", "name": "Ünïcode"}))
    assert payments.read_event(body.decode(), header) == payments.read_event(body, header)


@pytest.mark.parametrize(("age", "fine"), [(0, True), (290, True), (310, False), (86_400, False)])
def test_a_signature_is_good_for_five_minutes(payments: StripePayments, age: int, fine: bool) -> None:
    delivery = signed(an_event("plan.created", {"object": "plan"}), at=time.time() - age)
    if fine:
        assert isinstance(payments.read_event(*delivery), Irrelevant)
    else:
        with pytest.raises(SignatureInvalid):
            payments.read_event(*delivery)


def test_without_secrets_nothing_is_genuine() -> None:
    payments = StripePayments(SECRET_KEY, (), ORIGIN, False)
    with pytest.raises(SignatureInvalid):
        payments.read_event(*signed(an_event("plan.created", {"object": "plan"})))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b"{}",
        b"not json",
        b'"event"',
        b"\xff\xfe",
        b'{"object": "v2.core.event"}',
        b"[" * 5000,
    ],
)
def test_a_signed_body_that_is_no_event_is_refused(payments: StripePayments, body: bytes) -> None:
    text = body.decode("latin-1")
    header = stripe.WebhookSignature.generate_signature_header(text, WEBHOOK_SECRET)
    with pytest.raises(SignatureInvalid):
        payments.read_event(body, header)


def broken(event: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for name in ("object", "id", "type", "livemode", "created", "data"):
        yield {key: value for key, value in event.items() if key != name}
    yield event | {"id": 7}
    yield event | {"created": "today"}
    yield event | {"created": 10**30}
    yield event | {"data": {"object": None}}
    for name in ("payment_status", "amount_total", "currency", "payment_intent"):
        thing = {key: value for key, value in event["data"]["object"].items() if key != name}
        yield event | {"data": {"object": thing}}
    for change in (
        {"amount_total": "150"},
        {"amount_total": None},
        {"payment_intent": None},
        {"metadata": [1]},
    ):
        yield event | {"data": {"object": event["data"]["object"] | change}}


def test_a_signed_event_of_another_shape_is_refused(here: StripeHere, payments: StripePayments) -> None:
    session = official_client(here).v1.checkout.sessions.retrieve(paid(here, payments).session_id).to_dict()
    event = an_event("checkout.session.completed", session)
    assert isinstance(payments.read_event(*signed(event)), PaymentSucceeded)
    for bad in broken(event):
        with pytest.raises(SignatureInvalid):
            payments.read_event(*signed(bad))


def library_accepts(body: bytes, header: str) -> bool:
    for secret in (WEBHOOK_SECRET, OLD_SECRET):
        try:
            stripe.Webhook.construct_event(body, header, secret)
        except Exception:  # a verdict is all that is asked
            continue
        return True
    return False


Mutation = Callable[[random.Random, bytes, str], tuple[bytes, str]]


def _flip_body(chance: random.Random, body: bytes, header: str) -> tuple[bytes, str]:
    place = chance.randrange(len(body))
    return body[:place] + bytes([body[place] ^ (1 << chance.randrange(8))]) + body[place + 1 :], header


def _cut_body(chance: random.Random, body: bytes, header: str) -> tuple[bytes, str]:
    return body[: chance.randrange(len(body) + 1)], header


def _grow_body(chance: random.Random, body: bytes, header: str) -> tuple[bytes, str]:
    return body + chance.choice([b"", b" ", b"\n", b"{}", b"\x00"]), header


def _encode_body(chance: random.Random, body: bytes, header: str) -> tuple[bytes, str]:
    return chance.choice([base64.b64encode(body), body.decode().encode("utf-16"), body[::-1], body]), header


def _flip_header(chance: random.Random, body: bytes, header: str) -> tuple[bytes, str]:
    place = chance.randrange(len(header))
    return body, header[:place] + chance.choice("0aft=,v1 é\x00") + header[place + 1 :]


def _cut_header(chance: random.Random, body: bytes, header: str) -> tuple[bytes, str]:
    return body, header[chance.randrange(3) : chance.randrange(len(header) + 1)]


def _shift_time(chance: random.Random, body: bytes, header: str) -> tuple[bytes, str]:
    moment, _, rest = header.partition(",")
    shift = chance.choice([-86_400, -301, -1, 0, 1, 86_400])
    return body, f"t={int(moment[2:]) + shift},{rest}"


def _sign_at_another_time(chance: random.Random, body: bytes, _: str) -> tuple[bytes, str]:
    moment = int(time.time()) + chance.choice([-86_400, -600, -200, 0, 200, 86_400])
    secret = chance.choice([WEBHOOK_SECRET, OLD_SECRET, "whsec_stranger"])
    return body, stripe.WebhookSignature.generate_signature_header(body.decode(), secret, moment)


def _rearrange_header(chance: random.Random, body: bytes, header: str) -> tuple[bytes, str]:
    parts = [*header.split(","), "v0=" + "0" * 64, "v1=" + "0" * 64, "t=1", "x"]
    chance.shuffle(parts)
    return body, ",".join(parts[: chance.randrange(1, len(parts) + 1)])


def _spell_header(chance: random.Random, body: bytes, header: str) -> tuple[bytes, str]:
    spelled = [
        header.upper(),
        header.replace(",", ", "),
        header.replace("v1", "v0"),
        header + ",",
        " " + header,
    ]
    return body, chance.choice([*spelled, header.replace("=", "=="), "", header])


MUTATIONS: tuple[Mutation, ...] = (
    *(_flip_body, _cut_body, _grow_body, _encode_body, _flip_header, _cut_header),
    *(_shift_time, _sign_at_another_time, _rearrange_header, _spell_header),
)


def test_mutated_signatures_get_the_library_s_verdict(payments: StripePayments, figures: Figures) -> None:
    chance = random.Random(SEED)
    verdicts = {True: 0, False: 0}
    for mutation, _ in itertools.product(MUTATIONS, range(1000)):
        event = an_event("plan.created", {"object": "plan", "note": "é"})
        body, header = mutation(chance, *signed(event, chance.choice([WEBHOOK_SECRET, OLD_SECRET])))
        expected = library_accepts(body, header)
        verdicts[expected] += 1
        try:
            payments.read_event(body, header)
            accepted = True
        except SignatureInvalid:
            accepted = False
        assert accepted == expected, (mutation.__name__, body, header)
    told = f"{sum(verdicts.values()):,} from seed {SEED}, {verdicts[True]:,} accepted and {verdicts[False]:,} refused"
    figures("Stripe's signatures, mutated", told)
    assert min(verdicts.values()) > 50, verdicts


# --- outages ----------------------------------------------------------------------------------------------------------


class BrokenLine(InProcess):
    """Stripe's library on a line where this happens instead of an answer; `is_heard`: Stripe did it all the same."""

    def __init__(self, here: StripeHere, happens: Callable[[], tuple[Any, int, Mapping[str, str]]]) -> None:
        super().__init__(here)
        self._happens = happens
        self.is_heard = False

    def request(
        self, method: str, url: str, headers: Mapping[str, str] | None, post_data: Any = None
    ) -> tuple[Any, int, Mapping[str, str]]:
        self.requests.append((method, url))
        if self.is_heard:
            super().request(method, url, headers, post_data)
        return self._happens()

    def _sleep_time_seconds(self, num_retries: int) -> float:
        return 0


def no_connection() -> tuple[Any, int, Mapping[str, str]]:
    raise stripe.APIConnectionError("no route", should_retry=True)


def answers(status: int, kind: str = "api_error", **headers: str) -> Callable[[], Any]:
    body = json.dumps({"error": {"type": kind, "message": "It broke."}})
    return lambda: (body, status, headers)


OUTAGES = {
    "no connection": no_connection,
    "500": answers(500),
    "503": answers(503),
    "429": answers(429, "invalid_request_error"),
    "409": answers(409, "idempotency_error"),
    "401": answers(401, "invalid_request_error"),
    "403": answers(403, "invalid_request_error"),
    "not json": lambda: ("<html>", 502, {}),
}


@pytest.mark.parametrize("outage", OUTAGES)
@pytest.mark.parametrize(
    "ask",
    [
        opened,
        lambda payments: payments.find_session("cs_1"),
        lambda payments: payments.expire_session("cs_1"),
        lambda payments: payments.refund("pi_1", amount=FEE, reason_key="one"),
        lambda payments: list(payments.succeeded_payments()),
        lambda payments: list(payments.undelivered_notices()),
        lambda payments: payments.read_event(
            *signed(an_event("charge.dispute.created", objects.sample("dispute", payment_intent="pi_1")))
        ),
    ],
)
def test_an_outage_is_said_at_every_call(here: StripeHere, ask: Callable[[Any], Any], outage: str) -> None:
    line = BrokenLine(here, OUTAGES[outage])
    payments = StripePayments(SECRET_KEY, (WEBHOOK_SECRET,), ORIGIN, False, http_client=line)
    with pytest.raises(PaymentsUnavailable):
        ask(payments)
    is_retried = outage in ("no connection", "500", "503", "409", "not json")
    assert len(line.requests) == (3 if is_retried else 1)


def test_after_an_unknown_outcome_the_attempt_finds_its_session(
    here: StripeHere, payments: StripePayments
) -> None:
    line = BrokenLine(here, no_connection)
    line.is_heard = True
    with pytest.raises(PaymentsUnavailable):
        opened(StripePayments(SECRET_KEY, (), ORIGIN, False, http_client=line))
    session = opened(payments)
    assert [it.id for it in official_client(here).v1.checkout.sessions.list().data] == [session.session_id]


def test_an_attempt_whose_failure_stripe_repeats_is_used_up(here: StripeHere) -> None:
    line = BrokenLine(here, answers(500, **{"Idempotent-Replayed": "true"}))
    with pytest.raises(AttemptUsed):
        opened(StripePayments(SECRET_KEY, (), ORIGIN, False, http_client=line))


def test_a_session_that_stripe_will_not_close_is_unavailable(
    here: StripeHere, payments: StripePayments, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = opened(payments)

    def refuse(*_: Any) -> None:
        raise stripe.InvalidRequestError("a payment is being made", None)

    monkeypatch.setattr(payments._client.v1.checkout.sessions, "expire", refuse)
    with pytest.raises(PaymentsUnavailable):
        payments.expire_session(session.session_id)


def test_a_refused_connection_is_an_outage_over_the_real_transport(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    monkeypatch.setattr(stripe.HTTPClient, "_sleep_time_seconds", lambda *_: 0)
    payments = StripePayments(SECRET_KEY, (), f"http://127.0.0.1:{port}", False)
    with pytest.raises(PaymentsUnavailable):
        payments.find_session("cs_1")


def test_a_silent_stripe_is_an_outage_below_ten_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    longest = sum(stripe.HTTPClient.INITIAL_DELAY * 2**retry for retry in range(stripe_payments.RETRIES))
    tries = stripe_payments.RETRIES + 1
    assert tries * (stripe_payments.CONNECT_SECONDS + stripe_payments.READ_SECONDS) + longest < 10
    monkeypatch.setattr(stripe.HTTPClient, "_sleep_time_seconds", lambda *_: 0)
    monkeypatch.setattr(stripe_payments, "READ_SECONDS", 0.05)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        payments = StripePayments(SECRET_KEY, (), f"http://127.0.0.1:{silent.getsockname()[1]}", False)
        started = time.monotonic()
        with pytest.raises(PaymentsUnavailable):
            payments.find_session("cs_1")
        assert time.monotonic() - started < 2


def test_nothing_is_set_on_stripe_s_module_but_that_telemetry_is_off(payments: StripePayments) -> None:
    opened(payments)
    assert stripe.enable_telemetry is False
    assert (stripe.api_key, stripe.default_http_client) == (None, None)
    assert stripe.max_network_retries == 2  # the library's own default


def test_notices_cannot_be_changed(payments: StripePayments) -> None:
    notice = payments.read_event(*signed(an_event("plan.created", {"object": "plan"})))
    with pytest.raises(dataclasses.FrozenInstanceError):
        notice.event_id = "other"  # type: ignore[misc]
