"""Staff's exports and large imports: started here, carried out by workers, files by way of the bucket."""

from typing import Any

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response

from shared.adapters.http.caller import ADMINISTRATOR
from shared.adapters.http.resolver import answer, gate, portal_api
from shared.adapters.http.responses import accepted, created, ok
from shared.domain.errors import NotFound
from shared.domain.jobs import Job
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
from shared.schemas.transfers import Export, Import, ImportSent, ImportStarted
from shared.use_cases.export_everything import archive_key
from shared.use_cases.import_file import report_key, upload_key
from shared.use_cases.start_job import JOBS, start_job, step_message

app = portal_api()


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
    form = wiring.transfer_store().upload_form(upload_key(job.job_id))
    return created(ImportStarted.of(job, form))


@app.get("/api/staff/imports/<import_id>", middlewares=[authenticated, staff(ADMINISTRATOR)])
def read_import(import_id: str) -> Response[Import]:
    """How far an import has come, and the report of the rows that were rejected."""
    job = wiring.jobs().find(import_id)
    if job is None or job.kind == "export":
        raise NotFound
    url = None
    if job.state == "done":
        url = wiring.transfer_store().download_url(report_key(import_id), f"{import_id}.csv", "text/csv")
    return ok(Import.of(job, url))


def shown(job: Job) -> Export:
    """An export with its address when it is done."""
    if job.state != "done":
        return Export.of(job, None)
    name = f"recertification-export-{job.asked_at:%Y-%m-%d}.zip"
    return Export.of(
        job, wiring.transfer_store().download_url(archive_key(job.job_id), name, "application/zip")
    )


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Lambda's entry."""
    return answer(app, event, context)
