"""What is handed to a person who asks for their data, and what stays of somebody whose data were erased on request.

Kept for the record are what was signed (word for word, or its hash would prove nothing), invoices with their payments,
and the history with its decisions: under the member number alone. Everything else goes.
"""

from collections.abc import Mapping
from typing import Any

from shared.domain.history import SECRETS

ERASED = "erased"
"""Why a certification is terminated whose holder's data were erased."""

ERASED_DETAIL = (
    "This person's data were erased on request, so nothing can be changed here any more. Somebody who comes back is "
    "imported under a new member number."
)

_DOERS = frozenset(
    {"by", "decided_by", "recorded_by", "logged_by", "uploaded_by", "asked_by", "waived_by", "released_by"}
)
_INNER = SECRETS - {"signature"} | {
    "issued_key",
    "uploaded_key",
    "object_version",
    "checkout",
    "checkout_attempts",
    "imported",
}
"""What the portal keeps for itself: keys of requests, addresses of open checkouts."""

KEPT_OF_EVENTS = frozenset(
    {
        "accepted_for",
        "amount",
        "agreement_version",
        "body_member",
        "certification_id",
        "count",
        "currency",
        "cycle",
        "cycle_id",
        "cycle_number",
        "decided_at",
        "decided_by",
        "decision",
        "designation",
        "designations",
        "dispute",
        "dispute_id",
        "disputes",
        "document_id",
        "entry_adjustments",
        "entry_id",
        "expires_on",
        "extended_from",
        "extended_to",
        "for_reinstatement",
        "invoice_id",
        "kind",
        "late_fee_id",
        "member_id",
        "method",
        "number",
        "on_paper",
        "open_until",
        "payment",
        "payment_id",
        "points",
        "points_total",
        "received_at",
        "received_on",
        "recorded_by",
        "reference",
        "refund_id",
        "refunded",
        "refunded_told",
        "refunds",
        "report_received_on",
        "rows",
        "signed_hash",
        "signing",
        "standing_id",
        "state",
        "status",
        "submission",
        "submission_id",
        "submitted_at",
        "succeeded",
        "surplus",
        "was",
    }
)
"""The names of what stays of an event: ids, days, numbers and verdicts. Words that people typed are not among them."""


def told(value: Any, member_id: str) -> Any:
    """A record as its person is given it: without what the portal keeps for itself, and without names of staff."""
    if isinstance(value, Mapping):
        return {
            name: _doer(each, member_id) if name in _DOERS else told(each, member_id)
            for name, each in value.items()
            if name not in _INNER
        }
    if isinstance(value, list | tuple):
        return [told(each, member_id) for each in value]
    return value


def without_words(data: Mapping[str, Any]) -> dict[str, Any]:
    """What stays of an event's data; a map whose keys are ids (adjustments of entries) keeps them."""
    return {name: _bare(each) for name, each in data.items() if name in KEPT_OF_EVENTS}


def _bare(value: Any) -> Any:
    if not isinstance(value, Mapping):
        return [_bare(each) for each in value] if isinstance(value, list | tuple) else value
    return {
        name: _bare(each) for name, each in value.items() if name in KEPT_OF_EVENTS or name.startswith("ent_")
    }


def _doer(by: Any, member_id: str) -> Any:
    return by if not by or str(by).lower() in (member_id.lower(), "system", "stripe") else "staff"
