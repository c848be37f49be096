"""A lapsed member signs the reinstatement application; what is owed for it comes with it (rule 8)."""

from shared.domain.calendar import JobRun
from shared.domain.events import Command
from shared.domain.ports import DueStore, EventStore, InvoiceStore
from shared.domain.program import Editions
from shared.domain.recertification import Recertification
from shared.domain.reinstatement import by_application
from shared.use_cases.expire_certifications import lapse_certification
from shared.use_cases.once import read, remembered
from shared.use_cases.submit_cycle import SubmittedCycle, submit_cycle


def submit_application(
    recertifications: DueStore,
    invoices: InvoiceStore,
    events: EventStore,
    editions: Editions,
    command: Command,
    recertification: Recertification,
    agreement_version: str,
    signature: str,
) -> SubmittedCycle:
    """Sign and lock an application, with its invoice and the invoice of the late fee.

    A certification that is past its last day is marked as lapsed first, as the daily job would: submitted, it must not
    look like a report that was signed in time. Raises what signing a report raises, NotFound.
    """
    certification_id = recertification.certification.certification_id
    found = recertification
    if (
        remembered(events, command, f"certification:{certification_id}") is None
        and found.certification.status != "terminated"
    ):
        by_application(found, command.today)
        run = JobRun(command.now, command.today)
        lapse_certification(recertifications, run, certification_id)
        found = read(recertifications, certification_id)
    return submit_cycle(
        recertifications,
        invoices,
        events,
        editions,
        command,
        found,
        agreement_version,
        signature,
        door=by_application,
    )
