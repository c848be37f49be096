"""Runs a program and ends it when standard input closes, so that it never outlives the stack, however that ends.

Started by path with `python -I -S`, so it uses the standard library only: `keeper.py FOLDER PROGRAM ARGUMENT…`. The
folder is the program's own and goes with it.
"""

import contextlib
import ctypes
import shutil
import signal
import subprocess
import sys
import threading

_PR_SET_PDEATHSIG = 1


def die_with_parent() -> None:
    """On Linux, be killed when the parent dies, even if the parent is killed; elsewhere closed pipes must do."""
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def main() -> int:
    """Run the program until it ends or standard input closes; the program's exit code."""
    folder, *command = sys.argv[1:]
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, preexec_fn=die_with_parent) as program:  # noqa: PLW1509

        def end_with_parent() -> None:
            sys.stdin.buffer.read()
            program.kill()

        threading.Thread(target=end_with_parent, daemon=True).start()
        code = program.wait()
    shutil.rmtree(folder, ignore_errors=True)
    return code


if __name__ == "__main__":
    sys.exit(main())
