"""What a build has become: sizes against their budgets. `python -m infrastructure.built .aws-sam/build`."""

import argparse
import io
import sys
import zipfile
from collections.abc import Iterator
from importlib.util import MAGIC_NUMBER, cache_from_source
from pathlib import Path

from infrastructure.bytecode import UNCHECKED_HASH

MB, KB = 1_000_000, 1_000

LAYER_BYTES = 45 * MB
SERVICE_DATA_BYTES = 3 * MB
FUNCTION_BYTES = 710 * KB
"""Of a function unpacked: what it can reach, as bytecode. docs/decisions/starting.md says why it is not 300 kB."""

UPLOAD_BYTES = 300 * KB
"""Of a function as it is uploaded, packed."""


def main() -> None:
    """Print a line a part; exit 1 when one is over its budget."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("folder", type=Path, help=".aws-sam/build")
    folder = arguments.parse_args().folder
    parts = [part for part in sorted(folder.iterdir()) if part.is_dir()]
    print(f"{'part':32} {'unpacked':>12} {'packed':>12}")
    for part in parts:
        print(f"{part.name:32} {size(part):12,} {packed(part):12,}")
    print("", *held(folder), sep="\n")
    found = [fault for part in parts for fault in faults(part)]
    print(*found, sep="\n", end="\n" if found else "")
    sys.exit(1 if found else 0)


def held(folder: Path) -> list[str]:
    """The largest of each kind beside its limit, in sentences."""
    parts = [part for part in folder.iterdir() if part.is_dir()]
    layers = [part for part in parts if (part / "python").is_dir()]
    functions = [part for part in parts if part not in layers]
    data = sum(size(layer / "python" / "botocore" / "data") for layer in layers)
    layer, loose, tight = max(layers, key=size), max(functions, key=size), max(functions, key=packed)
    least = min(map(size, functions))
    every = [is_right for part in parts for _, is_right in modules(part)]
    share = 100 * sum(every) // len(every)
    return [
        f"A layer has at most {LAYER_BYTES:,} bytes unpacked: {layer.name} {size(layer):,}.",
        f"botocore's data has at most {SERVICE_DATA_BYTES:,}: {data:,}.",
        f"A function has at most {UPLOAD_BYTES:,} bytes as it is uploaded: {tight.name} {packed(tight):,}.",
        f"Unpacked it has {least:,} to {size(loose):,} ({loose.name}), and may have {FUNCTION_BYTES:,}: its own folder",
        f"and what it reaches of shared/, which even as bytecode alone is more than {UPLOAD_BYTES:,}.",
        f"Of {len(every):,} modules {share} % have hash-based bytecode, which is taken unchecked.",
    ]


def faults(part: Path) -> Iterator[str]:
    """What is wrong with a built function or layer, in sentences."""
    if (part / "python").is_dir():
        if size(part) > LAYER_BYTES:
            yield f"{part.name} is larger than {LAYER_BYTES:,} bytes"
        data = part / "python" / "botocore" / "data"
        if data.is_dir() and size(data) > SERVICE_DATA_BYTES:
            yield f"botocore's data in {part.name} is larger than {SERVICE_DATA_BYTES:,} bytes"
        for module, is_right in modules(part):
            if not is_right:
                yield f"{module.relative_to(part.parent)} has no bytecode that is taken unchecked"
        return
    if size(part) > FUNCTION_BYTES or packed(part) > UPLOAD_BYTES:
        yield f"{part.name} is larger than {FUNCTION_BYTES:,} bytes, or {UPLOAD_BYTES:,} packed"
    for file, is_right in modules(part):
        if not is_right:
            yield f"{file.relative_to(part.parent)} is no bytecode that is taken unchecked"


def modules(part: Path) -> Iterator[tuple[Path, bool]]:
    """Each module of a function, which is bytecode alone, or of a layer, where that lies beside the source; and whether
    Python takes the bytecode unchecked."""
    if (part / "python").is_dir():
        for source in sorted((part / "python").rglob("*.py")):
            yield source, is_compiled(Path(cache_from_source(str(source))))
        return
    for file in sorted(part.rglob("*.py*")):
        yield file, file.suffix == ".pyc" and is_compiled(file)


def is_compiled(bytecode: Path) -> bool:
    """Whether a module's bytecode is there, for this Python, and used without a look at the source."""
    return bytecode.is_file() and bytecode.read_bytes()[:8] == MAGIC_NUMBER + UNCHECKED_HASH


def size(folder: Path) -> int:
    """Bytes of all files below."""
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


def packed(folder: Path) -> int:
    """Bytes of the zip file that is uploaded."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(folder.rglob("*")):
            archive.write(file, file.relative_to(folder))
    return len(buffer.getvalue())


if __name__ == "__main__":
    main()
