"""Asks for advisories about everything that is locked, by pip-audit; says so when nobody could be asked.

Exit 0: no advisory. 1: there are some. 2: it is not known, as the source of advisories could not be reached.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
PIP_AUDIT = ROOT / ".tools" / "audit" / "bin" / "pip-audit"
LOCKS = ("runtime", "printing", "dev", "sam", "checkov", "audit", "schemathesis", "uv")
UNKNOWN = 2


def audited(lock: str) -> list[dict[str, Any]] | None:
    """What pip-audit says of each package of a lock; None when it could not ask."""
    file = ROOT / "requirements" / f"{lock}.txt"
    command = (PIP_AUDIT, "--requirement", file, "--no-deps", "--disable-pip", "--format", "json")
    ran = subprocess.run(
        (*command, "--progress-spinner", "off"), capture_output=True, text=True, check=False, timeout=300
    )
    try:
        found: list[dict[str, Any]] = json.loads(ran.stdout)["dependencies"]
    except (ValueError, KeyError):
        return None
    return found


def judged(found: dict[str, list[dict[str, Any]] | None]) -> tuple[int, list[str]]:
    """The exit code, and what to say, a line a finding."""
    lines, unasked = set[str](), 0
    for lock, packages in found.items():
        if packages is None:
            unasked += 1
            lines.add(f"{lock}: the source of advisories could not be reached")
            continue
        skipped = [each["name"] for each in packages if "skip_reason" in each]
        if skipped:
            unasked += 1
            lines.add(f"{lock}: nothing is known of {len(skipped)} of {len(packages)} packages")
        for each in packages:
            for advisory in each.get("vulns", ()):
                mended = ", ".join(advisory["fix_versions"]) or "no version yet"
                lines.add(f"{each['name']} {each['version']}: {advisory['id']}, mended in {mended}")
    advisories = any(each.get("vulns") for packages in found.values() for each in packages or ())
    return (1 if advisories else UNKNOWN if unasked else 0), sorted(lines)


def main() -> None:
    """Ask, and say what was found."""
    code, lines = judged({lock: audited(lock) for lock in LOCKS})
    for line in lines:
        print(line)
    print(
        {
            0: "No advisory is known for what is locked.",
            1: "Advisories: `make lock UPGRADE=--upgrade`, then `make test`.",
            UNKNOWN: "Not known: run `make audit` where the package index's advisories can be reached.",
        }[code]
    )
    sys.exit(code)


if __name__ == "__main__":
    main()
