"""What the tests of a run were made of: seeds and figures, printed at its end, whichever process ran them."""

from collections.abc import Callable, Iterable
from typing import Any

Figures = Callable[[str, str], None]
"""Told by a test: what it is about, and its figures in one line."""

NAME = "figures"


def told_in(reports: Iterable[Any]) -> dict[str, list[str]]:
    """The lines that tests told, by what they are about."""
    found: dict[str, list[str]] = {}
    for report in reports:
        for name, told in getattr(report, "user_properties", ()):
            if name == NAME and report.when == "call":
                about, line = told
                found.setdefault(about, []).append(line)
    return dict(sorted(found.items()))


def printed(told: dict[str, list[str]]) -> Iterable[str]:
    """A line for each of them; several about the same stand below it."""
    for about, lines in told.items():
        if len(lines) == 1:
            yield f"{about}: {lines[0]}"
        else:
            yield f"{about}:"
            yield from (f"  {line}" for line in lines)
