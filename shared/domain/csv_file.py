"""CSV files that staff bring in: their heading is checked, their rows become cells by name."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass

from shared.domain.errors import Fault, InvalidRequest
from shared.domain.roster import BEYOND


@dataclass(frozen=True, slots=True)
class Heading:
    """The columns that a file needs, and those that it may have besides."""

    needed: Sequence[str]
    optional: Sequence[str] = ()


def read_rows(text: str, columns: Heading) -> list[dict[str, str]]:
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


def heading_faults(heading: Sequence[str], columns: Heading) -> list[Fault]:
    """What is wrong with a heading."""
    known = (*columns.needed, *columns.optional)
    faults = [f"The column {name} is missing." for name in columns.needed if name not in heading]
    faults += [
        f"The column {name or '(without a name)'} is not known." for name in heading if name not in known
    ]
    faults += [f"The column {name} stands there twice." for name in known if heading.count(name) > 1]
    return [Fault("/heading", fault) for fault in faults]
