"""How nouns stand in items: days and times as ISO 8601 text, points as numbers, money as a map; None is left out."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any

from shared.domain.certifications import Certification, Cycle
from shared.domain.documents import Document
from shared.domain.entries import Claim, Entry
from shared.domain.events import Event
from shared.domain.invoices import Dispute, Invoice, Line, OpenCheckout, Payment, Refund
from shared.domain.library import Contribution
from shared.domain.members import Member, Profile
from shared.domain.money import Money
from shared.domain.rules.carry_over import CarriedIn
from shared.domain.standing import StandingClaim
from shared.domain.submissions import Adjustment, Decision, Submission
from shared.repositories.table import Item

LEFT_EMPTY = ("notes", "document_ids", "unit")
"""What most claims do not say."""

AS_THEY_ARE = frozenset({str, int, bool, Decimal})
"""Kinds of values that stand in an item as they are: most."""


def attributes(noun: Any) -> Item:
    """The attributes of a frozen dataclass, ready to be written."""
    said = ((name, getattr(noun, name)) for name in _names(noun.__class__))
    return {name: _attribute(value) for name, value in said if value is not None}


@cache
def _names(kind: type[Any]) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))


def _attribute(value: Any) -> Any:
    if type(value) in AS_THEY_ARE:
        return value
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple | list):
        return [_attribute(each) for each in value]
    if is_dataclass(value):
        return attributes(value)
    if isinstance(value, Mapping):
        return {name: _attribute(each) for name, each in value.items()}
    return value


def certification(item: Item) -> Certification:
    """The certification that an item holds."""
    return Certification(
        certification_id=item["certification_id"],
        member_id=item["member_id"],
        member_name=item["member_name"],
        designation=item["designation"],
        certified_since=date.fromisoformat(item["certified_since"]),
        expires_on=date.fromisoformat(item["expires_on"]),
        status=item["status"],
        committees=tuple(item["committees"]),
        extended_to=_day(item.get("extended_to")),
        extension_reason=item.get("extension_reason", ""),
        terminated_reason=item["terminated_reason"],
        open_until=_day(item.get("open_until")),
        imported=item["imported"],
        certificate_id=item.get("certificate_id", ""),
        body_member=item.get("body_member", False),
        version=int(item["version"]),
    )


def cycle(item: Item) -> Cycle:
    """The cycle that an item holds."""
    return Cycle(
        cycle_id=item["cycle_id"],
        certification_id=item["certification_id"],
        number=int(item["number"]),
        edition=item["edition"],
        starts_on=date.fromisoformat(item["starts_on"]),
        ends_on=date.fromisoformat(item["ends_on"]),
        state=item["state"],
        points_total=item["points_total"],
        signable_from=_day(item.get("signable_from")),
        signings=int(item["signings"]),
        signed_on=_day(item.get("signed_on")),
        returned_on=_day(item.get("returned_on")),
        closed_at=_time(item.get("closed_at")),
        version=int(item["version"]),
        carried_in=tuple(
            CarriedIn(each["points"], each["category"], int(each["times"]))
            for each in item.get("carried_in", ())
        ),
        started_under=item.get("started_under"),
    )


def entry_attributes(noun: Entry) -> Item:
    """The attributes of an entry, without the words that most leave empty: a dashboard reads all of them."""
    found = attributes(noun)
    return {**_said(found, "on_paper", "standing_id"), "claim": _said(found["claim"], *LEFT_EMPTY)}


def _said(found: Item, *often_empty: str) -> Item:
    return {name: value for name, value in found.items() if value or name not in often_empty}


def entry(item: Item) -> Entry:
    """The entry that an item holds."""
    return Entry(
        entry_id=item["entry_id"],
        claim=claim(item["claim"]),
        points=item["points"],
        logged_at=datetime.fromisoformat(item["logged_at"]),
        version=int(item["version"]),
        logged_by=item["logged_by"],
        on_paper=item.get("on_paper", False),
        standing_id=item.get("standing_id", ""),
    )


def standing_claim(item: Item) -> StandingClaim:
    """The standing claim that a map holds."""
    return StandingClaim(
        standing_id=item["standing_id"],
        activity=item["activity"],
        title=item["title"],
        organization=item["organization"],
        started_on=date.fromisoformat(item["started_on"]),
        ended_on=_day(item.get("ended_on")),
        notes=item["notes"],
        logged_at=datetime.fromisoformat(item["logged_at"]),
        logged_by=item["logged_by"],
        version=int(item["version"]),
    )


def claim(item: Item) -> Claim:
    """The claim that a map holds."""
    return Claim(
        activity=item["activity"],
        quantity=item["quantity"],
        title=item["title"],
        organization=item["organization"],
        started_on=date.fromisoformat(item["started_on"]),
        ended_on=date.fromisoformat(item["ended_on"]),
        notes=item.get("notes", ""),
        document_ids=tuple(item.get("document_ids", ())),
        unit=item.get("unit", ""),
        relevant_percent=item.get("relevant_percent"),
    )


def document(item: Item) -> Document:
    """The document that an item holds."""
    return Document(
        document_id=item["document_id"],
        kind=item["kind"],
        title=item["title"],
        file_name=item["file_name"],
        content_type=item["content_type"],
        size=int(item["size"]),
        status=item["status"],
        uploaded_at=datetime.fromisoformat(item["uploaded_at"]),
        member_id=item["member_id"],
        certification_ids=tuple(item["certification_ids"]),
        reason=item["reason"],
        sha256=item["sha256"],
        same_as=item["same_as"],
        object_version=item["object_version"],
        content_verdict=item["content_verdict"],
        malware_verdict=item["malware_verdict"],
        archived_at=_time(item.get("archived_at")),
        published_at=_time(item.get("published_at")),
        uploaded_by=item.get("uploaded_by", ""),
        uploaded_key=item["uploaded_key"],
        fingerprint=item["fingerprint"],
        version=int(item["version"]),
    )


def contribution(item: Item) -> Contribution:
    """The published contribution that an item holds."""
    return Contribution(
        document_id=item["document_id"],
        kind=item["kind"],
        title=item["title"],
        file_name=item["file_name"],
        content_type=item["content_type"],
        size=int(item["size"]),
        contributed_by=item["contributed_by"],
        published_at=datetime.fromisoformat(item["published_at"]),
        words=tuple(item["words"]),
    )


def submission(item: Item) -> Submission:
    """The submission that an item holds."""
    decided = item.get("decision")
    return Submission(
        submission_id=item["submission_id"],
        certification_id=item["certification_id"],
        cycle_id=item["cycle_id"],
        cycle_number=int(item["cycle_number"]),
        signing=int(item["signing"]),
        designation=item["designation"],
        member_id=item["member_id"],
        member_name=item["member_name"],
        agreement_version=item["agreement_version"],
        signature=item["signature"],
        submitted_at=datetime.fromisoformat(item["submitted_at"]),
        points_total=item["points_total"],
        signed_hash=item["signed_hash"],
        state=item["state"],
        decision=None if decided is None else _decision(decided),
        on_paper=item.get("on_paper", False),
        for_reinstatement=item.get("for_reinstatement", False),
    )


def _decision(item: Item) -> Decision:
    return Decision(
        decision=item["decision"],
        decided_by=item["decided_by"],
        decided_at=datetime.fromisoformat(item["decided_at"]),
        comment=item["comment"],
        entry_comments=item["entry_comments"],
        entry_adjustments={
            entry_id: Adjustment(each["points"], each["reason"])
            for entry_id, each in item["entry_adjustments"].items()
        },
    )


def invoice(item: Item) -> Invoice:
    """The invoice that an item holds."""
    return Invoice(
        invoice_id=item["invoice_id"],
        number=item["number"],
        member_id=item["member_id"],
        type=item["type"],
        lines=tuple(Line(line["description"], _money(line["amount"])) for line in item["lines"]),
        status=item["status"],
        issued_on=date.fromisoformat(item["issued_on"]),
        due_on=date.fromisoformat(item["due_on"]),
        issued_at=datetime.fromisoformat(item["issued_at"]),
        certification_id=item.get("certification_id"),
        issued_key=item["issued_key"],
        paid_at=_time(item.get("paid_at")),
        payments=tuple(_payment(payment) for payment in item["payments"]),
        checkout=_checkout(item.get("checkout")),
        checkout_attempts=int(item["checkout_attempts"]),
        version=int(item["version"]),
    )


def _payment(item: Item) -> Payment:
    return Payment(
        payment_id=item["payment_id"],
        method=item["method"],
        amount=_money(item["amount"]),
        received_at=datetime.fromisoformat(item["received_at"]),
        reference=item["reference"],
        succeeded=item["succeeded"],
        refunded=int(item["refunded"]),
        dispute=item.get("dispute"),
        surplus=item["surplus"],
        recorded_by=item["recorded_by"],
        refunded_told=int(item["refunded_told"] if "refunded_told" in item else item["refunded"]),
        refunds=tuple(
            Refund(each["refund_id"], int(each["amount"]), each["failed"]) for each in item.get("refunds", ())
        ),
        disputes=_disputes(item),
        given_back=item["given_back"] if "given_back" in item else item["surplus"],
    )


def _disputes(item: Item) -> tuple[Dispute, ...]:
    """The disputes of a payment; one of which an older version stored the state alone has no id."""
    if "disputes" not in item:
        return (Dispute("", item["dispute"]),) if item.get("dispute") else ()
    return tuple(Dispute(each["dispute_id"], each["state"]) for each in item["disputes"])


def _checkout(item: Item | None) -> OpenCheckout | None:
    if item is None:
        return None
    return OpenCheckout(item["session_id"], item["url"], datetime.fromisoformat(item["expires_at"]))


def member(item: Item) -> Member:
    """The member that an item holds."""
    return Member(
        member_id=item["member_id"],
        first_name=item["first_name"],
        last_name=item["last_name"],
        email=item["email"],
        profile=Profile(**item["profile"]),
        login=item["login"],
        body_member=item.get("body_member", False),
        body_member_rostered=item.get("body_member_rostered"),
        erasure=item.get("erasure", ""),
        rostered=None if (said := item.get("rostered")) is None else (said[0], said[1], said[2]),
        version=int(item["version"]),
    )


def event(item: Item) -> Event:
    """The event that an item holds."""
    return Event(
        event_id=item["event_id"],
        subject=item["subject"],
        type=item["type"],
        by=item["by"],
        role=item["role"],
        at=datetime.fromisoformat(item["at"]),
        data=item["data"],
        fingerprint=item["fingerprint"],
    )


def _money(item: Item) -> Money:
    return Money(int(item["amount"]), item["currency"])


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def _time(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
