"""What Stripe tells of payments, signed: 200 for every verified event, however often it comes (rule 5)."""

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools.event_handler import Response
from pydantic import BaseModel

from shared.adapters import clock
from shared.adapters.http.problems import problem
from shared.adapters.http.resolver import answer, logger, portal_api
from shared.adapters.http.responses import ok
from shared.adapters.metrics import counted
from shared.domain.days import day_of
from shared.domain.errors import MalformedRequest
from shared.domain.events import Command
from shared.domain.payments import PaymentsUnavailable, SignatureInvalid
from shared.handling import wiring
from shared.settings import settings
from shared.use_cases.open_checkout import payments_down
from shared.use_cases.take_notice import take_notice

if TYPE_CHECKING:  # loaded where it is made
    from shared.adapters.stripe_payments import StripePayments

app = portal_api()


class Received(BaseModel):
    """That an event was taken."""

    received: bool = True


@app.post("/api/stripe/webhook")
def receive_event() -> Response[Received]:
    """Take one of Stripe's events; 400 for one that Stripe did not sign, or signed too long ago."""
    event = app.current_event
    raw = (event.body or "").encode()
    payments = stripe()
    try:
        notice = payments.read_event(raw, event.headers.get("stripe-signature", ""))
    except SignatureInvalid:
        raise MalformedRequest("This is not an event that Stripe signed for this portal just now.") from None
    now = clock.now()
    logger.append_keys(event_id=notice.event_id)
    command = Command("stripe", "system", now, day_of(now, wiring.editions().time_zone), key=notice.event_id)
    outcome = take_notice(
        wiring.invoices(),
        wiring.events(),
        payments,
        command,
        notice,
        settings().stripe_livemode,
    )
    logger.info("stripe_event", kind=type(notice).__name__, outcome=outcome)
    return ok(Received())


def stripe() -> "StripePayments":
    """Stripe; until its secrets are there, a deployment's first days, its events come again later."""
    try:
        return wiring.payments(receiving=True)
    except LookupError as error:
        raise PaymentsUnavailable(str(error)) from error


def come_again(error: PaymentsUnavailable) -> Response[str]:
    """503, so that Stripe delivers the event again."""
    logger.warning("payments_unavailable", error=str(error))
    return problem(payments_down())


app.exception_handler(PaymentsUnavailable)(come_again)


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Lambda's entry. Whatever is not taken is counted: Stripe delivers it again, and somebody should look.

    What Lambda itself ends, for its time or memory, cannot be; `ReleaseAlarm` sees that.
    """
    status = int(HTTPStatus.INTERNAL_SERVER_ERROR)  # unless there is an answer
    try:
        answered = answer(app, event, context)
        status = answered["statusCode"]
        return answered
    finally:
        if status != HTTPStatus.OK:
            logger.warning("webhook_failed", status=status, **counted(WebhookFailures=1))
