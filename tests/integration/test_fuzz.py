"""Requests made up from the OpenAPI file and then spoilt: no answer that it does not describe, and none of 5xx.

What is asked follows the seed; each answer is held against docs/openapi.json by the harness.
"""

import json
import os
import random
import re
from typing import Any

import pytest

from tests.figures import Figures
from tests.integration import contract
from tests.integration.portal import ADMINISTRATOR, FINANCE, REVIEWER, STAFF, Person, Portal
from tests.integration.world import build

OWN_TABLE = True
SEED = 20270615
CASES = 20_000 if os.environ.get("PROVE") == "1" else 500
ROUTES = [
    (method, path, described)
    for path, methods in contract.openapi()["paths"].items()
    for method, described in methods.items()
    if path != "/api/stripe/webhook"
]
NASTY: list[Any] = [
    *(None, True, False, 0, -1, 1e308, 2**63, 0.1, "", " ", [], {}, [[]], {"a": {"b": []}}),
    *(
        "\x00",
        "\u202e\u2066",
        "é" * 300,
        "𝕬\U0010ffff",
        "'; DROP--",
        "${jndi:x}",
        "../../etc",
        "=1+1",
        "<script>",
    ),
    *(
        "2027-02-30",
        "9999-12-31",
        "0000-01-01",
        "NaN",
        "1e9999",
        "PK",
        "CERTIFICATION#x",
        {"S": "x"},
        "x" * 5000,
    ),
]


RAW = re.compile(r'"as it stands:([^"]*)"')
NUMBERS = [
    *("1e99999999", "-1e99999999", "1e-99999999", "1e99999999999999999999", "0e99999999", "1E+18", "-0"),
    *("9" * 4000, "9" * 5000, "1." + "0" * 5000, "1." + "0" * 5000 + "1", "1e400", "NaN", "-Infinity", "01"),
]
"""What is written where a number belongs: huge, tiny, long, or none."""

NOT_ONES_OWN: list[tuple[str, Any]] = [
    *(("extra", 1), ("member_id", "staff-ann"), ("points", 50), ("state", "approved"), ("status", "clean")),
    *(("version", 1), ("roles", ["staff"]), ("__proto__", {"roles": ["staff"]}), ("$set", {"points": 50})),
]
"""Fields that nobody may set."""

SMUGGLED: list[dict[str, str]] = [
    {"x-http-method-override": "DELETE"},
    {"x-original-url": "/api/staff/figures", "x-rewrite-url": "/api/staff/figures"},
    {"x-forwarded-user": "staff-ann", "x-member-id": "staff-ann", "cognito:groups": "[staff]"},
    {"content-length": "0", "transfer-encoding": "chunked"},
    {"content-type": "application/json; charset=utf-7"},
    {"if-match": '"1", "2"', "idempotency-key": "\u202e"},
    {"x-long": "x" * 8000},
]
"""Headers that claim another method, address, person or length."""


def deep(chance: random.Random) -> Any:
    """JSON within JSON within JSON."""
    depth = chance.choice([10, 100, 900])
    return json.loads("[" * depth + "]" * depth)


def made_of(schema: dict[str, Any], chance: random.Random) -> Any:
    """A value that fits a schema, as far as it says."""
    while "$ref" in schema:
        schema = contract.openapi()["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
    for alternatives in ("anyOf", "oneOf", "allOf"):
        if alternatives in schema:
            return made_of(chance.choice(schema[alternatives]), chance)
    if "enum" in schema or "const" in schema:
        return chance.choice(schema.get("enum") or [schema["const"]])
    kind = schema.get("type")
    if kind == "object":
        named = {name: made_of(each, chance) for name, each in schema.get("properties", {}).items()}
        return {
            name: value
            for name, value in named.items()
            if name in schema.get("required", []) or chance.random() < 0.7
        }
    if kind == "array":
        return [made_of(schema.get("items", {}), chance) for _ in range(chance.choice([1, 1, 2]))]
    return a_scalar(kind, schema, chance)


def a_scalar(kind: Any, schema: dict[str, Any], chance: random.Random) -> Any:
    """A number, a truth, a day or a text."""
    if kind in ("integer", "number"):
        return chance.choice([1, 2, 50])
    if kind == "boolean":
        return chance.random() < 0.5
    if schema.get("format") == "date":
        return chance.choice(["2027-06-18", "2027-06-20", "2026-01-01"])
    return chance.choice(["text", "webinar", "Mona Member", "2027-06-18", "a.pdf", "application/pdf"])


def spoilt(value: Any, chance: random.Random) -> Any:
    """The value with something in it that is not what it should be."""
    if isinstance(value, dict) and value and chance.random() < 0.9:
        name = chance.choice(list(value))
        more = dict([chance.choice(NOT_ONES_OWN)]) if chance.random() < 0.1 else {}
        return {**value, name: spoilt(value[name], chance), **more}
    if isinstance(value, list) and value and chance.random() < 0.7:
        return [spoilt(value[0], chance), *value[1:]]
    if type(value) is int and chance.random() < 0.7:
        return f"as it stands:{chance.choice(NUMBERS)}"
    return deep(chance) if chance.random() < 0.05 else chance.choice(NASTY)


def an_id(right: str, chance: random.Random) -> str:
    """An id, mostly one that there is."""
    luck = chance.random()
    if luck < 0.8:
        return right
    return chance.choice(
        [right.upper(), right + "x", "%00", "..%2f..", "x" * 900, "%F0%9F%98%80", "a b", "inv_1_1", "#"]
    )


def test_no_request_gets_an_answer_that_is_not_described(
    portal: Portal, monkeypatch: pytest.MonkeyPatch, figures: Figures
) -> None:
    figures("requests made up", f"{CASES:,} from seed {SEED}")
    chance = random.Random(SEED)
    monkeypatch.setattr(contract, "_check_sentences", lambda _: None)  # days are typed into names here
    world, bystander = build(portal, monkeypatch), portal.member()
    people: list[Person | None] = [
        world.owner,
        world.owner,
        STAFF,
        STAFF,
        REVIEWER,
        FINANCE,
        ADMINISTRATOR,
        None,
    ]
    statuses: dict[int, int] = {}
    for number in range(CASES):
        method, path, described = chance.choice(ROUTES)
        names = world.names | ({"member_id": bystander.member_id} if path.endswith("/erasure") else {})
        address = path.format(**{name: an_id(each, chance) for name, each in names.items()})
        more: dict[str, Any] = {}
        content = described.get("requestBody", {}).get("content", {}).get(contract.JSON)
        if content is not None:
            body = made_of(content["schema"], chance)
            text = json.dumps(body if chance.random() < 0.3 else spoilt(body, chance))
            more["raw"] = RAW.sub(r"\1", text).encode()
            if chance.random() < 0.1:
                more["raw"] = more["raw"][: chance.randrange(len(more["raw"]))] + chance.choice(
                    [b"", b"\xff", b"\x00"]
                )
        if method in ("put", "delete"):
            more["version"] = chance.choice([None, 1, 2, "x", '"', "*"])
        if method == "post":
            more["key"] = chance.choice(["new", "new", "new", None, "x" * 400, "1234"])
        if chance.random() < 0.3:
            names = [each["name"] for each in described.get("parameters", []) if each["in"] == "query"]
            more["query"] = {
                name: chance.choice(["1", "-1", "x" * 300, "é", "\x00", "100", ""])
                for name in [*names, "odd"]
            }
        if chance.random() < 0.2:
            more["headers"] = chance.choice(SMUGGLED)
        answer = portal.ask(method.upper(), address, chance.choice(people), **more)
        statuses[answer.status] = statuses.get(answer.status, 0) + 1
        assert answer.status < 500, (number, method, address, more, answer.raw)
    answers = ", ".join(f"{number:,} times {status}" for status, number in sorted(statuses.items()))
    figures("requests made up", f"answered {answers}")
    assert {200, 400, 401, 403, 404, 422} <= statuses.keys()
