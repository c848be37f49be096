"""Documents of closed cycles: those that an approval left on their way to the archive get there, and all are deleted
once the edition's years of keeping them are over (`documents_kept_years`)."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, time
from typing import Protocol

from shared.domain import ids
from shared.domain.calendar import JobRun
from shared.domain.days import years_later
from shared.domain.documents import Document, document_subject
from shared.domain.events import Command, Event, event
from shared.domain.ports import AlreadyRecorded, ChangedMeanwhile
from shared.domain.program import Program


class ArchivedDocuments(Protocol):
    """Documents of closed cycles: `retire` raises ChangedMeanwhile and AlreadyRecorded."""

    def archived_before(self, at: datetime) -> Iterator[Document]: ...

    def places(self, document: Document) -> Sequence[Document]: ...

    def retire(self, places: Sequence[Document], event: Event) -> None: ...

    def retired(self) -> Sequence[str]: ...

    def forget(self, document_id: str) -> None: ...


class UnfinishedCycles(Protocol):
    """Closed cycles whose documents are not all in the archive."""

    def unfinished(self) -> Iterator[str]: ...

    def put_away(self, certification_id: str) -> None: ...


class ObjectEraser(Protocol):
    """The documents' bucket: `erase` takes every version of a document away; of none is fine."""

    def erase(self, document_id: str) -> None: ...


def put_away_rest(recertifications: UnfinishedCycles) -> None:
    """Move to the archive what an approval that broke off did not."""
    for certification_id in list(recertifications.unfinished()):
        recertifications.put_away(certification_id)


def retire_documents(
    documents: ArchivedDocuments, objects: ObjectEraser, program: Program, run: JobRun
) -> int:
    """Delete what was archived long enough ago, record and file; how many. The signed report still names it.

    A document that is published, or that another certification still uses or closed later, is left for a later run. The
    record goes first, on condition that it is as it was seen: what is published or named meanwhile keeps its file. It
    leaves a note, which leads the next run to the file when this one breaks off.
    """
    years = program.documents_kept_years
    if years is None:
        return 0
    last = datetime.combine(years_later(run.today, -years), time.min, UTC)
    for document_id in documents.retired():
        _erase(documents, objects, document_id)
    retired = 0
    for found in documents.archived_before(last):
        places = documents.places(found)
        kept = any(
            each.published_at is not None or each.archived_at is None or each.archived_at >= last
            for each in places
        )
        if kept or not places:
            continue
        key = ids.digest("document-retired", found.document_id)
        command = Command("system", "system", run.now, run.today, key)
        data = {"document_id": found.document_id}
        try:
            documents.retire(places, event(command, document_subject(found), "document-retired", data))
        except (ChangedMeanwhile, AlreadyRecorded):
            continue
        _erase(documents, objects, found.document_id)
        retired += 1
    return retired


def _erase(documents: ArchivedDocuments, objects: ObjectEraser, document_id: str) -> None:
    objects.erase(document_id)
    documents.forget(document_id)
