"""Figures: how many certifications and invoices stand where."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from shared.domain.certifications import Certification

HORIZON_DAYS = 90
"""How far ahead it is looked for certifications that lapse."""


@dataclass(frozen=True, slots=True)
class Figures:
    """Counts of a day; `in_entry` are those in force whose report is neither `submitted` nor `returned`.

    `days_left` has one number for each certification that lapses within HORIZON_DAYS.
    """

    in_entry: int
    submitted: int
    returned: int
    overdue: int
    paid: int
    days_left: tuple[int, ...]

    def lapsing_within(self, days: int) -> int:
        """How many lapse within so many days from today, unless something is done."""
        return sum(left <= days for left in self.days_left)


def days_left(
    certifications: Iterable[Certification],
    submitted: Collection[str],
    correct_by: Mapping[str, date],
    today: date,
) -> tuple[int, ...]:
    """For how many more days each that lapses within the horizon lasts (rule 7).

    A submitted report does not lapse; a returned one no earlier than its day in `correct_by`.
    """
    found = []
    for certification in certifications:
        if certification.certification_id in submitted:
            continue
        last_day = max(certification.expires_on, certification.extended_to or certification.expires_on)
        last_day = max(last_day, correct_by.get(certification.certification_id, last_day))
        if 0 <= (left := (last_day - today).days) <= HORIZON_DAYS:
            found.append(left)
    return tuple(found)
