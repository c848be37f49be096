"""Dollars per year: metered calls and units x published prices x a stated profile of use, the fixed part apart."""

import json
import tomllib
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from infrastructure.deployment.settings import Stage, read_stage
from infrastructure.local.intrinsics import Scope
from infrastructure.local.template import load
from shared.adapters.metrics import METRICS

ROOT = Path(__file__).parents[2]
UNITS = ROOT / "docs" / "units.json"
TEMPLATES = (
    "template.yaml",
    "infrastructure/auth.yaml",
    "infrastructure/data.yaml",
    "infrastructure/web.yaml",
)
STAGES = ("dev", "prod")
RECKONED = "prod"
"""The stage whose settings count where none is named."""

MEMBERS = (1_000, 10_000, 100_000, 1_000_000)
QUEUED = ("issue_invoices", "notify", "import_members", "import_data")
"""Workers of a queue: each message is received and deleted, one at a time at worst, as reckoned here."""

FIGURES = "GET /api/staff/figures (one certification)"

Dollars = Mapping[str, float]


@cache
def prices() -> dict[str, Any]:
    """The published prices."""
    return tomllib.loads((Path(__file__).parent / "prices.toml").read_text())


@cache
def profile() -> dict[str, Any]:
    """The profile of use."""
    return tomllib.loads((Path(__file__).parent / "profile.toml").read_text())


@cache
def metered() -> dict[str, dict[str, Any]]:
    """What the meter read, by name of the row."""
    rows = json.loads(UNITS.read_text())
    return {f"{row['door']} ({row['case']})" if row["case"] else row["door"]: row for row in rows}


@cache
def functions() -> dict[str, dict[str, Any]]:
    """The functions' properties by the folder of their handler, and by the routes that they serve."""
    found: dict[str, dict[str, Any]] = {}
    template = load(ROOT / TEMPLATES[0])
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function":
            stated = {**template["Globals"]["Function"], **resource["Properties"]}
            found[stated["Handler"].split(".")[1]] = stated
            for event in stated.get("Events", {}).values():
                at = event["Properties"]
                if event["Type"] == "HttpApi" and "Path" in at:
                    found[f"{at['Method']} {at['Path']}"] = stated
    return found


@dataclass(frozen=True, slots=True)
class Operation:
    """One request or message: what AWS charges for it."""

    name: str

    @property
    def row(self) -> dict[str, Any]:
        """What the meter read."""
        return metered()[self.name]

    @property
    def is_request(self) -> bool:
        """Whether it comes through the API."""
        return "/" in self.row["door"]

    def calls(self, service: str = "") -> int:
        """How many calls it makes, of all services or of one."""
        return sum(
            int(call.rpartition(" × ")[2]) if " × " in call else 1
            for call in self.row["calls"]
            if call.startswith(service)
        )

    @property
    def gigabytes(self) -> float:
        """The memory of the function that does it, as the template has it."""
        return float(functions()[self.row["door"]]["MemorySize"]) / 1024

    @property
    def dollars(self) -> Dollars:
        """What one costs, by service."""
        return self.at(RECKONED)

    def at(self, stage: str) -> Dollars:
        """The same with the settings of a stage."""
        price, use = prices(), profile()
        seconds = (
            use["warm_milliseconds"]
            + use["milliseconds_a_call"] * self.calls()
            + use["cold_share"] * use["cold_milliseconds"]
        ) / 1000
        messages = self.calls("sqs.") + 2 * (self.row["door"] in QUEUED)
        return {
            "API Gateway": price["api_gateway"]["request"] * self.is_request,
            "Lambda": price["lambda"]["request"]
            + seconds * self.gigabytes * price["lambda"]["gigabyte_second"],
            "DynamoDB units": self.row["reads"] * price["dynamodb"]["read_unit"]
            + self.row["writes"] * price["dynamodb"]["write_unit"],
            "SQS": messages * price["sqs"]["request"],
            "SES": self.calls("ses.") * price["ses"]["mail"],
            "logs": use["log_bytes_a_request"] / 1e9 * log_gigabyte(stage),
            "traces": use["traced"] * price["xray"]["trace"],
        }


def log_gigabyte(stage: str) -> float:
    """Taking in a gigabyte of logs, and keeping it for as long as the stage does."""
    price = prices()["cloudwatch"]
    return float(price["log_gigabyte"] + retention(stage) / 30 * price["log_gigabyte_month"])


@cache
def retention(stage: str) -> int:
    """The days for which a stage keeps its functions' logs: what samconfig.toml says, or the template's default."""
    declared = load(ROOT / TEMPLATES[0])["Parameters"]["LogRetentionDays"]["Default"]
    return int(settings(stage).portal.parameters.get("LogRetentionDays", declared))


@cache
def settings(stage: str) -> Stage:
    """A stage's settings, as samconfig.toml has them."""
    return read_stage(stage)


def of_a_member(stage: str = RECKONED) -> Dollars:
    """What a member and year costs by service, but for log-ins, which have a free allowance."""
    price, use = prices(), profile()
    total: defaultdict[str, float] = defaultdict(float)
    for part in ("member", "staff", "jobs"):
        for name, times in use[part].items():
            for service, dollars in Operation(name).at(stage).items():
                total[service] += times * dollars
    kept = use["kept_kilobytes"] / 1e6 * 12
    total["DynamoDB storage"] = kept * (
        price["dynamodb"]["gigabyte_month"] + price["dynamodb"]["backup_gigabyte_month"]
    )
    looks = use["nights"][FIGURES]
    total["DynamoDB units"] += looks * use["figures_read_units"] * price["dynamodb"]["read_unit"]
    reminders = use["jobs"]["notify (a reminder)"]
    total["SES"] += reminders * use["mail_attachment_kilobytes"] / 1e6 * price["ses"]["attached_gigabyte"]
    for service, dollars in of_tokens(stage).items():
        total[service] += dollars
    total["SES"] += of_log_in_mails(stage)
    api = sum(times for part in ("member", "staff") for times in use[part].values())
    total["CloudFront"] = use["page_requests"] * page_functions() * price["cloudfront"]["function"]
    total["CloudFront"] += (use["page_requests"] + api) * price["cloudfront"]["request"]
    sent = use["page_kilobytes"] + api * use["answer_kilobytes"]
    total["CloudFront"] += sent / 1e6 * price["cloudfront"]["gigabyte"]
    return total


def of_log_in_mails(stage: str = RECKONED) -> float:
    """What Cognito's mails to a member cost a year: they go through our SES where a sender is set."""
    return float(profile()["login_mails"] * prices()["ses"]["mail"]) if chosen("HasSender", stage) else 0.0


def of_tokens(stage: str = RECKONED) -> Dollars:
    """What a member's log-ins of a year cost beside Cognito: the function that looks at each token where staff need an
    authenticator app, billed as one of ours that calls nothing."""
    price, use = prices(), profile()
    if not chosen("RequiresTotp", stage):
        return {}
    function = load(ROOT / TEMPLATES[1])["Resources"]["StaffTotpFunction"]["Properties"]
    seconds = (use["warm_milliseconds"] + use["cold_share"] * use["cold_milliseconds"]) / 1000
    run = price["lambda"]["request"]
    run += seconds * function["MemorySize"] / 1024 * price["lambda"]["gigabyte_second"]
    logs = use["log_bytes_a_request"] / 1e9 * log_gigabyte(stage)
    return {"Lambda": use["tokens"] * run, "logs": use["tokens"] * logs}


def chosen(condition: str, stage: str) -> bool:
    """Whether a condition of the log-ins' template holds with a stage's settings."""
    auth = settings(stage).auth
    return _holds(load(auth.template), auth.parameters, condition)


def page_functions() -> int:
    """How many functions CloudFront runs for each page."""
    (distribution,) = [
        each["Properties"]["DistributionConfig"]
        for each in load(ROOT / TEMPLATES[3])["Resources"].values()
        if each["Type"] == "AWS::CloudFront::Distribution"
    ]
    return len(distribution["DefaultCacheBehavior"]["FunctionAssociations"])


def of_usage(members: int, stage: str = RECKONED) -> Dollars:
    """What a year of so many members costs, without documents, by service; log-ins apart."""
    return {service: members * dollars for service, dollars in of_a_member(stage).items()}


def of_log_ins(members: int, plan: str) -> float:
    """Cognito's charge for a year: a month's active members beyond the free ones. `plan` is lite or essentials."""
    price, use = prices()["cognito"], profile()
    active = members * use["active_months"] / 12
    charged = max(0.0, active - price["free_active_months"])
    if plan == "essentials":
        return float(12 * charged * price["essentials"])
    month = 0.0
    for most, dollars in price["lite"]:
        step = min(charged, most)
        month += step * dollars
        charged -= step
    return 12 * month


def of_nights() -> float:
    """What a year of the daily jobs costs when nothing falls due, and staff's figures."""
    nights = profile()["nights"].items()
    return float(sum(times * sum(Operation(name).dollars.values()) for name, times in nights))


@cache
def declared(stage: str = RECKONED) -> Mapping[str, int]:
    """How many resources of each kind a stage has, by the last part of its type: with a condition only if it holds."""
    found: Counter[str] = Counter()
    for template, given in _templates(stage):
        for resource in template["Resources"].values():
            holds = "Condition" not in resource or _holds(template, given, resource["Condition"])
            found[resource["Type"].rpartition("::")[2]] += holds
    return found


def _templates(stage: str) -> list[tuple[dict[str, Any], Mapping[str, str]]]:
    """Each template of a stage with the parameters that people chose."""
    return [(load(each.template), each.parameters) for each in settings(stage).stacks()]


def _holds(template: Mapping[str, Any], given: Mapping[str, str], condition: str) -> bool:
    known = {
        name: each for name, each in template["Parameters"].items() if name in given or "Default" in each
    }

    def ref(name: str) -> str:
        raise LookupError(f"{condition} hangs on {name}, which the deployment finds out")

    scope = Scope("cost", {**template, "Parameters": known}, given, {}, ref, lambda name, _: ref(name))
    return scope.condition(condition)


def of_watching(stage: str = RECKONED) -> Dollars:
    """What alarms, metrics and dashboards cost a year beyond what is free for good, by kind."""
    price, has = prices()["cloudwatch"], declared(stage)
    return {
        f"alarms ({price['free_alarms']} are free)": 12
        * max(0, has["Alarm"] - price["free_alarms"])
        * price["alarm_month"],
        f"metrics of our own ({own_metrics()}, of which {price['free_metrics']} are free)": 12
        * max(0, own_metrics() - price["free_metrics"])
        * price["metric_month"],
        f"dashboards ({has['Dashboard']}, of which {price['free_dashboards']} are free)": 12
        * max(0, has["Dashboard"] - price["free_dashboards"])
        * price["dashboard_month"],
    }


def of_a_second_stage(stage: str) -> Dollars:
    """What a stage pays a year where another one like it, in the same account, has used up what is free."""
    price, has = prices()["cloudwatch"], declared(stage)
    kinds = {
        "alarms": (has["Alarm"], price["free_alarms"], price["alarm_month"]),
        "metrics": (own_metrics(), price["free_metrics"], price["metric_month"]),
        "dashboards": (has["Dashboard"], price["free_dashboards"], price["dashboard_month"]),
        "polling": (idle_polls(), prices()["sqs"]["free_month"], prices()["sqs"]["request"]),
    }
    return {
        kind: 12 * month * (max(0, 2 * number - free) - max(0, number - free))
        for kind, (number, free, month) in kinds.items()
    }


def own_metrics() -> int:
    """The metrics that our functions and filters of their log make: each name is charged by set of dimensions."""
    return len(METRICS) + declared()["MetricFilter"]


def queue_sources() -> list[dict[str, Any]]:
    """The event sources that are queues."""
    return [
        event["Properties"]
        for name, function in functions().items()
        if "/" not in name
        for event in function.get("Events", {}).values()
        if event["Type"] == "SQS"
    ]


def idle_polls() -> int:
    """How often Lambda asks our queues in a month when nothing waits there."""
    price = prices()["sqs"]
    pollers = sum(
        price["pollers" if "ScalingConfig" in each else "pollers_without_maximum_concurrency"]
        for each in queue_sources()
    )
    return int(pollers * 365 / 12 * 86_400 / price["poll_seconds"])


def of_polling() -> float:
    """A year of asking empty queues, but for what is free."""
    price = prices()["sqs"]
    return float(12 * max(0, idle_polls() - price["free_month"]) * price["request"])


def of_firewalls() -> list[float]:
    """A year of the firewall of the pages and of that of the log-ins, each with its rules, and without requests."""
    price, found = prices()["waf"], []
    for template in ("infrastructure/web.yaml", "infrastructure/auth.yaml"):
        (acl,) = [
            each["Properties"]
            for each in load(ROOT / template)["Resources"].values()
            if each["Type"] == "AWS::WAFv2::WebACL"
        ]
        found.append(12 * (price["acl_month"] + len(acl["Rules"]) * price["rule_month"]))
    return found


def of_an_alarm_each() -> float:
    """A year of an alarm for each function."""
    return float(12 * sum("/" not in name for name in functions()) * prices()["cloudwatch"]["alarm_month"])


def of_standing_still(stage: str = RECKONED) -> Dollars:
    """The fixed part of a year."""
    zone = {"a zone of Route 53, if it is there": 12 * prices()["route53"]["zone_month"]}
    polling = {"SQS: Lambda asks queues in which nothing waits": of_polling()}
    return {**of_watching(stage), **polling, "jobs and figures": of_nights(), **zone}
