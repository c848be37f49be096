"""Domain events: who did what, when, to what, written in the same transaction as the change itself.

An event keyed by an Idempotency-Key, with the fingerprint of the body, is the idempotency record too.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from shared.domain.errors import StaffOnly

Role = Literal["member", "staff", "system"]

EventType = Literal[
    "entries-logged",
    "entry-edited",
    "entry-deleted",
    "standing-claim-entered",
    "standing-claim-changed",
    "standing-claim-deleted",
    "cycle-submitted",
    "cycle-returned",
    "cycle-approved",
    "certification-lapsed",
    "certification-reinstated",
    "extension-granted",
    "approval-undone",
    "invoice-asked-for",
    "checkout-opened",
    "checkout-expired",
    "payment-received",
    "payment-failed",
    "payment-surplus",
    "payment-refunded",
    "refund-confirmed",
    "refund-failed",
    "payment-disputed",
    "invoice-waived",
    "profile-changed",
    "name-changed",
    "email-changed",
    "membership-changed",
    "member-imported",
    "certification-imported",
    "members-imported",
    "attention-raised",
    "attention-done",
    "job-started",
    "document-attached",
    "document-checked",
    "document-rejected",
    "document-deleted",
    "document-retired",
    "contribution-published",
    "contribution-withdrawn",
    "edition-published",
    "data-exported",
    "erasure-begun",
    "member-erased",
]


@dataclass(frozen=True, slots=True)
class Command:
    """One request for a change: who asks, in which role, when, and under which key.

    `key` names the event that the change will leave behind: the hash of caller, method, path and Idempotency-Key, or
    a fresh id where the contract asks for no key. `fingerprint` is the hash of the body. `today` is the program's day.
    """

    caller: str
    role: Role
    now: datetime
    today: date
    key: str
    fingerprint: str = ""


@dataclass(frozen=True, slots=True)
class Event:
    """A change that happened. `subject` is what it happened to, as `certification:<id>` or `member:<id>`."""

    event_id: str
    subject: str
    type: EventType
    by: str
    role: Role
    at: datetime
    data: Mapping[str, object] = field(default_factory=dict)
    fingerprint: str = ""


def event(command: Command, subject: str, event_type: EventType, data: Mapping[str, object]) -> Event:
    """The event of a command's change to a subject."""
    return Event(
        event_id=command.key,
        subject=subject,
        type=event_type,
        by=command.caller,
        role=command.role,
        at=command.now,
        data=data,
        fingerprint=command.fingerprint,
    )


def require_other(command: Command, member_id: str) -> None:
    """Nobody decides, waives or records money on their own certification (rule 6). Raises StaffOnly."""
    if command.caller.lower() == member_id.lower():
        raise StaffOnly("This is your own certification. Ask a colleague on staff to do this.")
