"""Every resource of every template, by its kind: kept, encrypted, closed, logged for a time, watched."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from infrastructure.local.template import load
from tests.unit.test_template import APP, FUNCTIONS, QUEUES, ROOT, TEMPLATES, as_list, events, walk

ALL = {name: load(ROOT / name) for name in TEMPLATES}
RESOURCES = [
    pytest.param(template, name, resource, id=f"{file}: {name}")
    for file, template in ALL.items()
    for name, resource in template["Resources"].items()
]
Check = Callable[[dict[str, Any], str, dict[str, Any]], None]


def bucket(template: dict[str, Any], name: str, resource: dict[str, Any]) -> None:
    stated = resource["Properties"]
    assert set(stated["PublicAccessBlockConfiguration"].values()) == {True}
    assert len(stated["PublicAccessBlockConfiguration"]) == 4
    (rule,) = stated["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert rule["ServerSideEncryptionByDefault"]["SSEAlgorithm"] in ("AES256", "aws:kms")
    assert stated["OwnershipControls"]["Rules"] == [{"ObjectOwnership": "BucketOwnerEnforced"}]
    assert resource["DeletionPolicy"] == "Retain"
    policies = [
        each["Properties"]
        for each in template["Resources"].values()
        if each["Type"] == "AWS::S3::BucketPolicy"
    ]
    (policy,) = [each for each in policies if each["Bucket"] == {"Ref": name}]
    denied = [each for each in policy["PolicyDocument"]["Statement"] if each["Effect"] == "Deny"]
    assert {"Bool": {"aws:SecureTransport": "false"}} in [each["Condition"] for each in denied]
    assert all(
        each["Principal"] != "*" for each in policy["PolicyDocument"]["Statement"] if each not in denied
    )


def table(_: dict[str, Any], __: str, resource: dict[str, Any]) -> None:
    # Encrypted at rest by DynamoDB itself, always; with a key of its own only where one is named.
    stated = resource["Properties"]
    assert stated["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert stated["DeletionProtectionEnabled"] is True
    assert (resource["DeletionPolicy"], resource["UpdateReplacePolicy"]) == ("Retain", "Retain")


def function(template: dict[str, Any], _: str, resource: dict[str, Any]) -> None:
    stated = resource["Properties"]
    usual = template.get("Globals", {}).get("Function", {})
    logging = stated.get("LoggingConfig") or usual.get("LoggingConfig")
    assert logging is not None, "its log would be kept for good"
    assert logging["LogGroup"]["Ref"] in template["Resources"]
    assert (stated.get("Timeout") or usual.get("Timeout")) <= 900
    assert (stated.get("Runtime") or usual.get("Runtime")) == "python3.13"


def log_group(_: dict[str, Any], __: str, resource: dict[str, Any]) -> None:
    assert resource["Properties"]["RetentionInDays"]


def api(_: dict[str, Any], __: str, resource: dict[str, Any]) -> None:
    stated = resource["Properties"]
    throttles = stated["DefaultRouteSettings"]
    assert 0 < throttles["ThrottlingRateLimit"] <= throttles["ThrottlingBurstLimit"]
    assert "CorsConfiguration" not in stated, "one origin: no page of another may read an answer"
    told = stated["AccessLogSettings"]["Format"]
    assert not re.search(r"\$context\.(identity|authorizer\.claims|path\b)|sourceIp|\$request", told), told


def queue(template: dict[str, Any], name: str, resource: dict[str, Any]) -> None:
    stated = resource["Properties"]
    assert stated["SqsManagedSseEnabled"] is True
    if "RedrivePolicy" in stated:
        dead = stated["RedrivePolicy"]["deadLetterTargetArn"]["Fn::GetAtt"][0]
        assert QUEUES[dead]["MessageRetentionPeriod"] == 14 * 24 * 3600
        assert stated["RedrivePolicy"]["maxReceiveCount"] >= 3 or name.startswith("Mails")
    else:
        assert stated["MessageRetentionPeriod"] == 14 * 24 * 3600


def alarm(_: dict[str, Any], name: str, resource: dict[str, Any]) -> None:
    stated = resource["Properties"]
    # what does not happen is well, but for jobs that have to
    assert stated["TreatMissingData"] == ("breaching" if name.endswith("SilenceAlarm") else "notBreaching")
    assert stated["AlarmActions"]["Fn::If"][0] == "HasAlarmTopic"
    runbook = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    rows = [line for line in runbook.splitlines() if line.startswith("|") and f"`{name}`" in line]
    assert len(rows) == 1, "each alarm has its one row in docs/operations.md"
    _, _, meaning, remedy, _ = rows[0].split("|")
    assert meaning.strip()
    assert remedy.strip()


def metric_filter(template: dict[str, Any], _: str, resource: dict[str, Any]) -> None:
    """What is counted is what an alarm of the same template looks at, stack by stack."""
    (counted,) = resource["Properties"]["MetricTransformations"]
    alarms = [
        each["Properties"]
        for each in template["Resources"].values()
        if each["Type"] == "AWS::CloudWatch::Alarm"
    ]
    assert (counted["MetricNamespace"], counted["MetricName"]) in [
        (each["Namespace"], each["MetricName"]) for each in alarms
    ]
    assert "${AWS::StackName}" in counted["MetricNamespace"]["Fn::Sub"]
    assert resource["Properties"]["LogGroupName"]["Ref"] in template["Resources"]


def rule(_: dict[str, Any], __: str, resource: dict[str, Any]) -> None:
    for target in resource["Properties"]["Targets"]:
        dead = target["DeadLetterConfig"]["Arn"]["Fn::GetAtt"][0]
        assert f"{dead}Alarm" in APP["Resources"]


def pool(_: dict[str, Any], __: str, resource: dict[str, Any]) -> None:
    stated = resource["Properties"]
    assert stated["DeletionProtection"] == "ACTIVE"
    assert stated["AdminCreateUserConfig"]["AllowAdminCreateUserOnly"] is True
    assert stated["Policies"]["PasswordPolicy"]["MinimumLength"] >= 12


def distribution(_: dict[str, Any], __: str, resource: dict[str, Any]) -> None:
    stated = resource["Properties"]["DistributionConfig"]
    for behaviour in (stated["DefaultCacheBehavior"], *stated["CacheBehaviors"]):
        assert behaviour["ViewerProtocolPolicy"] in ("redirect-to-https", "https-only")
    assert "WebACLId" in stated


def role(_: dict[str, Any], __: str, resource: dict[str, Any]) -> None:
    (trusted,) = resource["Properties"]["AssumeRolePolicyDocument"]["Statement"]
    assert "Service" in trusted["Principal"]


def firewall(_: dict[str, Any], __: str, resource: dict[str, Any]) -> None:
    """Callers are counted, and nothing that a person typed is sampled."""
    stated = resource["Properties"]
    rules = stated["Rules"]
    assert any("RateBasedStatement" in rule["Statement"] for rule in rules)
    for each in (stated, *rules):
        assert each["VisibilityConfig"]["SampledRequestsEnabled"] is False


def topic(_: dict[str, Any], __: str, resource: dict[str, Any]) -> None:
    """Alarms reach it: CloudWatch may not use AWS's own key of SNS."""
    assert "KmsMasterKeyId" not in resource["Properties"]
    assert resource["Properties"]["Subscription"]


def anything(_: dict[str, Any], __: str, ___: dict[str, Any]) -> None:
    """Nothing of it could be open, lost or unwatched; test_cfn_lint_finds_nothing reads it as all others."""


KINDS: dict[str, Check] = {
    "AWS::S3::Bucket": bucket,
    "AWS::DynamoDB::Table": table,
    "AWS::Serverless::Function": function,
    "AWS::Lambda::Function": function,
    "AWS::Logs::LogGroup": log_group,
    "AWS::Serverless::HttpApi": api,
    "AWS::SQS::Queue": queue,
    "AWS::CloudWatch::Alarm": alarm,
    "AWS::Logs::MetricFilter": metric_filter,
    "AWS::Events::Rule": rule,
    "AWS::Cognito::UserPool": pool,
    "AWS::CloudFront::Distribution": distribution,
    "AWS::IAM::Role": role,
    # held by the checks of what they belong to, or by tests of their own in test_template.py and test_web_stack.py
    "AWS::S3::BucketPolicy": anything,
    "AWS::SQS::QueuePolicy": anything,
    "AWS::IAM::RolePolicy": anything,
    "AWS::Cognito::UserPoolClient": anything,
    "AWS::Cognito::UserPoolGroup": anything,
    "AWS::Serverless::LayerVersion": anything,
    "AWS::Lambda::Permission": anything,
    "AWS::GuardDuty::MalwareProtectionPlan": anything,
    "AWS::SES::ConfigurationSet": anything,
    "AWS::SES::ConfigurationSetEventDestination": anything,
    "AWS::CloudFront::OriginAccessControl": anything,
    "AWS::CloudFront::Function": anything,
    "AWS::CloudFront::ResponseHeadersPolicy": anything,
    "AWS::CertificateManager::Certificate": anything,
    "AWS::Route53::RecordSetGroup": anything,
    "AWS::WAFv2::WebACL": firewall,
    "AWS::WAFv2::WebACLAssociation": anything,
    "AWS::Logs::DeliverySource": anything,
    "AWS::Logs::DeliveryDestination": anything,
    "AWS::Logs::Delivery": anything,
    "AWS::CloudWatch::Dashboard": anything,
    "AWS::SNS::Topic": topic,
}


@pytest.mark.parametrize(("template", "name", "resource"), RESOURCES)
def test_each_resource_is_as_its_kind_has_to_be(
    template: dict[str, Any], name: str, resource: dict[str, Any]
) -> None:
    KINDS[resource["Type"]](template, name, resource)


def statements() -> Iterator[tuple[str, dict[str, Any]]]:
    """Every statement of every policy in every template."""
    for file, template in ALL.items():
        for name, resource in template["Resources"].items():
            for node in walk(resource):
                if node.get("Effect") in ("Allow", "Deny"):
                    yield f"{file}: {name}", node


REASONS = {
    "arn:${AWS::Partition}:kms:${AWS::Region}:${AWS::AccountId}:key/*": (
        "the key is the account's choice; the condition lets it decrypt the named parameters only"
    ),
    "arn:${AWS::Partition}:ses:${AWS::Region}:${AWS::AccountId}:identity/*": (
        "SES asks for the sender's and, in the sandbox, the recipient's; the condition holds it to one sender"
    ),
    "${DocumentsBucket.Arn}/*": "GuardDuty reads and tags the objects of the bucket it protects",
    "${PagesBucket.Arn}/*": "the distribution reads the pages, which are public",
    "${LogsBucket.Arn}/*": "the log service writes where it likes below the bucket",
    "arn:${AWS::Partition}:events:${AWS::Region}:${AWS::AccountId}:rule/"
    "DO-NOT-DELETE-AmazonGuardDutyMalwareProtectionS3*": "GuardDuty names its rules itself, beginning so",
}
"""Stars in what is allowed, each with its reason; those after an ARN's last `*` in denials need none."""


def test_no_star_is_allowed_anywhere_without_a_reason() -> None:
    used = set()
    for where, statement in statements():
        if statement["Effect"] == "Deny":
            continue
        for action in as_list(statement["Action"]):
            assert "*" not in action, where
        for resource in as_list(statement.get("Resource", "")):
            arn = resource if isinstance(resource, str) else resource.get("Fn::Sub", "")
            if "*" in arn:
                assert arn in REASONS, (where, arn)
                used.add(arn)
        assert statement.get("Principal") != "*", where
    assert used == set(REASONS), "reasons for stars that are gone"


def test_every_asynchronous_way_in_ends_in_watched_dead_letters_or_stops_and_is_watched() -> None:
    for name, each in FUNCTIONS.items():
        for source in events(each, "SQS"):
            waiting = QUEUES[source["Queue"]["Fn::GetAtt"][0]]
            dead = waiting["RedrivePolicy"]["deadLetterTargetArn"]["Fn::GetAtt"][0]
            assert f"{dead}Alarm" in APP["Resources"], name
        for _ in events(each, "DynamoDB"):
            # nothing is given up: the shard waits for the function, and the alarm on its age rings
            assert f"{name.removesuffix('Function')}AgeAlarm" in APP["Resources"]
        if events(each, "ScheduleV2"):
            dead = each["DeadLetterQueue"]["TargetArn"]["Fn::GetAtt"][0]
            assert f"{dead}Alarm" in APP["Resources"], name


def test_the_runbook_names_no_alarm_that_is_gone() -> None:
    runbook = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`([A-Za-z]+Alarm)`", runbook))
    alarms = {
        name
        for template in ALL.values()
        for name, each in template["Resources"].items()
        if each["Type"] == "AWS::CloudWatch::Alarm"
    }
    assert named <= alarms, named - alarms
