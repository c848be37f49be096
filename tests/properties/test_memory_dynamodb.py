"""The DynamoDB in memory answers as Dynoxide does, over random operations of the repositories' kinds."""

import random
from typing import Any

import pytest
from botocore.exceptions import ClientError

from shared.adapters import aws
from shared.repositories.table import ABSENT, SAME_VERSION, Table, check, delete, put, set_item
from tests.dynamo import make
from tests.figures import Figures
from tests.properties.memory_dynamodb import MemoryDynamoDB

SEED = 20270615
OPERATIONS = 600


def a_write(chance: random.Random, label: str) -> Any:
    key = {"PK": f"P#{chance.randrange(3)}", "SK": f"S#{chance.randrange(6)}"}
    version = chance.randrange(3)
    item = {
        **key,
        "version": version,
        "state": chance.choice(["open", "done"]),
        **(
            {"GSI1PK": f"G#{chance.randrange(2)}", "GSI1SK": f"T#{chance.randrange(9)}"}
            if chance.random() < 0.5
            else {}
        ),
    }
    expected, values = chance.choice(
        [
            (ABSENT, {}),
            (SAME_VERSION, {":version": chance.randrange(3)}),
            (f"{ABSENT} OR #version = :version", {":version": chance.randrange(3)}),
            (
                "#state = :state AND #version = :version",
                {":state": chance.choice(["open", "done"]), ":version": version},
            ),
        ]
    )
    kind = chance.randrange(8)
    if kind == 0:
        return set_item(label, item)
    if kind == 1:
        return check(label, key, expected, values)
    if kind == 2:
        return delete(label, key, expected, values)
    return put(label, item, expected, values)


def outcome(table: Table, chance: random.Random) -> Any:
    """One random call and everything that came of it."""
    kind = chance.randrange(10)
    key = {"PK": f"P#{chance.randrange(3)}", "SK": f"S#{chance.randrange(6)}"}
    try:
        if kind == 0:
            return table.get(key)
        if kind == 1:
            wanted = [key] if key["PK"] == "P#0" else [key, {"PK": "P#0", "SK": "S#1"}]
            return sorted(table.get_many(wanted), key=lambda item: (item["PK"], item["SK"]))
        if kind == 2:
            return table.query(key["PK"], chance.choice(["", "S#", "S#3"]))
        if kind == 3:
            after = chance.choice([None, "T#2"])
            return table.query_page(
                f"G#{chance.randrange(2)}", "T#" if after is None else "", after=after, limit=20, index=True
            )
        if kind == 4:
            return table.count(f"G#{chance.randrange(2)}", chance.choice(["", "T#4"]))
        if kind == 5:
            write = a_write(chance, "one")
            return table.write(write) if write.operation == "Put" else None
        return table.transact([a_write(chance, f"w{number}") for number in range(chance.randrange(1, 5))])
    except ClientError as error:
        return error.response["Error"]["Code"]
    except Exception as error:
        return type(error).__name__, str(error), getattr(error, "failed", None)


def test_both_answer_alike_and_hold_the_same_in_the_end(dynoxide: None, figures: Figures) -> None:
    figures("DynamoDB in memory against Dynoxide", f"{OPERATIONS:,} operations from seed {SEED}")
    memory = Table(MemoryDynamoDB(), "memory")  # type: ignore[arg-type]
    real = Table(aws.dynamodb(), make("held-against-memory"))
    ours, theirs = random.Random(SEED), random.Random(SEED)
    for number in range(OPERATIONS):
        assert outcome(memory, ours) == outcome(real, theirs), number
    for partition in range(3):
        assert memory.query(f"P#{partition}") == real.query(f"P#{partition}")


@pytest.mark.parametrize("expression", ["size(PK) > :n", "NOT #version = :version", "contains(a, :b)"])
def test_what_is_not_understood_is_said(expression: str) -> None:
    memory = MemoryDynamoDB()
    with pytest.raises(AssertionError):
        memory.put_item(Item={"PK": {"S": "a"}, "SK": {"S": "b"}}, ConditionExpression=expression)
