"""What the portal costs to run: reckoned from what was metered, within what was promised, and told as it is."""

import pytest

from infrastructure.cost import __main__ as cost
from infrastructure.cost import reckoning

PROMISED = 15.0
"""Dollars for 10,000 members and year of usage, without documents."""


def test_usage_keeps_its_promise_and_grows_by_the_member_alone() -> None:
    for members in reckoning.MEMBERS:
        assert sum(reckoning.of_usage(members).values()) * 10_000 / members <= PROMISED


def test_the_page_and_the_readme_say_what_is_reckoned() -> None:
    assert cost.FILE.read_text() == cost.page(), "run `make cost`"
    assert cost.sentence() in cost.README.read_text()


def test_an_operation_that_takes_more_units_costs_more(monkeypatch: pytest.MonkeyPatch) -> None:
    before = sum(reckoning.of_a_member().values())
    name = "GET /api/certifications/{certification_id}/cycle (30 entries)"
    rows = reckoning.metered()
    rows = {**rows, name: {**rows[name], "reads": 400.0}}
    monkeypatch.setattr(reckoning, "metered", lambda: rows)
    assert sum(reckoning.of_a_member().values()) > before
    assert cost.FILE.read_text() != cost.page()


def test_everything_in_the_profile_was_metered_and_nothing_costs_nothing() -> None:
    for part in ("member", "staff", "jobs", "nights"):
        for name in reckoning.profile()[part]:
            assert sum(reckoning.Operation(name).dollars.values()) > 0


def test_calls_are_counted_as_the_table_writes_them() -> None:
    figures = reckoning.Operation("GET /api/staff/figures (one certification)")
    assert figures.calls() > 100
    mail = reckoning.Operation("notify (an invoice)")
    assert (mail.calls("ses."), mail.is_request) == (1, False)


def test_log_ins_are_free_up_to_10000_a_month_and_then_by_the_plan() -> None:
    share = reckoning.profile()["active_months"] / 12
    free = int(10_000 / share)
    assert reckoning.of_log_ins(free, "lite") == reckoning.of_log_ins(free, "essentials") == 0
    beyond = free + int(1_000 / share)
    assert reckoning.of_log_ins(beyond, "lite") == pytest.approx(12 * 1_000 * 0.0055)
    assert reckoning.of_log_ins(beyond, "essentials") == pytest.approx(12 * 1_000 * 0.015)


def test_watching_costs_less_than_10000_members() -> None:
    assert sum(reckoning.of_watching().values()) < sum(reckoning.of_usage(10_000).values())
    assert reckoning.declared()["Dashboard"] <= reckoning.prices()["cloudwatch"]["free_dashboards"]
