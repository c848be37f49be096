"""How long documents of closed cycles are kept is the edition's word; without it they are kept for good."""

from dataclasses import replace
from typing import Any

import pytest

from functions.retire_documents import handler as retire_documents
from shared.adapters.failures import Failed
from shared.domain.documents import Document
from shared.domain.program import Editions
from shared.handling import wiring
from shared.repositories.documents import Documents
from tests.integration.portal import STAFF, Portal, entry
from tests.integration.world import World, build

OWN_TABLE = True
YEARS = 7


@pytest.fixture
def world(portal: Portal, monkeypatch: pytest.MonkeyPatch) -> World:
    """Approved in June 2027 with a published contribution; and in 2030 with a piece of evidence."""
    made = build(portal, monkeypatch)
    portal.at("2030-06-01T12:00:00-04:00")
    day = {"started_on": "2029-03-01", "ended_on": "2029-03-02"}
    evidence = made.contribution(kind="evidence", title="Badge")
    answer = portal.enter(made.owner, entry("webinar", document_ids=[evidence], **day))
    assert answer.status == 201, answer.json
    assert portal.enter(made.owner, entry(quantity=60, **day)).status == 201
    signed = portal.sign(made.owner).json
    portal.paid(signed["invoice"]["invoice_id"])
    assert portal.decide(made.owner, signed["submission"]["submission_id"]).status == 200
    made.names["evidence_id"] = evidence
    return made


def run(day: str) -> int:
    result: dict[str, Any] = retire_documents.handler({"scheduled_at": f"{day}T05:30:00-04:00"}, None)
    retired: int = result["retired"]
    return retired


def kept_for(monkeypatch: pytest.MonkeyPatch, years: int | None) -> None:
    program = replace(wiring.editions().programs[-1], documents_kept_years=years)
    monkeypatch.setattr(wiring, "editions", lambda: Editions((program,)))


def test_they_are_kept_for_good_by_default(portal: Portal, world: World) -> None:
    files = dict(world.documents.objects)
    portal.at("2060-01-01T05:30:00-05:00")
    assert run("2060-01-01") == 0
    assert world.documents.objects == files


def test_they_are_deleted_when_the_years_are_over_and_the_report_stays(
    portal: Portal, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept_for(monkeypatch, YEARS)
    evidence = world.names["evidence_id"]
    assert run("2037-06-01") == 0
    assert run("2037-07-01") == 1
    assert {key[0] for key in world.documents.objects} == {world.names["document_id"]}
    assert portal.get(f"/api/documents/{evidence}", world.owner).status == 404
    cycles = portal.get(portal.cycle_path(world.owner, "cycles"), world.owner).json["items"]
    for cycle in cycles:
        report = portal.get(
            portal.cycle_path(world.owner, "report"), world.owner, query={"cycle": cycle["cycle_id"]}
        )
        assert report.status == 200
        gone = 1 if cycle["number"] == 2 else 0
        assert report.json["documents_gone"] == gone
        assert [line["documents_gone"] for line in report.json["entries"]].count(1) == gone
        assert len(report.json["documents"]) == 1 - gone
    history = portal.get(f"/api/staff/certifications/{world.owner.certification_id}/history", STAFF)
    assert [each["data"] for each in history.json["items"] if each["type"] == "document-retired"] == [
        {"document_id": evidence}
    ]
    assert run("2037-08-01") == 0


def test_what_is_published_is_kept_until_it_is_withdrawn(
    portal: Portal, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept_for(monkeypatch, 3)
    assert run("2030-08-01") == 0
    path = f"/api/staff/documents/{world.names['document_id']}"
    version = portal.get(path, STAFF).json["document"]["version"]
    assert portal.ask("DELETE", f"{path}/publication", STAFF, version=version).status == 204
    assert run("2030-08-01") == 1
    assert portal.get(f"/api/documents/{world.names['document_id']}", world.owner).status == 404


def test_a_run_that_breaks_off_is_made_up_for_by_the_next(
    portal: Portal, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept_for(monkeypatch, YEARS)
    with monkeypatch.context() as patch:
        patch.setattr(wiring.documents()._table, "transact", lambda _: 1 / 0)
        with pytest.raises(Failed, match="ZeroDivisionError"):
            run("2037-07-01")
    assert run("2037-07-01") == 1


def test_a_run_that_breaks_off_before_a_file_is_made_up_for_by_the_next(
    portal: Portal, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept_for(monkeypatch, YEARS)
    with monkeypatch.context() as patch:
        patch.setattr(world.documents, "erase", lambda _: 1 / 0)
        with pytest.raises(Failed, match="ZeroDivisionError"):
            run("2037-07-01")
    assert portal.get(f"/api/documents/{world.names['evidence_id']}", world.owner).status == 404
    assert world.names["evidence_id"] in {key[0] for key in world.documents.objects}
    assert run("2037-08-01") == 0
    assert world.names["evidence_id"] not in {key[0] for key in world.documents.objects}
    assert wiring.documents().retired() == []


def test_what_is_published_while_a_run_looks_keeps_its_file(
    portal: Portal, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The run has read that it is not published when staff publish it."""
    kept_for(monkeypatch, 3)
    path = f"/api/staff/documents/{world.names['document_id']}"
    version = portal.get(path, STAFF).json["document"]["version"]
    assert portal.ask("DELETE", f"{path}/publication", STAFF, version=version).status == 204
    read = Documents.places

    def published_after(self: Documents, document: Document) -> list[Document]:
        found = read(self, document)
        assert portal.post(f"{path}/publication", STAFF).status == 201
        return found

    with monkeypatch.context() as patch:
        patch.setattr(Documents, "places", published_after)
        assert run("2030-08-01") == 0
    assert world.names["document_id"] in {key[0] for key in world.documents.objects}
    assert (
        "attachment"
        in portal.get(f"/api/library/{world.names['document_id']}", world.owner).json["download_url"]
    )
