"""Staff approve a submission or return it (rule 6)."""

from dataclasses import replace

from shared.domain import ids
from shared.domain.events import Command, Event, event, require_other
from shared.domain.ports import EventStore, RecertificationStore
from shared.domain.program import Editions
from shared.domain.recertification import Recertification
from shared.domain.reinstatement import approve_application
from shared.domain.reviewing import approve, return_to_member
from shared.domain.submissions import Decision
from shared.domain.taking_over import governed
from shared.use_cases.once import once, read, read_put_away


def decide_review(
    recertifications: RecertificationStore,
    events: EventStore,
    editions: Editions,
    command: Command,
    recertification: Recertification,
    submission_id: str,
    decision: Decision,
) -> Recertification:
    """Decide on the current submission; gives the recertification as it is afterwards: the next cycle, when approved.

    One transaction. Raises StaffOnly on one's own certification, InvalidRequest, AlreadyDecided, InvoiceUnpaid,
    NotReadyToSubmit, IdempotencyKeyReused, Unavailable.
    """
    certification_id = recertification.certification.certification_id
    subject = f"certification:{certification_id}"
    require_other(command, recertification.certification.member_id)

    def perform(attempt: int) -> Recertification:
        before = recertification if attempt == 0 else read(recertifications, certification_id)
        data: dict[str, object] = {"submission_id": submission_id, "decision": decision}
        if decision.decision == "return":
            returned = return_to_member(before, submission_id, decision, command.today)
            recertifications.save(before, returned, event(command, subject, "cycle-returned", data))
            return governed(returned, editions, command.today)
        if before.certification.status == "terminated":
            data["for_reinstatement"] = True
            closed, opened = approve_application(before, submission_id, decision, editions=editions)
        else:
            closed, opened = approve(before, submission_id, decision, editions=editions)
        certificate_id = ids.certificate_id(certification_id, command.key)
        opened = replace(opened, certification=replace(opened.certification, certificate_id=certificate_id))
        data |= {"expires_on": opened.certification.expires_on, "next_cycle": opened.cycle.cycle_id}
        recertifications.close(before, closed, opened, event(command, subject, "cycle-approved", data))
        return governed(opened, editions, command.today)

    def again(_: Event) -> Recertification:
        return read_put_away(recertifications, certification_id)

    return once(events, command, subject, perform, again)
