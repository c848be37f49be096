"""Events: signed, in order, tried again; held, shuffled, lost and doubled on demand."""

import json
from collections.abc import Callable
from typing import Any

import pytest
import stripe

from tests.unit.stripe_here import WEBHOOK_SECRET, StripeHere, official_client

Open = Callable[..., stripe.checkout.Session]
PAID = ["payment_intent.succeeded", "charge.succeeded", "checkout.session.completed"]


def ids(here: StripeHere) -> list[str]:
    return [event.id for event in here.heard()]


@pytest.mark.parametrize(
    ("buttons", "expected"),
    [
        (["pay"], PAID),
        (["decline"], ["payment_intent.payment_failed", "charge.failed"]),
        (["decline", "pay"], ["payment_intent.payment_failed", "charge.failed", *PAID]),
        (["cancel"], []),
    ],
)
def test_each_button_sends_its_events_in_order(
    here: StripeHere, open_session: Open, buttons: list[str], expected: list[str]
) -> None:
    url = str(open_session().url)
    for button in buttons:
        here.press(url, button)
    here.drain()
    assert here.heard_types() == expected


def test_refund_and_dispute_send_their_events(
    here: StripeHere, client: stripe.StripeClient, open_session: Open
) -> None:
    session = open_session()
    here.press(str(session.url), "pay")
    payment_id = client.v1.checkout.sessions.retrieve(session.id).payment_intent
    client.v1.refunds.create({"payment_intent": payment_id, "amount": 100}, {"idempotency_key": "refund-1"})
    dispute = here.test("disputes", payment_intent=payment_id, amount=14_900, reason="duplicate")
    here.test(f"disputes/{dispute['id']}/close", status="won")
    here.drain()
    refunded, created, updated, opened, closed = here.heard()[3:]
    assert [refunded.type, created.type, updated.type] == [
        "charge.refunded",
        "refund.created",
        "refund.updated",
    ]
    assert refunded.data.object.amount_refunded == 100
    assert refunded.data.previous_attributes.to_dict() == {"amount_refunded": 0, "refunded": False}
    assert refunded.request.idempotency_key == "refund-1"
    assert refunded.request.id.startswith("req_")
    assert [opened.type, closed.type] == ["charge.dispute.created", "charge.dispute.closed"]
    assert (opened.data.object.status, closed.data.object.status) == ("needs_response", "won")
    assert closed.data.object.payment_intent == payment_id


def test_the_page_is_nobody_s_request(here: StripeHere, open_session: Open) -> None:
    here.press(str(open_session().url), "pay")
    assert here.heard()[0].request.to_dict() == {"id": None, "idempotency_key": None}


def test_a_signature_covers_the_raw_body_and_its_time(here: StripeHere, open_session: Open) -> None:
    here.press(str(open_session().url), "pay")
    first = here.received[0]
    header = first.headers["stripe-signature"]
    with pytest.raises(stripe.SignatureVerificationError):
        stripe.Webhook.construct_event(first.content + b" ", header, WEBHOOK_SECRET)
    with pytest.raises(stripe.SignatureVerificationError):
        stripe.Webhook.construct_event(first.content, header, "whsec_other")


def test_an_event_is_tried_again_until_it_is_received(here: StripeHere, open_session: Open) -> None:
    here.answers = [500, 400, 200]
    here.press(str(open_session().url), "pay")
    assert here.heard_types() == [PAID[0]] * 3 + PAID[1:]
    assert len({request.content for request in here.received[:3]}) == 1
    first = here.events()[0]
    assert first["state"] == "delivered"
    assert [attempt["status"] for attempt in first["attempts"]] == [500, 400, 200]


def test_an_event_is_given_up_and_the_next_is_sent(here: StripeHere, open_session: Open) -> None:
    here.answers = [503] * 4
    here.press(str(open_session().url), "pay")
    here.drain()
    assert [event["state"] for event in here.events()] == ["failed", "delivered", "delivered"]


def test_held_events_wait_for_release(here: StripeHere, open_session: Open) -> None:
    here.test("hold")
    assert here.press(str(open_session().url), "pay").json()["status"] == "complete"
    here.drain()
    assert here.received == []
    assert [event["state"] for event in here.events()] == ["held"] * 3
    here.test("release")
    here.drain()
    assert here.heard_types() == PAID


def test_released_events_come_in_any_order(here: StripeHere, open_session: Open) -> None:
    here.test("hold")
    for session in (open_session(), open_session()):
        here.press(str(session.url), "pay")
    sent = [event["id"] for event in here.events()]
    here.test("release", event_ids=[sent[5], sent[0]])
    here.drain()
    assert ids(here) == [sent[5], sent[0]]
    shuffled = here.test("release", order="shuffled", seed=7)["event_ids"]
    here.drain()
    assert ids(here)[2:] == shuffled
    assert sorted(shuffled) == sorted(sent[1:5])


def test_reversed_is_the_other_way_round(here: StripeHere, open_session: Open) -> None:
    here.test("hold")
    here.press(str(open_session().url), "pay")
    here.test("release", order="reversed")
    here.drain()
    assert here.heard_types() == PAID[::-1]


def test_a_lost_event_is_never_sent(here: StripeHere, open_session: Open) -> None:
    here.test("drop", types=["checkout.session.completed"], count=1)
    here.press(str(open_session().url), "pay")
    here.drain()
    assert here.heard_types() == PAID[:2]
    assert here.events()[2]["state"] == "dropped"
    here.press(str(open_session().url), "pay")
    here.drain()
    assert here.heard_types() == PAID[:2] + PAID


def test_a_lost_event_can_still_be_delivered_on_demand(here: StripeHere, open_session: Open) -> None:
    here.test("drop")
    here.press(str(open_session().url), "pay")
    lost = here.events()[2]
    attempts = here.test(f"events/{lost['id']}/deliver")["attempts"]
    assert [attempt["status"] for attempt in attempts] == [200]
    assert ids(here) == [lost["id"]]
    assert here.events()[2]["state"] == "delivered"


def test_what_was_not_delivered_can_be_listed(here: StripeHere, open_session: Open) -> None:
    here.test("drop", types=["checkout.session.completed"], count=1)
    here.answers[:] = [500] * 4
    here.press(str(open_session().url), "pay")
    here.drain()
    events = official_client(here).v1.events
    assert [it.type for it in events.list({"delivery_success": False}).data] == [PAID[2], PAID[0]]
    assert [it.type for it in events.list({"delivery_success": True}).data] == [PAID[1]]
    (lost,) = events.list({"delivery_success": False, "types": [PAID[2]]}).data
    here.test(f"events/{lost.id}/deliver")
    assert [it.type for it in events.list({"delivery_success": False}).data] == [PAID[0]]
    with pytest.raises(stripe.InvalidRequestError):
        events.list({"types": ["charge.refunded"] * 21})


def test_fifty_copies_are_the_same_event(here: StripeHere, open_session: Open) -> None:
    here.press(str(open_session().url), "pay")
    event_id = here.events()[2]["id"]
    here.received.clear()
    assert len(here.test(f"events/{event_id}/deliver", copies=50)["attempts"]) == 50
    assert ids(here) == [event_id] * 50
    assert len({request.content for request in here.received}) == 1


def test_an_unknown_event_cannot_be_delivered(here: StripeHere) -> None:
    assert here.request("POST", "/_test/events/evt_none/deliver").status_code == 404


def test_an_event_shows_the_object_as_it_was_then(
    here: StripeHere, client: stripe.StripeClient, open_session: Open
) -> None:
    here.test("hold")
    session = open_session()
    here.press(str(session.url), "pay")
    payment_id = client.v1.checkout.sessions.retrieve(session.id).payment_intent
    client.v1.refunds.create({"payment_intent": payment_id})
    here.test("release")
    here.drain()
    charges: list[Any] = [it.data.object for it in here.heard() if it.type.startswith("charge.")]
    assert [charge.amount_refunded for charge in charges] == [0, 15_000]


def test_the_body_is_the_event_alone(here: StripeHere, open_session: Open) -> None:
    here.press(str(open_session().url), "pay")
    assert json.loads(here.received[2].content) == {**here.events()[2]["event"], "pending_webhooks": 1}
    assert here.received[2].headers["content-type"] == "application/json; charset=utf-8"


def test_reset_forgets_everything(here: StripeHere, client: stripe.StripeClient, open_session: Open) -> None:
    session = open_session("key-1")
    here.test("hold")
    here.press(str(session.url), "pay")
    here.test("reset")
    assert here.events() == []
    assert client.v1.checkout.sessions.list().data == []
    assert open_session("key-1").id != session.id
    here.drain()
    assert here.received == []
