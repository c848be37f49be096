"""What docs/reliability.md counts is what there is."""

import re
from pathlib import Path

import pytest

from tests.properties.guards import GUARDS
from tests.properties.telling import LOOKS
from tests.properties.test_auditor import CLOSINGS, COMMITS
from tests.properties.test_table_auditor import CASES

PAPER = Path(__file__).parents[2] / "docs" / "reliability.md"
COUNTED = {
    r"(\d+) kinds of events are held": len(LOOKS),
    r"guards taken away \| (\d+),": len(GUARDS),
    r"breaks each of the (\d+) rules": len({*COMMITS, *CLOSINGS}),
    r"the same for the (\d+) of whole tables": len(CASES),
}


@pytest.mark.parametrize("sentence", COUNTED)
def test_what_the_paper_counts_is_there(sentence: str) -> None:
    text = " ".join(PAPER.read_text(encoding="utf-8").split())
    assert [int(each) for each in re.findall(sentence, text)] == [COUNTED[sentence]]
