"""Items as versions before wrote them are read by this one: a recorded sample of each kind, which only ever grows.

`STORED=add` adds to the sample what this version writes and no item of the sample has yet. Nothing in it is ever
changed or taken out: a live table still holds such items.
"""

import json
import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from shared.adapters import aws
from shared.repositories import archive, certificates, everything, items, proposals, values
from shared.repositories.table import Item
from shared.settings import settings
from tests.integration.portal import Portal, entry
from tests.integration.world import build

OWN_TABLE = True
SAMPLE = Path(__file__).parent / "stored" / "items.json"
Kind = tuple[str, str]

NOUNS: Mapping[Kind, Callable[[Item], Any]] = {
    ("MEMBER", "MEMBER"): items.member,
    ("MEMBER", "PROPOSAL"): proposals._proposal,
    ("CERTIFICATION", "CERTIFICATION"): items.certification,
    ("CERTIFICATION", "CYCLE"): items.cycle,
    ("CERTIFICATION", "SUBMISSION"): items.submission,
    ("CERTIFICATION", "INVOICE"): items.invoice,
    ("CERTIFICATION", "DOCUMENT"): items.document,
    ("ARCHIVE", "DOCUMENT"): items.document,
    ("CERTIFICATE", "CERTIFICATE"): certificates._certificate,
    ("HISTORY", "EVENT"): items.event,
}
"""Items that are one noun each: nothing of them is lost when they are written again."""

PARTS: Mapping[Kind, Callable[[Item], Any]] = {
    ("CERTIFICATION", "ENTRY"): items.entry,
    ("CERTIFICATION", "STANDING"): lambda item: [items.standing_claim(each) for each in item["claims"]],
    ("ARCHIVE", "SIGNED"): archive._record,
    ("ARCHIVE", "CYCLE"): lambda item: (
        items.cycle(item),
        items.submission(item["submission"]),
        items.certification(item["certification"]),
    ),
}
SEEN_ELSEWHERE = {
    ("ARCHIVE", "ENTRIES"),
    ("ARCHIVE", "STANDING"),
    ("INVOICE", "INVOICE"),
    ("DOCUMENTS", "DOCUMENT"),
}
"""Entries, standing claims, invoices and documents as the others are, under another key."""


def kind_of(item: Mapping[str, Any]) -> Kind:
    return item["PK"].partition("#")[0], item["SK"].partition("#")[0]


def sample() -> list[Item]:
    """The recorded items."""
    stored = json.loads(SAMPLE.read_text(encoding="utf-8")) if SAMPLE.exists() else []
    return [{name: values.read(value) for name, value in each.items()} for each in stored]


def written_today(portal: Portal, patch: pytest.MonkeyPatch) -> Iterator[dict[str, Any]]:
    """What a member who did about everything leaves in the table, as DynamoDB has it."""
    made = build(portal, patch)
    portal.at("2030-06-01T12:00:00-04:00")
    made.contribution(kind="evidence", title="Badge")
    day = {"started_on": "2029-03-01", "ended_on": "2029-03-02"}
    assert portal.enter(made.owner, entry(quantity=60, **day)).status == 201
    assert portal.sign(made.owner).status == 201
    pages = aws.dynamodb().get_paginator("scan").paginate(TableName=settings().table_name)
    for page in pages:
        yield from page["Items"]


def test_every_kind_that_is_read_is_in_the_sample() -> None:
    assert {kind_of(each) for each in sample()} == {*NOUNS, *PARTS}
    assert {*NOUNS, *PARTS} | SEEN_ELSEWHERE == set(everything._MAKERS)


@pytest.mark.parametrize("item", sample(), ids=lambda item: " ".join(kind_of(item)))
def test_an_item_of_before_is_read_and_nothing_of_it_is_lost(item: Item) -> None:
    kind = kind_of(item)
    if kind in PARTS:
        assert PARTS[kind](item)
        return
    again = items.attributes(NOUNS[kind](item))
    stored = {name: value for name, value in item.items() if name not in everything.KEYS}
    lost = {name: value for name, value in stored.items() if not holds(again.get(name), value)}
    assert set(lost) <= {"fingerprint"}  # of an event: read apart


def holds(now: Any, before: Any) -> bool:
    """Whether all that stood there before still does; maps may have got more."""
    if isinstance(now, dict) and isinstance(before, dict):
        return all(holds(now.get(name), value) for name, value in before.items())
    if isinstance(now, list) and isinstance(before, list):
        return len(now) == len(before) and all(map(holds, now, before))
    return bool(now == before)


def test_a_payment_of_before_keeps_its_refund_and_its_dispute_and_is_not_given_back_again() -> None:
    (stored,) = [each for each in sample() if kind_of(each) == ("CERTIFICATION", "INVOICE")][:1]
    paid = {**stored["payments"][0], "refunded": 5000, "dispute": "won", "surplus": True}
    (read,) = items.invoice({**stored, "payments": [paid]}).payments
    assert (read.refunded_told, read.refunds, read.given_back) == (5000, (), True)
    assert [(each.dispute_id, each.state) for each in read.disputes] == [("", "won")]


def test_what_is_written_today_has_no_attribute_that_the_sample_does_not_know(
    portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    known: dict[Kind, set[str]] = {}
    for each in sample():
        known.setdefault(kind_of(each), set()).update(each)
    stored = json.loads(SAMPLE.read_text(encoding="utf-8")) if SAMPLE.exists() else []
    new = []
    for item in sorted(written_today(portal, monkeypatch), key=lambda each: (-len(each), each["PK"]["S"])):
        kind = kind_of({name: value["S"] for name, value in item.items() if name in ("PK", "SK")})
        if kind in {*NOUNS, *PARTS} and not set(item) <= known.get(kind, set()):
            known.setdefault(kind, set()).update(item)
            new.append(item)
    if new and os.environ.get("STORED") == "add":
        lines = ",\n".join(json.dumps(each, sort_keys=True, ensure_ascii=False) for each in [*stored, *new])
        SAMPLE.write_text(f"[\n{lines}\n]\n", encoding="utf-8")
        return
    assert not new, "STORED=add records them"
