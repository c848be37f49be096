"""The history of a certification, what staff have to look at, and figures."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from shared.domain import figures, history
from shared.schemas.fields import Day, Given, Instant, Notes, Sent, json_number


class Happening(Given):
    """Something that happened: `by` is the id of who did it, told to staff only; `data` depends on the type."""

    happening_id: str
    type: str
    at: Instant
    role: str
    by: str | None
    text: str
    data: dict[str, Any]

    @classmethod
    def of(cls, happening: history.Happening) -> "Happening":
        """The happening of the domain as it is answered."""
        return cls(
            happening_id=happening.happening_id,
            type=happening.type,
            at=happening.at,
            role=happening.role,
            by=happening.by or None,
            text=happening.text,
            data=plain_data(happening.data),
        )


class History(Given):
    """What happened, the latest first."""

    items: list[Happening]
    next_cursor: str | None


class Attention(Given):
    """Something that staff have to look at; `done_*` once somebody did."""

    attention_id: str
    raised_at: Instant
    reason: str
    data: dict[str, Any]
    done_at: Instant | None
    done_by: str | None
    note: str | None

    @classmethod
    def of(cls, attention: history.Attention) -> "Attention":
        """The attention of the domain as it is answered."""
        raised, done = attention.raised, attention.done
        shown = {name: each for name, each in raised.data.items() if name != "reason"}
        return cls(
            attention_id=raised.event_id,
            raised_at=raised.at,
            reason=str(raised.data.get("reason", "")),
            data=plain_data({name: history.without_secrets(each) for name, each in shown.items()}),
            done_at=None if done is None else done.at,
            done_by=None if done is None else done.by,
            note=None if done is None else str(done.data["note"]),
        )


class AttentionList(Given):
    """What staff have to look at, oldest first; a payment is under `<stripe_url>/payments/<payment_id>`."""

    items: list[Attention]
    stripe_url: str
    next_cursor: str | None


class DoneSent(Sent):
    """That something was looked after, and how."""

    note: Notes = ""


class Lapsing(Given):
    """How many certifications lapse within so many days unless something is done, each number holding the smaller."""

    within_30_days: int
    within_60_days: int
    within_90_days: int


class Figures(Given):
    """Where all certifications and invoices stand on a day; `paid` are the invoices paid in its year."""

    today: Day
    in_entry: int
    submitted: int
    returned: int
    overdue: int
    paid: int
    lapsing: Lapsing

    @classmethod
    def of(cls, counted: figures.Figures, today: date) -> "Figures":
        """The figures of the domain as they are answered."""
        return cls(
            today=today,
            in_entry=counted.in_entry,
            submitted=counted.submitted,
            returned=counted.returned,
            overdue=counted.overdue,
            paid=counted.paid,
            lapsing=Lapsing(
                within_30_days=counted.lapsing_within(30),
                within_60_days=counted.lapsing_within(60),
                within_90_days=counted.lapsing_within(90),
            ),
        )


def plain_data(value: Mapping[str, object]) -> dict[str, Any]:
    """The data of an event as JSON."""
    return {name: _plain(each) for name, each in value.items()}


def _plain(value: object) -> Any:
    if isinstance(value, Decimal):
        return json_number(value)
    if isinstance(value, Mapping):
        return {str(name): _plain(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return value if isinstance(value, str | int | float | bool | None) else str(value)
