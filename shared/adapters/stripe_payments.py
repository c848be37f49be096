"""Stripe: checkout sessions, refunds and signed events. The only module that imports Stripe's library."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any, cast

import stripe
from aws_lambda_powertools import Logger

from shared.adapters.failures import log_failure
from shared.adapters.stripe_line import Line
from shared.adapters.stripe_notices import EVENT_TYPES, PORTAL, UNREADABLE, notice_of, paid_session
from shared.domain.money import Money
from shared.domain.payments import (
    AttemptUsed,
    CheckoutRefused,
    CheckoutSession,
    Notice,
    PaymentSucceeded,
    PaymentsUnavailable,
    RefundRefused,
    SessionStatus,
    SessionUnknown,
    SignatureInvalid,
)

if TYPE_CHECKING:
    from stripe.params.checkout import SessionCreateParams

logger = Logger()

CONNECT_SECONDS, READ_SECONDS, RETRIES = 1.0, 1.8, 2
"""Three tries and the pauses between them (1.5 s at most) end below 10 s; the gateway gives up at 30 s."""


HISTORY_SECONDS = 15 * 24 * 3600
"""How far back payments are compared, weekly; Stripe itself repeats a notice for three days."""


class StripePayments:
    """One Stripe account in one mode. Each call is one request to Stripe unless its docstring says more.

    `webhook_secrets` holds two while a secret is being rotated. `api_base` None is Stripe itself;
    `http_client` is for tests that break the line. A call raises PaymentsUnavailable when Stripe is down,
    slow, or refuses our key: what it did is then unknown, and the same call may be made again.
    """

    def __init__(
        self,
        secret_key: str,
        webhook_secrets: tuple[str, ...],
        api_base: str | None,
        livemode: bool,
        *,
        http_client: stripe.HTTPClient | None = None,
    ) -> None:
        self._secret_key = secret_key
        self._webhook_secrets = webhook_secrets
        self._api_base = api_base
        self._http_client = http_client
        self.livemode = livemode

    @cached_property
    def _client(self) -> stripe.StripeClient:
        # There is no switch per client; left on, the library sends timings and writes a file at home.
        stripe.enable_telemetry = False
        return stripe.StripeClient(
            self._secret_key,
            base_addresses={"api": self._api_base} if self._api_base else {},
            max_network_retries=RETRIES,
            http_client=self._http_client or Line(CONNECT_SECONDS, READ_SECONDS),
        )

    def open_session(
        self,
        *,
        invoice_id: str,
        number: str,
        description: str,
        total: Money,
        member_id: str,
        success_url: str,
        cancel_url: str,
        attempt: int,
    ) -> CheckoutSession:
        """Open the session of this attempt, or find it again: the same attempt never makes a second one.

        It stays open for Stripe's default of 24 hours. A replayed answer shows the session as it was when it
        was made, so a second request fetches it as it is. Raises AttemptUsed when the attempt was made with
        other parameters, or ended in an error that Stripe repeats for 24 hours, and CheckoutRefused for an amount
        or a currency that Stripe does not take.
        """
        metadata = {"invoice_id": invoice_id, "portal": PORTAL}
        params: SessionCreateParams = {
            "mode": "payment",
            # Since version 2026-09-30 of Stripe's API; before, this was payment_method_types.
            "allowed_payment_method_types": ["card"],
            "line_items": [
                {
                    "quantity": 1,
                    "price_data": {
                        "currency": total.currency,
                        "unit_amount": total.amount,
                        "product_data": {"name": description, "description": f"Invoice {number}"},
                    },
                }
            ],
            "client_reference_id": member_id,
            "metadata": metadata,
            # Events about refunds and disputes do not carry the session's metadata.
            "payment_intent_data": {"metadata": metadata, "description": f"Invoice {number}"},
            "success_url": success_url,
            "cancel_url": cancel_url,
        }
        key = f"checkout:{invoice_id}:{attempt}"
        with _asking_stripe():
            try:
                session = self._client.v1.checkout.sessions.create(params, {"idempotency_key": key})
            except stripe.IdempotencyError as error:
                raise AttemptUsed(f"attempt {attempt} was made with other parameters") from error
            except stripe.InvalidRequestError as error:
                raise CheckoutRefused(error.code or "") from error
            except stripe.APIError as error:
                if _was_replayed(error.headers):
                    raise AttemptUsed(f"attempt {attempt} failed at Stripe") from error
                raise
        last = session.last_response
        if last is not None and _was_replayed(last.headers):
            return self.find_session(session.id)
        return _session(session)

    def find_session(self, session_id: str) -> CheckoutSession:
        """The session as it is now; SessionUnknown when Stripe has none of this id."""
        with _asking_stripe():
            try:
                return _session(self._client.v1.checkout.sessions.retrieve(session_id))
            except stripe.InvalidRequestError as error:
                if error.code == "resource_missing":
                    raise SessionUnknown(session_id) from error
                raise

    def expire_session(self, session_id: str) -> CheckoutSession:
        """Close the session to payment; a complete or expired one comes back as it is (one request more).

        Raises SessionUnknown, and PaymentsUnavailable when Stripe will not close one that is still open.
        """
        with _asking_stripe():
            try:
                return _session(self._client.v1.checkout.sessions.expire(session_id))
            except stripe.InvalidRequestError as error:
                found = self.find_session(session_id)
                if found.status == "open":
                    raise PaymentsUnavailable("Stripe did not close an open checkout session") from error
                return found

    def refund(self, payment_id: str, *, amount: Money, reason_key: str) -> None:
        """Give back this much of a payment, once per reason_key; nothing when all was given back before.

        Raises RefundRefused when Stripe declines for another reason.
        """
        with _asking_stripe():
            try:
                self._client.v1.refunds.create(
                    {
                        "payment_intent": payment_id,
                        "amount": amount.amount,
                        "metadata": {"portal": PORTAL, "reason_key": reason_key},
                    },
                    {"idempotency_key": f"refund:{reason_key}"},
                )
            except (stripe.InvalidRequestError, stripe.IdempotencyError) as error:
                if error.code != "charge_already_refunded":
                    raise RefundRefused(error.code or "") from error

    def succeeded_payments(self) -> Iterator[PaymentSucceeded]:
        """The portal's paid checkout sessions, newest first, back to 15 days before the newest; one request for 100.

        A session counts by its own time at Stripe, so the comparison does not depend on our clock.
        """
        with _asking_stripe():
            newest: int | None = None
            sessions = self._client.v1.checkout.sessions.list({"status": "complete", "limit": 100})
            for session in sessions.auto_paging_iter():
                newest = session.created if newest is None else newest
                if session.created < newest - HISTORY_SECONDS:
                    return
                notice = paid_session(session.to_dict())
                if notice is not None:
                    yield notice

    def undelivered_notices(self) -> Iterator[Notice]:
        """What the events say that a webhook endpoint has not taken, newest first, read as `read_event` reads them: of
        our endpoint's types, and of the 30 days for which Stripe keeps them.

        It may be another endpoint of the account that failed, or the delivery may be under way. One request for 100,
        and one for each payment whose refund or dispute does not name the invoice. An event that is not of Stripe's
        shape is logged and left out.
        """
        with _asking_stripe():
            find_payment = cache(self._payment)
            found = self._client.v1.events.list(
                {"delivery_success": False, "types": list(EVENT_TYPES), "limit": 100}
            )
            for each in found.auto_paging_iter():
                try:
                    notice = notice_of(each.to_dict(), find_payment)
                except UNREADABLE as error:
                    log_failure(logger, "event_unreadable", error, event_id=each.id)
                    continue
                yield notice

    def read_event(self, body: bytes | str, signature: str) -> Notice:
        """The notice in a body as received; SignatureInvalid when none of our secrets signed it just now.

        No request, except one for a refund or dispute whose event does not name the invoice.
        """
        if not any(self._is_signed(body, signature, secret) for secret in self._webhook_secrets):
            raise SignatureInvalid("no signature of ours, or an old one")
        try:
            return notice_of(json.loads(body), self._payment)
        except UNREADABLE as error:
            raise SignatureInvalid("signed, and yet not an event of Stripe's shape") from error

    def _is_signed(self, body: bytes | str, signature: str, secret: str) -> bool:
        try:
            self._client.construct_event(body, signature, secret)
        except Exception:  # its own, and whatever a malformed header or body makes it stumble over
            return False
        return True

    def _payment(self, payment_id: str) -> Mapping[str, Any] | None:
        with _asking_stripe():
            try:
                return self._client.v1.payment_intents.retrieve(payment_id).to_dict()
            except stripe.InvalidRequestError:
                return None  # of another account or mode


@contextmanager
def _asking_stripe() -> Iterator[None]:
    try:
        yield
    except stripe.StripeError as error:  # what a refusal means to a person is said where it can be one
        asked = f" (request {error.request_id})" if error.request_id else ""
        raise PaymentsUnavailable(f"{type(error).__name__}{asked}") from error


def _was_replayed(headers: Mapping[str, str] | None) -> bool:
    return headers is not None and headers.get("Idempotent-Replayed") == "true"


def _session(found: stripe.checkout.Session) -> CheckoutSession:
    payment = found.payment_intent
    return CheckoutSession(
        session_id=found.id,
        url=found.url,
        status=cast(SessionStatus, found.status),
        paid=found.payment_status == "paid",
        payment_id=payment if payment is None or isinstance(payment, str) else payment.id,
        expires_at=datetime.fromtimestamp(found.expires_at, UTC),
    )
