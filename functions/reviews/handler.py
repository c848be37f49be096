"""Staff's reviews: the queue, a submission with all that belongs to it, the decision, and an early invoice (rule 6)."""

from typing import Any, Literal

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response

from shared.adapters.http.caller import FINANCE, REVIEWER
from shared.adapters.http.resolver import FIELD_FAULTS, answer, gate, portal_api
from shared.adapters.http.responses import created, ok
from shared.domain.submissions import Adjustment, Decision
from shared.handling import wiring
from shared.handling.gates import (
    any_certification,
    authenticated,
    caller,
    command,
    idempotency_key,
    json_body,
    no_body,
    no_fields,
    not_erased,
    others_only,
    recertification,
    staff,
    today,
)
from shared.handling.paging import Cursor, Limit, next_cursor, start
from shared.schemas.invoices import Invoice
from shared.schemas.reviews import StaffDashboard
from shared.schemas.submissions import DecisionSent, ReviewItem, ReviewQueue, decision_faults
from shared.settings import settings
from shared.use_cases.decide_review import decide_review
from shared.use_cases.issue_invoice import issue_invoice

app = portal_api()


@gate
def decision_checked(app: APIGatewayHttpResolver) -> None:
    """Lets a decision whose fields are partly wrong be told the domain's faults too, all in one list."""
    found = recertification(app)
    app.context[FIELD_FAULTS] = lambda body, known: decision_faults(found, body, known)


@app.get("/api/staff/reviews", middlewares=[authenticated, staff()])
def list_reviews(
    state: Literal["submitted", "returned"] = "submitted", limit: Limit = 50, cursor: Cursor = None
) -> Response[ReviewQueue]:
    """The submissions that wait for a decision, or that were returned; oldest first."""
    found, more = wiring.recertifications().submissions(
        state, after=start(cursor, "reviews", state), limit=limit
    )
    waiting = [ReviewItem.of(each) for each in found]
    return ok(ReviewQueue(items=waiting, next_cursor=next_cursor(more, "reviews", state)))


@app.get(
    "/api/staff/certifications/<certification_id>/cycle",
    middlewares=[authenticated, staff(), any_certification],
)
def read_cycle(certification_id: str) -> Response[StaffDashboard]:
    """Everything about the current cycle of any certification."""
    found = recertification(app)
    return ok(StaffDashboard.for_staff(found, today(), settings().stripe_url), found.cycle.version)


@app.post(
    "/api/staff/certifications/<certification_id>/decision",
    middlewares=[
        authenticated,
        staff(REVIEWER),
        any_certification,
        others_only,
        json_body,
        idempotency_key,
        decision_checked,
    ],
)
def decide(certification_id: str, decision: DecisionSent) -> Response[StaffDashboard]:
    """Approve a submission, which opens the next cycle, or return it to the member with a comment."""
    asked = command(app)
    after = decide_review(
        wiring.recertifications(),
        wiring.events(),
        wiring.editions(),
        asked,
        recertification(app),
        decision.submission_id,
        Decision(
            decision=decision.decision,
            decided_by=caller(app).member_id,
            decided_at=asked.now,
            comment=decision.comment,
            entry_comments=decision.entry_comments,
            entry_adjustments={
                entry_id: Adjustment(each.points, each.reason)
                for entry_id, each in decision.entry_adjustments.items()
            },
        ),
    )
    return ok(StaffDashboard.for_staff(after, today(), settings().stripe_url), after.cycle.version)


@app.post(
    "/api/staff/certifications/<certification_id>/invoice",
    status_code=201,
    middlewares=[
        authenticated,
        staff(FINANCE, REVIEWER),
        any_certification,
        not_erased,
        no_body,
        idempotency_key,
        no_fields,
    ],
)
def make_invoice(certification_id: str) -> Response[Invoice]:
    """The recertification invoice of the current cycle: 201 when this request makes it, 200 when it is there."""
    issued, is_new = issue_invoice(wiring.invoices(), wiring.events(), command(app), recertification(app))
    body = Invoice.of(issued)
    return created(body, issued.version) if is_new else ok(body, issued.version)


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Lambda's entry."""
    return answer(app, event, context)
