"""The bench of the meter: a fresh table, moto's other services, and people in the state that a case asks for."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import pytest

from shared.adapters import aws, clock
from shared.domain.events import Event
from shared.handling import wiring
from shared.programs import FOLDER
from shared.settings import settings
from tests import files
from tests.integration.meter.services import Services
from tests.integration.meter.wire import ACTIONS
from tests.integration.portal import ADMINISTRATOR, STAFF, Answer, Person, Portal, asked, entry

Ask = Callable[[], Any]
"""What is metered: one request, or one delivery to a worker."""


@dataclass(frozen=True)
class Case:
    """One row of the table: a route's key or a worker's folder, and in which case it is asked."""

    door: str
    case: str
    prepare: Callable[["Bench"], Ask]

    @property
    def name(self) -> str:
        """The row's name."""
        return f"{self.door} ({self.case})" if self.case else self.door


CASES: list[Case] = []

EDITION = (FOLDER / "ipma-hr" / "2026.toml").read_text(encoding="utf-8")
"""The edition that is tried."""


def case(door: str, case: str = "") -> Callable[[Callable[["Bench"], Ask]], Callable[["Bench"], Ask]]:
    """Add a case: a function that brings the portal there and gives what is metered."""

    def add(prepare: Callable[["Bench"], Ask]) -> Callable[["Bench"], Ask]:
        CASES.append(Case(door, case, prepare))
        return prepare

    return add


@dataclass
class Bench:
    """A portal on a table of its own, wired to the services of `world`."""

    portal: Portal
    environment: pytest.MonkeyPatch
    services: Services

    # --- people ---

    def member(self, **cells: str) -> Person:
        """A member who holds one certification."""
        return self.portal.member(**cells)

    def busy(self, entries: int = 30) -> Person:
        """A member with so many entries of ordinary length and an invoice."""
        who = self.member()
        self.enter(who, entries)
        self.ok(self.portal.post(self.portal.cycle_path(who, "invoice"), who))
        return who

    def enter(self, who: Person, entries: int, day: str = "2025-03-01", points: int = 0) -> Answer:
        """One session of so many entries: a point each, and one of employment that gives the rest of `points`."""
        sent = [ordinary(number, day) for number in range(entries - bool(points))]
        if points:
            quantity = points - len(sent)
            sent.append(entry(quantity=quantity, started_on=day, ended_on=day))
        return self.ok(self.portal.enter(who, *sent))

    def signed(self, who: Person | None = None, entries: int = 10) -> tuple[Person, str, str]:
        """A member with ten entries who has signed: who, the submission, the invoice."""
        who = who or self.member()
        self.enter(who, entries, points=50)
        made = self.ok(self.portal.sign(who)).json
        return who, made["submission"]["submission_id"], made["invoice"]["invoice_id"]

    def payable(self, entries: int = 10) -> tuple[Person, str, str]:
        """As `signed`, and the invoice is paid."""
        who, submission_id, invoice_id = self.signed(entries=entries)
        self.portal.paid(invoice_id)
        return who, submission_id, invoice_id

    def in_cycle(self, number: int, entries: int = 30) -> Person:
        """A member in the cycle of this number, with so many entries and an invoice."""
        who = self.member()
        for at in range(1, number + 1):
            cycle = self.portal.dashboard(who)["cycle"]
            self.enter(who, entries, cycle["starts_on"], points=50)
            if at == number:
                break
            made = self.ok(self.portal.sign(who)).json
            self.portal.at(f"{cycle['ends_on'][:4]}-07-01T12:00:00-04:00")
            self.portal.paid(made["invoice"]["invoice_id"])
            self.ok(self.portal.decide(who, made["submission"]["submission_id"]))
            ends_on = self.portal.dashboard(who)["cycle"]["ends_on"]
            self.portal.at(f"{ends_on[:4]}-06-15T12:00:00-04:00")
        self.ok(self.portal.post(self.portal.cycle_path(who, "invoice"), who))
        return who

    def lapsed(self) -> Person:
        """A member with 20 points whose last day is over, and who paid."""
        who = self.member()
        self.enter(who, 10, points=20)
        self.portal.paid(
            self.ok(self.portal.post(self.portal.cycle_path(who, "invoice"), who)).json["invoice_id"]
        )
        self.portal.at("2028-02-10T12:00:00-05:00")
        return who

    # --- documents ---

    def document(self, who: Person, **fields: Any) -> str:
        """A document that was uploaded and found clean."""
        document_id = self.announced(who, **fields)
        assert self.deliver("check_document", self.upload(document_id)) == {"batchItemFailures": []}
        return document_id

    def announced(self, who: Person, **fields: Any) -> str:
        """A document that is announced and not uploaded."""
        found: str = self.ok(self.portal.post("/api/documents", who, told(**fields))).json["document"][
            "document_id"
        ]
        return found

    def upload(self, document_id: str) -> dict[str, Any]:
        """Upload a document's file; the event that S3 tells of it."""
        key = f"documents/{document_id}"
        put = aws.s3().put_object(Bucket=settings().documents_bucket, Key=key, Body=files.PDF)
        stored = {"key": key, "size": len(files.PDF), "version-id": put["VersionId"]}
        return {"source": "aws.s3", "detail-type": "Object Created", "detail": {"object": stored}}

    def contribution(self, *, published: bool = False, entries: int = 2) -> tuple[Person, str]:
        """A contribution that an approved report of so many entries names."""
        who = self.member()
        document_id = self.document(who, kind="policy", title="Onboarding policy")
        self.ok(self.portal.enter(who, entry("policy", document_ids=[document_id])))
        self.enter(who, entries - 1, points=49)
        made = self.ok(self.portal.sign(who)).json
        self.portal.paid(made["invoice"]["invoice_id"])
        self.ok(self.portal.decide(who, made["submission"]["submission_id"]))
        if published:
            self.ok(self.portal.post(f"/api/staff/documents/{document_id}/publication", STAFF))
        return who, document_id

    # --- what staff started, and what they have to look at ---

    def raised(self) -> str:
        """Something for staff to look at: its id."""
        wiring.events().record(
            Event(
                "evt_raised",
                "attention",
                "attention-raised",
                "stripe",
                "system",
                clock.now(),
                {"reason": "x"},
            )
        )
        return "evt_raised"

    def exporting(self) -> str:
        """An export that is under way: its id."""
        found: str = self.ok(self.portal.post("/api/staff/exports", ADMINISTRATOR)).json["export_id"]
        return found

    def importing(self, kind: str = "members", **more: Any) -> str:
        """An import that is announced: its id."""
        asked = self.portal.post("/api/staff/imports", ADMINISTRATOR, {"kind": kind, **more})
        found: str = self.ok(asked).json["import_id"]
        return found

    def trying(self) -> str:
        """A try of an edition that is under way: its id."""
        asked = self.portal.post("/api/staff/edition-trials", ADMINISTRATOR, {"text": EDITION})
        found: str = self.ok(asked).json["trial_id"]
        return found

    def account(self, who: Person, email: str) -> str:
        """An account with this verified address: an access token of it."""
        return self.services.account(who.member_id, email)

    def take(self, queue: str) -> list[str]:
        """The messages that wait in a queue."""
        return self.services.take(queue)

    # --- doors ---

    @staticmethod
    def ok(answer: Answer) -> Answer:
        """An answer that is no refusal."""
        assert answer.status < 300, answer.json
        return answer

    def run(self, folder: str, event: dict[str, Any]) -> Any:
        """Give an event to a function without a route; its policy has to allow what it asks for."""
        acted = len(ACTIONS)
        with self.portal.calls.counted() as made:
            answer = import_module(f"functions.{folder}.handler").handler(event, None)
        asked(folder, made, ACTIONS[acted:])
        return answer

    def fetch(self, folder: str, path: str, who: Person) -> None:
        """Ask a function with a route for something; its policy has to allow what it signs for the browser, too."""
        acted = len(ACTIONS)
        self.ok(self.portal.get(path, who))
        asked(folder, (), ACTIONS[acted:])

    def deliver(self, folder: str, *bodies: Any) -> Any:
        """Give messages to a worker of a queue."""
        records = [
            {"messageId": f"message-{number}", "body": body if isinstance(body, str) else json.dumps(body)}
            for number, body in enumerate(bodies)
        ]
        return self.run(folder, {"Records": records})

    def all_done(self, folder: str, *bodies: Any) -> None:
        """The same; none may fail."""
        assert self.deliver(folder, *bodies) == {"batchItemFailures": []}

    def new(self, who: Person, kind: str) -> dict[str, Any]:
        """The latest event of a kind in the history of a member's certification, as the stream shows it."""
        named = [
            each
            for each in self.items("HISTORY#")
            if each["type"]["S"] == kind and who.certification_id in each["subject"]["S"]
        ]
        return {"eventName": "INSERT", "dynamodb": {"NewImage": named[-1]}}

    @staticmethod
    def items(prefix: str) -> list[dict[str, Any]]:
        """The items whose partition begins so."""
        table = wiring.table()
        pages = table._client.get_paginator("scan").paginate(TableName=table._name)
        return [item for page in pages for item in page["Items"] if item["PK"]["S"].startswith(prefix)]


def ordinary(number: int, day: str = "2025-03-01", **fields: Any) -> dict[str, Any]:
    """An entry with texts of ordinary length."""
    title = f"Leading change in public service, part {number}"
    return entry(
        "webinar",
        title=title,
        organization="Association of Public Employers, Springfield",
        started_on=day,
        ended_on=day,
        **fields,
    )


def told(**fields: Any) -> dict[str, Any]:
    """What a member says of a file before the upload."""
    usual = {
        "file_name": "a.pdf",
        "content_type": "application/pdf",
        "size": len(files.PDF),
        "kind": "evidence",
        "title": "Certificate",
    }
    return {**usual, **fields}
