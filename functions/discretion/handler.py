"""Staff's discretion: reinstating, extending, undoing a wrong approval, and what came on paper (rules 6 to 8)."""

from typing import Any

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response

from shared.adapters.http.caller import REVIEWER
from shared.adapters.http.resolver import FIELD_FAULTS, answer, gate, portal_api
from shared.adapters.http.responses import created, ok
from shared.domain.discretion import extension_faults, received_faults
from shared.handling import wiring
from shared.handling.gates import (
    any_certification,
    authenticated,
    command,
    idempotency_key,
    json_body,
    others_only,
    portal_open,
    recertification,
    staff,
    today,
)
from shared.schemas.discretion import ExtensionSent, ReinstatementSent, UndoSent, day_in
from shared.schemas.invoices import Invoice
from shared.schemas.points import EnteredPoints, EntrySession, field_faults
from shared.schemas.reviews import StaffDashboard
from shared.schemas.submissions import Submission, SubmissionSent, SubmittedCycle
from shared.settings import settings
from shared.use_cases.extend_certification import extend_certification
from shared.use_cases.log_entries import log_entries
from shared.use_cases.reinstate_certification import reinstate_certification
from shared.use_cases.submit_cycle import submit_cycle
from shared.use_cases.undo_approval import undo_wrong_approval

app = portal_api()

ANOTHERS = [authenticated, staff(REVIEWER), any_certification, others_only]


@gate
def received_day_checked(app: APIGatewayHttpResolver) -> None:
    """Lets a reinstatement whose other fields are wrong be told what is wrong with its day too."""
    found, day = recertification(app), today()

    def faults(body: Any, _: Any) -> list[Any]:
        received_on = day_in(body, "report_received_on")
        return [] if received_on is None else received_faults(found, received_on, day)

    app.context[FIELD_FAULTS] = faults


@gate
def extension_checked(app: APIGatewayHttpResolver) -> None:
    """Lets an extension whose other fields are wrong be told what is wrong with its day too."""
    found, day = recertification(app), today()

    def faults(body: Any, _: Any) -> list[Any]:
        extended_to = day_in(body, "extended_to")
        return [] if extended_to is None else extension_faults(found, extended_to, day)

    app.context[FIELD_FAULTS] = faults


@gate
def rules_checked(app: APIGatewayHttpResolver) -> None:
    """Lets a session whose fields are partly wrong be told the domain's faults too, all in one list."""
    found, day = recertification(app), today()
    app.context[FIELD_FAULTS] = lambda body, known: field_faults(found, day, body, known)


@app.post(
    "/api/staff/certifications/<certification_id>/reinstatement",
    middlewares=[*ANOTHERS, json_body, idempotency_key, received_day_checked],
)
def reinstate(certification_id: str, reinstatement: ReinstatementSent) -> Response[StaffDashboard]:
    """Reinstate a lapsed certification: its report came on paper, and its invoice is paid or waived."""
    after = reinstate_certification(
        wiring.recertifications(),
        wiring.events(),
        wiring.editions(),
        command(app),
        recertification(app),
        reinstatement.report_received_on,
        reinstatement.comment,
    )
    return ok(StaffDashboard.for_staff(after, today(), settings().stripe_url), after.cycle.version)


@app.post(
    "/api/staff/certifications/<certification_id>/extension",
    middlewares=[*ANOTHERS, json_body, idempotency_key, extension_checked],
)
def extend(certification_id: str, extension: ExtensionSent) -> Response[StaffDashboard]:
    """Grant a later last day, for hardship; also when the certification lapsed meanwhile."""
    after = extend_certification(
        wiring.recertifications(),
        wiring.events(),
        command(app),
        recertification(app),
        extension.extended_to,
        extension.reason,
    )
    return ok(StaffDashboard.for_staff(after, today(), settings().stripe_url), after.cycle.version)


@app.post(
    "/api/staff/certifications/<certification_id>/undo-approval",
    middlewares=[*ANOTHERS, json_body, idempotency_key],
)
def undo_approval(certification_id: str, undo: UndoSent) -> Response[StaffDashboard]:
    """Undo a wrong approval while the next cycle is empty: the report waits for a decision again, as it was signed."""
    after = undo_wrong_approval(
        wiring.recertifications(),
        wiring.archive(),
        wiring.events(),
        wiring.editions(),
        command(app),
        recertification(app),
        undo.reason,
    )
    return ok(StaffDashboard.for_staff(after, today(), settings().stripe_url), after.cycle.version)


@app.post(
    "/api/staff/certifications/<certification_id>/entries",
    status_code=201,
    middlewares=[*ANOTHERS, portal_open, json_body, idempotency_key, rules_checked],
)
def enter_from_paper(certification_id: str, session: EntrySession) -> Response[EnteredPoints]:
    """Enter points that an active member sent on paper, by the rules that hold for the member."""
    entered = log_entries(
        wiring.recertifications(), wiring.events(), command(app), recertification(app), session.to_domain()
    )
    return created(EnteredPoints.of(entered.entries, entered.recertification, entered.counted_by, today()))


@app.post(
    "/api/staff/certifications/<certification_id>/submission",
    status_code=201,
    middlewares=[*ANOTHERS, portal_open, json_body, idempotency_key],
)
def submit_from_paper(certification_id: str, signing: SubmissionSent) -> Response[SubmittedCycle]:
    """Submit the report that an active member signed on paper, by the rules that hold for the member."""
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
