"""A member deletes a document that no signed report needs."""

from collections.abc import Sequence

from shared.domain.documents import Document, document_subject
from shared.domain.errors import CycleLocked, NotFound
from shared.domain.events import Command, Event, event
from shared.domain.ports import DocumentStore, EventStore, ObjectStore, RecertificationStore
from shared.domain.recertification import Recertification
from shared.domain.reinstatement import by_either
from shared.use_cases.once import once, read


def delete_document(
    documents: DocumentStore,
    recertifications: RecertificationStore,
    objects: ObjectStore,
    events: EventStore,
    command: Command,
    document: Document,
    shown: Sequence[Recertification],
    version: str,
) -> None:
    """Delete a document whose version is still the one the member saw, and take it out of every entry that names it.

    `shown` are the certifications that show it. The entries stay, and those that need a document say so again. One
    transaction, then the object. Raises NotFound, CertificationLapsed, CycleLocked, VersionConflict, Unavailable.
    """
    subject = document_subject(document)

    def perform(attempt: int) -> None:
        before, showing = document, shown
        if attempt:
            before = _find(documents, document.document_id)
            showing = [read(recertifications, each) for each in before.certification_ids]
        changes = [_without(each, before, command) for each in showing]
        if before.published_at is not None:
            raise CycleLocked("This contribution is in the library. Ask staff to take it out first.")
        before.require_version(version)
        data = {"document_id": before.document_id, "document": before}
        documents.remove(before, changes, event(command, subject, "document-deleted", data))

    def again(_: Event) -> None:
        return None

    once(events, command, subject, perform, again)
    objects.delete(document.document_id)


def _without(
    recertification: Recertification, document: Document, command: Command
) -> tuple[Recertification, Recertification]:
    by_either(recertification, command.today)
    if all(each.document_id != document.document_id for each in recertification.documents):
        raise CycleLocked("This document belongs to a report that was approved, and is kept with it.")
    return recertification, recertification.without_document(document.document_id)


def _find(documents: DocumentStore, document_id: str) -> Document:
    found = documents.find(document_id)
    if found is None:
        raise NotFound
    return found
