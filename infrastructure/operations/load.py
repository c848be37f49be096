"""Puts the items of a dump into an empty table, and looks whether the hash over all of them is the same."""

import argparse
import time
from collections.abc import Callable, Iterable
from itertools import batched
from pathlib import Path
from typing import Any

import boto3

from infrastructure.operations.dump import Item, items_of, read, table_hash

BATCH = 25
"""How many items one BatchWriteItem takes."""

PAUSE_SECONDS = 0.5
MARKS = "MAIL#"
"""The partitions that say which mails were sent."""


class NotEmpty(Exception):
    """What is there is not written over."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument("file", type=Path, help="what `dump` wrote")
    parser.add_argument("--table", required=True, help="an empty table's name")


def run(options: argparse.Namespace) -> int:
    """Do it; the exit code is 1 when the table does not hold what the file does."""
    wanted = table_hash(read(options.file))
    if options.dry_run:
        print(f"Would put {wanted[0]} items, hash {wanted[1]}, into {options.table}.")
        return 0
    dynamodb = boto3.client("dynamodb")
    load(dynamodb, options.table, lambda: read(options.file))
    found = table_hash(items_of(dynamodb, options.table))
    print(f"{found[0]} items, hash {found[1]}: {'the same' if found == wanted else f'NOT {wanted[1]}'}.")
    return 0 if found == wanted else 1


def load(
    dynamodb: Any,
    table: str,
    items: Callable[[], Iterable[Item]],
    *,
    sleep: Callable[[float], None] = time.sleep,
) -> None:
    """Put every item. Raises NotEmpty.

    The marks of mails go first: where the table's stream is read already, no mail that has one goes out again.
    """
    if dynamodb.scan(TableName=table, Limit=1, ConsistentRead=True)["Items"]:
        raise NotEmpty(f"{table} is not empty")
    for is_mark in (True, False):
        wanted = (item for item in items() if item["PK"]["S"].startswith(MARKS) == is_mark)
        for batch in batched(wanted, BATCH, strict=False):
            left: Any = {table: [{"PutRequest": {"Item": item}} for item in batch]}
            while left:
                left = dynamodb.batch_write_item(RequestItems=left).get("UnprocessedItems")
                if left:
                    sleep(PAUSE_SECONDS)
