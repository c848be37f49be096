"""The stand-in served at a port, as the local stack does it, with Stripe's library over real connections."""

import asyncio
import socket
import threading
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import stripe
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from infrastructure.local.stripe_stand_in import StripeStandIn, create_app
from tests.unit.stripe_here import SECRET_KEY, WEBHOOK_SECRET
from tests.unit.stripe_stand_in.conftest import session_params


class Stack:
    """The stand-in and a webhook, two ports on one event loop."""

    def __init__(self) -> None:
        self.heard: list[tuple[bytes, str]] = []
        self.url = ""
        self.stand_in: StripeStandIn | None = None
        self.loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._servers: list[uvicorn.Server] = []
        self._thread = threading.Thread(target=self.loop.run_until_complete, args=(self._serve(),))
        self._thread.start()
        assert self._ready.wait(10)

    def drain(self) -> None:
        assert self.stand_in is not None
        asyncio.run_coroutine_threadsafe(self.stand_in.drain(), self.loop).result(10)

    def close(self) -> None:
        for server in self._servers:
            server.should_exit = True
        self._thread.join(10)
        self.loop.close()

    async def _serve(self) -> None:
        hook = Starlette(routes=[Route("/hook", self._hear, methods=["POST"])])
        webhook_url, webhook_task = await self._start(hook)
        self.stand_in = create_app(
            secret_key=SECRET_KEY,
            webhook_secret=WEBHOOK_SECRET,
            webhook_url=f"{webhook_url}/hook",
            portal_url="http://localhost:8000",
        )
        self.url, task = await self._start(self.stand_in.app)
        self._ready.set()
        await asyncio.gather(webhook_task, task)

    async def _start(self, app: Any) -> tuple[str, asyncio.Task[None]]:
        listening = socket.create_server(("127.0.0.1", 0))  # takes connections before the server runs
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning"))
        self._servers.append(server)
        task = asyncio.create_task(server.serve([listening]))
        return f"http://127.0.0.1:{listening.getsockname()[1]}", task

    async def _hear(self, request: Request) -> Response:
        self.heard.append((await request.body(), request.headers["stripe-signature"]))
        return Response(status_code=200)


@pytest.fixture
def stack() -> Iterator[Stack]:
    found = Stack()
    yield found
    found.close()


def test_a_session_is_paid_over_the_wire(stack: Stack) -> None:
    client = stripe.StripeClient(SECRET_KEY, base_addresses={"api": stack.url})
    session = client.v1.checkout.sessions.create(session_params())
    assert session.url == f"{stack.url}/c/pay/{session.id}"
    answer = httpx.post(f"{session.url}/pay", headers={"accept": "text/html"})
    assert answer.status_code == 303
    stack.drain()
    events = [
        stripe.Webhook.construct_event(body, signature, WEBHOOK_SECRET) for body, signature in stack.heard
    ]
    assert [event.type for event in events] == [
        "payment_intent.succeeded",
        "charge.succeeded",
        "checkout.session.completed",
    ]
    assert events[2].data.object.metadata["invoice_id"] == "inv_1"
