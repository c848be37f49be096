"""Lists in pages: `limit`, and a `cursor` that is opaque to clients and holds the last sort key of the page before."""

import base64
import binascii
from collections.abc import Callable, Sequence
from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Query

from shared.domain.errors import Fault, InvalidRequest

LONGEST_PAGE = 100

WRONG_CURSOR = "Use the next_cursor of the page before, or none."

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
        raise InvalidRequest((Fault("/cursor", WRONG_CURSOR),))
    return text


def page_of[Each](
    items: Sequence[Each], key: Callable[[Each], str], cursor: str | None, limit: int
) -> tuple[Sequence[Each], str | None]:
    """A page of a list that was read whole, and the cursor of the next. Raises InvalidRequest for a wrong cursor."""
    begin = _begin(items, key, cursor)
    page = items[begin : begin + limit]
    return page, next_cursor(key(page[-1])) if begin + limit < len(items) else None


def page_within[Each](
    items: Sequence[Each],
    key: Callable[[Each], str],
    size: Callable[[Each], int],
    cursor: str | None,
    most: int,
) -> tuple[Sequence[Each], str | None]:
    """A page that ends with the item by which it has so many bytes. Raises InvalidRequest for a wrong cursor."""
    end = begin = _begin(items, key, cursor)
    held = 0
    while end < len(items) and held < most:
        held += size(items[end])
        end += 1
    return items[begin:end], next_cursor(key(items[end - 1])) if end < len(items) else None


def _begin[Each](items: Sequence[Each], key: Callable[[Each], str], cursor: str | None) -> int:
    after = start(cursor)
    if after is None:
        return 0
    begin = next((place for place, each in enumerate(items, start=1) if key(each) == after), 0)
    if begin == 0:
        raise InvalidRequest((Fault("/cursor", WRONG_CURSOR),))
    return begin


def next_cursor(sort_key: str | None) -> str | None:
    """The cursor of the page after this sort key; None at the end."""
    return None if sort_key is None else base64.urlsafe_b64encode(sort_key.encode()).decode()
