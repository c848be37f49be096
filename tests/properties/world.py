"""A world that histories happen in: the real use cases and repositories on a DynamoDB in memory, a Stripe that charges
and tells of it late, twice and in disorder, and people who act at the same time.

Each actor is a greenlet. At every call to DynamoDB or Stripe another may be let on, the call may fail, fail after it
took effect, or the process may die before or after it. A write may be refused because another is in its way, be said to
be in progress, or be sent again by the client itself. Everything follows from the seed.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from botocore.exceptions import ClientError, ReadTimeoutError
from greenlet import greenlet

from shared.domain.days import day_of
from shared.domain.errors import DomainError, Unavailable
from shared.domain.events import Command
from shared.domain.money import Money
from shared.domain.payments import (
    CheckoutSession,
    Notice,
    PaymentDisputed,
    PaymentFailed,
    PaymentRefunded,
    PaymentSucceeded,
    PaymentsUnavailable,
    RefundRefused,
    RefundTold,
    SessionExpired,
    SessionUnknown,
)
from shared.domain.ports import AlreadyRecorded, ChangedMeanwhile, ObjectGone
from shared.repositories import items, keys
from shared.repositories.archive import Archive
from shared.repositories.documents import Documents
from shared.repositories.events import Events
from shared.repositories.invoices import Invoices
from shared.repositories.recertification_writes import certification_write
from shared.repositories.recertifications import Recertifications
from shared.repositories.table import ABSENT, Table, _read, put
from tests.properties.editions import EDITIONS
from tests.properties.memory_dynamodb import (
    AnswerLost,
    MemoryDynamoDB,
    TransactionCanceledException,
    TransactionConflictException,
    TransactionInProgressException,
)
from tests.unit.domain.builders import CERTIFICATION_ID, FEE, certification, cycle_of

LETTERS = str.maketrans("0123456789", "abcdefghij")
"""Keys are of 20 letters, as HTTP's are digested."""

ANOTHER_BODY = "another"
"""The fingerprint of a request whose key came before with a body of its own."""

START = datetime(2027, 1, 20, 15, 0, tzinfo=UTC)


class Died(BaseException):
    """The process of an actor ended: nothing catches this."""


class Violation(Exception):
    """An invariant does not hold."""


def require(holds: bool, what: str) -> None:
    """Raises Violation."""
    if not holds:
        raise Violation(what)


@dataclass
class Session:
    """A checkout session at Stripe."""

    session_id: str
    invoice_id: str
    total: Money
    status: str = "open"
    payment_id: str | None = None
    url: str = "https://pay.example/session"


@dataclass
class Charge:
    """Money that Stripe took."""

    payment_id: str
    invoice_id: str
    amount: int
    refunds: dict[str, tuple[int, bool]] = field(default_factory=dict)
    """By id: the amount, and whether it failed."""
    disputes: dict[str, str] = field(default_factory=dict)

    @property
    def refunded(self) -> int:
        """What was given back and did not come back."""
        return sum(amount for amount, failed in self.refunds.values() if not failed)

    @property
    def dispute(self) -> str | None:
        """What all disputes of it come to."""
        states = set(self.disputes.values())
        return next((state for state in ("lost", "open", "won") if state in states), None)


@dataclass
class Files:
    """The bucket of documents: the versions that were posted of each, and the notices of them that wait."""

    world: "World"
    posted: dict[str, dict[str, bytes]] = field(default_factory=dict)
    """Of each document its versions; no two are ever called the same."""
    versions: int = 0
    waiting: list[tuple[str, str, str]] = field(default_factory=list)
    """Of what check, document and version."""

    def post(self, document_id: str, content: bytes) -> None:
        """Somebody uses the form; every check is told."""
        version = str(self.versions)
        self.versions += 1
        self.posted.setdefault(document_id, {})[version] = content
        checks = ("content", "malware") if self.world.scanned else ("content",)
        self.waiting += [(check, document_id, version) for check in checks]

    def read(self, document_id: str, object_version: str, most: int) -> bytes:
        self.world.step("s3 read")
        found = self.posted.get(document_id, {}).get(object_version)
        if found is None:
            raise ObjectGone
        return found[: most + 1]

    def remove_version(self, document_id: str, object_version: str) -> None:
        self.world.step("s3 delete version")
        self.posted.get(document_id, {}).pop(object_version, None)
        self.world.step_after("s3 delete version")

    def delete(self, document_id: str) -> None:
        self.world.step("s3 delete")
        self.posted.pop(document_id, None)
        self.world.step_after("s3 delete")


@dataclass
class Stripe:
    """Stripe: sessions by invoice and attempt, charges, refunds by reason, and notices that wait to be delivered."""

    world: "World"
    sessions: dict[str, Session] = field(default_factory=dict)
    charges: dict[str, Charge] = field(default_factory=dict)
    waiting: list[Notice] = field(default_factory=list)
    told: list[Notice] = field(default_factory=list)
    attempts: dict[tuple[str, int], str] = field(default_factory=dict)
    reasons: set[str] = field(default_factory=set)

    def open_session(self, *, invoice_id: str, attempt: int, total: Money, **_: Any) -> CheckoutSession:
        self.world.step("stripe open")
        known = self.attempts.get((invoice_id, attempt))
        if known is None:
            known = self.attempts[invoice_id, attempt] = f"cs_{len(self.sessions)}"
            self.sessions[known] = Session(known, invoice_id, total)
        answer = self._shown(known)
        self.world.step_after("stripe open")
        return answer

    def find_session(self, session_id: str) -> CheckoutSession:
        self.world.step("stripe find")
        return self._shown(session_id)

    def expire_session(self, session_id: str) -> CheckoutSession:
        self.world.step("stripe expire")
        self.expire(session_id)
        self.world.step_after("stripe expire")
        return self._shown(session_id)

    def refund(self, payment_id: str, *, amount: Money, reason_key: str) -> None:
        self.world.step("stripe refund")
        charge = self.charges[payment_id]
        if reason_key not in self.reasons:
            if charge.dispute in ("open", "lost"):
                raise RefundRefused("charge_disputed")
            if amount.amount > charge.amount - charge.refunded:
                raise RefundRefused("amount_too_large")
            self.reasons.add(reason_key)
            self.give_back(payment_id, amount.amount)
        self.world.step_after("stripe refund")

    # --- what people do there ---

    def pay(self, session_id: str) -> None:
        """A card is charged; the session is over."""
        session = self.sessions[session_id]
        if session.status != "open":
            return
        payment_id = f"pi_{len(self.charges)}"
        session.status, session.payment_id = "complete", payment_id
        self.charges[payment_id] = Charge(payment_id, session.invoice_id, session.total.amount)
        self._tell(
            PaymentSucceeded, session.invoice_id, payment_id, session_id, session.total, False, self.world.now
        )

    def decline(self, session_id: str) -> None:
        """A card is declined; the session stays open."""
        session = self.sessions[session_id]
        if session.status == "open":
            payment_id = f"pi_declined_{len(self.told)}"
            invoice_id, now = session.invoice_id, self.world.now
            self._tell(
                PaymentFailed, invoice_id, payment_id, session_id, session.total, False, now, "card_declined"
            )

    def expire(self, session_id: str) -> None:
        """A session ends unpaid."""
        session = self.sessions.get(session_id)
        if session is None:
            raise SessionUnknown
        if session.status == "open":
            session.status = "expired"
            self._tell(SessionExpired, session.invoice_id, session_id, False)

    def give_back(self, payment_id: str, amount: int | None = None) -> None:
        """So much of a charge is refunded, or all that is left of it."""
        charge = self.charges[payment_id]
        left = charge.amount - charge.refunded
        if not left:
            return
        given = left if amount is None else min(amount, left)
        refund_id = f"re_{payment_id}_{len(charge.refunds)}"
        charge.refunds[refund_id] = (given, False)
        charged, refunded = Money(charge.amount, FEE.currency), Money(charge.refunded, FEE.currency)
        self._tell(PaymentRefunded, charge.invoice_id, payment_id, charged, refunded, False, self.world.now)
        self._tell_refund(charge, refund_id)

    def refund_fails(self, payment_id: str) -> None:
        """A bank does not take what was given back: the money comes back to us."""
        charge = self.charges[payment_id]
        made = [refund_id for refund_id, (_, failed) in charge.refunds.items() if not failed]
        if made:
            refund_id = self.world.chance.choice(made)
            charge.refunds[refund_id] = (charge.refunds[refund_id][0], True)
            self._tell_refund(charge, refund_id)

    def _tell_refund(self, charge: Charge, refund_id: str) -> None:
        (amount, failed), now = charge.refunds[refund_id], self.world.now
        charged, given = Money(charge.amount, FEE.currency), Money(amount, FEE.currency)
        of = (charge.invoice_id, charge.payment_id, refund_id)
        self._tell(RefundTold, *of, charged, given, failed, False, now)

    def dispute(self, payment_id: str) -> None:
        """The cardholder's bank disputes a charge, then decides; it may dispute again what it lost."""
        charge = self.charges[payment_id]
        undecided = [each for each, state in charge.disputes.items() if state == "open"]
        if charge.refunded == charge.amount or "lost" in charge.disputes.values() or len(charge.disputes) > 2:
            return
        if undecided:
            dispute_id, state = undecided[0], self.world.chance.choice(["won", "won", "won", "lost", "lost"])
        else:
            dispute_id, state = f"du_{payment_id}_{len(charge.disputes)}", "open"
        charge.disputes[dispute_id] = state
        money, now = Money(charge.amount, FEE.currency), self.world.now
        of = (charge.invoice_id, payment_id, money, money)
        self._tell(PaymentDisputed, *of, False, now, state, dispute_id)

    def _tell(self, kind: Any, *facts: Any) -> None:
        notice = kind(f"evt_{len(self.told)}", *facts)
        self.told.append(notice)
        self.waiting.append(notice)
        if self.world.chance.random() < 0.3:
            self.waiting.append(notice)

    def _shown(self, session_id: str) -> CheckoutSession:
        session = self.sessions.get(session_id)
        if session is None:
            raise SessionUnknown
        url = session.url if session.status == "open" else None
        is_paid = session.payment_id is not None
        expires_at = self.world.now + timedelta(hours=24)
        status: Any = session.status
        return CheckoutSession(session_id, url, status, is_paid, session.payment_id, expires_at)


@dataclass
class Request:
    """Something that an actor asks for under one key, until it knows what became of it."""

    name: str
    run: Callable[["World", Command], Any]
    command: Command
    done: Callable[[Any], None] = lambda _: None
    keyed: bool = True
    """Whether a repetition has the same Idempotency-Key; a PUT or DELETE has none, but a version."""
    gate: frozenset[str] = frozenset()
    """What the gate in front refuses by what it finds, before it is asked whether the key is known."""


class World:
    """One history: its clock, its table, its Stripe, its actors."""

    def __init__(
        self, seed: int, dynamo: MemoryDynamoDB, table_of: Callable[[Any, Any], Table] = Table
    ) -> None:
        self.chance = random.Random(seed)
        self.apart = random.Random(f"{seed} apart")
        """Decides what was added to histories later: those without it stay as they were, and so do their seeds."""
        self.has_standing = self.apart.random() < 0.17
        """Whether something that accrues by itself is entered, changed and deleted in it."""
        self.dynamo = dynamo
        dynamo.before, dynamo.after = self.step, self.step_after
        table = table_of(dynamo, "table")
        table._sleep = lambda _: self.step("sleep")
        self.recertifications = Recertifications(
            table, EDITIONS, lambda: day_of(self.now, EDITIONS.time_zone)
        )
        self.invoices = Invoices(table)
        self.events = Events(table)
        self.archive = Archive(table)
        self.documents = Documents(table)
        self.files = Files(self)
        self.scanned = self.chance.random() < 0.5
        """Whether documents wait for the malware scan, too."""
        self.stripe = Stripe(self)
        self.now = START + timedelta(days=self.chance.choice([0, 30, 100, 150, 335]))
        self.faults = True
        self.until_next = timedelta()
        """How much time passes while the first of several actors waits for an answer."""
        self.acknowledged: dict[str, str] = {}
        self.acknowledged_documents: set[str] = set()
        self.deleted: set[str] = set()
        """Entries that somebody was told are gone."""
        self.unsettled: list[Request] = []
        self.answered: dict[str, Request] = {}
        """Requests of people that were done, by their keys: any may be repeated at any time."""
        self.trace: list[str] = []
        self._hub = greenlet.getcurrent()
        self._actors: list[greenlet] = []
        self._fault: Any = None
        self._keys = 0
        self._found: tuple[int, Any] | None = None

    # --- steps: where others are let on, and things go wrong ---

    def step(self, call: str) -> None:
        """Before a call takes effect."""
        if greenlet.getcurrent() is self._hub:
            return
        if len(self._actors) > 1 and self.chance.random() < 0.6:
            self.now += self.until_next
            self.until_next = timedelta()
            self._hub.switch()
        if self.faults and call != "sleep":
            luck = self.chance.random()
            if luck < 0.01:
                raise Died
            if luck < 0.02:
                raise _refusal(call)
            if luck < 0.03:
                self.trace.append(f"{call}: contended")
                raise _contention(call)

    def step_after(self, call: str) -> None:
        """After a call took effect, before the caller knows."""
        if greenlet.getcurrent() is self._hub or not self.faults:
            return
        luck = self.chance.random()
        if luck < 0.01:
            raise Died
        if luck < 0.03:
            raise PaymentsUnavailable if call.startswith("stripe") else ReadTimeoutError(endpoint_url="table")
        if luck < 0.04 and call in ("put", "transact"):
            self.trace.append(f"{call}: answer lost")
            raise AnswerLost
        if luck < 0.05 and call == "transact":
            self.trace.append("transact: in progress")
            raise TransactionInProgressException(_error("TransactionInProgressException"), call)

    # --- actors ---

    def at_once(self, requests: list[Request]) -> None:
        """Let these requests run, each in a process of its own, in turns."""
        self._actors = [greenlet(self._attempt) for _ in requests]
        started: dict[greenlet, Request] = dict(zip(self._actors, requests, strict=True))
        while self._actors:
            actor = self.chance.choice(self._actors)
            request = started.pop(actor, None)
            if request is None:
                actor.switch()
            else:
                actor.switch(request)
            if actor.dead:
                self._actors.remove(actor)

    def _attempt(self, request: Request) -> None:
        known = self._recorded(request)
        try:
            answer = request.run(self, request.command)
        except Died:
            self.trace.append(f"{request.name}: died")
            self.unsettled.append(request)
        except (ClientError, ReadTimeoutError, Unavailable, PaymentsUnavailable) as error:
            self.trace.append(f"{request.name}: {type(error).__name__}")
            self.unsettled.append(request)
        except (AlreadyRecorded, ChangedMeanwhile) as error:
            raise Violation(
                f"{request.name}: {type(error).__name__} is nothing that people are told"
            ) from None
        except DomainError as refusal:
            self.trace.append(f"{request.name}: {refusal.code}")
            is_same = known == request.command.fingerprint
            expected = None if is_same else "idempotency-key-reused"
            if known is not None and refusal.code != expected and refusal.code not in request.gate:
                raise Violation(f"a repeated request is given its first answer, not {refusal.code}") from None
        else:
            self.trace.append(f"{request.name}: done")
            is_same = known in (None, request.command.fingerprint)
            require(is_same, "a known key with another body is refused")
            if request.keyed and request.command.role != "system":
                self.answered.setdefault(request.command.key, request)
            request.done(answer)

    def _recorded(self, request: Request) -> str | None:
        """The body under which this key was used before; None when it was not."""
        history = self.dynamo.partitions.get(f"HISTORY#certification:{CERTIFICATION_ID}", {})
        event = history.get(f"EVENT#{request.command.key}")
        return None if event is None else str(_read(event)["fingerprint"])

    def command(self, caller: str, role: Any) -> Command:
        """A new request's key and the time it is."""
        self._keys += 1
        key = f"key{self._keys:017}".translate(LETTERS)
        return Command(caller, role, self.now, day_of(self.now, EDITIONS.time_zone), key, "body")

    @property
    def found(self) -> Any:
        """The recertification as it is stored, read by nobody in particular."""
        if self._found is None or self._found[0] != self.dynamo.commits:
            self._found = self.dynamo.commits, self.recertifications.find(CERTIFICATION_ID)
        return self._found[1]

    def entry_as_stored(self, entry_id: str) -> Any:
        """An entry of the current cycle; no step, so that it can be asked for in the midst of things."""
        held = self.dynamo.partitions[keys.certification_partition(CERTIFICATION_ID)]
        found = [item for sort, item in held.items() if sort.endswith(f"#{entry_id}")]
        return items.entry(_read(found[0])) if found else None

    @property
    def all_invoices(self) -> list[Any]:
        """Every invoice of the certification."""
        partition = self.dynamo.partitions[keys.certification_partition(CERTIFICATION_ID)]
        return [
            invoice
            for name in sorted(partition)
            if name.startswith("INVOICE#")
            for invoice in [self.invoices.find(partition[name]["invoice_id"]["S"])]
        ]


def _refusal(call: str) -> Exception:
    """A call that was tried until nobody wanted to try any more."""
    if call.startswith("stripe"):
        return PaymentsUnavailable()
    return ClientError(_error("ProvisionedThroughputExceededException"), call)


def _contention(call: str) -> Exception:
    """A write that others are in the way of, which the table tries again."""
    if call == "put":
        return TransactionConflictException(_error("TransactionConflictException"), call)
    if call == "transact":
        reasons = [{"Code": "TransactionConflict"}, {"Code": "None"}]
        failure = _error("TransactionCanceledException")
        return TransactionCanceledException({**failure, "CancellationReasons": reasons}, call)
    return _refusal(call)


def _error(code: str) -> Any:
    return {"Error": {"Code": code, "Message": ""}}


def a_member() -> MemoryDynamoDB:
    """A table with one certification in its first cycle."""
    dynamo = MemoryDynamoDB()
    table = Table(dynamo, "table")  # type: ignore[arg-type]
    held = certification()
    first = cycle_of(held)
    table.transact(
        [
            certification_write(None, held),
            put("cycle", {**keys.cycle(held.certification_id), **items.attributes(first)}, ABSENT),
        ]
    )
    return dynamo
