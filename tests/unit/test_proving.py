"""What is too long for `make test` is in `make prove`."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
IS_LONG = re.compile(r"pytest\.mark\.long|environ\.get\(\"PROVE\"")


def test_whatever_is_long_is_proved() -> None:
    recipe = (ROOT / "Makefile").read_text(encoding="utf-8").partition("\nprove:")[2].partition("\n\n")[0]
    proved = [ROOT / path for path in re.findall(r"tests/[\w/.]+", recipe)]
    assert all(path.exists() for path in proved)
    found = [each for each in ROOT.glob("tests/**/*.py") if IS_LONG.search(each.read_text(encoding="utf-8"))]
    left_out = [each for each in found if not any(each.is_relative_to(path) for path in proved)]
    assert len(found) > 5
    assert not left_out
