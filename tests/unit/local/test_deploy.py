"""The deployer makes what it knows and names what it does not: resource, type and property."""

from pathlib import Path
from typing import Any

import pytest

from infrastructure.local import no_local_effect
from infrastructure.local.deploy import Deployed, deploy, plan
from infrastructure.local.intrinsics import DeployError
from infrastructure.local.project import portal
from infrastructure.local.template import QueueSource, Schedule, StreamSource

HEAD = "Transform: AWS::Serverless-2016-10-31\n"


class Recorder:
    """Stands for every AWS client: notes the calls and answers what the makers read."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, dict[str, Any]]] = []

    def __call__(self, service: str) -> "Recorder":
        return self

    def __getattr__(self, operation: str) -> Any:
        def call(**request: Any) -> dict[str, Any]:
            self.calls.append((operation, request))
            return {
                "UserPool": {"Id": "us-east-1_pool"},
                "UserPoolClient": {"ClientId": "client"},
                "TableDescription": {"LatestStreamArn": "arn:x/stream/2027"},
                "QueueUrl": f"http://sqs/{request.get('QueueName')}",
            }

        return call

    def of(self, operation: str) -> dict[str, Any]:
        return next(request for name, request in self.calls if name == operation)


def deployed_from(tmp_path: Path, text: str, **parameters: str) -> tuple[Deployed, Recorder]:
    path = tmp_path / "template.yaml"
    path.write_text(text)
    deployed, recorder = Deployed(), Recorder()
    deploy(plan(path, "portal", parameters), recorder, deployed)
    return deployed, recorder


def resource(kind: str, properties: str) -> str:
    return f"Resources:\n  Thing:\n    Type: {kind}\n    Properties: {properties}\n"


def test_an_unknown_type_is_named(tmp_path: Path) -> None:
    with pytest.raises(DeployError, match=r"Thing.*AWS::Kinesis::Stream"):
        deployed_from(tmp_path, resource("AWS::Kinesis::Stream", "{ShardCount: 1}"))


@pytest.mark.parametrize(
    ("kind", "properties", "name"),
    [
        (
            "AWS::DynamoDB::Table",
            "{AttributeDefinitions: [], KeySchema: [], KinesisStreamSpecification: {}}",
            "Kinesis",
        ),
        ("AWS::S3::Bucket", "{WebsiteConfiguration: {}}", "WebsiteConfiguration"),
        (
            "AWS::S3::Bucket",
            "{NotificationConfiguration: {QueueConfigurations: []}}",
            "NotificationConfiguration",
        ),
        (
            "AWS::S3::Bucket",
            "{LifecycleConfiguration: {Rules: [{Status: Enabled, Transitions: []}]}}",
            "Transitions",
        ),
        ("AWS::SQS::Queue", "{FifoQueue: true}", "FifoQueue"),
        (
            "AWS::Events::Rule",
            "{EventPattern: {source: [x]}, Targets: [{Id: a, Arn: 'arn:aws:lambda:us-east-1:1:function:f'}]}",
            "only feed queues",
        ),
        (
            "AWS::Events::Rule",
            "{EventPattern: {}, Targets: [{Id: a, Arn: 'arn:aws:sqs:us-east-1:1:q', Input: '{}'}]}",
            "Input",
        ),
        (
            "AWS::Events::Rule",
            "{EventPattern: {detail: {key: [{unheard-of: 'a*'}]}}, Targets: []}",
            "unheard-of",
        ),
        ("AWS::Events::Rule", "{EventPattern: {}, Targets: [], EventBusName: own}", "EventBusName"),
        ("AWS::Cognito::UserPool", "{LambdaConfig: {}}", "LambdaConfig"),
        ("AWS::Cognito::UserPool", "{MfaConfiguration: 'ON'}", "MfaConfiguration"),
        ("AWS::Cognito::UserPoolClient", "{UserPoolId: p, GenerateSecret: true}", "GenerateSecret"),
        (
            "AWS::Scheduler::Schedule",
            "{ScheduleExpression: rate(1 day), Target: {Arn: 'arn:aws:sns:x'}}",
            "arn:aws:sns:x",
        ),
    ],
)
def test_an_unknown_property_is_named(tmp_path: Path, kind: str, properties: str, name: str) -> None:
    with pytest.raises(DeployError, match=name):
        deployed_from(tmp_path, resource(kind, properties))


@pytest.mark.parametrize(
    ("properties", "name"),
    [
        ("{Handler: a.b, CodeUri: ., Runtime: python3.13, VpcConfig: {SubnetIds: [x]}}", "VpcConfig"),
        (
            (
                "{Handler: a.b, CodeUri: ., Runtime: python3.13, Events: {Q: {Type: SQS, Properties: "
                "{Queue: 'arn:aws:sqs:us-east-1:1:q', FilterCriteria: {Filters: [{Pattern: '{}'}]}}}}}"
            ),
            "FilterCriteria",
        ),
        (
            (
                "{Handler: a.b, CodeUri: ., Runtime: python3.13, Events: {K: {Type: Kinesis, Properties: "
                "{Stream: 'arn:aws:kinesis:us-east-1:1:stream/s', StartingPosition: LATEST}}}}"
            ),
            "kinesis",
        ),
    ],
)
def test_what_a_function_asks_for_in_vain_is_named(tmp_path: Path, properties: str, name: str) -> None:
    with pytest.raises(DeployError, match=name):
        deployed_from(tmp_path, HEAD + resource("AWS::Serverless::Function", properties))


def test_a_table_is_made_with_its_indexes_stream_and_time_to_live(tmp_path: Path) -> None:
    text = resource(
        "AWS::DynamoDB::Table",
        """
      BillingMode: PAY_PER_REQUEST
      DeletionProtectionEnabled: true
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true }
      StreamSpecification: { StreamViewType: NEW_AND_OLD_IMAGES }
      TimeToLiveSpecification: { AttributeName: gone_at, Enabled: true }
      AttributeDefinitions: [{ AttributeName: PK, AttributeType: S }]
      KeySchema: [{ AttributeName: PK, KeyType: HASH }]
      GlobalSecondaryIndexes: [{ IndexName: GSI1 }]""",
    )
    deployed, recorder = deployed_from(tmp_path, text)
    made = recorder.of("create_table")
    assert made["TableName"] == "portal-Thing"
    assert made["StreamSpecification"] == {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"}
    assert made["GlobalSecondaryIndexes"] == [{"IndexName": "GSI1"}]
    assert recorder.of("update_time_to_live")["TimeToLiveSpecification"]["AttributeName"] == "gone_at"
    assert "DeletionProtectionEnabled" not in made
    attributes = deployed.resources["Thing"].attributes
    assert attributes["StreamArn"] == "arn:aws:dynamodb:us-east-1:123456789012:table/portal-Thing/stream/2027"
    deployed.resources["Thing"].empty()
    assert [name for name, _ in recorder.calls].count("create_table") == 2


def test_a_bucket_is_made_with_cors_versions_and_lifecycle(tmp_path: Path) -> None:
    text = resource(
        "AWS::S3::Bucket",
        """
      VersioningConfiguration: { Status: Enabled }
      CorsConfiguration:
        CorsRules: [{ AllowedOrigins: [x], AllowedMethods: [POST], ExposedHeaders: [ETag], MaxAge: 5 }]
      LifecycleConfiguration:
        Rules: [{ Id: old, Status: Enabled, ExpirationInDays: 9, NoncurrentVersionExpiration: { NoncurrentDays: 3 } }]
      NotificationConfiguration: { EventBridgeConfiguration: { EventBridgeEnabled: true } }""",
    )
    _, recorder = deployed_from(tmp_path, text)
    assert recorder.of("put_bucket_cors")["CORSConfiguration"]["CORSRules"] == [
        {"AllowedOrigins": ["x"], "AllowedMethods": ["POST"], "ExposeHeaders": ["ETag"], "MaxAgeSeconds": 5}
    ]
    assert recorder.of("put_bucket_versioning")["VersioningConfiguration"] == {"Status": "Enabled"}
    assert recorder.of("put_bucket_lifecycle_configuration")["LifecycleConfiguration"]["Rules"] == [
        {
            "ID": "old",
            "Filter": {"Prefix": ""},
            "Status": "Enabled",
            "Expiration": {"Days": 9},
            "NoncurrentVersionExpiration": {"NoncurrentDays": 3},
        }
    ]
    assert "put_bucket_notification_configuration" in [name for name, _ in recorder.calls]


def test_what_runs_is_read_from_the_translated_template(tmp_path: Path) -> None:
    text = (
        HEAD
        + """
Resources:
  Queue:
    Type: AWS::SQS::Queue
    Properties: { RedrivePolicy: { deadLetterTargetArn: !GetAtt Dead.Arn, maxReceiveCount: 2 } }
  Dead: { Type: AWS::SQS::Queue }
  Worker:
    Type: AWS::Serverless::Function
    Properties:
      Handler: functions.send_reminders.handler.handler
      CodeUri: code
      Runtime: python3.13
      Timeout: 40
      Environment: { Variables: { URL: !Ref Queue, FLAG: true } }
      Events:
        Queue:
          Type: SQS
          Properties: { Queue: !GetAtt Queue.Arn, BatchSize: 4, ScalingConfig: { MaximumConcurrency: 3 } }
        Table:
          Type: DynamoDB
          Properties:
            Stream: arn:aws:dynamodb:us-east-1:123456789012:table/things/stream/1
            StartingPosition: LATEST
            MaximumRetryAttempts: 5
            FunctionResponseTypes: [ReportBatchItemFailures]
        Night:
          Type: ScheduleV2
          Properties: { ScheduleExpression: rate(1 day), ScheduleExpressionTimezone: Europe/Paris, Input: '{"a":1}' }
"""
    )
    deployed, recorder = deployed_from(tmp_path, text)
    runs = deployed.runnables()
    function = runs.functions["Worker"]
    assert function.code == tmp_path / "code"
    assert (function.folder, function.job, function.timeout) == ("send_reminders", "send-reminders", 40)
    assert function.environment == {"URL": "http://sqs/portal-Queue", "FLAG": "true"}
    arn = "arn:aws:sqs:us-east-1:123456789012:portal-Queue"
    assert runs.queues == (QueueSource("Worker", "portal-Queue", arn, 4, False, 3),)
    assert runs.streams == (StreamSource("Worker", "things", 4 * 25, True, 5),)
    assert runs.schedules == (Schedule("WorkerNight", "Worker", "rate(1 day)", "Europe/Paris", '{"a":1}'),)
    assert [request["QueueName"] for name, request in recorder.calls if name == "create_queue"] == [
        "portal-Dead",
        "portal-Queue",
    ]


def test_the_portals_own_templates_deploy(tmp_path: Path) -> None:
    project, deployed, recorder = portal(), Deployed(), Recorder()
    for name, path in project.stacks:
        deploy(
            plan(path, name, project.parameters("http://localhost:8000"), project.root), recorder, deployed
        )
    assert {"UserPoolId", "UserPoolClientId", "TableName", "LoginsQueueUrl"} <= set(deployed.outputs)
    routes = {route.key: route for route in deployed.routes}
    assert routes["$default"].authorizer is None
    assert routes["GET /api/me"].authorizer is not None
    assert routes["GET /api/me"].authorizer.audience == ("client",)


def test_each_thing_without_local_effect_has_a_reason() -> None:
    reasons = [*no_local_effect.TYPES.values()]
    for properties in no_local_effect.PROPERTIES.values():
        reasons += properties.values()
    assert all(len(reason) > 8 for reason in reasons)
