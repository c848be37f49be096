"""The queue of members whose account is to be made; a message is a member id and nothing else."""

from collections.abc import Sequence
from itertools import batched
from typing import TYPE_CHECKING

from shared.domain.errors import Unavailable

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

BATCH = 10
"""How many messages one SendMessageBatch takes."""


class LoginRequests:
    """Requests for accounts; `send` is one call for ten members."""

    def __init__(self, client: "SQSClient", queue_url: str) -> None:
        self._client = client
        self._queue_url = queue_url

    def send(self, member_ids: Sequence[str]) -> None:
        """Ask for the accounts of these members. Raises Unavailable when the queue refuses some of them."""
        for members in batched(member_ids, BATCH, strict=False):
            entries = [
                {"Id": str(number), "MessageBody": member_id} for number, member_id in enumerate(members)
            ]
            answer = self._client.send_message_batch(QueueUrl=self._queue_url, Entries=entries)  # type: ignore[arg-type]
            if answer.get("Failed"):
                raise Unavailable(
                    "The members are imported, but not all accounts could be asked for. Import the same file again."
                )
