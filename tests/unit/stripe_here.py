"""The Stripe stand-in in this process, with no network: its API for Stripe's library, its page, its webhook."""

import asyncio
import threading
import time
from collections.abc import Coroutine, Mapping
from typing import Any

import httpx
import stripe

from infrastructure.local.stripe_stand_in import create_app

SECRET_KEY = "sk_test_" + "local" * 4
WEBHOOK_SECRET = "whsec_" + "local" * 4
ORIGIN = "http://stripe.local"
PORTAL = "http://portal.local"
JSON, HTML = {"accept": "application/json"}, {"accept": "text/html,application/xhtml+xml"}


class Clock:
    """Real time, until a test turns it on."""

    ahead = 0.0

    def __call__(self) -> float:
        return time.time() + self.ahead


class StripeHere:
    """A stand-in on an event loop in a thread. `received` are the webhook's requests; `answers` what it says next."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.received: list[httpx.Request] = []
        self.answers: list[int] = []
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.start()
        self.stand_in = create_app(
            secret_key=SECRET_KEY,
            webhook_secret=WEBHOOK_SECRET,
            webhook_url=PORTAL + "/api/stripe/webhook",
            portal_url=PORTAL,
            clock=self.clock,
            retry_after=(0, 0, 0),
            webhook_transport=httpx.MockTransport(self._hear),
        )

    def close(self) -> None:
        """Stop the thread."""
        self.run(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def run[Result](self, step: Coroutine[Any, Any, Result]) -> Result:
        """Run a step on the stand-in's event loop."""
        return asyncio.run_coroutine_threadsafe(step, self._loop).result(timeout=30)

    def request(self, method: str, address: str, **parts: Any) -> httpx.Response:
        """One request; a path is one of the stand-in's."""
        return self.run(self._request(method, httpx.URL(ORIGIN).join(address), **parts))

    def drain(self) -> None:
        """Wait for the webhook to have heard everything."""
        self.run(self.stand_in.drain())

    def test(self, hook: str, **body: Any) -> Any:
        """Ask a test hook."""
        return self.request("POST", "/_test/" + hook, json=body).json()

    def events(self) -> list[dict[str, Any]]:
        """The events as the hook lists them."""
        found: list[dict[str, Any]] = self.request("GET", "/_test/events").json()["events"]
        return found

    def heard(self) -> list[stripe.Event]:
        """What the webhook received, in order, each verified by Stripe's own library."""
        return [
            stripe.Webhook.construct_event(it.content, it.headers["stripe-signature"], WEBHOOK_SECRET)
            for it in self.received
        ]

    def heard_types(self) -> list[str]:
        """The types of what the webhook received, in order."""
        return [event.type for event in self.heard()]

    def press(self, session_url: str, button: str, headers: Mapping[str, str] = JSON) -> httpx.Response:
        """Press pay, decline or cancel on the hosted page."""
        return self.request("POST", f"{session_url}/{button}", headers=dict(headers))

    async def _request(self, method: str, url: httpx.URL, **parts: Any) -> httpx.Response:
        transport = httpx.ASGITransport(self.stand_in.app)
        async with httpx.AsyncClient(transport=transport, timeout=30) as client:
            return await client.request(method, url, **parts)

    async def _hear(self, request: httpx.Request) -> httpx.Response:
        self.received.append(request)
        return httpx.Response(self.answers.pop(0) if self.answers else 200)

    async def _end(self) -> None:
        self.stand_in.reset()


class InProcess(stripe.HTTPClient):
    """Stripe's library, talking to a stand-in in this process."""

    name = "in-process"

    def __init__(self, here: StripeHere) -> None:
        super().__init__()
        self._here = here
        self.requests: list[tuple[str, str]] = []

    def request(
        self, method: str, url: str, headers: Mapping[str, str] | None, post_data: Any = None
    ) -> tuple[Any, int, Mapping[str, str]]:
        self.requests.append((method, url.removeprefix(ORIGIN)))
        if url.startswith(f"{ORIGIN}/v1/events?"):
            self._here.drain()  # what is under way has come: which events are undelivered is no matter of luck
        answer = self._here.request(method, url, headers=dict(headers or {}), content=post_data)
        return answer.content, answer.status_code, answer.headers

    def close(self) -> None:
        """Nothing is open."""


def official_client(here: StripeHere, **options: Any) -> stripe.StripeClient:
    """Stripe's own client, talking to this stand-in."""
    given = {"base_addresses": {"api": ORIGIN}, "http_client": InProcess(here), **options}
    return stripe.StripeClient(given.pop("api_key", SECRET_KEY), **given)
