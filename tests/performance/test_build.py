"""What `make build` makes: the recipe on one function, and on the layers where it does not need a network.

`make prove` builds the layers for both processors, twice, and compares.
"""

import gzip
import json
from pathlib import Path

import pytest

from infrastructure import build, built
from infrastructure.build import ROOT


@pytest.fixture(scope="module")
def printing(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("built") / "ReportPdfFunction"
    build.build_function("ReportPdfFunction", folder)
    return folder


def content(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def test_a_function_is_its_own_folder_and_shared_alone(printing: Path) -> None:
    assert {path.name for path in printing.iterdir()} == {"functions", "shared"}
    own = {path.name for path in (printing / "functions").iterdir()}
    assert own == {"__init__.py", "__pycache__", "report_pdf"}
    assert (printing / "shared" / "programs" / "ipma-hr" / "2026.toml").is_file()
    assert not list(printing.rglob("*.ttf")), "the fonts are in the layer"
    assert list(built.faults(printing)) == []


def test_all_bytecode_is_there_and_taken_unchecked(printing: Path) -> None:
    modules = list(printing.rglob("*.py"))
    assert len(modules) > 100
    assert all(built.is_compiled(module) for module in modules)


def test_a_second_build_is_the_same_to_the_byte(printing: Path, tmp_path: Path) -> None:
    build.build_function("ReportPdfFunction", tmp_path / "again")
    assert content(tmp_path / "again") == content(printing)


def test_bytecode_that_would_be_checked_is_a_fault(printing: Path, tmp_path: Path) -> None:
    module = tmp_path / "part" / "one.py"
    module.parent.mkdir()
    module.write_text("ONE = 1\n")
    assert list(built.faults(module.parent)) == ["part/one.py has no bytecode that is taken unchecked"]


@pytest.mark.parametrize(
    ("name", "folder"),
    [
        ("PointsFunction", "points"),
        ("ImportMembersFunction", "import_members"),
        ("ReportPdfFunction", "report_pdf"),
    ],
)
def test_a_function_s_folder_follows_from_its_name(name: str, folder: str) -> None:
    assert build.folder_of(name) == folder
    assert (ROOT / "functions" / folder).is_dir()


def test_the_services_that_are_kept_are_those_that_have_a_client() -> None:
    assert build.services() == {"cognito-idp", "dynamodb", "s3", "ses", "sqs", "ssm"}


def test_of_the_services_data_only_the_newest_version_of_what_is_called_stays(tmp_path: Path) -> None:
    described = {"operations": {"Get": {"documentation": "<p>long</p>", "name": "Get"}}}
    for service in (*build.services(), "ec2"):
        for version in ("2006-01-01", "2012-08-10"):
            (tmp_path / service / version).mkdir(parents=True)
            for name in ("service-2.json.gz", "examples-1.json.gz"):
                (tmp_path / service / version / name).write_bytes(
                    gzip.compress(json.dumps(described).encode())
                )
    (tmp_path / "endpoints.json").write_text("{ }")
    (tmp_path / "other.json").write_text("{ }")
    build.cut_service_data(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {*build.services(), "endpoints.json"}
    assert content(tmp_path / "dynamodb") == {
        "2012-08-10/service-2.json": b'{"operations":{"Get":{"name":"Get"}}}'
    }


def test_a_member_called_documentation_that_is_no_prose_stays() -> None:
    assert build.without_manual({"members": {"documentation": {"shape": "S", "documentation": "x"}}}) == {
        "members": {"documentation": {"shape": "S"}}
    }


@pytest.fixture(scope="module")
def layers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, bytes]]:
    made = {}
    for arch, number in (("host", 1), ("host", 2), ("arm64", 1)):
        folder = tmp_path_factory.mktemp(f"{arch}{number}")
        for layer in build.LAYERS:
            build.build_layer(layer, folder / layer, arch)
            assert list(built.faults(folder / layer)) == []
        made[f"{arch}{number}"] = content(folder)
    return made


@pytest.mark.long
def test_both_processors_get_the_same_but_for_native_modules(layers: dict[str, dict[str, bytes]]) -> None:
    assert layers["host1"] == layers["host2"]
    host, arm = layers["host1"], layers["arm641"]
    differing = {name for name in {*host, *arm} if host.get(name) != arm.get(name)}
    assert differing
    assert {name for name in differing if ".so" not in name} == set()
