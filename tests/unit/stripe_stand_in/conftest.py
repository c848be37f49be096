"""A stand-in, Stripe's own client for it, and a session to pay."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import stripe

from tests.unit.stripe_here import StripeHere, official_client


@pytest.fixture
def here() -> Iterator[StripeHere]:
    found = StripeHere()
    yield found
    found.close()


@pytest.fixture
def client(here: StripeHere) -> stripe.StripeClient:
    return official_client(here)


@pytest.fixture
def open_session(client: stripe.StripeClient) -> Callable[..., stripe.checkout.Session]:
    def open_one(key: str | None = None, **changes: Any) -> stripe.checkout.Session:
        params = session_params() | changes
        return client.v1.checkout.sessions.create(params, {"idempotency_key": key} if key else {})

    return open_one


def session_params() -> Any:
    metadata = {"invoice_id": "inv_1", "portal": "recertification"}
    return {
        "mode": "payment",
        "allowed_payment_method_types": ["card"],
        "line_items": [
            {
                "quantity": 1,
                "price_data": {
                    "currency": "usd",
                    "unit_amount": 15000,
                    "product_data": {"name": "Recertification IPMA-CP", "description": "Invoice 2027-0001"},
                },
            }
        ],
        "metadata": metadata,
        "payment_intent_data": {"metadata": metadata},
        "success_url": "http://portal.local/paid?session={CHECKOUT_SESSION_ID}",
        "cancel_url": "http://portal.local/transactions",
        "client_reference_id": "member-1",
    }
