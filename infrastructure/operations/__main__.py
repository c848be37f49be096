"""The operations command line: `python -m infrastructure.operations --help`.

Each command uses the AWS credentials of the terminal, and with `--dry-run` only says what it would do.
"""

import argparse
import sys

from infrastructure.operations import (
    create_staff,
    dump,
    import_file,
    load,
    publish_edition,
    reconcile,
    redrive,
    restore_drill,
    try_edition,
)

COMMANDS = {
    "create-staff": create_staff,
    "import": import_file,
    "redrive": redrive,
    "reconcile": reconcile,
    "restore-drill": restore_drill,
    "dump": dump,
    "load": load,
    "try-edition": try_edition,
    "publish-edition": publish_edition,
}


def parser() -> argparse.ArgumentParser:
    """The command line with its commands."""
    made = argparse.ArgumentParser(prog="python -m infrastructure.operations", description=__doc__)
    commands = made.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, module in COMMANDS.items():
        summary = (module.__doc__ or "").split("\n", maxsplit=1)[0]
        command = commands.add_parser(name, help=summary, description=summary)
        module.add_arguments(command)
        command.add_argument("--dry-run", action="store_true", help="only say what would be done")
    return made


def main(arguments: list[str]) -> int:
    """Read the command line and do it; the exit code."""
    options = parser().parse_args(arguments)
    code: int = COMMANDS[options.command].run(options)
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
