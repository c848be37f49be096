"""The portal's clock: moved forward it fires what fell due on the way, each schedule on its own day."""

import asyncio
import contextlib
import json
import logging
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from infrastructure.local.board import Board
from infrastructure.local.environments import Environments, Invocation
from infrastructure.local.schedules import next_after
from infrastructure.local.template import Function, Runnables, Schedule

_TICK_SECONDS = 0.5
_TRIES = 3
_END_SECONDS = 3
FIRST_YEAR, LAST_YEAR = 2000, 2060
"""How far the clock goes: days of the calendar reach further, the patience of whoever waits for the jobs does not."""

_log = logging.getLogger(__name__)


class Ending(Exception):
    """The stack is being stopped; the clock stands where it is."""


class PortalClock:
    """Real time plus an offset that the board holds.

    `drain` waits until what a schedule caused is done. One move at a time; in between, schedules fire by themselves
    when their time comes.
    """

    def __init__(
        self,
        board: Board,
        runnables: Runnables,
        environments: Environments,
        drain: Callable[[], Awaitable[None]],
    ) -> None:
        self._board = board
        self._runnables = runnables
        self._environments = environments
        self._drain = drain
        self._moving = asyncio.Lock()
        self._ending = False
        self._begin()

    def _begin(self) -> None:
        self._fired_until = self.now()
        self._schedules = [
            (schedule, next_after(schedule.expression, schedule.time_zone, self._fired_until))
            for schedule in self._runnables.schedules
        ]

    def now(self) -> datetime:
        """The portal's time, UTC."""
        return self._board.now()

    async def move_to(self, moment: datetime) -> None:
        """Set the clock; forward fires all that fell due, in order; back fires nothing. Answers when all is drained.

        Raises Ending when the stack is stopped meanwhile.
        """
        async with self._moving:
            if moment <= self.now():
                self._set(moment)
                self._fired_until = moment
            else:
                await self._fire_until(moment)
                self._set(moment)
            await self._drain()

    async def end(self) -> None:
        """Fire nothing any more: a move under way ends with what it is just firing, or is left after some seconds."""
        self._ending = True
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_END_SECONDS), self._moving:
                pass

    def held(self) -> asyncio.Lock:
        """`async with clock.held():` nothing fires and nobody moves the clock."""
        return self._moving

    def return_to_real_time(self) -> None:
        """Forget the offset; fires nothing. To be called while the clock is held."""
        self._board.offset = timedelta()
        self._begin()

    async def run(self) -> None:
        """Fire what falls due while time goes by, until cancelled."""
        while True:
            await asyncio.sleep(_TICK_SECONDS)
            if self._moving.locked():
                continue
            async with self._moving:
                due = self._next_due(self.now())
                while due is not None:
                    await self._fire(due)
                    due = self._next_due(self.now())

    async def run_job(self, function: Function) -> Invocation:
        """Run a job now, with its schedule's input if it has one; answers when what it caused is drained."""
        async with self._moving:
            schedules = (one for one in self._runnables.schedules if one.function == function.logical_id)
            invocation = await self._environments.invoke(
                function, input_of(next(schedules, None), self.now())
            )
            await self._drain()
            return invocation

    def _set(self, moment: datetime) -> None:
        self._board.offset = moment - datetime.now(UTC)

    def _next_due(self, until: datetime) -> datetime | None:
        dues = (find(self._fired_until) for _, find in self._schedules)
        return min((due for due in dues if due is not None and due <= until), default=None)

    async def _fire_until(self, moment: datetime) -> None:
        while (due := self._next_due(moment)) is not None:
            if self._ending:
                raise Ending
            self._set(due)
            if await self._fire(due):
                await self._drain()

    async def _fire(self, due: datetime) -> bool:
        """Run every schedule that is due at this very time, in the template's order; whether anything may follow."""
        falling_due = [schedule for schedule, find in self._schedules if find(self._fired_until) == due]
        self._fired_until = due
        return any([await self._run(schedule, due) for schedule in falling_due])

    async def _run(self, schedule: Schedule, due: datetime) -> bool:
        """As the service: twice more if the function fails."""
        function = self._runnables.functions[schedule.function]
        for _ in range(_TRIES):
            invocation = await self._environments.invoke(function, input_of(schedule, due))
            if invocation.error is None:
                return invocation.effects
        _log.error("The schedule %s failed %d times on %s.", schedule.name, _TRIES, due.isoformat())
        return True


def input_of(schedule: Schedule | None, due: datetime) -> Any:
    """What the function gets: exactly the schedule's input, with the scheduled time where it asks for it."""
    if schedule is None:
        return {}
    at = due.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return json.loads(schedule.input.replace("<aws.scheduler.scheduled-time>", at))


def parse_moment(value: Any) -> datetime:
    """A moment with its zone from RFC 3339; raises ValueError with a sentence for a person."""
    try:
        moment = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        raise ValueError(f"{value!r} is not a time such as 2027-02-15T09:00:00-05:00.") from None
    if moment.tzinfo is None:
        raise ValueError(f"{value!r} has no offset: say where that is, as in 2027-02-15T09:00:00-05:00.")
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        raise ValueError(f"{value!r} is too far away: the clock goes from {FIRST_YEAR} to {LAST_YEAR}.")
    return moment.astimezone(UTC)


def written(moment: datetime) -> str:
    """RFC 3339 in UTC."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
