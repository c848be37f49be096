"""The auditor: sees every write as it is committed, and everything that is stored in the end, and knows what may be."""

import json
from collections.abc import Collection, Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from shared.domain import ids
from shared.domain.days import day_of, years_later
from shared.domain.submissions import hash_of
from shared.repositories import keys
from shared.repositories.table import REMOVED, _read
from tests.properties.editions import EDITIONS
from tests.properties.memory_dynamodb import Attributes, Change, Place
from tests.properties.table_auditor import audit
from tests.properties.telling import rests_on_the_best, same_entries, status_of, told
from tests.properties.world import World, require
from tests.unit.domain.builders import CERTIFICATION_ID, PROGRAM

CERTIFICATION = keys.certification_partition(CERTIFICATION_ID)
ARCHIVE = keys.archive_partition(CERTIFICATION_ID)
WITHOUT_CHANGE = {"invoice-asked-for", "checkout-opened", "attention-raised"}
"""Events that remember a request whose answer changed nothing."""

NEEDING = {activity.code for activity in PROGRAM.activities if activity.requires_document}
"""Activities that count only with a clean document."""

PAID_FOR = {"paid", "waived", "refunded", "partially-refunded", "disputed"}
STATUSES = {
    "open": {"open", *PAID_FOR},  # notices come in any order
    "paid": PAID_FOR - {"waived"},
    "waived": {"waived"},
    # A refund may fail, a dispute be won, another payment be heard of, and staff settle what was taken back.
    "refunded": PAID_FOR,
    "partially-refunded": PAID_FOR,
    "disputed": PAID_FOR,
}
"""What an invoice may become: paid never becomes unpaid except by refund or dispute, and nothing is open again."""


class Auditor:
    """Holds every commit of a world to the rules. Raises Violation."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._now = world.now
        self._deleted: set[str] = set()
        world.dynamo.committed = self.committed

    def committed(self, changes: list[Change]) -> None:
        """One put, or one transaction."""
        written = [
            (place, before and _read(before), after and _read(after))
            for operation, place, before, after in changes
            if operation != "ConditionCheck"
        ]
        events = [after for (pk, _), _, after in written if pk.startswith("HISTORY#")]
        kinds = {event["type"] for event in events if event}
        self._now = datetime.fromisoformat(events[0]["at"]) if events and events[0] else self._world.now
        for place, before, after in written:
            self._item(changes, place, before, after)
        self._points(written, kinds)
        self._standing(events)
        self._undoing(kinds)
        self._documents(written, kinds)
        self._versions(events, written)
        self._lapsed(written)
        self._submission(written, kinds)
        touched = [each for each in written if each[0][0] in (CERTIFICATION, ARCHIVE)]
        if touched and not _is_its_own_event(written):
            require(len(events) == 1, "every change has its one event")
        if events and not touched:
            require(kinds <= WITHOUT_CHANGE, "every event has its change")
        elif events and events[0]:
            told(events[0], written)

    # --- what a commit may do ---

    def _item(self, changes: list[Change], place: Place, before: Any, after: Any) -> None:
        partition, sort = place
        if partition.startswith("HISTORY#"):
            require(before is None and after is not None, "an event is written once")
        elif sort.startswith("SIGNED#"):
            require(before is None and after is not None, "what was signed never changes")
            self._signed(after)
        elif sort.startswith("INVOICE#"):
            self._invoice(before, after)
        elif sort.startswith("CYCLE#"):
            require(before is None or after is None, "a closed cycle is closed once")
            if after is not None:
                self._closed(changes, after)

    def _signed(self, record: Any) -> None:
        require(hash_of(record["text"]) == record["signed_hash"], "the hash is of what was signed")
        text, number = json.loads(record["text"]), int(record["cycle_number"])
        signed_on = day_of(datetime.fromisoformat(text["signed_at"]), EDITIONS.time_zone)
        stored = self._entries(number)
        require(same_entries(text["entries"], stored), "every entry is signed as it stands")
        require(len(text["entries"]) == len(stored), "no entry is signed twice")
        before = self._world.dynamo.partitions.get(ARCHIVE, {}).get(f"CYCLE#{number - 1:04d}")
        if before is not None:
            require(
                signed_on.isoformat() > _read(before)["ends_on"],
                "no cycle is signed before the last has ended",
            )
        total = sum(Decimal(str(item["points"])) for item in stored)
        require(total >= PROGRAM.points_required, "signing needs the required points")
        is_current = text["agreement"]["version"] == EDITIONS.in_force(signed_on).agreement.version
        require(is_current, "what is signed is the agreement in force")
        taken_over = [
            each.edition for each in EDITIONS.programs if each.takes_over and each.effective_from <= signed_on
        ]
        is_governed = self._cycle()["edition"] >= max(taken_over, default="")
        require(is_governed, "what is signed is under the edition that took over")

    def _invoice(self, before: Any, after: Any) -> None:
        require(after is not None, "invoices are never deleted")
        if before is None:
            self._issued(after)
            return
        require(before["issued_key"] == after["issued_key"], "a cycle has one invoice, issued once")
        require(
            after["status"] in STATUSES[before["status"]],
            f"no invoice goes from {before['status']} to {after['status']}",
        )
        require(before["lines"] == after["lines"], "what an invoice asks never changes")
        if before["status"] not in ("open", "waived") and after["status"] == "waived":
            require(before["payments"] == after["payments"], "a waiver leaves the payments as they are")
        if before["status"] == "open" and before.get("checkout"):
            by_card = any(each["method"] == "card" for each in after["payments"])
            if after["status"] == "waived" or (after["status"] == "paid" and not by_card):
                session = self._world.stripe.sessions[before["checkout"]["session_id"]]
                require(session.status != "open", "what is settled otherwise cannot be paid by card any more")
        old = {payment["payment_id"]: payment for payment in before["payments"]}
        new = {payment["payment_id"]: payment for payment in after["payments"]}
        require(old.keys() <= new.keys(), "no payment is forgotten")
        for payment_id, payment in old.items():
            later = new[payment_id]
            refunds = {each["refund_id"]: each["failed"] for each in later["refunds"]}
            known = [refunds.get(each["refund_id"], False) >= each["failed"] for each in payment["refunds"]]
            is_kept = refunds.keys() >= {each["refund_id"] for each in payment["refunds"]} and all(known)
            require(is_kept and later["refunded_told"] >= payment["refunded_told"], "no refund is forgotten")
            disputes = {each["dispute_id"]: each["state"] for each in later["disputes"]}
            for dispute in payment["disputes"]:
                state = disputes.get(dispute["dispute_id"])
                is_same = (
                    state in ("won", "lost") if dispute["state"] == "open" else state == dispute["state"]
                )
                require(is_same or state == dispute["state"], "what was decided of a dispute stays decided")
            require(new[payment_id]["succeeded"] or not payment["succeeded"], "no success is forgotten")
        require(after["status"] == status_of(after), "an invoice is what its payments make of it")
        require(rests_on_the_best(after), "an invoice rests on the money that is there")

    def _issued(self, invoice: Any) -> None:
        cycle = self._cycle()
        by_the_job = invoice["issued_key"] == ids.digest("invoice-job", cycle["cycle_id"])
        is_year = str(invoice["issued_on"])[:4] == cycle["ends_on"][:4]
        require(not by_the_job or is_year, "the job invoices what ends this year")

    def _closed(self, changes: list[Change], archived: Any) -> None:
        number = int(archived["number"])
        before = {place: item for _, place, item, _ in changes}
        invoice = self._world.dynamo.item((CERTIFICATION, f"INVOICE#{number:04d}"))
        require(
            invoice is not None and _read(invoice)["status"] in ("paid", "waived"),
            "a cycle is closed once it is paid",
        )
        if archived["state"] == "approved":
            submission = before.get((CERTIFICATION, "SUBMISSION"))
            require(submission is not None, "an approval is of a submission")
            assert submission is not None
            require(_read(submission)["state"] == "submitted", "an approval is of a submission that waits")
            total = Decimal(str(archived["points_total"]))
            require(total >= PROGRAM.points_required, "an approval leaves the required points")
        cycle = self._world.dynamo.item((CERTIFICATION, "CYCLE"))
        assert cycle is not None
        opened = _read(cycle)
        require(int(opened["number"]) == number + 1, "the next cycle follows the one that is closed")
        require(opened["points_total"] == 0, "the next cycle opens with 0 points")
        in_force = EDITIONS.in_force(date.fromisoformat(opened["starts_on"]))
        require(opened["edition"] == in_force.edition, "the next cycle opens under the edition in force")

    def _points(self, written: list[Any], kinds: set[str]) -> None:
        entries = [(before, after) for (_, sk), before, after in written if sk.startswith("ENTRY#")]
        cycles = [(before, after) for (_, sk), before, after in written if sk == "CYCLE"]
        self._sums([new for _, new in entries if new is not None], [after for _, after in cycles], kinds)
        for old, new in cycles:
            if old is not None and old["state"] == "submitted" and old["number"] == new["number"]:
                require(old["edition"] == new["edition"], "what was signed stays under its edition")
        if kinds & {"cycle-approved", "certification-reinstated", "approval-undone"}:
            return
        if entries:
            require(len(cycles) == 1, "entries change with their cycle")
            ((before, _),) = cycles
            require(before["state"] in ("open", "returned"), "a submitted cycle is locked")
            total = Decimal(str(before["points_total"])) + self._accrued_since(before, entries)
            for old, new in entries:
                if new is None or new.get(
                    "standing_id"
                ):  # what accrues may go past the limit as time goes by
                    continue
                without = total - (Decimal(str(old["points"])) if old else 0)
                rises = old is None or new["points"] > old["points"]
                require(not rises or without < PROGRAM.points_required, "nothing is accepted at the limit")
            if before["state"] == "open":
                require(self._is_open(), "the portal is closed to the lapsed")
        if kinds & {
            "entries-logged",
            "entry-edited",
            "entry-deleted",
            "cycle-submitted",
            "document-attached",
            *("standing-claim-entered", "standing-claim-changed", "standing-claim-deleted"),
        }:
            held = _read(self._world.dynamo.partitions[CERTIFICATION]["CERTIFICATION"])
            require(held["status"] != "terminated", "nothing is entered or signed over what has lapsed")

    def _sums(self, entries: list[Any], cycles: list[Any], kinds: set[str]) -> None:
        for entry in entries:
            of_claim = ids.standing_id_of(entry["entry_id"])
            require(entry.get("standing_id", "") == of_claim, "what accrued is known as such")
        if "approval-undone" in kinds:  # whose total is looked at with what it tells
            return
        for cycle in cycles:
            counted = sum(Decimal(str(item["points"])) for item in self._entries(int(cycle["number"])))
            require(Decimal(str(cycle["points_total"])) == counted, "the total is the sum of the entries")

    def _standing(self, events: list[Any]) -> None:
        """A standing claim is entered, or made to earn more, as an entry is: not at the limit."""
        for event in events:
            if event["type"] not in ("standing-claim-entered", "standing-claim-changed"):
                continue
            cycle, said = self._cycle(), event["data"]
            made = sum(
                Decimal(str(item["points"]))
                for item in self._entries(int(cycle["number"]))
                if item.get("standing_id") == said["standing_id"]
            )
            today = day_of(self._now, EDITIONS.time_zone)
            was = [points_accrued(each, cycle, today) for each in said["before"]]
            is_below = Decimal(str(cycle["points_total"])) - made < PROGRAM.points_required
            require(is_below or (bool(was) and made <= was[0]), "nothing is accepted at the limit")

    def _undoing(self, kinds: set[str]) -> None:
        """What was signed is there with all that it came of, and nothing of the cycle that goes."""
        if "approval-undone" not in kinds:
            return
        number = int(self._cycle()["number"])
        require(not self._entries(number + 1), "an undoing leaves nothing of the cycle that goes")
        kept = self._world.dynamo.item((CERTIFICATION, "STANDING"))
        claims = {each["standing_id"] for each in (_read(kept)["claims"] if kept else ())}
        came_of = {each["standing_id"] for each in self._entries(number) if "standing_id" in each}
        require(came_of <= claims, "an undoing brings back what the signed came of")

    def _accrued_since(self, cycle: Any, written: list[Any]) -> Decimal:
        """How much more standing claims make by today than was stored of them: it is stored with the next change.

        It may be less: a claim may be changed in the next cycle, from which an approval that is undone leads back.
        """
        today = day_of(self._now, EDITIONS.time_zone)
        kept = self._world.dynamo.item((CERTIFICATION, "STANDING"))
        made = sum(points_accrued(claim, cycle, today) for claim in (_read(kept)["claims"] if kept else ()))
        there = [item for item in self._entries(int(cycle["number"])) if item.get("standing_id")]
        stored = [*there, *(old for old, _ in written if old is not None and old.get("standing_id"))]
        added = [new for _, new in written if new is not None and new.get("standing_id")]
        points_of = [sum(Decimal(str(item["points"])) for item in items) for items in (stored, added)]
        return Decimal(made) - (points_of[0] - points_of[1])

    def _documents(self, written: list[Any], kinds: set[str]) -> None:
        for (_, sk), before, after in written:
            if not sk.startswith("DOCUMENT#"):
                continue
            if "document-deleted" in kinds:
                self._deleted.add(sk)
            elif after is not None:
                require(sk not in self._deleted, "a document that was deleted does not come back")
            if before and after and REMOVED not in after:
                verdict, version = before["status"], before.get("object_version")
                require(verdict in ("pending", after["status"]), "a verdict on a document stays")
                require(version in ("", after["object_version"]), "one version of a file is judged")
            if after is not None:
                held = [
                    each
                    for each in (CERTIFICATION, ARCHIVE)
                    if sk in self._world.dynamo.partitions.get(each, {})
                ]
                require(len(held) == 1, "a document has one home")
        if not any(sk.startswith(("ENTRY#", "DOCUMENT#", "CYCLE")) for (_, sk), _, _ in written):
            return
        cycle = self._cycle()
        there = self._documents_in(CERTIFICATION)
        clean = {each for each, item in there.items() if item["status"] == "clean"}
        for entry in self._entries(int(cycle["number"])):
            named = set(entry["claim"].get("document_ids", ()))
            require(named <= there.keys(), "an entry names documents that are there")
            if cycle["state"] == "submitted" and entry["claim"]["activity"] in NEEDING:
                require(bool(named & clean), "what was signed has its documents")

    def _documents_in(self, partition: str) -> dict[str, Any]:
        found = self._world.dynamo.partitions.get(partition, {}).items()
        items = [_read(item) for sk, item in found if sk.startswith("DOCUMENT#") and REMOVED not in item]
        return {item["document_id"]: item for item in items}

    def _versions(self, events: list[Any], written: list[Any]) -> None:
        edits = [each for each in events if each and each["type"] in ("entry-edited", "document-attached")]
        edited = {each["data"].get("entry_id") for each in edits}
        for (_, sk), before, after in written:
            if before is None or after is None or "version" not in after:
                continue
            if sk == "CYCLE" and before["number"] != after["number"]:
                continue
            steps = after["version"] - before["version"]
            kind = sk.partition("#")[0]
            # two at once: a refund heard before its payment; another claim's making of what had accrued, and its edit
            has_accrued = kind == "ENTRY" and after.get("standing_id")
            may_be_two = kind == "INVOICE" or has_accrued
            require(steps == 1 or (may_be_two and steps == 2), f"no change of {kind} is lost")
            is_edited = steps == 1 or not has_accrued or after["entry_id"] in edited
            require(is_edited, "what accrued goes on by two versions with its own edit alone")

    def _lapsed(self, written: list[Any]) -> None:
        for (_, sk), before, after in written:
            if sk == "CERTIFICATION" and before and before["status"] != after["status"] == "terminated":
                require(self._cycle()["state"] != "submitted", "what was submitted in time does not lapse")
                require(self._cycle()["state"] == "returned" or not self._is_open(), "nobody lapses early")

    def _is_open(self) -> bool:
        held = _read(self._world.dynamo.partitions[CERTIFICATION]["CERTIFICATION"])
        last_day = max(held["expires_on"], held.get("extended_to") or "")
        return day_of(self._now, EDITIONS.time_zone).isoformat() <= str(last_day)

    def _cycle(self) -> Any:
        return _read(self._world.dynamo.partitions[CERTIFICATION]["CYCLE"])

    @staticmethod
    def _submission(written: list[Any], kinds: set[str]) -> None:
        for (_, sk), before, after in written:
            if sk != "SUBMISSION" or after is None or after["state"] != "submitted":
                continue
            if "approval-undone" not in kinds:
                is_new = before is None or before["submission_id"] != after["submission_id"]
                signed = [each for each in written if each[0][1].startswith("SIGNED#")]
                require(is_new and len(signed) == 1, "each submission is signed anew")

    def _entries(self, number: int) -> list[Any]:
        return [
            _read(item)
            for name, item in self._world.dynamo.partitions[CERTIFICATION].items()
            if name.startswith(f"ENTRY#{number:04d}#")
        ]

    # --- what must be in the end, when every notice was heard ---

    def closing(self) -> None:
        """Everything that was acknowledged is there, and the money is where it belongs."""
        self._nothing_lost()
        self._documents_kept()
        history = [
            _read(item) for item in self._world.dynamo.partitions.get("HISTORY#attention", {}).values()
        ]
        raised = {str(event["data"]) for event in history}
        for invoice in self._world.all_invoices:
            self._money(invoice, raised)
        closed = [
            name for name in self._world.dynamo.partitions.get(ARCHIVE, {}) if name.startswith("CYCLE#")
        ]
        require(self._world.found.cycle.number == len(closed) + 1, "each closed cycle opened one")
        self._whole_table()

    def _whole_table(self) -> None:
        """The same eye that looks at a real table."""
        stored = self._world.dynamo.partitions.values()
        charges = [
            {
                "invoice_id": each.invoice_id,
                "payment_id": each.payment_id,
                "is_kept": each.refunded < each.amount and each.dispute not in ("open", "lost"),
            }
            for each in self._world.stripe.charges.values()
        ]
        found = audit(
            (_read(item) for partition in stored for item in partition.values()),
            points_required=PROGRAM.points_required,
            needing=NEEDING,
            acknowledged=self._world.acknowledged,
            charges=charges,
        )
        require(not found, "; ".join(found))

    def _nothing_lost(self) -> None:
        kept = {entry.entry_id for entry in self._world.found.entries}
        archive = self._world.dynamo.partitions.get(ARCHIVE, {})
        closed = [_read(item) for name, item in archive.items() if name.startswith("CYCLE#")]
        approved = {each["submission"]["submission_id"] for each in closed if each.get("submission")}
        for name, item in archive.items():
            kept |= set(_named_in(name, item, approved))
        subject = f"HISTORY#certification:{CERTIFICATION_ID}"
        for item in self._world.dynamo.partitions.get(subject, {}).values():
            event = _read(item)
            if event["type"] == "entry-deleted":
                kept.add(event["data"]["entry_id"])
        lost = set(self._world.acknowledged) - kept
        require(not lost, f"no acknowledged entry is lost: {lost}")
        still = self._world.deleted & {entry.entry_id for entry in self._world.found.entries}
        require(not still, f"what was deleted is gone: {still}")

    def _documents_kept(self) -> None:
        there = self._documents_in(CERTIFICATION) | self._documents_in(ARCHIVE)
        history = self._world.dynamo.partitions.get(f"HISTORY#certification:{CERTIFICATION_ID}", {})
        events = [_read(item) for item in history.values()]
        deleted = {each["data"]["document_id"] for each in events if each["type"] == "document-deleted"}
        lost = self._world.acknowledged_documents - deleted - there.keys()
        require(not lost, f"no acknowledged document is lost: {lost}")
        served = {each: item for each, item in there.items() if item["status"] == "clean"}
        gone = [
            each
            for each, item in served.items()
            if list(self._world.files.posted.get(each, {})) != [item["object_version"]]
        ]
        require(not gone, f"what is served is the one version that is stored: {gone}")
        unseen = [each for each in self._world.files.posted if there.get(each, {}).get("status") == "pending"]
        require(not unseen, f"every file is judged: {unseen}")

    def _money(self, invoice: Any, raised: set[str]) -> None:
        charges = [
            each for each in self._world.stripe.charges.values() if each.invoice_id == invoice.invoice_id
        ]
        for charge in charges:
            payment = invoice.payment(charge.payment_id)
            require(payment is not None, "every charge stands on its invoice")
            known = {each.refund_id: (each.amount, each.failed) for each in payment.refunds}
            is_told = known == charge.refunds and payment.refunded == charge.refunded
            require(is_told, "every refund stands on its invoice")
            disputes = {each.dispute_id: each.state for each in payment.disputes}
            is_told = disputes == charge.disputes and payment.dispute == charge.dispute
            require(is_told, "every dispute stands on its invoice")
            if payment.surplus and (len(charges) > 1 or payment.status == "succeeded"):
                of_one = {each.payment_id for each in charges}
                is_raised = any(payment_id in each for each in raised for payment_id in of_one)
                require(is_raised, "every surplus charge is raised")
            is_raised = any("a refund failed" in each and charge.payment_id in each for each in raised)
            failed = any(failed for _, failed in charge.refunds.values())
            require(is_raised or not failed, "every refund that failed is raised")
        kept = [
            each for each in charges if each.refunded < each.amount and each.dispute not in ("open", "lost")
        ]
        others = [each for each in invoice.payments if each.method != "card"]
        require(len(others) <= 1, "no two offline payments for one invoice")
        counting = [each for each in invoice.payments if each.succeeded and not each.surplus]
        require(len(counting) <= 1, "one payment settles an invoice")
        stored = {each.payment_id: each for each in invoice.payments}
        spare = [each for each in kept if stored[each.payment_id].surplus]
        by_itself = [each for each in spare if not stored[each.payment_id].refund_failed]
        is_safe = invoice.status == "waived" or any(
            each.is_whole and not each.given_back for each in counting
        )
        require(not (by_itself and is_safe), "no invoice is charged twice and not refunded")
        if any(each.status == "succeeded" for each in counting):
            require(invoice.status in ("paid", "partially-refunded", "waived"), "what was paid is paid")


def points_accrued(claim: Attributes, cycle: Attributes, today: date) -> Decimal:
    """The points of the whole years that a standing claim has lasted in a cycle by the end of a day."""
    first = date.fromisoformat(max(claim["started_on"], cycle["starts_on"]))
    ends = [each for each in (claim.get("ended_on"), cycle["ends_on"], today.isoformat()) if each]
    years = 0
    while years_later(first, years + 1) - timedelta(days=1) <= date.fromisoformat(min(ends)):
        years += 1
    activity = PROGRAM.activity(claim["activity"])
    assert activity is not None
    return activity.points * years


def _is_its_own_event(written: list[Any]) -> bool:
    """An invoice or a document that is created alone."""
    ((_, sk), before, _), *others = written
    return not others and before is None and sk.startswith(("INVOICE#", "DOCUMENT#"))


def _named_in(name: str, item: Attributes, approved: Collection[str]) -> Iterable[str]:
    read = _read(item)
    if name.startswith("SIGNED#") and read["submission_id"] in approved:
        return [entry["entry_id"] for entry in json.loads(read["text"])["entries"]]
    if name.startswith("ENTRIES#"):
        return [entry["entry_id"] for entry in read["entries"]]
    return []
