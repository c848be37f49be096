"""What a reviewer decides on a submitted cycle: return it, or close it and open the next (rule 6)."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal

from shared.domain import ids
from shared.domain.certifications import next_cycle, next_period
from shared.domain.entries import plain
from shared.domain.errors import (
    AlreadyDecided,
    Fault,
    InvalidRequest,
    InvoiceUnpaid,
    NotReadyToSubmit,
    pointer_to,
)
from shared.domain.program import Editions
from shared.domain.recertification import Recertification
from shared.domain.room import decision_too_long
from shared.domain.rules.ledger import Ledger
from shared.domain.submissions import Adjustment, Decision, Submission


def return_to_member(
    found: Recertification, submission_id: str, decision: Decision, today: date
) -> Recertification:
    """Unlock the cycle with the reviewer's comment (rule 6). Raises AlreadyDecided, InvalidRequest."""
    submission = _require_current(found, submission_id)
    _require_own_entries(found, decision)
    cycle = replace(found.cycle, state="returned", returned_on=today, version=found.cycle.version + 1)
    return replace(found, cycle=cycle, submission=replace(submission, state="returned", decision=decision))


def approve(
    found: Recertification, submission_id: str, decision: Decision, *, editions: Editions
) -> tuple[Recertification, Recertification]:
    """Close the cycle and open the next, under the edition in force on its first day (rule 6).

    The invoice is settled, and so is the late fee of an application, whatever door the report was signed by. The next
    starts at 0 points, or with what the edition carries over. Gives the closed and the opened recertification:
    status `renew`, the last day by the edition's dates. Raises AlreadyDecided, InvalidRequest, InvoiceUnpaid,
    NotReadyToSubmit.
    """
    submission = _require_current(found, submission_id)
    _require_own_entries(found, decision)
    if found.invoice is None or not found.invoice.settled:
        raise InvoiceUnpaid("The recertification fee is not paid yet, so this report cannot be approved.")
    _require_late_fee(found)
    counted = ledger_after(found, decision.entry_adjustments)
    _require_remaining(found, counted)
    remaining = counted.total
    number = found.cycle.number + 1
    closed = replace(
        found,
        cycle=replace(
            found.cycle,
            state="approved",
            points_total=remaining,
            closed_at=decision.decided_at,
            version=found.cycle.version + 1,
        ),
        submission=replace(submission, state="approved", decision=decision),
    )
    dates = next_period(closed.cycle, found.program)
    certification = replace(
        found.certification,
        status="renew",
        expires_on=dates.ends_on,
        extended_to=None,
        extension_reason="",
        terminated_reason="",
        open_until=None,
        version=found.certification.version + 1,
    )
    program = editions.in_force(dates.starts_on)
    cycle = next_cycle(
        closed.cycle,
        dates,
        edition=program.edition,
        cycle_id=ids.cycle_id(certification.certification_id, number),
        carried_in=counted.carried_on,
    )
    unused = tuple(each for each in found.documents if not found.names(each.document_id))
    closed = replace(closed, documents=tuple(each for each in found.documents if each not in unused))
    return closed, Recertification(program, certification, cycle, documents=unused, standing=found.standing)


def ledger_after(found: Recertification, adjustments: Mapping[str, Adjustment]) -> Ledger:
    """The ledger with a reviewer's adjustments in place of the entries' own points."""
    reduced = {entry_id: (each.points, each.reason) for entry_id, each in adjustments.items()}
    return found.ledger_of(found.entries, reduced)


def _require_late_fee(found: Recertification) -> None:
    """A late fee that the cycle owes is settled, whichever door the report was signed by."""
    if found.late_fee is not None and not found.late_fee.settled:
        raise InvoiceUnpaid("The late fee is not paid yet, so this report cannot be approved.")


def _require_remaining(found: Recertification, counted: Ledger) -> None:
    advice = "Return the report so that the member can enter more."
    unmet = tuple(each.text for each in counted.unmet)
    if counted.points_missing:
        raise NotReadyToSubmit(
            f"With these adjustments {plain(counted.total)} of {plain(found.points_required)} points remain. {advice}",
            counted.points_missing,
            (),
            missing_minimums=unmet,
        )
    if unmet:
        said = f"With these adjustments a minimum is not reached. {' '.join(unmet)} {advice}"
        raise NotReadyToSubmit(said, Decimal(0), (), missing_minimums=unmet)


def _require_current(found: Recertification, submission_id: str) -> Submission:
    submission = found.submission
    if submission is None or submission.submission_id != submission_id or submission.state != "submitted":
        raise AlreadyDecided(
            "This submission is not the one that waits for a decision. Open the queue again."
        )
    return submission


def _require_own_entries(found: Recertification, decision: Decision) -> None:
    points = {entry_id: each.points for entry_id, each in decision.entry_adjustments.items()}
    faults = decision_faults(found, decision.entry_comments, points) + decision_too_long(decision)
    if faults:
        raise InvalidRequest(tuple(faults))


def decision_faults(
    found: Recertification, commented: Iterable[str], adjusted: Mapping[str, Decimal | None]
) -> list[Fault]:
    """What the rules find wrong with a decision's entries: those not in the submission, and points that are raised.

    `adjusted` has None where the points of an entry cannot be read.
    """
    known = {entry.entry_id: entry for entry in found.entries}
    unknown = "There is no such entry in this submission."
    faults = [
        Fault(pointer_to("entry_comments", entry_id), unknown)
        for entry_id in commented
        if entry_id not in known
    ]
    for entry_id, points in adjusted.items():
        if entry_id not in known:
            faults.append(Fault(pointer_to("entry_adjustments", entry_id), unknown))
        elif points is not None and not 0 <= points <= known[entry_id].points:
            detail = f"An entry can only be reduced: 0 to {plain(known[entry_id].points)} points."
            faults.append(Fault(pointer_to("entry_adjustments", entry_id, "points"), detail))
    return faults
