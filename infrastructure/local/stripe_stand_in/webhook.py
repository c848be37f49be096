"""Signed events on their way to the webhook: in order, tried again, and on demand held, lost or doubled."""

import asyncio
import hashlib
import hmac
import json
import random
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal

import httpx

from infrastructure.local.stripe_stand_in.objects import Thing

RETRY_AFTER = (0.1, 0.3, 1.0, 2.0)
"""Seconds between the tries. Stripe goes on for three days; here a webhook that is down shows at once."""

ANSWER_WITHIN = 20.0
"""Seconds a webhook has to answer."""

State = Literal["waiting", "held", "delivered", "failed", "dropped"]
Order = Literal["as-sent", "reversed", "shuffled"]


@dataclass(frozen=True, slots=True)
class Attempt:
    """One delivery: the status it was answered with, or why there was no answer."""

    at: float
    status: int | None
    error: str | None

    @property
    def is_received(self) -> bool:
        """Whether Stripe would call it delivered."""
        return self.status is not None and 200 <= self.status < 300


@dataclass(slots=True)
class Posting:
    """An event, the bytes sent each time, and what became of it; `settled` is set while nothing is due.

    The event itself tells whoever lists it whether it was received (`pending_webhooks`).
    """

    event: Thing
    body: bytes
    state: State = "waiting"
    attempts: list[Attempt] = field(default_factory=list)
    settled: asyncio.Event = field(default_factory=asyncio.Event)

    def settle(self, state: State) -> None:
        """Nothing more happens to it by itself."""
        self.state = state
        self.settled.set()


class Webhook:
    """Delivers events in the order they happened; each waits until the one before is received or given up.

    `transport` stands in for the network in tests.
    """

    def __init__(
        self,
        url: str,
        secret: str,
        clock: Callable[[], float],
        *,
        transport: httpx.AsyncBaseTransport | None = None,
        retry_after: Sequence[float] = RETRY_AFTER,
    ) -> None:
        self._url = url
        self._secret = secret
        self._clock = clock
        self._transport = transport
        self._retry_after = retry_after
        self._queue: deque[Posting] = deque()
        self._worker: asyncio.Task[None] | None = None
        self._holding = False
        self._losing: list[tuple[frozenset[str], int | None]] = []
        self.postings: dict[str, Posting] = {}

    def emit(self, event: Thing) -> None:
        """Send an event, unless it is to be held or lost."""
        posting = Posting(event, json.dumps(event, indent=2, ensure_ascii=False).encode())
        self.postings[event["id"]] = posting
        if self._is_lost(event["type"]):
            posting.settle("dropped")
        elif self._holding:
            posting.settle("held")
        else:
            self._enqueue([posting])

    def hold(self) -> None:
        """Keep back every event from now on."""
        self._holding = True

    def release(self, order: Order = "as-sent", seed: int = 0) -> list[str]:
        """Send what was held, in this order, and hold no longer; the ids in that order."""
        self._holding = False
        held = [posting for posting in self.postings.values() if posting.state == "held"]
        if order == "reversed":
            held.reverse()
        elif order == "shuffled":
            random.Random(seed).shuffle(held)  # noqa: S311 — an order, not a secret
        self._enqueue(held)
        return [posting.event["id"] for posting in held]

    def release_only(self, event_ids: list[str]) -> None:
        """Send these held events in this order and hold on to the others. KeyError when one is not held."""
        chosen = [self.postings[event_id] for event_id in event_ids]
        if any(posting.state != "held" for posting in chosen):
            raise KeyError("not held")
        self._enqueue(chosen)

    def drop(self, types: frozenset[str], count: int | None) -> None:
        """Lose the next `count` events of these types; no types means all, None without end."""
        self._losing.append((types, count))

    async def deliver(self, event_id: str, copies: int) -> list[Attempt]:
        """Send an event so many times at once, now, whatever became of it before. KeyError when unknown."""
        posting = self.postings[event_id]
        async with self._client() as client:
            tries = [self._attempt(client, posting) for _ in range(copies)]
            attempts = list(await asyncio.gather(*tries))
        if posting.state in ("failed", "dropped") and any(attempt.is_received for attempt in attempts):
            posting.settle("delivered")
        return attempts

    async def drain(self) -> None:
        """Wait until each event is received or given up; held ones do not count."""
        while self._worker is not None:
            await asyncio.wait([self._worker])

    def reset(self) -> None:
        """Forget every event; what is under way is abandoned."""
        if self._worker is not None:
            self._worker.cancel()
            self._worker = None
        self._queue.clear()
        self._holding = False
        self._losing = []
        for posting in self.postings.values():
            posting.settled.set()
        self.postings = {}

    def _enqueue(self, postings: list[Posting]) -> None:
        for posting in postings:
            posting.state = "waiting"
            posting.settled.clear()
        self._queue.extend(postings)
        if self._queue and self._worker is None:
            self._worker = asyncio.get_running_loop().create_task(self._work())

    async def _work(self) -> None:
        try:
            while self._queue:  # once more for what happened while the connections were closed
                async with self._client() as client:
                    while self._queue:
                        await self._send(client, self._queue.popleft())
        finally:
            if self._worker is asyncio.current_task():
                self._worker = None

    async def _send(self, client: httpx.AsyncClient, posting: Posting) -> None:
        for pause in (0.0, *self._retry_after):
            await asyncio.sleep(pause)
            attempt = await self._attempt(client, posting)
            if attempt.is_received:
                return posting.settle("delivered")
        return posting.settle("failed")

    async def _attempt(self, client: httpx.AsyncClient, posting: Posting) -> Attempt:
        started = self._clock()
        headers = {
            "content-type": "application/json; charset=utf-8",
            "user-agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
            "stripe-signature": signature(posting.body, self._secret, int(started)),
        }
        try:
            answer = await client.post(self._url, content=posting.body, headers=headers)
            attempt = Attempt(started, answer.status_code, None)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            attempt = Attempt(started, None, f"{type(error).__name__}: {error}")
        posting.attempts.append(attempt)
        if attempt.is_received:
            posting.event["pending_webhooks"] = 0
        return attempt

    def _is_lost(self, kind: str) -> bool:
        for position, (types, count) in enumerate(self._losing):
            if types and kind not in types:
                continue
            if count is not None:
                self._losing[position] = (types, count - 1)
                if count <= 1:
                    del self._losing[position]
            return True
        return False

    def _client(self) -> httpx.AsyncClient:
        # The webhook is on this machine: a proxy in the environment is not meant for it.
        limits = httpx.Limits(max_connections=None)
        return httpx.AsyncClient(
            transport=self._transport, timeout=ANSWER_WITHIN, trust_env=False, limits=limits
        )


def signature(body: bytes, secret: str, timestamp: int) -> str:
    """The `Stripe-Signature` header: HMAC-SHA256 over the time and the raw body."""
    mac = hmac.new(secret.encode(), f"{timestamp}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={timestamp},v1={mac}"
