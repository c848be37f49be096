"""Two editions run side by side: a cycle counts by its own, and what is signed is the agreement of the one in force."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from functions.check_document import handler as check_document
from shared.domain import ids
from shared.handling import wiring
from tests import files
from tests.integration.conftest import forget_settings
from tests.integration.portal import STAFF, Answer, Person, Portal, entry, new_key
from tests.integration.world import DocumentsBucket, stored

OLD, NEW = "example-reinstatement/2023", "example-reinstatement/2026"
OLD_TEXT, NEW_TEXT = "2023-01", "2026-01"
AFTER = "2028-02-10T12:00:00-05:00"
"""When those are late whose last day was at the end of 2027."""


@pytest.fixture
def bucket(portal: Portal, monkeypatch: pytest.MonkeyPatch) -> DocumentsBucket:
    made = DocumentsBucket()
    monkeypatch.setattr(wiring, "document_store", lambda: made)
    return made


@pytest.fixture(autouse=True)
def two(portal: Portal, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The portal runs by the example that has two editions; by the clock the second one is in force."""
    with monkeypatch.context() as patch:
        patch.setenv("PROGRAM", "example-reinstatement")
        forget_settings()
        yield
    forget_settings()


def in_the_portal(portal: Portal, member: Person, version: str) -> Answer:
    body = {"agreement_version": version, "signature": "Mona Member"}
    return portal.post(portal.cycle_path(member, "submission"), member, body)


def on_paper(portal: Portal, member: Person, version: str) -> Answer:
    body = {"agreement_version": version, "signature": "Mona Member"}
    return portal.post(f"/api/staff/certifications/{member.certification_id}/submission", STAFF, body)


def for_reinstatement(portal: Portal, member: Person, version: str) -> Answer:
    portal.at(AFTER)
    body = {"agreement_version": version, "signature": "Mona Member"}
    return portal.post(portal.cycle_path(member, "reinstatement-application/submission"), member, body)


@pytest.mark.parametrize("sign", [in_the_portal, on_paper, for_reinstatement])
def test_what_is_signed_is_the_agreement_in_force_through_every_door(
    portal: Portal, sign: Callable[[Portal, Person, str], Answer]
) -> None:
    member = portal.member()
    portal.points(member, 50)
    assert portal.dashboard(member)["cycle"]["edition"] == OLD
    assert sign(portal, member, OLD_TEXT).code == "agreement-outdated"
    current = portal.get("/api/program").json
    assert (current["edition"], current["agreement"]["version"]) == (NEW, NEW_TEXT)
    report = portal.cycle_path(member, "report")
    to_be_signed = portal.get(report, member).json["agreement"]
    assert to_be_signed == {**current["agreement"], "signed": False}
    signed = sign(portal, member, current["agreement"]["version"])
    assert signed.status == 201, signed.json
    assert signed.json["submission"]["agreement_version"] == NEW_TEXT
    assert portal.get(report, member).json["agreement"] == {**current["agreement"], "signed": True}


def test_a_key_used_again_is_answered_by_the_edition_of_its_cycle(portal: Portal) -> None:
    member, key = portal.member(), new_key()
    session = (entry("study-group", 25),)
    first = portal.enter(member, *session, key=key)
    signed = in_the_portal(portal, member, NEW_TEXT).json
    portal.paid(signed["invoice"]["invoice_id"])
    assert portal.decide(member, signed["submission"]["submission_id"]).status == 200
    assert portal.dashboard(member)["cycle"]["edition"] == NEW
    portal.enter(member, entry("webinar", 1))
    again = portal.enter(member, *session, key=key)
    assert (again.status, again.json["entries"]) == (201, first.json["entries"])


def codes(program: dict[str, Any], what: str) -> set[str]:
    return {each["code"] for each in program[what]}


def program_of(portal: Portal, edition: str) -> dict[str, Any]:
    answer = portal.get("/api/program", query={"edition": edition})
    assert answer.status == 200, answer.json
    found: dict[str, Any] = answer.json
    assert found["edition"] == edition
    return found


def test_a_cycle_takes_what_its_edition_offers_and_nothing_else(portal: Portal) -> None:
    member = portal.member()
    offered = program_of(portal, portal.dashboard(member)["cycle"]["edition"])
    in_force = portal.get("/api/program").json
    assert codes(offered, "activities") ^ codes(in_force, "activities") == {
        "study-group",
        "case-study",
        "rfp",
    }
    entered = portal.enter(member, entry("study-group", 2))
    assert entered.json["entries"][0]["points"] == 4
    refused = portal.enter(member, entry("rfp"))
    assert (refused.status, refused.pointers) == (422, ["/entries/0/activity"])


def test_the_next_cycle_is_under_the_edition_of_its_first_day(portal: Portal) -> None:
    member = portal.member()
    portal.approved(member)
    assert portal.dashboard(member)["cycle"]["edition"] == NEW
    portal.later(days=3)
    days = {"started_on": "2027-06-17", "ended_on": "2027-06-17"}
    assert portal.enter(member, entry("study-group", **days)).pointers == ["/entries/0/activity"]
    assert portal.enter(member, entry("webinar", **days)).status == 201
    earlier = portal.get(portal.cycle_path(member, "cycles"), member).json["items"][0]
    assert earlier["edition"] == OLD


@pytest.mark.parametrize(("entered", "edition"), [(False, OLD), (True, NEW)])
def test_an_empty_cycle_that_a_row_moves_is_under_the_edition_of_its_new_first_day(
    portal: Portal, entered: bool, edition: str
) -> None:
    member = portal.member(certified_since="2026-06-01")
    assert portal.dashboard(member)["cycle"]["edition"] == NEW
    if entered:
        days = {"started_on": "2026-07-01", "ended_on": "2026-07-01"}
        assert portal.enter(member, entry("webinar", **days)).status == 201
    portal.member(member_id=member.member_id, certified_since="2024-06-01")
    cycle = portal.dashboard(member)["cycle"]
    assert (cycle["starts_on"], cycle["edition"]) == ("2024-06-01", edition)


def test_refusals_name_the_contact_in_force(portal: Portal) -> None:
    member, late = portal.member(), portal.member()
    made = portal.points(member, 50)
    assert portal.sign(member).status == 201
    entries = portal.cycle_path(member, f"entries/{made['entry_id']}")
    locked = portal.ask("DELETE", entries, member, version=made["version"])
    portal.at("2029-02-10T12:00:00-05:00")
    lapsed = portal.get(portal.cycle_path(late, "reinstatement-application"), late)
    assert [locked.code, lapsed.code] == ["cycle-locked", "certification-lapsed"]
    for refusal in (locked, lapsed):
        assert "certification@example.org" in refusal.json["detail"], refusal.json


def test_each_certification_says_which_edition_it_is_under(portal: Portal) -> None:
    member = portal.member("IPMA-SCP")
    later = {"certified_since": "2026-06-01", "expires_on": "2028-12-31"}
    portal.member("IPMA-CS", member_id=member.member_id, **later)
    of = {
        each["designation"]: each["edition"] for each in portal.get("/api/me", member).json["certifications"]
    }
    assert of == {"IPMA-SCP": OLD, "IPMA-CS": NEW}
    seen = portal.get(f"/api/staff/members/{member.member_id}", STAFF).json["certifications"]
    assert {each["designation"]: each["edition"] for each in seen} == of


def announced(portal: Portal, who: Person, kind: str, size: int = len(files.PDF), **home: str) -> Answer:
    said = {"file_name": "a.pdf", "content_type": "application/pdf", "size": size, "kind": kind, "title": "A"}
    return portal.post("/api/documents", who, said | home)


def test_a_document_is_of_a_kind_that_the_edition_of_its_home_knows(
    portal: Portal, bucket: DocumentsBucket
) -> None:
    member = portal.member()
    portal.member(
        "IPMA-CS", member_id=member.member_id, certified_since="2026-06-01", expires_on="2028-12-31"
    )
    old, new = (ids.certification_id(member.member_id, each) for each in ("IPMA-CP", "IPMA-CS"))
    of_kinds = {
        (home, kind): announced(portal, member, kind, **({"certification_id": home} if home else {})).status
        for home in (old, new, None)
        for kind in ("case-study", "rfp")
    }
    assert of_kinds == {
        (old, "case-study"): 201,
        (old, "rfp"): 422,
        (new, "case-study"): 422,
        (new, "rfp"): 201,
        (None, "case-study"): 201,
        (None, "rfp"): 201,
    }


def test_a_file_is_as_large_as_the_edition_of_its_home_lets_it_be(
    portal: Portal, bucket: DocumentsBucket
) -> None:
    content = files.PDF + b"\n" * 11_000_000
    document_id = announced(portal, portal.member(), "evidence", len(content)).json["document"]["document_id"]
    check_document.check(stored(bucket, document_id, content))
    found = wiring.documents().find(document_id)
    assert found is not None
    assert found.status == "clean"
    later = portal.member(certified_since="2026-06-01", expires_on="2028-12-31")
    assert announced(portal, later, "evidence", len(content)).pointers == ["/size"]


@pytest.mark.parametrize("edition", ["example-reinstatement/1999", "ipma-hr/2026", "", "x" * 201])
def test_an_edition_that_there_is_not_is_not_found(portal: Portal, edition: str) -> None:
    assert portal.get("/api/program", query={"edition": edition}).code == "not-found"
