"""Staff start an export or an import: a job that workers carry out step by step."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from shared.domain import ids
from shared.domain.errors import NotFound
from shared.domain.events import Command, Event, event
from shared.domain.jobs import Job, JobKind
from shared.domain.ports import AlreadyRecorded, EventStore
from shared.use_cases.once import remembered

JOBS = "jobs"
"""The subject of the history of exports and imports."""


class JobStore(Protocol):
    """Jobs: `start` raises AlreadyRecorded, `save` ChangedMeanwhile."""

    def find(self, job_id: str) -> Job | None: ...

    def start(self, job: Job, event: Event) -> None: ...

    def save(self, before: Job, after: Job) -> None: ...


class StepQueue(Protocol):
    """The queue of a job's steps."""

    def send(self, messages: Sequence[Mapping[str, object]]) -> None: ...


def start_job(
    jobs: JobStore,
    events: EventStore,
    command: Command,
    kind: JobKind,
    *,
    dry_run: bool = False,
    parameters: Mapping[str, str] | None = None,
) -> Job:
    """Start a job; the same key again gives the same job. Raises IdempotencyKeyReused."""
    job = Job(
        job_id=ids.job_id(kind, command.key),
        kind=kind,
        state="waiting",
        asked_by=command.caller,
        asked_at=command.now,
        dry_run=dry_run,
        parameters=parameters or {},
    )
    data = {"job_id": job.job_id, "kind": kind, "dry_run": dry_run, **(parameters or {})}
    try:
        jobs.start(job, event(command, JOBS, "job-started", data))
    except AlreadyRecorded:
        remembered(events, command, JOBS)
        found = jobs.find(job.job_id)
        if found is None:
            raise NotFound from None
        return found
    return job


def step_message(job: Job) -> dict[str, object]:
    """What asks a worker for a job's next step."""
    return {"job_id": job.job_id, "step": job.step}
