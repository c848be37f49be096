"""What rows of OWASP's ASVS ask that is held by no other test, and that docs/security.md names tests that there are."""

import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SCRIPTS = sorted((ROOT / "web" / "js").rglob("*.js"))
SECURITY = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")


def test_the_page_names_tests_that_there_are() -> None:
    files = {file.relative_to(ROOT / "tests").as_posix() for file in (ROOT / "tests").rglob("*.py")}
    named = set(re.findall(r"`(?:tests/)?([\w/]+\.py)`", SECURITY))
    own = {each for each in named if (ROOT / each).is_file()}
    missing = sorted(
        each for each in named - own if not any(f"/{file}".endswith(f"/{each}") for file in files)
    )
    assert missing == []
    assert len(named) > 30


def test_every_row_is_held_or_open_and_no_row_is_both() -> None:
    """By the numbers of the final text, 5.0.0."""
    table, _, rest = SECURITY.partition("## OWASP ASVS 5.0")[2].partition("**Open**")
    row = re.compile(r"\b(\d{1,2}\.\d\.\d{1,2})\b")
    held = row.findall("\n".join(line.split("|")[1] for line in table.splitlines() if line.startswith("|")))
    listed = row.findall(rest.partition("\n## ")[0])
    assert len(held) == len(set(held)) > 60
    assert set(held).isdisjoint(listed)


def test_what_only_reads_writes_nothing() -> None:
    """3.5.3: a browser may be led to a GET from anywhere."""
    rows = [
        json.loads(line.rstrip(","))
        for line in (ROOT / "docs" / "units.json").read_text(encoding="utf-8").splitlines()
        if '"door"' in line
    ]
    reads = [row for row in rows if row["door"].startswith("GET ")]
    assert len(reads) > 30
    assert [row["door"] for row in reads if row["writes"]] == []


@pytest.mark.parametrize("word", ["document.cookie", "eval(", "new Function", "innerHTML", "onpaste"])
def test_no_script_does_what_would_have_to_be_guarded(word: str) -> None:
    """1.3.2, 3.3.1, 6.2.7; text becomes markup in html.js alone (3.2.2)."""
    found = [file.name for file in SCRIPTS if word in file.read_text(encoding="utf-8")]
    allowed = {"innerHTML": ["html.js"]}
    assert found == allowed.get(word, [])


def test_a_password_is_typed_as_one_of_any_length_and_managers_know_it() -> None:
    """6.2.6, 6.2.7, 6.2.9."""
    form = (ROOT / "web/js/elements/log-in-form/log-in-form.js").read_text(encoding="utf-8")
    (field,) = re.findall(r"#password\(name, label, autocomplete, hint\) \{(.*?)\n  \}", form, re.DOTALL)
    assert 'type: "password"' in field
    assert "maxlength" not in form
    assert form.count('"current-password"') == 1
    assert form.count('"new-password"') >= 1
