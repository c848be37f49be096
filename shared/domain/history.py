"""History: what happened to a certification, told in sentences, and how much of it its member sees."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from shared.domain.days import written_day
from shared.domain.events import Event, Role
from shared.domain.invoices import Invoice

SECRETS = frozenset({"url", "checkout_url", "session_id", "fingerprint", "signature"})
"""Names of data that nobody is shown: who has a checkout's address can open its page."""

MEMBERS_DATA = frozenset(
    {
        "count",
        "cycle",
        "document_id",
        "entry_id",
        "expires_on",
        "extended_to",
        "invoice_id",
        "number",
        "open_until",
        "points_total",
        "report_received_on",
        "submission_id",
        "title",
    }
)
"""What a member sees of the data of what happened to their own certification."""

_DAYS = frozenset({"expires_on", "extended_to", "open_until"})

SENTENCES: Mapping[str, str] = {
    "entries-logged": "Points were entered; the total was {points_total}.",
    "entry-edited": "An entry was changed; the total was {points_total}.",
    "entry-deleted": "An entry was deleted; the total was {points_total}.",
    "standing-claim-entered": "A standing claim was entered: {title}.",
    "standing-claim-changed": "A standing claim was changed: {title}.",
    "standing-claim-deleted": "A standing claim was deleted: {title}.",
    "cycle-submitted": "The report was signed and submitted.",
    "cycle-returned": "The report was returned for correction.",
    "cycle-approved": "The report was approved; the certification lasts until {expires_on}.",
    "approval-undone": "The approval was undone; the report waits for a decision again.",
    "certification-lapsed": "The certification lapsed; its last day was {expires_on}.",
    "certification-reinstated": "The certification was reinstated; it lasts until {expires_on}.",
    "extension-granted": "The last day was extended to {extended_to}.",
    "certification-imported": "The certification was imported.",
    "invoice-issued": "Invoice {number} was issued.",
    "invoice-asked-for": "The invoice was asked for ahead of its day.",
    "invoice-waived": "The invoice was waived.",
    "checkout-opened": "A card payment was begun.",
    "checkout-expired": "A card payment that was begun ended unpaid.",
    "payment-received": "A payment was received.",
    "payment-failed": "A card payment failed.",
    "payment-surplus": "A payment came twice and is refunded.",
    "payment-refunded": "A payment was refunded.",
    "refund-confirmed": "Stripe told more of a refund.",
    "refund-failed": "A refund failed, and the money was kept.",
    "payment-disputed": "A payment was disputed, or its dispute was decided.",
    "document-attached": "A document was attached.",
    "document-checked": "A document was checked.",
    "document-rejected": "A document was rejected.",
    "document-deleted": "A document was deleted.",
    "document-retired": "A document of a closed period was deleted, as its time of keeping was over.",
    "profile-changed": "Contact fields were changed.",
    "name-changed": "The name was changed to {name}.",
    "email-changed": "The e-mail address was changed to {email}.",
    "membership-changed": "Staff said whether this is a member of the certifying body.",
    "member-imported": "The person was imported.",
    "data-exported": "The person’s data were handed out.",
    "erasure-begun": "The erasure of the person’s data was begun.",
    "member-erased": "The person’s data were erased.",
}

LAPSED_LATER = (
    "The certification lapsed; its last day was {expires_on}, "
    "and its report could be signed until {open_until}."
)


@dataclass(frozen=True, slots=True)
class Happening:
    """Something that happened: `by` is who did it, empty where that is not told."""

    happening_id: str
    type: str
    at: datetime
    role: Role
    by: str
    text: str
    data: Mapping[str, object] = field(default_factory=dict)

    @property
    def place(self) -> str:
        """Where it stands in the history: later things have the larger place."""
        return f"{self.at.isoformat()}#{self.happening_id}"


def history_of(events: Iterable[Event], invoices: Iterable[Invoice], *, of_staff: bool) -> list[Happening]:
    """What happened, the latest first. Staff see who did it and all data but secrets; members neither.

    An invoice is its own event: it is created alone.
    """
    found = [_happening(event, of_staff=of_staff) for event in events]
    for invoice in invoices:
        data = {"invoice_id": invoice.invoice_id, "number": invoice.number}
        text = sentence("invoice-issued", data)
        found.append(
            Happening(invoice.invoice_id, "invoice-issued", invoice.issued_at, "system", "", text, data)
        )
    return sorted(found, key=lambda each: each.place, reverse=True)


def sentence(kind: str, data: Mapping[str, object]) -> str:
    """What happened, for a person; a type without a sentence of its own is told by its name."""
    template = LAPSED_LATER if "open_until" in data else SENTENCES.get(kind)
    if template is not None:
        try:
            return template.format(**{name: _said(name, each) for name, each in data.items()})
        except KeyError:
            return f"{template.partition(';')[0].partition('{')[0].strip().rstrip('.')}."
    return f"{kind.replace('-', ' ').capitalize()}."


def _said(name: str, value: object) -> object:
    return written_day(date.fromisoformat(str(value))) if name in _DAYS else value


def without_secrets(value: object) -> object:
    """Data as anyone may see it: what is named as a secret left out, however deep it stands."""
    if isinstance(value, Mapping):
        return {name: without_secrets(each) for name, each in value.items() if name not in SECRETS}
    if isinstance(value, list | tuple):
        return [without_secrets(each) for each in value]
    return value


def _happening(event: Event, *, of_staff: bool) -> Happening:
    text = sentence(event.type, event.data)
    if of_staff:
        data = {name: without_secrets(each) for name, each in event.data.items() if name not in SECRETS}
        return Happening(event.event_id, event.type, event.at, event.role, event.by, text, data)
    shown = {name: each for name, each in event.data.items() if name in MEMBERS_DATA}
    if event.type == "extension-granted":
        shown["reason"] = event.data.get("reason", "")
    return Happening(event.event_id, event.type, event.at, event.role, "", text, shown)


@dataclass(frozen=True, slots=True)
class Attention:
    """Something that staff have to look at themselves; `done` is the event by which somebody says they did."""

    raised: Event
    done: Event | None = None


def attention_of(events: Iterable[Event]) -> list[Attention]:
    """What was raised to staff, oldest first, each with what was done about it."""
    found = sorted(events, key=lambda event: (event.at, event.event_id))
    done: dict[str, Event] = {}
    for event in found:
        if event.type == "attention-done":
            done.setdefault(str(event.data["attention_id"]), event)
    return [Attention(each, done.get(each.event_id)) for each in found if each.type != "attention-done"]
