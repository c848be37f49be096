"""Builders of a few lines: a cycle of the shipped edition with so many points, claims, and the verbs of the rules."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from shared.domain import ids, reviewing, signing
from shared.domain.certifications import Certification, Cycle
from shared.domain.documents import Document
from shared.domain.entries import Claim, Entry
from shared.domain.invoices import Invoice, Line
from shared.domain.money import Money
from shared.domain.program import Program
from shared.domain.recertification import Recertification
from shared.domain.standing import StandingClaim
from shared.domain.submissions import Adjustment, Decision, SignedRecord, Submission
from shared.programs import load_editions

EDITIONS = load_editions("ipma-hr")
PROGRAM = EDITIONS.programs[0]

TODAY = date(2027, 6, 15)
NOW = datetime(2027, 6, 15, 15, 0, tzinfo=UTC)
CERTIFICATION_ID = ids.certification_id("M-1", "IPMA-CP")
FEE = Money(15000, "usd")


def claim(activity: str, quantity: Any = 1, **changes: Any) -> Claim:
    """A sound claim of so much of an activity."""
    sound = Claim(
        activity=activity,
        quantity=Decimal(str(quantity)),
        title=f"My {activity}",
        organization="City of Springfield",
        started_on=date(2026, 3, 1),
        ended_on=date(2026, 3, 2),
    )
    return replace(sound, **changes)


def session(activity: str, quantity: Any = 1, **changes: Any) -> tuple[Claim, ...]:
    """An entering session of one claim."""
    return (claim(activity, quantity, **changes),)


def certification(designation: str = "IPMA-CP", **changes: Any) -> Certification:
    """A certification of the member M-1 in its first cycle, which ends on the last day of 2027."""
    sound = Certification(
        certification_id=ids.certification_id("M-1", designation),
        member_id="M-1",
        member_name="Marge Bouvier",
        designation=designation,
        certified_since=date(2025, 1, 1),
        expires_on=date(2027, 12, 31),
        status="new",
    )
    return replace(sound, **changes)


def standing(activity: str = "employment", **changes: Any) -> StandingClaim:
    """What accrues by itself from a day before the cycle on."""
    sound = StandingClaim(
        standing_id=f"std_{activity}",
        activity=activity,
        title="HR officer",
        organization="City of Springfield",
        started_on=date(2019, 5, 1),
        ended_on=None,
        notes="",
        logged_at=NOW,
        logged_by="M-1",
    )
    return replace(sound, **changes)


def cycle_of(held: Certification, **changes: Any) -> Cycle:
    """The first cycle of a certification."""
    sound = Cycle(
        cycle_id=ids.cycle_id(held.certification_id, 1),
        certification_id=held.certification_id,
        number=1,
        edition=PROGRAM.edition,
        starts_on=held.certified_since,
        ends_on=held.expires_on,
    )
    return replace(sound, **changes)


def empty_cycle(designation: str = "IPMA-CP", program: Program = PROGRAM, **changes: Any) -> Recertification:
    """A recertification without entries; `changes` are those of its cycle."""
    held = certification(designation)
    return Recertification(program, held, cycle_of(held, **changes))


def cycle_with(*claims: Claim, points: int = 0, **changes: Any) -> Recertification:
    """A recertification with these claims in its cycle, filled up with employment to so many points."""
    found = empty_cycle(**changes)
    entries = found.entries_of(claims, session_key="before", by="M-1", now=NOW)
    rest = points - sum((entry.points for entry in entries), Decimal(0))
    if rest > 0:
        entries += found.entries_of(session("employment", rest), session_key="filled", by="M-1", now=NOW)
    total = sum((entry.points for entry in entries), Decimal(0))
    return replace(found, entries=entries, cycle=replace(found.cycle, points_total=total))


def enter(
    found: Recertification, claims: tuple[Claim, ...], *, key: str = "key", today: date = TODAY
) -> Recertification:
    """The recertification after an entering session."""
    return found.accept(claims, session_key=key, by="M-1", now=NOW, today=today)


def entry_of(found: Recertification, activity: str) -> Entry:
    """The first entry of an activity."""
    return next(entry for entry in found.entries if entry.claim.activity == activity)


def edit(found: Recertification, activity: str, /, **changes: Any) -> Recertification:
    """The recertification with the entry of an activity changed, on the version that it has."""
    old = entry_of(found, activity)
    if "quantity" in changes:
        changes["quantity"] = Decimal(str(changes["quantity"]))
    return found.edit(
        old.entry_id, replace(old.claim, **changes), version=str(old.version), by="M-1", now=NOW, today=TODAY
    )


def delete(found: Recertification, activity: str) -> Recertification:
    """The recertification without the entry of an activity."""
    old = entry_of(found, activity)
    return found.delete(old.entry_id, version=str(old.version))


def sign_with_record(
    found: Recertification, *, on: date = TODAY, now: datetime = NOW, version: str = PROGRAM.agreement.version
) -> tuple[Recertification, SignedRecord]:
    """The recertification submitted, and the record of what was signed."""
    return signing.sign(
        found, PROGRAM.agreement, agreement_version=version, signature="Marge Bouvier", now=now, today=on
    )


def sign(found: Recertification, *, on: date = TODAY) -> Recertification:
    """The recertification submitted."""
    return sign_with_record(found, on=on)[0]


def paid(found: Recertification) -> Recertification:
    """The recertification with its invoice paid."""
    return replace(found, invoice=replace(invoice(), status="paid", paid_at=NOW))


def invoice(**changes: Any) -> Invoice:
    """The open recertification invoice of the certification."""
    sound = Invoice(
        invoice_id=ids.invoice_id(CERTIFICATION_ID, 1),
        number=ids.invoice_number(CERTIFICATION_ID, 2027),
        member_id="M-1",
        certification_id=CERTIFICATION_ID,
        type="recertification",
        lines=(Line("Recertification fee", FEE),),
        status="open",
        issued_on=TODAY,
        due_on=TODAY,
        issued_at=NOW,
        issued_key="issue",
    )
    return replace(sound, **changes)


def decision(kind: Any = "approve", comment: str = "", **adjusted: int) -> Decision:
    """A decision, with the points that entries are reduced to by their id."""
    return Decision(
        decision=kind,
        decided_by="S-1",
        decided_at=NOW,
        comment=comment,
        entry_adjustments={
            entry_id: Adjustment(Decimal(points), "Not in HR.") for entry_id, points in adjusted.items()
        },
    )


def submission_of(found: Recertification) -> Submission:
    """The submission of a submitted cycle."""
    assert found.submission is not None
    return found.submission


def approve(
    found: Recertification, decided: Decision | None = None
) -> tuple[Recertification, Recertification]:
    """The closed and the opened recertification after an approval."""
    return reviewing.approve(
        found, submission_of(found).submission_id, decided or decision(), editions=EDITIONS
    )


def send_back(found: Recertification, *, on: date = TODAY) -> Recertification:
    """The recertification returned to the member."""
    return reviewing.return_to_member(
        found, submission_of(found).submission_id, decision("return", "Please correct."), on
    )


def document(document_id: str = "doc_1", status: Any = "clean") -> Document:
    """An uploaded file."""
    return Document(
        document_id, "hr-innovation", "Our programme", "a.pdf", "application/pdf", 99, status, NOW
    )


def with_documents(found: Recertification, *documents: Document) -> Recertification:
    """The recertification of a member who has uploaded these."""
    return replace(found, documents=documents)
