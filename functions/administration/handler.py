"""Staff's members: search, a member's page, and the import of the roster."""

from typing import Annotated, Any

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.event_handler.openapi.params import Query

from shared.adapters.http.caller import ADMINISTRATOR, FINANCE
from shared.adapters.http.resolver import SENT_AS, UNREADABLE, answer, gate, portal_api
from shared.adapters.http.responses import ok
from shared.domain.csv_file import Heading, read_rows
from shared.domain.errors import (
    DomainError,
    MalformedRequest,
    NotFound,
    TooLarge,
    UnsupportedMediaType,
)
from shared.domain.roster import COLUMNS, OPTIONAL_COLUMNS
from shared.handling import wiring
from shared.handling.gates import (
    MEMBER,
    SUBJECT,
    any_member,
    authenticated,
    command,
    idempotency_key,
    if_match,
    json_body,
    not_oneself,
    staff,
    today,
    version,
)
from shared.handling.paging import Cursor, Limit, next_cursor, start
from shared.schemas.members import (
    ImportReport,
    MemberList,
    MemberPage,
    Membership,
    MembershipSent,
    MemberSummary,
    Profile,
)
from shared.schemas.points import Certification
from shared.use_cases.change_membership import change_membership
from shared.use_cases.import_roster import IMPORTS, import_roster
from shared.use_cases.once import remembered

app = portal_api()

MOST_ROWS = 1000
"""How many rows one request may import; larger files go as a job."""


@gate
def csv_body(app: APIGatewayHttpResolver) -> None:
    """415 for another type than CSV, 400 for a body that is not UTF-8."""
    sent_as = app.current_event.headers.get(SENT_AS, "").partition(";")[0].strip().lower()
    if sent_as != "text/csv":
        raise UnsupportedMediaType("Send the roster as text/csv.")
    text = app.current_event.body or ""
    if UNREADABLE in text:
        raise MalformedRequest("The file is not UTF-8 text. Save it as CSV UTF-8 and send it again.")
    app.context["csv"] = text
    app.context[SUBJECT] = IMPORTS


@app.get("/api/staff/members", middlewares=[authenticated, staff()])
def search_members(
    query: Annotated[str, Query(max_length=200)] = "", limit: Limit = 50, cursor: Cursor = None
) -> Response[MemberList]:
    """Members whose name, e-mail or member id begins so; all of them without a query."""
    found, more = wiring.members().search(query, after=start(cursor, "members", query), limit=limit)
    summaries = [MemberSummary.of(each) for each in found]
    return ok(MemberList(items=summaries, next_cursor=next_cursor(more, "members", query)))


@app.get("/api/staff/members/<member_id>", middlewares=[authenticated, staff()])
def read_member(member_id: str) -> Response[MemberPage]:
    """A member with what they hold."""
    member, held = wiring.members().with_registrations(member_id)
    if member is None:
        raise NotFound
    return ok(
        MemberPage(
            member_id=member.member_id,
            name=member.name,
            first_name=member.first_name,
            last_name=member.last_name,
            email=member.email,
            login=member.login,
            body_member=member.body_member,
            erasure=member.erasure,
            profile=Profile.of(member),
            certifications=[Certification.of(each, today()) for each in held],
        ),
        member.version,
    )


@app.put(
    "/api/staff/members/<member_id>/membership",
    middlewares=[authenticated, staff(FINANCE, ADMINISTRATOR), any_member, not_oneself, json_body, if_match],
)
def replace_membership(member_id: str, membership: MembershipSent) -> Response[Membership]:
    """Say whether a person is a member of the certifying body; invoices that are out keep their price."""
    changed = change_membership(
        wiring.members(),
        wiring.events(),
        command(app),
        app.context[MEMBER].member_id,
        membership.body_member,
        version(app),
    )
    body = Membership(member_id=changed.member_id, body_member=changed.body_member, version=changed.version)
    return ok(body, changed.version)


@app.post(
    "/api/staff/members/import",
    middlewares=[authenticated, staff(ADMINISTRATOR), csv_body, idempotency_key],
)
def import_members(dry_run: bool = False) -> Response[ImportReport]:
    """Import up to 1,000 rows of the roster; with `dry_run` only say what an import would do."""
    try:
        rows = read_roster(app.context["csv"])
    except DomainError:
        remembered(wiring.events(), command(app), IMPORTS)
        raise
    report = import_roster(
        wiring.members(),
        wiring.recertifications(),
        wiring.login_requests(),
        wiring.events(),
        wiring.editions(),
        command(app),
        rows,
        dry_run=dry_run,
    )
    return ok(ImportReport.of(report))


def read_roster(text: str) -> list[dict[str, str]]:
    """The rows of a roster by its heading. Raises InvalidRequest for a wrong heading, TooLarge beyond 1,000 rows."""
    rows = read_rows(text, Heading(COLUMNS, OPTIONAL_COLUMNS))
    if len(rows) > MOST_ROWS:
        raise TooLarge(f"A request imports up to {MOST_ROWS:,} rows. Split the file, or import it as a job.")
    return rows


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Lambda's entry."""
    return answer(app, event, context)
