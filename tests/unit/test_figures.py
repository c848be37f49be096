"""A run prints the seeds and figures that its tests tell, and pytest's own summary after them."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
TOLD = """
def test_one(figures):
    figures("histories", "1,000 from seed 7")

def test_two(figures):
    figures("faults", "members: 12")
    figures("faults", "staff: 9")
    assert False, "told all the same"

def test_three():
    pass
"""
PRINTED = ["faults:", "  members: 12", "  staff: 9", "histories: 1,000 from seed 7"]


def test_what_tests_tell_in_other_processes_is_printed_once_and_before_the_summary(tmp_path: Path) -> None:
    (tmp_path / "test_told.py").write_text(TOLD, encoding="utf-8")
    options = ["-q", "-n", "1", "--import-mode=importlib", "-p", "xdist", "-p", "tests.conftest"]
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", *options, f"--rootdir={tmp_path}", "-c", os.devnull, tmp_path],
        cwd=ROOT,
        env=os.environ | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    lines = ran.stdout.splitlines()
    at = lines.index(PRINTED[0])
    assert " seeds and figures " in lines[at - 1]
    assert lines[at : at + len(PRINTED)] == PRINTED
    assert lines.count(PRINTED[-1]) == 1
    assert lines[-1].startswith("1 failed, 2 passed in ")
