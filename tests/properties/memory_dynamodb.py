# ruff: noqa: N803 (the names are those of the client that it stands for)
"""A DynamoDB in memory with the calls that the table makes: it evaluates the condition expressions that are sent.

Only what the repositories say is understood, anything else raises; test_memory_dynamodb.py holds it against Dynoxide.
Each call is one step: `before` and `after` are told of it and may let others run, or break it off.
"""

import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from botocore.exceptions import ClientError

Attributes = Mapping[str, Any]
Place = tuple[str, str]
Test = Callable[[Attributes | None, Mapping[str, str], Attributes], bool]
Change = tuple[str, Place, Attributes | None, Attributes | None]
"""One written item: operation, place, the item before and after."""

PAGE = 1000


class ConditionalCheckFailedException(ClientError):
    """As botocore makes it."""


class TransactionCanceledException(ClientError):
    """As botocore makes it."""


class TransactionInProgressException(ClientError):
    """As botocore makes it; raised by nobody but the listeners, as each call is one step."""


class TransactionConflictException(ClientError):
    """As botocore makes it; raised by the listeners, too."""


class AnswerLost(Exception):
    """What a listener raises after a write whose answer botocore did not get: it sends the same again."""


class MemoryDynamoDB:
    """Stands for botocore's client and for the one table behind it."""

    exceptions: Any = None

    def __init__(self) -> None:
        self.partitions: dict[str, dict[str, Attributes]] = {}
        self.index: dict[str, dict[tuple[str, str, str], Attributes]] = {}
        self.before: Callable[[str], None] = lambda _: None
        self.after: Callable[[str], None] = lambda _: None
        self.committed: Callable[[list[Change]], None] = lambda _: None
        self.commits = 0
        self._tokens: set[str] = set()

    def copy(self) -> "MemoryDynamoDB":
        """Another table with the same items."""
        other = MemoryDynamoDB()
        other.partitions = {name: dict(found) for name, found in self.partitions.items()}
        other.index = {name: dict(found) for name, found in self.index.items()}
        return other

    def item(self, place: Place) -> Attributes | None:
        """What stands there."""
        return self.partitions.get(place[0], {}).get(place[1])

    # --- reading ---

    def get_item(self, *, Key: Attributes, **_: Any) -> dict[str, Any]:
        self.before("get")
        found = self.item(_place(Key))
        self.after("get")
        return {} if found is None else {"Item": found}

    def batch_get_item(self, *, RequestItems: Mapping[str, Any]) -> dict[str, Any]:
        self.before("get")
        ((name, asked),) = RequestItems.items()
        found = [self.item(_place(key)) for key in asked["Keys"]]
        self.after("get")
        return {"Responses": {name: [each for each in found if each is not None]}}

    def query(
        self,
        *,
        KeyConditionExpression: str,
        ExpressionAttributeValues: Mapping[str, Any],
        IndexName: str = "",
        Limit: int = PAGE,
        Select: str = "",
        ExclusiveStartKey: Attributes | None = None,
        **_: Any,
    ) -> dict[str, Any]:
        self.before("query")
        values = {name: value["S"] for name, value in ExpressionAttributeValues.items()}
        partition, begins, after, below = _key_condition(KeyConditionExpression, values, bool(IndexName))
        ordered: list[tuple[Any, Attributes]]
        if IndexName:
            ordered = sorted(self.index.get(partition, {}).items())
            last = _index_place(ExclusiveStartKey) if ExclusiveStartKey else None
        else:
            ordered = sorted(self.partitions.get(partition, {}).items())
            last = ExclusiveStartKey["SK"]["S"] if ExclusiveStartKey else None
        found = []
        for place, item in ordered:
            sort = place[0] if IndexName else place
            fits = sort.startswith(begins) and sort > after and (not below or sort < below)
            if fits and (last is None or place > last):
                found.append(item)
        answer: dict[str, Any] = {"Count": min(len(found), Limit)}
        if Select != "COUNT":
            answer["Items"] = found[:Limit]
        if len(found) > Limit:
            names = ("PK", "SK", "GSI1PK", "GSI1SK") if IndexName else ("PK", "SK")
            answer["LastEvaluatedKey"] = {name: found[Limit - 1][name] for name in names}
        self.after("query")
        return answer

    def scan(self, **_: Any) -> dict[str, Any]:
        self.before("scan")
        found = [item for partition in self.partitions.values() for item in partition.values()]
        self.after("scan")
        return {"Items": found}

    # --- writing ---

    def put_item(self, *, Item: Attributes, **parameters: Any) -> dict[str, Any]:
        return self._until_heard(lambda tried: self._put(Item, parameters, tried))

    def _put(self, item: Attributes, parameters: Mapping[str, Any], tried: int) -> None:
        self.before("put")
        place = _place(item)
        found = self.item(place)
        if not _holds(found, parameters):
            response: Any = {
                "Error": {"Code": "ConditionalCheckFailedException", "Message": ""},
                "ResponseMetadata": {"RetryAttempts": tried},
            }
            raise ConditionalCheckFailedException(
                {**response, "Item": found} if found else response, "PutItem"
            )
        self._commit([("Put", place, found, item)])
        self.after("put")

    def transact_write_items(
        self, *, TransactItems: list[Mapping[str, Any]], ClientRequestToken: str = "", **_: Any
    ) -> dict[str, Any]:
        return self._until_heard(lambda _: self._transact(TransactItems, ClientRequestToken))

    def _until_heard(self, send: Callable[[int], None]) -> dict[str, Any]:
        """A write as botocore sends it: anew when its answer got lost."""
        tried = 0
        while True:
            try:
                send(tried)
                return {}
            except AnswerLost:
                tried += 1

    def _transact(self, writes: list[Mapping[str, Any]], token: str) -> None:
        self.before("transact")
        if token in self._tokens:  # the client sends again what it saw no answer to
            return
        changes: list[Change] = []
        reasons: list[dict[str, Any]] = []
        for each in writes:
            ((operation, parameters),) = each.items()
            place = _place(parameters.get("Item") or parameters["Key"])
            found = self.item(place)
            if _holds(found, parameters):
                reasons.append({"Code": "None"})
            else:
                reasons.append({"Code": "ConditionalCheckFailed", **({"Item": found} if found else {})})
            after = {"Put": parameters.get("Item"), "Delete": None, "ConditionCheck": found}[operation]
            changes.append((operation, place, found, after))
        if len({place for _, place, _, _ in changes}) != len(changes):
            raise ClientError(
                {"Error": {"Code": "ValidationException", "Message": "twice"}}, "TransactWriteItems"
            )
        if any(reason["Code"] != "None" for reason in reasons):
            failure: Any = {"Error": {"Code": "TransactionCanceledException", "Message": ""}}
            raise TransactionCanceledException(
                {**failure, "CancellationReasons": reasons}, "TransactWriteItems"
            )
        self._commit(changes)
        if token:
            self._tokens.add(token)
        self.after("transact")

    def _commit(self, changes: list[Change]) -> None:
        for operation, place, before, after in changes:
            if operation == "ConditionCheck":
                continue
            partition = self.partitions.setdefault(place[0], {})
            if before is not None and "GSI1PK" in before:
                del self.index[before["GSI1PK"]["S"]][_index_place(before)]
            if after is None:
                partition.pop(place[1], None)
                continue
            partition[place[1]] = after
            if "GSI1PK" in after:
                self.index.setdefault(after["GSI1PK"]["S"], {})[_index_place(after)] = after
        self.commits += 1
        self.committed(changes)


class Exceptions:
    """What botocore hangs on a client."""

    ConditionalCheckFailedException = ConditionalCheckFailedException
    TransactionCanceledException = TransactionCanceledException
    TransactionInProgressException = TransactionInProgressException
    TransactionConflictException = TransactionConflictException


MemoryDynamoDB.exceptions = Exceptions


def _place(attributes: Attributes) -> Place:
    return attributes["PK"]["S"], attributes["SK"]["S"]


def _index_place(attributes: Attributes) -> tuple[str, str, str]:
    return attributes["GSI1SK"]["S"], attributes["PK"]["S"], attributes["SK"]["S"]


def _key_condition(expression: str, values: Mapping[str, str], index: bool) -> tuple[str, str, str, str]:
    """Partition, beginning, lower and upper bound of the sort key."""
    prefix = "GSI1" if index else ""
    begins = after = below = ""
    first, *rest = expression.split(" AND ")
    assert re.fullmatch(rf"{prefix}PK = (:\w+)", first), expression
    for part in rest:
        if match := re.fullmatch(rf"begins_with\({prefix}SK, (:\w+)\)", part):
            begins = values[match[1]]
        elif match := re.fullmatch(rf"{prefix}SK > (:\w+)", part):
            after = values[match[1]]
        elif match := re.fullmatch(rf"{prefix}SK < (:\w+)", part):
            below = values[match[1]]
        else:
            raise AssertionError(f"not understood: {expression}")
    return values[first.rpartition(" ")[2]], begins, after, below


def _holds(found: Attributes | None, parameters: Mapping[str, Any]) -> bool:
    expression = parameters.get("ConditionExpression")
    if expression is None:
        return True
    names = parameters.get("ExpressionAttributeNames", {})
    return condition(expression)(found, names, parameters.get("ExpressionAttributeValues", {}))


@cache
def condition(expression: str) -> Test:
    """A condition expression as a function of the item, the names and the values; OR binds weaker than AND."""
    if " OR " in expression:
        either = [condition(part) for part in expression.split(" OR ")]
        return lambda *given: any(each(*given) for each in either)
    if " AND " in expression:
        both = [condition(part) for part in expression.split(" AND ")]
        return lambda *given: all(each(*given) for each in both)
    if match := re.fullmatch(r"attribute_not_exists\((#?\w+)\)", expression):
        name = match[1]
        return lambda found, names, _: found is None or names.get(name, name) not in found
    if match := re.fullmatch(r"attribute_exists\((#?\w+)\)", expression):
        present = match[1]
        return lambda found, names, _: found is not None and names.get(present, present) in found
    if match := re.fullmatch(r"(#?\w+) = (:\w+)", expression):
        left, right = match[1], match[2]
        return lambda found, names, values: (
            found is not None and _equal(found.get(names.get(left, left)), values[right])
        )
    raise AssertionError(f"not understood: {expression}")


def _equal(stored: Any, given: Any) -> bool:
    """Whether two values are the same; numbers by their value, as DynamoDB compares them."""
    if stored is None or stored.keys() != given.keys():
        return False
    if "N" in stored:
        return float(stored["N"]) == float(given["N"])
    return bool(stored == given)
