"""Jobs that staff start and that run for longer than a request: exports, imports and tries of changed rules, in steps
that may be repeated."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal

JobKind = Literal["export", "members", "program-invoices", "chapter-roster", "edition-trial"]
JobState = Literal["waiting", "running", "done", "failed"]


@dataclass(frozen=True, slots=True)
class Job:
    """A job and how far it has come.

    `step` counts the steps done; a message names the step it asks for, so one that comes twice changes nothing.
    `cursor` is where the next step goes on, `parts` what the steps before have laid down, `counts` what they counted,
    `source` the version of the file that is read.
    """

    job_id: str
    kind: JobKind
    state: JobState
    asked_by: str
    asked_at: datetime
    step: int = 0
    cursor: str = ""
    parts: tuple[str, ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict)
    source: str = ""
    dry_run: bool = False
    parameters: Mapping[str, str] = field(default_factory=dict)
    detail: str = ""
    finished_at: datetime | None = None
    version: int = 1

    @property
    def upload_key(self) -> str:
        """Where the file of an import is uploaded to."""
        return f"imports/{self.job_id}.csv"

    @property
    def report_key(self) -> str:
        """Where its report lies: an import's rejected rows and whom a chapter's roster named, a try's changes."""
        return f"reports/{self.job_id}.csv"

    @property
    def archive_key(self) -> str:
        """Where the archive of an export lies."""
        return f"exports/{self.job_id}/export.zip"

    @property
    def finished(self) -> bool:
        """Whether nothing more will happen."""
        return self.state in ("done", "failed")

    def after(self, *, cursor: str, part: str, counts: Mapping[str, int]) -> "Job":
        """The job after one more step."""
        return replace(
            self,
            state="running",
            step=self.step + 1,
            cursor=cursor,
            parts=(*self.parts, part) if part else self.parts,
            counts=counts,
            version=self.version + 1,
        )

    def done(self, at: datetime, detail: str = "") -> "Job":
        """The job when all is done."""
        return replace(
            self, state="done", step=self.step + 1, finished_at=at, detail=detail, version=self.version + 1
        )

    def failed(self, at: datetime, detail: str) -> "Job":
        """The job when it cannot go on; `detail` says why, to a person."""
        return replace(
            self, state="failed", step=self.step + 1, finished_at=at, detail=detail, version=self.version + 1
        )


def added(counts: Mapping[str, int], more: Mapping[str, int]) -> dict[str, int]:
    """Counts with more of them."""
    return {name: counts.get(name, 0) + more.get(name, 0) for name in {**counts, **more}}
