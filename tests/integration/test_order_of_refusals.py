"""Refusals come in the contract's order: whoever does two things wrong at once is told the earlier one.

Each route has its list of what can be wrong, in the order of API.md;
neighbours are tried together, each pair with a member of its own.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from itertools import combinations
from typing import Any

import pytest

from shared.domain import ids
from shared.domain.documents import Document
from shared.domain.proposals import Chapter, Proposal, RosterMember, propose
from shared.handling import wiring
from tests.integration.portal import CHEQUE, SIGNING, STAFF, Person, Portal, entry, new_key, roster

HEADINGS = {"content-type": "text/csv"}
UNKNOWN = "crt_" + "b" * 20


@dataclass
class Request:
    """A request that is right, until something is made wrong about it."""

    portal: Portal
    owner: Person
    method: str
    path: str
    who: Person | None
    body: Any = None
    raw: bytes | None = None
    key: str | None = field(default_factory=new_key)
    version: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    entry_id: str = ""
    wrong: frozenset[str] = frozenset()

    def send(self) -> str:
        """The code of the answer."""
        return self.portal.ask(
            self.method,
            self.path,
            self.who,
            body=self.body,
            raw=self.raw,
            key=self.key,
            version=self.version,
            headers=self.headers,
        ).code


@dataclass(frozen=True)
class Wrong:
    """One thing that can be wrong: what it is, the code it gets, how it is brought about, and at which step of it.

    `clashes` are things that cannot be wrong at the same time, `implied` whether the one before brings this one along.
    """

    what: str
    code: str
    bring_about: Callable[[Request], None]
    step: int = 9
    clashes: frozenset[str] = frozenset()


def wrong(
    what: str, code: str, step: int = 9, clashes: str = ""
) -> Callable[[Callable[[Request], None]], Wrong]:
    def named(bring_about: Callable[[Request], None]) -> Wrong:
        return Wrong(what, code, bring_about, step, frozenset(clashes.split()))

    return named


@wrong("token", "unauthenticated")
def no_token(request: Request) -> None:
    request.who = None


@wrong("foreign", "not-found")
def someone_elses(request: Request) -> None:
    request.who = request.portal.member()


@wrong("member", "staff-only", clashes="own")
def no_staff(request: Request) -> None:
    request.who = request.owner


@wrong("own", "staff-only", clashes="unknown")
def own_certification(request: Request) -> None:
    request.who = replace(request.owner, groups=("staff",))


@wrong("unknown", "not-found")
def unknown_certification(request: Request) -> None:
    request.path = request.path.replace(request.owner.certification_id, UNKNOWN)


@wrong("unknown", "not-found")
def unknown_invoice(request: Request) -> None:
    request.path = request.path.replace("inv_", "inv_" + "z" * 20 + "_1x")


@wrong("entry", "not-found")
def unknown_entry(request: Request) -> None:
    request.path = request.path.replace(request.entry_id, "ent_of_nobody_00")


@wrong("lapsed", "certification-lapsed", step=5)
def lapsed(request: Request) -> None:
    request.portal.lapse(request.owner)


@wrong("json", "malformed-request")
def not_json(request: Request) -> None:
    request.raw = b'{"entries": [}'


@wrong("nokey", "malformed-request", clashes="reused")
def no_key(request: Request) -> None:
    request.key = None


@wrong("badkey", "malformed-request", clashes="reused nokey")
def bad_key(request: Request) -> None:
    request.key = "1234"


@wrong("version", "version-required", clashes="stale")
def no_version(request: Request) -> None:
    request.version = None


@wrong("locked", "cycle-locked", step=3, clashes="unready")
def locked(request: Request) -> None:
    missing = max(0, 50 - int(request.portal.dashboard(request.owner)["cycle"]["points_total"]))
    if missing:
        request.portal.points(request.owner, missing)
    if request.portal.dashboard(request.owner)["cycle"]["state"] != "submitted":
        assert request.portal.sign(request.owner).status == 201


@wrong("stale", "version-conflict")
def stale_version(request: Request) -> None:
    request.version = 99


# --- entering ---


def entering(portal: Portal) -> Request:
    owner = portal.member()
    path = portal.cycle_path(owner, "entries")
    return Request(portal, owner, "POST", path, owner, {"entries": [entry("webinar")]})


@wrong("reused", "idempotency-key-reused", step=1)
def key_of_another_session(request: Request) -> None:
    assert (
        request.portal.enter(request.owner, entry(quantity=1, title="Earlier"), key=request.key).status == 201
    )


@wrong("fields", "invalid-request")
def wrong_entry(request: Request) -> None:
    request.body = {"entries": [entry("webinar", quantity=-1)]}


@wrong("day", "invalid-request")
def wrong_day(request: Request) -> None:
    request.body = {"entries": [entry("webinar", ended_on="2029-01-01")]}


@wrong("complete", "points-complete", step=2)
def complete(request: Request) -> None:
    request.portal.points(request.owner, 49)
    if "reused" not in request.wrong:
        request.portal.points(request.owner, 1)


# --- editing and deleting ---


def editing(portal: Portal) -> Request:
    owner = portal.member()
    made = portal.points(owner, 1)
    path = portal.cycle_path(owner, f"entries/{made['entry_id']}")
    return Request(portal, owner, "PUT", path, owner, entry(quantity=2), version=1, entry_id=made["entry_id"])


def deleting(portal: Portal) -> Request:
    return replace(editing(portal), method="DELETE", body=None)


@wrong("fields", "invalid-request")
def wrong_fields(request: Request) -> None:
    request.body = entry(quantity=2, title=" ")


@wrong("activity", "invalid-request")
def wrong_activity(request: Request) -> None:
    request.body = entry("golf", quantity=2)


@wrong("accrued", "accrues-by-itself", step=1)
def of_a_standing_claim(request: Request) -> None:
    """The entry is one that comes by itself."""
    portal, owner = request.portal, request.owner
    employed = {name: entry()[name] for name in ("activity", "title", "organization")}
    claims = portal.cycle_path(owner, "standing-claims")
    assert portal.post(claims, owner, employed | {"started_on": "2024-05-01"}).status == 201
    made = next(each["entry_id"] for each in portal.dashboard(owner)["entries"] if each["standing_id"])
    request.path, request.entry_id = request.path.replace(request.entry_id, made), made


@wrong("complete", "points-complete", step=2)
def complete_without_it(request: Request) -> None:
    request.portal.points(request.owner, 50)


# --- documents and proposals ---


def deleting_a_document(portal: Portal) -> Request:
    owner = portal.member()
    document = Document(
        document_id=ids.document_id(ids.certification_home(owner.certification_id), "a" * 20),
        kind="evidence",
        title="Badge",
        file_name="badge.pdf",
        content_type="application/pdf",
        size=100,
        status="clean",
        uploaded_at=datetime(2027, 6, 1, tzinfo=UTC),
        member_id=owner.member_id,
        certification_ids=(owner.certification_id,),
    )
    wiring.documents().add(document)
    assert portal.enter(owner, entry("webinar", document_ids=[document.document_id])).status == 201
    path = f"/api/documents/{document.document_id}"
    return Request(portal, owner, "DELETE", path, owner, version=1)


@wrong("document", "not-found")
def unknown_document(request: Request) -> None:
    request.path = request.path[:-1] + "b"


def proposed(portal: Portal, owner: Person) -> Proposal:
    chapter = Chapter("Springfield Chapter", date(2025, 1, 1), date(2025, 12, 31))
    made = propose(owner.member_id, RosterMember(f"{owner.member_id}@example.org", "", ""), chapter)
    assert wiring.proposals().add(made)
    return made


def dismissing(portal: Portal) -> Request:
    owner = portal.member()
    path = f"/api/proposals/{proposed(portal, owner).proposal_id}/dismissal"
    return Request(portal, owner, "POST", path, owner)


def accepting(portal: Portal) -> Request:
    owner = portal.member()
    path = portal.cycle_path(owner, f"proposals/{proposed(portal, owner).proposal_id}/acceptance")
    return Request(portal, owner, "POST", path, owner)


@wrong("proposal", "not-found")
def unknown_proposal(request: Request) -> None:
    request.path = re.sub("prp_.", "prp_9", request.path)


@wrong("body", "malformed-request", clashes="field")
def no_json_where_none_is_needed(request: Request) -> None:
    request.raw = b"{"


@wrong("field", "invalid-request")
def a_field_where_none_is_known(request: Request) -> None:
    request.body = {"why": "not mine"}


# --- submitting ---


def submitting(portal: Portal) -> Request:
    owner = portal.member()
    made = portal.points(owner, 50)
    path = portal.cycle_path(owner, "submission")
    return Request(portal, owner, "POST", path, owner, dict(SIGNING), entry_id=made["entry_id"])


@wrong("reused", "idempotency-key-reused", step=1)
def key_of_another_signing(request: Request) -> None:
    portal, owner = request.portal, request.owner
    answer = portal.post(request.path, owner, {**SIGNING, "signature": "M. Member"}, key=request.key)
    assert answer.status == 201
    if "locked" not in request.wrong:
        portal.decide(owner, answer.json["submission"]["submission_id"], "return")


@wrong("fields", "invalid-request")
def no_signature(request: Request) -> None:
    request.body["signature"] = "x"


@wrong("agreement", "agreement-outdated", clashes="")
def old_agreement(request: Request) -> None:
    request.body["agreement_version"] = "2019-01"


@wrong("unready", "not-ready-to-submit", step=4)
def not_ready(request: Request) -> None:
    path = request.portal.cycle_path(request.owner, f"entries/{request.entry_id}")
    assert request.portal.ask("DELETE", path, request.owner, version=1).status == 204


# --- deciding ---


def deciding(portal: Portal) -> Request:
    owner = portal.member()
    made = portal.submitted(owner)
    path = f"/api/staff/certifications/{owner.certification_id}/decision"
    sent = {"submission_id": made["submission"]["submission_id"], "decision": "approve", "comment": ""}
    entry_id = portal.dashboard(owner)["entries"][0]["entry_id"]
    return Request(portal, owner, "POST", path, STAFF, sent, entry_id=entry_id)


@wrong("reused", "idempotency-key-reused", step=1)
def key_of_another_decision(request: Request) -> None:
    portal, owner = request.portal, request.owner
    answer = portal.decide(owner, request.body["submission_id"], "return", key=request.key)
    assert answer.status == 200
    signed = portal.sign(owner)
    request.body["submission_id"] = signed.json["submission"]["submission_id"]


@wrong("fields", "invalid-request")
def wrong_decision(request: Request) -> None:
    request.body["decision"] = "maybe"


@wrong("comment", "invalid-request", clashes="fields")
def return_without_a_comment(request: Request) -> None:
    request.body |= {"decision": "return", "comment": " "}


@wrong("raised", "invalid-request", clashes="comment points decided")
def raised_points(request: Request) -> None:
    request.body["entry_adjustments"] = {request.entry_id: {"points": 51, "reason": "Why not"}}


@wrong("decided", "already-decided")
def another_submission(request: Request) -> None:
    request.body["submission_id"] = request.body["submission_id"][:-1] + "7"


@wrong("points", "not-ready-to-submit", clashes="unpaid")
def too_few_points_remain(request: Request) -> None:
    request.portal.paid(f"inv_{request.owner.certification_id[4:]}_1")
    request.body["entry_adjustments"] = {request.entry_id: {"points": 49, "reason": "One year too many"}}


@wrong("unpaid", "invoice-unpaid")
def unpaid(request: Request) -> None:
    """Nobody has paid yet."""


# --- discretion ---


def at_staffs(portal: Portal, owner: Person, what: str, body: Any) -> Request:
    path = f"/api/staff/certifications/{owner.certification_id}/{what}"
    return Request(portal, owner, "POST", path, STAFF, body)


def reinstating(portal: Portal) -> Request:
    owner = portal.member(certified_since="2021-05-01", expires_on="2026-12-31")
    invoice_of(portal, owner)
    body = {"report_received_on": "2027-06-01", "comment": ""}
    return at_staffs(portal, owner, "reinstatement", body)


def extending(portal: Portal) -> Request:
    return at_staffs(portal, portal.member(), "extension", {"extended_to": "2028-06-30", "reason": "Illness"})


def undoing(portal: Portal) -> Request:
    owner = portal.member()
    portal.approved(owner)
    return at_staffs(portal, owner, "undo-approval", {"reason": "Wrong report"})


def entering_from_paper(portal: Portal) -> Request:
    return at_staffs(portal, portal.member(), "entries", {"entries": [entry("webinar")]})


def submitting_from_paper(portal: Portal) -> Request:
    owner = portal.member()
    made = portal.points(owner, 50)
    return replace(at_staffs(portal, owner, "submission", dict(SIGNING)), entry_id=made["entry_id"])


@wrong("reused", "idempotency-key-reused", step=1)
def key_of_another_reinstatement(request: Request) -> None:
    request.portal.paid(f"inv_{request.owner.certification_id[4:]}_1")
    other = {**request.body, "comment": "Another"}
    assert request.portal.post(request.path, STAFF, other, key=request.key).status == 200


@wrong("reused", "idempotency-key-reused", step=1)
def key_of_another_extension(request: Request) -> None:
    other = {**request.body, "reason": "Another"}
    assert request.portal.post(request.path, STAFF, other, key=request.key).status == 200


@wrong("reused", "idempotency-key-reused", step=1)
def key_of_another_undo(request: Request) -> None:
    assert request.portal.post(request.path, STAFF, {"reason": "Another"}, key=request.key).status == 200


@wrong("reused", "idempotency-key-reused", step=1)
def key_of_another_paper(request: Request) -> None:
    other = {"entries": [entry("webinar", title="Another")]}
    assert request.portal.post(request.path, STAFF, other, key=request.key).status == 201


@wrong("reused", "idempotency-key-reused", step=1)
def key_of_another_signed_paper(request: Request) -> None:
    other = {**SIGNING, "signature": "M. Member"}
    answer = request.portal.post(request.path, STAFF, other, key=request.key)
    assert answer.status == 201
    if "locked" not in request.wrong:
        request.portal.decide(request.owner, answer.json["submission"]["submission_id"], "return")


@wrong("fields", "invalid-request")
def report_of_tomorrow(request: Request) -> None:
    request.body["report_received_on"] = "2027-06-16"


@wrong("fields", "invalid-request")
def extended_to_yesterday(request: Request) -> None:
    request.body["extended_to"] = "2027-06-14"


@wrong("open", "already-decided", step=3)
def not_lapsed(request: Request) -> None:
    request.portal.at("2026-06-15T12:00:00-04:00")
    request.body["report_received_on"] = min("2026-06-01", request.body["report_received_on"])


@wrong("submitted", "already-decided", step=3)
def submitted(request: Request) -> None:
    request.portal.submitted(request.owner)


@wrong("used", "already-decided", step=3, clashes="reused")
def next_cycle_in_use(request: Request) -> None:
    request.portal.at("2027-06-20T12:00:00-04:00")
    used = entry(started_on="2027-06-18", ended_on="2027-06-18")
    assert request.portal.enter(request.owner, used).status == 201


# --- money ---


def invoice_of(portal: Portal, owner: Person) -> str:
    invoice_id: str = portal.post(portal.cycle_path(owner, "invoice"), owner).json["invoice_id"]
    return invoice_id


def recording_a_payment(portal: Portal) -> Request:
    owner = portal.member()
    path = f"/api/staff/invoices/{invoice_of(portal, owner)}/payment"
    return Request(portal, owner, "POST", path, STAFF, dict(CHEQUE))


def waiving(portal: Portal) -> Request:
    owner = portal.member()
    path = f"/api/staff/invoices/{invoice_of(portal, owner)}/waiver"
    return Request(portal, owner, "POST", path, STAFF, {"reason": "Hardship"})


def going_to_pay(portal: Portal) -> Request:
    owner = portal.member()
    return Request(portal, owner, "POST", f"/api/invoices/{invoice_of(portal, owner)}/checkout", owner)


def asking_for_an_invoice(portal: Portal) -> Request:
    owner = portal.member()
    return Request(portal, owner, "POST", portal.cycle_path(owner, "invoice"), owner)


def staff_asking_for_an_invoice(portal: Portal) -> Request:
    owner = portal.member()
    path = f"/api/staff/certifications/{owner.certification_id}/invoice"
    return Request(portal, owner, "POST", path, STAFF)


@wrong("reused", "idempotency-key-reused", step=1)
def key_of_another_payment(request: Request) -> None:
    answer = request.portal.post(request.path, STAFF, {**CHEQUE, "reference": "no. 7"}, key=request.key)
    assert answer.status == 201


@wrong("reused", "idempotency-key-reused", step=1)
def key_of_another_request(request: Request) -> None:
    assert request.portal.post(request.path, request.who, key=request.key).status == 201
    request.raw = b"{}"


@wrong("reused", "idempotency-key-reused", step=1)
def key_of_another_waiver(request: Request) -> None:
    assert request.portal.post(request.path, STAFF, {"reason": "Illness"}, key=request.key).status == 201


@wrong("fields", "invalid-request")
def no_reason(request: Request) -> None:
    request.body["reason"] = " "


@wrong("fields", "invalid-request")
def wrong_payment(request: Request) -> None:
    request.body["method"] = "cash"


@wrong("future", "invalid-request")
def payment_of_tomorrow(request: Request) -> None:
    request.body["received_on"] = "2027-06-16"


@wrong("paid", "not-payable", step=2)
def already_paid(request: Request) -> None:
    if "reused" not in request.wrong:
        invoice_id = f"inv_{request.owner.certification_id[4:]}_1"
        assert request.portal.post(f"/api/staff/invoices/{invoice_id}/payment", STAFF, CHEQUE).status == 201


# --- profile and roster ---


def changing_the_profile(portal: Portal) -> Request:
    owner = portal.member()
    return Request(portal, owner, "PUT", "/api/me/profile", owner, {"phone": "+1 555 0100"}, version=1)


@wrong("nobody", "not-found")
def no_member(request: Request) -> None:
    request.who = Person("nobody")


@wrong("fields", "invalid-request")
def wrong_profile(request: Request) -> None:
    request.body["phone"] = "1" * 51


ROW = {"member_id": "r1", "first_name": "Rita", "last_name": "Row", "email": "r1@example.org"}


def importing(portal: Portal) -> Request:
    raw = roster({**ROW, "first_name": "Ria"}).encode()
    path = "/api/staff/members/import"
    return Request(
        portal, portal.member(), "POST", path, STAFF, raw=raw, headers={"content-type": "text/csv"}
    )


@wrong("type", "unsupported-media-type")
def not_csv(request: Request) -> None:
    request.headers["content-type"] = "application/json"


@wrong("utf8", "malformed-request")
def not_utf8(request: Request) -> None:
    request.raw = "member_id,José".encode("latin-1")


@wrong("reused", "idempotency-key-reused", step=1)
def key_of_another_roster(request: Request) -> None:
    assert request.portal.bring_in(ROW, key=request.key).status == 200


@wrong("heading", "invalid-request")
def wrong_heading(request: Request) -> None:
    request.raw = b"member_id,name\r\nr1,Rita\r\n"


ROUTES: dict[str, tuple[Callable[[Portal], Request], list[Wrong]]] = {
    "POST entries": (
        entering,
        [
            no_token,
            someone_elses,
            lapsed,
            not_json,
            no_key,
            key_of_another_session,
            wrong_entry,
            wrong_day,
            locked,
            complete,
        ],
    ),
    "PUT entry": (
        editing,
        [
            no_token,
            someone_elses,
            unknown_entry,
            lapsed,
            not_json,
            no_version,
            wrong_fields,
            wrong_activity,
            locked,
            of_a_standing_claim,
            stale_version,
            complete_without_it,
        ],
    ),
    "DELETE entry": (
        deleting,
        [
            no_token,
            someone_elses,
            unknown_entry,
            lapsed,
            no_version,
            locked,
            of_a_standing_claim,
            stale_version,
        ],
    ),
    "DELETE document": (
        deleting_a_document,
        [no_token, someone_elses, unknown_document, lapsed, no_version, locked, stale_version],
    ),
    "POST dismissal": (
        dismissing,
        [
            no_token,
            someone_elses,
            unknown_proposal,
            no_json_where_none_is_needed,
            no_key,
            a_field_where_none_is_known,
        ],
    ),
    "POST acceptance": (
        accepting,
        [
            no_token,
            someone_elses,
            unknown_proposal,
            lapsed,
            no_json_where_none_is_needed,
            no_key,
            a_field_where_none_is_known,
            locked,
            complete,
        ],
    ),
    "POST submission": (
        submitting,
        [
            no_token,
            someone_elses,
            lapsed,
            not_json,
            no_key,
            key_of_another_signing,
            no_signature,
            locked,
            old_agreement,
            not_ready,
        ],
    ),
    "POST decision": (
        deciding,
        [
            no_token,
            no_staff,
            unknown_certification,
            own_certification,
            not_json,
            no_key,
            key_of_another_decision,
            wrong_decision,
            return_without_a_comment,
            raised_points,
            another_submission,
            unpaid,
            too_few_points_remain,
        ],
    ),
    "POST reinstatement": (
        reinstating,
        [
            no_token,
            no_staff,
            unknown_certification,
            own_certification,
            not_json,
            no_key,
            key_of_another_reinstatement,
            report_of_tomorrow,
            unpaid,
        ],
    ),
    "POST reinstatement of the active": (
        reinstating,
        [no_token, no_staff, unknown_certification, own_certification, not_json, no_key, not_lapsed, unpaid],
    ),
    "POST extension": (
        extending,
        [
            no_token,
            no_staff,
            unknown_certification,
            own_certification,
            not_json,
            no_key,
            key_of_another_extension,
            extended_to_yesterday,
            submitted,
        ],
    ),
    "POST undo-approval": (
        undoing,
        [
            no_token,
            no_staff,
            unknown_certification,
            own_certification,
            not_json,
            no_key,
            key_of_another_undo,
            no_reason,
            next_cycle_in_use,
        ],
    ),
    "POST entries from paper": (
        entering_from_paper,
        [
            no_token,
            no_staff,
            unknown_certification,
            own_certification,
            lapsed,
            not_json,
            no_key,
            key_of_another_paper,
            wrong_entry,
            wrong_day,
            locked,
            complete,
        ],
    ),
    "POST submission from paper": (
        submitting_from_paper,
        [
            no_token,
            no_staff,
            unknown_certification,
            own_certification,
            lapsed,
            not_json,
            no_key,
            key_of_another_signed_paper,
            no_signature,
            locked,
            old_agreement,
            not_ready,
        ],
    ),
    "POST payment": (
        recording_a_payment,
        [
            no_token,
            no_staff,
            unknown_invoice,
            own_certification,
            not_json,
            no_key,
            key_of_another_payment,
            wrong_payment,
            payment_of_tomorrow,
            already_paid,
        ],
    ),
    "POST waiver": (
        waiving,
        [
            no_token,
            no_staff,
            unknown_invoice,
            own_certification,
            not_json,
            no_key,
            key_of_another_waiver,
            no_reason,
            already_paid,
        ],
    ),
    "POST checkout": (
        going_to_pay,
        [no_token, someone_elses, unknown_invoice, no_key, key_of_another_request, already_paid],
    ),
    "POST invoice": (
        asking_for_an_invoice,
        [no_token, someone_elses, unknown_certification, no_key, key_of_another_request],
    ),
    "POST staff invoice": (
        staff_asking_for_an_invoice,
        [no_token, no_staff, unknown_certification, no_key, key_of_another_request],
    ),
    "PUT profile": (
        changing_the_profile,
        [no_token, no_member, not_json, no_version, wrong_profile, stale_version],
    ),
    "POST import": (
        importing,
        [no_token, no_staff, not_csv, not_utf8, no_key, key_of_another_roster, wrong_heading],
    ),
}


NEAR = 4
"""How far apart in its list two wrongs are tried together; those further apart are held apart by what is between."""


def cases() -> Iterator[Any]:
    for route, (start, list_of_wrongs) in ROUTES.items():
        for each in list_of_wrongs:
            yield pytest.param(start, (each,), id=f"{route}: {each.what}")
        for (at, first), (place, second) in combinations(enumerate(list_of_wrongs), 2):
            if place - at > NEAR:
                continue
            names = {first.what, second.what}
            touch_the_same = first.what == second.what or names == {"token", "foreign"}
            if not (touch_the_same or second.what in first.clashes or first.what in second.clashes):
                yield pytest.param(start, (first, second), id=f"{route}: {first.what} before {second.what}")


@pytest.mark.parametrize(("start", "wrongs"), list(cases()))
def test_the_earlier_of_two_refusals_is_given(
    portal: Portal, start: Callable[[Portal], Request], wrongs: tuple[Wrong, ...]
) -> None:
    request = start(portal)
    request.wrong = frozenset(each.what for each in wrongs)
    # Who asks is settled last, and a body that is none replaces one that is only wrong.
    for each in sorted(wrongs, key=lambda each: (each.step, -wrongs.index(each))):
        each.bring_about(request)
    assert request.send() == wrongs[0].code
