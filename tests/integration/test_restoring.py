"""The restore drill on local parts: dump, wipe, load, and the same hash over everything."""

import argparse
from pathlib import Path
from typing import Any

import boto3
import pytest

from infrastructure.operations import dump, load
from shared import settings
from shared.adapters import aws
from shared.repositories.table import _read
from tests.dynamo import make
from tests.figures import Figures
from tests.integration.portal import Portal
from tests.properties.table_auditor import audit

OWN_TABLE = True
ROWS = 1000
"""How many members one request brings in."""


def people(first: int, number: int) -> list[dict[str, str]]:
    return [
        {
            "member_id": f"r{n:06d}",
            "first_name": "Réka",
            "last_name": f"Restored{n}",
            "email": f"r{n:06d}@example.org",
            "designation": "IPMA-CP",
            "certified_since": "2024-05-01",
            "expires_on": "2027-12-31",
            "status": "new",
        }
        for n in range(first, first + number)
    ]


@pytest.mark.parametrize("members", [60, pytest.param(10_000, marks=pytest.mark.long)])
def test_what_was_dumped_and_wiped_is_the_same_when_it_is_loaded(
    portal: Portal,
    tmp_path: Path,
    members: int,
    monkeypatch: pytest.MonkeyPatch,
    figures: Figures,
) -> None:
    monkeypatch.setattr(boto3, "client", lambda _: aws.dynamodb())
    for first in range(0, members, ROWS):
        portal.bring_in(*people(first, min(ROWS, members - first)))
    portal.approved(portal.member())
    portal.submitted(portal.member())
    name, client = settings.settings().table_name, aws.dynamodb()
    before = dump.table_hash(dump.items_of(client, name))
    options = argparse.Namespace(file=tmp_path / "dump.gz", table=name, dry_run=False)
    assert dump.run(options) == 0
    with pytest.raises(load.NotEmpty):
        load.run(options)
    client.delete_table(TableName=name)
    assert make(name) == name
    assert dump.table_hash(dump.items_of(client, name)) == (0, f"{0:064x}")
    assert load.run(options) == 0
    assert dump.table_hash(dump.items_of(client, name)) == before
    assert before[0] > members * 5
    assert audit(_read(item) for item in dump.items_of(client, name)) == []
    figures("dumped, wiped and loaded", f"{members:,} members, {before[0]:,} items, the same hash")


def test_a_table_that_lost_an_item_or_has_another_is_told(
    portal: Portal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(boto3, "client", lambda _: aws.dynamodb())
    portal.member()
    name, client = settings.settings().table_name, aws.dynamodb()
    whole = list(dump.items_of(client, name))
    hashes = {dump.table_hash(whole)}
    hashes.add(dump.table_hash(whole[1:]))
    hashes.add(dump.table_hash([{**whole[0], "PK": {"S": "OTHER"}}, *whole[1:]]))
    hashes.add(dump.table_hash([*whole, whole[0]]))
    assert len(hashes) == 4
    assert dump.table_hash(reversed(whole)) == dump.table_hash(whole)
    wanted = dump.table_hash(whole)
    options = argparse.Namespace(file=tmp_path / "dump.gz", table=name, dry_run=False)
    assert dump.run(options) == 0
    client.delete_table(TableName=name)
    make(name)
    batches = client.batch_write_item
    lost: list[Any] = []

    def losing(**asked: Any) -> Any:
        ((table, puts),) = asked["RequestItems"].items()
        lost.append(puts.pop())
        return batches(RequestItems={table: puts}) if puts else {}

    monkeypatch.setattr(client, "batch_write_item", losing)
    assert load.run(options) == 1
    assert lost
    assert dump.table_hash(dump.items_of(client, name)) != wanted
