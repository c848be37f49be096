"""The archive: closed cycles, and what was signed, word for word."""

from shared.domain.reports import ArchivedCycle
from shared.domain.submissions import SignedRecord
from shared.repositories import items, keys
from shared.repositories.table import Item, Table


class Archive:
    """ARCHIVE#<id> / CYCLE#<number> and SIGNED#<number>#<signing>.

    `signed_record` 1 read, 1 RRU per 4 KB signed · `closed_cycle` 2 reads.
    """

    def __init__(self, table: Table) -> None:
        self._table = table

    def signed_record(self, certification_id: str, number: int, signing: int) -> SignedRecord | None:
        """What was signed at one signing of a cycle."""
        item = self._table.get(keys.signed_record(certification_id, number, signing))
        return None if item is None else _record(item)

    def closed_cycle(self, certification_id: str, number: int) -> ArchivedCycle | None:
        """A closed cycle with its last signing; None where there is none of this number."""
        item = self._table.get(keys.closed_cycle(certification_id, number))
        if item is None:
            return None
        cycle, found = items.cycle(item), item.get("submission")
        if found is None:
            return ArchivedCycle(cycle, None, None)
        submission = items.submission(found)
        return ArchivedCycle(
            cycle, submission, self.signed_record(certification_id, number, submission.signing)
        )


def _record(item: Item) -> SignedRecord:
    return SignedRecord(
        submission_id=item["submission_id"],
        certification_id=item["certification_id"],
        cycle_number=int(item["cycle_number"]),
        signing=int(item["signing"]),
        text=item["text"],
        signed_hash=item["signed_hash"],
    )
