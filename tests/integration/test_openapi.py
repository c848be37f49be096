"""docs/openapi.json, the functions' routes and the template's routes are one and the same list."""

import json
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from infrastructure import openapi
from shared.adapters.http.problems import PROBLEMS
from shared.domain import errors
from tests.integration.portal import routes

ROOT = Path(__file__).parents[2]
FILE = json.loads((ROOT / "docs" / "openapi.json").read_text(encoding="utf-8"))
UNDOCUMENTED = {"GET /api/openapi.json", "$default"}


def operations() -> Iterator[tuple[str, dict[str, Any]]]:
    for path, methods in FILE["paths"].items():
        for method, operation in methods.items():
            yield f"{method.upper()} {path}", operation


OPERATIONS = dict(operations())
TEMPLATE = {route.key: route for route in routes()}


def in_code() -> Iterator[tuple[str, str]]:
    """Every route of the code, with the folder of its function."""
    for file in sorted((ROOT / "functions").glob("*/handler.py")):
        module = import_module(f"functions.{file.parent.name}.handler")
        for route in openapi.all_routes(module.app) if hasattr(module, "app") else []:
            methods = route.method if isinstance(route.method, list | tuple) else [route.method]
            for method in methods:
                yield f"{method} {route.openapi_path}", file.parent.name


def test_the_file_is_what_the_code_says() -> None:
    assert (ROOT / "docs" / "openapi.json").read_text(encoding="utf-8") == openapi.written()


def test_the_template_sends_every_route_to_the_function_that_has_it() -> None:
    there = {key: route.function for key, route in TEMPLATE.items() if key != "$default"}
    assert dict(in_code()) == there


def test_the_file_documents_every_route_of_the_template_and_no_other() -> None:
    assert OPERATIONS.keys() == TEMPLATE.keys() - UNDOCUMENTED


@pytest.mark.parametrize("key", OPERATIONS)
def test_a_token_is_asked_for_where_the_template_does(key: str) -> None:
    assert ("security" in OPERATIONS[key]) == (TEMPLATE[key].authorizer is not None)
    assert ("401" in OPERATIONS[key]["responses"]) == (TEMPLATE[key].authorizer is not None)


@pytest.mark.parametrize("key", OPERATIONS)
def test_the_variables_of_a_path_and_the_headers_of_a_change_are_declared(key: str) -> None:
    declared = {(each["in"], each["name"]) for each in OPERATIONS[key].get("parameters", [])}
    assert {name for place, name in declared if place == "path"} == set(re.findall(r"{(\w+)}", key))
    asks_for_a_key = key.startswith("POST /api/") and key != "POST /api/stripe/webhook"
    assert (("header", "Idempotency-Key") in declared) == asks_for_a_key
    assert (("header", "If-Match") in declared) == key.startswith(("PUT ", "DELETE "))


def test_only_an_answer_without_content_is_described_without() -> None:
    bare = {
        status
        for each in OPERATIONS.values()
        for status, it in each["responses"].items()
        if "content" not in it
    }
    assert bare == {"204"}


@pytest.mark.parametrize("key", OPERATIONS)
def test_every_refusal_is_described_as_a_problem(key: str) -> None:
    for status, response in OPERATIONS[key]["responses"].items():
        if int(status) >= 300:
            gateways_own = {"application/json"} if status == "401" else set[str]()
            assert response["content"].keys() == {"application/problem+json"} | gateways_own


def test_every_schema_is_sound_and_every_reference_leads_somewhere() -> None:
    for schema in FILE["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)
    for name in re.findall(r'"#/components/schemas/([^"]+)"', json.dumps(FILE)):
        assert name in FILE["components"]["schemas"]


def test_every_refusal_has_its_status_and_every_status_a_refusal() -> None:
    def codes(kind: type[errors.DomainError]) -> set[str]:
        own = {kind.code} if hasattr(kind, "code") else set()
        return own.union(*(codes(each) for each in kind.__subclasses__()))

    assert codes(errors.DomainError) == PROBLEMS.keys()


CONTRACT = {
    400: {"malformed-request"},
    401: {"unauthenticated"},
    403: {"not-certified", "certification-lapsed", "staff-only"},
    404: {"not-found"},
    409: {
        "points-complete",
        "cycle-locked",
        "not-ready-to-submit",
        "agreement-outdated",
        "not-payable",
        "already-decided",
        "invoice-unpaid",
    },
    412: {"version-conflict"},
    413: {"too-large"},
    415: {"unsupported-media-type"},
    422: {"invalid-request", "idempotency-key-reused"},
    428: {"version-required"},
    429: {"slow-down"},
    503: {"unavailable"},
}


def test_the_codes_are_those_of_the_contract() -> None:
    for status, codes in CONTRACT.items():
        assert codes <= {code for code, (each, _) in PROBLEMS.items() if each == status}
