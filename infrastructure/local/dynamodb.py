"""DynamoDB: Dynoxide where its binary is installed, else moto's, and it says which."""

import contextlib
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

_BINARY_VARIABLE = "DYNOXIDE"
_ATTEMPTS = 5
_PATIENCE_SECONDS = 5.0
_ROOM = 4 * 1024**3
_KEEPER = Path(__file__).with_name("keeper.py")


class NotStarted(Exception):
    """An emulator does not start; the sentence is for a person."""


def find_binary() -> Path | None:
    """Dynoxide's binary: the one that the environment names, or the installed one; None if there is none.

    An empty DYNOXIDE means: use moto.
    """
    named = os.environ.get(_BINARY_VARIABLE)
    if named is not None:
        return Path(named) if named and os.access(named, os.X_OK) else None
    installed = Path(__file__).parent.glob("dynoxide/node_modules/@dynoxide/*/dynoxide")
    return next((path for path in sorted(installed) if os.access(path, os.X_OK)), None)


@dataclass
class Dynoxide:
    """A running Dynoxide, whose data goes with it."""

    endpoint: str
    process: "subprocess.Popen[bytes]"

    def stop(self) -> None:
        """End it and wait until it is gone."""
        if self.process.stdin:
            self.process.stdin.close()
        self.process.wait()


def start(binary: Path) -> Dynoxide:
    """Start Dynoxide on a free port; if somebody takes the port in between, try another."""
    for _ in range(_ATTEMPTS):
        port = free_port()
        folder = Path(tempfile.mkdtemp(prefix="recertification-dynoxide-", dir=_in_memory()))
        data = folder / "data.db"
        serve = [str(binary), "serve", "--port", str(port), "--db-path", str(data)]
        command = [sys.executable, "-I", "-S", str(_KEEPER), str(folder), *serve]
        process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        dynoxide = Dynoxide(f"http://127.0.0.1:{port}", process)
        if _answers(port, process):
            _keep_streams_fast(data)
            return dynoxide
        dynoxide.stop()
    raise NotStarted(f"Dynoxide ({binary}) does not start. DYNOXIDE= (empty) starts without it.")


def _in_memory() -> Path | None:
    """Where there is memory to keep files in, and enough of it; None for the usual place.

    The data need not outlive the process, and on a busy disk each write waits five times as long and more.
    """
    memory = Path("/dev/shm")  # noqa: S108 (mkdtemp makes a folder of its own in it)
    has_room = memory.is_dir() and os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > _ROOM
    return memory if has_room else None


def _keep_streams_fast(data: Path) -> None:
    """Index the stream's sequence numbers: Dynoxide looks for the last one at each write, through every record.

    Without it a write costs 5 ms after 7,000 records, with it 0.4 ms however many there are. A release that keeps
    its streams in another way goes without.
    """
    with contextlib.closing(sqlite3.connect(data, timeout=5)) as database, contextlib.suppress(sqlite3.Error):
        for column in ("table_name", "shard_id"):
            database.execute(
                f"CREATE INDEX IF NOT EXISTS last_by_{column} "
                f"ON _stream_records ({column}, CAST(sequence_number AS INTEGER))"
            )
        database.commit()


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on right now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _answers(port: int, process: "subprocess.Popen[bytes]") -> bool:
    """Whether this very process, and not another one, listens before patience ends."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.005)
        else:
            time.sleep(0.02)  # had another taken the port, Dynoxide would be gone by now
            return process.poll() is None
    return False
