"""The calendar's jobs and the mails on a table: queues in memory, a post office that keeps what it takes."""

import json
from collections.abc import Mapping, Sequence
from importlib import import_module
from itertools import count
from typing import Any

import pytest

from shared.adapters import clock
from shared.domain.mails import Mail
from shared.handling import wiring
from tests.integration.calls import calls_within
from tests.integration.portal import asked

_numbers = count(1)


class SentMessages:
    """A queue that delivers when asked to."""

    def __init__(self) -> None:
        self.waiting: list[dict[str, Any]] = []

    def send(self, messages: Sequence[Mapping[str, object]]) -> None:
        for message in messages:
            self.waiting.append({"messageId": f"message-{next(_numbers)}", "body": json.dumps(message)})

    def deliver(self, folder: str) -> int:
        """Hand everything to a worker in tens, until nothing waits; how many deliveries there were."""
        deliveries = 0
        while self.waiting:
            batch, self.waiting = self.waiting[:10], self.waiting[10:]
            answer = run(folder, {"Records": batch})
            failed = {each["itemIdentifier"] for each in answer["batchItemFailures"]}
            self.waiting += [each for each in batch if each["messageId"] in failed]
            deliveries += len(batch)
            assert deliveries < 10_000, "the messages never end"
        return deliveries


class PostOffice:
    """Takes mails, unless it is shut."""

    def __init__(self) -> None:
        self.sent: list[Mail] = []
        self.is_shut = False

    def send(self, mail: Mail) -> None:
        if self.is_shut:
            raise ConnectionError("the mail service does not answer")
        self.sent.append(mail)

    def subjects(self, to: str = "") -> list[str]:
        return [mail.subject for mail in self.sent if to in mail.to]


def run(folder: str, event: dict[str, Any]) -> Any:
    """Give an event to a function; what it asks of the table, its policy has to allow."""
    with calls_within() as made:
        answer = import_module(f"functions.{folder}.handler").handler(event, None)
    asked(folder, made)
    return answer


class Year:
    """The jobs of a portal, and what became of their messages."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        for wired in ("calendar", "mail_marks"):
            getattr(wiring, wired).cache_clear()
        self.invoices, self.mails, self.post = SentMessages(), SentMessages(), PostOffice()
        monkeypatch.setattr(wiring, "invoices_queue", lambda: self.invoices)
        monkeypatch.setattr(wiring, "mails_queue", lambda: self.mails)
        monkeypatch.setattr(wiring, "mailer", lambda: self.post)
        self._seen: set[tuple[str, str]] = set()
        self.forward()
        self.mails.waiting.clear()

    def job(self, folder: str, scheduled_at: str | None = None) -> dict[str, Any]:
        """Run a job as the schedule does (or by hand), and its workers; what it answered."""
        event = {} if scheduled_at is None else {"scheduled_at": scheduled_at}
        answer: dict[str, Any] = run(folder, event)
        self.invoices.deliver("issue_invoices")
        return answer

    def tonight(self) -> dict[str, Any]:
        """Run the job of the lapses as the schedule does, at the portal's time."""
        return self.job("expire_certifications", clock.now().isoformat())

    def forward(self) -> None:
        """Hand what is new in the table to the reader of its stream."""
        client, name = wiring.table()._client, wiring.table()._name
        pages = client.get_paginator("scan").paginate(TableName=name)
        items = [item for page in pages for item in page["Items"]]
        fresh = [item for item in items if (item["PK"]["S"], item["SK"]["S"]) not in self._seen]
        self._seen |= {(item["PK"]["S"], item["SK"]["S"]) for item in fresh}
        run(
            "forward_changes",
            {"Records": [{"eventName": "INSERT", "dynamodb": {"NewImage": each}} for each in fresh]},
        )

    def mail(self) -> list[Mail]:
        """Send what is new, and give what went out now."""
        before = len(self.post.sent)
        self.forward()
        self.mails.deliver("notify")
        return self.post.sent[before:]
