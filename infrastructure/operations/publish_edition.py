"""Records that an edition is published: who, when, and the file's hash, for the audit. Deploying makes it act, and
records every edition that goes out, so that none acts without a record."""

import argparse
import hashlib
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

import boto3

from shared.domain.events import Event
from shared.domain.program import Program
from shared.programs import FOLDER
from shared.programs.editions import program_of, read_program
from shared.programs.reading import Unsound
from shared.repositories.events import Events
from shared.repositories.table import Table


class History(Protocol):
    """Where publications are recorded."""

    def find(self, subject: str, event_id: str) -> Event | None: ...

    def record(self, event: Event) -> None: ...


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument("file", type=Path, help="the edition's TOML file")
    parser.add_argument("--table", required=True, help="the name of the table in the data stack")
    parser.add_argument("--by", required=True, help="who publishes it")


def run(options: argparse.Namespace) -> int:
    """Do it; 1 when the file cannot be used."""
    text = options.file.read_text(encoding="utf-8")
    try:
        program = read_program(options.file)
    except Unsound as error:
        print(error)
        return 1
    published = publication(program, text, options.by, datetime.now(UTC))
    if options.dry_run:
        print(f"Would record {published.data['edition']} ({published.data['sha256']}) in {options.table}.")
        return 0
    Events(Table(boto3.client("dynamodb"), options.table)).record(published)
    print(f"{published.data['edition']} is recorded as published by {published.by}.")
    return 0


def record_all(events: History, program: str, by: str, now: datetime) -> list[str]:
    """Record the editions of a program as published that are not recorded yet; their names."""
    recorded = []
    for file in sorted((FOLDER / program).glob("*.toml")):
        text = file.read_text(encoding="utf-8")
        published = publication(program_of(text), text, by, now)
        if events.find(published.subject, published.event_id) is None:
            events.record(published)
            recorded.append(str(published.data["edition"]))
    return recorded


def publication(program: Program, text: str, by: str, now: datetime) -> Event:
    """The event of a publication; the same file published again leaves the first record as it is."""
    digest = hashlib.sha256(text.encode()).hexdigest()
    data = {
        "edition": program.edition,
        "effective_from": program.effective_from,
        "takes_over": program.takes_over,
        "sha256": digest,
    }
    return Event(f"pub_{digest}", "editions", "edition-published", by, "staff", now, data)
