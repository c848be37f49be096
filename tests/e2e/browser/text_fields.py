"""Every field that takes text as somebody types it: in the OpenAPI file's request bodies and in the imports' columns.

A string that is one of a list, has a format or a pattern can hold no script; all others can, and are named by their
schema. What becomes of each is said here: a new one fails the test until it is.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from shared.domain import program_invoices, proposals, roster
from tests.integration import contract

BOUND = {"enum", "const", "format", "pattern"}

TYPED_INTO: Mapping[str, str] = {
    "EntrySent.title": "title",
    "EntrySent.organization": "organization",
    "EntrySent.notes": "notes",
    "SubmissionSent.signature": "signature",
    "StandingSent.title": "claim",
    "StandingSent.organization": "claim-organization",
    "StandingSent.notes": "claim-notes",
    "DocumentSent.file_name": "file",
    "DocumentSent.title": "document",
    "NameSent.first_name": "first",
    "NameSent.last_name": "last",
    **{
        f"ProfileSent.{name}": name
        for name in ("phone", "employer", "job_title", "department", "address", "city", "state", "country")
    },
    "ProfileSent.postal_code": "postal_code",
    "DecisionSent.comment": "comment",
    "DecisionSent.entry_comments[]": "entry-comment",
    "ExtensionSent.reason": "reason",
    "WaiverSent.reason": "waiver",
    "UndoSent.reason": "undo",
    "OfflinePaymentSent.reference": "reference",
    "ChapterSent.name": "chapter",
    "TrialSent.text": "trial",
    "DoneSent.note": "note",
    "members.first_name": "first",
    "members.last_name": "last",
    "members.committees": "committee",
    "program-invoices.description": "program",
}
"""Under which name the test types into it; a page has to show it."""

UNSHOWN: Mapping[str, tuple[str, str]] = {
    "AdjustmentSent.reason": (
        "adjustment",
        "stands in the report of the closed cycle, a PDF, and in the mail",
    ),
    "program-invoices.payment_reference": (
        "program-reference",
        "stands in the export: no page says how it was paid",
    ),
    "ReinstatementSent.comment": ("reinstatement", "stands in the history"),
    "chapter-roster.First Name": ("roster-first", "is compared with a member's, and given back as CSV"),
    "chapter-roster.Last Name": ("roster-last", "is compared with a member's, and given back as CSV"),
}
"""What is typed and no page may show: under which name, and where it goes."""

UNTYPED: Mapping[str, str] = {
    "EmailSent.email": "has to be the address that Cognito has verified",
    "members": "the roster: its columns stand below",
    **{f"members.{name}": "has to be of its form" for name in ("member_id", "email", "designation")},
    **{f"members.{name}": "has to be a day" for name in ("certified_since", "expires_on")},
    **{f"members.{name}": "has to be one of a list" for name in ("status", "body_member")},
    **{
        f"program-invoices.{name}": "has to be of its form"
        for name in ("invoice_number", "amount", "currency")
    },
    **{f"program-invoices.{name}": "has to be a day" for name in ("issued_on", "due_on", "paid_on")},
    **{f"program-invoices.{name}": "has to be one of a list" for name in ("status", "payment_method")},
    "program-invoices.member_id": "has to be a member's",
    "chapter-roster.Email Address": "is looked up, and names a member or nobody",
    **{
        f"chapter-roster.{name}": "is not read"
        for name in ("Chapter Member ID Number", "Honorary Life Member Status", "Student Member Status")
    },
}
"""What takes text and keeps none of it, and why."""

REFUSED = (
    *("EntrySent.activity", "EntrySent.unit", "EntrySent.document_ids[]", "SubmissionSent.agreement_version"),
    *(
        "StandingSent.activity",
        "DocumentSent.content_type",
        "DocumentSent.kind",
        "DocumentSent.certification_id",
    ),
    *("DocumentSent.entry_id", "DecisionSent.submission_id"),
)
"""What has to be one of those that there are: a script is sent, and refused without being repeated."""


def text_fields() -> set[str]:
    """Every field that takes any text."""
    found: set[str] = set()
    for methods in contract.openapi()["paths"].values():
        for described in methods.values():
            for media, content in described.get("requestBody", {}).get("content", {}).items():
                name = "" if media == contract.JSON else "members"
                found.update(_texts(content["schema"], name))
    columns = {"members": (*roster.COLUMNS, *roster.OPTIONAL_COLUMNS)}
    columns |= {"program-invoices": program_invoices.COLUMNS, "chapter-roster": proposals.COLUMNS}
    return found | {f"{kind}.{name}" for kind, names in columns.items() for name in names}


def _texts(schema: Mapping[str, Any], name: str) -> Iterator[str]:
    if "$ref" in schema:
        owner = schema["$ref"].rpartition("/")[2]
        yield from _texts(contract.openapi()["components"]["schemas"][owner], owner)
        return
    for either in ("anyOf", "oneOf", "allOf"):
        for each in schema.get(either, ()):
            yield from _texts(each, name)
    for below, each in schema.get("properties", {}).items():
        yield from _texts(each, f"{name}.{below}")
    for more in ("items", "additionalProperties"):
        if isinstance(schema.get(more), Mapping):
            yield from _texts(schema[more], f"{name}[]")
    if schema.get("type") == "string" and not BOUND & schema.keys():
        yield name
