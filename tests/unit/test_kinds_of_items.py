"""Every kind of item that keys.py names is exported, or is only an index; and an erasure knows what to do with it."""

import re

from shared.repositories import everything, keys, personal_data

ONLY_AN_INDEX = {"LIBRARY", "EMAIL", "SEARCH", "CALENDAR", "JOB", "MAIL", "RETIRED"}
"""Partitions that say again what stands elsewhere, or are gone by themselves; an erasure clears those of a person."""

TELLS_OF_ANOTHER = {("MEMBER", "INVOICE"), ("CERTIFICATION", "MOVING")}
DELETED = {
    ("CERTIFICATION", "MOVING"),
    ("CERTIFICATION", "DOCUMENT"),
    ("CERTIFICATION", "ENTRY"),
    ("CERTIFICATION", "STANDING"),
    ("ARCHIVE", "DOCUMENT"),
    ("ARCHIVE", "ENTRIES"),
    ("ARCHIVE", "STANDING"),
    ("DOCUMENTS", "DOCUMENT"),
    ("CERTIFICATE", "CERTIFICATE"),
    ("MEMBER", "PROPOSAL"),
}
"""What an erasure deletes; the rest it keeps as `_KEEPERS` says."""


def kinds() -> set[tuple[str, str]]:
    """Partition and kind of every item, from the table of keys in keys.py's docstring."""
    found, partition = set(), ""
    for line in (keys.__doc__ or "").splitlines()[3:]:
        columns = re.split(r"\s{2,}", line.strip())
        if line[:1].strip():
            partition, columns = columns[0].partition("#")[0], columns[1:]
        if columns and columns[0]:
            found.add((partition, columns[0].partition("#")[0]))
    return {(partition, kind) for partition, kind in found if partition not in ONLY_AN_INDEX}


def test_every_kind_of_item_is_in_an_export() -> None:
    assert len(kinds()) > 15
    assert kinds() - TELLS_OF_ANOTHER == set(everything._MAKERS)


def test_an_erasure_deletes_or_keeps_every_kind_of_item() -> None:
    kept = set(personal_data._KEEPERS)
    assert kept | DELETED == kinds()
    assert not kept & DELETED
