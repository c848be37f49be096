"""Bodies as they are sent, read as the portal reads them, and what is wrong with them."""

from typing import Any

from pydantic import BaseModel, ValidationError

from shared.adapters.http.resolver import faults_of, read_json
from shared.schemas.points import EntrySession, field_faults
from tests.unit.domain.builders import TODAY, empty_cycle

ENTRY = """{"activity": "webinar", "quantity": 1, "title": "Pay transparency", "organization": "City",
 "started_on": "2026-03-01", "ended_on": "2026-03-02"}"""


def entry(**changes: Any) -> dict[str, Any]:
    """The body of a sound entry with changes."""
    return {**read_json(ENTRY), **changes}


def pointers_in(model: type[BaseModel], body: Any) -> list[str]:
    """The pointers of the schema's faults in a body."""
    try:
        model.model_validate(body)
    except ValidationError as error:
        located = [{**each, "loc": ("body", *each["loc"])} for each in error.errors()]
        return [fault.pointer for fault in faults_of(located)]
    return []


def all_pointers(body: Any) -> list[str]:
    """The pointers of every fault of a session, of schema and domain, as one list."""
    try:
        EntrySession.model_validate(body)
        known = []
    except ValidationError as error:
        known = faults_of([{**each, "loc": ("body", *each["loc"])} for each in error.errors()])
    found = known + field_faults(empty_cycle(), TODAY, body, known)
    return [fault.pointer for fault in found]
