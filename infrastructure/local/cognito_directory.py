"""Looking users up in moto's pools the way Cognito does: by user name or verified e-mail address, in any case."""

import re
from typing import Any

import jwt
from moto.cognitoidp.models import CognitoIdpUser, CognitoIdpUserPool, cognitoidp_backends

from infrastructure.local.account import ACCOUNT_ID, REGION

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_SYMBOLS = set("^$*.[]{}()?\"!@#%&/\\,><':;|_~`=+- ")
_SECONDS = {"seconds": 1, "minutes": 60, "hours": 3600, "days": 86400}


class Refused(Exception):
    """Cognito says no: the exception's public code and its sentence."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def is_email(text: str) -> bool:
    """Whether the text has the form of an e-mail address."""
    return _EMAIL.fullmatch(text) is not None


def masked(address: str) -> str:
    """The address as Cognito shows it in delivery details: `m***@e***`."""
    local, _, domain = address.partition("@")
    return f"{local[:1]}***@{domain[:1]}***".lower()


def _pools() -> dict[str, CognitoIdpUserPool]:
    pools: dict[str, CognitoIdpUserPool] = cognitoidp_backends[ACCOUNT_ID][REGION].user_pools
    return pools


def pool_of_client(client_id: str | None) -> CognitoIdpUserPool:
    """The pool that a client belongs to; refuses an unknown client as Cognito does."""
    for pool in _pools().values():
        if client_id in pool.clients:
            return pool
    raise Refused("ResourceNotFoundException", f"User pool client {client_id} does not exist.")


def pool_by_id(pool_id: str) -> CognitoIdpUserPool:
    """The pool with this id."""
    pool = _pools().get(pool_id)
    if pool is None:
        raise Refused("ResourceNotFoundException", f"User pool {pool_id} does not exist.")
    return pool


def by_access_token(token: str | None, now: float) -> tuple[CognitoIdpUserPool, CognitoIdpUser, str]:
    """Pool, user and client id of an access token that was issued, lives and is not revoked."""
    for pool in _pools().values():
        if token in pool.access_tokens:
            if jwt.decode(token, options={"verify_signature": False})["exp"] <= now:
                raise Refused("NotAuthorizedException", "Access Token has expired")
            client_id, username = pool.access_tokens[token]
            user = pool.users.get(username)
            if user is not None:
                return pool, user, client_id
    raise Refused("NotAuthorizedException", "Invalid Access Token")


def email_is_alias(pool: CognitoIdpUserPool) -> bool:
    """Whether people may log in with their verified address."""
    return "email" in (pool.extended_config.get("AliasAttributes") or [])


def verified_email(user: CognitoIdpUser) -> str | None:
    """The user's address, if it is verified."""
    if str(user.attribute_lookup.get("email_verified", "")).lower() != "true":
        return None
    return user.attribute_lookup.get("email")


def holder_of_email(pool: CognitoIdpUserPool, address: str) -> CognitoIdpUser | None:
    """Who holds this address verified, whatever the case of its letters."""
    wanted = address.casefold()
    for user in pool.users.values():
        held = verified_email(user)
        if held is not None and held.casefold() == wanted:
            return user
    return None


def find_user(pool: CognitoIdpUserPool, login: str) -> CognitoIdpUser | None:
    """The user of a log-in name: user name in any case, or verified address in any case."""
    login = login.strip()
    exact = pool.users.get(login)
    if exact is not None:
        return exact
    if email_is_alias(pool) and is_email(login):
        return holder_of_email(pool, login)
    wanted = login.casefold()
    return next((user for name, user in pool.users.items() if name.casefold() == wanted), None)


def refuse_taken_email(pool: CognitoIdpUserPool, address: str, own: CognitoIdpUser | None) -> None:
    """One verified address belongs to one user of a pool that takes it as an alias."""
    if not email_is_alias(pool):
        return
    holder = holder_of_email(pool, address)
    if holder is not None and holder is not own:
        raise Refused("AliasExistsException", "An account with the email already exists.")


def refuse_weak_password(pool: CognitoIdpUserPool, password: str) -> None:
    """The pool's password policy, with Cognito's own sentences."""
    policy = (pool.extended_config.get("Policies") or {}).get("PasswordPolicy") or {}
    demands = [
        (len(password) >= int(policy.get("MinimumLength", 8)), "Password not long enough"),
        (len(password) <= 256, "Password too long"),
        (
            not policy.get("RequireLowercase") or re.search("[a-z]", password),
            "Password must have lowercase characters",
        ),
        (
            not policy.get("RequireUppercase") or re.search("[A-Z]", password),
            "Password must have uppercase characters",
        ),
        (
            not policy.get("RequireNumbers") or re.search("[0-9]", password),
            "Password must have numeric characters",
        ),
        (
            not policy.get("RequireSymbols") or _SYMBOLS & set(password.strip()),
            "Password must have symbol characters",
        ),
    ]
    for met, sentence in demands:
        if not met:
            raise Refused("InvalidPasswordException", f"Password did not conform with policy: {sentence}")


def client_setting(pool: CognitoIdpUserPool, client_id: str, name: str, default: Any = None) -> Any:
    """A setting of an app client."""
    return pool.clients[client_id].extended_config.get(name, default)


def hides_unknown_users(pool: CognitoIdpUserPool, client_id: str) -> bool:
    """Whether the client asks Cognito to answer for an unknown user as for a known one."""
    return bool(client_setting(pool, client_id, "PreventUserExistenceErrors", "LEGACY") == "ENABLED")


def honour_token_validity() -> None:
    """Let tokens live as long as the client says; moto gives every token an hour."""
    issue = CognitoIdpUserPool.create_jwt

    def create_jwt(
        self: CognitoIdpUserPool,
        client_id: str,
        username: str,
        token_use: str,
        expires_in: int = 3600,
        extra_data: dict[str, Any] | None = None,
    ) -> tuple[str, int]:
        kind = "AccessToken" if token_use == "access" else "IdToken"
        amount = client_setting(self, client_id, f"{kind}Validity")
        if amount:
            unit = (client_setting(self, client_id, "TokenValidityUnits") or {}).get(kind, "hours")
            expires_in = int(amount) * _SECONDS[unit]
        return issue(self, client_id, username, token_use, expires_in, extra_data)

    CognitoIdpUserPool.create_jwt = create_jwt  # type: ignore[method-assign]
