"""DynamoDB's answers: what the portal's client makes of them is what botocore alone makes of them."""

import json
from functools import cache
from typing import Any

import pytest
from botocore.awsrequest import AWSResponse
from botocore.session import Session
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.adapters.answers import AnswerParsers
from shared.repositories import values
from tests.unit.test_values import stored

ITEM = {"PK": "MEMBER#m", "SK": "MEMBER", "points": 5, "claim": {"title": "T", "ids": ["a"], "unit": None}}
WRITTEN = {name: values.write(value) for name, value in ITEM.items()}
CAPACITY = {"TableName": "table", "CapacityUnits": 1.5}
TRANSACTION = {
    "TransactItems": [
        {"ConditionCheck": {"TableName": "t", "Key": {"PK": {"S": "x"}}, "ConditionExpression": "a"}}
    ]
}
REFUSED = {
    "__type": "com.amazonaws.dynamodb.v20120810#TransactionCanceledException",
    "Message": "Transaction cancelled",
    "CancellationReasons": [{"Code": "None"}, {"Code": "ConditionalCheckFailed", "Item": WRITTEN}],
}


@cache
def client(*, ours: bool) -> Any:
    """A client with the portal's parser, or with botocore's own."""
    session = Session()
    if ours:
        session.register_component("response_parser_factory", AnswerParsers())
    return session.create_client(
        "dynamodb", "eu-west-1", aws_access_key_id="testing", aws_secret_access_key="testing"
    )


def parsed(operation: str, answer: dict[str, Any], status: int = 200, *, ours: bool) -> Any:
    """What a client gives back, or the answer of the error that it raises, for a body on the wire."""
    response = AWSResponse("", status, {"x-amzn-requestid": "1"}, None)
    response._content = json.dumps(answer).encode()
    asked, events = client(ours=ours), client(ours=ours).meta.events

    def answered(**_: Any) -> AWSResponse:
        return response

    events.register("before-send", answered)
    try:
        return asked.scan(TableName="t") if operation == "scan" else asked.transact_write_items(**TRANSACTION)
    except asked.exceptions.TransactionCanceledException as error:
        return error.response
    finally:
        events.unregister("before-send", answered)


@pytest.mark.parametrize(
    ("operation", "answer", "status"),
    [
        ("scan", {"Items": [], "Count": 0}, 200),
        ("scan", {"Items": [WRITTEN, WRITTEN], "Count": 2, "ConsumedCapacity": CAPACITY}, 200),
        ("scan", {"Items": [WRITTEN], "LastEvaluatedKey": {"PK": {"S": "x"}}, "Unknown": 1}, 200),
        ("transact", {"ConsumedCapacity": [CAPACITY]}, 200),
        ("transact", REFUSED, 400),
    ],
)
def test_an_answer_reads_as_botocore_reads_it(operation: str, answer: dict[str, Any], status: int) -> None:
    read = parsed(operation, answer, status, ours=True)
    assert read == parsed(operation, answer, status, ours=False)
    assert answer.get("Items", []) == read.get("Items", [])


@given(st.dictionaries(st.text(), stored, max_size=4))
@settings(max_examples=20, deadline=None)
def test_any_item_reads_as_botocore_reads_it(item: dict[str, Any]) -> None:
    answer = {"Items": [{name: values.write(value) for name, value in item.items()}]}
    assert parsed("scan", answer, ours=True) == parsed("scan", answer, ours=False)
