"""The worker's steps of an import: so many rows a step, each noted before the next."""

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any, Protocol

from shared.domain.csv_file import Heading, read_rows
from shared.domain.errors import Fault, InvalidRequest
from shared.domain.exports import safe_cell
from shared.domain.jobs import Job, added
from shared.domain.ports import ChangedMeanwhile, ObjectGone
from shared.domain.roster import ImportReport, RowFault, RowMatch
from shared.use_cases.start_job import JobStore, StepQueue, step_message

CHUNK = 500
"""How many rows are imported before progress is noted."""

CHUNKS = 8
"""How many of them one message does."""

MOST_TOGETHER = 20
"""By how many rows a chunk may grow, so that rows of one member that follow each other stay together."""

MOST_ROWS = 200_000

REPORT_COLUMNS = ("row", "field", "detail", "outcome", "member_id")
"""Of each row that was rejected, and of each that named a member: `outcome` tells which."""

Rows = Sequence[Mapping[str, str]]
Import = Callable[[Job, int, Rows], ImportReport]
"""Imports rows of a job; the number is how many rows come before them in the file."""


class FileStore(Protocol):
    """Where the upload, what is told of its rows and the report lie; `read` raises ObjectGone."""

    def read(self, key: str, only: str = "") -> tuple[bytes, str]: ...

    def put(self, key: str, content: bytes) -> None: ...

    def put_records(self, key: str, records: Iterable[Mapping[str, Any]]) -> None: ...

    def records(self, key: str) -> Iterator[str]: ...


def import_step(
    jobs: JobStore,
    queue: StepQueue,
    store: FileStore,
    columns: Mapping[str, Heading],
    import_rows: Import,
    job_id: str,
    *,
    now: Callable[[], datetime],
) -> Job | None:
    """Import some of a job's rows and ask for the next message, until all are done.

    Workers may break off anywhere, come again, or run at once: rows are imported by what they say, so a row that was
    imported changes nothing, and only one of two workers moves the job on.
    """
    job = jobs.find(job_id)
    if job is None or job.finished:
        return job
    try:
        rows, job = _open(job, store, columns[job.kind])
    except (InvalidRequest, ObjectGone, UnicodeDecodeError) as error:
        failed = job.failed(now(), _reason(error))
        jobs.save(job, failed)
        return failed
    try:
        for _ in range(CHUNKS):
            after = _advance(job, rows, store, import_rows, now())
            jobs.save(job, after)
            job = after
            if job.finished:
                return job
    except ChangedMeanwhile:
        return job
    queue.send([step_message(job)])
    return job


def _open(job: Job, store: FileStore, columns: Heading) -> tuple[Rows, Job]:
    content, source = store.read(job.upload_key, job.source)
    rows = read_rows(content.decode(), columns)
    if len(rows) > MOST_ROWS:
        raise InvalidRequest((Fault("/rows", f"A file may hold {MOST_ROWS:,} rows. Split it."),))
    return rows, replace(job, source=source, counts={**job.counts, "rows": len(rows)})


def _advance(job: Job, rows: Rows, store: FileStore, import_rows: Import, at: datetime) -> Job:
    start = int(job.cursor or 0)
    end = _end_of_chunk(rows, start)
    if start >= end:
        _write_report(job, store)
        return job.done(at)
    report = import_rows(job, start, rows[start:end])
    about: list[RowFault | RowMatch] = [*report.rejected, *report.matched]
    told = [{**asdict(each), "row": each.row + start} for each in about]
    part = f"imports/{job.job_id}/told/{start:07d}" if told else ""
    if part:
        store.put_records(part, sorted(told, key=lambda each: int(each["row"])))
    counted = {
        "rows_done": end - start,
        "created": report.created,
        "updated": report.updated,
        "unchanged": report.unchanged,
        "rejected": len({fault.row for fault in report.rejected}),
    }
    return job.after(cursor=str(end), part=part, counts=added(job.counts, counted))


def _end_of_chunk(rows: Rows, start: int) -> int:
    """Where a chunk ends."""
    end = min(start + CHUNK, len(rows))
    furthest = min(end + MOST_TOGETHER, len(rows))
    while 0 < end < furthest and rows[end].get("member_id") == rows[end - 1].get("member_id"):
        end += 1
    return end


def _write_report(job: Job, store: FileStore) -> None:
    text = io.StringIO()
    out = csv.writer(text)
    out.writerow(REPORT_COLUMNS)
    for part in job.parts:
        for line in store.records(part):
            told = {"outcome": "rejected", **json.loads(line)}
            out.writerow([safe_cell(told.get(name, "")) for name in REPORT_COLUMNS])
    store.put(job.report_key, text.getvalue().encode("utf-8-sig"))


def _reason(error: Exception) -> str:
    if isinstance(error, InvalidRequest):
        return " ".join(fault.detail for fault in error.faults)
    if isinstance(error, ObjectGone):
        return "The file was replaced or removed while it was read. Start another import."
    return "The file is not UTF-8 text. Save it as CSV UTF-8 and start another import."
