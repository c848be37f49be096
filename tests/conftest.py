"""How many run at once; and with CI=true nothing may be left untried: what is skipped or expected to fail fails."""

import os
from collections.abc import Generator

import pytest

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
