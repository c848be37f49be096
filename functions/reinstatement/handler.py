"""The reinstatement application of a lapsed member, where the edition allows it: enter, correct, sign (rule 8)."""

from typing import Any

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response

from shared.adapters.http.resolver import FIELD_FAULTS, answer, gate, portal_api
from shared.adapters.http.responses import created, no_content, ok
from shared.domain.reinstatement import by_application
from shared.handling import wiring
from shared.handling.gates import (
    RECERTIFICATION,
    authenticated,
    command,
    idempotency_key,
    if_match,
    json_body,
    own_certification,
    own_entry,
    recertification,
    today,
    version,
)
from shared.schemas.invoices import Invoice
from shared.schemas.points import EnteredPoints, Entry, EntrySent, EntrySession, field_faults
from shared.schemas.reinstatement import Application
from shared.schemas.submissions import Submission, SubmissionSent, SubmittedCycle
from shared.use_cases.delete_entry import delete_entry
from shared.use_cases.edit_entry import edit_entry
from shared.use_cases.log_entries import log_entries
from shared.use_cases.submit_application import submit_application

app = portal_api()


@gate
def application_open(app: APIGatewayHttpResolver) -> None:
    """404 without an application to make, 403 `certification-lapsed` when the time for it is over."""
    app.context[RECERTIFICATION] = by_application(recertification(app), today())


@gate
def rules_checked(app: APIGatewayHttpResolver) -> None:
    """Lets a body whose fields are partly wrong be told the domain's faults too, all in one list."""
    found, day = recertification(app), today()
    app.context[FIELD_FAULTS] = lambda body, known: field_faults(found, day, body, known)


OWN = [authenticated, own_certification, application_open]


@app.get("/api/certifications/<certification_id>/reinstatement-application", middlewares=OWN)
def read_application(certification_id: str) -> Response[Application]:
    """The application: what is in it, what is missing, until when, and what it costs."""
    found = recertification(app)
    return ok(Application.of(found, today()), found.cycle.version)


@app.post(
    "/api/certifications/<certification_id>/reinstatement-application/entries",
    status_code=201,
    middlewares=[*OWN, json_body, idempotency_key, rules_checked],
)
def enter_in_application(certification_id: str, session: EntrySession) -> Response[EnteredPoints]:
    """Enter a session in the application, dated within the lapsed cycle or the reinstatement window."""
    entered = log_entries(
        wiring.recertifications(),
        wiring.events(),
        command(app),
        recertification(app),
        session.to_domain(),
        door=by_application,
    )
    return created(EnteredPoints.of(entered.entries, entered.recertification, entered.counted_by, today()))


@app.put(
    "/api/certifications/<certification_id>/reinstatement-application/entries/<entry_id>",
    middlewares=[
        authenticated,
        own_certification,
        own_entry,
        application_open,
        json_body,
        if_match,
        rules_checked,
    ],
)
def replace_in_application(certification_id: str, entry_id: str, entry: EntrySent) -> Response[Entry]:
    """Replace an entry of the application; omitted notes and documents keep their values."""
    found = recertification(app)
    edited = edit_entry(
        wiring.recertifications(),
        wiring.events(),
        command(app),
        found,
        entry_id,
        entry.replacing(found.entry(entry_id).claim),
        version(app),
        door=by_application,
    )
    return ok(Entry.of(edited.entry, edited.recertification.line(edited.entry)), edited.entry.version)


@app.delete(
    "/api/certifications/<certification_id>/reinstatement-application/entries/<entry_id>",
    status_code=204,
    middlewares=[authenticated, own_certification, own_entry, application_open, if_match],
)
def remove_from_application(certification_id: str, entry_id: str) -> Response[None]:
    """Delete an entry of the application."""
    delete_entry(
        wiring.recertifications(),
        wiring.events(),
        command(app),
        recertification(app),
        entry_id,
        version(app),
        door=by_application,
    )
    return no_content()


@app.post(
    "/api/certifications/<certification_id>/reinstatement-application/submission",
    status_code=201,
    middlewares=[*OWN, json_body, idempotency_key],
)
def sign_application(certification_id: str, signing: SubmissionSent) -> Response[SubmittedCycle]:
    """Sign the application; the recertification fee and the late fee are owed then."""
    submitted = submit_application(
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
