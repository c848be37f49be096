"""The program: one edition of a certifying body's rules, as data read from `shared/programs`.

Everything a body would want to change stands here and never as a constant in code. What decides which points count is
the rule set (`shared.domain.rules`); an edition of the program is that and what the portal needs besides.
"""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

from shared.domain.days import day_after, years_later
from shared.domain.money import Money
from shared.domain.rules.fees import Charge, Fee, Membership, Owed, owed
from shared.domain.rules.words import Activity, Designation, RuleSet

if TYPE_CHECKING:
    from shared.domain.certifications import Cycle

__all__ = [
    "Activity",
    "Agreement",
    "Charge",
    "Contact",
    "Designation",
    "DocumentKind",
    "Editions",
    "Fee",
    "LateFee",
    "Membership",
    "Program",
    "Reinstatement",
]


@dataclass(frozen=True, slots=True)
class DocumentKind:
    """What an uploaded file is: evidence, or a contribution that earns points."""

    code: str
    title: str


@dataclass(frozen=True, slots=True)
class LateFee:
    """What is owed besides the fee when an application is signed within so many days after the last day."""

    within_days: int
    amount: Money


@dataclass(frozen=True, slots=True)
class Reinstatement:
    """How a lapsed member applies in the portal: points are earned until so many days after the last day."""

    window_days: int
    late_fees: tuple[LateFee, ...] = ()


@dataclass(frozen=True, slots=True)
class Agreement:
    """The Recertification Agreement that is signed; `version` is an opaque string."""

    version: str
    text: str


@dataclass(frozen=True, slots=True)
class Contact:
    """Where a member asks for help."""

    name: str
    email: str
    phone: str
    website: str
    get_certified: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Program(RuleSet):
    """One edition of the rules. Days are days in `time_zone`; `effective_from` is its first day.

    `documents_kept_years` is how long documents of closed cycles are kept, None for good.
    """

    name: str
    edition: str
    effective_from: date
    notice: str
    time_zone: str
    invoice_release: tuple[int, int]
    payment_terms_days: int
    correction_days: int
    reminder_days: tuple[int, ...]
    document_kinds: tuple[DocumentKind, ...]
    fees: tuple[Fee, ...]
    agreement: Agreement
    contact: Contact
    largest_document_bytes: int = 10 * 1024**2
    documents_kept_years: int | None = None
    reinstatement: Reinstatement | None = None
    charges: tuple[Charge, ...] = ()

    def owed(self, designation: str, ends_on: date, day: date, *, body_member: bool) -> tuple[Owed, ...]:
        """What recertifying this designation costs for the period that ends on a day, invoiced on another.

        LookupError when the edition names no price for it.
        """
        membership: Membership = "member" if body_member else "non-member"
        return owed(self.fees, self.charges, designation, membership, ends_on, day)

    def invoice_release_on(self, recertification_year: int) -> date:
        """The day from which invoices of that recertification year are issued by themselves (rule 4)."""
        month, day = self.invoice_release
        return date(recertification_year, month, day)

    def payment_due_on(self, issued_on: date) -> date:
        """By when what is issued on that day is to be paid."""
        return issued_on + timedelta(days=self.payment_terms_days)

    def later_cycle_starts_on(self, expires_on: date) -> date:
        """The day after the day `cycle_years` before the last day: where a later cycle starts."""
        return day_after(years_later(expires_on, -self.cycle_years))

    def next_expires_on(self, expires_on: date) -> date:
        """The last day of the cycle after the one that ends on `expires_on` (rule 6)."""
        return years_later(expires_on, self.cycle_years)


@dataclass(frozen=True, slots=True)
class Editions:
    """The editions of one program, oldest first; a cycle keeps the one under which it started, unless a later one takes
    over."""

    programs: tuple[Program, ...]

    def in_force(self, day: date) -> Program:
        """The latest edition that has taken effect by that day; the first one for days before it."""
        in_effect = [program for program in self.programs if program.effective_from <= day]
        return in_effect[-1] if in_effect else self.programs[0]

    def named(self, edition: str) -> Program:
        """The edition with this name; LookupError when it is not shipped."""
        for program in self.programs:
            if program.edition == edition:
                return program
        raise LookupError(f"edition {edition!r} is not among the editions of this program")

    def before(self, program: Program) -> tuple[Program, ...]:
        """The other editions that have taken effect by the first day of one."""
        return tuple(
            each
            for each in self.programs
            if each.edition != program.edition and each.effective_from <= program.effective_from
        )

    def of_cycle(self, cycle: "Cycle", day: date) -> Program:
        """The edition that a cycle is under on a day: the one recorded with it, unless a later one that has taken
        effect takes over the cycles that are running. What is signed or closed stays under the recorded one. Whom to
        ask is said by the edition in force in any case: an address that was given up helps nobody.

        LookupError when that is not shipped.
        """
        program = self.named(cycle.edition)
        if not cycle.locked:
            later = self.programs[self.programs.index(program) + 1 :]
            taking_over = [each for each in later if each.takes_over and each.effective_from <= day]
            program = taking_over[-1] if taking_over else program
        contact = self.in_force(day).contact
        return program if program.contact == contact else replace(program, contact=contact)

    def years_of_last_days(self, today: date) -> range:
        """The years in which certifications that are not terminated can end: one approved in its first days runs two
        cycles on."""
        longest = max(program.cycle_years for program in self.programs)
        return range(today.year - 1, today.year + 2 * longest + 2)

    @property
    def time_zone(self) -> str:
        """The program's time zone; the same in every edition."""
        return self.programs[-1].time_zone

    @property
    def designations(self) -> tuple[str, ...]:
        """The codes of every designation that any edition knows."""
        codes = {designation.code: None for program in self.programs for designation in program.designations}
        return tuple(codes)
