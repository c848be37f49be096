"""What an event says has happened is what its transaction changed, and leads where the rules say.

Each kind of event has its own look at the items that were written with it.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from shared.domain.days import day_of, years_later
from tests.properties.editions import EDITIONS
from tests.properties.world import require
from tests.unit.domain.builders import PROGRAM

OWNER = "M-1"
Item = Mapping[str, Any]
Written = tuple[tuple[str, str], Any, Any]

BY_STAFF = {
    *("cycle-returned", "cycle-approved", "approval-undone", "certification-reinstated", "extension-granted"),
    "invoice-waived",
}
"""What nobody does to their own."""


@dataclass(frozen=True)
class Commit:
    """One transaction: its event, and what was written beside it."""

    event: Item
    written: list[Written]

    @property
    def said(self) -> Item:
        """What the event tells."""
        found: Item = self.event["data"]
        return found

    def of(self, kind: str, *, archived: bool = False) -> list[tuple[Any, Any]]:
        """The items of a kind, before and after."""
        place = "ARCHIVE#" if archived else "CERTIFICATION#"
        return [
            (before, after)
            for (pk, sk), before, after in self.written
            if pk.startswith(place) and sk.partition("#")[0] == kind
        ]

    def entered(self) -> list[tuple[Any, Any]]:
        """The entries that somebody entered, before and after; what accrues comes and goes with any change."""
        return [each for each in self.of("ENTRY") if not (each[0] or each[1]).get("standing_id")]

    def maybe(self, kind: str, *, archived: bool = False) -> tuple[Any, Any]:
        """The one item of a kind, before and after; two times None where it was left alone."""
        return next(iter(self.of(kind, archived=archived)), (None, None))

    def one(self, kind: str, *, archived: bool = False) -> tuple[Any, Any]:
        """The one item of a kind, before and after."""
        found = self.of(kind, archived=archived)
        require(len(found) == 1, f"an event is of what it changed: {self.event['type']}")
        return found[0]


def told(event: Item, written: list[Written]) -> None:
    """Hold a transaction to its event. Raises Violation."""
    look = LOOKS.get(event["type"])
    if look is None:
        return
    look(Commit(event, written))
    require(event["type"] not in BY_STAFF or event["by"] != OWNER, "nobody decides on their own")


def of_record(submission: Item, record: Item) -> bool:
    """Whether a submission is what its record says that was signed."""
    text = json.loads(record["text"])
    total = sum((Decimal(entry["points"]) for entry in text["entries"]), Decimal(0))
    return (
        submission["signed_hash"] == record["signed_hash"]
        and submission["signature"] == text["signature"]
        and submission["submitted_at"] == text["signed_at"]
        and submission["points_total"] == total
    )


def as_signed(entry: Item) -> Item:
    """What of a stored entry is signed."""
    claim = entry["claim"]
    return {
        "entry_id": entry["entry_id"],
        "version": int(entry["version"]),
        "points": Decimal(entry["points"]),
        "quantity": Decimal(claim["quantity"]),
        "document_ids": list(claim.get("document_ids", ())),
        **{name: claim[name] for name in ("activity", "title", "organization", "started_on", "ended_on")},
    }


def same_entries(rows: Iterable[Item], stored: Iterable[Item]) -> bool:
    """Whether the rows of a signed text are these entries, word for word."""
    kept = {each["entry_id"]: as_signed(each) for each in stored}
    signed = {
        row["entry_id"]: {
            **{name: row[name] for name in next(iter(kept.values()), {})},
            "points": Decimal(row["points"]),
            "quantity": Decimal(row["quantity"]),
        }
        for row in rows
    }
    return kept == signed


def named_in(entry: tuple[Any, Any], said: Item) -> bool:
    """Whether an entry, before and after, is the one that an event names."""
    is_named: bool = (entry[0] or entry[1])["entry_id"] == said["entry_id"]
    return is_named


def status_of(invoice: Item) -> str:
    """What an invoice's payments make of it."""
    counting = [each for each in invoice["payments"] if each["succeeded"] and not each["surplus"]]
    if invoice["status"] == "waived":
        return "waived"
    if not counting:
        return "open"
    if len(counting) > 1:
        return "paid twice"
    (payment,) = counting
    if payment["refunded"] >= payment["amount"]["amount"]:
        return "refunded"
    if payment.get("dispute") in ("open", "lost"):
        return "disputed"
    return "partially-refunded" if payment["refunded"] else "paid"


def rests_on_the_best(invoice: Item) -> bool:
    """Whether an invoice that is not wholly paid has no payment whose money is all there."""
    whole = [
        each
        for each in invoice["payments"]
        if each["succeeded"] and not each["refunded"] and each.get("dispute") not in ("open", "lost")
    ]
    return invoice["status"] in ("paid", "waived") or not whole


def _logged(it: Commit) -> None:
    new = it.entered()
    is_right = len(new) == it.said["count"] and all(before is None and after for before, after in new)
    require(is_right, "what is told as entered is in")


def _edited(it: Commit) -> None:
    before, after = next((each for each in it.of("ENTRY") if named_in(each, it.said)), (None, None))
    others = [each for each in it.entered() if not named_in(each, it.said)]
    told = it.said["before"]
    if before is None and after and after.get("standing_id") and after["version"] == told["version"] + 1:
        before = told  # what had accrued is stored with its first change
    is_right = before and after and not others
    require(
        is_right and told["claim"]["quantity"] == before["claim"]["quantity"],
        "an edit tells what stood there",
    )


def _deleted(it: Commit) -> None:
    (each,) = it.entered()
    require(each[1] is None and named_in(each, it.said), "what is told as deleted is gone")


def _standing_kept(it: Commit) -> None:
    before, after = (_claims(each) for each in it.one("STANDING"))
    own = it.said["standing_id"]
    require(own in after and after[own] != before.get(own), "what is told of a standing claim is kept")
    require((own in before) == bool(it.said["before"]), "a change of a standing claim tells what it was")
    _others_stay(before, after, own)


def _standing_deleted(it: Commit) -> None:
    before, after = (_claims(each) for each in it.one("STANDING"))
    own = it.said["standing_id"]
    require(own in before and own not in after, "what is told as deleted is gone")
    _others_stay(before, after, own)


def _submitted(it: Commit) -> None:
    _, record = it.one("SIGNED", archived=True)
    _, submission = it.one("SUBMISSION")
    _, cycle = it.one("CYCLE")
    require(of_record(submission, record), "a submission is what its record says")
    require(submission["state"] == cycle["state"] == "submitted", "what is signed is locked")


def _returned(it: Commit) -> None:
    before, after = it.one("SUBMISSION")
    _, cycle = it.one("CYCLE")
    require(_unchanged(before, after), "a decision changes nothing of what was signed")
    require(after["state"] == cycle["state"] == "returned", "what is returned is open again")
    require(it.said["submission_id"] == after["submission_id"], "a decision is of its submission")


def _approved(it: Commit) -> None:
    waiting, gone = it.one("SUBMISSION")
    _, closed = it.one("CYCLE", archived=True)
    old, opened = it.one("CYCLE")
    held, renewed = it.one("CERTIFICATION")
    decided = closed["submission"]
    require(gone is None and _unchanged(waiting, decided), "a decision changes nothing of what was signed")
    require(it.said["submission_id"] == decided["submission_id"], "a decision is of its submission")
    adjusted = decided["decision"]["entry_adjustments"]
    entries = [before for before, _ in it.of("ENTRY")]
    kept, made = (
        _claims(it.maybe("STANDING", archived=True)[1]),
        {each["standing_id"] for each in entries if "standing_id" in each},
    )
    require(kept.keys() == made, "an approval keeps the claims that what was signed came of")
    left = sum((_points(each, adjusted) for each in entries), Decimal(0))
    require(closed["points_total"] == left, "what was adjusted is taken off")
    until = years_later(date.fromisoformat(held["expires_on"]), PROGRAM.cycle_years).isoformat()
    require(renewed["expires_on"] == opened["ends_on"] == until, "an approval gives the years of a cycle")
    require(renewed["status"] == "renew", "an approval renews")
    signed_on = day_of(datetime.fromisoformat(waiting["submitted_at"]), EDITIONS.time_zone)
    first = min(signed_on, date.fromisoformat(old["ends_on"])) + timedelta(days=1)
    require(opened["starts_on"] == first.isoformat(), "no day is lost and none is earned in twice")


def _undone(it: Commit) -> None:
    closed, gone = it.one("CYCLE", archived=True)
    _, cycle = it.one("CYCLE")
    _, held = it.one("CERTIFICATION")
    _, submission = it.one("SUBMISSION")
    names = ("status", "expires_on", "extended_to", "terminated_reason")
    was = [closed["certification"].get(name) for name in names]
    require(gone is None and [held.get(name) for name in names] == was, "an undoing brings the days back")
    require(_unchanged(closed["submission"], submission), "an undoing brings the signing back")
    entries = [after for _, after in it.of("ENTRY") if after is not None]
    total = sum((Decimal(each["points"]) for each in entries), Decimal(0))
    require(
        cycle["state"] == "submitted" and cycle["points_total"] == total, "an undoing brings the points back"
    )
    gone = [before for before, after in it.of("ENTRY") if after is None]
    require(all(each.get("standing_id") for each in gone), "an undoing takes out nothing that was entered")
    _brought_back(it)


def _brought_back(it: Commit) -> None:
    """The standing claims that were deleted since come back as they were put away, but for their version."""
    put_away, _ = it.maybe("STANDING", archived=True)
    before, after = it.maybe("STANDING")
    told = {each["standing_id"]: each for each in it.said.get("brought_back", ())}
    is_told = {**_claims(before), **told} == _claims(after)
    require(is_told, "an undoing tells which claims it brings back, and changes no other")
    kept = {
        name: {**each, "version": told[name]["version"]}
        for name, each in _claims(put_away).items()
        if name in told
    }
    require(kept == told, "a claim comes back as it was put away")


def _reinstated(it: Commit) -> None:
    old, opened = it.one("CYCLE")
    _, renewed = it.one("CERTIFICATION")
    received = date.fromisoformat(it.said["report_received_on"])
    until = years_later(date.fromisoformat(old["ends_on"]), PROGRAM.cycle_years).isoformat()
    require(renewed["expires_on"] == opened["ends_on"] == until, "a reinstatement goes on from the old end")
    require(renewed["status"] == "renew", "a reinstatement renews")
    require(
        opened["starts_on"] == (received + timedelta(days=1)).isoformat(),
        "earned in from the day after the report",
    )
    now = datetime.fromisoformat(it.event["at"])
    first = max(old["starts_on"], old.get("signable_from") or "")
    in_time = first <= received.isoformat() <= day_of(now, EDITIONS.time_zone).isoformat()
    require(in_time, "a report is received when it can have been")


def _extended(it: Commit) -> None:
    _, held = it.one("CERTIFICATION")
    require(held["extended_to"] == it.said["extended_to"], "an extension is until the day that it tells")


def _lapsed(it: Commit) -> None:
    before, after = it.one("CERTIFICATION")
    is_right = after["status"] == "terminated" and after["terminated_reason"] == "lapsed"
    require(is_right and after["expires_on"] == before["expires_on"], "a lapse ends it and moves no day")


def _received(it: Commit) -> None:
    before, after = it.one("INVOICE")
    require(len(_good(after)) == len(_good(before)) + 1, "a payment that is told is on its invoice")
    own = [
        each for each in after["payments"] if each["method"] != "card" and each.get("recorded_by") == OWNER
    ]
    require(not own, "nobody records money on their own")


def _failed(it: Commit) -> None:
    before, after = it.one("INVOICE")
    require(len(_good(after)) == len(_good(before)), "a payment that failed pays nothing")


def _refunded(it: Commit) -> None:
    before, after = it.one("INVOICE")
    require(_given_back(after) > _given_back(before), "a refund that is told is on its invoice")


def _refund_confirmed(it: Commit) -> None:
    before, after = it.one("INVOICE")
    require(_given_back(after) == _given_back(before), "a refund that is told twice gives nothing back")


def _refund_failed(it: Commit) -> None:
    before, after = it.one("INVOICE")
    failed = [sum(each["failed"] for each in _refunds(invoice)) for invoice in (before, after)]
    is_less = _given_back(after) <= _given_back(before)
    require(failed[1] == failed[0] + 1 and is_less, "a refund that failed gives nothing back")


def _disputed(it: Commit) -> None:
    before, after = it.one("INVOICE")
    require(_disputes(after) != _disputes(before), "a dispute that is told is on its invoice")


def _waived(it: Commit) -> None:
    before, after = it.one("INVOICE")
    was_owed = before["status"] in ("open", "refunded", "partially-refunded", "disputed")
    require(was_owed and after["status"] == "waived", "what is told as waived is waived")


LOOKS: Mapping[str, Callable[[Commit], None]] = {
    "entries-logged": _logged,
    "entry-edited": _edited,
    "entry-deleted": _deleted,
    "standing-claim-entered": _standing_kept,
    "standing-claim-changed": _standing_kept,
    "standing-claim-deleted": _standing_deleted,
    "cycle-submitted": _submitted,
    "cycle-returned": _returned,
    "cycle-approved": _approved,
    "approval-undone": _undone,
    "certification-reinstated": _reinstated,
    "extension-granted": _extended,
    "certification-lapsed": _lapsed,
    "payment-received": _received,
    "payment-failed": _failed,
    "payment-refunded": _refunded,
    "refund-confirmed": _refund_confirmed,
    "refund-failed": _refund_failed,
    "payment-disputed": _disputed,
    "invoice-waived": _waived,
}


def _claims(item: Item | None) -> dict[str, Any]:
    return {each["standing_id"]: each for each in (item or {"claims": ()})["claims"]}


def _others_stay(before: Mapping[str, Any], after: Mapping[str, Any], own: str) -> None:
    others = [{name: each for name, each in claims.items() if name != own} for claims in (before, after)]
    require(others[0] == others[1], "a change of a standing claim changes no other")


def _unchanged(before: Item, after: Item) -> bool:
    """Whether two stages of a submission differ by its decision alone."""
    apart = ("state", "decision", "PK", "SK", "GSI1PK", "GSI1SK")
    one, other = (
        {name: value for name, value in each.items() if name not in apart} for each in (before, after)
    )
    return one == other


def _points(entry: Item, adjusted: Mapping[str, Any]) -> Decimal:
    found = adjusted.get(entry["entry_id"])
    return Decimal(entry["points"] if found is None else found["points"])


def _good(invoice: Item) -> list[Any]:
    return [each for each in invoice["payments"] if each["succeeded"]]


def _disputes(invoice: Item) -> list[Any]:
    return [(each["payment_id"], each["disputes"]) for each in invoice["payments"]]


def _refunds(invoice: Item) -> list[Any]:
    return [refund for each in invoice["payments"] for refund in each["refunds"]]


def _given_back(invoice: Item) -> int:
    return sum(int(each["refunded"]) for each in invoice["payments"])
