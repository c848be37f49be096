"""The gates in front of the routes, in the order in which API.md refuses: who, staff only, whose, lapsed, can it be
read, which version, which key. What a gate finds it leaves in the resolver's context, where the handler takes it."""

import contextlib
import hashlib
import json
import re
from datetime import date
from typing import cast

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response

from shared.adapters import clock
from shared.adapters.http.caller import Caller, caller_of
from shared.adapters.http.resolver import JSON, NOT_JSON, SENT_AS, USED_BEFORE, Gate, gate, logger
from shared.domain import ids
from shared.domain.days import day_of
from shared.domain.errors import (
    Fault,
    InvalidRequest,
    MalformedRequest,
    NotFound,
    StaffOnly,
    UnsupportedMediaType,
    VersionRequired,
    pointer_to,
)
from shared.domain.events import Command, Role, require_other
from shared.domain.invoices import Invoice, subject_of
from shared.domain.members import Member
from shared.domain.privacy import ERASED, ERASED_DETAIL
from shared.domain.recertification import Recertification
from shared.domain.standing import claim_among
from shared.handling import wiring
from shared.settings import settings

App = APIGatewayHttpResolver

_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_ULID = re.compile(r"[0-7][0-9A-HJKMNP-TV-Za-hjkmnp-tv-z]{25}")
_STRONG_TAG = re.compile(r'"([^"]*)"')

CALLER, RECERTIFICATION, INVOICE, COMMAND, VERSION = (
    "caller",
    "recertification",
    "invoice",
    "command",
    "version",
)
MEMBER = "member"
SUBJECT = "subject"
"""Where a gate leaves whose history a change belongs to, when that is neither a certification's nor an invoice's."""


@gate
def authenticated(app: App) -> None:
    """401 without a valid access token."""
    app.context[CALLER] = caller_of(app.current_event.raw_event, settings().user_pool_client_id)


def staff(*roles: str) -> Gate:
    """403 `staff-only` for anyone who holds none of the roles; without roles named, any staff role will do."""

    @gate
    def staff_only(app: App) -> None:
        held = caller(app).roles
        if not held:
            raise StaffOnly("This page is for the certifying body's staff.")
        if roles and held.isdisjoint(roles):
            raise StaffOnly("Your staff role does not include this. Ask an administrator of the portal.")
        app.context["role"] = "staff"

    return staff_only


@gate
def own_certification(app: App) -> None:
    """404 for a certification that does not exist or belongs to someone else."""
    found = wiring.recertifications().find(_path(app, "certification_id"))
    if found is None or found.certification.member_id.lower() != caller(app).member_id.lower():
        raise NotFound
    app.context[RECERTIFICATION] = found


@gate
def any_certification(app: App) -> None:
    """404 for a certification that does not exist; for staff."""
    found = wiring.recertifications().find(_path(app, "certification_id"))
    if found is None:
        raise NotFound
    app.context[RECERTIFICATION] = found


@gate
def not_erased(app: App) -> None:
    """404 for a certification of somebody whose data were erased; for staff."""
    _refuse_erased(app)


@gate
def own_entry(app: App) -> None:
    """404 for an entry that is not in the current cycle; what standing claims have accrued is."""
    recertification(app).accrued(today()).entry(_path(app, "entry_id"))


@gate
def own_standing(app: App) -> None:
    """404 for a standing claim that the certification does not have."""
    claim_among(recertification(app).standing, _path(app, "standing_id"))


@gate
def own_invoice(app: App) -> None:
    """404 for an invoice that does not exist or belongs to someone else."""
    found = wiring.invoices().find(_path(app, "invoice_id"))
    if found is None or found.member_id.lower() != caller(app).member_id.lower():
        raise NotFound
    app.context[INVOICE] = found


@gate
def any_invoice(app: App) -> None:
    """404 for an invoice that does not exist; for staff."""
    found = wiring.invoices().find(_path(app, "invoice_id"))
    if found is None:
        raise NotFound
    app.context[INVOICE] = found


@gate
def any_member(app: App) -> None:
    """404 for a member who does not exist; for staff."""
    found = wiring.members().find(_path(app, "member_id"))
    if found is None:
        raise NotFound
    app.context[MEMBER] = found
    app.context[SUBJECT] = f"member:{found.member_id.lower()}"


@gate
def is_member(app: App) -> None:
    """404 for an account that is no member's, or whose data were erased."""
    member = wiring.members().find(caller(app).member_id)
    if member is None or member.erasure:
        raise NotFound("There is no member's profile for this account.")
    app.context[MEMBER] = member


@gate
def not_oneself(app: App) -> None:
    """403 `staff-only` for staff who are the member: nobody decides on their own (rule 6)."""
    require_other(_command(app, ids.fresh_key(), ""), cast(Member, app.context[MEMBER]).member_id)


@gate
def others_only(app: App) -> None:
    """403 `staff-only` for staff whose own certification or invoice it is: nobody decides on their own (rule 6)."""
    whose = recertification(app).certification if RECERTIFICATION in app.context else invoice(app)
    require_other(_command(app, ids.fresh_key(), ""), whose.member_id)


@gate
def portal_open(app: App) -> None:
    """403 `certification-lapsed` when the portal is closed for this certification, on every request (rule 7)."""
    recertification(app).require_open(today())


@gate
def json_body(app: App) -> None:
    """415 for another type than JSON, 400 for a body that is not JSON."""
    sent_as = app.current_event.headers.get(SENT_AS, "").partition(";")[0].strip().lower()
    if sent_as not in ("", JSON):
        raise UnsupportedMediaType("Send the body of this request as application/json.")
    try:
        app.current_event.json_body  # noqa: B018 (read to see whether it can be)
    except ValueError:
        raise MalformedRequest(NOT_JSON) from None
    if not app.current_event.body:
        raise MalformedRequest("This request needs a JSON body.")


@gate
def no_body(app: App) -> None:
    """415 and 400 as for any body, where none is needed: one that is sent must be JSON."""
    if app.current_event.body:
        json_body(app, lambda _: Response(status_code=204))


@gate
def no_fields(app: App) -> None:
    """422 for a body that says something, where nothing can be said: every field is unknown here."""
    body = app.current_event.json_body if app.current_event.body else None
    if isinstance(body, dict):
        faults = tuple(Fault(pointer_to(name), "This field is not known here.") for name in body)
    else:
        faults = () if body is None else (Fault("", "Give an object, or no body at all."),)
    if faults:
        raise InvalidRequest(faults)


@gate
def if_match(app: App) -> None:
    """428 without `If-Match` and a version in double quotes."""
    tag = _STRONG_TAG.fullmatch(app.current_event.headers.get("if-match", "").strip())
    if tag is None:
        raise VersionRequired(
            'Send the version you are changing as If-Match, in double quotes: If-Match: "3". It is the ETag you got.'
        )
    app.context[VERSION] = tag[1]
    _ask(app, _command(app, ids.fresh_key(), ""))


@gate
def idempotency_key(app: App) -> None:
    """400 without an Idempotency-Key that is a UUID or ULID (API.md)."""
    key = app.current_event.headers.get("idempotency-key", "").strip()
    if not (_UUID.fullmatch(key) or _ULID.fullmatch(key)):
        raise MalformedRequest(
            "Send an Idempotency-Key header: a new UUID or ULID, and the same again when you repeat this request."
        )
    event = app.current_event
    scope = ids.digest(
        "request", caller(app).member_id.lower(), event.http_method.upper(), event.path, key.lower()
    )
    asked = _command(app, scope, _fingerprint(app))
    _ask(app, asked)
    app.context[USED_BEFORE] = lambda: _is_recorded(app, asked)


def caller(app: App) -> Caller:
    """Who is calling."""
    return cast(Caller, app.context[CALLER])


def access_token(app: App) -> str:
    """The token that the caller came with."""
    return str(app.current_event.headers.get("authorization", "")).partition(" ")[2].strip()


def recertification(app: App) -> Recertification:
    """The recertification of the certification in the path, as it was just read."""
    return cast(Recertification, app.context[RECERTIFICATION])


def invoice(app: App) -> Invoice:
    """The invoice in the path, as it was just read."""
    return cast(Invoice, app.context[INVOICE])


def command(app: App) -> Command:
    """The change that is asked for."""
    return cast(Command, app.context[COMMAND])


def version(app: App) -> str:
    """The version that the change is based on."""
    return cast(str, app.context[VERSION])


def today() -> date:
    """The day it is in the program's time zone."""
    return wiring.today()


def _ask(app: App, asked: Command) -> None:
    """Where every change comes through, whatever its route."""
    if asked.role == "member":
        _refuse_erased(app)
    app.context[COMMAND] = asked
    logger.append_keys(event_id=asked.key)  # by which a request is followed to the mails it caused


def _refuse_erased(app: App) -> None:
    """404 for somebody whose data were erased, for as long as their token lives; a read where none told it yet."""
    if RECERTIFICATION in app.context:
        erased = recertification(app).certification.terminated_reason == ERASED
    else:
        member = app.context.get(MEMBER) or wiring.members().find(caller(app).member_id)
        erased = member is not None and member.erasure != ""
    if erased:
        raise NotFound(ERASED_DETAIL)


def _command(app: App, key: str, fingerprint: str) -> Command:
    now = clock.now()
    role: Role = app.context.get("role", "member")
    return Command(
        caller(app).member_id, role, now, day_of(now, wiring.editions().time_zone), key, fingerprint
    )


def _fingerprint(app: App) -> str:
    """The hash of what a request says, whatever its spacing and the order of its members."""
    body = app.current_event.body or ""
    with contextlib.suppress(ValueError, RecursionError):
        body = json.dumps(app.current_event.json_body, sort_keys=True, default=str)
    return hashlib.sha256(body.encode()).hexdigest()


def _is_recorded(app: App, asked: Command) -> bool:
    """Whether the key of a request was used before for what the path names."""
    if RECERTIFICATION in app.context:
        subject = f"certification:{recertification(app).certification.certification_id}"
    elif INVOICE in app.context:
        subject = subject_of(invoice(app))
    elif SUBJECT in app.context:
        subject = app.context[SUBJECT]
    else:
        return False
    return wiring.events().find(subject, asked.key) is not None


def _path(app: App, name: str) -> str:
    return str(app.context["_route_args"].get(name, ""))
