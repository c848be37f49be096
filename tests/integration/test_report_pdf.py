"""The printed report through its door."""

import io

import pytest
from pypdf import PdfReader

from tests.integration.portal import Person, Portal, entry
from tests.integration.world import build


def printed(portal: Portal, who: Person, **query: str) -> str:
    answer = portal.get(portal.cycle_path(who, "report.pdf"), who, query=query)
    assert answer.status == 200
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["content-disposition"].startswith("inline; filename=")
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(answer.raw)).pages)


def test_the_report_is_printed_with_its_entries(portal: Portal) -> None:
    member = portal.member(last_name="Łukasiewicz")
    portal.enter(member, entry("conference-full-day", 2, title="Annual conference"))
    text = printed(portal, member)
    assert "Mona Łukasiewicz" in text
    assert "Annual conference" in text
    assert "6 of 50 required" in text


def test_a_transcript_is_printed_as_it_was_signed(portal: Portal) -> None:
    member = portal.member()
    cycle_id = portal.dashboard(member)["cycle"]["cycle_id"]
    signed = portal.approved(member)
    text = printed(portal, member, cycle=cycle_id)
    assert "Approved" in text
    assert signed["submission"]["signed_hash"] in text.replace("\n", "")


def test_a_transcript_prints_the_documents_that_were_signed_with_it(
    portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner = build(portal, monkeypatch).owner
    cycles = portal.get(portal.cycle_path(owner, "cycles"), owner).json["items"]
    text = printed(portal, owner, cycle=cycles[0]["cycle_id"])
    assert "Documents: Onboarding policy" in text
    assert "policy.pdf" in text
    assert "No documents are attached" not in text


def test_the_printed_report_is_its_owners_alone(portal: Portal) -> None:
    member = portal.member()
    path = portal.cycle_path(member, "report.pdf")
    assert portal.get(path).status == 401
    assert portal.get(path, portal.member()).code == "not-found"
    assert portal.get(path, member, query={"cycle": "none"}).code == "not-found"
