"""Writes every item of a table to a file, with a hash over all of them; `load` puts them back."""

import argparse
import gzip
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import boto3

Item = Mapping[str, Any]
"""An item as DynamoDB sends it, its attributes with their types."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument("file", type=Path, help="where to write to: JSON lines, compressed")
    parser.add_argument("--table", required=True, help="the table's name")


def run(options: argparse.Namespace) -> int:
    """Do it; a dry run only counts and hashes."""
    items = items_of(boto3.client("dynamodb"), options.table)
    count, digest = table_hash(items if options.dry_run else _kept(options.file, items))
    print(f"{count} items, hash {digest}" + (": not written." if options.dry_run else f" in {options.file}."))
    return 0


def items_of(dynamodb: Any, table: str) -> Iterator[Item]:
    """Every item, strongly consistent; what is written meanwhile may be in it or not."""
    for page in dynamodb.get_paginator("scan").paginate(TableName=table, ConsistentRead=True):
        yield from page["Items"]


def table_hash(items: Iterable[Item]) -> tuple[int, str]:
    """How many items there are, and a hash over all of them in any order: the sum of each one's SHA-256."""
    count, total = 0, 0
    for item in items:
        count += 1
        total += int.from_bytes(hashlib.sha256(written(item).encode()).digest())
    return count, f"{total % 2**256:064x}"


def written(item: Item) -> str:
    """An item as one line of JSON, the same for the same item."""
    return json.dumps(item, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=_plain)


def read(file: Path) -> Iterator[Item]:
    """The items of a file."""
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def _kept(file: Path, items: Iterable[Item]) -> Iterator[Item]:
    with gzip.open(file, "wt", encoding="utf-8") as out:
        for item in items:
            out.write(f"{written(item)}\n")
            yield item


def _plain(value: Any) -> str:
    raise TypeError(f"the portal stores no {type(value).__name__}")
