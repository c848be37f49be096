"""The library: members search and download contributions that staff published; staff publish and withdraw them."""

from typing import Annotated, Any, cast

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.event_handler.openapi.params import Query

from shared.adapters.http.caller import REVIEWER
from shared.adapters.http.resolver import answer, gate, portal_api
from shared.adapters.http.responses import created, no_content, ok
from shared.domain.documents import Document as StoredDocument
from shared.domain.documents import document_subject
from shared.domain.errors import NotFound
from shared.domain.library import words_of
from shared.handling import wiring
from shared.handling.gates import (
    SUBJECT,
    authenticated,
    command,
    idempotency_key,
    if_match,
    no_body,
    no_fields,
    staff,
    version,
)
from shared.handling.paging import Cursor, Limit, next_cursor, start
from shared.schemas.documents import (
    ContributedDocument,
    Contribution,
    ContributionDownload,
    ContributionQueue,
    Document,
    DocumentPage,
    Library,
)
from shared.use_cases.publish_contribution import publish_contribution, withdraw_contribution

app = portal_api()

DOCUMENT = "document"
ANY_KIND = "*"


@gate
def published_document(app: APIGatewayHttpResolver) -> None:
    """404 for a document that is not in the library."""
    found = wiring.documents().find(_path(app))
    if found is None or found.published_at is None or found.status != "clean":
        raise NotFound
    app.context[DOCUMENT] = found


@gate
def any_document(app: APIGatewayHttpResolver) -> None:
    """404 for a document that does not exist; for staff."""
    found = wiring.documents().find(_path(app))
    if found is None:
        raise NotFound
    app.context[DOCUMENT] = found
    app.context[SUBJECT] = document_subject(found)


@app.get("/api/library", middlewares=[authenticated])
def search_library(
    kind: Annotated[str, Query(max_length=50)] = "",
    query: Annotated[str, Query(max_length=200)] = "",
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Response[Library]:
    """Published contributions of a kind, or of any, whose title has words that begin so."""
    found, more = wiring.documents().search(
        kind or ANY_KIND, words_of(query), after=start(cursor, "library", kind, query), limit=limit
    )
    more_of = next_cursor(more, "library", kind, query)
    return ok(Library(items=[Contribution.of(each) for each in found], next_cursor=more_of))


@app.get("/api/library/<document_id>", middlewares=[authenticated, published_document])
def download_contribution(document_id: str) -> Response[ContributionDownload]:
    """Where to download a published contribution from."""
    return ok(ContributionDownload(download_url=wiring.document_store().download_url(_document(app))))


@app.get("/api/staff/contributions", middlewares=[authenticated, staff()])
def list_contributions(limit: Limit = 50, cursor: Cursor = None) -> Response[ContributionQueue]:
    """The contributions of approved reports, whether they are published or not."""
    found, more = wiring.documents().contributions(after=start(cursor, "contributions"), limit=limit)
    names = wiring.members().names({each.member_id for each in found})
    shown = [
        ContributedDocument(
            **dict(Document.of(each)),
            member_id=each.member_id,
            member_name=names.get(each.member_id.lower(), each.member_id),
        )
        for each in found
    ]
    return ok(ContributionQueue(items=shown, next_cursor=next_cursor(more, "contributions")))


@app.get("/api/staff/documents/<document_id>", middlewares=[authenticated, staff(), any_document])
def open_document(document_id: str) -> Response[DocumentPage]:
    """Any member's document, with an address to download it from once it is clean."""
    found = _document(app)
    url = wiring.document_store().download_url(found) if found.status == "clean" else None
    return ok(DocumentPage(document=Document.of(found), download_url=url), found.version)


@app.post(
    "/api/staff/documents/<document_id>/publication",
    status_code=201,
    middlewares=[authenticated, staff(REVIEWER), any_document, no_body, idempotency_key, no_fields],
)
def publish(document_id: str) -> Response[Document]:
    """Publish a clean contribution of an approved report to all members."""
    published = publish_contribution(
        wiring.documents(), wiring.events(), command(app), _document(app), _name_of
    )
    return created(Document.of(published), published.version)


@app.delete(
    "/api/staff/documents/<document_id>/publication",
    status_code=204,
    middlewares=[authenticated, staff(REVIEWER), any_document, if_match],
)
def withdraw(document_id: str) -> Response[None]:
    """Take a contribution out of the library."""
    withdraw_contribution(wiring.documents(), wiring.events(), command(app), _document(app), version(app))
    return no_content()


def _name_of(member_id: str) -> str:
    member = wiring.members().find(member_id)
    return member.name if member is not None else "A member"


def _document(app: APIGatewayHttpResolver) -> StoredDocument:
    return cast(StoredDocument, app.context[DOCUMENT])


def _path(app: APIGatewayHttpResolver) -> str:
    return str(app.context["_route_args"].get("document_id", ""))


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Lambda's entry."""
    return answer(app, event, context)
