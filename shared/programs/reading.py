"""Reads the fields of a file one by one and notes everything that is wrong with them, each with its place."""

import re
import tomllib
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, cast

from shared.domain import numbers
from shared.programs.lines import Path, line_of, lines_of

_LINE = re.compile(r"\(at line (\d+), column \d+\)|\(at end of document\)")
_DIGITS = re.compile(r"[\d_]+")

MOST = 1_000_000_000
"""The greatest number: an amount in minor units, or bytes."""
MOST_TIMES = 10_000
"""The greatest number of days, months, minutes or times: so many months on is still a day of the calendar."""
MOST_YEARS = 100


@dataclass(frozen=True, slots=True)
class FileFault:
    """What is wrong in a file: the line, the field as `activities[3].points`, and a sentence."""

    line: int
    field: str
    detail: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.field}: {self.detail}"


class Unsound(ValueError):
    """A file cannot be used; `faults` says everything that is wrong with it, in the file's order."""

    def __init__(self, faults: Collection[FileFault]) -> None:
        super().__init__("\n".join(map(str, faults)))
        self.faults = tuple(faults)


@dataclass(slots=True)
class Notes:
    """The faults found so far, by path."""

    found: list[tuple[Path, str]] = field(default_factory=list)

    def add(self, path: Path, detail: str) -> None:
        """Note a fault."""
        self.found.append((path, detail))

    def raise_if_any(self, text: str) -> None:
        """Raise Unsound with the line of each fault, if there is one."""
        if self.found:
            lines = lines_of(text)
            faults = [FileFault(line_of(lines, path), shown(path), detail) for path, detail in self.found]
            raise Unsound(sorted(faults, key=lambda fault: fault.line))


def shown(path: Path) -> str:
    """A path as a person reads it: rows counted from 1, `activities[3].points`."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part + 1}]"
        else:
            text += f".{part}" if text else part
    return text or "file"


def parsed(text: str) -> dict[str, Any]:
    """A TOML text with exact decimals. Raises Unsound with the line where it is no TOML."""
    try:
        return tomllib.loads(text, parse_float=numbers.exact)
    except tomllib.TOMLDecodeError as error:
        at = _LINE.search(str(error))
        last = text.count("\n") + 1
        line = int(at[1]) if at and at[1] else last
        sentence = _LINE.sub("", str(error)).strip()
        raise Unsound([FileFault(line, "file", f"This is not TOML: {sentence}.")]) from error
    except ValueError as error:  # Python reads no whole number of more than 4,300 digits
        longest = max(_DIGITS.finditer(text), key=lambda found: len(found[0]))
        line = text.count("\n", 0, longest.start()) + 1
        raise Unsound([FileFault(line, "file", "This number has too many digits.")]) from error
    except RecursionError as error:
        raise Unsound([FileFault(1, "file", "Its lists or tables lie too deep in one another.")]) from error


class Fields:
    """The fields of one table. Each is taken once, by its kind; what is left in the end is unknown."""

    def __init__(self, data: Mapping[str, Any], notes: Notes, path: Path = ()) -> None:
        self.path = path
        self.notes = notes
        self._data = data
        self._taken: set[str] = set()

    def __contains__(self, name: str) -> bool:
        return name in self._data

    def fault(self, name: str | None, detail: str) -> None:
        """Note a fault of a field, or of the whole table."""
        self.notes.add(self.path if name is None else (*self.path, name), detail)

    def allow(self, *names: str) -> None:
        """Let fields stand unread."""
        self._taken.update(names)

    def close(self) -> None:
        """Note every field that is not known here."""
        for name in self._data:
            if name not in self._taken:
                known = ", ".join(sorted(self._taken))
                self.fault(name, f"This word is not known here. Known are: {known}.")

    def _take[T](
        self, name: str, read: Callable[[Any], T | None], wanted: str, empty: T, *, needed: bool
    ) -> T:
        self._taken.add(name)
        if name not in self._data:
            if needed:
                self.fault(name, f"This is missing: {wanted}.")
            return empty
        value = read(self._data[name])
        if value is None:
            self.fault(name, f"Give {wanted}.")
            return empty
        return value

    def text(self, name: str, default: str | None = None) -> str:
        """A text that is not empty."""
        return self._take(
            name,
            lambda value: value if isinstance(value, str) and value.strip() else None,
            "a text",
            default or "",
            needed=default is None,
        )

    def choice[C: str](self, name: str, choices: Collection[C], default: C | None = None) -> C:
        """One of a few words."""
        named = ", ".join(f'"{each}"' for each in choices)
        return self._take(
            name,
            lambda value: cast(C, value) if value in choices else None,
            f"one of {named}",
            next(iter(choices)) if default is None else default,
            needed=default is None,
        )

    def number(self, name: str, default: Decimal | None = None, *, least: str = "0") -> Decimal:
        """An exact number, at least so great and at most MOST."""
        return self._take(
            name,
            lambda value: _number(value, Decimal(least)),
            f"a number, at least {least} and at most {MOST:,}",
            Decimal(1) if default is None else default,
            needed=default is None,
        )

    def positive(self, name: str) -> Decimal | None:
        """An exact number above 0, None where it is not given."""
        value = self.number(name, Decimal(-1))
        if value == 0:
            self.fault(name, "Give a number above 0.")
        return value if value > 0 else None

    def whole(self, name: str, default: int | None = None, *, least: int = 1, most: int = MOST_TIMES) -> int:
        """A whole number, at least and at most so great."""
        return self._take(
            name,
            lambda value: value if type(value) is int and least <= value <= most else None,
            f"a whole number, at least {least} and at most {most:,}",
            1 if default is None else default,
            needed=default is None,
        )

    def maybe_whole(self, name: str, *, most: int = MOST_TIMES) -> int | None:
        """A whole number, None where it is not given."""
        return self.whole(name, 0, most=most) or None

    def flag(self, name: str, *, default: bool | None = False) -> bool:
        """True or false."""
        return self._take(
            name,
            lambda value: value if isinstance(value, bool) else None,
            "true or false",
            bool(default),
            needed=default is None,
        )

    def day(self, name: str) -> date:
        """A day."""
        return self._take(
            name,
            lambda value: value if isinstance(value, date) and not isinstance(value, datetime) else None,
            "a day as 2026-01-31",
            date.min,
            needed=True,
        )

    def month_and_day(self, name: str, *, needed: bool = True) -> tuple[int, int] | None:
        """A day of any year, as `{ month = 2, day = 15 }`."""
        return self._take(
            name, _month_and_day, "a day of the year as { month = 2, day = 15 }", None, needed=needed
        )

    def texts(self, name: str) -> tuple[str, ...]:
        """A list of texts; empty where it is not given."""
        return self._take(name, _texts, "a list of texts", (), needed=False)

    def wholes(self, name: str) -> tuple[int, ...]:
        """A list of whole numbers."""
        return self._take(name, _wholes, "a list of whole numbers", (), needed=True)

    def numbers_by_name(self, name: str) -> tuple[tuple[str, Decimal], ...]:
        """A table of numbers above 0; empty where it is not given."""
        return self._take(name, _numbers_by_name, "a table of numbers as { CEU = 10 }", (), needed=False)

    def rows(self, name: str, *, needed: bool = False) -> "list[Fields]":
        """The tables of an array of tables, or of a list of inline tables."""
        none: list[Mapping[str, Any]] = []
        rows = self._take(name, _rows, f"at least one table [[{name}]]", none, needed=needed)
        return [Fields(row, self.notes, (*self.path, name, place)) for place, row in enumerate(rows)]

    def table(self, name: str, *, needed: bool = False) -> "Fields | None":
        """A table; None where it is not given."""
        found = self._take(
            name,
            lambda value: value if isinstance(value, dict) else None,
            f"a table [{name}]",
            None,
            needed=needed,
        )
        return None if found is None else Fields(found, self.notes, (*self.path, name))


def _number(value: Any, least: Decimal) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return None
    number = Decimal(value)
    return number if number.is_finite() and least <= number <= MOST else None


def _month_and_day(value: Any) -> tuple[int, int] | None:
    if not isinstance(value, dict) or set(value) != {"month", "day"}:
        return None
    try:
        date(2027, value["month"], value["day"])
    except (TypeError, ValueError):
        return None
    return value["month"], value["day"]


def _texts(value: Any) -> tuple[str, ...] | None:
    if not isinstance(value, list) or not all(isinstance(each, str) and each for each in value):
        return None
    return tuple(value)


def _wholes(value: Any) -> tuple[int, ...] | None:
    if not isinstance(value, list) or not all(
        type(each) is int and abs(each) <= MOST_TIMES for each in value
    ):
        return None
    return tuple(value)


def _numbers_by_name(value: Any) -> tuple[tuple[str, Decimal], ...] | None:
    if not isinstance(value, dict):
        return None
    numbers = [(name, _number(each, Decimal(0))) for name, each in value.items()]
    found = tuple((name, number) for name, number in numbers if number)
    return found if len(found) == len(numbers) else None


def _rows(value: Any) -> list[Mapping[str, Any]] | None:
    if not isinstance(value, list) or not value or not all(isinstance(each, dict) for each in value):
        return None
    return value
