"""Writes docs/openapi.json from the code of the functions, or checks that it is up to date (`--check`).

Powertools knows paths, parameters and bodies; what the gates of a route ask for (a token, a key, a version) and how
they refuse is added from the gates themselves, so that nothing is declared twice.
"""

import json
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver
from aws_lambda_powertools.event_handler.api_gateway import Route

from shared.adapters.http.problems import CONTENT_TYPE, PROBLEMS

ROOT = Path(__file__).parents[1]
FILE = ROOT / "docs" / "openapi.json"

INFO = {
    "title": "Recertification portal",
    "version": "1",
    "description": "How members keep their certification: points, signing, payment, review. "
    "Refusals are problems (RFC 9457); every POST but the webhook takes an Idempotency-Key.",
}

HEADERS = {
    "idempotency_key": (
        "Idempotency-Key",
        "A new UUID or ULID; the same again when the request is repeated.",
    ),
    "if_match": ("If-Match", 'The version that is changed, in double quotes: `"3"`.'),
}

GATEWAYS_OWN = {
    "type": "object",
    "description": "API Gateway's own, where it finds no token that counts.",
    "properties": {"message": {"type": "string"}},
    "required": ["message"],
}

PROBLEM_CONTENT = {CONTENT_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
GATEWAYS_CONTENT = {"application/json": {"schema": {"$ref": "#/components/schemas/GatewaysOwn"}}}

NAMES_SOMETHING = "names_something"
"""Stands among the gates of a route whose path names something that may not be there."""

REFUSALS: dict[str, tuple[int, ...]] = {
    "authenticated": (401,),
    "staff_only": (403,),
    "own_certification": (404,),
    "any_certification": (404,),
    "own_entry": (404,),
    "own_invoice": (404,),
    "any_invoice": (404,),
    "any_attention": (404,),
    "any_member": (404,),
    "not_oneself": (403,),
    "application_open": (403, 404),
    "own_home": (403, 404),
    "members_home": (403, 404),
    "own_document": (403, 404),
    "any_document": (404,),
    "published_document": (404,),
    "is_member": (404,),
    "others_only": (403,),
    NAMES_SOMETHING: (404,),
    "portal_open": (403,),
    "json_body": (400, 415),
    "no_body": (400, 415),
    "csv_body": (400, 413, 415),
    "idempotency_key": (400, 409, 422),
    "if_match": (409, 412, 428),
}
"""The statuses with which each gate, or the change behind it, refuses."""

EXISTED = {"ask_for_invoice", "make_invoice"}
"""What is 201 when the request makes something and 200 when that is there already."""

IN_QUERY = {
    "read_program": ("edition", "The name of another edition, such as the one that a cycle is under"),
}
"""What a route reads in its query by hand: it names something that may not be there."""

PROBLEM = {
    "type": "object",
    "description": "Why a request was refused (RFC 9457).",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string", "enum": [f"/problems/{code}" for code in PROBLEMS]},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "A sentence for a person."},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["pointer", "detail"],
                "properties": {"pointer": {"type": "string"}, "detail": {"type": "string"}},
            },
        },
    },
}


def apps() -> Iterator[APIGatewayHttpResolver]:
    """The resolvers of all functions that have one, in the order of their folders."""
    for file in sorted((ROOT / "functions").glob("*/handler.py")):
        module = import_module(f"functions.{file.parent.name}.handler")
        if hasattr(module, "app"):
            yield module.app


def routes() -> Iterator[Route]:
    """Every documented route of every function."""
    for app in apps():
        yield from (route for route in all_routes(app) if route.include_in_schema)


def all_routes(app: APIGatewayHttpResolver) -> list[Route]:
    """Every route of a resolver, also those that are not documented."""
    return [*app._static_routes, *app._dynamic_routes]  # noqa: SLF001 (there is no public list)


def document() -> dict[str, Any]:
    """The OpenAPI file as one dictionary."""
    paths: dict[str, dict[str, Any]] = {}
    schemas: dict[str, Any] = {}
    for app in apps():
        part = json.loads(app.get_openapi_json_schema(title=INFO["title"], version=INFO["version"]))
        for path, methods in part["paths"].items():
            paths.setdefault(path, {}).update(methods)
        for name, schema in part.get("components", {}).get("schemas", {}).items():
            if schemas.setdefault(name, schema) != schema:
                raise ValueError(f"two functions have different schemas of the name {name}")
    for route in routes():
        _complete(paths[route.openapi_path][route.method.lower()], route)
    for unused in ("HTTPValidationError", "ResponseValidationError", "ValidationError"):
        schemas.pop(unused, None)
    schemas |= {"Problem": PROBLEM, "GatewaysOwn": GATEWAYS_OWN}
    return {
        "openapi": "3.1.0",
        "info": INFO,
        "servers": [{"url": "/"}],
        "paths": dict(sorted(paths.items())),
        "components": {
            "schemas": dict(sorted(schemas.items())),
            "securitySchemes": {"accessToken": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}},
        },
    }


def _complete(operation: dict[str, Any], route: Route) -> None:
    gates = [gate.__name__ for gate in route.middlewares]
    operation["operationId"] = route.func.__name__
    operation["summary"] = (route.func.__doc__ or "").strip().splitlines()[0].rstrip(".")
    operation.pop("description", None)
    if route.func.__name__ in EXISTED:
        made = operation["responses"]["201"]
        operation["responses"]["200"] = {**made, "description": "It was there already"}
    if "authenticated" in gates:
        operation["security"] = [{"accessToken": []}]
    _add_parameters(operation, gates, IN_QUERY.get(route.func.__name__))
    if "csv_body" in gates:
        operation["requestBody"] = {"required": True, "content": {"text/csv": {"schema": {"type": "string"}}}}
    _name_binary(operation)
    if "<" in route.path or route.func.__name__ in IN_QUERY:
        gates.append(NAMES_SOMETHING)
    statuses = {503, *(status for gate in gates for status in REFUSALS.get(gate, ()))}
    if operation["responses"].pop("422", None) is not None and (_has_fields(operation)):
        statuses.add(422)
    if route.method == "POST" and not gates:
        statuses.add(400)
    for status in sorted(statuses):
        operation["responses"][str(status)] = {
            "description": "; ".join(title for each, title in PROBLEMS.values() if each == status),
            "content": PROBLEM_CONTENT | (GATEWAYS_CONTENT if status == 401 else {}),
        }
    operation["responses"] = dict(sorted(operation["responses"].items()))


def _add_parameters(operation: dict[str, Any], gates: list[str], in_query: tuple[str, str] | None) -> None:
    """The headers that gates read, and what a route reads in its query by hand."""
    found = [("header", *HEADERS[gate]) for gate in gates if gate in HEADERS]
    found += [("query", *in_query)] if in_query else []
    for place, name, description in found:
        parameter = {"name": name, "in": place, "required": place == "header", "description": description}
        operation.setdefault("parameters", []).append({**parameter, "schema": {"type": "string"}})


def _name_binary(operation: dict[str, Any]) -> None:
    """An answer of bytes is a PDF, and 204 has no content; Powertools takes every answer for JSON."""
    operation["responses"].get("204", {}).pop("content", None)
    for response in operation["responses"].values():
        schema = response.get("content", {}).get("application/json", {}).get("schema", {})
        if schema.get("format") == "binary":
            response["content"] = {"application/pdf": {"schema": {"type": "string", "format": "binary"}}}


def _has_fields(operation: dict[str, Any]) -> bool:
    in_query = any(parameter["in"] == "query" for parameter in operation.get("parameters", []))
    return "requestBody" in operation or in_query


def written() -> str:
    """The file's text."""
    return json.dumps(document(), indent=2, ensure_ascii=False) + "\n"


def main(arguments: list[str]) -> int:
    """Write the file, or compare it; the exit code of the command."""
    text = written()
    if "--check" not in arguments:
        FILE.write_text(text, encoding="utf-8")
        return 0
    if FILE.exists() and FILE.read_text(encoding="utf-8") == text:
        return 0
    print("docs/openapi.json is not what the code says. Run `make openapi` and commit it.", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
