"""Tries changed rules on the current members, before they are published: who would flip from ready to not, and why."""

import argparse
from collections.abc import Iterable
from datetime import date
from pathlib import Path

import boto3

from shared.domain.dry_run import flip_of
from shared.domain.program import Program
from shared.domain.recertification import Recertification
from shared.domain.rules.words import plain
from shared.programs import load_editions
from shared.programs.editions import program_of, require_known
from shared.programs.reading import Unsound
from shared.repositories.recertifications import Recertifications
from shared.repositories.table import Table


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument("file", type=Path, help="the changed edition")
    parser.add_argument("--table", required=True, help="the name of the table in the data stack")
    parser.add_argument("--program", default="ipma-hr", help="the program that the portal runs by")
    parser.add_argument(
        "--years", type=int, default=4, help="how many recertification years ahead to look at"
    )


def run(options: argparse.Namespace) -> int:
    """Do it, which only reads; 1 when the file cannot be used, 2 when somebody would no longer be ready."""
    editions = load_editions(options.program)
    try:
        changed = program_of(text := options.file.read_text(encoding="utf-8"))
        require_known(changed, text, editions)
    except Unsound as error:
        print(error)
        return 1
    if options.dry_run:
        print(f"Would try {changed.edition} on the certifications in {options.table}. Nothing is written.")
        return 0
    today = date.today()  # noqa: DTZ011 (a look ahead; the day's time zone does not matter)
    table = Table(boto3.client("dynamodb"), options.table)
    stored = Recertifications(table, editions, lambda: today)
    years = range(today.year, today.year + options.years)
    due = (stored.find(each.certification_id) for year in years for each in stored.due(year))
    return tell((each for each in due if each is not None), changed, today)


def tell(all_found: Iterable[Recertification], changed: Program, today: date) -> int:
    """Print a line for each who would flip, and how many there are."""
    looked_at = worse = better = 0
    for found in all_found:
        looked_at += 1
        flip = flip_of(found, changed, today)
        if flip is None:
            continue
        worse += flip.flips != "not to ready"
        better += flip.flips == "not to ready"
        print(
            f"{flip.member_id} {flip.designation}: {flip.flips}, {plain(flip.points_before)} to "
            f"{plain(flip.points_after)} points. {' '.join(flip.why)}"
        )
    print(f"{looked_at} looked at: {worse} would no longer be ready, {better} would become ready.")
    return 2 if worse else 0
