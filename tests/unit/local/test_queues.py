"""A queue is quiet only when nothing can come back from a batch that was still running during the last look."""

import asyncio
import threading
from pathlib import Path
from typing import Any

from infrastructure.local.board import Board
from infrastructure.local.environments import Invocation
from infrastructure.local.queues import QueuePoller
from infrastructure.local.template import Function, QueueSource

MESSAGE = {"MessageId": "m", "ReceiptHandle": "r", "Body": "once"}
FUNCTION = Function("F", "f", Path(), "functions.f.handler.handler", 3, 128, None, {})


class Queue:
    """One message; the second look begins before the message is given back and ends, empty, after it."""

    def __init__(self) -> None:
        self.looks = 0
        self.second_look_began = threading.Event()
        self.batch_is_over = threading.Event()
        self.deleted = False

    def get_queue_url(self, **_: Any) -> dict[str, str]:
        return {"QueueUrl": "q"}

    def get_queue_attributes(self, **_: Any) -> dict[str, Any]:
        return {"Attributes": {"RedrivePolicy": "{}"}}

    def receive_message(self, **_: Any) -> dict[str, Any]:
        self.looks += 1
        if self.looks == 2:
            self.second_look_began.set()
            assert self.batch_is_over.wait(5)
            return {}
        return {"Messages": [MESSAGE]} if self.looks in (1, 3) else {}

    def change_message_visibility(self, **_: Any) -> None:
        pass

    def delete_message_batch(self, **_: Any) -> None:
        self.deleted = True


class Environments:
    """Fails the message once, and not before the poller looks again."""

    def __init__(self, queue: Queue) -> None:
        self._queue = queue
        self.calls = 0

    async def invoke(self, _: Function, event: Any) -> Invocation:
        self.calls += 1
        await asyncio.to_thread(self._queue.second_look_began.wait, 5)
        failed = [{"itemIdentifier": record["messageId"]} for record in event["Records"]]
        return Invocation(result={"batchItemFailures": failed if self.calls == 1 else []})


def test_a_queue_looks_again_for_its_own_messages_and_for_those_of_unknown_queues(tmp_path: Path) -> None:
    board = Board(tmp_path / "board")
    counts = [(board.queued_in("mails"), board.queued_in("invoices"), board.queued)]
    for queue in ("mails", None, "invoices"):
        board.count_queued(queue)
        counts.append((board.queued_in("mails"), board.queued_in("invoices"), board.queued))
    assert counts == [(0, 0, 0), (1, 0, 1), (2, 1, 2), (2, 2, 3)]


def test_a_message_given_back_during_a_look_is_not_forgotten(tmp_path: Path) -> None:
    async def play() -> tuple[int, bool]:
        queue = Queue()
        environments = Environments(queue)
        source = QueueSource("F", "q", "arn", 10, reports_failures=True, concurrency=2)
        poller = QueuePoller(source, FUNCTION, queue, environments, Board(tmp_path / "board"))  # type: ignore[arg-type]
        running = asyncio.create_task(poller.run())
        async with asyncio.timeout(10):
            while not poller.quiet:
                if environments.calls and not poller._batches:
                    queue.batch_is_over.set()
                await asyncio.sleep(0)
        running.cancel()
        return environments.calls, queue.deleted

    assert asyncio.run(play()) == (2, True)
