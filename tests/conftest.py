"""How many run at once, what a run prints at its end, and that with CI=true nothing may be left untried."""

import os
from collections.abc import Generator

import pytest

from tests.dynamo import dynamo, dynoxide
from tests.figures import NAME, Figures, printed, told_in

__all__ = ["dynamo", "dynoxide"]  # in one place: imported twice, they would be two

MOST_WORKERS = 4
IN_CI = os.environ.get("CI", "").lower() in ("true", "1")


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    return fail_if_skipped((yield))


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    return fail_if_skipped((yield))


def fail_if_skipped[Report: (pytest.TestReport, pytest.CollectReport)](report: Report) -> Report:
    if IN_CI and report.skipped:
        reason = getattr(report, "wasxfail", None) or report.longrepr
        report.outcome = "failed"
        report.longrepr = f"with CI=true no test may be skipped or expected to fail: {reason}"
    return report


def pytest_xdist_auto_num_workers() -> int:
    """One process more than there are cores: a test of the portal waits for a third of its time, a page or a queue."""
    return min(MOST_WORKERS, (os.process_cpu_count() or 1) + 1)


@pytest.fixture
def figures(request: pytest.FixtureRequest) -> Figures:
    """Tells a seed or a figure, which goes with the test's report to the process that prints the summary."""
    return lambda about, line: request.node.user_properties.append((NAME, (about, line)))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    told = told_in(report for reports in terminalreporter.stats.values() for report in reports)
    if told:
        terminalreporter.section("seeds and figures")
        for line in printed(told):
            terminalreporter.write_line(line)
