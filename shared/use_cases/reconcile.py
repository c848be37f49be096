"""Reconciliation: what should be against what is, in invoices and payments; staff are told of what does not match."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from shared.domain import ids
from shared.domain.calendar import JobRun
from shared.domain.certifications import Certification
from shared.domain.events import Command, event
from shared.domain.invoices import Invoice
from shared.domain.payments import PaymentSucceeded, PaymentsUnavailable
from shared.domain.ports import (
    CalendarStore,
    DueStore,
    EventStore,
    InvoiceStore,
    PaymentGateway,
    PaymentHistory,
)
from shared.domain.program import Editions
from shared.domain.submissions import Submission
from shared.use_cases.generate_invoices import SYSTEM, is_due
from shared.use_cases.take_notice import ATTENTION, take_notice

WAITING = timedelta(days=14)
"""How long a report that is paid may wait for its decision before staff are reminded of it."""

WEEK = timedelta(days=7)
"""From one run to the next."""

ACCOUNTS_DIFFER = "accounts differ"


@dataclass(frozen=True, slots=True)
class Reconciled:
    """What was compared, and what did not match: sentences for staff, which name people by their numbers alone."""

    due: int
    expected: int
    findings: tuple[str, ...]
    recovered: int


def find_missing_invoices(
    calendar: CalendarStore, recertifications: DueStore, editions: Editions, run: JobRun
) -> tuple[int, int, list[str]]:
    """Certifications due in the run's year, how many of them need an invoice, and which of those have none.

    16 queries of the index and one for each certification due: in the week after invoices were asked for, in the first
    week of a month, and when a person asks.
    """
    year, known = run.today.year, calendar.read()
    released_on = min(program.invoice_release_on(year) for program in editions.programs)
    wanted = run.by_hand or run.today.day <= WEEK.days or known.invoiced_since(year, run.now - WEEK)
    if run.today < released_on or not wanted or not known.holds(year):
        return 0, 0, []
    due = expected = 0
    findings = []
    for certification in recertifications.due(year):
        due += 1
        found = recertifications.find(certification.certification_id)
        if found is None or not is_due(found, run, year):
            continue
        expected += 1
        if found.invoice is None:
            findings.append(f"no invoice for cycle {found.cycle.number}: {_holder(found.certification)}")
    return due, expected, findings


def find_undecided(invoices: InvoiceStore, submissions: Iterable[Submission], run: JobRun) -> list[str]:
    """Reports that are paid and wait too long for their decision, and those whose payment was taken back meanwhile."""
    findings = []
    for submission in submissions:
        about = f"{_holder(submission)}, {submission.submission_id}"
        invoice = invoices.find(ids.invoice_id(submission.certification_id, submission.cycle_number))
        if invoice is None:
            findings.append(f"submitted without an invoice: {about}")
        elif invoice.status in ("refunded", "partially-refunded", "disputed"):
            findings.append(f"submitted, and the payment is {invoice.status}: {about}")
        elif invoice.settled and submission.submitted_at < run.now - WAITING:
            findings.append(f"paid, and undecided for more than {WAITING.days} days: {about}")
    return findings


def find_lost_payments(
    invoices: InvoiceStore, history: PaymentHistory
) -> tuple[list[PaymentSucceeded], list[str]]:
    """Payments at Stripe whose webhook never came, and what to tell staff; and those that are known to be too many, of
    which staff were told, and do not show as given back yet.

    One request to Stripe for 100 payments, one read a payment.
    """
    lost, findings = [], []
    try:
        for notice in history.succeeded_payments():
            invoice = invoices.find(notice.invoice_id)
            payment = None if invoice is None else invoice.payment(notice.payment_id)
            if payment is None or not payment.succeeded:
                findings.append(f"a payment's notice never came: {_about(notice, invoice)}")
                lost.append(notice)
            elif payment.surplus and payment.status == "succeeded" and payment.dispute is None:
                lost.append(notice)
    except PaymentsUnavailable:
        findings.append("Stripe does not answer, so payments could not be compared")
    return lost, findings


def recover_payments(
    invoices: InvoiceStore,
    events: EventStore,
    gateway: PaymentGateway,
    run: JobRun,
    livemode: bool,
    lost: Iterable[PaymentSucceeded],
) -> int:
    """Take notice of these payments as the webhook would have, under the same key, so one that comes late changes
    nothing; how many were recorded.

    To be called once staff are told: a payment that is recorded is not found again. Raises PaymentsUnavailable after
    having tried all; the run must then be repeated.
    """
    recovered, down = 0, None
    for notice in lost:
        key = ids.digest("recovered", notice.payment_id)
        command = Command(SYSTEM, "system", run.now, run.today, key)
        try:
            recovered += take_notice(invoices, events, gateway, command, notice, livemode) == "recorded"
        except PaymentsUnavailable as error:
            down = error
    if down is not None:
        raise down
    return recovered


def raise_findings(events: EventStore, run: JobRun, findings: Iterable[str]) -> None:
    """Tell staff of findings, of the same ones once a week, by the event that their mail is about."""
    told = sorted(findings)
    if not told:
        return
    year, week, _ = run.today.isocalendar()
    command = Command(SYSTEM, "system", run.now, run.today, ids.digest("reconcile", f"{year}-{week}", *told))
    data: Mapping[str, object] = {"reason": ACCOUNTS_DIFFER, "findings": told}
    events.record(event(command, ATTENTION, "attention-raised", data))


def _holder(about: Certification | Submission) -> str:
    """Whose certification it is, and which, for staff; the id is what the page makes a link of.

    No name: what is found is kept as an event, and an erasure has to reach every name.
    """
    return f"{about.designation} of member {about.member_id}, {about.certification_id}"


def _about(notice: PaymentSucceeded, invoice: Invoice | None) -> str:
    payment = f"payment {notice.payment_id} for invoice {notice.invoice_id}"
    if invoice is None:
        return payment
    items = ", ".join(line.description for line in invoice.lines)
    return f"{payment} (number {invoice.number} of member {invoice.member_id}, {items})"
