"""`python -m infrastructure.local`: the whole portal on http://localhost:$PORT until Ctrl-C, by PROGRAM.

With BUILT=.aws-sam/host the functions run as `make build ARCH=host` has made them, else from the sources.
"""

import logging
import os
import signal
import sys
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, NoReturn

from infrastructure.local import demo

if TYPE_CHECKING:  # what is heavy is imported when Ctrl-C is already quiet
    from infrastructure.local.stack import LocalStack

_DEFAULT_PORT = "8000"


class _Stopped(BaseException):
    """Ctrl-C or SIGTERM."""


def _stop(_number: int, _frame: FrameType | None) -> NoReturn:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    logging.disable()  # what is cut off from now on was meant to be
    sys.unraisablehook = lambda _: None  # and what is half made then need not say so when it goes
    raise _Stopped


def main() -> int:
    """Start, say what is there, wait, stop; the exit code."""
    try:
        signal.signal(signal.SIGINT, _stop)
        signal.signal(signal.SIGTERM, _stop)
        read = os.environ.get
        return _run(read("PORT") or _DEFAULT_PORT, read("PROGRAM"), read("BUILT"))
    except _Stopped:
        return 0


def _run(port: str, program: str | None, built: str | None) -> int:
    if not port.isdigit() or int(port) > 65535:
        return _refuse(f"PORT={port} is not a port: say a number from 0 (any free one) to 65535.")
    print("Starting the recertification portal …", flush=True)
    from infrastructure.local.dynamodb import NotStarted
    from infrastructure.local.intrinsics import DeployError
    from infrastructure.local.project import SHIPPED_PROGRAM, ProgramUnknown, portal
    from infrastructure.local.stack import LocalStack, PortTaken

    folder = Path(built).resolve() if built else None
    if folder is not None and not (folder / "template.yaml").is_file():
        return _refuse(f"BUILT={built} is not built: say `make build ARCH=host` first.")
    try:
        with LocalStack(int(port), portal(program or SHIPPED_PROGRAM, folder)) as stack:
            _describe(stack)
            while True:
                signal.pause()
    except PortTaken as error:
        return _refuse(f"{error} Say PORT=… for another one.")
    except (NotStarted, ProgramUnknown) as error:
        return _refuse(str(error))
    except DeployError as error:
        return _refuse(f"The template cannot be deployed locally: {error}")


def _describe(stack: "LocalStack") -> None:
    width = max(len(address) for address, _ in demo.ACCOUNTS)
    print(f"  DynamoDB   {stack.dynamodb_name}")
    print("  Cognito, S3, SQS, SES, SSM   moto, guarded")
    print(f"  Stripe     {stack.stripe_name}")
    print(f"  functions  log into {stack.functions_log}")
    print(f"\nThe portal:  {stack.url}")
    print(f"The console: {stack.url}/_local/  (clock, jobs, mails, reset)\n")
    print(f"Demo accounts, password {demo.PASSWORD}:")
    for address, what in demo.ACCOUNTS:
        print(f"  {address:{width}}  {what}")
    print("\nCtrl-C stops it; the data goes with it.", flush=True)


def _refuse(sentence: str) -> int:
    print(sentence, file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
