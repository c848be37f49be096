"""The guard before moto's S3: nobody reads or writes without a signature, and pages only of allowed origins."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment
from xml.sax.saxutils import escape

from moto.s3.models import s3_backends
from werkzeug.formparser import parse_form_data

from infrastructure.local.account import ACCOUNT_ID
from infrastructure.local.s3_policy import PostedForm, check_posted_form
from infrastructure.local.s3_signature import S3Refusal, check_presigned, denied
from infrastructure.local.wsgi import Answer, query, read_body, replace_body, run, service_of


class S3Guard:
    """WSGI middleware; everything that is not S3 passes."""

    def __init__(
        self, app: WSGIApplication, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._app = app
        self._clock = clock

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if service_of(environ) != "s3":
            return self._app(environ, start_response)
        bucket = environ.get("PATH_INFO", "/").split("/")[1]
        origin = environ.get("HTTP_ORIGIN", "")
        if environ["REQUEST_METHOD"] == "OPTIONS":
            method = environ.get("HTTP_ACCESS_CONTROL_REQUEST_METHOD", "")
            headers = _cors_headers(bucket, origin, method)
            answer = (
                Answer("200 OK", headers)
                if headers
                else _xml(denied("CORSResponse: This CORS request is not allowed."))
            )
            return answer.send(start_response)
        try:
            self._check(environ, bucket)
            answer = run(self._app, environ)
        except S3Refusal as refusal:
            answer = _xml(refusal)
        passed_on = [pair for pair in answer.headers if not pair[0].lower().startswith("access-control-")]
        headers = [*passed_on, *_cors_headers(bucket, origin, environ["REQUEST_METHOD"])]
        if environ["REQUEST_METHOD"] == "HEAD":
            start_response(answer.status, headers)
            return []
        return Answer(answer.status, headers, answer.body).send(start_response)

    def _check(self, environ: WSGIEnvironment, bucket: str) -> None:
        if environ.get("HTTP_AUTHORIZATION", "").startswith("AWS4-HMAC-SHA256 "):
            return
        if "X-Amz-Signature" in query(environ) or "X-Amz-Credential" in query(environ):
            check_presigned(environ, self._clock())
            # moto would answer 403 for a missing key, whoever asks
            credential = query(environ)["X-Amz-Credential"]
            environ["HTTP_AUTHORIZATION"] = (
                f"AWS4-HMAC-SHA256 Credential={credential}, SignedHeaders=host, Signature=0"
            )
            return
        is_form = environ.get("CONTENT_TYPE", "").startswith("multipart/form-data")
        if environ["REQUEST_METHOD"] != "POST" or not is_form:
            raise denied()
        check_posted_form(_posted_form(environ, bucket), self._clock())


def _posted_form(environ: WSGIEnvironment, bucket: str) -> PostedForm:
    body = read_body(environ)
    _, form, files = parse_form_data(environ)
    replace_body(environ, body)
    fields = {name.lower(): value for name, value in form.items()}
    uploads = files.getlist("file")
    if len(uploads) != 1:
        raise S3Refusal(
            "400 Bad Request", "InvalidArgument", "POST requires exactly one file upload per request."
        )
    if "key" in fields:
        fields["key"] = fields["key"].replace("${filename}", uploads[0].filename or "")
    return PostedForm(bucket, fields, len(uploads[0].stream.read()))


def _cors_headers(bucket: str, origin: str, method: str) -> list[tuple[str, str]]:
    """What the bucket's first matching CORS rule lets this origin do; nothing if none matches."""
    found: Any = s3_backends[ACCOUNT_ID]["aws"].buckets.get(bucket)
    if found is None or not origin:
        return []
    for rule in found.cors or []:
        if method not in rule.allowed_methods or not any(
            fnmatchcase(origin, given) for given in rule.allowed_origins
        ):
            continue
        headers = [
            ("Access-Control-Allow-Origin", origin),
            ("Access-Control-Allow-Methods", ", ".join(rule.allowed_methods)),
            ("Vary", "Origin"),
        ]
        if rule.allowed_headers:
            headers.append(("Access-Control-Allow-Headers", ", ".join(rule.allowed_headers)))
        if rule.exposed_headers:
            headers.append(("Access-Control-Expose-Headers", ", ".join(rule.exposed_headers)))
        return headers
    return []


def _xml(refusal: S3Refusal) -> Answer:
    body = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f"<Error><Code>{escape(refusal.code)}</Code><Message>{escape(refusal.message)}</Message></Error>"
    )
    return Answer(refusal.status, [("Content-Type", "application/xml")], body.encode())
