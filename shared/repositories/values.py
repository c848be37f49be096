"""Values as DynamoDB's protocol writes them, `{"S": …}`, `{"N": …}`, and back.

boto3 brings the same along with its resources and its transfer manager, which no member's request has a use for, and
reads a dashboard in more than twice the time.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

LONGEST_NUMBER = 38
"""Digits that DynamoDB keeps of a number."""


def write(value: Any) -> dict[str, Any]:
    """A value as DynamoDB takes it. Raises TypeError for what has no place in an item, a float above all."""
    match value:
        case str():
            return {"S": value}
        case bool():
            return {"BOOL": value}
        case int() | Decimal():
            return {"N": _number(value)}
        case None:
            return {"NULL": True}
        case dict() | Mapping():
            return {"M": {name: write(each) for name, each in value.items()}}
        case list() | tuple():
            return {"L": [write(each) for each in value]}
    raise TypeError(f"{type(value).__name__} has no form in DynamoDB")


def read(value: Mapping[str, Any]) -> Any:
    """What DynamoDB answers, as Python's own. Raises TypeError for a kind that this table does not hold."""
    ((kind, held),) = value.items()
    match kind:
        case "S" | "BOOL":
            return held
        case "N":
            return Decimal(held)
        case "NULL":
            return None
        case "M":
            return {name: read(each) for name, each in held.items()}
        case "L":
            return [read(each) for each in held]
    raise TypeError(f"{kind} is no kind of value that is stored here")


def _number(number: int | Decimal) -> str:
    text = str(number)
    if len(text) <= LONGEST_NUMBER and text.lstrip("-")[0].isdigit():  # neither Infinity nor NaN
        return text
    exact = Decimal(number)
    if not exact.is_finite() or len(exact.as_tuple().digits) > LONGEST_NUMBER:
        raise TypeError(f"{number} has no form in DynamoDB")
    return text
