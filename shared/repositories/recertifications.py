"""Recertifications: one certification's partition, read by one query and changed by one transaction."""

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, cast

from shared.domain import ids
from shared.domain.calendar import LedTo
from shared.domain.certifications import Certification, Cycle, last_day_of_access, last_day_to_correct
from shared.domain.days import day_of
from shared.domain.discretion import ClosedCycle
from shared.domain.documents import Document
from shared.domain.errors import Fault, InvalidRequest, NotFound
from shared.domain.events import Event
from shared.domain.ports import AlreadyRecorded, ChangedMeanwhile
from shared.domain.privacy import ERASED
from shared.domain.program import Editions
from shared.domain.recertification import Recertification
from shared.domain.submissions import SignedRecord, Submission
from shared.domain.taking_over import counted_anew
from shared.repositories import document_writes, events, items, keys
from shared.repositories.calendar import Calendar
from shared.repositories.closing import closing_writes, entries_put_back, reopening_writes
from shared.repositories.moving import Moving, moving_in, moving_write, nothing_moves
from shared.repositories.recertification_writes import (
    certification_write,
    cycle_write,
    entry_deletions,
    entry_writes,
    invoice_write,
    record_write,
    same_cycle,
    standing_write,
    submission_write,
)
from shared.repositories.table import ConditionFailed, Item, Table, Write

TRANSACTION_LIMIT = 100
MOST_REACHED = 20
"""How many documents from elsewhere one session may bring in, two writes each."""

TOO_MUCH = "This is too much to save at once. Save fewer entries, or name fewer documents from elsewhere."

MOST_ARCHIVED = 40
"""How many documents move to the archive with an approval, two writes each; those beyond move after it."""

MOST_TAKEN_OUT = 10
"""How much of what has accrued goes with the undoing of an approval, beside as many documents and its own writes."""

MOVES = 20
"""How often documents are moved on, of at most 300 in a cycle and with others changing them meanwhile."""
DUE_PAGE = 500


class Recertifications:
    """CERTIFICATION#<id> and ARCHIVE#<id>.

    `find` 1 strongly consistent query (0.5 RRU per 4 KB and read: about 3 RRU at 30 entries) · `reach` 1 batch get
    for documents from elsewhere · `save` of a session of k entries 1 transaction, 2(k+2) WRU with its event; what
    accrued is stored by 1 before it, and `find` again, where it makes more than 100 writes · `save` of a submission 1
    transaction of 6 items and what accrued · `close` 1 transaction, then `put_away` for documents beyond 40 ·
    `put_away` 1 query and 1 transaction for each 40, 1 query at the end · `unfinished` 1 query of the index ·
    `reopen` 1 transaction, and one before it for each 40 documents beyond 40 · `take_out_accrued` none, or 1
    transaction for each 99 entries of more than 10 · `lapse` 1 transaction, 6 WRU with its event and 1 of the index, 3
    more if a report was to be corrected · `closed_cycles` 1 query · `submissions` 1 query of the index · `due` 16
    queries of it · `heads` 2 batch gets for 100, 2 RRU each. Before a change that moves the end
    of access, its day is noted in the calendar: 1 WRU, once in a while for each process and day.
    """

    def __init__(
        self, table: Table, editions: Editions, today: Callable[[], date] = lambda: date.min
    ) -> None:
        self._table = table
        self._editions = editions
        self._today = today
        self._calendar = Calendar(table)

    def find(self, certification_id: str) -> Recertification | None:
        """A certification with its current cycle and all that belongs to it; None where there is none."""
        if not ids.is_certification_id(certification_id):
            certification_id = "crt_" + "a" * 20
        return self._recertification(self._table.query(keys.certification_partition(certification_id)))

    def reach(self, recertification: Recertification, document_ids: Sequence[str]) -> Recertification:
        """The same with those of the documents that are the member's own and at home elsewhere: one batch get.

        What belongs to a closed cycle of this certification is not brought in again.
        """
        wanted = []
        for document_id in document_ids[:MOST_REACHED]:
            with contextlib.suppress(NotFound):
                wanted += keys.document_homes(document_id)
        certification = recertification.certification
        found = [items.document(item) for item in self._table.get_many(wanted)] if wanted else []
        own = tuple(
            document
            for document in found
            if document.member_id.lower() == certification.member_id.lower()
            and certification.certification_id not in document.certification_ids
        )
        return replace(recertification, reachable=own)

    def under(self, recertification: Recertification, edition: str) -> Recertification:
        """The same under another edition; LookupError when that is not shipped."""
        return replace(recertification, program=self._editions.named(edition))

    def save(
        self,
        before: Recertification,
        after: Recertification,
        event: Event,
        record: SignedRecord | None = None,
    ) -> None:
        """Write what changed within a cycle, on condition that the cycle is as it was read.

        What standing claims have accrued and nobody has stored is stored before it, where both together are more than
        one transaction takes. Raises ChangedMeanwhile, AlreadyRecorded, InvalidRequest.
        """
        self._note_end_of_access(before, after, event)
        writes = [cycle_write(before.cycle, after.cycle)]
        writes += entry_writes(before, after)
        writes += document_writes.brought_in(before, after)
        if after.standing != before.standing:
            writes.append(standing_write(after))
        if after.submission is not None and after.submission != before.submission:
            writes.append(submission_write(before.submission, after.submission))
        if record is not None:
            writes.append(record_write(record))
        if before.invoice is None and after.invoice is not None:
            writes.append(invoice_write(after.invoice))
        if before.late_fee is None and after.late_fee is not None:
            writes.append(replace(invoice_write(after.late_fee), label="late fee"))
        writes.append(events.once(event))
        if len(writes) > TRANSACTION_LIMIT:
            self._store_accrued(before, event)
        self._transact(writes)

    def _store_accrued(self, before: Recertification, event: Event) -> None:
        """Store what has accrued by itself, so much as one transaction takes, and have the change decided anew.

        Raises ChangedMeanwhile then, and InvalidRequest where nothing is left to store: the change itself is too much.
        """
        now = before.accrued(day_of(event.at, self._editions.time_zone))
        writes = entry_writes(before, now)[: TRANSACTION_LIMIT - 1]
        if not writes:
            raise InvalidRequest((Fault("", TOO_MUCH),))
        cycle = replace(now.cycle, version=before.cycle.version + 1)
        self._transact([cycle_write(before.cycle, cycle), *writes])
        raise ChangedMeanwhile

    def close(
        self, before: Recertification, closed: Recertification, opened: Recertification, event: Event
    ) -> None:
        """Close a cycle and open the next in one transaction, on condition that the invoice is still settled.

        The closed cycle's entries leave the partition that the dashboard reads; they stay for good in the record of the
        signing, those of a lapsed cycle in an item of their own. Those beyond a transaction's 100 writes stay behind
        and are skipped by their cycle number; documents beyond its room are named as moving, and moved once it is
        closed. Raises ChangedMeanwhile, AlreadyRecorded.
        """
        if before.moving:
            self.put_away(before.certification.certification_id)
        certification_id, closed_at = before.certification.certification_id, closed.cycle.closed_at
        if closed_at is None:
            raise ValueError("a cycle is closed at a time")
        self._note_end_of_access(before, opened, event)
        issued_on = day_of(event.at, self._editions.time_zone)
        writes = [*closing_writes(before, closed, opened, issued_on), events.once(event)]
        writes += document_writes.archived(certification_id, closed.documents[:MOST_ARCHIVED], closed_at)
        beyond = closed.documents[MOST_ARCHIVED:]
        if beyond:
            writes.append(moving_write(Moving(certification_id, closed_at, ()).with_more(beyond)))
        room = TRANSACTION_LIMIT - len(writes)
        writes += entry_deletions(before, before.entries[:room])
        self._transact(writes)
        if beyond:
            self.put_away(certification_id)

    def put_away(self, certification_id: str) -> None:
        """Move what is left of a closed cycle's documents to the archive; what is not moved now, a later call moves.

        Each move looks at the cycle, so that none meets an erasure: that changes the cycle before it reads.
        """
        for _ in range(MOVES):
            items_found = self._table.query(keys.certification_partition(certification_id))
            found, moving = self._recertification(items_found), moving_in(items_found)
            if found is None or moving is None or found.certification.terminated_reason == ERASED:
                return
            moved = found.moving[:MOST_ARCHIVED]
            writes = [
                moving_write(moving.without(moved)),
                same_cycle(found.cycle),
                *document_writes.archived(certification_id, moved, moving.archived_at),
            ]
            with contextlib.suppress(ConditionFailed):
                self._table.transact(writes)

    def unfinished(self) -> Iterator[str]:
        """The certifications with documents that are still to be put away (eventually consistent)."""
        after: str | None = None
        while True:
            found, after = self._table.query_page(keys.MOVING, after=after, limit=DUE_PAGE, index=True)
            yield from (item["certification_id"] for item in found)
            if after is None:
                break

    def lapse(self, before: Recertification, after: Recertification, event: Event) -> None:
        """Write a certification that lapsed, on condition that neither it nor its cycle changed meanwhile.

        The cycle is written too, as another version: what was read before the lapse and is saved after it meets that,
        and looks again. A returned report leaves the queue of those that are corrected. Raises ChangedMeanwhile,
        AlreadyRecorded.
        """
        cycle = before.cycle
        met = cycle_write(cycle, replace(cycle, version=cycle.version + 1))
        writes = [certification_write(before.certification, after.certification), met, events.once(event)]
        if (submission := before.submission) is not None and submission.state == "returned":
            writes.append(submission_write(submission, submission, queued=False))
        self._transact(writes)

    def extend(self, before: Recertification, after: Recertification, event: Event) -> None:
        """Write a certification with another last day, on the conditions of `lapse`, and take back what it did.

        Raises as `lapse`.
        """
        self._note_end_of_access(before, after, event)
        writes = [
            certification_write(before.certification, after.certification),
            same_cycle(before.cycle),
            events.once(event),
        ]
        submission, was_lapsed = before.submission, before.certification.status == "terminated"
        if was_lapsed and submission is not None and submission.state == "returned":
            writes.append(submission_write(submission, submission))
        self._transact(writes)

    def take_out_accrued(self, before: Recertification) -> Recertification:
        """The same with so little that has accrued that `reopen` finds room; the rest is taken out.

        It accrues again, should the undoing not follow. Raises ChangedMeanwhile.
        """
        while len(before.entries) > MOST_TAKEN_OUT:
            left = before.entries[TRANSACTION_LIMIT - 1 :]
            total = before.ledger_of(left).total
            cycle = replace(before.cycle, points_total=total, version=before.cycle.version + 1)
            fewer = replace(before, entries=left, cycle=cycle)
            self._transact([cycle_write(before.cycle, cycle), *entry_writes(before, fewer)])
            before = fewer
        return before

    def reopen(
        self, before: Recertification, after: Recertification, closed: ClosedCycle, event: Event
    ) -> None:
        """Write an approved cycle back as it was submitted, in place of the empty one that its approval opened.

        Entries that find no room in the transaction are put before: reads skip entries of another cycle's number.
        Documents that find none are brought back before, as moving: reads skip these too. Raises ChangedMeanwhile,
        AlreadyRecorded.
        """
        certification_id = before.certification.certification_id
        documents, moving = self._brought_near(before, closed)
        writes = [
            *reopening_writes(before, after, closed),
            events.once(event),
            *document_writes.brought_back(certification_id, documents),
            nothing_moves(certification_id) if moving is None else moving_write(moving.ended()),
        ]
        entries = entries_put_back(certification_id, closed)
        room = TRANSACTION_LIMIT - len(writes)
        for write in entries[room:]:
            self._table.write(write)
        self._transact([*writes, *entries[:room]])

    def _brought_near(
        self, before: Recertification, closed: ClosedCycle
    ) -> tuple[Sequence[Document], Moving | None]:
        """Bring so many documents back from the archive that the rest finds room; the rest, and what is moving."""
        certification_id, documents = before.certification.certification_id, closed.documents
        moving = None
        if before.moving or len(documents) > MOST_ARCHIVED:
            item = self._table.get(keys.moving(certification_id))
            moving = moving_in([item] if item else [])
        while len(documents) > MOST_ARCHIVED:
            near, documents = documents[:MOST_ARCHIVED], documents[MOST_ARCHIVED:]
            closed_at = closed.cycle.closed_at or closed.decided.submitted_at
            moving = (moving or Moving(certification_id, closed_at, ())).with_more(near)
            brought = document_writes.brought_back(certification_id, near)
            self._transact([moving_write(moving), same_cycle(before.cycle), *brought])
        return documents, moving

    def due(self, year: int, expires_on: str = "") -> Iterator[Certification]:
        """The certifications whose last day is in a year (or begins as `expires_on`), from the index: not terminated,
        in order of the day within each of the 16 shards, eventually consistent."""
        for partition in keys.due_partitions(year):
            yield from self.due_in(partition, expires_on)

    def due_in(self, partition: str, expires_on: str = "") -> Iterator[Certification]:
        """Those of one of the index's shards of a year, as `keys.due_partitions` names them."""
        after: str | None = None
        while True:
            found, after = self._table.query_page(
                partition, expires_on, after=after, limit=DUE_PAGE, index=True
            )
            yield from map(items.certification, found)
            if after is None:
                break

    def heads(self, certifications: Sequence[Certification]) -> list[Recertification]:
        """Up to 100 certifications as they are at hand, each with its cycle and that cycle's invoice and nothing else,
        strongly consistent: two batch gets. One without a cycle is left out."""
        found = self._table.get_many([keys.cycle(each.certification_id) for each in certifications])
        cycles = {cycle.certification_id: cycle for cycle in map(items.cycle, found)}
        wanted = [ids.invoice_id(each.certification_id, each.number) for each in cycles.values()]
        there = self._table.get_many([keys.invoice(each) for each in wanted]) if wanted else []
        invoices = {invoice.invoice_id: invoice for invoice in map(items.invoice, there)}
        return [
            Recertification(
                program=self._editions.of_cycle(cycle, self._today()),
                certification=each,
                cycle=cycle,
                invoice=invoices.get(ids.invoice_id(cycle.certification_id, cycle.number)),
            )
            for each in certifications
            if (cycle := cycles.get(each.certification_id)) is not None
        ]

    def submission_in(self, event: Event) -> Submission:
        """The submission as it was signed, from the event of its signing."""
        return items.submission(dict(cast(Mapping[str, Any], event.data["submission"])))

    def closed_cycles(self, certification_id: str) -> list[tuple[Cycle, Submission | None]]:
        """A certification's closed cycles, oldest first, each with its last submission; a lapsed one may have none."""
        found = self._table.query(keys.archive_partition(certification_id), "CYCLE#")
        return [
            (items.cycle(item), items.submission(item["submission"]) if "submission" in item else None)
            for item in found
        ]

    def submissions(
        self, state: str, *, after: str | None, limit: int
    ) -> tuple[list[Submission], str | None]:
        """Submissions in a state, oldest first, from the index (eventually consistent)."""
        found, more = self._table.query_page(keys.review_queue(state), after=after, limit=limit, index=True)
        return [items.submission(item) for item in found], more

    def _note_end_of_access(self, before: Recertification, after: Recertification, event: Event) -> None:
        expires_on = after.certification.expires_on
        program = after.program
        if before.cycle.state == "submitted" or program is not before.program:  # it may be taken over at once
            program = self._editions.of_cycle(after.cycle, self._today())
        last_day = last_day_of_access(after.certification, after.cycle, program)
        if last_day is None or last_day == last_day_of_access(
            before.certification, before.cycle, before.program
        ):
            return
        if expires_on != before.certification.expires_on and expires_on != last_day:
            self._calendar.note(expires_on, expires_on.year, event.at)  # what reminders go by
        led_to_by: LedTo = "extension" if last_day == after.certification.extended_to else "index"
        if last_day_to_correct(after.certification, after.cycle, program) is not None:
            led_to_by = "return"
        self._calendar.note(last_day, expires_on.year, event.at, led_to_by)

    def _recertification(self, found: Sequence[Item]) -> Recertification | None:
        by_kind: dict[str, list[Item]] = {}
        for item in found:
            by_kind.setdefault(item["SK"].partition("#")[0], []).append(item)
        if "CERTIFICATION" not in by_kind or "CYCLE" not in by_kind:
            return None
        cycle = items.cycle(by_kind["CYCLE"][0])
        current = f"ENTRY#{cycle.number:04d}#"
        entries = [items.entry(item) for item in by_kind.get("ENTRY", []) if item["SK"].startswith(current)]
        invoices = {item["invoice_id"]: items.invoice(item) for item in by_kind.get("INVOICE", [])}
        documents = [items.document(item) for item in by_kind.get("DOCUMENT", [])]
        put_away = {each for item in by_kind.get("MOVING", []) for each in item["document_ids"]}
        submissions = [items.submission(item) for item in by_kind.get("SUBMISSION", [])]
        whole = Recertification(
            program=self._editions.of_cycle(cycle, self._today()),
            certification=items.certification(by_kind["CERTIFICATION"][0]),
            cycle=cycle,
            entries=tuple(sorted(entries, key=lambda entry: (entry.logged_at, entry.entry_id))),
            documents=tuple(each for each in documents if each.document_id not in put_away),
            moving=tuple(each for each in documents if each.document_id in put_away),
            submission=submissions[0] if submissions else None,
            invoice=invoices.get(ids.invoice_id(cycle.certification_id, cycle.number)),
            late_fee=invoices.get(ids.late_fee_id(cycle.certification_id, cycle.number)),
            standing=tuple(
                items.standing_claim(each) for item in by_kind.get("STANDING", []) for each in item["claims"]
            ),
        )
        return counted_anew(whole)

    def _transact(self, writes: Sequence[Write]) -> None:
        try:
            self._table.transact(writes)
        except ConditionFailed as error:
            raise AlreadyRecorded if events.EVENT in error.failed else ChangedMeanwhile from error


def holdings(found: Sequence[Item], certification_ids: Sequence[str]) -> list[tuple[Certification, Cycle]]:
    """Certifications with their cycles from items in any order, in the order of the ids; those missing are left out."""
    by_key = {(item["PK"], item["SK"]): item for item in found}
    pairs = []
    for certification_id in certification_ids:
        partition = keys.certification_partition(certification_id)
        if (partition, "CERTIFICATION") in by_key and (partition, "CYCLE") in by_key:
            pairs.append(
                (
                    items.certification(by_key[partition, "CERTIFICATION"]),
                    items.cycle(by_key[partition, "CYCLE"]),
                )
            )
    return pairs
