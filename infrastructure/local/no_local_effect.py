"""What a template may say although it changes nothing locally, each with the reason; whatever is not here must work."""

from collections.abc import Mapping

TYPES: Mapping[str, str] = {
    "AWS::CertificateManager::Certificate": "connections to a laptop's own address are not encrypted",
    "AWS::CloudFront::CloudFrontOriginAccessIdentity": "the gateway serves web/ and /api itself",
    "AWS::CloudFront::Distribution": "the gateway serves web/ and /api itself",
    "AWS::CloudFront::Function": "the gateway knows directory indexes",
    "AWS::CloudFront::OriginAccessControl": "the gateway serves web/ and /api itself",
    "AWS::CloudFront::ResponseHeadersPolicy": "the gateway sends the security headers",
    "AWS::CloudWatch::Alarm": "nobody is on call for a laptop",
    "AWS::CloudWatch::Dashboard": "there are no metrics to show",
    "AWS::GuardDuty::MalwareProtectionPlan": "no scanner runs locally",
    "AWS::IAM::ManagedPolicy": "no permission is checked locally; tests hold the policies to the calls",
    "AWS::IAM::Policy": "no permission is checked locally; tests hold the policies to the calls",
    "AWS::IAM::Role": "no permission is checked locally; tests hold the policies to the calls",
    "AWS::Lambda::LayerVersion": "functions run with the environment's own packages",
    "AWS::Lambda::Permission": "no permission is checked locally",
    "AWS::Logs::Delivery": "the gateway keeps no access log",
    "AWS::Logs::DeliveryDestination": "the gateway keeps no access log",
    "AWS::Logs::DeliverySource": "the gateway keeps no access log",
    "AWS::Logs::LogGroup": "functions log into a file",
    "AWS::Logs::MetricFilter": "there are no metrics to show",
    "AWS::Route53::RecordSetGroup": "localhost has its address already",
    "AWS::S3::BucketPolicy": "no permission is checked locally, and connections are not encrypted",
    "AWS::SES::ConfigurationSet": "no mail bounces locally",
    "AWS::SES::ConfigurationSetEventDestination": "no mail bounces locally",
    "AWS::SNS::Topic": "topics only carry alarms",
    "AWS::SNS::TopicPolicy": "topics only carry alarms",
    "AWS::SQS::QueuePolicy": "no permission is checked locally",
    "AWS::WAFv2::WebACL": "no firewall stands before a laptop",
    "AWS::WAFv2::WebACLAssociation": "no firewall stands before a laptop",
}

_NO_TAGS = "nobody sorts bills by tags here"
_NO_ENCRYPTION = "nothing is stored longer than the process lives"

PROPERTIES: Mapping[str, Mapping[str, str]] = {
    "AWS::ApiGatewayV2::Api": {
        "Tags": _NO_TAGS,
    },
    "AWS::ApiGatewayV2::Stage": {
        "AccessLogSettings": "the gateway keeps no access log",
        "AutoDeploy": "what is deployed is served",
        "DefaultRouteSettings": "one laptop needs no throttle",
        "RouteSettings": "one laptop needs no throttle",
        "Tags": _NO_TAGS,
    },
    "AWS::Cognito::UserPool": {
        "DeletionProtection": "the pool lives as long as the process",
        "EmailConfiguration": "every mail goes to the outbox",
        "UserPoolAddOns": "no risk is scored locally",
        "UserPoolTags": _NO_TAGS,
        "UserPoolTier": "nothing is charged",
    },
    "AWS::DynamoDB::Table": {
        "DeletionProtectionEnabled": "a reset empties the table by making it anew",
        "PointInTimeRecoverySpecification": "neither emulator restores",
        "SSESpecification": _NO_ENCRYPTION,
        "Tags": _NO_TAGS,
    },
    "AWS::Events::Rule": {"Description": "for people"},
    "AWS::Lambda::EventSourceMapping": {
        "BisectBatchOnFunctionError": "failed records are reported one by one",
        "MaximumBatchingWindowInSeconds": "locally nothing waits for a fuller batch",
        "MaximumRecordAgeInSeconds": "the stream is as old as the process",
        "ParallelizationFactor": "one poller keeps up",
        "StartingPosition": "the stream begins with the process",
        "Tags": _NO_TAGS,
    },
    "AWS::Lambda::Function": {
        "Architectures": "functions run on the host's own",
        "DeadLetterConfig": "a run that failed is in the log, and may be asked for again",
        "Description": "for people",
        "Layers": "functions run with the environment's own packages",
        "EphemeralStorage": "a laptop's disk is larger",
        "LoggingConfig": "functions log into a file",
        "Role": "no permission is checked locally",
        "Runtime": "functions run with the environment's own Python, which is 3.13 as well",
        "Tags": _NO_TAGS,
        "TracingConfig": "no trace is kept",
    },
    "AWS::S3::Bucket": {
        "BucketEncryption": _NO_ENCRYPTION,
        "LoggingConfiguration": "no access log is kept",
        "OwnershipControls": "one account owns everything",
        "PublicAccessBlockConfiguration": "the guard lets nobody in without a signature",
        "Tags": _NO_TAGS,
    },
    "AWS::SQS::Queue": {
        "KmsMasterKeyId": _NO_ENCRYPTION,
        "RedriveAllowPolicy": "no permission is checked locally",
        "SqsManagedSseEnabled": _NO_ENCRYPTION,
        "Tags": _NO_TAGS,
    },
    "AWS::SSM::Parameter": {"Description": "for people", "Tags": _NO_TAGS, "Tier": "nothing is charged"},
    "AWS::Scheduler::Schedule": {
        "Description": "for people",
        "FlexibleTimeWindow": "locally a schedule fires on the minute",
        "GroupName": "groups only sort",
    },
}
