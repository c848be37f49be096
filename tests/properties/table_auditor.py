"""What must hold between the items of a table, whoever wrote them: told from a dump of it and what Stripe charged."""

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from decimal import Decimal
from typing import Any

from shared.domain.submissions import hash_of
from shared.repositories.table import REMOVED
from tests.properties.telling import of_record, same_entries, status_of

Item = Mapping[str, Any]
Found = list[str]
SETTLED = ("paid", "waived")
TAKEN_BACK = ("refunded", "partially-refunded", "disputed")


def audit(
    items: Iterable[Item],
    *,
    points_required: Decimal = Decimal(50),
    most_at_once: Decimal | None = None,
    needing: Collection[str] = (),
    acknowledged: Iterable[str] = (),
    charges: Iterable[Mapping[str, Any]] = (),
) -> Found:
    """What is not as it must be, in sentences.

    `most_at_once` is the largest session that anyone sent; `needing` are the activities that count only with a
    document; `acknowledged` are the ids of entries that anyone was told are in; `charges` are Stripe's: `invoice_id`,
    `payment_id`, `is_kept` (neither wholly refunded nor disputed).
    """
    parts: dict[str, dict[str, Item]] = defaultdict(dict)
    for item in items:
        parts[item["PK"]][item["SK"]] = item
    found: Found = []
    kept: set[str] = set()
    by_invoice: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for charge in charges:
        by_invoice[charge["invoice_id"]].append(charge)
    for partition, held in parts.items():
        kind, _, name = partition.partition("#")
        if kind == "CERTIFICATION" and "CYCLE" in held:
            archive, history = (
                parts.get(f"ARCHIVE#{name}", {}),
                parts.get(f"HISTORY#certification:{name}", {}),
            )
            wrong = [
                *_points(held, points_required, most_at_once),
                *_signed(held, archive, points_required),
                *_documents(held, archive, needing),
                *_closed(held, archive, points_required),
                *_told(held, archive, history),
            ]
            for sort, item in held.items():
                if sort.startswith("INVOICE#"):
                    wrong += _money(item, by_invoice.pop(item["invoice_id"], []))
            found += [f"{partition}: {each}" for each in wrong]
            kept |= _entries_of(held, archive, history)
    found += [f"charges for an invoice that is not there: {name}" for name in by_invoice]
    found += [f"an acknowledged entry is lost: {each}" for each in sorted(set(acknowledged) - kept)]
    return found


def _entries(held: Mapping[str, Item]) -> list[Item]:
    current = f"ENTRY#{int(held['CYCLE']['number']):04d}#"
    return [item for sort, item in held.items() if sort.startswith(current)]


def _total(entries: Iterable[Item]) -> Decimal:
    return sum((Decimal(str(item["points"])) for item in entries), Decimal(0))


def _points(held: Mapping[str, Item], required: Decimal, most_at_once: Decimal | None) -> Found:
    total = Decimal(str(held["CYCLE"]["points_total"]))
    found = []
    if total != _total(_entries(held)):
        found.append("the total is not the sum of the entries")
    if most_at_once is not None and total >= required + most_at_once:
        found.append("something was accepted at the limit")
    return found


def _signed(held: Mapping[str, Item], archive: Mapping[str, Item], required: Decimal) -> Found:
    found = []
    records = {item["submission_id"]: item for sort, item in archive.items() if sort.startswith("SIGNED#")}
    if any(hash_of(record["text"]) != record["signed_hash"] for record in records.values()):
        found.append("a signed text is not what its hash says")
    submission, cycle = held.get("SUBMISSION"), held["CYCLE"]
    is_waiting = submission is not None and submission["state"] == "submitted"
    if (cycle["state"] == "submitted") != is_waiting:
        found.append("a cycle is locked without a signing, or signed and not locked")
    if submission is None or not is_waiting:
        return found
    record = records.get(submission["submission_id"])
    if record is None:
        return [*found, "a submission has no signed record"]
    if not of_record(submission, record):
        found.append("a submission is not what its record says")
    if not same_entries(json.loads(record["text"])["entries"], _entries(held)):
        found.append("the entries are not those that were signed")
    if _total(_entries(held)) < required:
        found.append("it was signed without the required points")
    return found


def _documents(held: Mapping[str, Item], archive: Mapping[str, Item], needing: Collection[str]) -> Found:
    def documents(part: Mapping[str, Item]) -> dict[str, Item]:
        there = [item for sort, item in part.items() if sort.startswith("DOCUMENT#") and REMOVED not in item]
        return {item["document_id"]: item for item in there}

    here, put_away = documents(held), documents(archive)
    moving = set(held.get("MOVING", {}).get("document_ids", ()))
    put_away |= {each: here.pop(each) for each in moving & here.keys()}
    clean = {document_id for document_id, item in here.items() if item["status"] == "clean"}
    claims = [entry["claim"] for entry in _entries(held)]
    found = []
    if here.keys() & documents(archive).keys():
        found.append("a document has more than one home")
    if any(not set(claim.get("document_ids", ())) <= here.keys() for claim in claims):
        found.append("an entry names a document that is not there")
    if held["CYCLE"]["state"] == "submitted" and any(
        claim["activity"] in needing and clean.isdisjoint(claim.get("document_ids", ())) for claim in claims
    ):
        found.append("it was signed without its documents")
    signed = {item["submission_id"]: item for sort, item in archive.items() if sort.startswith("SIGNED#")}
    for sort, item in archive.items():
        if sort.startswith("CYCLE#") and item["state"] == "approved" and item.get("submission"):
            record = signed.get(item["submission"]["submission_id"], {"text": '{"entries": []}'})
            rows = json.loads(record["text"])["entries"]
            named = {each for row in rows for each in row["document_ids"]}
            if not named <= here.keys() | put_away.keys():
                found.append(f"{sort} has lost a document of its report")
            if named & here.keys():
                found.append(f"{sort} has left a document of its report behind")
    return found


def _closed(held: Mapping[str, Item], archive: Mapping[str, Item], required: Decimal) -> Found:
    closed = {int(item["number"]): item for sort, item in archive.items() if sort.startswith("CYCLE#")}
    found = []
    if sorted(closed) != list(range(1, int(held["CYCLE"]["number"]))):
        found.append("the closed cycles are not those before the current one")
    for number, item in closed.items():
        invoice = held.get(f"INVOICE#{number:04d}")
        if item["state"] == "approved":
            if invoice is None or invoice["status"] not in (*SETTLED, *TAKEN_BACK):
                found.append(f"cycle {number} was approved without its payment")
            if item.get("submission") is None or item["submission"]["state"] != "approved":
                found.append(f"cycle {number} was approved without a submission")
            if Decimal(str(item["points_total"])) < required:
                found.append(f"cycle {number} was approved without the points")
    return found


def _money(invoice: Item, charges: list[Mapping[str, Any]]) -> Found:
    found = []
    payments = {each["payment_id"]: each for each in invoice["payments"]}
    counting = [each for each in payments.values() if each["succeeded"] and not each["surplus"]]
    if len(counting) > 1:
        found.append("two payments settle one invoice")
    if counting and invoice["status"] not in (*SETTLED, *TAKEN_BACK):
        found.append("what was paid is unpaid")
    if not counting and invoice["status"] == "paid":
        found.append("it is paid by nothing")
    elif len(counting) < 2 and invoice["status"] != status_of(invoice):
        found.append("an invoice is not what its payments make of it")
    if any(each["payment_id"] not in payments for each in charges):
        found.append("a charge does not stand on its invoice")
    is_safe = invoice["status"] == "waived" or any(_is_safe(each) for each in counting)
    spare = [each for each in charges if each["is_kept"] and _may_go_back(payments.get(each["payment_id"]))]
    if spare and is_safe:
        found.append("it is charged twice and not refunded")
    return found


def _is_safe(payment: Item) -> bool:
    """Whether all of its money is there, and is not on its way back."""
    is_there = payment.get("dispute") not in ("open", "lost") and not payment["refunded"]
    return is_there and not payment.get("given_back", False)


def _may_go_back(payment: Item | None) -> bool:
    """Whether a charge is too much and the portal gives it back; where that failed, a person does."""
    failed = payment is not None and any(each["failed"] for each in payment.get("refunds", ()))
    return payment is None or (payment["surplus"] and not failed)


def _told(held: Mapping[str, Item], archive: Mapping[str, Item], history: Mapping[str, Item]) -> Found:
    """Every change has its event and every event its change."""
    counts: dict[str, int] = defaultdict(int)
    for item in history.values():
        counts[item["type"]] += 1
    approved = sum(item["state"] == "approved" for sort, item in archive.items() if sort.startswith("CYCLE#"))
    pairs = {
        "signings": (sum(sort.startswith("SIGNED#") for sort in archive), counts["cycle-submitted"]),
        "approvals": (approved, counts["cycle-approved"] - counts["approval-undone"]),
    }
    return [f"{made} {what}, and {told} events" for what, (made, told) in pairs.items() if made != told]


def _entries_of(
    held: Mapping[str, Item], archive: Mapping[str, Item], history: Mapping[str, Item]
) -> set[str]:
    """Every entry that stands, was approved, lapsed with its cycle, or was deleted by word of the history."""
    kept = {item["entry_id"] for sort, item in held.items() if sort.startswith("ENTRY#")}
    closed = [item for sort, item in archive.items() if sort.startswith("CYCLE#") and item.get("submission")]
    approved = {item["submission"]["submission_id"] for item in closed}
    for sort, item in archive.items():
        if sort.startswith("SIGNED#") and item["submission_id"] in approved:
            kept |= {each["entry_id"] for each in json.loads(item["text"])["entries"]}
        elif sort.startswith("ENTRIES#"):
            kept |= {each["entry_id"] for each in item["entries"]}
    kept |= {item["data"]["entry_id"] for item in history.values() if item["type"] == "entry-deleted"}
    return kept
