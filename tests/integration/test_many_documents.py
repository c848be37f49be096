"""A report may name more documents than the transaction of an approval can move: all of them are put away with it, and
an undoing brings all of them back, whatever breaks off in between."""

from typing import Any
from unittest.mock import patch

import pytest

from functions.retire_documents import handler as retire_documents
from shared.adapters.failures import Failed
from shared.handling import wiring
from shared.repositories import keys, recertifications
from shared.repositories.table import Table, Write, set_item
from tests.integration.portal import ADMINISTRATOR, STAFF, Portal, entry
from tests.integration.transfers import MemoryBucket, MemoryQueue
from tests.integration.world import DocumentsBucket, World

OWN_TABLE = True
MOST, NAMED = 3, 8
WRONG = {"reason": "Approved the wrong report"}


@pytest.fixture
def world(portal: Portal, monkeypatch: pytest.MonkeyPatch) -> World:
    """A member whose signed and paid report names eight contributions, where an approval moves three at once; and one
    document that nothing names."""
    bucket = DocumentsBucket()
    monkeypatch.setattr(wiring, "document_store", lambda: bucket)
    monkeypatch.setattr(recertifications, "MOST_ARCHIVED", MOST)
    owner = portal.member()
    made = World(portal, owner, bucket, MemoryBucket(), MemoryQueue(), MemoryQueue(), {})
    named = [made.contribution(title=f"Policy {number}") for number in range(NAMED)]
    made.names["unused"] = made.contribution(title="For later")
    policies = [entry("policy", document_ids=[each]) for each in named]
    assert portal.enter(owner, entry(quantity=42), *policies).status == 201
    signed = portal.sign(owner).json
    portal.paid(signed["invoice"]["invoice_id"])
    made.names |= {"submission_id": signed["submission"]["submission_id"]}
    made.names |= {"cycle_id": signed["submission"]["cycle_id"]}
    return made


def approve(world: World, **more: Any) -> None:
    assert world.portal.decide(world.owner, world.names["submission_id"], **more).status == 200


def undo(world: World) -> int:
    path = f"/api/staff/certifications/{world.owner.certification_id}/undo-approval"
    return world.portal.post(path, STAFF, WRONG).status


def on_the_dashboard(world: World) -> list[str]:
    return sorted(each["title"] for each in world.portal.dashboard(world.owner)["documents"])


def of_report(world: World) -> list[str]:
    query = {"cycle": world.names["cycle_id"]}
    found = world.portal.get(world.portal.cycle_path(world.owner, "report"), world.owner, query=query).json
    assert found["documents_gone"] == 0
    return sorted(each["title"] for each in found["documents"])


def in_archive(world: World) -> int:
    found = wiring.archive()._documents(world.owner.certification_id)
    assert all(each.archived_at is not None for each in found)
    return len(found)


ALL = [f"Policy {number}" for number in range(NAMED)]


def breaking(after: int) -> Any:
    """The table's transactions break off, but for the first so many."""
    real, made = Table.transact, []

    def transact(table: Table, writes: list[Write]) -> None:
        made.append(writes)
        if len(made) > after:
            raise ConnectionError
        real(table, writes)

    return patch.object(Table, "transact", transact)


def test_all_are_put_away_with_the_approval(world: World) -> None:
    approve(world)
    assert on_the_dashboard(world) == ["For later"]
    assert of_report(world) == ALL
    assert in_archive(world) == NAMED
    assert list(wiring.recertifications().unfinished()) == []


@pytest.mark.parametrize("done", [1, 2])
def test_what_an_approval_left_on_its_way_is_the_closed_cycles_all_the_same(world: World, done: int) -> None:
    portal, owner = world.portal, world.owner
    documents = {each["title"]: each for each in portal.dashboard(owner)["documents"]}
    with breaking(after=done), pytest.raises(Failed):
        approve(world)
    assert in_archive(world) == MOST * done
    assert on_the_dashboard(world) == ["For later"]
    assert of_report(world) == ALL
    portal.at("2027-06-22T12:00:00-04:00")
    days = {"started_on": "2027-06-18", "ended_on": "2027-06-18"}
    for title in ALL:
        found = portal.get(f"/api/documents/{documents[title]['document_id']}", owner).json["document"]
        path = f"/api/documents/{found['document_id']}"
        assert portal.ask("DELETE", path, owner, version=found["version"]).code == "cycle-locked"
        again = portal.enter(owner, entry("policy", document_ids=[found["document_id"]], **days))
        assert again.code == "invalid-request", again.json
    retire_documents.handler({"scheduled_at": "2027-07-01T09:30:00Z"}, None)
    assert in_archive(world) == NAMED
    assert list(wiring.recertifications().unfinished()) == []
    assert of_report(world) == ALL


@pytest.mark.parametrize(
    ("left", "broken"), [(False, None), (False, 0), (False, 1), (False, 2), (True, None), (True, 0)]
)
def test_an_undone_approval_has_all_its_documents(world: World, left: bool, broken: int | None) -> None:
    """`left`: the approval broke off after its transaction; `broken`: after how many of its own the undoing did."""
    if left:
        with breaking(after=1), pytest.raises(Failed):
            approve(world)
    else:
        approve(world)
    if broken is not None:
        with breaking(after=broken), pytest.raises(Failed):
            undo(world)
        assert on_the_dashboard(world) == ["For later"]
        assert of_report(world) == ALL
    assert undo(world) == 200
    assert on_the_dashboard(world) == sorted(["For later", *ALL])
    assert in_archive(world) == 0
    assert list(wiring.recertifications().unfinished()) == []
    approve(world)
    assert in_archive(world) == NAMED


def test_a_verdict_that_comes_while_they_move_is_kept(world: World) -> None:
    with breaking(after=1), pytest.raises(Failed):
        approve(world)
    certification_id = world.owner.certification_id
    found = wiring.recertifications().find(certification_id)
    assert found is not None
    document_id = found.moving[0].document_id
    real, told = Table.transact, []

    def transact(table: Table, writes: list[Write]) -> None:
        if not told:
            told.append(writes)
            held = table.get(keys.document(certification_id, document_id))
            assert held is not None
            seen = {**held, "reason": "seen", "version": int(held["version"]) + 1}
            real(table, [set_item("verdict", seen)])
        real(table, writes)

    with patch.object(Table, "transact", transact):
        wiring.recertifications().put_away(certification_id)
    assert in_archive(world) == NAMED
    kept = wiring.documents().find(document_id)
    assert kept is not None
    assert (kept.archived, kept.reason) == (True, "seen")


def test_what_lay_there_for_a_whole_cycle_does_not_come_back_with_the_next(world: World) -> None:
    portal, owner = world.portal, world.owner
    with breaking(after=1), pytest.raises(Failed):
        approve(world)
    portal.at("2030-06-15T12:00:00-04:00")
    days = {"started_on": "2029-03-01", "ended_on": "2029-03-01"}
    badge = world.contribution(kind="evidence", title="Badge")
    assert portal.enter(owner, entry(quantity=50, document_ids=[badge], **days)).status == 201
    signed = portal.sign(owner).json
    waiver = f"/api/staff/invoices/{signed['invoice']['invoice_id']}/waiver"
    assert portal.post(waiver, STAFF, {"reason": "Hardship"}).status == 201
    world.names["submission_id"] = signed["submission"]["submission_id"]
    approve(world)
    assert in_archive(world) == NAMED + 1
    assert of_report(world) == ALL
    assert undo(world) == 200
    assert on_the_dashboard(world) == ["Badge", "For later"]
    assert of_report(world) == ALL


def test_nothing_moves_once_the_members_data_are_being_erased(world: World) -> None:
    with breaking(after=1), pytest.raises(Failed):
        approve(world)
    path = f"/api/staff/members/{world.owner.member_id}/erasure"
    with breaking(after=1), pytest.raises(Failed):
        world.portal.post(path, ADMINISTRATOR)
    wiring.recertifications().put_away(world.owner.certification_id)
    assert in_archive(world) == MOST
