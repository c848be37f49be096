"""Documents: what a member says of a file, what comes back, and the library."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field, TypeAdapter, ValidationError

from shared.domain import documents, library
from shared.domain.errors import Fault
from shared.domain.program import Program
from shared.schemas.fields import Given, Id, Instant, Sent, Title

Size = Annotated[int, Field(strict=True)]


class DocumentSent(Sent):
    """A file before it is uploaded; `entry_id` attaches it to an entry at once."""

    file_name: Title
    content_type: Id
    size: Size
    kind: Id
    title: Title
    certification_id: Id | None = None
    entry_id: Id | None = None

    def to_domain(self) -> documents.Upload:
        """What is said of the file."""
        return documents.Upload(self.file_name, self.content_type, self.size, self.kind, self.title)


class Document(Given):
    """An uploaded file. `reason` says why it was rejected; `same_as` names an earlier one with the same content;
    `by_staff` tells that staff uploaded it for the member."""

    document_id: str
    kind: str
    title: str
    file_name: str
    content_type: str
    size: int
    status: str
    reason: str
    uploaded_at: Instant
    sha256: str
    same_as: str | None
    certification_ids: list[str]
    archived: bool
    by_staff: bool
    published_at: Instant | None
    version: int

    @classmethod
    def of(cls, document: documents.Document) -> "Document":
        """The document of the domain as it is answered."""
        return cls(
            document_id=document.document_id,
            kind=document.kind,
            title=document.title,
            file_name=document.file_name,
            content_type=document.content_type,
            size=document.size,
            status=document.status,
            reason=document.reason,
            uploaded_at=document.uploaded_at,
            sha256=document.sha256,
            same_as=document.same_as or None,
            certification_ids=list(document.certification_ids),
            archived=document.archived,
            by_staff=bool(document.uploaded_by),
            published_at=document.published_at,
            version=document.version,
        )


class UploadForm(Given):
    """Where to post the file to (multipart/form-data), with these fields before the field `file`; no fields when it was
    uploaded before: nothing is to be posted any more."""

    url: str
    fields: dict[str, str]


class DocumentAnnounced(Given):
    """A pending document, and the form to upload its file with, within five minutes."""

    document: Document
    upload: UploadForm


class DocumentList(Given):
    """All documents of a member, newest first."""

    items: list[Document]
    next_cursor: str | None = None


class DocumentPage(Given):
    """A document; `download_url` is there for two minutes, once it is clean."""

    document: Document
    download_url: str | None


class Contribution(Given):
    """A published contribution."""

    document_id: str
    kind: str
    title: str
    file_name: str
    content_type: str
    size: int
    contributed_by: str
    published_at: Instant

    @classmethod
    def of(cls, contribution: library.Contribution) -> "Contribution":
        """The contribution of the domain as it is answered."""
        return cls(
            document_id=contribution.document_id,
            kind=contribution.kind,
            title=contribution.title,
            file_name=contribution.file_name,
            content_type=contribution.content_type,
            size=contribution.size,
            contributed_by=contribution.contributed_by,
            published_at=contribution.published_at,
        )


class Library(Given):
    """Published contributions, in order of the title, or of the word that was looked for."""

    items: list[Contribution]
    next_cursor: str | None


class ContributionDownload(Given):
    """Where a published contribution is downloaded from, for two minutes."""

    download_url: str


class ContributedDocument(Document):
    """A contribution as staff see it, with its member."""

    member_id: str
    member_name: str


class ContributionQueue(Given):
    """The contributions of approved reports, oldest approval first; `published_at` tells which are in the library."""

    items: list[ContributedDocument]
    next_cursor: str | None


def upload_faults(program: Program, body: Any, known: list[Fault]) -> list[Fault]:
    """The domain's faults in a body some of whose fields are wrong already, without those that are `known`."""
    pointers = {fault.pointer for fault in known}
    sound = _readable(body) if isinstance(body, dict) else {}
    faults = documents.upload_faults(program, documents.Upload(**sound))
    return [fault for fault in faults if fault.pointer not in pointers]


def _readable(body: Mapping[str, Any]) -> dict[str, Any]:
    sound: dict[str, Any] = {}
    for name in ("file_name", "content_type", "size", "kind", "title"):
        field = DocumentSent.model_fields[name]
        try:
            sound[name] = TypeAdapter(Annotated[field.annotation, *field.metadata]).validate_python(
                body[name]
            )
        except (KeyError, ValidationError):
            continue
    return sound
