"""docs/rules.md tells the truth: its examples are run, its dates computed, and every word of a file stands in it."""

import re
from datetime import date
from pathlib import Path
from typing import ClassVar

import pytest

from shared.domain.rules.cycles import last_day
from shared.domain.rules.words import CycleRules
from shared.programs.cycle_files import read_cycle
from shared.programs.printing import printed
from shared.programs.reading import Fields, Notes
from shared.programs.rule_sets import PORTAL_WORDS, read_rule_set, rule_words

PAGE = (Path(__file__).parents[3] / "docs" / "rules.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```toml\n(.*?)```\n```toml\n(.*?)```\n```text\n(.*?)```", PAGE, re.DOTALL)
DATES = re.findall(
    r"\| `([a-z-]+)`(?: \((\d+)-(\d+)\))? \| (longer|shorter) \| (\S+) \| (\d*) ?\| (\d) \| (\S+) \|", PAGE
)


@pytest.mark.parametrize("example", EXAMPLES, ids=range(len(EXAMPLES)))
def test_an_example_comes_out_as_it_says(example: tuple[str, str, str]) -> None:
    rules, entries, expected = example
    rule_set = read_rule_set(f"points_required = 10\ncycle_years = 3\n{rules}")
    found = read_cycle(f"starts_on = 2025-01-01\nends_on = 2027-12-31\n{entries}", rule_set)
    said = [line.strip() for line in printed(found, as_json=False).splitlines()]
    assert [line for line in expected.splitlines() if line not in said] == []


def test_there_are_as_many_examples_as_there_were() -> None:
    assert (len(EXAMPLES), len(DATES)) == (5, 7)


@pytest.mark.parametrize("row", DATES)
def test_a_cycle_ends_on_the_day_of_the_table(row: tuple[str, ...]) -> None:
    ends, month, day, first, starts_on, birth_month, years, expected = row
    rules = CycleRules(ends=ends, day=(int(month), int(day)) if month else None, first=first)
    born = int(birth_month) if birth_month else None
    assert last_day(rules, int(years), date.fromisoformat(starts_on), born) == date.fromisoformat(expected)


class Heard(Fields):
    """Fields that note every word that is asked for, and give a table for each."""

    words: ClassVar[set[str]] = set()

    def _take(self, name, read, wanted, empty, *, needed):
        Heard.words.add(name)
        if name in ("carry_over", "cycle", "several", "grace", "early", "suspension"):
            return {}
        if isinstance(empty, list):
            return [{}]
        return empty

    def rows(self, name: str, *, needed: bool = False) -> list[Fields]:
        return [
            Heard(each.__dict__.get("_data", {}), self.notes) for each in super().rows(name, needed=needed)
        ]

    def table(self, name: str, *, needed: bool = False) -> Fields:
        super().table(name, needed=needed)
        return Heard({}, self.notes)


def test_every_word_that_a_file_may_hold_stands_on_the_page() -> None:
    rule_words(Heard({}, Notes()))
    Heard.words |= set(PORTAL_WORDS)
    unknown = {word for word in Heard.words if not re.search(rf"\b{word}\b", PAGE)}
    assert unknown == set()
    assert {"points_required", "round_down_to", "times", "lands_in", "next_ends", "months"} <= Heard.words
