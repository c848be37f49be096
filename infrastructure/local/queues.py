"""Queues as event sources: messages handed to their function in batches, failures tried again until they are dead."""

import asyncio
from collections.abc import Mapping
from typing import Any

from infrastructure.local.account import REGION
from infrastructure.local.board import Board
from infrastructure.local.environments import Environments, Invocation
from infrastructure.local.template import Function, QueueSource

_LOOK_SECONDS = 0.01
_LONGEST_LOOK_SECONDS = 0.08
_CHECK_SECONDS = 5.0
_MOST_PER_RECEIVE = 10


class QueuePoller:
    """Polls one queue: as soon as the board says that something was queued, and now and then anyway.

    It looks at the board ever less often while nothing happens, so that an idle portal leaves the machine alone.

    A failed message of a queue with dead letters is visible again at once, so that it is done with or dead soon;
    deployed it waits for the visibility time-out.
    """

    def __init__(
        self, source: QueueSource, function: Function, sqs: Any, environments: Environments, board: Board
    ) -> None:
        self._source = source
        self._function = function
        self._sqs = sqs
        self._environments = environments
        self._board = board
        self._url: str = sqs.get_queue_url(QueueName=source.queue_name)["QueueUrl"]
        wanted = ["RedrivePolicy"]
        attributes = sqs.get_queue_attributes(QueueUrl=self._url, AttributeNames=wanted).get("Attributes", {})
        self._has_dead_letters = "RedrivePolicy" in attributes
        self._slots = asyncio.Semaphore(source.concurrency)
        self._batches: set[asyncio.Task[None]] = set()
        self._seen = -1

    @property
    def quiet(self) -> bool:
        """Whether everything that was queued is received and done with."""
        return not self._batches and self._seen == self._board.queued_in(self._source.queue_name)

    async def run(self) -> None:
        """Poll until cancelled."""
        loop = asyncio.get_running_loop()
        next_check = 0.0
        look = _LOOK_SECONDS
        while True:
            queued = self._board.queued_in(self._source.queue_name)
            if queued == self._seen and loop.time() < next_check:
                await asyncio.sleep(look)
                look = min(look * 1.1, _LONGEST_LOOK_SECONDS)
                continue
            if queued != self._seen:
                look = _LOOK_SECONDS
            await self._slots.acquire()
            under_way = len(self._batches)  # one of them may give a message back while we look
            messages = await asyncio.to_thread(self._receive)
            if not messages:
                self._slots.release()
                if not under_way:
                    self._seen = queued
                    next_check = loop.time() + _CHECK_SECONDS
                else:
                    await self._end_of_one(under_way, queued)
                continue
            self._seen = -1
            batch = asyncio.create_task(self._handle(messages))
            self._batches.add(batch)
            batch.add_done_callback(self._done)

    async def _end_of_one(self, under_way: int, queued: int) -> None:
        """Wait until a batch is over or something more was queued: nothing else puts a message into sight."""
        name = self._source.queue_name
        while len(self._batches) == under_way and self._board.queued_in(name) == queued:  # noqa: ASYNC110
            await asyncio.sleep(_LOOK_SECONDS)

    def _done(self, batch: "asyncio.Task[None]") -> None:
        self._batches.discard(batch)
        self._slots.release()

    def _receive(self) -> list[dict[str, Any]]:
        answer = self._sqs.receive_message(
            QueueUrl=self._url,
            MaxNumberOfMessages=min(self._source.batch_size, _MOST_PER_RECEIVE),
            MessageAttributeNames=["All"],
            AttributeNames=["All"],
        )
        messages: list[dict[str, Any]] = answer.get("Messages", [])
        return messages

    async def _handle(self, messages: list[dict[str, Any]]) -> None:
        event = {"Records": [_record(message, self._source.queue_arn) for message in messages]}
        invocation = await self._environments.invoke(self._function, event)
        failed = failed_ids(invocation, self._source.reports_failures, [one["MessageId"] for one in messages])
        await asyncio.to_thread(self._settle, messages, failed)

    def _settle(self, messages: list[dict[str, Any]], failed: set[str]) -> None:
        done = [one for one in messages if one["MessageId"] not in failed]
        if done:
            entries = [{"Id": str(n), "ReceiptHandle": one["ReceiptHandle"]} for n, one in enumerate(done)]
            self._sqs.delete_message_batch(QueueUrl=self._url, Entries=entries)
        if self._has_dead_letters:
            for one in messages:
                if one["MessageId"] in failed:
                    self._sqs.change_message_visibility(
                        QueueUrl=self._url, ReceiptHandle=one["ReceiptHandle"], VisibilityTimeout=0
                    )


def failed_ids(invocation: Invocation, reports_failures: bool, ids: list[str]) -> set[str]:
    """Which items of a batch failed: all if the function did, else those that it reports; nonsense counts as all."""
    if invocation.error is not None:
        return set(ids)
    if not reports_failures or not isinstance(invocation.result, Mapping):
        return set()
    reported = invocation.result.get("batchItemFailures") or []
    try:
        failed = {failure["itemIdentifier"] for failure in reported}
    except (TypeError, KeyError):
        return set(ids)
    return set(ids) if failed - set(ids) else failed


def _record(message: Mapping[str, Any], queue_arn: str) -> dict[str, Any]:
    attributes = {
        name: {
            "dataType": value["DataType"],
            "stringValue": value.get("StringValue"),
            "stringListValues": [],
            "binaryListValues": [],
        }
        for name, value in message.get("MessageAttributes", {}).items()
    }
    return {
        "messageId": message["MessageId"],
        "receiptHandle": message["ReceiptHandle"],
        "body": message["Body"],
        "attributes": message.get("Attributes", {}),
        "messageAttributes": attributes,
        "md5OfBody": message.get("MD5OfBody", ""),
        "eventSource": "aws:sqs",
        "eventSourceARN": queue_arn,
        "awsRegion": REGION,
    }
