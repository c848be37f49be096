"""Start-up budgets: how many modules each function may load, which it must not, and what memory it may hold.

Times are shown as ratios by `make bench`; counts do not depend on the machine.
"""

from contextlib import nullcontext
from pathlib import Path

import pytest

from infrastructure.local.template import load
from tests.figures import Figures
from tests.performance import startup

HTTP = frozenset(
    function
    for function in startup.functions()
    if "portal_api" in (startup.ROOT / "functions" / function / "handler.py").read_text(encoding="utf-8")
)

MODULES_OF_PEOPLE = 530
MODULES_OF_WORKERS = 418
MODULES_OF_IMPORTS = 440
"""The worker of imports writes members, invoices and proposals alike, reads rules that are tried, and loads what each
takes."""

MODULES_WITH_STRIPE = 595
MODULES_OF_PRINTING = 600
MODULES_OF_READERS = 10
"""What reads editions where no build has read them."""

MEGABYTES = 56
MEGABYTES_OF_PRINTING = 60

COLLECTIONS = 4
"""Times that Python looks for garbage during a start, which makes next to none: 49 by its own threshold."""

HEAVY = {
    "stripe", "requests", "aws_xray_sdk", "reportlab", "jinja2", "boto3", "s3transfer", "asyncio", "fpdf", "PIL",
    "html.parser", "unittest",
}  # fmt: skip
UNNEEDED = {
    "aws_lambda_powertools.metrics",
    "aws_lambda_powertools.tracing",
    "aws_lambda_powertools.event_handler.appsync",
    "aws_lambda_powertools.utilities.data_classes.kafka_event",
    "fontTools.subset",
    "fontTools.varLib",
    "fontTools.ttLib.tables.otTables",
    "tzdata",  # Python reads the files in it where it is told that they are
}
WHERE = {
    True: "make build ARCH=host",
    False: "the sources (make build ARCH=host was not run since they changed)",
}

ALLOWED = {name: {"stripe", "asyncio"} for name in startup.WITH_STRIPE} | {
    "report_pdf": {"fpdf", "html.parser"}
}


@pytest.mark.parametrize("function", startup.functions())
def test_a_function_loads_little_and_nothing_that_it_does_not_use(function: str, figures: Figures) -> None:
    start = startup.start_of(function)
    if function == startup.functions()[0]:
        figures("starts and the running portal are those of", WHERE[startup.is_built()])
    heavy = {name for name in HEAVY if name in start.modules} - ALLOWED.get(function, set())
    assert heavy == set()
    assert not start.modules & UNNEEDED
    assert len(start.modules) <= budget(function) + (0 if startup.is_built() else MODULES_OF_READERS)
    assert start.collections <= COLLECTIONS
    if startup.is_built():  # the sources come with the manuals of the services, which take their room
        assert start.megabytes <= (MEGABYTES_OF_PRINTING if function == "report_pdf" else MEGABYTES)
    if function not in HTTP:
        assert "pydantic" not in start.modules


def test_python_is_told_where_the_layer_has_the_time_zones() -> None:
    told = load(startup.ROOT / "template.yaml")["Globals"]["Function"]["Environment"]["Variables"][
        "PYTHONTZPATH"
    ]
    assert told == f"/opt/python/{startup.ZONES}"
    assert (startup.site_packages() / startup.ZONES / "America" / "New_York").is_file()


def budget(function: str) -> int:
    """The most modules."""
    if function == "report_pdf":
        return MODULES_OF_PRINTING
    if function == "import_data":
        return MODULES_OF_IMPORTS
    if function in startup.WITH_STRIPE:
        return MODULES_WITH_STRIPE
    return MODULES_OF_PEOPLE if function in HTTP else MODULES_OF_WORKERS


@pytest.mark.parametrize("in_ci", [True, False])
def test_what_is_not_built_is_replaced_by_the_sources_but_not_with_ci(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, in_ci: bool
) -> None:
    monkeypatch.setattr(startup, "IN_CI", in_ci)
    refused = pytest.raises(AssertionError, match="has to be built") if in_ci else nullcontext()
    with refused:
        assert not startup.is_built(tmp_path)
