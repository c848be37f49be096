"""Documents: each at home in one place, with a copy for every other certification that uses it, and the library."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import batched

from shared.domain.documents import Document
from shared.domain.errors import NotFound
from shared.domain.events import Event
from shared.domain.library import Contribution
from shared.domain.ports import AlreadyRecorded, ChangedMeanwhile
from shared.domain.privacy import ERASED_DETAIL
from shared.domain.recertification import Recertification
from shared.repositories import events, items, keys
from shared.repositories.document_writes import (
    as_read,
    document_item,
    home_write,
    is_home,
    not_archived,
)
from shared.repositories.erasure import ERASURE, not_erased
from shared.repositories.recertification_writes import cycle_write, entry_writes
from shared.repositories.table import (
    ABSENT,
    REMOVED,
    ConditionFailed,
    Item,
    Table,
    Write,
    delete,
    put,
    remove_item,
)

KEPT = timedelta(days=30)
"""How long an Idempotency-Key is known (API.md)."""

RETIRE_PAGE = 200
LIBRARY_LOOKS = 5
"""How many pages of the library one search reads at most before it gives what it has."""


class Documents:
    """CERTIFICATION#<id>, ARCHIVE#<id> and DOCUMENTS#<20> / DOCUMENT#<id>; LIBRARY#….

    `find`, `announced` 1 batch get of 2 keys, whether it exists or not · `add` 1 transaction that looks at its member
    too, 4 WRU, for a certification into its archive as well, 6 WRU · `of_member` 2 queries for each certification
    held and 1 · `waiting` 1 query ·
    `settle` 1 batch get of the copies if there are any, 1 transaction, 4 WRU with its event and 2 a copy · `remove` 1
    transaction · `publish`, `withdraw` as `settle` and 2 WRU for each of at most 26 shelves, `publish` 2 more for a
    look at the member · `archived_before` 1 query of the index for 200 · `places` 2 batch gets · `retire` the same and
    1 transaction · `retired` 1 query · `forget` 1 transaction, 2 WRU · `search` 1 query, up to 5 when further words
    leave little · `contributions` 1 query of the index, 1 batch get, and 1 for 100 places of those that several
    certifications use.
    """

    def __init__(self, table: Table) -> None:
        self._table = table

    def find(self, document_id: str) -> Document | None:
        """The document with this id, strongly consistent; None where there is none or the id is impossible."""
        try:
            homes = keys.document_homes(document_id)
        except NotFound:
            homes = keys.document_homes(f"doc_{'a' * 20}_{'a' * 20}")
        found = self._table.get_many(homes)
        return items.document(found[0]) if found else None

    def add(self, document: Document) -> Document:
        """Put a new document where it is at home; gives the one that is there, or in its archive, when its key was used
        before, and as it was announced the one that was deleted since.

        An approval moves a document away from the key that a late repetition would put it under, at any time: only a
        transaction sees both places at once. It also sees whether the member's data were erased, since nothing else of
        theirs is written that the erasure would meet. Raises NotFound then.
        """
        item = {**keys.document_home(document.document_id), **items.attributes(document)}
        new = put("document", item, ABSENT)
        elsewhere = [not_archived(document.document_id)] if document.certification_ids else []
        try:
            self._table.transact([new, *elsewhere, not_erased(document.member_id)])
        except ConditionFailed as error:
            there = [item for label, item in error.failed.items() if label != ERASURE and item is not None]
            if not there and ERASURE in error.failed:
                raise NotFound(ERASED_DETAIL) from error
            found = next(iter(there), None)
            if found is None:
                raise ChangedMeanwhile from error
            return _announced(document, found)
        return document

    def announced(self, document: Document) -> Document | None:
        """What was announced under this document's key before: as it is, or as it was announced where it was deleted
        since; None where nothing was. 1 call, strongly consistent."""
        found = self._table.get_many(keys.document_homes(document.document_id), removed=True)
        return _announced(document, found[0]) if found else None

    def of_member(self, member_id: str, certification_ids: Sequence[str]) -> list[Document]:
        """All documents of a member, newest first, strongly consistent; of copies only the one at home."""
        found = self._table.query(keys.member_documents(member_id), "DOCUMENT#")
        for certification_id in certification_ids:
            for partition in (
                keys.certification_partition(certification_id),
                keys.archive_partition(certification_id),
            ):
                here = self._table.query(partition, "DOCUMENT#")
                found += [item for item in here if is_home(item["document_id"], certification_id)]
        documents = [items.document(item) for item in found]
        return sorted(documents, key=lambda each: (each.uploaded_at, each.document_id), reverse=True)

    def waiting(self, member_id: str, certification_id: str | None) -> int:
        """How many documents wait where an upload would be at home, strongly consistent: all on the dashboard of a
        certification, or those of a member that no certification shows yet."""
        if certification_id is not None:
            return len(self._table.query(keys.certification_partition(certification_id), "DOCUMENT#"))
        found = self._table.query(keys.member_documents(member_id), "DOCUMENT#")
        return sum(not item["certification_ids"] for item in found)

    def settle(self, before: Document, after: Document, event: Event) -> None:
        """Write a verdict at the document's home and into every copy. Raises ChangedMeanwhile, AlreadyRecorded."""
        self._transact([*self._everywhere(before, after), events.once(event)])

    def remove(
        self, document: Document, changes: Sequence[tuple[Recertification, Recertification]], event: Event
    ) -> None:
        """Delete a document with its copies, and take it out of the entries that name it, all or nothing.

        Its place at home stays taken for as long as its key is known, so that a late repetition of the upload does not
        make it again. `changes` are the certifications that show it, before and after. Raises ChangedMeanwhile,
        AlreadyRecorded.
        """
        home = keys.document_home(document.document_id)
        gone_at = int((event.at + KEPT).timestamp())
        place = {**home, REMOVED: True, "fingerprint": document.fingerprint, "expires_at_epoch": gone_at}
        writes = [put("document", place, *as_read(document))]
        for before, after in changes:
            certification_id = before.certification.certification_id
            writes.append(cycle_write(before.cycle, after.cycle))
            writes += entry_writes(before, after)
            if not is_home(document.document_id, certification_id):
                key = keys.document(certification_id, document.document_id)
                writes.append(delete(f"copy {certification_id}", key, "attribute_exists(PK)"))
        self._transact([*writes, events.once(event)])

    def is_of_approved_cycle(self, document: Document) -> bool:
        """Whether a closed cycle's report names the document; a read only when it is not at home in an archive."""
        if document.archived:
            return True
        wanted = [
            keys.archived_document(certification_id, document.document_id)
            for certification_id in document.certification_ids
        ]
        return bool(wanted and self._table.get_many(wanted))

    # --- the library ---

    def publish(self, before: Document, after: Document, contribution: Contribution, event: Event) -> None:
        """Write that a contribution is published, and put it into the library, unless its member's data were erased.

        The copies learn of it too, so that whoever moves one looks at it again. Raises as `settle`, and NotFound.
        """
        found = items.attributes(contribution)
        shelved = [put(f"shelf {key}", {**key, **found}, ABSENT) for key in shelves(contribution)]
        writes = [
            *self._everywhere(before, after),
            *shelved,
            not_erased(before.member_id),
            events.once(event),
        ]
        self._transact(writes)

    def withdraw(self, before: Document, after: Document, contribution: Contribution, event: Event) -> None:
        """Write that a contribution is published no more, and take it out of the library. Raises as `settle`."""
        cleared = [delete(f"shelf {key}", key, "attribute_exists(PK)") for key in shelves(contribution)]
        self._transact([*self._everywhere(before, after), *cleared, events.once(event)])

    def search(
        self, kind: str, words: Sequence[str], *, after: str | None, limit: int
    ) -> tuple[list[Contribution], str | None]:
        """Published contributions of a kind (`*`: any) with words that begin so, in order of the title or word.

        Each stands under the first of its words that fits, so that no page shows again what one before did.
        """
        longest = max(words, key=len, default="")
        partition = keys.library_partition(kind, longest)
        found: list[Contribution] = []
        for _ in range(LIBRARY_LOOKS):
            page, more = self._table.query_page(partition, longest, after=after, limit=limit)
            for place, item in enumerate(page):
                contribution = items.contribution(item)
                if contribution.has_words(words) and contribution.is_shown_under(item["SK"], longest):
                    found.append(contribution)
                if len(found) == limit and (place + 1 < len(page) or more is not None):
                    return found, item["SK"]
            after = more
            if after is None:
                break
        return found, after

    def contributions(self, *, after: str | None, limit: int) -> tuple[list[Document], str | None]:
        """The contributions of approved reports, oldest approval first, each once and as it is at home.

        What several reports name stands with the first: there it was on the page before, and is left out of this one.
        """
        page, more = self._table.query_page(keys.CONTRIBUTIONS, after=after, limit=min(limit, 50), index=True)
        order = list(dict.fromkeys(item["document_id"] for item in page))
        wanted = [key for document_id in order for key in keys.document_homes(document_id)]
        homes = self._table.get_many(wanted) if wanted else []
        by_id = {item["document_id"]: items.document(item) for item in homes}
        first = self._first_archived(list(by_id.values()))
        here = [item for item in page if item["archived_at"] <= first.get(item["document_id"], "~")]
        shown = dict.fromkeys(item["document_id"] for item in here)
        return [by_id[document_id] for document_id in shown if document_id in by_id], more

    def _first_archived(self, documents: Sequence[Document]) -> dict[str, str]:
        """When each document of several certifications was first archived; 1 batch get for 100 places, if any."""
        wanted = [
            keys.archived_document(certification_id, document.document_id)
            for document in documents
            for certification_id in document.certification_ids
            if len(document.certification_ids) > 1
        ]
        first: dict[str, str] = {}
        for some in batched(wanted, 100, strict=False):
            for item in self._table.get_many(some):
                at = item["archived_at"]
                first[item["document_id"]] = min(at, first.get(item["document_id"], at))
        return first

    # --- closed cycles ---

    def archived_before(self, at: datetime) -> Iterator[Document]:
        """The documents that were archived before a time, as they lie in archives (eventually consistent)."""
        for partition in (keys.EVIDENCE, keys.CONTRIBUTIONS):
            after: str | None = None
            while True:
                page, after = self._table.query_page(partition, after=after, limit=RETIRE_PAGE, index=True)
                for document in map(items.document, page):
                    if document.archived_at is None or document.archived_at >= at:
                        after = None
                        break
                    yield document
                if after is None:
                    break

    def places(self, document: Document) -> list[Document]:
        """A document as it stands at home and in every copy, strongly consistent."""
        found = self._table.get_many(keys.document_homes(document.document_id))
        return [items.document(item) for item in [*found, *self._copies(document)]]

    def retire(self, places: Sequence[Document], event: Event) -> None:
        """Delete an archived document everywhere if it is as it was seen, and note that its file is to follow. Raises
        ChangedMeanwhile, AlreadyRecorded."""
        home = keys.document_homes(places[0].document_id)
        found = [*self._table.get_many(home), *self._copies(places[0])]
        if set(map(items.document, found)) != set(places):
            raise ChangedMeanwhile
        writes = [put("retired", dict(keys.retired(places[0].document_id)), ABSENT)]
        for item in found:
            key = {"PK": item["PK"], "SK": item["SK"]}
            writes.append(delete(f"place {item['PK']}", key, *as_read(items.document(item))))
        self._transact([*writes, events.once(event)])

    def _everywhere(self, before: Document, after: Document) -> list[Write]:
        """The writes of a changed document at its home and in every copy, each on condition that it is as it was."""
        writes = [home_write(before, after)]
        for item in self._copies(before):
            copy = items.document(item)
            key = {"PK": item["PK"], "SK": item["SK"]}
            changed = document_item(key, replace(after, archived_at=copy.archived_at))
            writes.append(put(f"copy {item['PK']}", changed, *as_read(copy)))
        return writes

    def retired(self) -> list[str]:
        """The ids of retired documents whose files are not known to be gone, strongly consistent."""
        return [item["SK"].removeprefix("DOCUMENT#") for item in self._table.query(keys.RETIRED)]

    def forget(self, document_id: str) -> None:
        """Note no more that the file of a retired document is to be deleted: it is."""
        self._table.transact([remove_item("retired", keys.retired(document_id))])

    def _copies(self, document: Document) -> list[Item]:
        """The items of a document beside the one at home."""
        wanted = []
        for certification_id in document.certification_ids:
            if not is_home(document.document_id, certification_id):
                wanted.append(keys.document(certification_id, document.document_id))
                wanted.append(keys.archived_document(certification_id, document.document_id))
        return self._table.get_many(wanted) if wanted else []

    def _transact(self, writes: Sequence[Write]) -> None:
        try:
            self._table.transact(writes)
        except ConditionFailed as error:
            if ERASURE in error.failed:
                raise NotFound(ERASED_DETAIL) from error
            raise AlreadyRecorded if events.EVENT in error.failed else ChangedMeanwhile from error


def shelves(contribution: Contribution) -> list[keys.Key]:
    """All places of a contribution in the library: under its kind and any kind, whole and under each of its words."""
    return [
        keys.library(kind, word, contribution.title, contribution.document_id)
        for kind in (contribution.kind, "*")
        for word in ("", *contribution.words)
    ]


def _announced(document: Document, found: Item) -> Document:
    if REMOVED in found:
        return replace(document, fingerprint=found["fingerprint"])
    return items.document(found)
