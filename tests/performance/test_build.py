"""What `make build` makes: the recipe on one function, and on the layers where it does not need a network.

What `make build` and `make build ARCH=host` made is compared where both were run, as `.ci/run` does; it and `make
prove` build the layers once more.
"""

import gzip
import json
import marshal
import os
import pickle
import pickletools
import py_compile
import re
import shutil
import subprocess
import sys
from importlib.util import MAGIC_NUMBER
from pathlib import Path
from typing import Any

import botocore
import pytest
from botocore.config import Config
from botocore.loaders import Loader
from botocore.session import Session

from infrastructure import build, built, bytecode
from infrastructure.build import ROOT
from infrastructure.bytecode import UNCHECKED_HASH
from infrastructure.reach import asked_of_wiring, imports, reached
from shared.adapters.ready_methods import NAME as METHODS
from shared.programs import READ
from shared.programs.editions import read_editions
from tests.performance import startup


@pytest.fixture(scope="module")
def printing(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("built") / "ReportPdfFunction"
    build.build_function("ReportPdfFunction", folder)
    return folder


def content(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def test_a_function_is_its_own_folder_and_what_it_reaches_of_shared(printing: Path) -> None:
    assert {path.name for path in printing.iterdir()} == {"functions", "shared"}
    assert {path.name for path in (printing / "functions").iterdir()} == {"__init__.pyc", "report_pdf"}
    built_modules = {path.relative_to(printing).with_suffix(".py") for path in printing.rglob("*.pyc")}
    assert built_modules == {module.relative_to(ROOT) for module in reached("report_pdf")}
    assert not (printing / "shared" / "use_cases" / "log_entries.pyc").exists()
    assert not list(printing.rglob("*.ttf")), "the fonts are in the layer"
    assert list(built.faults(printing)) == []


def test_all_of_it_is_bytecode_and_taken_unchecked(printing: Path) -> None:
    assert not list(printing.rglob("*.py"))
    assert all(built.is_compiled(module) for module in printing.rglob("*.pyc"))


def test_the_largest_function_and_with_it_each_is_within_its_limits(tmp_path: Path) -> None:
    largest = max(startup.functions(), key=lambda name: sum(each.stat().st_size for each in reached(name)))
    part = startup.built_path(largest)[0].name
    build.build_function(part, tmp_path / part)
    assert list(built.faults(tmp_path / part)) == []


def test_a_build_says_the_largest_of_each_kind_beside_its_limit(tmp_path: Path) -> None:
    for name, length in {
        "DependenciesLayer/python/botocore/data/one.json": 20,
        "DependenciesLayer/python/one.py": 10,
        "PrintingLayer/python/one.py": 29,
        "PointsFunction/one.pyc": 2_000,
        "PublicFunction/one.pyc": 1_000,
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(b"x" * length)
    compiled = tmp_path / "PointsFunction" / "two.pyc"
    compiled.write_bytes(MAGIC_NUMBER + UNCHECKED_HASH)
    text = "\n".join(built.held(tmp_path))
    assert "45,000,000 bytes unpacked: DependenciesLayer 30." in text
    assert "3,000,000: 20." in text
    assert "300,000 bytes as it is uploaded: PointsFunction " in text
    assert "1,000 to 2,008 (PointsFunction)" in text
    assert "Of 5 modules 20 % have hash-based bytecode" in text


def test_bytecode_says_which_source_it_is_of(printing: Path) -> None:
    handler = ROOT / "functions" / "report_pdf" / "handler.py"
    assert startup.is_as_built(handler, printing)
    (printing / "functions" / "report_pdf" / "paper.pyc").replace(printing / "other.pyc")
    assert not startup.is_as_built(handler.with_name("paper.py"), printing)
    (printing / "other.pyc").replace(printing / "functions" / "report_pdf" / "paper.pyc")
    assert startup.is_as_built(handler.with_name("paper.py"), printing)


def test_a_module_is_reached_from_within_a_function_and_not_for_a_type_alone() -> None:
    wiring = imports(ROOT / "shared" / "handling" / "wiring.py")
    assert "shared.repositories.jobs" in wiring
    assert "shared.adapters.stripe_payments.StripePayments" in wiring
    assert "mypy_boto3_s3" not in imports(ROOT / "shared" / "adapters" / "transfer_store.py")


def test_of_what_the_wiring_makes_a_function_takes_what_it_or_its_gates_ask_for() -> None:
    points, checkout = names_of("points"), names_of("checkout")
    assert points >= {"shared.repositories.archive", "shared.repositories.table"}, (
        "the handler asks, and all do"
    )
    assert points >= {"shared.repositories.invoices", "shared.repositories.members"}, "gates ask"
    assert points.isdisjoint({"shared.adapters.stripe_payments", "shared.repositories.personal_data"})
    assert "shared.adapters.stripe_payments" in checkout


def test_the_wiring_is_only_asked_in_the_form_that_the_build_reads() -> None:
    for file in [*ROOT.glob("shared/**/*.py"), *ROOT.glob("functions/**/*.py")]:
        text = file.read_text(encoding="utf-8")
        imported = re.findall(r"^ *(?:from|import) .*\bwiring\b.*$", text, re.MULTILINE)
        assert set(imported) <= {"from shared.handling import wiring"}, file
        named = re.findall(r"(?<![\w.])wiring\b(?!\.[a-z_]+\b)", text)
        assert len(named) == len(imported), file


@pytest.fixture(scope="module")
def kept_classes() -> set[str]:
    """The modules that editions as they are kept are made of."""
    folders = {file.parent for file in ROOT.glob("shared/programs/*/*.toml")}
    kept = [pickle.dumps(read_editions(folder), protocol=5) for folder in folders]
    words = {word for each in kept for _, word, _ in pickletools.genops(each) if isinstance(word, str)}
    return {word for word in words if word.startswith("shared.")}


@pytest.mark.parametrize("function", startup.functions())
def test_what_kept_editions_are_made_of_is_there(function: str, kept_classes: set[str]) -> None:
    assert "shared.domain.rules.words" in kept_classes
    assert "shared.programs" not in names_of(function) or kept_classes <= names_of(function)


def names_of(function: str) -> set[str]:
    """The modules that a function can reach."""
    parts = [module.relative_to(ROOT).with_suffix("").parts for module in reached(function)]
    return {".".join(part).removesuffix(".__init__") for part in parts}


def test_what_the_build_leaves_of_a_function_can_make_all_that_it_asks_for(tmp_path: Path) -> None:
    build.build_function("PointsFunction", tmp_path)
    asked = sorted({name for module in reached("points") for name in asked_of_wiring(module)})
    assert {"members", "invoices"} <= set(asked), "what gates ask for, beside the handler"
    code = "\n".join(
        ["import functions.points.handler", "from shared.handling import wiring"]
        + [f"wiring.{name}()" for name in asked]
    )
    assert "shared.repositories.members" in startup.run(code, [tmp_path, startup.site_packages()]).modules


def test_nothing_is_imported_by_a_name_that_is_made_up() -> None:
    dynamic = re.compile(r"import_module|__import__|^from \.", re.MULTILINE)
    modules = [*ROOT.glob("shared/**/*.py"), *ROOT.glob("functions/**/*.py")]
    found = {file.name for file in modules if dynamic.search(file.read_text(encoding="utf-8"))}
    assert found == {"light_packages.py"}, "it imports packages, none of ours"


def test_editions_are_kept_as_they_are_read(printing: Path) -> None:
    for folder in {file.parent for file in ROOT.glob("shared/programs/*/*.toml")}:
        kept = printing / folder.relative_to(ROOT) / READ
        assert pickle.loads(kept.read_bytes()) == read_editions(folder)
    assert not list(printing.rglob("*.toml"))


def test_what_is_built_answers_like_the_sources(tmp_path: Path) -> None:
    """GET /api/program needs no AWS."""
    event = {"routeKey": "GET /api/program", "rawPath": "/api/program", "headers": {}}
    event["requestContext"] = {"http": {"method": "GET", "path": "/api/program"}, "stage": "$default"}
    build.build_function("PublicFunction", tmp_path)
    ask = f"import functions.public.handler as it\nprint(it.__file__, it.handler({event!r}, None)['body'])"
    answers = []
    for code in (tmp_path, ROOT):
        environment = startup.ENVIRONMENT | {"PYTHONPATH": f"{code}{os.pathsep}{startup.site_packages()}"}
        command = [sys.executable, "-S", "-c", ask]
        told = subprocess.run(command, env=environment, capture_output=True, text=True, cwd="/", check=True)
        file, _, body = told.stdout.partition(" ")
        assert Path(file).is_relative_to(code)
        answers.append(body)
    assert answers[0] == answers[1]
    assert json.loads(answers[0])["activities"]


def test_a_second_build_is_the_same_to_the_byte(printing: Path, tmp_path: Path) -> None:
    build.build_function("ReportPdfFunction", tmp_path / "again")
    assert content(tmp_path / "again") == content(printing)


SOURCE = '''"""A module."""


class Kept:
    """A class."""

    def gone(self) -> int:
        """A method."""


def fail() -> None:
    """A function."""
    raise KeyError
'''


def test_docstrings_are_left_out_and_lines_stay_what_they_are(tmp_path: Path) -> None:
    (tmp_path / "one.py").write_text(SOURCE, encoding="utf-8")
    bytecode.compile_modules(tmp_path, "/var/task")
    assert [file.name for file in tmp_path.iterdir()] == ["one.pyc"]
    made: dict[str, Any] = {}
    exec(marshal.loads((tmp_path / "one.pyc").read_bytes()[16:]), made)
    assert (made.get("__doc__"), made["Kept"].__doc__) == (None, "-")
    assert (made["Kept"].gone.__doc__, made["fail"].__doc__, made["Kept"]().gone()) == (None, None, None)
    with pytest.raises(KeyError) as raised:
        made["fail"]()
    assert (raised.traceback[-1].lineno + 1, str(raised.traceback[-1].path)) == (13, "/var/task/one.py")


@pytest.mark.parametrize("ready", [True, False])
def test_a_start_with_the_methods_of_the_build_compiles_none(
    tmp_path: Path, dataclass_methods: bytes, ready: bool
) -> None:
    if ready:
        (tmp_path / METHODS).write_bytes(dataclass_methods)
    code = f"{NOTE}\n{startup.code_of('points')}\nassert not compiled, compiled"
    environment = startup.ENVIRONMENT | {
        "PYTHONPATH": os.pathsep.join(map(str, (tmp_path, ROOT, startup.site_packages())))
    }
    told = subprocess.run(
        [sys.executable, "-S", "-c", code],
        env=environment,
        capture_output=True,
        text=True,
        cwd="/",
        check=False,
    )
    assert (told.returncode == 0) == ready, told.stderr


NOTE = """
import builtins, sys
compiled, run = [], builtins.exec
def note(code, *namespaces):
    if isinstance(code, str) and code.startswith("def __create_fn__"):
        compiled.append(code)
    return run(code, *namespaces)
builtins.exec = note
"""


@pytest.fixture(scope="module")
def dataclass_methods(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    file = tmp_path_factory.mktemp("layer") / METHODS
    build.run_python("infrastructure.bytecode", "methods", str(file))
    return file.read_bytes()


def test_a_layer_is_copied_from_the_installer_s_cache_and_what_is_cut_stays_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache, installer = tmp_path / "cache", tmp_path / "uv"
    cache.mkdir()
    for name in ("kept.py", "cut.pyi"):
        (cache / name).write_text("ONE = 1\n", encoding="utf-8")
    installer.write_text(INSTALLER.format(python=sys.executable, cache=str(cache)), encoding="utf-8")
    installer.chmod(0o755)
    monkeypatch.setattr(build, "UV", installer)
    build.build_layer("PrintingLayer", tmp_path / "layer", "host")
    made = tmp_path / "layer" / "python"
    assert (made / "kept.py").stat().st_nlink == 1
    assert (made / "kept.py").stat().st_mtime != (cache / "kept.py").stat().st_mtime
    assert not (made / "cut.pyi").exists()
    assert (cache / "cut.pyi").read_text(encoding="utf-8") == "ONE = 1\n"


INSTALLER = """#!{python}
import os, shutil, sys
target = sys.argv[sys.argv.index("--target") + 1]
os.makedirs(target)
for name in os.listdir({cache!r}):
    place = shutil.copy if "--link-mode=copy" in sys.argv else os.link
    place(os.path.join({cache!r}, name), os.path.join(target, name))
"""


def test_bytecode_that_would_be_checked_is_a_fault(tmp_path: Path) -> None:
    module = tmp_path / "part" / "one.py"
    module.parent.mkdir()
    module.write_text("ONE = 1\n")
    py_compile.compile(
        str(module), f"{module}c", invalidation_mode=py_compile.PycInvalidationMode.CHECKED_HASH
    )
    said = "is no bytecode that is taken unchecked"
    assert list(built.faults(module.parent)) == [f"part/one.py {said}", f"part/one.pyc {said}"]


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
    places = {"email": {}, "ec2": {}, "dynamodb": {"endpoints": {"eu-west-1": {}}}}
    (tmp_path / "endpoints.json").write_text(json.dumps({"partitions": [{"services": places}]}))
    (tmp_path / "other.json").write_text("{ }")
    build.cut_service_data(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {*build.services(), "endpoints.json"}
    kept = build.read_json(tmp_path / "endpoints.json")["partitions"][0]["services"]
    assert kept == {name: places[name] for name in ("email", "dynamodb")}
    assert content(tmp_path / "dynamodb") == {
        "2012-08-10/service-2.json": b'{"operations":{"Get":{"documentation":"","name":"Get"}}}'
    }


def test_a_member_called_documentation_that_is_no_prose_stays() -> None:
    assert build.without_manual({"members": {"documentation": {"shape": "S", "documentation": "x"}}}) == {
        "members": {"documentation": {"shape": "S", "documentation": ""}}
    }


CALLS = {
    "cognito-idp": ("admin_get_user", {"UserPoolId": "eu-west-1_pool", "Username": "M-1"}),
    "dynamodb": ("get_item", {"TableName": "table", "Key": {"PK": {"S": "1"}}}),
    "s3": ("head_object", {"Bucket": "documents", "Key": "one"}),
    "ses": ("get_send_quota", {}),
    "sqs": ("send_message", {"QueueUrl": "https://sqs.eu-west-1.amazonaws.com/1/mails", "MessageBody": "{}"}),
    "ssm": ("get_parameter", {"Name": "/stripe"}),
}


def test_every_service_can_be_called_with_the_data_that_is_left(tmp_path: Path) -> None:
    whole = Path(botocore.__file__).parent / "data"
    for name in build.COMMON_DATA:
        shutil.copy(whole / name, tmp_path)
    for service in build.services():
        shutil.copytree(whole / service, tmp_path / service)
    build.cut_service_data(tmp_path)
    assert CALLS.keys() == build.services()
    for service, (operation, request) in CALLS.items():
        session = Session()
        session.register_component(
            "data_loader", Loader(extra_search_paths=[str(tmp_path)], include_default_search_paths=False)
        )
        client = session.create_client(
            service,
            region_name="eu-west-1",
            aws_access_key_id="a",
            aws_secret_access_key="b",
            config=Config(ignore_configured_endpoint_urls=True),
        )
        client.meta.events.register("before-send", sent_to)
        with pytest.raises(SentTo, match=r"eu-west-1\.amazonaws\.com"):
            getattr(client, operation)(**request)


class SentTo(Exception):
    """A request was made ready and would leave now."""


def sent_to(request: Any, **_: Any) -> None:
    raise SentTo(request.url)


ARM = 183
"""What a module's ELF header calls the processor of arm64."""

PROCESSOR = re.compile(r"\.cpython-313-\w+-linux-gnu(?=\.so$)")
"""What the name of a native module says of where it runs."""


@pytest.fixture
def deployed() -> Path:
    """What `make build` made of these sources."""
    if not startup.is_built(startup.DEPLOYED):
        pytest.skip("what is deployed is not built here: make build")
    return startup.DEPLOYED


def test_what_is_deployed_and_what_tests_run_differ_in_native_modules_alone(deployed: Path) -> None:
    """All else was built twice, and is the same to the byte."""
    if not startup.is_built():
        pytest.skip("what tests run is not built here: make build ARCH=host")
    assert differences(startup.ARTIFACT, deployed) == set()
    native = {file.read_bytes()[18] for file in deployed.rglob("*.so")}
    assert native == {ARM}


def test_a_native_module_that_one_of_two_builds_lacks_is_a_difference(tmp_path: Path) -> None:
    host, arm = tmp_path / "host", tmp_path / "arm"
    for folder, processor in ((host, "x86_64"), (arm, "aarch64")):
        folder.mkdir()
        (folder / f"core.cpython-313-{processor}-linux-gnu.so").write_text(processor)
        (folder / "any.abi3.so").write_text(processor)
        (folder / "one.py").write_text("ONE = 1")
    assert differences(host, arm) == set()
    (arm / "any.abi3.so").unlink()
    (host / "core.cpython-313-x86_64-linux-gnu.so").unlink()
    (arm / "one.py").write_text("ONE = 2")
    assert differences(host, arm) == {"any.abi3.so", "core.so", "one.py"}


def differences(one: Path, other: Path) -> set[str]:
    """What only one of two builds has, native modules by their names without the processor's, or has otherwise."""
    names = [
        {str(file.relative_to(folder)) for file in folder.rglob("*") if file.is_file()}
        for folder in (one, other)
    ]
    native = [{PROCESSOR.sub("", name) for name in each if name.endswith(".so")} for each in names]
    others = {name for name in names[0] | names[1] if not name.endswith(".so")}
    return (native[0] ^ native[1]) | {name for name in others if not is_same(one / name, other / name)}


def is_same(one: Path, other: Path) -> bool:
    """Whether both are there, with one content."""
    return one.is_file() and other.is_file() and one.read_bytes() == other.read_bytes()


@pytest.mark.long
@pytest.mark.parametrize("layer", build.LAYERS)
def test_a_layer_that_is_built_again_is_the_same_to_the_byte(
    deployed: Path, tmp_path: Path, layer: str
) -> None:
    build.build_layer(layer, tmp_path, "arm64")
    assert content(tmp_path) == content(deployed / layer)
