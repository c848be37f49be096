"""A member's documents: announcing an upload, listing, downloading, deleting."""

from typing import Any, cast

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response

from shared.adapters.http.caller import REVIEWER
from shared.adapters.http.resolver import FIELD_FAULTS, answer, gate, portal_api
from shared.adapters.http.responses import created, no_content, ok
from shared.domain.documents import Document as StoredDocument
from shared.domain.errors import NotFound
from shared.domain.privacy import ERASED_DETAIL
from shared.domain.recertification import Recertification
from shared.domain.reinstatement import Door, by_either, by_staff
from shared.handling import wiring
from shared.handling.gates import (
    MEMBER,
    RECERTIFICATION,
    any_member,
    authenticated,
    caller,
    command,
    idempotency_key,
    if_match,
    json_body,
    not_oneself,
    staff,
    today,
    version,
)
from shared.handling.paging import LONGEST_PAGE, Cursor, Limit, in_time, page_of
from shared.schemas.documents import (
    Document,
    DocumentAnnounced,
    DocumentList,
    DocumentPage,
    DocumentSent,
    UploadForm,
    upload_faults,
)
from shared.settings import settings
from shared.use_cases.delete_document import delete_document
from shared.use_cases.once import read
from shared.use_cases.upload_document import DocumentHome, upload_document

app = portal_api()

DOCUMENT, HOME, SHOWN = "document", "home", "shown"


@gate
def own_home(app: APIGatewayHttpResolver) -> None:
    """404 for someone else's certification or entry; 403 without a certification, or when what is named has lapsed."""
    _find_home(app, caller(app).member_id, by_either)


@gate
def members_home(app: APIGatewayHttpResolver) -> None:
    """404 for a certification or an entry that is not the member's; 403 for a member who holds no certification."""
    member = app.context[MEMBER]
    if member.erasure:
        raise NotFound(ERASED_DETAIL)
    _find_home(app, member.member_id, by_staff)


@gate
def upload_checked(app: APIGatewayHttpResolver) -> None:
    """Lets an upload whose fields are partly wrong be told the domain's faults too, all in one list."""
    program = _home(app).program
    app.context[FIELD_FAULTS] = lambda body, known: upload_faults(program, body, known)


@gate
def own_document(app: APIGatewayHttpResolver) -> None:
    """404 for a document that does not exist or belongs to someone else."""
    found = wiring.documents().find(str(app.context["_route_args"].get("document_id", "")))
    if found is None or found.member_id.lower() != caller(app).member_id.lower():
        raise NotFound
    app.context[DOCUMENT] = found


@gate
def still_open(app: APIGatewayHttpResolver) -> None:
    """403 when a certification that shows the document has lapsed."""
    shown = [read(wiring.recertifications(), each) for each in _document(app).certification_ids]
    for each in shown:
        by_either(each, today())
    app.context[SHOWN] = shown


@app.post(
    "/api/documents",
    status_code=201,
    middlewares=[authenticated, own_home, json_body, idempotency_key, upload_checked],
)
def announce_document(document: DocumentSent) -> Response[DocumentAnnounced]:
    """Announce a file: gives the pending document, and the form to upload it with within five minutes."""
    return _announce(document, by_either)


@app.post(
    "/api/staff/members/<member_id>/documents",
    status_code=201,
    middlewares=[
        authenticated,
        staff(REVIEWER),
        any_member,
        not_oneself,
        members_home,
        json_body,
        idempotency_key,
        upload_checked,
    ],
)
def announce_for_member(member_id: str, document: DocumentSent) -> Response[DocumentAnnounced]:
    """Announce a file that a member sent on paper or by mail; it is the member's, and marked as uploaded by staff."""
    return _announce(document, by_staff)


@app.get("/api/documents", middlewares=[authenticated])
def list_documents(limit: Limit = LONGEST_PAGE, cursor: Cursor = None) -> Response[DocumentList]:
    """The documents of the caller, newest first, strongly consistent."""
    _, held = wiring.members().with_registrations(caller(app).member_id)
    certification_ids = [each.certification.certification_id for each in held]
    found = wiring.documents().of_member(caller(app).member_id, certification_ids)
    page, more = page_of(
        found,
        lambda each: in_time(each.uploaded_at, each.document_id),
        cursor,
        limit,
        "documents",
        caller(app).member_id,
        latest_first=True,
    )
    return ok(DocumentList(items=[Document.of(each) for each in page], next_cursor=more))


@app.get("/api/documents/<document_id>", middlewares=[authenticated, own_document])
def read_document(document_id: str) -> Response[DocumentPage]:
    """One document of the caller's, with an address to download it from once it is clean."""
    found = _document(app)
    url = wiring.document_store().download_url(found) if found.status == "clean" else None
    return ok(DocumentPage(document=Document.of(found), download_url=url), found.version)


@app.delete(
    "/api/documents/<document_id>",
    status_code=204,
    middlewares=[authenticated, own_document, still_open, if_match],
)
def remove_document(document_id: str) -> Response[None]:
    """Delete a document that no signed report needs; entries that name it stay, without it."""
    delete_document(
        wiring.documents(),
        wiring.recertifications(),
        wiring.document_store(),
        wiring.events(),
        command(app),
        _document(app),
        app.context[SHOWN],
        version(app),
    )
    return no_content()


def _announce(document: DocumentSent, door: Door) -> Response[DocumentAnnounced]:
    home = _home(app)
    made = upload_document(
        wiring.documents(),
        wiring.recertifications(),
        wiring.events(),
        command(app),
        home,
        document.to_domain(),
        entry_id=document.entry_id,
        scanned=settings().malware_protection,
        door=door,
    )
    form = wiring.document_store().upload_form(made, home.program.largest_document_bytes)
    upload = UploadForm(url=form.url, fields=dict(form.fields) if made.awaits_file else {})
    return created(DocumentAnnounced(document=Document.of(made), upload=upload), made.version)


def _find_home(app: APIGatewayHttpResolver, member_id: str, door: Door) -> None:
    """Where what a member uploads, or staff for them, is at home; left in the context with what was read for it."""
    body = _readable_body(app)
    certification_id, entry_id = body.get("certification_id"), body.get("entry_id")
    if isinstance(certification_id, str):
        found = wiring.recertifications().find(certification_id.strip())
        if found is None or found.certification.member_id.lower() != member_id.lower():
            raise NotFound
    else:
        app.context[MEMBER], held = wiring.members().with_registrations(member_id)
        program = wiring.editions().in_force(today())
        app.context[HOME] = DocumentHome.of_member(member_id, held, program, today(), door)
        if not isinstance(entry_id, str):
            return
        found = _certification_with(entry_id.strip(), [each.certification.certification_id for each in held])
    if isinstance(entry_id, str):
        found.accrued(today()).entry(entry_id.strip())
    app.context[RECERTIFICATION] = found
    app.context[HOME] = DocumentHome.with_certification(door(found, today()))


def _certification_with(entry_id: str, certification_ids: list[str]) -> Recertification:
    """The certification that has this entry. Raises NotFound."""
    for certification_id in certification_ids:
        found = wiring.recertifications().find(certification_id)
        if found is not None and any(entry.entry_id == entry_id for entry in found.accrued(today()).entries):
            return found
    raise NotFound


def _readable_body(app: APIGatewayHttpResolver) -> dict[str, Any]:
    """The body as far as it can be read here; what is wrong with it is said later."""
    try:
        body = app.current_event.json_body
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def _home(app: APIGatewayHttpResolver) -> DocumentHome:
    return cast(DocumentHome, app.context[HOME])


def _document(app: APIGatewayHttpResolver) -> StoredDocument:
    return cast(StoredDocument, app.context[DOCUMENT])


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Lambda's entry."""
    return answer(app, event, context)
