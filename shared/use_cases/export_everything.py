"""The worker's steps of an export: so many pages of the table a step, and in the last one the archive."""

import csv
import json
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from io import TextIOWrapper
from pathlib import Path
from typing import Any, Protocol

from shared.domain.exports import FILES, README, cells_of
from shared.domain.jobs import Job, added
from shared.domain.ports import ChangedMeanwhile
from shared.use_cases.start_job import JobStore, StepQueue, step_message

PAGES = 40
"""How many pages of up to 1 MB one step reads."""

PACKING = "packing"
"""The cursor after the last page."""


class Page(Protocol):
    """Records, each with the file it belongs in, and where the next page starts."""

    @property
    def records(self) -> list[tuple[str, Mapping[str, Any]]]: ...

    @property
    def cursor(self) -> str: ...


class Pages(Protocol):
    """Everything that is stored."""

    def page(self, cursor: str) -> Page: ...


class PartStore(Protocol):
    """Where the parts and the archive lie."""

    def put_records(self, key: str, records: Iterable[Mapping[str, Any]]) -> None: ...

    def records(self, key: str) -> Iterator[str]: ...

    def upload(self, key: str, file: Path) -> None: ...


def export_step(
    jobs: JobStore,
    queue: StepQueue,
    pages: Pages,
    store: PartStore,
    job_id: str,
    step: int,
    *,
    attempt: str,
    now: Callable[[], datetime],
) -> Job | None:
    """Do one step of an export and ask for the next.

    A step may break off anywhere and come again, or run twice at once: parts lie under the name of their `attempt`,
    and only the attempt that moved the job on is in the archive. A message for a step that is done asks for the one
    after it again, for the sender may have died between the two.
    """
    job = jobs.find(job_id)
    if job is None or job.finished:
        return job
    if step == job.step:
        after = _pack(job, store, now()) if job.cursor == PACKING else _read(job, pages, store, attempt)
        try:
            jobs.save(job, after)
        except ChangedMeanwhile:
            return job
        job = after
    if not job.finished:
        queue.send([step_message(job)])
    return job


def _read(job: Job, pages: Pages, store: PartStore, attempt: str) -> Job:
    found: dict[str, list[Mapping[str, Any]]] = {}
    cursor = job.cursor
    for _ in range(PAGES):
        page = pages.page(cursor)
        for file, record in page.records:
            found.setdefault(file, []).append(record)
        cursor = page.cursor
        if not cursor:
            break
    part = f"exports/{job.job_id}/{job.step:05d}-{attempt}"
    for file, records in found.items():
        store.put_records(f"{part}/{file}", records)
    counts = added(job.counts, {file: len(records) for file, records in found.items()})
    return job.after(cursor=cursor or PACKING, part=part, counts=counts)


def _pack(job: Job, store: PartStore, at: datetime) -> Job:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "export.zip"
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, allowZip64=True) as archive:
            archive.writestr("README.txt", README)
            for name, columns in FILES.items():
                _write_lines(archive, name, job, store)
                _write_csv(archive, name, columns, job, store)
        store.upload(job.archive_key, file)
    return job.done(at)


def _write_lines(archive: zipfile.ZipFile, name: str, job: Job, store: PartStore) -> None:
    with archive.open(f"{name}.jsonl", "w", force_zip64=True) as out:
        for part in job.parts:
            for line in store.records(f"{part}/{name}"):
                out.write(f"{line}\n".encode())


def _write_csv(
    archive: zipfile.ZipFile, name: str, columns: tuple[str, ...], job: Job, store: PartStore
) -> None:
    with (
        archive.open(f"{name}.csv", "w", force_zip64=True) as out,
        TextIOWrapper(out, encoding="utf-8-sig", newline="") as text,
    ):
        rows = csv.writer(text)
        rows.writerow(columns)
        for part in job.parts:
            for line in store.records(f"{part}/{name}"):
                rows.writerow(cells_of(json.loads(line), columns))
