"""The operations command line: what each command asks of AWS, and that a dry run asks for nothing that changes."""

import io
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest

from infrastructure.operations import __main__ as operations
from infrastructure.operations.reconcile import reconcile
from infrastructure.operations.redrive import redrive
from infrastructure.operations.restore_drill import (
    EACH,
    SAMPLE,
    Compared,
    latest_restorable,
    make_ready,
    moment,
    restore_drill,
)
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


READ_AT = datetime(2027, 6, 15, 12, tzinfo=UTC)
LATER = READ_AT + timedelta(minutes=5)


def item(number: int, email: str = "x") -> dict[str, Any]:
    return {"PK": {"S": f"MEMBER#{number}"}, "SK": {"S": "MEMBER"}, "email": {"S": email}}


class Restoring:
    """A table, and what a restore of it makes: `changed` is written over it between the first look and the second."""

    def __init__(self, *items: dict[str, Any], changed: tuple[dict[str, Any], ...] = ()) -> None:
        self.tables = {"table": {each["PK"]["S"]: each for each in items}}
        self.restored = dict(self.tables["table"])
        self.changed = changed
        self.latest = [READ_AT - timedelta(minutes=5), LATER]
        self.statuses = ["ACTIVE", "CREATING"]
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.segments: list[int] = []

    def scan(self, **asked: Any) -> Any:
        """The segments are cut by the last figure."""
        assert asked["ConsistentRead"]
        self.segments.append(asked["Segment"])
        found = [
            each
            for name, each in self.tables["table"].items()
            if int(name.partition("#")[2]) % asked["TotalSegments"] == asked["Segment"]
        ]
        return {"Items": found[: asked["Limit"]]}

    def get_item(self, **asked: Any) -> Any:
        found = self.tables[asked["TableName"]].get(asked["Key"]["PK"]["S"])
        return {"Item": found} if found else {}

    def describe_continuous_backups(self, **_: Any) -> Any:
        latest = self.latest.pop(0)
        self.tables["table"].update({each["PK"]["S"]: each for each in self.changed})
        description = {"PointInTimeRecoveryDescription": {"LatestRestorableDateTime": latest}}
        return {"ContinuousBackupsDescription": description}

    def restore_table_to_point_in_time(self, **asked: Any) -> None:
        self.asked.append(("restore", asked))
        self.tables[asked["TargetTableName"]] = self.restored

    def describe_table(self, **_: Any) -> Any:
        return {"Table": {"TableStatus": self.statuses.pop()}}

    def update_table(self, **asked: Any) -> None:
        self.asked.append(("update", asked))

    def delete_table(self, **asked: Any) -> None:
        self.asked.append(("delete", asked))


def drilled(dynamodb: Restoring, *, keep: bool = False) -> Compared:
    moment, found = restore_drill(
        dynamodb,
        "table",
        "drill",
        keep=keep,
        chance=Random(1),
        now=lambda: READ_AT,
        sleep=lambda _: None,
    )
    assert moment == LATER, "the moment lies after what was read, or nothing could be expected there"
    return found


def test_a_drill_restores_a_moment_compares_and_removes() -> None:
    dynamodb = Restoring(*map(item, range(40)))
    found = drilled(dynamodb)
    assert found == Compared(40, 0, 0)
    assert found.is_whole
    asked = {"SourceTableName": "table", "TargetTableName": "drill", "RestoreDateTime": LATER}
    assert dynamodb.asked[0] == ("restore", asked)
    assert dynamodb.asked[-1] == ("delete", {"TableName": "drill"})


def test_a_drill_tells_what_is_missing_and_what_says_something_else() -> None:
    dynamodb = Restoring(*map(item, range(40)))
    del dynamodb.restored["MEMBER#3"]
    dynamodb.restored["MEMBER#4"] = item(4, "another")
    found = drilled(dynamodb)
    assert found == Compared(40, 1, 1)
    assert not found.is_whole


def test_what_changed_while_a_drill_waited_is_not_compared() -> None:
    dynamodb = Restoring(*map(item, range(40)), changed=(item(5, "changed"),))
    assert drilled(dynamodb) == Compared(39, 0, 0)


def test_a_drill_that_had_nothing_to_compare_has_shown_nothing() -> None:
    assert not drilled(Restoring()).is_whole


def test_a_drill_looks_here_and_there_and_not_at_the_beginning() -> None:
    dynamodb = Restoring(*map(item, range(4000)))
    assert drilled(dynamodb).looked_for == SAMPLE
    assert dynamodb.segments != sorted(dynamodb.segments)
    assert len(dynamodb.segments) == SAMPLE // EACH


def test_a_drill_removes_nothing_but_what_it_made_and_keeps_that_when_asked() -> None:
    dynamodb = Restoring(item(1))
    assert drilled(dynamodb, keep=True).is_whole
    assert [name for name, _ in dynamodb.asked] == ["restore"]


def no_sleep(_: float) -> None:
    """Nobody waits here."""


def test_a_table_is_restored_as_of_the_moment_that_was_asked_for() -> None:
    at = moment("2027-06-15T11:30Z")
    assert at == moment("2027-06-15T11:30") == datetime(2027, 6, 15, 11, 30, tzinfo=UTC)
    dynamodb = Restoring(item(1), item(2))
    del dynamodb.restored["MEMBER#2"]
    found = restore_drill(
        dynamodb, "table", "drill", keep=True, chance=Random(1), at=at, now=lambda: READ_AT, sleep=no_sleep
    )
    assert found == (at, Compared(2, 1, 0))
    (asked,) = [given for name, given in dynamodb.asked if name == "restore"]
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
