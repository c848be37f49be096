"""Who is calling: the member id and the groups from the access token that the gateway has verified."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from shared.domain.errors import Unauthenticated

REVIEWER, FINANCE, ADMINISTRATOR = "staff-reviewer", "staff-finance", "staff-admin"
ROLES = (REVIEWER, FINANCE, ADMINISTRATOR)


@dataclass(frozen=True, slots=True)
class Caller:
    """A person with a valid access token; `roles` are those that the groups give."""

    member_id: str
    roles: frozenset[str]

    @property
    def is_staff(self) -> bool:
        """Whether any staff role is held."""
        return bool(self.roles)


def caller_of(event: Mapping[str, Any], client_id: str) -> Caller:
    """The caller of an HTTP API event.

    The gateway checks signature, issuer, client and age; it lets id tokens pass, so a token's use is checked here.
    Raises Unauthenticated.
    """
    authorizer = (event.get("requestContext") or {}).get("authorizer") or {}
    claims = (authorizer.get("jwt") or {}).get("claims") or {}
    username = claims.get("username", "")
    if (
        claims.get("token_use") != "access"
        or not username
        or (client_id and claims.get("client_id") != client_id)
    ):
        raise Unauthenticated
    return Caller(username, roles_of(groups_of(str(claims.get("cognito:groups", "")))))


def groups_of(claim: str) -> frozenset[str]:
    """The whole names in a groups claim as the gateway flattens it: `[staff]` or `[a b]`. A comma is part of a name."""
    return frozenset(claim.strip().removeprefix("[").removesuffix("]").split())


def roles_of(groups: frozenset[str]) -> frozenset[str]:
    """The roles that groups give; `staff` holds all three."""
    return frozenset(ROLES) if "staff" in groups else groups & frozenset(ROLES)
