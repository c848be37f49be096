"""The line between the portal and the services: counts the calls, and lets the one at a place go wrong in a way."""

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import stripe
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.exceptions import ReadTimeoutError

from tests.properties import cloud
from tests.properties.cloud import Cloud
from tests.properties.memory_dynamodb import Place
from tests.properties.world import Died

READS = ("fails", "throttled", "lost")
WRITES = ("fails", "throttled", "lost", "lost once", "dies before", "dies after")
"""`fails` and `throttled`: the service answers so however often it is asked. `lost`: it does what is asked, and no
answer comes, ever; `lost once`: the client's own second try is answered. `dies`: the process is not heard of again."""

MORE: Mapping[str, tuple[str, ...]] = {
    "dynamodb.PutItem": ("conflict once", "conflict always"),
    "dynamodb.TransactWriteItems": ("conflict once", "conflict always", "in progress"),
    "dynamodb.BatchGetItem": ("unprocessed once", "unprocessed always"),
    "sqs.SendMessageBatch": ("partly taken",),
}
"""What only some calls are told. `conflict`: another transaction holds an item. `in progress`: the transaction is done,
and every try of the client's is told that it is being done. `unprocessed`: half of the items are not given, or none,
ever. `partly taken`: the queue takes half of the messages."""

PASSING = ("conflict once", "unprocessed once", "in progress")
"""What another try does not meet any more."""

Rival = Callable[[Cloud, Any, Place | None], Place | None]
"""Changes one of the items that are asked to be written, or the one at this place only; gives which it was."""

TRANSACTION = "dynamodb.TransactWriteItems"

READING = ("Get", "List", "Query", "Scan", "BatchGet", "AdminGet", "GET ")

THROTTLED: Mapping[str, tuple[int, str]] = {
    "dynamodb": (400, "ProvisionedThroughputExceededException"),
    "sqs": (403, "RequestThrottled"),
    "ses": (400, "Throttling"),
    "s3": (503, "SlowDown"),
    "cognito-identity-provider": (400, "TooManyRequestsException"),
    "ssm": (400, "ThrottlingException"),
}


@dataclass
class Line:
    """One process's line to the services."""

    place: int = -1
    way: str = ""
    made: list[str] = field(default_factory=list)
    places: list[Any] = field(default_factory=list)
    is_traced: bool = False
    """Whether the places in the portal's code are noted that the calls are made from."""
    is_dead: bool = False
    rival: Rival | None = None
    """Who changes something just before it is written here."""
    met: Place | None = None
    """What the rival changed; where it is given, the rival waits for that and changes nothing else."""
    watch: Callable[[], None] = lambda: None
    """Told of each write that was made."""
    _tries: int = 0
    _asked: Any = None

    def begin(self, call: str) -> None:
        """A new call; the tries that follow are its."""
        if self.is_dead:
            raise Died
        self.made.append(call)
        self._tries = 0
        if self.is_traced:
            self.places.append((call, *_place()))

    def carry[Answer](
        self,
        perform: Callable[[], Answer],
        refuse: Callable[[str], Answer],
        lose: Callable[[], Exception],
        asked: Any = None,
    ) -> Answer:
        """One try of the call: what the service answers, or what goes wrong."""
        if self.is_dead:
            raise Died
        if not self._is_broken(asked):
            return self._performed(perform)
        self._tries += 1
        if self.way in REFUSED:
            return refuse(self.way)
        if self.way == "conflict once":
            return refuse("conflict")
        if self.way == "in progress":
            if self._tries == 1:
                perform()
            return refuse(self.way)
        if self.way == "dies before":
            self.is_dead = True
            raise Died
        if self.way == "lost once" and self._tries > 1:
            return perform()
        answer = perform() if self._tries == 1 else None
        if self.way == "dies after":
            self.is_dead = True
            raise Died
        del answer
        raise lose()

    def _is_broken(self, asked: Any) -> bool:
        """Whether this is the call to break, or that call again, made by the table itself, that is refused for ever."""
        here = len(self.made) - 1
        if here == self.place:
            self._asked = asked
            return True
        is_for_ever = self.way.endswith(" always") or (
            self.way == "throttled" and self.made[here] == TRANSACTION
        )
        return 0 <= self.place < here and is_for_ever and asked is not None and asked == self._asked

    def _performed[Answer](self, perform: Callable[[], Answer]) -> Answer:
        answer = perform()
        if not only_reads(self.made[-1]):
            self.watch()
        return answer


REFUSED = ("fails", "throttled", "conflict always", "unprocessed once", "unprocessed always", "partly taken")
"""What the service itself says."""


def _place() -> list[tuple[str, int]]:
    """The lines of the portal's code that are being run, innermost first."""
    found, frame = [], sys._getframe(2)
    while frame is not None:
        file = frame.f_code.co_filename
        if "/shared/" in file or "/functions/" in file:
            found.append((file, frame.f_lineno))
        frame = frame.f_back  # type: ignore[assignment]
    return found


def only_reads(call: str) -> bool:
    """Whether a call changes nothing."""
    return call.partition(".")[2].startswith(READING)


def ways(call: str) -> tuple[str, ...]:
    """What is tried at a call: one that only reads is as good as not made when the process dies."""
    return (READS if only_reads(call) else WRITES) + MORE.get(call, ())


class AwsLine:
    """Stands where botocore sends: `before-send` of each client."""

    def __init__(self, line: Line, services: Cloud) -> None:
        self.line, self.cloud = line, services

    def begin(self, model: Any, **_: Any) -> None:
        """botocore's `before-call`, once a call."""
        self.line.begin(f"{model.service_model.endpoint_prefix}.{model.name}")

    def send(self, request: AWSPreparedRequest, event_name: str, **_: Any) -> AWSResponse:
        """botocore's `before-send`, once a try."""
        _, service, operation = event_name.split(".")
        asked = cloud.asked(request) if service in ("dynamodb", "sqs") else None
        if self.line.rival is not None and (met := self.line.rival(self.cloud, asked, self.line.met)):
            self.line.rival, self.line.met = None, met

        def refuse(way: str) -> AWSResponse:
            if way in PARTLY:
                return self.cloud.partly(operation, request, asked, none=way == "unprocessed always")
            return cloud.error(service, request.url, *refusal(service, operation, way, asked))

        return self.line.carry(
            lambda: self.cloud.answer(service, operation, request),
            refuse,
            lambda: ReadTimeoutError(endpoint_url=request.url),
            {name: each for name, each in asked.items() if name != "ClientRequestToken"} if asked else None,
        )


PARTLY = ("unprocessed once", "unprocessed always", "partly taken")


def refusal(service: str, operation: str, way: str, asked: Any) -> tuple[int, str, dict[str, Any]]:
    """Status, code and the rest of what the service says; of a transaction that is cancelled, why, write by write."""
    if way == "fails":
        return 500, "InternalError", {}
    if operation == "TransactWriteItems":
        if way == "in progress":
            return 400, "TransactionInProgressException", {}
        reason = "ThrottlingError" if way == "throttled" else "TransactionConflict"
        reasons = [{"Code": "None"} for _ in asked["TransactItems"][1:]] + [{"Code": reason}]
        return 400, "TransactionCanceledException", {"CancellationReasons": reasons}
    if way == "throttled":
        return *THROTTLED[service], {}
    return 400, "TransactionConflictException", {}


class StripeLine(stripe.HTTPClient):
    """Stands where Stripe's library sends."""

    name = "line"

    def __init__(self, aws: AwsLine, inner: stripe.HTTPClient) -> None:
        super().__init__()
        self._aws = aws
        self._inner = inner
        self._failed: Any = None

    def _sleep_time_seconds(self, *_: Any, **__: Any) -> float:
        return 0.0

    def request(
        self, method: str, url: str, headers: Mapping[str, str] | None, post_data: Any = None
    ) -> tuple[Any, int, Mapping[str, str]]:
        """One try; the same again after one that failed is the library's own."""
        line, asked = self._aws.line, (method, url, post_data)
        if asked != self._failed or line.is_dead:
            path = url.partition("//")[2].partition("/")[2].partition("?")[0]
            line.begin(f"stripe.{method.upper()} /{path}")
        self._failed = asked

        def refuse(way: str) -> tuple[Any, int, Mapping[str, str]]:
            kind, status = ("api_error", 500) if way == "fails" else ("rate_limit_error", 429)
            return f'{{"error": {{"type": "{kind}", "message": "no"}}}}', status, {}

        def lose() -> Exception:
            return stripe.APIConnectionError("no answer", should_retry=True)  # type: ignore[no-untyped-call]

        def perform() -> tuple[Any, int, Mapping[str, str]]:
            return self._inner.request(method, url, headers, post_data)

        answer = line.carry(perform, refuse, lose)
        if answer[1] < 400:
            self._failed = None
        return answer

    def close(self) -> None:
        """Nothing is open."""
