"""When schedules are due, and in which order the clock fires them."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from infrastructure.local.board import Board
from infrastructure.local.clock import PortalClock, input_of, parse_moment, written
from infrastructure.local.environments import Invocation
from infrastructure.local.intrinsics import DeployError
from infrastructure.local.schedules import next_after
from infrastructure.local.template import Function, Runnables, Schedule

NEW_YORK = "America/New_York"
START = datetime(2027, 1, 1, tzinfo=UTC)


def times(expression: str, after: str, count: int, zone: str = NEW_YORK) -> list[str]:
    find, moment, found = next_after(expression, zone, START), datetime.fromisoformat(after), []
    for _ in range(count):
        due = find(moment)
        if due is None:
            break
        found.append(due.strftime("%Y-%m-%dT%H:%MZ"))
        moment = due
    return found


@pytest.mark.parametrize(
    ("expression", "after", "expected"),
    [
        ("cron(0 5 * * ? *)", "2027-02-15T09:59:59Z", ["2027-02-15T10:00Z", "2027-02-16T10:00Z"]),
        ("cron(0 5 * * ? *)", "2027-02-15T10:00:00Z", ["2027-02-16T10:00Z"]),
        ("cron(30 4 15 2 ? *)", "2027-02-15T10:00:00Z", ["2028-02-15T09:30Z", "2029-02-15T09:30Z"]),
        ("cron(0 8 ? * MON-FRI *)", "2027-07-02T13:00:00Z", ["2027-07-05T12:00Z", "2027-07-06T12:00Z"]),
        ("cron(0/20 6 1 JAN,JUL ? 2027)", "2027-03-01T00:00:00Z", ["2027-07-01T10:00Z", "2027-07-01T10:20Z"]),
        ("cron(0 12 29 2 ? *)", "2027-01-01T00:00:00Z", ["2028-02-29T17:00Z", "2032-02-29T17:00Z"]),
        ("rate(6 hours)", "2027-01-01T00:00:00Z", ["2027-01-01T06:00Z", "2027-01-01T12:00Z"]),
        ("rate(1 day)", "2027-03-05T13:00:00Z", ["2027-03-06T00:00Z"]),
        ("at(2027-05-01T08:00:00)", "2027-01-01T00:00:00Z", ["2027-05-01T12:00Z"]),
    ],
)
def test_a_schedule_is_due_when_the_service_says(expression: str, after: str, expected: list[str]) -> None:
    assert times(expression, after, len(expected)) == expected


def test_a_time_that_summer_time_leaves_out_is_left_out() -> None:
    # 14 March 2027: 02:00 becomes 03:00
    due = times("cron(30 2 * * ? *)", "2027-03-13T00:00:00Z", 3)
    assert due == ["2027-03-13T07:30Z", "2027-03-15T06:30Z", "2027-03-16T06:30Z"]


def test_a_time_that_comes_twice_in_autumn_fires_once() -> None:
    # 7 November 2027: 02:00 becomes 01:00
    due = times("cron(30 1 * * ? *)", "2027-11-06T12:00:00Z", 2)
    assert due == ["2027-11-07T05:30Z", "2027-11-08T06:30Z"]


def test_a_schedule_in_the_past_is_never_due() -> None:
    assert times("at(2026-05-01T08:00:00)", "2027-01-01T00:00:00Z", 1) == []
    assert times("cron(0 5 * * ? 2026)", "2027-01-01T00:00:00Z", 1) == []


@pytest.mark.parametrize(
    "expression",
    [
        "every day",
        "cron(0 5 * * *)",
        "cron(0 5 L * ? *)",
        "cron(61 5 * * ? *)",
        "rate(0 days)",
        "rate(2 weeks)",
    ],
)
def test_an_unknown_expression_fails_loudly(expression: str) -> None:
    with pytest.raises(DeployError):
        next_after(expression, "UTC", START)


class Firing:
    """Stands for the environments: notes which function ran with what, and the day that it saw."""

    def __init__(self, board: Board) -> None:
        self.board = board
        self.ran: list[tuple[str, str]] = []
        self.failures = 0
        self.effects = True

    async def invoke(self, function: Function, event: Any) -> Invocation:
        self.ran.append(
            (f"{function.logical_id} {event['at']}", self.board.now().strftime("%Y-%m-%dT%H:%M:00Z"))
        )
        if self.failures:
            self.failures -= 1
            return Invocation(error={"errorType": "X"})
        return Invocation(effects=self.effects)


@pytest.fixture
def board(tmp_path: Path) -> Board:
    board = Board(tmp_path / "board")
    board.offset = datetime(2027, 2, 1, tzinfo=UTC) - datetime.now(UTC)
    return board


def clock_of(board: Board, firing: Firing, drained: list[str], *expressions: tuple[str, str]) -> PortalClock:
    function = Function("F", "f", Path(), "functions.f.handler.handler", 3, 128, None, {})
    names = {name for name, _ in expressions}
    functions = {name: Function(name, name, *list(vars(function).values())[2:]) for name in names}
    text = '{"at": "<aws.scheduler.scheduled-time>"}'
    schedules = tuple(Schedule(name, name, expression, NEW_YORK, text) for name, expression in expressions)

    async def drain() -> None:
        drained.append(firing.ran[-1][0] if firing.ran else "nothing")

    return PortalClock(board, Runnables(functions, schedules=schedules), firing, drain)  # type: ignore[arg-type]


def test_each_schedule_fires_in_order_and_sees_its_own_day(board: Board) -> None:
    firing, drained = Firing(board), []
    clock = clock_of(
        board,
        firing,
        drained,
        ("late", "cron(0 6 15 * ? *)"),
        ("early", "cron(0 5 * * ? *)"),
        ("same", "cron(0 6 * * ? *)"),
    )
    asyncio.run(clock.move_to(datetime(2027, 2, 16, 0, 0, tzinfo=UTC)))
    assert len(firing.ran) == 15 * 2 + 1
    assert firing.ran[-3:] == [
        ("early 2027-02-15T10:00:00Z", "2027-02-15T10:00:00Z"),
        ("late 2027-02-15T11:00:00Z", "2027-02-15T11:00:00Z"),
        ("same 2027-02-15T11:00:00Z", "2027-02-15T11:00:00Z"),
    ]
    assert drained[-3:] == [
        "early 2027-02-15T10:00:00Z",
        "same 2027-02-15T11:00:00Z",
        "same 2027-02-15T11:00:00Z",
    ]
    assert clock.now() - datetime(2027, 2, 16, tzinfo=UTC) < timedelta(seconds=5)


def test_nothing_fires_twice_and_nothing_on_the_way_back(board: Board) -> None:
    firing = Firing(board)
    clock = clock_of(board, firing, [], ("daily", "cron(0 5 * * ? *)"))

    async def moves() -> list[int]:
        counts = []
        for day in (3, 3, 4, 2, 4):
            await clock.move_to(datetime(2027, 2, day, 12, 0, tzinfo=UTC))
            counts.append(len(firing.ran))
        return counts

    assert asyncio.run(moves()) == [3, 3, 4, 4, 6]


def test_a_failing_schedule_is_tried_three_times(board: Board) -> None:
    firing = Firing(board)
    firing.failures = 2
    clock = clock_of(board, firing, [], ("daily", "cron(0 5 * * ? *)"))
    asyncio.run(clock.move_to(datetime(2027, 2, 1, 12, 0, tzinfo=UTC)))
    assert len(firing.ran) == 3


def test_days_on_which_the_jobs_only_read_are_not_waited_for(board: Board) -> None:
    firing, drained = Firing(board), []
    firing.effects = False
    clock = clock_of(board, firing, drained, ("daily", "cron(0 5 * * ? *)"))
    asyncio.run(clock.move_to(datetime(2027, 3, 1, tzinfo=UTC)))
    assert (len(firing.ran), len(drained)) == (28, 1)
    firing.failures = 3
    asyncio.run(clock.move_to(datetime(2027, 3, 1, 12, tzinfo=UTC)))
    assert len(drained) == 3  # what failed may have written before


def test_three_years_with_nothing_due_cost_nothing(board: Board) -> None:
    firing, drained = Firing(board), []
    clock = clock_of(board, firing, drained, ("never", "cron(0 5 29 2 ? 2099)"))
    asyncio.run(clock.move_to(datetime(2030, 2, 1, tzinfo=UTC)))
    assert (firing.ran, drained) == ([], ["nothing"])


def test_the_input_is_the_schedules_own() -> None:
    schedule = Schedule("s", "F", "rate(1 day)", "UTC", '{"at": "<aws.scheduler.scheduled-time>", "n": 1}')
    assert input_of(schedule, START) == {"at": "2027-01-01T00:00:00Z", "n": 1}
    assert input_of(None, START) == {}


def test_a_moment_needs_its_zone() -> None:
    assert parse_moment("2027-02-15T09:00:00-05:00") == datetime(2027, 2, 15, 14, tzinfo=UTC)
    assert parse_moment("2027-02-15T09:00:00Z").utcoffset() == timedelta()
    for wrong in ("2027-02-15T09:00:00", "tomorrow", 7, None):
        with pytest.raises(ValueError, match=r"2027-02-15T09:00:00-05:00"):
            parse_moment(wrong)
    assert written(START) == "2027-01-01T00:00:00.000Z"
