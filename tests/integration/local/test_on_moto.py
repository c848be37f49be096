"""The stack without Dynoxide: moto serves the table too, and puts back a copy of it with a cancelled transaction."""

import pytest
from botocore.exceptions import ClientError

from infrastructure.local.stack import LocalStack
from tests.integration.local.conftest import project


def test_changes_after_a_cancelled_transaction_reach_their_function_and_its_own_never(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DYNOXIDE", "")
    with LocalStack(0, project()) as stack:
        table, name = stack.client("dynamodb"), stack.resources["TableName"]
        for number in range(3):
            writes = [
                {"Put": {"TableName": name, "Item": {"PK": {"S": f"order#cancelled#{number}"}}}},
                {
                    "ConditionCheck": {
                        "TableName": name,
                        "Key": {"PK": {"S": "nobody"}},
                        "ConditionExpression": "attribute_exists(PK)",
                    }
                },
            ]
            with pytest.raises(ClientError, match="TransactionCanceled"):
                table.transact_write_items(TransactItems=writes)
            table.put_item(TableName=name, Item={"PK": {"S": f"order#{number}"}})
            stack.drain()
        found = {item["PK"]["S"] for item in table.scan(TableName=name)["Items"]}
    assert {each for each in found if each.startswith("message#order#")} == {
        f"message#order#{number}" for number in range(3)
    }
