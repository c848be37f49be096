"""Reading a WSGI request and answering it: what the guards in front of moto have in common."""

import io
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

_SERVICE_BY_TARGET = {
    "AWSCognitoIdentityProviderService": "cognito-idp",
    "AmazonSQS": "sqs",
    "AmazonSSM": "ssm",
    "DynamoDBStreams_20120810": "dynamodbstreams",
    "DynamoDB_20120810": "dynamodb",
}


@dataclass(frozen=True)
class Answer:
    """A whole response, before it is on the wire."""

    status: str
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: bytes = b""

    @property
    def ok(self) -> bool:
        """Whether the status is in the two hundreds."""
        return self.status.startswith("2")

    def send(self, start_response: StartResponse) -> Iterable[bytes]:
        """Put the response on the wire."""
        headers = [(name, value) for name, value in self.headers if name.lower() != "content-length"]
        start_response(self.status, [*headers, ("Content-Length", str(len(self.body)))])
        return [self.body]


def json_answer(
    value: object, status: str = "200 OK", content_type: str = "application/x-amz-json-1.1"
) -> Answer:
    """A JSON response as the AWS JSON services send it."""
    return Answer(status, [("Content-Type", content_type)], json.dumps(value).encode())


def read_body(environ: WSGIEnvironment) -> bytes:
    """The whole body; the request can still be read by whoever comes next."""
    length = int(environ.get("CONTENT_LENGTH") or 0)
    body: bytes = environ["wsgi.input"].read(length) if length else b""
    return replace_body(environ, body)


def replace_body(environ: WSGIEnvironment, body: bytes) -> bytes:
    """Let whoever comes next read this body instead."""
    environ["wsgi.input"] = io.BytesIO(body)
    environ["CONTENT_LENGTH"] = str(len(body))
    return body


def run(app: WSGIApplication, environ: WSGIEnvironment) -> Answer:
    """Let the application answer, and hold the answer instead of sending it."""
    held: dict[str, Any] = {}

    def start_response(status: str, headers: list[tuple[str, str]], _: Any = None) -> Any:
        held["status"], held["headers"] = status, headers
        return lambda _chunk: None

    chunks = app(environ, start_response)
    try:
        body = b"".join(chunks)
    finally:
        close = getattr(chunks, "close", None)
        if close:
            close()
    return Answer(held["status"], held["headers"], body)


def query(environ: WSGIEnvironment) -> dict[str, str]:
    """The query string's parameters; the last one of a name wins."""
    parameters: Mapping[str, list[str]] = parse_qs(environ.get("QUERY_STRING", ""), keep_blank_values=True)
    return {name: values[-1] for name, values in parameters.items()}


def service_of(environ: WSGIEnvironment) -> str:
    """Which AWS service is called: by target, by the credential's scope, or S3, which has neither when anonymous."""
    target = environ.get("HTTP_X_AMZ_TARGET", "").split(".")[0]
    if target in _SERVICE_BY_TARGET:
        return _SERVICE_BY_TARGET[target]
    credential = environ.get("HTTP_AUTHORIZATION", "").partition("Credential=")[2].partition(",")[0]
    scope = (credential or query(environ).get("X-Amz-Credential", "")).split("/")
    if len(scope) == 5:
        return scope[3]
    if "/.well-known/" in environ.get("PATH_INFO", ""):
        return "cognito-idp"
    return "s3"
