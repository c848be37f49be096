"""Documents: files that a member uploads as evidence or as a contribution, what may be uploaded, and how a check ends.

A document is at home in one place: with the certification it was uploaded for, or, when it was uploaded for none, with
its member. Certifications that use a document from elsewhere keep a copy of it (the same id, the same object), so that
the dashboard stays one query; `certification_ids` names all whose dashboards show it.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from shared.domain import ids
from shared.domain.errors import Fault, VersionConflict
from shared.domain.events import Command
from shared.domain.program import Program

DocumentStatus = Literal["pending", "clean", "rejected"]
Verdict = Literal["awaited", "clean", "rejected", "not-asked"]
Check = Literal["content", "malware"]

EVIDENCE = "evidence"
"""The kind that is no contribution."""

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

ENDINGS: Mapping[str, tuple[str, ...]] = {
    "application/pdf": (".pdf",),
    DOCX: (".docx",),
    "image/png": (".png",),
    "image/jpeg": (".jpg", ".jpeg"),
}
"""The content types that are taken, each with the endings a file of it may have."""

MOST_DOCUMENTS = 20
"""How many documents one entry may name."""

MOST_UPLOADED = 300
"""How many documents may wait in one certification's cycle, or with a member for one; the dashboard reads them all."""

NO_ROOM = f"There are {MOST_UPLOADED} documents here already. Delete those that you do not need."

# Slashes of both kinds, what Windows refuses, control characters, and those that turn the direction of writing.
_UNSAFE = re.compile(r'[/\\:*?"<>|\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]')


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a content: its SHA-256 in hexadecimal, its bytes, the member's document that is alike."""

    sha256: str
    size: int
    same_as: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    """One uploaded file; only a `clean` one counts and can be downloaded.

    `object_version` is the one version of the stored object that was checked: what is uploaded later with the same
    form is never looked at, and taken away. `version` rises with each verdict and publication. `archived_at` is
    when its cycle was closed. `uploaded_key` and `fingerprint` make the item its own event and idempotency record;
    `uploaded_by` is who of staff uploaded it for the member, empty when it was the member.
    """

    document_id: str
    kind: str
    title: str
    file_name: str
    content_type: str
    size: int
    status: DocumentStatus
    uploaded_at: datetime
    member_id: str = ""
    certification_ids: tuple[str, ...] = ()
    reason: str = ""
    sha256: str = ""
    same_as: str = ""
    object_version: str = ""
    content_verdict: Verdict = "awaited"
    malware_verdict: Verdict = "not-asked"
    archived_at: datetime | None = None
    published_at: datetime | None = None
    uploaded_by: str = ""
    uploaded_key: str = ""
    fingerprint: str = ""
    version: int = 1

    @property
    def archived(self) -> bool:
        """Whether it belongs to the report of a closed cycle."""
        return self.archived_at is not None

    @property
    def is_contribution(self) -> bool:
        """Whether it is something for other members too: an HR innovation, a policy, a program …"""
        return self.kind != EVIDENCE

    @property
    def awaits_file(self) -> bool:
        """Whether its file is still to be uploaded, as far as is known: no version of it was looked at."""
        return self.status == "pending" and not self.object_version

    def awaits(self, check: Check, object_version: str) -> bool:
        """Whether this check's verdict on this version of the object is still to come."""
        verdict = self.content_verdict if check == "content" else self.malware_verdict
        return (
            self.status == "pending" and verdict == "awaited" and self.object_version in ("", object_version)
        )

    def judged(
        self, check: Check, object_version: str, reason: str, facts: Facts | None = None
    ) -> "Document":
        """The document after a check found nothing (`reason` empty) or something; clean when all that were asked agree.

        The first verdict pins the version of the object, so that two checks never speak of different contents. `facts`
        are what the look into the content brought up.
        """
        known = facts or Facts(self.sha256, self.size, self.same_as)
        verdict: Verdict = "rejected" if reason else "clean"
        content = verdict if check == "content" else self.content_verdict
        malware = verdict if check == "malware" else self.malware_verdict
        status: DocumentStatus = "pending"
        if "rejected" in (content, malware):
            status = "rejected"
        elif content == "clean" and malware in ("clean", "not-asked"):
            status = "clean"
        return replace(
            self,
            status=status,
            reason=reason or self.reason,
            object_version=object_version,
            content_verdict=content,
            malware_verdict=malware,
            sha256=known.sha256,
            size=known.size,
            same_as=known.same_as,
            version=self.version + 1,
        )

    def shown_in(self, certification_id: str) -> "Document":
        """The document with one more certification whose dashboard shows it."""
        return replace(self, certification_ids=(*self.certification_ids, certification_id))

    def require_version(self, version: str) -> None:
        """Refuse a change that is based on another version. Raises VersionConflict."""
        if version != str(self.version):
            raise VersionConflict("This document was changed since you opened it. Look at it again.")


@dataclass(frozen=True, slots=True)
class Upload:
    """What a member says of a file before it is uploaded; None where a field is missing or not of its type."""

    file_name: str | None = None
    content_type: str | None = None
    size: int | None = None
    kind: str | None = None
    title: str | None = None


def upload_faults(program: Program, upload: Upload) -> list[Fault]:
    """Everything that is wrong with the readable fields of an upload."""
    faults = _name_faults(upload.file_name, upload.content_type)
    if upload.content_type is not None and upload.content_type not in ENDINGS:
        faults.append(
            Fault(
                "/content_type",
                "Only PDF, Word (.docx), PNG and JPEG files are taken. Save your file as one of these.",
            )
        )
    if upload.size is not None and not 0 < upload.size <= program.largest_document_bytes:
        limit = program.largest_document_bytes // 1024**2
        faults.append(Fault("/size", f"A document has at least one byte and at most {limit} MB."))
    if upload.kind is not None and all(kind.code != upload.kind for kind in program.document_kinds):
        kinds = ", ".join(kind.code for kind in program.document_kinds)
        faults.append(Fault("/kind", f"Give one of {kinds}."))
    return faults


def _name_faults(file_name: str | None, content_type: str | None) -> list[Fault]:
    if file_name is None:
        return []
    if _UNSAFE.search(file_name) or file_name.startswith("."):
        detail = "Give the bare name of the file: no folders, no control characters, no dot at the beginning."
        return [Fault("/file_name", detail)]
    endings = ENDINGS.get(content_type or "", ())
    if endings and not file_name.lower().endswith(endings):
        return [Fault("/file_name", f"A file of this type has a name that ends in {' or '.join(endings)}.")]
    return []


def new_document(
    upload: Upload, command: Command, *, member_id: str, certification_id: str | None, scanned: bool
) -> Document:
    """The pending document of a sound upload for a member; its id is made of its home and the request's key.

    `scanned` says whether a verdict of the malware scan is to be waited for.
    """
    home = ids.certification_home(certification_id) if certification_id else ids.member_home(member_id)
    return Document(
        document_id=ids.document_id(home, command.key),
        kind=upload.kind or "",
        title=upload.title or "",
        file_name=upload.file_name or "",
        content_type=upload.content_type or "",
        size=upload.size or 0,
        status="pending",
        uploaded_at=command.now,
        member_id=member_id,
        certification_ids=(certification_id,) if certification_id else (),
        malware_verdict="awaited" if scanned else "not-asked",
        uploaded_by=command.caller if command.role == "staff" else "",
        uploaded_key=command.key,
        fingerprint=command.fingerprint,
    )


def document_subject(document: Document) -> str:
    """Whose history a document's events belong to."""
    if document.certification_ids:
        return f"certification:{document.certification_ids[0]}"
    return f"member:{document.member_id.lower()}"
