"""No more documents wait in one place than a dashboard can read, by whichever way they come in."""

import pytest

from shared.domain import room as bounds
from shared.domain.documents import NO_ROOM
from shared.handling import wiring
from shared.use_cases import upload_document
from tests.integration.portal import STAFF, Answer, Person, Portal, entry, new_key
from tests.integration.test_documents import PATH, announce, said
from tests.integration.world import DocumentsBucket

MOST = 3


@pytest.fixture(autouse=True)
def room(portal: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    """Room for three."""
    bucket = DocumentsBucket()
    monkeypatch.setattr(wiring, "document_store", lambda: bucket)
    monkeypatch.setattr(upload_document, "MOST_UPLOADED", MOST)
    monkeypatch.setattr(bounds, "MOST_UPLOADED", MOST)


def refused(answer: Answer, pointer: str = "/certification_id") -> None:
    assert (answer.status, answer.json.get("errors")) == (422, [{"pointer": pointer, "detail": NO_ROOM}])


def test_it_holds_whether_the_certification_is_named_or_not(portal: Portal) -> None:
    member = portal.member()
    named, key = {"certification_id": member.certification_id}, new_key()
    announce(portal, member)
    announce(portal, member, **named)
    last = portal.post(PATH, member, said(), key=key)
    assert last.status == 201
    refused(portal.post(PATH, member, said()))
    refused(portal.post(PATH, member, said(**named)))
    entry_id = portal.points(member, 1)["entry_id"]
    refused(portal.post(PATH, member, said(entry_id=entry_id)))
    refused(portal.post(f"/api/staff/members/{member.member_id}/documents", STAFF, said()))
    assert len(portal.dashboard(member)["documents"]) == MOST
    again = portal.post(PATH, member, said(), key=key)
    assert again.json["document"] == last.json["document"]
    path = f"{PATH}/{last.json['document']['document_id']}"
    assert portal.ask("DELETE", path, member, version=1).status == 204
    announce(portal, member)


def test_it_holds_for_what_waits_with_a_member_of_two_certifications(portal: Portal) -> None:
    member = portal.member("IPMA-SCP", "IPMA-CP")
    documents = [announce(portal, member)["document_id"] for _ in range(MOST)]
    refused(portal.post(PATH, member, said()))
    assert portal.enter(member, entry("webinar", document_ids=documents[:1])).status == 201
    announce(portal, member)  # what an entry named waits with its certification
    refused(portal.post(PATH, member, said()))


def test_two_documents_from_elsewhere_are_brought_in_at_once(portal: Portal) -> None:
    member = portal.member("IPMA-SCP", "IPMA-CP")
    own = [announce(portal, member)["document_id"] for _ in range(2)]
    assert portal.enter(member, entry("webinar", document_ids=own)).status == 201
    assert len(portal.dashboard(member)["documents"]) == 2


@pytest.mark.parametrize("edited", [False, True])
def test_it_holds_for_what_an_entry_brings_in_from_elsewhere(portal: Portal, edited: bool) -> None:
    member = portal.member("IPMA-SCP", "IPMA-CP")
    first = Person(member.member_id, (), member.certification_ids[:1])
    for _ in range(MOST - 1):
        announce(portal, first, certification_id=first.certification_id)
    own = [announce(portal, member)["document_id"] for _ in range(2)]
    if not edited:
        refused(portal.enter(first, entry("webinar", document_ids=own)), "/entries/0/document_ids/1")
        assert portal.enter(first, entry("webinar", document_ids=own[:1])).status == 201
        return
    made = portal.enter(first, entry("webinar", document_ids=own[:1])).json["entries"][0]
    path = portal.cycle_path(first, f"entries/{made['entry_id']}")
    refused(portal.put(path, first, entry("webinar", document_ids=own), version=1), "/document_ids/1")
