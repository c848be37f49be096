"""Staff's exports, large imports and tries of changed rules: started here, carried out by workers, files by way of the
bucket."""

from collections.abc import Set
from datetime import timedelta
from typing import Any

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response

from shared.adapters import clock
from shared.adapters.http.caller import ADMINISTRATOR
from shared.adapters.http.resolver import answer, gate, portal_api
from shared.adapters.http.responses import accepted, created, ok
from shared.domain.errors import Fault, InvalidRequest, NotFound
from shared.domain.jobs import Job
from shared.domain.program import Program
from shared.handling import wiring
from shared.handling.gates import (
    SUBJECT,
    authenticated,
    command,
    idempotency_key,
    json_body,
    no_body,
    no_fields,
    staff,
)
from shared.handling.paging import Cursor, Limit, in_time, page_of
from shared.programs.editions import program_of, require_known
from shared.programs.reading import Unsound
from shared.schemas.transfers import Export, ExportList, Import, ImportList, ImportSent, ImportStarted
from shared.schemas.trials import Trial, TrialList, TrialSent
from shared.use_cases.start_job import JOBS, start_job, step_message
from shared.use_cases.try_edition import start_trial

app = portal_api()

IMPORTED = frozenset({"members", "program-invoices", "chapter-roster"})

FILES_KEPT = timedelta(days=7)
"""How long the transfers bucket keeps a file, as infrastructure/data.yaml has it."""


@gate
def of_jobs(app: APIGatewayHttpResolver) -> None:
    """Says whose history a job belongs to."""
    app.context[SUBJECT] = JOBS


@app.post(
    "/api/staff/exports",
    status_code=202,
    middlewares=[authenticated, staff(ADMINISTRATOR), of_jobs, no_body, idempotency_key, no_fields],
)
def export_everything() -> Response[Export]:
    """Start an export of everything the portal holds, as CSV and as JSON lines in one archive."""
    job = start_job(wiring.jobs(), wiring.events(), command(app), "export")
    if not job.finished:
        wiring.exports_queue().send([step_message(job)])
    return accepted(shown(job))


@app.get("/api/staff/exports", middlewares=[authenticated, staff(ADMINISTRATOR)])
def list_exports(limit: Limit = 50, cursor: Cursor = None) -> Response[ExportList]:
    """The exports that staff started, the latest first."""
    jobs, more = started({"export"}, limit, cursor)
    return ok(ExportList(items=[shown(job) for job in jobs], next_cursor=more))


@app.get("/api/staff/exports/<export_id>", middlewares=[authenticated, staff(ADMINISTRATOR)])
def read_export(export_id: str) -> Response[Export]:
    """How far an export has come, and where to download it."""
    job = wiring.jobs().find(export_id)
    if job is None or job.kind != "export":
        raise NotFound
    return ok(shown(job))


@app.post(
    "/api/staff/imports",
    status_code=201,
    middlewares=[authenticated, staff(ADMINISTRATOR), json_body, of_jobs, idempotency_key],
)
def start_import(wanted: ImportSent) -> Response[ImportStarted]:
    """Announce an import; it begins by itself when the file is posted with the form, within a quarter of an hour."""
    job = start_job(
        wiring.jobs(),
        wiring.events(),
        command(app),
        wanted.kind,
        dry_run=wanted.dry_run,
        parameters=wanted.parameters,
    )
    form = wiring.transfer_store().upload_form(job.upload_key)
    return created(ImportStarted.of(job, form))


@app.get("/api/staff/imports", middlewares=[authenticated, staff(ADMINISTRATOR)])
def list_imports(limit: Limit = 50, cursor: Cursor = None) -> Response[ImportList]:
    """The large imports that staff started, the latest first."""
    jobs, more = started(IMPORTED, limit, cursor)
    return ok(ImportList(items=[shown_import(job) for job in jobs], next_cursor=more))


@app.get("/api/staff/imports/<import_id>", middlewares=[authenticated, staff(ADMINISTRATOR)])
def read_import(import_id: str) -> Response[Import]:
    """How far an import has come, and the report of the rows that were rejected."""
    job = wiring.jobs().find(import_id)
    if job is None or job.kind not in IMPORTED:
        raise NotFound
    return ok(shown_import(job))


@app.post(
    "/api/staff/edition-trials",
    status_code=202,
    middlewares=[authenticated, staff(ADMINISTRATOR), json_body, of_jobs, idempotency_key],
)
def try_edition(sent: TrialSent) -> Response[Trial]:
    """Try a changed edition before it is published: which current members would flip from ready to not, and why."""
    job = start_trial(
        wiring.jobs(),
        wiring.events(),
        wiring.transfer_store(),
        wiring.imports_queue(),
        command(app),
        sound_edition(sent.text),
        sent.text,
    )
    return accepted(shown_trial(job))


@app.get("/api/staff/edition-trials", middlewares=[authenticated, staff(ADMINISTRATOR)])
def list_trials(limit: Limit = 50, cursor: Cursor = None) -> Response[TrialList]:
    """The tries that staff started, the latest first."""
    jobs, more = started({"edition-trial"}, limit, cursor)
    return ok(TrialList(items=[shown_trial(job) for job in jobs], next_cursor=more))


@app.get("/api/staff/edition-trials/<trial_id>", middlewares=[authenticated, staff(ADMINISTRATOR)])
def read_trial(trial_id: str) -> Response[Trial]:
    """How far a try has come, and the report of those who would flip."""
    job = wiring.jobs().find(trial_id)
    if job is None or job.kind != "edition-trial":
        raise NotFound
    return ok(shown_trial(job))


def sound_edition(text: str) -> Program:
    """The edition that a text is. Raises InvalidRequest with the line and the field of each fault."""
    try:
        program = program_of(text)
        require_known(program, text, wiring.editions())
    except Unsound as error:
        raise InvalidRequest(tuple(Fault("/text", str(each)) for each in error.faults)) from error
    return program


def started(kinds: Set[str], limit: int, cursor: str | None) -> tuple[list[Job], str | None]:
    """The jobs of these kinds that are still kept, the latest first, and the cursor of the next page.

    They are found by the history of jobs, which is read whole: there are some dozens a year.
    """
    events = [each for each in wiring.events().of(JOBS) if each.data.get("kind") in kinds]
    page, more = page_of(
        events,
        lambda each: in_time(each.at, each.event_id),
        cursor,
        limit,
        "jobs",
        *sorted(kinds),
        latest_first=True,
    )
    jobs = wiring.jobs().find_all([str(each.data["job_id"]) for each in page])
    return jobs, more if jobs else None


def has_file(job: Job) -> bool:
    """Whether what a job made can still be downloaded."""
    return job.finished_at is not None and job.state == "done" and clock.now() - job.finished_at < FILES_KEPT


def shown_import(job: Job) -> Import:
    """An import with the address of its report when it is done, while the report is kept."""
    return Import.of(job, report_url(job))


def shown_trial(job: Job) -> Trial:
    """A try with the address of its report when it is done, while the report is kept."""
    return Trial.of(job, report_url(job))


def report_url(job: Job) -> str | None:
    """Where the report of a job can be downloaded, if it is there."""
    if not has_file(job):
        return None
    return wiring.transfer_store().download_url(job.report_key, f"{job.job_id}.csv", "text/csv")


def shown(job: Job) -> Export:
    """An export with its address when it is done, while the archive is kept."""
    if not has_file(job):
        return Export.of(job, None)
    name = f"recertification-export-{job.asked_at:%Y-%m-%d}.zip"
    return Export.of(job, wiring.transfer_store().download_url(job.archive_key, name, "application/zip"))


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Lambda's entry."""
    return answer(app, event, context)
