"""Certificates: made with the approval, printed by their member, checked by anyone who has the id."""

import io
from typing import Any

import pytest
from pypdf import PdfReader

from tests.integration.portal import Person, Portal, entry


def certificate_id(portal: Portal, who: Person) -> Any:
    return portal.dashboard(who)["certification"]["certificate_id"]


def check(portal: Portal, certificate: str) -> dict[str, Any]:
    answer = portal.get(f"/api/certificates/{certificate}")
    assert answer.status == 200, answer.json
    assert answer.headers["cache-control"] == "public, max-age=300"
    found: dict[str, Any] = answer.json
    return found


def test_anyone_may_check_a_certificate_and_learns_name_designation_and_days_only(portal: Portal) -> None:
    member = portal.member(last_name="Müller")
    assert certificate_id(portal, member) is None
    portal.approved(member)
    made = certificate_id(portal, member)
    assert check(portal, made) == {
        "certificate_id": made,
        "name": "Mona Müller",
        "designation": "IPMA-CP",
        "designation_title": "IPMA Certified Professional",
        "status": "current",
        "certified_since": "2024-05-01",
        "issued_on": "2027-06-15",
        "valid_until": "2030-12-31",
    }


def test_it_lapses_with_its_certification(portal: Portal) -> None:
    member = portal.member()
    portal.approved(member)
    made = certificate_id(portal, member)
    portal.at("2030-12-31T23:59:59-05:00")
    assert check(portal, made)["status"] == "current"
    portal.at("2031-01-01T00:00:00-05:00")
    assert check(portal, made)["status"] == "lapsed"


def test_the_next_approval_replaces_it(portal: Portal) -> None:
    member = portal.member()
    portal.approved(member)
    first = certificate_id(portal, member)
    portal.at("2030-12-20T12:00:00-05:00")
    late = entry(quantity=50, started_on="2028-03-01", ended_on="2028-03-02")
    made = portal.enter(member, late)
    assert made.status == 201, made.json
    portal.at("2030-12-31T12:00:00-05:00")
    signed = portal.sign(member)
    assert signed.status == 201, signed.json
    portal.paid(signed.json["invoice"]["invoice_id"])
    assert portal.decide(member, signed.json["submission"]["submission_id"]).status == 200
    second = certificate_id(portal, member)
    assert second != first
    assert check(portal, first)["status"] == "replaced"
    assert check(portal, second)["status"] == "current"


def test_a_repeated_approval_makes_one_certificate(portal: Portal) -> None:
    member = portal.member()
    made = portal.submitted(member)
    portal.paid(made["invoice"]["invoice_id"])
    key = "0a2f7a5e-7c1e-4c55-9f0e-1f1f0b8f3a11"
    submission_id = made["submission"]["submission_id"]
    answers = [portal.decide(member, submission_id, key=key) for _ in range(2)]
    assert [answer.status for answer in answers] == [200, 200]
    ids = {answer.json["certification"]["certificate_id"] for answer in answers}
    assert ids == {certificate_id(portal, member)}


@pytest.mark.parametrize("made", ["crf_aaaaaaaaaaaaaaaaaaaa", "crf_x", "nothing", "crt_aaaaaaaaaaaaaaaaaaaa"])
def test_an_unknown_certificate_is_not_found(portal: Portal, made: str) -> None:
    assert portal.get(f"/api/certificates/{made}").code == "not-found"


def test_its_member_prints_it_with_the_address_to_check_it(portal: Portal) -> None:
    member = portal.member(last_name="Łukasiewicz")
    path = portal.cycle_path(member, "certificate.pdf")
    assert portal.get(path, member).code == "not-found"
    portal.approved(member)
    answer = portal.get(path, member)
    assert (answer.status, answer.headers["content-type"]) == (200, "application/pdf")
    reader = PdfReader(io.BytesIO(answer.raw))
    text = reader.pages[0].extract_text()
    url = f"https://portal.example.org/certificate/?id={certificate_id(portal, member)}"
    assert "Mona Łukasiewicz" in text
    assert "IPMA Certified Professional" in text
    assert url in text.replace("\n", "")
    assert len(reader.pages) == 1
    assert portal.get(path, portal.member()).code == "not-found"
    assert portal.get(path).status == 401
