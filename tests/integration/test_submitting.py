"""Signing, reviewing and deciding through the routes (rules 3 and 6), and the invoice that goes with them (rule 4)."""

import pytest

from shared.handling import wiring
from tests.integration.contract import shows
from tests.integration.portal import REVIEWER, SIGNING, STAFF, Person, Portal, entry, new_key

OWN_TABLE = True


@pytest.fixture
def member(portal: Portal) -> Person:
    return portal.member()


def test_49_points_are_refused_with_1_point_missing(portal: Portal, member: Person) -> None:
    portal.enter(
        member,
        entry("employment", 3),
        entry("national-membership", 3),
        entry("chapter-membership", 3),
        entry("conference-full-day", 9),
        entry("webinar", 10),
    )
    refused = portal.sign(member)
    assert (refused.status, refused.code) == (409, "not-ready-to-submit")
    assert (refused.json["missing_points"], refused.json["missing_documents"]) == (1, [])
    assert "1 point missing" in refused.json["detail"]
    portal.enter(member, entry("webinar"))
    signed = portal.sign(member)
    assert (signed.status, signed.json["submission"]["points_total"]) == (201, 50)


def test_an_innovation_without_its_document_is_saved_and_named_at_submission(
    portal: Portal, member: Person
) -> None:
    portal.points(member, 45)
    (made,) = portal.enter(member, entry("hr-innovation")).json["entries"]
    assert made["points"] == 5
    refused = portal.sign(member)
    assert (refused.json["missing_points"], refused.json["missing_documents"]) == (0, [made["entry_id"]])


def test_the_answer_to_a_signing_leads_to_the_payment(portal: Portal, member: Person) -> None:
    portal.points(member, 50)
    answer = portal.post(
        portal.cycle_path(member, "submission"), member, {**SIGNING, "signature": "  M. M. "}
    )
    submission, invoice = answer.json["submission"], answer.json["invoice"]
    expected = {
        "submission_id": f"sub_{member.certification_id[4:]}_1_1",
        "certification_id": member.certification_id,
        "cycle_id": f"cyc_{member.certification_id[4:]}_1",
        "signing": 1,
        "state": "submitted",
        "submitted_at": submission["submitted_at"],
        "agreement_version": "2026-01",
        "signature": "M. M.",
        "points_total": 50,
        "signed_hash": submission["signed_hash"],
        "decision": None,
    }
    assert shows(submission, expected), submission
    assert len(submission["signed_hash"]) == 64
    assert (invoice["status"], invoice["issued_on"]) == ("open", "2027-06-15")


def test_an_invoice_asked_for_early_is_the_one_of_the_signing(portal: Portal, member: Person) -> None:
    early = portal.post(portal.cycle_path(member, "invoice"), member)
    portal.points(member, 50)
    assert (early.status, portal.sign(member).json["invoice"]) == (201, early.json)


@pytest.mark.parametrize(
    ("sent", "pointers"),
    [
        ({}, ["/agreement_version", "/signature"]),
        ({"signature": "x"}, ["/agreement_version", "/signature"]),
        ({**SIGNING, "signature": " x "}, ["/signature"]),
        ({**SIGNING, "signature": "x" * 201}, ["/signature"]),
        ({**SIGNING, "agree": True, "agreement_version": 2026}, ["/agree", "/agreement_version"]),
    ],
)
def test_every_wrong_field_of_a_signing_is_named(
    portal: Portal, member: Person, sent: dict[str, object], pointers: list[str]
) -> None:
    answer = portal.post(portal.cycle_path(member, "submission"), member, sent)
    assert (answer.code, answer.pointers) == ("invalid-request", pointers)


def test_any_other_agreement_version_is_outdated(portal: Portal, member: Person) -> None:
    portal.points(member, 50)
    for other in ("2026-1", "2026-01 x", "latest", "0"):
        sent = {**SIGNING, "agreement_version": other}
        answer = portal.post(portal.cycle_path(member, "submission"), member, sent)
        assert (answer.status, answer.code) == (409, "agreement-outdated")


def test_a_submitted_cycle_is_locked(portal: Portal, member: Person) -> None:
    portal.submitted(member)
    (made,) = portal.dashboard(member)["entries"]
    path = portal.cycle_path(member, f"entries/{made['entry_id']}")
    assert portal.enter(member, entry()).code == "cycle-locked"
    assert portal.put(path, member, entry(), version=1).code == "cycle-locked"
    assert portal.ask("DELETE", path, member, version=1).code == "cycle-locked"
    assert portal.sign(member).code == "cycle-locked"


def test_a_signing_is_answered_again_whatever_happened_since(portal: Portal, member: Person) -> None:
    portal.points(member, 50)
    key = new_key()
    first = portal.sign(member, key=key).json

    def repeated() -> None:
        again = portal.sign(member, key=key)
        assert again.status == 201
        assert again.json["submission"] == first["submission"]
        assert again.json["invoice"]["invoice_id"] == first["invoice"]["invoice_id"]
        other = portal.post(portal.cycle_path(member, "submission"), member, {"signature": 1}, key=key)
        assert other.code == "idempotency-key-reused"

    repeated()
    portal.decide(member, first["submission"]["submission_id"], "return")
    repeated()
    second = portal.sign(member).json["submission"]
    assert second["submission_id"] != first["submission"]["submission_id"]
    repeated()
    portal.paid(first["invoice"]["invoice_id"])
    portal.decide(member, second["submission_id"])
    repeated()
    assert portal.dashboard(member)["cycle"]["state"] == "entering"


# --- deciding ---


def test_an_approval_moves_the_expiry_three_years_on_and_opens_an_empty_cycle(portal: Portal) -> None:
    portal.at("2027-03-02T10:00:00-05:00")
    member = portal.member()
    made = portal.submitted(member)
    portal.at("2027-03-20T10:00:00-04:00")
    cheque = {"method": "wire", "reference": "W-1", "received_on": "2027-03-19"}
    portal.post(f"/api/staff/invoices/{made['invoice']['invoice_id']}/payment", STAFF, cheque)
    answer = portal.decide(member, made["submission"]["submission_id"], body={"comment": ""})
    assert answer.status == 200
    assert answer.json["certification"]["status"] == "renew"
    assert answer.json["certification"]["expires_on"] == "2030-12-31"
    assert answer.json["certification"]["recertification_year"] == 2030
    cycle = answer.json["cycle"]
    assert (cycle["starts_on"], cycle["ends_on"]) == ("2027-03-03", "2030-12-31")
    assert (cycle["points_total"], cycle["state"], answer.json["entries"]) == (0, "entering", [])
    shared = portal.dashboard(member) | {"outlook": None}  # the way ahead is the member's
    assert shared.items() <= answer.json.items()


def test_a_decision_is_answered_again_and_none_is_made_twice(portal: Portal, member: Person) -> None:
    made = portal.submitted(member)
    portal.paid(made["invoice"]["invoice_id"])
    key, submission_id = new_key(), made["submission"]["submission_id"]
    first = portal.decide(member, submission_id, key=key)
    assert portal.decide(member, submission_id, key=key).json == first.json
    assert portal.decide(member, submission_id, "return", key=key).code == "idempotency-key-reused"
    assert portal.decide(member, submission_id, "perhaps", key=key).code == "idempotency-key-reused"
    assert portal.decide(member, submission_id).code == "already-decided"
    assert portal.dashboard(member)["certification"]["expires_on"] == "2030-12-31"


def test_an_approval_needs_the_money(portal: Portal, member: Person) -> None:
    made = portal.submitted(member)
    refused = portal.decide(member, made["submission"]["submission_id"])
    assert (refused.status, refused.code) == (409, "invoice-unpaid")
    assert portal.dashboard(member)["cycle"]["state"] == "submitted"


def test_adjustments_leave_50_or_the_approval_is_refused(portal: Portal, member: Person) -> None:
    portal.points(member, 48)
    (days,) = portal.enter(member, entry("conference-full-day", 2)).json["entries"]
    made = portal.sign(member).json
    portal.paid(made["invoice"]["invoice_id"])
    submission_id = made["submission"]["submission_id"]

    def adjusted(points: float) -> dict[str, object]:
        return {"entry_adjustments": {days["entry_id"]: {"points": points, "reason": "One day was partial"}}}

    refused = portal.decide(member, submission_id, body=adjusted(1.5))
    assert (refused.code, refused.json["missing_points"]) == ("not-ready-to-submit", 0.5)
    assert portal.decide(member, submission_id, body=adjusted(7)).pointers == [
        f"/entry_adjustments/{days['entry_id']}/points"
    ]
    assert portal.decide(member, submission_id, body=adjusted(2.25)).status == 200
    (closed,) = portal.get(portal.cycle_path(member, "cycles"), member).json["items"]
    assert closed["points_total"] == 50.25
    decision = closed["submission"]["decision"]
    assert decision["entry_adjustments"][days["entry_id"]]["points"] == 2.25
    assert "decided_by" not in decision


@pytest.mark.parametrize(
    ("sent", "pointers"),
    [
        ({"decision": "return", "comment": ""}, ["/comment"]),
        ({"decision": "return", "comment": "  "}, ["/comment"]),
        ({"decision": "reject", "comment": "x" * 2001}, ["/comment", "/decision"]),
        ({"submission_id": "", "force": 1}, ["/force", "/submission_id"]),
        ({"entry_comments": {"ent_x": "?"}}, ["/entry_comments/ent_x"]),
        ({"entry_adjustments": {"ent_x": {"points": 1, "reason": "x"}}}, ["/entry_adjustments/ent_x"]),
        (
            {"entry_adjustments": {"e": {"points": -1, "reason": ""}}},
            ["/entry_adjustments/e", "/entry_adjustments/e/points", "/entry_adjustments/e/reason"],
        ),
        (
            {
                "decision": "perhaps",
                "entry_comments": {"ent_x": "?"},
                "entry_adjustments": {"ent_y": {"points": "many", "reason": "x"}},
            },
            [
                "/decision",
                "/entry_adjustments/ent_y",
                "/entry_adjustments/ent_y/points",
                "/entry_comments/ent_x",
            ],
        ),
        (
            {"decision": "return", "comment": "", "entry_adjustments": {"e": {"points": 1, "reason": "x"}}},
            ["/comment", "/entry_adjustments"],
        ),
    ],
)
def test_every_wrong_field_of_a_decision_is_named(
    portal: Portal, member: Person, sent: dict[str, object], pointers: list[str]
) -> None:
    made = portal.submitted(member)
    portal.paid(made["invoice"]["invoice_id"])
    answer = portal.decide(member, made["submission"]["submission_id"], body=sent)
    assert (answer.code, answer.pointers) == ("invalid-request", pointers)


def test_points_that_are_raised_are_told_beside_a_field_that_is_wrong(portal: Portal, member: Person) -> None:
    made = portal.submitted(member)
    (claimed,) = portal.dashboard(member)["entries"]
    raised = {claimed["entry_id"]: {"points": 51, "reason": "More"}}
    sent = {"entry_adjustments": raised, "comment": 7}
    answer = portal.decide(member, made["submission"]["submission_id"], body=sent)
    assert answer.pointers == ["/comment", f"/entry_adjustments/{claimed['entry_id']}/points"]


def test_a_return_unlocks_the_cycle_with_the_comments(portal: Portal, member: Person) -> None:
    made = portal.submitted(member)
    (claimed,) = portal.dashboard(member)["entries"]
    comments = {claimed["entry_id"]: "Which city?"}
    answer = portal.decide(
        member, made["submission"]["submission_id"], "return", body={"entry_comments": comments}, by=REVIEWER
    )
    assert answer.json["submission"]["decision"]["entry_comments"] == comments
    path = portal.cycle_path(member, f"entries/{claimed['entry_id']}")
    assert portal.put(path, member, entry(quantity=51), version=1).status == 200
    assert portal.sign(member).json["submission"]["signing"] == 2


def test_a_later_cycle_cannot_be_signed_before_the_previous_one_has_ended(
    portal: Portal, member: Person
) -> None:
    portal.approved(member)
    portal.at("2027-12-31T23:59:59-05:00")
    portal.enter(member, entry(quantity=50, started_on="2027-07-01", ended_on="2027-12-01"))
    refused = portal.sign(member)
    assert (refused.code, refused.json["signable_from"]) == ("not-ready-to-submit", "2028-01-01")
    portal.at("2028-01-01T00:00:00-05:00")
    assert portal.sign(member).status == 201


def test_the_queue_shows_the_oldest_first_page_by_page(portal: Portal) -> None:
    members = []
    for _ in range(5):
        members.append(portal.member())
        portal.submitted(members[-1])
        portal.later(minutes=1)
    seen, cursor, pages = [], None, 0
    while pages < 5:
        query = {"limit": 2, "state": "submitted"} | ({"cursor": cursor} if cursor else {})
        page = portal.get("/api/staff/reviews", STAFF, query=query).json
        seen += page["items"]
        pages, cursor = pages + 1, page["next_cursor"]
        if cursor is None:
            break
    assert pages == 3
    assert [each["member_id"] for each in seen] == [each.member_id for each in members]
    assert seen[0].keys() >= {
        "submission_id",
        "certification_id",
        "submitted_at",
        "member_name",
        "designation",
    }
    portal.decide(members[0], seen[0]["submission_id"], "return")
    waiting = portal.get("/api/staff/reviews", STAFF).json["items"]
    assert [each["member_id"] for each in waiting] == [each.member_id for each in members[1:]]
    returned = portal.get("/api/staff/reviews", STAFF, query={"state": "returned"}).json["items"]
    assert [each["member_id"] for each in returned] == [members[0].member_id]


# --- the invoice ---


def test_every_change_leaves_one_event(portal: Portal, member: Person) -> None:
    portal.approved(member)
    events = wiring.events().of(f"certification:{member.certification_id}")
    assert [each.type for each in events] == [
        "entries-logged",
        "cycle-submitted",
        "payment-received",
        "cycle-approved",
    ]
    assert [each.role for each in events] == ["member", "member", "staff", "staff"]


def test_an_invoice_request_is_answered_again_with_the_same_status(portal: Portal, member: Person) -> None:
    path, key, other = portal.cycle_path(member, "invoice"), new_key(), new_key()
    first = portal.post(path, member, key=key)
    assert first.status == 201
    for key_used, status in ((key, 201), (other, 200), (other, 200), (key, 201), (new_key(), 200)):
        answer = portal.post(path, member, key=key_used)
        assert (answer.status, answer.json) == (status, first.json)
    of_staff = portal.post(f"/api/staff/certifications/{member.certification_id}/invoice", STAFF)
    assert (of_staff.status, of_staff.json) == (200, first.json)


def test_an_invoice_request_repeated_after_the_approval_makes_no_invoice_for_the_next_cycle(
    portal: Portal, member: Person
) -> None:
    path, key, other = portal.cycle_path(member, "invoice"), new_key(), new_key()
    first = portal.post(path, member, key=key)
    portal.post(path, member, key=other)
    portal.approved(member)
    for key_used, status in ((key, 201), (other, 200)):
        again = portal.post(path, member, key=key_used)
        assert (again.status, again.json["invoice_id"]) == (status, first.json["invoice_id"])
    assert portal.dashboard(member)["invoice"] is None
    assert len(portal.get("/api/invoices", member).json["items"]) == 1
    assert portal.post(path, member).status == 201
