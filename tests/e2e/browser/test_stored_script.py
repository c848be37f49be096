"""Whatever people type is text on every page that shows it: no script in any field ever runs, on nobody's page.

Which fields there are is read out of the OpenAPI file (`text_fields.py`).
"""

import csv
import io
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from playwright.sync_api import Page, expect

from infrastructure.local.roster import as_csv
from shared.domain import program_invoices, proposals
from tests import files
from tests.e2e.browser.desk import disputed, program_day, roster_row
from tests.e2e.browser.people import FIFTY, Member, member_of
from tests.e2e.browser.text_fields import REFUSED, TYPED_INTO, UNSHOWN, UNTYPED, text_fields
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
    claim |= {"organization": typed("claim-organization"), "notes": typed("claim-notes")}
    claimed = member.person.post(f"{member.path}/standing-claims", claim)
    assert claimed.status_code == 201, claimed.text
    staff_sold_scripts(portal, staff, member, day)
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


def bring_in(
    portal: Portal, staff: Person, asked: dict[str, Any], columns: Sequence[str], cells: dict[str, str]
) -> None:
    """Import one row as staff do."""
    text = io.StringIO()
    rows = csv.DictWriter(text, columns, restval="")
    rows.writeheader()
    rows.writerow(cells)
    made = staff.post("/api/staff/imports", asked)
    assert made.status_code == 201, made.text
    upload = made.json()["upload"]
    sent = httpx.post(upload["url"], data=upload["fields"], files={"file": ("x", text.getvalue().encode())})
    assert sent.is_success
    portal.settle()


def chapter_names_scripts(portal: Portal, staff: Person, member: Member, day: str) -> None:
    """A chapter says that a member is its own."""
    chapter = {"name": typed("chapter", SHORT), "started_on": day, "ended_on": day}
    listed = {"First Name": typed("roster-first", SHORT), "Last Name": typed("roster-last", SHORT)}
    listed |= {"Email Address": member.email}
    roster = {"kind": "chapter-roster", "chapter": chapter}
    bring_in(portal, staff, roster, proposals.COLUMNS, listed)


def staff_sold_scripts(portal: Portal, staff: Person, member: Member, day: str) -> None:
    """An old system says what a member bought."""
    bought = {"invoice_number": "S-1", "member_id": member.member_id, "description": typed("program", SHORT)}
    bought |= {"amount": "90", "currency": "usd", "issued_on": day, "due_on": day, "status": "paid"}
    bought |= {"paid_on": day, "payment_method": "check"}
    bought |= {"payment_reference": typed("program-reference", SHORT)}
    bring_in(portal, staff, {"kind": "program-invoices"}, program_invoices.COLUMNS, bought)


def member_who_is_judged(portal: Portal, staff: Person) -> tuple[Member, list[str]]:
    """A member about whom staff give a script as their every reason, and the certifications that they gave it for."""
    year = program_day().year
    row = roster_row("Script.2")
    past = row | {"designation": "IPMA-SCP", "certified_since": f"{year - 4}-03-15"}
    past |= {"expires_on": f"{year - 1}-12-31"}
    assert staff.import_roster(as_csv([row, past])).json()["created"] == 2
    portal.settle()
    member = member_of(portal, row)
    lapsed = member.person.certification("IPMA-SCP")["certification_id"]
    received = {"report_received_on": past["expires_on"], "comment": typed("reinstatement")}
    done = [
        owed := staff.post(f"/api/staff/certifications/{lapsed}/invoice"),
        staff.post(f"/api/staff/invoices/{owed.json()['invoice_id']}/waiver", {"reason": typed("waiver")}),
        staff.post(f"/api/staff/certifications/{lapsed}/reinstatement", received),
    ]
    *_, last = member.enter(*FIFTY)
    signed = member.sign(portal)
    judged = f"/api/staff/certifications/{member.certification_id}"
    approval = {"submission_id": signed["submission"]["submission_id"], "decision": "approve", "comment": ""}
    counted = {last["entry_id"]: {"points": last["points"], "reason": typed("adjustment")}}
    invoice_id = signed["invoice"]["invoice_id"]
    done += [
        staff.post(f"/api/staff/invoices/{invoice_id}/waiver", {"reason": typed("waiver")}),
        staff.post(f"{judged}/decision", approval),
        staff.post(f"{judged}/undo-approval", {"reason": typed("undo")}),
        staff.post(f"{judged}/decision", approval | {"entry_adjustments": counted}),
    ]
    for answer in done:
        assert answer.is_success, answer.text
    held = [each["certification_id"] for each in member.person.get("/api/certifications").json()["items"]]
    unsigned = next(each for each in held if each != member.certification_id)
    started = member.person.dashboard(unsigned)["cycle"]["starts_on"]
    chapter_names_scripts(portal, staff, member, min(started, program_day().isoformat()))
    return member, [member.certification_id, unsigned]


def staff_settle_with_a_script(portal: Portal, staff: Person) -> None:
    """A payment that the bank took back is raised by the reconciliation: staff say what they did about it."""
    certification_id = disputed(portal, staff).certification_id
    raised = staff.get("/api/staff/attention").json()["items"]
    settled = next(each["attention_id"] for each in raised if certification_id in str(each))
    done = staff.post(f"/api/staff/attention/{settled}/done", {"note": typed("note")})
    assert done.is_success, done.text


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
    page.locator("main details").evaluate_all("all => all.forEach((each) => (each.open = true))")
    values = page.locator("main :is(input, textarea)").evaluate_all("all => all.map((each) => each.value)")
    return "\n".join([page.locator("body").inner_text(), page.title(), *values])


def test_of_every_field_that_takes_text_it_is_said_what_becomes_of_it() -> None:
    said = [*TYPED_INTO, *UNSHOWN, *UNTYPED, *REFUSED]
    assert sorted(said) == sorted(text_fields())


def test_no_script_in_any_field_runs_on_any_page(
    visit: Callable[..., Visitor], desk: Visitor, portal: Portal, staff: Person
) -> None:
    member = member_who_types_scripts(portal, staff)
    judged, certifications = member_who_is_judged(portal, staff)
    staff_settle_with_a_script(portal, staff)
    visitor = visit()
    visitor.enter_as(member)
    heard_by_member, heard_by_staff = listen(visitor), listen(desk)
    seen = ""
    for name in MEMBER_PAGES:
        seen += shown(visitor.open(f"/{name}/"))
    judged_visitor = visit()
    judged_visitor.enter_as(judged)
    heard_by_judged = listen(judged_visitor)
    for name in (
        "registrations/",
        "invoices/",
        *(f"recertification/?certification={each}" for each in certifications),
    ):
        seen += shown(judged_visitor.open(f"/{name}"))
    query = {"review": f"?certification={member.certification_id}", "member": f"?member={member.member_id}"}
    query |= {"paper": query["review"], "members": f"?query={member.member_id}"}
    for name in STAFF_PAGES:
        page = desk.open(f"/staff/{name}/{query.get(name, '')}")
        if name == "reviews":
            page.get_by_role("link", name="Returned to the member").click()
        if name in ("reviews", "members"):
            expect(page.get_by_text(TYPED["last"]).first).to_be_visible()
        if name == "rules":
            page.get_by_role("textbox", name="The edition").fill(typed("trial", f" = 1\n'{SHORT}' = 1"))
            page.get_by_role("button", name="Try it").click()
            expect(desk.problem.first).to_be_focused()
        seen += shown(page)
    about = [f"/staff/review/?certification={each}" for each in certifications]
    for address in (*about, f"/staff/member/?member={judged.member_id}", "/staff/attention/?state=done"):
        seen += shown(desk.open(address))
    assert heard_by_member + heard_by_judged + heard_by_staff == []
    unshown = {name for name, _ in UNSHOWN.values()}
    assert set(TYPED) == {*TYPED_INTO.values(), *unshown}
    assert {field for field, text in TYPED.items() if text not in seen} == unshown


def test_what_has_to_be_one_of_those_that_there_are_takes_no_script(
    portal: Portal, staff: Person, member: Member
) -> None:
    claim = {"activity": "employment", "title": "T", "organization": "O"}
    claim["started_on"] = member.dashboard()["cycle"]["starts_on"]
    day = {"started_on": claim["started_on"], "ended_on": claim["started_on"]}
    right = entry("webinar", 1, **day)
    entries, submission = f"{member.path}/entries", f"{member.path}/submission"
    member.enter(*FIFTY[:-1])
    asked: dict[str, tuple[Person, str, Any]] = {
        "EntrySent.activity": (member.person, entries, {"entries": [entry(SHORT, 1, **day)]}),
        "EntrySent.unit": (member.person, entries, {"entries": [right | {"unit": SHORT}]}),
        "EntrySent.document_ids[]": (
            member.person,
            entries,
            {"entries": [right | {"document_ids": [SHORT]}]},
        ),
        "StandingSent.activity": (
            member.person,
            f"{member.path}/standing-claims",
            claim | {"activity": SHORT},
        ),
    }
    for name in ("content_type", "kind", "certification_id", "entry_id"):
        asked[f"DocumentSent.{name}"] = (member.person, "/api/documents", files.ANNOUNCED | {name: SHORT})
    for name, (person, path, body) in asked.items():
        refuse(name, person, path, body)
    member.enter(("webinar", 11))
    refuse(
        "SubmissionSent.agreement_version",
        member.person,
        submission,
        {"agreement_version": SHORT, "signature": member.name},
    )
    member.sign(portal)
    decision = {"submission_id": SHORT, "decision": "return", "comment": "C"}
    path = f"/api/staff/certifications/{member.certification_id}/decision"
    refuse("DecisionSent.submission_id", staff, path, decision)
    assert {*asked, "SubmissionSent.agreement_version", "DecisionSent.submission_id"} == set(REFUSED)


def refuse(name: str, person: Person, path: str, body: Any) -> None:
    """What is asked is refused, and not repeated."""
    answer = person.post(path, body)
    assert answer.status_code in (404, 409, 422), (name, answer.text)
    assert "onerror" not in answer.text, (name, answer.text)


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
        "http://[",
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
