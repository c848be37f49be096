"""Money as integer minor units with its currency (rule 11)."""

from dataclasses import dataclass


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
