"""Tries of a changed edition as staff ask for them and follow them."""

from typing import Annotated

from pydantic import Field

from shared.domain.jobs import Job
from shared.schemas.fields import Given, Instant, Sent

LONGEST_EDITION = 200_000


class TrialSent(Sent):
    """A changed edition, as the TOML text of its file."""

    text: Annotated[str, Field(min_length=1, max_length=LONGEST_EDITION)]


class Trial(Given):
    """A try: how many cycles were looked at so far and how many would flip; `report_url` is a CSV that lists these.

    `sha256` is the hash of the edition's text, the same as in the record of a publication."""

    trial_id: str
    edition: str
    sha256: str
    status: str
    detail: str
    asked_by: str
    asked_at: Instant
    finished_at: Instant | None
    looked_at: int
    ready_to_not: int
    not_to_ready: int
    cannot_be_counted: int
    report_url: str | None

    @classmethod
    def of(cls, job: Job, report_url: str | None) -> "Trial":
        """The job of a try as it is answered."""
        counted = job.counts
        return cls(
            trial_id=job.job_id,
            edition=job.parameters["edition"],
            sha256=job.parameters["sha256"],
            status=job.state,
            detail=job.detail,
            asked_by=job.asked_by,
            asked_at=job.asked_at,
            finished_at=job.finished_at,
            looked_at=counted.get("looked_at", 0),
            ready_to_not=counted.get("ready_to_not", 0),
            not_to_ready=counted.get("not_to_ready", 0),
            cannot_be_counted=counted.get("cannot_be_counted", 0),
            report_url=report_url,
        )


class TrialList(Given):
    """Tries of the last 90 days, the latest first."""

    items: list[Trial]
    next_cursor: str | None
