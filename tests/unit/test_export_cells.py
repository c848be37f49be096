"""Cells of an export: no text of a person becomes a formula, and a number stays a number."""

from decimal import Decimal
from typing import Any

import pytest

from shared.domain.exports import cells_of, safe_cell


@pytest.mark.parametrize(
    "text", ["=1+1", "+1 555", "-x", "@SUM(A1)", "  =1", "\t=1", "\r=1", "＝1", "－cmd", "=cmd|' /C calc'!A0"]
)
def test_what_looks_like_a_formula_is_made_a_text(text: str) -> None:
    assert safe_cell(text) == f"'{text}"


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        ("a=b", "a=b"),
        ("-5", "-5"),
        (Decimal("-5.25"), "-5.25"),
        (Decimal(6), "6"),
        (None, ""),
        (True, "true"),
        (["a", "b"], "a; b"),
        (["=a", "b"], "'=a; b"),
        ({"points": Decimal("2.5")}, '{"points": 2.5}'),
    ],
)
def test_what_does_not_stays_as_it_is(value: Any, cell: str) -> None:
    assert safe_cell(value) == cell


def test_a_column_may_lie_deeper_and_a_missing_one_is_empty() -> None:
    assert cells_of({"total": {"amount": 15000}}, ("total.amount", "total.currency", "x")) == [
        "15000",
        "",
        "",
    ]
