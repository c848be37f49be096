"""The authorizer takes what the service takes: the pool's signature, issuer, client and time, and nothing else."""

import base64
import json
import time
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from infrastructure.local.authorizer import JwtAuthorizer, Unauthorized
from infrastructure.local.template import Authorizer

ISSUER = "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_pool"
ROUTE = Authorizer(ISSUER, ("portal",))
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
OTHER_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)


@pytest.fixture(scope="module")
def authorizer() -> JwtAuthorizer:
    published = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(KEY.public_key()))
    return JwtAuthorizer(
        [ISSUER], lambda _: {"keys": [published | {"kid": "k", "alg": "RS256", "use": "sig"}]}
    )


def token(key: Any = KEY, kid: str = "k", algorithm: str = "RS256", **changes: Any) -> str:
    claims = {"iss": ISSUER, "client_id": "portal", "exp": int(time.time()) + 60, "username": "M-1"} | changes
    kept = {name: value for name, value in claims.items() if value is not None}
    return jwt.encode(kept, key, algorithm, {"kid": kid})


def test_an_access_token_of_the_client_is_taken(authorizer: JwtAuthorizer) -> None:
    assert authorizer.claims(ROUTE, f"Bearer {token()}")["username"] == "M-1"
    assert authorizer.claims(ROUTE, f"bearer {token()}")["username"] == "M-1"
    assert authorizer.claims(ROUTE, token())["username"] == "M-1"


def test_an_id_token_of_the_client_is_taken_too(authorizer: JwtAuthorizer) -> None:
    made = token(client_id=None, aud="portal", token_use="id")
    assert authorizer.claims(ROUTE, f"Bearer {made}")["token_use"] == "id"


@pytest.mark.parametrize(
    "made",
    [
        token(client_id="another"),
        token(client_id=None),
        token(aud="another"),
        token(iss="https://cognito-idp.us-east-1.amazonaws.com/us-east-1_other"),
        token(iss=None),
        token(exp=int(time.time()) - 1),
        token(exp=None),
        token(key=OTHER_KEY),
        token(kid="unknown"),
        token(key=b"a secret of thirty-two characters", algorithm="HS256"),
        jwt.encode({"iss": ISSUER, "client_id": "portal", "exp": 2**31}, None, "none", {"kid": "k"}),
        base64.b64encode(b"nonsense").decode(),
        "",
    ],
)
def test_every_other_token_is_refused(authorizer: JwtAuthorizer, made: str) -> None:
    with pytest.raises(Unauthorized):
        authorizer.claims(ROUTE, f"Bearer {made}")


def test_no_header_is_refused(authorizer: JwtAuthorizer) -> None:
    with pytest.raises(Unauthorized):
        authorizer.claims(ROUTE, None)
