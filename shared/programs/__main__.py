"""Checks a rule set, and counts a cycle under it: `python -m shared.programs check FILE…`, `… ledger FILE CYCLE`."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from shared.domain.rules.handbook import handbook
from shared.programs.cycle_files import read_cycle
from shared.programs.editions import read_program
from shared.programs.printing import printed
from shared.programs.reading import Unsound, parsed
from shared.programs.rule_sets import PORTAL_WORDS, read_rule_set


def check(files: Sequence[Path]) -> int:
    """Say of each file whether it can be used, or everything that is wrong with it. 1 if one cannot."""
    unsound = 0
    for file in files:
        text = file.read_text(encoding="utf-8")
        try:
            data = parsed(text)
            rules_only = not any(name in data for name in ("contact", "agreement", "document_kinds"))
            rule_set = read_rule_set(text) if rules_only else read_program(file)
        except Unsound as error:
            unsound += 1
            for fault in error.faults:
                say(f"{file}:{fault.line}: {fault.field}: {fault.detail}")
            continue
        missing = [name for name in PORTAL_WORDS if name not in data]
        use = (
            f"rules only; the portal also needs {', '.join(missing)}"
            if rules_only
            else "an edition of the portal"
        )
        say(f"{file}: sound, {len(rule_set.activities)} activities ({use}).")
    return 1 if unsound else 0


def count(rules: Path, cycle: Path, *, as_json: bool) -> int:
    """Print the ledger of a cycle. 1 if a file cannot be used, 2 if something is still missing."""
    try:
        rule_set = read_rule_set(rules.read_text(encoding="utf-8"))
        ledger = read_cycle(cycle.read_text(encoding="utf-8"), rule_set)
    except Unsound as error:
        for fault in error.faults:
            say(f"{fault}")
        return 1
    say(printed(ledger, as_json=as_json))
    return 0 if ledger.met else 2


def say(line: str) -> None:
    """One line on the terminal."""
    sys.stdout.write(f"{line}\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m shared.programs", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    checking = commands.add_parser("check", help="say what is wrong with rule sets, by line and field")
    checking.add_argument("files", nargs="+", type=Path, metavar="FILE")
    counting = commands.add_parser(
        "ledger", help="count a cycle (docs/rules.md tells its file) under a rule set"
    )
    counting.add_argument("rules", type=Path, metavar="FILE")
    counting.add_argument("cycle", type=Path, metavar="CYCLE")
    counting.add_argument("--json", action="store_true", help="for a program to read")
    telling = commands.add_parser("handbook", help="the rules in sentences, as the public page has them")
    telling.add_argument("rules", type=Path, metavar="FILE")
    given = parser.parse_args(arguments)
    if given.command == "check":
        return check(given.files)
    if given.command == "ledger":
        return count(given.rules, given.cycle, as_json=given.json)
    for section in handbook(read_rule_set(given.rules.read_text(encoding="utf-8"))):
        say("\n".join([section.title, *(f"  {line}" for line in section.lines), ""]))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
