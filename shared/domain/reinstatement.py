"""Reinstatement in the portal, where the edition allows it: a lapsed member fills the same report as an application.

The application is the lapsed cycle itself: entries may be dated within it and within the reinstatement window after it,
a late fee is owed by how late it is signed, and its approval opens the next cycle as a reinstatement on paper does, the
day of signing being the day on which the report was received (rule 8).
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

from shared.domain import ids
from shared.domain.certifications import ShownState, paper_notice, shown_state
from shared.domain.days import day_after, written_day
from shared.domain.errors import CertificationLapsed, NotFound
from shared.domain.events import Command
from shared.domain.invoices import Invoice, Line, status_of_new
from shared.domain.money import Money
from shared.domain.program import Editions
from shared.domain.recertification import Recertification
from shared.domain.reviewing import approve
from shared.domain.submissions import Decision

Door = Callable[[Recertification, date], Recertification]
"""Lets a change of a cycle in on a day, or refuses it; gives the recertification by whose rules it is judged."""


def by_the_portal(found: Recertification, today: date) -> Recertification:
    """The usual door: open as long as the certification has not lapsed. Raises CertificationLapsed."""
    found.require_open(today)
    return found


def by_application(found: Recertification, today: date) -> Recertification:
    """The door of the lapsed, open through the reinstatement window.

    Raises NotFound where the edition knows no applications or the certification has not lapsed, CertificationLapsed
    when the window is over.
    """
    rules = found.program.reinstatement
    of_the_portal = found.certification.terminated_reason in ("", "lapsed")
    if rules is None or found.access(today) == "open" or not of_the_portal:
        raise NotFound("There is no reinstatement application for this certification.")
    if today > last_day_to_apply(found) and not found.cycle.locked:
        raise CertificationLapsed(
            f"The time to apply for reinstatement here ended on {written_day(last_day_to_apply(found))}. "
            f"{paper_notice(found.program)}"
        )
    return replace(found, earned_until=earned_until(found))


def by_either(found: Recertification, today: date) -> Recertification:
    """The door to documents: the portal's while it is open, the application's after, where there is one.

    Raises CertificationLapsed, saying what to do.
    """
    try:
        return by_application(found, today)
    except NotFound:
        return by_the_portal(found, today)


def by_staff(found: Recertification, _: date) -> Recertification:
    """The door of staff, who take in what a member sent them whether the portal is open or not."""
    return found


def earned_until(found: Recertification) -> date:
    """The last day of the reinstatement window: points of an application are earned by then."""
    days = 0 if found.program.reinstatement is None else found.program.reinstatement.window_days
    return found.cycle.ends_on + timedelta(days=days)


def last_day_to_apply(found: Recertification) -> date:
    """The last day to sign: the window's, or the last of the correction days after a return."""
    last_day = earned_until(found)
    if found.cycle.state == "returned" and found.cycle.returned_on is not None:
        last_day = max(last_day, found.cycle.returned_on + timedelta(days=found.program.correction_days))
    return last_day


def application_state(found: Recertification) -> ShownState:
    """The state of the application, as that of a report is named."""
    return shown_state(found.cycle, "open", met=found.met)


def late_fee(found: Recertification, today: date) -> Money | None:
    """What is owed besides the recertification fee when it is signed on a day; the last tier has no end."""
    rules = found.program.reinstatement
    if rules is None or not rules.late_fees:
        return None
    days_late = (today - found.cycle.ends_on).days
    tiers = sorted(rules.late_fees, key=lambda tier: tier.within_days)
    return next((tier.amount for tier in tiers if days_late <= tier.within_days), tiers[-1].amount)


def late_fee_invoice(found: Recertification, command: Command) -> Invoice | None:
    """The invoice of the late fee as of today, not stored yet; None where the edition asks for none."""
    amount = late_fee(found, command.today)
    if amount is None:
        return None
    certification, cycle = found.certification, found.cycle
    number = ids.invoice_number(certification.certification_id, cycle.recertification_year)
    text = f"Late fee: {certification.designation}, period that ended {written_day(cycle.ends_on)}"
    lines = (Line(text, amount),)
    return Invoice(
        invoice_id=ids.late_fee_id(certification.certification_id, cycle.number),
        number=f"{number}-L",
        member_id=certification.member_id,
        certification_id=certification.certification_id,
        type="recertification",
        lines=lines,
        status=status_of_new(lines),
        issued_on=command.today,
        due_on=found.program.payment_due_on(command.today),
        issued_at=command.now,
        issued_key=command.key,
    )


def approve_application(
    found: Recertification, submission_id: str, decision: Decision, *, editions: Editions
) -> tuple[Recertification, Recertification]:
    """As an approval, but the next window starts the day after the signing (rule 8).

    Raises what an approval raises.
    """
    closed, opened = approve(found, submission_id, decision, editions=editions)
    signed_on = found.cycle.signed_on or found.cycle.ends_on
    starts_on = day_after(signed_on)
    program = editions.in_force(starts_on)
    cycle = replace(opened.cycle, starts_on=starts_on, edition=program.edition)
    return closed, replace(opened, cycle=cycle, program=program)
