"""The console: `/_local/…` with the outbox, the clock, the jobs and the reset, for people and for programs."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from infrastructure.local.clock import Ending, PortalClock, parse_moment, written
from infrastructure.local.problem import problem
from infrastructure.local.template import Runnables

_PAGE = Path(__file__).with_name("console_page")
_BUSY = "Queues, stream or Stripe were not done within two minutes; what was asked for is still on its way."


@dataclass(frozen=True)
class Console:
    """The routes; `mails` reads the outbox, `reset` brings the seeded state and the real time back."""

    clock: PortalClock
    runnables: Runnables
    mails: Callable[[], list[dict[str, str]]]
    reset: Callable[[], Awaitable[None]]

    def routes(self) -> list[BaseRoute]:
        """To be mounted at /_local."""
        return [
            Route("/", self._page),
            Route("/outbox", self._outbox),
            Route("/clock", self._read_clock, methods=["GET"]),
            Route("/clock", self._move_clock, methods=["PUT"]),
            Route("/jobs", self._list_jobs),
            Route("/jobs/{name}", self._run_job, methods=["POST"]),
            Route("/reset", self._reset, methods=["POST"]),
            Mount("/", StaticFiles(directory=_PAGE)),
        ]

    async def _page(self, _: Request) -> Response:
        return FileResponse(_PAGE / "index.html")

    async def _outbox(self, _: Request) -> Response:
        mails = await asyncio.to_thread(self.mails)
        return JSONResponse({"items": mails, "next_cursor": None})

    async def _read_clock(self, _: Request) -> Response:
        return self._now()

    def _now(self) -> Response:
        return JSONResponse({"now": written(self.clock.now())})

    async def _move_clock(self, request: Request) -> Response:
        try:
            body: Any = await request.json()
        except ValueError:
            return problem(400, "malformed-request", "Malformed request", "The body is not JSON.")
        if not isinstance(body, dict) or set(body) - {"now"}:
            return _invalid('The body is {"now": …} and nothing else.')
        try:
            moment = parse_moment(body.get("now"))
        except ValueError as error:
            return _invalid(str(error))
        try:
            await self.clock.move_to(moment)
        except TimeoutError:
            return problem(503, "unavailable", "Still busy", _BUSY)
        except Ending:
            return problem(
                503, "unavailable", "Ending", "The portal is being stopped; its clock stands where it is."
            )
        except OverflowError:
            return _invalid("The clock does not reach that far.")
        return self._now()

    async def _list_jobs(self, _: Request) -> Response:
        jobs = [f.job for f in self.runnables.functions.values() if self.runnables.job(f.job) is f]
        return JSONResponse({"items": sorted(jobs)})

    async def _run_job(self, request: Request) -> Response:
        name = request.path_params["name"]
        function = self.runnables.job(name)
        if function is None:
            return problem(404, "not-found", "Not found", f"The template has no job called {name}.")
        try:
            invocation = await self.clock.run_job(function)
        except TimeoutError:
            return problem(503, "unavailable", "Still busy", _BUSY)
        if invocation.error is not None:
            detail = f"{invocation.error.get('errorType')}: {invocation.error.get('errorMessage')}"
            return problem(500, "job-failed", "The job failed", detail)
        return JSONResponse(invocation.result)

    async def _reset(self, _: Request) -> Response:
        try:
            await self.reset()
        except TimeoutError:
            return problem(503, "unavailable", "Still busy", _BUSY)
        return self._now()


def _invalid(detail: str) -> Response:
    answer = {
        "type": "/problems/invalid-request",
        "title": "Invalid request",
        "status": 422,
        "detail": detail,
        "errors": [{"pointer": "/now", "detail": detail}],
    }
    return JSONResponse(answer, 422, media_type="application/problem+json")
