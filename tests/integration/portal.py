"""The portal in this process: requests go through the template's routes as payload 2.0 events to the real handlers."""

import csv
import io
import json
import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from importlib import import_module
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from infrastructure.local.payload import HttpRequest, HttpResponse, event_of, flattened, response_of
from infrastructure.local.routing import Router
from infrastructure.local.template import Authorizer, Route, load
from shared.adapters import clock
from shared.domain import ids
from shared.domain.roster import COLUMNS
from shared.handling import wiring
from shared.repositories import keys
from tests.integration import contract
from tests.integration.calls import Call, Calls
from tests.unit.stripe_here import ORIGIN, SECRET_KEY, WEBHOOK_SECRET, InProcess, StripeHere

ROOT = Path(__file__).parents[2]
CLIENT_ID = "the-portals-client"
ISSUER = "https://cognito-idp.eu-west-1.amazonaws.com/a-pool"
MIDDAY = "2027-06-15T12:00:00-04:00"
"""When most tests take place."""

TOKEN = "kanarientoken"
"""The signature of everybody's access token, which nothing may repeat."""

_numbers = count(1)


@cache
def template() -> dict[str, Any]:
    """template.yaml, read once: reading it takes most of a second."""
    return load(ROOT / "template.yaml")


@cache
def routes() -> tuple[Route, ...]:
    """The routes of template.yaml; `function` is the folder of the one behind."""
    found = []
    for resource in template()["Resources"].values():
        if resource["Type"] != "AWS::Serverless::Function":
            continue
        folder = resource["Properties"]["Handler"].split(".")[1]
        for event in resource["Properties"]["Events"].values():
            if event["Type"] != "HttpApi":
                continue
            at = event["Properties"]
            is_public = at.get("Auth", {}).get("Authorizer") == "NONE"
            authorizer = None if is_public else Authorizer(ISSUER, (CLIENT_ID,))
            found.append(Route(at.get("Method", "ANY"), at.get("Path", "$default"), folder, authorizer))
    return tuple(found)


@cache
def data_outputs() -> dict[str, Any]:
    """What the stack of the data gives to the portal's, by its name."""
    return {
        name: each["Value"] for name, each in load(ROOT / "infrastructure" / "data.yaml")["Outputs"].items()
    }


def place_of(statement: Mapping[str, Any], arn: Any) -> str:
    """The bucket and the prefix that a statement names, a prefix in its condition too: `documents/documents/*`."""
    stated = data_outputs()[arn["Fn::ImportValue"]["Fn::Sub"].partition("-")[2]]
    whole = stated.get("Fn::Sub") or f"${{{'.'.join(stated['Fn::GetAtt'])}}}"
    bucket, _, prefix = whole.partition("Bucket.Arn}")
    below = statement.get("Condition", {}).get("StringLike", {}).get("s3:prefix", "")
    return bucket.removeprefix("${").lower() + prefix + (f"/{below}" if below else "")


@cache
def allowed_actions() -> dict[str, frozenset[str]]:
    """What the template allows each function; with the table's index where it ends in `/index`, and for S3 with the
    bucket and prefix: `s3:GetObject transfers/exports/*`."""
    found = {}
    for each in template()["Resources"].values():
        if not each["Type"].endswith("::Function"):
            continue
        actions = set()
        for policy in each["Properties"].get("Policies", []):
            for statement in policy["Statement"]:
                named = statement["Action"]
                stated = statement["Resource"]
                found_in = stated if isinstance(stated, list) else [stated]
                if "s3:" in str(named):
                    actions |= {
                        f"{action} {place_of(statement, arn)}"
                        for action in (named if isinstance(named, list) else [named])
                        for arn in found_in
                    }
                    continue
                arns = [str(arn) for arn in found_in]
                tables = [arn for arn in arns if "table/${TableName}" in arn]
                indexes = {"/index" if "/index/" in arn else "" for arn in tables} or {""}
                actions |= {
                    action + (index if action.startswith("dynamodb:") else "")
                    for action in (named if isinstance(named, list) else [named])
                    for index in indexes
                }
        found[each["Properties"]["Handler"].split(".")[1]] = frozenset(actions)
    return found


def allowed(folder: str) -> frozenset[str]:
    """What the template allows a function to do with the table."""
    return frozenset(each for each in allowed_actions()[folder] if each.startswith("dynamodb:"))


@cache
def router() -> Router:
    """Chooses among the template's routes as the service does."""
    return Router(routes())


@dataclass(frozen=True)
class Person:
    """Someone with a token: `claims` are those of an access token of Cognito's."""

    member_id: str
    groups: tuple[str, ...] = ()
    certification_ids: tuple[str, ...] = ()

    @property
    def certification_id(self) -> str:
        """Of the first certification held."""
        return self.certification_ids[0]

    @property
    def claims(self) -> dict[str, Any]:
        """The claims of an access token."""
        claims: dict[str, Any] = {
            "sub": str(uuid.uuid5(uuid.NAMESPACE_OID, self.member_id)),
            "iss": ISSUER,
            "client_id": CLIENT_ID,
            "token_use": "access",
            "scope": "aws.cognito.signin.user.admin",
            "username": self.member_id,
            "exp": 1_900_000_000,
        }
        return {**claims, "cognito:groups": list(self.groups)} if self.groups else claims


@dataclass
class Answer:
    """What came back."""

    status: int
    headers: dict[str, str]
    raw: bytes
    json: Any = field(init=False)

    def __post_init__(self) -> None:
        is_json = "json" in self.headers.get("content-type", "")
        self.json = json.loads(self.raw) if self.raw and is_json else None

    @property
    def code(self) -> str:
        """The code of a problem, or the status of another answer."""
        is_problem = self.headers.get("content-type") == contract.PROBLEM
        return self.json["type"].removeprefix("/problems/") if is_problem else str(self.status)

    @property
    def pointers(self) -> list[str]:
        """The fields that a problem names, sorted."""
        return sorted(error["pointer"] for error in self.json["errors"])


class Queue:
    """Stands for LoginsQueue."""

    def __init__(self) -> None:
        self.sent: list[str] = []

    def send(self, member_ids: Any) -> None:
        self.sent += member_ids


class MemoryAccounts:
    """Stands for the user pool: who has no account any more."""

    def __init__(self) -> None:
        self.removed: list[str] = []

    def describe(self, member_id: str) -> dict[str, Any] | None:
        if member_id in self.removed:
            return None
        return {"user_name": member_id, "state": "CONFIRMED", "email_verified": "true"}

    def remove(self, member_id: str) -> None:
        self.removed.append(member_id)


OBSERVED: dict[str, set[str]] = defaultdict(set)
"""What the functions asked of AWS in this process, as IAM names it: to find what they are allowed in vain."""

BY_TOKEN = frozenset({"cognito-idp:GetUser"})
"""What a member's own access token allows, and no policy has to."""


def asked(folder: str, calls: Iterable[Call], others: Iterable[str] = ()) -> None:
    """A function asked this of the table, and this of other services; its policy has to allow it."""
    actions = {action for call in calls for action in call.actions}.union(others)
    missing = actions - BY_TOKEN - allowed_actions()[folder]
    assert not missing, f"{folder} may not {sorted(missing)}"
    OBSERVED[folder] |= actions


STAFF = Person("staff-ann", ("staff",))
COLLEAGUE = Person("staff-bob", ("staff",))
REVIEWER = Person("staff-rae", ("staff-reviewer",))
FINANCE = Person("staff-fin", ("staff-finance",))
ADMINISTRATOR = Person("staff-adm", ("staff-admin",))


class Portal:
    """One table of its own, and people to ask the portal for things. The clock is at MIDDAY until it is moved."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, calls: Calls) -> None:
        self.calls = calls
        self.queue = Queue()
        self._monkeypatch = monkeypatch
        self._stripe: StripeHere | None = None
        self.accounts = MemoryAccounts()
        monkeypatch.setattr(wiring, "login_requests", lambda: self.queue)
        monkeypatch.setattr(wiring, "accounts", lambda: self.accounts)
        monkeypatch.setattr(wiring, "payments", self._payments)
        self.at(MIDDAY)

    # --- asking ---

    def ask(
        self,
        method: str,
        path: str,
        who: Person | None = None,
        *,
        body: Any = None,
        raw: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        query: Mapping[str, Any] | None = None,
        key: str | None = "new",
        version: Any = None,
        claims: Mapping[str, Any] | None = None,
    ) -> Answer:
        """One request. A POST gets a new Idempotency-Key unless `key` is another one or None."""
        parts = {"body": body, "raw": raw, "headers": headers, "query": query, "key": key, "version": version}
        return self.handle(self.event(method, path, who, **parts, claims=claims))

    @staticmethod
    def event(
        method: str,
        path: str,
        who: Person | None,
        *,
        body: Any = None,
        raw: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        query: Mapping[str, Any] | None = None,
        key: str | None = "new",
        version: Any = None,
        claims: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        """The event that the gateway makes of a request."""
        sent = {"host": "portal.example.org", **{k.lower(): v for k, v in (headers or {}).items()}}
        if body is not None or raw is not None:
            sent.setdefault("content-type", contract.JSON)
        if method == "POST" and key is not None:
            sent.setdefault("idempotency-key", new_key() if key == "new" else key)
        if version is not None:
            sent.setdefault("if-match", f'"{version}"')
        content = raw if raw is not None else b"" if body is None else json.dumps(body).encode()
        given = claims if claims is not None else who.claims if who else None
        if given is not None:
            sent.setdefault("authorization", f"Bearer header.claims.{TOKEN}")
        request = HttpRequest(method, path, urlencode(query or {}), sent.items(), content)
        match = router().find(method, path)
        assert match is not None
        tokens = None if given is None or match.route.authorizer is None else flattened(given)
        return event_of(request, match, tokens)

    def handle(self, event: dict[str, Any]) -> Answer:
        """Give an event to the function behind its route; the answer is held against the contract."""
        key = event["routeKey"]
        route = next(each for each in routes() if each.key == key)
        module = import_module(f"functions.{route.function}.handler")
        with self.calls.counted() as made:
            response: HttpResponse = response_of(module.handler(event, None))
        asked(route.function, made)
        headers = dict(response.headers)
        contract.check(key, response.status, headers, response.body)
        return Answer(response.status, headers, response.body)

    def get(self, path: str, who: Person | None = None, **more: Any) -> Answer:
        """A GET."""
        return self.ask("GET", path, who, **more)

    def post(self, path: str, who: Person | None = None, body: Any = None, **more: Any) -> Answer:
        """A POST with a new key."""
        return self.ask("POST", path, who, body=body, **more)

    def put(self, path: str, who: Person | None, body: Any, **more: Any) -> Answer:
        """A PUT."""
        return self.ask("PUT", path, who, body=body, **more)

    # --- time ---

    def at(self, moment: str) -> None:
        """Move the portal's clock there."""
        wanted = datetime.fromisoformat(moment)
        self._monkeypatch.setattr(clock, "offset", wanted.astimezone(UTC) - datetime.now(UTC))

    def later(self, **span: float) -> None:
        """Move the portal's clock on."""
        self._monkeypatch.setattr(clock, "offset", clock.offset + timedelta(**span))

    # --- people and what they did ---

    def member(
        self,
        *designations: str,
        certified_since: str = "2024-05-01",
        expires_on: str = "2027-12-31",
        status: str = "new",
        member_id: str = "",
        groups: tuple[str, ...] = (),
        **cells: str,
    ) -> Person:
        """A member who holds these designations (IPMA-CP when none is named), imported by staff."""
        number = next(_numbers)
        member_id = member_id or f"m{number:06d}"
        person = {
            "member_id": member_id,
            "first_name": "Mona",
            "last_name": f"Member{number}",
            "email": f"{member_id}@example.org",
            "certified_since": certified_since,
            "expires_on": expires_on,
            "status": status,
            **cells,
        }
        held = designations or ("IPMA-CP",)
        answer = self.bring_in(*({**person, "designation": each} for each in held))
        assert answer.json["rejected"] == [], answer.json
        found = tuple(ids.certification_id(member_id, each) for each in held)
        return Person(member_id, groups, found)

    def uncertified(self) -> Person:
        """A member who holds nothing."""
        number = next(_numbers)
        cells = {
            "member_id": f"u{number}",
            "first_name": "Una",
            "last_name": "Nocert",
            "email": f"u{number}@example.org",
        }
        assert self.bring_in(cells).json["created"] == 1
        return Person(f"u{number}")

    def bring_in(self, *rows: Mapping[str, str], **more: Any) -> Answer:
        """Import these rows as staff."""
        return self.import_csv(roster(*rows), **more)

    def import_csv(self, text: str | bytes, *, dry_run: bool = False, **more: Any) -> Answer:
        """Import a roster as staff."""
        raw = text if isinstance(text, bytes) else text.encode()
        query = {"dry_run": "true"} if dry_run else {}
        more.setdefault("headers", {"content-type": "text/csv"})
        more.setdefault("query", query)
        return self.ask("POST", "/api/staff/members/import", more.pop("who", STAFF), raw=raw, **more)

    def enter(self, who: Person, *entries: dict[str, Any], **more: Any) -> Answer:
        """An entering session for the first certification."""
        return self.post(self.cycle_path(who, "entries"), who, {"entries": list(entries)}, **more)

    def points(self, who: Person, points: int) -> dict[str, Any]:
        """Enter so many points (of employment) and give the entry."""
        answer = self.enter(who, entry(quantity=points))
        assert answer.status == 201, answer.json
        made: dict[str, Any] = answer.json["entries"][0]
        return made

    def sign(self, who: Person, **more: Any) -> Answer:
        """Submit the cycle of the first certification."""
        return self.post(self.cycle_path(who, "submission"), who, SIGNING, **more)

    def submitted(self, who: Person) -> dict[str, Any]:
        """50 points, signed: the submission and the invoice."""
        self.points(who, 50)
        answer = self.sign(who)
        assert answer.status == 201, answer.json
        made: dict[str, Any] = answer.json
        return made

    def paid(self, invoice_id: str) -> None:
        """A cheque came, not long ago."""
        lately = (wiring.today() - timedelta(days=5)).isoformat()
        cheque = {**CHEQUE, "received_on": max(CHEQUE["received_on"], lately)}
        answer = self.post(f"/api/staff/invoices/{invoice_id}/payment", STAFF, cheque)
        assert answer.status == 201, answer.json

    def decide(self, who: Person, submission_id: str, decision: str = "approve", **more: Any) -> Answer:
        """Staff decide on the first certification."""
        given = {"submission_id": submission_id, "decision": decision, "comment": "Seen."}
        by = more.pop("by", STAFF)
        asked = {**given, **more.pop("body", {})}
        return self.post(f"/api/staff/certifications/{who.certification_id}/decision", by, asked, **more)

    def approved(self, who: Person) -> dict[str, Any]:
        """50 points, signed, paid, approved: what was signed."""
        made = self.submitted(who)
        self.paid(made["invoice"]["invoice_id"])
        answer = self.decide(who, made["submission"]["submission_id"])
        assert answer.status == 200, answer.json
        return made

    def dashboard(self, who: Person) -> dict[str, Any]:
        """The dashboard of the first certification."""
        found: dict[str, Any] = self.get(self.cycle_path(who), who).json
        return found

    @staticmethod
    def cycle_path(who: Person, rest: str = "cycle") -> str:
        """An address below the first certification."""
        return f"/api/certifications/{who.certification_id}/{rest}"

    def lapse(self, who: Person) -> None:
        """Terminate the first certification as the daily job does."""
        table = wiring.table()
        table._client.update_item(
            TableName=table._name,
            Key={name: {"S": value} for name, value in keys.certification(who.certification_id).items()},
            UpdateExpression="SET #status = :status",
            ExpressionAttributeNames={"#status": "status"},
            ExpressionAttributeValues={":status": {"S": "terminated"}},
        )

    # --- Stripe ---

    @property
    def stripe(self) -> StripeHere:
        """The stand-in, started when first asked for."""
        if self._stripe is None:
            self._stripe = StripeHere()
        return self._stripe

    def deliver(self) -> list[Answer]:
        """Hand to the webhook what Stripe has sent by now."""
        self.stripe.drain()
        heard, self.stripe.received[:] = list(self.stripe.received), []
        return [self.notify(each.content, each.headers["stripe-signature"]) for each in heard]

    def notify(self, raw: bytes, signature: str) -> Answer:
        """One delivery to the webhook."""
        sent = {"stripe-signature": signature, "content-type": "application/json; charset=utf-8"}
        return self.post("/api/stripe/webhook", raw=raw, headers=sent, key=None)

    def close(self) -> None:
        """Stop what was started."""
        if self._stripe is not None:
            self._stripe.close()

    def _payments(self, *, receiving: bool = False) -> Any:
        from shared.adapters.stripe_payments import StripePayments

        secrets = (WEBHOOK_SECRET,) if receiving else ()
        return StripePayments(SECRET_KEY, secrets, ORIGIN, False, http_client=InProcess(self.stripe))


SIGNING = {"agreement_version": "2026-01", "signature": "Mona Member"}
CHEQUE = {"method": "check", "reference": "no. 1001", "received_on": "2027-06-10"}


def new_key() -> str:
    """An Idempotency-Key."""
    return str(uuid.uuid4())


def entry(activity: str = "employment", quantity: Any = 1, **fields: Any) -> dict[str, Any]:
    """An entry as a member sends it."""
    sent = {
        "activity": activity,
        "quantity": quantity,
        "title": "HR generalist",
        "organization": "City of Springfield",
        "started_on": "2025-03-01",
        "ended_on": "2025-03-02",
    }
    return {**sent, **fields}


def roster(*rows: Mapping[str, str]) -> str:
    """Rows as CSV."""
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, restval="")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()
