"""The daily job of reminders: 180, 90, 30 and 7 days (as the edition says) before a certification's last day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import batched

from shared.domain.calendar import JobRun
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

    The sender leaves out who submitted, lapsed or wants none; its mark sees to it that a reminder goes out once.
    """
    days_before = editions.in_force(run.today).reminder_days
    last_days = sorted({each.last_day for each in calendar.read().days})
    count = 0
    for last_day, days in _due(last_days, days_before, run.today):
        wanted = (each.certification_id for each in due.due(last_day.year, f"{last_day.isoformat()}#"))
        for batch in batched(wanted, BATCH, strict=False):
            queue.send(
                [
                    {
                        "mail": "reminder",
                        "certification_id": certification_id,
                        "expires_on": last_day.isoformat(),
                        "days": days,
                    }
                    for certification_id in batch
                ]
            )
            count += len(batch)
    return SentReminders(count)


def _due(last_days: Sequence[date], days_before: Sequence[int], today: date) -> list[tuple[date, int]]:
    """The last days that a reminder is due for now, each with how many days before."""
    return [
        (last_day, days)
        for last_day in last_days
        for days in days_before
        if today - timedelta(days=CATCH_UP) < last_day - timedelta(days=days) <= today <= last_day
    ]
