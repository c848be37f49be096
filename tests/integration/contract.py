"""The contract, held against every answer that a test sees: the OpenAPI file's schema for that route and status."""

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker

from shared.adapters.http.problems import PROBLEMS

FILE = Path(__file__).parents[2] / "docs" / "openapi.json"
PROBLEM = "application/problem+json"
JSON = "application/json"
PDF = "application/pdf"

KEPT = {"GET /api/program", "GET /api/openapi.json", "GET /api/certificates/{certificate_id}"}
"""Public and the same for everybody; no other answer may be kept by anybody."""

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}(?!T)")


@cache
def openapi() -> dict[str, Any]:
    """The file as it is in the repository."""
    document: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
    return document


def check(route_key: str, status: int, headers: dict[str, str], body: bytes) -> None:
    """Fails unless the answer is one that the OpenAPI file describes for the route, and a problem if it is no 2xx."""
    kind = headers.get("content-type", "").partition(";")[0]
    is_kept = status == 200 and route_key in KEPT
    assert headers["cache-control"] == ("public, max-age=300" if is_kept else "no-store"), route_key
    if status == 200 and kind == PDF:
        described = openapi()["paths"][route_key.partition(" ")[2]]["get"]["responses"]["200"]
        assert PDF in described["content"]
        assert body.startswith(b"%PDF-")
        return
    data = json.loads(body) if body else None
    _check_sentences(data)
    if status >= 300:
        _check_problem(kind, status, headers, data)
    if route_key in ("$default", "GET /api/openapi.json"):
        assert status == (404 if route_key == "$default" else 200)
        return
    method, _, path = route_key.partition(" ")
    described = openapi()["paths"][path][method.lower()]["responses"]
    assert str(status) in described, (
        f"{route_key} answers {status}, which docs/openapi.json does not know: {data}"
    )
    content = described[str(status)].get("content")
    if status == 204:
        assert data is None
        return
    assert kind in content, f"{route_key} {status}: {kind}"
    _validator(route_key, status, kind).validate(data)


def _check_sentences(data: Any) -> None:
    """A day within a sentence is written as people write it; a text that was signed is no sentence."""
    match data:
        case dict():
            _check_sentences(list(data.values()))
        case list():
            for each in data:
                _check_sentences(each)
        case str() if " " in data and not data.startswith("{"):
            assert _DAY.search(data) is None, data


def _check_problem(kind: str, status: int, headers: dict[str, str], data: Any) -> None:
    assert kind == PROBLEM
    code = data["type"].removeprefix("/problems/")
    assert PROBLEMS[code] == (status, data["title"])
    assert data["status"] == status
    assert len(data["detail"]) > 10
    assert ("errors" in data) == (code == "invalid-request")
    assert ("retry-after" in headers) == (status in (429, 503))


@cache
def _validator(route_key: str, status: int, kind: str) -> Draft202012Validator:
    method, _, path = route_key.partition(" ")
    content = openapi()["paths"][path][method.lower()]["responses"][str(status)]["content"]
    schema = {**content[kind]["schema"], "components": openapi()["components"]}
    return Draft202012Validator(schema, format_checker=FormatChecker())


def shows(answered: Any, expected: Any) -> bool:
    """Whether an answer has everything expected, field by field; fields beyond the contract are welcome."""
    if isinstance(expected, dict):
        return isinstance(answered, dict) and all(
            name in answered and shows(answered[name], value) for name, value in expected.items()
        )
    if isinstance(expected, list):
        return len(answered) == len(expected) and all(map(shows, answered, expected))
    return bool(answered == expected)
