"""Make what the Makefile's targets need, on a machine that has nothing but Python 3, make and a network.

    .tools/uv      uv, from requirements/uv.txt, by pip
    .venv          Python 3.13 and requirements/dev.txt, by uv
    .tools/sam     the SAM CLI from requirements/sam.txt, by uv (only with --sam)
    .tools/checkov, .tools/audit, .tools/schemathesis   in the same way (only with --checkov, --audit, --schemathesis)
    infrastructure/local/dynoxide/node_modules      Dynoxide, by npm

Standard library only, Python 3.9 or newer. Each part carries the hash of what it was made from, so a second
run costs milliseconds. All is pinned and hashed; where it is fetched from is the machine's own business (the
settings of pip, uv and npm): no address stands here. With CI=true nothing optional may be missing.
"""

import sys

if sys.version_info < (3, 9):  # noqa: UP036 - whatever python3 the machine has reads this line
    sys.exit("Python 3.9 or newer is needed to start; python3 here is {}.{}.".format(*sys.version_info))

import argparse
import fcntl
import hashlib
import os
import platform
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn, Union

ROOT = Path(__file__).resolve().parent.parent
TOOLS = ROOT / ".tools"
UV = TOOLS / "uv" / "bin" / "uv"
LOG = TOOLS / "setup.log"
DYNOXIDE = ROOT / "infrastructure" / "local" / "dynoxide"
DYNOXIDE_PACKAGES = {("Linux", "x86_64"): "linux-x64"}
BROWSERS = {
    "Chromium": ("chromium-headless-shell", "chromium"),
    "Firefox": ("firefox-esr", "firefox"),
}  # by the names of their programs
PYTHON_PROBE = "import ctypes, ssl, sys, zlib; sys.exit(sys.version_info[:2] != (3, 13))"
UV_INDEX_SETTINGS = {"UV_DEFAULT_INDEX", "UV_INDEX_URL", "UV_INDEX", "UV_CONFIG_FILE", "UV_OFFLINE"}
IN_CI = os.environ.get("CI", "").lower() in ("true", "1")


def main() -> None:
    arguments = argparse.ArgumentParser(description="Make the environments of this project.")
    arguments.add_argument("--sam", action="store_true", help="the SAM CLI as well")
    arguments.add_argument("--checkov", action="store_true", help="checkov as well")
    arguments.add_argument("--audit", action="store_true", help="pip-audit as well")
    arguments.add_argument("--schemathesis", action="store_true", help="schemathesis as well")
    arguments.add_argument("--tests", action="store_true", help="say which browsers the tests will miss")
    wanted = arguments.parse_args()
    TOOLS.mkdir(exist_ok=True)
    with (TOOLS / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # `make run` and `make test` may start together in a fresh clone
        make_uv()
        make_venv(ROOT / ".venv", "requirements/dev.txt", "the Python packages")
        make_dynoxide()
        if wanted.tests:
            look_for_browsers()
        if wanted.sam:
            make_venv(TOOLS / "sam", "requirements/sam.txt", "the SAM CLI")
        if wanted.checkov:
            make_venv(TOOLS / "checkov", "requirements/checkov.txt", "checkov")
        if wanted.audit:
            make_venv(TOOLS / "audit", "requirements/audit.txt", "pip-audit")
        if wanted.schemathesis:
            make_venv(TOOLS / "schemathesis", "requirements/schemathesis.txt", "schemathesis")


def make_uv() -> None:
    """uv, by the pip that this Python brings along."""
    target, requirements = TOOLS / "uv", "requirements/uv.txt"
    if is_made(target, requirements) and runs(UV, "--version"):
        return
    say("installing uv")
    shutil.rmtree(target, ignore_errors=True)
    if not run(sys.executable, "-m", "venv", target):
        stop("Python's venv module does not work; install it (Debian, Ubuntu: apt-get install python3-venv)")
    python = target / "bin" / "python"
    options = ("--quiet", "--require-hashes", "--only-binary=:all:")
    if not run(python, "-m", "pip", "install", *options, "--requirement", requirements):
        stop("uv could not be installed with pip; check the network and pip's settings")
    mark_made(target, requirements)


def make_venv(target: Path, requirements: str, what: str) -> None:
    """An environment with Python 3.13 and exactly what the hash-pinned file names."""
    python = target / "bin" / "python"
    python_works = is_python_313(python)
    if python_works and is_made(target, requirements):
        return
    if not python_works:
        make_empty_venv(target)
    say(f"installing {what}")
    if not run(UV, "pip", "sync", "--require-hashes", "--python", python, requirements):
        stop(f"Installing {what} failed; check the network and uv's settings")
    mark_made(target, requirements)


def make_empty_venv(target: Path) -> None:
    """With a Python 3.13 that is here, else with one that uv finds or downloads."""
    found = next(filter(is_python_313, python_313_candidates()), None)
    if not found:
        say("no Python 3.13 that works on this machine; asking uv for one")
    if run(UV, "venv", "--clear", "--no-project", "--relocatable", "--python", found or "3.13", target):
        return
    if found:
        stop(f"{target.name} could not be made with {found}")
    stop("Python 3.13 is missing and uv could not download it; install it so that `python3.13` runs")


def python_313_candidates() -> Iterator[Path]:
    """Where Python 3.13 may be. On the PATH may stand pyenv's shim for a version that is not switched on, so
    the versions behind the shims are looked at too, wherever pyenv lives."""
    yield Path(sys.executable)
    on_path = [Path(folder) for folder in os.environ.get("PATH", "").split(os.pathsep) if folder]
    for folder in on_path:
        yield folder / "python3.13"
    roots = [folder.parent for folder in on_path if folder.name == "shims"]
    roots += [Path(os.environ.get("PYENV_ROOT") or "~/.pyenv").expanduser()]
    for root in dict.fromkeys(roots):
        for version in sorted(root.glob("versions/3.13*"), reverse=True):
            yield version / "bin" / "python3.13"


def is_python_313(python: Path) -> bool:
    return python.is_file() and runs(python, "-c", PYTHON_PROBE)


def make_dynoxide() -> None:
    """The local DynamoDB. It is optional: without it moto serves, and the local stack says so too."""
    package = DYNOXIDE_PACKAGES.get((platform.system(), platform.machine()))
    if not package:
        miss_dynoxide(f"it is not published for {platform.system()} {platform.machine()}")
        return
    target, lock = DYNOXIDE / "node_modules", DYNOXIDE / "package-lock.json"
    binary = target / "@dynoxide" / package / "dynoxide"
    if is_made(target, lock) and os.access(binary, os.X_OK):
        return
    if not runs("npm", "--version"):
        miss_dynoxide("npm was not found; install node and npm")
        return
    say("installing Dynoxide")
    installed = run("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", folder=DYNOXIDE)
    if not installed or not runs(binary, "--version"):
        miss_dynoxide("npm could not install it; check the network and npm's settings")
        return
    mark_made(target, lock)


def miss_dynoxide(why: str) -> None:
    if IN_CI:
        stop(f"Dynoxide, the local DynamoDB, is missing, and with CI=true nothing may be: {why}")
    say(f"Dynoxide, the local DynamoDB, is missing: {why}. Until then moto serves, without isolation")


def look_for_browsers() -> None:
    """They are the system's, and optional: without them the tests of the pages are skipped."""
    for browser, (package, *others) in BROWSERS.items():
        if any(shutil.which(name) for name in (package, *others)):
            continue
        how = f"{browser} was not found; install it (Debian: apt-get install {package})"
        if IN_CI:
            stop(f"{how}, for with CI=true no test may be skipped")
        say(f"{how}. Until then the tests of the pages in it are skipped")


def is_made(target: Path, source: Union[str, Path]) -> bool:
    stamp = target / ".made-from"
    return stamp.is_file() and stamp.read_text() == digest(source)


def mark_made(target: Path, source: Union[str, Path]) -> None:
    (target / ".made-from").write_text(digest(source))


def digest(source: Union[str, Path]) -> str:
    return hashlib.sha256((ROOT / source).read_bytes()).hexdigest()


def runs(*command: Union[str, Path]) -> bool:
    try:
        return subprocess.run(command, check=False, capture_output=True, timeout=60).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def run(*command: Union[str, Path], folder: Path = ROOT) -> bool:
    """Whether it succeeded. What it says goes to the log, which the one sentence of `stop` names."""
    with LOG.open("a") as log:
        print("$", shlex.join(map(str, command)), file=log, flush=True)
        try:
            done = subprocess.run(
                command,
                check=False,
                cwd=folder,
                env=settings(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        except OSError as error:
            print(error, file=log)
            return False
        return done.returncode == 0


def settings() -> dict[str, str]:
    """uv does not read pip's settings: where only pip was told of an index or certificates, uv is told too."""
    variables = dict(os.environ)
    files = (Path("~/.config/uv/uv.toml").expanduser(), Path("/etc/uv/uv.toml"))
    python = TOOLS / "uv" / "bin" / "python"
    if UV_INDEX_SETTINGS & set(variables) or any(file.is_file() for file in files) or not python.is_file():
        return variables
    command = (python, "-m", "pip", "config", "list")
    listed = subprocess.run(command, check=False, capture_output=True, text=True).stdout
    for line in listed.splitlines():
        name, _, value = line.partition("=")
        if name.endswith(".index-url"):
            variables["UV_DEFAULT_INDEX"] = value.strip("'")
        if name.endswith(".cert"):
            variables.setdefault("SSL_CERT_FILE", value.strip("'"))
    return variables


def say(sentence: str) -> None:
    print(f"environment: {sentence}.", file=sys.stderr, flush=True)


def stop(sentence: str) -> NoReturn:
    sys.exit(f"{sentence}, then run make again (the tools' own words are in {LOG.relative_to(ROOT)}).")


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
    except OSError as error:
        sys.exit(f"The environment could not be made: {error}.")
