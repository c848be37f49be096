"""The gateway: one origin with the API by the template's routes, the pages of web/, /config.json and the console."""

import asyncio
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from infrastructure.local.authorizer import JwtAuthorizer, Unauthorized
from infrastructure.local.environments import Environments, Invocation
from infrastructure.local.payload import HttpRequest, HttpResponse, event_of, gateway_response, response_of
from infrastructure.local.problem import problem
from infrastructure.local.routing import Match, Router
from infrastructure.local.security_headers import api_headers, security_headers
from infrastructure.local.template import Runnables

_MOST_REQUEST_BYTES = 10 * 1024 * 1024
_MOST_EVENT_BYTES = 6 * 1024 * 1024
_MOST_SECONDS = 30.0
_ENCODING_ALLOWANCE = 4 / 3


class Api:
    """The HTTP API: an ASGI application that answers whatever stands under /api/."""

    def __init__(self, runnables: Runnables, environments: Environments, authorizer: JwtAuthorizer) -> None:
        self._runnables = runnables
        self._router = Router(runnables.routes)
        self._environments = environments
        self._authorizer = authorizer
        self._tasks: set[asyncio.Task[Invocation]] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        response = await self._answer(request)
        headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in response.headers]
        headers.append((b"content-length", str(len(response.body)).encode()))
        await send({"type": "http.response.start", "status": response.status, "headers": headers})
        body = b"" if request.method == "HEAD" else response.body
        await send({"type": "http.response.body", "body": body})

    async def _answer(self, request: Request) -> HttpResponse:
        raw_path = request.scope["raw_path"].decode("latin-1")
        match = self._router.find(request.method, raw_path)
        if match is None:
            return gateway_response(404, "Not Found")
        claims: Mapping[str, str] | None = None
        if match.route.authorizer is not None:
            try:
                header = request.headers.get("authorization")
                claims = self._authorizer.claims(match.route.authorizer, header)
            except Unauthorized:
                return gateway_response(401, "Unauthorized", [("www-authenticate", "Bearer")])
        body = await _body_within(request, _MOST_REQUEST_BYTES)
        if body is None:
            return gateway_response(413, "Request Entity Too Large")
        incoming = HttpRequest(
            method=request.method,
            raw_path=raw_path,
            raw_query=request.scope["query_string"].decode("latin-1"),
            headers=[*request.headers.items(), *_forwarded(request)],
            body=body,
            source_ip=request.client.host if request.client else "127.0.0.1",
            protocol=f"HTTP/{request.scope['http_version']}",
        )
        event = event_of(incoming, match, claims)
        size = len(body) * (_ENCODING_ALLOWANCE if event["isBase64Encoded"] else 1)
        if size > _MOST_EVENT_BYTES:
            return gateway_response(413, "Request Entity Too Large")
        response = await self._invoke(match, event)
        response.headers.append(("apigw-requestid", event["requestContext"]["requestId"]))
        return response

    async def _invoke(self, match: Match, event: dict[str, Any]) -> HttpResponse:
        """Run the function; after 30 s the API gives up, and the function runs on, as Lambda's does."""
        function = self._runnables.functions[match.route.function]
        task = asyncio.create_task(self._environments.invoke(function, event))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        try:
            async with asyncio.timeout(_MOST_SECONDS):
                invocation = await asyncio.shield(task)
        except TimeoutError:
            return gateway_response(503, "Service Unavailable")
        if invocation.error is not None:
            return gateway_response(500, "Internal Server Error")
        response = response_of(invocation.result)
        if len(response.body) > _MOST_EVENT_BYTES:
            return gateway_response(500, "Internal Server Error")
        return response


async def _body_within(request: Request, most: int) -> bytes | None:
    """The body, or None as soon as it is known to be too large."""
    length = request.headers.get("content-length", "0")
    if length.isdigit() and int(length) > most:
        return None
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > most:
            return None
    return bytes(body)


def _forwarded(request: Request) -> list[tuple[str, str]]:
    host, port = request.url.hostname or "localhost", request.url.port or 80
    source = request.client.host if request.client else "127.0.0.1"
    own = {
        "x-forwarded-for": source,
        "x-forwarded-port": str(port),
        "x-forwarded-proto": "http",
        "host": host,
    }
    return [(name, value) for name, value in own.items() if name not in request.headers]


class SecureHeaders:
    """Adds security headers to every response of an application."""

    def __init__(self, app: ASGIApp, headers: Callable[[], Mapping[str, str]]) -> None:
        self._app = app
        self._headers = headers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                extra = [(name.lower().encode(), value.encode()) for name, value in self._headers().items()]
                message["headers"] = [*message["headers"], *extra]
            await send(message)

        await self._app(scope, receive, send_with_headers)


_NO_PAGE = "no-such-page"


class Pages(StaticFiles):
    """The files of web/: a folder is its index.html, an unknown address is 404.html, and nothing is kept unasked."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """A page, or 404.html also for what cannot even be looked for: an address with a NUL, or longer than any."""
        try:
            return await super().get_response(path, scope)
        except HTTPException as error:
            if error.status_code != 404:
                raise
            return await super().get_response(_NO_PAGE, scope)

    def file_response(self, *args: Any, **kwargs: Any) -> Response:
        """A file that the browser asks about again each time."""
        response = super().file_response(*args, **kwargs)
        response.headers["Cache-Control"] = "no-cache"
        return response


async def _refused(request: Request, error: Exception) -> Response:
    """The console's refusals are problems; a missing page without a 404.html is a line of text."""
    if not isinstance(error, HTTPException):
        raise error
    if request.url.path.startswith("/_local/"):
        code = "not-found" if error.status_code == 404 else "malformed-request"
        return problem(
            error.status_code, code, error.detail, f"{request.method} {request.url.path}: {error.detail}."
        )
    return PlainTextResponse(error.detail, error.status_code, headers=error.headers)


async def _failed(_: Request, error: Exception) -> Response:
    return problem(500, "internal", "Internal error", f"The local stack failed: {error!r}")


def gateway(
    api: ASGIApp,
    config: Callable[[], Mapping[str, Any] | None],
    console: list[BaseRoute],
    web: Path,
    connect: str,
) -> ASGIApp:
    """The whole origin; `config` says None until everything is seeded, `connect` is the origin of Cognito and S3."""

    async def serve_config(_: Request) -> Response:
        settings = config()
        if settings is None:
            return problem(503, "unavailable", "Unavailable", "The portal is starting.", {"Retry-After": "1"})
        return JSONResponse(dict(settings), headers={"Cache-Control": "no-store"})

    pages = Starlette(
        exception_handlers={HTTPException: _refused, Exception: _failed},
        routes=[
            Route("/config.json", serve_config),
            Mount("/_local", routes=console),
            Mount("/", Pages(directory=web, html=True, check_dir=False)),
        ],
    )
    secured = SecureHeaders(pages, lambda: security_headers([connect]))
    answers = SecureHeaders(api, api_headers)

    async def by_path(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["raw_path"].startswith(b"/api/"):
            await answers(scope, receive, send)
        else:
            await secured(scope, receive, send)

    return by_path
