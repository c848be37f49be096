"""Whatever people type is text on every page that shows it: no script in any field ever runs, on nobody's page."""

from collections.abc import Callable
from urllib.parse import quote

import httpx
import pytest
from playwright.sync_api import Page, expect

from infrastructure.local.roster import as_csv
from tests import files
from tests.e2e.browser.desk import program_day, roster_row
from tests.e2e.browser.people import FIFTY, Member, member_of
from tests.e2e.browser.test_proposals import propose
from tests.e2e.browser.visitor import MEMBER_PAGES, STAFF_PAGES, Visitor
from tests.e2e.portal import Person, Portal, entry

SHORT = '"><img src=x onerror=alert(1)>'
LONG = f"{SHORT}<script>alert(2)</script><svg onload=alert(3)>'`${{alert(4)}}{{{{alert(5)}}}}"
TYPED: dict[str, str] = {}
"""What was typed, by field."""


def typed(field: str, payload: str = LONG) -> str:
    """A payload for a field that can be told from those of others."""
    TYPED[field] = f"{field}{payload}"
    return TYPED[field]


def member_who_types_scripts(portal: Portal, staff: Person) -> Member:
    """A member in whose every field, and in every word of staff's about them, stands a script."""
    row = roster_row("Script.1", committees=typed("committee", SHORT))
    row |= {"first_name": typed("first", SHORT), "last_name": typed("last", SHORT)}
    assert staff.import_roster(as_csv([row])).json()["created"] == 1
    portal.settle()
    member = member_of(portal, row)
    fields = ("employer", "job_title", "department", "address", "city", "state", "country")
    profile = {name: typed(name) for name in fields} | {
        name: typed(name, SHORT) for name in ("phone", "postal_code")
    }
    version = member.person.get("/api/me").json()["profile"]["version"]
    assert member.person.put("/api/me/profile", profile, version).is_success
    day = member.dashboard()["cycle"]["starts_on"]
    days = {"started_on": day, "ended_on": day}
    document = document_of(portal, member)
    sent = {**entry("webinar", 1, **days), "notes": typed("notes"), "document_ids": [document]}
    sent |= {"title": typed("title"), "organization": typed("organization")}
    made = member.person.post(f"{member.path}/entries", {"entries": [sent]})
    assert made.status_code == 201, made.text
    entry_id = made.json()["entries"][0]["entry_id"]
    claim = {"activity": "employment", "started_on": day, "title": typed("claim")}
    claimed = member.person.post(
        f"{member.path}/standing-claims", claim | {"organization": typed("claim-organization")}
    )
    assert claimed.status_code == 201, claimed.text
    propose(portal, staff, member)
    member.enter(*FIFTY[:-1])
    member.enter(("webinar", 10))
    version = portal.client.get("/api/program").json()["agreement"]["version"]
    sign = {"agreement_version": version, "signature": typed("signature")}
    signed = member.person.post(f"{member.path}/submission", sign)
    assert signed.status_code == 201, signed.text
    staff_types_scripts(staff, member, signed.json(), entry_id)
    return member


def document_of(portal: Portal, member: Member) -> str:
    told = {
        "file_name": typed("file", "'onload=alert(6) &amp;.pdf"),
        "content_type": "application/pdf",
        "size": len(files.PDF),
    }
    told |= {"kind": "evidence", "title": typed("document")}
    made = member.person.post("/api/documents", told)
    assert made.status_code == 201, made.text
    upload = made.json()["upload"]
    sent = httpx.post(upload["url"], data=upload["fields"], files={"file": ("x", files.PDF)}, timeout=30)
    assert sent.is_success
    portal.settle()
    document_id: str = made.json()["document"]["document_id"]
    return document_id


def staff_types_scripts(
    staff: Person, member: Member, signed: dict[str, dict[str, str]], entry_id: str
) -> None:
    certification = f"/api/staff/certifications/{member.certification_id}"
    decision = {
        "submission_id": signed["submission"]["submission_id"],
        "decision": "return",
        "comment": typed("comment"),
        "entry_comments": {entry_id: typed("entry-comment")},
    }
    returned = staff.post(f"{certification}/decision", decision)
    assert returned.status_code == 200, returned.text
    last = member.dashboard()["certification"]["expires_on"]
    extended = {"extended_to": f"{int(last[:4]) + 1}-06-30", "reason": typed("reason")}
    assert staff.post(f"{certification}/extension", extended).status_code == 200
    paid = {"method": "check", "reference": typed("reference", SHORT)}
    paid["received_on"] = program_day().isoformat()
    answer = staff.post(f"/api/staff/invoices/{signed['invoice']['invoice_id']}/payment", paid)
    assert answer.status_code == 201, answer.text


def listen(visitor: Visitor) -> list[str]:
    """Whatever a script would do: open a dialog, or fetch what a tag names."""
    heard: list[str] = []

    def dialog(opened: object) -> None:
        heard.append(f"dialog on {visitor.page.url}")
        opened.dismiss()  # type: ignore[attr-defined]

    visitor.page.on("dialog", dialog)
    visitor.page.on("request", lambda asked: heard.append(asked.url) if asked.url.endswith("/x") else None)
    return heard


def shown(page: Page) -> str:
    """All that a page shows, typed fields included; nothing of it is a tag."""
    tags = "main img[src=x], main svg[onload], main script, main [onerror], main [onload]"
    assert page.locator(tags).count() == 0, page.url
    for closed in page.locator("main details:not([open]) > summary").all():
        closed.evaluate("summary => summary.parentElement.open = true")
    values = page.locator("main :is(input, textarea)").evaluate_all("all => all.map((each) => each.value)")
    return "\n".join([page.locator("body").inner_text(), page.title(), *values])


def test_no_script_in_any_field_runs_on_any_page(
    visit: Callable[..., Visitor], desk: Visitor, portal: Portal, staff: Person
) -> None:
    member = member_who_types_scripts(portal, staff)
    visitor = visit()
    visitor.enter_as(member)
    heard_by_member, heard_by_staff = listen(visitor), listen(desk)
    seen = ""
    for name in MEMBER_PAGES:
        seen += shown(visitor.open(f"/{name}/"))
    seen_by_member = {field for field, text in TYPED.items() if text in seen}
    seen = ""
    query = {"review": f"?certification={member.certification_id}", "member": f"?member={member.member_id}"}
    query |= {"paper": query["review"], "members": f"?query={member.member_id}"}
    for name in STAFF_PAGES:
        page = desk.open(f"/staff/{name}/{query.get(name, '')}")
        if name == "reviews":
            page.get_by_role("link", name="Returned to the member").click()
        if name in ("reviews", "members"):
            expect(page.get_by_text(TYPED["last"]).first).to_be_visible()
        seen += shown(page)
    seen_by_staff = {field for field, text in TYPED.items() if text in seen}
    assert heard_by_member + heard_by_staff == []
    assert set(TYPED) - seen_by_member - seen_by_staff == set()


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://elsewhere.example/",
        "//elsewhere.example/",
        "/.//elsewhere.example/",
        "/\\elsewhere.example/",
        "\\\\elsewhere.example/",
        "javascript:alert(1)",
        "data:text/html,<script>alert(1)</script>",
    ],
)
def test_a_log_in_leads_to_no_other_address(
    visit: Callable[..., Visitor], member: Member, elsewhere: str
) -> None:
    visitor = visit()
    visitor.enter_as(member)
    heard = listen(visitor)
    page = visitor.page
    page.route("**://elsewhere.example/**", lambda route: route.fulfill(body="elsewhere"))
    page.goto(f"{visitor.url}/?next={quote(elsewhere, safe='')}")
    page.wait_for_url(lambda url: "?next=" not in url)
    assert page.url.startswith(f"{visitor.url}/"), page.url
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert heard == []
