"""Staff reinstate a lapsed certification whose report came on paper and whose invoice is settled (rule 8)."""

from dataclasses import replace
from datetime import date

from shared.domain import ids
from shared.domain.discretion import reinstate
from shared.domain.events import Command, Event, event, require_other
from shared.domain.ports import EventStore, RecertificationStore
from shared.domain.program import Editions
from shared.domain.recertification import Recertification
from shared.domain.taking_over import governed
from shared.use_cases.once import once, read, read_put_away


def reinstate_certification(
    recertifications: RecertificationStore,
    events: EventStore,
    editions: Editions,
    command: Command,
    recertification: Recertification,
    received_on: date,
    comment: str,
) -> Recertification:
    """Close the lapsed cycle and open the next; gives the recertification as it is afterwards.

    One transaction: certification, both cycles, certificate, the check of the invoice, the event. Raises StaffOnly on
    one's own certification, InvalidRequest, AlreadyDecided, InvoiceUnpaid, IdempotencyKeyReused, Unavailable.
    """
    certification_id = recertification.certification.certification_id
    subject = f"certification:{certification_id}"
    require_other(command, recertification.certification.member_id)

    def perform(attempt: int) -> Recertification:
        before = recertification if attempt == 0 else read(recertifications, certification_id)
        closed, opened = reinstate(
            before, received_on, editions=editions, now=command.now, today=command.today
        )
        certificate_id = ids.certificate_id(certification_id, command.key)
        opened = replace(opened, certification=replace(opened.certification, certificate_id=certificate_id))
        data = {
            "report_received_on": received_on,
            "comment": comment,
            "cycle": before.cycle.number,
            "expires_on": opened.certification.expires_on,
        }
        recertifications.close(
            before, closed, opened, event(command, subject, "certification-reinstated", data)
        )
        return governed(opened, editions, command.today)

    def again(_: Event) -> Recertification:
        return read_put_away(recertifications, certification_id)

    return once(events, command, subject, perform, again)
