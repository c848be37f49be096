"""What a member prints: the Recertification Report (of an earlier cycle as it was signed) and the certificate."""

import base64
from typing import Annotated, Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Query
from pydantic import WithJsonSchema

from functions.report_pdf.certificate import Sheet, certificate_pdf
from functions.report_pdf.report import report_pdf
from shared.adapters import clock
from shared.adapters.http.resolver import answer, portal_api
from shared.domain.errors import NotFound
from shared.handling import wiring
from shared.handling.gates import authenticated, own_certification, recertification, today
from shared.settings import settings
from shared.use_cases.read_report import read_report

app = portal_api()

Pdf = Annotated[str, WithJsonSchema({"type": "string", "format": "binary"})]
"""A PDF in base 64, as the gateway takes it from a function and gives it on in bytes."""


@app.get("/api/certifications/<certification_id>/report.pdf", middlewares=[authenticated, own_certification])
def print_report(
    certification_id: str, cycle: Annotated[str | None, Query(max_length=200)] = None
) -> Response[Pdf]:
    """The Recertification Report on paper, with the points ledger and the list of documents."""
    report = read_report(wiring.archive(), wiring.editions(), recertification(app), cycle, today())
    name = (
        f"recertification-report-{report.certification.designation}-{report.cycle.recertification_year}.pdf"
    )
    return document(report_pdf(report, clock.now()), name)


@app.get(
    "/api/certifications/<certification_id>/certificate.pdf", middlewares=[authenticated, own_certification]
)
def print_certificate(certification_id: str) -> Response[Pdf]:
    """The certificate of the last approval, with a QR code to the page where anyone can check it."""
    certificate_id = recertification(app).certification.certificate_id
    certificate = wiring.certificates().find(certificate_id)
    if certificate is None:
        raise NotFound(
            "There is no certificate yet. It is made when your Recertification Report is approved."
        )
    url = f"{settings().portal_url}/certificate/?id={certificate_id}"
    program = wiring.editions().in_force(certificate.issued_on)
    sheet = Sheet(certificate, program, url, clock.now())
    return document(certificate_pdf(sheet), f"certificate-{certificate.designation}.pdf")


def document(made: bytes, name: str) -> Response[Pdf]:
    """A PDF that a person may look at or save under this name (ASCII), and no cache keeps."""
    headers: dict[str, str | list[str]] = {
        "Cache-Control": "no-store",
        "Content-Disposition": f'inline; filename="{name}"',
    }
    response = Response(200, "application/pdf", base64.b64encode(made).decode(), headers)
    response.base64_encoded = True
    return response


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Lambda's entry."""
    return answer(app, event, context)
