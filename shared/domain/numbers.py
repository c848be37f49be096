"""Numbers as they are written in JSON and TOML: exact, and never so great, small or long that to count is costly."""

from decimal import ROUND_UP, Context, Decimal

_DIGITS = 30
"""More than any field takes, and fewer than the table stores."""

_EXACT = Context(prec=_DIGITS, rounding=ROUND_UP, Emin=-_DIGITS, Emax=_DIGITS, traps=[])


def exact(text: str) -> Decimal:
    """The number that a text says. What no field takes comes out as such: too great is infinite, what has too many
    decimals keeps some, what is no number is none.
    """
    return _EXACT.create_decimal(text.replace("_", ""))


def whole(text: str) -> int | Decimal:
    """The whole number that a text says; a longer one than any field takes is not worked out."""
    return int(text) if len(text) <= _DIGITS else exact(text)
