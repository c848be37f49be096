"""Submissions: the signed Recertification Agreement over a finished cycle, and its hash (rule 3)."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Literal

from shared.domain.entries import Entry, plain
from shared.domain.program import Agreement

SubmissionState = Literal["submitted", "returned", "approved"]


@dataclass(frozen=True, slots=True)
class Adjustment:
    """A reviewer's smaller number of points for one entry, with the reason; it stands beside what was signed."""

    points: Decimal
    reason: str


@dataclass(frozen=True, slots=True)
class Decision:
    """What staff decided on a submission."""

    decision: Literal["approve", "return"]
    decided_by: str
    decided_at: datetime
    comment: str
    entry_comments: Mapping[str, str] = field(default_factory=dict)
    entry_adjustments: Mapping[str, Adjustment] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Submission:
    """A signing of a cycle: who typed which name, when, under which text, over which entries (by hash).

    `on_paper`: the member signed on paper, and staff entered it at that time. `for_reinstatement`: it is the
    application of a lapsed member.
    """

    submission_id: str
    certification_id: str
    cycle_id: str
    cycle_number: int
    signing: int
    designation: str
    member_id: str
    member_name: str
    agreement_version: str
    signature: str
    submitted_at: datetime
    points_total: Decimal
    signed_hash: str
    state: SubmissionState = "submitted"
    decision: Decision | None = None
    on_paper: bool = False
    for_reinstatement: bool = False


@dataclass(frozen=True, slots=True)
class SignedRecord:
    """What was signed, word for word, kept for good: the agreement's text and every entry as it stood."""

    submission_id: str
    certification_id: str
    cycle_number: int
    signing: int
    text: str
    signed_hash: str


def signed_text(agreement: Agreement, signature: str, signed_at: datetime, entries: Iterable[Entry]) -> str:
    """The canonical JSON of a signing: agreement, name, time and every entry; the hash is taken over its UTF-8."""
    content = {
        "agreement": {"version": agreement.version, "text": agreement.text},
        "signature": signature,
        "signed_at": signed_at.isoformat(),
        "entries": [_signed_entry(entry) for entry in sorted(entries, key=lambda entry: entry.entry_id)],
    }
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def hash_of(text: str) -> str:
    """The SHA-256 of a signed text, in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


def _signed_entry(entry: Entry) -> dict[str, object]:
    claim = entry.claim
    signed: dict[str, object] = {
        "entry_id": entry.entry_id,
        "version": entry.version,
        "activity": claim.activity,
        "quantity": plain(claim.quantity),
        "title": claim.title,
        "organization": claim.organization,
        "started_on": claim.started_on.isoformat(),
        "ended_on": claim.ended_on.isoformat(),
        "notes": claim.notes,
        "document_ids": list(claim.document_ids),
        "points": plain(entry.points),
        "logged_at": entry.logged_at.isoformat(),
        "logged_by": entry.logged_by,
        "on_paper": entry.on_paper,
    }
    if claim.unit:
        signed["unit"] = claim.unit
    if claim.relevant_percent is not None:
        signed["relevant_percent"] = plain(claim.relevant_percent)
    return signed
