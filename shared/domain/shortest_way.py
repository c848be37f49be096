"""The shortest way for a member: what is missing once all that accrues by itself has, and the cheapest mixes."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal

from shared.domain.entries import Claim, Entry, award
from shared.domain.recertification import Recertification
from shared.domain.rules.cycles import last_day_to_earn
from shared.domain.rules.shortest import Mix, Way, shortest_ways
from shared.domain.rules.words import Activity

HOURS_A_DAY = 8


@dataclass(frozen=True, slots=True)
class Outlook:
    """What a cycle comes to: `accruing` points come by themselves `until` its end, `missing` is what is left then."""

    accruing: Decimal
    until: date
    points_missing: Decimal
    missing: tuple[str, ...]
    days_left: int
    ways: tuple[Way, ...]


def outlook(found: Recertification, today: date) -> Outlook:
    """What is missing by the end of the cycle, and the cheapest ways to close it in the days that are left."""
    now = found.accrued(today)
    then = now.accrued(max(today, found.cycle.ends_on))
    last = last_day_to_earn(found.program.cycle_rules, found.cycle.ends_on)
    days_left = 0 if found.cycle.locked else max(0, (last - today).days + 1)
    day = min(max(today, found.cycle.starts_on), last)

    def meets(more: Mix) -> bool:
        added = [_entry(then, place, row, quantity, day) for place, (row, quantity) in enumerate(more)]
        if then.program.is_a_sum:
            return ledger.total + sum((each.points for each in added), Decimal(0)) >= ledger.required
        return then.ledger_of((*then.entries, *added)).met

    ledger = then.ledger
    designation = found.certification.designation
    hours = Decimal(days_left * HOURS_A_DAY)
    ways = shortest_ways(found.program, designation, ledger, meets, hours) if days_left else ()
    accruing = ledger.total - now.ledger.total
    return Outlook(accruing, found.cycle.ends_on, ledger.points_missing, ledger.missing, days_left, ways)


def _entry(found: Recertification, place: int, row: Activity, quantity: Decimal, day: date) -> Entry:
    claim = Claim(row.code, quantity, f"{row.title} {place}", "", day, day)
    points = award(found.program, claim, found.certification.designation)
    return Entry(f"proposed-{place}", claim, points, logged_at=datetime.combine(day, time(), UTC))
