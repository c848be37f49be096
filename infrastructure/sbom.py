"""docs/sbom.json: the parts that are shipped (CycloneDX 1.6), from the locks of the two layers, and the fonts.

It says the same for the same locks, to the byte: no time, no chance, no machine in it.
"""

import hashlib
import json
import re
import sys
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from packaging.markers import Marker

ROOT = Path(__file__).parents[1]
SBOM = ROOT / "docs" / "sbom.json"
LOCKS = ("runtime", "printing")
FONTS = ROOT / "functions" / "report_pdf" / "fonts"
PRODUCT = "recertification-portal"
LAMBDA = {
    "implementation_name": "cpython",
    "platform_machine": "aarch64",
    "platform_python_implementation": "CPython",
    "platform_system": "Linux",
    "python_full_version": "3.13.0",
    "python_version": "3.13",
    "sys_platform": "linux",
}

_PINNED = re.compile(r"^(?P<name>[\w.-]+)(?:\[.*\])?==(?P<version>[^\s;\\]+)(?:\s*;\s*(?P<marker>[^\\]+))?")
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")
_VIA = re.compile(r"^\s+#\s+(?:via\s+)?(?P<name>[\w.-]+)$")


@dataclass(frozen=True)
class Pinned:
    """A package as a lock pins it: the hashes of its files, and what asks for it."""

    name: str
    version: str
    hashes: tuple[str, ...]
    asked_for_by: tuple[str, ...]

    @property
    def purl(self) -> str:
        """Its package URL, which is its reference here too."""
        return f"pkg:pypi/{self.name}@{self.version}"


def pinned_in(lock: str) -> Iterator[Pinned]:
    """What a lock pins for Lambda; what its marker leaves out there is no part."""
    for block in re.split(r"\n(?=[A-Za-z0-9])", lock):
        found = _PINNED.match(block)
        if found is None or (found["marker"] and not Marker(found["marker"].strip()).evaluate(LAMBDA)):
            continue
        asked = tuple(each["name"] for line in block.splitlines() if (each := _VIA.match(line)))
        if "-r requirements/" in block:
            asked = (*asked, PRODUCT)
        yield Pinned(found["name"], found["version"], tuple(_HASH.findall(block)), asked)


def sbom() -> dict[str, Any]:
    """The whole of it, as CycloneDX has it."""
    parts = {
        part.name: part
        for lock in LOCKS
        for part in pinned_in((ROOT / "requirements" / f"{lock}.txt").read_text(encoding="utf-8"))
    }
    fonts = sorted(FONTS.glob("*.*"))
    components = [_package(parts[name]) for name in sorted(parts)]
    components += [_file(font) for font in fonts]
    asked: dict[str, list[str]] = {part.purl: [] for part in parts.values()}
    asked[PRODUCT] = [font.relative_to(ROOT).as_posix() for font in fonts]
    for part in parts.values():
        for name in part.asked_for_by:
            if name in parts or name == PRODUCT:
                asked[parts[name].purl if name in parts else name].append(part.purl)
    content = {
        "metadata": {"component": {"type": "application", "bom-ref": PRODUCT, "name": PRODUCT}},
        "components": components,
        "dependencies": [{"ref": ref, "dependsOn": sorted(on)} for ref, on in sorted(asked.items())],
    }
    number = uuid.uuid5(uuid.NAMESPACE_OID, json.dumps(content, sort_keys=True))
    head = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{number}",
        "version": 1,
    }
    return {**head, **content}


def _package(part: Pinned) -> dict[str, Any]:
    locked = [{"name": "lock:sha256", "value": each} for each in part.hashes]
    reference = {"bom-ref": part.purl, "purl": part.purl}
    return {"type": "library", **reference, "name": part.name, "version": part.version, "properties": locked}


def _file(font: Path) -> dict[str, Any]:
    content = hashlib.sha256(font.read_bytes()).hexdigest()
    name = font.relative_to(ROOT).as_posix()
    return {
        "type": "file",
        "bom-ref": name,
        "name": name,
        "hashes": [{"alg": "SHA-256", "content": content}],
    }


def text() -> str:
    """The file's content."""
    return json.dumps(sbom(), indent=1, ensure_ascii=False) + "\n"


def main() -> None:
    """Write docs/sbom.json, or with --check say whether it is what the locks say."""
    if "--check" not in sys.argv:
        SBOM.write_text(text(), encoding="utf-8")
    elif not SBOM.exists() or SBOM.read_text(encoding="utf-8") != text():
        sys.exit("docs/sbom.json is not what the locks say: run `make sbom`")


if __name__ == "__main__":
    main()
