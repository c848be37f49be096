"""Idempotency keys: the same key gives the same answer for 24 hours, also when the answer was a refusal.

A request that never began (unknown parameters, no authorization) is not remembered. A request is one step of
the event loop, so two at once with one key do not meet: the second gets the first one's answer, where Stripe
may also say 409 `idempotency_key_in_use`.
"""

from collections.abc import Callable
from dataclasses import dataclass

from infrastructure.local.stripe_stand_in.errors import ApiError
from infrastructure.local.stripe_stand_in.objects import Thing

DAY = 24 * 60 * 60
LONGEST = 255


@dataclass(frozen=True, slots=True)
class Answer:
    """What a request was answered; `original` is the request that a replay repeats the answer of."""

    status: int
    body: Thing
    original: str | None = None


@dataclass(frozen=True, slots=True)
class _Kept:
    path: str
    params: Thing
    answer: Answer
    request_id: str
    until: float


class IdempotencyKeys:
    """The keys used in the last 24 hours."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._kept: dict[str, _Kept] = {}

    def reset(self) -> None:
        """Forget every key."""
        self._kept = {}

    def replay(self, key: str, path: str, params: Thing) -> Answer | None:
        """The answer given before under this key; ApiError when the request was another one."""
        if len(key) > LONGEST:
            raise ApiError(
                f"Idempotency keys may be up to {LONGEST} characters long.", kind="idempotency_error"
            )
        kept = self._kept.get(key)
        if kept is None or kept.until <= self._clock():
            return None
        if kept.path != path:
            raise ApiError(
                "Keys for idempotent requests can only be used for the same endpoint they were first used "
                f"for ('{path}' vs '{kept.path}'). Try using a key other than '{key}' if you meant to "
                "execute a different request.",
                kind="idempotency_error",
            )
        if kept.params != params:
            raise ApiError(
                "Keys for idempotent requests can only be used with the same parameters they were first used "
                f"with. Try using a key other than '{key}' if you meant to execute a different request.",
                kind="idempotency_error",
            )
        return Answer(kept.answer.status, kept.answer.body, kept.request_id)

    def keep(self, key: str, path: str, params: Thing, answer: Answer, request_id: str) -> None:
        """Remember an answer."""
        self._kept[key] = _Kept(path, params, answer, request_id, self._clock() + DAY)
