"""Staff's discretion: what staff may do beyond deciding (rules 6 to 8): reinstate a lapsed certification, grant an
extension, undo a wrong approval. As in `recertification`, each takes the whole as it was read and gives it anew.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime

from shared.domain import ids
from shared.domain.certifications import (
    Certification,
    CertificationStatus,
    Cycle,
    last_day_to_come_back,
)
from shared.domain.days import day_after, written_day
from shared.domain.documents import Document
from shared.domain.entries import Entry
from shared.domain.errors import AlreadyDecided, Fault, InvalidRequest, InvoiceUnpaid
from shared.domain.privacy import ERASED, ERASED_DETAIL
from shared.domain.program import Editions
from shared.domain.recertification import Recertification
from shared.domain.standing import StandingClaim
from shared.domain.submissions import Submission


@dataclass(frozen=True, slots=True)
class ClosedCycle:
    """A cycle as its approval left it: what was signed, the certification before, and what lies in the archive.

    `decided` is its submission with the decision, `entries` are those that were signed, `documents` those the report
    names, `standing` the claims that accrued some of it, unless it was closed before these were kept.
    """

    cycle: Cycle
    decided: Submission
    certification: Certification
    entries: tuple[Entry, ...]
    documents: tuple[Document, ...]
    standing: tuple[StandingClaim, ...] = ()


def reinstate(
    found: Recertification, received_on: date, *, editions: Editions, now: datetime, today: date
) -> tuple[Recertification, Recertification]:
    """Close a lapsed cycle and open the next, the report having been received on a day (rule 8).

    The next cycle ends `cycle_years` after the old end, its window starts the day after the report was received. Gives
    the closed and the opened recertification. Raises InvalidRequest for a day that cannot be, AlreadyDecided
    unless it lapsed, InvoiceUnpaid.
    """
    _require_kept(found)
    faults = received_faults(found, received_on, today)
    if faults:
        raise InvalidRequest(tuple(faults))
    if found.access(today) == "open":
        raise AlreadyDecided(
            f"This certification has not lapsed (its last day is {written_day(found.certification.expires_on)}), so "
            "there is nothing to reinstate."
        )
    if found.cycle.locked:
        raise AlreadyDecided("A reinstatement application waits for a decision. Decide on it instead.")
    if found.invoice is None or not found.invoice.settled:
        raise InvoiceUnpaid(
            "The recertification invoice of the lapsed period is neither paid nor waived, so this certification cannot "
            "be reinstated yet."
        )
    if found.late_fee is not None and not found.late_fee.settled:
        raise InvoiceUnpaid(
            "The late fee of this member's application is neither paid nor waived, so this certification cannot be "
            "reinstated yet."
        )
    return reopened(found.accrued(received_on), day_after(received_on), editions=editions, now=now)


def reopened(
    found: Recertification, starts_on: date, *, editions: Editions, now: datetime
) -> tuple[Recertification, Recertification]:
    """The lapsed cycle closed, and the next, which can be earned in from a day on; the status is `renew`."""
    expires_on = found.program.next_expires_on(found.cycle.ends_on)
    number = found.cycle.number + 1
    certification = replace(
        found.certification,
        status="renew",
        expires_on=expires_on,
        extended_to=None,
        extension_reason="",
        terminated_reason="",
        open_until=None,
        version=found.certification.version + 1,
    )
    program = editions.in_force(starts_on)
    opened = Cycle(
        cycle_id=ids.cycle_id(certification.certification_id, number),
        certification_id=certification.certification_id,
        number=number,
        edition=program.edition,
        starts_on=starts_on,
        ends_on=expires_on,
        signable_from=day_after(found.cycle.ends_on),
        version=found.cycle.version + 1,
    )
    unused = tuple(each for each in found.documents if not found.names(each.document_id))
    kept = tuple(each for each in found.documents if each not in unused)
    closed = replace(found, cycle=replace(found.cycle, state="lapsed", closed_at=now), documents=kept)
    return closed, Recertification(program, certification, opened, documents=unused, standing=found.standing)


def received_faults(found: Recertification, received_on: date, today: date) -> list[Fault]:
    """What is wrong with the day on which a lapsed member's report was received.

    It is over or today; it is a day on which the lapsed cycle could be signed (rule 3: not before it, nor before the
    cycle ahead of it had ended); no entry is of a later day, which is the next cycle's (rule 8); a suspension that the
    edition limits is not over; and the next cycle, which it leads to, is not over itself.
    """
    cycle = found.cycle
    earliest = max(cycle.starts_on, cycle.signable_from or cycle.starts_on)
    next_end = found.program.next_expires_on(cycle.ends_on)
    if received_on > today:
        return [Fault("/report_received_on", f"This day is in the future (today is {written_day(today)}).")]
    if found.access(today) == "open":
        return []
    if received_on < earliest:
        detail = f"The report of this period cannot have been received before {written_day(earliest)}."
        return [Fault("/report_received_on", detail)]
    entered = [each.claim.ended_on for each in found.entries if not each.standing_id]
    last_entry = max(entered, default=earliest)
    if received_on < last_entry:
        detail = (
            f"An entry of this period is of {written_day(last_entry)}, so its report cannot have been received before "
            "that. Give that day or a later one."
        )
        return [Fault("/report_received_on", detail)]
    last = last_day_to_come_back(found.certification, found.program)
    if last is not None and received_on > last:
        detail = (
            f"The time in which this certification could come back ended on {written_day(last)}. It has to be "
            "earned anew."
        )
        return [Fault("/report_received_on", detail)]
    if today > next_end or received_on >= next_end:
        detail = (
            f"The period that would follow ended on {written_day(next_end)} itself. This certification cannot be "
            "reinstated; it has to be earned anew."
        )
        return [Fault("/report_received_on", detail)]
    return []


def extend(found: Recertification, extended_to: date, reason: str, today: date) -> Recertification:
    """Grant a last day (hardship): time to enter and sign, not more days to earn in (rule 7).

    Also for one that lapsed meanwhile: marked as lapsed, it becomes again what it was. Raises InvalidRequest for a day
    that grants nothing, AlreadyDecided for a report that is submitted and for a certification terminated elsewhere.
    """
    _require_kept(found)
    faults = extension_faults(found, extended_to, today)
    if faults:
        raise InvalidRequest(tuple(faults))
    certification = found.certification
    if found.cycle.locked:
        raise AlreadyDecided(
            "The report is submitted and does not lapse while it waits; decide on it instead."
        )
    if certification.status == "terminated" and certification.terminated_reason != "lapsed":
        raise AlreadyDecided(
            "This certification was terminated before it came to the portal. It can be reinstated, but not extended."
        )
    certification = replace(
        certification,
        status=status_before(found) if certification.status == "terminated" else certification.status,
        terminated_reason="",
        open_until=None,
        extended_to=extended_to,
        extension_reason=reason,
        version=certification.version + 1,
    )
    return replace(found, certification=certification)


def extension_faults(found: Recertification, extended_to: date, today: date) -> list[Fault]:
    """What is wrong with a last day that staff want to grant."""
    expires_on = found.certification.expires_on
    if extended_to < today:
        return [Fault("/extended_to", f"This day is over (today is {written_day(today)}).")]
    if extended_to <= expires_on:
        return [
            Fault(
                "/extended_to",
                f"The certification lasts until {written_day(expires_on)} anyway. Give a later day.",
            )
        ]
    latest = found.program.next_expires_on(found.cycle.ends_on)
    if extended_to >= latest:
        return [
            Fault(
                "/extended_to", f"The period that follows ends on {written_day(latest)}. Give an earlier day."
            )
        ]
    return []


def status_before(found: Recertification) -> CertificationStatus:
    """What a certification was before it was marked as lapsed: only a first cycle can be signed on any day (rule 3)."""
    return "new" if found.cycle.signable_from is None else "renew"


def undo_approval(current: Recertification, closed: ClosedCycle, *, editions: Editions) -> Recertification:
    """The approved cycle back as it was submitted, while the next is empty (rule 6); its invoice stays as it is.

    What has accrued in the next goes: nobody entered it. A standing claim that accrued some of what was signed and
    was deleted since comes back, as a report that is returned would lose that otherwise; one that was changed stays as
    it is. What is published rests on the approval: staff withdraw it themselves, as it is seen by all. Raises
    AlreadyDecided when something was entered or signed in the current cycle, or it does not follow from this approval,
    or something is published.
    """
    _require_kept(current)
    entered = [each for each in current.entries if not each.standing_id]
    if entered or current.submission is not None or current.cycle.signings:
        raise AlreadyDecided(
            "The period that this approval opened is no longer empty. Ask the member to delete its entries first."
        )
    if closed.cycle.number != current.cycle.number - 1 or closed.cycle.state != "approved":
        raise no_approval_to_undo()
    published = [each.title for each in closed.documents if each.published_at is not None]
    if published:
        raise AlreadyDecided(
            f"A contribution of this report is in the library ({', '.join(published)}). Withdraw it there first, then "
            "undo the approval."
        )
    cycle = replace(
        closed.cycle,
        state="submitted",
        points_total=closed.decided.points_total,
        closed_at=None,
        version=current.cycle.version + 1,
    )
    certification = replace(
        current.certification,
        status=closed.certification.status,
        expires_on=closed.certification.expires_on,
        certificate_id=closed.certification.certificate_id,
        extended_to=closed.certification.extended_to,
        extension_reason=closed.certification.extension_reason,
        terminated_reason=closed.certification.terminated_reason,
        open_until=closed.certification.open_until,
        version=current.certification.version + 1,
    )
    return Recertification(
        program=editions.of_cycle(cycle, cycle.ends_on),
        certification=certification,
        cycle=cycle,
        entries=closed.entries,
        documents=(*current.documents, *current.moving, *closed.documents),
        submission=replace(closed.decided, state="submitted", decision=None),
        standing=(*current.standing, *_deleted_since(closed, current, cycle.version)),
    )


def _deleted_since(closed: ClosedCycle, current: Recertification, version: int) -> list[StandingClaim]:
    """The standing claims that are gone; each change of one is a version of its cycle, so this one is new to them."""
    there = {each.standing_id for each in current.standing}
    return [replace(each, version=version) for each in closed.standing if each.standing_id not in there]


def _require_kept(found: Recertification) -> None:
    """Nothing is brought back of somebody whose data were erased."""
    if found.certification.terminated_reason == ERASED:
        raise AlreadyDecided(ERASED_DETAIL)


def no_approval_to_undo() -> AlreadyDecided:
    """What is said where no approval led to the current cycle."""
    return AlreadyDecided(
        "The period before this one was not closed by an approval, so there is none to undo."
    )
