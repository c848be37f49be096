"""The archive: closed cycles, and what was signed, word for word."""

import json

from shared.domain.discretion import ClosedCycle
from shared.domain.documents import Document
from shared.domain.program import Editions
from shared.domain.reports import ArchivedCycle, signed_entries
from shared.domain.submissions import SignedRecord
from shared.repositories import items, keys
from shared.repositories.table import Item, Table


class Archive:
    """ARCHIVE#<id> / CYCLE#<number>, ENTRIES#<number>, SIGNED#<number>#<signing> and STANDING#<number>.

    `signed_record` 1 read, 1 RRU per 4 KB signed · `closed_cycle` 2 reads, 1 query of the archived documents ·
    `approved_cycle` 1 read more.
    """

    def __init__(self, table: Table) -> None:
        self._table = table

    def signed_record(self, certification_id: str, number: int, signing: int) -> SignedRecord | None:
        """What was signed at one signing of a cycle."""
        item = self._table.get(keys.signed_record(certification_id, number, signing))
        return None if item is None else _record(item)

    def closed_cycle(self, certification_id: str, number: int) -> ArchivedCycle | None:
        """A closed cycle with its last signing and all documents of the archive; None where there is none of this
        number."""
        item = self._table.get(keys.closed_cycle(certification_id, number))
        if item is None:
            return None
        cycle, found = items.cycle(item), item.get("submission")
        submission = None if found is None else items.submission(found)
        documents = self._documents(certification_id)
        if cycle.state == "lapsed":
            kept = self._table.get(keys.lapsed_entries(certification_id, number)) or {"entries": []}
            entries = tuple(map(items.entry, kept["entries"]))
            return ArchivedCycle(cycle, submission, None, entries, documents)
        if submission is None:
            return ArchivedCycle(cycle, None, None)
        record = self.signed_record(certification_id, number, submission.signing)
        return ArchivedCycle(cycle, submission, record, documents=documents)

    def approved_cycle(self, certification_id: str, number: int, editions: Editions) -> ClosedCycle | None:
        """What the approval of a cycle put away, to be brought back; None where no approval closed it."""
        item = self._table.get(keys.closed_cycle(certification_id, number))
        if item is None or item["state"] != "approved":
            return None
        cycle, decided = items.cycle(item), items.submission(item["submission"])
        record = self.signed_record(certification_id, number, decided.signing)
        if record is None:
            raise LookupError(f"what was signed of {cycle.cycle_id} is not in the archive")
        entries = signed_entries(json.loads(record.text))
        documents = tuple(
            document
            for document in self._documents(certification_id)
            if document.archived_at == cycle.closed_at
        )
        certification = items.certification(item["certification"])
        kept = self._table.get(keys.standing_of_closed(certification_id, number)) or {"claims": []}
        standing = tuple(map(items.standing_claim, kept["claims"]))
        return ClosedCycle(cycle, decided, certification, tuple(entries), documents, standing)

    def _documents(self, certification_id: str) -> tuple[Document, ...]:
        found = self._table.query(keys.archive_partition(certification_id), "DOCUMENT#")
        return tuple(map(items.document, found))


def _record(item: Item) -> SignedRecord:
    return SignedRecord(
        submission_id=item["submission_id"],
        certification_id=item["certification_id"],
        cycle_number=int(item["cycle_number"]),
        signing=int(item["signing"]),
        text=item["text"],
        signed_hash=item["signed_hash"],
    )
