"""What schemathesis is told beyond its own: loaded in its environment, which knows nothing of this project."""

import os
import uuid
import zlib
from typing import Any

import schemathesis

GATEWAYS_OWN = {401: "Unauthorized", 413: "Request Entity Too Large"}
"""What API Gateway answers by itself, before any function: the status, and the words."""

EDGES = int(os.environ["EDGES"])
"""How many of a hundred requests at the edges of what a schema allows are sent."""

SEED = os.environ["SEED"]


@schemathesis.hook
def filter_case(context: Any, case: Any) -> bool:
    """The right request is always sent, and of those at the edges always the same."""
    edge = case.meta.phase.data
    if case.meta.phase.name != "coverage" or edge.scenario == "default_positive_test":
        return True
    told = f"{SEED} {case.operation.label} {case.method} {edge.description} {edge.location} {edge.parameter}"
    return zlib.crc32(told.encode()) % 100 < EDGES


@schemathesis.hook
def before_call(context: Any, case: Any, kwargs: Any) -> None:
    """Four keys of five are fresh ones, so that a request comes as far as its body."""
    headers = case.headers
    if headers and "Idempotency-Key" in headers and zlib.crc32(str(case.body).encode()) % 5:
        headers["Idempotency-Key"] = str(uuid.uuid4())


@schemathesis.check
def errors_are_problems(context: Any, response: Any, case: Any) -> None:
    """Every error is a problem that says its status, but for the gateway's own."""
    if response.status_code < 400:
        return
    kind = response.headers["content-type"][0]
    told = response.json()
    if kind == "application/json":
        assert told == {"message": GATEWAYS_OWN.get(response.status_code)}, told
        return
    assert kind == "application/problem+json", kind
    assert told["type"].startswith("/problems/"), told
    assert told["status"] == response.status_code, told
    assert told["title"], told
    assert told["detail"], told
