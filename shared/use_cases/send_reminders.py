"""The daily job of reminders: 180, 90, 30 and 7 days (as the edition says) before a certification's last day, the one
that staff granted, or the last to correct a report that came back."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import batched

from shared.domain.calendar import JobRun, NotedDay
from shared.domain.certifications import last_day_to_correct
from shared.domain.ports import CalendarStore, DueStore, MessageQueue
from shared.domain.program import Editions

CATCH_UP = 3
"""A run looks back so many days, today included, so that one which failed is made up for; each mail goes out once."""

BATCH = 500


@dataclass(frozen=True, slots=True)
class SentReminders:
    """What a run did: how many certifications are due for a reminder."""

    due: int


def send_reminders(
    calendar: CalendarStore, due: DueStore, queue: MessageQueue, editions: Editions, run: JobRun
) -> SentReminders:
    """Ask for the reminder of every certification whose last day is so many days away.

    A last day of the index costs its 16 queries; one that staff granted a walk through its year; one that a return gave
    a query of the returned reports and one of each. The sender leaves out
    who submitted, lapsed or wants none; its mark sees to it that a reminder goes out once.
    """
    days_before = editions.in_force(run.today).reminder_days
    count = 0
    for noted, days in _due(calendar.read().days, days_before, run.today):
        for batch in batched(_ending(due, noted, days), BATCH, strict=False):
            queue.send(
                [
                    {
                        "mail": "reminder",
                        "certification_id": certification_id,
                        "expires_on": noted.last_day.isoformat(),
                        "days": days,
                    }
                    for certification_id in batch
                ]
            )
            count += len(batch)
    return SentReminders(count)


def _due(
    noted_days: Sequence[NotedDay], days_before: Sequence[int], today: date
) -> list[tuple[NotedDay, int]]:
    """The noted days that a reminder is due for now, each with how many days before."""
    return [
        (noted, days)
        for noted in sorted(noted_days, key=lambda each: (each.last_day, each.due_year))
        for days in days_before
        if today - timedelta(days=CATCH_UP) < noted.last_day - timedelta(days=days) <= today <= noted.last_day
    ]


def _ending(due: DueStore, noted: NotedDay, days: int) -> Iterator[str]:
    """The certifications that have this last day: by the index, granted by staff, or by a return."""
    last_day = noted.last_day
    if noted.led_to_by == "return":
        return _to_be_corrected(due, last_day, days)
    if noted.led_to_by == "extension":
        return (e.certification_id for e in due.due(noted.due_year) if e.extended_to == last_day)
    if noted.due_year != last_day.year:
        return iter(())
    return (e.certification_id for e in due.due(last_day.year, f"{last_day.isoformat()}#"))


def _to_be_corrected(due: DueStore, last_day: date, days: int) -> Iterator[str]:
    """Those whose report came back and is corrected by this day; the mail of the return itself was the first word."""
    after: str | None = None
    while True:
        returned, after = due.submissions("returned", after=after, limit=BATCH)
        for submission in returned:
            found = due.find(submission.certification_id)
            if found is None or found.cycle.returned_on is None:
                continue
            correct_by = last_day_to_correct(found.certification, found.cycle, found.program)
            if correct_by == last_day and found.cycle.returned_on < last_day - timedelta(days=days):
                yield submission.certification_id
        if after is None:
            return
