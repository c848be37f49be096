"""Exports and imports as staff ask for them and follow them."""

from shared.domain.jobs import Job
from shared.schemas.fields import Given, Instant


class Export(Given):
    """An export; `download_url` is there once it is done, for five minutes, and again on asking again."""

    export_id: str
    status: str
    asked_by: str
    asked_at: Instant
    finished_at: Instant | None
    records: dict[str, int]
    download_url: str | None

    @classmethod
    def of(cls, job: Job, download_url: str | None) -> "Export":
        """The job of an export as it is answered."""
        return cls(
            export_id=job.job_id,
            status=job.state,
            asked_by=job.asked_by,
            asked_at=job.asked_at,
            finished_at=job.finished_at,
            records=dict(job.counts),
            download_url=download_url,
        )
