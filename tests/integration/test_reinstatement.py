"""Reinstatement in the portal, by the example edition that allows it: a lapsed member applies, pays, staff decide."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from shared.handling import wiring
from shared.repositories.recertification_writes import invoice_item
from shared.repositories.table import SAME_VERSION, put
from tests.integration.calendar_year import Year
from tests.integration.conftest import forget_settings
from tests.integration.portal import CHEQUE, REVIEWER, SIGNING, STAFF, Person, Portal, entry, new_key
from tests.integration.world import DocumentsBucket

OWN_TABLE = True
AFTER = "2028-02-10T12:00:00-05:00"
APPLICATION = "reinstatement-application"


@pytest.fixture(autouse=True)
def allowed(portal: Portal, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The portal runs by the example edition."""
    with monkeypatch.context() as patch:
        patch.setenv("PROGRAM", "example-reinstatement")
        forget_settings()
        yield
    forget_settings()


@pytest.fixture
def late(portal: Portal) -> Person:
    """A member with 20 points whose last day, 31 December 2027, is over."""
    member = portal.member()
    portal.points(member, 20)
    portal.at(AFTER)
    return member


def path(who: Person, rest: str = "") -> str:
    return Portal.cycle_path(who, f"{APPLICATION}{rest}")


def enter(portal: Portal, who: Person, *entries: dict[str, Any], **more: Any) -> Any:
    return portal.post(path(who, "/entries"), who, {"entries": list(entries)}, **more)


def sign(portal: Portal, who: Person, **more: Any) -> Any:
    return portal.post(path(who, "/submission"), who, SIGNING, **more)


def applied(portal: Portal, who: Person) -> Any:
    assert enter(portal, who, entry(quantity=30)).status == 201
    answer = sign(portal, who)
    assert answer.status == 201, answer.json
    return answer.json


def pay(portal: Portal, invoice_id: str) -> None:
    assert portal.post(f"/api/staff/invoices/{invoice_id}/payment", STAFF, CHEQUE).status == 201


def application(portal: Portal, who: Person) -> Any:
    return portal.get(path(who), who).json


@pytest.mark.parametrize("marked", [True, False], ids=["marked", "past its day"])
def test_a_lapsed_member_applies_pays_and_is_reinstated(portal: Portal, late: Person, marked: bool) -> None:
    if marked:
        portal.lapse(late)
    found = application(portal, late)
    assert (found["state"], found["points_missing"]) == ("entering", 30)
    assert (found["earned_from"], found["earned_until"]) == ("2024-05-01", "2028-12-30")
    assert found["late_fee"] == {"amount": 2500, "currency": "usd"}
    made = applied(portal, late)
    assert made["submission"]["for_reinstatement"] is True
    fee = application(portal, late)["late_fee_invoice"]
    assert (fee["total"]["amount"], made["invoice"]["total"]["amount"]) == (2500, 15000)
    owed = portal.get("/api/invoices", late).json["items"]
    assert {each["invoice_id"] for each in owed} == {fee["invoice_id"], made["invoice"]["invoice_id"]}
    submission_id = made["submission"]["submission_id"]
    seen = portal.get(f"/api/staff/certifications/{late.certification_id}/cycle", REVIEWER).json
    assert (seen["submission"]["state"], seen["late_fee_invoice"]) == ("submitted", fee)
    assert portal.decide(late, submission_id).code == "invoice-unpaid"
    pay(portal, made["invoice"]["invoice_id"])
    assert portal.decide(late, submission_id).code == "invoice-unpaid"
    pay(portal, fee["invoice_id"])
    assert portal.get("/api/me", late).json["portal"]["access"] == "lapsed"
    portal.at("2028-03-01T12:00:00-05:00")
    answer = portal.decide(late, submission_id)
    assert answer.status == 200, answer.json
    held, cycle = answer.json["certification"], answer.json["cycle"]
    assert (held["status"], held["access"], held["expires_on"]) == ("renew", "open", "2030-12-31")
    assert (cycle["starts_on"], cycle["ends_on"], cycle["state"]) == ("2028-02-11", "2030-12-31", "entering")
    assert portal.get("/api/me", late).json["portal"]["access"] == "open"
    assert portal.get(path(late), late).code == "not-found"


def test_the_report_itself_stays_closed_while_lapsed(portal: Portal, late: Person) -> None:
    applied(portal, late)
    assert portal.enter(late, entry()).code == "certification-lapsed"
    assert portal.sign(late).code == "certification-lapsed"
    assert portal.dashboard(late)["cycle"]["state"] == "lapsed"
    assert application(portal, late)["state"] == "submitted"
    assert enter(portal, late, entry()).code == "cycle-locked"


@pytest.mark.parametrize(
    ("day", "code"),
    [("2028-02-10", "201"), ("2028-02-11", "invalid-request"), ("2024-04-30", "invalid-request")],
)
def test_points_are_earned_in_the_lapsed_cycle_or_the_window(
    portal: Portal, late: Person, day: str, code: str
) -> None:
    assert enter(portal, late, entry(started_on=day, ended_on=day)).code == code


def test_fifty_holds_for_an_application_too_and_entries_can_be_corrected(
    portal: Portal, late: Person
) -> None:
    assert sign(portal, late).code == "not-ready-to-submit"
    made = enter(portal, late, entry(quantity=30)).json["entries"][0]
    assert enter(portal, late, entry()).code == "points-complete"
    at = path(late, f"/entries/{made['entry_id']}")
    assert portal.put(at, late, entry(quantity=29), version=1).json["points"] == 29
    assert portal.ask("DELETE", at, late, version=2).status == 204
    assert application(portal, late)["points_total"] == 20


def test_a_returned_application_is_signed_again_and_owes_no_second_late_fee(
    portal: Portal, late: Person
) -> None:
    made = applied(portal, late)
    fee = application(portal, late)["late_fee_invoice"]["invoice_id"]
    assert portal.decide(late, made["submission"]["submission_id"], "return").status == 200
    assert application(portal, late)["state"] == "returned"
    assert portal.enter(late, entry()).code == "certification-lapsed"
    portal.at("2028-06-01T12:00:00-04:00")
    again = sign(portal, late)
    assert again.status == 201
    assert application(portal, late)["late_fee_invoice"]["invoice_id"] == fee
    assert application(portal, late)["late_fee_invoice"]["total"]["amount"] == 2500


@pytest.mark.parametrize("marked", [True, False], ids=["marked", "past its day"])
@pytest.mark.parametrize(
    ("returned_at", "last_day"),
    [("2028-02-10T12:00:00-05:00", "30 December 2028"), ("2028-12-20T12:00:00-05:00", "19 January 2029")],
)
def test_the_mail_of_a_returned_application_names_the_last_day_to_apply(
    portal: Portal,
    late: Person,
    monkeypatch: pytest.MonkeyPatch,
    marked: bool,
    returned_at: str,
    last_day: str,
) -> None:
    year = Year(monkeypatch)
    if marked:
        portal.lapse(late)
    made = applied(portal, late)
    year.mail()
    year.post.sent.clear()
    portal.at(returned_at)
    assert portal.decide(late, made["submission"]["submission_id"], "return").status == 200
    (mail,) = year.mail()
    assert f"sign it again by {last_day}, 11:59 PM (New York time)" in mail.text


def test_a_roster_does_not_let_a_returned_applicant_in_by_the_usual_door(
    portal: Portal, late: Person
) -> None:
    made = applied(portal, late)
    assert portal.decide(late, made["submission"]["submission_id"], "return").status == 200
    held = portal.get("/api/certifications", late).json["items"][0]
    known = portal.get(f"/api/staff/members/{late.member_id}", STAFF).json
    row = {name: known[name] for name in ("member_id", "first_name", "last_name", "email")}
    row |= {name: held[name] for name in ("designation", "certified_since", "expires_on")}
    assert portal.bring_in({**row, "status": "new", "committees": "Ethics"}).json["updated"] == 1
    assert portal.get("/api/me", late).json["portal"]["access"] == "lapsed"
    assert portal.sign(late).code == "certification-lapsed"
    assert application(portal, late)["state"] == "returned"


@pytest.fixture
def extended(portal: Portal, late: Person) -> tuple[str, str]:
    """An application that was paid and returned, then extended and signed by the usual door: its submission, and its
    late fee, which is open."""
    made = applied(portal, late)
    pay(portal, made["invoice"]["invoice_id"])
    fee = application(portal, late)["late_fee_invoice"]["invoice_id"]
    assert portal.decide(late, made["submission"]["submission_id"], "return").status == 200
    longer = {"extended_to": "2028-06-30", "reason": "Illness"}
    root = f"/api/staff/certifications/{late.certification_id}"
    assert portal.post(f"{root}/extension", REVIEWER, longer).status == 200
    signed = portal.sign(late)
    assert signed.status == 201, signed.json
    return signed.json["submission"]["submission_id"], fee


def test_the_late_fee_of_a_returned_application_is_asked_for_whatever_door_it_is_signed_by(
    portal: Portal, late: Person, extended: tuple[str, str]
) -> None:
    submission_id, fee = extended
    refused = portal.decide(late, submission_id)
    assert (refused.code, "late fee" in refused.json["detail"]) == ("invoice-unpaid", True)
    pay(portal, fee)
    assert portal.decide(late, submission_id).status == 200


def test_a_late_fee_that_is_taken_back_during_the_approval_stops_it(
    portal: Portal, late: Person, extended: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    submission_id, fee = extended
    pay(portal, fee)
    close, times = wiring.recertifications().close, []

    def taken_back(*given: Any) -> None:
        if not times:
            paid = wiring.invoices().find(fee)
            assert paid is not None
            after = replace(paid, status="disputed", version=paid.version + 1)
            wiring.table().transact(
                [put("invoice", invoice_item(after), SAME_VERSION, {":version": paid.version})]
            )
        times.append(given)
        close(*given)

    monkeypatch.setattr(wiring.recertifications(), "close", taken_back)
    assert (portal.decide(late, submission_id).code, len(times)) == ("invoice-unpaid", 1)


@pytest.mark.parametrize(
    ("moment", "fee"), [("2028-03-30T23:59:00-04:00", 2500), ("2028-03-31T00:00:00-04:00", 5000)]
)
def test_the_late_fee_rises_with_the_days(portal: Portal, late: Person, moment: str, fee: int) -> None:
    portal.at(moment)
    assert application(portal, late)["late_fee"]["amount"] == fee


def test_after_the_window_there_is_the_paper_way(portal: Portal, late: Person) -> None:
    portal.at("2028-12-30T23:59:59-05:00")
    assert enter(portal, late, entry()).status == 201
    portal.at("2028-12-31T00:00:00-05:00")
    answer = enter(portal, late, entry())
    assert answer.code == "certification-lapsed"
    assert "Recertification Report" in answer.json["detail"]


def test_an_application_is_not_overtaken_by_paper_or_an_extension(portal: Portal, late: Person) -> None:
    made = applied(portal, late)
    pay(portal, made["invoice"]["invoice_id"])
    root = f"/api/staff/certifications/{late.certification_id}"
    paper = {"report_received_on": "2028-02-01", "comment": ""}
    assert portal.post(f"{root}/reinstatement", REVIEWER, paper).code == "already-decided"
    longer = {"extended_to": "2028-06-30", "reason": "Illness"}
    assert portal.post(f"{root}/extension", REVIEWER, longer).code == "already-decided"


def test_signing_sent_again_is_the_same_and_a_session_too(portal: Portal, late: Person) -> None:
    key = new_key()
    first, second = (enter(portal, late, entry(quantity=30), key=key) for _ in range(2))
    assert (second.status, second.json["entries"]) == (201, first.json["entries"])
    key = new_key()
    first, second = (sign(portal, late, key=key) for _ in range(2))
    assert (second.status, second.json) == (201, first.json)


def test_who_has_not_lapsed_or_is_another_has_no_application(portal: Portal) -> None:
    member = portal.member()
    assert enter(portal, member, entry()).code == "not-found"
    portal.at(AFTER)
    other = portal.member(expires_on="2029-12-31")
    assert portal.post(path(member, "/entries"), other, {"entries": [entry()]}).code == "not-found"


def test_figures_do_not_take_an_application_for_a_report(portal: Portal, late: Person) -> None:
    applied(portal, late)
    found = portal.get("/api/staff/figures", STAFF).json
    assert (found["in_entry"], found["submitted"]) == (0, 1)


def test_every_wrong_field_is_named_at_once(portal: Portal, late: Person) -> None:
    answer = enter(portal, late, entry(quantity=-1, ended_on="2030-01-01"))
    assert answer.pointers == ["/entries/0/ended_on", "/entries/0/quantity"]


def document_of(portal: Portal, who: Person, **fields: Any) -> Any:
    said = {
        "file_name": "policy.pdf",
        "content_type": "application/pdf",
        "size": 1000,
        "kind": "policy",
        "title": "Policy",
        "certification_id": who.certification_id,
    }
    return portal.post("/api/documents", who, said | fields)


def test_an_application_has_documents_as_a_report_has(
    portal: Portal, late: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wiring, "document_store", DocumentsBucket)
    made = enter(portal, late, entry("policy")).json["entries"][0]
    answer = document_of(portal, late, entry_id=made["entry_id"])
    assert answer.status == 201, answer.json
    document = answer.json["document"]
    assert application(portal, late)["entries"][-1]["document_ids"] == [document["document_id"]]
    at = f"/api/documents/{document['document_id']}"
    assert portal.ask("DELETE", at, late, version=document["version"]).status == 204
    assert application(portal, late)["entries"][-1]["document_ids"] == []
    portal.at("2029-06-01T12:00:00-04:00")
    assert document_of(portal, late).code == "certification-lapsed"


def refusals(portal: Portal, who: Person) -> list[tuple[str, Any]]:
    """A request with everything wrong, put right one thing after the other, in the contract's order."""
    url, body, key = path(who, "/submission"), {**SIGNING, "agreement_version": "2019-01"}, new_key()
    other = portal.member(expires_on="2029-12-31")
    return [
        ("unauthenticated", lambda: portal.post(url, raw=b"{", key=None)),
        ("not-found", lambda: portal.post(url, other, raw=b"{", key=None)),
        ("malformed-request", lambda: portal.post(url, who, raw=b"{", key=None)),
        ("malformed-request", lambda: portal.post(url, who, {}, key="1")),
        ("invalid-request", lambda: portal.post(url, who, {"agreement_version": "2019-01"}, key=key)),
        ("agreement-outdated", lambda: portal.post(url, who, body, key=key)),
        ("not-ready-to-submit", lambda: portal.post(url, who, SIGNING, key=key)),
    ]


def test_refusals_come_in_the_contracts_order(portal: Portal, late: Person) -> None:
    expected, made = zip(*[(code, ask().code) for code, ask in refusals(portal, late)], strict=True)
    assert made == expected
    portal.at("2029-06-01T12:00:00-04:00")
    assert portal.post(path(late, "/submission"), late, raw=b"{", key=None).code == "certification-lapsed"


def on_paper(portal: Portal, who: Person, received_on: str) -> Any:
    body = {"report_received_on": received_on, "comment": "By post."}
    return portal.post(f"/api/staff/certifications/{who.certification_id}/reinstatement", REVIEWER, body)


def test_a_late_fee_is_settled_before_its_member_is_reinstated_on_paper(portal: Portal, late: Person) -> None:
    made = applied(portal, late)
    pay(portal, made["invoice"]["invoice_id"])
    portal.decide(late, made["submission"]["submission_id"], "return")
    refused = on_paper(portal, late, "2028-02-10")
    assert (refused.code, "late fee" in refused.json["detail"]) == ("invoice-unpaid", True)
    fee = application(portal, late)["late_fee_invoice"]["invoice_id"]
    waived = portal.post(f"/api/staff/invoices/{fee}/waiver", STAFF, {"reason": "It came by post"})
    assert waived.status == 201
    assert on_paper(portal, late, "2028-02-10").status == 200
