"""My Profile and My Registrations: who the caller is, what they hold, their name, address and contact fields."""

from typing import Any

from aws_lambda_powertools.event_handler import Response

from shared.adapters.http.resolver import answer, portal_api
from shared.adapters.http.responses import ok
from shared.domain.certifications import portal_notice
from shared.domain.members import Member
from shared.handling import wiring
from shared.handling.gates import (
    access_token,
    authenticated,
    caller,
    command,
    if_match,
    is_member,
    json_body,
    today,
    version,
)
from shared.handling.paging import LONGEST_PAGE, Cursor, Limit, page_of
from shared.schemas.members import (
    Certifications,
    EmailSent,
    Identity,
    Me,
    NameSent,
    Portal,
    Profile,
    ProfileSent,
)
from shared.schemas.points import Certification
from shared.use_cases.change_email import change_email
from shared.use_cases.change_name import change_name
from shared.use_cases.change_profile import change_profile

app = portal_api()


@app.get("/api/me", middlewares=[authenticated])
def read_me() -> Response[Me]:
    """The caller, and whether the recertification portal is open to them, with what to do if it is not."""
    who = caller(app)
    member, held = wiring.members().with_registrations(who.member_id)
    member = member or Member(who.member_id, "", "", "")
    access, detail = portal_notice(held, wiring.editions().in_force(today()), today())
    return ok(
        Me(
            member_id=member.member_id,
            name=member.name or who.member_id,
            first_name=member.first_name,
            last_name=member.last_name,
            email=member.email,
            profile=Profile.of(member),
            certifications=[Certification.of(each, today()) for each in held],
            portal=Portal(access=access, detail=detail),
            roles=sorted(who.roles),
            time_zone=wiring.editions().time_zone,
        ),
        member.version,
    )


@app.put("/api/me/profile", middlewares=[authenticated, is_member, json_body, if_match])
def replace_profile(profile: ProfileSent) -> Response[Profile]:
    """Replace the contact fields."""
    changed = change_profile(
        wiring.members(),
        wiring.events(),
        command(app),
        app.context["member"],
        profile.to_domain(),
        version(app),
    )
    return ok(Profile.of(changed), changed.version)


@app.put("/api/me/name", middlewares=[authenticated, is_member, json_body, if_match])
def replace_name(name: NameSent) -> Response[Identity]:
    """Replace the name; what was signed or issued keeps the old one."""
    changed = change_name(
        wiring.members(),
        wiring.events(),
        command(app),
        app.context["member"].member_id,
        name.first_name,
        name.last_name,
        version(app),
    )
    return ok(Identity.of(changed), changed.version)


@app.put("/api/me/email", middlewares=[authenticated, is_member, json_body, if_match])
def replace_email(address: EmailSent) -> Response[Identity]:
    """Take over the address that was verified at the account; the old one is told by mail."""
    changed = change_email(
        wiring.members(),
        wiring.events(),
        wiring.own_account(access_token(app)),
        command(app),
        app.context["member"],
        address.email,
        version(app),
    )
    return ok(Identity.of(changed), changed.version)


@app.get("/api/certifications", middlewares=[authenticated])
def list_certifications(limit: Limit = LONGEST_PAGE, cursor: Cursor = None) -> Response[Certifications]:
    """What the caller holds."""
    _, held = wiring.members().with_registrations(caller(app).member_id)
    order = wiring.editions().designations
    page, more = page_of(
        held,
        lambda each: f"{order.index(each.certification.designation):06}",
        cursor,
        limit,
        "certifications",
        caller(app).member_id,
    )
    return ok(
        Certifications(
            items=[Certification.of(each, today()) for each in page],
            next_cursor=more,
        )
    )


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Lambda's entry."""
    return answer(app, event, context)
