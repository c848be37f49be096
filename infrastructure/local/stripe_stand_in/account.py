"""One Stripe account in test mode: its objects, and what may happen to them. No HTTP.

Nothing here awaits, so on one event loop every method is one step: of two that pay a session, one is refused.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from infrastructure.local.stripe_stand_in import objects
from infrastructure.local.stripe_stand_in.errors import ApiError, missing
from infrastructure.local.stripe_stand_in.objects import Thing

Emit = Callable[[Thing], None]

KINDS = {
    "cs_": "checkout.session",
    "pi_": "payment_intent",
    "ch_": "charge",
    "re_": "refund",
    "du_": "dispute",
}

HALF_HOUR, DAY = 30 * 60, 24 * 60 * 60
SMALLEST_USD = 50


@dataclass(frozen=True, slots=True)
class Call:
    """Who asks: an API request with its id, key and version, or the hosted page, which has none of them."""

    request_id: str | None = None
    idempotency_key: str | None = None
    version: str = objects.API_VERSION
    origin: str = ""

    def as_json(self) -> Thing:
        """The `request` of the events that come of it."""
        return {"id": self.request_id, "idempotency_key": self.idempotency_key}


PAGE = Call()


class SessionClosed(Exception):
    """A try to pay a session that is complete or expired."""


class Account:
    """All objects by kind and id, oldest first. `emit` takes each event in order; `clock` is real time."""

    def __init__(self, emit: Emit, clock: Callable[[], float]) -> None:
        self._emit = emit
        self._clock = clock
        self._intent_data: dict[str, Thing] = {}
        self._next_expiry: float | None = None
        self.objects: dict[str, dict[str, Thing]] = {}
        self.items: dict[str, list[Thing]] = {}
        self.reset()

    def reset(self) -> None:
        """Forget everything."""
        self.objects = {kind: {} for kind in (*KINDS.values(), "event")}
        self.items = {}
        self._intent_data = {}
        self._next_expiry = None

    def now(self) -> int:
        """The time in whole seconds."""
        return int(self._clock())

    def find(self, kind: str, object_id: str, param: str = "id") -> Thing:
        """The object as it is now; ApiError 404 when there is none."""
        found = self.objects[kind].get(object_id)
        if found is None:
            raise missing(kind, object_id, param)
        return found

    def open_session(self, params: Thing, methods: list[str], call: Call) -> Thing:
        """A session to pay these lines in."""
        now = self.now()
        items = [objects.line_item(values, now) for values in params["line_items"]]
        if len({item["currency"] for item in items}) > 1:
            raise ApiError("All line items must have the same currency", param="line_items")
        total = sum(item["amount_total"] for item in items)
        if total < (SMALLEST_USD if items[0]["currency"] == "usd" else 1):
            raise ApiError(
                "The Checkout Session's total amount must convert to at least 50 cents.",
                code="amount_too_small",
            )
        _check_expiry(params.get("expires_at", now + DAY), now)
        session = objects.checkout_session(params, items, methods, call.origin, now)
        self.objects["checkout.session"][session["id"]] = session
        self.items[session["id"]] = items
        self._intent_data[session["id"]] = params.get("payment_intent_data", {})
        self._next_expiry = min(session["expires_at"], self._next_expiry or session["expires_at"])
        return session

    def expire_session(self, session_id: str, call: Call) -> Thing:
        """Close an open session on request."""
        session = self.find("checkout.session", session_id, "session")
        if session["status"] != "open":
            raise ApiError(
                'Only Checkout Sessions with a status in ["open"] can be expired. '
                f"This Checkout Session has a status of `{session['status']}`."
            )
        return self._expire(session, call)

    def expire_due(self) -> float | None:
        """Close the sessions whose time has come; tells when to look again, None when nothing is open."""
        if self._next_expiry is None or self._clock() < self._next_expiry:
            return self._next_expiry
        opened = [it for it in self.objects["checkout.session"].values() if it["status"] == "open"]
        for session in opened:
            if session["expires_at"] <= self._clock():
                self._expire(session, PAGE)
        self._next_expiry = min((it["expires_at"] for it in opened if it["status"] == "open"), default=None)
        return self._next_expiry

    def pay(self, session_id: str) -> Thing:
        """Charge the card for an open session; the session, complete. SessionClosed charges nothing."""
        session, payment = self._try(session_id)
        made = objects.charge(payment, self.now())
        self.objects["charge"][made["id"]] = made
        payment |= {
            "amount_received": payment["amount"],
            "last_payment_error": None,
            "latest_charge": made["id"],
            "payment_method": made["payment_method"],
            "status": "succeeded",
        }
        session |= {
            "customer_details": objects.customer_details(session),
            "payment_status": "paid",
            "status": "complete",
            "url": None,
        }
        self._happened("payment_intent.succeeded", payment, PAGE)
        self._happened("charge.succeeded", made, PAGE)
        self._happened("checkout.session.completed", session, PAGE)
        return session

    def decline(self, session_id: str, decline_code: str) -> Thing:
        """Let the bank turn the card down; the session stays open and can be paid."""
        session, payment = self._try(session_id)
        made = objects.declined_charge(payment, decline_code, self.now())
        self.objects["charge"][made["id"]] = made
        payment |= {
            "last_payment_error": objects.decline(made, decline_code),
            "latest_charge": made["id"],
            "status": "requires_payment_method",
        }
        self._happened("payment_intent.payment_failed", payment, PAGE)
        self._happened("charge.failed", made, PAGE)
        return session

    def refund(self, params: Thing, call: Call) -> Thing:
        """Give a charge back, in whole or in part, never more than was charged."""
        made = self._charge_of(params)
        left = made["amount"] - made["amount_refunded"]
        if left == 0:
            raise ApiError(f"Charge {made['id']} has already been refunded.", code="charge_already_refunded")
        if self._is_charged_back(made):
            raise ApiError(
                f"Charge {made['id']} has been charged back; cannot issue a refund.", code="charge_disputed"
            )
        amount = params.get("amount", left)
        if amount > left:
            raise ApiError(
                f"Refund amount ({_dollars(amount)}) is greater than unrefunded amount on charge "
                f"({_dollars(left)})",
                param="amount",
            )
        given = objects.refund(made, params, amount, self.now())
        self.objects["refund"][given["id"]] = given
        before = {name: made[name] for name in ("amount_refunded", "refunded")}
        made["amount_refunded"] += amount
        made["refunded"] = made["amount_refunded"] == made["amount"]
        made["refunds"]["data"].insert(0, given)
        self._happened("charge.refunded", made, call, before)
        self._happened("refund.created", given, call)
        self._happened("refund.updated", given, call, {})
        return given

    def fail_refund(self, refund_id: str) -> Thing:
        """Let a bank not take what was given back: the money is the account's again."""
        given = self.find("refund", refund_id, "refund")
        if given["status"] == "failed":
            raise ApiError("The refund has failed already.")
        given["status"] = "failed"
        made = self.find("charge", given["charge"])
        made["amount_refunded"] -= given["amount"]
        made["refunded"] = False
        for kind in ("refund.updated", "charge.refund.updated"):
            self._happened(kind, given, PAGE, {"status": "succeeded"})
        self._happened("refund.failed", given, PAGE)
        return given

    def open_dispute(self, params: Thing) -> Thing:
        """Let the cardholder's bank take a payment back."""
        made = self._charge_of(params)
        if self._is_charged_back(made):
            raise ApiError(f"Charge {made['id']} is disputed already.")
        amount = params["amount"] if "amount" in params else made["amount"]
        opened = objects.dispute(made, amount, params.get("reason", "fraudulent"), self.now())
        self.objects["dispute"][opened["id"]] = opened
        made["disputed"] = True
        self._happened("charge.dispute.created", opened, PAGE)
        return opened

    def close_dispute(self, dispute_id: str, status: str) -> Thing:
        """Decide a dispute: `won` (the money comes back) or `lost`."""
        found = self.find("dispute", dispute_id)
        if found["status"] != "needs_response":
            raise ApiError(f"The dispute is {found['status']} already.")
        found["status"] = status
        self._happened("charge.dispute.closed", found, PAGE, {"status": "needs_response"})
        return found

    def _try(self, session_id: str) -> tuple[Thing, Thing]:
        """An open session and its payment, which the first try makes."""
        session = self.find("checkout.session", session_id, "session")
        if session["status"] == "complete":
            raise SessionClosed("This checkout session was paid already. Nothing more was charged.")
        if session["status"] == "expired":
            raise SessionClosed(
                "This checkout session has expired. Nothing was charged; start again in the portal."
            )
        if session["payment_intent"] is None:
            payment = objects.payment_intent(session, self._intent_data[session_id], self.now())
            self.objects["payment_intent"][payment["id"]] = payment
            session["payment_intent"] = payment["id"]
        return session, self.find("payment_intent", session["payment_intent"])

    def _expire(self, session: Thing, call: Call) -> Thing:
        session |= {"status": "expired", "url": None}
        self._happened("checkout.session.expired", session, call)
        return session

    def _charge_of(self, params: Thing) -> Thing:
        if "payment_intent" in params:
            payment = self.find("payment_intent", params["payment_intent"], "payment_intent")
            if payment["status"] != "succeeded":
                raise ApiError(
                    f"This PaymentIntent ({payment['id']}) does not have a successful charge to refund."
                )
            return self.find("charge", payment["latest_charge"])
        if "charge" in params:
            return self.find("charge", params["charge"], "charge")
        raise ApiError(
            "One of the following params should be provided for this request: payment_intent or charge.",
            code="parameter_missing",
        )

    def _is_charged_back(self, made: Thing) -> bool:
        disputes = self.objects["dispute"].values()
        return any(it["charge"] == made["id"] and it["status"] != "won" for it in disputes)

    def _happened(self, kind: str, thing: Thing, call: Call, before: dict[str, Any] | None = None) -> None:
        event = objects.event(kind, thing, before, call.as_json(), self.now())
        self.objects["event"][event["id"]] = event
        self._emit(event)


def _check_expiry(expires_at: int, now: int) -> None:
    if expires_at < now + HALF_HOUR:
        raise ApiError(
            "The `expires_at` timestamp must be at least 30 minutes from Checkout Session creation.",
            param="expires_at",
        )
    if expires_at > now + DAY:
        raise ApiError(
            "The `expires_at` timestamp must be less than 24 hours from Checkout Session creation.",
            param="expires_at",
        )


def _dollars(amount: int) -> str:
    return f"${amount / 100:.2f}"
