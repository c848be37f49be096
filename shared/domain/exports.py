"""The files of an export: which there are, their columns, and cells that no spreadsheet takes for a formula."""

import json
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

FILES: Mapping[str, tuple[str, ...]] = {
    "members": (
        "member_id", "first_name", "last_name", "email", "login", "profile.phone", "profile.employer",
        "profile.job_title", "profile.department", "profile.address", "profile.city", "profile.state",
        "profile.postal_code", "profile.country",
    ),
    "certifications": (
        "certification_id", "member_id", "member_name", "designation", "certified_since", "expires_on", "status",
        "committees", "extended_to", "terminated_reason", "certificate_id",
    ),
    "cycles": (
        "cycle_id", "certification_id", "number", "edition", "starts_on", "ends_on", "state", "points_total",
        "signings", "signed_on", "returned_on", "closed_at", "invoice_id",
    ),
    "entries": (
        "certification_id", "cycle_number", "entry_id", "activity", "quantity", "points", "title", "organization",
        "started_on", "ended_on", "notes", "document_ids", "unit", "relevant_percent", "logged_at", "logged_by",
    ),
    "standing_claims": (
        "certification_id", "cycle_number", "standing_id", "activity", "title", "organization", "started_on",
        "ended_on", "notes", "logged_at", "logged_by",
    ),
    "signed_entries": (
        "certification_id", "cycle_number", "submission_id", "signed_at", "entry_id", "activity", "quantity",
        "points", "title", "organization", "started_on", "ended_on", "notes", "document_ids",
    ),
    "submissions": (
        "submission_id", "certification_id", "cycle_id", "signing", "member_id", "member_name", "designation",
        "agreement_version", "signature", "submitted_at", "points_total", "signed_hash", "state",
    ),
    "decisions": (
        "event_id", "subject", "type", "submission_id", "decision", "decided_by", "decided_at", "comment",
        "entry_comments", "entry_adjustments",
    ),
    "documents": (
        "document_id", "certification_ids", "member_id", "kind", "title", "file_name", "content_type", "size",
        "status", "reason", "sha256", "uploaded_at", "published_at",
    ),
    "proposals": (
        "proposal_id",
        "member_id",
        "state",
        "accepted_for",
        "claim.title",
        "claim.started_on",
        "claim.ended_on",
        "claim.notes",
    ),
    "certificates": (
        "certificate_id", "certification_id", "cycle_number", "member_name", "designation", "issued_on",
        "valid_until",
    ),
    "invoices": (
        "invoice_id", "number", "type", "member_id", "certification_id", "status", "total.amount",
        "total.currency", "issued_on", "due_on", "paid_at", "lines",
    ),
    "payments": (
        "invoice_id", "number", "payment_id", "method", "amount.amount", "amount.currency", "received_at",
        "reference", "succeeded", "refunded", "dispute", "surplus", "recorded_by",
    ),
    "history": ("event_id", "subject", "type", "by", "role", "at", "data"),
}  # fmt: skip
"""Each file's columns in its CSV, in their order; the JSON lines hold every field there is."""

README = """What is in this archive

Each file comes twice: as CSV (UTF-8, the columns that people ask for) and as JSON lines (every field).
Amounts of money are in minor units (cents), times in UTC, days in the program's time zone.
A CSV cell that a spreadsheet would take for a formula begins with an apostrophe.
`entries` are those of the current cycles; `signed_entries` are the entries of every signing, word for word.
`standing_claims` with a cycle number are those that an approved cycle's entries came of; the others hold now.
A cycle with `started_under` in its JSON line was taken over by a later edition: its total is by that one, the points
of an entry as they were when it was last changed. One that nobody has changed since is as it was before.
What changed while the export ran may be in it as it was before or after. What moved meanwhile, as a cycle with its
submission and documents does when it is approved, taken back or lapses, may be in it twice or not at all: the history
tells of it, and another export has it.
"""

_FORMULA = re.compile(r"[\s\x00-\x1f\u200b-\u200f\u2060\ufeff]*[=+\-@\uff1d\uff0b\uff0d\uff20]|[\t\r\n]")
"""What a spreadsheet takes for a formula, also behind characters that nobody sees and some programs drop."""

_NUMBER = re.compile(r"-?\d+(\.\d+)?")


def cells_of(record: Mapping[str, Any], columns: tuple[str, ...]) -> list[str]:
    """A record as cells of a CSV."""
    return [safe_cell(_at(record, column)) for column in columns]


def safe_cell(value: Any) -> str:
    """A value as a cell: what looks like a formula is made a text by an apostrophe, numbers excepted."""
    text = _text(value)
    return f"'{text}" if _FORMULA.match(text) and not _NUMBER.fullmatch(text) else text


def plain_json(value: Any) -> Any:
    """A decimal as a JSON number."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    raise TypeError(f"{type(value).__name__} has no JSON form")


def _at(record: Mapping[str, Any], column: str) -> Any:
    value: Any = record
    for name in column.split("."):
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def _text(value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case str():
            return value
        case list() | tuple() if all(isinstance(each, str) for each in value):
            return "; ".join(value)
        case list() | tuple() | Mapping():
            return json.dumps(value, ensure_ascii=False, default=plain_json)
        case Decimal():
            return str(plain_json(value))
        case _:
            return str(value)
