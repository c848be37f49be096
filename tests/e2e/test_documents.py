"""Documents over HTTP: uploaded straight to the bucket, checked, counted, kept with a signed report, published."""

from collections.abc import Mapping
from itertools import count
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from infrastructure.local.roster import as_csv, generated_roster
from shared.domain.documents import DOCX
from tests import files
from tests.e2e.portal import Person, Portal, entry, this_day
from tests.e2e.test_whole_recertification import code_of

_numbers = count(1)


def new_member(portal: Portal, staff: Person, *designations: str) -> Person:
    """A member of the test's own, imported and logged in."""
    number = next(_numbers)
    year = this_day().year
    cells = next(generated_roster(this_day(), members=1, seed=5)) | {
        "member_id": f"Doc.{number}",
        "first_name": "Dora",
        "last_name": f"Documents{number}",
        "email": f"doc.{number}@example.net",
        "certified_since": f"{year - 2}-01-15",
        "expires_on": f"{year}-12-31",
        "status": "new",
        "committees": "",
    }
    rows = [cells | {"designation": each} for each in designations or ("IPMA-CP",)]
    report = staff.import_roster(as_csv(rows)).json()
    assert report["created"] == len(rows), report
    portal.settle()
    return portal.first_log_in(cells["email"])


def announce(who: Person, content: bytes = files.PDF, **fields: Any) -> httpx.Response:
    said = {
        "file_name": "description.pdf",
        "content_type": "application/pdf",
        "size": len(content),
        "kind": "evidence",
        "title": "What was done",
        **fields,
    }
    return who.post("/api/documents", said)


def send(upload: Mapping[str, Any], content: bytes, **changed: str) -> httpx.Response:
    """Post a file with a form, as a browser does."""
    fields = {**upload["fields"], **changed}
    return httpx.post(upload["url"], data=fields, files={"file": ("x", content)}, timeout=30)


def uploaded(portal: Portal, who: Person, content: bytes = files.PDF, **fields: Any) -> dict[str, Any]:
    """A document as it is after its upload and check."""
    announced = announce(who, content, **fields)
    assert announced.status_code == 201, announced.text
    made = announced.json()
    assert made["document"]["status"] == "pending"
    sent = send(made["upload"], content)
    assert sent.status_code in (200, 201, 204), sent.text
    portal.settle()
    read = who.get(f"/api/documents/{made['document']['document_id']}")
    assert read.status_code == 200, read.text
    page: dict[str, Any] = read.json()
    return page


def days(dashboard: Mapping[str, Any]) -> dict[str, str]:
    return {"started_on": dashboard["cycle"]["starts_on"], "ended_on": dashboard["cycle"]["starts_on"]}


def test_an_hr_innovation_counts_once_its_description_is_there_and_reaches_the_library(
    portal: Portal, staff: Person
) -> None:
    member = new_member(portal, staff)
    certification_id = member.certification()["certification_id"]
    path = f"/api/certifications/{certification_id}"
    when = days(member.dashboard(certification_id))
    agreement = portal.client.get("/api/program").json()["agreement"]["version"]
    signing = {"agreement_version": agreement, "signature": "Dora Documents"}

    # Without its description it is saved with 5 points, and the submission is refused and names it.
    session = {"entries": [entry("hr-innovation", 1, **when), entry("conference-full-day", 15, **when)]}
    entered = member.post(f"{path}/entries", session).json()
    innovation = entered["entries"][0]
    assert (innovation["points"], entered["cycle"]["points_total"]) == (5, 50)
    refused = member.post(f"{path}/submission", signing)
    assert (refused.status_code, code_of(refused)) == (409, "not-ready-to-submit")
    assert refused.json()["missing_documents"] == [innovation["entry_id"]]
    assert innovation["title"] in refused.json()["detail"]

    # Announced and attached, but not uploaded yet: it still does not count.
    announced = announce(
        member, kind="hr-innovation", title="Peer mentoring pilot", entry_id=innovation["entry_id"]
    ).json()
    document_id = announced["document"]["document_id"]
    assert member.get(f"/api/documents/{document_id}").json()["download_url"] is None
    assert member.post(f"{path}/submission", signing).json()["missing_documents"] == [innovation["entry_id"]]

    # Uploaded and checked: it is clean, shown on the dashboard, and a browser saves it and never shows it.
    assert send(announced["upload"], files.PDF).is_success
    portal.settle()
    dashboard = member.dashboard(certification_id)
    shown = next(each for each in dashboard["documents"] if each["document_id"] == document_id)
    assert (shown["status"], shown["size"]) == ("clean", len(files.PDF))
    named = next(each for each in dashboard["entries"] if each["entry_id"] == innovation["entry_id"])
    assert named["document_ids"] == [document_id]
    saved = httpx.get(member.get(f"/api/documents/{document_id}").json()["download_url"])
    assert (saved.status_code, saved.content) == (200, files.PDF)
    assert saved.headers["content-disposition"].startswith('attachment; filename="description.pdf"')

    # Signed: nothing is added or taken away.
    submitted = member.post(f"{path}/submission", signing)
    assert submitted.status_code == 201, submitted.text
    assert code_of(member.delete(f"/api/documents/{document_id}", shown["version"])) == "cycle-locked"
    assert code_of(announce(member)) == "cycle-locked"
    unpublished = staff.post(f"/api/staff/documents/{document_id}/publication")
    assert (unpublished.status_code, code_of(unpublished)) == (409, "not-publishable")

    # Paid and approved: it leaves the dashboard, stays in the list, and staff can publish it.
    invoice = submitted.json()["invoice"]["invoice_id"]
    cheque = {"method": "check", "reference": "77", "received_on": this_day().isoformat()}
    assert staff.post(f"/api/staff/invoices/{invoice}/payment", cheque).status_code == 201
    decision = {
        "submission_id": submitted.json()["submission"]["submission_id"],
        "decision": "approve",
        "comment": "",
    }
    approved = staff.post(f"/api/staff/certifications/{certification_id}/decision", decision)
    assert approved.status_code == 200, approved.text
    assert member.dashboard(certification_id)["documents"] == []
    listed = member.get("/api/documents").json()["items"]
    assert [(each["document_id"], each["archived"]) for each in listed] == [(document_id, True)]
    assert code_of(member.delete(f"/api/documents/{document_id}", shown["version"])) == "cycle-locked"

    queue = staff.get("/api/staff/contributions").json()["items"]
    assert document_id in [each["document_id"] for each in queue]
    published = staff.post(f"/api/staff/documents/{document_id}/publication")
    assert published.status_code == 201, published.text
    other = portal.log_in("new@example.org")
    for query in ({}, {"kind": "hr-innovation"}, {"query": "mentor PILOT"}, {"query": "peer", "limit": 1}):
        items = other.get("/api/library", **query).json()["items"]
        (found,) = [each for each in items if each["document_id"] == document_id]
        assert found["title"] == "Peer mentoring pilot"
        assert found["contributed_by"].startswith("Dora Documents")
        assert "member_id" not in found
    for query in ({"kind": "policy"}, {"query": "mentor absent"}):
        items = other.get("/api/library", **query).json()["items"]
        assert document_id not in [each["document_id"] for each in items]
    download = other.get(f"/api/library/{document_id}").json()["download_url"]
    assert httpx.get(download).content == files.PDF
    assert other.get(f"/api/documents/{document_id}").status_code == 404

    withdrawn = staff.delete(f"/api/staff/documents/{document_id}/publication", published.json()["version"])
    assert withdrawn.status_code == 204, withdrawn.text
    listed = other.get("/api/library").json()["items"]
    assert document_id not in [each["document_id"] for each in listed]
    assert other.get(f"/api/library/{document_id}").status_code == 404


HOSTILE = {
    "HTML as PDF": ("a.pdf", "application/pdf", files.HTML),
    "HTML as PNG": ("a.png", "image/png", files.HTML),
    "SVG as PNG": ("a.png", "image/png", files.SVG),
    "a script in a DOCX name": ("a.docx", DOCX, files.SCRIPT),
    "a zip that is no Word file": ("a.docx", DOCX, files.zipped({"run.txt": "x"})),
    "a Word file with macros": ("a.docx", DOCX, files.docx({"word/vbaProject.bin": b"x"})),
    "a zip bomb": ("a.docx", DOCX, files.zip_bomb()),
    "a PNG as PDF": ("a.pdf", "application/pdf", files.PNG),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_a_hostile_file_is_rejected_with_a_reason_and_never_served(portal: Portal, case: str) -> None:
    file_name, content_type, content = HOSTILE[case]
    member = portal.log_in("two@example.org")
    page = uploaded(portal, member, content, file_name=file_name, content_type=content_type)
    assert page["document"]["status"] == "rejected"
    assert len(page["document"]["reason"]) > 20
    assert page["download_url"] is None


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        ({"content_type": "image/svg+xml", "file_name": "a.svg"}, "/content_type"),
        ({"content_type": "text/html", "file_name": "a.html"}, "/content_type"),
        ({"size": 11 * 1024**2}, "/size"),
        ({"size": 0}, "/size"),
        ({"kind": "secret"}, "/kind"),
        ({"file_name": "../../etc/passwd.pdf"}, "/file_name"),
        ({"file_name": "C:\\temp\\a.pdf"}, "/file_name"),
        ({"file_name": "a.pdf\r\nX-Evil: 1.pdf"}, "/file_name"),
        ({"file_name": "fdp.\u202eexe.pdf"}, "/file_name"),
        ({"file_name": "a.exe"}, "/file_name"),
        ({"file_name": "a.html"}, "/file_name"),
        ({"file_name": ".pdf"}, "/file_name"),
    ],
)
def test_a_wrong_announcement_is_refused_with_a_reason(
    portal: Portal, fields: dict[str, Any], pointer: str
) -> None:
    refused = announce(portal.log_in("two@example.org"), **fields)
    assert (refused.status_code, code_of(refused)) == (422, "invalid-request")
    assert pointer in [each["pointer"] for each in refused.json()["errors"]]


def test_the_form_takes_what_was_announced_and_nothing_else(portal: Portal) -> None:
    member, other = portal.log_in("two@example.org"), portal.log_in("new@example.org")
    mine, theirs = announce(member).json(), announce(other).json()
    upload = mine["upload"]
    assert "EntityTooLarge" in send(upload, files.PDF + bytes(11 * 1024**2)).text
    assert send(upload, files.HTML, **{"Content-Type": "text/html"}).status_code == 403
    assert send(upload, files.PDF, key=theirs["upload"]["fields"]["key"]).status_code == 403
    assert send(upload, files.PDF, **{"x-amz-server-side-encryption": "none"}).status_code == 403
    assert send(upload, files.PDF, acl="public-read").status_code == 403
    portal.settle()
    for who, made in ((member, mine), (other, theirs)):
        read = who.get(f"/api/documents/{made['document']['document_id']}").json()
        assert (read["document"]["status"], read["download_url"]) == ("pending", None)
    key = upload["fields"]["key"]
    assert httpx.get(f"{upload['url']}/{key}").status_code == 403


def test_what_is_uploaded_after_the_check_is_never_served(portal: Portal) -> None:
    member = portal.log_in("two@example.org")
    made = announce(member).json()
    assert send(made["upload"], files.PDF).is_success
    portal.settle()
    assert send(made["upload"], files.HTML).is_success
    portal.settle()
    page = member.get(f"/api/documents/{made['document']['document_id']}").json()
    assert page["document"]["status"] == "clean"
    assert httpx.get(page["download_url"]).content == files.PDF
    asked = parse_qs(urlsplit(page["download_url"]).query)
    assert asked["response-content-disposition"][0].startswith("attachment;")
    assert "versionId" in asked


def test_a_name_beyond_ascii_is_kept_and_safe_in_the_header(portal: Portal) -> None:
    member = portal.log_in("two@example.org")
    page = uploaded(portal, member, files.docx(), file_name="Übung; x=1, 日本.docx", content_type=DOCX)
    assert page["document"]["status"] == "clean", page
    saved = httpx.get(page["download_url"])
    disposition = saved.headers["content-disposition"]
    assert disposition.startswith('attachment; filename="Ubung_ x_1_ .docx"')
    assert "filename*=UTF-8''%C3%9Cbung%3B%20x%3D1%2C%20%E6%97%A5%E6%9C%AC.docx" in disposition


def test_a_document_without_a_certification_serves_both_reports(portal: Portal, staff: Person) -> None:
    member = new_member(portal, staff, "IPMA-SCP", "IPMA-CS")
    page = uploaded(portal, member)
    document = page["document"]
    assert document["certification_ids"] == []
    held = [each["certification_id"] for each in member.get("/api/certifications").json()["items"]]
    for number, certification_id in enumerate(held, start=1):
        assert member.dashboard(certification_id)["documents"] == []
        when = days(member.dashboard(certification_id))
        session = {"entries": [entry("policy", 1, document_ids=[document["document_id"]], **when)]}
        answer = member.post(f"/api/certifications/{certification_id}/entries", session)
        assert answer.status_code == 201, answer.text
        (shown,) = member.dashboard(certification_id)["documents"]
        assert (shown["document_id"], len(shown["certification_ids"])) == (document["document_id"], number)
    (listed,) = member.get("/api/documents").json()["items"]
    assert listed["certification_ids"] == held

    # Deleted, it leaves both, and the entries stay without it.
    assert member.delete(f"/api/documents/{document['document_id']}", document["version"]).status_code == 204
    for certification_id in held:
        dashboard = member.dashboard(certification_id)
        assert dashboard["documents"] == []
        assert dashboard["entries"][0]["document_ids"] == []
    assert httpx.get(page["download_url"]).status_code in (200, 404)


def test_who_may_not_upload_is_told_why(portal: Portal) -> None:
    for email, code in (
        ("uncertified@example.org", "not-certified"),
        ("lapsed@example.org", "certification-lapsed"),
    ):
        refused = announce(portal.log_in(email))
        assert (refused.status_code, code_of(refused)) == (403, code)
    member = portal.log_in("new@example.org")
    theirs = portal.log_in("two@example.org").certification()["certification_id"]
    assert announce(member, certification_id=theirs).status_code == 404
    assert announce(member, entry_id="ent_nothing_00").status_code == 404
