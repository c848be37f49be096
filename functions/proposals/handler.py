"""Entries that the rosters of chapters propose to a member, who accepts or dismisses them."""

from typing import Any

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response

from shared.adapters.http.resolver import answer, gate, portal_api
from shared.adapters.http.responses import created, ok
from shared.domain.errors import NotFound
from shared.handling import wiring
from shared.handling.gates import (
    SUBJECT,
    authenticated,
    caller,
    command,
    idempotency_key,
    no_body,
    no_fields,
    own_certification,
    portal_open,
    recertification,
    today,
)
from shared.schemas.points import EnteredPoints
from shared.schemas.proposals import Proposal, ProposalList
from shared.use_cases.propose_memberships import accept_proposal, dismiss_proposal

app = portal_api()


PROPOSAL = "proposal"


@gate
def own_proposal(app: APIGatewayHttpResolver) -> None:
    """404 for what is not proposed to the caller; says whose history a dismissal would belong to."""
    member_id = caller(app).member_id
    found = wiring.proposals().find(member_id, str(app.context["_route_args"].get("proposal_id", "")))
    if found is None:
        raise NotFound
    app.context[PROPOSAL] = found
    app.context[SUBJECT] = f"member:{member_id.lower()}"


@app.get("/api/proposals", middlewares=[authenticated])
def list_proposals() -> Response[ProposalList]:
    """The entries that are proposed to the caller and not dismissed."""
    found = wiring.proposals().of(caller(app).member_id)
    return ok(ProposalList(items=[Proposal.of(each) for each in found if each.state == "open"]))


@app.post(
    "/api/certifications/<certification_id>/proposals/<proposal_id>/acceptance",
    status_code=201,
    middlewares=[
        authenticated,
        own_certification,
        own_proposal,
        portal_open,
        no_body,
        idempotency_key,
        no_fields,
    ],
)
def accept(certification_id: str, proposal_id: str) -> Response[EnteredPoints]:
    """Enter what is proposed, as an ordinary entering session under all its rules."""
    entered = accept_proposal(
        wiring.proposals(),
        wiring.recertifications(),
        wiring.events(),
        command(app),
        recertification(app),
        app.context[PROPOSAL],
    )
    return created(EnteredPoints.of(entered.entries, entered.recertification, entered.counted_by, today()))


@app.post(
    "/api/proposals/<proposal_id>/dismissal",
    middlewares=[authenticated, own_proposal, no_body, idempotency_key, no_fields],
)
def dismiss(proposal_id: str) -> Response[Proposal]:
    """Put a proposal out of sight."""
    return ok(Proposal.of(dismiss_proposal(wiring.proposals(), app.context[PROPOSAL])))


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Lambda's entry."""
    return answer(app, event, context)
