"""Every object and event has the shape of Stripe's own sample, field for field."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import stripe

from infrastructure.local.stripe_stand_in import objects
from tests.unit.stripe_here import StripeHere

SAMPLES = json.loads(Path(objects.__file__).with_name("fixtures.json").read_text("utf-8"))["resources"]

FREE = {"metadata", "last_payment_error", "payment_method_options", "data", "shipping", "request", "refunds"}
"""Maps whose keys depend on what happened."""


def differences(thing: Any, sample: Any, path: str = "") -> list[str]:
    """Fields that one has and the other has not; null stands for any object."""
    if not isinstance(thing, dict) or not isinstance(sample, dict) or not sample:
        return []
    found = [f"{path}{name}" for name in thing.keys() ^ sample.keys()]
    for name in (thing.keys() & sample.keys()) - FREE:
        found += differences(thing[name], sample[name], f"{path}{name}.")
    return found


def test_everything_that_happens_has_the_fields_of_the_sample(
    here: StripeHere, client: stripe.StripeClient, open_session: Callable[..., stripe.checkout.Session]
) -> None:
    session = open_session()
    here.press(session.url, "decline")
    here.press(session.url, "pay")
    payment_id = client.v1.checkout.sessions.retrieve(session.id).payment_intent
    client.v1.refunds.create({"payment_intent": payment_id, "amount": 100})
    client.v1.checkout.sessions.expire(open_session().id)
    other = open_session()
    here.press(other.url, "pay")
    payment_id = client.v1.checkout.sessions.retrieve(other.id).payment_intent
    dispute = here.test("disputes", payment_intent=payment_id)
    here.test(f"disputes/{dispute['id']}/close", status="lost")
    here.test(f"refunds/{client.v1.refunds.list().data[0].id}/fail")
    here.drain()

    seen = set()
    for request in here.received:
        event = json.loads(request.content)
        thing = event["data"]["object"]
        seen.add(event["type"])
        assert event.keys() == SAMPLES["event"].keys()
        assert thing.keys() == SAMPLES[thing["object"]].keys(), event["type"]
        assert differences(thing, SAMPLES[thing["object"]]) == [], event["type"]
    assert seen == {
        "payment_intent.payment_failed",
        "charge.failed",
        "payment_intent.succeeded",
        "charge.succeeded",
        "checkout.session.completed",
        "charge.refunded",
        "refund.created",
        "refund.updated",
        "charge.refund.updated",
        "refund.failed",
        "checkout.session.expired",
        "charge.dispute.created",
        "charge.dispute.closed",
    }


def test_line_items_have_the_fields_of_the_sample(
    client: stripe.StripeClient, open_session: Callable[..., stripe.checkout.Session]
) -> None:
    items = client.v1.checkout.sessions.line_items.list(open_session().id)
    [item] = items.data
    assert differences(item.to_dict(), SAMPLES["item"]) == []
    assert item.to_dict().keys() == SAMPLES["item"].keys()
    assert (item.description, item.amount_total) == ("Recertification IPMA-CP", 15000)


def test_events_carry_the_version_of_the_pinned_library() -> None:
    assert stripe.api_version == objects.API_VERSION


def test_a_field_that_stripe_does_not_have_is_refused() -> None:
    with pytest.raises(KeyError, match="no_such_field"):
        objects.sample("charge", no_such_field=1)
