"""The services of AWS that the portal calls, in memory, behind botocore's own clients: requests are answered as they
are sent, so that retries, time-outs and error codes take the way they take in AWS."""

import io
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.exceptions import ClientError

from tests.properties.memory_dynamodb import MemoryDynamoDB

SERVICES = ("dynamodb", "sqs", "ses", "s3", "cognito", "ssm")
"""The clients of shared.adapters.aws."""

DYNAMODB = {
    "GetItem": "get_item",
    "BatchGetItem": "batch_get_item",
    "Query": "query",
    "Scan": "scan",
    "PutItem": "put_item",
    "TransactWriteItems": "transact_write_items",
}


class Refused(Exception):
    """A service answers with an error."""

    def __init__(self, status: int, code: str, **more: Any) -> None:
        super().__init__(code)
        self.status, self.code, self.more = status, code, more


@dataclass
class Cloud:
    """What is stored in the services. A copy of it goes its own way."""

    dynamo: MemoryDynamoDB = field(default_factory=MemoryDynamoDB)
    objects: dict[tuple[str, str], list[tuple[str, bytes]]] = field(default_factory=dict)
    """By bucket and key: the versions, each with its id."""
    queues: dict[str, list[str]] = field(default_factory=dict)
    mails: list[str] = field(default_factory=list)
    """The tag of each mail that was taken, which is its id."""
    users: dict[str, dict[str, str]] = field(default_factory=dict)
    secrets: dict[str, str] = field(default_factory=dict)
    own_address: str = ""
    """What Cognito says is the verified address of whoever asks about themselves."""
    parts: dict[str, dict[int, bytes]] = field(default_factory=dict)
    """The parts of each upload that is not complete: no object yet, and gone after a day."""

    def copy(self) -> "Cloud":
        """Another with the same in it."""
        return Cloud(
            self.dynamo.copy(),
            {place: list(versions) for place, versions in self.objects.items()},
            {url: list(sent) for url, sent in self.queues.items()},
            list(self.mails),
            {name: dict(each) for name, each in self.users.items()},
            self.secrets,
            self.own_address,
            {upload: dict(sent) for upload, sent in self.parts.items()},
        )

    def put(self, bucket: str, key: str, content: bytes, version: str = "") -> None:
        """A new version of an object."""
        versions = self.objects.setdefault((bucket, key), [])
        versions.append((version or f"v{len(versions) + 1}", content))

    # --- answering ---

    def answer(self, service: str, operation: str, request: AWSPreparedRequest) -> AWSResponse:
        """What the service says to a request of a client."""
        do: Callable[[str, AWSPreparedRequest], AWSResponse] = getattr(self, f"_{service.replace('-', '_')}")
        try:
            return do(operation, request)
        except Refused as refused:
            return error(service, request.url, refused.status, refused.code, refused.more)

    def partly(
        self, operation: str, request: AWSPreparedRequest, asked: Any, *, none: bool = False
    ) -> AWSResponse:
        """What a service says that does half of what is asked, or nothing."""
        if operation == "BatchGetItem":
            ((name, wanted),) = asked["RequestItems"].items()
            half = 0 if none else len(wanted["Keys"]) // 2
            given, left = (
                {name: {**wanted, "Keys": each}} for each in (wanted["Keys"][:half], wanted["Keys"][half:])
            )
            answer = self.dynamo.batch_get_item(RequestItems=given)
            return _told(request, {**answer, "UnprocessedKeys": left})
        assert operation == "SendMessageBatch", operation
        half = len(asked["Entries"]) // 2
        taken = self._taken(asked["QueueUrl"], asked["Entries"][:half])
        failed = [
            {"Id": each["Id"], "SenderFault": False, "Code": "InternalError"}
            for each in asked["Entries"][half:]
        ]
        return _told(request, {"Successful": taken, "Failed": failed})

    def _dynamodb(self, operation: str, request: AWSPreparedRequest) -> AWSResponse:
        asked = _json(request)
        try:
            answer = getattr(self.dynamo, DYNAMODB[operation])(**asked)
        except ClientError as refused:
            more = {name: value for name, value in refused.response.items() if name != "Error"}
            raise Refused(400, refused.response["Error"]["Code"], **more) from None
        return _told(request, answer)

    def _sqs(self, operation: str, request: AWSPreparedRequest) -> AWSResponse:
        assert operation == "SendMessageBatch", operation
        asked = _json(request)
        return _told(request, {"Successful": self._taken(asked["QueueUrl"], asked["Entries"])})

    def _taken(self, queue_url: str, entries: list[Any]) -> list[dict[str, str]]:
        self.queues.setdefault(queue_url, []).extend(each["MessageBody"] for each in entries)
        return [{"Id": each["Id"], "MessageId": each["Id"], "MD5OfMessageBody": ""} for each in entries]

    def _ses(self, operation: str, request: AWSPreparedRequest) -> AWSResponse:
        assert operation == "SendRawEmail", operation
        asked = parse_qs(_text(request.body).decode())
        self.mails.append(asked["Tags.member.1.Value"][0])
        said = "<SendRawEmailResult><MessageId>m</MessageId></SendRawEmailResult>"
        return _response(request.url, 200, f"<SendRawEmailResponse>{said}</SendRawEmailResponse>".encode())

    def _cognito_identity_provider(self, operation: str, request: AWSPreparedRequest) -> AWSResponse:
        asked = _json(request)
        if operation == "GetUser":
            found = {"email": self.own_address, "email_verified": "true"}
            return _told(request, {"Username": "me", "UserAttributes": _attributes(found)})
        name = asked["Username"]
        if operation != "AdminCreateUser" and name not in self.users:
            raise Refused(400, "UserNotFoundException")
        if operation == "AdminCreateUser":
            if name in self.users:
                raise Refused(400, "UsernameExistsException")
            self.users[name] = {**_named(asked["UserAttributes"]), "status": "FORCE_CHANGE_PASSWORD"}
        elif operation == "AdminUpdateUserAttributes":
            self.users[name] |= _named(asked["UserAttributes"])
        elif operation == "AdminSetUserPassword":
            self.users[name]["status"] = "CONFIRMED"
        elif operation == "AdminDeleteUser":
            del self.users[name]
        elif operation == "AdminGetUser":
            attributes = _attributes({"email": self.users[name]["email"]})
            dated = {"UserCreateDate": 1_800_000_000, "UserLastModifiedDate": 1_800_000_000}
            found = {"Username": name, "UserStatus": self.users[name]["status"], **dated}
            return _told(request, {**found, "UserAttributes": attributes})
        else:
            raise AssertionError(operation)
        return _told(request, {})

    def _ssm(self, operation: str, request: AWSPreparedRequest) -> AWSResponse:
        assert operation == "GetParameter", operation
        name = _json(request)["Name"]
        return _told(request, {"Parameter": {"Name": name, "Value": self.secrets[name]}})

    def _s3(self, operation: str, request: AWSPreparedRequest) -> AWSResponse:
        parts = urlsplit(request.url)
        place = (parts.netloc.partition(".")[0], unquote(parts.path.removeprefix("/")))
        versions = self.objects.get(place, [])
        if operation == "PutObject":
            self.put(*place, _unchunked(request))
            return _response(request.url, 200, b"", {"ETag": '"new"'})
        if operation in ("CreateMultipartUpload", "UploadPart", "CompleteMultipartUpload"):
            return self._s3_parts(operation, request, place)
        if operation == "DeleteObject":
            only = parse_qs(parts.query).get("versionId", [""])[0]
            left = [each for each in versions if only and each[0] != only]
            self.objects.pop(place, None)
            if left:
                self.objects[place] = left
            return _response(request.url, 204, b"")
        if operation == "ListObjectVersions":
            return _response(request.url, 200, self._versions(place[0], parts.query))
        assert operation == "GetObject", operation
        wanted = parse_qs(parts.query).get("versionId", [""])[0]
        found = [each for each in versions if not wanted or each[0] == wanted]
        if not found:
            raise Refused(404, "NoSuchVersion" if versions else "NoSuchKey")
        version, content = found[-1]
        only = request.headers.get("If-Match")
        if only is not None and _string(only) != f'"{version}"':
            raise Refused(412, "PreconditionFailed")
        return _response(request.url, 200, content, {"ETag": f'"{version}"'})

    def _s3_parts(self, operation: str, request: AWSPreparedRequest, place: tuple[str, str]) -> AWSResponse:
        """A large object, part by part."""
        asked_for = parse_qs(urlsplit(request.url).query)
        if operation == "CreateMultipartUpload":
            upload = f"upload{len(self.parts)}"
            self.parts[upload] = {}
            told = f"<InitiateMultipartUploadResult><UploadId>{upload}</UploadId></InitiateMultipartUploadResult>"
            return _response(request.url, 200, told.encode())
        (upload,) = asked_for["uploadId"]
        if operation == "UploadPart":
            self.parts[upload][int(asked_for["partNumber"][0])] = _unchunked(request)
            return _response(request.url, 200, b"", {"ETag": '"part"', "x-amz-checksum-crc32": "AAAAAA=="})
        sent = self.parts[upload]  # whoever completes it twice is told the same
        self.put(*place, b"".join(sent[number] for number in sorted(sent)))
        return _response(request.url, 200, b"<CompleteMultipartUploadResult></CompleteMultipartUploadResult>")

    def _versions(self, bucket: str, query: str) -> bytes:
        prefix = parse_qs(query).get("prefix", [""])[0]
        told = "".join(
            f"<Version><Key>{escape(key)}</Key><VersionId>{version}</VersionId></Version>"
            for (holder, key), versions in self.objects.items()
            if holder == bucket and key.startswith(prefix)
            for version, _ in versions
        )
        return f"<ListVersionsResult>{told}</ListVersionsResult>".encode()


class Raw(io.BytesIO):
    """The body of an answer as urllib3 gives it."""

    def stream(self, **_: Any) -> Any:
        """All of it at once."""
        yield self.read()


def asked(request: AWSPreparedRequest) -> Any:
    """What a service that speaks JSON is asked."""
    return _json(request)


def error(
    service: str, url: str, status: int, code: str, more: Mapping[str, Any] | None = None
) -> AWSResponse:
    """An error as the service words it."""
    if service in ("s3", "ses"):
        inner = f"<Error><Code>{escape(code)}</Code><Message>no</Message></Error>"
        text = inner if service == "s3" else f"<ErrorResponse>{inner}<RequestId>r</RequestId></ErrorResponse>"
        return _response(url, status, text.encode())
    return _response(url, status, json.dumps({"__type": code, "message": "no", **(more or {})}).encode())


def _response(url: str, status: int, body: bytes, headers: Mapping[str, str] | None = None) -> AWSResponse:
    return AWSResponse(url, status, {"Content-Length": str(len(body)), **(headers or {})}, Raw(body))


def _told(request: AWSPreparedRequest, answer: Mapping[str, Any]) -> AWSResponse:
    return _response(request.url, 200, json.dumps(answer).encode())


def _json(request: AWSPreparedRequest) -> Any:
    return json.loads(_text(request.body))


def _text(body: Any) -> bytes:
    if body is None:
        return b""
    if isinstance(body, str):
        return body.encode()
    return bytes(body) if isinstance(body, bytes | bytearray) else bytes(body.read())


def _unchunked(request: AWSPreparedRequest) -> bytes:
    """What is put, without the chunks that a checksum travels behind."""
    body = _text(request.body)
    if "aws-chunked" not in _string(request.headers.get("Content-Encoding", "")):
        return body
    content, rest = b"", body
    while True:
        size, _, rest = rest.partition(b"\r\n")
        length = int(size.partition(b";")[0], 16)
        if length == 0:
            return content
        content, rest = content + rest[:length], rest[length + 2 :]


def _string(header: Any) -> str:
    return header.decode() if isinstance(header, bytes) else str(header)


def _attributes(values: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"Name": name, "Value": value} for name, value in values.items()]


def _named(attributes: list[dict[str, str]]) -> dict[str, str]:
    return {each["Name"]: each["Value"] for each in attributes}
