"""The stand-in as one ASGI application."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

import httpx
from starlette.applications import Starlette
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from infrastructure.local.stripe_stand_in import hooks
from infrastructure.local.stripe_stand_in.account import Account
from infrastructure.local.stripe_stand_in.api import Api
from infrastructure.local.stripe_stand_in.hosted_page import HostedPage
from infrastructure.local.stripe_stand_in.idempotency import IdempotencyKeys
from infrastructure.local.stripe_stand_in.webhook import RETRY_AFTER, Webhook


class StripeStandIn:
    """Stripe for one portal: `app` is served at some port, everything runs on that server's event loop."""

    def __init__(
        self, secret_key: str, portal_url: str, webhook: Webhook, clock: Callable[[], float]
    ) -> None:
        self._clock = clock
        self._webhook = webhook
        self._account = Account(webhook.emit, clock)
        self._keys = IdempotencyKeys(clock)
        self._timer: asyncio.TimerHandle | None = None
        self._due: float | None = None
        api = Api(self._account, self._keys, secret_key)
        page = HostedPage(self._account, portal_url, self._paid_event_delivered)
        routes = [
            Route("/v1/{path:path}", api.answer, methods=["GET", "POST", "PUT", "PATCH", "DELETE"]),
            Route("/c/pay/{session_id}", page.show, methods=["GET"]),
            Route("/c/pay/{session_id}/pay", page.pay, methods=["POST"]),
            Route("/c/pay/{session_id}/decline", page.decline, methods=["POST"]),
            Route("/c/pay/{session_id}/cancel", page.cancel, methods=["POST"]),
            *hooks.routes(self._account, webhook, self.reset),
        ]
        self.app: ASGIApp = self._on_time(Starlette(routes=routes, lifespan=self._lifespan))

    def reset(self) -> None:
        """Forget every object, key and event. To be called on the event loop that serves the app."""
        self._webhook.reset()
        self._account.reset()
        self._keys.reset()
        self._set_timer(None)

    async def drain(self) -> None:
        """Wait until every event is received by the webhook or given up; held ones do not count."""
        await self._webhook.drain()

    def _on_time(self, app: ASGIApp) -> ASGIApp:
        """Expire sessions at their time: before every request, and by a timer when nobody asks."""

        async def timed(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] == "http":
                self._account.expire_due()
            await app(scope, receive, send)
            if scope["type"] == "http" and self._account.expire_due() != self._due:
                self._tick()

        return timed

    def _tick(self) -> None:
        self._set_timer(self._account.expire_due())

    def _set_timer(self, due: float | None) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._due = due
        if due is not None:
            wait = max(0.0, due - self._clock())
            self._timer = asyncio.get_running_loop().call_later(wait, self._tick)

    async def _paid_event_delivered(self, session_id: str) -> None:
        for posting in reversed(self._webhook.postings.values()):
            event = posting.event
            if event["type"] == "checkout.session.completed" and event["data"]["object"]["id"] == session_id:
                await posting.settled.wait()
                return

    @asynccontextmanager
    async def _lifespan(self, _: Starlette) -> AsyncIterator[None]:
        yield
        self._webhook.reset()
        self._set_timer(None)


def create_app(
    *,
    secret_key: str,
    webhook_secret: str,
    webhook_url: str,
    portal_url: str,
    clock: Callable[[], float] = time.time,
    retry_after: Sequence[float] = RETRY_AFTER,
    webhook_transport: httpx.AsyncBaseTransport | None = None,
) -> StripeStandIn:
    """A stand-in with no objects; the last two arguments are for tests: quick retries, webhook in process."""
    webhook = Webhook(
        webhook_url, webhook_secret, clock, transport=webhook_transport, retry_after=retry_after
    )
    return StripeStandIn(secret_key, portal_url, webhook, clock)
