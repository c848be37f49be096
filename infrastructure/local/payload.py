"""Payload format 2.0: the event that an HTTP API makes of a request, and the response that it makes of a result."""

import base64
import json
import time
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, unquote

from infrastructure.local.account import ACCOUNT_ID
from infrastructure.local.routing import Match

_TEXT_TYPES = {"application/json", "application/javascript", "application/xml"}
_NOT_PASSED_BACK = {"content-length", "transfer-encoding", "connection", "keep-alive"}


@dataclass(frozen=True)
class HttpRequest:
    """A request as it came in; header names are lower case, the path is as sent."""

    method: str
    raw_path: str
    raw_query: str
    headers: Iterable[tuple[str, str]]
    body: bytes
    source_ip: str = "127.0.0.1"
    protocol: str = "HTTP/1.1"


@dataclass(frozen=True)
class HttpResponse:
    """A response to send; several headers may have one name."""

    status: int
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: bytes = b""


def gateway_response(status: int, message: str, headers: Iterable[tuple[str, str]] = ()) -> HttpResponse:
    """A response that the API makes itself: `{"message": …}`."""
    body = json.dumps({"message": message}, separators=(",", ":")).encode()
    return HttpResponse(status, [("content-type", "application/json"), *headers], body)


def event_of(request: HttpRequest, match: Match, claims: Mapping[str, str] | None) -> dict[str, Any]:
    """The event of a request; `rawPath` is decoded and ends at a decoded question mark, as the service's does."""
    headers: dict[str, str] = {}
    for name, value in request.headers:
        headers[name] = f"{headers[name]},{value}" if name in headers else value
    cookies = headers.pop("cookie", None)
    path = unquote(request.raw_path).partition("?")[0]
    now = time.time()
    event: dict[str, Any] = {
        "version": "2.0",
        "routeKey": match.route.key,
        "rawPath": path,
        "rawQueryString": request.raw_query,
        "headers": headers,
        "requestContext": {
            "accountId": ACCOUNT_ID,
            "apiId": "local",
            "domainName": headers.get("host", ""),
            "domainPrefix": headers.get("host", "").split(".")[0],
            "http": {
                "method": request.method,
                "path": path,
                "protocol": request.protocol,
                "sourceIp": request.source_ip,
                "userAgent": headers.get("user-agent", ""),
            },
            "requestId": base64.b64encode(uuid.uuid4().bytes)[:15].decode() + "=",
            "routeKey": match.route.key,
            "stage": "$default",
            "time": datetime.fromtimestamp(now, UTC).strftime("%d/%b/%Y:%H:%M:%S +0000"),
            "timeEpoch": int(now * 1000),
        },
        "isBase64Encoded": False,
    }
    if cookies:
        event["cookies"] = [cookie.strip() for cookie in cookies.split(";")]
    if request.raw_query:
        event["queryStringParameters"] = _joined(parse_qsl(request.raw_query, keep_blank_values=True))
    if match.parameters:
        event["pathParameters"] = dict(match.parameters)
    if claims is not None:
        event["requestContext"]["authorizer"] = {"jwt": {"claims": dict(claims), "scopes": None}}
    if request.body:
        is_text = _is_text(headers.get("content-type", ""))
        event["isBase64Encoded"] = not is_text
        event["body"] = (
            request.body.decode(errors="replace") if is_text else base64.b64encode(request.body).decode()
        )
    return event


def _joined(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    joined: dict[str, str] = {}
    for name, value in pairs:
        joined[name] = f"{joined[name]},{value}" if name in joined else value
    return joined


def _is_text(content_type: str) -> bool:
    kind = content_type.partition(";")[0].strip().lower()
    return kind.startswith("text/") or kind in _TEXT_TYPES or kind.endswith(("+json", "+xml"))


def flattened(claims: Mapping[str, Any]) -> dict[str, str]:
    """Claims as an HTTP API hands them over: every one a string, a list as `[a b]`."""
    return {name: _flat(value) for name, value in claims.items()}


def _flat(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return f"[{' '.join(map(_flat, value))}]"
    return json.dumps(value) if isinstance(value, dict) else str(value)


def response_of(result: Any) -> HttpResponse:
    """The response that a handler's result stands for; one without `statusCode` is itself the body.

    What the service cannot make a response of is its own 500.
    """
    if not isinstance(result, dict) or "statusCode" not in result:
        return HttpResponse(200, [("content-type", "application/json")], json.dumps(result).encode())
    try:
        status = int(result["statusCode"])
        headers = [
            (str(name).lower(), _header(value))
            for name, value in (result.get("headers") or {}).items()
            if str(name).lower() not in _NOT_PASSED_BACK
        ]
        headers += [("set-cookie", str(cookie)) for cookie in result.get("cookies") or []]
        body = _body(result)
    except (TypeError, ValueError):
        return gateway_response(500, "Internal Server Error")
    if not 100 <= status <= 599:
        return gateway_response(500, "Internal Server Error")
    if body and not any(name == "content-type" for name, _ in headers):
        headers.append(("content-type", "text/plain; charset=utf-8"))
    return HttpResponse(status, headers, body)


def _header(value: Any) -> str:
    if isinstance(value, list | dict) or value is None:
        raise ValueError("a header is one text")
    text = _flat(value)
    if "\r" in text or "\n" in text:
        raise ValueError("a header has no line breaks")
    return text


def _body(result: Mapping[str, Any]) -> bytes:
    body = result.get("body")
    if body is None:
        return b""
    if not isinstance(body, str):
        raise TypeError("a body is text")
    return base64.b64decode(body, validate=True) if result.get("isBase64Encoded") else body.encode()
