"""One command starts it, and however it ends, no process stays behind."""

import os
import signal
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from infrastructure.local import dynamodb
from infrastructure.local.stack import LocalStack, PortTaken
from tests.figures import Figures
from tests.integration.local.conftest import project

ROOT = Path(__file__).parents[3]
THE_COMMAND = ("-m", "infrastructure.local")
_SMALL = """
from infrastructure.local import __main__, project as projects
from tests.integration.local.conftest import project
projects.portal = lambda *_: project()
raise SystemExit(__main__.main())
"""
THE_SAME_WITH_THE_SMALL_PROJECT = ("-c", _SMALL)
WHERE_DYNOXIDE_IS_NOT_INSTALLED = {"DYNOXIDE": ""}
"""The whole portal comes up on moto then; with Dynoxide it is what the tests of the portal start and stop."""
needs_proc = pytest.mark.skipif(sys.platform != "linux", reason="looks for processes in /proc")


@contextmanager
def command(
    arguments: tuple[str, ...] = THE_COMMAND, **variables: str
) -> Iterator[tuple["subprocess.Popen[str]", str]]:
    """The command in a process group of its own, and a mark that all its processes inherit."""
    mark = uuid.uuid4().hex
    process = subprocess.Popen(
        [sys.executable, *arguments],
        cwd=ROOT,
        env={**os.environ, "PYTHONUNBUFFERED": "1", "MARK": mark, **variables},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        yield process, mark
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def marked(mark: str) -> list[str]:
    """The living processes with this mark."""
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            if mark.encode() in (entry / "environ").read_bytes() and "Z" not in _state(entry):
                found.append((entry / "cmdline").read_text().replace("\0", " "))
        except OSError:
            continue
    return found


def _state(entry: Path) -> str:
    return (entry / "stat").read_text().rsplit(")", 1)[1].split()[0]


def wait_until_gone(mark: str) -> list[str]:
    """Who is still there after five seconds."""
    deadline = time.monotonic() + 5
    while marked(mark) and time.monotonic() < deadline:
        time.sleep(0.02)
    return marked(mark)


def wait_until_ready(process: "subprocess.Popen[str]") -> list[str]:
    assert process.stdout is not None
    lines = []
    for line in process.stdout:
        lines.append(line)
        if line.startswith("Ctrl-C stops it"):
            return lines
    raise AssertionError(process.communicate())


@needs_proc
@pytest.mark.parametrize(
    ("number", "variables"),
    [
        (signal.SIGINT, WHERE_DYNOXIDE_IS_NOT_INSTALLED),
        (signal.SIGTERM, {}),
        (signal.SIGKILL, {}),
    ],
)
def test_the_command_says_what_it_started_and_leaves_nothing_behind(
    number: signal.Signals, variables: dict[str, str], figures: Figures
) -> None:
    began = time.monotonic()
    arguments = THE_COMMAND if variables else THE_SAME_WITH_THE_SMALL_PROJECT
    with command(arguments, PORT="0", **variables) as (process, mark):
        said = "".join(wait_until_ready(process))
        took = time.monotonic() - began
        url = next(word for word in said.split() if word.startswith("http://localhost:"))
        assert ("Dynoxide is not installed" if variables else "Dynoxide (real transactions") in said
        assert "member@example.org" in said
        assert "Recertify!2027" in said
        assert httpx.get(f"{url}/config.json").status_code == 200
        assert len(marked(mark)) >= 5
        log = Path(next(word for word in said.split() if word.endswith("functions.log")))
        assert log.parent.is_dir()
        process.send_signal(number)
        _, complaints = process.communicate(timeout=20)
        assert wait_until_gone(mark) == []
        assert not log.parent.exists()
        assert complaints == ""
        assert process.returncode == (0 if number != signal.SIGKILL else -signal.SIGKILL)
    figures("the local portal is ready", f"after {took:.1f} s")


@needs_proc
@pytest.mark.parametrize("seconds", [0.4, 1.5])
def test_ctrl_c_during_the_start_is_quiet_too(seconds: float) -> None:
    with command(PORT="0") as (process, mark):
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(seconds)
        os.killpg(process.pid, signal.SIGINT)  # as a terminal does: the whole group
        said, complaints = process.communicate(timeout=20)
        assert (process.returncode, complaints) == (0, "")
        assert "Traceback" not in said
        assert wait_until_gone(mark) == []


def test_ctrl_c_during_a_move_of_the_clock_is_quiet_too() -> None:
    with command(THE_SAME_WITH_THE_SMALL_PROJECT, PORT="0") as (process, _), ThreadPoolExecutor() as pool:
        url = next(line.split()[-1] for line in wait_until_ready(process) if line.startswith("The portal:"))
        begun = httpx.get(f"{url}/_local/clock").json()["now"]
        wanted = {"now": f"{int(begun[:4]) + 20}-01-01T00:00:00Z"}
        moving = pool.submit(httpx.put, f"{url}/_local/clock", json=wanted, timeout=60)
        while httpx.get(f"{url}/_local/clock").json()["now"][:10] == begun[:10]:
            assert not moving.done()
        os.killpg(process.pid, signal.SIGINT)
        _, said = process.communicate(timeout=30)
        assert (process.returncode, said) == (0, "")
        assert moving.result().status_code == 503


def test_a_request_that_is_cut_off_by_the_end_is_no_error() -> None:
    with command(THE_SAME_WITH_THE_SMALL_PROJECT, PORT="0") as (process, _), ThreadPoolExecutor() as pool:
        url = next(line.split()[-1] for line in wait_until_ready(process) if line.startswith("The portal:"))
        pool.submit(httpx.post, f"{url}/api/open", json={"do": "hang"}, timeout=60)
        time.sleep(0.5)  # it has to be with the function, which sleeps for longer than the stack waits
        process.send_signal(signal.SIGTERM)
        said, complaints = process.communicate(timeout=30)
        assert (process.returncode, complaints) == (0, "")
        assert "Traceback" not in said


def test_a_program_that_is_none_gets_one_clear_sentence() -> None:
    with command(PROGRAM="no-such-program") as (process, _):
        _, said = process.communicate(timeout=30)
    assert process.returncode == 1
    assert said.startswith("PROGRAM=no-such-program is not a program: say one of ")
    assert said.count("\n") == 1


def test_a_taken_port_gets_one_clear_sentence() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        with command(PORT=port) as (process, _):
            _, complaints = process.communicate(timeout=20)
            assert process.returncode == 1
            assert complaints == f"Port {port} is taken by another program. Say PORT=… for another one.\n"


def test_a_port_that_is_none_gets_one_clear_sentence() -> None:
    with command(PORT="eighty") as (process, _):
        _, complaints = process.communicate(timeout=20)
        assert process.returncode == 1
        assert complaints.startswith("PORT=eighty is not a port")


def test_two_stacks_run_side_by_side() -> None:
    with LocalStack(0, project()) as first, LocalStack(0, project()) as second:
        assert first.url != second.url
        table = first.client("dynamodb")
        table.put_item(TableName=first.resources["TableName"], Item={"PK": {"S": "only here"}})
        other = second.client("dynamodb").scan(TableName=second.resources["TableName"])
        assert other["Count"] == 0
        for stack in (first, second):
            config = httpx.get(f"{stack.url}/config.json").json()
            assert config["cognito"]["userPoolId"] == stack.resources["UserPoolId"]
            assert httpx.post(f"{stack.url}/api/open", json={}).status_code == 200
        port = int(first.url.rsplit(":", 1)[1])
        with pytest.raises(PortTaken):
            LocalStack(port, project()).start()
        assert httpx.get(f"{first.url}/config.json").status_code == 200


@needs_proc
def test_dynoxide_ends_with_its_keeper() -> None:
    binary = dynamodb.find_binary()
    if binary is None:
        pytest.skip("Dynoxide is not installed")
    running = dynamodb.start(binary)
    port = running.endpoint.rsplit(":", 1)[1]
    running.process.kill()
    running.process.wait()
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", int(port))) != 0:
                return
        time.sleep(0.02)
    raise AssertionError("Dynoxide is still there")
