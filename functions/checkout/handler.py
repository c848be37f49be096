"""Paying by card through Stripe Checkout, and what staff record: offline payments and waivers (rule 5)."""

from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response

from shared.adapters.http.caller import FINANCE
from shared.adapters.http.resolver import FIELD_FAULTS, answer, gate, portal_api
from shared.adapters.http.responses import created
from shared.domain.errors import Fault
from shared.domain.invoices import Payment
from shared.handling import wiring
from shared.handling.gates import (
    any_invoice,
    authenticated,
    caller,
    command,
    idempotency_key,
    invoice,
    json_body,
    no_body,
    no_fields,
    others_only,
    own_invoice,
    staff,
    today,
)
from shared.schemas.invoices import CheckoutOpened, Invoice, OfflinePaymentSent, WaiverSent, received_on
from shared.settings import settings
from shared.use_cases.open_checkout import open_checkout
from shared.use_cases.record_payment import day_fault, record_payment
from shared.use_cases.waive_invoice import waive_invoice

app = portal_api()


@app.post(
    "/api/invoices/<invoice_id>/checkout",
    status_code=201,
    middlewares=[authenticated, own_invoice, no_body, idempotency_key, no_fields],
)
def go_to_pay(invoice_id: str) -> Response[CheckoutOpened]:
    """Where to pay an invoice by card; also when the session was declined before."""
    url = open_checkout(
        wiring.invoices(),
        wiring.events(),
        wiring.payments(),
        command(app),
        invoice(app),
        f"{settings().portal_url}/transactions/",
    )
    return created(CheckoutOpened(checkout_url=url))


@gate
def day_checked(app: APIGatewayHttpResolver) -> None:
    """Lets a payment whose other fields are wrong be told of a day that cannot be too."""
    asked_on, owed = today(), invoice(app)

    def faults(body: Any, _: list[Fault]) -> list[Fault]:
        day = received_on(body)
        wrong = None if day is None else day_fault(day, owed, asked_on)
        return [] if wrong is None else [Fault("/received_on", wrong)]

    app.context[FIELD_FAULTS] = faults


@app.post(
    "/api/staff/invoices/<invoice_id>/payment",
    status_code=201,
    middlewares=[
        authenticated,
        staff(FINANCE),
        any_invoice,
        others_only,
        json_body,
        idempotency_key,
        day_checked,
    ],
)
def record_offline_payment(invoice_id: str, payment: OfflinePaymentSent) -> Response[Invoice]:
    """Record a cheque, a purchase order or a wire over the whole amount."""
    asked = command(app)
    zone = ZoneInfo(wiring.editions().time_zone)
    received_at = datetime.combine(payment.received_on, time(), zone)
    paid = record_payment(
        wiring.invoices(),
        wiring.events(),
        wiring.payments(),
        asked,
        invoice(app),
        Payment(
            payment_id=f"off_{asked.key}",
            method=payment.method,
            amount=invoice(app).total,
            received_at=received_at,
            reference=payment.reference,
            recorded_by=caller(app).member_id,
        ),
    )
    return created(Invoice.of(paid), paid.version)


@app.post(
    "/api/staff/invoices/<invoice_id>/waiver",
    status_code=201,
    middlewares=[authenticated, staff(FINANCE), any_invoice, others_only, json_body, idempotency_key],
)
def waive(invoice_id: str, waiver: WaiverSent) -> Response[Invoice]:
    """Waive an open invoice; an approval may rest on it."""
    waived = waive_invoice(
        wiring.invoices(),
        wiring.events(),
        wiring.payments(),
        command(app),
        invoice(app),
        waiver.reason,
    )
    return created(Invoice.of(waived), waived.version)


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Lambda's entry."""
    return answer(app, event, context)
