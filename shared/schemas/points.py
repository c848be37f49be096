"""Entering points: what a member sends for a session or an edit, and the dashboard that comes back."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Annotated, Any

from pydantic import Field, TypeAdapter, ValidationError

from shared.domain import certifications, shortest_way, standing
from shared.domain import entries as domain
from shared.domain.errors import Fault
from shared.domain.recertification import Recertification
from shared.domain.rules.ledger import Line
from shared.schemas.documents import Document
from shared.schemas.fields import Day, Given, Id, Instant, Notes, Points, Quantity, Sent, Title
from shared.schemas.invoices import Invoice
from shared.schemas.outlook import Outlook
from shared.schemas.standing import StandingClaim
from shared.schemas.submissions import Submission

LONGEST_SESSION = 50
DocumentIds = Annotated[list[Id], Field(max_length=20)]


class EntrySent(Sent):
    """One entry as it is entered."""

    activity: Id
    quantity: Quantity
    title: Title
    organization: Title
    started_on: Day
    ended_on: Day
    notes: Notes = ""
    document_ids: DocumentIds = Field(default_factory=list)
    unit: Annotated[
        Title | None, Field(description="One of the activity's units; its own when left out.")
    ] = None
    relevant_percent: Annotated[
        Quantity | None, Field(description="The share that counts, for activities that ask for it.")
    ] = None

    def to_domain(self) -> domain.Claim:
        """The claim that this entry makes."""
        return self._claim(self.notes, tuple(dict.fromkeys(self.document_ids)))

    def replacing(self, old: domain.Claim) -> domain.Claim:
        """The claim that this edit makes of an old one: omitted notes and documents keep their values."""
        given = self.model_fields_set
        notes = self.notes if "notes" in given else old.notes
        kept = tuple(dict.fromkeys(self.document_ids)) if "document_ids" in given else old.document_ids
        return self._claim(notes, kept)

    def _claim(self, notes: str, document_ids: tuple[str, ...]) -> domain.Claim:
        return domain.Claim(
            self.activity,
            self.quantity,
            self.title,
            self.organization,
            self.started_on,
            self.ended_on,
            notes,
            document_ids,
            self.unit or "",
            self.relevant_percent,
        )


class EntrySession(Sent):
    """One save of one or more entries: all of them land or none. A cycle takes 200 that are entered; with all that
    accrues by itself they are at most 300 kB as they are signed."""

    entries: Annotated[list[EntrySent], Field(min_length=1, max_length=LONGEST_SESSION)]

    def to_domain(self) -> tuple[domain.Claim, ...]:
        """The claims of the session, in their order."""
        return tuple(entry.to_domain() for entry in self.entries)


class Entry(Given):
    """An entry with its line in the ledger: `points` = `points_counted` + `points_carried` + `points_refused`.

    `points` is what it earns by itself, `explanation` says why each counts as it does, `reason` why not all of it does.
    """

    entry_id: str
    activity: str
    quantity: Points
    title: str
    organization: str
    started_on: Day
    ended_on: Day
    notes: str
    document_ids: list[str]
    unit: str
    relevant_percent: Points | None
    points: Points
    points_counted: Points
    points_carried: Points
    points_refused: Points
    explanation: str
    reason: str | None
    logged_at: Instant
    on_paper: bool
    standing_id: Annotated[
        str | None,
        Field(description="The standing claim that it accrued from; such an entry is not edited itself."),
    ]
    version: int

    @classmethod
    def all_of(cls, entries: Iterable[domain.Entry], recertification: Recertification) -> "list[Entry]":
        """Entries of a cycle as they are answered, in their order."""
        counted = recertification.ledger
        return [
            cls.of(entry, counted.find(entry.entry_id) or recertification.line(entry)) for entry in entries
        ]

    @classmethod
    def of(cls, entry: domain.Entry, line: Line) -> "Entry":
        """The entry of the domain with its line in the ledger, as it is answered."""
        claim = entry.claim
        return cls(
            entry_id=entry.entry_id,
            activity=claim.activity,
            quantity=claim.quantity,
            title=claim.title,
            organization=claim.organization,
            started_on=claim.started_on,
            ended_on=claim.ended_on,
            notes=claim.notes,
            document_ids=list(claim.document_ids),
            unit=line.unit,
            relevant_percent=claim.relevant_percent,
            points=line.claimed,
            points_counted=line.counted,
            points_carried=line.carried,
            points_refused=line.refused,
            explanation=line.explanation,
            reason=line.reason or None,
            logged_at=entry.logged_at,
            on_paper=entry.on_paper,
            standing_id=entry.standing_id or None,
            version=entry.version,
        )


class Certification(Given):
    """A member's holding of a designation; `access` tells whether the portal is open for it, `edition` the edition of
    the program that its current cycle is under."""

    certification_id: str
    designation: str
    edition: str
    certified_since: Day
    expires_on: Day
    status: str
    committees: list[str]
    recertification_year: int
    access: str
    certificate_id: str | None
    extended_to: Day | None
    extension_reason: str | None

    @classmethod
    def of(cls, held: certifications.Registration | Recertification, today: date) -> "Certification":
        """The certification of the domain, with its cycle, as it is answered on a day."""
        certification = held.certification
        return cls(
            certification_id=certification.certification_id,
            designation=certification.designation,
            edition=held.program.edition,
            certified_since=certification.certified_since,
            expires_on=certification.expires_on,
            status=certification.status,
            committees=list(certification.committees),
            recertification_year=certification.expires_on.year,
            access=held.access(today),
            certificate_id=certification.certificate_id or None,
            extended_to=certification.extended_to,
            extension_reason=certification.extension_reason or None,
        )


class Minimum(Given):
    """Points that are needed in an area, in the cycle or in a year of it; `text` says how far they are reached."""

    text: str
    points: Points
    points_required: Points
    points_missing: Points


class Year(Given):
    """The points of a year of the cycle."""

    starts_on: Day
    ends_on: Day
    points: Points


class CarriedIn(Given):
    """Points that came from the cycle before."""

    category: str
    points: Points


class Cycle(Given):
    """A cycle with its points; `missing` says in sentences what is still needed, `takes_more` whether entering is open.

    `version` is its ETag and rises with every change of it or of its entries."""

    cycle_id: str
    number: int
    edition: str
    starts_on: Day
    ends_on: Day
    state: str
    points_total: Points
    points_required: Points
    points_missing: Points
    points_carried: Points
    points_refused: Points
    by_category: dict[str, Points]
    by_group: dict[str, Points]
    by_year: list[Year]
    carried_in: list[CarriedIn]
    minimums: list[Minimum]
    missing: list[str]
    takes_more: bool
    signable_from: Day | None
    sign_by: Annotated[
        Day | None,
        Field(
            description="The last day on which the report can be signed, or could be before the certification lapsed; "
            "null while a signed report waits."
        ),
    ]
    version: int

    @classmethod
    def of(cls, recertification: Recertification, today: date) -> "Cycle":
        """The current cycle of the domain as it is answered on a day."""
        recertification = recertification.accrued(today)
        cycle, counted = recertification.cycle, recertification.ledger
        return cls(
            cycle_id=cycle.cycle_id,
            number=cycle.number,
            edition=recertification.program.edition,
            starts_on=cycle.starts_on,
            ends_on=cycle.ends_on,
            state=recertification.state(today),
            points_total=cycle.points_total,
            points_required=recertification.points_required,
            points_missing=recertification.points_missing,
            points_carried=counted.carried,
            points_refused=counted.refused,
            by_category=dict(counted.by_category),
            by_group=dict(counted.by_group),
            by_year=[
                Year(starts_on=year.starts_on, ends_on=year.ends_on, points=points)
                for year, points in counted.by_year
            ],
            carried_in=[CarriedIn(category=each.category, points=each.points) for each in cycle.carried_in],
            minimums=[
                Minimum(
                    text=each.text,
                    points=each.points,
                    points_required=each.minimum.points,
                    points_missing=each.missing,
                )
                for each in counted.minimums
            ],
            missing=list(counted.missing),
            takes_more=counted.takes_more,
            signable_from=recertification.signable_from,
            sign_by=recertification.sign_by,
            version=cycle.version,
        )


class Dashboard(Given):
    """Everything about the current cycle of a certification, in one answer."""

    certification: Certification
    cycle: Cycle
    entries: list[Entry]
    standing: list[StandingClaim]
    submission: Submission | None
    invoice: Invoice | None
    documents: list[Document]
    outlook: Annotated[
        Outlook | None,
        Field(
            description="What accrues until the end and the shortest way; for the member, until the report is signed."
        ),
    ]

    @classmethod
    def of(
        cls, recertification: Recertification, today: date, ahead: shortest_way.Outlook | None = None
    ) -> "Dashboard":
        """The recertification of the domain as it is answered on a day, with what has accrued by then."""
        recertification = recertification.accrued(today)
        submission, invoice = recertification.submission, recertification.invoice
        return cls(
            certification=Certification.of(recertification, today),
            cycle=Cycle.of(recertification, today),
            entries=Entry.all_of(recertification.entries, recertification),
            standing=[StandingClaim.of(each) for each in recertification.standing],
            submission=None if submission is None else Submission.of(submission),
            invoice=None if invoice is None else Invoice.of(invoice),
            documents=[Document.of(document) for document in recertification.documents],
            outlook=None if ahead is None else Outlook.of(ahead),
        )


class EnteredPoints(Given):
    """The entries of a session, and the cycle as it is now."""

    entries: list[Entry]
    cycle: Cycle

    @classmethod
    def of(
        cls,
        entries: Iterable[domain.Entry],
        recertification: Recertification,
        counted_by: Recertification,
        today: date,
    ) -> "EnteredPoints":
        """What a session entered, and the cycle as it is now."""
        return cls(entries=Entry.all_of(entries, counted_by), cycle=Cycle.of(recertification, today))


class KeptStanding(Given):
    """A standing claim, and the cycle with what it has accrued so far."""

    standing_claim: StandingClaim
    cycle: Cycle

    @classmethod
    def of(
        cls, claim: standing.StandingClaim, recertification: Recertification, today: date
    ) -> "KeptStanding":
        """The claim and the recertification of the domain as they are answered."""
        return cls(standing_claim=StandingClaim.of(claim), cycle=Cycle.of(recertification, today))


class EarlierCycle(Given):
    """A closed cycle; one that ended in a lapse may have no submission."""

    cycle_id: str
    number: int
    edition: str
    starts_on: Day
    ends_on: Day
    state: str
    points_total: Points
    submission: Submission | None


class EarlierCycles(Given):
    """The closed cycles of a certification, oldest first."""

    items: list[EarlierCycle]
    next_cursor: str | None = None


def readable_fields(body: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of an entry that are sound by themselves, in the types of the domain."""
    sound: dict[str, Any] = {}
    for name, field in EntrySent.model_fields.items():
        if name not in body:
            continue
        kind = Annotated[field.annotation, *field.metadata] if field.metadata else field.annotation
        try:
            sound[name] = TypeAdapter(kind).validate_python(body[name])
        except ValidationError:
            continue
    return sound


def entry_bodies(body: Any) -> list[tuple[str, Mapping[str, Any]]]:
    """The entries in a body that may be wrong, each with its pointer: those of a session, or the one of an edit."""
    if not isinstance(body, dict):
        return []
    if "entries" not in body:
        return [("", body)]
    rows = body["entries"] if isinstance(body["entries"], list) else []
    return [
        (f"/entries/{row}", each) for row, each in enumerate(rows[:LONGEST_SESSION]) if isinstance(each, dict)
    ]


def field_faults(recertification: Recertification, today: date, body: Any, known: list[Fault]) -> list[Fault]:
    """The domain's faults in a body some of whose fields are wrong already, without those that are `known`."""
    pointers = {fault.pointer for fault in known}
    faults = [
        fault
        for pointer, each in entry_bodies(body)
        for fault in recertification.faults(domain.PartialClaim.of(readable_fields(each)), today, pointer)
    ]
    return [fault for fault in faults if fault.pointer not in pointers]
