"""Restores the table to a second one, looks whether what was stored is there, and removes it again.

With `--keep` the second one is made ready to take the first one's place (docs/operations.md, Restoring the table).
"""

import argparse
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import boto3

LOOK_SECONDS = 20.0
SAMPLE = 200
"""How many items of the table are looked for in the restored one."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument("--table", required=True, help="the table's name")
    parser.add_argument(
        "--keep", action="store_true", help="do not remove the restored table, but make it ready to be used"
    )
    parser.add_argument(
        "--at", type=moment, help="the moment to restore, such as 2027-06-15T11:30Z; else the latest there is"
    )


def run(options: argparse.Namespace) -> int:
    """Do it; the exit code is 1 when something is missing."""
    dynamodb = boto3.client("dynamodb")
    latest = latest_restorable(dynamodb, options.table)
    if latest is None:
        print(f"{options.table} cannot be restored: point-in-time recovery is off.")
        return 1
    if options.dry_run:
        print(
            f"Would restore {options.table} as of {options.at or latest:%Y-%m-%d %H:%M} UTC, compare, and "
            f"{'make it ready' if options.keep else 'remove it'}."
        )
        return 0
    started = datetime.now(UTC)
    drill = f"{options.table}-drill-{started:%Y%m%d%H%M}"
    compared, missing = restore_drill(dynamodb, options.table, drill, keep=options.keep, at=options.at)
    minutes = (datetime.now(UTC) - started).total_seconds() / 60
    print(f"Restored in {minutes:.0f} minutes; {compared - missing} of {compared} sampled items are there.")
    if options.keep:
        print(f"For samconfig.toml:\n  TableName={drill}\n  TableStreamArn={make_ready(dynamodb, drill)}")
    return 1 if missing and options.at is None else 0  # of an earlier moment, later items are missing


def moment(text: str) -> datetime:
    """A moment as it is typed, in UTC where nothing else is said."""
    read = datetime.fromisoformat(text)
    return read if read.tzinfo else read.replace(tzinfo=UTC)


def latest_restorable(dynamodb: Any, table: str) -> datetime | None:
    """The latest moment the table can be restored to; None when it cannot."""
    found = dynamodb.describe_continuous_backups(TableName=table)["ContinuousBackupsDescription"]
    recovery = found.get("PointInTimeRecoveryDescription", {})
    latest: datetime | None = recovery.get("LatestRestorableDateTime")
    return latest


def restore_drill(
    dynamodb: Any,
    table: str,
    drill: str,
    *,
    keep: bool,
    at: datetime | None = None,
    sleep: Callable[[float], None] = time.sleep,
) -> tuple[int, int]:
    """Restore, compare a sample, remove: how many items were compared, and how many of them are missing.

    The sample is what was stored before the restored moment and has not changed since, as far as keys tell.
    """
    sample = [_key(item) for item in dynamodb.scan(TableName=table, Limit=SAMPLE)["Items"]]
    when = {"RestoreDateTime": at} if at else {"UseLatestRestorableTime": True}
    dynamodb.restore_table_to_point_in_time(SourceTableName=table, TargetTableName=drill, **when)
    try:
        while dynamodb.describe_table(TableName=drill)["Table"]["TableStatus"] != "ACTIVE":
            sleep(LOOK_SECONDS)
        missing = sum("Item" not in dynamodb.get_item(TableName=drill, Key=key) for key in sample)
    finally:
        if not keep:
            dynamodb.update_table(TableName=drill, DeletionProtectionEnabled=False)
            dynamodb.delete_table(TableName=drill)
    return len(sample), missing


def make_ready(dynamodb: Any, table: str, sleep: Callable[[float], None] = time.sleep) -> str:
    """Give a restored table what a restoration leaves out, as infrastructure/data.yaml has it; its stream's ARN."""
    dynamodb.update_table(
        TableName=table,
        DeletionProtectionEnabled=True,
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
    )
    while (found := dynamodb.describe_table(TableName=table)["Table"])["TableStatus"] != "ACTIVE":
        sleep(LOOK_SECONDS)
    dynamodb.update_time_to_live(
        TableName=table, TimeToLiveSpecification={"Enabled": True, "AttributeName": "expires_at_epoch"}
    )
    dynamodb.update_continuous_backups(
        TableName=table, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True}
    )
    stream: str = found["LatestStreamArn"]
    return stream


def _key(item: dict[str, Any]) -> dict[str, Any]:
    return {"PK": item["PK"], "SK": item["SK"]}
