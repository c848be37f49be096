"""The meter's readings on paper: docs/units.json, and the table in docs/data-model.md that is made from it."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[3]
UNITS = ROOT / "docs" / "units.json"
DATA_MODEL = ROOT / "docs" / "data-model.md"
BEGIN, END = "<!-- metered: `make meter` writes this table -->", "<!-- end of the metered table -->"


@dataclass(frozen=True)
class Row:
    """A route or worker in one case: its calls in order, the read and write units they took."""

    door: str
    case: str
    calls: list[str]
    reads: float
    writes: float

    @property
    def name(self) -> str:
        """The row's name."""
        return f"{self.door} ({self.case})" if self.case else self.door

    def __str__(self) -> str:
        return f"{self.name}: {', '.join(self.calls)}; {self.reads:g} RRU, {self.writes:g} WRU"


@cache
def read() -> dict[str, Row]:
    """The checked readings by name."""
    rows = [Row(**each) for each in json.loads(UNITS.read_text())]
    return {each.name: each for each in rows}


def text(rows: Sequence[Row]) -> str:
    """The readings as they are checked: one a line, so that a change reads as what it is."""
    lines = ",\n".join(json.dumps(asdict(row), ensure_ascii=False) for row in rows)
    return f"[\n{lines}\n]\n"


def table(rows: Sequence[Row]) -> str:
    """The readings as a table of Markdown."""
    lines = ["| route, job or worker | case | calls | RRU | WRU |", "|---|---|---|---|---|"]
    lines += [
        f"| `{row.door}` | {row.case or '-'} | {', '.join(row.calls) or 'none'} | {row.reads:g} | {row.writes:g} |"
        for row in rows
    ]
    return "\n".join(lines)


def with_table(document: str, new: str) -> str:
    """The document with another table between the two marks."""
    before, begin, rest = document.partition(BEGIN)
    _, end, after = rest.partition(END)
    assert begin, "the mark of the table's beginning is missing"
    assert end, "the mark of its end is missing"
    return f"{before}{BEGIN}\n\n{new}\n\n{END}{after}"
