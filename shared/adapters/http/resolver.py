"""The resolver of a function: routes with validation, and one way from every refusal to its problem.

Refusals come in the order of API.md. What is known before the body is looked at (who, staff only, whose, lapsed, can it
be read, which version) stands as gates at each route, in that order; Powertools validates the body before it runs them,
so a wrong body runs the gates first, and only if they let it pass is it told what is wrong with its fields.
"""

import base64
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.event_handler.openapi.exceptions import RequestValidationError
from botocore.exceptions import BotoCoreError, ClientError

from shared.adapters.failures import Failed, code, log_failure, passes
from shared.adapters.http.problems import plain_number, problem
from shared.domain import numbers
from shared.domain.errors import (
    DomainError,
    Fault,
    IdempotencyKeyReused,
    InvalidRequest,
    NotFound,
    Unavailable,
)

Next = Callable[[APIGatewayHttpResolver], Response[Any]]
Gate = Callable[..., Response[Any]]
FieldFaults = Callable[[Any, list[Fault]], list[Fault]]

FIELD_FAULTS = "field_faults"
"""Where a gate leaves a FieldFaults: the domain's faults in a body some of whose fields are wrong already."""

USED_BEFORE = "used_before"
"""Where a gate leaves a function that tells whether the request's Idempotency-Key was used before."""

NOT_JSON = "The body of this request is not valid JSON."
UNREADABLE = "\ufffd"
"""Stands for a body that is no UTF-8, and where the gateway found bytes that are none: no JSON, and in no roster."""

JSON = "application/json"
SENT_AS = "x-sent-as"
"""The header that keeps the content type a request came with: the resolver itself is only given JSON."""

logger = Logger()


def portal_api() -> APIGatewayHttpResolver:
    """A resolver with the portal's JSON, validation and problems."""
    app = APIGatewayHttpResolver(
        enable_validation=True, json_body_deserializer=read_json, serializer=write_json
    )
    app.exception_handler(DomainError)(problem)
    app.exception_handler(RequestValidationError)(lambda error: _refuse_body(app, error))
    app.exception_handler([ClientError, BotoCoreError])(_unavailable)
    app.not_found(lambda _: problem(NotFound()))
    return app


def answer(app: APIGatewayHttpResolver, event: dict[str, Any], context: Any) -> dict[str, Any]:
    """What a function's handler does with an event of the HTTP API."""
    headers = event.get("headers") or {}
    sent_as = headers.get("content-type", "")
    event = {
        **event,
        "headers": {**headers, "content-type": JSON, SENT_AS: sent_as},
        "body": _text(event),
        "isBase64Encoded": False,
    }
    logger.append_keys(request_id=_request_id(event), event_id=None)
    try:
        answered = app.resolve(event, context)
    except Exception as error:
        log_failure(logger, "failed", error, route=event.get("routeKey", ""))
        raise Failed(type(error).__name__) from error
    logger.info("answered", route=event.get("routeKey", ""), status=answered["statusCode"])
    return answered


def gate(check: Callable[[APIGatewayHttpResolver], None]) -> Gate:
    """A check that runs before a route's handler; what it raises is the answer."""

    def run(app: APIGatewayHttpResolver, next_middleware: Next) -> Response[Any]:
        check(app)
        return next_middleware(app)

    run.__name__ = check.__name__
    run.__doc__ = check.__doc__
    return run


def read_json(body: str) -> Any:
    """JSON with exact decimals; whatever is not plain JSON raises JSONDecodeError."""
    try:
        return json.loads(
            body, parse_float=numbers.exact, parse_int=numbers.whole, parse_constant=_refuse_constant
        )
    except (ValueError, RecursionError) as error:
        raise json.JSONDecodeError("not JSON", "", 0) from error


def write_json(body: Any) -> str:
    """JSON as the portal answers it."""
    return json.dumps(body, separators=(",", ":"), ensure_ascii=False, default=plain_number)


def faults_of(errors: Sequence[Mapping[str, Any]]) -> list[Fault]:
    """Pydantic's errors as faults: a JSON pointer into the body (or `/limit` for a query parameter) and a sentence."""
    return [Fault(_pointer(error["loc"]), _sentence(error)) for error in errors]


def _text(event: Mapping[str, Any]) -> str | None:
    """The body as text, however the gateway hands it over."""
    body: str | None = event.get("body")
    if not body:
        return body
    try:
        if event.get("isBase64Encoded"):
            return base64.b64decode(body, validate=True).decode()
        body.encode()
    except ValueError:
        return UNREADABLE
    return body


def _refuse_body(app: APIGatewayHttpResolver, error: RequestValidationError) -> Response[Any]:
    """The answer to a request whose body or query is wrong: what the route's gates say comes first.

    The resolver calls no second exception handler while it is in this one, so what the gates raise ends here.
    """
    try:
        return _what_is_wrong(app, error)
    except DomainError as refusal:
        return problem(refusal)
    except (ClientError, BotoCoreError) as failure:
        return _unavailable(failure)


def _what_is_wrong(app: APIGatewayHttpResolver, error: RequestValidationError) -> Response[Any]:
    route = app.context["_route"]
    for middleware in route.middlewares:
        middleware(app, _nothing_behind)
    used_before: Callable[[], bool] | None = app.context.get(USED_BEFORE)
    if used_before is not None and used_before():
        return problem(IdempotencyKeyReused())  # what was recorded had a sound body, so this is another
    faults = faults_of(error.errors())
    find: FieldFaults | None = app.context.get(FIELD_FAULTS)
    if find is not None:
        faults += find(app.current_event.json_body, faults)
    return problem(InvalidRequest(tuple(faults)))


def _nothing_behind(_: APIGatewayHttpResolver) -> Response[Any]:
    return Response(status_code=204)


def _unavailable(error: Exception) -> Response[Any]:
    """The answer to a call of a service that failed: to try again, unless that can help nothing. Raises it then."""
    if not passes(error):
        raise error
    logger.error("service_failed", error=type(error).__name__, code=code(error))
    return problem(
        Unavailable("The portal cannot reach its storage at the moment. Please try again in a few seconds.")
    )


def _request_id(event: Mapping[str, Any]) -> str:
    return str((event.get("requestContext") or {}).get("requestId", ""))


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def _pointer(location: Sequence[str | int]) -> str:
    parts = [str(part).replace("~", "~0").replace("/", "~1") for part in location[1:]]
    return "".join(f"/{part}" for part in parts)


SENTENCES: Mapping[str, str] = {
    "missing": "This field is missing.",
    "extra_forbidden": "This field is not known here.",
    "string_type": "Give a text.",
    "string_too_short": "Give at least {min_length} characters.",
    "string_too_long": "Give at most {max_length} characters.",
    "too_short": "Give at least {min_length}.",
    "too_long": "Give at most {max_length}.",
    "literal_error": "Give one of {expected}.",
    "dict_type": "Give an object.",
    "model_type": "Give an object.",
    "model_attributes_type": "Give an object.",
    "list_type": "Give a list.",
    "bool_parsing": "Give true or false.",
    "int_parsing": "Give a whole number.",
    "int_type": "Give a whole number.",
    "finite_number": "Give a number of fewer digits.",
    "greater_than": "Give a number above {gt}.",
    "greater_than_equal": "Give a number of at least {ge}.",
    "less_than_equal": "Give a number of at most {le}.",
}


def _sentence(error: Mapping[str, Any]) -> str:
    """What is wrong with a field, in plain words; validators of our own bring their sentence along."""
    context = error.get("ctx") or {}
    kind = error["type"]
    if kind in ("too_short", "too_long") and isinstance(error.get("input"), str):
        kind = f"string_{kind}"
    if kind == "string_too_short" and context.get("min_length") == 1:
        return "Fill this in."
    if kind == "value_error":
        return str(context.get("error", "This value is not valid."))
    template = SENTENCES.get(kind)
    if template is None:
        return "This value is not valid."
    try:
        return template.format(**context)
    except KeyError:
        return "This value is not valid."
