"""The kinds of fields: trimmed texts, days, exact numbers, money; strict, so that nothing is quietly converted."""

import re
import unicodedata
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    StringConstraints,
    WithJsonSchema,
)

from shared.domain import members, money

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_CONTROL_IN_LINES = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029]")

LARGEST_QUANTITY = 1_000_000


class Sent(BaseModel):
    """A body that is sent: unknown fields are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Given(BaseModel):
    """A body that is answered."""

    model_config = ConfigDict(frozen=True)


def _text(value: Any) -> Any:
    if not isinstance(value, str):
        raise ValueError("Give a text.")  # noqa: TRY004 (pydantic takes ValueError)
    try:
        value.encode()
    except UnicodeEncodeError:
        raise ValueError("This text has characters that cannot be stored.") from None
    return value.strip()


_TURNING = re.compile(r"[\u202a-\u202e\u2066-\u2069]")
"""Characters that turn the direction of what follows, so that a text reads otherwise than it is."""


def _visible(value: str) -> str:
    if _TURNING.search(value):
        raise ValueError("This text cannot hold characters that change the direction of writing.")
    if value and all(unicodedata.category(each) in ("Cf", "Cn", "Co", "Zs") for each in value):
        raise ValueError("Give a text that can be seen.")
    return value


def _one_line(value: str) -> str:
    if _CONTROL.search(value):
        raise ValueError("This text cannot hold line breaks or control characters.")
    return _visible(value)


def _lines(value: str) -> str:
    if _CONTROL_IN_LINES.search(value):
        raise ValueError("This text cannot hold control characters.")
    return _visible(value)


def _day(value: Any) -> Any:
    if isinstance(value, date):
        return value
    if not isinstance(value, str) or not _DAY.fullmatch(value):
        raise ValueError("Give a day as YYYY-MM-DD.")
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise ValueError("There is no such day in the calendar.") from None


def _number(value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise ValueError("Give a number.")  # noqa: TRY004 (pydantic takes ValueError)
    number = Decimal(value)
    if not number.is_finite() or abs(number) > LARGEST_QUANTITY or number != round(number, 6):
        raise ValueError(f"Give a number of at most {LARGEST_QUANTITY:,} with at most 6 decimals.")
    return number


def json_number(value: Decimal) -> int | float:
    """A decimal as a JSON number: 5.25, or 5 for a whole one."""
    return int(value) if value == value.to_integral_value() else float(value)


def _instant(value: datetime) -> str:
    return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


_TEXT, _ONE_LINE, _LINES = BeforeValidator(_text), AfterValidator(_one_line), AfterValidator(_lines)


def _email(value: str) -> str:
    if not members.is_email(value):
        raise ValueError(members.NO_EMAIL)
    return value


Id = Annotated[str, _TEXT, StringConstraints(min_length=1, max_length=200), _ONE_LINE]
Title = Annotated[str, _TEXT, StringConstraints(min_length=1, max_length=200), _ONE_LINE]
Signature = Annotated[str, _TEXT, StringConstraints(min_length=2, max_length=200), _ONE_LINE]
Reference = Annotated[str, _TEXT, StringConstraints(min_length=1, max_length=100), _ONE_LINE]
ShortText = Annotated[str, _TEXT, StringConstraints(min_length=0, max_length=200), _ONE_LINE]
PhoneNumber = Annotated[str, _TEXT, StringConstraints(min_length=0, max_length=50), _ONE_LINE]
Notes = Annotated[str, _TEXT, StringConstraints(min_length=0, max_length=300), _LINES]
PersonName = Annotated[
    str, _TEXT, StringConstraints(min_length=1, max_length=members.LONGEST_NAME), _ONE_LINE
]
EmailAddress = Annotated[
    str, _TEXT, StringConstraints(min_length=3, max_length=members.LONGEST_EMAIL), AfterValidator(_email)
]
Address = Annotated[str, _TEXT, StringConstraints(min_length=0, max_length=500), _LINES]
Comment = Annotated[str, _TEXT, StringConstraints(min_length=0, max_length=2000), _LINES]
Reason = Annotated[str, _TEXT, StringConstraints(min_length=1, max_length=2000), _LINES]

Day = Annotated[
    date,
    BeforeValidator(_day),
    WithJsonSchema({"type": "string", "format": "date"}),
]
Instant = Annotated[
    datetime,
    PlainSerializer(_instant, return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]
Points = Annotated[
    Decimal,
    PlainSerializer(json_number, return_type=int | float, when_used="json"),
    WithJsonSchema({"type": "number"}),
]
"""Points that are answered: the portal's own numbers are not checked again."""

PointsSent = Annotated[Points, BeforeValidator(_number)]
Quantity = Annotated[
    Decimal,
    BeforeValidator(_number),
    Field(gt=0),
    PlainSerializer(json_number, return_type=int | float, when_used="json"),
    WithJsonSchema({"type": "number", "exclusiveMinimum": 0, "maximum": LARGEST_QUANTITY}),
]


class Money(Given):
    """An amount in minor units of its currency."""

    amount: int
    currency: str

    @classmethod
    def of(cls, sum_of: money.Money) -> "Money":
        """The money of the domain as it is answered."""
        return cls(amount=sum_of.amount, currency=sum_of.currency)
