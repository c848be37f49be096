"""Jobs of staff: exports and imports, kept for 90 days."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from shared.domain.events import Event
from shared.domain.jobs import Job
from shared.domain.ports import AlreadyRecorded, ChangedMeanwhile
from shared.repositories import events, items, keys
from shared.repositories.table import ABSENT, SAME_VERSION, ConditionFailed, Item, Table, put

KEPT = timedelta(days=90)


class Jobs:
    """JOB#<id> / JOB.

    `find` 1 RRU · `find_all` 1 batch get, 1 RRU a job · `start` 1 transaction, 4 WRU with its event · `save` 1 put,
    1 WRU.
    """

    def __init__(self, table: Table) -> None:
        self._table = table

    def find(self, job_id: str) -> Job | None:
        """The job with this id, strongly consistent."""
        item = self._table.get(keys.job(job_id)) if len(job_id) < 100 else None
        return None if item is None else _job(item)

    def find_all(self, job_ids: Sequence[str]) -> list[Job]:
        """Those of at most 100 jobs that are still kept, in the order of their ids here, strongly consistent."""
        found = self._table.get_many([keys.job(each) for each in job_ids]) if job_ids else []
        by_id = {item["job_id"]: _job(item) for item in found}
        return [by_id[each] for each in job_ids if each in by_id]

    def start(self, job: Job, event: Event) -> None:
        """Put a new job with its event. Raises AlreadyRecorded."""
        try:
            self._table.transact([put("job", _item(job), ABSENT), events.once(event)])
        except ConditionFailed as error:
            raise AlreadyRecorded from error

    def save(self, before: Job, after: Job) -> None:
        """Write how far a job has come, unless another worker did. Raises ChangedMeanwhile."""
        try:
            self._table.write(put("job", _item(after), SAME_VERSION, {":version": before.version}))
        except ConditionFailed as error:
            raise ChangedMeanwhile from error


def _item(job: Job) -> Item:
    gone_at = int((job.asked_at + KEPT).timestamp())
    return {**keys.job(job.job_id), **items.attributes(job), "expires_at_epoch": gone_at}


def _job(item: Item) -> Job:
    finished_at = item.get("finished_at")
    return Job(
        job_id=item["job_id"],
        kind=item["kind"],
        state=item["state"],
        asked_by=item["asked_by"],
        asked_at=datetime.fromisoformat(item["asked_at"]),
        step=int(item["step"]),
        cursor=item["cursor"],
        parts=tuple(item["parts"]),
        counts={name: int(count) for name, count in item["counts"].items()},
        source=item["source"],
        dry_run=item["dry_run"],
        parameters=item.get("parameters", {}),
        detail=item["detail"],
        finished_at=None if finished_at is None else datetime.fromisoformat(finished_at),
        version=int(item["version"]),
    )
