"""Restores the table to a second one as of a moment, looks whether what stood there then is in it, word for word, and
removes it again.

With `--keep` the second one is made ready to take the first one's place (docs/operations.md, Restoring the table).
"""

import argparse
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random
from typing import Any

import boto3

from infrastructure.operations.dump import Item, written

LOOK_SECONDS = 20.0
SEGMENTS = 200
"""Into how many parts the table is cut; which of them are looked at first is drawn by lot."""

SAMPLE = 200
"""How many items of the table are compared with the restored one."""

EACH = 10
"""How many of them a segment gives."""


@dataclass(frozen=True)
class Compared:
    """How many items were looked for, and how many of them are missing, or say something else."""

    looked_for: int
    missing: int
    other: int

    @property
    def is_whole(self) -> bool:
        """Whether there was something to compare, and all of it is there."""
        return self.looked_for > 0 and not self.missing and not self.other


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument("--table", required=True, help="the table's name")
    parser.add_argument(
        "--keep", action="store_true", help="do not remove the restored table, but make it ready to be used"
    )
    parser.add_argument(
        "--at", type=moment, help="the moment to restore, such as 2027-06-15T11:30Z; else the latest there is"
    )
    parser.add_argument("--seed", type=int, help="of the lot that draws what is compared; printed otherwise")


def run(options: argparse.Namespace) -> int:
    """Do it; the exit code is 1 when something is missing, or other than it was."""
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
    seed = int(started.timestamp()) if options.seed is None else options.seed
    drill = f"{options.table}-drill-{started:%Y%m%d%H%M}"
    chance = Random(seed)  # noqa: S311 (a lot, no secret)
    restored, found = restore_drill(
        dynamodb, options.table, drill, keep=options.keep, at=options.at, chance=chance
    )
    minutes = (datetime.now(UTC) - started).total_seconds() / 60
    print(f"Restored as of {restored:%Y-%m-%d %H:%M:%S} UTC in {minutes:.0f} minutes, seed {seed}.")
    print(
        f"Of {found.looked_for} items, {found.missing} are missing and {found.other} are other than they were."
    )
    if options.keep:
        print(f"For samconfig.toml:\n  TableName={drill}\n  TableStreamArn={make_ready(dynamodb, drill)}")
    return (
        0 if found.is_whole or options.at is not None else 1
    )  # of an earlier moment, later items are missing


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
    chance: Random,
    at: datetime | None = None,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
    sleep: Callable[[float], None] = time.sleep,
) -> tuple[datetime, Compared]:
    """Restore, compare, remove: the moment that was restored, and what was found.

    A sample is read, and read again once the moment to restore lies after the first reading: what says the same both
    times said it at that moment too, and has to say it in the restored table. What changed meanwhile is left out. Of a
    moment `at` which lies before, what is missing or other is told, and may be right.
    """
    sample = list(drawn(dynamodb, table, chance))
    read_at = now()
    when = at or latest_restorable(dynamodb, table) or read_at
    while at is None and when <= read_at:
        sleep(LOOK_SECONDS)
        when = latest_restorable(dynamodb, table) or read_at
    expected = [item for item in sample if stored(dynamodb, table, item) == written(item)]
    dynamodb.restore_table_to_point_in_time(
        SourceTableName=table, TargetTableName=drill, RestoreDateTime=when
    )
    try:
        while dynamodb.describe_table(TableName=drill)["Table"]["TableStatus"] != "ACTIVE":
            sleep(LOOK_SECONDS)
        found = [(stored(dynamodb, drill, item), written(item)) for item in expected]
    finally:
        if not keep:
            dynamodb.update_table(TableName=drill, DeletionProtectionEnabled=False)
            dynamodb.delete_table(TableName=drill)
    missing = sum(there is None for there, _ in found)
    other = sum(there is not None and there != was for there, was in found)
    return when, Compared(len(found), missing, other)


def drawn(dynamodb: Any, table: str, chance: Random) -> Iterator[Item]:
    """Items from here and there in the table: some of each segment, the segments in an order that is drawn by lot."""
    left = SAMPLE
    for segment in chance.sample(range(SEGMENTS), SEGMENTS):
        if left <= 0:
            return
        found = dynamodb.scan(
            TableName=table,
            ConsistentRead=True,
            TotalSegments=SEGMENTS,
            Segment=segment,
            Limit=min(EACH, left),
        )["Items"]
        left -= len(found)
        yield from found


def stored(dynamodb: Any, table: str, item: Item) -> str | None:
    """What stands under an item's key now, written down; None where nothing does."""
    key = {"PK": item["PK"], "SK": item["SK"]}
    found = dynamodb.get_item(TableName=table, Key=key, ConsistentRead=True)
    return written(found["Item"]) if "Item" in found else None


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
