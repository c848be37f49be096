"""/_test/…: what tests ask of the stand-in and nobody could ask of Stripe. JSON in and out.

GET  /_test/events                  events, their state and each delivery
POST /_test/events/{id}/deliver     {"copies": 50}: deliver it again, so many times at once
POST /_test/hold                    keep events back from now on
POST /_test/release                 {"order": "as-sent" | "reversed" | "shuffled", "seed": 7}: send them all
                                    {"event_ids": […]}: send only these, in this order, and go on holding
POST /_test/drop                    {"types": […], "count": 1}: lose the next events (all types; without end)
POST /_test/drain                   answers when every event is received or given up; held ones do not count
POST /_test/disputes                {"payment_intent", "amount", "reason"}: the cardholder's bank objects
POST /_test/disputes/{id}/close     {"status": "won" | "lost"}
POST /_test/refunds/{id}/fail       the bank does not take it: the money is kept
POST /_test/reset                   forget everything
"""

from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from infrastructure.local.stripe_stand_in.account import Account
from infrastructure.local.stripe_stand_in.errors import ApiError
from infrastructure.local.stripe_stand_in.webhook import Attempt, Posting, Webhook

MOST_COPIES = 1000


def routes(account: Account, webhook: Webhook, reset: Callable[[], None]) -> list[Route]:
    """The test hooks."""
    hooks = _Hooks(account, webhook, reset)
    return [
        Route("/_test/events", hooks.events, methods=["GET"]),
        Route("/_test/events/{event_id}/deliver", hooks.deliver, methods=["POST"]),
        Route("/_test/hold", hooks.hold, methods=["POST"]),
        Route("/_test/release", hooks.release, methods=["POST"]),
        Route("/_test/drop", hooks.drop, methods=["POST"]),
        Route("/_test/drain", hooks.drain, methods=["POST"]),
        Route("/_test/disputes", hooks.open_dispute, methods=["POST"]),
        Route("/_test/disputes/{dispute_id}/close", hooks.close_dispute, methods=["POST"]),
        Route("/_test/refunds/{refund_id}/fail", hooks.fail_refund, methods=["POST"]),
        Route("/_test/reset", hooks.reset, methods=["POST"]),
    ]


class _Hooks:
    def __init__(self, account: Account, webhook: Webhook, reset: Callable[[], None]) -> None:
        self._account = account
        self._webhook = webhook
        self._reset = reset

    async def events(self, _: Request) -> Response:
        return JSONResponse({"events": [_posting(it) for it in self._webhook.postings.values()]})

    async def deliver(self, request: Request) -> Response:
        copies = (await _body(request)).get("copies", 1)
        if not isinstance(copies, int) or not 1 <= copies <= MOST_COPIES:
            return _wrong(f"copies is a number from 1 to {MOST_COPIES}")
        try:
            attempts = await self._webhook.deliver(request.path_params["event_id"], copies)
        except KeyError:
            return _wrong("no such event", 404)
        return JSONResponse({"attempts": [_attempt(attempt) for attempt in attempts]})

    async def hold(self, _: Request) -> Response:
        self._webhook.hold()
        return JSONResponse({"holding": True})

    async def release(self, request: Request) -> Response:
        body = await _body(request)
        order = body.get("order", "as-sent")
        if order not in ("as-sent", "reversed", "shuffled"):
            return _wrong("order is as-sent, reversed or shuffled")
        if "event_ids" not in body:
            return JSONResponse({"event_ids": self._webhook.release(order, int(body.get("seed", 0)))})
        try:
            self._webhook.release_only(body["event_ids"])
        except KeyError:
            return _wrong("one of the events is not held", 404)
        return JSONResponse({"event_ids": body["event_ids"]})

    async def drop(self, request: Request) -> Response:
        body = await _body(request)
        self._webhook.drop(frozenset(body.get("types", ())), body.get("count"))
        return JSONResponse({"dropping": True})

    async def drain(self, _: Request) -> Response:
        await self._webhook.drain()
        return JSONResponse({"drained": True})

    async def open_dispute(self, request: Request) -> Response:
        try:
            return JSONResponse(self._account.open_dispute(await _body(request)))
        except ApiError as error:
            return JSONResponse(error.body, error.status)

    async def close_dispute(self, request: Request) -> Response:
        status = (await _body(request)).get("status")
        if status not in ("won", "lost"):
            return _wrong("status is won or lost")
        try:
            return JSONResponse(self._account.close_dispute(request.path_params["dispute_id"], status))
        except ApiError as error:
            return JSONResponse(error.body, error.status)

    async def fail_refund(self, request: Request) -> Response:
        try:
            return JSONResponse(self._account.fail_refund(request.path_params["refund_id"]))
        except ApiError as error:
            return JSONResponse(error.body, error.status)

    async def reset(self, _: Request) -> Response:
        self._reset()
        return JSONResponse({"reset": True})


async def _body(request: Request) -> dict[str, Any]:
    raw = await request.body()
    found = await request.json() if raw else {}
    return found if isinstance(found, dict) else {}


def _wrong(message: str, status: int = 400) -> Response:
    return JSONResponse({"error": {"message": message}}, status)


def _posting(posting: Posting) -> dict[str, Any]:
    event = posting.event
    return {
        "id": event["id"],
        "type": event["type"],
        "state": posting.state,
        "attempts": [_attempt(attempt) for attempt in posting.attempts],
        "event": event,
    }


def _attempt(attempt: Attempt) -> dict[str, Any]:
    return {"at": attempt.at, "status": attempt.status, "error": attempt.error}
