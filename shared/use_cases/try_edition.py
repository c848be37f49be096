"""Staff try a changed edition on the current members before it is published: a worker counts them, so many a step."""

import csv
import hashlib
import io
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Any, Protocol

from shared.domain.certifications import Certification
from shared.domain.dry_run import Flip, flip_of
from shared.domain.events import Command
from shared.domain.exports import safe_cell
from shared.domain.jobs import Job, added
from shared.domain.ports import ChangedMeanwhile, EventStore, ObjectGone
from shared.domain.program import Program
from shared.domain.recertification import Recertification
from shared.use_cases.start_job import JobStore, StepQueue, start_job, step_message

TOGETHER = 500
"""How many certifications at least are counted before progress is noted, if there are so many."""

REPORT_COLUMNS = ("member_id", "designation", "flips", "points_before", "points_after", "why")

KINDS = ("ready_to_not", "not_to_ready", "cannot_be_counted")

Read = Callable[[str], Program]
"""Reads an edition from its text."""


class TrialStore(Protocol):
    """Where the changed edition, the flips found and the report lie; `read` raises ObjectGone."""

    def read(self, key: str, only: str = "") -> tuple[bytes, str]: ...

    def put(self, key: str, content: bytes) -> None: ...

    def put_records(self, key: str, records: Iterable[Mapping[str, Any]]) -> None: ...

    def records(self, key: str) -> Iterator[str]: ...


class CurrentCycles(Protocol):
    """The certifications in force by the shard of the index they are in, and each with its current cycle."""

    def due_in(self, partition: str) -> Iterator[Certification]: ...

    def find(self, certification_id: str) -> Recertification | None: ...


def edition_key(job_id: str) -> str:
    """Where the changed edition lies."""
    return f"imports/{job_id}.toml"


def start_trial(
    jobs: JobStore,
    events: EventStore,
    store: TrialStore,
    queue: StepQueue,
    command: Command,
    changed: Program,
    text: str,
) -> Job:
    """Start a try of an edition that was found sound; the history keeps who tried what, by the hash of its text."""
    digest = hashlib.sha256(text.encode()).hexdigest()
    parameters = {"edition": changed.edition, "sha256": digest}
    job = start_job(jobs, events, command, "edition-trial", dry_run=True, parameters=parameters)
    if not job.finished:
        store.put(edition_key(job.job_id), text.encode())
        queue.send([step_message(job)])
    return job


def trial_step(
    jobs: JobStore,
    queue: StepQueue,
    store: TrialStore,
    cycles: CurrentCycles,
    read: Read,
    partitions: Sequence[str],
    job_id: str,
    *,
    today: date,
    now: Callable[[], datetime],
) -> Job | None:
    """Count some of the certifications under the changed edition, which only reads, and ask for the next message.

    The cursor is the number of shards that are done. A step may break off and come again, or run twice at once: only
    one of two workers moves the job on.
    """
    job = jobs.find(job_id)
    if job is None or job.finished:
        return job
    done = int(job.cursor or 0)
    try:
        changed = read(store.read(edition_key(job_id))[0].decode())
    except ObjectGone:
        after = job.failed(now(), "The edition is no longer kept. Try it again.")
    else:
        flips: list[Flip] = []
        looked_at = 0
        while done < len(partitions) and looked_at < TOGETHER:
            for certification in cycles.due_in(partitions[done]):
                looked_at += 1
                found = cycles.find(certification.certification_id)
                flip = None if found is None else flip_of(found, changed, today)
                flips += [] if flip is None else [flip]
            done += 1
        after = _noted(job, store, flips, looked_at, done)
        if done == len(partitions):
            _write_report(after, store)
            after = after.done(now())
    try:
        jobs.save(job, after)
    except ChangedMeanwhile:
        return job
    if not after.finished:
        queue.send([step_message(after)])
    return after


def _noted(job: Job, store: TrialStore, flips: Sequence[Flip], looked_at: int, done: int) -> Job:
    part = f"imports/{job.job_id}/flips/{done:05d}" if flips else ""
    if part:
        store.put_records(part, [asdict(each) for each in flips])
    of_kind = Counter(each.flips.replace(" ", "_") for each in flips)
    counted = {"looked_at": looked_at, **{kind: of_kind[kind] for kind in KINDS}}
    return job.after(cursor=str(done), part=part, counts=added(job.counts, counted))


def _write_report(job: Job, store: TrialStore) -> None:
    text = io.StringIO()
    out = csv.writer(text)
    out.writerow(REPORT_COLUMNS)
    for part in job.parts:
        for line in store.records(part):
            told = json.loads(line)
            told["why"] = " ".join(told["why"])
            out.writerow([safe_cell(told[name]) for name in REPORT_COLUMNS])
    store.put(job.report_key, text.getvalue().encode("utf-8-sig"))
