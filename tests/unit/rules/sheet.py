"""Builders of a few lines: entries, a cycle, and the ledger of a rule set over them."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from shared.domain.entries import Claim
from shared.domain.rules.claims import Period
from shared.domain.rules.ledger import Ledger, ledger
from shared.domain.rules.words import RuleSet
from shared.programs import load_editions
from shared.programs.rule_sets import read_rule_set

BODIES = Path(__file__).parent / "bodies"
STARTS_ON, ENDS_ON = date(2025, 1, 1), date(2027, 12, 31)
CYCLE = Period(STARTS_ON, ENDS_ON)
TODAY = date(2027, 12, 31)


@dataclass(frozen=True)
class Entry:
    """One entry of a ledger."""

    entry_id: str
    claim: Claim


def entry(activity: str, quantity: Any = 1, on: date = date(2025, 3, 1), **changes: Any) -> Entry:
    """An entry of so much of an activity on a day; `entry_id` and all else as given."""
    entry_id = changes.pop("entry_id", f"{activity}-{on}-{quantity}")
    fields: dict[str, Any] = {"title": activity, "organization": "City", "started_on": on, "ended_on": on}
    return Entry(entry_id, Claim(activity, Decimal(str(quantity)), **(fields | changes)))


def shipped(name: str) -> RuleSet:
    """The rule set that is shipped under a name."""
    return load_editions(name).programs[0]


def body(name: str) -> RuleSet:
    """The rule set of a body that is not shipped, from its file beside the tests."""
    return read_rule_set((BODIES / f"{name}.toml").read_text(encoding="utf-8"))


def count(rule_set: RuleSet, *entries: Entry, period: Period = CYCLE, day: date = TODAY) -> Ledger:
    """The ledger of a cycle with these entries, each under an id of its own."""
    numbered = [Entry(f"{place:03}-{each.entry_id}", each.claim) for place, each in enumerate(entries)]
    return ledger(rule_set, period, numbered, day)


def one_row(**words: Any) -> RuleSet:
    """A rule set with one activity, `it`, of these words as they stand in a file."""
    row = "\n".join(
        f"{name} = {value}" for name, value in ({"points": "1", "unit": '"hour"'} | words).items()
    )
    return read_rule_set(
        f'points_required = 10\ncycle_years = 3\n[[activities]]\ncode = "it"\ncategory = "all"\ntitle = "It"\n{row}\n'
    )
