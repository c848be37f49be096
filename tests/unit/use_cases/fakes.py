"""The ports by hand, in memory.

They check what storage checks: an event is recorded once, a version is the one that was read. `meanwhile` lets someone
else write between the reading and the writing of a use case.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

from shared.domain import ids
from shared.domain.certifications import Certification, Registration
from shared.domain.events import Event
from shared.domain.invoices import Invoice
from shared.domain.members import Member
from shared.domain.money import Money
from shared.domain.payments import (
    AttemptUsed,
    CheckoutRefused,
    CheckoutSession,
    PaymentsUnavailable,
    RefundRefused,
    SessionUnknown,
)
from shared.domain.ports import AddressTaken, AlreadyRecorded, ChangedMeanwhile
from shared.domain.recertification import Recertification
from shared.domain.roster import Enrollment, RosterRow, Standing
from shared.domain.submissions import SignedRecord, Submission
from tests.unit.domain.builders import EDITIONS, NOW, TODAY


@dataclass
class Table:
    """What is stored, and who writes meanwhile."""

    recertifications: dict[str, Recertification] = field(default_factory=dict)
    invoices: dict[str, Invoice] = field(default_factory=dict)
    members: dict[str, Member] = field(default_factory=dict)
    events: dict[tuple[str, str], Event] = field(default_factory=dict)
    records: list[SignedRecord] = field(default_factory=list)
    closed: list[Recertification] = field(default_factory=list)
    meanwhile: list[Callable[[], object]] = field(default_factory=list)
    reads: int = 0
    writes: int = 0

    def transact(self, event: Event, holds: Callable[[], bool], write: Callable[[], object]) -> None:
        """Write with an event, or raise what storage raises and write nothing."""
        if self.meanwhile:
            self.meanwhile.pop(0)()
        if (event.subject, event.event_id) in self.events:
            raise AlreadyRecorded
        if not holds():
            raise ChangedMeanwhile
        write()
        self.events[event.subject, event.event_id] = event
        self.writes += 1

    def types(self) -> list[str]:
        """The types of all events, in the order in which they were recorded."""
        return [event.type for event in self.events.values()]


@dataclass
class FakeEvents:
    """The history."""

    table: Table

    def find(self, subject: str, event_id: str) -> Event | None:
        self.table.reads += 1
        return self.table.events.get((subject, event_id))

    def record(self, event: Event) -> None:
        self.table.events.setdefault((event.subject, event.event_id), event)


@dataclass
class FakeRecertifications:
    """Recertifications."""

    table: Table

    def find(self, certification_id: str) -> Recertification | None:
        self.table.reads += 1
        found = self.table.recertifications.get(certification_id)
        if found is None:
            return None
        invoice_id = ids.invoice_id(certification_id, found.cycle.number)
        return replace(found, invoice=self.table.invoices.get(invoice_id))

    def under(self, recertification: Recertification, edition: str) -> Recertification:
        return replace(recertification, program=EDITIONS.named(edition))

    def submission_in(self, event: Event) -> Submission:
        found = event.data["submission"]
        assert isinstance(found, Submission)
        return found

    def save(
        self,
        before: Recertification,
        after: Recertification,
        event: Event,
        record: SignedRecord | None = None,
    ) -> None:
        new_invoice = after.invoice if before.invoice is None else None

        def holds() -> bool:
            free = new_invoice is None or new_invoice.invoice_id not in self.table.invoices
            return free and self._stored(before).cycle.version == before.cycle.version

        def write() -> None:
            self._put(after)
            if new_invoice is not None:
                self.table.invoices[new_invoice.invoice_id] = new_invoice
            if record is not None:
                self.table.records.append(record)

        self.table.transact(event, holds, write)

    def close(
        self, before: Recertification, closed: Recertification, opened: Recertification, event: Event
    ) -> None:
        assert before.invoice is not None
        paid = before.invoice

        def holds() -> bool:
            stored = self._stored(before)
            return (
                stored.cycle.version == before.cycle.version
                and stored.certification.version == before.certification.version
                and self.table.invoices[paid.invoice_id].version == paid.version
            )

        def write() -> None:
            self.table.closed.append(closed)
            self._put(opened)

        self.table.transact(event, holds, write)

    def put_away(self, certification_id: str) -> None:
        """Here a closed cycle's documents are away at once."""

    def _stored(self, found: Recertification) -> Recertification:
        return self.table.recertifications[found.certification.certification_id]

    def _put(self, found: Recertification) -> None:
        self.table.recertifications[found.certification.certification_id] = replace(found, invoice=None)


@dataclass
class FakeInvoices:
    """Invoices."""

    table: Table

    def find(self, invoice_id: str) -> Invoice | None:
        self.table.reads += 1
        return self.table.invoices.get(invoice_id)

    def find_many(self, invoice_ids: Sequence[str]) -> dict[str, Invoice]:
        self.table.reads += 1
        return {each: self.table.invoices[each] for each in invoice_ids if each in self.table.invoices}

    def issue(self, invoice: Invoice) -> Invoice:
        if self.table.meanwhile:
            self.table.meanwhile.pop(0)()
        return self.table.invoices.setdefault(invoice.invoice_id, invoice)

    def save(self, before: Invoice, after: Invoice, event: Event) -> None:
        self.table.transact(
            event,
            lambda: self.table.invoices[before.invoice_id].version == before.version,
            lambda: self.table.invoices.update({after.invoice_id: after}),
        )


@dataclass
class FakeMembers:
    """Members, and their enrolment from a roster."""

    table: Table

    def find(self, member_id: str) -> Member | None:
        return self.table.members.get(member_id.lower())

    def with_registrations(self, member_id: str) -> tuple[Member | None, list[Registration]]:
        held = [
            Registration(each.program, each.certification, each.cycle)
            for each in self.table.recertifications.values()
            if each.certification.member_id.lower() == member_id.lower()
        ]
        return self.find(member_id), held

    def save(
        self,
        before: Member,
        after: Member,
        event: Event,
        renamed: Sequence[tuple[Certification, Certification]] = (),
    ) -> None:
        if self._holder(after.email) not in (None, after.member_id.lower()):
            raise AddressTaken

        def write() -> None:
            self._put(after)
            for old, new in renamed:
                known = self.table.recertifications[old.certification_id]
                self.table.recertifications[old.certification_id] = replace(known, certification=new)

        self.table.transact(event, lambda: self._is_stored(before, after), write)

    def standings(self, rows: Sequence[RosterRow], designations: Sequence[str]) -> list[Standing]:
        return [self._standing(row, designations) for row in rows]

    def enroll(self, standing: Standing, enrollment: Enrollment, event: Event) -> None:
        changed = {
            designation: held
            for designation, held in enrollment.holdings.items()
            if held != standing.holdings.get(designation)
        }
        if not changed and enrollment.member == standing.member:
            return

        def holds() -> bool:
            untouched = all(
                self._held(held[0].certification_id) == standing.holdings.get(designation)
                for designation, held in changed.items()
            )
            return untouched and self._is_stored(standing.member, enrollment.member)

        def write() -> None:
            self._put(enrollment.member)
            for certification, cycle in changed.values():
                known = self.table.recertifications.get(certification.certification_id)
                blank = Recertification(EDITIONS.of_cycle(cycle, TODAY), certification, cycle)
                self.table.recertifications[certification.certification_id] = replace(
                    known or blank, certification=certification, cycle=cycle
                )

        self.table.transact(event, holds, write)

    def _is_stored(self, before: Member | None, after: Member) -> bool:
        holder = self._holder(after.email)
        return self.find(after.member_id) == before and holder in (None, after.member_id.lower())

    def _put(self, member: Member) -> None:
        self.table.members[member.member_id.lower()] = member

    def _holder(self, email: str) -> str | None:
        holders = (key for key, each in self.table.members.items() if each.email.lower() == email.lower())
        return next(holders, None)

    def _held(self, certification_id: str):  # type: ignore[no-untyped-def]
        found = self.table.recertifications.get(certification_id)
        return None if found is None else (found.certification, found.cycle)

    def _standing(self, row: RosterRow, designations: Sequence[str]) -> Standing:
        held = {each: self._held(ids.certification_id(row.member_id, each)) for each in designations}
        return Standing(
            self.find(row.member_id),
            {designation: found for designation, found in held.items() if found is not None},
            self._holder(row.email),
        )


@dataclass
class FakeLogins:
    """The queue of accounts to make."""

    asked_for: list[list[str]] = field(default_factory=list)

    def send(self, member_ids: Sequence[str]) -> None:
        self.asked_for.append(list(member_ids))


@dataclass
class FakeStripe:
    """Stripe: one session for each invoice and attempt, one refund for each reason."""

    sessions: dict[str, CheckoutSession] = field(default_factory=dict)
    spent: set[int] = field(default_factory=set)
    attempts: list[int] = field(default_factory=list)
    refunds: dict[str, tuple[str, Money]] = field(default_factory=dict)
    refusal: str | None = None
    declined: str | None = None
    down: bool = False

    def open_session(self, *, invoice_id: str, attempt: int, **_: object) -> CheckoutSession:
        self._answer()
        self.attempts.append(attempt)
        if self.declined is not None:
            raise CheckoutRefused(self.declined)
        if attempt in self.spent:
            raise AttemptUsed
        session_id = f"cs_{attempt}"
        url = f"https://pay.example/{session_id}"
        fresh = CheckoutSession(session_id, url, "open", False, None, NOW + timedelta(hours=24))
        return self.sessions.setdefault(session_id, fresh)

    def find_session(self, session_id: str) -> CheckoutSession:
        self._answer()
        if session_id not in self.sessions:
            raise SessionUnknown
        return self.sessions[session_id]

    def expire_session(self, session_id: str) -> CheckoutSession:
        if self.find_session(session_id).status == "open":
            self.become(session_id, "expired")
        return self.sessions[session_id]

    def refund(self, payment_id: str, *, amount: Money, reason_key: str) -> None:
        self._answer()
        if self.refusal is not None:
            raise RefundRefused(self.refusal)
        self.refunds.setdefault(reason_key, (payment_id, amount))

    def become(self, session_id: str, status: str) -> None:
        """What happens to a session on Stripe's side."""
        self.sessions[session_id] = replace(self.sessions[session_id], status=status, url=None)  # type: ignore[arg-type]

    def _answer(self) -> None:
        if self.down:
            raise PaymentsUnavailable("down")
