"""The answers that are no refusals."""

from typing import Any

from aws_lambda_powertools.event_handler import Response

from shared.adapters.http.resolver import JSON


def ok[Body](body: Body, version: int | None = None) -> Response[Body]:
    """200 with a body; the version of the resource is its ETag."""
    return Response(200, JSON, body, _headers(version))


def created[Body](body: Body, version: int | None = None) -> Response[Body]:
    """201 with a body."""
    return Response(201, JSON, body, _headers(version))


def accepted[Body](body: Body) -> Response[Body]:
    """202 with a body: it is begun."""
    return Response(202, JSON, body, _headers(None))


def no_content() -> Response[None]:
    """204: done, and nothing to say."""
    return Response(204, headers={"Cache-Control": "no-store"})


def _headers(version: int | None) -> dict[str, Any]:
    headers: dict[str, Any] = {"Cache-Control": "no-store"}
    if version is not None:
        headers["ETag"] = f'"{version}"'
    return headers
