"""What schemathesis is told beyond its own: loaded in its environment, which knows nothing of this project."""

import uuid
import zlib
from typing import Any

import schemathesis

GATEWAYS_OWN = {401: "Unauthorized", 413: "Request Entity Too Large"}
"""What API Gateway answers by itself, before any function: the status, and the words."""


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
