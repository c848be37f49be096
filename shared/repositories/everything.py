"""Everything that is stored, page by page, as records for an export: the one place that scans the table."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from shared.repositories.table import Item, Table

KEYS = ("PK", "SK", "GSI1PK", "GSI1SK", "expires_at_epoch")

Record = Mapping[str, Any]
Records = Iterator[tuple[str, Record]]


@dataclass(frozen=True, slots=True)
class Page:
    """Records, each with the file it belongs in, and where the next page starts; empty after the last."""

    records: list[tuple[str, Record]]
    cursor: str


class Everything:
    """The whole table. `page` 1 scan of up to 1 MB, eventually consistent: 0.5 RRU per 4 KB."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def page(self, cursor: str) -> Page:
        """The records of one page; an empty cursor asks for the first."""
        found, more = self._table.scan_page(json.loads(cursor) if cursor else None)
        records = [record for item in found for record in records_of(item)]
        return Page(records, json.dumps(more) if more else "")


def records_of(item: Item) -> Records:
    """The records that an item makes; none for what is only an index (addresses, search terms, calendar, jobs)."""
    kind = item["SK"].partition("#")[0]
    partition = item["PK"].partition("#")[0]
    make = _MAKERS.get((partition, kind))
    if make is not None:
        yield from make(item)


def _whole(file: str) -> Callable[[Item], Records]:
    def make(item: Item) -> Records:
        yield file, _plain(item)

    return make


def _entry(item: Item) -> Records:
    plain = _plain(item)
    claim = plain.pop("claim")
    yield "entries", {**_cycle_of(item), **claim, **plain}


def _standing_claims(item: Item) -> Records:
    for claim in item["claims"]:
        yield "standing_claims", {"certification_id": item["PK"].partition("#")[2], **claim}


def _standing_of_closed(item: Item) -> Records:
    for claim in item["claims"]:
        yield "standing_claims", {**_cycle_of(item), **claim}


def _lapsed_entries(item: Item) -> Records:
    place = _cycle_of(item)
    for entry in item["entries"]:
        yield "entries", {**place, **entry["claim"], **{k: v for k, v in entry.items() if k != "claim"}}


def _cycle_of(item: Item) -> dict[str, Any]:
    return {"certification_id": item["PK"].partition("#")[2], "cycle_number": int(item["SK"].split("#")[1])}


def _invoice(item: Item) -> Records:
    invoice = _plain(item)
    for payment in invoice.pop("payments"):
        yield "payments", {"invoice_id": invoice["invoice_id"], "number": invoice["number"], **payment}
    lines = invoice["lines"]
    total = sum(int(line["amount"]["amount"]) for line in lines)
    invoice.pop("checkout", None)
    yield "invoices", {**invoice, "total": {"amount": total, "currency": lines[0]["amount"]["currency"]}}


def _closed_cycle(item: Item) -> Records:
    cycle = _plain(item)
    submission = cycle.pop("submission", None)
    cycle.pop("certification", None)
    yield "cycles", cycle
    if submission is not None:
        yield "submissions", submission


def _signed(item: Item) -> Records:
    signed = json.loads(item["text"])
    of = {
        "certification_id": item["certification_id"],
        "cycle_number": int(item["cycle_number"]),
        "submission_id": item["submission_id"],
        "signed_at": signed["signed_at"],
    }
    for entry in signed["entries"]:
        yield "signed_entries", {**of, **entry}


def _event(item: Item) -> Records:
    event = _plain(item)
    event.pop("fingerprint", None)
    yield "history", event
    decision = event.get("data", {}).get("decision")
    if isinstance(decision, dict):
        of = {name: event[name] for name in ("event_id", "subject", "type", "by", "at")}
        yield "decisions", {**of, "submission_id": event["data"].get("submission_id", ""), **decision}


_MAKERS: Mapping[tuple[str, str], Callable[[Item], Records]] = {
    ("MEMBER", "MEMBER"): _whole("members"),
    ("DOCUMENTS", "DOCUMENT"): _whole("documents"),
    ("MEMBER", "PROPOSAL"): _whole("proposals"),
    ("CERTIFICATION", "CERTIFICATION"): _whole("certifications"),
    ("CERTIFICATION", "CYCLE"): _whole("cycles"),
    ("CERTIFICATION", "ENTRY"): _entry,
    ("CERTIFICATION", "STANDING"): _standing_claims,
    ("CERTIFICATION", "DOCUMENT"): _whole("documents"),
    ("CERTIFICATION", "SUBMISSION"): _whole("submissions"),
    ("CERTIFICATION", "INVOICE"): _invoice,
    ("CERTIFICATE", "CERTIFICATE"): _whole("certificates"),
    ("INVOICE", "INVOICE"): _invoice,
    ("ARCHIVE", "CYCLE"): _closed_cycle,
    ("ARCHIVE", "ENTRIES"): _lapsed_entries,
    ("ARCHIVE", "SIGNED"): _signed,
    ("ARCHIVE", "STANDING"): _standing_of_closed,
    ("ARCHIVE", "DOCUMENT"): _whole("documents"),
    ("HISTORY", "EVENT"): _event,
}


def _plain(item: Item) -> dict[str, Any]:
    return {name: value for name, value in item.items() if name not in KEYS}
