"""All that is held about one member: to be given to the person, and to be erased but for what must be kept."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import batched
from typing import Any

from shared.domain.certifications import Registration
from shared.domain.errors import Unavailable
from shared.domain.events import Event
from shared.domain.library import contribution_of
from shared.domain.members import Member
from shared.domain.privacy import ERASED, without_words
from shared.repositories import events, items, keys
from shared.repositories.document_writes import as_read
from shared.repositories.documents import shelves
from shared.repositories.everything import records_of
from shared.repositories.members import member_write, term_writes, transact
from shared.repositories.recertification_writes import certification_write, cycle_write
from shared.repositories.table import (
    TRANSACTION_ATTEMPTS,
    ConditionFailed,
    Item,
    Table,
    Write,
    delete,
    labelled,
    remove_item,
    set_item,
)

AT_ONCE = 50
"""How many items one transaction strips."""

A_LONG_ID = 21
"""From this length on an id is no word of a sentence by chance, as the number of a member may be."""

DELETED = "deleted "
"""How the label of a write begins that deletes one of the person's own items."""

NO_WORDS = {"comment": "", "entry_comments": {}}


class PersonalData:
    """Every partition that an id of a member's names, and the events raised to staff about them.

    `held` 4 queries, and 3 for each certification and closed cycle's certificate · `begin` 1 transaction · `strip` the
    reads of `held`, and 1 transaction for 50 items, again when a document was changed between · `finish` 1 transaction.
    """

    def __init__(self, table: Table) -> None:
        self._table = table

    def records(
        self, member_id: str, certification_ids: Sequence[str]
    ) -> Iterator[tuple[str, list[tuple[str, Mapping[str, Any]]]]]:
        """Everything, item by item: where it lies, and its records, each with the kind that it is of; strongly
        consistent, always in the same order."""
        for item in self._held(member_id, certification_ids, handed_out=True):
            found: list[tuple[str, Mapping[str, Any]]] = []
            if item["SK"].startswith("SIGNED#"):
                signed = {name: item[name] for name in ("submission_id", "signed_hash", "text")}
                found.append(("signed_records", signed))
            yield _place(item), [*found, *records_of(item)]

    def begin(self, before: Member, after: Member, held: Sequence[Registration], event: Event) -> None:
        """Take the person's own words away, free address and search terms, and end what is held, all or nothing.

        From here on no change by the member is let in: one under way fails, as its cycle has another version. Raises
        ChangedMeanwhile, AlreadyRecorded.
        """
        writes = [member_write(before, after), *term_writes(before, after)]
        for each in held:
            certification, cycle = each.certification, each.cycle
            carried = sum((part.points for part in cycle.carried_in), start=cycle.points_total * 0)
            ended = replace(
                certification,
                member_name=after.name,
                committees=(),
                extension_reason="",
                status="terminated",
                terminated_reason=ERASED,
                version=certification.version + 1,
            )
            emptied = replace(cycle, points_total=carried, version=cycle.version + 1)
            writes.append(labelled(certification_write(certification, ended), certification.designation))
            writes.append(labelled(cycle_write(cycle, emptied), certification.designation))
        transact(self._table, [*writes, events.once(event)])

    def strip(self, member: Member, certification_ids: Sequence[str]) -> dict[str, int]:
        """Delete, or rid of words, every item that is not kept as it is; how many of which kind were deleted.

        A document goes as it was read: a verdict that comes between leaves an event with its words, so that everything
        is read again. Breaking off anywhere is fine: what is done is not found again. Raises Unavailable.
        """
        deleted: Counter[str] = Counter()
        for _ in range(TRANSACTION_ATTEMPTS):
            writes = self._stripping(member, certification_ids)
            try:
                for several in batched(writes, AT_ONCE, strict=False):
                    self._table.transact(several)
                    gone = (each.label for each in several if each.label.startswith(DELETED))
                    deleted.update(label.removeprefix(DELETED).lower() for label in gone)
            except ConditionFailed:
                continue
            return dict(deleted)
        raise Unavailable

    def _stripping(self, member: Member, certification_ids: Sequence[str]) -> list[Write]:
        """The writes of `strip`, of each place one: a contribution's shelves are named by every copy of it."""
        writes: dict[str, Write] = {}
        for item in self._held(member.member_id, certification_ids):
            kind, place = item["SK"].partition("#")[0], _place(item)
            key = {"PK": item["PK"], "SK": item["SK"]}
            after = stripped(item, member)
            if kind == "DOCUMENT":
                writes |= {_place(each): remove_item("shelf", each) for each in _shelves_of(item)}
                writes[place] = delete(f"{DELETED}{kind}", key, *as_read(items.document(item)))
            elif after is None:
                writes[place] = remove_item(f"{DELETED}{kind}", key)
            elif after != item:
                writes[place] = set_item(kind, after)
        return list(writes.values())

    def finish(self, before: Member, after: Member, event: Event) -> None:
        """Write that nothing more is to be erased. Raises ChangedMeanwhile, AlreadyRecorded."""
        transact(self._table, [member_write(before, after), events.once(event)])

    def _held(
        self, member_id: str, certification_ids: Sequence[str], *, handed_out: bool = False
    ) -> Iterator[Item]:
        person = keys.member(member_id)["PK"]
        certificates: set[str] = set()
        invoices: list[str] = []
        for item in self._table.query(person):
            if item["SK"].startswith("INVOICE#"):
                invoices.append(item["SK"].removeprefix("INVOICE#"))
            yield item
        yield from self._table.query(keys.member_documents(member_id), "DOCUMENT#")
        for certification_id in certification_ids:
            for partition in (
                keys.certification_partition(certification_id),
                keys.archive_partition(certification_id),
            ):
                for item in self._table.query(partition):
                    certification = item.get("certification", item)
                    certificates.add(certification.get("certificate_id", ""))
                    yield item
        singles = [keys.certificate(each) for each in sorted(certificates) if each]
        singles += [keys.invoice(each) for each in invoices]
        for key in singles:
            if (found := self._table.get(key)) is not None:
                yield found
        subjects = [f"certification:{each}" for each in certification_ids]
        for subject in (f"member:{member_id.lower()}", *subjects):
            yield from self._table.query(keys.history_partition(subject))
        cores = [f"_{each.removeprefix('crt_')}" for each in certification_ids]
        yield from self._raised([member_id.lower(), *invoices, *cores], handed_out=handed_out)

    def _raised(self, names: Sequence[str], *, handed_out: bool) -> Iterator[Item]:
        """What was raised to staff about the person, by ids that name them, and what staff noted about it.

        Differences of the accounts are raised for several people at once: each is handed out their own alone, and no
        note that may be about another.
        """
        every = self._table.query(keys.history_partition("attention"))
        about = {item["event_id"]: item for item in every if _names_any(item["data"], names)}
        for item in every:
            raised = about.get(item["event_id"]) or about.get(item["data"].get("attention_id", ""))
            if raised is None:
                continue
            findings = raised["data"].get("findings", ())
            own = [each for each in findings if _names_any(each, names)]
            if not handed_out or len(own) == len(findings):
                yield item
            elif raised is item:
                yield {**item, "data": {**item["data"], "findings": own}}


def _names_any(data: Any, names: Sequence[str]) -> bool:
    """Whether any text in the data is one of these ids, or a sentence with one in it."""
    return any(
        text == name or f"member {name}," in text or (len(name) >= A_LONG_ID and name in text)
        for text in map(str.lower, _texts(data))
        for name in names
    )


def _texts(data: Any) -> Iterator[str]:
    """The texts in a record, however deep they lie."""
    if isinstance(data, str):
        yield data
    elif isinstance(data, Mapping | list | tuple):
        for each in data.values() if isinstance(data, Mapping) else data:
            yield from _texts(each)


def stripped(item: Item, member: Member) -> Item | None:
    """What stays of an item: nothing (None), all of it, or it without words."""
    kind, partition = item["SK"].partition("#")[0], item["PK"].partition("#")[0]
    keep = _KEEPERS.get((partition, kind))
    return None if keep is None else keep(item, member)


def _whole(item: Item, _: Member) -> Item:
    return item


def _submission(item: Item, member: Member) -> Item:
    """Without its place in the review queue: nobody decides on it any more."""
    bare = {**item, "member_name": member.name, "signature": ""}
    if "decision" in item:
        adjusted = item["decision"]["entry_adjustments"]
        points = {key: {**each, "reason": ""} for key, each in adjusted.items()}
        bare["decision"] = {**item["decision"], **NO_WORDS, "entry_adjustments": points}
    return {name: value for name, value in bare.items() if not name.startswith("GSI1")}


def _certification(item: Item, member: Member) -> Item:
    return {**item, "member_name": member.name, "committees": [], "extension_reason": ""}


def _closed_cycle(item: Item, member: Member) -> Item:
    bare = {**item, "certification": _certification(item["certification"], member)}
    if "submission" in item:
        bare["submission"] = _submission(item["submission"], member)
    return bare


def _event(item: Item, _: Member) -> Item:
    """An event is never deleted; of what was raised to staff only the note goes, the rest is ids."""
    if item["subject"] == "attention":
        return {**item, "data": {name: each for name, each in item["data"].items() if name != "note"}}
    bare = without_words(item["data"])
    if bare.get("submission"):
        bare["submission"] = {**bare["submission"], "signature": ""}
    return {**item, "data": {**bare, ERASED: True}}


_KEEPERS: Mapping[tuple[str, str], Callable[[Item, Member], Item]] = {
    ("MEMBER", "MEMBER"): _whole,  # written by `begin`
    ("MEMBER", "INVOICE"): _whole,
    ("INVOICE", "INVOICE"): _whole,
    ("CERTIFICATION", "CERTIFICATION"): _certification,
    ("CERTIFICATION", "CYCLE"): _whole,
    ("CERTIFICATION", "INVOICE"): _whole,
    ("CERTIFICATION", "SUBMISSION"): _submission,
    ("ARCHIVE", "CYCLE"): _closed_cycle,
    ("ARCHIVE", "SIGNED"): _whole,  # word for word, or its hash would prove nothing
    ("HISTORY", "EVENT"): _event,
}
"""What is kept, by partition and kind; entries, standing claims, documents, proposals and certificates are not."""


def _place(key: Mapping[str, Any]) -> str:
    return f"{key['PK']} {key['SK']}"


def _shelves_of(item: Item) -> list[keys.Key]:
    """Where a published contribution stands in the library."""
    document = items.document(item)
    if document.published_at is None:
        return []
    return shelves(contribution_of(document, "", document.published_at))
