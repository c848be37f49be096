"""The condition under which something is added to a member by a write that touches nothing else of theirs."""

from shared.repositories import keys
from shared.repositories.table import Write, check

ERASURE = "erasure"
"""The label of the condition: when it fails, the member's data were erased."""


def not_erased(member_id: str) -> Write:
    """That the member's data were not erased: the erasure comes first, and finds what was written before it. 2 WRU."""
    key = keys.member(member_id)
    return check(ERASURE, key, "attribute_not_exists(erasure) OR erasure = :none", {":none": ""})
