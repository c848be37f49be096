"""A person's data: handed to themselves, handed out by an administrator on request, and erased on request."""

from typing import Any

from aws_lambda_powertools.event_handler import Response

from shared.adapters import clock
from shared.adapters.http.caller import ADMINISTRATOR
from shared.adapters.http.resolver import answer, portal_api
from shared.adapters.http.responses import ok
from shared.domain.events import event
from shared.handling import wiring
from shared.handling.gates import (
    MEMBER,
    SUBJECT,
    any_member,
    authenticated,
    command,
    idempotency_key,
    is_member,
    no_body,
    no_fields,
    not_oneself,
    staff,
)
from shared.handling.paging import Cursor, page_within
from shared.schemas.privacy import Erasure, PersonalData
from shared.use_cases.erase_member import erase_member
from shared.use_cases.hand_out_data import hand_out_data

app = portal_api()

PAGE_CHARACTERS = 2_000_000
"""A page ends with the item by which it has so many. Lambda's answers end at 6 MB, in which each quotation mark takes
another byte; an item has at most 400 kB."""

ADMINISTRATORS = [authenticated, staff(ADMINISTRATOR), any_member]


@app.get("/api/me/data", middlewares=[authenticated, is_member])
def read_my_data(cursor: Cursor = None) -> Response[PersonalData]:
    """Everything that the portal holds about the caller; files are downloaded one by one from `documents`."""
    return ok(_data_of(app.context[MEMBER].member_id, cursor))


@app.post(
    "/api/staff/members/<member_id>/data", middlewares=[*ADMINISTRATORS, no_body, idempotency_key, no_fields]
)
def hand_out(member_id: str, cursor: Cursor = None) -> Response[PersonalData]:
    """Everything that the portal holds about a member, to be handed to them; that it was asked for is recorded."""
    wiring.events().record(event(command(app), app.context[SUBJECT], "data-exported", {}))
    return ok(_data_of(app.context[MEMBER].member_id, cursor))


@app.post(
    "/api/staff/members/<member_id>/erasure",
    middlewares=[*ADMINISTRATORS, not_oneself, no_body, idempotency_key, no_fields],
)
def erase(member_id: str) -> Response[Erasure]:
    """Erase a member's data but for what must be kept; one that broke off goes on when it is asked for again."""
    done = erase_member(
        wiring.members(),
        wiring.personal_data(),
        wiring.accounts(),
        wiring.document_store(),
        command(app),
        app.context[MEMBER].member_id,
    )
    return ok(Erasure.of(done))


def _data_of(member_id: str, cursor: str | None) -> PersonalData:
    found = hand_out_data(wiring.members(), wiring.personal_data(), wiring.accounts(), member_id)
    page, more = page_within(
        found.held,
        lambda each: each.place,
        lambda each: each.size,
        cursor,
        PAGE_CHARACTERS,
        "data",
        found.member_id,
    )
    return PersonalData.of(found.member_id, page, more, clock.now())


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Lambda's entry."""
    return answer(app, event, context)
