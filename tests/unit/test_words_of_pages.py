"""What the pages call the things that the portal names by a code: each has words of its own there."""

import re
from pathlib import Path

import pytest

from shared.mails import FOLDER
from shared.use_cases.open_checkout import NO_CARD

ATTENTION = Path(__file__).parents[2] / "web" / "js" / "text" / "en" / "attention.js"
NO_MEMBERS = {"accounts-differ", "signature"}
"""Not what a member is sent: the one is staff's, the other the end of all."""


@pytest.mark.parametrize("template", sorted({each.stem for each in FOLDER.glob("*.txt")} - NO_MEMBERS))
def test_a_mail_that_came_back_is_named_to_staff(template: str) -> None:
    named = ATTENTION.read_text(encoding="utf-8").partition("const MAILS = {")[2].partition("};")[0]
    assert re.search(rf'^  "?{template}"?: "\w', named, re.MULTILINE)


def test_an_invoice_that_stripe_does_not_take_is_named_to_staff() -> None:
    assert f'"{NO_CARD}": {{' in ATTENTION.read_text(encoding="utf-8")
