"""A queue to a worker: each message is a JSON object of ids, never of personal data."""

import json
from collections.abc import Mapping, Sequence
from itertools import batched
from typing import TYPE_CHECKING

from shared.domain.errors import Unavailable

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

BATCH = 10
"""How many messages one SendMessageBatch takes."""


class MessageQueue:
    """An SQS queue; `send` is one call for ten messages."""

    def __init__(self, client: "SQSClient", queue_url: str) -> None:
        self._client = client
        self._queue_url = queue_url

    def send(self, messages: Sequence[Mapping[str, object]]) -> None:
        """Put these messages on the queue. Raises Unavailable when it does not take all: send them all again then."""
        for batch in batched(messages, BATCH, strict=False):
            entries = [
                {"Id": str(number), "MessageBody": json.dumps(message)}
                for number, message in enumerate(batch)
            ]
            answer = self._client.send_message_batch(QueueUrl=self._queue_url, Entries=entries)  # type: ignore[arg-type]
            if answer.get("Failed"):
                raise Unavailable("The queue did not take every message.")
