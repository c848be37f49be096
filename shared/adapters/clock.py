"""The one clock. `offset` is zero, except on the local stack, whose clock can be moved."""

from datetime import UTC, datetime, timedelta

offset = timedelta(0)


def now() -> datetime:
    """The time now, in UTC."""
    return datetime.now(UTC) + offset
