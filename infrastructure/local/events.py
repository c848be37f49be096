"""All event sources of a stack, and waiting until nothing is on its way any more."""

import asyncio
from collections.abc import Awaitable, Callable

from infrastructure.local.board import Board
from infrastructure.local.environments import Environments
from infrastructure.local.queues import QueuePoller
from infrastructure.local.streams import StreamPoller

_LOOK_SECONDS = 0.005


class Events:
    """Runs the pollers; `elsewhere` waits for whoever else still has something to deliver, such as Stripe."""

    def __init__(
        self,
        environments: Environments,
        board: Board,
        make_pollers: Callable[[], tuple[list[QueuePoller], list[StreamPoller]]],
        elsewhere: Callable[[], Awaitable[None]],
    ) -> None:
        self._environments = environments
        self._board = board
        self._make_pollers = make_pollers
        self._elsewhere = elsewhere
        self._queues: list[QueuePoller] = []
        self._streams: list[StreamPoller] = []
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Begin to poll every source from its present state."""
        self._queues, self._streams = await asyncio.to_thread(self._make_pollers)
        self._tasks = [asyncio.create_task(poller.run()) for poller in self._queues]
        self._tasks += [asyncio.create_task(poller.run()) for poller in self._streams]

    async def stop(self) -> None:
        """Stop polling."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks = []
        self._queues, self._streams = [], []

    async def drain(self, seconds: float = 120.0) -> None:
        """Wait until queues and streams are empty and no function runs; raises TimeoutError when patience ends."""
        async with asyncio.timeout(seconds):
            while not await self._is_quiet():  # noqa: ASYNC110 (much of it is in other processes)
                await asyncio.sleep(_LOOK_SECONDS)

    async def _is_quiet(self) -> bool:
        for task in self._tasks:
            if task.done():
                task.result()  # a poller that died would never be quiet again: say why
        before = (self._environments.finished, self._board.queued)
        if not self._nothing_runs():
            return False
        for stream in self._streams:
            await stream.caught_up()
        await self._elsewhere()
        return self._nothing_runs() and before == (self._environments.finished, self._board.queued)

    def _nothing_runs(self) -> bool:
        return (
            self._environments.running == 0
            and all(queue.quiet for queue in self._queues)
            and not any(stream.busy for stream in self._streams)
        )
