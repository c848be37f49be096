"""A mixed day of `make load` tells every request that did not get what it asked for."""

from itertools import count
from typing import Any

import httpx
import pytest

from tests.e2e.portal import Person
from tests.load import day


def problem(code: str) -> httpx.Response:
    return httpx.Response(409, json={"type": f"/problems/{code}"})


def test_what_gets_no_answer_is_an_error_and_the_day_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    number = count()

    def ask(*_: Any) -> httpx.Response:
        if next(number) % 2:
            raise httpx.ReadTimeout("no answer")
        return httpx.Response(200)

    monkeypatch.setattr(day, "_ask", ask)
    monkeypatch.setattr(day, "STEPS", {})
    monkeypatch.setattr(day.time, "perf_counter", count(0, 0.01).__next__)
    someone = Person(httpx.Client(base_url="http://portal.invalid"), "token")
    happened, _ = day._act_together("http://portal.invalid", [([(someone, "crt_1")], [])], someone, 1)
    told = day._figures(happened)
    assert told["requests"] > 20
    assert abs(told["errors"] - told["requests"] / 2) <= 1


def test_only_what_happens_on_such_a_day_is_no_error() -> None:
    assert day._is_right(problem("points-complete"))
    assert day._is_right(problem("invoice-unpaid"))
    assert not day._is_right(problem("version-conflict"))
    assert not day._is_right(httpx.Response(503))
