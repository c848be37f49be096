"""The table's stream as an event source: changes handed to their function in order, a failed batch tried again."""

import asyncio
import contextlib
import http.client
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from infrastructure.local.account import ACCESS_KEY_ID, ACCOUNT_ID, REGION
from infrastructure.local.environments import Environments
from infrastructure.local.queues import failed_ids
from infrastructure.local.template import Function, StreamSource

_LOOK_SECONDS = 0.05
_IDLE_LOOKS = 10
_RETRY_SECONDS = 0.2
_AUTHORIZATION = (
    f"AWS4-HMAC-SHA256 Credential={ACCESS_KEY_ID}/20270101/{REGION}/dynamodb/aws4_request, "
    "SignedHeaders=host, Signature=0"
)


class StreamApi:
    """DynamoDB's JSON protocol over one kept connection; four times as quick as an SDK, and a drain asks often."""

    def __init__(self, endpoint: str) -> None:
        self._connection = http.client.HTTPConnection(urlsplit(endpoint).netloc, timeout=10)

    def call(self, target: str, **request: Any) -> dict[str, Any]:
        """One operation, such as `DynamoDBStreams_20120810.GetRecords`; raises RuntimeError when it is refused."""
        headers = {
            "Authorization": _AUTHORIZATION,
            "Content-Type": "application/x-amz-json-1.0",
            "X-Amz-Date": "20270101T000000Z",  # neither emulator looks at the signature
            "X-Amz-Target": target,
        }
        body = json.dumps(request)
        try:
            self._connection.request("POST", "/", body, headers)
            answer = self._connection.getresponse()
        except (http.client.HTTPException, OSError):
            self._connection.close()
            self._connection.request("POST", "/", body, headers)
            answer = self._connection.getresponse()
        said: dict[str, Any] = json.loads(answer.read())
        if answer.status != 200:
            raise RuntimeError(f"{target}: {said}")
        return said


class StreamPoller:
    """Reads one table's stream from now on.

    Not from its beginning: after a reset Dynoxide's new table still has the stream of the one before.
    """

    def __init__(
        self, source: StreamSource, function: Function, endpoint: str, environments: Environments
    ) -> None:
        self._source = source
        self._function = function
        self._api = StreamApi(endpoint)
        self._environments = environments
        table = self._api.call("DynamoDB_20120810.DescribeTable", TableName=source.table_name)["Table"]
        table_arn = f"arn:aws:dynamodb:{REGION}:{ACCOUNT_ID}:table/{source.table_name}"
        self._source_arn = f"{table_arn}/stream/{table['LatestStreamLabel']}"
        self._iterators = self._begin(table["LatestStreamArn"])
        self._wanted = asyncio.Event()
        self._begun = 0
        self._found_nothing = asyncio.Condition()
        self._last_empty = 0
        self._busy = False

    @property
    def busy(self) -> bool:
        """Whether a batch is with the function."""
        return self._busy

    async def caught_up(self) -> None:
        """Wait until a look that began after this call finds nothing more."""
        seen = self._begun
        self._wanted.set()
        async with self._found_nothing:
            await self._found_nothing.wait_for(lambda: self._last_empty > seen)

    async def run(self) -> None:
        """Read until cancelled."""
        while True:
            self._wanted.clear()
            self._begun += 1
            if await self._look():
                continue
            async with self._found_nothing:
                self._last_empty = self._begun
                self._found_nothing.notify_all()
            await self._rest()

    async def _look(self) -> bool:
        """Hand over what is new; whether anything was."""
        found = False
        for position, iterator in enumerate(self._iterators):
            page = await asyncio.to_thread(
                self._api.call,
                "DynamoDBStreams_20120810.GetRecords",
                ShardIterator=iterator,
                Limit=self._source.batch_size,
            )
            if page["Records"]:
                found = True
                await self._handle([_record(record, self._source_arn) for record in page["Records"]])
            self._iterators[position] = page.get("NextShardIterator") or iterator
        return found

    async def _rest(self) -> None:
        """A moment while functions run or have just run, for they write; longer when nothing happens."""
        finished = self._environments.finished
        for _ in range(_IDLE_LOOKS):
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_LOOK_SECONDS):
                    await self._wanted.wait()
                    return
            if self._environments.running or self._environments.finished != finished:
                return

    def _begin(self, arn: str) -> list[str]:
        described = self._api.call("DynamoDBStreams_20120810.DescribeStream", StreamArn=arn)
        return [
            self._api.call(
                "DynamoDBStreams_20120810.GetShardIterator",
                StreamArn=arn,
                ShardId=shard["ShardId"],
                ShardIteratorType="LATEST",
            )["ShardIterator"]
            for shard in described["StreamDescription"]["Shards"]
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
    return {
        "eventID": record["eventID"],
        "eventName": record["eventName"],
        "eventVersion": "1.1",
        "eventSource": "aws:dynamodb",
        "awsRegion": REGION,
        "eventSourceARN": source_arn,
        "dynamodb": record["dynamodb"],
    }
