"""What the portal costs to run: reckoned from what was metered, within what was promised, and told as it is."""

import pytest

from infrastructure.cost import __main__ as cost
from infrastructure.cost import reckoning
from infrastructure.local.template import load
from tests.unit.test_template import FUNCTIONS

PROMISED = 15.0
"""Dollars for 10,000 members and year of usage, without documents."""


def test_usage_keeps_its_promise_and_grows_by_the_member_alone() -> None:
    for stage in reckoning.STAGES:
        for members in reckoning.MEMBERS:
            assert sum(reckoning.of_usage(members, stage).values()) * 10_000 / members <= PROMISED


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


def test_what_the_api_answers_is_paid_to_cloudfront_by_the_byte(monkeypatch: pytest.MonkeyPatch) -> None:
    use = reckoning.profile()
    requests = sum(sum(use[part].values()) for part in ("member", "staff"))
    before = reckoning.of_a_member()["CloudFront"]
    larger = use | {"answer_kilobytes": use["answer_kilobytes"] + 10}
    monkeypatch.setattr(reckoning, "profile", lambda: larger)
    assert reckoning.of_a_member()["CloudFront"] - before == pytest.approx(requests * 10e3 / 1e9 * 0.085)


def test_where_requests_come_seldom_every_one_is_traced() -> None:
    """X-Ray keeps one a second, which is more than 10,000 members send."""
    use = reckoning.profile()
    a_year = 10_000 * sum(times for part in ("member", "staff", "jobs") for times in use[part].values())
    assert a_year / (365 * 86_400) < 0.1
    assert use["traced"] == 1


def test_calls_are_counted_as_the_table_writes_them() -> None:
    figures = reckoning.Operation("GET /api/staff/figures (one certification)")
    assert figures.calls() > 100
    mail = reckoning.Operation("notify (an invoice)")
    assert (mail.calls("ses."), mail.is_request) == (1, False)


def test_log_ins_are_paid_for_as_the_stage_has_them(monkeypatch: pytest.MonkeyPatch) -> None:
    """prod mails from a sender of its own and asks staff for an authenticator app; dev does neither."""
    assert reckoning.of_log_in_mails("prod") == pytest.approx(reckoning.profile()["login_mails"] * 0.10e-3)
    assert set(reckoning.of_tokens("prod")) == {"Lambda", "logs"}
    assert (reckoning.of_log_in_mails("dev"), reckoning.of_tokens("dev")) == (0, {})
    before = reckoning.of_a_member("prod")
    more = reckoning.profile() | {"login_mails": 11, "tokens": 1_000}
    monkeypatch.setattr(reckoning, "profile", lambda: more)
    after = reckoning.of_a_member("prod")
    assert after["SES"] - before["SES"] == pytest.approx((11 - 1) * 0.10e-3)
    assert after["Lambda"] > before["Lambda"]


def test_a_page_runs_the_functions_that_cloudfront_has_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    pages, before = reckoning.profile()["page_requests"], reckoning.of_a_member()["CloudFront"]
    assert reckoning.page_functions() == 2
    monkeypatch.setattr(reckoning, "page_functions", lambda: 0)
    assert before - reckoning.of_a_member()["CloudFront"] == pytest.approx(pages * 2 * 0.10e-6)


def test_no_metric_is_paid_for_that_nobody_reads() -> None:
    """SES writes two for a configuration set, charged as ours are; no alarm and no widget reads them."""
    sets = [
        each["Properties"]
        for each in load(reckoning.ROOT / "template.yaml")["Resources"].values()
        if each["Type"] == "AWS::SES::ConfigurationSet"
    ]
    assert [each["ReputationOptions"]["ReputationMetricsEnabled"] for each in sets] == [False]


def test_log_ins_are_free_up_to_10000_a_month_and_then_by_the_plan() -> None:
    share = reckoning.profile()["active_months"] / 12
    free = int(10_000 / share)
    assert reckoning.of_log_ins(free, "lite") == reckoning.of_log_ins(free, "essentials") == 0
    beyond = free + int(1_000 / share)
    assert reckoning.of_log_ins(beyond, "lite") == pytest.approx(12 * 1_000 * 0.0055)
    assert reckoning.of_log_ins(beyond, "essentials") == pytest.approx(12 * 1_000 * 0.015)


def test_watching_costs_less_than_10000_members() -> None:
    for stage in reckoning.STAGES:
        assert sum(reckoning.of_watching(stage).values()) < sum(reckoning.of_usage(10_000, stage).values())
    assert reckoning.declared()["Dashboard"] <= reckoning.prices()["cloudwatch"]["free_dashboards"]


def test_a_function_is_billed_for_the_memory_that_the_template_gives_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    printing = "GET /api/certifications/{certification_id}/report.pdf (30 entries, signed)"
    gigabytes = {
        name: reckoning.Operation(name).gigabytes
        for name in (printing, "import_data (one row)", "GET /api/me", "notify (an event)")
    }
    assert {name: each * 1024 for name, each in gigabytes.items()} == {
        printing: 1769,
        "import_data (one row)": 1769,
        "GET /api/me": 1024,
        "notify (an event)": 1024,
    }
    before = reckoning.Operation("GET /api/me").dollars["Lambda"]
    found = reckoning.functions()
    larger = {**found, "GET /api/me": {**found["GET /api/me"], "MemorySize": 2048}}
    monkeypatch.setattr(reckoning, "functions", lambda: larger)
    assert 1.5 < reckoning.Operation("GET /api/me").dollars["Lambda"] / before < 2


def test_a_stage_pays_for_its_own_days_of_logs_and_its_own_alarms() -> None:
    assert (reckoning.retention("dev"), reckoning.retention("prod")) == (90, 365)
    assert reckoning.log_gigabyte("dev") == pytest.approx(0.50 + 3 * 0.03)
    assert reckoning.of_usage(1, "prod")["logs"] > reckoning.of_usage(1, "dev")["logs"]
    # prod asks staff for an authenticator app, and the function for it has its alarm
    assert reckoning.declared("prod")["Alarm"] == reckoning.declared("dev")["Alarm"] + 1
    assert reckoning.declared("dev")["WebACL"] == reckoning.declared("prod")["WebACL"] == 0


def test_queues_that_feed_a_function_are_asked_all_the_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Five pollers a queue, three times a minute, but for the first million a month."""
    assert len(reckoning.queue_sources()) == 7
    assert reckoning.idle_polls() == 7 * 5 * 3 * 60 * 24 * 365 // 12
    assert reckoning.of_polling() == pytest.approx(12 * (4_599_000 - 1_000_000) * 0.40e-6)
    unlimited = [{} for _ in reckoning.queue_sources()]
    monkeypatch.setattr(reckoning, "queue_sources", lambda: unlimited)
    assert reckoning.idle_polls() == 7 * 2 * 3 * 60 * 24 * 365 // 12


def test_a_second_stage_in_one_account_finds_what_is_free_used_up() -> None:
    further = reckoning.of_a_second_stage("dev")
    assert further == {
        "alarms": pytest.approx(17 * 12 * 0.10),
        "metrics": pytest.approx((2 * 8 - 10) * 12 * 0.30),  # each stage has its own
        "dashboards": 0,  # two of three
        "polling": pytest.approx(12 * 4_599_000 * 0.40e-6),
    }
    alone = reckoning.of_watching("dev").values()
    assert sum(further.values()) > sum(alone) + reckoning.of_polling()


def test_what_is_told_beside_the_table_is_reckoned_too(monkeypatch: pytest.MonkeyPatch) -> None:
    assert reckoning.of_firewalls() == [12 * (5 + 3), 12 * (5 + 2)]
    assert reckoning.of_an_alarm_each() == pytest.approx(12 * 0.10 * len(FUNCTIONS))
    dearer = reckoning.prices() | {"waf": {"acl_month": 50.0, "rule_month": 1.0}}
    monkeypatch.setattr(reckoning, "prices", lambda: dearer)
    assert f"${12 * (50 + 3)} a year" in cost.page()
