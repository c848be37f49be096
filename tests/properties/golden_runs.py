"""What is asked of every route and every function when nothing goes wrong: the golden runs.

Each is one request, one delivery of a message or one firing of a schedule, and can be repeated: under its key, under
the version it saw, or as the same message come again.
"""

import csv
import io
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from importlib import import_module
from typing import Any
from unittest.mock import patch

import stripe

from shared.adapters import clock, transfer_store
from shared.domain import program_invoices, proposals
from shared.domain.invoices import subject_of
from shared.domain.mails import Mark
from shared.handling import wiring
from tests import files
from tests.integration.portal import (
    ADMINISTRATOR,
    CHEQUE,
    REVIEWER,
    SIGNING,
    STAFF,
    Answer,
    Person,
    Portal,
    entry,
    new_key,
    roster,
    routes,
)
from tests.integration.world import EDITION, World, stored
from tests.properties.cloud import Cloud
from tests.properties.line import Rival
from tests.unit.stripe_here import WEBHOOK_SECRET, official_client

SINCE = entry(started_on="2027-06-18", ended_on="2027-06-18")
EMPLOYED = {
    "activity": "employment",
    "title": "HR officer",
    "organization": "City",
    "started_on": "2027-06-18",
}
LATER = "2028-02-10T12:00:00-05:00"
IMPORTS_QUEUE = "https://sqs/imports"
"""Where its steps are asked for; a step that another message did already finds nothing to do."""


@dataclass(frozen=True)
class Golden:
    """`of` is the route or the function's folder; `ask` gives the status (503 for a delivery that comes again) and the
    code of a problem."""

    name: str
    of: str
    ask: Callable[[], tuple[int, str]]
    may_leave: str = ""
    """What a fault may leave behind that nothing names any more."""
    told: int = 200
    """What the asker is told in the end, where it is a refusal."""
    comes_again: bool = False
    """Whether the same was asked before, and done."""
    rival: Rival | None = None
    """Who changes the same just before it is written here."""

    def fits(self, status: int) -> bool:
        """Whether an answer is the one that is due."""
        return status == self.told or (status < 300 and self.told < 300) or self.of == "$default"

    def unexplained(self, found: list[str]) -> list[str]:
        """What a fault may not leave behind."""
        return [each for each in found if not (self.may_leave and each.startswith(self.may_leave))]


class Runs:
    """Collects golden runs."""

    def __init__(self, portal: Portal) -> None:
        self.portal = portal
        self.all: list[Golden] = []

    def request(
        self,
        name: str,
        method: str,
        path: str,
        who: Person | None,
        body: Any = None,
        *,
        may_leave: str = "",
        told: int = 200,
        **more: Any,
    ) -> None:
        """A request to a route, each time the same one."""
        event = self.portal.event(method, path, who, body=body, **{"key": new_key(), **more})

        def ask() -> tuple[int, str]:
            return seen(self.portal.handle(event))

        self.all.append(Golden(name, event["routeKey"], ask, may_leave, told))

    def post(self, name: str, path: str, who: Person, body: Any = None, **more: Any) -> None:
        """A POST under one key."""
        self.request(name, "POST", path, who, body, **more)

    def delivery(self, name: str, folder: str, *bodies: Any, steps: int = 1) -> None:
        """Messages delivered to a worker, as often as their work has steps: each is asked for by the one before."""
        records = [
            {"messageId": f"m{n}", "body": each if isinstance(each, str) else json.dumps(each)}
            for n, each in enumerate(bodies)
        ]
        own_queue = f"messages {IMPORTS_QUEUE}" if steps > 1 else ""
        self.event(name, folder, {"Records": records}, steps, own_queue)

    def event(
        self, name: str, folder: str, event: Mapping[str, Any], steps: int = 1, may_leave: str = ""
    ) -> None:
        """An event given to a function."""

        def ask() -> tuple[int, str]:
            module = import_module(f"functions.{folder}.handler")
            for _ in range(steps):
                try:
                    result = module.handler(json.loads(json.dumps(event)), None)
                except Exception as error:  # the service that called runs it again
                    return 503, repr(error)
                if isinstance(result, dict) and result.get("batchItemFailures"):
                    return 503, "failed"
            return 200, "200"

        self.all.append(Golden(name, folder, ask, may_leave))


def seen(answer: Answer) -> tuple[int, str]:
    """What the asker goes by."""
    return answer.status, answer.code


def of_staff(who: Person, rest: str) -> str:
    """A staff address below a certification."""
    return f"/api/staff/certifications/{who.certification_id}/{rest}"


def members_runs(runs: Runs, world: World, cloud: Cloud) -> None:
    """What members do."""
    portal, owner, names = runs.portal, world.owner, world.names
    ready, taker, namer, mover, lister = (portal.member() for _ in range(5))
    portal.points(ready, 50)
    own = portal.cycle_path
    entry_path = own(owner, f"entries/{names['entry_id']}")
    runs.post("enter", own(owner, "entries"), owner, {"entries": [SINCE, SINCE]})
    runs.request("edit", "PUT", entry_path, owner, {**SINCE, "title": "Other"}, version=1)
    runs.request("delete", "DELETE", entry_path, owner, version=1)
    runs.post("standing", own(taker, "standing-claims"), taker, {**EMPLOYED, "started_on": "2025-01-01"})
    standing_path = own(owner, f"standing-claims/{names['standing_id']}")
    runs.request("standing replaced", "PUT", standing_path, owner, {**EMPLOYED, "title": "Chief"}, version=1)
    runs.request("standing ended", "DELETE", standing_path, owner, version=1)
    runs.post("sign", own(ready, "submission"), ready, SIGNING)
    runs.post("ask for the invoice", own(owner, "invoice"), owner)
    version = portal.get("/api/me", owner).json["profile"]["version"]
    runs.request("profile", "PUT", "/api/me/profile", owner, {"phone": "+1 555 0100"}, version=version)
    runs.request(
        "name", "PUT", "/api/me/name", namer, {"first_name": "Ana", "last_name": "O’Neill"}, version=1
    )
    cloud.own_address = "ana@example.org"
    runs.request("email", "PUT", "/api/me/email", mover, {"email": "ana@example.org"}, version=1)
    runs.post("announce a document", "/api/documents", owner, files.ANNOUNCED)
    runs.post(
        "announce one for any of two", "/api/documents", portal.member("IPMA-SCP", "IPMA-CS"), files.ANNOUNCED
    )
    runs.post(
        "announce for a member",
        f"/api/staff/members/{owner.member_id}/documents",
        REVIEWER,
        {**files.ANNOUNCED, "certification_id": owner.certification_id},
    )
    leaver = portal.member()
    portal.points(leaver, 2)
    replace(world, owner=leaver).contribution(title="Of one who leaves")
    for each in (leaver, owner):
        cloud.users[each.member_id] = {"email": "of@example.org", "status": "CONFIRMED"}
    at = f"/api/staff/members/{leaver.member_id}"
    runs.post("hand out", f"{at}/data", ADMINISTRATOR)
    runs.post("erase", f"{at}/erasure", ADMINISTRATOR)
    spare = world.contribution(title="Spare")
    found = portal.get(f"/api/documents/{spare}", owner).json
    version = found.get("document", found)["version"]
    runs.request(
        "delete a document",
        "DELETE",
        f"/api/documents/{spare}",
        owner,
        version=version,
        may_leave=f"objects ('documents', 'documents/{spare}')",
    )
    runs.post("dismiss a proposal", f"/api/proposals/{names['proposal_id']}/dismissal", owner)
    chapter = proposals.Chapter("Ohio Chapter", date(2025, 1, 1), date(2025, 12, 31))
    row = proposals.RosterMember(f"{lister.member_id}@example.org", "", "")
    proposal = proposals.propose(lister.member_id, row, chapter)
    wiring.proposals().add(proposal)
    runs.post("accept a proposal", own(lister, f"proposals/{proposal.proposal_id}/acceptance"), lister)


def readers_runs(runs: Runs, world: World) -> None:
    """Every page of members and staff, which only reads."""
    for route in routes():
        if route.method == "GET" and "reinstatement-application" not in route.path:
            path = world.filled(route.path)
            who = None if route.authorizer is None else STAFF if "/staff/" in path else world.owner
            runs.request(f"read {route.path}", "GET", path, who, query=QUERIES.get(route.path))
    runs.request("no such route", "GET", "/api/nothing", None)


QUERIES = {"/api/staff/members": {"query": "m0"}}


def staff_runs(runs: Runs, world: World) -> None:
    """What staff decide."""
    portal, owner, names = runs.portal, world.owner, world.names
    waiting, paid, partly, fresh, unasked = (portal.member() for _ in range(5))
    late = portal.member(expires_on="2026-12-31")
    made, approved, reduced = (portal.submitted(each) for each in (waiting, paid, partly))
    for each in (approved, reduced):
        portal.paid(each["invoice"]["invoice_id"])
    portal.paid(portal.post(portal.cycle_path(late, "invoice"), late).json["invoice_id"])
    portal.approved(fresh)
    invoice = made["invoice"]["invoice_id"]

    def decided(signed: Any, kind: str) -> dict[str, Any]:
        submission_id = signed["submission"]["submission_id"]
        return {"submission_id": submission_id, "decision": kind, "comment": "Seen."}

    runs.post("approve", of_staff(paid, "decision"), REVIEWER, decided(approved, "approve"))
    runs.post("return", of_staff(waiting, "decision"), REVIEWER, decided(made, "return"))
    runs.post("return a paid one", of_staff(partly, "decision"), REVIEWER, decided(reduced, "return"))
    runs.post("cheque", f"/api/staff/invoices/{invoice}/payment", STAFF, CHEQUE)
    runs.post("waive", f"/api/staff/invoices/{invoice}/waiver", STAFF, {"reason": "Hardship"})
    runs.post("staff ask for the invoice", of_staff(unasked, "invoice"), STAFF)
    runs.post("extend", of_staff(owner, "extension"), STAFF, {"extended_to": "2031-02-01", "reason": "Ill"})
    runs.post("undo", of_staff(fresh, "undo-approval"), STAFF, {"reason": "Wrong report"})
    received = {"report_received_on": "2027-06-01", "comment": ""}
    runs.post("reinstate", of_staff(late, "reinstatement"), STAFF, received)
    runs.post("from paper", of_staff(owner, "entries"), STAFF, {"entries": [SINCE]})
    on_paper = portal.member()
    portal.points(on_paper, 50)
    runs.post("sign from paper", of_staff(on_paper, "submission"), STAFF, SIGNING)
    runs.post("attention", f"/api/staff/attention/{names['attention_id']}/done", STAFF, {"note": "Seen"})
    membership = f"/api/staff/members/{unasked.member_id}/membership"
    runs.request("membership", "PUT", membership, STAFF, {"body_member": True}, version=1)
    author = portal.member()
    written = replace(world, owner=author).contribution(title="To be published")
    assert portal.enter(author, entry("policy", document_ids=[written])).status == 201
    portal.points(author, 49)
    signed = portal.sign(author).json
    portal.paid(signed["invoice"]["invoice_id"])
    assert portal.decide(author, signed["submission"]["submission_id"]).status == 200
    runs.post("publish", f"/api/staff/documents/{written}/publication", STAFF)
    published = f"/api/staff/documents/{names['document_id']}"
    version = portal.get(published, STAFF).json["document"]["version"]
    runs.request("withdraw", "DELETE", f"{published}/publication", STAFF, version=version)
    raw = roster(newcomer("r000001")).encode()
    sent = {"content-type": "text/csv"}
    runs.request("import", "POST", "/api/staff/members/import", ADMINISTRATOR, raw=raw, headers=sent)
    runs.post("start an import", "/api/staff/imports", ADMINISTRATOR, {"kind": "members"})
    runs.post("start an export", "/api/staff/exports", ADMINISTRATOR)


def newcomer(member_id: str, **cells: str) -> dict[str, str]:
    """A row of the roster."""
    return {
        "member_id": member_id,
        "first_name": "Nora",
        "last_name": "Newcomer",
        "email": f"{member_id}@example.org",
        "designation": "IPMA-CP",
        "certified_since": "2024-05-01",
        "expires_on": "2027-12-31",
        "status": "new",
        **cells,
    }


class AtStripe:
    """What happens at Stripe, and its notices."""

    def __init__(self, runs: Runs, names: tuple[str, ...]) -> None:
        self.runs, self.portal = runs, runs.portal
        self.people = {name: self.portal.member() for name in names}
        self.invoices = {name: self._invoice(who)["invoice_id"] for name, who in self.people.items()}

    def _invoice(self, who: Person) -> Any:
        return self.portal.post(self.portal.cycle_path(who, "invoice"), who).json

    def checkout(self, name: str) -> str:
        """The page to pay on."""
        answer = self.portal.post(f"/api/invoices/{self.invoices[name]}/checkout", self.people[name])
        assert answer.status == 201, answer.json
        url: str = answer.json["checkout_url"]
        return url

    def pay(self, name: str, url: str = "") -> str:
        """Pay there; the payment's id. Its notice waits."""
        self.portal.stripe.press(url or self.checkout(name), "pay")
        self.portal.stripe.drain()
        return str(json.loads(self.portal.stripe.received[-1].content)["data"]["object"]["payment_intent"])

    def another_session(self, name: str, invoice_id: str = "") -> str:
        """A session beside the one that the portal knows of; for this invoice, where another is named."""
        invoice = wiring.invoices().find(self.invoices[name])
        assert invoice is not None
        session = wiring.payments().open_session(
            invoice_id=invoice_id or invoice.invoice_id,
            number=invoice.number,
            description="Recertification",
            total=invoice.total,
            member_id=invoice.member_id,
            success_url="https://portal.example.org/",
            cancel_url="https://portal.example.org/",
            attempt=9,
        )
        assert session.url is not None
        return session.url

    def told(self, kind: str) -> bytes:
        """What Stripe last told of this kind; all else it told goes lost."""
        self.portal.stripe.drain()
        heard, self.portal.stripe.received[:] = list(self.portal.stripe.received), []
        return [each.content for each in heard if json.loads(each.content)["type"] == kind][-1]

    def notice(self, name: str, raw: bytes) -> None:
        """A golden run of the webhook; each delivery is signed when it is made."""

        def ask() -> tuple[int, str]:
            at = int(time.time())
            signed = stripe.WebhookSignature._compute_signature(f"{at}.{raw.decode()}", WEBHOOK_SECRET)
            return seen(self.portal.notify(raw, f"t={at},v1={signed}"))

        self.runs.all.append(Golden(name, "POST /api/stripe/webhook", ask))


def payers_runs(runs: Runs) -> None:
    """Everything that asks Stripe, and everything that Stripe tells."""
    names = ("first", "again", "cheque", "waived", "paid", "twice", "back", "disputed", "expired")
    names += ("settled", "let off", "lost", "refund lost", "dispute lost")
    at = AtStripe(runs, names)
    portal, invoices, people, completed = runs.portal, at.invoices, at.people, "checkout.session.completed"
    urls = {name: at.checkout(name) for name in names if name != "first"}
    runs.post("checkout", f"/api/invoices/{invoices['first']}/checkout", people["first"])
    runs.post("checkout again", f"/api/invoices/{invoices['again']}/checkout", people["again"])
    staff = "/api/staff/invoices/"
    runs.post("cheque beside a checkout", f"{staff}{invoices['cheque']}/payment", STAFF, CHEQUE)
    hardship = {"reason": "Hardship"}
    runs.post("waiver beside a checkout", f"{staff}{invoices['waived']}/waiver", STAFF, hardship)
    portal.stripe.press(urls["again"], "decline")
    at.notice("a card is declined", at.told("payment_intent.payment_failed"))
    at.pay("paid", urls["paid"])
    at.notice("a payment", paid := at.told(completed))
    at.notice("a payment for nothing of ours", paid.replace(invoices["paid"].encode(), b"inv_nobody"))
    second = at.another_session("twice")
    at.pay("twice", urls["twice"])
    portal.deliver()
    at.pay("twice", second)
    at.notice("a payment too many", at.told(completed))
    for name, kind in (("back", "charge.refunded"), ("disputed", "charge.dispute.created")):
        payment_id = at.pay(name, urls[name])
        portal.deliver()
        if name == "back":
            official_client(portal.stripe).v1.refunds.create({"payment_intent": payment_id})
        else:
            portal.stripe.test("disputes", payment_intent=payment_id)
        at.notice(f"a payment is {name}", at.told(kind))
    at.pay("settled", urls["settled"])
    portal.deliver()
    (settled,) = portal.get(f"/api/invoices/{invoices['settled']}", people["settled"]).json["payments"]
    official_client(portal.stripe).v1.refunds.create({"payment_intent": settled["payment_id"]})
    portal.deliver()
    assert portal.post(f"{staff}{invoices['let off']}/waiver", STAFF, hardship).status == 201
    mails_runs(runs, invoices["settled"], invoices["let off"])
    official_client(portal.stripe).v1.checkout.sessions.expire(urls["expired"].rsplit("/", 1)[1])
    at.notice("a session is expired", at.told("checkout.session.expired"))
    at.pay("lost", urls["lost"])
    at.told(completed)  # and never delivered: reconciliation finds it
    for name in ("refund lost", "dispute lost"):
        payment_id = at.pay(name, urls[name])
        portal.deliver()
        if name == "refund lost":
            portal.stripe.test("drop", count=3)
            official_client(portal.stripe).v1.refunds.create({"payment_intent": payment_id})
        else:
            portal.stripe.test("drop", count=1)
            portal.stripe.test("disputes", payment_intent=payment_id)
    portal.stripe.test("drop", types=["payment_intent.payment_failed"], count=1)
    portal.stripe.press(at.another_session("first", invoice_id="inv_nobody"), "decline")
    runs.event("reconcile", "reconcile", {"scheduled_at": "2027-06-21T07:00:00-04:00"})


def mails_runs(runs: Runs, *invoice_ids: str) -> None:
    """The mails about what became of these invoices."""
    for invoice_id in invoice_ids:
        invoice = wiring.invoices().find(invoice_id)
        assert invoice is not None
        for event in wiring.events().of(subject_of(invoice)):
            if event.type in ("payment-received", "payment-refunded", "invoice-waived"):
                about = {"mail": "event", "subject": event.subject, "event_id": event.event_id}
                runs.delivery(f"mail of {event.type}", "notify", about)


def jobs_runs(runs: Runs, world: World) -> None:
    """The calendar's jobs and the workers behind queues and the table's stream."""
    portal, owner, names = runs.portal, world.owner, world.names
    due = portal.member()
    portal.at("2027-06-21T09:00:00-04:00")
    portal.member(expires_on="2027-06-19")  # on a day that is noted long enough ago to be settled
    portal.at("2027-06-22T12:00:00-04:00")
    lapsing = portal.member(expires_on="2027-06-20")
    runs.event("invoices", "generate_invoices", {"scheduled_at": "2027-07-01T06:00:00-04:00"})
    runs.delivery("issue", "issue_invoices", {"certification_id": due.certification_id, "year": 2027})
    runs.event("lapses", "expire_certifications", {"scheduled_at": "2027-06-21T00:01:00-04:00"})
    runs.event("reminders", "send_reminders", {"scheduled_at": "2027-07-04T06:00:00-04:00"})
    closed_with_evidence(portal, world)
    runs.event("retirement", "retire_documents", {"scheduled_at": "2034-07-01T05:30:00-04:00"})
    (signed,) = [
        each
        for each in wiring.events().of(f"certification:{owner.certification_id}")
        if each.type == "cycle-submitted"
    ]
    about = {"mail": "event", "subject": signed.subject, "event_id": signed.event_id}
    runs.delivery("mail of an event", "notify", about)
    runs.delivery("mail of an invoice", "notify", {"mail": "invoice", "invoice_id": names["invoice_id"]})
    reminder = {"mail": "reminder", "certification_id": due.certification_id}
    runs.delivery("reminder", "notify", {**reminder, "expires_on": "2027-12-31", "days": 180})
    images = [
        {"PK": {"S": "HISTORY#x"}, "type": {"S": signed.type}, "subject": {"S": "x"}, "event_id": {"S": "e"}},
        {
            "PK": {"S": "C"},
            "SK": {"S": "INVOICE#1"},
            "type": {"S": "recertification"},
            "invoice_id": {"S": "i"},
        },
    ]
    changed = [{"eventName": "INSERT", "dynamodb": {"NewImage": each}} for each in images]
    runs.event("changes", "forward_changes", {"Records": changed})
    mailed = portal.member()
    portal.submitted(mailed)
    mark = Mark("mail-sent", "reminder", lapsing.member_id, "sent", "m", clock.now())
    wiring.mail_marks().save(None, mark)
    detail = {
        "eventType": "Bounce",
        "bounce": {"bounceType": "Permanent"},
        "mail": {"tags": {"mail": ["mail-sent"]}},
    }
    runs.delivery("bounce", "take_bounces", {"detail": detail})
    runs.delivery("log-in", "import_members", due.member_id)


def closed_with_evidence(portal: Portal, world: World) -> None:
    """A report that is approved, with a document that nobody published."""
    keeper = portal.member()
    evidence = replace(world, owner=keeper).contribution(kind="evidence", title="Badge")
    attended = entry("conference-full-day", 17, document_ids=[evidence])
    assert portal.enter(keeper, attended).status == 201
    signed = portal.sign(keeper).json
    portal.paid(signed["invoice"]["invoice_id"])
    assert portal.decide(keeper, signed["submission"]["submission_id"]).status == 200


def documents_runs(runs: Runs, world: World) -> None:
    """Files that were uploaded, good and bad, and what the scan says."""
    for name, content in (("a good file", files.PDF), ("a bad file", b"nothing of the kind")):
        document_id = announced(runs.portal, world.owner)
        runs.delivery(name, "check_document", stored(world.documents, document_id, content))
    unknown = stored(world.documents, f"doc_{'a' * 20}_{'b' * 20}")
    runs.delivery("a file of no document", "check_document", unknown)
    document_id = announced(runs.portal, world.owner)
    import_module("functions.check_document.handler").check(stored(world.documents, document_id))
    second = stored(world.documents, document_id, version="v2")
    runs.delivery("a file beside the one that was checked", "check_document", second)
    for name, verdict in (("a clean scan", "NO_THREATS_FOUND"), ("malware", "THREATS_FOUND")):
        document_id = announced(runs.portal, world.owner)
        uploaded = stored(world.documents, document_id)
        import_module("functions.check_document.handler").check(uploaded)
        scanned = {"objectKey": f"documents/{document_id}", "versionId": "v1"}
        detail = {"s3ObjectDetails": scanned, "scanResultDetails": {"scanResultStatus": verdict}}
        kind = "GuardDuty Malware Protection Object Scan Result"
        runs.delivery(name, "check_document", {"detail-type": kind, "detail": detail})


def announced(portal: Portal, who: Person) -> str:
    """A document that is announced and not yet there."""
    told = {"file_name": "p.pdf", "content_type": "application/pdf", "size": len(files.PDF), "kind": "policy"}
    made = portal.post("/api/documents", who, {**told, "title": "Policy"})
    assert made.status == 201, made.json
    document_id: str = made.json["document"]["document_id"]
    return document_id


def transfers_runs(runs: Runs, world: World) -> None:
    """Imports and exports, step by step."""
    portal, owner = runs.portal, world.owner
    bought = {"invoice_number": "P-1", "member_id": owner.member_id, "description": "Course", "amount": "90"}
    bought |= {"currency": "usd", "issued_on": "2027-05-01", "due_on": "2027-06-01", "status": "open"}
    listed = {"First Name": "Mona", "Email Address": f"{owner.member_id}@example.org"}
    nobody = {"First Name": "Nobody", "Email Address": "nobody@example.net"}
    chapter = {"name": "Ohio Chapter", "started_on": "2025-01-01", "ended_on": "2025-12-31"}
    texts: dict[str, tuple[str, dict[str, Any]]] = {
        "members": (roster(newcomer("r000002")), {}),
        "program-invoices": (table_of(program_invoices.COLUMNS, bought), {}),
        "chapter-roster": (table_of(proposals.COLUMNS, listed, nobody), {"chapter": chapter}),
    }
    for kind, (text, more) in texts.items():
        started = portal.post("/api/staff/imports", ADMINISTRATOR, {"kind": kind, **more})
        assert started.status == 201, started.json
        key = f"imports/{started.json['import_id']}.csv"
        world.transfers.put(key, text.encode())
        runs.delivery(f"import of {kind}", "import_data", {"detail": {"object": {"key": key}}})
    trial = {"text": EDITION}
    runs.post("start a trial", "/api/staff/edition-trials", ADMINISTRATOR, trial)
    for name, steps in (("an export reads", 0), ("an export packs", 1), ("an export packs in parts", 1)):
        job_id = portal.post("/api/staff/exports", ADMINISTRATOR).json["export_id"]
        worker = import_module("functions.export_data.handler")
        for step in range(steps):
            worker.take_step({"body": json.dumps({"job_id": job_id, "step": step})})
        runs.delivery(name, "export_data", {"job_id": job_id, "step": steps})
    runs.all[-1] = replace(runs.all[-1], ask=in_parts(runs.all[-1].ask))


def in_parts(ask: Callable[[], tuple[int, str]]) -> Callable[[], tuple[int, str]]:
    """The same where a file is large from 8 kB on."""

    def asked() -> tuple[int, str]:
        with patch.object(transfer_store, "PART", 8192):
            return ask()

    return asked


def table_of(columns: Any, *rows: Mapping[str, str]) -> str:
    """Rows as CSV."""
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, restval="")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def applicants_runs(runs: Runs) -> None:
    """Reinstatement in the portal, by the example edition that has it; and an approval, which notes two days where
    there is a grace."""
    portal = runs.portal
    late, ready, approved, judged, on_paper = (portal.member() for _ in range(5))
    signed = portal.submitted(approved)
    portal.paid(signed["invoice"]["invoice_id"])
    portal.points(late, 20)
    entry_id = portal.points(ready, 20)["entry_id"]
    portal.points(judged, 20)
    portal.points(on_paper, 20)
    portal.paid(portal.post(portal.cycle_path(on_paper, "invoice"), on_paper).json["invoice_id"])
    portal.at(LATER)
    base = "reinstatement-application"

    def own(who: Person, rest: str = "") -> str:
        return portal.cycle_path(who, base + rest)

    more = {"entries": [entry(quantity=30)]}
    made = portal.post(own(ready, "/entries"), ready, more)
    assert made.status == 201, made.json
    runs.request("read an application", "GET", own(late), late)
    runs.post("enter in an application", own(late, "/entries"), late, more)
    at = own(ready, f"/entries/{entry_id}")
    runs.request("edit in an application", "PUT", at, ready, entry(quantity=20, title="Other"), version=1)
    runs.request("delete from an application", "DELETE", at, ready, version=1)
    runs.post("sign an application", own(ready, "/submission"), ready, SIGNING)
    decided = {"submission_id": signed["submission"]["submission_id"], "decision": "approve", "comment": ""}
    runs.post("approve where there is a grace", of_staff(approved, "decision"), REVIEWER, decided)
    assert portal.post(own(judged, "/entries"), judged, more).status == 201
    applied = portal.post(own(judged, "/submission"), judged, SIGNING).json
    for invoice in portal.get("/api/invoices", judged).json["items"]:
        portal.paid(invoice["invoice_id"])
    decided = {**decided, "submission_id": applied["submission"]["submission_id"]}
    runs.post("approve an application", of_staff(judged, "decision"), REVIEWER, decided)
    received = {"report_received_on": "2027-12-20", "comment": ""}
    runs.post("reinstate with points", of_staff(on_paper, "reinstatement"), STAFF, received)
