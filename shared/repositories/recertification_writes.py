"""The writes of a certification's partition: of it, its cycle, entries, standing claims, submission and invoice."""

from collections.abc import Iterable, Sequence

from shared.domain.certifications import Certification, Cycle
from shared.domain.entries import Entry
from shared.domain.invoices import Invoice
from shared.domain.recertification import Recertification
from shared.domain.standing import StandingClaim
from shared.domain.submissions import SignedRecord, Submission
from shared.repositories import items, keys
from shared.repositories.table import ABSENT, SAME_VERSION, Item, Write, check, delete, put, set_item


def certification_write(before: Certification | None, after: Certification) -> Write:
    """The write of a certification, new or as it was read, with its place in the index of those due."""
    item = {**keys.certification(after.certification_id), **items.attributes(after)}
    if after.status != "terminated":
        item["GSI1PK"] = keys.due(after.certification_id, after.expires_on.year)
        item["GSI1SK"] = f"{after.expires_on.isoformat()}#{after.certification_id}"
    if before is None:
        return put("certification", item, ABSENT)
    return put("certification", item, SAME_VERSION, {":version": before.version})


def invoice_write(invoice: Invoice) -> Write:
    """The write of a new recertification invoice: one for each cycle, whoever comes first."""
    return put("invoice", invoice_item(invoice), ABSENT)


def invoice_item(invoice: Invoice) -> Item:
    """An invoice as it is stored, with its place in the index while it is owed, and once it is paid."""
    item = {**keys.invoice(invoice.invoice_id), **items.attributes(invoice)}
    if invoice.status == "open":
        item["GSI1PK"] = keys.owed(invoice.invoice_id)
        item["GSI1SK"] = f"{invoice.due_on.isoformat()}#{invoice.invoice_id}"
    elif invoice.status == "paid" and invoice.paid_at is not None:
        item["GSI1PK"] = keys.paid(invoice.invoice_id, invoice.paid_at.year)
        item["GSI1SK"] = f"{invoice.paid_at.isoformat()}#{invoice.invoice_id}"
    return item


def cycle_write(before: Cycle, after: Cycle) -> Write:
    """The write of a changed cycle, on condition that it is as it was read: the guard of everything in it."""
    item = {**keys.cycle(after.certification_id), **items.attributes(after)}
    return put("cycle", item, SAME_VERSION, {":version": before.version})


def same_cycle(cycle: Cycle) -> Write:
    """The condition that a cycle is as it was read, of a change beside it."""
    return check("cycle", keys.cycle(cycle.certification_id), SAME_VERSION, {":version": cycle.version})


def standing_write(after: Recertification) -> Write:
    """The write of a certification's standing claims, behind its cycle's."""
    return claims_write("standing", keys.standing(after.certification.certification_id), after.standing)


def claims_write(label: str, key: keys.Key, claims: Sequence[StandingClaim]) -> Write:
    """The write of standing claims at a key, over what was there."""
    return set_item(label, {**key, "claims": [items.attributes(each) for each in claims]})


def entry_writes(before: Recertification, after: Recertification) -> list[Write]:
    """The writes of the entries that a change made, altered or took out, each on the version that was read."""
    certification_id, number = after.certification.certification_id, after.cycle.number
    old = {entry.entry_id: entry for entry in before.entries}
    new = {entry.entry_id: entry for entry in after.entries}
    writes = []
    for entry_id, entry in new.items():
        if old.get(entry_id) == entry:
            continue
        item = {**keys.entry(certification_id, number, entry_id), **items.entry_attributes(entry)}
        if entry_id in old:
            writes.append(put(entry_id, item, SAME_VERSION, {":version": old[entry_id].version}))
        else:
            writes.append(put(entry_id, item, ABSENT))
    gone = [each for each in before.entries if each.entry_id not in new]
    return [*writes, *entry_deletions(before, gone)] if gone else writes


def entry_deletions(before: Recertification, entries: Iterable[Entry]) -> list[Write]:
    """The writes that take entries out of a cycle, each on the version that was read."""
    certification_id, number = before.certification.certification_id, before.cycle.number
    return [
        delete(
            each.entry_id,
            keys.entry(certification_id, number, each.entry_id),
            SAME_VERSION,
            {":version": each.version},
        )
        for each in entries
    ]


def submission_write(before: Submission | None, after: Submission, *, queued: bool = True) -> Write:
    """The write of a submission, new or in the state that was read, with its place in staff's queue if `queued`."""
    item = {**keys.submission(after.certification_id), **items.attributes(after)}
    if queued:
        item["GSI1PK"] = keys.review_queue(after.state)
        item["GSI1SK"] = f"{after.submitted_at.isoformat()}#{after.certification_id}"
    if before is None:
        return put("submission", item, ABSENT)
    return put(
        "submission",
        item,
        "submission_id = :submission_id AND #state = :state",
        {":submission_id": before.submission_id, ":state": before.state},
    )


def record_write(record: SignedRecord) -> Write:
    """The write of what was signed, once."""
    key = keys.signed_record(record.certification_id, record.cycle_number, record.signing)
    return put("record", {**key, **items.attributes(record)}, ABSENT)
