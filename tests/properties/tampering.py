"""Ways to tamper with one commit of a history, so that the auditor has something to see."""

import json
from collections.abc import Callable
from typing import Any

from shared.domain.submissions import hash_of
from shared.repositories.table import REMOVED
from tests.properties.auditor import ARCHIVE, CERTIFICATION
from tests.properties.histories import ONE_MEMBER
from tests.properties.memory_dynamodb import Change, MemoryDynamoDB

Tamper = Callable[["Tampered", list[Change]], list[Change] | None]
"""What becomes of a commit; None leaves it alone."""


class Tampered(MemoryDynamoDB):
    """A table where one commit is not what was asked for."""

    def __init__(self, tamper: Tamper) -> None:
        super().__init__()
        self._tamper = tamper
        self.is_done = False

    def copy(self) -> "Tampered":
        other = Tampered(self._tamper)
        other.partitions = {name: dict(found) for name, found in ONE_MEMBER.partitions.items()}
        other.index = {name: dict(found) for name, found in ONE_MEMBER.index.items()}
        return other

    def _commit(self, changes: list[Change]) -> None:
        if not self.is_done:
            tampered = self._tamper(self, changes)
            if tampered is not None:
                self.is_done, changes = True, tampered
        super()._commit(changes)

    def put_in(self, sort: str, **values: Any) -> None:
        """Change what is stored of the certification."""
        held = self.partitions[CERTIFICATION]
        held[sort] = {**held[sort], **values}


def kind(change: Change) -> str:
    """The kind of an item, by its keys."""
    first, sort = (each.partition("#")[0] for each in change[1])
    return first if first == "HISTORY" else f"{first} {sort}"


def has(changes: list[Change], *kinds: str) -> bool:
    """Whether items of all these kinds are written."""
    return set(kinds) <= {kind(each) for each in changes}


def event_of(changes: list[Change]) -> str:
    """The type of the event that is written."""
    found = [each[3]["type"]["S"] for each in changes if kind(each) == "HISTORY" and each[3]]
    return found[0] if found else ""


def altered(
    wanted: str,
    before: Callable[[Any], Any] = lambda item: item,
    after: Callable[[Any], Any] = lambda item: item,
    when: Callable[[Any, Any], bool] = lambda _, __: True,
) -> Tamper:
    """The first item of a kind, as it was and as it becomes, in another way."""

    def tamper(_: Tampered, changes: list[Change]) -> list[Change] | None:
        for n, (operation, place, old, new) in enumerate(changes):
            if kind(changes[n]) == wanted and operation != "ConditionCheck" and when(old, new):
                return [*changes[:n], (operation, place, before(old), after(new)), *changes[n + 1 :]]
        return None

    return tamper


def twice(wanted: str) -> Tamper:
    """An item that is written over."""

    def tamper(_: Tampered, changes: list[Change]) -> list[Change] | None:
        if not has(changes, wanted):
            return None
        return [(o, p, new if kind((o, p, old, new)) == wanted else old, new) for o, p, old, new in changes]

    return tamper


def without(wanted: str, *beside: str, of: str = "") -> Tamper:
    """A commit without the items of a kind, where others are written too."""

    def tamper(_: Tampered, changes: list[Change]) -> list[Change] | None:
        fits = has(changes, wanted, *beside) and event_of(changes).startswith(of)
        return [each for each in changes if kind(each) != wanted] if fits else None

    return tamper


def during(kind_of_event: str, tamper: Tamper) -> Tamper:
    """A commit with this event, altered."""

    def then(table: Tampered, changes: list[Change]) -> list[Change] | None:
        return tamper(table, changes) if event_of(changes) == kind_of_event else None

    return then


def telling(kind_of_event: str, **values: str) -> Tamper:
    """An event of this kind that tells something else."""

    def other(item: Any) -> Any:
        said = {**item["data"]["M"], **{name: {"S": value} for name, value in values.items()}}
        return {**item, "data": {"M": said}}

    return during(kind_of_event, altered(EVENT, after=other))


def called(kind_of_event: str, otherwise: str) -> Tamper:
    """An event of this kind under another name."""
    return during(kind_of_event, altered(EVENT, after=to(type={"S": otherwise})))


def both(first: Tamper, second: Tamper) -> Tamper:
    """One and then the other."""

    def tamper(table: Tampered, changes: list[Change]) -> list[Change] | None:
        made = first(table, changes)
        return None if made is None else second(table, made)

    return tamper


def signed_early(item: Any) -> Any:
    """The record of a later cycle, signed before the one ahead of it had ended."""
    text = json.dumps({**json.loads(item["text"]["S"]), "signed_at": "2027-01-02T15:00:00+00:00"})
    return {**item, "text": {"S": text}, "signed_hash": {"S": hash_of(text)}}


def signed_another_text(item: Any) -> Any:
    """The record of a signing of an agreement that nobody was shown."""
    said = json.loads(item["text"]["S"])
    text = json.dumps({**said, "agreement": {**said["agreement"], "version": "2020-01"}})
    return {**item, "text": {"S": text}, "signed_hash": {"S": hash_of(text)}}


def and_another_claim(item: Any) -> Any:
    """The standing claims, and one more."""
    first = item["claims"]["L"][0]["M"]
    return {
        **item,
        "claims": {"L": [*item["claims"]["L"], {"M": {**first, "standing_id": {"S": "std_other"}}}]},
    }


def left_over(_: Tampered, changes: list[Change]) -> list[Change] | None:
    """An undoing that leaves the entries of the cycle that goes."""
    kept = [each for each in changes if kind(each) != ENTRY or each[3]]
    return kept if event_of(changes) == "approval-undone" and len(kept) < len(changes) else None


def entered(item: Any) -> Any:
    """An entry as if somebody had entered it."""
    return {name: value for name, value in item.items() if name != "standing_id"}


def untold(event: Any) -> Any:
    """An event that does not tell which claims came back."""
    return {
        **event,
        "data": {"M": {n: each for n, each in event["data"]["M"].items() if n != "brought_back"}},
    }


def only_its_event(_: Tampered, changes: list[Change]) -> list[Change] | None:
    if event_of(changes) not in ("entries-logged", "cycle-submitted", "cycle-approved"):
        return None
    return [each for each in changes if kind(each) == "HISTORY"]


def beside(sort: str, tamper: Tamper | None, *kinds: str, of: str = "", **values: Any) -> Tamper:
    """Something else is stored when items of these kinds are written."""

    def both(table: Tampered, changes: list[Change]) -> list[Change] | None:
        fits = has(changes, *kinds) and event_of(changes).startswith(of)
        if not fits or sort not in table.partitions[CERTIFICATION]:
            return None
        made = changes if tamper is None else tamper(table, changes)
        if made is not None:
            table.put_in(sort, **values)
        return made

    return both


def unsigned(table: Tampered, changes: list[Change]) -> list[Change] | None:
    """A signing of nothing."""
    made = altered("ARCHIVE SIGNED", after=lambda item: signed_over(item, []))(table, changes)
    if made is not None:
        held = table.partitions[CERTIFICATION]
        for sort in [each for each in held if each.startswith("ENTRY#")]:
            del held[sort]
    return made


def without_its_documents(table: Tampered, changes: list[Change]) -> list[Change] | None:
    """A signing of a report that rests on documents, none of which is clean."""
    held = table.partitions[CERTIFICATION]
    rests_on_them = any(
        sort.startswith("ENTRY#") and item["claim"]["M"]["activity"]["S"] == "policy"
        for sort, item in held.items()
    )
    if event_of(changes) != "cycle-submitted" or not rests_on_them:
        return None
    for sort in [each for each in held if each.startswith("DOCUMENT#")]:
        table.put_in(sort, status={"S": "rejected"})
    return changes


def back_again(table: Tampered, changes: list[Change]) -> list[Change] | None:
    """Something of a document is written over the place of one that was deleted."""
    gone = [sort for sort, item in table.partitions[CERTIFICATION].items() if REMOVED in item]
    written = [each for each in changes if kind(each) == DOCUMENT and each[3] and REMOVED not in each[3]]
    if not gone or not written:
        return None
    operation, (partition, _), before, after = written[0]
    moved = (operation, (partition, gone[0]), before, after)
    return [moved if each is written[0] else each for each in changes]


def in_the_archive_too(table: Tampered, changes: list[Change]) -> list[Change] | None:
    """An upload of what an approval has put away."""
    archive = table.partitions.get(ARCHIVE, {})
    kept = [sort for sort in archive if sort.startswith("DOCUMENT#")]
    new = [each for each in changes if kind(each) == DOCUMENT and each[2] is None]
    if not kept or not new or event_of(changes) not in ("", "document-attached"):
        return None
    ((operation, (partition, _), before, after),) = new
    return [(operation, (partition, kept[0]), before, after) if each in new else each for each in changes]


def signed_over(item: Any, entries: list[Any]) -> Any:
    text = json.dumps({**json.loads(item["text"]["S"]), "entries": entries})
    return {**item, "text": {"S": text}, "signed_hash": {"S": hash_of(text)}}


def signed_doubly(item: Any) -> Any:
    """A record in which each entry stands twice."""
    return signed_over(item, 2 * json.loads(item["text"]["S"])["entries"])


def more(name: str, by: int) -> Callable[[Any], Any]:
    """A number that is larger."""
    return lambda item: {**item, name: {"N": str(float(item[name]["N"]) + by).removesuffix(".0")}}


def to(**values: Any) -> Callable[[Any], Any]:
    """Other attributes."""
    return lambda item: {**item, **values}


def payment(**values: Any) -> Callable[[Any], Any]:
    """The first payment in another way."""

    def change(item: Any) -> Any:
        first, *rest = item["payments"]["L"]
        return {**item, "payments": {"L": [{"M": {**first["M"], **values}}, *rest]}}

    return change


def was_there(old: Any, new: Any) -> bool:
    return bool(old and new)


def was_paid(old: Any, new: Any) -> bool:
    return bool(old and new and old["payments"]["L"] and old["payments"]["L"][0]["M"]["succeeded"]["BOOL"])


def is_by_cheque(invoice: Any) -> bool:
    payments = [] if invoice is None else invoice["payments"]["L"]
    return bool(payments and payments[0]["M"]["method"]["S"] == "check")


def counted(event: Any, count: str) -> Any:
    """The event with another count of what was entered."""
    return {**event, "data": {"M": {**event["data"]["M"], "count": {"N": count}}}}


def waived_beside_its_checkout(_: Tampered, changes: list[Change]) -> list[Change] | None:
    """A fee that is waived, instead of a checkout that is opened, while that can be paid."""
    for n, (operation, place, _, new) in enumerate(changes):
        if (
            kind(changes[n]) == INVOICE
            and new
            and new["status"]["S"] == "open"
            and "M" in new.get("checkout", {})
        ):
            waived = (operation, place, new, {**new, "status": {"S": "waived"}})
            return [*changes[:n], waived, *changes[n + 1 :]]
    return None


INVOICE, CYCLE, ENTRY = "CERTIFICATION INVOICE", "CERTIFICATION CYCLE", "CERTIFICATION ENTRY"
SIGNED, CLOSED, SUBMISSION = "ARCHIVE SIGNED", "ARCHIVE CYCLE", "CERTIFICATION SUBMISSION"
DOCUMENT, STANDING = "CERTIFICATION DOCUMENT", "CERTIFICATION STANDING"
PUT_AWAY = "ARCHIVE STANDING"
HELD, EVENT = "CERTIFICATION CERTIFICATION", "HISTORY"
UNSIGNED, LATER = to(signature={"S": "Another"}), to(expires_on={"S": "2099-12-31"})
STARTED_LATER = to(starts_on={"S": "2099-01-01"})
LAPSED = altered(HELD, after=to(status={"S": "terminated"}), when=was_there)
