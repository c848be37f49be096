"""Make what `make run`, `make test` and `make check` need, on a machine that has nothing but Python 3, make and a network.

`.tools/uv` uv, from requirements/uv.txt, by pip        `.venv` Python 3.13 with requirements/dev.txt, by uv
`.tools/sam` the SAM CLI (only with --sam), by uv       `infrastructure/local/dynoxide/node_modules` Dynoxide, by npm

Standard library only and Python 3.9 or newer. Each part carries a stamp, the hash of what it was made from, so a second
run costs a few milliseconds. Everything is pinned and hashed; where it is fetched from is the machine's own business
(the settings of pip, uv and npm), no address stands here. With CI=true nothing optional may be missing.
"""

import sys

if sys.version_info < (3, 9):
    sys.exit("This needs Python 3.9 or newer to make its environment; python3 here is %d.%d." % sys.version_info[:2])

import argparse
import fcntl
import hashlib
import os
import platform
import shlex
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NoReturn, Union

ROOT = Path(__file__).resolve().parent.parent
TOOLS = ROOT / ".tools"
VENV = ROOT / ".venv"
DYNOXIDE = ROOT / "infrastructure" / "local" / "dynoxide"
LOG = TOOLS / "setup.log"
PYTHON = (3, 13)
PYTHON_NAME = "python{}.{}".format(*PYTHON)
PYTHON_PROBE = f"import ctypes, ssl, sys, zlib; sys.exit(sys.version_info[:2] != {PYTHON})"
DYNOXIDE_PLATFORMS = {("Linux", "x86_64"): "linux-x64"}
UV_INDEX_SETTINGS = ("UV_DEFAULT_INDEX", "UV_INDEX_URL", "UV_INDEX", "UV_CONFIG_FILE", "UV_OFFLINE")
IN_CI = os.environ.get("CI", "").lower() in ("true", "1")


def main() -> None:
    arguments = argparse.ArgumentParser(description="Make the environments of this project.")
    arguments.add_argument("--sam", action="store_true", help="also the SAM CLI, in an environment of its own")
    wanted = arguments.parse_args()
    TOOLS.mkdir(exist_ok=True)
    with (TOOLS / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # `make run` and `make test` may start together in a fresh clone
        make_uv()
        make_venv(VENV, "requirements/dev.txt", "the Python packages")
        make_dynoxide()
        if wanted.sam:
            make_venv(TOOLS / "sam", "requirements/sam.txt", "the SAM CLI")


def make_uv() -> None:
    """uv, by the pip that comes with this Python."""
    target, requirements = TOOLS / "uv", ROOT / "requirements" / "uv.txt"
    stamp = digest(requirements)
    if is_made(target, stamp) and runs(target / "bin" / "uv", "--version"):
        return
    say("installing uv")
    shutil.rmtree(target, ignore_errors=True)
    if run([sys.executable, "-m", "venv", target]):
        stop(
            "Python's venv module does not work here: install it (Debian and Ubuntu: apt-get install python3-venv) and run make again"
        )
    pip = [target / "bin" / "python", "-m", "pip", "install", "--quiet", "--require-hashes", "--only-binary=:all:"]
    if run([*pip, "--requirement", requirements]):
        stop("uv could not be downloaded with pip: check the network and pip's settings, then run make again")
    mark_made(target, stamp)


def make_venv(target: Path, requirements: str, what: str) -> None:
    """An environment with Python 3.13 and exactly what the hash-pinned file says."""
    stamp = digest(ROOT / requirements)
    python_works = is_python_313(target / "bin" / "python")
    if python_works and is_made(target, stamp):
        return
    if not python_works:
        make_empty_venv(target)
    say(f"installing {what}")
    if run([TOOLS / "uv/bin/uv", "pip", "sync", "--require-hashes", "--python", target / "bin/python", requirements]):
        stop(f"Installing {what} failed: check the network and uv's settings, then run make again")
    mark_made(target, stamp)


def make_empty_venv(target: Path) -> None:
    uv = [TOOLS / "uv" / "bin" / "uv", "venv", "--clear", "--no-project"]
    found = next(filter(is_python_313, pythons_313()), None)
    if found:
        if run([*uv, "--python", found, target]):
            stop(f"An environment could not be made with {found}")
        return
    say("no working Python 3.13 on this machine; asking uv for one")
    if run([*uv, "--python", "{}.{}".format(*PYTHON), target]):
        stop(
            "Python 3.13 is missing here and uv could not download it: install Python 3.13 so that python3.13 runs, "
            "or allow the download, then run make again"
        )


def pythons_313() -> Iterator[Path]:
    """Every place where Python 3.13 may be. What stands on the PATH may be pyenv's shim for a version not switched on,
    so the versions behind the shims are looked at as well."""
    yield Path(sys.executable)
    on_path = [Path(folder) for folder in os.environ.get("PATH", "").split(os.pathsep) if folder]
    for folder in on_path:
        yield folder / PYTHON_NAME
    roots = [folder.parent for folder in on_path if folder.name == "shims"]
    roots += [Path(os.environ[name]) for name in ("PYENV_ROOT",) if os.environ.get(name)]
    roots.append(Path(os.path.expanduser("~/.pyenv")))
    for root in dict.fromkeys(roots):
        for version in sorted(root.glob("versions/{}.{}*".format(*PYTHON)), reverse=True):
            yield version / "bin" / PYTHON_NAME


def is_python_313(python: Path) -> bool:
    return python.is_file() and runs(python, "-c", PYTHON_PROBE)


def make_dynoxide() -> None:
    """The local DynamoDB. It is optional: without it moto serves, which the local stack says too."""
    package = DYNOXIDE_PLATFORMS.get((platform.system(), platform.machine()))
    if not package:
        return miss_dynoxide(f"it is not published for {platform.system()} {platform.machine()}", "use Linux on x86-64")
    binary = DYNOXIDE / "node_modules" / "@dynoxide" / package / "dynoxide"
    stamp = digest(DYNOXIDE / "package-lock.json")
    if is_made(DYNOXIDE / "node_modules", stamp) and os.access(binary, os.X_OK):
        return
    npm = shutil.which("npm")
    if not npm or not runs(Path(npm), "--version"):
        return miss_dynoxide("npm was not found", "install node and npm and run make again")
    say("installing Dynoxide")
    if run([npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"], DYNOXIDE) or not runs(binary, "--version"):
        return miss_dynoxide("npm could not install it", "check the network and npm's settings and run make again")
    mark_made(DYNOXIDE / "node_modules", stamp)


def miss_dynoxide(why: str, remedy: str) -> None:
    sentence = f"Dynoxide, the local DynamoDB, is missing ({why}): {remedy}"
    if IN_CI:
        stop(f"{sentence}; with CI=true nothing may be missing")
    say(f"{sentence}. Meanwhile moto serves in memory, without isolation, and what needs Dynoxide is skipped")


def digest(*files: Path) -> str:
    """What a part is made from: the files' contents and where the project lies, for environments cannot be moved."""
    contents = b"".join(file.read_bytes() for file in files)
    return hashlib.sha256(contents + os.fsencode(ROOT)).hexdigest()


def is_made(target: Path, stamp: str) -> bool:
    file = target / ".made-from"
    return file.is_file() and file.read_text() == stamp


def mark_made(target: Path, stamp: str) -> None:
    (target / ".made-from").write_text(stamp)


def runs(command: Path, *arguments: str) -> bool:
    try:
        return not subprocess.run([command, *arguments], capture_output=True, timeout=60).returncode
    except (OSError, subprocess.TimeoutExpired):
        return False


def run(command: Sequence[Union[str, Path]], folder: Path = ROOT) -> int:
    """The exit status; what the command says goes to the log, for the one sentence that `stop` prints names it."""
    with LOG.open("a") as log:
        log.write("$ " + " ".join(shlex.quote(str(part)) for part in command) + "\n")
        log.flush()
        try:
            return subprocess.run(
                command, cwd=folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=environment()
            ).returncode
        except OSError as error:
            log.write(f"{error}\n")
            return 127


def environment() -> dict[str, str]:
    """uv does not read pip's settings. Where only pip was told of an index or of certificates, uv is told the same."""
    settings = dict(os.environ)
    uv_files = (Path(os.path.expanduser("~/.config/uv/uv.toml")), Path("/etc/uv/uv.toml"))
    if any(name in settings for name in UV_INDEX_SETTINGS) or any(file.is_file() for file in uv_files):
        return settings
    python = TOOLS / "uv" / "bin" / "python"
    if not python.is_file():
        return settings
    listed = subprocess.run([python, "-m", "pip", "config", "list"], capture_output=True, text=True).stdout
    for line in listed.splitlines():
        name, _, value = line.partition("=")
        if name.endswith(".index-url"):
            settings["UV_DEFAULT_INDEX"] = value.strip("'\"")
        elif name.endswith(".cert"):
            settings.setdefault("SSL_CERT_FILE", value.strip("'\""))
    return settings


def say(sentence: str) -> None:
    print(f"environment: {sentence}.", file=sys.stderr, flush=True)


def stop(sentence: str) -> NoReturn:
    sys.exit(f"{sentence}. The tools' own words are in {LOG.relative_to(ROOT)}.")


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
    except OSError as error:
        sys.exit(f"The environment could not be made: {error}.")
