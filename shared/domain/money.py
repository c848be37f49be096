"""Money as integer minor units with its currency (rule 11)."""

from dataclasses import dataclass
from decimal import Decimal

_WHOLE = frozenset(
    ("bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga", "pyg", "rwf", "vnd", "vuv", "xaf", "xof", "xpf")
)
_THOUSANDTHS = frozenset(("bhd", "jod", "kwd", "omr", "tnd"))
_NEVER_BROKEN = _WHOLE | {"isk", "ugx"}
"""What is only ever paid whole; of the last two Stripe still counts the hundredths, as it did once."""


def decimals(currency: str) -> int:
    """How many digits its minor unit stands behind the point, as Stripe counts money: 0 for yen, 3 for dinars, else 2.

    Source: docs.stripe.com/currencies, "zero-decimal" and "three-decimal currencies". web/js/format.js says the same.
    """
    return 0 if currency in _WHOLE else 3 if currency in _THOUSANDTHS else 2


def is_never_broken(currency: str) -> bool:
    """Whether it is only ever paid in whole units."""
    return currency in _NEVER_BROKEN


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in the currency's minor unit: `Money(15000, "usd")` is 150 dollars."""

    amount: int
    currency: str

    def __add__(self, other: "Money") -> "Money":
        """The sum of two amounts of one currency; ValueError when the currencies differ."""
        if self.currency != other.currency:
            raise ValueError(f"cannot add {other.currency} to {self.currency}")
        return Money(self.amount + other.amount, self.currency)

    @property
    def written(self) -> str:
        """As a person writes it: 150.00 USD."""
        places = decimals(self.currency)
        return f"{Decimal(self.amount).scaleb(-places):,.{places}f} {self.currency.upper()}"
