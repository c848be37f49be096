"""A member who has one of everything that an address can name, with the stores in memory that lie beside the table."""

import json
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import boto3
import pytest

from functions.check_document import handler as check_document
from shared.adapters.document_store import DocumentStore
from shared.domain.events import Event
from shared.domain.ports import ObjectGone
from shared.domain.proposals import Chapter, RosterMember, propose
from shared.handling import wiring
from shared.programs import FOLDER
from tests import files
from tests.integration.portal import ADMINISTRATOR, STAFF, Person, Portal, entry
from tests.integration.transfers import MemoryBucket, MemoryQueue

EDITION = (FOLDER / "ipma-hr" / "2026.toml").read_text(encoding="utf-8")


class DocumentsBucket(DocumentStore):
    """The documents' bucket in memory; what is signed is signed by the real thing."""

    def __init__(self) -> None:
        super().__init__(boto3.client("s3", "eu-west-1"), "documents")
        self.objects: dict[tuple[str, str], bytes] = {}
        self.deleted: list[str] = []

    def read(self, document_id: str, object_version: str, most: int) -> bytes:
        try:
            return self.objects[document_id, object_version][: most + 1]
        except KeyError:
            raise ObjectGone from None

    def remove(self, document_id: str) -> None:
        self.deleted.append(document_id)

    def remove_version(self, document_id: str, object_version: str) -> None:
        self.objects.pop((document_id, object_version), None)

    def erase(self, document_id: str) -> None:
        for key in [each for each in self.objects if each[0] == document_id]:
            del self.objects[key]

    def erase_home(self, home: str) -> None:
        for key in [each for each in self.objects if each[0].startswith(f"{home}_")]:
            del self.objects[key]


def stored(bucket: DocumentsBucket, document_id: str, content: bytes = files.PDF, version: str = "v1") -> Any:
    """Store an object and give EventBridge's event of it."""
    bucket.objects[document_id, version] = content
    return {
        "source": "aws.s3",
        "detail-type": "Object Created",
        "detail": {
            "bucket": {"name": "documents"},
            "object": {"key": f"documents/{document_id}", "size": len(content), "version-id": version},
        },
    }


@dataclass
class World:
    """The member, the stores, and what the names in the OpenAPI file's addresses stand for."""

    portal: Portal
    owner: Person
    documents: DocumentsBucket
    transfers: MemoryBucket
    exports: MemoryQueue
    imports: MemoryQueue
    names: dict[str, str]

    def filled(self, path: str, **others: str) -> str:
        """An address of the OpenAPI file with the member's ids in it, or others."""
        return path.format(**{**self.names, **others})

    def contribution(self, **fields: Any) -> str:
        """A contribution of the owner's that was found clean: its id."""
        told = {
            "file_name": "policy.pdf",
            "content_type": "application/pdf",
            "size": len(files.PDF),
            "kind": "policy",
            "title": "Onboarding policy",
            **fields,
        }
        answer = self.portal.post("/api/documents", self.owner, told)
        assert answer.status == 201, answer.json
        document_id: str = answer.json["document"]["document_id"]
        body = json.dumps(stored(self.documents, document_id))
        heard = check_document.handler({"Records": [{"messageId": "1", "body": body}]}, None)
        assert heard == {"batchItemFailures": []}
        return document_id


def build(portal: Portal, monkeypatch: pytest.MonkeyPatch, **cells: str) -> World:
    """A member who was approved once and entered points since, with a certificate, a published contribution, proposals,
    and what staff started: the clock stands a week after MIDDAY."""
    documents, transfers = DocumentsBucket(), MemoryBucket()
    exports, imports = MemoryQueue(), MemoryQueue()
    monkeypatch.setattr(wiring, "document_store", lambda: documents)
    monkeypatch.setattr(wiring, "transfer_store", lambda: transfers)
    monkeypatch.setattr(wiring, "exports_queue", lambda: exports)
    monkeypatch.setattr(wiring, "imports_queue", lambda: imports)
    owner = portal.member(**cells)
    world = World(portal, owner, documents, transfers, exports, imports, {})
    document_id = world.contribution()
    assert portal.enter(owner, entry("policy", document_ids=[document_id])).status == 201
    portal.points(owner, 49)
    made = portal.sign(owner).json
    portal.paid(made["invoice"]["invoice_id"])
    assert portal.decide(owner, made["submission"]["submission_id"]).status == 200
    assert portal.post(f"/api/staff/documents/{document_id}/publication", STAFF).status == 201
    portal.at("2027-06-22T12:00:00-04:00")
    since = entry(started_on="2027-06-18", ended_on="2027-06-18")
    entered = portal.enter(owner, since)
    assert entered.status == 201, entered.json
    employed = {
        "activity": "employment",
        "title": "HR officer",
        "organization": "City",
        "started_on": "2027-06-18",
    }
    standing = portal.post(portal.cycle_path(owner, "standing-claims"), owner, employed)
    assert standing.status == 201, standing.json
    chapter = Chapter("Springfield Chapter", date(2025, 1, 1), date(2025, 12, 31))
    proposal = propose(owner.member_id, RosterMember(f"{owner.member_id}@example.org", "", ""), chapter)
    wiring.proposals().add(proposal)
    event = wiring.events().of(f"member:{owner.member_id}")[0]
    raised = Event(
        "evt_raised", "attention", "attention-raised", "stripe", "system", event.at, {"reason": "x"}
    )
    wiring.events().record(replace(raised, event_id=f"evt_{owner.member_id}"))
    world.names |= {
        "member_id": owner.member_id,
        "certification_id": owner.certification_id,
        "entry_id": entered.json["entries"][0]["entry_id"],
        "standing_id": standing.json["standing_claim"]["standing_id"],
        "invoice_id": made["invoice"]["invoice_id"],
        "document_id": document_id,
        "proposal_id": proposal.proposal_id,
        "certificate_id": portal.dashboard(owner)["certification"]["certificate_id"],
        "attention_id": f"evt_{owner.member_id}",
        "export_id": portal.post("/api/staff/exports", ADMINISTRATOR).json["export_id"],
        "trial_id": portal.post("/api/staff/edition-trials", ADMINISTRATOR, {"text": EDITION}).json[
            "trial_id"
        ],
        "import_id": portal.post("/api/staff/imports", ADMINISTRATOR, {"kind": "members"}).json["import_id"],
    }
    return world
