"""The pages call nothing that browsers which are still in use do not have: such a page would stay empty there."""

import re
from pathlib import Path

PAGES = Path(__file__).parents[2] / "web" / "js"
TOO_NEW = re.compile(
    r"\b(?:Map|Object)\.groupBy\b|\bPromise\.(?:withResolvers|try)\b|\bArray\.fromAsync\b|\bURL\.parse\("
    r"|\.(?:toSorted|toReversed|toSpliced|isSubsetOf|union|intersection|difference)\("
)
"""What came after 2023: Firefox 115, which old systems are left with, and Safari 16 know none of it."""


def test_no_page_calls_what_old_browsers_lack() -> None:
    assert TOO_NEW.search("Map.groupBy(rows, by)")
    sources = {file.name: file.read_text(encoding="utf-8") for file in PAGES.rglob("*.js")}
    assert {name: found[0] for name, source in sources.items() if (found := TOO_NEW.search(source))} == {}
