"""`make load`: a mixed day over HTTP, then 100,000 members; `python -m tests.load day` or `… full` does a part."""

import sys

from tests.load import day, full, paper

MEMBERS = 100_000


def main() -> None:
    """Run what is asked for, and write docs/scale.md."""
    part, *more = sys.argv[1:] or ["all"]
    if part in ("all", "day"):
        day.run()
    if part in ("all", "full"):
        full.run(int(more[0]) if more else MEMBERS)
    paper.write()
    print(paper.PAGE.read_text())


if __name__ == "__main__":
    main()
