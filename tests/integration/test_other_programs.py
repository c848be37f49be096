"""The portal runs by another body's file, and by nothing else: entering, signing, approving under its rules."""

from collections.abc import Callable, Iterator

import pytest

from tests.integration.portal import STAFF, Person, Portal, entry
from tests.integration.test_prices import forget

OWN_TABLE = True

Run = Callable[[str], None]


@pytest.fixture
def run(portal: Portal, monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    """Has the portal run by a program."""

    def begin(name: str) -> None:
        monkeypatch.setenv("PROGRAM", name)
        forget()

    yield begin
    monkeypatch.undo()
    forget()


def sign(portal: Portal, member: Person) -> object:
    version = portal.get("/api/program").json["agreement"]["version"]
    body = {"agreement_version": version, "signature": "Mona Member"}
    return portal.post(portal.cycle_path(member, "submission"), member, body)


def test_hours_of_quality_engineers_accrue_convert_and_renew(portal: Portal, run: Run) -> None:
    run("asq")
    member = portal.member("CQE", expires_on="2027-11-30", certified_since="2024-12-01")
    employed = {
        "activity": "employment-full-time",
        "title": "Engineer",
        "organization": "Works",
        "started_on": "2020-01-01",
    }
    assert portal.post(portal.cycle_path(member, "standing-claims"), member, employed).status == 201
    course = entry("professional-development", 1, unit="CEU")
    entered = portal.enter(member, course)
    assert entered.json["entries"][0]["explanation"] == (
        "Professional development: 1 CEU are 10 hours; 10 × 0.1 recertification units per hour = 1."
    )
    seen = portal.dashboard(member)
    months = next(each["quantity"] for each in seen["entries"] if each["standing_id"])
    assert seen["cycle"]["points_total"] == pytest.approx(
        1 + 0.3 * sum(each["quantity"] for each in seen["entries"] if each["standing_id"])
    )
    assert months == 12
    assert seen["outlook"]["points_accruing"] == pytest.approx(0.3 * 6)
    assert (seen["outlook"]["until"], len(seen["outlook"]["ways"])) == ("2027-11-30", 3)
    assert portal.enter(member, entry("book-author", 2)).json["cycle"]["takes_more"] is True
    assert portal.enter(member, entry("meeting", 1)).status == 201
    signed = sign(portal, member)
    assert signed.status == 201, signed.json


def test_a_total_without_its_minimums_is_not_signed_and_entering_stays_open(portal: Portal, run: Run) -> None:
    run("ipma-canada")
    member = portal.member("IPMA-CP")
    portal.enter(member, entry("experience", 25))
    entered = portal.enter(member, entry("training", 25)).json["cycle"]
    assert (entered["points_total"], entered["points_missing"], entered["state"]) == (50, 0, "entering")
    missing = "At least 30 points are needed in the other areas; 25 count, so 5 are missing."
    assert entered["missing"] == [missing]
    refused = sign(portal, member)
    assert refused.code == "not-ready-to-submit"
    assert refused.json["missing_minimums"] == [missing]
    assert portal.enter(member, entry("training", 5)).json["cycle"]["state"] == "complete"
    signed = sign(portal, member)
    assert signed.status == 201, signed.json
    invoice = signed.json["invoice"]
    assert (invoice["total"]["amount"], invoice["total"]["currency"]) == (12500, "cad")
    portal.post(f"/api/staff/invoices/{invoice['invoice_id']}/waiver", STAFF, {"reason": "A test"})
    assert portal.decide(member, signed.json["submission"]["submission_id"]).status == 200
    after = portal.dashboard(member)["cycle"]
    assert (after["starts_on"], after["ends_on"]) == ("2028-01-01", "2030-12-31")


def test_a_fee_of_nothing_is_never_to_be_paid(portal: Portal, run: Run) -> None:
    run("hrpa")
    member = portal.member("CHRL", expires_on="2027-05-31", certified_since="2024-06-01")
    invoice = portal.post(portal.cycle_path(member, "invoice"), member).json
    assert (invoice["total"]["amount"], invoice["status"]) == (0, "waived")
    answer = portal.post(f"/api/invoices/{invoice['invoice_id']}/checkout", member)
    assert (answer.code, "nothing to pay" in answer.json["detail"]) == ("not-payable", True)
