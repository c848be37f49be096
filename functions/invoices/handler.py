"""What a member owes and has paid, and the recertification invoice ahead of its day (rule 4)."""

from typing import Any, Literal

from aws_lambda_powertools.event_handler import Response

from shared.adapters.http.resolver import answer, portal_api
from shared.adapters.http.responses import created, ok
from shared.handling import wiring
from shared.handling.gates import (
    authenticated,
    caller,
    command,
    idempotency_key,
    invoice,
    no_body,
    no_fields,
    own_certification,
    own_invoice,
    recertification,
)
from shared.handling.paging import LONGEST_PAGE, Cursor, Limit, in_time, page_of
from shared.schemas.invoices import Invoice, InvoiceList
from shared.use_cases.issue_invoice import issue_invoice

app = portal_api()

InvoiceTypes = Literal["program", "recertification", "both"]


@app.get("/api/invoices", middlewares=[authenticated])
def list_invoices(
    type: InvoiceTypes = "both",  # noqa: A002 (the contract's name)
    limit: Limit = LONGEST_PAGE,
    cursor: Cursor = None,
) -> Response[InvoiceList]:
    """The caller's invoices, newest first: strongly consistent, one call and one for each certification held."""
    _, held = wiring.members().with_registrations(caller(app).member_id)
    found = [
        each
        for registration in held
        for each in wiring.invoices().of_certification(registration.certification.certification_id)
        if type in ("both", each.type)
    ]
    if type != "recertification":
        found += wiring.invoices().of_programs(caller(app).member_id)
    page, more = page_of(
        found,
        lambda each: in_time(each.issued_at, each.invoice_id),
        cursor,
        limit,
        "invoices",
        caller(app).member_id,
        type,
        latest_first=True,
    )
    return ok(InvoiceList(items=[Invoice.of(each) for each in page], next_cursor=more))


@app.get("/api/invoices/<invoice_id>", middlewares=[authenticated, own_invoice])
def read_invoice(invoice_id: str) -> Response[Invoice]:
    """One invoice of the caller's."""
    found = invoice(app)
    return ok(Invoice.of(found), found.version)


@app.post(
    "/api/certifications/<certification_id>/invoice",
    status_code=201,
    middlewares=[authenticated, own_certification, no_body, idempotency_key, no_fields],
)
def ask_for_invoice(certification_id: str) -> Response[Invoice]:
    """The recertification invoice of the current cycle: 201 when this request makes it, 200 when it is there."""
    issued, is_new = issue_invoice(wiring.invoices(), wiring.events(), command(app), recertification(app))
    body = Invoice.of(issued)
    return created(body, issued.version) if is_new else ok(body, issued.version)


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Lambda's entry."""
    return answer(app, event, context)
