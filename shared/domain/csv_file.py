"""CSV files that staff bring in: their heading is checked, their rows become cells by name."""

import csv
import io
from collections.abc import Sequence

from shared.domain.errors import Fault, InvalidRequest
from shared.domain.roster import BEYOND


def read_rows(text: str, columns: Sequence[str]) -> list[dict[str, str]]:
    """The rows of a file with exactly these columns, in any order.

    Raises InvalidRequest when the heading is wrong or the file is no CSV.
    """
    reader = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")), restkey=BEYOND, strict=True)
    try:
        heading = [name.strip() for name in reader.fieldnames or ()]
        reader.fieldnames = heading
        faults = heading_faults(heading, columns)
        if faults:
            raise InvalidRequest(tuple(faults))
        return [{name: str(value or "") for name, value in row.items()} for row in reader]
    except csv.Error:
        detail = f"The file cannot be read as CSV near line {reader.line_num}: a quotation mark is open or misplaced."
        raise InvalidRequest((Fault("/rows", detail),)) from None


def heading_faults(heading: Sequence[str], columns: Sequence[str]) -> list[Fault]:
    """What is wrong with a heading."""
    faults = [f"The column {name} is missing." for name in columns if name not in heading]
    faults += [
        f"The column {name or '(without a name)'} is not known." for name in heading if name not in columns
    ]
    faults += [f"The column {name} stands there twice." for name in columns if heading.count(name) > 1]
    return [Fault("/heading", fault) for fault in faults]
