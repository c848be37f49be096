"""Figures, counted in the index: what stands in a state lies together there, so nothing is scanned."""

from collections.abc import Sequence, Set
from datetime import date, timedelta

from shared.domain.certifications import Certification, last_day_to_correct
from shared.domain.figures import HORIZON_DAYS, Figures, days_left
from shared.domain.program import Editions
from shared.repositories import items, keys
from shared.repositories.table import Item, Table

PAGE = 500


class Counts:
    """GSI1: DUE#<year>#<shard>, REVIEW#<state>, OWED#<shard>, PAID#<year>#<shard>.

    `figures` 16 queries for each year in which a certification can end, 16 each for the invoices owed and paid, 2 for
    reports, 1 read for each report to be corrected whose certification ends soon; 0.5 RRU for each 4 KB of what is
    counted: about 9,000 RRU at 100,000 certifications. Eventually consistent.
    """

    def __init__(self, table: Table, editions: Editions) -> None:
        self._table = table
        self._editions = editions

    def figures(self, today: date) -> Figures:
        """Where everything stands today."""
        waiting = [items.submission(item) for item in self._of(keys.review_queue("submitted"))]
        submitted = {each.certification_id for each in waiting if not each.for_reinstatement}
        years = self._editions.years_of_last_days(today)
        returned = [items.submission(item) for item in self._of(keys.review_queue("returned"))]
        in_correction = {each.certification_id for each in returned if not each.for_reinstatement}
        active = sum(self._table.count(each) for year in years for each in keys.due_partitions(year))
        horizon = today + timedelta(days=HORIZON_DAYS)
        ending: list[Certification] = []
        for year in range(today.year - 1, horizon.year + 1):
            until = f"{min(horizon, date(year, 12, 31)).isoformat()}$"
            for partition in keys.due_partitions(year):
                ending += [items.certification(item) for item in self._of(partition, until)]
        return Figures(
            in_entry=active - len(submitted) - len(in_correction),
            submitted=len(waiting),
            returned=len(returned),
            overdue=sum(self._table.count(each, today.isoformat()) for each in keys.owed_partitions()),
            paid=sum(self._table.count(each) for each in keys.paid_partitions(today.year)),
            days_left=days_left(ending, submitted, self._correct_by(ending, in_correction, today), today),
        )

    def _correct_by(
        self, ending: Sequence[Certification], in_correction: Set[str], today: date
    ) -> dict[str, date]:
        """By when those that end soon are to correct a report that came back, where that puts their last day off."""
        found = {}
        for each in ending:
            if each.certification_id not in in_correction:
                continue
            item = self._table.get(keys.cycle(each.certification_id))
            if item is None:
                continue
            cycle = items.cycle(item)
            program = self._editions.of_cycle(cycle, today)
            if (last_day := last_day_to_correct(each, cycle, program)) is not None:
                found[each.certification_id] = last_day
        return found

    def _of(self, partition: str, until: str = "") -> list[Item]:
        """The items of a partition of the index, up to a sort key."""
        found: list[Item] = []
        after: str | None = None
        while True:
            page, after = self._table.query_page(partition, after=after, limit=PAGE, index=True)
            found += [item for item in page if not until or item["GSI1SK"] < until]
            if after is None or (until and after >= until):
                return found
