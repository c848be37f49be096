"""Documents of a closed cycle that are still to be put away, where one transaction cannot carry them all.

The transaction that closes the cycle names them in MOVING; from then on reads pass over them, as over entries of
another cycle's number. They move to the archive after it, some at a time, and for the undoing of an approval back
before it: what breaks off is gone on with, and nothing of the closed cycle is ever taken for the next one's.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from shared.domain.documents import Document
from shared.repositories import keys
from shared.repositories.table import ABSENT, SAME_VERSION, Item, Write, check, delete, put


@dataclass(frozen=True, slots=True)
class Moving:
    """Documents in a certification's partition that belong to its last closed cycle, and when that was closed."""

    certification_id: str
    archived_at: datetime
    document_ids: tuple[str, ...]
    version: int = 0

    def without(self, documents: Sequence[Document]) -> "Moving":
        """When these have moved to the archive."""
        moved = {each.document_id for each in documents}
        kept = tuple(each for each in self.document_ids if each not in moved)
        return replace(self, document_ids=kept, version=self.version + 1)

    def with_more(self, documents: Sequence[Document]) -> "Moving":
        """When these lie in the partition too."""
        added = tuple(each.document_id for each in documents)
        return replace(self, document_ids=(*self.document_ids, *added), version=self.version + 1)

    def ended(self) -> "Moving":
        """When they belong to the current cycle again."""
        return replace(self, document_ids=(), version=self.version + 1)


def moving_in(found: Sequence[Item]) -> Moving | None:
    """What is moving, among the items of a certification's partition."""
    for item in found:
        if item["SK"] == "MOVING":
            return Moving(
                certification_id=item["certification_id"],
                archived_at=datetime.fromisoformat(item["archived_at"]),
                document_ids=tuple(item["document_ids"]),
                version=int(item["version"]),
            )
    return None


def moving_write(after: Moving) -> Write:
    """The write of what is moving, on condition that it is as the version before; gone when nothing is."""
    key = keys.moving(after.certification_id)
    as_before = {":version": after.version - 1}
    if not after.document_ids:
        return delete("moving", key, SAME_VERSION, as_before)
    item = {
        **key,
        "certification_id": after.certification_id,
        "archived_at": after.archived_at.isoformat(),
        "document_ids": list(after.document_ids),
        "version": after.version,
        "GSI1PK": keys.MOVING,
        "GSI1SK": after.certification_id,
    }
    if after.version == 1:
        return put("moving", item, ABSENT)
    return put("moving", item, SAME_VERSION, as_before)


def nothing_moves(certification_id: str) -> Write:
    """The condition that nothing is moving."""
    return check("moving", keys.moving(certification_id), ABSENT)
