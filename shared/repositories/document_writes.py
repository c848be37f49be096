"""The writes by which documents follow their certification: for an entry, from elsewhere, into the archive."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from shared.domain import ids
from shared.domain.documents import Document
from shared.domain.recertification import Recertification
from shared.repositories import items, keys
from shared.repositories.table import ABSENT, Item, Write, check, delete, put

AS_READ = "#version = :version AND certification_ids = :certification_ids"


def brought_in(before: Recertification, after: Recertification) -> list[Write]:
    """The documents that a change adds to a certification: a new one at its home, or a copy of one from elsewhere.

    The home of a copied one learns of the certification in the same transaction, so that each verdict reaches every
    copy. A new one must not lie in the archive already.
    """
    known = {document.document_id for document in before.documents}
    elsewhere = {document.document_id: document for document in before.reachable}
    certification_id = after.certification.certification_id
    writes = []
    for document in after.documents:
        if document.document_id in known:
            continue
        key = keys.document(certification_id, document.document_id)
        here = replace(document, archived_at=None)
        writes.append(put(document.document_id, document_item(key, here), ABSENT))
        old = elsewhere.get(document.document_id)
        writes.append(home_write(old, document) if old is not None else not_archived(document.document_id))
    return writes


def not_archived(document_id: str) -> Write:
    """The condition that a document is not in the archive of the certification it is at home with."""
    return check(f"archive {document_id}", keys.document_home(document_id, archived=True), ABSENT)


def home_write(before: Document, after: Document) -> Write:
    """The write of a changed document where it is at home, on condition that it is as it was read."""
    key = keys.document_home(after.document_id, archived=before.archived)
    return put(f"home {after.document_id}", document_item(key, after), *as_read(before))


def document_item(key: keys.Key, document: Document) -> Item:
    """A document as it stands under a key; in the archive it is in the index, to be published and to be retired."""
    item = {**key, **items.attributes(document)}
    if document.archived_at is not None:
        item["GSI1PK"] = keys.CONTRIBUTIONS if document.is_contribution else keys.EVIDENCE
        item["GSI1SK"] = f"{document.archived_at.isoformat()}#{document.document_id}"
    return item


def as_read(document: Document) -> tuple[str, Item]:
    """The condition that a document is as it was read, and its values.

    One in the archive has to have come there then: an approval that was undone and given again puts it there anew.
    """
    values = {":version": document.version, ":certification_ids": list(document.certification_ids)}
    if document.archived_at is None:
        return AS_READ, values
    at = document.archived_at.isoformat()
    return f"{AS_READ} AND archived_at = :archived_at", {**values, ":archived_at": at}


def archived(certification_id: str, documents: Sequence[Document], closed_at: datetime) -> list[Write]:
    """The move of a closed cycle's documents from the dashboard's partition to the archive: two writes each."""
    writes = []
    for document in documents:
        key = keys.archived_document(certification_id, document.document_id)
        label = document.document_id
        there = replace(document, archived_at=closed_at)
        writes.append(put(f"archive {label}", document_item(key, there), ABSENT))
        gone = keys.document(certification_id, label)
        writes.append(delete(f"open {label}", gone, *as_read(document)))
    return writes


def brought_back(certification_id: str, documents: Sequence[Document]) -> list[Write]:
    """The move of a closed cycle's documents from the archive back to the dashboard's partition: two writes each."""
    writes = []
    for document in documents:
        label = document.document_id
        here = keys.document(certification_id, label)
        writes.append(put(f"open {label}", document_item(here, replace(document, archived_at=None)), ABSENT))
        gone = keys.archived_document(certification_id, label)
        writes.append(delete(f"archive {label}", gone, *as_read(document)))
    return writes


def is_home(document_id: str, certification_id: str) -> bool:
    """Whether a document is at home with this certification."""
    return document_id.startswith(f"{ids.certification_home(certification_id)}_")
