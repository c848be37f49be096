"""Staff's exports of everything: started here, made by a worker, downloaded from the bucket."""

from typing import Any

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response

from shared.adapters.http.caller import ADMINISTRATOR
from shared.adapters.http.resolver import answer, gate, portal_api
from shared.adapters.http.responses import accepted, ok
from shared.domain.errors import NotFound
from shared.domain.jobs import Job
from shared.handling import wiring
from shared.handling.gates import SUBJECT, authenticated, command, idempotency_key, staff
from shared.schemas.transfers import Export
from shared.use_cases.export_everything import archive_key
from shared.use_cases.start_job import JOBS, start_job, step_message

app = portal_api()


@gate
def of_jobs(app: APIGatewayHttpResolver) -> None:
    """Says whose history a job belongs to."""
    app.context[SUBJECT] = JOBS


@app.post(
    "/api/staff/exports",
    status_code=202,
    middlewares=[authenticated, staff(ADMINISTRATOR), of_jobs, idempotency_key],
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
