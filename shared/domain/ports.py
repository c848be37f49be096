"""What the use cases need of the outside, as the repositories and gateways give it, and the two ways a write is refused
that a use case knows how to answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:  # a port is a shape: whoever needs it need not load what passes through it
    from shared.domain.calendar import Calendar, LedTo, NotedDay
    from shared.domain.certifications import Certification, Registration
    from shared.domain.documents import Document
    from shared.domain.events import Event
    from shared.domain.invoices import Invoice
    from shared.domain.library import Contribution
    from shared.domain.mails import Mail, Mark
    from shared.domain.members import Member
    from shared.domain.money import Money
    from shared.domain.payments import CheckoutSession, Notice, PaymentSucceeded
    from shared.domain.recertification import Recertification
    from shared.domain.roster import Enrollment, RosterRow, Standing
    from shared.domain.submissions import SignedRecord, Submission


class ChangedMeanwhile(Exception):
    """What was read is no longer what is stored: read again and decide again. Nothing was written."""


class AlreadyRecorded(Exception):
    """The event of this change is stored already: the change was made before, under the same key."""


class AddressTaken(ChangedMeanwhile):
    """The e-mail address belongs to another member. Nothing was written."""


class EventStore(Protocol):
    """The history: `record` puts an event that has no other change; one that is there already stays as it is."""

    def find(self, subject: str, event_id: str) -> Event | None: ...

    def record(self, event: Event) -> None: ...


class RecertificationStore(Protocol):
    """Recertifications: `save` and `close` raise ChangedMeanwhile and AlreadyRecorded."""

    def find(self, certification_id: str) -> Recertification | None: ...

    def reach(self, recertification: Recertification, document_ids: Sequence[str]) -> Recertification: ...

    def under(self, recertification: Recertification, edition: str) -> Recertification: ...

    def submission_in(self, event: Event) -> Submission: ...

    def save(
        self,
        before: Recertification,
        after: Recertification,
        event: Event,
        record: SignedRecord | None = None,
    ) -> None: ...

    def close(
        self, before: Recertification, closed: Recertification, opened: Recertification, event: Event
    ) -> None: ...

    def put_away(self, certification_id: str) -> None: ...


class DueStore(RecertificationStore, Protocol):
    """Recertifications as the jobs read them: `due` may lag, so what it gives is read again before a change."""

    def due(self, year: int, expires_on: str = "") -> Iterator[Certification]: ...

    def heads(self, certifications: Sequence[Certification]) -> list[Recertification]: ...

    def submissions(
        self, state: str, *, after: str | None, limit: int
    ) -> tuple[list[Submission], str | None]: ...

    def lapse(self, before: Recertification, after: Recertification, event: Event) -> None: ...


class CalendarStore(Protocol):
    """What the jobs have to look at: `settle` leaves a day that was noted again meanwhile."""

    def read(self) -> Calendar: ...

    def note(self, last_day: date, due_year: int, at: datetime, led_to_by: LedTo = "index") -> None: ...

    def settle(self, noted: NotedDay) -> None: ...

    def mark_invoiced(self, year: int, at: datetime) -> None: ...


class MarkStore(Protocol):
    """Marks of mails: `save` raises ChangedMeanwhile."""

    def find(self, mail_id: str) -> Mark | None: ...

    def save(self, before: Mark | None, after: Mark) -> None: ...


class MailGateway(Protocol):
    """Where mails go out."""

    def send(self, mail: Mail) -> None: ...


class MessageQueue(Protocol):
    """A queue to a worker: `send` raises Unavailable unless every message was taken. Messages carry ids only."""

    def send(self, messages: Sequence[Mapping[str, object]]) -> None: ...


class ObjectGone(Exception):
    """What was uploaded is no longer in the bucket."""


@dataclass(frozen=True, slots=True)
class UploadForm:
    """Where a browser posts a file to, and the fields it sends before it."""

    url: str
    fields: Mapping[str, str]


class DocumentStore(Protocol):
    """Documents: `settle`, `remove`, `publish` and `withdraw` raise ChangedMeanwhile and AlreadyRecorded."""

    def find(self, document_id: str) -> Document | None: ...

    def add(self, document: Document) -> Document: ...

    def announced(self, document: Document) -> Document | None: ...

    def of_member(self, member_id: str, certification_ids: Sequence[str]) -> Sequence[Document]: ...

    def waiting(self, member_id: str, certification_id: str | None) -> int: ...

    def settle(self, before: Document, after: Document, event: Event) -> None: ...

    def remove(
        self, document: Document, changes: Sequence[tuple[Recertification, Recertification]], event: Event
    ) -> None: ...

    def is_of_approved_cycle(self, document: Document) -> bool: ...

    def publish(
        self, before: Document, after: Document, contribution: Contribution, event: Event
    ) -> None: ...

    def withdraw(
        self, before: Document, after: Document, contribution: Contribution, event: Event
    ) -> None: ...


class ObjectStore(Protocol):
    """The bucket: `read` gives up to one byte more than `most` and raises ObjectGone."""

    def read(self, document_id: str, object_version: str, most: int) -> bytes: ...

    def delete(self, document_id: str) -> None: ...

    def remove_version(self, document_id: str, object_version: str) -> None: ...


class InvoiceStore(Protocol):
    """Invoices: `issue` gives back the one that exists, if any; `save` raises ChangedMeanwhile and AlreadyRecorded."""

    def find(self, invoice_id: str) -> Invoice | None: ...

    def issue(self, invoice: Invoice) -> Invoice: ...

    def save(self, before: Invoice, after: Invoice, event: Event) -> None: ...


class InvoicesAtOnce(InvoiceStore, Protocol):
    """Invoices as they are compared, many at once: those that there are, by id."""

    def find_many(self, invoice_ids: Sequence[str]) -> Mapping[str, Invoice]: ...


class MemberStore(Protocol):
    """Members: `save` writes the certifications that carry another name too, each as it was and as it shall be.

    It raises ChangedMeanwhile, AlreadyRecorded and AddressTaken.
    """

    def find(self, member_id: str) -> Member | None: ...

    def with_registrations(self, member_id: str) -> tuple[Member | None, Sequence[Registration]]: ...

    def save(
        self,
        before: Member,
        after: Member,
        event: Event,
        renamed: Sequence[tuple[Certification, Certification]] = (),
    ) -> None: ...


class RosterStore(Protocol):
    """What the import of a roster reads and writes: `enroll` raises ChangedMeanwhile and AlreadyRecorded."""

    def standings(self, rows: Sequence[RosterRow], designations: Sequence[str]) -> Sequence[Standing]: ...

    def enroll(self, standing: Standing, enrollment: Enrollment, event: Event) -> None: ...


class PersonalDataStore(Protocol):
    """All that is held about a member: `begin` and `finish` raise ChangedMeanwhile and AlreadyRecorded."""

    def begin(self, before: Member, after: Member, held: Sequence[Registration], event: Event) -> None: ...

    def strip(self, member: Member, certification_ids: Sequence[str]) -> dict[str, int]: ...

    def finish(self, before: Member, after: Member, event: Event) -> None: ...


class OwnAccount(Protocol):
    """The account of whoever asks. Raises Unauthenticated when their token is no longer valid."""

    def verified_email(self) -> str | None: ...


class LoginQueue(Protocol):
    """Where the accounts of members are asked for."""

    def send(self, member_ids: Sequence[str]) -> None: ...


class PaymentGateway(Protocol):
    """Stripe. Raises PaymentsUnavailable when it does not answer."""

    def open_session(
        self,
        *,
        invoice_id: str,
        number: str,
        description: str,
        total: Money,
        member_id: str,
        success_url: str,
        cancel_url: str,
        attempt: int,
    ) -> CheckoutSession: ...

    def find_session(self, session_id: str) -> CheckoutSession: ...

    def expire_session(self, session_id: str) -> CheckoutSession: ...

    def refund(self, payment_id: str, *, amount: Money, reason_key: str) -> None: ...


class PaymentHistory(Protocol):
    """What was paid at Stripe, newest first, back to some days before the newest; and what Stripe could not tell us, or
    another that it tells, newest first. Raises PaymentsUnavailable."""

    def succeeded_payments(self) -> Iterator[PaymentSucceeded]: ...

    def undelivered_notices(self) -> Iterator[Notice]: ...


class Clock(Protocol):
    """The time now, aware, in UTC."""

    def __call__(self) -> datetime: ...
