"""What anyone may read: the program, whether a certificate is current, the OpenAPI file; and the answer elsewhere."""

from functools import cache
from pathlib import Path
from typing import Any

from aws_lambda_powertools.event_handler import Response

from shared.adapters import clock
from shared.adapters.http.resolver import JSON, answer, portal_api
from shared.domain.days import day_of
from shared.domain.errors import NotFound
from shared.domain.program import Program as Edition
from shared.handling import wiring
from shared.schemas.certificates import Certificate
from shared.schemas.program import Program

app = portal_api()

OPENAPI_FILE = Path(__file__).parent / "openapi.json"

FOR_FIVE_MINUTES = "public, max-age=300"


@app.get("/api/program")
def read_program() -> Response[Program]:
    """The edition of the program that is in force today, or the one that is named, which a cycle may be under.

    The name is read by hand: declared, it would make a route that nearly every page asks a fifth dearer.
    """
    name = app.current_event.query_string_parameters.get("edition")
    return Response(200, JSON, _said(_edition(name)), {"Cache-Control": FOR_FIVE_MINUTES})


def _edition(name: str | None) -> Edition:
    """The edition with this name, without one that in force. Raises NotFound."""
    editions = wiring.editions()
    if name is None:
        return editions.in_force(day_of(clock.now(), editions.time_zone))
    try:
        return editions.named(name)
    except LookupError:
        raise NotFound("There is no such edition of the program.") from None


@cache
def _said(edition: Edition) -> Program:
    """An edition with its handbook, whose sentences are two thirds of a request: made once a process."""
    return Program.of(edition, wiring.editions())


@app.get("/api/certificates/<certificate_id>")
def check_certificate(certificate_id: str) -> Response[Certificate]:
    """Whether a certificate is current, lapsed or replaced: name, designation and days, nothing else personal."""
    standing = wiring.certificates().standing(certificate_id)
    if standing is None:
        raise NotFound("There is no such certificate. Compare the address with the one on the certificate.")
    editions = wiring.editions()
    today = day_of(clock.now(), editions.time_zone)
    body = Certificate.of(standing, editions.of_cycle(standing.cycle, today), today)
    return Response(200, JSON, body, {"Cache-Control": FOR_FIVE_MINUTES})


@app.get("/api/openapi.json", include_in_schema=False)
def read_openapi() -> Response[str]:
    """The OpenAPI file of this API."""
    return Response(200, JSON, OPENAPI_FILE.read_text(encoding="utf-8"), {"Cache-Control": FOR_FIVE_MINUTES})


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Lambda's entry."""
    return answer(app, event, context)
