"""Lapse (rules 7 to 9): at midnight in New York, on every request, whatever any job has done."""

import pytest

from tests.integration.portal import SIGNING, STAFF, Person, Portal, entry

LAST_MOMENT = "2027-12-31T23:59:59-05:00"
MIDNIGHT = "2028-01-01T00:00:00-05:00"


@pytest.fixture
def member(portal: Portal) -> Person:
    return portal.member()


def test_the_portal_closes_at_midnight_in_new_york_and_not_in_london(portal: Portal, member: Person) -> None:
    portal.at("2027-12-31T23:59:59+00:00")
    assert portal.enter(member, entry()).status == 201
    portal.at(LAST_MOMENT)
    assert portal.dashboard(member)["certification"]["access"] == "open"
    assert portal.enter(member, entry()).status == 201
    portal.at(MIDNIGHT)
    answer = portal.enter(member, entry())
    assert (answer.status, answer.code) == (403, "certification-lapsed")
    assert "certification@example.org" in answer.json["detail"]


def test_what_changes_the_report_is_refused_to_the_lapsed(portal: Portal, member: Person) -> None:
    made = portal.points(member, 50)
    path = portal.cycle_path(member, f"entries/{made['entry_id']}")
    portal.at(MIDNIGHT)
    assert portal.enter(member, entry()).code == "certification-lapsed"
    assert portal.put(path, member, entry(), version=1).code == "certification-lapsed"
    assert portal.ask("DELETE", path, member, version=1).code == "certification-lapsed"
    assert portal.sign(member).code == "certification-lapsed"


def test_the_lapsed_read_everything_change_their_profile_and_pay(portal: Portal, member: Person) -> None:
    portal.points(member, 20)
    portal.at(MIDNIGHT)
    me = portal.get("/api/me", member).json
    assert (me["portal"]["access"], me["certifications"][0]["access"]) == ("lapsed", "lapsed")
    assert "send your Recertification Report" in me["portal"]["detail"]
    assert portal.get("/api/certifications", member).json["items"][0]["access"] == "lapsed"
    seen = portal.dashboard(member)
    assert (seen["cycle"]["state"], seen["cycle"]["points_total"]) == ("lapsed", 20)
    assert portal.get(portal.cycle_path(member, "cycles"), member).status == 200
    assert portal.put("/api/me/profile", member, {"city": "Springfield"}, version=1).status == 200
    invoice = portal.post(portal.cycle_path(member, "invoice"), member)
    assert invoice.status == 201
    invoice_id = invoice.json["invoice_id"]
    url = portal.post(f"/api/invoices/{invoice_id}/checkout", member).json["checkout_url"]
    portal.stripe.press(url, "pay")
    portal.deliver()
    assert portal.get(f"/api/invoices/{invoice_id}", member).json["status"] == "paid"
    assert portal.get("/api/invoices", member).json["items"][0]["status"] == "paid"


def test_a_report_submitted_in_time_does_not_lapse_while_it_waits(portal: Portal, member: Person) -> None:
    portal.at("2027-12-30T12:00:00-05:00")
    made = portal.submitted(member)
    portal.at("2028-03-01T12:00:00-05:00")
    assert portal.dashboard(member)["certification"]["access"] == "open"
    assert portal.enter(member, entry()).code == "cycle-locked"
    assert portal.decide(member, made["submission"]["submission_id"], "return").status == 200


def test_signed_in_time_and_returned_late_it_lapses_after_the_correction_days(
    portal: Portal, member: Person
) -> None:
    portal.at("2027-12-30T12:00:00-05:00")
    made = portal.submitted(member)
    portal.at("2028-01-10T12:00:00-05:00")
    portal.decide(member, made["submission"]["submission_id"], "return")
    portal.at("2028-02-09T23:59:59-05:00")
    assert portal.dashboard(member)["certification"]["access"] == "open"
    portal.at("2028-02-10T00:00:00-05:00")
    assert portal.sign(member).code == "certification-lapsed"
    portal.at("2028-02-09T23:59:59-05:00")
    assert portal.sign(member).status == 201
    portal.at("2028-02-10T00:00:00-05:00")
    assert portal.dashboard(member)["certification"]["access"] == "open"


def test_lapse_is_per_certification_and_the_portal_open_if_any_is(portal: Portal) -> None:
    both = portal.member("IPMA-SCP")
    row = {
        "member_id": both.member_id,
        "first_name": "Mona",
        "designation": "IPMA-CS",
        "certified_since": "2026-05-01",
        "expires_on": "2029-12-31",
        "status": "new",
        "email": f"{both.member_id}@example.org",
        "last_name": portal.get("/api/me", both).json["last_name"],
    }
    assert portal.bring_in(row).json["created"] == 1
    portal.at(MIDNIGHT)
    me = portal.get("/api/me", both).json
    assert me["portal"]["access"] == "open"
    assert [each["access"] for each in me["certifications"]] == ["lapsed", "open"]
    open_one = me["certifications"][1]["certification_id"]
    assert (
        portal.post(
            f"/api/certifications/{open_one}/entries",
            both,
            {"entries": [entry(started_on="2026-06-01", ended_on="2026-06-01")]},
        ).status
        == 201
    )
    assert portal.post(portal.cycle_path(both, "submission"), both, SIGNING).code == "certification-lapsed"
    portal.at("2030-01-01T00:00:00-05:00")
    assert portal.get("/api/me", both).json["portal"]["access"] == "lapsed"


def test_a_terminated_certification_is_lapsed_before_its_last_day(portal: Portal) -> None:
    member = portal.member(status="terminated")
    assert portal.enter(member, entry()).code == "certification-lapsed"
    assert portal.dashboard(member)["cycle"]["state"] == "lapsed"


def test_staff_still_see_and_bill_the_lapsed(portal: Portal, member: Person) -> None:
    portal.at(MIDNIGHT)
    path = f"/api/staff/certifications/{member.certification_id}"
    assert portal.get(f"{path}/cycle", STAFF).json["certification"]["access"] == "lapsed"
    assert portal.post(f"{path}/invoice", STAFF).status == 201
