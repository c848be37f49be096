"""The meter: what leaves for AWS by the wire, attempts and all, and the capacity that DynamoDB says it took."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.integration.calls import Call, Calls

ACTIONS: list[str] = []
"""What was asked of AWS but for the table, in order, as IAM names it."""

READS = ("GetItem", "BatchGetItem", "Query", "Scan")


@dataclass(frozen=True)
class Metered:
    """What one request or message cost: calls in their order, read and write units."""

    calls: tuple[str, ...]
    reads: float
    writes: float
    actions: frozenset[str]


@dataclass
class Wire:
    """Counts what the clients send. `watch` each client of AWS once."""

    calls: Calls
    _sent: list[str] = field(default_factory=list)

    def watch(self, client: Any) -> None:
        """Count what this client sends, each attempt by itself."""
        client.meta.events.register_first("before-send.*", self._note)
        client.meta.events.register_first("before-sign.s3.*", self._note_signed)

    @contextmanager
    def metered(self) -> Iterator[list[Metered]]:
        """What was sent within: one Metered, in the list once the block has ended."""
        before, acted = len(self._sent), len(ACTIONS)
        found: list[Metered] = []
        with self.calls.counted() as asked:
            yield found
        sent = self._sent[before:]
        tables = iter(asked)
        told = [_told(next(tables)) if each.startswith("dynamodb.") else each for each in sent]
        assert next(tables, None) is None, "a call was answered that was never sent"
        reads = sum(each.units for each in asked if each.operation in READS)
        writes = sum(each.units for each in asked if each.operation not in READS)
        actions = {action for call in asked for action in call.actions} | set(ACTIONS[acted:])
        found.append(Metered(tuple(_counted(told)), reads, writes, frozenset(actions)))

    def _note(self, event_name: str, request: Any, **_: Any) -> None:
        sent = event_name.removeprefix("before-send.")
        self._sent.append(sent)
        if not sent.startswith(("dynamodb.", "s3.")):
            ACTIONS.append(_action(sent))

    def _note_signed(self, event_name: str, request: Any, **_: Any) -> None:
        """What is sent to S3, and what is signed for a browser to send, for which the same permission is needed."""
        action = _action(event_name.removeprefix("before-sign."))
        version = "Version" if "versionId=" in request.url else ""
        ACTIONS.append(f"{action}{version} {_place(request)}")


NAMED_OTHERWISE = {
    "sqs.SendMessageBatch": "sqs:SendMessage",
    "s3.ListObjectVersions": "s3:ListBucketVersions",
}
SERVICES = {"cognito-identity-provider": "cognito-idp"}


def _action(sent: str) -> str:
    """What IAM calls an operation."""
    if sent in NAMED_OTHERWISE:
        return NAMED_OTHERWISE[sent]
    service, _, operation = sent.partition(".")
    return f"{SERVICES.get(service, service)}:{operation}"


def _place(request: Any) -> str:
    """The bucket, and the folder of the key or of the keys that are listed: `documents/documents/*`."""
    address = urlsplit(request.url)
    listed = parse_qs(address.query).get("prefix", [""])[0]
    form = request.context.get("s3-presign-post-fields", {})
    folder, slash, _ = (form.get("key") or listed or address.path[1:]).partition("/")
    bucket = str(address.hostname).partition(".")[0]
    return f"{bucket}/{folder}/*" if slash else f"{bucket}/{folder}".rstrip("/")


def _told(call: Call) -> str:
    """A call to the table, with what makes it dearer or cheaper."""
    if call.operation == "TransactWriteItems":
        return f"TransactWriteItems of {len(call.parameters['TransactItems'])}"
    if call.operation in READS and not call.is_consistent:
        return f"{call.operation}, eventually consistent"
    return call.operation


def _counted(told: list[str]) -> Iterator[str]:
    for name, group in groupby(told):
        times = sum(1 for _ in group)
        yield name if times == 1 else f"{name} × {times}"
