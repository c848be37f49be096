"""The Recertification Detailed Summary, and the transcripts of earlier cycles from what was signed."""

from typing import Any

import pytest

from tests.integration.portal import SIGNING, STAFF, Person, Portal, entry
from tests.integration.world import build


def report(portal: Portal, who: Person, cycle: str | None = None) -> dict[str, Any]:
    answer = portal.get(portal.cycle_path(who, "report"), who, query={"cycle": cycle} if cycle else {})
    assert answer.status == 200, answer.json
    found: dict[str, Any] = answer.json
    return found


def test_the_summary_lists_every_entry_by_category_with_what_it_adds_up_to(portal: Portal) -> None:
    member = portal.member()
    portal.enter(member, entry("webinar", 2), entry("conference-full-day", 2), entry("board-member", 1))
    found = report(portal, member)
    assert [(line["category"], line["points"]) for line in found["entries"]] == [
        ("conference", 6),
        ("webinar", 2),
        ("leadership", 3),
    ]
    assert found["totals"] == {
        "by_category": [
            {"category": "conference", "title": "Conference", "points": 6},
            {"category": "webinar", "title": "Webinar", "points": 2},
            {"category": "leadership", "title": "Leadership", "points": 3},
        ],
        "carried_in": [],
        "points_total": 11,
        "points_required": 50,
        "points_missing": 39,
    }
    assert found["member"]["name"].startswith("Mona Member")
    assert (found["designation"], found["designation_title"]) == ("IPMA-CP", "IPMA Certified Professional")
    assert found["cycle"]["starts_on"] == "2024-05-01"
    assert found["agreement"]["signed"] is False
    assert found["submission"] is None
    assert "Webinar" in found["entries"][1]["explanation"]


def test_a_signed_report_shows_name_and_agreement_of_the_signing(portal: Portal) -> None:
    member = portal.member()
    signed = portal.submitted(member)
    found = report(portal, member)
    assert found["submission"]["signature"] == SIGNING["signature"]
    assert found["submission"]["signed_hash"] == signed["submission"]["signed_hash"]
    assert found["agreement"]["signed"] is True
    assert found["cycle"]["state"] == "submitted"


def test_a_returned_report_is_not_signed(portal: Portal) -> None:
    member = portal.member()
    signed = portal.submitted(member)
    portal.decide(member, signed["submission"]["submission_id"], "return")
    found = report(portal, member)
    assert (found["cycle"]["state"], found["agreement"]["signed"]) == ("returned", False)
    assert found["submission"]["decision"]["comment"] == "Seen."


def test_an_earlier_cycle_is_told_as_it_was_signed_with_the_reviewers_adjustment(portal: Portal) -> None:
    member = portal.member()
    made = portal.points(member, 49)
    portal.enter(member, entry("conference-full-day", 2, title="Annual conference"))
    cycle_id = portal.dashboard(member)["cycle"]["cycle_id"]
    signed = portal.sign(member).json
    portal.paid(signed["invoice"]["invoice_id"])
    adjusted = {made["entry_id"]: {"points": 44, "reason": "Five years were part time."}}
    submission_id = signed["submission"]["submission_id"]
    decided = portal.decide(member, submission_id, body={"entry_adjustments": adjusted})
    assert decided.status == 200, decided.json
    assert report(portal, member)["entries"] == []
    found = report(portal, member, cycle_id)
    assert found["cycle"]["state"] == "approved"
    assert [(e["title"], e["points"], e["points_counted"]) for e in found["entries"]] == [
        ("HR generalist", 49, 44),
        ("Annual conference", 6, 6),
    ]
    assert found["totals"]["points_total"] == 50
    assert found["entries"][0]["adjustment"]["reason"] == "Five years were part time."
    assert found["submission"]["state"] == "approved"


def test_the_current_cycle_answers_to_its_id_too(portal: Portal) -> None:
    member = portal.member()
    assert report(portal, member, portal.dashboard(member)["cycle"]["cycle_id"]) == report(portal, member)


@pytest.mark.parametrize("cycle", ["cyc_x", "cyc_aaaaaaaaaaaaaaaaaaaa_1", "nothing"])
def test_a_cycle_that_is_not_of_this_certification_is_not_found(portal: Portal, cycle: str) -> None:
    member = portal.member()
    assert portal.get(portal.cycle_path(member, "report"), member, query={"cycle": cycle}).code == "not-found"


def test_the_report_is_its_owners_alone_and_stays_readable_after_the_lapse(portal: Portal) -> None:
    member = portal.member()
    portal.points(member, 3)
    assert portal.get(portal.cycle_path(member, "report"), portal.member()).code == "not-found"
    assert portal.get(portal.cycle_path(member, "report")).status == 401
    portal.lapse(member)
    assert report(portal, member)["cycle"]["state"] == "lapsed"


def test_a_report_costs_one_query_and_a_transcript_two_reads_more(portal: Portal) -> None:
    member = portal.member()
    portal.points(member, 3)
    with portal.calls.counted() as made:
        report(portal, member)
    assert [call.operation for call in made] == ["Query"]
    assert all(call.is_consistent for call in made)
    portal.points(member, 47)
    cycle_id = approve(portal, member)
    with portal.calls.counted() as made:
        report(portal, member, cycle_id)
    assert [call.operation for call in made] == ["Query", "GetItem", "Query", "GetItem"]
    assert all(call.is_consistent for call in made)


def approve(portal: Portal, member: Person) -> str:
    """Sign, pay and approve what is complete: the id of the cycle that it closed."""
    made = portal.sign(member).json
    portal.paid(made["invoice"]["invoice_id"])
    assert portal.decide(member, made["submission"]["submission_id"]).status == 200
    found: str = made["submission"]["cycle_id"]
    return found


def test_the_report_of_a_closed_cycle_shows_the_documents_that_its_entries_name(
    portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = build(portal, monkeypatch)
    owner, document_id = world.owner, world.names["document_id"]
    cycles = portal.get(portal.cycle_path(owner, "cycles"), owner).json["items"]
    found = report(portal, owner, cycles[0]["cycle_id"])
    assert [each["document_id"] for each in found["documents"]] == [document_id]
    lines = {line["activity"]: line for line in found["entries"]}
    assert [each["title"] for each in lines["policy"]["documents"]] == ["Onboarding policy"]
    assert lines["employment"]["documents"] == []
    assert found["documents_gone"] == 0
    assert report(portal, owner)["documents"] == []


def test_the_report_of_a_lapsed_cycle_shows_its_documents_too(
    portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = build(portal, monkeypatch)
    owner, badge = world.owner, world.contribution(kind="evidence", title="Badge")
    days = {"started_on": "2027-06-19", "ended_on": "2027-06-19"}
    assert portal.enter(owner, entry("webinar", document_ids=[badge], **days)).status == 201
    cycle_id = portal.dashboard(owner)["cycle"]["cycle_id"]
    portal.at("2031-02-10T12:00:00-05:00")
    portal.paid(portal.post(portal.cycle_path(owner, "invoice"), owner).json["invoice_id"])
    path = f"/api/staff/certifications/{owner.certification_id}/reinstatement"
    received = {"report_received_on": "2031-02-01", "comment": "By post."}
    assert portal.post(path, STAFF, received).status in (200, 201)
    found = report(portal, owner, cycle_id)
    assert found["cycle"]["state"] == "lapsed"
    assert [each["title"] for each in found["documents"]] == ["Badge"]
