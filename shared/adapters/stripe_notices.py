"""What an event of Stripe says to the portal: from the JSON of a verified event to a notice of the domain.

What a notice says does not depend on the order of arrival: a payment is told by its session alone, a refund
by its id and state and by the total so far, a dispute by its id and state.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from shared.domain.money import Money
from shared.domain.payments import (
    DisputeState,
    Irrelevant,
    Notice,
    PaymentDisputed,
    PaymentFailed,
    PaymentRefunded,
    PaymentSucceeded,
    RefundTold,
    SessionExpired,
)

PORTAL = "recertification"
"""The mark in the metadata: one Stripe account may serve more than the portal."""

FindPayment = Callable[[str], Mapping[str, Any] | None]
"""Asks Stripe for a payment; None where it is of another account or mode."""

UNREADABLE = (LookupError, TypeError, AttributeError, ValueError, OverflowError)
"""What reading an event raises that is not of Stripe's shape."""

_DISPUTE_ENDINGS: Mapping[str, DisputeState] = {
    "won": "won",
    "warning_closed": "won",  # an inquiry that ended without a dispute: the money stayed
    "prevented": "won",  # settled by a refund, which has its own event
    "lost": "lost",
}


@dataclass(frozen=True, slots=True)
class _Happening:
    """What every reader needs of an event; `thing` is the session, payment intent, charge, refund or dispute, `payment`
    the payment that one of the last three is about, where Stripe sent it along or had to be asked for it."""

    event_id: str
    kind: str
    livemode: bool
    at: datetime
    thing: Mapping[str, Any]
    payment: Mapping[str, Any] | None = None


def notice_of(event: Mapping[str, Any], find_payment: FindPayment) -> Notice:
    """The notice in a verified event; one `find_payment` for a refund, a dispute, or a charge without our metadata.

    Raises one of UNREADABLE when it is not Stripe's shape.
    """
    if event["object"] != "event":
        raise ValueError("not an event")
    thing = event["data"]["object"]
    if not isinstance(thing, Mapping):
        raise TypeError("the event is about nothing")
    at = datetime.fromtimestamp(event["created"], UTC)
    kind = _text(event, "type")
    reader = _READERS.get(kind)
    payment = _payment_of(kind, thing, find_payment) if reader else None
    happening = _Happening(_id(event), kind, event["livemode"] is True, at, thing, payment)
    invoice_id = reader and _invoice_of(happening)
    if reader is None or invoice_id is None:
        return Irrelevant(happening.event_id, happening.kind)
    return reader(happening, invoice_id)


def paid_session(session: Mapping[str, Any]) -> PaymentSucceeded | None:
    """The notice that a paid checkout session of the portal's gives rise to; None for any other session."""
    invoice_id = our_invoice(session)
    if invoice_id is None:
        return None
    at = datetime.fromtimestamp(session["created"], UTC)
    happening = _Happening(
        _id(session), "checkout.session.completed", session["livemode"] is True, at, session
    )
    notice = _session_paid(happening, invoice_id)
    return notice if isinstance(notice, PaymentSucceeded) else None


def our_invoice(holder: Mapping[str, Any]) -> str | None:
    """The invoice id in an object's metadata; None when the portal did not write it."""
    metadata = holder.get("metadata") or {}
    return _text(metadata, "invoice_id") if metadata.get("portal") == PORTAL else None


def _payment_of(kind: str, thing: Mapping[str, Any], find_payment: FindPayment) -> Mapping[str, Any] | None:
    """The payment of a charge, refund or dispute; a charge that names our invoice says all that is needed of it."""
    payment = thing.get("payment_intent")
    if not kind.startswith(("charge.", "refund.")) or isinstance(payment, Mapping):
        return payment if isinstance(payment, Mapping) else None
    if kind == "charge.refunded" and our_invoice(thing):
        return None
    # A charge without a payment intent was not made through a checkout session.
    return find_payment(payment) if isinstance(payment, str) else None


def _invoice_of(happening: _Happening) -> str | None:
    # What the portal notes on a refund is not the invoice.
    thing = None if happening.thing.get("object") == "refund" else happening.thing
    for holder in (thing, happening.payment, happening.thing.get("charge")):
        if isinstance(holder, Mapping) and (invoice_id := our_invoice(holder)):
            return invoice_id
    return None


def _session_paid(it: _Happening, invoice_id: str) -> Notice:
    if it.thing["payment_status"] != "paid":
        return Irrelevant(it.event_id, it.kind)  # the money is still on its way, or none was asked
    amount = _money(it.thing, "amount_total")
    payment_id, session_id = _id(it.thing["payment_intent"]), _id(it.thing)
    return PaymentSucceeded(it.event_id, invoice_id, payment_id, session_id, amount, it.livemode, it.at)


def _session_failed(it: _Happening, invoice_id: str) -> Notice:
    amount = _money(it.thing, "amount_total")
    payment_id, session_id = _id(it.thing["payment_intent"]), _id(it.thing)
    reason = "async_payment_failed"
    return PaymentFailed(it.event_id, invoice_id, payment_id, session_id, amount, it.livemode, it.at, reason)


def _session_expired(it: _Happening, invoice_id: str) -> Notice:
    return SessionExpired(it.event_id, invoice_id, _id(it.thing), it.livemode)


def _payment_failed(it: _Happening, invoice_id: str) -> Notice:
    fault = it.thing.get("last_payment_error") or {}
    reason = str(fault.get("decline_code") or fault.get("code") or "unknown")
    amount = _money(it.thing, "amount")
    return PaymentFailed(it.event_id, invoice_id, _id(it.thing), None, amount, it.livemode, it.at, reason)


def _charge_refunded(it: _Happening, invoice_id: str) -> Notice:
    payment_id = _id(it.thing["payment_intent"])
    charged, refunded = _money(it.thing, "amount"), _money(it.thing, "amount_refunded")
    return PaymentRefunded(it.event_id, invoice_id, payment_id, charged, refunded, it.livemode, it.at)


def _refund_told(it: _Happening, invoice_id: str) -> Notice:
    payment_id, amount = _id(it.thing["payment_intent"]), _money(it.thing, "amount")
    charged = amount if it.payment is None else _money(it.payment, "amount")
    failed = it.thing.get("status") in ("failed", "canceled")
    return RefundTold(
        it.event_id, invoice_id, payment_id, _id(it.thing), charged, amount, failed, it.livemode, it.at
    )


def _charge_disputed(it: _Happening, invoice_id: str) -> Notice:
    payment_id, amount = _id(it.thing["payment_intent"]), _money(it.thing, "amount")
    charged = amount if it.payment is None else _money(it.payment, "amount")
    state = _DISPUTE_ENDINGS.get(_text(it.thing, "status"), "open")
    return PaymentDisputed(
        it.event_id, invoice_id, payment_id, charged, amount, it.livemode, it.at, state, _id(it.thing)
    )


_READERS: Mapping[str, Callable[[_Happening, str], Notice]] = {
    "checkout.session.completed": _session_paid,
    "checkout.session.async_payment_succeeded": _session_paid,
    "checkout.session.async_payment_failed": _session_failed,
    "checkout.session.expired": _session_expired,
    "payment_intent.payment_failed": _payment_failed,
    "charge.refunded": _charge_refunded,
    "charge.refund.updated": _refund_told,
    "refund.created": _refund_told,
    "refund.updated": _refund_told,
    "refund.failed": _refund_told,
    "charge.dispute.created": _charge_disputed,
    "charge.dispute.updated": _charge_disputed,
    "charge.dispute.closed": _charge_disputed,
}

EVENT_TYPES = tuple(_READERS)
"""What the webhook endpoint at Stripe has to send; every other type is read as Irrelevant."""


def _text(holder: Mapping[str, Any], field: str) -> str:
    found = holder[field]
    if not isinstance(found, str) or not found:
        raise ValueError(f"{field} is not a text")
    return found


def _id(found: object) -> str:
    """An id, also where Stripe put the whole object in its place."""
    return _text(found if isinstance(found, Mapping) else {"id": found}, "id")


def _money(holder: Mapping[str, Any], field: str) -> Money:
    amount = holder[field]
    if not isinstance(amount, int) or isinstance(amount, bool):
        raise TypeError(f"{field} is not an amount")
    return Money(amount, _text(holder, "currency"))
