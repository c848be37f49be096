"""The guards: conditions and checks that the rules rest on, and how to take each away.

Left out are those that stand behind another and alone change nothing (an entry's own condition, behind its cycle's).
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import replace
from datetime import date
from typing import Any
from unittest.mock import patch

from shared.domain import discretion, recertification, reviewing, signing
from shared.domain.certifications import Cycle
from shared.domain.documents import Document
from shared.domain.invoices import Dispute, Invoice, Payment
from shared.domain.program import Editions, Program
from shared.domain.recertification import Recertification
from shared.domain.reviewing import _require_current
from shared.repositories import events, items, keys
from shared.repositories.document_writes import AS_READ
from shared.repositories.recertification_writes import certification_write
from shared.repositories.recertifications import Recertifications
from shared.repositories.table import ABSENT, SAME_VERSION, Table, Write, check, set_item
from shared.use_cases import (
    decide_review,
    expire_certifications,
    generate_invoices,
    once,
    record_payment,
    take_notice,
    waive_invoice,
)

Applies = Callable[[Write], bool]


class Guard:
    """One guard: what it is, and how a history is told without it."""

    def __init__(
        self,
        name: str,
        *,
        without: Applies = lambda _: False,
        apart: bool = False,
        patched: Callable[[], AbstractContextManager[Any]] = nullcontext,
    ) -> None:
        self.name = name
        self.seed = SEEDS.get(name, min(SEEDS.values()))
        self.patched = patched
        self._without = without
        self._apart = apart

    def table(self, client: Any, name: str) -> Table:
        """A table that sends writes without the condition, or each write of a transaction by itself."""
        guard = self

        class Unguarded(Table):
            def write(self, write: Write) -> None:
                super().write(guard.lift(write))

            def transact(self, writes: Sequence[Write]) -> None:
                kept = [guard.lift(each) for each in writes]
                kept = [
                    each
                    for each in kept
                    if each.operation != "ConditionCheck" or each.parameters.get(CONDITION)
                ]
                if not guard._apart:
                    super().transact(kept)
                    return
                for each in kept:
                    super().transact([each])

        return Unguarded(client, name)

    def lift(self, write: Write) -> Write:
        """The write without its condition, where the guard is it."""
        if not self._without(write):
            return write
        kept: Mapping[str, Any] = {
            name: value for name, value in write.parameters.items() if name in ("Item", "Key")
        }
        return replace(write, parameters=kept)


SEEDS: Mapping[str, int] = {
    "the cycle is as it was read": 20270215,
    "the certification is as it was read": 20270337,
    "an event is written once": 20270216,
    "an invoice is issued once": 20270374,
    "an invoice is as it was read": 20270280,
    "an approval checks the invoice": 20270221,
    "a transaction lands whole or not at all": 20270215,
    "what is signed is not taken over": 20270219,
    "no session at the required points": 20270222,
    "no standing claim at the required points": 20270265,
    "no standing claim is made to earn more at the required points": 20270253,
    "a submitted cycle is locked": 20270219,
    "signing needs the points": 20270218,
    "the portal is closed to the lapsed": 20270215,
    "a document is as it was read": 20270241,
    "a document has one home": 20270289,
    "signing needs its documents": 20270227,
    "what comes too late is surplus": 20270263,
    "a document is judged once": 20270215,
    "what waits does not lapse": 20270225,
    "a lapse is of the cycle as it was read": 20270217,
    "a lapse is met by what was read before": 20270294,
    "an entry is changed on the version seen": 20270280,
    "an approval needs a settled invoice": 20270216,
    "a decision is on what waits": 20270381,
    "an approval leaves the points": 20270220,
    "an approval is undone over an empty cycle": 20270217,
    "an undoing brings back the claims": 20270227,
    "money is taken for open invoices": 20270252,
    "a surplus is given back": 20270280,
    "a cheque ends the checkout": 20270272,
    "a waiver ends the checkout": 20270282,
    "a decided dispute stays decided": 20270221,
    "a key used before is known": 20270216,
    "a known key is of the same body": 20270220,
    "nobody decides on their own": 20270251,
    "a cycle is signed in its time": 20270847,
    "a report came when it can have": 20270216,
    "the job invoices what is due": 20270226,
}
"""A history that misses each guard; a change of the code may move it to another seed, which is then looked for."""

CONDITION = "ConditionExpression"


def condition(label: str, expression: str, operation: str = "Put") -> Applies:
    """Writes of this label on this condition."""
    return lambda write: (
        write.label == label
        and write.operation == operation
        and write.parameters.get(CONDITION) == expression
    )


def instead(owner: Any, name: str, stand_in: Any) -> Callable[[], AbstractContextManager[Any]]:
    """Something else in the place of a check."""
    return lambda: patch.object(owner, name, stand_in)


def nothing(*_: Any, **__: Any) -> None:
    """Checks nothing."""


def any_submission(found: Recertification, _: str) -> Any:
    """The submission whatever its state."""
    return found.submission or _require_current(found, "")


def whatever_its_body(events: Any, command: Any, subject: str) -> Any:
    """What a key did, also for another body."""
    return events.find(subject, command.key)


_receive = Invoice.receive


def receive_again(invoice: Invoice, payment: Any, now: Any) -> Invoice:
    """Records a payment as if the invoice were open."""
    return _receive(replace(invoice, status="open"), payment, now)


def the_last_told(known: Any, dispute_id: str, state: Any) -> Any:
    """A payment with a dispute as the last notice tells it."""
    others = tuple(each for each in known.disputes if each.dispute_id != dispute_id)
    return replace(known, disputes=(*others, Dispute(dispute_id, state)), dispute=state)


@contextmanager
def undoing_over_entries() -> Any:
    """Undoes an approval although the next cycle has entries."""
    original = discretion.undo_approval

    def undo(current: Recertification, closed: Any, *, editions: Any) -> Any:
        return original(replace(current, entries=()), closed, editions=editions)

    from shared.use_cases import undo_approval

    with patch.object(undo_approval, "undo_approval", undo):
        yield


@contextmanager
def taking_over_what_is_signed() -> Any:
    """Lets an edition that takes over govern a signed cycle as a running one."""
    original = Editions.of_cycle

    def of_cycle(self: Editions, cycle: Cycle, day: date) -> Program:
        return original(self, replace(cycle, state="open"), day)

    with patch.object(Editions, "of_cycle", of_cycle):
        yield


@contextmanager
def lapsing_what_waits() -> Any:
    """Marks as lapsed whatever is past its last day, submitted or not."""

    def is_over(found: Recertification, today: Any) -> str:
        return "lapsed" if today > found.certification.expires_on else "open"

    original = expire_certifications.lapse_certification

    def lapse(*given: Any) -> Any:
        with patch.object(Recertification, "access", is_over):
            return original(*given)

    from tests.properties import people

    with patch.object(people, "lapse_certification", lapse):
        yield


def lapsing(cycle: Callable[[Any], Write]) -> Callable[[], AbstractContextManager[Any]]:
    """Writes a lapse with something else about its cycle."""

    def lapse(self: Recertifications, before: Any, after: Any, event: Any) -> None:
        held = certification_write(before.certification, after.certification)
        self._transact([held, cycle(before.cycle), events.once(event)])

    return instead(Recertifications, "lapse", lapse)


def checked(cycle: Any) -> Write:
    """Looks at the cycle and leaves it as it is."""
    return check("cycle", keys.cycle(cycle.certification_id), SAME_VERSION, {":version": cycle.version})


def unchecked(cycle: Any) -> Write:
    """Writes the cycle whatever it is by now."""
    return set_item("cycle", {**keys.cycle(cycle.certification_id), **items.attributes(cycle)})


GUARDS = (
    Guard("the cycle is as it was read", without=condition("cycle", SAME_VERSION)),
    Guard("the certification is as it was read", without=condition("certification", SAME_VERSION)),
    Guard("an event is written once", without=condition("event", ABSENT)),
    Guard("an invoice is issued once", without=condition("invoice", ABSENT)),
    Guard("an invoice is as it was read", without=condition("invoice", SAME_VERSION)),
    Guard("an approval checks the invoice", without=condition("invoice", SAME_VERSION, "ConditionCheck")),
    Guard("a transaction lands whole or not at all", apart=True),
    Guard("what is signed is not taken over", patched=taking_over_what_is_signed),
    Guard(
        "no session at the required points", patched=instead(Recertification, "_require_incomplete", nothing)
    ),
    Guard(
        "no standing claim at the required points",
        patched=instead(Recertification, "require_room_beside", nothing),
    ),
    Guard(
        "no standing claim is made to earn more at the required points",
        patched=instead(Recertification, "accrued_of", lambda *_: 0),
    ),
    Guard("a submitted cycle is locked", patched=instead(Recertification, "require_unlocked", nothing)),
    Guard("signing needs the points", patched=instead(signing, "_require_ready", nothing)),
    Guard("the portal is closed to the lapsed", patched=instead(Recertification, "require_open", nothing)),
    Guard(
        "a document is as it was read",
        without=lambda write: write.parameters.get(CONDITION, "").startswith(AS_READ),
    ),
    Guard(
        "a document has one home",
        without=lambda write: write.operation == "ConditionCheck" and write.label.startswith("archive doc_"),
    ),
    Guard("signing needs its documents", patched=instead(Recertification, "missing_documents", ())),
    Guard("a document is judged once", patched=instead(Document, "awaits", lambda *_: True)),
    Guard("what waits does not lapse", patched=lapsing_what_waits),
    Guard("a lapse is of the cycle as it was read", patched=lapsing(unchecked)),
    Guard("a lapse is met by what was read before", patched=lapsing(checked)),
    Guard(
        "an entry is changed on the version seen",
        patched=instead(recertification, "_require_version", nothing),
    ),
    Guard("an approval needs a settled invoice", patched=instead(Invoice, "settled", True)),
    Guard("a decision is on what waits", patched=instead(reviewing, "_require_current", any_submission)),
    Guard("an approval leaves the points", patched=instead(reviewing, "_require_remaining", nothing)),
    Guard("an approval is undone over an empty cycle", patched=undoing_over_entries),
    Guard("an undoing brings back the claims", patched=instead(discretion, "_deleted_since", lambda *_: [])),
    Guard("money is taken for open invoices", patched=instead(Invoice, "require_open", nothing)),
    Guard("what comes too late is surplus", patched=instead(Invoice, "receive", receive_again)),
    Guard("a surplus is given back", patched=instead(take_notice, "give_back_surplus", nothing)),
    Guard("a cheque ends the checkout", patched=instead(record_payment, "expire_checkout", nothing)),
    Guard("a waiver ends the checkout", patched=instead(waive_invoice, "expire_checkout", nothing)),
    Guard("a decided dispute stays decided", patched=instead(Payment, "disputed", the_last_told)),
    Guard("a key used before is known", patched=instead(once, "remembered", lambda *_: None)),
    Guard("a known key is of the same body", patched=instead(once, "remembered", whatever_its_body)),
    Guard("nobody decides on their own", patched=instead(decide_review, "require_other", nothing)),
    Guard("a cycle is signed in its time", patched=instead(Recertification, "signable_from", None)),
    Guard("a report came when it can have", patched=instead(discretion, "received_faults", lambda *_: [])),
    Guard("the job invoices what is due", patched=instead(generate_invoices, "is_due", lambda *_: True)),
)
