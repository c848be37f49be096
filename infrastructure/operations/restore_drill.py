"""Restores the table to a second one, looks whether what was stored is there, and removes it again."""

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
    parser.add_argument("--keep", action="store_true", help="do not remove the restored table")


def run(options: argparse.Namespace) -> int:
    """Do it; the exit code is 1 when something is missing."""
    dynamodb = boto3.client("dynamodb")
    latest = latest_restorable(dynamodb, options.table)
    if latest is None:
        print(f"{options.table} cannot be restored: point-in-time recovery is off.")
        return 1
    if options.dry_run:
        print(f"Would restore {options.table} as of {latest:%Y-%m-%d %H:%M} UTC, compare, and remove it.")
        return 0
    started = datetime.now(UTC)
    drill = f"{options.table}-drill-{started:%Y%m%d%H%M}"
    compared, missing = restore_drill(dynamodb, options.table, drill, keep=options.keep)
    minutes = (datetime.now(UTC) - started).total_seconds() / 60
    print(f"Restored in {minutes:.0f} minutes; {compared - missing} of {compared} sampled items are there.")
    return 1 if missing else 0


def latest_restorable(dynamodb: Any, table: str) -> datetime | None:
    """The latest moment the table can be restored to; None when it cannot."""
    found = dynamodb.describe_continuous_backups(TableName=table)["ContinuousBackupsDescription"]
    recovery = found.get("PointInTimeRecoveryDescription", {})
    latest: datetime | None = recovery.get("LatestRestorableDateTime")
    return latest


def restore_drill(
    dynamodb: Any, table: str, drill: str, *, keep: bool, sleep: Callable[[float], None] = time.sleep
) -> tuple[int, int]:
    """Restore, compare a sample, remove: how many items were compared, and how many of them are missing.

    The sample is what was stored before the restored moment and has not changed since, as far as keys tell.
    """
    sample = [_key(item) for item in dynamodb.scan(TableName=table, Limit=SAMPLE)["Items"]]
    dynamodb.restore_table_to_point_in_time(
        SourceTableName=table, TargetTableName=drill, UseLatestRestorableTime=True
    )
    try:
        while dynamodb.describe_table(TableName=drill)["Table"]["TableStatus"] != "ACTIVE":
            sleep(LOOK_SECONDS)
        missing = sum("Item" not in dynamodb.get_item(TableName=drill, Key=key) for key in sample)
    finally:
        if not keep:
            dynamodb.update_table(TableName=drill, DeletionProtectionEnabled=False)
            dynamodb.delete_table(TableName=drill)
    return len(sample), missing


def _key(item: dict[str, Any]) -> dict[str, Any]:
    return {"PK": item["PK"], "SK": item["SK"]}
