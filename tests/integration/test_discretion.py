"""Staff's discretion through the handlers: reinstatement, extension, undo of an approval, what came on paper."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import pytest

from shared.adapters.failures import Failed
from shared.handling import wiring
from shared.repositories import keys, recertifications
from shared.repositories.table import Table, Write, remove_item
from tests.integration.contract import shows
from tests.integration.portal import (
    CHEQUE,
    COLLEAGUE,
    FINANCE,
    REVIEWER,
    SIGNING,
    STAFF,
    Answer,
    Person,
    Portal,
    entry,
    new_key,
)

OWN_TABLE = True

AFTER = "2028-03-01T12:00:00-05:00"
RECEIVED = {"report_received_on": "2028-02-10", "comment": "By post."}
GRANTED = {"extended_to": "2028-06-30", "reason": "Long illness"}
EMPLOYED = {
    "activity": "employment",
    "title": "HR officer",
    "organization": "City of Springfield",
    "started_on": "2024-05-01",
}
WRONG = {"reason": "Approved the wrong report"}


def staff(portal: Portal, who: Person, what: str, body: Any, by: Person = REVIEWER, **more: Any) -> Answer:
    return portal.post(f"/api/staff/certifications/{who.certification_id}/{what}", by, body, **more)


def events(who: Person) -> list[Any]:
    return wiring.events().of(f"certification:{who.certification_id}")


def stored_entries(who: Person) -> list[Any]:
    return wiring.table().query(f"CERTIFICATION#{who.certification_id}", "ENTRY#")


def approved_with_standing(portal: Portal) -> tuple[Person, Any, Any]:
    """A member whose report of 47 points and 3 that accrued is approved; the claim, and the page as it was signed."""
    member = portal.member()
    path = portal.cycle_path(member, "standing-claims")
    standing = portal.post(path, member, EMPLOYED).json["standing_claim"]
    assert portal.dashboard(member)["cycle"]["points_total"] == 3
    portal.points(member, 47)
    signed = portal.sign(member).json
    portal.paid(signed["invoice"]["invoice_id"])
    before = portal.dashboard(member)
    assert portal.decide(member, signed["submission"]["submission_id"]).status == 200
    return member, standing, before


@pytest.fixture
def late(portal: Portal) -> Person:
    """A member with 20 points and a paid invoice whose last day is over."""
    member = portal.member()
    portal.points(member, 20)
    portal.paid(portal.post(portal.cycle_path(member, "invoice"), member).json["invoice_id"])
    portal.at(AFTER)
    return member


# --- reinstatement ---


@pytest.mark.parametrize("marked", [True, False], ids=["marked", "past its day"])
def test_a_reinstated_member_is_back_in_the_portal(portal: Portal, late: Person, marked: bool) -> None:
    if marked:
        portal.lapse(late)
    assert portal.enter(late, entry()).code == "certification-lapsed"
    answer = staff(portal, late, "reinstatement", RECEIVED)
    assert answer.status == 200, answer.json
    assert shows(answer.json, portal.dashboard(late) | {"outlook": None})  # the way ahead is the member's
    held, cycle = answer.json["certification"], answer.json["cycle"]
    assert (held["status"], held["access"], held["expires_on"]) == ("renew", "open", "2030-12-31")
    assert (cycle["starts_on"], cycle["ends_on"], cycle["state"]) == ("2028-02-11", "2030-12-31", "entering")
    assert (cycle["points_total"], answer.json["entries"], answer.json["invoice"]) == (0, [], None)
    assert portal.get("/api/me", late).json["portal"]["access"] == "open"
    assert portal.enter(late, entry(started_on="2028-02-11", ended_on="2028-02-11")).status == 201


def test_the_lapsed_cycle_stays_readable_with_its_entries(portal: Portal, late: Person) -> None:
    before = portal.dashboard(late)
    staff(portal, late, "reinstatement", RECEIVED)
    (closed,) = portal.get(portal.cycle_path(late, "cycles"), late).json["items"]
    assert (closed["state"], closed["points_total"], closed["submission"]) == ("lapsed", 20, None)
    kept = wiring.archive().closed_cycle(late.certification_id, 1)
    assert kept is not None
    assert [each.entry_id for each in kept.entries] == [each["entry_id"] for each in before["entries"]]


def test_a_returned_report_that_lapsed_is_closed_with_its_decision(portal: Portal) -> None:
    member = portal.member()
    made = portal.submitted(member)
    portal.paid(made["invoice"]["invoice_id"])
    assert portal.decide(member, made["submission"]["submission_id"], "return").status == 200
    portal.at(AFTER)
    assert staff(portal, member, "reinstatement", RECEIVED).status == 200
    assert portal.dashboard(member)["submission"] is None
    (closed,) = portal.get(portal.cycle_path(member, "cycles"), member).json["items"]
    assert closed["submission"]["decision"]["comment"] == "Seen."


def test_a_reinstatement_rests_on_a_waived_invoice_too(portal: Portal) -> None:
    member = portal.member()
    portal.at(AFTER)
    assert staff(portal, member, "reinstatement", RECEIVED).code == "invoice-unpaid"
    invoice = portal.post(portal.cycle_path(member, "invoice"), member).json["invoice_id"]
    assert staff(portal, member, "reinstatement", RECEIVED).code == "invoice-unpaid"
    assert portal.post(f"/api/staff/invoices/{invoice}/waiver", FINANCE, {"reason": "x"}).status == 201
    assert staff(portal, member, "reinstatement", RECEIVED).status == 200


def test_the_next_report_is_owed_and_decided_on_its_own(portal: Portal, late: Person) -> None:
    staff(portal, late, "reinstatement", RECEIVED)
    answer = portal.post(portal.cycle_path(late, "invoice"), late)
    assert (answer.status, answer.json["status"]) == (201, "open")
    portal.enter(late, entry(quantity=50, started_on="2028-02-11", ended_on="2028-02-11"))
    signed = portal.sign(late)
    assert signed.status == 201
    portal.post(f"/api/staff/invoices/{answer.json['invoice_id']}/payment", STAFF, CHEQUE)
    assert portal.decide(late, signed.json["submission"]["submission_id"]).status == 200
    assert portal.dashboard(late)["certification"]["expires_on"] == "2033-12-31"


def test_who_has_not_lapsed_is_not_reinstated(portal: Portal) -> None:
    member = portal.member()
    answer = staff(portal, member, "reinstatement", {**RECEIVED, "report_received_on": "2027-06-01"})
    assert answer.code == "already-decided"
    assert "not lapsed" in answer.json["detail"]


def test_a_reinstatement_sent_again_is_the_same(portal: Portal, late: Person) -> None:
    key = new_key()
    first, second = (staff(portal, late, "reinstatement", RECEIVED, key=key) for _ in range(2))
    assert (first.status, first.json) == (second.status, second.json)
    assert staff(portal, late, "reinstatement", RECEIVED).code == "already-decided"
    assert [each.type for each in events(late)].count("certification-reinstated") == 1


def test_every_wrong_field_of_a_reinstatement_is_named_at_once(portal: Portal, late: Person) -> None:
    body = {"report_received_on": "2028-03-02", "comment": 7}
    assert staff(portal, late, "reinstatement", body).pointers == ["/comment", "/report_received_on"]


def test_the_shipped_edition_knows_no_applications(portal: Portal, late: Person) -> None:
    path = portal.cycle_path(late, "reinstatement-application")
    assert portal.get(path, late).code == "not-found"
    assert portal.post(f"{path}/entries", late, {"entries": [entry()]}).code == "not-found"
    assert portal.post(f"{path}/submission", late, SIGNING).code == "not-found"


# --- extension ---


@pytest.mark.parametrize("marked", [True, False], ids=["marked", "past its day"])
def test_an_extension_opens_the_portal_again_and_the_member_sees_why(
    portal: Portal, late: Person, marked: bool
) -> None:
    if marked:
        found = wiring.recertifications().find(late.certification_id)
        assert found is not None
        event = events(late)[0]
        wiring.recertifications().lapse(
            found,
            found.lapse(),
            event.__class__("lapse", event.subject, "certification-lapsed", "s", "system", event.at),
        )
    assert portal.enter(late, entry()).code == "certification-lapsed"
    answer = staff(portal, late, "extension", GRANTED)
    assert answer.status == 200, answer.json
    held = portal.dashboard(late)["certification"]
    assert (held["status"], held["access"]) == ("new", "open")
    assert (held["extended_to"], held["extension_reason"]) == ("2028-06-30", "Long illness")
    assert portal.enter(late, entry(quantity=30)).status == 201
    portal.at("2028-07-01T00:00:00-04:00")
    assert portal.sign(late).code == "certification-lapsed"
    portal.at("2028-06-30T23:59:59-04:00")
    assert portal.sign(late).status == 201


def test_an_extension_grants_no_more_days_to_earn_in(portal: Portal, late: Person) -> None:
    staff(portal, late, "extension", GRANTED)
    after = entry(started_on="2028-01-10", ended_on="2028-01-10")
    assert portal.enter(late, after).code == "invalid-request"


def test_an_extension_sent_again_is_the_same_and_can_be_changed(portal: Portal, late: Person) -> None:
    key = new_key()
    first, second = (staff(portal, late, "extension", GRANTED, key=key) for _ in range(2))
    assert (first.status, first.json) == (second.status, second.json)
    assert staff(portal, late, "extension", {**GRANTED, "extended_to": "2028-07-31"}).status == 200
    assert [each.type for each in events(late)].count("extension-granted") == 2


def test_every_wrong_field_of_an_extension_is_named_at_once(portal: Portal, late: Person) -> None:
    body = {"extended_to": "2028-02-01", "reason": " "}
    assert staff(portal, late, "extension", body).pointers == ["/extended_to", "/reason"]


def test_what_accrued_and_nobody_stored_is_in_the_lapsed_cycle_too(portal: Portal) -> None:
    member = portal.member()
    employed = EMPLOYED | {"started_on": "2025-08-01"}  # the second year is over after the last visit
    assert portal.post(portal.cycle_path(member, "standing-claims"), member, employed).status == 201
    portal.paid(portal.post(portal.cycle_path(member, "invoice"), member).json["invoice_id"])
    portal.at(AFTER)
    shown = portal.get(f"/api/staff/certifications/{member.certification_id}/cycle", REVIEWER).json
    stored = wiring.recertifications().find(member.certification_id)
    assert stored is not None
    assert len(shown["entries"]) > len(stored.entries)
    assert staff(portal, member, "reinstatement", RECEIVED).status == 200
    (closed,) = portal.get(portal.cycle_path(member, "cycles"), member).json["items"]
    assert closed["points_total"] == shown["cycle"]["points_total"]
    kept = wiring.archive().closed_cycle(member.certification_id, 1)
    assert kept is not None
    assert {each.entry_id for each in kept.entries} == {each["entry_id"] for each in shown["entries"]}


# --- undo ---


def test_an_undone_approval_waits_for_a_decision_again(portal: Portal) -> None:
    member = portal.member()
    portal.points(member, 40)
    portal.points(member, 12)
    portal.sign(member)
    signed = portal.dashboard(member)
    portal.paid(signed["invoice"]["invoice_id"])
    before = portal.dashboard(member)
    submission_id = signed["submission"]["submission_id"]
    adjusted = {signed["entries"][1]["entry_id"]: {"points": 10, "reason": "Two were outside HR"}}
    assert portal.decide(member, submission_id, body={"entry_adjustments": adjusted}).status == 200
    answer = staff(portal, member, "undo-approval", WRONG, COLLEAGUE)
    assert answer.status == 200, answer.json
    after = portal.dashboard(member)
    assert shows(answer.json, after)
    for found in (before, after):
        found["cycle"].pop("version")
    assert after == before
    assert portal.get(portal.cycle_path(member, "cycles"), member).json["items"] == []
    (waiting,) = portal.get("/api/staff/reviews", STAFF).json["items"]
    assert waiting["submission_id"] == submission_id
    assert portal.decide(member, submission_id).status == 200
    assert portal.dashboard(member)["certification"]["expires_on"] == "2030-12-31"


def test_what_accrues_is_the_same_entries_after_an_undone_approval(portal: Portal) -> None:
    member, standing, signed = approved_with_standing(portal)
    assert staff(portal, member, "undo-approval", WRONG, COLLEAGUE).status == 200
    assert portal.decide(member, signed["submission"]["submission_id"], "return").status == 200
    after = portal.dashboard(member)
    assert after["entries"] == signed["entries"]
    assert after["cycle"]["points_total"] == 50 == sum(each["points"] for each in after["entries"])
    path = portal.cycle_path(member, f"standing-claims/{standing['standing_id']}")
    assert portal.ask("DELETE", path, member, version=standing["version"]).status == 204
    left = portal.dashboard(member)
    assert [each["standing_id"] for each in left["entries"]] == [None]
    assert left["cycle"]["points_total"] == sum(each["points"] for each in left["entries"])


def test_what_no_longer_accrues_leaves_room_in_a_report_that_came_back(portal: Portal) -> None:
    member, standing, signed = approved_with_standing(portal)
    accrued = sum(each["points"] for each in signed["entries"] if each["standing_id"])
    path = portal.cycle_path(member, f"standing-claims/{standing['standing_id']}")
    never = {**EMPLOYED, "ended_on": EMPLOYED["started_on"]}
    assert portal.put(path, member, never, version=standing["version"]).status == 200
    assert staff(portal, member, "undo-approval", WRONG, COLLEAGUE).status == 200
    assert portal.decide(member, signed["submission"]["submission_id"], "return").status == 200
    assert portal.dashboard(member)["cycle"]["points_total"] == 50 - accrued < 50
    portal.points(member, accrued)
    assert portal.dashboard(member)["cycle"]["points_total"] == 50


def test_what_was_signed_is_there_again_although_its_standing_claim_was_deleted(portal: Portal) -> None:
    member, standing, signed = approved_with_standing(portal)
    accrued = portal.cycle_path(member, f"standing-claims/{standing['standing_id']}")
    assert portal.ask("DELETE", accrued, member, version=standing["version"]).status == 204
    back = staff(portal, member, "undo-approval", WRONG, COLLEAGUE).json
    assert back["entries"] == signed["entries"]
    assert portal.decide(member, signed["submission"]["submission_id"], "return").status == 200
    after = portal.dashboard(member)
    assert after["entries"] == signed["entries"]
    assert after["cycle"]["points_total"] == signed["cycle"]["points_total"] == 50
    (claim,) = after["standing"]
    assert claim == standing | {"version": claim["version"]}
    assert portal.enter(member, entry("webinar")).code == "points-complete"
    undone = next(each for each in events(member) if each.type == "approval-undone")
    brought_back: Any = undone.data["brought_back"]
    assert [each["standing_id"] for each in brought_back] == [standing["standing_id"]]
    assert portal.put(accrued, member, EMPLOYED, version=standing["version"]).code == "version-conflict"
    assert portal.ask("DELETE", accrued, member, version=claim["version"]).status == 204
    assert portal.dashboard(member)["cycle"]["points_total"] == 47


def test_an_undone_approval_can_be_given_and_undone_again_with_its_standing_claims(portal: Portal) -> None:
    member, standing, signed = approved_with_standing(portal)
    for _ in range(2):
        (claim,) = portal.dashboard(member)["standing"]
        path = portal.cycle_path(member, f"standing-claims/{standing['standing_id']}")
        assert portal.ask("DELETE", path, member, version=claim["version"]).status == 204
        assert staff(portal, member, "undo-approval", WRONG).json["entries"] == signed["entries"]
        assert wiring.table().query(f"ARCHIVE#{member.certification_id}", "STANDING#") == []
        assert portal.decide(member, signed["submission"]["submission_id"]).status == 200


def test_what_was_closed_before_claims_were_kept_with_it_is_undone_as_then(portal: Portal) -> None:
    member, standing, signed = approved_with_standing(portal)
    kept = keys.standing_of_closed(member.certification_id, 1)
    wiring.table().transact([remove_item("archived standing", kept)])
    path = portal.cycle_path(member, f"standing-claims/{standing['standing_id']}")
    assert portal.ask("DELETE", path, member, version=standing["version"]).status == 204
    assert staff(portal, member, "undo-approval", WRONG).json["entries"] == signed["entries"]
    assert portal.decide(member, signed["submission"]["submission_id"], "return").status == 200
    assert portal.dashboard(member)["cycle"]["points_total"] == 47
    assert all("brought_back" not in each.data for each in events(member))


def test_what_has_accrued_in_the_next_cycle_hinders_no_undo(portal: Portal) -> None:
    member, _, signed = approved_with_standing(portal)
    portal.at("2029-01-10T12:00:00-05:00")
    days = {"started_on": "2028-12-01", "ended_on": "2028-12-01"}
    (typed,) = portal.enter(member, entry("webinar", **days)).json["entries"]
    assert staff(portal, member, "undo-approval", WRONG).code == "already-decided"
    path = portal.cycle_path(member, f"entries/{typed['entry_id']}")
    assert portal.ask("DELETE", path, member, version=1).status == 204
    since = portal.dashboard(member)
    assert len(stored_entries(member)) == len(since["entries"]) == 1
    assert staff(portal, member, "undo-approval", WRONG).json["entries"] == signed["entries"]
    assert {each["SK"].split("#")[1] for each in stored_entries(member)} == {"0001"}
    assert portal.decide(member, signed["submission"]["submission_id"]).status == 200
    again = portal.dashboard(member)
    assert [each["points"] for each in again["entries"]] == [each["points"] for each in since["entries"]]
    assert again["cycle"]["points_total"] == since["cycle"]["points_total"]


@contextmanager
def transactions(only: int = 1000) -> Iterator[list[int]]:
    """How many writes each has; those after the first so many break off."""
    real, sizes = Table.transact, list[int]()

    def transact(table: Table, writes: list[Write]) -> None:
        if len(sizes) == only:
            raise ConnectionError
        sizes.append(len(writes))
        real(table, writes)

    with patch.object(Table, "transact", transact):
        yield sizes


@pytest.mark.parametrize("broken", [None, 0, 2, 3])
def test_more_than_a_transaction_takes_may_have_accrued(
    portal: Portal, monkeypatch: pytest.MonkeyPatch, broken: int | None
) -> None:
    """60 entries, in transactions of 20 writes; `broken`: after how many of its own the undoing broke off."""
    monkeypatch.setattr(recertifications, "TRANSACTION_LIMIT", 20)
    member = portal.member()
    held = EMPLOYED | {"started_on": "2027-06-01"}
    claims = portal.cycle_path(member, "standing-claims")
    made = [portal.post(claims, member, held).json["standing_claim"] for _ in range(20)]
    portal.approved(member)
    portal.at("2030-12-01T12:00:00-05:00")
    renamed = portal.put(f"{claims}/{made[0]['standing_id']}", member, held | {"title": "Head"}, version=1)
    assert renamed.status == 200
    assert len(stored_entries(member)) == portal.dashboard(member)["cycle"]["points_total"] == 60
    with transactions() as sizes:
        if broken is not None:
            with transactions(only=broken), pytest.raises(Failed):
                staff(portal, member, "undo-approval", WRONG)
            left = portal.dashboard(member)
            assert left["cycle"]["points_total"] == len(left["entries"]) == 60
            found = wiring.recertifications().find(member.certification_id)
            assert found is not None
            assert found.cycle.points_total == len(found.entries) == 60 - 19 * broken
        assert staff(portal, member, "undo-approval", WRONG).status == 200
    assert max(sizes) == 20, sizes
    (only,) = stored_entries(member)
    assert only["SK"].startswith("ENTRY#0001#")


def test_an_approval_cannot_be_undone_twice_nor_before_there_is_one(portal: Portal) -> None:
    member = portal.member()
    assert staff(portal, member, "undo-approval", WRONG).code == "already-decided"
    portal.approved(member)
    assert staff(portal, member, "undo-approval", WRONG).status == 200
    assert staff(portal, member, "undo-approval", WRONG).code == "already-decided"


def test_an_approval_is_not_undone_once_the_next_cycle_is_in_use(portal: Portal) -> None:
    member = portal.member()
    portal.approved(member)
    portal.at("2027-06-20T12:00:00-04:00")
    assert portal.enter(member, entry(started_on="2027-06-18", ended_on="2027-06-18")).status == 201
    assert staff(portal, member, "undo-approval", WRONG).code == "already-decided"


def test_an_undo_sent_again_is_the_same(portal: Portal) -> None:
    member, key = portal.member(), new_key()
    portal.approved(member)
    first, second = (staff(portal, member, "undo-approval", WRONG, key=key) for _ in range(2))
    assert (first.status, first.json) == (second.status, second.json)


def test_99_entries_come_back_too(portal: Portal) -> None:
    member = portal.member()
    assert portal.enter(member, *[entry("webinar") for _ in range(49)]).status == 201
    assert portal.enter(member, *[entry("webinar") for _ in range(50)]).status == 201
    made = portal.sign(member).json
    portal.paid(made["invoice"]["invoice_id"])
    before = portal.dashboard(member)["entries"]
    assert portal.decide(member, made["submission"]["submission_id"]).status == 200
    assert staff(portal, member, "undo-approval", WRONG).status == 200
    assert portal.dashboard(member)["entries"] == before


# --- on paper ---


def test_what_staff_enter_from_paper_is_marked_and_counts(portal: Portal) -> None:
    member = portal.member()
    portal.points(member, 1)
    answer = staff(portal, member, "entries", {"entries": [entry(quantity=49, title="On paper")]})
    assert answer.status == 201, answer.json
    assert [each["on_paper"] for each in answer.json["entries"]] == [True]
    found = portal.dashboard(member)
    assert [each["on_paper"] for each in found["entries"]] == [False, True]
    assert found["cycle"]["points_total"] == 50
    again = staff(portal, member, "entries", {"entries": [entry()]})
    assert again.code == "points-complete"


def test_a_document_for_what_came_on_paper_does_not_make_it_the_members_word(portal: Portal) -> None:
    member = portal.member()
    (made,) = staff(portal, member, "entries", {"entries": [entry(title="On paper")]}).json["entries"]
    path = portal.cycle_path(member, f"entries/{made['entry_id']}")
    same = {name: made[name] for name in entry()}
    again = portal.put(path, member, same, version=1).json
    assert (again["on_paper"], again["version"]) == (True, 2), again
    changed = portal.put(path, member, same | {"title": "Otherwise"}, version=2).json
    assert changed["on_paper"] is False


def test_a_report_signed_on_paper_is_submitted_by_staff_and_marked(portal: Portal) -> None:
    member = portal.member()
    assert staff(portal, member, "submission", SIGNING).code == "not-ready-to-submit"
    staff(portal, member, "entries", {"entries": [entry(quantity=50)]})
    made = staff(portal, member, "submission", SIGNING)
    assert made.status == 201
    assert made.json["submission"]["on_paper"] is True
    assert portal.dashboard(member)["submission"]["on_paper"] is True
    assert staff(portal, member, "entries", {"entries": [entry()]}).code == "cycle-locked"
    portal.paid(made.json["invoice"]["invoice_id"])
    assert portal.decide(member, made.json["submission"]["submission_id"]).status == 200
    assert staff(portal, member, "undo-approval", WRONG).status == 200
    assert portal.dashboard(member)["entries"][0]["on_paper"] is True


def test_paper_of_the_lapsed_is_for_reinstatement(portal: Portal, late: Person) -> None:
    assert staff(portal, late, "entries", {"entries": [entry()]}).code == "certification-lapsed"
    assert staff(portal, late, "submission", SIGNING).code == "certification-lapsed"


def test_paper_sent_twice_is_entered_once(portal: Portal) -> None:
    member, key = portal.member(), new_key()
    body = {"entries": [entry(quantity=50)]}
    first, second = (staff(portal, member, "entries", body, key=key) for _ in range(2))
    assert (second.status, second.json["entries"]) == (201, first.json["entries"])
    key = new_key()
    first, second = (staff(portal, member, "submission", SIGNING, key=key) for _ in range(2))
    assert (second.status, second.json) == (201, first.json)


@pytest.mark.parametrize(
    ("what", "body"),
    [
        ("reinstatement", RECEIVED),
        ("extension", GRANTED),
        ("undo-approval", WRONG),
        ("entries", {"entries": [entry()]}),
        ("submission", SIGNING),
    ],
)
def test_nobody_uses_discretion_for_themselves(portal: Portal, what: str, body: Any) -> None:
    member = portal.member(groups=("staff",))
    answer = staff(portal, member, what, body, member)
    assert answer.code == "staff-only"
    assert "own certification" in answer.json["detail"]
