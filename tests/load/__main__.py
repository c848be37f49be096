"""`make load`: a mixed day over HTTP, then 100,000 members, into docs/scale.md.

LOAD=day, routes or invoices does a part; "full" is the last two on one table. A trial with fewer members writes into a
folder of its own: LOAD="full --members 300 --into FOLDER".
"""

import argparse
from pathlib import Path

from tests.load import day, full
from tests.load.paper import DOCS, Run

MEMBERS = 100_000


def main() -> None:
    """Run what is asked for, and write the page."""
    arguments = argparse.ArgumentParser(
        prog="make load", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    arguments.add_argument("part", nargs="?", default="all", choices=("all", "day", "full", *full.PARTS))
    arguments.add_argument("--members", type=int, default=MEMBERS)
    arguments.add_argument("--into", type=Path, default=DOCS, help="the folder of what is written")
    wanted = arguments.parse_args()
    if wanted.members < MEMBERS and wanted.into.resolve() == DOCS:
        arguments.error(
            f"fewer than {MEMBERS:,} members are a trial: say where it is written (--into FOLDER)"
        )
    wanted.into.mkdir(parents=True, exist_ok=True)
    run = Run(wanted.into)
    if wanted.part in ("all", "day"):
        day.run(run)
    if wanted.part != "day":
        full.run(run, wanted.members, full.PARTS if wanted.part in ("all", "full") else (wanted.part,))
    print(run.write())


if __name__ == "__main__":
    main()
