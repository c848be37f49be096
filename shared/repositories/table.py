"""The table: strongly consistent reads, conditional writes and transactions, and what their failures mean."""

import random
import re
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from shared.domain.errors import Unavailable
from shared.repositories import values as attribute
from shared.repositories.keys import GSI1, Key

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

Item = dict[str, Any]

TRANSACTION_ATTEMPTS = 5
"""How often a write is tried while others hold its items, and a read of many of which some are not given."""

PASSING = frozenset(
    {"TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded", "RequestLimitExceeded"}
)
"""Reasons to cancel a transaction that another try may not meet. botocore tries none of them again: to it the
transaction was answered."""


REMOVED = "removed"
"""An item with this attribute keeps the place of one that was deleted: reads pass over it, conditions meet it."""


class ConditionFailed(Exception):
    """A conditional write found another state; `failed` maps the labels of the failed writes to the items found."""

    def __init__(self, failed: Mapping[str, Item | None]) -> None:
        super().__init__(", ".join(failed))
        self.failed = failed


@dataclass(frozen=True, slots=True)
class Write:
    """One write of a transaction: its label, DynamoDB's operation, and the operation's parameters."""

    label: str
    operation: str
    parameters: Mapping[str, Any] = field(default_factory=dict)


class Table:
    """One DynamoDB table by its low-level client; every method is one call, but for the retries it names."""

    def __init__(
        self, client: "DynamoDBClient", name: str, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._client = client
        self._name = name
        self._sleep = sleep

    def get(self, key: Key) -> Item | None:
        """One item, strongly consistent: 1 RRU per 4 KB."""
        answer = self._client.get_item(TableName=self._name, Key=_item(key), ConsistentRead=True)
        return next(iter(_there([answer["Item"]])), None) if "Item" in answer else None

    def get_many(self, wanted: Sequence[Key], *, removed: bool = False) -> list[Item]:
        """Up to 100 items in one call, strongly consistent, in no order; missing ones are left out, and removed ones
        unless they are asked for. A key may be wanted twice, which DynamoDB refuses to be asked."""
        seen = _read_all if removed else _there
        found: list[Item] = []
        distinct = {(key["PK"], key["SK"]): key for key in wanted}.values()
        request: Any = {self._name: {"Keys": [_item(key) for key in distinct], "ConsistentRead": True}}
        for attempt in range(TRANSACTION_ATTEMPTS):
            answer = self._client.batch_get_item(RequestItems=request)
            found += seen(answer["Responses"].get(self._name, []))
            request = answer.get("UnprocessedKeys")
            if not request:
                return found
            self._pause(attempt)
        raise Unavailable

    def query(self, partition: str, begins: str = "") -> list[Item]:
        """All items of a partition (or those whose sort key begins so), strongly consistent, in order."""
        return [item for page in self._pages(partition, begins) for item in page]

    def query_page(
        self, partition: str, begins: str = "", *, after: str | None = None, limit: int, index: bool = False
    ) -> tuple[list[Item], str | None]:
        """Up to `limit` items of a partition, or of one of the index (eventually consistent), and the last sort key
        when there are more; `after` is such a sort key. A page of large items ends at 1 MB."""
        sort = f"{GSI1}SK" if index else "SK"
        answer = self._client.query(
            **self._query(partition, begins, after=after, index=index), Limit=limit + 1
        )
        items = [item for item in map(_read, answer["Items"]) if item[sort].startswith(begins)]
        if len(items) > limit:
            return items[:limit], items[limit - 1][sort]
        is_cut = "LastEvaluatedKey" in answer and 0 < len(items) == len(answer["Items"])
        return items, (items[-1][sort] if is_cut else None)

    def count(self, partition: str, before: str = "") -> int:
        """How many items an index partition has (below a sort key): a query for each MB, eventually consistent."""
        condition, values = f"{GSI1}PK = :partition", {":partition": {"S": partition}}
        if before:
            condition, values[":before"] = f"{condition} AND {GSI1}SK < :before", {"S": before}
        parameters: Any = {
            "TableName": self._name,
            "IndexName": GSI1,
            "KeyConditionExpression": condition,
            "ExpressionAttributeValues": values,
            "Select": "COUNT",
        }
        counted = 0
        while True:
            answer = self._client.query(**parameters)
            counted += answer["Count"]
            if "LastEvaluatedKey" not in answer:
                return counted
            parameters["ExclusiveStartKey"] = answer["LastEvaluatedKey"]

    def scan_page(self, after: Mapping[str, str] | None) -> tuple[list[Item], dict[str, str] | None]:
        """Up to 1 MB of the whole table, eventually consistent, and the key after which the next page starts."""
        start: Any = {"ExclusiveStartKey": _item(after)} if after else {}
        answer = self._client.scan(TableName=self._name, **start)
        more = answer.get("LastEvaluatedKey")
        return _there(answer["Items"]), _read(more) if more else None

    def write(self, write: Write) -> None:
        """One put on its condition, alone. Raises ConditionFailed with the item found under the write's label,
        Unavailable under contention.

        What is tried again may find what an earlier try wrote, whose answer got lost: then it is done.
        """
        parameters: Any = {"TableName": self._name, **write.parameters}
        for attempt in range(TRANSACTION_ATTEMPTS):
            try:
                self._client.put_item(**parameters)
                return
            except self._client.exceptions.ConditionalCheckFailedException as error:
                found: Any = error.response.get("Item")
                tried = attempt + error.response.get("ResponseMetadata", {}).get("RetryAttempts", 0)
                if tried > 0 and found and _read(found) == _read(write.parameters["Item"]):
                    return
                raise ConditionFailed({write.label: _read(found) if found else None}) from error
            except self._client.exceptions.TransactionConflictException:
                self._pause(attempt)
        raise Unavailable

    def transact(self, writes: Sequence[Write]) -> None:
        """Write all or nothing. Raises ConditionFailed with the labels that failed, Unavailable under contention.

        A transaction that is said to be in progress is one whose answer was not waited for: it is asked for again under
        the same token, so that it is done once and its answer heard.
        """
        items: Any = [{write.operation: {"TableName": self._name, **write.parameters}} for write in writes]
        token = str(uuid.uuid4())
        for attempt in range(TRANSACTION_ATTEMPTS):
            try:
                self._client.transact_write_items(TransactItems=items, ClientRequestToken=token)
                return
            except self._client.exceptions.TransactionCanceledException as error:
                reasons = error.response.get("CancellationReasons", [])
                failed = {
                    write.label: _read(reason["Item"]) if reason.get("Item") else None
                    for write, reason in zip(writes, reasons, strict=False)
                    if reason.get("Code") == "ConditionalCheckFailed"
                }
                if failed:
                    raise ConditionFailed(failed) from error
                if not any(reason.get("Code") in PASSING for reason in reasons):
                    raise
                token = str(uuid.uuid4())
            except self._client.exceptions.TransactionInProgressException:
                pass
            self._pause(attempt)
        raise Unavailable

    def _pages(self, partition: str, begins: str) -> Iterator[list[Item]]:
        parameters = self._query(partition, begins)
        while True:
            answer = self._client.query(**parameters)
            yield _there(answer["Items"])
            if "LastEvaluatedKey" not in answer:
                return
            parameters["ExclusiveStartKey"] = answer["LastEvaluatedKey"]

    def _query(
        self, partition: str, begins: str, *, after: str | None = None, index: bool = False
    ) -> dict[str, Any]:
        prefix = GSI1 if index else ""
        condition, values = f"{prefix}PK = :partition", {":partition": {"S": partition}}
        if after is not None:
            condition, values[":after"] = f"{condition} AND {prefix}SK > :after", {"S": after}
        elif begins:
            condition, values[":begins"] = f"{condition} AND begins_with({prefix}SK, :begins)", {"S": begins}
        where: dict[str, Any] = {"IndexName": GSI1} if index else {"ConsistentRead": True}
        return {
            "TableName": self._name,
            "KeyConditionExpression": condition,
            "ExpressionAttributeValues": values,
            **where,
        }

    def _pause(self, attempt: int) -> None:
        self._sleep(random.uniform(0, 0.02 * 2**attempt))  # noqa: S311 (jitter is no secret)


def put(label: str, item: Item, condition: str, values: Mapping[str, Any] | None = None) -> Write:
    """A put in a transaction, on a condition."""
    return _put(label, item, condition, values)


def set_item(label: str, item: Item) -> Write:
    """A put on no condition: whatever was there is replaced."""
    return Write(label, "Put", {"Item": _item(item)})


def remove_item(label: str, key: Key) -> Write:
    """A delete on no condition: there may be nothing to delete."""
    return Write(label, "Delete", {"Key": _item(key)})


def labelled(write: Write, more: str) -> Write:
    """A write under a longer label, where a transaction has several of its kind."""
    return Write(f"{write.label} {more}", write.operation, write.parameters)


def delete(label: str, key: Key, condition: str, values: Mapping[str, Any] | None = None) -> Write:
    """A delete in a transaction, on a condition."""
    return Write(label, "Delete", {"Key": _item(key), **_condition(condition, values)})


def check(label: str, key: Key, condition: str, values: Mapping[str, Any] | None = None) -> Write:
    """A condition on an item that the transaction does not write (2 WRU)."""
    return Write(label, "ConditionCheck", {"Key": _item(key), **_condition(condition, values)})


ABSENT = "attribute_not_exists(PK)"
SAME_VERSION = "#version = :version"


def _put(label: str, item: Item, condition: str, values: Mapping[str, Any] | None) -> Write:
    return Write(label, "Put", {"Item": _item(item), **_condition(condition, values)})


def _condition(condition: str, values: Mapping[str, Any] | None) -> dict[str, Any]:
    parameters: dict[str, Any] = {
        "ConditionExpression": condition,
        "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
    }
    names = {f"#{name}": name for name in re.findall(r"#(\w+)", condition)}
    if names:
        parameters["ExpressionAttributeNames"] = names
    if values:
        parameters["ExpressionAttributeValues"] = {
            name: attribute.write(value) for name, value in values.items()
        }
    return parameters


def _item(item: Mapping[str, Any]) -> dict[str, Any]:
    return {name: attribute.write(value) for name, value in item.items()}


def _there(found: Sequence[Mapping[str, Any]]) -> list[Item]:
    return [_read(item) for item in found if REMOVED not in item]


def _read_all(found: Sequence[Mapping[str, Any]]) -> list[Item]:
    return [_read(item) for item in found]


def _read(item: Mapping[str, Any]) -> Item:
    return {name: attribute.read(value) for name, value in item.items()}
