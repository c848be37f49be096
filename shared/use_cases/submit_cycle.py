"""A member signs the agreement over a finished cycle; the answer leads to the payment (rules 3 and 4)."""

from dataclasses import dataclass, replace

from shared.domain import ids
from shared.domain.errors import NotFound
from shared.domain.events import Command, Event, event
from shared.domain.invoices import Invoice
from shared.domain.ports import EventStore, InvoiceStore, RecertificationStore
from shared.domain.program import Editions
from shared.domain.recertification import Recertification
from shared.domain.reinstatement import Door, by_the_portal, late_fee_invoice
from shared.domain.signing import sign
from shared.domain.submissions import Submission
from shared.use_cases.issue_invoice import new_invoice
from shared.use_cases.once import once, read


@dataclass(frozen=True, slots=True)
class SubmittedCycle:
    """A signing and the invoice to pay for it."""

    submission: Submission
    invoice: Invoice


def submit_cycle(
    recertifications: RecertificationStore,
    invoices: InvoiceStore,
    events: EventStore,
    editions: Editions,
    command: Command,
    recertification: Recertification,
    agreement_version: str,
    signature: str,
    *,
    door: Door = by_the_portal,
) -> SubmittedCycle:
    """Sign and lock a cycle, and create its invoice if it has none; what staff submit was signed on paper.

    What is signed is the agreement of the edition in force, also where the cycle is under an earlier one (rule 3).

    One transaction: the cycle on its version, the submission, the record of what was signed, the invoice, the event.
    Raises CycleLocked, AgreementOutdated, NotReadyToSubmit, IdempotencyKeyReused, Unavailable.
    """
    certification_id = recertification.certification.certification_id
    subject = f"certification:{certification_id}"

    def perform(attempt: int) -> SubmittedCycle:
        before = recertification if attempt == 0 else read(recertifications, certification_id)
        before = door(before, command.today)
        after, record = sign(
            before,
            editions.in_force(command.today).agreement,
            agreement_version=agreement_version,
            signature=signature,
            now=command.now,
            today=command.today,
            on_paper=command.role == "staff",
        )
        submission, invoice = after.submission, before.invoice or new_invoice(before, command)
        if submission is None:
            raise NotFound
        after = replace(after, invoice=invoice)
        if before.certification.status == "terminated":
            after = replace(after, late_fee=before.late_fee or late_fee_invoice(before, command))
        recertifications.save(
            before, after, event(command, subject, "cycle-submitted", {"submission": submission}), record
        )
        return SubmittedCycle(submission, invoice)

    def again(recorded: Event) -> SubmittedCycle:
        submission = recertifications.submission_in(recorded)
        invoice = invoices.find(ids.invoice_id(certification_id, submission.cycle_number))
        if invoice is None:
            raise NotFound
        return SubmittedCycle(submission, invoice)

    return once(events, command, subject, perform, again)
