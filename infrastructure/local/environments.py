"""Execution environments as Lambda keeps them: one event at a time each, made on demand, reused, replaced."""

import asyncio
import contextlib
import json
import logging
import os
import signal
import socket
import struct
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from infrastructure.local.account import ACCOUNT_ID, REGION
from infrastructure.local.payments import uses_stripe
from infrastructure.local.template import Function

MOST_ENVIRONMENTS = 10
_START_SECONDS = 20.0
_IDLE_SECONDS = 120.0
_LENGTH = struct.Struct(">I")
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Invocation:
    """What came of one event: the handler's result, or the error as Lambda describes it.

    `effects` False: it only read, and asked nothing of Stripe, so nothing can follow from it.
    """

    result: Any = None
    error: Mapping[str, Any] | None = None
    effects: bool = True


@dataclass(eq=False)
class _Environment:
    pid: int
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    idle_since: float = 0.0

    @property
    def alive(self) -> bool:
        return not self.reader.at_eof() and not self.writer.is_closing()

    async def call(self, message: Mapping[str, Any]) -> dict[str, Any]:
        body = json.dumps(message).encode()
        self.writer.write(_LENGTH.pack(len(body)) + body)
        await self.writer.drain()
        return await self.receive()

    async def receive(self) -> dict[str, Any]:
        (size,) = _LENGTH.unpack(await self.reader.readexactly(_LENGTH.size))
        message: dict[str, Any] = json.loads(await self.reader.readexactly(size))
        return message

    def end(self) -> None:
        """An idle environment ends by itself when its connection closes."""
        self.writer.close()

    def kill(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)
        self.writer.close()


@dataclass(eq=False)
class _Pool:
    """The environments of one function; events beyond their number wait in order."""

    slots: asyncio.Semaphore
    idle: list[_Environment] = field(default_factory=list)
    busy: set[_Environment] = field(default_factory=set)


class _StartError(Exception):
    """The handler's module does not load."""

    def __init__(self, error: Mapping[str, Any]) -> None:
        super().__init__(str(error.get("errorMessage")))
        self.error = error


class Environments:
    """All environments of a stack, forked by its zygote.

    `variables` says what a function finds in its environment; `offset` how far the portal's clock is ahead; `layers`
    are the packages that were built for it, in place of this environment's own, and `packages` those of the project's
    own that all functions share, loaded once for all environments.
    """

    def __init__(
        self,
        log: Path,
        variables: Callable[[Function], Mapping[str, str]],
        offset: Callable[[], timedelta],
        layers: Sequence[Path] = (),
        packages: Sequence[str] = (),
    ) -> None:
        self._log = log
        self._variables = variables
        self._offset = offset
        self._pools: dict[str, _Pool] = {}
        self.running = 0
        self.finished = 0
        ours, theirs = socket.socketpair()
        with theirs:
            command = [sys.executable, "-m", "infrastructure.local.zygote", str(theirs.fileno()), *packages]
            self._zygote = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                pass_fds=(theirs.fileno(),),
                cwd=Path(__file__).parents[2],
                env=os.environ | ({"PYTHONPATH": os.pathsep.join(map(str, layers))} if layers else {}),
                start_new_session=True,
            )
        self._control = ours

    async def invoke(self, function: Function, event: Any, offset: timedelta | None = None) -> Invocation:
        """Hand one event to a free environment, a new one, or the next to become free; never raises for the handler."""
        pool = self._pool(function)
        self.running += 1
        try:
            async with pool.slots:
                return await self._invoke(function, pool, event, offset)
        finally:
            self.running -= 1
            self.finished += 1

    def _pool(self, function: Function) -> _Pool:
        if function.logical_id not in self._pools:
            most = min(function.concurrency or MOST_ENVIRONMENTS, MOST_ENVIRONMENTS)
            self._pools[function.logical_id] = _Pool(asyncio.Semaphore(most))
        return self._pools[function.logical_id]

    async def _invoke(
        self, function: Function, pool: _Pool, event: Any, offset: timedelta | None
    ) -> Invocation:
        try:
            environment = await self._take(function, pool)
        except _StartError as failure:
            return self._failed(function, failure.error)
        except (OSError, asyncio.IncompleteReadError, TimeoutError) as error:
            return self._failed(function, {"errorType": "Runtime.InitError", "errorMessage": repr(error)})
        pool.busy.add(environment)
        try:
            ahead = self._offset() if offset is None else offset
            message = {
                "event": event,
                "request_id": str(uuid.uuid4()),
                "offset": ahead // timedelta(microseconds=1),
            }
            async with asyncio.timeout(function.timeout):
                answer = await environment.call(message)
        except TimeoutError:
            environment.kill()
            said = f"Task timed out after {function.timeout:.2f} seconds"
            return self._failed(function, {"errorType": "Sandbox.Timedout", "errorMessage": said})
        except (OSError, asyncio.IncompleteReadError):
            environment.kill()
            return self._failed(
                function, {"errorType": "Runtime.ExitError", "errorMessage": "Runtime exited"}
            )
        except BaseException:
            environment.kill()
            raise
        finally:
            pool.busy.discard(environment)
        environment.idle_since = time.monotonic()
        pool.idle.append(environment)
        if "error" in answer:
            return self._failed(function, answer["error"])
        return Invocation(answer["result"], effects=answer["effects"] or uses_stripe(function))

    def _failed(self, function: Function, error: Mapping[str, Any]) -> Invocation:
        kind, message = error.get("errorType"), error.get("errorMessage")
        _log.warning("%s failed: %s: %s (%s)", function.folder, kind, message, self._log)
        return Invocation(error=error)

    async def _take(self, function: Function, pool: _Pool) -> _Environment:
        while pool.idle:
            environment = pool.idle.pop()
            if environment.alive:
                return environment
        self._let_go_of_idle()
        return await self._start(function)

    async def _start(self, function: Function) -> _Environment:
        settings = {
            "name": function.name,
            "arn": f"arn:aws:lambda:{REGION}:{ACCOUNT_ID}:function:{function.name}",
            "memory": function.memory,
            "timeout": function.timeout,
            "handler": function.handler,
            "code": str(function.code),
            "environment": dict(self._variables(function)),
            "log": str(self._log),
        }
        body = json.dumps(settings).encode()
        ours, theirs = socket.socketpair()
        with theirs:
            socket.send_fds(self._control, [_LENGTH.pack(len(body))], [theirs.fileno()])
            self._control.sendall(body)
        reader, writer = await asyncio.open_unix_connection(sock=ours)
        environment = _Environment(0, reader, writer)
        try:
            async with asyncio.timeout(_START_SECONDS):
                environment.pid = (await environment.receive())["pid"]
                started = await environment.receive()
        except BaseException:
            if environment.pid:
                environment.kill()
            writer.close()
            raise
        if "error" in started:
            environment.end()
            raise _StartError(started["error"])
        return environment

    def _let_go_of_idle(self) -> None:
        """End environments that nobody needed for a while."""
        latest = time.monotonic() - _IDLE_SECONDS
        for pool in self._pools.values():
            for environment in [one for one in pool.idle if one.idle_since < latest]:
                pool.idle.remove(environment)
                environment.end()

    def end_all(self) -> None:
        """Kill every environment, so that whatever a module remembers is forgotten."""
        for pool in self._pools.values():
            for environment in [*pool.idle, *pool.busy]:
                environment.kill()
            pool.idle.clear()

    def stop(self) -> None:
        """Kill the zygote's process group: itself and everything that it forked."""
        self._control.close()
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._zygote.pid, signal.SIGKILL)
        self._zygote.wait()
