"""Documents through the handlers: who may upload where, what a check does, what a report keeps, what it all costs."""

import json
from collections.abc import Callable, Iterator
from functools import partial
from threading import Barrier, Thread
from typing import Any

import pytest

from functions.check_document import handler as check_document
from shared.adapters import clock
from shared.domain.days import day_of
from shared.domain.documents import Document
from shared.domain.errors import DomainError
from shared.domain.events import Command
from shared.domain.ids import fresh_key
from shared.handling import wiring
from shared.repositories import keys
from shared.repositories.documents import Documents
from shared.settings import settings
from shared.use_cases import check_document as looking
from shared.use_cases.delete_document import delete_document
from shared.use_cases.submit_cycle import submit_cycle
from tests import files
from tests.integration.calls import Call
from tests.integration.portal import (
    COLLEAGUE,
    STAFF,
    Answer,
    Person,
    Portal,
    allowed,
    entry,
    new_key,
    template,
)
from tests.integration.test_costs import BATCH, QUERY, WRITE, cost
from tests.integration.world import DocumentsBucket, stored

OWN_TABLE = True
PATH = "/api/documents"


@pytest.fixture
def bucket(portal: Portal, monkeypatch: pytest.MonkeyPatch) -> DocumentsBucket:
    made = DocumentsBucket()
    monkeypatch.setattr(wiring, "document_store", lambda: made)
    return made


@pytest.fixture
def scanned(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The deployed stack, where GuardDuty has to speak too."""
    monkeypatch.setenv("MALWARE_PROTECTION", "on")
    settings.cache_clear()
    yield
    settings.cache_clear()


@pytest.fixture
def member(portal: Portal, bucket: DocumentsBucket) -> Person:
    return portal.member()


def said(**fields: Any) -> dict[str, Any]:
    usual = {
        "file_name": "a.pdf",
        "content_type": "application/pdf",
        "size": len(files.PDF),
        "kind": "evidence",
        "title": "Certificate",
    }
    return {**usual, **fields}


def announce(portal: Portal, who: Person, **fields: Any) -> dict[str, Any]:
    answer = portal.post(PATH, who, said(**fields))
    assert answer.status == 201, answer.json
    document: dict[str, Any] = answer.json["document"]
    return document


def scan(document_id: str, result: str = "NO_THREATS_FOUND", version: str = "v1") -> dict[str, Any]:
    """GuardDuty's event of a scan, in the shape of its user guide."""
    return {
        "source": "aws.guardduty",
        "detail-type": "GuardDuty Malware Protection Object Scan Result",
        "detail": {
            "schemaVersion": "1.0",
            "scanStatus": "COMPLETED",
            "resourceType": "S3_OBJECT",
            "s3ObjectDetails": {
                "bucketName": "documents",
                "objectKey": f"documents/{document_id}",
                "eTag": "ASIAI44QH8DHBEXAMPLE",
                "versionId": version,
                "s3Throttled": False,
            },
            "scanResultDetails": {"scanResultStatus": result, "threats": None},
        },
    }


def hear(*events: dict[str, Any], tries: int = 1) -> list[str]:
    """Hand events to the worker, as often as they were tried by then; the ids of the messages that failed."""
    attributes = {"ApproximateReceiveCount": str(tries)}
    records = [
        {"messageId": str(number), "body": json.dumps(event), "attributes": attributes}
        for number, event in enumerate(events, start=1)
    ]
    answered = check_document.handler({"Records": records}, None)
    return [each["itemIdentifier"] for each in answered["batchItemFailures"]]


def clean(portal: Portal, bucket: DocumentsBucket, who: Person, **fields: Any) -> dict[str, Any]:
    """A document that was uploaded and found clean."""
    document = announce(portal, who, **fields)
    assert hear(stored(bucket, document["document_id"])) == []
    return read(portal, who, document)["document"]


def read(portal: Portal, who: Person, document: dict[str, Any]) -> dict[str, Any]:
    answer = portal.get(f"{PATH}/{document['document_id']}", who)
    assert answer.status == 200, answer.json
    page: dict[str, Any] = answer.json
    return page


def remove(portal: Portal, who: Person, document: dict[str, Any], version: Any = None) -> Answer:
    wanted = document["version"] if version is None else version
    return portal.ask("DELETE", f"{PATH}/{document['document_id']}", who, version=wanted)


def code(answer: Answer) -> str:
    return str(answer.json["type"]).removeprefix("/problems/")


# --- uploading ---


def test_an_upload_is_one_write_that_looks_into_the_archive_too(portal: Portal, member: Person) -> None:
    named = said(certification_id=member.certification_id)
    assert cost(portal, lambda: portal.post(PATH, member, named), 201) == [QUERY, WRITE]
    assert cost(portal, lambda: portal.post(PATH, member, said()), 201) == [BATCH, QUERY, WRITE]


def test_what_is_at_home_with_its_member_is_one_write_too(portal: Portal, bucket: DocumentsBucket) -> None:
    several = portal.member("IPMA-SCP", "IPMA-CS")
    assert cost(portal, lambda: portal.post(PATH, several, said()), 201) == [BATCH, QUERY, WRITE]


@pytest.mark.parametrize("days", [0, 200], ids=["at once", "long after"])
@pytest.mark.parametrize("staff", [False, True], ids=["by the member", "by staff"])
def test_a_repetition_after_the_approval_makes_no_second_document(
    portal: Portal, bucket: DocumentsBucket, member: Person, staff: bool, days: int
) -> None:
    path, who = (f"/api/staff/members/{member.member_id}/documents", STAFF) if staff else (PATH, member)
    key, body = new_key(), said(kind="policy", certification_id=member.certification_id)
    document_id = portal.post(path, who, body, key=key).json["document"]["document_id"]
    assert hear(stored(bucket, document_id)) == []
    assert portal.enter(member, entry("policy", document_ids=[document_id])).status == 201
    portal.points(member, 49)
    approved(portal, member)
    portal.later(days=days)
    again = portal.post(path, who, body, key=key)
    assert (again.status, again.json["document"]["document_id"]) == (201, document_id)
    assert again.json["document"]["status"] == "clean"
    assert len(wiring.table().get_many(keys.document_homes(document_id), removed=True)) == 1
    assert portal.dashboard(member)["documents"] == []
    other = portal.post(path, who, {**body, "title": "Another"}, key=key)
    assert (other.status, code(other)) == (422, "idempotency-key-reused")
    if not days:
        undone = portal.post(
            f"/api/staff/certifications/{member.certification_id}/undo-approval", STAFF, {"reason": "Wrong."}
        )
        assert undone.status == 200, undone.json
        (shown,) = portal.dashboard(member)["documents"]
        assert (shown["document_id"], shown["status"]) == (document_id, "clean")


@pytest.mark.parametrize("archived", [False, True], ids=["open", "archived"])
def test_a_key_that_came_without_an_entry_is_refused_with_one(
    portal: Portal, bucket: DocumentsBucket, member: Person, archived: bool
) -> None:
    key, body = new_key(), said(certification_id=member.certification_id)
    document = portal.post(PATH, member, body, key=key).json["document"]
    named = portal.enter(member, entry("webinar", document_ids=[document["document_id"]])).json
    entry_id = named["entries"][0]["entry_id"]
    if archived:
        portal.points(member, 49)
        approved(portal, member)
        entry_id = entered_later(portal, member)
    other = portal.post(PATH, member, {**body, "entry_id": entry_id}, key=key)
    assert (other.status, code(other)) == (422, "idempotency-key-reused")
    assert len(wiring.table().get_many(keys.document_homes(document["document_id"]), removed=True)) == 1


def test_a_verdict_that_an_undone_and_repeated_approval_overtakes_leaves_the_document_in_its_report(
    portal: Portal, bucket: DocumentsBucket, member: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    document_id = portal.post(PATH, member, said(certification_id=member.certification_id)).json["document"][
        "document_id"
    ]
    assert portal.enter(member, entry("webinar", document_ids=[document_id])).status == 201
    portal.points(member, 49)
    approved(portal, member)
    undo = f"/api/staff/certifications/{member.certification_id}/undo-approval"
    settle, overtaken = Documents.settle, iter([True])

    def overtake(repository: Documents, *told: Any) -> None:
        if next(overtaken, False):
            portal.later(days=1)
            assert portal.post(undo, STAFF, {"reason": "Wrong."}).status == 200
            submission_id = portal.dashboard(member)["submission"]["submission_id"]
            assert portal.decide(member, submission_id).status == 200
        settle(repository, *told)

    monkeypatch.setattr(Documents, "settle", overtake)
    assert hear(stored(bucket, document_id)) == []
    assert portal.post(undo, STAFF, {"reason": "Wrong again."}).status == 200
    (shown,) = portal.dashboard(member)["documents"]
    assert (shown["document_id"], shown["status"]) == (document_id, "clean")


def approved(portal: Portal, member: Person) -> None:
    """Sign what is there, pay and have it approved."""
    made = portal.sign(member).json
    portal.paid(made["invoice"]["invoice_id"])
    assert portal.decide(member, made["submission"]["submission_id"]).status == 200


def entered_later(portal: Portal, member: Person) -> str:
    """An entry of the next cycle."""
    day = portal.dashboard(member)["cycle"]["starts_on"]
    portal.at(f"{day}T12:00:00-05:00")
    made = portal.enter(member, entry("webinar", started_on=day, ended_on=day))
    assert made.status == 201, made.json
    return str(made.json["entries"][0]["entry_id"])


def test_the_same_key_gives_the_same_document_and_another_body_is_refused(
    portal: Portal, member: Person
) -> None:
    key = new_key()
    first = portal.post(PATH, member, said(), key=key)
    again = portal.post(PATH, member, said(), key=key)
    assert (first.status, again.status) == (201, 201)
    assert first.json["document"] == again.json["document"]
    assert len(portal.get(PATH, member).json["items"]) == 1
    other = portal.post(PATH, member, said(title="Another"), key=key)
    assert (other.status, code(other)) == (422, "idempotency-key-reused")


@pytest.mark.parametrize("attached", [False, True], ids=["for itself", "for an entry"])
def test_a_late_repetition_does_not_bring_a_deleted_document_back(
    portal: Portal, bucket: DocumentsBucket, member: Person, attached: bool
) -> None:
    key, body = new_key(), said()
    if attached:
        body |= {
            "entry_id": portal.points(member, 1)["entry_id"],
            "certification_id": member.certification_id,
        }
    first = portal.post(PATH, member, body, key=key)
    document = first.json["document"]
    assert remove(portal, member, document).status == 204
    again = portal.post(PATH, member, body, key=key)
    assert (again.status, again.json["document"]["document_id"]) == (201, document["document_id"])
    assert portal.get(PATH, member).json["items"] == portal.dashboard(member)["documents"] == []
    assert portal.get(f"{PATH}/{document['document_id']}", member).status == 404
    assert portal.post(PATH, member, {**body, "title": "Another"}, key=key).status == 422


@pytest.mark.parametrize("for_an_entry", [True, False])
def test_nor_is_it_refused_for_what_came_since(
    portal: Portal, bucket: DocumentsBucket, member: Person, for_an_entry: bool
) -> None:
    named = {"entry_id": portal.points(member, 50)["entry_id"]} if for_an_entry else {}
    if not for_an_entry:
        portal.points(member, 50)
    key, body = new_key(), said(**named, certification_id=member.certification_id)
    document = portal.post(PATH, member, body, key=key).json["document"]
    assert remove(portal, member, document).status == 204
    assert portal.sign(member).status == 201
    again = portal.post(PATH, member, body, key=key)
    assert (again.status, again.json["document"]["document_id"]) == (201, document["document_id"])
    assert portal.post(PATH, member, body).status == 409
    assert portal.dashboard(member)["documents"] == []


def test_the_only_certification_is_the_home_of_what_names_none(portal: Portal, member: Person) -> None:
    document = announce(portal, member)
    assert document["certification_ids"] == [member.certification_id]
    (shown,) = portal.dashboard(member)["documents"]
    assert shown == document


def test_every_wrong_field_is_told_at_once(portal: Portal, member: Person) -> None:
    body = {
        "file_name": "../a.exe",
        "content_type": "text/html",
        "size": 11 * 1024**2,
        "kind": "x",
        "more": 1,
    }
    answer = portal.post(PATH, member, body)
    pointers = {each["pointer"] for each in answer.json["errors"]}
    assert pointers == {"/file_name", "/content_type", "/size", "/kind", "/title", "/more"}
    assert portal.get(PATH, member).json["items"] == []


def test_nobody_uploads_for_someone_else(portal: Portal, member: Person) -> None:
    other = portal.member()
    entered = portal.points(other, 1)
    theirs = portal.post(PATH, member, said(certification_id=other.certification_id))
    assert (theirs.status, code(theirs)) == (404, "not-found")
    for more in ({}, {"certification_id": member.certification_id}):
        assert portal.post(PATH, member, said(entry_id=entered["entry_id"], **more)).status == 404
    assert portal.dashboard(other)["documents"] == []


def test_the_lapsed_and_the_uncertified_are_told_what_to_do(portal: Portal, member: Person) -> None:
    kept = announce(portal, member)
    portal.lapse(member)
    for more in ({}, {"certification_id": member.certification_id}):
        refused = portal.post(PATH, member, said(**more))
        assert (refused.status, code(refused)) == (403, "certification-lapsed")
    assert read(portal, member, kept)["document"] == kept
    assert code(remove(portal, member, kept)) == "certification-lapsed"
    refused = portal.post(PATH, portal.uncertified(), said())
    assert (refused.status, code(refused)) == (403, "not-certified")
    assert "example.org" in refused.json["detail"]


def test_a_submitted_report_takes_no_document_but_a_repeated_request_gets_its_own(
    portal: Portal, member: Person
) -> None:
    key = new_key()
    first = portal.post(PATH, member, said(), key=key)
    portal.submitted(member)
    for more in ({}, {"certification_id": member.certification_id}):
        assert code(portal.post(PATH, member, said(**more))) == "cycle-locked"
    again = portal.post(PATH, member, said(), key=key)
    assert (again.status, again.json["document"]) == (201, first.json["document"])


# --- whose it is ---


def test_a_foreign_document_answers_like_none_after_the_same_calls(portal: Portal, member: Person) -> None:
    mine, other = announce(portal, member), portal.member()
    missing = f"{PATH}/doc_{'a' * 20}_{'b' * 20}"
    answers = []
    for path, who in (
        (f"{PATH}/{mine['document_id']}", other),
        (missing, other),
        (f"{PATH}/nonsense", other),
    ):
        assert cost(portal, lambda path=path, who=who: portal.get(path, who), 404) == [BATCH]
        answers.append(portal.get(path, who).json)
        assert portal.ask("DELETE", path, who, version=1).status == 404
    assert answers[0] == answers[1] == answers[2]
    assert cost(portal, lambda: portal.get(f"{PATH}/{mine['document_id']}", member)) == [BATCH]


def test_an_entry_cannot_name_someone_elses_document(
    portal: Portal, bucket: DocumentsBucket, member: Person
) -> None:
    theirs = clean(portal, bucket, portal.member())
    refused = portal.enter(member, entry(document_ids=[theirs["document_id"], "nonsense"]))
    assert (refused.status, code(refused)) == (422, "invalid-request")
    assert [each["pointer"] for each in refused.json["errors"]] == [
        "/entries/0/document_ids/0",
        "/entries/0/document_ids/1",
    ]


# --- the check ---


def test_a_clean_file_can_be_downloaded_and_a_rejected_one_cannot(
    portal: Portal, bucket: DocumentsBucket, member: Person
) -> None:
    good, bad = announce(portal, member), announce(portal, member)
    assert read(portal, member, good)["download_url"] is None
    assert hear(stored(bucket, good["document_id"]), stored(bucket, bad["document_id"], files.HTML)) == []
    page = read(portal, member, good)
    assert (page["document"]["status"], page["document"]["version"]) == ("clean", 2)
    assert "versionId=v1" in page["download_url"]
    page = read(portal, member, bad)
    assert (page["document"]["status"], page["download_url"]) == ("rejected", None)
    assert page["document"]["reason"]
    assert bucket.deleted == [bad["document_id"]]


def test_a_file_that_no_check_can_end_is_rejected_on_the_last_try_and_its_member_told(
    portal: Portal, bucket: DocumentsBucket, member: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Until then it may be our mistake, which is mended. The message is a dead letter, so that staff hear of it."""
    tries = template()["Resources"]["DocumentChecksQueue"]["Properties"]["RedrivePolicy"]["maxReceiveCount"]
    document = announce(portal, member)
    uploaded = stored(bucket, document["document_id"])

    def fail(*_: Any) -> None:
        raise RecursionError

    with monkeypatch.context() as patch:
        patch.setattr(looking, "inspect", fail)
        for tried in range(1, tries):
            assert hear(uploaded, tries=tried) == ["1"]
            assert read(portal, member, document)["document"]["status"] == "pending"
        assert hear(uploaded, tries=tries) == ["1"]
    page = read(portal, member, document)
    assert (page["document"]["status"], page["document"]["reason"]) == ("rejected", looking.NOT_LOOKED_INTO)
    assert bucket.deleted == [document["document_id"]]
    events = wiring.events().of(f"certification:{member.certification_id}")
    assert [each.data["reason"] for each in events if each.type == "document-rejected"] == [
        looking.NOT_LOOKED_INTO
    ]
    assert hear(uploaded) == [], "sent back from the dead letters it is done with"
    assert read(portal, member, document) == page


@pytest.mark.usefixtures("scanned")
def test_a_verdict_that_meets_a_document_between_its_two_places_is_heard(
    portal: Portal, bucket: DocumentsBucket, member: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An approval moves it to the archive: one read of both places may come between and see it in neither."""
    real = Documents.find
    for speaks in ("content", "malware"):
        document = announce(portal, member)
        uploaded = stored(bucket, document["document_id"])
        asked: list[str] = []

        def moving(self: Documents, document_id: str, asked: list[str] = asked) -> Document | None:
            asked.append(document_id)
            return None if len(asked) == 1 else real(self, document_id)

        for check, heard in (("content", uploaded), ("malware", scan(document["document_id"]))):
            with monkeypatch.context() as patch:
                if check == speaks:
                    patch.setattr(Documents, "find", moving)
                assert hear(heard) == []
        assert asked[:2] == [document["document_id"]] * 2
        assert read(portal, member, document)["document"]["status"] == "clean"


def test_a_check_done_twice_or_of_a_later_upload_changes_nothing(
    portal: Portal, bucket: DocumentsBucket, member: Person
) -> None:
    document = announce(portal, member)
    event = stored(bucket, document["document_id"])
    assert hear(event, event) == []
    settled = read(portal, member, document)["document"]
    assert hear(stored(bucket, document["document_id"], files.HTML, "v2"), event) == []
    assert read(portal, member, document)["document"] == settled
    assert bucket.objects.keys() == {(document["document_id"], "v1")}
    assert hear(scan(document["document_id"], "THREATS_FOUND", "v3"), event) == []
    assert read(portal, member, document)["document"] == settled
    assert bucket.objects.keys() == {(document["document_id"], "v1")}


def test_a_file_that_is_there_gets_no_second_form(
    portal: Portal, bucket: DocumentsBucket, member: Person, scanned: None
) -> None:
    key = new_key()
    first = portal.post(PATH, member, said(), key=key).json
    again = portal.post(PATH, member, said(), key=key).json
    assert first["upload"]["fields"]["key"] == again["upload"]["fields"]["key"]
    for event in (stored(bucket, first["document"]["document_id"]), scan(first["document"]["document_id"])):
        assert hear(event) == []
        late = portal.post(PATH, member, said(), key=key)
        assert (late.status, late.json["upload"]["fields"]) == (201, {})
        assert late.json["document"]["document_id"] == first["document"]["document_id"]


def test_a_check_leaves_one_event_of_the_system(
    portal: Portal, bucket: DocumentsBucket, member: Person
) -> None:
    document = announce(portal, member)
    hear(
        stored(bucket, document["document_id"], files.HTML),
        stored(bucket, document["document_id"], files.HTML),
    )
    events = wiring.events().of(f"certification:{member.certification_id}")
    (checked,) = [each for each in events if each.type == "document-rejected"]
    assert (checked.by, checked.role, checked.data["document_id"]) == (
        "system",
        "system",
        document["document_id"],
    )
    assert checked.data["reason"]


def test_the_same_file_twice_is_a_hint_and_no_refusal(
    portal: Portal, bucket: DocumentsBucket, member: Person
) -> None:
    first, second = clean(portal, bucket, member), clean(portal, bucket, member)
    assert (first["same_as"], second["same_as"]) == (None, first["document_id"])
    assert second["status"] == "clean"
    other = clean(portal, bucket, portal.member())
    assert other["same_as"] is None


def test_an_event_of_a_deleted_document_or_object_is_nothing_to_worry_about(
    portal: Portal, bucket: DocumentsBucket, member: Person
) -> None:
    document = announce(portal, member)
    event = stored(bucket, document["document_id"])
    bucket.objects.clear()
    assert hear(event) == []
    assert remove(portal, member, document).status == 204
    assert hear(event) == []


@pytest.mark.usefixtures("scanned")
def test_where_a_scanner_runs_a_document_is_clean_when_both_said_so(
    portal: Portal, bucket: DocumentsBucket, member: Person
) -> None:
    for order in (0, 1):
        document = announce(portal, member)
        document_id = document["document_id"]
        events = [stored(bucket, document_id), scan(document_id)]
        assert hear(events[order]) == []
        page = read(portal, member, document)
        assert (page["document"]["status"], page["download_url"]) == ("pending", None)
        assert hear(events[1 - order]) == []
        assert read(portal, member, document)["document"]["status"] == "clean"


@pytest.mark.usefixtures("scanned")
@pytest.mark.parametrize("result", ["THREATS_FOUND", "UNSUPPORTED"])
def test_what_the_scanner_objects_to_is_rejected(
    portal: Portal, bucket: DocumentsBucket, member: Person, result: str
) -> None:
    document = announce(portal, member)
    hear(stored(bucket, document["document_id"]), scan(document["document_id"], result))
    page = read(portal, member, document)
    assert (page["document"]["status"], page["download_url"]) == ("rejected", None)
    assert "scan" in page["document"]["reason"]


@pytest.mark.usefixtures("scanned")
def test_two_verdicts_on_different_uploads_never_make_a_document_clean(
    portal: Portal, bucket: DocumentsBucket, member: Person
) -> None:
    document = announce(portal, member)
    document_id = document["document_id"]
    hear(stored(bucket, document_id, files.PDF, "v1"), scan(document_id, version="v2"))
    assert read(portal, member, document)["document"]["status"] == "pending"
    hear(scan(document_id, "THREATS_FOUND", version="v1"))
    assert read(portal, member, document)["document"]["status"] == "rejected"


@pytest.mark.usefixtures("scanned")
@pytest.mark.parametrize("result", ["FAILED", "ACCESS_DENIED"])
def test_a_scan_that_could_not_look_goes_to_the_dead_letters(
    portal: Portal, bucket: DocumentsBucket, member: Person, result: str
) -> None:
    document = announce(portal, member)
    assert hear(stored(bucket, document["document_id"]), scan(document["document_id"], result)) == ["2"]
    assert read(portal, member, document)["document"]["status"] == "pending"


# --- attached, detached, deleted ---


def test_a_document_is_attached_at_its_upload_and_detached_by_an_edit(
    portal: Portal, bucket: DocumentsBucket, member: Person
) -> None:
    made = portal.points(member, 1)
    document = announce(portal, member, entry_id=made["entry_id"])
    (entered,) = portal.dashboard(member)["entries"]
    assert (entered["document_ids"], entered["version"]) == ([document["document_id"]], 2)
    path = portal.cycle_path(member, f"entries/{made['entry_id']}")
    kept = portal.put(path, member, entry(quantity=2), version=2)
    assert kept.json["document_ids"] == [document["document_id"]]
    freed = portal.put(path, member, entry(quantity=2, document_ids=[]), version=3)
    assert freed.json["document_ids"] == []
    assert len(portal.dashboard(member)["documents"]) == 1


def test_attaching_at_the_upload_is_done_once(portal: Portal, member: Person) -> None:
    made = portal.points(member, 1)
    key, body = new_key(), said(entry_id=made["entry_id"], certification_id=member.certification_id)
    assert cost(portal, lambda: portal.post(PATH, member, body, key=key), 201) == [QUERY, WRITE]
    assert portal.post(PATH, member, body, key=key).status == 201
    assert portal.post(PATH, member, {**body, "title": "Another"}, key=key).status == 422
    (entered,) = portal.dashboard(member)["entries"]
    assert (len(entered["document_ids"]), entered["version"]) == (1, 2)


def test_deleting_takes_a_document_out_of_its_entries_and_the_bucket(
    portal: Portal, bucket: DocumentsBucket, member: Person
) -> None:
    document = clean(portal, bucket, member)
    portal.enter(member, entry("policy", document_ids=[document["document_id"]]))
    assert portal.ask("DELETE", f"{PATH}/{document['document_id']}", member).status == 428
    assert remove(portal, member, document, version=1).status == 412
    assert remove(portal, member, document).status == 204
    dashboard = portal.dashboard(member)
    assert (dashboard["documents"], dashboard["entries"][0]["document_ids"]) == ([], [])
    assert bucket.deleted == [document["document_id"]]
    assert remove(portal, member, document).status == 404


def test_a_submitted_report_keeps_its_documents_and_lets_others_go(
    portal: Portal, bucket: DocumentsBucket, member: Person
) -> None:
    needed, spare = clean(portal, bucket, member), clean(portal, bucket, member)
    portal.enter(member, entry(quantity=50, document_ids=[needed["document_id"]]))
    assert portal.sign(member).status == 201
    refused = remove(portal, member, needed)
    assert (refused.status, code(refused)) == (409, "cycle-locked")
    assert remove(portal, member, spare).status == 204
    assert [each["document_id"] for each in portal.dashboard(member)["documents"]] == [needed["document_id"]]


@pytest.mark.usefixtures("dynoxide")
def test_a_deletion_and_a_signing_that_race_never_leave_a_signed_report_without_its_document(
    portal: Portal, bucket: DocumentsBucket
) -> None:
    for _ in range(6):
        member = portal.member()
        document = clean(portal, bucket, member, kind="policy")
        portal.enter(member, entry(quantity=49), entry("policy", document_ids=[document["document_id"]]))
        assert len(race(*signing_and_deletion(member, document, bucket))) == 1
        dashboard = portal.dashboard(member)
        assert (dashboard["cycle"]["state"] == "submitted") == bool(dashboard["documents"])


def signing_and_deletion(
    member: Person, document: dict[str, Any], bucket: DocumentsBucket
) -> tuple[Callable[[], object], Callable[[], object]]:
    """Both below the resolver, which threads would share."""
    recertifications, events = wiring.recertifications(), wiring.events()
    found = recertifications.find(member.certification_id)
    stored = wiring.documents().find(document["document_id"])
    assert found is not None
    assert stored is not None
    now = clock.now()
    first, second = (
        Command(member.member_id, "member", now, day_of(now, found.program.time_zone), fresh_key())
        for _ in range(2)
    )
    agreement = found.program.agreement.version
    return (
        lambda: submit_cycle(
            recertifications,
            wiring.invoices(),
            events,
            wiring.editions(),
            first,
            found,
            agreement,
            "Mona",
        ),
        lambda: delete_document(
            wiring.documents(),
            recertifications,
            bucket,
            events,
            second,
            stored,
            [found],
            str(stored.version),
        ),
    )


def race(*acts: Callable[[], object]) -> list[str]:
    """Do all of it at the same moment; the codes of what was refused."""
    start, refused = Barrier(len(acts)), list[str]()

    def run(act: Callable[[], object]) -> None:
        start.wait()
        try:
            act()
        except DomainError as error:
            refused.append(error.code)

    threads = [Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return refused


def test_an_approved_report_takes_its_documents_off_the_dashboard_and_keeps_them(
    portal: Portal, bucket: DocumentsBucket, member: Person
) -> None:
    used, spare = clean(portal, bucket, member), clean(portal, bucket, member)
    portal.enter(member, entry(quantity=50, document_ids=[used["document_id"]]))
    made = portal.sign(member).json
    portal.paid(made["invoice"]["invoice_id"])
    assert portal.decide(member, made["submission"]["submission_id"]).status == 200
    assert [each["document_id"] for each in portal.dashboard(member)["documents"]] == [spare["document_id"]]
    archived = {each["document_id"]: each["archived"] for each in portal.get(PATH, member).json["items"]}
    assert archived == {used["document_id"]: True, spare["document_id"]: False}
    page = read(portal, member, used)
    assert page["download_url"]
    assert code(remove(portal, member, used)) == "cycle-locked"
    portal.at("2028-02-01T12:00:00-05:00")
    again = entry(document_ids=[used["document_id"]], started_on="2028-01-01", ended_on="2028-01-02")
    assert portal.enter(member, again).status == 422


def test_an_approval_that_is_undone_brings_its_documents_back(
    portal: Portal, bucket: DocumentsBucket
) -> None:
    member = portal.member()
    document = clean(portal, bucket, member, kind="program", title="Mentoring")
    portal.enter(member, entry(quantity=50, document_ids=[document["document_id"]]))
    made = portal.sign(member).json
    portal.paid(made["invoice"]["invoice_id"])
    submission = made["submission"]["submission_id"]
    assert portal.decide(member, submission).status == 200
    assert publish(portal, document).status == 201
    undoing = f"/api/staff/certifications/{member.certification_id}/undo-approval"
    withdraw(portal, document)
    assert portal.post(undoing, STAFF, {"reason": "The wrong member."}).status == 200
    (shown,) = portal.dashboard(member)["documents"]
    assert (shown["document_id"], shown["archived"]) == (document["document_id"], False)
    assert code(remove(portal, member, shown)) == "cycle-locked"
    assert publish(portal, document).code == "not-publishable"
    assert portal.decide(member, submission).status == 200
    assert portal.dashboard(member)["documents"] == []
    assert publish(portal, document).status == 201


@pytest.mark.parametrize("held", [("IPMA-CP",), ("IPMA-CP", "IPMA-SCP")], ids=["one", "at home elsewhere"])
def test_an_approval_is_not_undone_while_the_library_shows_what_its_report_names(
    portal: Portal, bucket: DocumentsBucket, held: tuple[str, ...]
) -> None:
    """A contribution is published once the report that names it is approved, and no report of that kind would be."""
    member = portal.member(*held)
    document = clean(portal, bucket, member, kind="program", title="Mentoring")
    portal.enter(member, entry(quantity=50, document_ids=[document["document_id"]]))
    made = portal.sign(member).json
    portal.paid(made["invoice"]["invoice_id"])
    assert portal.decide(member, made["submission"]["submission_id"]).status == 200
    assert publish(portal, document).status == 201
    undoing = f"/api/staff/certifications/{member.certification_id}/undo-approval"
    refused = portal.post(undoing, STAFF, {"reason": "The wrong member."})
    assert (refused.code, "Mentoring" in refused.json["detail"]) == ("already-decided", True)
    assert portal.dashboard(member)["certification"]["status"] == "renew"
    withdraw(portal, document)
    assert portal.post(undoing, STAFF, {"reason": "The wrong member."}).status == 200
    assert titles(portal, STAFF) == []


# --- two certifications ---


def test_a_document_of_one_certification_serves_the_other_and_follows_its_check(
    portal: Portal, bucket: DocumentsBucket
) -> None:
    member = portal.member("IPMA-SCP", "IPMA-CS")
    first, second = member.certification_ids
    document = announce(portal, member, certification_id=first)
    path = f"/api/certifications/{second}/entries"
    session = {"entries": [entry("policy", document_ids=[document["document_id"]])]}
    assert cost(portal, lambda: portal.post(path, member, session), 201) == [QUERY, BATCH, WRITE]
    for certification_id in (first, second):
        (shown,) = portal.get(f"/api/certifications/{certification_id}/cycle", member).json["documents"]
        assert shown["status"] == "pending"
    assert hear(stored(bucket, document["document_id"])) == []
    for certification_id in (first, second):
        (shown,) = portal.get(f"/api/certifications/{certification_id}/cycle", member).json["documents"]
        assert (shown["status"], shown["version"]) == ("clean", 2)
    (listed,) = portal.get(PATH, member).json["items"]
    assert listed["certification_ids"] == [first, second]


def test_a_report_locks_a_shared_document_wherever_it_is_at_home(
    portal: Portal, bucket: DocumentsBucket
) -> None:
    member = portal.member("IPMA-SCP", "IPMA-CS")
    second = Person(member.member_id, (), member.certification_ids[1:])
    document = clean(portal, bucket, member)
    assert document["certification_ids"] == []
    portal.enter(second, entry(quantity=50, document_ids=[document["document_id"]]))
    portal.enter(member, entry("policy", document_ids=[document["document_id"]]))
    assert portal.sign(second).status == 201
    current = read(portal, member, document)["document"]
    assert code(remove(portal, member, current)) == "cycle-locked"
    (entered,) = portal.dashboard(member)["entries"]
    assert entered["document_ids"] == [document["document_id"]]


@pytest.mark.usefixtures("dynoxide")
def test_a_check_and_an_entry_that_race_leave_no_copy_behind(portal: Portal, bucket: DocumentsBucket) -> None:
    member = portal.member("IPMA-SCP", "IPMA-CS")
    for _ in range(5):
        document = announce(portal, member)
        event = stored(bucket, document["document_id"])
        session = entry(document_ids=[document["document_id"]])
        checked = partial(hear, event)
        assert race(checked, partial(portal.enter, member, session)) == []
        shown = {each["document_id"]: each["status"] for each in portal.dashboard(member)["documents"]}
        assert shown[document["document_id"]] == "clean"


# --- the library ---


def contributed(portal: Portal, bucket: DocumentsBucket, title: str, kind: str = "policy") -> dict[str, Any]:
    """A contribution of an approved report."""
    member = portal.member()
    document = clean(portal, bucket, member, kind=kind, title=title)
    portal.enter(member, entry(quantity=50, document_ids=[document["document_id"]]))
    made = portal.sign(member).json
    portal.paid(made["invoice"]["invoice_id"])
    assert portal.decide(member, made["submission"]["submission_id"]).status == 200
    return document


def publish(portal: Portal, document: dict[str, Any], who: Person = STAFF) -> Answer:
    return portal.post(f"/api/staff/documents/{document['document_id']}/publication", who)


def withdraw(portal: Portal, document: dict[str, Any]) -> None:
    at = f"/api/staff/documents/{document['document_id']}"
    version = portal.get(at, STAFF).json["document"]["version"]
    assert portal.ask("DELETE", f"{at}/publication", STAFF, version=version).status == 204


def titles(portal: Portal, who: Person, **query: Any) -> list[str]:
    return [each["title"] for each in portal.get("/api/library", who, query=query).json["items"]]


def test_members_find_what_staff_published_by_kind_words_and_page_by_page(
    portal: Portal, bucket: DocumentsBucket
) -> None:
    names = ["Remote work policy", "Works council charter", "Exit interviews", "Remote hiring"]
    kinds = ["policy", "policy", "program", "rfp"]
    documents = [contributed(portal, bucket, *each) for each in zip(names, kinds, strict=True)]
    for document in documents:
        assert publish(portal, document).status == 201
    reader = portal.member()
    assert titles(portal, reader) == sorted(names)
    assert titles(portal, reader, kind="policy") == ["Remote work policy", "Works council charter"]
    assert titles(portal, reader, query="remote") == ["Remote hiring", "Remote work policy"]
    assert sorted(titles(portal, reader, query="WORK")) == ["Remote work policy", "Works council charter"]
    assert titles(portal, reader, query="remote pol", kind="policy") == ["Remote work policy"]
    assert titles(portal, reader, query="remote exit") == []
    assert publish(portal, contributed(portal, bucket, "Pay, payroll and pay grades")).status == 201
    assert titles(portal, reader, query="pay") == ["Pay, payroll and pay grades"]
    names.append("Pay, payroll and pay grades")
    found, cursor = [], None
    while True:
        query = {"limit": 1} | ({"cursor": cursor} if cursor else {})
        page = portal.get("/api/library", reader, query=query).json
        found += [each["title"] for each in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert found == sorted(names)
    listed = portal.get("/api/staff/contributions", STAFF).json["items"]
    assert {each["title"] for each in listed} >= set(names)
    assert all(each["published_at"] for each in listed)
    assert all(each["member_name"].startswith("Mona Member") and each["member_id"] for each in listed)


@pytest.mark.parametrize("at_home", ["with one of them", "with the member"])
def test_a_contribution_of_several_reports_is_listed_once_also_over_pages(
    portal: Portal, bucket: DocumentsBucket, at_home: str
) -> None:
    member = portal.member("IPMA-SCP", "IPMA-CP")
    home = {} if at_home == "with the member" else {"certification_id": member.certification_ids[0]}
    shared = clean(portal, bucket, member, kind="policy", title="Named twice", **home)
    own = contributed(portal, bucket, "Between the two")
    for day, certification_id in ((20, member.certification_ids[1]), (22, member.certification_ids[0])):
        holder = Person(member.member_id, (), (certification_id,))
        portal.at(f"2027-06-{day}T12:00:00-04:00")
        portal.enter(holder, entry(quantity=49), entry("policy", document_ids=[shared["document_id"]]))
        made = portal.sign(holder).json
        portal.paid(made["invoice"]["invoice_id"])
        assert portal.decide(holder, made["submission"]["submission_id"]).status == 200
    last = contributed(portal, bucket, "After both")
    titles = {each["document_id"]: each["title"] for each in (shared, own, last)}
    found, cursor = [], None
    while True:
        query = {"limit": 1} | ({"cursor": cursor} if cursor else {})
        page = portal.get("/api/staff/contributions", STAFF, query=query).json
        found += [titles[each["document_id"]] for each in page["items"] if each["document_id"] in titles]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert found == ["Between the two", "Named twice", "After both"]
    whole = portal.get("/api/staff/contributions", STAFF).json["items"]
    assert [titles[each["document_id"]] for each in whole if each["document_id"] in titles] == found


def test_the_library_tells_only_the_name_and_only_what_is_published(
    portal: Portal, bucket: DocumentsBucket
) -> None:
    document = contributed(portal, bucket, "Onboarding")
    reader = portal.member()
    download = f"/api/library/{document['document_id']}"
    assert portal.get(download, reader).status == 404
    key = new_key()
    path = f"/api/staff/documents/{document['document_id']}/publication"
    published = portal.post(path, STAFF, key=key)
    assert portal.post(path, STAFF, key=key).status == 201
    assert code(publish(portal, document)) == "not-publishable"
    (shown,) = portal.get("/api/library", reader).json["items"]
    assert shown["contributed_by"].startswith("Mona Member")
    assert set(shown) == {
        "document_id", "kind", "title", "file_name", "content_type", "size", "contributed_by", "published_at",
    }  # fmt: skip
    assert "attachment" in portal.get(download, reader).json["download_url"]
    assert portal.get(f"{PATH}/{document['document_id']}", reader).status == 404
    version = published.json["version"]
    assert portal.ask("DELETE", path, STAFF, version=version - 1).status == 412
    assert portal.ask("DELETE", path, STAFF, version=version).status == 204
    assert portal.ask("DELETE", path, STAFF, version=version + 1).status == 404
    assert titles(portal, reader) == []
    assert portal.get(download, reader).status == 404
    assert publish(portal, document).status == 201
    assert titles(portal, reader) == ["Onboarding"]


def test_evidence_the_unapproved_and_ones_own_are_not_published(
    portal: Portal, bucket: DocumentsBucket
) -> None:
    evidence = contributed(portal, bucket, "A certificate", "evidence")
    assert code(publish(portal, evidence)) == "not-publishable"
    waiting = clean(portal, bucket, portal.member(), kind="policy")
    assert code(publish(portal, waiting)) == "not-publishable"
    assert publish(portal, waiting, portal.member()).status == 403
    own = portal.member(groups=("staff",), member_id="staff-own")
    refused = publish(portal, clean(portal, bucket, own, kind="policy"), own)
    assert (refused.status, code(refused)) == (403, "staff-only")


def test_staff_open_any_document_that_is_clean(
    portal: Portal, bucket: DocumentsBucket, member: Person
) -> None:
    document = announce(portal, member)
    path = f"/api/staff/documents/{document['document_id']}"
    assert portal.get(path, COLLEAGUE).json["download_url"] is None
    hear(stored(bucket, document["document_id"]))
    assert portal.get(path, COLLEAGUE).json["download_url"]
    assert portal.get(path, member).status == 403
    assert portal.get("/api/staff/documents/nonsense", COLLEAGUE).status == 404


# --- what the functions may do ---

WRITES = {
    "Put": "dynamodb:PutItem",
    "Delete": "dynamodb:DeleteItem",
    "ConditionCheck": "dynamodb:ConditionCheckItem",
}


def done(calls: list[Call]) -> set[str]:
    """The permissions that calls take."""
    needed = set()
    for call in calls:
        if call.operation == WRITE:
            needed |= {WRITES[kind] for item in call.parameters["TransactItems"] for kind in item}
        else:
            index = "/index" if "IndexName" in call.parameters else ""
            needed.add(f"dynamodb:{call.operation}{index}")
    return needed


def test_each_function_is_allowed_what_it_does_with_the_table(
    portal: Portal, bucket: DocumentsBucket
) -> None:
    member = portal.member("IPMA-SCP", "IPMA-CS")
    with portal.calls.counted() as documents:
        document = announce(portal, member)
        portal.get(PATH, member)
    with portal.calls.counted() as checks:
        hear(stored(bucket, document["document_id"]))
    with portal.calls.counted() as points:
        portal.enter(member, entry("policy", document_ids=[document["document_id"]]))
    with portal.calls.counted() as deleting:
        assert remove(portal, member, {**document, "version": 2}).status == 204
    contribution = contributed(portal, bucket, "Benefits")
    with portal.calls.counted() as library:
        version = publish(portal, contribution).json["version"]
        portal.get("/api/library", member, query={"query": "benefits"})
        portal.get("/api/staff/contributions", STAFF)
        path = f"/api/staff/documents/{contribution['document_id']}/publication"
        assert portal.ask("DELETE", path, STAFF, version=version).status == 204
    for folder, calls in {
        "documents": [*documents, *deleting],
        "check_document": checks,
        "points": points,
        "library": library,
    }.items():
        assert done(calls) <= allowed(folder), folder


@pytest.mark.usefixtures("dynoxide")
@pytest.mark.parametrize(("designations", "units"), [(1, 6.0), (2, 4.0)])
def test_what_an_upload_takes(
    portal: Portal, bucket: DocumentsBucket, designations: int, units: float
) -> None:
    member = portal.member(*("IPMA-SCP", "IPMA-CS")[:designations])
    with portal.calls.counted() as made:
        announce(portal, member, title="Certificate of attendance, annual conference 2026")
    assert [call.units for call in made if call.operation == WRITE] == [units]
