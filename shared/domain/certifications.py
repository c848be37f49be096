"""Certifications and their cycles: how long access lasts, and where the next cycle begins (rules 6 to 8)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Literal

from shared.domain.days import day_after, written_day
from shared.domain.program import Program
from shared.domain.rules.carry_over import CarriedIn
from shared.domain.rules.cycles import Dates, last_day_of_suspension, last_day_to_submit, next_dates

CertificationStatus = Literal["new", "renew", "terminated"]
CycleState = Literal["open", "submitted", "returned", "approved", "lapsed"]
ShownState = Literal["entering", "complete", "submitted", "returned", "approved", "lapsed"]
Access = Literal["open", "lapsed"]


@dataclass(frozen=True, slots=True)
class Certification:
    """One member's holding of one designation. `extended_to` is a last day that staff granted, with its reason.

    `open_until` is the last day of access of one that was marked as lapsed. `member_name` and `body_member` are the
    member's, kept here too so that nobody has to be looked up for them.
    """

    certification_id: str
    member_id: str
    member_name: str
    designation: str
    certified_since: date
    expires_on: date
    status: CertificationStatus
    committees: tuple[str, ...] = ()
    extended_to: date | None = None
    extension_reason: str = ""
    terminated_reason: str = ""
    open_until: date | None = None
    imported: str = ""
    certificate_id: str = ""
    body_member: bool = False
    version: int = 1


@dataclass(frozen=True, slots=True)
class Cycle:
    """One recertification period of a certification, pinned to the edition under which it started, or to the one that
    has taken it over since: then `started_under` names the first.

    `number` counts the cycles the portal has known for this certification, from 1. `signable_from` is the first day
    on which it may be signed (rule 3), None when any day will do. `version` rises with every change of the cycle or
    of one of its entries, and holds the guards under concurrency. `carried_in` came from the cycle before. Only a
    closed cycle has the state `lapsed`: the certification lapsed in it, and was reinstated.
    """

    cycle_id: str
    certification_id: str
    number: int
    edition: str
    starts_on: date
    ends_on: date
    state: CycleState = "open"
    points_total: Decimal = Decimal(0)
    signable_from: date | None = None
    signings: int = 0
    signed_on: date | None = None
    returned_on: date | None = None
    closed_at: datetime | None = None
    version: int = 1
    carried_in: tuple[CarriedIn, ...] = ()
    started_under: str | None = None

    @property
    def locked(self) -> bool:
        """Whether entries can no longer be changed (rule 3)."""
        return self.state in ("submitted", "approved", "lapsed")

    @property
    def recertification_year(self) -> int:
        """The year of the cycle's last day."""
        return self.ends_on.year


@dataclass(frozen=True, slots=True)
class Registration:
    """A certification with its current cycle, under the program of the cycle's edition: a row of My Registrations."""

    program: Program
    certification: Certification
    cycle: Cycle

    def access(self, today: date) -> Access:
        """Whether the portal is open for it on that day (rule 7)."""
        return access_on(today, self.certification, self.cycle, self.program)


def lapse_notice(certification: Certification, cycle: Cycle, program: Program) -> str:
    """What a lapsed member is told to do, exactly (rule 8); where the program takes applications, how to make one."""
    expires_on = written_day(certification.expires_on)
    sign_by = last_day_to_sign(certification, cycle, program)
    until = ""
    if sign_by is not None and sign_by > certification.expires_on:
        until = f", and its report could be signed until {written_day(sign_by)}"
    lapsed = (
        f"Your {certification.designation} certification has lapsed; its last day was {expires_on}{until}."
    )
    if (last := last_day_to_come_back(certification, program)) is not None:
        lapsed += f" It is suspended and can come back until {written_day(last)}."
    if program.reinstatement is None:
        return f"{lapsed} {paper_notice(program)}"
    days = program.reinstatement.window_days
    return (
        f"{lapsed} You can apply for reinstatement in the Recertification Portal within {days} days of "
        f"{expires_on}: enter the points that are missing, sign, and pay. Then wait for the reinstatement to be "
        "confirmed."
    )


def last_day_to_come_back(certification: Certification, program: Program) -> date | None:
    """The last day on which the report of a lapsed certification can come in; None where the edition names no end."""
    rules = program.cycle_rules
    if rules.suspension is None:
        return None
    return last_day_of_suspension(rules, certification.extended_to or certification.expires_on)


def paper_notice(program: Program) -> str:
    """How a lapsed member is reinstated on paper (rule 8)."""
    return (
        f"To be reinstated: send your Recertification Report to {program.contact.email}, pay the recertification "
        "invoice under My Invoices, and wait for the reinstatement to be confirmed."
    )


def portal_notice(registrations: Sequence[Registration], program: Program, today: date) -> tuple[str, str]:
    """Whether the portal is open to a member (`open` if it is for any certification), and what to do (rules 7 to 9)."""
    if not registrations:
        return "not-certified", (
            "You hold no certification yet, so there is nothing to recertify. "
            f"See how to get certified: {program.contact.get_certified}"
        )
    lapsed = [each for each in registrations if each.access(today) == "lapsed"]
    if len(lapsed) == len(registrations):
        return "lapsed", lapse_notice(lapsed[0].certification, lapsed[0].cycle, lapsed[0].program)
    return "open", "The recertification portal is open to you."


def last_day_of_access(certification: Certification, cycle: Cycle, program: Program) -> date | None:
    """The last day on which the portal is open for this certification; None while a report waits for its decision.

    Rule 7: the end of `expires_on` and of the edition's grace, or of the day an extension was granted to. A cycle
    submitted in time does not lapse while it waits; returned, it lapses no earlier than the end of the
    `correction_days`-th day after the return.
    """
    if cycle.state == "submitted":
        return None
    correct_by = last_day_to_correct(certification, cycle, program)
    return correct_by or _last_day_without_return(certification, program)


def last_day_to_correct(certification: Certification, cycle: Cycle, program: Program) -> date | None:
    """The last of the correction days, where a return has put the last day of access off; None where it has not."""
    if cycle.state != "returned" or cycle.returned_on is None:
        return None
    last_day = cycle.returned_on + timedelta(days=program.correction_days)
    return last_day if last_day > _last_day_without_return(certification, program) else None


def last_day_to_sign(certification: Certification, cycle: Cycle, program: Program) -> date | None:
    """The last day on which the report can be signed, or could be before it lapsed; None while a signed one waits.

    A lapsed certification keeps the day, whatever an application for reinstatement does to its cycle.
    """
    if certification.status == "terminated":
        last_day = certification.open_until or certification.extended_to or certification.expires_on
        return max(last_day, certification.expires_on)
    return last_day_of_access(certification, cycle, program)


def _last_day_without_return(certification: Certification, program: Program) -> date:
    last_day = last_day_to_submit(program.cycle_rules, certification.expires_on)
    return max(last_day, certification.extended_to or last_day)


def access_on(today: date, certification: Certification, cycle: Cycle, program: Program) -> Access:
    """Whether the portal is open for this certification on a day of the program (rule 7)."""
    if certification.status == "terminated":
        return "lapsed"
    last_day = last_day_of_access(certification, cycle, program)
    return "open" if last_day is None or today <= last_day else "lapsed"


def shown_state(cycle: Cycle, access: Access, *, met: bool) -> ShownState:
    """The state of a cycle as the contract names it; `met` tells whether everything required is reached."""
    if access == "lapsed":
        return "lapsed"
    if cycle.state == "open":
        return "complete" if met else "entering"
    return cycle.state


def first_cycle(
    program: Program,
    *,
    cycle_id: str,
    certification_id: str,
    certified_since: date,
    expires_on: date,
    later: bool,
) -> Cycle:
    """The cycle that an imported certification is in.

    A first cycle starts on `certified_since`; a later one the day after the day `cycle_years` before `expires_on`, and
    may not be signed before it starts, because that is the day after the previous cycle's last day (rule 3).
    """
    starts_on = program.later_cycle_starts_on(expires_on) if later else certified_since
    return Cycle(
        cycle_id=cycle_id,
        certification_id=certification_id,
        number=1,
        edition=program.edition,
        starts_on=starts_on,
        ends_on=expires_on,
        signable_from=starts_on if later else None,
    )


def next_period(closed: Cycle, program: Program) -> Dates:
    """The days of the cycle after `closed`, by the dates of its edition (rule 6).

    Where the edition starts it at once: the day after the last signing, or the day after the old cycle's last day if
    that is earlier, so that nothing is earned twice and no day is lost. Only a report first signed in the grace is
    late.
    """
    signed_on = closed.ends_on if closed.signed_on is None else closed.signed_on
    late = program.cycle_rules.grace is not None and closed.signings == 1
    renewed_on = signed_on if late else min(signed_on, closed.ends_on)
    return next_dates(
        program.cycle_rules, program.cycle_years, closed.ends_on, renewed_on, closed.ends_on.month
    )


def next_cycle(
    closed: Cycle, dates: Dates, *, edition: str, cycle_id: str, carried_in: tuple[CarriedIn, ...]
) -> Cycle:
    """The cycle that opens when `closed` is approved, empty but for what is carried over (rule 6)."""
    return Cycle(
        cycle_id=cycle_id,
        certification_id=closed.certification_id,
        number=closed.number + 1,
        edition=edition,
        starts_on=dates.starts_on,
        ends_on=dates.ends_on,
        signable_from=day_after(closed.ends_on),
        points_total=sum((each.points for each in carried_in), Decimal(0)),
        carried_in=carried_in,
        version=closed.version + 1,
    )
