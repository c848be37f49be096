"""When each alarm rings: a table, so that a threshold is changed on purpose or not at all."""

from typing import Any

import pytest

from tests.unit.test_template import APP, AUTH, resources

LETTERS = ("AWS/SQS", "ApproximateNumberOfMessagesVisible", "Maximum", 300, 1, ">=", 1, "notBreaching")
SILENCE = ("AWS/Lambda", "Invocations", "Sum", 86400, 2, "<", 1, "breaching")
OWN = {"Fn::Sub": "RecertificationPortal/${AWS::StackName}"}

ALARMS: dict[str, tuple[Any, ...]] = {
    # metric, statistic, seconds, how many of them, threshold, and what no data means
    "ReleaseAlarm": (OWN, "FailedInvocations", "Sum", 60, 5, ">=", 1, "notBreaching"),
    "ApiFailuresAlarm": ("AWS/ApiGateway", "5xx", "Sum", 300, 1, ">=", 3, "notBreaching"),
    "WebhookFailuresAlarm": (OWN, "WebhookFailures", "Sum", 3600, 1, ">=", 3, "notBreaching"),
    "InvoicesMissingAlarm": (OWN, "InvoicesMissing", "Maximum", 3600, 1, ">=", 1, "notBreaching"),
    "ForwardChangesAgeAlarm": (
        "AWS/Lambda", "IteratorAge", "Maximum", 300, 1, ">=", 1_800_000, "notBreaching",
    ),
    "MailsQueueAgeAlarm": (
        "AWS/SQS", "ApproximateAgeOfOldestMessage", "Maximum", 300, 1, ">=", 7200, "notBreaching",
    ),
    "StaffTotpErrorsAlarm": ("AWS/Lambda", "Errors", "Sum", 300, 1, ">=", 1, "notBreaching"),
    "ExpireCertificationsSilenceAlarm": SILENCE,
    "GenerateInvoicesSilenceAlarm": SILENCE,
    "SendRemindersSilenceAlarm": SILENCE,
    "DocumentChecksDeadLettersAlarm": LETTERS,
    "ExportsDeadLettersAlarm": LETTERS,
    "ImportsDeadLettersAlarm": LETTERS,
    "InvoicesDeadLettersAlarm": LETTERS,
    "JobsDeadLettersAlarm": LETTERS,
    "LoginsDeadLettersAlarm": LETTERS,
    "MailReportsDeadLettersAlarm": LETTERS,
    "MailsDeadLettersAlarm": LETTERS,
}  # fmt: skip
SIGNS = {"GreaterThanOrEqualToThreshold": ">=", "LessThanThreshold": "<"}

DECLARED = {
    name: each["Properties"]
    for template in (APP, AUTH)
    for name, each in resources(template, "AWS::CloudWatch::Alarm").items()
}


def test_every_alarm_is_in_the_table() -> None:
    assert set(DECLARED) == set(ALARMS)


@pytest.mark.parametrize("name", ALARMS)
def test_an_alarm_rings_when_the_table_says(name: str) -> None:
    stated = DECLARED[name]
    assert ALARMS[name] == (
        stated["Namespace"],
        stated["MetricName"],
        stated["Statistic"],
        stated["Period"],
        stated["EvaluationPeriods"],
        SIGNS[stated["ComparisonOperator"]],
        stated["Threshold"],
        stated["TreatMissingData"],
    )
    within = stated.get("DatapointsToAlarm", stated["EvaluationPeriods"])
    assert within == (1 if name == "ReleaseAlarm" else stated["EvaluationPeriods"])
    days = stated["Period"] * stated["EvaluationPeriods"] / 86400
    assert days <= 7 if stated["Period"] >= 3600 else days <= 1, "CloudWatch looks back no further"
    topic = {"Fn::If": ["HasAlarmTopic", [{"Ref": "AlarmTopic"}], {"Ref": "AWS::NoValue"}]}
    assert stated["AlarmActions"] == topic
