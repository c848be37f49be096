"""The table's stream as an event source: changes handed to their function in order, a failed batch tried again."""

import asyncio
import base64
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from infrastructure.local.account import ACCOUNT_ID, REGION
from infrastructure.local.environments import Environments
from infrastructure.local.queues import failed_ids
from infrastructure.local.template import Function, StreamSource

_LOOK_SECONDS = 0.05
_RETRY_SECONDS = 0.2


class StreamPoller:
    """Reads one table's stream from its beginning."""

    def __init__(
        self, source: StreamSource, function: Function, clients: Mapping[str, Any], environments: Environments
    ) -> None:
        self._source = source
        self._function = function
        self._streams = clients["dynamodbstreams"]
        self._environments = environments
        table = clients["dynamodb"].describe_table(TableName=source.table_name)["Table"]
        self._stream_arn: str = table["LatestStreamArn"]
        self._source_arn = f"arn:aws:dynamodb:{REGION}:{ACCOUNT_ID}:table/{source.table_name}/stream/{table['LatestStreamLabel']}"
        self._iterators: list[str] = []
        self._wanted = asyncio.Event()
        self._rounds = 0
        self._busy = False

    @property
    def busy(self) -> bool:
        """Whether a batch is with the function."""
        return self._busy

    async def caught_up(self) -> None:
        """Wait until a look that began after this call finds nothing more."""
        target = self._rounds + 2
        while self._rounds < target:
            self._wanted.set()
            await asyncio.sleep(0.001)

    async def run(self) -> None:
        """Read until cancelled."""
        await asyncio.to_thread(self._begin)
        while True:
            found = False
            for position, iterator in enumerate(self._iterators):
                page = await asyncio.to_thread(
                    self._streams.get_records, ShardIterator=iterator, Limit=self._source.batch_size
                )
                if page["Records"]:
                    found = True
                    await self._handle([_record(record, self._source_arn) for record in page["Records"]])
                self._iterators[position] = page.get("NextShardIterator") or iterator
            if not found:
                self._rounds += 1
                await self._rest()

    async def _rest(self) -> None:
        try:
            async with asyncio.timeout(_LOOK_SECONDS):
                await self._wanted.wait()
        except TimeoutError:
            pass
        self._wanted.clear()

    def _begin(self) -> None:
        described = self._streams.describe_stream(StreamArn=self._stream_arn)["StreamDescription"]
        self._iterators = [
            self._streams.get_shard_iterator(
                StreamArn=self._stream_arn, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
            )["ShardIterator"]
            for shard in described["Shards"]
        ]

    async def _handle(self, records: list[dict[str, Any]]) -> None:
        """Hand the records over until they are done with; a bad one blocks what comes after it, as deployed."""
        self._busy = True
        tries = 0
        try:
            while records:
                invocation = await self._environments.invoke(self._function, {"Records": records})
                numbers = [record["dynamodb"]["SequenceNumber"] for record in records]
                failed = failed_ids(invocation, self._source.reports_failures, numbers)
                if not failed:
                    return
                first = min(numbers.index(number) for number in failed)
                tries = tries + 1 if first == 0 else 1
                records = records[first:]
                if 0 <= self._source.retries < tries:
                    return
                await asyncio.sleep(_RETRY_SECONDS)
        finally:
            self._busy = False


def _record(record: Mapping[str, Any], source_arn: str) -> dict[str, Any]:
    change: dict[str, Any] = _plain(record["dynamodb"])
    return {
        "eventID": record["eventID"],
        "eventName": record["eventName"],
        "eventVersion": "1.1",
        "eventSource": "aws:dynamodb",
        "awsRegion": REGION,
        "eventSourceARN": source_arn,
        "dynamodb": change,
    }


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.timestamp()
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, dict):
        return {name: _plain(item) for name, item in value.items()}
    if isinstance(value, list | set):
        return [_plain(item) for item in value]
    return value
