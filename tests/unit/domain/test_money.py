"""Money in minor units: each currency has its own (rule 11)."""

import re
from pathlib import Path

import pytest

from shared.domain import money
from shared.domain.money import Money
from shared.domain.program_invoices import COLUMNS, InvoiceRow, read_invoice_row

FORMAT = Path(__file__).parents[3] / "web" / "js" / "format.js"
ROW = {
    **dict.fromkeys(COLUMNS, ""),
    "invoice_number": "J1",
    "member_id": "M-1",
    "description": "A course",
    "status": "open",
    "issued_on": "2027-05-01",
    "due_on": "2027-06-30",
}


@pytest.mark.parametrize(
    ("amount", "currency", "written"),
    [
        (123456, "usd", "1,234.56 USD"),
        (1500, "jpy", "1,500 JPY"),
        (1500, "kwd", "1.500 KWD"),
        (5, "eur", "0.05 EUR"),
    ],
)
def test_amounts_are_written_for_people(amount: int, currency: str, written: str) -> None:
    assert Money(amount, currency).written == written


def test_the_pages_know_the_same_minor_units() -> None:
    told = re.findall(r'new Set\("([a-z ]+)"\.split', FORMAT.read_text(encoding="utf-8"))
    assert [frozenset(each.split()) for each in told] == [money._WHOLE, money._THOUSANDTHS]


@pytest.mark.parametrize(
    ("amount", "currency", "minor"),
    [
        ("150.00", "usd", 15000),
        ("15000", "jpy", 15000),
        ("15000.00", "JPY", 15000),
        ("5.25", "kwd", 5250),
        ("5", "ugx", 500),
    ],
)
def test_an_imported_amount_is_asked_for_as_stripe_counts(amount: str, currency: str, minor: int) -> None:
    row = read_invoice_row(2, ROW | {"amount": amount, "currency": currency})
    assert isinstance(row, InvoiceRow)
    assert row.amount == Money(minor, currency.lower())


@pytest.mark.parametrize(
    ("amount", "currency", "status", "detail"),
    [
        ("150.50", "jpy", "open", "JPY has no decimals"),
        ("150.50", "isk", "open", "ISK has no decimals"),
        ("0", "usd", "open", "more than 0"),
        ("0.00", "usd", "open", "more than 0"),
        ("1.234", "kwd", "open", "at most two decimals"),
        ("-5", "usd", "void", "at most two decimals"),
    ],
)
def test_an_amount_that_nobody_can_pay_is_refused(
    amount: str, currency: str, status: str, detail: str
) -> None:
    (fault,) = read_invoice_row(2, ROW | {"amount": amount, "currency": currency, "status": status})  # type: ignore[misc]
    assert (fault.field, detail in fault.detail) == ("amount", True)


def test_an_invoice_over_nothing_may_be_told_as_void() -> None:
    assert isinstance(
        read_invoice_row(2, ROW | {"amount": "0", "currency": "usd", "status": "void"}), InvoiceRow
    )
