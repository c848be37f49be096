"""The dashboard of a certification, its report, and entering, editing and deleting points (rules 1 and 2)."""

from typing import Annotated, Any

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.event_handler.openapi.params import Query

from shared.adapters.http.resolver import FIELD_FAULTS, answer, gate, portal_api
from shared.adapters.http.responses import created, no_content, ok
from shared.domain.shortest_way import outlook
from shared.handling import wiring
from shared.handling.gates import (
    authenticated,
    command,
    idempotency_key,
    if_match,
    json_body,
    own_certification,
    own_entry,
    own_standing,
    portal_open,
    recertification,
    today,
    version,
)
from shared.handling.paging import LONGEST_PAGE, Cursor, Limit, page_of
from shared.schemas.outlook import Outlook
from shared.schemas.points import (
    Dashboard,
    EarlierCycle,
    EarlierCycles,
    EnteredPoints,
    Entry,
    EntrySent,
    EntrySession,
    KeptStanding,
    field_faults,
)
from shared.schemas.reports import Report
from shared.schemas.standing import StandingClaim, StandingSent
from shared.schemas.submissions import Submission
from shared.use_cases.delete_entry import delete_entry
from shared.use_cases.edit_entry import edit_entry
from shared.use_cases.keep_standing_claims import (
    change_standing_claim,
    delete_standing_claim,
    enter_standing_claim,
)
from shared.use_cases.log_entries import log_entries
from shared.use_cases.read_report import read_report

app = portal_api()


@gate
def rules_checked(app: APIGatewayHttpResolver) -> None:
    """Lets a body whose fields are partly wrong be told the domain's faults too, all in one list."""
    found, day = recertification(app), today()
    app.context[FIELD_FAULTS] = lambda body, known: field_faults(found, day, body, known)


OWN = [authenticated, own_certification]


@app.get("/api/certifications/<certification_id>/cycle", middlewares=OWN)
def read_dashboard(certification_id: str) -> Response[Dashboard]:
    """Everything about the current cycle, in one strongly consistent call."""
    found, day = recertification(app), today()
    ahead = None if found.cycle.locked else outlook(found, day)
    return ok(Dashboard.of(found, day, ahead), found.cycle.version)


@app.get("/api/certifications/<certification_id>/shortest-ways", middlewares=OWN)
def read_shortest_ways(certification_id: str) -> Response[Outlook]:
    """What is missing once all that accrues by itself has, and the cheapest few mixes that close it."""
    return ok(Outlook.of(outlook(recertification(app), today())))


@app.get("/api/certifications/<certification_id>/cycles", middlewares=OWN)
def list_earlier_cycles(
    certification_id: str, limit: Limit = LONGEST_PAGE, cursor: Cursor = None
) -> Response[EarlierCycles]:
    """The closed cycles, oldest first."""
    closed = wiring.recertifications().closed_cycles(certification_id)
    page, more = page_of(
        closed, lambda each: f"{each[0].number:06}", cursor, limit, "cycles", certification_id
    )
    return ok(
        EarlierCycles(
            items=[
                EarlierCycle(
                    cycle_id=cycle.cycle_id,
                    number=cycle.number,
                    edition=cycle.edition,
                    starts_on=cycle.starts_on,
                    ends_on=cycle.ends_on,
                    state=cycle.state,
                    points_total=cycle.points_total,
                    submission=None if submission is None else Submission.of(submission),
                )
                for cycle, submission in page
            ],
            next_cursor=more,
        )
    )


@app.get("/api/certifications/<certification_id>/report", middlewares=OWN)
def read_detailed_summary(
    certification_id: str, cycle: Annotated[str | None, Query(max_length=200)] = None
) -> Response[Report]:
    """The Recertification Detailed Summary of the current cycle, or of an earlier one by its id."""
    report = read_report(wiring.archive(), wiring.editions(), recertification(app), cycle, today())
    return ok(Report.of(report))


@app.post(
    "/api/certifications/<certification_id>/entries",
    status_code=201,
    middlewares=[*OWN, portal_open, json_body, idempotency_key, rules_checked],
)
def enter_points(certification_id: str, session: EntrySession) -> Response[EnteredPoints]:
    """Enter a session of one or more entries: all of them land or none."""
    entered = log_entries(
        wiring.recertifications(), wiring.events(), command(app), recertification(app), session.to_domain()
    )
    return created(EnteredPoints.of(entered.entries, entered.recertification, entered.counted_by, today()))


@app.put(
    "/api/certifications/<certification_id>/entries/<entry_id>",
    middlewares=[*OWN, own_entry, portal_open, json_body, if_match, rules_checked],
)
def replace_entry(certification_id: str, entry_id: str, entry: EntrySent) -> Response[Entry]:
    """Replace an entry; omitted notes and documents keep their values."""
    found = recertification(app)
    edited = edit_entry(
        wiring.recertifications(),
        wiring.events(),
        command(app),
        found,
        entry_id,
        entry.replacing(found.accrued(today()).entry(entry_id).claim),
        version(app),
    )
    return ok(Entry.of(edited.entry, edited.recertification.line(edited.entry)), edited.entry.version)


@app.delete(
    "/api/certifications/<certification_id>/entries/<entry_id>",
    status_code=204,
    middlewares=[*OWN, own_entry, portal_open, if_match],
)
def remove_entry(certification_id: str, entry_id: str) -> Response[None]:
    """Delete an entry."""
    delete_entry(
        wiring.recertifications(), wiring.events(), command(app), recertification(app), entry_id, version(app)
    )
    return no_content()


@app.post(
    "/api/certifications/<certification_id>/standing-claims",
    status_code=201,
    middlewares=[*OWN, portal_open, json_body, idempotency_key],
)
def enter_standing(certification_id: str, claim: StandingSent) -> Response[KeptStanding]:
    """Enter employment, a membership or an office once, as a range of days: it accrues by itself.

    It is a session: 409 `points-complete` once the total is at the required points.
    """
    kept = enter_standing_claim(
        wiring.recertifications(), wiring.events(), command(app), recertification(app), claim.to_domain()
    )
    return created(KeptStanding.of(kept.claim, kept.recertification, today()))


@app.put(
    "/api/certifications/<certification_id>/standing-claims/<standing_id>",
    middlewares=[*OWN, own_standing, portal_open, json_body, if_match],
)
def replace_standing(certification_id: str, standing_id: str, claim: StandingSent) -> Response[StandingClaim]:
    """Change or end a standing claim; what it has accrued in this cycle follows.

    Made to earn more when the total without it is at the required points: 409 `points-complete`.
    """
    kept = change_standing_claim(
        wiring.recertifications(),
        wiring.events(),
        command(app),
        recertification(app),
        standing_id,
        claim.to_domain(),
        version(app),
    )
    return ok(StandingClaim.of(kept.claim), kept.claim.version)


@app.delete(
    "/api/certifications/<certification_id>/standing-claims/<standing_id>",
    status_code=204,
    middlewares=[*OWN, own_standing, portal_open, if_match],
)
def remove_standing(certification_id: str, standing_id: str) -> Response[None]:
    """Delete a standing claim, and what it has accrued in this cycle."""
    delete_standing_claim(
        wiring.recertifications(),
        wiring.events(),
        command(app),
        recertification(app),
        standing_id,
        version(app),
    )
    return no_content()


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Lambda's entry."""
    return answer(app, event, context)
