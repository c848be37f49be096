"""How a function starts: what it loads, how long its processor works and how much memory it holds, in a fresh process.

A start is everything up to the first request's own work: the handler's module, the DynamoDB client, and each
repository, gateway and library that the handler names, for what is loaded lazily has to be loaded in the end.
From the artifact of `make build ARCH=host` where it is built from these sources, else (not with CI=true) from the
sources, with no other packages in sight than those of the layers.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from importlib.metadata import packages_distributions
from importlib.util import source_hash
from pathlib import Path

from infrastructure.build import LAYERS, ROOT
from infrastructure.reach import reached
from infrastructure.setup_environment import IN_CI

ARTIFACT = ROOT / ".aws-sam" / "host"
DEPLOYED = ROOT / ".aws-sam" / "build"
"""What `make build` makes without ARCH=host."""

WITH_STRIPE = {"checkout", "reconcile", "stripe_webhook"}
"""Functions that talk to Stripe, all of whose library counts as theirs."""

ENVIRONMENT = {
    "AWS_DEFAULT_REGION": "eu-west-1",
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "TABLE_NAME": "table",
    "PYDANTIC_DISABLE_PLUGINS": "__all__",
    "POWERTOOLS_SERVICE_NAME": "recertification-portal",
    "POWERTOOLS_LOG_LEVEL": "CRITICAL",
    "PATH": os.environ.get("PATH", ""),
}

ZONES = "tzdata/zoneinfo"
"""Where in a layer the time zones are, which the template tells Python."""

REFUSE = """
import sys
class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ABSENT:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
sys.meta_path.insert(0, Absent())
"""
REPORT = """
import gc, json, pathlib, sys, time
spent = time.process_time() * 1000
status = pathlib.Path("/proc/self/status").read_text()
print(json.dumps({
    "milliseconds": spent,
    "megabytes": int(status.partition("VmHWM:")[2].split()[0]) / 1024,
    "modules": sorted(sys.modules),
    "collections": sum(each["collections"] for each in gc.get_stats()),
}))
"""
COUNTER = ("valgrind", "--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null")
"""What counts the instructions of a command; it takes forty times as long."""

UNIT = "import boto3\nboto3.client('dynamodb')\n"
"""U: what every function that talks to DynamoDB through boto3 has to do."""


@dataclass(frozen=True)
class Start:
    """One start of one process."""

    milliseconds: float
    megabytes: float
    modules: frozenset[str]
    collections: int
    """How often Python looked for garbage."""


def functions() -> list[str]:
    """The folders of all functions."""
    return sorted(file.parent.name for file in ROOT.glob("functions/*/handler.py"))


def start_of(function: str) -> Start:
    """Start a function."""
    return run(*recipe(function))


def recipe(function: str) -> tuple[str, list[Path]]:
    """The code that starts a function, or what U is, and the folders that it sees."""
    if function == "U":
        return UNIT, [site_packages()]
    if is_built():
        return code_of(function), built_path(function)
    return f"ABSENT = {absent()!r}\n{REFUSE}\n{code_of(function)}", [ROOT, site_packages()]


def code_of(function: str) -> str:
    """What starts a function: its handler, and all that the handler asks to be made."""
    text = (ROOT / "functions" / function / "handler.py").read_text(encoding="utf-8")
    named = sorted(set(re.findall(r"wiring\.(\w+)\(\)", text)) - {"payments"})
    lines = [f"import functions.{function}.handler", "from shared.handling import wiring", "wiring.table()"]
    lines += [f"wiring.{name}()" for name in named]
    if function in WITH_STRIPE:
        lines += [
            "from shared.adapters.stripe_payments import StripePayments",
            "StripePayments('sk_test_none', (), None, False)._client.v1.checkout.sessions",
        ]
    return "\n".join(lines)


def start_of_unit() -> Start:
    """Start what U is."""
    return run(*recipe("U"))


def run(code: str, path: list[Path]) -> Start:
    """Run code in a fresh Python that sees these folders and no others."""
    ended = python(f"{code}\n{REPORT}", path)
    assert ended.returncode == 0, ended.stderr
    told = json.loads(ended.stdout)
    return Start(told["milliseconds"], told["megabytes"], frozenset(told["modules"]), told["collections"])


def python(code: str, path: list[Path], *before: str, **further: str) -> "subprocess.CompletedProcess[str]":
    """Run code in a fresh Python, by the command that stands before it."""
    zones = [folder / ZONES for folder in path if (folder / ZONES).is_dir()]
    seen = {"PYTHONPATH": os.pathsep.join(map(str, path)), "PYTHONTZPATH": os.pathsep.join(map(str, zones))}
    environment = {**ENVIRONMENT, **seen, **further}
    command = [*before, os.path.realpath(sys.executable), "-S", "-c", code]
    return subprocess.run(command, env=environment, capture_output=True, text=True, cwd="/", check=False)


def can_count() -> bool:
    """Whether instructions can be counted here."""
    return shutil.which(COUNTER[0]) is not None


def instructions_of(function: str) -> int:
    """How many instructions a start takes, under one hash seed; the kernel's do not count."""
    counted = python(*recipe(function), *COUNTER, PYTHONHASHSEED="0")
    assert counted.returncode == 0, counted.stderr
    found = re.search(r"I +refs: +([\d,]+)", counted.stderr)
    assert found, counted.stderr
    return int(found[1].replace(",", ""))


@cache
def is_built(artifact: Path = ARTIFACT) -> bool:
    """Whether an artifact is there and was built from the sources as they are; with CI=true it has to be."""
    found = all((artifact / layer / "python").is_dir() for layer in LAYERS) and all(
        is_as_built(module, built_path(function, artifact)[0])
        for function in functions()
        for module in reached(function)
    )
    assert found or not IN_CI, f"with CI=true {artifact} has to be built from these sources (make build)"
    return found


def is_as_built(module: Path, artifact: Path) -> bool:
    """Whether bytecode is of this source: it carries the source's hash."""
    bytecode = artifact / module.relative_to(ROOT).with_suffix(".pyc")
    return bytecode.is_file() and bytecode.read_bytes()[8:16] == hash_of_source(module)


@cache
def hash_of_source(module: Path) -> bytes:
    """The hash that bytecode of this source carries."""
    return source_hash(module.read_bytes())


def built_path(function: str, artifact: Path = ARTIFACT) -> list[Path]:
    """Where Lambda looks for a built function's modules."""
    name = "".join(word.title() for word in function.split("_")) + "Function"
    layers = ["DependenciesLayer", *(["PrintingLayer"] if function == "report_pdf" else [])]
    return [artifact / name, *(artifact / layer / "python" for layer in layers)]


@cache
def absent() -> frozenset[str]:
    """Top-level modules of this environment that no layer carries."""
    pinned = re.compile(r"^([a-z0-9-]+)==", re.MULTILINE)
    carried = {
        name for file in LAYERS.values() for name in pinned.findall((ROOT / file).read_text(encoding="utf-8"))
    }
    return frozenset(
        module
        for module, distributions in packages_distributions().items()
        if not {re.sub(r"[-_.]+", "-", name).lower() for name in distributions} & carried
    )


def site_packages() -> Path:
    """Where this environment keeps its packages."""
    import botocore

    return Path(botocore.__file__).parents[1]
