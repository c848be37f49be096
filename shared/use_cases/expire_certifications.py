"""The daily job that marks lapsed certifications as terminated (rule 7); access itself ends at midnight without it."""

from collections.abc import Callable
from dataclasses import dataclass

from shared.domain import ids
from shared.domain.calendar import FRESH, JobRun, years_of
from shared.domain.errors import Unavailable
from shared.domain.events import Command, event
from shared.domain.ports import AlreadyRecorded, CalendarStore, ChangedMeanwhile, DueStore
from shared.use_cases.generate_invoices import SYSTEM
from shared.use_cases.once import ATTEMPTS


@dataclass(frozen=True, slots=True)
class ExpiredCertifications:
    """What a run did: how many certifications past their last day it looked at, marked, and could not decide on."""

    looked_at: int
    lapsed: int
    failed: int


def expire_certifications(
    calendar: CalendarStore, recertifications: DueStore, run: JobRun, failed: Callable[[str], None]
) -> ExpiredCertifications:
    """Mark every certification whose access ended before the run's day.

    The index of a year is read when a noted day of it is over, and on the first of a month in any case for this year
    and the last. `failed` is told of a certification that could not be decided on while it is being handled; the days
    then stay noted, and the next run looks again.
    """
    overdue = calendar.read().overdue(run.today)
    years = years_of(overdue)
    if run.is_thorough:
        years |= {run.today.year - 1, run.today.year}
    looked_at = lapsed = failures = 0
    for year in sorted(years):
        for certification in recertifications.due(year):
            if certification.expires_on >= run.today:
                continue
            looked_at += 1
            try:
                lapsed += lapse_certification(recertifications, run, certification.certification_id)
            except Exception:  # one certification must not hold up the others
                failed(certification.certification_id)
                failures += 1
    if not failures:
        for noted in overdue:
            if noted.noted_at < run.now - FRESH:
                calendar.settle(noted)
    return ExpiredCertifications(looked_at, lapsed, failures)


def lapse_certification(recertifications: DueStore, run: JobRun, certification_id: str) -> bool:
    """Mark one certification as terminated if its access ended before the run's day; whether this run did it.

    One query; one transaction on the version of certification and cycle, so a report submitted in time at the last
    second is never lost. Raises Unavailable when too many changes met.
    """
    for _ in range(ATTEMPTS):
        found = recertifications.find(certification_id)
        if found is None or found.certification.status == "terminated" or found.access(run.today) == "open":
            return False
        key = ids.digest("lapse", certification_id, str(found.certification.version))
        command = Command(SYSTEM, "system", run.now, run.today, key)
        after = found.lapse()
        data: dict[str, object] = {
            "expires_on": found.certification.expires_on,
            "cycle": found.cycle.number,
        }
        if after.certification.open_until != found.certification.expires_on:
            data["open_until"] = after.certification.open_until
        try:
            recertifications.lapse(
                found,
                after,
                event(command, f"certification:{certification_id}", "certification-lapsed", data),
            )
            return True
        except AlreadyRecorded:
            return False
        except ChangedMeanwhile:
            continue
    raise Unavailable
