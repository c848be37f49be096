"""The JWT authorizer of an HTTP API: signature by the pool's published keys, issuer, client, time."""

import json
import urllib.request
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import jwt

from infrastructure.local.payload import flattened
from infrastructure.local.template import Authorizer


class Unauthorized(Exception):
    """No token, or none that counts."""


class JwtAuthorizer:
    """Checks tokens as the service does: an id token passes too, for functions to refuse.

    `issuers` are those that routes name, `keys` gives the published keys (JWKS) of one; asked for at once, not later.
    """

    def __init__(self, issuers: Iterable[str], keys: Callable[[str], Mapping[str, Any]]) -> None:
        self._keys = {issuer: jwt.PyJWKSet.from_dict(dict(keys(issuer))) for issuer in set(issuers)}

    def claims(self, authorizer: Authorizer, header: str | None) -> dict[str, str]:
        """The claims of the token in an Authorization header, each flattened to a string; raises Unauthorized."""
        token = (header or "").strip()
        scheme, _, rest = token.partition(" ")
        if scheme.lower() == "bearer":
            token = rest.strip()
        try:
            key = self._keys[authorizer.issuer][str(jwt.get_unverified_header(token).get("kid"))]
            claims: dict[str, Any] = jwt.decode(
                token,
                key.key,
                algorithms=["RS256"],
                issuer=authorizer.issuer,
                options={"require": ["exp", "iss"], "verify_aud": False},
            )
        except (jwt.PyJWTError, KeyError) as error:
            raise Unauthorized from error
        if not _audience(claims) & set(authorizer.audience):
            raise Unauthorized
        return flattened(claims)


def _audience(claims: Mapping[str, Any]) -> set[str]:
    """Who the token is for: `aud`, or `client_id` where there is none, as in access tokens."""
    named = claims.get("aud", claims.get("client_id", []))
    return {named} if isinstance(named, str) else set(named)


def published_keys(cognito: str, issuer: str) -> Mapping[str, Any]:
    """The keys of a pool by its issuer, from the local Cognito."""
    address = f"{cognito}/{issuer.rsplit('/', 1)[1]}/.well-known/jwks.json"
    with urllib.request.urlopen(address, timeout=5) as answer:  # noqa: S310 (our own emulator)
        keys: Mapping[str, Any] = json.load(answer)
        return keys
