"""A member reads and prints the report; whoever holds a certificate's address may check it without logging in."""

import io

from pypdf import PdfReader

from tests.e2e.browser.people import imported, member_of
from tests.e2e.portal import Person, Portal


def test_the_report_comes_as_json_and_as_a_pdf(portal: Portal, staff: Person) -> None:
    reader = member_of(portal, imported(portal, staff))
    reader.enter(("employment", 3), ("conference-full-day", 9), ("webinar", 14))
    member, held = reader.person, reader.certification_id
    report = member.get(f"/api/certifications/{held}/report").json()
    assert report["totals"]["points_total"] == 44
    printed = member.get(f"/api/certifications/{held}/report.pdf")
    assert (printed.status_code, printed.headers["content-type"]) == (200, "application/pdf")
    text = "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(printed.content)).pages)
    assert report["member"]["name"] in text
    assert "44 of 50 required" in text
    assert member.get(f"/api/certifications/{held}/certificate.pdf").status_code == 404


def test_a_certificate_is_checked_without_a_token(portal: Portal) -> None:
    answer = portal.client.get("/api/certificates/crf_aaaaaaaaaaaaaaaaaaaa")
    assert answer.status_code == 404
    assert answer.json()["type"] == "/problems/not-found"
