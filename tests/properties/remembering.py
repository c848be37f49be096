"""Items are read over and over in a history and hardly ever change: what is made of each is remembered.

Stored items are never changed in place, and what the functions here make of them is not either, so this changes nothing
but the time it takes. So it is with the ledger of entries: the same ones have the same.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import date
from decimal import Decimal
from typing import Any
from unittest.mock import patch

from shared.domain import recertification
from shared.domain.entries import Entry
from shared.domain.rules.ledger import Ledger
from shared.repositories import items, table
from shared.repositories.recertifications import Recertifications
from tests.properties import auditor

PLAIN = {
    (table, "_read"): table._read,
    (auditor, "_read"): table._read,
    (Recertifications, "_recertification"): Recertifications._recertification,
    (recertification, "ledger"): recertification.ledger,
    **{
        (items, name): getattr(items, name)
        for name in ("certification", "cycle", "entry", "document", "submission", "invoice", "event")
    },
}
"""What reads items and makes nouns of them, as it is."""

MOST = 50_000
"""How many items are remembered before all are forgotten."""


def remembering(made: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """The same function of an item; the item is kept with the result, so that its id stays its own."""
    known: dict[int, tuple[Any, Any]] = {}

    def remembered(item: Any) -> Any:
        found = known.get(id(item))
        if found is None:
            if len(known) > MOST:
                known.clear()
            found = known[id(item)] = (item, made(item))
        return found[1]

    return remembered


def remembering_all(made: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    """The same method of several items, for a history's one repository and the edition that is in force."""
    known: dict[tuple[Any, ...], tuple[Any, Any]] = {}

    def remembered(repository: Any, found: Any) -> Any:
        in_force = repository._editions.in_force(repository._today()).edition
        place = (id(repository), in_force, *map(id, found))
        if place not in known:
            if len(known) > MOST // 10:
                known.clear()
            known[place] = ((repository, found), made(repository, found))
        return known[place][1]

    return remembered


def remembering_ledgers(made: Callable[..., Ledger]) -> Callable[..., Ledger]:
    """The same function of entries, which are known by all they say."""
    known: dict[tuple[Any, ...], tuple[Any, Ledger]] = {}

    def remembered(
        rule_set: Any,
        period: Any,
        entries: Iterable[Entry],
        day: date,
        reduced: Mapping[str, tuple[Decimal, str]] | None = None,
    ) -> Ledger:
        said = tuple(entries)
        place = (id(rule_set), period, said, day, *(reduced or {}).items())
        if place not in known:
            if len(known) > MOST // 10:
                known.clear()
            known[place] = (rule_set, made(rule_set, period, said, day, reduced))
        return known[place][1]

    return remembered


@contextmanager
def remembered_items() -> Iterator[None]:
    """Read each item once, and make each noun of it once."""
    read = remembering(table._read)
    with ExitStack() as patches:
        for (owner, name), plain in PLAIN.items():
            if owner is Recertifications:
                made: Any = remembering_all(plain)
            elif owner is recertification:
                made = remembering_ledgers(plain)
            else:
                made = read if name == "_read" else remembering(plain)
            patches.enter_context(patch.object(owner, name, made))
        yield


@contextmanager
def forgotten() -> Iterator[None]:
    """Read everything anew each time, as the portal does."""
    with ExitStack() as patches:
        for (owner, name), plain in PLAIN.items():
            patches.enter_context(patch.object(owner, name, plain))
        yield
