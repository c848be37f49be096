"""What a renewal costs: members and others, early, late and reinstated by tiers, retired once."""

from datetime import date

import pytest

from shared.domain.money import Money
from shared.domain.rules.fees import Charge, Fee, owed, sentences
from shared.domain.rules.words import Length

ENDS_ON = date(2027, 12, 31)
FEES = (
    Fee("Renewal", Money(15000, "usd")),
    Fee("Renewal for members", Money(6000, "usd"), membership="member"),
    Fee("Renewal, senior", Money(20000, "usd"), designation="S"),
)
CHARGES = (
    Charge("early", "Early renewal", Money(5000, "usd"), Length(days=90), membership="member", instead=True),
    Charge("late", "Late fee", Money(2500, "usd"), Length(months=1)),
    Charge("late", "Late fee, second month", Money(5000, "usd"), Length(months=2)),
    Charge("reinstatement", "Reinstatement", Money(10000, "usd"), Length(months=12)),
    Charge("reinstatement", "Reinstatement after a year", Money(30000, "usd"), instead=True),
    Charge("retired", "Retired, once", Money(7500, "usd")),
)


@pytest.mark.parametrize(
    ("day", "membership", "designation", "amounts"),
    [
        (date(2027, 6, 1), "non-member", "P", [150]),
        (date(2027, 6, 1), "member", "P", [50]),
        (date(2027, 10, 2), "member", "P", [50]),
        (date(2027, 10, 3), "member", "P", [60]),
        (date(2027, 12, 31), "member", "S", [200]),
        (date(2028, 1, 1), "non-member", "P", [150, 25]),
        (date(2028, 1, 31), "member", "P", [60, 25]),
        (date(2028, 2, 1), "member", "P", [60, 50]),
        (date(2028, 3, 1), "non-member", "P", [150, 100]),
        (date(2028, 12, 31), "non-member", "P", [150, 100]),
        (date(2029, 1, 1), "non-member", "P", [300]),
    ],
)
def test_the_day_the_membership_and_the_designation_make_the_price(
    day, membership, designation, amounts
) -> None:
    lines = owed(FEES, CHARGES, designation, membership, ENDS_ON, day)
    assert [line.amount.amount / 100 for line in lines] == amounts


def test_who_retires_pays_once_and_nothing_else() -> None:
    (line,) = owed(FEES, CHARGES, "P", "member", ENDS_ON, date(2028, 2, 1), retired=True)
    assert (line.title, line.amount) == ("Retired, once", Money(7500, "usd"))


def test_without_a_price_there_is_none_to_guess() -> None:
    with pytest.raises(LookupError, match="no recertification fee for P"):
        owed((), (), "P", "member", ENDS_ON, ENDS_ON)


def test_the_fees_are_told_in_sentences() -> None:
    said = sentences(FEES, CHARGES)
    assert said[:2] == ["Renewal: 150.00 USD.", "Renewal for members (members): 60.00 USD."]
    early = "Early renewal (members): 50.00 USD, if paid at least 90 days before the last day, instead of the fee."
    assert said[3] == early
    assert said[-1] == "Retired, once: 75.00 USD, once, for those who retire, instead of the fee."
