"""Tokens, through the local gateway and the real handlers: every route asked with every kind of token that is none."""

import asyncio
import json
import time
from importlib import import_module
from typing import Any

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from infrastructure.local.authorizer import JwtAuthorizer
from infrastructure.local.environments import Invocation
from infrastructure.local.gateway import Api
from tests.integration.portal import CLIENT_ID, ISSUER, STAFF, Portal, routes

KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
HOUR = 3600
OTHER_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
GUARDED = [route for route in routes() if route.authorizer is not None]


class Here:
    """The functions in this process; remembers which were called."""

    def __init__(self) -> None:
        self.called: list[str] = []
        self.functions = {route.function: route.function for route in routes()}
        self.routes = routes()

    async def invoke(self, function: str, event: dict[str, Any]) -> Invocation:
        self.called.append(function)
        return Invocation(import_module(f"functions.{function}.handler").handler(event, None))


def token(key: Any = KEY, algorithm: str = "RS256", kid: str = "k", **changes: Any) -> str:
    claims = {**STAFF.claims, "exp": int(time.time()) + 24 * HOUR, "iat": int(time.time()), **changes}
    kept = {name: value for name, value in claims.items() if value is not None}
    return jwt.encode(kept, key, algorithm, {"kid": kid})


def tampered() -> str:
    head, _, signature = token(username="m1").split(".")
    return f"{head}.{token().split('.')[1]}.{signature}"


REFUSED = {
    "expired": token(exp=int(time.time()) - 1),
    "not yet valid": token(nbf=int(time.time()) + HOUR),
    "without an end": token(exp=None),
    "of another client": token(client_id="another"),
    "of no client": token(client_id=None),
    "for another audience": token(aud="another"),
    "of another pool": token(iss=ISSUER + "2"),
    "of another key": token(OTHER_KEY),
    "of an unknown key": token(kid="unknown"),
    "signed with a word": token(b"a secret of thirty-two characters", "HS256"),
    "not signed": jwt.encode({**STAFF.claims}, None, "none", {"kid": "k"}),
    "tampered with": tampered(),
    "an id token": token(token_use="id", client_id=None, aud=CLIENT_ID, scope=None),
    "an id token under a client": token(token_use="id"),
    "without a name": token(username=None),
    "without a use": token(token_use=None),
    "no token at all": "",
}
PASSED_ON = ("an id token", "an id token under a client", "without a name", "without a use")
"""What the gateway lets pass, for the functions to refuse."""


@pytest.fixture
def here(portal: Portal) -> tuple[Here, Api]:
    published = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(KEY.public_key()))
    keys = {"keys": [published | {"kid": "k", "alg": "RS256", "use": "sig"}]}
    functions = Here()
    return functions, Api(functions, functions, JwtAuthorizer([ISSUER], lambda _: keys))  # type: ignore[arg-type]


def ask(api: Api, made: str, asked: list[Any]) -> list[httpx.Response]:
    async def all_of_them() -> list[httpx.Response]:
        transport = httpx.ASGITransport(app=api)  # type: ignore[arg-type]
        async with httpx.AsyncClient(transport=transport, base_url="https://portal.example.org") as client:
            headers = {"authorization": f"Bearer {made}"} if made else {}
            paths = [route.path.replace("{", "").replace("}", "") for route in asked]
            return [
                await client.request(route.method, path, headers=headers)
                for route, path in zip(asked, paths, strict=True)
            ]

    return asyncio.run(all_of_them())


def test_a_good_token_is_let_in(here: tuple[Here, Api]) -> None:
    functions, api = here
    me = [route for route in GUARDED if route.key == "GET /api/me"]
    (answer,) = ask(api, token(), me)
    assert (answer.status_code, answer.json()["member_id"]) == (200, STAFF.member_id)
    assert functions.called == ["profile"]


@pytest.mark.parametrize("kind", REFUSED)
def test_no_route_takes_a_token_that_is(portal: Portal, here: tuple[Here, Api], kind: str) -> None:
    functions, api = here
    with portal.calls.counted() as calls:
        answers = ask(api, REFUSED[kind], GUARDED)
    assert {(each.status_code, each.headers["www-authenticate"]) for each in answers} == {(401, "Bearer")}
    assert calls == []
    assert bool(functions.called) == (kind in PASSED_ON)
