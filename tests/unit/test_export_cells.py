"""Cells of an export: no text of a person becomes a formula, and a number stays a number."""

import csv
import io
import random
import re
from decimal import Decimal
from typing import Any

import pytest

from shared.domain.exports import FILES, cells_of, safe_cell
from tests.figures import Figures


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


SEED, TEXTS = 20270615, 10_000
STARTS = "=+-@\t\r\n＝＋－＠ |;,\"'\x00\u200b\u00a0"


def test_no_generated_text_becomes_a_formula_in_any_column(figures: Figures) -> None:
    chance = random.Random(SEED)
    columns = [(name, column) for name, columns in FILES.items() for column in columns]
    figures("formulas in exports", f"{TEXTS:,} texts from seed {SEED} in {len(columns)} columns")
    for number in range(TEXTS):
        text = "".join(chance.choices(STARTS, k=chance.randrange(4))) + chance.choice(
            ["1+1", "cmd|' /C calc'!A0", 'HYPERLINK("x")', "-5", "5.25", "SUM(A1:A9)", "José", "A1"]
        )
        _, column = columns[number % len(columns)]
        record: Any = text
        for name in reversed(column.split(".")):
            record = {name: record}
        (cell,) = cells_of(record, (column,))
        written = io.StringIO()
        csv.writer(written).writerow([cell])
        (read,) = next(csv.reader(io.StringIO(written.getvalue(), newline="")))
        taken = read.lstrip(" \t\r\n\u00a0\u200b\x00")
        is_number = re.fullmatch(r"-?\d+(\.\d+)?", read) is not None
        assert is_number or not taken or taken[0] not in "=+-@＝＋－＠", (column, text, read)
        assert is_number or not read or read[0] not in "\t\r\n", (column, text, read)
