"""Lists in pages: `limit`, and a `cursor` that is opaque to clients and holds the last sort key of the page before."""

import base64
import binascii
from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Query

from shared.domain.errors import Fault, InvalidRequest

LONGEST_PAGE = 100

Limit = Annotated[int, Query(ge=1, le=LONGEST_PAGE)]
Cursor = Annotated[str | None, Query(max_length=2000)]


def start(cursor: str | None) -> str | None:
    """The sort key after which a page starts. Raises InvalidRequest for a cursor that no page gave."""
    if cursor is None:
        return None
    try:
        text = base64.b64decode(cursor, altchars=b"-_", validate=True).decode()
    except (binascii.Error, ValueError):
        text = ""
    if not text or len(text.encode()) > 1000:
        raise InvalidRequest((Fault("/cursor", "Use the next_cursor of the page before, or none."),))
    return text


def next_cursor(sort_key: str | None) -> str | None:
    """The cursor of the page after this sort key; None at the end."""
    return None if sort_key is None else base64.urlsafe_b64encode(sort_key.encode()).decode()
