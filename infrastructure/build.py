"""Builds what `sam build` asks for, one part at a time: `python -m infrastructure.build PointsFunction FOLDER`.

A function is its own folder and what it can reach of shared/, no more. The dependencies are layers: one for all
functions, and one for the function that prints. Everything is copied, cut to what is used, and compiled. The same
sources give the same bytes.

Lambda's code folder is read-only and Python without bytecode starts 2.6 times as slowly, so bytecode is shipped. It is
checked against nothing (unchecked-hash), for the files never change there; a function's own sources stay at home.
"""

import argparse
import gzip
import json
import os
import pickle
import re
import shutil
import subprocess
import sys
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

from infrastructure.reach import ROOT, reached
from infrastructure.setup_environment import settings
from shared.adapters.ready_methods import NAME as METHODS
from shared.programs import READ
from shared.programs.editions import read_editions

UV = ROOT / ".tools" / "uv" / "bin" / "uv"

# Lambda's Python 3.13 runs on Amazon Linux 2023 (glibc 2.34), which takes wheels for 2.28.
PLATFORMS = {"arm64": ["--python-platform", "aarch64-manylinux_2_28"], "host": []}

LAYERS = {"DependenciesLayer": "requirements/runtime.txt", "PrintingLayer": "requirements/printing.txt"}
FONTS = ROOT / "functions" / "report_pdf" / "fonts"

CUT = (
    "bin",
    "*.dist-info",  # nothing asks which version is installed, and pydantic would search them all for plugins
    "**/*.pyi",
    "**/py.typed",
    "**/*.pyx",
    "**/*.pxd",
    "**/*.[ch]",
    "stripe/params",  # types for a type checker; half of the library
    "stripe/data",  # its certificates; ours is the client over certifi's
    # fontTools' compiled modules stand beside the same in Python; they speed up curves, and a report has none to fit
    "fontTools/**/*.so",
    "botocore/docs/**/*.rst",
)
"""Left out of the layers, as patterns below their root."""

SERVICE_FILES = ("service-2.json", "endpoint-rule-set-1.json", "paginators-1.json")
ENDPOINT_NAMES = {"ses": "email"}
"""What endpoints.json calls a service that has another name here."""

COMMON_DATA = ("_retry.json", "endpoints.json", "partitions.json", "sdk-default-configuration.json")


def main() -> None:
    """One part, as sam's Makefile builder asks for it."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    arguments.add_argument("part", help="the resource's name in template.yaml")
    arguments.add_argument("folder", type=Path, help="where it is put")
    arguments.add_argument("--arch", choices=PLATFORMS, default="arm64")
    wanted = arguments.parse_args()
    if wanted.part in LAYERS:
        build_layer(wanted.part, wanted.folder, wanted.arch)
    else:
        build_function(wanted.part, wanted.folder)


def build_function(name: str, target: Path) -> None:
    """What functions/<its folder>/handler.py can reach, as bytecode; ImportMembersFunction lies in import_members."""
    folder = folder_of(name)
    modules = reached(folder)
    for source in modules:
        copy(source, target / source.relative_to(ROOT))
    for source in data_beside(modules):
        place = target / source.relative_to(ROOT)
        write_json(place, read_json(source)) if source.suffix == ".json" else copy(source, place)
    for programs in (ROOT / "shared" / "programs").glob("*/"):
        if any(programs.glob("*.toml")):
            keep_editions(programs, target / programs.relative_to(ROOT))
    run_python("infrastructure.bytecode", "modules", str(target), "/var/task")
    date_all(target)


def data_beside(modules: Collection[Path]) -> Iterator[Path]:
    """What lies beside modules and is none: the texts of mails, a function's own files."""
    for folder in sorted({module.parent for module in modules}):
        for file in sorted(folder.iterdir()):
            if file.is_file() and file.suffix not in (".py", ".pyc"):
                yield file


def keep_editions(programs: Path, target: Path) -> None:
    """A program's editions as they are read and checked, for a start that need not do it."""
    target.mkdir(parents=True, exist_ok=True)
    (target / READ).write_bytes(pickle.dumps(read_editions(programs), protocol=5))


def folder_of(name: str) -> str:
    """The folder of a function of the template."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name.removesuffix("Function")).lower()


def build_layer(name: str, target: Path, arch: str) -> None:
    """The pinned packages for this processor, cut and compiled; the fonts beside what prints."""
    python = target / "python"
    install: list[str | Path] = [
        UV,
        "pip",
        "install",
        "--quiet",
        "--no-deps",
        "--require-hashes",
        "--only-binary",
        ":all:",
        "--link-mode=copy",  # what is cut here must not be cut in the installer's cache, which others link to
    ]
    where: list[str | Path] = [
        "--python",
        sys.executable,
        "--target",
        python,
        "--requirement",
        ROOT / LAYERS[name],
    ]
    subprocess.run([*install, *PLATFORMS[arch], *where], check=True, env=settings())
    for pattern in CUT:
        for found in list(python.glob(pattern)):
            shutil.rmtree(found) if found.is_dir() else found.unlink()
    if (python / "botocore").is_dir():
        cut_service_data(python / "botocore" / "data")
    if name == "PrintingLayer":
        copy(FONTS, python / "report_fonts")
    else:
        run_python("infrastructure.bytecode", "methods", str(python / METHODS))
    compile_all(target, "/opt")
    date_all(target)


def services() -> set[str]:
    """The AWS services that functions call: those that shared/adapters/aws.py makes clients for."""
    text = (ROOT / "shared" / "adapters" / "aws.py").read_text(encoding="utf-8")
    return set(re.findall(r'create_client\("([a-z0-9-]+)"', text))


def cut_service_data(data: Path) -> None:
    """Keep the services that are called, each in its newest version, plain instead of packed and without its manual."""
    kept = services()
    for entry in sorted(data.iterdir()):
        name = entry.name.removesuffix(".gz")
        if entry.is_file() and name in COMMON_DATA:
            write_json(data / name, read_json(entry))
        if entry.is_file() and entry.name not in COMMON_DATA:
            entry.unlink()
        if entry.is_dir() and entry.name not in kept:
            shutil.rmtree(entry)
    endpoints = data / "endpoints.json"
    if endpoints.is_file():
        write_json(endpoints, with_services(read_json(endpoints), kept))
    for service in kept:
        *older, newest = sorted((data / service).iterdir())
        for version in older:
            shutil.rmtree(version)
        for file in sorted(newest.iterdir()):
            name = file.name.removesuffix(".gz")
            content = read_json(file) if name in SERVICE_FILES else None
            file.unlink()
            if content is not None:
                write_json(newest / name, without_manual(content))


def with_services(endpoints: dict[str, Any], kept: Collection[str]) -> dict[str, Any]:
    """Where in the world services are, of those that are kept: read at every start, and of 700 kB before."""
    names = {ENDPOINT_NAMES.get(service, service) for service in kept}
    for partition in endpoints["partitions"]:
        partition["services"] = {name: each for name, each in partition["services"].items() if name in names}
    return endpoints


def without_manual(node: Any) -> Any:
    """A description of a service without the prose, which is most of it; botocore wants to find it, if only empty."""
    if isinstance(node, dict):
        return {
            name: "" if name == "documentation" and isinstance(each, str) else without_manual(each)
            for name, each in node.items()
        }
    return [without_manual(each) for each in node] if isinstance(node, list) else node


def read_json(file: Path) -> Any:
    """Of a file that may be packed."""
    return json.loads(gzip.decompress(file.read_bytes()) if file.suffix == ".gz" else file.read_bytes())


def write_json(file: Path, content: Any) -> None:
    """On one line."""
    file.write_text(json.dumps(content, separators=(",", ":"), ensure_ascii=False), encoding="utf-8")


def copy(source: Path, target: Path) -> None:
    """A file or a whole folder."""
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_file():
        shutil.copyfile(source, target)
    else:
        shutil.copytree(source, target, dirs_exist_ok=True)


def compile_all(target: Path, where: str) -> None:
    """Bytecode for every module."""
    options = ["-q", "--invalidation-mode", "unchecked-hash", "-s", str(target), "-p", where]
    run_python("compileall", *options, str(target))


def run_python(module: str, *options: str) -> None:
    """What compiles, in a process of its own under one hash seed, so that a second build is the same."""
    fixed = {
        **os.environ,
        "PYTHONHASHSEED": "0",
        "PYTHONDONTWRITEBYTECODE": "1",
        # a traceback's line stays; which columns of it can only be shown beside a source, and took a sixth of all bytes
        "PYTHONNODEBUGRANGES": "1",
    }
    subprocess.run([sys.executable, "-m", module, *options], check=True, env=fixed, cwd=ROOT)


def date_all(target: Path) -> None:
    """Every file of 1980, the first day that a zip file knows."""
    for path in [target, *files(target)]:
        os.utime(path, (315532800, 315532800))


def files(folder: Path) -> Iterator[Path]:
    """Everything below, in order."""
    return iter(sorted(folder.rglob("*")))


if __name__ == "__main__":
    main()
