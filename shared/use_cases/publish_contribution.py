"""Staff publish a contribution of an approved report to all members, and take it out of the library again."""

from collections.abc import Callable
from dataclasses import replace

from shared.domain.documents import Document, document_subject
from shared.domain.errors import NotFound, NotPublishable
from shared.domain.events import Command, Event, event, require_other
from shared.domain.library import contribution_of
from shared.domain.ports import DocumentStore, EventStore
from shared.use_cases.once import once


def publish_contribution(
    documents: DocumentStore,
    events: EventStore,
    command: Command,
    document: Document,
    name_of: Callable[[str], str],
) -> Document:
    """Put a clean contribution of an approved report into the library, under its member's name.

    One transaction. Raises StaffOnly for one's own, NotPublishable, IdempotencyKeyReused, Unavailable.
    """
    require_other(command, document.member_id)
    subject = document_subject(document)

    def perform(attempt: int) -> Document:
        before = document if attempt == 0 else _find(documents, document)
        _require_publishable(documents, before)
        after = replace(before, published_at=command.now, version=before.version + 1)
        contribution = contribution_of(before, name_of(before.member_id), command.now)
        data = {"document_id": before.document_id, "contribution": contribution}
        documents.publish(
            before, after, contribution, event(command, subject, "contribution-published", data)
        )
        return after

    def again(_: Event) -> Document:
        return _find(documents, document)

    return once(events, command, subject, perform, again)


def withdraw_contribution(
    documents: DocumentStore, events: EventStore, command: Command, document: Document, version: str
) -> Document:
    """Take a contribution out of the library; it stays with its report.

    One transaction. Raises StaffOnly for one's own, NotFound when it is not published, VersionConflict, Unavailable.
    """
    require_other(command, document.member_id)
    subject = document_subject(document)

    def perform(attempt: int) -> Document:
        before = document if attempt == 0 else _find(documents, document)
        if before.published_at is None:
            raise NotFound
        before.require_version(version)
        after = replace(before, published_at=None, version=before.version + 1)
        contribution = contribution_of(before, "", before.published_at)
        data = {"document_id": before.document_id}
        documents.withdraw(
            before, after, contribution, event(command, subject, "contribution-withdrawn", data)
        )
        return after

    def again(_: Event) -> Document:
        return _find(documents, document)

    return once(events, command, subject, perform, again)


def _require_publishable(documents: DocumentStore, document: Document) -> None:
    if not document.is_contribution:
        raise NotPublishable("This is evidence for an entry. Only contributions go into the library.")
    if document.status != "clean":
        raise NotPublishable("This document was not found clean, so nobody may download it.")
    if document.published_at is not None:
        raise NotPublishable("This contribution is in the library already.")
    if not documents.is_of_approved_cycle(document):
        raise NotPublishable("A contribution is published once the report that names it is approved.")


def _find(documents: DocumentStore, document: Document) -> Document:
    found = documents.find(document.document_id)
    if found is None:
        raise NotFound
    return found
