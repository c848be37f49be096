"""Facts about the templates that must not rot."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from infrastructure.deployment.deploy import API_ALARM, RELEASE_ALARM, TOLD
from infrastructure.local.template import load
from shared.programs import load_editions

ROOT = Path(__file__).parents[2]
TEMPLATES = (
    "template.yaml",
    "infrastructure/data.yaml",
    "infrastructure/auth.yaml",
    "infrastructure/web.yaml",
)

PUBLIC_ROUTES = {
    "GET /api/program",
    "GET /api/openapi.json",
    "GET /api/certificates/{certificate_id}",
    "POST /api/stripe/webhook",
    "$default",
}

ONLY_LOCAL = {"STRIPE_API_BASE"}
"""Settings that the local stack alone gives."""

WILDCARDS = {
    # `*` in an Allow: what it is, and why it is right
    "arn:${AWS::Partition}:kms:${AWS::Region}:${AWS::AccountId}:key/*": (
        "the key is the account's choice; the condition lets it decrypt the named parameters only"
    ),
    "arn:${AWS::Partition}:ses:${AWS::Region}:${AWS::AccountId}:identity/*": (
        "SES asks for the sender's and, in the sandbox, the recipient's; the condition holds it to one sender"
    ),
}


APP, DATA, AUTH, WEB = (load(ROOT / name) for name in TEMPLATES)


def resources(template: dict[str, Any], kind: str) -> dict[str, dict[str, Any]]:
    return {name: resource for name, resource in template["Resources"].items() if resource["Type"] == kind}


def properties(template: dict[str, Any], kind: str) -> dict[str, Any]:
    """Of the only resource of its kind."""
    (resource,) = resources(template, kind).values()
    found: dict[str, Any] = resource["Properties"]
    return found


FUNCTIONS = {name: each["Properties"] for name, each in resources(APP, "AWS::Serverless::Function").items()}
QUEUES = {name: each["Properties"] for name, each in resources(APP, "AWS::SQS::Queue").items()}


def events(function: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    return [each["Properties"] for each in function["Events"].values() if each["Type"] == kind]


def timeout(function: dict[str, Any]) -> int:
    return int(function.get("Timeout", APP["Globals"]["Function"]["Timeout"]))


def allowed() -> Iterator[tuple[str, dict[str, Any]]]:
    for name, function in FUNCTIONS.items():
        for policy in function.get("Policies", []):
            for statement in policy["Statement"]:
                if statement["Effect"] == "Allow":
                    yield name, statement


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def walk(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        yield node
    children = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    for child in children:
        yield from walk(child)


def test_every_function_folder_is_deployed_and_every_deployed_function_has_its_folder() -> None:
    deployed = {function["Handler"].split(".")[1] for function in FUNCTIONS.values()}
    folders = {file.parent.name for file in ROOT.glob("functions/*/handler.py")}
    assert deployed == folders


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_is_named_after_its_folder_which_the_build_relies_on(name: str) -> None:
    package, folder, module, callable_name = FUNCTIONS[name]["Handler"].split(".")
    assert (package, module, callable_name) == ("functions", "handler", "handler")
    assert folder.replace("_", "") + "function" == name.lower()


def test_no_permission_has_a_wildcard_without_a_reason() -> None:
    for name, statement in allowed():
        for action in as_list(statement["Action"]):
            assert "*" not in action, name
        for resource in as_list(statement["Resource"]):
            arn = resource if isinstance(resource, str) else resource.get("Fn::Sub", "")
            assert "*" not in arn or arn in WILDCARDS, name


def test_the_wildcard_of_kms_is_held_by_its_condition() -> None:
    for _, statement in allowed():
        if statement["Action"] == "kms:Decrypt":
            conditions = statement["Condition"]["StringEquals"]
            assert conditions.keys() == {"kms:ViaService", "kms:EncryptionContext:PARAMETER_ARN"}


def test_mails_are_sent_by_one_function_from_one_address_whatever_identity_ses_asks_for() -> None:
    sending = [(name, each) for name, each in allowed() if "ses:" in str(each["Action"])]
    ((name, statement),) = sending
    assert name == "NotifyFunction"
    assert statement["Action"] == "ses:SendRawEmail"
    assert statement["Condition"] == {"StringEquals": {"ses:FromAddress": {"Ref": "SenderAddress"}}}
    arns = [each["Fn::Sub"].rpartition(":")[2] for each in statement["Resource"]]
    assert arns == ["identity/*", "configuration-set/${MailReports}"]


def test_an_api_that_answers_without_doing_its_work_takes_an_update_back_too() -> None:
    alarm = APP["Resources"][API_ALARM]["Properties"]
    assert (alarm["Namespace"], alarm["MetricName"]) == ("AWS/ApiGateway", "5xx")
    assert alarm["Dimensions"] == [{"Name": "ApiId", "Value": {"Ref": "Api"}}]
    assert (alarm["Statistic"], alarm["Period"], alarm["Threshold"]) == ("Sum", 300, 3)


def test_a_function_is_told_what_the_settings_read_and_nothing_else() -> None:
    read_there = set(
        re.findall(r'read\("([A-Z_]+)"', (ROOT / "shared/settings.py").read_text(encoding="utf-8"))
    )
    told = set(APP["Globals"]["Function"]["Environment"]["Variables"])
    for function in FUNCTIONS.values():
        told |= set(function.get("Environment", {}).get("Variables", {}))
    assert {
        name for name in told if not name.startswith(("POWERTOOLS_", "PYDANTIC_", "PYTHON"))
    } == read_there - ONLY_LOCAL


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_may_send_to_the_queues_that_it_is_told_of_and_to_no_other(name: str) -> None:
    variables = FUNCTIONS[name].get("Environment", {}).get("Variables", {})
    told = {value["Ref"] for variable, value in variables.items() if variable.endswith("_QUEUE_URL")}
    sending = [each for of, each in allowed() if of == name and "sqs:SendMessage" in as_list(each["Action"])]
    assert told == {arn["Fn::GetAtt"][0] for each in sending for arn in as_list(each["Resource"])}


def test_the_program_that_runs_by_default_is_shipped() -> None:
    assert list(ROOT.glob(f"shared/programs/{APP['Parameters']['Program']['Default']}/*.toml"))


def test_only_the_five_public_routes_ask_for_no_token() -> None:
    auth = properties(APP, "AWS::Serverless::HttpApi")["Auth"]
    assert auth["DefaultAuthorizer"] in auth["Authorizers"]
    public = set()
    for function in FUNCTIONS.values():
        for route in events(function, "HttpApi"):
            if route.get("Auth") == {"Authorizer": "NONE"}:
                public.add(f"{route['Method']} {route['Path']}" if "Path" in route else "$default")
            else:
                assert "Auth" not in route
    assert public == PUBLIC_ROUTES


def test_the_functions_behind_the_api_give_up_before_it_does() -> None:
    assert all(timeout(function) < 30 for function in FUNCTIONS.values() if events(function, "HttpApi"))


def test_a_message_is_hidden_for_six_times_as_long_as_its_function_may_take() -> None:
    sources = [(function, queue) for function in FUNCTIONS.values() for queue in events(function, "SQS")]
    assert sources
    for function, source in sources:
        queue = QUEUES[source["Queue"]["Fn::GetAtt"][0]]
        assert queue["VisibilityTimeout"] >= 6 * timeout(function)
        assert queue["RedrivePolicy"]["deadLetterTargetArn"]["Fn::GetAtt"][0] in QUEUES
        assert source["FunctionResponseTypes"] == ["ReportBatchItemFailures"]


def test_every_queue_is_encrypted_and_refuses_plain_connections() -> None:
    policy = properties(APP, "AWS::SQS::QueuePolicy")
    assert {queue["Ref"] for queue in policy["Queues"]} == set(QUEUES)
    assert all(queue["SqsManagedSseEnabled"] for queue in QUEUES.values())


def test_every_queue_of_dead_letters_has_its_alarm_and_the_functions_have_one_together() -> None:
    watched, together = set(), []
    for name, alarm in resources(APP, "AWS::CloudWatch::Alarm").items():
        for dimension in alarm["Properties"].get("Dimensions", ()):
            value = dimension["Value"]
            if isinstance(value, dict):
                watched.add(value["Ref"] if "Ref" in value else value["Fn::GetAtt"][0])
        if "Dimensions" not in alarm["Properties"]:
            together.append((name, alarm["Properties"]["Namespace"], alarm["Properties"]["MetricName"]))
    own = {"Fn::Sub": "RecertificationPortal/${AWS::StackName}"}
    assert together == [(RELEASE_ALARM, own, "FailedInvocations")]
    redrives = [queue["RedrivePolicy"] for queue in QUEUES.values() if "RedrivePolicy" in queue]
    dead = {redrive["deadLetterTargetArn"]["Fn::GetAtt"][0] for redrive in redrives}
    dead |= {
        function["DeadLetterQueue"]["TargetArn"]["Fn::GetAtt"][0]
        for function in FUNCTIONS.values()
        if "DeadLetterQueue" in function
    }
    waiting = {"MailsQueue", "ForwardChangesFunction"}  # tried for so long that its age is watched
    daily = {
        name for name, schedule in SCHEDULES if schedule["ScheduleExpression"].endswith(" * * ? *)")
    }  # whose silence is
    assert len(daily) == 3
    assert watched == dead | waiting | daily | {"Api"}


SCHEDULES = [
    (name, schedule) for name, function in FUNCTIONS.items() for schedule in events(function, "ScheduleV2")
]


@pytest.mark.parametrize(("name", "schedule"), SCHEDULES, ids=[name for name, _ in SCHEDULES])
def test_a_job_runs_before_nine_in_the_programs_time_zone_and_no_run_is_lost(
    name: str, schedule: dict[str, Any]
) -> None:
    minute, hour = re.match(r"cron\((\d+) (\d+) ", schedule["ScheduleExpression"]).groups()  # type: ignore[union-attr]
    assert int(hour) < 9
    assert int(minute) < 60
    assert schedule["ScheduleExpressionTimezone"] == {"Ref": "ProgramTimeZone"}
    assert json.loads(schedule["Input"]) == {"scheduled_at": "<aws.scheduler.scheduled-time>"}
    dead_letters = FUNCTIONS[name]["DeadLetterQueue"]["TargetArn"]
    assert schedule["DeadLetterConfig"]["Arn"] == dead_letters
    assert schedule["OmitName"] is True, "two stages in one account would have schedules of one name"


def test_every_job_of_the_calendar_is_scheduled_in_the_shipped_editions_time_zone() -> None:
    scheduled = {FUNCTIONS[name]["Handler"].split(".")[1] for name, _ in SCHEDULES}
    assert scheduled == {
        "generate_invoices",
        "expire_certifications",
        "send_reminders",
        "reconcile",
        "retire_documents",
    }
    parameters = APP["Parameters"]
    shipped = load_editions(parameters["Program"]["Default"])
    assert parameters["ProgramTimeZone"]["Default"] == shipped.time_zone


def test_what_is_imported_is_exported() -> None:
    exported = {"DataStack": DATA["Outputs"].values(), "AuthStack": AUTH["Outputs"].values()}
    for node in walk(APP):
        if "Fn::ImportValue" in node:
            stack, name = node["Fn::ImportValue"]["Fn::Sub"].removeprefix("${").split("}")
            assert "${AWS::StackName}" + name in {
                out["Export"]["Name"]["Fn::Sub"] for out in exported[stack] if "Export" in out
            }


def test_nothing_is_imported_that_may_change() -> None:
    """CloudFormation refuses to change an export while it is imported."""
    imported = {
        node["Fn::ImportValue"]["Fn::Sub"].partition("}")[2].removeprefix("-")
        for node in walk(APP)
        if "Fn::ImportValue" in node
    }
    assert imported
    for template in (DATA, AUTH):
        may_change = {*template["Parameters"], "Table"}  # a table may be restored to another
        for output in template["Outputs"].values():
            said = json.dumps(output["Value"])
            named = set(re.findall(r"\w+", said)) & may_change
            export = output.get("Export", {"Name": {"Fn::Sub": ""}})["Name"]["Fn::Sub"].partition("-")[2]
            assert not (named and export in imported), named
    assert {name for name in TOLD if name not in APP["Parameters"] or name not in DATA["Outputs"]} == set()
    assert not [name for name in TOLD if "Default" in APP["Parameters"][name]], (
        "it would hide what is not told"
    )


def test_the_table_can_be_restored_and_not_be_lost() -> None:
    table = properties(DATA, "AWS::DynamoDB::Table")
    assert table["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert table["DeletionProtectionEnabled"] is True
    assert table["BillingMode"] == "PAY_PER_REQUEST"
    assert table["StreamSpecification"] == {"StreamViewType": "NEW_AND_OLD_IMAGES"}
    assert table["TimeToLiveSpecification"] == {"AttributeName": "expires_at_epoch", "Enabled": True}


@pytest.mark.parametrize("template", [DATA, AUTH, WEB], ids=["data", "auth", "web"])
def test_deleting_a_stack_of_data_deletes_none(template: dict[str, Any]) -> None:
    for name, resource in template["Resources"].items():
        assert (resource["DeletionPolicy"], resource["UpdateReplacePolicy"]) == ("Retain", "Retain"), name


NAMES = {
    "AWS::CloudWatch::Alarm": "AlarmName",
    "AWS::IAM::Role": "RoleName",
    "AWS::Lambda::Function": "FunctionName",
    "AWS::Logs::LogGroup": "LogGroupName",
    "AWS::S3::Bucket": "BucketName",
    "AWS::WAFv2::WebACL": "Name",
}
"""Names that only one resource of an account and region may have, by kind."""


@pytest.mark.parametrize("template", [DATA, AUTH, WEB], ids=["data", "auth", "web"])
def test_what_a_setting_takes_away_and_the_stack_keeps_is_not_in_the_way_when_the_setting_comes_back(
    template: dict[str, Any],
) -> None:
    for name, resource in template["Resources"].items():
        if "Condition" in resource:
            assert NAMES.get(resource["Type"], "") not in resource["Properties"], name


def test_the_documents_are_private_and_kept_in_versions() -> None:
    buckets = resources(DATA, "AWS::S3::Bucket")
    for bucket in buckets.values():
        assert set(bucket["Properties"]["PublicAccessBlockConfiguration"].values()) == {True}
    assert buckets["DocumentsBucket"]["Properties"]["VersioningConfiguration"] == {"Status": "Enabled"}
    policies = resources(DATA, "AWS::S3::BucketPolicy")
    assert {policy["Properties"]["Bucket"]["Ref"] for policy in policies.values()} == set(buckets)
    for policy in policies.values():
        (statement,) = policy["Properties"]["PolicyDocument"]["Statement"]
        assert (statement["Effect"], statement["Condition"]) == (
            "Deny",
            {"Bool": {"aws:SecureTransport": "false"}},
        )


def test_what_staff_take_out_and_bring_in_is_gone_after_a_week() -> None:
    bucket = resources(DATA, "AWS::S3::Bucket")["TransfersBucket"]["Properties"]
    assert "VersioningConfiguration" not in bucket
    (rule,) = bucket["LifecycleConfiguration"]["Rules"]
    assert (rule["Status"], rule["ExpirationInDays"]) == ("Enabled", 7)


def test_only_the_worker_of_exports_may_scan() -> None:
    scanning = {name for name, statement in allowed() if "dynamodb:Scan" in as_list(statement["Action"])}
    assert scanning == {"ExportDataFunction"}


def test_nobody_signs_up_alone_and_an_address_is_a_name_in_any_case() -> None:
    pool = properties(AUTH, "AWS::Cognito::UserPool")
    assert pool["AdminCreateUserConfig"]["AllowAdminCreateUserOnly"] is True
    assert pool["AliasAttributes"] == ["email"]
    assert pool["UsernameConfiguration"] == {"CaseSensitive": False}
    assert pool["UserAttributeUpdateSettings"]["AttributesRequireVerificationBeforeUpdate"] == ["email"]


def test_the_browsers_client_has_no_secret_and_short_access_tokens() -> None:
    client = properties(AUTH, "AWS::Cognito::UserPoolClient")
    assert client["GenerateSecret"] is False
    assert client["TokenValidityUnits"]["AccessToken"] == "minutes"
    assert 15 <= client["AccessTokenValidity"] <= 60
    assert client["PreventUserExistenceErrors"] == "ENABLED"


def test_only_the_rules_of_this_stack_feed_the_checks_of_documents() -> None:
    rules = resources(APP, "AWS::Events::Rule")
    statements = properties(APP, "AWS::SQS::QueuePolicy")["PolicyDocument"]["Statement"]
    (allows,) = (each for each in statements if each["Sid"] == "RulesOfTheDocuments")
    feeding = {arn["Fn::GetAtt"][0] for arn in allows["Condition"]["ArnEquals"]["aws:SourceArn"]}
    for name, rule in rules.items():
        for target in rule["Properties"]["Targets"]:
            if target["Arn"]["Fn::GetAtt"][0] == "DocumentChecksQueue":
                assert name in feeding
                assert target["DeadLetterConfig"]["Arn"]["Fn::GetAtt"][0] == "DocumentChecksDeadLetters"
                feeding.discard(name)
    assert not feeding


def test_documents_are_scanned_unless_someone_turns_it_off() -> None:
    assert DATA["Parameters"]["MalwareProtection"]["Default"] == "on"
    plan = properties(DATA, "AWS::GuardDuty::MalwareProtectionPlan")
    assert plan["ProtectedResource"]["S3Bucket"]["ObjectPrefixes"] == ["documents/"]
    assert DATA["Outputs"]["MalwareProtection"]["Value"] == {"Ref": "MalwareProtection"}
    told = FUNCTIONS["DocumentsFunction"]["Environment"]["Variables"]["MALWARE_PROTECTION"]
    assert told == {"Ref": "MalwareProtection"}


def test_nobody_writes_a_document_but_by_a_form() -> None:
    writers = {
        name for name, statement in allowed() if "DocumentsArn" in str(statement["Resource"])
        and "s3:PutObject" in as_list(statement["Action"])
    }  # fmt: skip
    assert writers == {"DocumentsFunction"}
