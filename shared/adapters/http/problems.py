"""Problems (RFC 9457): the one table of statuses, and a refusal as `application/problem+json`."""

import json
from collections.abc import Mapping
from decimal import Decimal
from http import HTTPStatus
from typing import Any

from aws_lambda_powertools.event_handler import Response

from shared.domain.errors import DomainError

CONTENT_TYPE = "application/problem+json"

PROBLEMS: Mapping[str, tuple[int, str]] = {
    "malformed-request": (400, "The request cannot be read"),
    "unauthenticated": (401, "Please log in"),
    "not-certified": (403, "You hold no certification"),
    "certification-lapsed": (403, "This certification has lapsed"),
    "staff-only": (403, "Only staff may do this"),
    "not-found": (404, "Nothing is here"),
    "points-complete": (409, "You have all the points you need"),
    "cycle-locked": (409, "The report is submitted"),
    "accrues-by-itself": (409, "This entry comes by itself"),
    "not-ready-to-submit": (409, "The report is not complete yet"),
    "agreement-outdated": (409, "The agreement has changed"),
    "not-payable": (409, "This invoice cannot be paid now"),
    "already-decided": (409, "This was decided already"),
    "invoice-unpaid": (409, "The invoice is not paid"),
    "not-publishable": (409, "This cannot be published"),
    "version-conflict": (412, "It was changed elsewhere"),
    "too-large": (413, "The request is too large"),
    "unsupported-media-type": (415, "This kind of content is not taken here"),
    "invalid-request": (422, "Please correct what is marked"),
    "idempotency-key-reused": (422, "This key was used for another request"),
    "version-required": (428, "The version is missing"),
    "slow-down": (429, "Too many requests"),
    "unavailable": (503, "Please try again in a moment"),
}

RETRY_AFTER_SECONDS = "2"


def problem(refusal: DomainError) -> Response[str]:
    """The answer to a refusal."""
    status, title = PROBLEMS[refusal.code]
    body = {
        "type": f"/problems/{refusal.code}",
        "title": title,
        "status": status,
        "detail": refusal.detail,
        **refusal.extra,
    }
    headers: dict[str, str | list[str]] = {"Cache-Control": "no-store"}
    if status in (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE):
        headers["Retry-After"] = RETRY_AFTER_SECONDS
    if status == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = "Bearer"
    return Response(status, CONTENT_TYPE, json.dumps(body, default=plain_number, ensure_ascii=False), headers)


def plain_number(value: Any) -> int | float:
    """A decimal as a JSON number. Raises TypeError for anything else."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    raise TypeError(f"{type(value).__name__} has no JSON form")
