"""What happened to a certification, what staff have to look at themselves, and how many stand where."""

from collections.abc import Sequence
from typing import Any, Literal

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response

from shared.adapters.http.resolver import answer, gate, portal_api
from shared.adapters.http.responses import ok
from shared.domain.errors import NotFound
from shared.domain.history import Happening as StoredHappening
from shared.domain.history import attention_of, history_of
from shared.handling import wiring
from shared.handling.gates import (
    SUBJECT,
    any_certification,
    any_member,
    authenticated,
    command,
    idempotency_key,
    json_body,
    own_certification,
    staff,
    today,
)
from shared.handling.paging import Cursor, Limit, in_time, page_of
from shared.schemas.history import Attention, AttentionList, DoneSent, Figures, Happening, History
from shared.settings import settings
from shared.use_cases.give_back import ATTENTION
from shared.use_cases.settle_attention import settle_attention

app = portal_api()


@gate
def any_attention(app: APIGatewayHttpResolver) -> None:
    """404 for something that was never raised."""
    raised = attention_of(wiring.events().of(ATTENTION))
    wanted = app.context["_route_args"].get("attention_id", "")
    found = next((each for each in raised if each.raised.event_id == wanted), None)
    if found is None:
        raise NotFound
    app.context["attention"] = found
    app.context[SUBJECT] = ATTENTION


@app.get("/api/certifications/<certification_id>/history", middlewares=[authenticated, own_certification])
def read_own_history(certification_id: str, limit: Limit = 50, cursor: Cursor = None) -> Response[History]:
    """What happened to the caller's certification, the latest first."""
    return ok(_page(certification_id, limit, cursor, of_staff=False))


@app.get(
    "/api/staff/certifications/<certification_id>/history",
    middlewares=[authenticated, staff(), any_certification],
)
def read_history(certification_id: str, limit: Limit = 50, cursor: Cursor = None) -> Response[History]:
    """What happened to a certification and who did it, the latest first."""
    return ok(_page(certification_id, limit, cursor, of_staff=True))


@app.get("/api/staff/members/<member_id>/history", middlewares=[authenticated, staff(), any_member])
def read_member_history(member_id: str, limit: Limit = 50, cursor: Cursor = None) -> Response[History]:
    """What happened to a person, whatever they hold: name, address, membership, programs bought; the latest first."""
    subject = app.context[SUBJECT]
    return ok(_shown(subject, history_of(wiring.events().of(subject), (), of_staff=True), limit, cursor))


def _page(certification_id: str, limit: int, cursor: str | None, *, of_staff: bool) -> History:
    subject = f"certification:{certification_id}"
    happened = history_of(
        wiring.events().of(subject),
        wiring.invoices().of_certification(certification_id),
        of_staff=of_staff,
    )
    return _shown(subject, happened, limit, cursor)


def _shown(subject: str, happened: Sequence[StoredHappening], limit: int, cursor: str | None) -> History:
    page, more = page_of(
        happened, lambda each: each.place, cursor, limit, "history", subject, latest_first=True
    )
    return History(items=[Happening.of(each) for each in page], next_cursor=more)


@app.get("/api/staff/attention", middlewares=[authenticated, staff()])
def list_attention(
    state: Literal["open", "done"] = "open", limit: Limit = 50, cursor: Cursor = None
) -> Response[AttentionList]:
    """What staff have to look at themselves, or what they did look after; oldest first."""
    found = [
        each
        for each in attention_of(wiring.events().of(ATTENTION))
        if (each.done is None) == (state == "open")
    ]
    page, more = page_of(
        found,
        lambda each: in_time(each.raised.at, each.raised.event_id),
        cursor,
        limit,
        "attention",
        state,
    )
    shown = [Attention.of(each) for each in page]
    return ok(AttentionList(items=shown, stripe_url=settings().stripe_url, next_cursor=more))


@app.post(
    "/api/staff/attention/<attention_id>/done",
    middlewares=[authenticated, staff(), any_attention, json_body, idempotency_key],
)
def mark_done(attention_id: str, done: DoneSent) -> Response[Attention]:
    """Say that something was looked after, and how."""
    return ok(
        Attention.of(settle_attention(wiring.events(), command(app), app.context["attention"], done.note))
    )


@app.get("/api/staff/figures", middlewares=[authenticated, staff()])
def read_figures() -> Response[Figures]:
    """How many certifications and invoices stand where today."""
    return ok(Figures.of(wiring.counts().figures(today()), today()))


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Lambda's entry."""
    return answer(app, event, context)
