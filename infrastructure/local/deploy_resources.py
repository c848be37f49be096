"""How each type of resource is made in the emulators, and how it is emptied again."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from infrastructure.local import no_local_effect
from infrastructure.local.account import ACCOUNT_ID, REGION
from infrastructure.local.intrinsics import DeployError

_MISSING = object()


class Properties:
    """The properties of one resource; each must be taken, or stand among those that change nothing locally."""

    def __init__(
        self, logical_id: str, kind: str, values: Mapping[str, Any], without_effect: Iterable[str] = ()
    ) -> None:
        self.logical_id = logical_id
        self.kind = kind
        self._values = dict(values)
        self._without_effect = {*without_effect, *no_local_effect.PROPERTIES.get(kind, {})}

    def has(self, name: str) -> bool:
        """Whether the property is given and not yet taken."""
        return name in self._values

    def take(self, name: str, default: Any = _MISSING) -> Any:
        """The value of a property, which thereby counts as known."""
        if name not in self._values and default is _MISSING:
            raise DeployError(f"{self.logical_id} ({self.kind}): the property {name} is missing.")
        return self._values.pop(name, default)

    def take_all(self, *names: str) -> dict[str, Any]:
        """Those of the properties that are given."""
        return {name: self.take(name) for name in names if self.has(name)}

    def refuse(self, name: str, why: str) -> DeployError:
        """An error about one property."""
        return DeployError(f"{self.logical_id} ({self.kind}): {name}: {why}")

    def refuse_rest(self) -> None:
        """Fail loudly if a property was neither taken nor is known to change nothing."""
        for name in self._values:
            if name not in self._without_effect:
                raise self.refuse(name, "the local stack does not know this property.")


@dataclass(frozen=True)
class Made:
    """A made resource: what `Ref` and `GetAtt` say of it, and how to empty it if the AWS process cannot."""

    ref: str
    attributes: Mapping[str, str] = field(default_factory=dict)
    empty: Callable[[], None] = lambda: None


@dataclass(frozen=True)
class Making:
    """What a maker works with: the physical name, the properties and the clients by service."""

    name: str
    properties: Properties
    client: Callable[[str], Any]


def make_table(making: Making) -> Made:
    """A DynamoDB table with indexes, stream and time to live."""
    properties = making.properties
    name = properties.take("TableName", making.name)
    table = properties.take_all("AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes", "BillingMode")
    if properties.has("StreamSpecification"):
        table["StreamSpecification"] = {"StreamEnabled": True, **properties.take("StreamSpecification")}
    life = properties.take("TimeToLiveSpecification", None)
    dynamodb = making.client("dynamodb")

    def create() -> str:
        created = dynamodb.create_table(TableName=name, **table)["TableDescription"]
        if life:
            dynamodb.update_time_to_live(TableName=name, TimeToLiveSpecification=life)
        return str(created.get("LatestStreamArn", ""))

    def empty() -> None:
        dynamodb.delete_table(TableName=name)
        create()

    label = create().rsplit("/", 1)[-1]
    arn = f"arn:aws:dynamodb:{REGION}:{ACCOUNT_ID}:table/{name}"
    return Made(name, {"Arn": arn, "StreamArn": f"{arn}/stream/{label}"}, empty)


def make_bucket(making: Making) -> Made:
    """An S3 bucket with CORS, versions, lifecycle and EventBridge notifications."""
    properties = making.properties
    name = properties.take("BucketName", making.name.lower())
    s3 = making.client("s3")
    s3.create_bucket(Bucket=name)
    if properties.has("CorsConfiguration"):
        rules = [
            _renamed(rule, {"ExposedHeaders": "ExposeHeaders", "MaxAge": "MaxAgeSeconds", "Id": "ID"})
            for rule in properties.take("CorsConfiguration")["CorsRules"]
        ]
        s3.put_bucket_cors(Bucket=name, CORSConfiguration={"CORSRules": rules})
    if properties.has("VersioningConfiguration"):
        s3.put_bucket_versioning(
            Bucket=name, VersioningConfiguration=properties.take("VersioningConfiguration")
        )
    if properties.has("LifecycleConfiguration"):
        rules = [_lifecycle_rule(making, rule) for rule in properties.take("LifecycleConfiguration")["Rules"]]
        s3.put_bucket_lifecycle_configuration(Bucket=name, LifecycleConfiguration={"Rules": rules})
    if properties.has("NotificationConfiguration"):
        wanted = properties.take("NotificationConfiguration")
        if set(wanted) != {"EventBridgeConfiguration"}:
            raise properties.refuse("NotificationConfiguration", "only EventBridge is told locally.")
        notification: dict[str, Any] = {"EventBridgeConfiguration": {}}
        s3.put_bucket_notification_configuration(Bucket=name, NotificationConfiguration=notification)

    def empty() -> None:
        for page in s3.get_paginator("list_object_versions").paginate(Bucket=name):
            for item in [*page.get("Versions", []), *page.get("DeleteMarkers", [])]:
                s3.delete_object(Bucket=name, Key=item["Key"], VersionId=item["VersionId"])

    domain = f"{name}.s3.{REGION}.amazonaws.com"
    attributes = {"Arn": f"arn:aws:s3:::{name}", "DomainName": domain, "RegionalDomainName": domain}
    return Made(name, attributes, empty)


def _lifecycle_rule(making: Making, rule: Mapping[str, Any]) -> dict[str, Any]:
    values = dict(rule)
    made: dict[str, Any] = {"Filter": {"Prefix": values.pop("Prefix", "")}, "Status": values.pop("Status")}
    if "Id" in values:
        made["ID"] = values.pop("Id")
    if "ExpirationInDays" in values:
        made["Expiration"] = {"Days": int(values.pop("ExpirationInDays"))}
    for name in ("AbortIncompleteMultipartUpload", "NoncurrentVersionExpiration"):
        if name in values:
            made[name] = {key: int(value) for key, value in values.pop(name).items()}
    if values:
        raise making.properties.refuse(
            "LifecycleConfiguration", f"the local stack does not know {sorted(values)}."
        )
    return made


def _renamed(values: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    return {names.get(name, name): value for name, value in values.items()}


def make_queue(making: Making) -> Made:
    """An SQS queue, with its dead-letter queue if it names one."""
    properties = making.properties
    name = properties.take("QueueName", making.name)
    attributes = {
        key: str(value)
        for key, value in properties.take_all(
            "DelaySeconds",
            "MaximumMessageSize",
            "MessageRetentionPeriod",
            "ReceiveMessageWaitTimeSeconds",
            "VisibilityTimeout",
        ).items()
    }
    if properties.has("RedrivePolicy"):
        attributes["RedrivePolicy"] = json.dumps(properties.take("RedrivePolicy"))
    sqs = making.client("sqs")
    url = sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
    arn = f"arn:aws:sqs:{REGION}:{ACCOUNT_ID}:{name}"
    return Made(url, {"Arn": arn, "QueueName": name, "QueueUrl": url})


_KNOWN_FILTERS = {
    "anything-but",
    "cidr",
    "equals-ignore-case",
    "exists",
    "numeric",
    "prefix",
    "suffix",
    "wildcard",
}
"""What moto tries in an event pattern; whatever else EventBridge knows would quietly never fit."""


def make_rule(making: Making) -> Made:
    """A rule of the default event bus, which hands what fits its pattern to queues."""
    properties = making.properties
    name = properties.take("Name", making.name)
    pattern, targets = properties.take("EventPattern"), properties.take("Targets")
    for tried in _filters(pattern):
        if isinstance(tried, Mapping) and not set(tried) <= _KNOWN_FILTERS:
            raise properties.refuse("EventPattern", f"the local stack does not know {sorted(tried)}.")
    events = making.client("events")
    events.put_rule(Name=name, EventPattern=json.dumps(pattern), State=properties.take("State", "ENABLED"))
    for target in targets:
        rest = Properties(properties.logical_id, properties.kind, target, ("DeadLetterConfig", "RetryPolicy"))
        arn = rest.take("Arn")
        if not arn.startswith("arn:aws:sqs:"):
            raise properties.refuse("Targets", "locally rules only feed queues.")
        made = {"Id": rest.take("Id"), "Arn": arn}
        rest.refuse_rest()
        answer = events.put_targets(Rule=name, Targets=[made])
        if answer.get("FailedEntryCount"):
            raise properties.refuse("Targets", f"{arn} was not taken.")
    return Made(name, {"Arn": f"arn:aws:events:{REGION}:{ACCOUNT_ID}:rule/{name}"})


def _filters(pattern: Any) -> Iterable[Any]:
    """All that an event pattern tries values against; what is no mapping or list is tried as it is."""
    if isinstance(pattern, list):
        return pattern
    return [each for nested in pattern.values() for each in _filters(nested)]


def make_user_pool(making: Making) -> Made:
    """A Cognito user pool."""
    properties = making.properties
    cognito = making.client("cognito-idp")
    mfa = properties.take("MfaConfiguration", "OFF")
    if mfa not in ("OFF", "OPTIONAL"):
        raise properties.refuse("MfaConfiguration", "a second factor for everybody is not emulated.")
    pool = properties.take_all(
        "AccountRecoverySetting",
        "AdminCreateUserConfig",
        "AliasAttributes",
        "AutoVerifiedAttributes",
        "EmailVerificationMessage",
        "EmailVerificationSubject",
        "Policies",
        "Schema",
        "UserAttributeUpdateSettings",
        "UsernameConfiguration",
        "VerificationMessageTemplate",
    )
    name = properties.take("UserPoolName", making.name)
    pool_id = cognito.create_user_pool(PoolName=name, MfaConfiguration=mfa, **pool)["UserPool"]["Id"]
    factors = properties.take("EnabledMfas", [])
    if set(factors) - {"SOFTWARE_TOKEN_MFA"}:
        raise properties.refuse("EnabledMfas", "only authenticator apps are emulated.")
    if factors:
        enabled = {"Enabled": True}
        cognito.set_user_pool_mfa_config(
            UserPoolId=pool_id, MfaConfiguration=mfa, SoftwareTokenMfaConfiguration=enabled
        )

    provider = f"cognito-idp.{REGION}.amazonaws.com/{pool_id}"
    arn = f"arn:aws:cognito-idp:{REGION}:{ACCOUNT_ID}:userpool/{pool_id}"
    attributes = {
        "Arn": arn,
        "ProviderName": provider,
        "ProviderURL": f"https://{provider}",
        "UserPoolId": pool_id,
    }
    return Made(pool_id, attributes)


def make_user_pool_client(making: Making) -> Made:
    """An app client of a user pool."""
    client = making.properties.take_all(
        "AccessTokenValidity",
        "AuthSessionValidity",
        "ClientName",
        "EnableTokenRevocation",
        "ExplicitAuthFlows",
        "GenerateSecret",
        "IdTokenValidity",
        "PreventUserExistenceErrors",
        "ReadAttributes",
        "RefreshTokenRotation",
        "RefreshTokenValidity",
        "TokenValidityUnits",
        "UserPoolId",
        "WriteAttributes",
    )
    if client.get("GenerateSecret"):
        raise making.properties.refuse("GenerateSecret", "a browser keeps no secret.")
    client.setdefault("ClientName", making.name)
    created = making.client("cognito-idp").create_user_pool_client(**client)["UserPoolClient"]
    return Made(created["ClientId"], {"ClientId": created["ClientId"]})


def make_group(making: Making) -> Made:
    """A group of a user pool."""
    group = making.properties.take_all("Description", "GroupName", "Precedence", "UserPoolId")
    making.client("cognito-idp").create_group(**group)
    return Made(group["GroupName"])


def make_parameter(making: Making) -> Made:
    """An SSM parameter."""
    name = making.properties.take("Name", making.name)
    value, kind = making.properties.take("Value"), making.properties.take("Type")
    making.client("ssm").put_parameter(Name=name, Value=value, Type=kind)
    return Made(name, {"Type": kind, "Value": value})


def make_email_identity(making: Making) -> Made:
    """An SES identity, which is verified at once."""
    identity = making.properties.take("EmailIdentity")
    making.client("sesv2").create_email_identity(EmailIdentity=identity)
    return Made(identity)


MAKERS: Mapping[str, Callable[[Making], Made]] = {
    "AWS::Cognito::UserPool": make_user_pool,
    "AWS::Cognito::UserPoolClient": make_user_pool_client,
    "AWS::Cognito::UserPoolGroup": make_group,
    "AWS::DynamoDB::Table": make_table,
    "AWS::Events::Rule": make_rule,
    "AWS::S3::Bucket": make_bucket,
    "AWS::SES::EmailIdentity": make_email_identity,
    "AWS::SQS::Queue": make_queue,
    "AWS::SSM::Parameter": make_parameter,
}
