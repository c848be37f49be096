"""Fees: what is owed for a renewal: by members of the body and by others, early, late and for a reinstatement by tiers,
or once by those who retire."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from shared.domain.money import Money
from shared.domain.rules.cycles import earlier, in_words, later
from shared.domain.rules.words import Length

Membership = Literal["member", "non-member"]
"""Whether somebody is a member of the certifying body, which may make the fee another."""

When = Literal["early", "late", "reinstatement", "retired"]


@dataclass(frozen=True, slots=True)
class Fee:
    """The price of a recertification; `designation` None means any that has no fee of its own.

    `membership` says whether it is the price for members of the body or for others, None that it is for both.
    `late_from` is the month and day of the recertification year from which on invoices have this price; None is the
    price from the beginning.
    """

    title: str
    amount: Money
    designation: str | None = None
    late_from: tuple[int, int] | None = None
    membership: Membership | None = None

    def reached_on(self, year: int) -> date:
        """From which day on an invoice for that recertification year has this price."""
        return date(year, *self.late_from) if self.late_from else date.min


@dataclass(frozen=True, slots=True)
class Charge:
    """What is owed besides the fee, or `instead` of it: early, at least `within` before the last day; late or for a
    reinstatement, at most `within` after it (None: however long after); or by those who retire, once."""

    when: When
    title: str
    amount: Money
    within: Length | None = None
    designation: str | None = None
    membership: Membership | None = None
    instead: bool = False


@dataclass(frozen=True, slots=True)
class Owed:
    """One line of what is owed."""

    title: str
    amount: Money


def price(fees: Sequence[Fee], designation: str, membership: Membership, year: int, day: date) -> Fee | None:
    """The fee of a designation in a recertification year on a day; None where there is none.

    The nearest fees count, and of these the latest that is reached: those of the designation before those of any, and
    among them those for members of the body, or for others, before those for both.
    """
    for wanted in _nearest(designation, membership):
        reached = [
            fee for fee in fees if (fee.designation, fee.membership) == wanted and fee.reached_on(year) <= day
        ]
        if reached:
            return max(reached, key=lambda fee: fee.reached_on(year))
    return None


def charge(
    charges: Sequence[Charge], designation: str, membership: Membership, ends_on: date, day: date
) -> Charge | None:
    """What a day before or after the last one adds to the fee, or puts in its place.

    Early: the tier that is furthest ahead; late, then reinstatement: the first tier that is not over.
    """
    kinds: tuple[When, ...] = ("early",) if day <= ends_on else ("late", "reinstatement")
    for when in kinds:
        for wanted in _nearest(designation, membership):
            rows = [
                each
                for each in charges
                if each.when == when
                and (each.designation, each.membership) == wanted
                and _applies(each, ends_on, day)
            ]
            if rows:
                tiers = sorted(rows, key=lambda each: _limit(each, ends_on))
                return tiers[0]
    return None


def owed(
    fees: Sequence[Fee],
    charges: Sequence[Charge],
    designation: str,
    membership: Membership,
    ends_on: date,
    day: date,
    *,
    retired: bool = False,
) -> tuple[Owed, ...]:
    """What a renewal costs when it is charged on a day. Raises LookupError when there is no price for it."""
    if retired:
        for wanted in _nearest(designation, membership):
            for each in charges:
                if each.when == "retired" and (each.designation, each.membership) == wanted:
                    return (Owed(each.title, each.amount),)
    more = charge(charges, designation, membership, ends_on, day)
    if more is not None and more.instead:
        return (Owed(more.title, more.amount),)
    fee = price(fees, designation, membership, ends_on.year, day)
    if fee is None:
        raise LookupError(f"there is no recertification fee for {designation}")
    lines = (Owed(fee.title, fee.amount),)
    return lines if more is None else (*lines, Owed(more.title, more.amount))


def _nearest(designation: str, membership: Membership) -> tuple[tuple[str | None, Membership | None], ...]:
    return (designation, membership), (designation, None), (None, membership), (None, None)


def _limit(each: Charge, ends_on: date) -> date:
    if each.within is None:
        return ends_on if each.when == "early" else date.max
    return earlier(ends_on, each.within) if each.when == "early" else later(ends_on, each.within)


def _applies(each: Charge, ends_on: date, day: date) -> bool:
    return day <= _limit(each, ends_on)


def sentences(fees: Sequence[Fee], charges: Sequence[Charge]) -> list[str]:
    """The fees in words."""
    said = []
    for fee in fees:
        whom = [each for each in (fee.designation, fee.membership and f"{fee.membership}s") if each]
        since = f" from {_in_any_year(*fee.late_from)} on" if fee.late_from else ""
        said.append(f"{fee.title}{f' ({", ".join(whom)})' if whom else ''}: {fee.amount.written}{since}.")
    for each in charges:
        length = "" if each.within is None else in_words(each.within)
        when = {
            "early": f"if paid at least {length} before the last day"
            if length
            else "if paid by the last day",
            "late": f"up to {length} after the last day" if length else "after the last day",
            "reinstatement": f"up to {length} after the last day" if length else "for a reinstatement",
            "retired": "once, for those who retire",
        }[each.when]
        kind = "instead of the fee" if each.instead or each.when == "retired" else "besides the fee"
        whom = [name for name in (each.designation, each.membership and f"{each.membership}s") if name]
        said.append(
            f"{each.title}{f' ({", ".join(whom)})' if whom else ''}: {each.amount.written}, {when}, {kind}."
        )
    return said


def _in_any_year(month: int, day: int) -> str:
    return f"{day} {date(2000, month, 1):%B}"
