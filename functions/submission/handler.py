"""Signing the agreement over a finished cycle (rule 3)."""

from typing import Any

from aws_lambda_powertools.event_handler import Response

from shared.adapters.http.resolver import answer, portal_api
from shared.adapters.http.responses import created
from shared.handling import wiring
from shared.handling.gates import (
    authenticated,
    command,
    idempotency_key,
    json_body,
    own_certification,
    portal_open,
    recertification,
)
from shared.schemas.invoices import Invoice
from shared.schemas.submissions import Submission, SubmissionSent, SubmittedCycle
from shared.use_cases.submit_cycle import submit_cycle

app = portal_api()


@app.post(
    "/api/certifications/<certification_id>/submission",
    status_code=201,
    middlewares=[authenticated, own_certification, portal_open, json_body, idempotency_key],
)
def sign_and_submit(certification_id: str, signing: SubmissionSent) -> Response[SubmittedCycle]:
    """Sign the agreement and submit the cycle; the answer leads to the payment."""
    submitted = submit_cycle(
        wiring.recertifications(),
        wiring.invoices(),
        wiring.events(),
        wiring.editions(),
        command(app),
        recertification(app),
        signing.agreement_version,
        signing.signature,
    )
    return created(
        SubmittedCycle(submission=Submission.of(submitted.submission), invoice=Invoice.of(submitted.invoice))
    )


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Lambda's entry."""
    return answer(app, event, context)
