"""Stripe's webhook over HTTP: a genuine event that was tampered with on the way is nobody's, the genuine one counts."""

import json
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import stripe

from infrastructure.local.stack import LocalStack
from tests.e2e.portal import Portal

WEBHOOK = "/api/stripe/webhook"


@pytest.fixture(scope="module")
def stack() -> Iterator[LocalStack]:
    """A stack in this process, so that the webhook's secret can be read as the function reads it."""
    with LocalStack(0) as running:
        yield running


def secret_of(stack: LocalStack, what: str) -> str:
    found = stack.client("ssm").describe_parameters()["Parameters"]
    (name,) = (each["Name"] for each in found if what in each["Name"])
    value: str = stack.client("ssm").get_parameter(Name=name, WithDecryption=True)["Parameter"]["Value"]
    return value


def signature(raw: bytes, secret: str, at: int | None = None) -> dict[str, str]:
    """The header by which Stripe signs a body."""
    at = at or int(time.time())
    signed = stripe.WebhookSignature._compute_signature(f"{at}.{raw.decode()}", secret)
    return {"stripe-signature": f"t={at},v1={signed}", "content-type": "application/json"}


def written(event: dict[str, Any]) -> bytes:
    return json.dumps(event).encode()


def test_a_genuine_event_counts_only_as_it_was_signed(stack: LocalStack) -> None:
    portal = Portal(stack.url)
    member = portal.log_in("member@example.org")
    (invoice,) = member.get("/api/invoices", type="recertification").json()["items"]
    invoice_id = invoice["invoice_id"]
    url = member.post(f"/api/invoices/{invoice_id}/checkout").json()["checkout_url"]
    service = f"{httpx.URL(url).scheme}://{httpx.URL(url).netloc.decode()}"
    desk = f"{service}/_test"
    httpx.post(f"{desk}/hold", json={}).raise_for_status()
    httpx.post(f"{url}/pay")
    (event_id,) = (
        each["id"]
        for each in httpx.get(f"{desk}/events").json()["events"]
        if each["type"] == "checkout.session.completed"
    )
    key = {"authorization": f"Bearer {secret_of(stack, 'secret-key')}"}
    event = httpx.get(f"{service}/v1/events/{event_id}", headers=key).json()
    genuine, secret = written(event), secret_of(stack, "webhook")
    headers = signature(genuine, secret)
    event["data"]["object"]["amount_total"] = 1
    cheaper = written(event)
    event["data"]["object"] |= {"amount_total": 15000, "metadata": {"portal": "recertification"}}
    other = written(event)
    late = signature(genuine, secret, int(time.time()) - 3600)
    for body, sent in (
        (cheaper, headers),
        (other, headers),
        (genuine + b" ", headers),
        (genuine[:-1], headers),
        (genuine, signature(genuine, "whsec_" + "0" * 32)),
        (genuine, late),
        (genuine, {"content-type": "application/json"}),
    ):
        refused = portal.client.post(WEBHOOK, content=body, headers=sent)
        assert (refused.status_code, refused.json()["type"]) == (400, "/problems/malformed-request")
    assert member.get(f"/api/invoices/{invoice_id}").json()["payments"] == []
    for _ in range(2):
        assert portal.client.post(WEBHOOK, content=genuine, headers=headers).status_code == 200
    paid = member.get(f"/api/invoices/{invoice_id}").json()
    assert (paid["status"], len(paid["payments"])) == ("paid", 1)
    httpx.post(f"{desk}/release", json={}).raise_for_status()
    stack.drain()
    assert len(member.get(f"/api/invoices/{invoice_id}").json()["payments"]) == 1
