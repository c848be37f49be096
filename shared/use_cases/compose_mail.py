"""What a mail says: from the event, invoice or reminder that it is about to the words for its template."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Protocol, cast

from shared.domain import ids
from shared.domain.certifications import lapse_notice, last_day_of_access
from shared.domain.days import day_of
from shared.domain.entries import plain
from shared.domain.events import Event
from shared.domain.invoices import Invoice
from shared.domain.mails import Attachment, Draft, deadline_file
from shared.domain.members import Member
from shared.domain.money import Money
from shared.domain.ports import EventStore, InvoiceStore, MemberStore, RecertificationStore
from shared.domain.program import Editions
from shared.domain.recertification import Recertification

_NO_MINOR_UNITS = ("jpy", "krw", "vnd", "clp", "isk", "xaf", "xof", "ugx")
_METHODS = {"card": "card", "check": "check", "purchase-order": "purchase order", "wire": "wire"}


class Sources(Protocol):
    """Where the words come from."""

    @property
    def recertifications(self) -> RecertificationStore: ...

    @property
    def invoices(self) -> InvoiceStore: ...

    @property
    def members(self) -> MemberStore: ...

    @property
    def events(self) -> EventStore: ...


@dataclass(frozen=True, slots=True)
class Post:
    """What every mail is made with: where the words come from, the editions, the portal's address and the time."""

    sources: Sources
    editions: Editions
    portal_url: str
    now: datetime

    @property
    def today(self) -> date:
        """The program's day."""
        return day_of(self.now, self.editions.time_zone)


def mail_id_of(message: Mapping[str, Any]) -> str:
    """The id of the one mail that a message asks for: the same for every message about the same thing."""
    kind = str(message["mail"])
    names = {"invoice": ("invoice_id",), "event": ("subject", "event_id")}
    names["reminder"] = ("certification_id", "expires_on", "days")
    return ids.digest("mail", kind, *(str(message[name]) for name in names[kind]))


def compose_mail(post: Post, message: Mapping[str, Any]) -> Draft | None:
    """The draft of the mail that a message asks for; None when there is nothing (any more) to say.

    Messages: `{"mail": "invoice", "invoice_id"}`, `{"mail": "event", "subject", "event_id"}`,
    `{"mail": "reminder", "certification_id", "expires_on", "days"}`.
    """
    match message["mail"]:
        case "invoice":
            return _invoice_issued(post, str(message["invoice_id"]))
        case "reminder":
            return _reminder(post, message)
        case _:
            event = post.sources.events.find(str(message["subject"]), str(message["event_id"]))
            composer = None if event is None else _COMPOSERS.get(event.type)
            return None if event is None or composer is None else composer(post, event)


def _invoice_issued(post: Post, invoice_id: str) -> Draft | None:
    invoice = post.sources.invoices.find(invoice_id)
    if invoice is None or invoice.certification_id is None:
        return None
    found = post.sources.recertifications.find(invoice.certification_id)
    if found is None:
        return None
    values = {"due_on": written_day(invoice.due_on), "total": written_money(invoice.total)}
    values |= {"number": invoice.number, "lines": _lines(invoice)}
    about_this_cycle = invoice.invoice_id == ids.invoice_id(invoice.certification_id, found.cycle.number)
    if found.cycle.locked or not about_this_cycle or found.access(post.today) == "lapsed":
        return _to_holder(post, found, "invoice-issued-signed", values)
    return _to_holder(post, found, "invoice-issued", values | _progress(found), (_deadline(post, found),))


def _reminder(post: Post, message: Mapping[str, Any]) -> Draft | None:
    """Nothing for those who submitted or lapsed meanwhile, whose last day has moved, or who want no reminders."""
    found = post.sources.recertifications.find(str(message["certification_id"]))
    if found is None or found.cycle.locked or found.access(post.today) == "lapsed":
        return None
    if found.certification.expires_on.isoformat() != message["expires_on"]:
        return None
    member = post.sources.members.find(found.certification.member_id)
    if member is None or member.profile.reminders is False:
        return None
    left = max(0, (found.certification.expires_on - post.today).days)
    values = _progress(found) | {"days_left": str(left)}
    return _to_holder(post, found, "reminder", values, (_deadline(post, found),))


def _cycle_submitted(post: Post, event: Event) -> Draft | None:
    found = _recertification_of(post, event)
    if found is None:
        return None
    submission = _map(event.data["submission"])
    invoice_id = ids.invoice_id(found.certification.certification_id, int(submission["cycle_number"]))
    invoice = post.sources.invoices.find(invoice_id)
    payment = "Your recertification fee is settled already."
    if invoice is not None and not invoice.settled:
        payment = (
            f"Please pay invoice {invoice.number} ({written_money(invoice.total)}): {_page(post, 'invoices')}"
        )
    values = {
        "points": plain(Decimal(submission["points_total"])),
        "signature": str(submission["signature"]),
        "received_on": written_day(
            day_of(datetime.fromisoformat(submission["submitted_at"]), post.editions.time_zone)
        ),
        "payment": payment,
    }
    return _to_holder(post, found, "cycle-submitted", values)


def _payment_received(post: Post, event: Event) -> Draft | None:
    about = _map(event.data.get("payment") or event.data.get("notice"))
    invoice = post.sources.invoices.find(str(event.data["invoice_id"]))
    if invoice is None:
        return None
    payment = invoice.payment(str(about["payment_id"]))
    member = post.sources.members.find(invoice.member_id)
    if payment is None or member is None:
        return None
    values = {
        "number": invoice.number,
        "lines": _lines(invoice),
        "amount": written_money(payment.amount),
        "method": _METHODS[payment.method],
        "reference": payment.reference,
        "received_on": written_day(day_of(payment.received_at, post.editions.time_zone)),
    }
    return _draft(post, member, "payment-surplus" if payment.surplus else "payment-received", values)


def _cycle_returned(post: Post, event: Event) -> Draft | None:
    found = _recertification_of(post, event)
    if found is None:
        return None
    decision = _map(event.data["decision"])
    titles = {entry.entry_id: entry.claim.title for entry in found.entries}
    notes = {entry_id: str(comment) for entry_id, comment in _map(decision["entry_comments"]).items()}
    for entry_id, adjusted in _map(decision["entry_adjustments"]).items():
        reason = f"counts {plain(Decimal(adjusted['points']))} points: {adjusted['reason']}"
        notes[entry_id] = f"{notes[entry_id]} ({reason})" if entry_id in notes else reason
    last_day = last_day_of_access(found.certification, found.cycle, found.program)
    values = {
        "comment": str(decision["comment"]),
        "entry_comments": "\n".join(
            f"- {titles.get(key, 'An entry')}: {_line(each)}" for key, each in notes.items()
        ),
        "last_day": written_day(last_day or found.certification.expires_on),
    }
    return _to_holder(post, found, "cycle-returned", values)


def _cycle_approved(post: Post, event: Event) -> Draft | None:
    found = _recertification_of(post, event)
    if found is None:
        return None
    values = {
        "expires_on": written_day(date.fromisoformat(str(event.data["expires_on"]))),
        "starts_on": written_day(found.cycle.starts_on),
        "certificate_url": f"{_page(post, 'certificate')}?id={found.certification.certificate_id}",
        "comment": str(_map(event.data["decision"])["comment"]),
    }
    template = "application-approved" if event.data.get("for_reinstatement") else "cycle-approved"
    return _to_holder(post, found, template, values)


def _certification_lapsed(post: Post, event: Event) -> Draft | None:
    found = _recertification_of(post, event)
    if found is None:
        return None
    return _to_holder(
        post, found, "certification-lapsed", {"notice": lapse_notice(found.certification, found.program)}
    )


def _reinstated(post: Post, event: Event) -> Draft | None:
    found = _recertification_of(post, event)
    if found is None:
        return None
    values = {"expires_on": written_day(found.certification.expires_on)}
    return _to_holder(post, found, "reinstated", values)


def _document_rejected(post: Post, event: Event) -> Draft | None:
    member = post.sources.members.find(str(event.data["member_id"]))
    if member is None:
        return None
    values = {"title": str(event.data["title"]), "reason": str(event.data["reason"])}
    return _draft(post, member, "document-rejected", values)


def _email_changed(post: Post, event: Event) -> Draft | None:
    """To the old address, which alone can tell that it was not its owner; the new one is shown in part."""
    member = post.sources.members.find(event.subject.partition(":")[2])
    if member is None:
        return None
    local, _, domain = str(event.data["email"]).partition("@")
    values = {
        "new_address": f"{local[:1]}…@{domain}",
        "day": written_day(day_of(event.at, post.editions.time_zone)),
    }
    draft = _draft(post, member, "email-changed", values)
    return replace(draft, to=str(event.data["former_email"]))


def _attention(post: Post, event: Event) -> Draft | None:
    """Only what the reconciliation found is mailed to staff; the rest they see in the portal."""
    if event.data.get("reason") != "accounts differ":
        return None
    findings = cast(list[str], event.data["findings"])
    contact = post.editions.in_force(post.today).contact
    values = {
        "day": written_day(day_of(event.at, post.editions.time_zone)),
        "count": str(len(findings)),
        "findings": "\n".join(f"- {_line(each)}" for each in findings),
    }
    return Draft("accounts-differ", "", contact.email, contact.email, values | _signature(post))


_COMPOSERS: Mapping[str, Callable[[Post, Event], Draft | None]] = {
    "cycle-submitted": _cycle_submitted,
    "cycle-returned": _cycle_returned,
    "cycle-approved": _cycle_approved,
    "certification-lapsed": _certification_lapsed,
    "certification-reinstated": _reinstated,
    "payment-received": _payment_received,
    "document-rejected": _document_rejected,
    "email-changed": _email_changed,
    "attention-raised": _attention,
}

MAILED = frozenset(_COMPOSERS)
"""The types of events that a mail may be about."""


def _progress(found: Recertification) -> dict[str, str]:
    """Points so far, what is missing, and what to do next."""
    missing, documents = found.points_missing, found.missing_documents
    if missing:
        said = f"{plain(missing)} {'point is' if missing == 1 else 'points are'} missing"
        step = "Enter what you have done since, until you have all points; then sign and pay."
    elif documents:
        titles = ", ".join(f"“{found.entry(each).claim.title}”" for each in documents)
        said = f"a document that was checked is missing for {titles}"
        step = "Upload what is missing; then sign and pay."
    else:
        said = "nothing is missing"
        step = "Sign your Recertification Report in the portal, and pay."
    return {
        "expires_on": written_day(found.certification.expires_on),
        "points": plain(found.cycle.points_total),
        "required": plain(found.points_required),
        "missing": said,
        "next_step": step,
    }


def _deadline(post: Post, found: Recertification) -> Attachment:
    certification = found.certification
    return deadline_file(
        f"{certification.certification_id}-{certification.expires_on.isoformat()}",
        certification.expires_on,
        f"Last day to recertify your {certification.designation}",
        f"Send and sign your Recertification Report: {_page(post, 'recertification')}",
        post.now,
    )


def _to_holder(
    post: Post,
    found: Recertification,
    template: str,
    values: Mapping[str, str],
    attachments: tuple[Attachment, ...] = (),
) -> Draft | None:
    """A draft to the member who holds the certification."""
    member = post.sources.members.find(found.certification.member_id)
    if member is None:
        return None
    named = {"designation": found.certification.designation, **values}
    return _draft(post, member, template, named, attachments)


def _draft(
    post: Post,
    member: Member,
    template: str,
    values: Mapping[str, str],
    attachments: tuple[Attachment, ...] = (),
) -> Draft:
    everyone = {
        "name": member.name,
        "portal_url": _page(post, "recertification"),
        "invoices_url": _page(post, "invoices"),
        "profile_url": _page(post, "profile"),
        **_signature(post),
    }
    reply_to = post.editions.in_force(post.today).contact.email
    return Draft(template, member.member_id, member.email, reply_to, {**everyone, **values}, attachments)


def _signature(post: Post) -> dict[str, str]:
    contact = post.editions.in_force(post.today).contact
    return {
        "contact_name": contact.name,
        "contact_email": contact.email,
        "contact_phone": contact.phone,
        "contact_website": contact.website,
    }


def _recertification_of(post: Post, event: Event) -> Recertification | None:
    kind, _, certification_id = event.subject.partition(":")
    return post.sources.recertifications.find(certification_id) if kind == "certification" else None


def _page(post: Post, name: str) -> str:
    return f"{post.portal_url}/{name}/"


def _lines(invoice: Invoice) -> str:
    return ", ".join(line.description for line in invoice.lines)


def _line(text: str) -> str:
    return " ".join(text.split())


def _map(value: object) -> Mapping[str, Any]:
    return cast(Mapping[str, Any], value)


def written_day(day: date) -> str:
    """A day as a person writes it: 31 December 2027."""
    return f"{day.day} {day:%B %Y}"


def written_money(money: Money) -> str:
    """An amount as a person writes it: 150.00 USD."""
    if money.currency in _NO_MINOR_UNITS:
        return f"{money.amount:,} {money.currency.upper()}"
    return f"{Decimal(money.amount) / 100:,.2f} {money.currency.upper()}"
