"""What a warm request asks of the processor, in counts, which no busy machine changes. `make bench` shows the time."""

import json
import subprocess
import sys
from typing import cast

import pytest

from infrastructure.build import ROOT

CALLS = {
    "GET /api/me": 2_050,
    "GET …/cycle (30 entries)": 4_900,
    "POST …/entries (1 entry)": 4_600,
    "GET /api/invoices": 5_300,
    "GET /api/program": 1_550,
}
"""The most Python functions that a request may call. Each call of AWS is 1,500 of them, all of botocore's own."""


@pytest.fixture(scope="module")
def counted() -> dict[str, int]:
    """In a process of its own, as other tests leave a process in other states."""
    command = [sys.executable, "-m", "tests.performance.warm"]
    told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stderr
    return cast("dict[str, int]", json.loads(told.stdout))


@pytest.mark.parametrize("request_name", CALLS)
def test_a_request_calls_no_more_functions_than_it_did(counted: dict[str, int], request_name: str) -> None:
    assert counted[request_name] <= CALLS[request_name]
