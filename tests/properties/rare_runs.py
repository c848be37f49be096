"""Golden runs of what seldom happens: what is asked again, what another changed meanwhile, what takes several steps."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from importlib import import_module
from typing import Any
from unittest.mock import patch

from shared.adapters import clock
from shared.domain import ids, program_invoices, proposals
from shared.handling import wiring
from shared.repositories.recertifications import Recertifications
from tests.integration.portal import ADMINISTRATOR, STAFF, Person, Portal, entry, new_key, roster
from tests.integration.world import EDITION, World, stored
from tests.properties.cloud import Cloud
from tests.properties.golden_runs import EMPLOYED, Golden, Runs, announced, newcomer, of_staff, table_of
from tests.properties.memory_dynamodb import Place

POLICY = {"file_name": "p.pdf", "content_type": "application/pdf", "size": 9, "kind": "policy", "title": "P"}


def rare_runs(runs: Runs, world: World, cloud: Cloud) -> None:
    """What needs a past of its own."""
    documents_from_elsewhere(runs, world)
    documents_on_their_way(runs, world)
    what_accrued(runs)
    reports(runs)
    announcements(runs, world)
    mails(runs, world, cloud)
    days(runs)
    staff(runs, world)


def documents_from_elsewhere(runs: Runs, world: World) -> None:
    """Files that are at home with the member, who holds two certifications."""
    portal = runs.portal
    reader, author, keeper = (portal.member("IPMA-CP", "IPMA-SCP") for _ in range(3))
    found = replace(world, owner=reader).contribution(title="Read")
    named = {"entries": [entry("policy", document_ids=[found])]}
    runs.post("enter with a document from elsewhere", portal.cycle_path(reader, "entries"), reader, named)
    written = replace(world, owner=author).contribution(title="Written")
    reported(portal, author, written)
    runs.post("publish what is at home elsewhere", f"/api/staff/documents/{written}/publication", STAFF)
    reported(portal, keeper, replace(world, owner=keeper).contribution(kind="evidence", title="Kept"))
    twice = portal.member("IPMA-CP", "IPMA-SCP")
    shared = replace(world, owner=twice).contribution(title="Named by two")
    reported(portal, twice, shared)
    second = replace(twice, certification_ids=twice.certification_ids[1:])
    assert portal.enter(second, entry("policy", document_ids=[shared])).status == 201
    runs.request("contributions of several reports", "GET", "/api/staff/contributions", STAFF)


def documents_on_their_way(runs: Runs, world: World) -> None:
    """Files that reports take along when they are approved and bring back when that is undone, and those that another
    certification names: one that is looked at, one that its member deletes."""
    portal = runs.portal
    approving, undoing = portal.member(), portal.member()
    kept = replace(world, owner=approving).contribution(kind="evidence", title="Taken along")
    submission_id = reported(portal, approving, kept, decided=False)
    decision = {"submission_id": submission_id, "decision": "approve", "comment": ""}
    runs.post("approve with a document", of_staff(approving, "decision"), STAFF, decision)
    reported(portal, undoing, replace(world, owner=undoing).contribution(kind="evidence", title="Back"))
    wrong = {"reason": "Wrong report"}
    runs.post("undo an approval with a document", of_staff(undoing, "undo-approval"), STAFF, wrong)
    more_documents_than_fit(runs, world)
    both = portal.member("IPMA-CP", "IPMA-SCP")
    looked_at = announced(portal, both)
    assert portal.enter(both, entry("policy", document_ids=[looked_at])).status == 201
    runs.delivery(
        "a good file that another place names", "check_document", stored(world.documents, looked_at)
    )
    dropped = replace(world, owner=both).contribution(title="Dropped")
    named = portal.enter(both, entry("policy", document_ids=[dropped])).json["entries"][0]
    at = portal.cycle_path(both, f"entries/{named['entry_id']}")
    assert portal.ask("DELETE", at, both, version=named["version"]).status == 204
    version = portal.get(f"/api/documents/{dropped}", both).json["document"]["version"]
    runs.request(
        "delete a document of two places",
        "DELETE",
        f"/api/documents/{dropped}",
        both,
        version=version,
        may_leave=f"objects ('documents', 'documents/{dropped}')",
    )


def more_documents_than_fit(runs: Runs, world: World) -> None:
    """Files of which some move to the archive after the approval, and come back before it is undone; and those that an
    approval which broke off left on their way, to be moved when it is asked for again or by the job."""
    portal = runs.portal
    wrong = {"reason": "Wrong report"}
    approving, undoing, broken, asking = (portal.member() for _ in range(4))
    for who in (approving, undoing, broken, asking):
        own = [replace(world, owner=who).contribution(kind="evidence", title=title) for title in "ABC"]
        assert portal.enter(who, entry("policy", document_ids=own[:2])).status == 201
    submission_id = reported(portal, approving, unnamed(portal, approving), decided=False)
    decision = {"submission_id": submission_id, "decision": "approve", "comment": ""}
    runs.post("approve with three documents", of_staff(approving, "decision"), STAFF, decision)
    reported(portal, undoing, unnamed(portal, undoing))
    runs.post("undo an approval with three documents", of_staff(undoing, "undo-approval"), STAFF, wrong)
    with patch.object(Recertifications, "put_away"):
        reported(portal, broken, unnamed(portal, broken))
        waiting = reported(portal, asking, unnamed(portal, asking), decided=False)
        key, decision = new_key(), {"submission_id": waiting, "decision": "approve", "comment": ""}
        assert portal.post(of_staff(asking, "decision"), STAFF, decision, key=key).status == 200
    runs.post("approve again what broke off", of_staff(asking, "decision"), STAFF, decision, key=key)
    runs.event("put away the rest", "retire_documents", {"scheduled_at": "2027-07-01T09:30:00Z"})


def unnamed(portal: Portal, who: Person) -> str:
    """The id of a member's document that no entry names."""
    found = portal.dashboard(who)
    named = {each for row in found["entries"] for each in row["document_ids"]}
    (document_id,) = {each["document_id"] for each in found["documents"]} - named
    return document_id


def reported(portal: Portal, who: Person, document_id: str, *, decided: bool = True) -> str:
    """A report that names a document, paid, and approved: its submission's id."""
    assert portal.enter(who, entry("policy", document_ids=[document_id])).status == 201
    portal.points(who, 49)
    signed = portal.sign(who).json
    portal.paid(signed["invoice"]["invoice_id"])
    submission_id: str = signed["submission"]["submission_id"]
    assert not decided or portal.decide(who, submission_id).status == 200
    return submission_id


def what_accrued(runs: Runs) -> None:
    """Standing claims of years ago, whose entries find no room in the transaction of a session."""
    portal = runs.portal
    claiming = portal.member()
    with patch.object(clock, "offset", clock.offset):
        portal.at("2024-05-02T12:00:00-04:00")
        for number in range(4):
            claim = {**EMPLOYED, "title": f"Office {number}", "started_on": "2024-05-01"}
            path = portal.cycle_path(claiming, "standing-claims")
            assert portal.post(path, claiming, claim).status == 201
    session = {"entries": [entry()]}
    runs.post("enter beside what accrued", portal.cycle_path(claiming, "entries"), claiming, session)


def reports(runs: Runs) -> None:
    """Reports that are signed, and those of cycles that are closed."""
    portal = runs.portal
    waiting, done, late = portal.member(), portal.member(), portal.member(expires_on="2026-12-31")
    portal.submitted(waiting)
    runs.request("report that waits", "GET", portal.cycle_path(waiting, "report"), waiting)
    portal.approved(done)
    invoice = portal.post(portal.cycle_path(late, "invoice"), late).json
    portal.paid(invoice["invoice_id"])
    received = {"report_received_on": "2027-06-01", "comment": ""}
    assert portal.post(of_staff(late, "reinstatement"), STAFF, received).status < 300
    for name, who in (("approved", done), ("lapsed", late)):
        closed = {"cycle": ids.cycle_id(who.certification_id, 1)}
        runs.request(
            f"report of a cycle that {name}", "GET", portal.cycle_path(who, "report"), who, query=closed
        )


def announcements(runs: Runs, world: World) -> None:
    """Files for an entry, and those whose report is signed meanwhile."""
    portal, owner = runs.portal, world.owner
    runs.post(
        "announce for an entry", "/api/documents", owner, {**POLICY, "entry_id": world.names["entry_id"]}
    )
    signer, key = portal.member(), new_key()
    assert portal.post("/api/documents", signer, POLICY, key=key).status == 201
    portal.submitted(signer)
    runs.post("announce again what was signed meanwhile", "/api/documents", signer, POLICY, key=key)
    used = new_key()
    at = portal.cycle_path(owner, "entries")
    assert portal.post(at, owner, {"entries": [entry_here()]}, key=used).status == 201
    runs.post("a wrong body under a key that was used", at, owner, {"entries": "none"}, key=used, told=422)


def entry_here() -> dict[str, Any]:
    """A small session since the last approval."""
    return entry(started_on="2027-06-18", ended_on="2027-06-18", quantity=1)


def mails(runs: Runs, world: World, cloud: Cloud) -> None:
    """Mails that need the member's own item."""
    portal, mover = runs.portal, runs.portal.member()
    kept, cloud.own_address = cloud.own_address, "moved@example.org"
    moved = portal.put("/api/me/email", mover, {"email": "moved@example.org"}, version=1)
    assert moved.status == 200, moved.json
    cloud.own_address = kept
    document_id = announced(portal, world.owner)
    import_module("functions.check_document.handler").check(
        stored(world.documents, document_id, b"none of it")
    )
    for kind, subject in (
        ("email-changed", f"member:{mover.member_id}"),
        ("document-rejected", f"certification:{world.owner.certification_id}"),
    ):
        event = next(each for each in wiring.events().of(subject) if each.type == kind)
        about = {"mail": "event", "subject": subject, "event_id": event.event_id}
        runs.delivery(f"mail of {kind}", "notify", about)
    holder = portal.member()
    cloud.users[holder.member_id] = {"email": "of@example.org", "status": "FORCE_CHANGE_PASSWORD"}
    runs.delivery("log-in of one who has an account", "import_members", holder.member_id)
    gone = portal.member()
    assert portal.post(f"/api/staff/members/{gone.member_id}/erasure", ADMINISTRATOR).status == 200
    cloud.users[gone.member_id] = {"email": "gone@example.org", "status": "CONFIRMED"}
    runs.delivery("log-in of one who was erased", "import_members", gone.member_id)


def days(runs: Runs) -> None:
    """Jobs on days that are none of their usual ones."""
    portal = runs.portal
    extended, later = portal.member(), portal.member(expires_on="2028-12-31")
    given = {"extended_to": "2028-03-01", "reason": "Ill"}
    assert portal.post(of_staff(extended, "extension"), STAFF, given).status < 300
    runs.event("reminders of an extension", "send_reminders", {"scheduled_at": "2027-09-03T06:00:00-04:00"})
    today = clock.now().date()
    correcting = portal.member(expires_on=(today + timedelta(days=5)).isoformat())
    submission_id = portal.submitted(correcting)["submission"]["submission_id"]
    assert portal.decide(correcting, submission_id, "return").status == 200
    runs.request("figures with a report to correct", "GET", "/api/staff/figures", STAFF)
    late = {"scheduled_at": f"{today + timedelta(days=24)}T10:00:00Z"}
    runs.event("reminders of a correction", "send_reminders", late)
    runs.event("invoices on another day", "generate_invoices", {"scheduled_at": "2028-07-02T06:00:00-04:00"})
    runs.event("reconcile in a first week", "reconcile", {"scheduled_at": "2028-07-03T07:00:00-04:00"})
    assert portal.get(portal.cycle_path(later), later).status == 200


def staff(runs: Runs, world: World) -> None:
    """All members, an approval of many entries undone, a row that changes a member, a course bought."""
    portal, owner = runs.portal, world.owner
    runs.request("all members", "GET", "/api/staff/members", STAFF)
    many = portal.member()
    for _ in range(9):
        portal.points(many, 5)
    approved_with(portal, many, 5)
    undoing = {"reason": "Wrong report"}
    runs.post("undo an approval of many entries", of_staff(many, "undo-approval"), STAFF, undoing)
    for name, until in (("what accrued", "2028-07-01"), ("more that accrued", "2029-07-01")):
        member = approved_with_claims(portal, f"{until}T12:00:00-04:00")
        runs.post(f"undo an approval beside {name}", of_staff(member, "undo-approval"), STAFF, undoing)
    known = portal.member()
    row = newcomer(known.member_id, last_name="Changed", status="renew")
    sent = {"content-type": "text/csv"}
    raw = roster(row).encode()
    runs.request("import a change", "POST", "/api/staff/members/import", ADMINISTRATOR, raw=raw, headers=sent)
    raw = roster(newcomer(portal.member().member_id, expires_on="2028-12-31")).encode()
    runs.request(
        "import another last day", "POST", "/api/staff/members/import", ADMINISTRATOR, raw=raw, headers=sent
    )
    bought = {"invoice_number": "P-9", "member_id": owner.member_id, "description": "Course", "amount": "90"}
    bought |= {"currency": "usd", "issued_on": "2027-05-01", "due_on": "2027-06-01", "status": "open"}
    started = portal.post("/api/staff/imports", ADMINISTRATOR, {"kind": "program-invoices"}).json
    key = f"imports/{started['import_id']}.csv"
    world.transfers.put(key, table_of(program_invoices.COLUMNS, bought).encode())
    step("import_data", {"detail": {"object": {"key": key}}})
    runs.request("read what was bought", "GET", "/api/invoices", owner)
    started = portal.post("/api/staff/imports", ADMINISTRATOR, {"kind": "program-invoices"}).json
    key = f"imports/{started['import_id']}.csv"
    paid = {**bought, "status": "paid", "paid_on": "2027-05-20", "payment_method": "check"}
    world.transfers.put(key, table_of(program_invoices.COLUMNS, paid).encode())
    runs.delivery("a program's invoice is paid", "import_data", {"detail": {"object": {"key": key}}})


def approved_with_claims(portal: Portal, until: str) -> Person:
    """Two claims accrued some of an approved report; until a day the one has accrued in the next period, with which the
    other is deleted."""
    member, now = portal.member(), clock.now().isoformat()
    claims = portal.cycle_path(member, "standing-claims")
    held = {"title": "HR officer", "organization": "City", "started_on": "2025-01-01"}
    _, gone = (
        portal.post(claims, member, {**held, "activity": each}).json["standing_claim"]
        for each in ("employment", "board-member")
    )
    approved_with(portal, member, 50 - int(portal.dashboard(member)["cycle"]["points_total"]))
    portal.at(until)
    path = f"{claims}/{gone['standing_id']}"
    assert portal.ask("DELETE", path, member, version=gone["version"]).status == 204
    portal.at(now)
    return member


def approved_with(portal: Portal, who: Person, points: int) -> None:
    """The last points, signed, paid, approved."""
    portal.points(who, points)
    signed = portal.sign(who).json
    portal.paid(signed["invoice"]["invoice_id"])
    assert portal.decide(who, signed["submission"]["submission_id"]).status == 200


def step(folder: str, message: Mapping[str, Any]) -> None:
    """A worker does what a message asks for."""
    record = {"messageId": "m", "body": json.dumps(message)}
    assert import_module(f"functions.{folder}.handler").handler({"Records": [record]}, None) == {
        "batchItemFailures": []
    }


def steps_runs(runs: Runs) -> None:
    """Imports and tries that take several messages, and those that come to nothing."""
    portal = runs.portal
    chapter = {"name": "Iowa Chapter", "started_on": "2025-01-01", "ended_on": "2025-12-31"}
    known = portal.member()
    listed = {"First Name": "Mona", "Email Address": f"{known.member_id}@example.org"}
    names = [f"r00001{number}" for number in range(5)]
    for name, asked, content in (
        ("an import in steps", {"kind": "members"}, roster(*map(newcomer, names)).encode()),
        ("an import of nothing", {"kind": "members"}, b"\xff\xfe"),
        (
            "a roster that is only tried",
            {"kind": "chapter-roster", "chapter": chapter, "dry_run": True},
            table_of(proposals.COLUMNS, listed).encode(),
        ),
    ):
        started = portal.post("/api/staff/imports", ADMINISTRATOR, asked)
        assert started.status == 201, started.json
        key = f"imports/{started.json['import_id']}.csv"
        wiring.transfer_store().put(key, content)
        runs.delivery(name, "import_data", {"detail": {"object": {"key": key}}}, steps=2)
    changed = {"text": EDITION.replace("points_required = 50", "points_required = 1", 1)}
    trial = portal.post("/api/staff/edition-trials", ADMINISTRATOR, changed).json["trial_id"]
    runs.delivery("a trial of a change", "import_data", {"job_id": trial}, steps=3)


# --- the same again, and two at once ---

AGAIN = (
    "email",
    "membership",
    "name",
    "profile",
    "publish",
    "ask for the invoice",
    "start an export",
    "sign",
)
AGAIN += ("announce for an entry",)


def again(known: Mapping[str, Golden]) -> list[Golden]:
    """Requests that are sent again under their key, long after they were done."""
    return [replace(known[name], name=f"{name} again", comes_again=True) for name in AGAIN]


MET = {"email": 412, "profile": 412, "delete a document": 412, "withdraw": 412}
MET |= dict.fromkeys(("a good file", "checkout", "import a change", "dismiss a proposal", "publish"), 200)
MET |= dict.fromkeys(("approve", "a payment", "sign", "lapses"), 200)
"""What is asked while another changes the same, and what comes of it: done on what is there now, or told that it is not
as it was seen."""


def met(known: Mapping[str, Golden]) -> list[Golden]:
    """Runs that find something changed just when they write it."""
    return [
        replace(known[name], name=f"{name}, met by another", rival=change_meanwhile, told=told)
        for name, told in MET.items()
    ]


def change_meanwhile(cloud: Cloud, asked: Any, only: Place | None) -> Place | None:
    """Another writes an item that this is about to be written on a condition of: its version moves on."""
    for each in conditional(asked):
        keyed = each.get("Item") or each["Key"]
        place = (keyed["PK"]["S"], keyed["SK"]["S"])
        found = cloud.dynamo.item(place)
        is_it = only in (None, place) and VERSIONED in each.get("ConditionExpression", "")
        if found is not None and is_it:
            moved = {**found, "version": {"N": str(int(found["version"]["N"]) + 1)}}
            cloud.dynamo.put_item(Item=moved)
            return place
    return None


VERSIONED = "#version = :version"


def conditional(asked: Any) -> list[Any]:
    """The writes of a request."""
    if asked and "TransactItems" in asked:
        return [parameters for each in asked["TransactItems"] for parameters in each.values()]
    return [asked] if asked and "Item" in asked else []
