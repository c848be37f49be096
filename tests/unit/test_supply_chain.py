"""What is shipped is listed from the locks, the same each time; and asking for advisories never says fine unasked."""

import json
import re
from pathlib import Path

import pytest

from infrastructure import audit, sbom

ROOT = Path(__file__).parents[2]
LOCKS = sorted((ROOT / "requirements").glob("*.txt"))


def test_the_list_of_parts_is_what_the_locks_say_and_the_same_each_time() -> None:
    assert sbom.text() == sbom.text() == sbom.SBOM.read_text(encoding="utf-8")
    listed = json.loads(sbom.text())
    assert (listed["bomFormat"], listed["specVersion"]) == ("CycloneDX", "1.6")
    names = {each["name"] for each in listed["components"] if each["type"] == "library"}
    locked = {
        name.split("==")[0]
        for lock in sbom.LOCKS
        for name in re.findall(
            r"^[\w.-]+==.*", (ROOT / "requirements" / f"{lock}.txt").read_text(encoding="utf-8"), re.MULTILINE
        )
        if "win32" not in name
    }
    assert names == locked
    assert {"stripe", "botocore", "pydantic", "fpdf2"} <= names
    references = {each["bom-ref"] for each in listed["components"]}
    assert len(references) == len(listed["components"])
    for each in listed["dependencies"]:
        assert set(each["dependsOn"]) <= references


def test_what_asks_for_a_part_depends_on_it() -> None:
    depends = {each["ref"].split("@")[0]: each["dependsOn"] for each in sbom.sbom()["dependencies"]}
    assert any(each.startswith("pkg:pypi/jmespath@") for each in depends["pkg:pypi/botocore"])
    own = {each.split("@")[0] for each in depends[sbom.PRODUCT]}
    assert "pkg:pypi/botocore" in own
    assert "pkg:pypi/jmespath" not in own


def test_a_part_that_is_only_for_other_systems_is_none() -> None:
    lock = (
        "a==1 \\\n    --hash=sha256:" + "0" * 64 + "\nb==2 ; sys_platform == 'win32' \\\n    --hash=sha256:00"
    )
    assert [part.name for part in sbom.pinned_in(lock)] == ["a"]


@pytest.mark.parametrize("lock", LOCKS, ids=[lock.stem for lock in LOCKS])
def test_every_lock_pins_each_package_with_its_hashes_and_names_no_address(lock: Path) -> None:
    text = lock.read_text(encoding="utf-8")
    blocks = re.split(r"\n(?=[A-Za-z0-9])", text)
    assert all("==" in block and "--hash=sha256:" in block for block in blocks)
    assert "://" not in text


def package(name: str, **more: object) -> dict[str, object]:
    return {"name": name, "version": "1", "vulns": [], **more}


def test_an_advisory_fails_and_what_could_not_be_asked_is_not_fine() -> None:
    bad = package("b", vulns=[{"id": "PYSEC-1", "fix_versions": ["2"]}])
    unasked = {"name": "c", "skip_reason": "not found"}
    assert audit.judged({"dev": [package("a")]}) == (0, [])
    assert audit.judged({"dev": [package("a"), bad]}) == (1, ["b 1: PYSEC-1, mended in 2"])
    assert audit.judged({"dev": [package("a"), unasked]})[0] == audit.UNKNOWN
    assert audit.judged({"dev": None})[0] == audit.UNKNOWN
    assert audit.judged({"dev": None, "sam": [bad]})[0] == 1


def test_every_lock_is_asked_about() -> None:
    assert set(audit.LOCKS) == {lock.stem for lock in LOCKS}
