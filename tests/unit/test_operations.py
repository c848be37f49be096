"""The operations command line: what each command asks of AWS, and that a dry run asks for nothing that changes."""

import io
from datetime import UTC, datetime
from typing import Any

import pytest

from infrastructure.operations import __main__ as operations
from infrastructure.operations.reconcile import reconcile
from infrastructure.operations.redrive import redrive
from infrastructure.operations.restore_drill import latest_restorable, make_ready, moment, restore_drill
from tests.unit.test_template import DATA, properties


class Client:
    """A client that answers what it is told to, and remembers what it was asked."""

    def __init__(self, **answers: Any) -> None:
        self.answers = answers
        self.asked: list[tuple[str, dict[str, Any]]] = []

    def __getattr__(self, operation: str) -> Any:
        def ask(**parameters: Any) -> Any:
            self.asked.append((operation, parameters))
            answer = self.answers.get(operation, {})
            return answer.pop(0) if isinstance(answer, list) else answer

        return ask

    @property
    def operations(self) -> list[str]:
        return [operation for operation, _ in self.asked]


def queue(waiting: int) -> dict[str, Any]:
    return {"Attributes": {"QueueArn": "arn:letters", "ApproximateNumberOfMessages": str(waiting)}}


def test_help_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        operations.main(["--help"])
    assert ended.value.code == 0
    told = capsys.readouterr().out
    assert all(name in told for name in operations.COMMANDS)


@pytest.mark.parametrize("name", operations.COMMANDS)
def test_every_command_has_a_dry_run(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        operations.main([name, "--help"])
    assert "--dry-run" in capsys.readouterr().out


def test_a_staff_account_is_only_spoken_of_in_a_dry_run(capsys: pytest.CaptureFixture[str]) -> None:
    given = ["--user-pool-id", "pool", "--member-id", "S0001", "--email", "sam@example.org", "--dry-run"]
    assert operations.main(["create-staff", *given]) == 0
    assert "Would make S0001" in capsys.readouterr().out


def test_dead_letters_go_back_slowly() -> None:
    sqs = Client(get_queue_attributes=queue(3))
    assert "about 3 messages" in redrive(sqs, "url", 10, dry_run=False)
    moved = {"SourceArn": "arn:letters", "MaxNumberOfMessagesPerSecond": 10}
    assert sqs.asked[-1] == ("start_message_move_task", moved)


@pytest.mark.parametrize(("waiting", "dry_run"), [(3, True), (0, False)])
def test_nothing_is_moved_in_a_dry_run_or_when_there_is_nothing(waiting: int, dry_run: bool) -> None:
    sqs = Client(get_queue_attributes=queue(waiting))
    redrive(sqs, "url", 10, dry_run=dry_run)
    assert sqs.operations == ["get_queue_attributes"]


def test_a_reconciliation_that_raises_is_told_as_failed() -> None:
    fine = Client(invoke={"Payload": io.BytesIO(b'{"findings": 0}')})
    assert reconcile(fine, "name") == (False, '{\n  "findings": 0\n}')
    broken = Client(invoke={"Payload": io.BytesIO(b"null"), "FunctionError": "Unhandled"})
    assert reconcile(broken, "name")[0] is True


ITEM = {"PK": {"S": "MEMBER#1"}, "SK": {"S": "MEMBER"}, "email": {"S": "x"}}


def drilled(**more: Any) -> Client:
    statuses = [{"Table": {"TableStatus": "CREATING"}}, {"Table": {"TableStatus": "ACTIVE"}}]
    answers = {"scan": {"Items": [ITEM, ITEM]}, "describe_table": statuses, **more}
    return Client(**answers)


def test_a_drill_restores_compares_and_removes() -> None:
    dynamodb = drilled(get_item=[{"Item": ITEM}, {}])
    assert restore_drill(dynamodb, "table", "drill", keep=False, sleep=lambda _: None) == (2, 1)
    assert dynamodb.operations[-2:] == ["update_table", "delete_table"]
    assert dynamodb.asked[-1][1] == {"TableName": "drill"}


def test_a_drill_removes_nothing_but_what_it_made_and_keeps_that_when_asked() -> None:
    dynamodb = drilled(get_item=[{"Item": ITEM}, {"Item": ITEM}])
    assert restore_drill(dynamodb, "table", "drill", keep=True, sleep=lambda _: None) == (2, 0)
    assert "delete_table" not in dynamodb.operations


def test_a_table_is_restored_as_of_the_moment_that_was_asked_for() -> None:
    dynamodb = drilled(get_item=[{"Item": ITEM}, {}])
    at = moment("2027-06-15T11:30Z")
    assert at == moment("2027-06-15T11:30") == datetime(2027, 6, 15, 11, 30, tzinfo=UTC)
    restore_drill(dynamodb, "table", "drill", keep=True, at=at, sleep=lambda _: None)
    (asked,) = [given for name, given in dynamodb.asked if name == "restore_table_to_point_in_time"]
    assert asked == {"SourceTableName": "table", "TargetTableName": "drill", "RestoreDateTime": at}


def test_a_restored_table_gets_everything_that_the_data_stack_gives_its_own() -> None:
    ready = {"Table": {"TableStatus": "ACTIVE", "LatestStreamArn": "arn:drill/stream/1"}}
    dynamodb = Client(describe_table=[{"Table": {"TableStatus": "UPDATING"}}, ready])
    assert make_ready(dynamodb, "drill", sleep=lambda _: None) == "arn:drill/stream/1"
    given: dict[str, Any] = {}
    for _, asked in dynamodb.asked:
        given |= asked
    stated = properties(DATA, "AWS::DynamoDB::Table")
    streamed = given["StreamSpecification"]
    assert streamed == {"StreamEnabled": True, **stated["StreamSpecification"]}
    assert given["DeletionProtectionEnabled"] is stated["DeletionProtectionEnabled"] is True
    assert given["TimeToLiveSpecification"] == stated["TimeToLiveSpecification"]
    assert given["PointInTimeRecoverySpecification"] == stated["PointInTimeRecoverySpecification"]
    restored = {"BillingMode", "AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes"}
    assert set(stated) - restored <= set(given), "a property that a restoration leaves out, and nobody adds"


def test_a_table_without_point_in_time_recovery_is_told() -> None:
    at = datetime(2027, 6, 15, tzinfo=UTC)
    on = {"PointInTimeRecoveryDescription": {"LatestRestorableDateTime": at}}
    assert (
        latest_restorable(Client(describe_continuous_backups={"ContinuousBackupsDescription": on}), "t") == at
    )
    off: dict[str, Any] = {"ContinuousBackupsDescription": {}}
    assert latest_restorable(Client(describe_continuous_backups=off), "t") is None
