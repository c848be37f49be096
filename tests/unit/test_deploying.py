"""Deploying a stage: in which order, with what told to whom, what is asked, and what is never deleted."""

import argparse
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError, WaiterError
from botocore.validate import ParamValidator

from infrastructure.deployment import __main__ as command_line
from infrastructure.deployment import deploy as deploying
from infrastructure.deployment.deploy import NOT_KNOWN_YET, Account, Deployment, template_in_s3
from infrastructure.deployment.publish import Place
from infrastructure.deployment.settings import (
    ROOT,
    SAMCONFIG,
    Incomplete,
    ask_for_examples,
    check_settings,
    read_stage,
)
from infrastructure.deployment.stacks import UNWATCHED, Declined, NotDeployed, Rollback, Stacks, Template
from shared.adapters import aws

STAGE = """
[dev-data.deploy.parameters]
template_file = "infrastructure/data.yaml"
stack_name = "portal-dev-data"
[dev-auth.deploy.parameters]
template_file = "infrastructure/auth.yaml"
stack_name = "portal-dev-auth"
parameter_overrides = ["SenderAddress=mail@example.org"]
[dev-web.deploy.parameters]
template_file = "infrastructure/web.yaml"
stack_name = "portal-dev-web"
parameter_overrides = ["DomainName=portal.example.org", "Firewall=off"]
[dev.deploy.parameters]
template_file = "template.yaml"
stack_name = "portal-dev"
parameter_overrides = ["StripeSecretKeyParameter=/portal/stripe", "SenderAddress=mail@example.org"] # comment
[prod.deploy.parameters]
parameter_overrides = ["SenderAddress=mail@example.org"]
"""
OUTPUTS = {
    "portal-dev-data": {
        "DocumentsBucketName": "documents",
        "TransfersBucketName": "transfers",
        "TableName": "the-table",
        "TableStreamArn": "arn:the-table/stream/1",
        "MalwareProtection": "on",
        "AlarmTopic": "arn:alarms",
    },
    "portal-dev-auth": {"UserPoolId": "pool", "UserPoolClientId": "client"},
    "portal-dev": {"ApiUrl": "https://abc.execute-api.eu-central-1.amazonaws.com"},
    "portal-dev-web": {
        "Url": "https://d1.cloudfront.net",
        "PagesBucketName": "pages",
        "DistributionId": "E1",
    },
}


@pytest.fixture
def samconfig(tmp_path: Path) -> Path:
    path = tmp_path / "samconfig.toml"
    path.write_text(STAGE)
    return path


class CloudFormation:
    """As much of the service as deploying asks for: stacks come to be when their change sets are executed."""

    def __init__(
        self,
        *there: str,
        failing: str = "",
        unchanged: bool = False,
        lacking: tuple[str, ...] = (),
        status: str = "",
    ) -> None:
        self.there = set(there)
        self.lacking = lacking
        self.failing = failing
        self.unchanged = unchanged
        self.status = status
        self.asked: list[tuple[str, dict[str, Any]]] = []

    def __getattr__(self, operation: str) -> Callable[..., Any]:
        def ask(**given: Any) -> Any:
            self.asked.append((operation, given))
            if operation == "execute_change_set":
                self.there.add(given["StackName"])
            if operation == "delete_stack":
                self.there.discard(given["StackName"])
            return {}

        return ask

    def describe_stacks(self, StackName: str) -> dict[str, Any]:  # noqa: N803 (AWS's own name)
        if StackName not in self.there:
            raise ClientError({"Error": {"Message": f"{StackName} does not exist"}}, "DescribeStacks")
        outputs = [{"OutputKey": key, "OutputValue": value} for key, value in OUTPUTS[StackName].items()]
        return {"Stacks": [{"StackStatus": "CREATE_COMPLETE", "Outputs": outputs}]}

    def describe_stack_resource(self, StackName: str, LogicalResourceId: str) -> dict[str, Any]:  # noqa: N803
        self.describe_stacks(StackName)
        if LogicalResourceId in self.lacking:
            message = f"Resource {LogicalResourceId} does not exist for stack {StackName}"
            raise ClientError({"Error": {"Message": message}}, "DescribeStackResource")
        return {"StackResourceDetail": {"PhysicalResourceId": f"{StackName}-{LogicalResourceId}"}}

    def describe_stack_events(self, StackName: str) -> dict[str, Any]:  # noqa: N803
        failed = {
            "LogicalResourceId": "Table",
            "ResourceStatus": "CREATE_FAILED",
            "ResourceStatusReason": "no room",
        }
        return {"StackEvents": [{"LogicalResourceId": "x", "ResourceStatus": "CREATE_COMPLETE"}, failed]}

    def get_paginator(self, operation: str) -> Any:
        if operation == "list_stack_resources":
            mails = {"LogicalResourceId": "MailsQueue", "PhysicalResourceId": "mails"}
            other = {"LogicalResourceId": "Api", "PhysicalResourceId": "api", "ResourceType": "AWS::Api"}
            found = [{**mails, "ResourceType": "AWS::SQS::Queue"}, other]
            return SimpleNamespace(paginate=lambda **_: [{"StackResourceSummaries": found}])
        change = {
            "Action": "Modify",
            "LogicalResourceId": "Api",
            "ResourceType": "Api",
            "Replacement": "True",
        }

        class Pages:
            def paginate(self, **_: Any) -> list[dict[str, Any]]:
                return [{"Changes": [{"ResourceChange": change}]}]

        return Pages()

    def get_waiter(self, state: str) -> Any:
        failing, unchanged, status = self.failing, self.unchanged, self.status

        class Waiter:
            def wait(self, **_: Any) -> None:
                if state == "change_set_create_complete" and unchanged:
                    raise WaiterError(state, "failed", {"StatusReason": "No updates are to be performed."})
                if state == failing and status:
                    raise WaiterError(state, "max attempts", {"Stacks": [{"StackStatus": status}]})
                if state == failing:
                    raise WaiterError(state, "failed", {"StatusReason": "wrong"})

        return Waiter()

    def deployed(self) -> list[tuple[str, dict[str, str]]]:
        """The stacks in the order in which they were asked for, with their parameters."""
        return [
            (
                given["StackName"],
                {each["ParameterKey"]: each["ParameterValue"] for each in given["Parameters"]},
            )
            for operation, given in self.asked
            if operation == "create_change_set"
        ]


@pytest.fixture
def published(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    """What was published, without a bucket."""
    found: list[tuple[Any, ...]] = []

    def publish(place: Place, release: Any, config: Any, *, dry_run: bool) -> list[str]:
        found.append((place.bucket, place.distribution, config, dry_run))
        return []

    monkeypatch.setattr(deploying, "publish", publish)
    return found


def deployment(
    samconfig: Path,
    service: CloudFormation,
    recorded: list[tuple[str, str]] | None = None,
    *,
    is_watched: bool = True,
) -> Deployment:
    stacks = Stacks(service, lambda name, changes: True)

    def place(bucket: str, distribution: str) -> Place:
        return Place(None, None, bucket, distribution)

    def record(table: str, program: str) -> list[str]:
        if recorded is not None:
            recorded.append((table, program))
        return [f"{program}/2026"]

    account = Account("eu-central-1", "123456789012", stacks, stacks, place, record)
    return Deployment(
        read_stage("dev", samconfig),
        account,
        lambda: Template(url="https://s3/t.yaml"),
        lambda _: None,
        is_watched=is_watched,
    )


def without_domain(samconfig: Path) -> None:
    samconfig.write_text(STAGE.replace("DomainName=portal.example.org", "DomainName="))


def test_what_stands_behind_the_address_comes_first_and_each_is_told_what_it_needs(
    samconfig: Path, published: list[tuple[Any, ...]]
) -> None:
    service = CloudFormation()
    recorded: list[tuple[str, str]] = []
    OUTPUTS["portal-dev-web"]["Url"] = "https://portal.example.org"
    try:
        url, version = deployment(samconfig, service, recorded).deploy()
    finally:
        OUTPUTS["portal-dev-web"]["Url"] = "https://d1.cloudfront.net"
    assert url == "https://portal.example.org"
    assert (
        version
        == deploying.release_of(deploying.WEB, "https://cognito-idp.eu-central-1.amazonaws.com").version
    )
    assert [name for name, _ in service.deployed()] == [
        "portal-dev-data",
        "portal-dev-auth",
        "portal-dev",
        "portal-dev-web",
    ]
    assert recorded == [("the-table", "ipma-hr")]
    told = dict(service.deployed())
    assert told["portal-dev-data"] == {"PortalUrl": "https://portal.example.org"}
    assert told["portal-dev"]["PortalUrl"] == "https://portal.example.org"
    assert told["portal-dev"]["TableName"] == "the-table"
    assert told["portal-dev"]["TableStreamArn"] == "arn:the-table/stream/1"
    assert told["portal-dev"]["MalwareProtection"] == "on"
    assert told["portal-dev"]["AlarmTopic"] == told["portal-dev-auth"]["AlarmTopic"] == "arn:alarms"
    assert told["portal-dev-web"]["ApiDomain"] == "abc.execute-api.eu-central-1.amazonaws.com"
    assert told["portal-dev-web"]["ConnectSources"].split() == [
        "https://cognito-idp.eu-central-1.amazonaws.com",
        "https://documents.s3.eu-central-1.amazonaws.com",
        "https://transfers.s3.eu-central-1.amazonaws.com",
    ]
    assert "/recertification/" in told["portal-dev-web"]["Pages"].split()
    protected = [
        given["StackName"] for name, given in service.asked if name == "update_termination_protection"
    ]
    assert protected == ["portal-dev-data", "portal-dev-auth", "portal-dev-web"]
    cognito = {
        "endpoint": "https://cognito-idp.eu-central-1.amazonaws.com",
        "userPoolId": "pool",
        "clientId": "client",
    }
    assert published == [("pages", "E1", {"apiBase": "/api", "cognito": cognito}, False)]


def test_a_restored_table_that_the_settings_name_takes_the_place_of_the_data_stacks(
    samconfig: Path, published: list[tuple[Any, ...]]
) -> None:
    restored = '"TableName=restored", "TableStreamArn=arn:restored/stream/1", "StripeSecret'
    samconfig.write_text(STAGE.replace('"StripeSecret', restored))
    service = CloudFormation(*OUTPUTS)
    recorded: list[tuple[str, str]] = []
    deployment(samconfig, service, recorded).deploy()
    told = dict(service.deployed())["portal-dev"]
    assert (told["TableName"], told["TableStreamArn"]) == ("restored", "arn:restored/stream/1")
    assert told["MalwareProtection"] == "on"
    assert recorded == [("restored", "ipma-hr")]


@pytest.mark.parametrize("region", ["us-east-1", "eu-central-1"])
def test_pages_may_talk_to_where_the_forms_for_uploads_lead(
    region: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    buckets = {"DocumentsBucketName": "our-documents", "TransfersBucketName": "our-transfers"}
    sources = deploying.connect_sources(region, buckets)
    for name, value in {
        "AWS_DEFAULT_REGION": region,
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    aws.s3.cache_clear()
    for bucket in buckets.values():
        form = aws.s3().generate_presigned_post(Bucket=bucket, Key="x")
        assert form["url"].rstrip("/") in sources
    aws.s3.cache_clear()


def test_whoever_has_a_topic_names_it_and_whoever_has_none_is_told_of_none(
    samconfig: Path, published: list[tuple[Any, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    samconfig.write_text(STAGE.replace('"StripeSecret', '"AlarmTopic=arn:own", "StripeSecret'))
    without = {key: value for key, value in OUTPUTS["portal-dev-data"].items() if key != "AlarmTopic"}
    monkeypatch.setitem(OUTPUTS, "portal-dev-data", without)
    service = CloudFormation(*OUTPUTS)
    deployment(samconfig, service).deploy()
    told = dict(service.deployed())
    assert (told["portal-dev"]["AlarmTopic"], told["portal-dev-auth"]["AlarmTopic"]) == ("arn:own", "")


def test_without_a_domain_the_first_deployment_learns_the_address_and_tells_it(
    samconfig: Path, published: list[tuple[Any, ...]]
) -> None:
    without_domain(samconfig)
    service = CloudFormation()
    deployment(samconfig, service).deploy()
    urls = [told["PortalUrl"] for name, told in service.deployed() if name == "portal-dev"]
    assert urls == [NOT_KNOWN_YET, "https://d1.cloudfront.net"]
    again = CloudFormation(*OUTPUTS)
    deployment(samconfig, again).deploy()
    assert len(again.deployed()) == 4
    assert len(published) == 2


NO_ALARMS = {"RollbackTriggers": [], "MonitoringTimeInMinutes": 0}
"""Said, since of what is not said CloudFormation keeps what it was told before."""


def watches(service: CloudFormation) -> dict[str, Any]:
    """What may take each stack's change back, by stack."""
    return {
        given["StackName"]: given["RollbackConfiguration"]
        for name, given in service.asked
        if name == "create_change_set"
    }


def test_an_update_of_the_portal_is_taken_back_by_its_alarms_and_its_first_deployment_is_not(
    samconfig: Path, published: list[tuple[Any, ...]]
) -> None:
    without_domain(samconfig)
    service = CloudFormation(*OUTPUTS)
    deployment(samconfig, service).deploy()
    watched = watches(service)
    both = tuple(
        f"arn:aws:cloudwatch:eu-central-1:123456789012:alarm:portal-dev-{name}"
        for name in ("ReleaseAlarm", "ApiFailuresAlarm")
    )
    assert [each["Arn"] for each in watched["portal-dev"]["RollbackTriggers"]] == list(both)
    assert watched["portal-dev"]["MonitoringTimeInMinutes"] == 10
    assert [watched[name] for name in OUTPUTS if name != "portal-dev"] == [NO_ALARMS] * 3
    new = CloudFormation()
    Stacks(new, lambda *_: True).deploy("portal-dev", Template("x"), {}, rollback=Rollback(both))
    assert watches(new) == {"portal-dev": NO_ALARMS}
    assert new.asked[0][1]["ChangeSetType"] == "CREATE"


def test_what_mends_an_alarm_is_not_taken_back_by_it(
    samconfig: Path, published: list[tuple[Any, ...]]
) -> None:
    """One that is on already would do so at once."""
    service = CloudFormation(*OUTPUTS)
    deployment(samconfig, service, is_watched=False).deploy()
    assert watches(service)["portal-dev"] == UNWATCHED.given() == NO_ALARMS


@pytest.mark.parametrize("options", [[], ["--unwatched"]])
def test_the_command_line_says_whether_an_update_is_watched(
    options: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[bool] = []

    def deployment(stage: Any, is_agreed: bool, *, is_watched: bool) -> Any:
        said.append(is_watched)
        raise Incomplete("far enough")

    monkeypatch.setattr(command_line, "deployment", deployment)
    monkeypatch.setattr(command_line, "check_settings", lambda _: None)
    assert command_line.main(["deploy", "dev", "--yes", *options]) == 1
    assert said == [not options]


def test_an_alarm_that_the_stack_does_not_have_yet_is_not_waited_for(
    samconfig: Path, published: list[tuple[Any, ...]]
) -> None:
    without_domain(samconfig)
    service = CloudFormation(*OUTPUTS, lacking=("ApiFailuresAlarm",))
    deployment(samconfig, service).deploy()
    (watched,) = watches(service)["portal-dev"]["RollbackTriggers"]
    assert watched["Arn"].endswith("-ReleaseAlarm")
    renamed = CloudFormation(*OUTPUTS, lacking=("ApiFailuresAlarm", "ReleaseAlarm"))
    deployment(samconfig, renamed).deploy()
    assert watches(renamed)["portal-dev"] == NO_ALARMS


def test_whoever_may_not_see_the_alarms_does_not_deploy_without_them() -> None:
    class Forbidding(CloudFormation):
        def describe_stack_resource(self, **_: Any) -> dict[str, Any]:
            raise ClientError({"Error": {"Code": "AccessDenied"}}, "DescribeStackResource")

    with pytest.raises(ClientError):
        Stacks(Forbidding("portal-dev"), lambda *_: True).alarm("portal-dev", "ReleaseAlarm")


def test_what_is_asked_of_cloudformation_is_what_it_takes(
    samconfig: Path, published: list[tuple[Any, ...]]
) -> None:
    service = CloudFormation(*OUTPUTS)
    deployment(samconfig, service).deploy()
    deployment(samconfig, service).destroy()
    asked = {name for name, _ in service.asked}
    assert asked == {
        "create_change_set",
        "execute_change_set",
        "update_termination_protection",
        "delete_stack",
    }
    model = boto3.Session().client("cloudformation", region_name="eu-central-1").meta.service_model
    for name, given in service.asked:
        shape = model.operation_model("".join(part.title() for part in name.split("_"))).input_shape
        report = ParamValidator().validate(given, shape)
        assert not report.has_errors(), (name, report.generate_report())


def test_what_a_failed_deployment_just_made_goes_again_although_its_template_keeps_it() -> None:
    """Else its fixed names would be taken when the stack is made anew."""
    service = CloudFormation("portal-dev")
    for name in ("portal-dev", "portal-dev-web"):  # one that changes, one that is new
        Stacks(service, lambda *_: True).deploy(name, Template("x"), {})
    executed = [given for name, given in service.asked if name == "execute_change_set"]
    assert [each["RetainExceptOnCreate"] for each in executed] == [True, True]


def test_nothing_is_changed_that_nobody_agreed_to() -> None:
    service = CloudFormation("portal-dev")
    shown: list[str] = []

    def decline(_: str, changes: list[str]) -> bool:
        shown.extend(changes)
        return False

    with pytest.raises(Declined, match="portal-dev stays"):
        Stacks(service, decline).deploy("portal-dev", Template("x"), {})
    assert shown == ["Modify  Api (Api), REPLACED"]
    assert "execute_change_set" not in [name for name, _ in service.asked]


def test_a_stack_that_would_stay_as_it_is_is_left_alone() -> None:
    service = CloudFormation("portal-dev", unchanged=True)
    assert Stacks(service, lambda *_: False).deploy("portal-dev", Template("x"), {}) == OUTPUTS["portal-dev"]
    assert [name for name, _ in service.asked] == ["create_change_set", "delete_change_set"]


@pytest.mark.parametrize(
    ("failing", "told"),
    [("change_set_create_complete", "wrong"), ("stack_update_complete", "Table: no room")],
)
def test_what_cloudformation_refuses_is_told_in_its_own_words(failing: str, told: str) -> None:
    service = CloudFormation("portal-dev", failing=failing)
    with pytest.raises(NotDeployed, match=told):
        Stacks(service, lambda *_: True).deploy("portal-dev", Template("x"), {})


@pytest.mark.parametrize(
    ("status", "told"),
    [
        (
            "UPDATE_IN_PROGRESS",
            "portal-dev is UPDATE_IN_PROGRESS after 90 minutes, and CloudFormation goes on",
        ),
        ("UPDATE_ROLLBACK_IN_PROGRESS", "Table: no room"),
    ],
)
def test_what_takes_longer_than_we_wait_is_not_said_to_have_failed(status: str, told: str) -> None:
    """A new index on a large table takes hours."""
    service = CloudFormation("portal-dev", failing="stack_update_complete", status=status)
    with pytest.raises(NotDeployed, match=told):
        Stacks(service, lambda *_: True).deploy("portal-dev", Template("x"), {})


def test_where_nobody_answers_nothing_is_done(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def ended(_: str) -> str:
        raise EOFError

    monkeypatch.setattr("builtins.input", ended)
    assert command_line.main(["destroy", "dev"]) == 1
    assert "nobody here to answer" in capsys.readouterr().err
    session = SimpleNamespace(
        region_name="eu-central-1",
        client=lambda name, **_: SimpleNamespace(get_caller_identity=lambda: {"Account": "1", "Arn": "a"}),
    )
    monkeypatch.setattr(command_line.boto3, "Session", lambda: session)
    made: list[Any] = []
    monkeypatch.setattr(command_line, "Stacks", lambda _, agree: made.append(agree))
    command_line.deployment(read_stage("dev"), False)
    assert made[0]("recertification-dev", ["Modify  Api"]) is False, "and the change set goes"


def test_destroying_takes_the_portals_own_stack_and_no_other(samconfig: Path) -> None:
    service = CloudFormation(*OUTPUTS)
    deployment(samconfig, service).destroy()
    assert service.there == set(OUTPUTS) - {"portal-dev"}


def test_destroying_asks_for_the_stacks_name_and_says_what_is_kept(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("builtins.input", lambda _: "yes")
    assert command_line.destroy(argparse.Namespace(stage="dev")) == 1
    told = capsys.readouterr().out
    assert all(f"recertification-dev-{kept}" in told for kept in ("data", "auth", "web"))


class Queues:
    """SQS, with so many messages in each queue."""

    def __init__(self, **waiting: int) -> None:
        self.waiting = waiting

    def get_queue_attributes(self, QueueUrl: str, AttributeNames: list[str]) -> dict[str, Any]:  # noqa: N803
        count = self.waiting.get(QueueUrl, 0)
        return {"Attributes": {"ApproximateNumberOfMessages": "0", AttributeNames[1]: str(count)}}


def test_what_waits_is_counted_wherever_it_waits(samconfig: Path) -> None:
    service = CloudFormation(*OUTPUTS)
    made = deployment(samconfig, service)
    assert made.waiting(Queues(mails=2)) == {"MailsQueue": 2}
    assert made.waiting(Queues()) == {}
    assert deployment(samconfig, CloudFormation()).waiting(Queues(mails=2)) == {}


@pytest.mark.parametrize(
    ("typed", "is_gone"),
    [("recertification-dev", False), ("yes", False), ("lose 7", False), ("lose 9", True)],
)
def test_queues_that_hold_messages_are_not_deleted_before_a_second_yes(
    typed: str, is_gone: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    answers = iter(["recertification-dev", typed])
    monkeypatch.setattr("builtins.input", lambda _: next(answers))
    destroyed: list[bool] = []
    made = SimpleNamespace(
        waiting=lambda _: {"MailsQueue": 7, "JobsDeadLetters": 2}, destroy=lambda: destroyed.append(True)
    )
    monkeypatch.setattr(command_line, "deployment", lambda *_: made)
    monkeypatch.setattr(command_line.boto3, "client", lambda _: None)
    assert command_line.destroy(argparse.Namespace(stage="dev")) == (0 if is_gone else 1)
    assert destroyed == [True] * is_gone
    told = capsys.readouterr().out
    assert "MailsQueue: 7" in told
    assert "/aws/lambda/recertification-dev" in told


def test_an_examples_value_is_asked_for_once_and_written_for_this_stage_alone(samconfig: Path) -> None:
    questions: list[str] = []

    def ask(question: str) -> str:
        questions.append(question)
        return " mail@hr.example " if question.startswith("SenderAddress") else ""

    with pytest.raises(Incomplete, match="portal-dev-web: DomainName"):
        check_settings(read_stage("dev", samconfig))
    ask_for_examples(read_stage("dev", samconfig), ask, samconfig)
    assert [question.split(":")[0] for question in questions] == ["SenderAddress", "DomainName"]
    assert "CloudFront gives" in questions[1]
    stage = read_stage("dev", samconfig)
    check_settings(stage)
    assert (
        stage.auth.parameters["SenderAddress"]
        == stage.portal.parameters["SenderAddress"]
        == "mail@hr.example"
    )
    assert stage.web.parameters == {"DomainName": "", "Firewall": "off"}
    text = samconfig.read_text()
    assert text.count("mail@example.org") == 1, "the other stage keeps its own"
    assert text.endswith(
        '# comment\n[prod.deploy.parameters]\nparameter_overrides = ["SenderAddress=mail@example.org"]\n'
    )


def of_the_shipped(tmp_path: Path) -> Path:
    """A copy of the shipped settings that may be written."""
    copy = tmp_path / "samconfig.toml"
    copy.write_text(SAMCONFIG.read_text())
    return copy


def test_an_answer_that_one_of_its_stacks_would_not_take_is_asked_for_again(tmp_path: Path) -> None:
    """Else data and log-ins would be made, and the portal's own stack then refused, with the answer written down."""
    copy = of_the_shipped(tmp_path)
    given = iter(["", "nobody", "mail@hr.example"])
    asked: list[str] = []

    def ask(question: str) -> str:
        if "SenderAddress: " not in question:
            return ""
        asked.append(question)
        return next(given)

    ask_for_examples(read_stage("prod", copy), ask, copy)
    assert "it is needed" in asked[0]
    assert asked[1].startswith("recertification-prod does not take ''. SenderAddress: ")
    assert asked[2].startswith("recertification-prod does not take 'nobody'. ")
    stage = read_stage("prod", copy)
    check_settings(stage)
    assert stage.portal.parameters["SenderAddress"] == "mail@hr.example"


def test_answers_that_do_not_go_together_are_not_written(tmp_path: Path) -> None:
    copy = of_the_shipped(tmp_path)
    given = {"SenderAddress": "mail@hr.example", "DomainName": "portal.hr.example"}
    with pytest.raises(Incomplete, match="recertification-dev-web: DomainName needs HostedZoneId or Cert"):
        ask_for_examples(
            read_stage("dev", copy), lambda question: given.get(question.partition(":")[0], ""), copy
        )
    assert copy.read_text() == SAMCONFIG.read_text()
    given["HostedZoneId"] = "Z1"
    ask_for_examples(
        read_stage("dev", copy), lambda question: given.get(question.partition(":")[0], ""), copy
    )
    check_settings(read_stage("dev", copy))


@pytest.mark.parametrize("wrong", ["SenderAddress=", "LogLevel=ERROR", "NoSuchParameter=1"])
def test_where_nothing_is_asked_what_a_stack_would_not_take_ends_it_beforehand(
    wrong: str, samconfig: Path
) -> None:
    ours = STAGE.replace("example.org", "hr.example").replace("DomainName=portal.hr.example", "DomainName=")
    samconfig.write_text(ours)
    check_settings(read_stage("dev", samconfig))
    samconfig.write_text(ours.replace('stripe", "SenderAddress=mail@hr.example"', f'stripe", "{wrong}"'))
    with pytest.raises(Incomplete, match=f"portal-dev does not take {wrong}"):
        check_settings(read_stage("dev", samconfig))


@pytest.mark.parametrize("name", ["dev", "prod"])
def test_the_first_deployment_asks_whom_alarms_go_to(name: str, tmp_path: Path) -> None:
    copy = of_the_shipped(tmp_path)
    asked: list[str] = []

    def ask(question: str) -> str:
        asked.append(question)
        return "mail@hr.example" if question.startswith("SenderAddress") else ""

    ask_for_examples(read_stage(name, copy), ask, copy)
    (question,) = [each for each in asked if each.startswith("AlarmAddress: ")]
    assert "mail address that alarms" in question


def test_a_stage_that_is_not_there_is_refused_by_name(samconfig: Path) -> None:
    with pytest.raises(Incomplete, match=r"no stage staging"):
        read_stage("staging", samconfig)


@pytest.mark.parametrize("name", ["dev", "prod"])
def test_the_shipped_stages_can_be_read_and_name_only_parameters_that_there_are(name: str) -> None:
    stage = read_stage(name)
    assert stage.secrets() == [
        f"/recertification/{name}/stripe-{kind}" for kind in ("secret-key", "webhook-secret")
    ]
    for stack in stage.stacks():
        declared = deploying.Template.of(stack.template).body
        for parameter in stack.parameters:
            assert f"\n  {parameter}:\n" in declared
        assert stack == stage.portal or len(declared.encode()) <= 51_200, (
            "it would have to be sent by way of S3"
        )
    with pytest.raises(Incomplete):
        check_settings(stage)


def dry_run(*given: str) -> str:
    """What `make deploy` would do, given this besides."""
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))
    }
    environment |= {"ARCH": "x86_64", "STAGE": "dev"}
    command = ["make", "--dry-run", "deploy", *given]
    return subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    ).stdout


def test_make_deploys_watched_unless_told_not_to() -> None:
    assert "--unwatched" not in dry_run()
    assert "deploy dev  --unwatched\n" in dry_run("WATCH=off")


@pytest.mark.parametrize("given", [[], ["ARCH=host"]], ids=["", "of another processor"])
def test_what_is_deployed_is_what_was_just_built_for_lambdas_processor(given: list[str]) -> None:
    """ARCH is a name that environments have too."""
    told = dry_run(*given, "build-PointsFunction", "ARTIFACTS_DIR=made")
    built, deployed = told.index("infrastructure.built .aws-sam/build\n"), told.index("deployment deploy dev")
    assert built < deployed
    assert "--build-dir" not in told
    assert f'PointsFunction "made" --arch {"host" if given else "arm64"}' in told


def test_help_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        command_line.main(["--help"])
    assert ended.value.code == 0
    told = capsys.readouterr().out
    assert all(name in told for name in command_line.COMMANDS)


def test_the_pages_of_a_stage_that_is_not_there_are_not_published(samconfig: Path) -> None:
    with pytest.raises(Incomplete, match="portal-dev-auth is not deployed"):
        deployment(samconfig, CloudFormation(), []).publish()
    with pytest.raises(Incomplete, match="portal-dev-web is not deployed"):
        deployment(samconfig, CloudFormation("portal-dev-auth"), []).publish()


def test_stages_that_are_deployed_at_once_have_a_template_each(tmp_path: Path) -> None:
    kept: dict[str, bytes] = {}

    class Bucket:
        def put_object(self, *, Bucket: str, Key: str, Body: bytes) -> None:  # noqa: N803 (AWS's own names)
            kept[f"https://{Bucket}.s3.eu-central-1.amazonaws.com/{Key}"] = Body

    packaged = tmp_path / "packaged.yaml"
    for stack, text in (("portal-dev", "one"), ("portal-prod", "one"), ("portal-prod", "another")):
        packaged.write_text(text)
        template = template_in_s3("code", packaged, stack, Bucket(), "eu-central-1")
        assert kept[str(template.url)] == text.encode()
    assert len(kept) == 3


def test_the_bucket_of_the_code_is_read_from_the_packaged_template(tmp_path: Path) -> None:
    packaged = tmp_path / "packaged.yaml"
    packaged.write_text("CodeUri: s3://aws-sam-cli-managed-default/portal-dev/abc\n")
    assert command_line.bucket_of(packaged) == "aws-sam-cli-managed-default"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["deploy", "dev", "--yes"], "still has the example's values"),
        (["publish", "staging"], "no stage staging"),
        (["publish", "dev"], "specify a region"),
    ],
)
def test_what_cannot_be_done_is_told_in_a_sentence(
    arguments: list[str], told: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("AWS_DEFAULT_REGION", "AWS_REGION", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", "/dev/null")
    assert command_line.main(arguments) == 1
    assert told in capsys.readouterr().err
