"""The table's own retries: what DynamoDB refuses in passing is asked again, and what it goes on refusing is told."""

from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from shared.domain.errors import Unavailable
from shared.repositories.table import ABSENT, TRANSACTION_ATTEMPTS, ConditionFailed, Table, check, put
from tests.properties.memory_dynamodb import Exceptions, MemoryDynamoDB

ITEM = {"PK": "MEMBER#1", "SK": "MEMBER", "name": "Mona"}
STORED = {name: {"S": value} for name, value in ITEM.items()}
WRITE = put("member", ITEM, ABSENT)
OTHER = check("other", {"PK": "MEMBER#2", "SK": "MEMBER"}, ABSENT)


def cancelled(*reasons: str) -> ClientError:
    response: Any = {"Error": {"Code": "TransactionCanceledException"}}
    told = [{"Code": reason} for reason in reasons]
    return Exceptions.TransactionCanceledException({**response, "CancellationReasons": told}, "any")


IN_PROGRESS = Exceptions.TransactionInProgressException({}, "any")
CONFLICT = Exceptions.TransactionConflictException({}, "any")


class Contended:
    """A table that first refuses, as often as it is told to."""

    exceptions = Exceptions

    def __init__(self, *refusals: ClientError, taken_first: bool = False) -> None:
        self.memory = MemoryDynamoDB()
        self.refusals: Iterator[ClientError] = iter(refusals)
        self.taken_first = taken_first
        self.tokens: list[str] = []
        self.asked = 0
        self.paused: list[float] = []

    @property
    def table(self) -> Table:
        return Table(self, "table", self.paused.append)  # type: ignore[arg-type]

    def put_item(self, **asked: Any) -> Any:
        return self._answer(self.memory.put_item, asked)

    def transact_write_items(self, **asked: Any) -> Any:
        self.tokens.append(asked["ClientRequestToken"])
        return self._answer(self.memory.transact_write_items, asked)

    def _answer(self, perform: Any, asked: Any) -> Any:
        self.asked += 1
        refusal = next(self.refusals, None)
        if refusal is None:
            return perform(**asked)
        if self.taken_first:
            perform(**asked)
            self.taken_first = False
        raise refusal


@pytest.mark.parametrize(
    "reason", ["TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"]
)
def test_a_transaction_that_is_refused_in_passing_is_asked_again(reason: str) -> None:
    client = Contended(cancelled("None", reason), cancelled(reason, "None"))
    client.table.transact([WRITE, OTHER])
    assert client.memory.item(("MEMBER#1", "MEMBER")) == STORED
    assert client.asked == 3
    assert len(client.paused) == 2
    assert len(set(client.tokens)) == 3, (
        "a transaction that was cancelled is a new one when it is asked again"
    )


@pytest.mark.parametrize("reason", ["TransactionConflict", "ThrottlingError"])
def test_a_transaction_that_goes_on_being_refused_is_unavailable_and_wrote_nothing(reason: str) -> None:
    client = Contended(*[cancelled("None", reason)] * TRANSACTION_ATTEMPTS)
    with pytest.raises(Unavailable):
        client.table.transact([WRITE, OTHER])
    assert client.asked == TRANSACTION_ATTEMPTS
    assert client.memory.item(("MEMBER#1", "MEMBER")) is None


def test_a_transaction_that_is_refused_for_good_is_not_asked_again() -> None:
    client = Contended(cancelled("ValidationError", "None"))
    with pytest.raises(ClientError):
        client.table.transact([WRITE, OTHER])
    assert client.asked == 1


def test_a_failed_condition_says_more_than_a_conflict_beside_it() -> None:
    client = Contended(cancelled("TransactionConflict", "ConditionalCheckFailed"))
    with pytest.raises(ConditionFailed) as failed:
        client.table.transact([WRITE, OTHER])
    assert failed.value.failed == {"other": None}
    assert client.asked == 1


def test_a_transaction_in_progress_is_asked_for_under_its_token_and_done_once() -> None:
    client = Contended(IN_PROGRESS, taken_first=True)
    client.table.transact([WRITE, OTHER])
    assert client.memory.commits == 1
    assert len(client.tokens) == 2
    assert len(set(client.tokens)) == 1


def test_a_put_that_meets_a_transaction_is_asked_again() -> None:
    client = Contended(CONFLICT, CONFLICT)
    client.table.write(WRITE)
    assert client.memory.item(("MEMBER#1", "MEMBER")) == STORED
    assert client.asked == 3


def test_a_put_that_goes_on_meeting_transactions_is_unavailable() -> None:
    client = Contended(*[CONFLICT] * TRANSACTION_ATTEMPTS)
    with pytest.raises(Unavailable):
        client.table.write(WRITE)
    assert client.memory.commits == 0


def test_a_put_that_was_done_before_it_met_a_transaction_is_told_as_done() -> None:
    client = Contended(CONFLICT, taken_first=True)
    client.table.write(WRITE)
    assert client.memory.commits == 1


def test_a_put_whose_place_is_taken_is_refused_at_once() -> None:
    client = Contended()
    client.table.write(WRITE)
    with pytest.raises(ConditionFailed):
        client.table.write(WRITE)
    assert client.asked == 2


class InParts(MemoryDynamoDB):
    """Gives so many items of a batch in each call, as DynamoDB does with much to read or little throughput."""

    def __init__(self, given: int) -> None:
        super().__init__()
        self.given = given
        self.asked_for: list[int] = []

    def batch_get_item(self, *, RequestItems: Any) -> dict[str, Any]:  # noqa: N803
        ((name, asked),) = RequestItems.items()
        wanted = asked["Keys"]
        self.asked_for.append(len(wanted))
        assert asked["ConsistentRead"], "what is left over is read as strongly as the rest"
        answer = super().batch_get_item(RequestItems={name: {**asked, "Keys": wanted[: self.given]}})
        left = wanted[self.given :]
        return {**answer, **({"UnprocessedKeys": {name: {**asked, "Keys": left}}} if left else {})}


def stored_names(client: MemoryDynamoDB, count: int) -> list[Any]:
    table = Table(client, "table")  # type: ignore[arg-type]
    keys = [{"PK": f"MEMBER#{number}", "SK": "MEMBER"} for number in range(count)]
    for key in keys:
        table.write(put("member", {**key, "name": key["PK"]}, ABSENT))
    return keys


def test_items_that_are_not_given_at_once_are_asked_for_again() -> None:
    client = InParts(2)
    keys = stored_names(client, 5)
    paused: list[float] = []
    found = Table(client, "table", paused.append).get_many(keys)  # type: ignore[arg-type]
    assert {item["name"] for item in found} == {key["PK"] for key in keys}
    assert client.asked_for == [5, 3, 1]
    assert len(paused) == 2


def test_items_that_are_not_given_at_all_are_unavailable_and_not_taken_for_missing() -> None:
    client = InParts(0)
    keys = stored_names(client, 3)
    with pytest.raises(Unavailable):
        Table(client, "table", lambda _: None).get_many(keys)  # type: ignore[arg-type]
    assert client.asked_for == [3] * TRANSACTION_ATTEMPTS


def test_the_pauses_grow_and_end_before_a_function_does() -> None:
    longest = [0.02 * 2**attempt for attempt in range(TRANSACTION_ATTEMPTS)]
    client = Contended(*[CONFLICT] * TRANSACTION_ATTEMPTS)
    with pytest.raises(Unavailable):
        client.table.write(WRITE)
    assert all(0 <= paused <= most for paused, most in zip(client.paused, longest, strict=True))
    assert sum(longest) < 1


class Large:
    """A partition of items of 400 kB: a page of it ends at 1 MB."""

    exceptions = Exceptions

    def __init__(self, sorts: list[str], held: int) -> None:
        self.items = [{"PK": {"S": "P"}, "SK": {"S": each}} for each in sorts]
        self.held = held

    def query(self, **asked: Any) -> dict[str, Any]:
        after = asked["ExpressionAttributeValues"].get(":after", {"S": ""})["S"]
        found = [each for each in self.items if each["SK"]["S"] > after]
        page = found[: min(asked["Limit"], self.held)]
        return {"Items": page, **({"LastEvaluatedKey": page[-1]} if len(found) > len(page) else {})}


@pytest.mark.parametrize("held", [1, 2, 3, 9])
def test_a_page_that_ends_at_its_size_says_that_there_is_more(held: int) -> None:
    table = Table(Large(["a1", "a2", "a3", "a4", "a5", "b1"], held), "table")  # type: ignore[arg-type]
    found: list[str] = []
    after: str | None = None
    pages = 0
    while pages == 0 or after is not None:
        page, after = table.query_page("P", "a", after=after, limit=3)
        found += [each["SK"] for each in page]
        pages += 1
    assert found == ["a1", "a2", "a3", "a4", "a5"]
