"""Documents out of the ordinary: evidence for an application while lapsed, those that staff upload, and pages."""

from collections.abc import Iterator
from typing import Any

import pytest

from shared import settings
from shared.handling import wiring
from tests import files
from tests.integration.conftest import WIRED
from tests.integration.portal import FINANCE, REVIEWER, SIGNING, STAFF, Person, Portal, entry, new_key
from tests.integration.test_documents import PATH, announce, clean, read, remove, said
from tests.integration.world import DocumentsBucket

OWN_TABLE = True
LATE = "2028-02-10T12:00:00-05:00"


@pytest.fixture
def bucket(portal: Portal, monkeypatch: pytest.MonkeyPatch) -> DocumentsBucket:
    made = DocumentsBucket()
    monkeypatch.setattr(wiring, "document_store", lambda: made)
    return made


@pytest.fixture
def member(portal: Portal, bucket: DocumentsBucket) -> Person:
    return portal.member()


# --- evidence for an application ---


def forget() -> None:
    settings.settings.cache_clear()
    for each in (*WIRED, "editions"):
        getattr(wiring, each).cache_clear()


@pytest.fixture
def applications(portal: Portal, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The portal runs by the example edition with applications."""
    with monkeypatch.context() as patch:
        patch.setenv("PROGRAM", "example-reinstatement")
        forget()
        yield
    forget()


@pytest.mark.usefixtures("applications")
def test_a_lapsed_applicant_uploads_the_evidence_that_the_application_needs(
    portal: Portal, bucket: DocumentsBucket, member: Person
) -> None:
    portal.points(member, 45)
    portal.at(LATE)
    below = portal.cycle_path(member, "reinstatement-application")
    innovation = portal.post(f"{below}/entries", member, {"entries": [entry("hr-innovation")]})
    (made,) = innovation.json["entries"]
    refused = portal.post(f"{below}/submission", member, SIGNING)
    assert refused.json["missing_documents"] == [made["entry_id"]]
    document = clean(portal, bucket, member, kind="hr-innovation", entry_id=made["entry_id"])
    assert document["certification_ids"] == [member.certification_id]
    assert portal.post(f"{below}/submission", member, SIGNING).status == 201
    assert portal.post(PATH, member, said()).code == "cycle-locked"
    assert remove(portal, member, document).code == "cycle-locked"


@pytest.mark.usefixtures("applications")
def test_an_applicant_deletes_what_was_uploaded_by_mistake_and_nothing_after_the_window(
    portal: Portal, bucket: DocumentsBucket, member: Person
) -> None:
    portal.at(LATE)
    first, second = (clean(portal, bucket, member, title=title) for title in ("One", "Two"))
    assert remove(portal, member, first).status == 204
    portal.at("2028-12-31T00:00:00-05:00")
    assert portal.post(PATH, member, said()).code == "certification-lapsed"
    assert remove(portal, member, second).code == "certification-lapsed"


# --- by staff ---


def staff_path(who: Person) -> str:
    return f"/api/staff/members/{who.member_id}/documents"


def by_staff(portal: Portal, who: Person, by: Person = REVIEWER, **fields: Any) -> Any:
    key = fields.pop("key", "new")
    return portal.post(staff_path(who), by, said(**fields), key=key)


def test_what_staff_upload_is_the_members_and_marked(
    portal: Portal, bucket: DocumentsBucket, member: Person
) -> None:
    made = portal.points(member, 5)
    answer = by_staff(portal, member, entry_id=made["entry_id"], size=len(files.PDF))
    assert answer.status == 201, answer.json
    assert answer.json["upload"]["fields"]
    document = answer.json["document"]
    assert document["by_staff"] is True
    shown = read(portal, member, document)["document"]
    assert (shown["by_staff"], "uploaded_by" in shown) == (True, False)
    assert portal.dashboard(member)["entries"][0]["document_ids"] == [document["document_id"]]
    assert announce(portal, member)["by_staff"] is False
    found = wiring.documents().find(document["document_id"])
    assert found is not None
    assert (found.member_id, found.uploaded_by) == (member.member_id, REVIEWER.member_id)


def test_the_same_key_of_staff_gives_the_same_document(portal: Portal, member: Person) -> None:
    key = new_key()
    first, again = by_staff(portal, member, key=key), by_staff(portal, member, key=key)
    assert (again.status, again.json["document"]) == (201, first.json["document"])
    assert by_staff(portal, member, key=key, title="Other").code == "idempotency-key-reused"


def test_staff_take_in_what_a_lapsed_member_sent_and_nothing_for_a_submitted_report(
    portal: Portal, member: Person
) -> None:
    portal.lapse(member)
    assert by_staff(portal, member).status == 201
    other = portal.member()
    portal.submitted(other)
    assert by_staff(portal, other).code == "cycle-locked"


def test_who_may_upload_for_whom(portal: Portal, member: Person) -> None:
    other, colleague = portal.member(), portal.member(groups=("staff",))
    assert by_staff(portal, member, by=other).code == "staff-only"
    assert by_staff(portal, member, by=FINANCE).code == "staff-only"
    assert by_staff(portal, colleague, by=colleague).code == "staff-only"
    assert by_staff(portal, Person("nobody")).code == "not-found"
    assert by_staff(portal, portal.uncertified()).code == "not-certified"
    assert by_staff(portal, member, certification_id=other.certification_id).code == "not-found"
    wrong = by_staff(portal, member, by=STAFF, kind="novel", size=0)
    assert wrong.pointers == ["/kind", "/size"]


# --- pages ---


def test_documents_come_in_pages_newest_first(portal: Portal, member: Person) -> None:
    made = []
    for number in range(5):
        made.append(announce(portal, member, title=f"No. {number}")["document_id"])
        portal.later(seconds=1)
    seen: list[str] = []
    cursor = None
    for _ in range(3):
        page = portal.get(PATH, member, query={"limit": 2, **({"cursor": cursor} if cursor else {})}).json
        seen += [each["document_id"] for each in page["items"]]
        cursor = page["next_cursor"]
    assert (seen, cursor) == (made[::-1], None)
    assert portal.get(PATH, member, query={"limit": 0}).pointers == ["/limit"]
    assert portal.get(PATH, member, query={"cursor": "x"}).pointers == ["/cursor"]


def test_the_next_page_begins_after_what_was_deleted_meanwhile(portal: Portal, member: Person) -> None:
    made = []
    for number in range(3):
        made.append(announce(portal, member, title=f"No. {number}")["document_id"])
        portal.later(seconds=1)
    first = portal.get(PATH, member, query={"limit": 1}).json
    shown = first["items"][0]
    assert remove(portal, member, shown).status == 204
    rest = portal.get(PATH, member, query={"limit": 2, "cursor": first["next_cursor"]})
    assert rest.status == 200, rest.json
    assert [each["document_id"] for each in rest.json["items"]] == made[1::-1]
    other = portal.get(PATH, portal.member(), query={"cursor": first["next_cursor"]})
    assert (other.status, other.pointers) == (422, ["/cursor"])
