"""Lists in pages: `limit`, and a `cursor` that is opaque to clients and holds where the page before ended.

A cursor holds a position and not an item: what stood there may be deleted, moved or changed meanwhile, and the next
page begins with what comes after all the same. It is good for the list that gave it alone.
"""

import base64
import binascii
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Query

from shared.domain import ids
from shared.domain.errors import Fault, InvalidRequest

LONGEST_PAGE = 100

WRONG_CURSOR = "Use the next_cursor of the page before, or none."

Limit = Annotated[int, Query(ge=1, le=LONGEST_PAGE)]
Cursor = Annotated[str | None, Query(max_length=2000)]


def start(cursor: str | None, *of: str) -> str | None:
    """The position after which a page of a list starts; `of` says which list it is, whose and how filtered.

    Raises InvalidRequest for a cursor that no page of this list gave.
    """
    if cursor is None:
        return None
    try:
        text = base64.b64decode(cursor, altchars=b"-_", validate=True).decode()
    except (binascii.Error, ValueError):
        text = ""
    seal, _, position = text.partition(" ")
    if not position or len(position.encode()) > 1000 or seal != _seal(position, of):
        raise InvalidRequest((Fault("/cursor", WRONG_CURSOR),))
    return position


def next_cursor(position: str | None, *of: str) -> str | None:
    """The cursor of the page of a list after this position; None at the end."""
    if position is None:
        return None
    return base64.urlsafe_b64encode(f"{_seal(position, of)} {position}".encode()).decode()


def _seal(position: str, of: Sequence[str]) -> str:
    """What a cursor of another list, or one that was changed, does not have; whoever makes one up reads their own."""
    return ids.digest("cursor", *of, position)


def page_of[Each](
    items: Sequence[Each],
    position: Callable[[Each], str],
    cursor: str | None,
    limit: int,
    *of: str,
    latest_first: bool = False,
) -> tuple[Sequence[Each], str | None]:
    """A page of a list that was read whole, in the order of its positions, and the cursor of the next.

    Raises InvalidRequest for a wrong cursor.
    """
    rest = _rest(items, position, start(cursor, *of), latest_first=latest_first)
    return rest[:limit], next_cursor(position(rest[limit - 1]) if len(rest) > limit else None, *of)


def page_within[Each](
    items: Sequence[Each],
    position: Callable[[Each], str],
    size: Callable[[Each], int],
    cursor: str | None,
    most: int,
    *of: str,
) -> tuple[Sequence[Each], str | None]:
    """A page that ends with the item by which it has so many bytes. Raises InvalidRequest for a wrong cursor."""
    rest = _rest(items, position, start(cursor, *of), latest_first=False)
    end = held = 0
    while end < len(rest) and held < most:
        held += size(rest[end])
        end += 1
    return rest[:end], next_cursor(position(rest[end - 1]) if end < len(rest) else None, *of)


def _rest[Each](
    items: Sequence[Each], position: Callable[[Each], str], after: str | None, *, latest_first: bool
) -> list[Each]:
    ordered = sorted(items, key=position, reverse=latest_first)
    if after is None:
        return ordered
    return [each for each in ordered if (position(each) < after if latest_first else position(each) > after)]


def in_time(at: datetime, item_id: str) -> str:
    """The position of something in a list by time: of two at once it is the id that tells."""
    return f"{at.astimezone(UTC).isoformat(timespec='microseconds')}#{item_id}"
