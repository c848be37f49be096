"""Imports a CSV of members or of program invoices as a job, and follows it to its end."""

import argparse
import getpass
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import boto3

from shared.adapters import aws
from shared.adapters.transfer_store import TransferStore
from shared.domain import ids
from shared.domain.events import Command
from shared.domain.jobs import Job, JobKind
from shared.repositories.events import Events
from shared.repositories.jobs import Jobs
from shared.repositories.table import Table
from shared.use_cases.start_job import start_job

LOOK_SECONDS = 3.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument("file", type=Path)
    parser.add_argument("--kind", choices=("members", "program-invoices"), default="members")
    parser.add_argument("--table", required=True, help="the table's name")
    parser.add_argument("--bucket", required=True, help="the transfers bucket's name")


def run(options: argparse.Namespace) -> int:
    """Do it; a dry run goes through the same worker, which then writes nothing."""
    table = Table(aws.dynamodb(), options.table)
    store = TransferStore(boto3.client("s3"), options.bucket)
    content = options.file.read_bytes()
    job = import_file(Jobs(table), Events(table), store, options.kind, content, dry_run=options.dry_run)
    print(_told(job))
    if job.state == "done" and job.counts.get("rejected"):
        print(store.read(job.report_key)[0].decode("utf-8-sig"))
    return 0 if job.state == "done" else 1


def import_file(
    jobs: Jobs,
    events: Events,
    store: TransferStore,
    kind: JobKind,
    content: bytes,
    *,
    dry_run: bool,
    sleep: Callable[[float], None] = time.sleep,
) -> Job:
    """Start the job, upload the file, which sets the worker going, and wait for its end."""
    now = datetime.now(UTC)
    command = Command(f"operations:{getpass.getuser()}", "staff", now, now.date(), ids.fresh_key())
    job = start_job(jobs, events, command, kind, dry_run=dry_run)
    store.put(job.upload_key, content)
    shown = -1
    while not job.finished:
        sleep(LOOK_SECONDS)
        job = jobs.find(job.job_id) or job
        if job.counts.get("rows_done", 0) != shown:
            shown = job.counts.get("rows_done", 0)
            print(f"{job.job_id}: {shown} of {job.counts.get('rows', '?')} rows")
    return job


def _told(job: Job) -> str:
    if job.state == "failed":
        return f"Failed: {job.detail}"
    counted = ", ".join(
        f"{job.counts.get(name, 0)} {name}" for name in ("created", "updated", "unchanged", "rejected")
    )
    return f"{'Would be' if job.dry_run else 'Done'}: {counted}."
