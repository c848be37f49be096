"""The worker of large imports, which begin when a file is uploaded, and of tries of changed rules; both go on from
message to message."""

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

from aws_lambda_powertools import Logger

from shared.adapters import clock
from shared.domain import ids, program_invoices, proposals, roster
from shared.domain.csv_file import Heading
from shared.domain.days import day_of
from shared.domain.events import Command
from shared.domain.jobs import Job
from shared.domain.roster import ImportReport
from shared.handling import wiring
from shared.handling.jobs import each_message
from shared.programs.editions import program_of
from shared.repositories import keys
from shared.use_cases.import_file import Rows, import_step
from shared.use_cases.import_program_invoices import import_program_invoices
from shared.use_cases.import_roster import import_roster
from shared.use_cases.propose_memberships import propose_memberships
from shared.use_cases.try_edition import trial_step

logger = Logger()

COLUMNS = {
    "members": Heading(roster.COLUMNS, roster.OPTIONAL_COLUMNS),
    "program-invoices": Heading(program_invoices.COLUMNS),
    "chapter-roster": Heading(proposals.COLUMNS),
}


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """One message is an upload, or the next step of an import; those that failed come again."""
    return each_message(event, take_step)


def take_step(record: Mapping[str, Any]) -> None:
    """Do some of the import or the try that a message is about."""
    job_id = job_of(json.loads(record["body"]))
    store, queue = wiring.transfer_store(), wiring.imports_queue()
    if job_id.startswith("try_"):
        job = try_some(job_id)
    else:
        job = import_step(wiring.jobs(), queue, store, COLUMNS, import_rows, job_id, now=clock.now)
    if job is not None:
        logger.info("import_step", job_id=job_id, step=job.step, state=job.state, counts=dict(job.counts))


def try_some(job_id: str) -> Job | None:
    """Count some of the current cycles under the changed edition of a try."""
    today = wiring.today()
    years = wiring.editions().years_of_last_days(today)
    return trial_step(
        wiring.jobs(),
        wiring.imports_queue(),
        wiring.transfer_store(),
        wiring.recertifications(),
        program_of,
        [partition for year in years for partition in keys.due_partitions(year)],
        job_id,
        today=today,
        now=clock.now,
    )


def job_of(message: Mapping[str, Any]) -> str:
    """The import that a message of our own names, or S3's event of an upload."""
    if "job_id" in message:
        return str(message["job_id"])
    key: str = message["detail"]["object"]["key"]
    return key.removeprefix("imports/").removesuffix(".csv")


def chapter_of(job: Job) -> proposals.Chapter:
    """The chapter that a job's roster is of."""
    given = job.parameters
    first, last = date.fromisoformat(given["started_on"]), date.fromisoformat(given["ended_on"])
    return proposals.Chapter(given["chapter"], first, last)


def import_rows(job: Job, start: int, rows: Rows) -> ImportReport:
    """Import some rows of a job; `start` rows come before them."""
    if job.kind == "program-invoices":
        return import_program_invoices(
            wiring.members(), wiring.invoices(), rows, asked_by=job.asked_by, dry_run=job.dry_run
        )
    if job.kind == "chapter-roster":
        return propose_memberships(
            wiring.proposals(), chapter_of(job), rows, asked_by=job.asked_by, dry_run=job.dry_run
        )
    now = clock.now()
    today = day_of(now, wiring.editions().time_zone)
    key = ids.digest("import-rows", job.job_id, str(start))
    asked = Command(job.asked_by, "staff", now, today, key, job.source)
    return import_roster(
        wiring.members(),
        wiring.recertifications(),
        wiring.login_requests(),
        wiring.events(),
        wiring.editions(),
        asked,
        rows,
        dry_run=job.dry_run,
    )
