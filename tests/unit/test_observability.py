"""What is watched: metrics out of the log, the dashboard and the alarms that read them, and what the runbook says."""

import json
import logging
import re
from collections.abc import Iterator

import pytest

from infrastructure.cost.reckoning import own_metrics
from infrastructure.deployment.deploy import RELEASE_ALARM
from shared.adapters.metrics import METRICS, counted
from shared.settings import settings
from tests.unit.test_template import APP, FUNCTIONS, QUEUES, ROOT, events, resources

SERVICE = {"Name": "service", "Value": "recertification-portal"}
STACKS_OWN = {"Fn::Sub": "RecertificationPortal/${AWS::StackName}"}
"""The namespace of our metrics: two stages in one account have nothing in common."""

FREE_METRICS_ON_A_DASHBOARD = 50
FREE_METRICS = 10


def body() -> str:
    """The dashboard's JSON."""
    (found,) = resources(APP, "AWS::CloudWatch::Dashboard").values()
    text: str = found["Properties"]["DashboardBody"]["Fn::Sub"]
    return text


@pytest.fixture(autouse=True)
def told_as_the_stack_does(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("METRICS_NAMESPACE", "RecertificationPortal/portal-dev")
    settings.cache_clear()
    yield
    settings.cache_clear()


def test_a_line_carries_its_metrics_as_cloudwatch_reads_them() -> None:
    told = counted(Entries=3)
    assert told["Entries"] == 3
    (directive,) = told["_aws"]["CloudWatchMetrics"]
    assert directive == {
        "Namespace": "RecertificationPortal/portal-dev",
        "Dimensions": [["service"]],
        "Metrics": [{"Name": "Entries", "Unit": "Count"}],
    }
    assert 1_600_000_000_000 < told["_aws"]["Timestamp"] < 9_999_999_999_999


def test_only_declared_metrics_are_counted() -> None:
    with pytest.raises(KeyError, match="Members"):
        counted(Members=1)


def test_the_metrics_fit_what_is_free_for_good() -> None:
    assert own_metrics() == len(METRICS) + 1 <= FREE_METRICS


def test_every_call_that_failed_of_this_stacks_functions_rings_and_takes_an_update_back() -> None:
    stated = APP["Resources"]["FailedInvocationsFilter"]["Properties"]
    assert stated["LogGroupName"] == {"Ref": "FunctionsLogGroup"}
    logging = APP["Globals"]["Function"]["LoggingConfig"]
    assert logging == {"LogFormat": "JSON", "LogGroup": {"Ref": "FunctionsLogGroup"}}
    assert not [name for name, each in FUNCTIONS.items() if "LoggingConfig" in each]
    assert stated["FilterPattern"] == '{ $.type = "platform.report" && $.record.status != "success" }'
    alarm = APP["Resources"][RELEASE_ALARM]["Properties"]
    assert (alarm["MetricName"], alarm["Threshold"], alarm["Statistic"]) == ("FailedInvocations", 1, "Sum")


def test_every_metric_is_shown_and_explained() -> None:
    runbook = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    for name in METRICS:
        assert f'"{name}"' in body()
        assert f"| `{name}` |" in runbook


def test_alarms_on_our_own_metrics_name_what_is_counted() -> None:
    own = [
        each["Properties"]
        for each in resources(APP, "AWS::CloudWatch::Alarm").values()
        if each["Properties"]["Namespace"] == STACKS_OWN and "Dimensions" in each["Properties"]
    ]
    assert {each["MetricName"] for each in own} == {"WebhookFailures", "InvoicesMissing"}
    assert all(each["Dimensions"] == [SERVICE] for each in own)
    told = APP["Globals"]["Function"]["Environment"]["Variables"]
    assert told["POWERTOOLS_SERVICE_NAME"] == SERVICE["Value"]


def test_what_is_counted_on_one_stage_is_seen_and_rings_on_no_other() -> None:
    told = APP["Globals"]["Function"]["Environment"]["Variables"]
    assert told["METRICS_NAMESPACE"] == STACKS_OWN
    for filtered in resources(APP, "AWS::Logs::MetricFilter").values():
        (made,) = filtered["Properties"]["MetricTransformations"]
        assert made["MetricNamespace"] == STACKS_OWN
    for alarm in resources(APP, "AWS::CloudWatch::Alarm").values():
        namespace = alarm["Properties"]["Namespace"]
        assert namespace == STACKS_OWN or namespace.startswith("AWS/")
        assert namespace == STACKS_OWN or alarm["Properties"]["Dimensions"], "it would count other stacks too"
    named = re.findall(r'\["([^".]+)"', body())
    assert {each for each in named if not each.startswith("AWS/")} == {STACKS_OWN["Fn::Sub"]}


def test_the_dashboard_is_json_and_names_what_the_template_has() -> None:
    widgets = json.loads(body())["widgets"]
    named = set(re.findall(r"\$\{(\w+)", body())) - {"AWS"}
    assert named <= set(APP["Resources"])
    assert {each for each in QUEUES if each.endswith("DeadLetters")} <= named
    assert {each for each in QUEUES if each.endswith("Queue")} <= named
    assert named & set(FUNCTIONS) == {"ForwardChangesFunction"}
    metrics = sum(len(each["properties"].get("metrics", ())) for each in widgets)
    assert metrics <= FREE_METRICS_ON_A_DASHBOARD


def test_no_route_has_metrics_of_its_own() -> None:
    settings = APP["Resources"]["Api"]["Properties"]["DefaultRouteSettings"]
    assert not settings.get("DetailedMetricsEnabled", False)


def test_the_access_log_leads_from_the_browsers_id_to_the_call_of_a_function_that_wrote_nothing() -> None:
    told = json.loads(APP["Resources"]["Api"]["Properties"]["AccessLogSettings"]["Format"])
    assert told["requestId"] == "$context.requestId", "the header apigw-requestid"
    assert told["lambda"] == "$context.integration.requestId", "Lambda's own, in its report of the call"
    runbook = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    following = runbook.partition("### Following a request")[2].partition("\n## ")[0]
    queries = re.findall(r"(?m)^(?:fields|filter) .*$", following)
    assert [re.findall(r"filter (.*)", each)[0] for each in queries] == [
        'request_id = "…"',
        '@message like "…"',  # event_ids is a list, whose fields Insights names event_ids.0 and so on
        'requestId = "…"',
        'record.requestId = "…"',
    ]


@pytest.mark.parametrize("level", APP["Parameters"]["LogLevel"]["AllowedValues"])
def test_no_log_level_that_may_be_chosen_silences_the_lines_that_carry_metrics(level: str) -> None:
    assert logging.getLevelNamesMapping()[level] <= logging.INFO


def test_the_runbooks_calendar_is_that_of_the_schedules() -> None:
    runbook = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    table = runbook.partition("## The calendar")[2].partition("\n## ")[0]
    told = {tuple(row) for row in re.findall(r"(?m)^\| ([^|]*\d\d:\d\d) \| `(\w+)` \|", table)}
    days = {"* * ?": "", "? * MON": "Mondays ", "1 * ?": "the 1st of a month "}
    scheduled = set()
    for name, function in FUNCTIONS.items():
        for schedule in events(function, "ScheduleV2"):
            minute, hour, day = re.findall(r"cron\((\d+) (\d+) (.*) \*\)", schedule["ScheduleExpression"])[0]
            at = f"{days[day]}{int(hour):02}:{int(minute):02}"
            scheduled.add((at, name.removesuffix("Function")))
    assert told == scheduled


def test_the_runbook_says_what_to_do_when_a_function_fails() -> None:
    runbook = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    table = runbook.partition("### When a function fails")[2].partition("\n## ")[0]
    assert set(re.findall(r"`(\w+)`", "".join(re.findall(r"(?m)^\| (`.*?) \|", table)))) == {
        name.removesuffix("Function") for name in FUNCTIONS
    }
