"""What staff send to reinstate, to extend, and to undo an approval."""

from datetime import date
from typing import Any

from pydantic import TypeAdapter, ValidationError

from shared.schemas.fields import Comment, Day, Reason, Sent


class ReinstatementSent(Sent):
    """That a lapsed member's report came on paper, and when."""

    report_received_on: Day
    comment: Comment = ""


class ExtensionSent(Sent):
    """A later last day, and why it is granted; the member sees both."""

    extended_to: Day
    reason: Reason


class UndoSent(Sent):
    """Why an approval was wrong."""

    reason: Reason


def day_in(body: Any, name: str) -> date | None:
    """A day in a body that may be wrong otherwise; None when it cannot be read."""
    try:
        day: date = TypeAdapter(Day).validate_python(body.get(name) if isinstance(body, dict) else None)
    except ValidationError:
        return None
    return day
