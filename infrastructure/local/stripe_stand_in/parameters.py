"""Request parameters: `a[b][0][c]=d` to nested values, and checks as strict as Stripe's about unknown names.

A check takes the parameter's name and its raw value, and gives the clean value or raises ApiError. Unknown
names are refused first, then what is missing, then wrong values.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit

from infrastructure.local.stripe_stand_in.errors import ApiError

Check = Callable[[str, Any], Any]

_PART = re.compile(r"\[([^\[\]]*)\]")


def nested(pairs: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """Form pairs as a tree; lists stay mappings of their indices until a check for a list reads them."""
    tree: dict[str, Any] = {}
    for name, value in pairs:
        head, *rest = [name.partition("[")[0], *_PART.findall(name)]
        branch, leaf = tree, head
        for part in rest:
            below = branch.setdefault(leaf, {})
            if not isinstance(below, dict):
                raise ApiError(f"Invalid object: {leaf}", param=name)
            branch, leaf = below, part or str(len(below))
        branch[leaf] = value
    return tree


def record(fields: Mapping[str, Check], required: tuple[str, ...] = ()) -> Check:
    """An object of these fields."""

    def check(name: str, raw: Any) -> dict[str, Any]:
        if not isinstance(raw, dict):
            raise ApiError(f"Invalid object: {raw}", param=name)
        unknown = [_below(name, field) for field in raw if field not in fields]
        if unknown:
            plural = "s" if len(unknown) > 1 else ""
            listed = ", ".join(unknown)
            raise ApiError(
                f"Received unknown parameter{plural}: {listed}", code="parameter_unknown", param=unknown[0]
            )
        for field in required:
            if field not in raw:
                missing = _below(name, field)
                raise ApiError(f"Missing required param: {missing}.", code="parameter_missing", param=missing)
        return {field: fields[field](_below(name, field), value) for field, value in raw.items()}

    return check


def listing(item: Check, most: int = 100) -> Check:
    """A list of items that each pass the check."""

    def check(name: str, raw: Any) -> list[Any]:
        if not isinstance(raw, dict) or not all(index.isdecimal() for index in raw):
            raise ApiError("Invalid array", param=name)
        if len(raw) > most:
            raise ApiError(f"Array too long: at most {most} elements", param=name)
        return [item(f"{name}[{index}]", raw[index]) for index in sorted(raw, key=int)]

    return check


def text(longest: int = 5000) -> Check:
    """A text that is not empty."""

    def check(name: str, raw: Any) -> str:
        if not isinstance(raw, str):
            raise ApiError(f"Invalid string: {raw}", param=name)
        if not raw:
            raise ApiError(
                f"You passed an empty string for '{name}'. We assume empty values are an attempt to unset a "
                f"parameter; however '{name}' cannot be unset.",
                code="parameter_invalid_empty",
                param=name,
            )
        if len(raw) > longest:
            raise ApiError(f"Invalid string: must be at most {longest} characters", param=name)
        return raw

    return check


def integer(least: int, most: int = 99_999_999_999) -> Check:
    """A whole number in its bounds."""

    def check(name: str, raw: Any) -> int:
        if not isinstance(raw, str) or not re.fullmatch(r"-?\d{1,18}", raw, re.ASCII):
            raise ApiError(f"Invalid integer: {raw}", code="parameter_invalid_integer", param=name)
        if not least <= (number := int(raw)) <= most:
            raise ApiError(
                f"This value must be between {least} and {most}.",
                code="parameter_invalid_integer",
                param=name,
            )
        return number

    return check


def choice(*allowed: str) -> Check:
    """One of these words."""

    def check(name: str, raw: Any) -> str:
        if raw not in allowed:
            words = ", ".join(allowed)
            raise ApiError(f"Invalid {name}: must be one of {words}", param=name)
        return str(raw)

    return check


def boolean(name: str, raw: Any) -> bool:
    """true or false."""
    if raw not in ("true", "false"):
        raise ApiError(f"Invalid boolean: {raw}", param=name)
    return bool(raw == "true")


def url(name: str, raw: Any) -> str:
    """An http or https address; `{CHECKOUT_SESSION_ID}` may stand in it."""
    parts = urlsplit(text()(name, raw))
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise ApiError(
            "Invalid URL: An explicit scheme (such as https) must be provided.",
            code="url_invalid",
            param=name,
        )
    return str(raw)


def currency(name: str, raw: Any) -> str:
    """A three-letter code, in lower case."""
    code: str = text()(name, raw).lower()
    if not re.fullmatch("[a-z]{3}", code):
        raise ApiError(f"Invalid currency: {raw}", param=name)
    return code


def email(name: str, raw: Any) -> str:
    """Something like a mail address."""
    address: str = text(512)(name, raw)
    if not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", address):
        raise ApiError(f"Invalid email address: {address}", code="email_invalid", param=name)
    return address


def metadata(name: str, raw: Any) -> dict[str, str]:
    """At most 50 texts of 500 characters under keys of 40 characters."""
    if not isinstance(raw, dict) or len(raw) > 50:
        raise ApiError("Metadata must be an object of at most 50 keys", param=name)
    for key, value in raw.items():
        if not isinstance(value, str) or len(value) > 500 or len(key) > 40:
            raise ApiError(
                f"Metadata: key '{key}' has up to 40 characters, its value is a text of up to 500",
                param=_below(name, key),
            )
    return dict(raw)


def created(name: str, raw: Any) -> dict[str, int]:
    """A range of times, or one time."""
    if isinstance(raw, str):
        raw = {"gte": raw, "lte": raw}
    bounds: dict[str, int] = record(dict.fromkeys(("gt", "gte", "lt", "lte"), integer(0)))(name, raw)
    return bounds


def _below(name: str, field: str) -> str:
    return f"{name}[{field}]" if name else field
