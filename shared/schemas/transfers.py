"""Exports and imports as staff ask for them and follow them."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, StrictBool, StringConstraints, ValidationInfo, field_validator

from shared.domain.jobs import Job
from shared.domain.ports import UploadForm as Form
from shared.schemas.documents import UploadForm
from shared.schemas.fields import Day, Given, Instant, Sent, Title

ChapterName = Annotated[Title, StringConstraints(max_length=150)]


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


class ExportList(Given):
    """Exports of the last 90 days, the latest first."""

    items: list[Export]
    next_cursor: str | None


class ChapterSent(Sent):
    """The chapter that a roster is of, and the days for which its members belong to it."""

    name: ChapterName
    started_on: Day
    ended_on: Day

    @field_validator("ended_on")
    @classmethod
    def _in_order(cls, ended_on: date, info: ValidationInfo) -> date:
        started_on = info.data.get("started_on")
        if started_on is not None and ended_on < started_on:
            raise ValueError("The last day is before the first day.")
        return ended_on


class ImportSent(Sent):
    """What staff want to import; a dry run only reports what an import would do."""

    kind: Literal["members", "program-invoices", "chapter-roster"]
    dry_run: StrictBool = False
    chapter: ChapterSent | None = Field(default=None, validate_default=True)

    @field_validator("chapter")
    @classmethod
    def _goes_with_a_roster(cls, chapter: ChapterSent | None, info: ValidationInfo) -> ChapterSent | None:
        if (info.data.get("kind") == "chapter-roster") != (chapter is not None):
            raise ValueError(
                "Name the chapter and the days of membership with a chapter's roster, and only there."
            )
        return chapter

    @property
    def parameters(self) -> dict[str, str]:
        """What the worker has to know beside the file."""
        if self.chapter is None:
            return {}
        days = {
            "started_on": self.chapter.started_on.isoformat(),
            "ended_on": self.chapter.ended_on.isoformat(),
        }
        return {"chapter": self.chapter.name, **days}


class ImportStarted(Given):
    """An announced import and the form to upload its CSV with, in UTF-8."""

    import_id: str
    upload: UploadForm

    @classmethod
    def of(cls, job: Job, form: Form) -> "ImportStarted":
        """The job of an import and its form as they are answered."""
        return cls(import_id=job.job_id, upload=UploadForm(url=form.url, fields=dict(form.fields)))


class Import(Given):
    """An import: rows by outcome so far; `detail` says why it failed; `report_url` is a CSV.

    It lists every rejected row, and each row of a chapter's roster that named a member."""

    import_id: str
    kind: str
    dry_run: bool
    status: str
    detail: str
    asked_by: str
    asked_at: Instant
    finished_at: Instant | None
    rows: int | None
    rows_done: int
    created: int
    updated: int
    unchanged: int
    rejected: int
    report_url: str | None

    @classmethod
    def of(cls, job: Job, report_url: str | None) -> "Import":
        """The job of an import as it is answered."""
        counted = job.counts
        return cls(
            import_id=job.job_id,
            kind=job.kind,
            dry_run=job.dry_run,
            status=job.state,
            detail=job.detail,
            asked_by=job.asked_by,
            asked_at=job.asked_at,
            finished_at=job.finished_at,
            rows=counted.get("rows"),
            rows_done=counted.get("rows_done", 0),
            created=counted.get("created", 0),
            updated=counted.get("updated", 0),
            unchanged=counted.get("unchanged", 0),
            rejected=counted.get("rejected", 0),
            report_url=report_url,
        )


class ImportList(Given):
    """Imports of the last 90 days, the latest first."""

    items: list[Import]
    next_cursor: str | None
