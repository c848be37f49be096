"""What a warm request asks of the processor, in counts, which no busy machine changes. `make bench` shows the time."""

import json
import os
import subprocess
import sys
from typing import cast

import pytest
from botocore.awsrequest import AWSPreparedRequest

from infrastructure.build import ROOT
from infrastructure.local import dynamodb
from tests.performance import warm
from tests.performance.warm import Memory

FUNCTIONS = {
    "GET /api/me": (1, 1_460),
    "GET …/cycle (30 entries)": (1, 4_260),
    "POST …/entries (the first)": (2, 3_280),
    "POST …/entries (the 31st)": (2, 5_680),
    "PUT …/entries/… (one of 30)": (2, 4_980),
    "GET …/report (30 entries)": (1, 3_540),
    "GET /api/invoices": (3, 3_410),
    "GET /api/program": (0, 320),
}
"""Of each request: how many calls of AWS it makes, and the most Python functions that it may call. Each call of AWS is
some 900 of them, all of botocore's own."""


MOST_LEFT = 30
"""Objects that a request leaves; Python looks for garbage after 100,000: in one of three thousand requests or more."""


@pytest.fixture(scope="module")
def counted() -> dict[str, dict[str, float]]:
    """In a process of its own, as other tests leave a process in other states."""
    if dynamodb.find_binary() is None:
        pytest.skip(warm.WITHOUT_DYNOXIDE)
    command = [sys.executable, "-m", "tests.performance.warm"]
    told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stderr
    return cast("dict[str, dict[str, float]]", json.loads(told.stdout))


@pytest.mark.parametrize("request_name", FUNCTIONS)
def test_a_request_calls_no_more_functions_than_it_did(
    counted: dict[str, dict[str, float]], request_name: str
) -> None:
    aws_calls, functions = FUNCTIONS[request_name]
    assert counted[request_name]["aws_calls"] == aws_calls
    assert counted[request_name]["functions"] <= functions


@pytest.mark.parametrize("request_name", FUNCTIONS)
def test_a_request_does_not_wait_for_python_to_look_for_garbage(
    counted: dict[str, dict[str, float]], request_name: str
) -> None:
    assert counted[request_name]["looks"] == 0
    assert counted[request_name]["left"] <= MOST_LEFT


def test_without_dynoxide_nothing_is_begun_and_the_sentence_says_what_is_missing() -> None:
    command = [sys.executable, "-m", "tests.performance.warm"]
    told = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, check=False, env=os.environ | {"DYNOXIDE": ""}
    )
    assert (told.returncode, told.stderr) == (1, f"{warm.WITHOUT_DYNOXIDE}\n")


def test_nothing_is_sent_to_an_address_that_is_not_of_this_machine() -> None:
    headers = {"X-Amz-Target": "DynamoDB_20120810.Query"}
    call = AWSPreparedRequest("POST", "http://dynamodb.invalid/", headers, b"{}", stream_output=False)
    sending = Memory()
    with sending.learning(), pytest.raises(AssertionError, match="is not of this machine"):
        sending.send(call)
