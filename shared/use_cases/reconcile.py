"""Reconciliation: what should be against what is, in invoices and payments; staff are told of what does not match."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import batched

from shared.domain import ids
from shared.domain.calendar import JobRun
from shared.domain.certifications import Certification
from shared.domain.events import Command, event
from shared.domain.invoices import Invoice
from shared.domain.payments import (
    Irrelevant,
    PaymentDisputed,
    PaymentFailed,
    PaymentRefunded,
    PaymentSucceeded,
    PaymentsUnavailable,
    RefundTold,
    SessionExpired,
    Told,
)
from shared.domain.ports import (
    CalendarStore,
    DueStore,
    EventStore,
    InvoicesAtOnce,
    InvoiceStore,
    PaymentGateway,
    PaymentHistory,
)
from shared.domain.program import Editions
from shared.domain.submissions import Submission
from shared.use_cases.generate_invoices import SYSTEM, is_due
from shared.use_cases.give_back import ATTENTION, is_raised
from shared.use_cases.take_notice import after_notice, mismatch, take_notice

WAITING = timedelta(days=14)
"""How long a report that is paid may wait for its decision before staff are reminded of it."""

WEEK = timedelta(days=7)
"""From one run to the next."""

ACCOUNTS_DIFFER = "accounts differ"

BATCH = 100
"""How many certifications or payments are compared at a time: as many as one batch get takes."""

MOST_UNDELIVERED = 2000
"""How many of Stripe's events are read in a run: each about a refund or dispute may cost a request, and a run has 15
minutes. So many are met only where another endpoint of the account fails: Stripe keeps events for 30 days."""

MOST_NAMED = 500
"""How many findings are told one by one: an event has to fit into an item, and a mail is read by a person."""


@dataclass(frozen=True, slots=True)
class Reconciled:
    """What was compared, and what did not match: sentences for staff, which name people by their numbers alone."""

    due: int
    expected: int
    missing: int
    findings: tuple[str, ...]
    recovered: int


@dataclass(frozen=True, slots=True)
class Compared:
    """Certifications due in the run's year, how many need an invoice, how many of those have none, and which."""

    due: int = 0
    expected: int = 0
    missing: int = 0
    findings: tuple[str, ...] = ()


def find_missing_invoices(
    calendar: CalendarStore, recertifications: DueStore, editions: Editions, run: JobRun
) -> Compared:
    """Which certifications that are due in the run's year have no invoice.

    16 queries of the index and two batch gets for each 100 certifications due: in the week after invoices were asked
    for, in the first week of a month, and when a person asks. The first `MOST_NAMED` without one are read again, by a
    query each, and named; beyond them they are counted.
    """
    year, known = run.today.year, calendar.read()
    released_on = min(program.invoice_release_on(year) for program in editions.programs)
    wanted = run.by_hand or run.today.day <= WEEK.days or known.invoiced_since(year, run.now - WEEK)
    if run.today < released_on or not wanted or not known.holds(year):
        return Compared()
    due = expected = missing = 0
    findings: list[str] = []
    for some in batched(recertifications.due(year), BATCH, strict=False):
        due += len(some)
        for head in recertifications.heads(some):
            if not is_due(head, run, year):
                continue
            expected += 1
            if head.invoice is not None:
                continue
            if len(findings) < MOST_NAMED:
                found = recertifications.find(head.certification.certification_id)
                if found is None or found.invoice is not None or not is_due(found, run, year):
                    continue
                findings.append(f"no invoice for cycle {found.cycle.number}: {_holder(found.certification)}")
            missing += 1
    if missing > len(findings):
        findings.append(f"no invoice for {missing - len(findings)} certifications more")
    return Compared(due, expected, missing, tuple(findings))


def find_undecided(invoices: InvoicesAtOnce, submissions: Iterable[Submission], run: JobRun) -> list[str]:
    """Reports that are paid and wait too long for their decision, and those whose payment was taken back meanwhile."""
    findings = []
    for submission, invoice in _with_invoices(invoices, submissions):
        about = f"{_holder(submission)}, {submission.submission_id}"
        if invoice is None:
            findings.append(f"submitted without an invoice: {about}")
        elif invoice.status in ("refunded", "partially-refunded", "disputed"):
            findings.append(f"submitted, and the payment is {invoice.status}: {about}")
        elif invoice.settled and submission.submitted_at < run.now - WAITING:
            findings.append(f"paid, and undecided for more than {WAITING.days} days: {about}")
    return findings


def _with_invoices(
    invoices: InvoicesAtOnce, submissions: Iterable[Submission]
) -> Iterator[tuple[Submission, Invoice | None]]:
    for some in batched(submissions, BATCH, strict=False):
        wanted = [ids.invoice_id(each.certification_id, each.cycle_number) for each in some]
        found = invoices.find_many(wanted)
        yield from ((each, found.get(invoice_id)) for each, invoice_id in zip(some, wanted, strict=True))


def find_lost_payments(
    invoices: InvoicesAtOnce, history: PaymentHistory
) -> tuple[list[PaymentSucceeded], list[str]]:
    """Payments at Stripe whose webhook never came, and what to tell staff; and those that are known to be too many, of
    which staff were told, and do not show as given back yet.

    One request to Stripe and one batch get for 100 payments.
    """
    lost, findings = [], []
    try:
        for notice, invoice in _paid(invoices, history):
            payment = None if invoice is None else invoice.payment(notice.payment_id)
            if payment is None or not payment.succeeded:
                findings.append(f"a payment's notice never came: {_about(notice, invoice)}")
                lost.append(notice)
            elif payment.surplus and payment.status == "succeeded" and payment.dispute is None:
                lost.append(notice)
    except PaymentsUnavailable:
        findings.append("Stripe does not answer, so payments could not be compared")
    return lost, findings


def _paid(
    invoices: InvoicesAtOnce, history: PaymentHistory
) -> Iterator[tuple[PaymentSucceeded, Invoice | None]]:
    for some in batched(history.succeeded_payments(), BATCH, strict=False):
        found = invoices.find_many([notice.invoice_id for notice in some])
        yield from ((notice, found.get(notice.invoice_id)) for notice in some)


def find_lost_notices(
    invoices: InvoicesAtOnce,
    events: EventStore,
    history: PaymentHistory,
    run: JobRun,
    livemode: bool,
    payments: Iterable[PaymentSucceeded],
) -> tuple[list[Told], list[str]]:
    """What Stripe could not deliver and we do not know, oldest first, and what to tell staff; beside these payments, of
    which they are told already.

    Each is tried on its invoice in memory. What changes nothing is known to us all the same: another endpoint of the
    account did not take it, or another event told it. Staff are not told of it, and it is among the lost only where
    something may be left to do: the webhook may have recorded it and failed at what follows.

    One request to Stripe and one batch get for 100 events, and one for each payment that has to be asked for; one read
    for each notice that fits no invoice.
    """
    notices, findings = _undelivered(history)
    paid = {each.payment_id for each in payments}
    command = Command(SYSTEM, "system", run.now, run.today, "")
    known = invoices.find_many([each.invoice_id for each in notices])
    lost: list[Told] = []
    for notice in notices:
        if isinstance(notice, PaymentSucceeded) and notice.payment_id in paid:
            continue
        before = known.get(notice.invoice_id)
        if before is None or mismatch(notice, before, livemode):
            if is_raised(events, notice.event_id):
                continue
        else:
            if after_notice(before, notice, command) == before:
                if _may_be_unfinished(before, notice):
                    lost.append(notice)
                continue
        findings.append(f"{_kind(notice)}'s notice never came: {_about(notice, before)}")
        lost.append(notice)
    return lost, list(dict.fromkeys(findings))


def _undelivered(history: PaymentHistory) -> tuple[list[Told], list[str]]:
    """What Stripe could not deliver of the portal's invoices, oldest first, and why that may not be all."""
    found: list[Told] = []
    findings = []
    try:
        for number, notice in enumerate(history.undelivered_notices()):
            if number == MOST_UNDELIVERED:
                findings.append(
                    f"more than {number} of Stripe's events were not delivered: the newest were read"
                )
                break
            if not isinstance(notice, Irrelevant):
                found.append(notice)
    except PaymentsUnavailable:
        findings.append("Stripe does not answer, so notices that were lost could not be looked for")
    return found[::-1], findings


def _may_be_unfinished(invoice: Invoice, notice: Told) -> bool:
    """Whether something follows from a notice beside what it says of the invoice."""
    match notice:
        case RefundTold(failed=True) | PaymentDisputed(state="won"):
            return True
    return bool(invoice.due_back)


def take_lost_notices(
    invoices: InvoiceStore,
    events: EventStore,
    gateway: PaymentGateway,
    run: JobRun,
    livemode: bool,
    lost: Sequence[Told],
) -> int:
    """Take notice of these as the webhook would have, under the same key, so one that comes late changes nothing; how
    many were recorded.

    In the order given, but payments of which nothing was taken back come last: what is too many is given back at once,
    and by then it should be known what else is gone. To be called once staff are told: what is recorded is not found
    again. Raises PaymentsUnavailable after having tried all; the run must then be repeated.
    """
    gone = {
        each.payment_id for each in lost if isinstance(each, PaymentRefunded | RefundTold | PaymentDisputed)
    }
    recovered, down = 0, None
    for notice in sorted(
        lost, key=lambda each: isinstance(each, PaymentSucceeded) and each.payment_id not in gone
    ):
        key = ids.digest("recovered", notice.event_id)
        command = Command(SYSTEM, "system", run.now, run.today, key)
        try:
            recovered += take_notice(invoices, events, gateway, command, notice, livemode) == "recorded"
        except PaymentsUnavailable as error:
            down = error
    if down is not None:
        raise down
    return recovered


def raise_findings(events: EventStore, run: JobRun, findings: Iterable[str]) -> None:
    """Tell staff of findings, of the same ones once a week, by the event that their mail is about; of the first
    `MOST_NAMED`, and how many there are more."""
    told = sorted(findings)
    if not told:
        return
    if len(told) > MOST_NAMED:
        told = [*told[:MOST_NAMED], f"{len(told) - MOST_NAMED} findings more, told once these are mended"]
    year, week, _ = run.today.isocalendar()
    command = Command(SYSTEM, "system", run.now, run.today, ids.digest("reconcile", f"{year}-{week}", *told))
    data: Mapping[str, object] = {"reason": ACCOUNTS_DIFFER, "findings": told}
    events.record(event(command, ATTENTION, "attention-raised", data))


def _holder(about: Certification | Submission) -> str:
    """Whose certification it is, and which, for staff; the id is what the page makes a link of.

    No name: what is found is kept as an event, and an erasure has to reach every name.
    """
    return f"{about.designation} of member {about.member_id}, {about.certification_id}"


def _kind(notice: Told) -> str:
    """What was told, for staff."""
    match notice:
        case PaymentSucceeded():
            return "a payment"
        case PaymentFailed():
            return "a failed payment"
        case SessionExpired():
            return "an expired checkout"
        case PaymentDisputed():
            return {"open": "a dispute", "won": "a won dispute", "lost": "a lost dispute"}[notice.state]
        case RefundTold(failed=True):
            return "a failed refund"
        case _:
            return "a refund"


def _about(notice: Told, invoice: Invoice | None) -> str:
    what = (
        f"checkout {notice.session_id}"
        if isinstance(notice, SessionExpired)
        else f"payment {notice.payment_id}"
    )
    payment = f"{what} for invoice {notice.invoice_id}"
    if invoice is None:
        return payment
    items = ", ".join(line.description for line in invoice.lines)
    return f"{payment} (number {invoice.number} of member {invoice.member_id}, {items})"
