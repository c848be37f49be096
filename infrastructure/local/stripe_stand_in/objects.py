"""Stripe's objects: each starts as Stripe's own sample (fixtures.json, MIT) and gets the values of this one.

What does not happen here (customers, taxes, shipping, installments) is null or off, as Stripe sends it then.
"""

import copy
import json
import secrets
import string
from functools import cache
from pathlib import Path
from typing import Any

Thing = dict[str, Any]

API_VERSION = "2026-10-28.endive"
"""The version that the portal's Stripe library is pinned to; events carry it."""

DECLINES = {
    "generic_decline": "Your card was declined.",
    "insufficient_funds": "Your card has insufficient funds.",
    "lost_card": "Your card was declined.",
}

_LETTERS = string.ascii_letters + string.digits


def new_id(prefix: str, length: int = 24) -> str:
    """An id as Stripe makes them."""
    return prefix + "".join(secrets.choice(_LETTERS) for _ in range(length))


@cache
def _samples() -> dict[str, Thing]:
    found: dict[str, Thing] = json.loads(Path(__file__).with_name("fixtures.json").read_text("utf-8"))[
        "resources"
    ]
    return found


def sample(name: str, **values: Any) -> Thing:
    """Stripe's sample object of this name with these values in place of its own; no field is added."""
    thing = copy.deepcopy(_samples()[name])
    unknown = values.keys() - thing.keys()
    if unknown:
        raise KeyError(f"a {name} has no {sorted(unknown)}")
    return thing | values


def line_item(values: Thing, now: int) -> Thing:
    """A line of a session, from the parameters of the request."""
    price_data, quantity = values["price_data"], values.get("quantity", 1)
    total = price_data["unit_amount"] * quantity
    item = sample(
        "item",
        id=new_id("li_"),
        amount_subtotal=total,
        amount_total=total,
        currency=price_data["currency"],
        description=price_data["product_data"]["name"],
        quantity=quantity,
        adjustable_quantity=None,
        metadata={},
    )
    item["price"] |= {
        "id": new_id("price_"),
        "active": False,
        "created": now,
        "currency": price_data["currency"],
        "custom_unit_amount": None,
        "product": new_id("prod_", 14),
        "recurring": None,
        "transform_quantity": None,
        "unit_amount": price_data["unit_amount"],
        "unit_amount_decimal": str(price_data["unit_amount"]),
    }
    return item


def checkout_session(params: Thing, items: list[Thing], methods: list[str], origin: str, now: int) -> Thing:
    """An open session; `origin` is where its page is served."""
    session_id = new_id("cs_test_a1", 56)
    total = sum(item["amount_total"] for item in items)
    session = sample(
        "checkout.session",
        id=session_id,
        after_expiration=None,
        adaptive_pricing={"enabled": False},
        amount_subtotal=total,
        amount_total=total,
        cancel_url=params.get("cancel_url"),
        client_reference_id=params.get("client_reference_id"),
        collected_information=None,
        consent=None,
        consent_collection=None,
        created=now,
        currency=items[0]["currency"],
        currency_conversion=None,
        customer_creation="if_required",
        customer_details=None,
        customer_email=params.get("customer_email"),
        expires_at=params.get("expires_at", now + 24 * 60 * 60),
        metadata=params.get("metadata", {}),
        payment_intent=None,
        payment_method_collection="if_required",
        payment_method_configuration_details=None,
        payment_method_types=methods,
        permissions=None,
        saved_payment_method_options=None,
        shipping_address_collection=None,
        shipping_cost=None,
        success_url=params["success_url"],
        total_details={"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0},
        ui_mode="hosted_page",
        url=f"{origin}/c/pay/{session_id}",
    )
    session["automatic_tax"]["liability"] = None
    session["custom_text"] = dict.fromkeys(session["custom_text"])
    session["invoice_creation"]["enabled"] = False
    session["invoice_creation"]["invoice_data"] |= {"issuer": None, "metadata": {}, "rendering_options": None}
    session["managed_payments"] = {"enabled": False}
    return session


def customer_details(session: Thing) -> Thing:
    """What the payer typed: here only a mail address."""
    details: Thing = copy.deepcopy(_samples()["checkout.session"]["customer_details"])
    return details | {"email": session["customer_email"] or "payer@example.com"}


def payment_intent(session: Thing, data: Thing, now: int) -> Thing:
    """The payment that a session makes at the first try to pay it."""
    payment_id = new_id("pi_3")
    return sample(
        "payment_intent",
        id=payment_id,
        amount=session["amount_total"],
        automatic_payment_methods=None,
        canceled_at=None,
        client_secret=f"{payment_id}_secret_{new_id('', 25)}",
        created=now,
        currency=session["currency"],
        description=data.get("description"),
        last_payment_error=None,
        managed_payments={"enabled": False},
        metadata=dict(data.get("metadata", {})),
        next_action=None,
        payment_method_configuration_details=None,
        payment_method_options={"card": {"request_three_d_secure": "automatic"}},
        payment_method_types=list(session["payment_method_types"]),
        processing=None,
        receipt_email=data.get("receipt_email"),
        shipping=None,
        transfer_data=None,
    )


def charge(payment: Thing, now: int) -> Thing:
    """A card charged for the payment: no address, no wallet. Its metadata is a copy of the payment's."""
    charge_id = new_id("ch_3")
    made = sample(
        "charge",
        id=charge_id,
        amount=payment["amount"],
        amount_captured=payment["amount"],
        balance_transaction=new_id("txn_3"),
        calculated_statement_descriptor="RECERTIFICATION",
        captured=True,
        created=now,
        currency=payment["currency"],
        description=payment["description"],
        metadata=dict(payment["metadata"]),
        payment_intent=payment["id"],
        payment_method=new_id("pm_1"),
        receipt_email=payment["receipt_email"],
        receipt_url=None,
        shipping=None,
        source=None,
        transfer_data=None,
    )
    made["billing_details"]["name"] = None
    made["outcome"] |= {
        "network_status": "approved_by_network",
        "seller_message": "Payment complete.",
        "type": "authorized",
    }
    made["payment_method_details"]["card"] |= {
        "amount_authorized": payment["amount"],
        "installments": None,
        "three_d_secure": None,
        "wallet": None,
    }
    made["payment_method_details"]["card"]["overcapture"]["maximum_amount_capturable"] = payment["amount"]
    made["refunds"]["url"] = f"/v1/charges/{charge_id}/refunds"
    return made


def declined_charge(payment: Thing, decline_code: str, now: int) -> Thing:
    """A charge that the card's bank turned down."""
    made = charge(payment, now) | {
        "amount_captured": 0,
        "balance_transaction": None,
        "captured": False,
        "failure_code": "card_declined",
        "failure_message": DECLINES[decline_code],
        "paid": False,
        "status": "failed",
    }
    made["outcome"] |= {
        "network_status": "declined_by_network",
        "reason": decline_code,
        "seller_message": "The bank returned the decline code `" + decline_code + "`.",
        "type": "issuer_declined",
    }
    return made


def decline(made: Thing, decline_code: str) -> Thing:
    """The last_payment_error of a payment whose charge was declined."""
    method = sample("payment_method", id=made["payment_method"], metadata={}, created=made["created"])
    method["billing_details"] = made["billing_details"]
    method["card"] |= {"generated_from": None, "wallet": None}
    return {
        "charge": made["id"],
        "code": "card_declined",
        "decline_code": decline_code,
        "doc_url": "https://stripe.com/docs/error-codes/card-declined",
        "message": DECLINES[decline_code],
        "payment_method": method,
        "type": "card_error",
    }


def refund(made: Thing, params: Thing, amount: int, now: int) -> Thing:
    """So much of a charge given back."""
    given = sample(
        "refund",
        id=new_id("re_3"),
        amount=amount,
        balance_transaction=new_id("txn_3"),
        charge=made["id"],
        created=now,
        currency=made["currency"],
        metadata=params.get("metadata", {}),
        payment_intent=made["payment_intent"],
        payment_method=made["payment_method"],
        reason=params.get("reason"),
    )
    given["destination_details"]["card"] = {"type": "refund"}
    return given


def dispute(made: Thing, amount: int, reason: str, now: int) -> Thing:
    """A chargeback: the bank takes the money back until it is decided."""
    opened = sample(
        "dispute",
        id=new_id("du_1"),
        amount=amount,
        charge=made["id"],
        created=now,
        currency=made["currency"],
        is_charge_refundable=False,
        payment_intent=made["payment_intent"],
        reason=reason,
        status="needs_response",
    )
    opened["evidence_details"]["due_by"] = now + 14 * 24 * 60 * 60
    opened["payment_method_details"]["card"]["case_type"] = "chargeback"
    return opened


def event(kind: str, thing: Thing, changed: Thing | None, request: Thing, now: int) -> Thing:
    """An event with a snapshot of the object, and what the object's changed fields were before."""
    data: Thing = {"object": copy.deepcopy(thing)}
    if changed is not None:
        data["previous_attributes"] = changed
    return sample(
        "event",
        id=new_id("evt_1"),
        api_version=API_VERSION,
        created=now,
        data=data,
        livemode=False,
        pending_webhooks=1,
        request=request,
        type=kind,
    )
