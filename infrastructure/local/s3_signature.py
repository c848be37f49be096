"""Checking what S3 would check of a presigned address: its signature (SigV4 in the query) and its life."""

import hashlib
import hmac
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, quote
from wsgiref.types import WSGIEnvironment

from infrastructure.local.account import ACCESS_KEY_ID, SECRET_ACCESS_KEY, SESSION_TOKEN

_MAXIMUM_LIFE_SECONDS = 7 * 24 * 3600
_STAMP = "%Y%m%dT%H%M%SZ"


class S3Refusal(Exception):
    """S3 says no: status, code and sentence of its XML error."""

    def __init__(self, status: str, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message


def denied(message: str = "Access Denied") -> S3Refusal:
    """403 AccessDenied."""
    return S3Refusal("403 Forbidden", "AccessDenied", message)


def signature_of(text: str, credential: str) -> str:
    """The SigV4 signature of a text by this account's secret; refuses another account's credential."""
    parts = credential.split("/")
    if len(parts) != 5 or parts[3:] != ["s3", "aws4_request"]:
        raise S3Refusal(
            "400 Bad Request", "AuthorizationQueryParametersError", "The credential is mal-formed."
        )
    access_key, day, region, service, terminator = parts
    if access_key != ACCESS_KEY_ID:
        raise S3Refusal(
            "403 Forbidden", "InvalidAccessKeyId", "The AWS Access Key Id you provided does not exist."
        )
    key = f"AWS4{SECRET_ACCESS_KEY}".encode()
    for part in (day, region, service, terminator):
        key = hmac.digest(key, part.encode(), "sha256")
    return hmac.new(key, text.encode(), "sha256").hexdigest()


def refuse_foreign_signature(expected: str, given: str) -> None:
    """403 SignatureDoesNotMatch unless both are the same."""
    if not hmac.compare_digest(expected.encode(), given.encode()):
        raise S3Refusal(
            "403 Forbidden",
            "SignatureDoesNotMatch",
            "The request signature we calculated does not match the signature you provided.",
        )


def check_presigned(environ: WSGIEnvironment, now: datetime) -> None:
    """Refuse a presigned request that was tampered with, has expired, or is not by this account.

    Raises S3Refusal.
    """
    pairs = parse_qsl(environ.get("QUERY_STRING", ""), keep_blank_values=True)
    parameters = dict(pairs)
    for name in ("X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Date", "X-Amz-Expires", "X-Amz-SignedHeaders"):
        if name not in parameters:
            raise S3Refusal(
                "400 Bad Request",
                "AuthorizationQueryParametersError",
                "Query-string authentication needs all its parts.",
            )
    _refuse_dead(parameters["X-Amz-Date"], parameters["X-Amz-Expires"], now)
    if parameters.get("X-Amz-Security-Token") != SESSION_TOKEN:
        raise S3Refusal(
            "400 Bad Request", "InvalidToken", "The provided token is malformed or otherwise invalid."
        )
    scope = parameters["X-Amz-Credential"].partition("/")[2]
    canonical = _canonical_request(environ, pairs, parameters["X-Amz-SignedHeaders"].split(";"))
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    text = "\n".join((parameters["X-Amz-Algorithm"], parameters["X-Amz-Date"], scope, digest))
    refuse_foreign_signature(
        signature_of(text, parameters["X-Amz-Credential"]), parameters.get("X-Amz-Signature", "")
    )


def _refuse_dead(stamp: str, life: str, now: datetime) -> None:
    try:
        signed_at = datetime.strptime(stamp, _STAMP).replace(tzinfo=UTC)
        seconds = int(life)
    except ValueError:
        raise denied("X-Amz-Date or X-Amz-Expires is mal-formed.") from None
    if not 0 < seconds <= _MAXIMUM_LIFE_SECONDS:
        raise denied("X-Amz-Expires must be between 1 second and a week.")
    if now >= signed_at + timedelta(seconds=seconds):
        raise denied("Request has expired")


def _canonical_request(environ: WSGIEnvironment, pairs: list[tuple[str, str]], signed: list[str]) -> str:
    path = quote(environ.get("PATH_INFO", "").encode("latin-1"), safe="/-_.~")
    query = sorted(
        (quote(name, safe="-_.~"), quote(value, safe="-_.~"))
        for name, value in pairs
        if name != "X-Amz-Signature"
    )
    headers = [f"{name}:{_header(environ, name)}\n" for name in signed]
    return "\n".join(
        (
            environ["REQUEST_METHOD"],
            path,
            "&".join(f"{name}={value}" for name, value in query),
            "".join(headers),
            ";".join(signed),
            "UNSIGNED-PAYLOAD",
        )
    )


def _header(environ: WSGIEnvironment, name: str) -> str:
    key = name.upper().replace("-", "_")
    value = environ.get(key if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{key}", "")
    return " ".join(str(value).split())
