"""Dollars per year: metered calls and units x published prices x a stated profile of use, the fixed part apart."""

import json
import tomllib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

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
MEMBERS = (1_000, 10_000, 100_000, 1_000_000)
QUEUED = ("issue_invoices", "notify", "import_members", "import_data")
"""Workers of a queue: each message is received and deleted, one at a time at worst, as reckoned here."""

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
    def dollars(self) -> Dollars:
        """What one costs, by service."""
        price, use = prices(), profile()
        seconds = (
            use["warm_milliseconds"]
            + use["milliseconds_a_call"] * self.calls()
            + use["cold_share"] * use["cold_milliseconds"]
        ) / 1000
        messages = self.calls("sqs.") + 2 * (self.row["door"] in QUEUED)
        return {
            "API Gateway": price["api_gateway"]["request"] * self.is_request,
            "Lambda": price["lambda"]["request"] + seconds * price["lambda"]["gigabyte_second"],
            "DynamoDB units": self.row["reads"] * price["dynamodb"]["read_unit"]
            + self.row["writes"] * price["dynamodb"]["write_unit"],
            "SQS": messages * price["sqs"]["request"],
            "SES": self.calls("ses.") * price["ses"]["mail"],
            "logs": use["log_bytes_a_request"] / 1e9 * log_gigabyte(),
            "traces": use["traced"] * price["xray"]["trace"],
        }


def log_gigabyte() -> float:
    """Taking in a gigabyte of logs, and keeping it."""
    price = prices()["cloudwatch"]
    return float(price["log_gigabyte"] + profile()["log_months"] * price["log_gigabyte_month"])


def of_a_member() -> Dollars:
    """What a member and year costs by service, but for log-ins, which have a free allowance."""
    price, use = prices(), profile()
    total: Counter[str] = Counter()
    for part in ("member", "staff", "jobs"):
        for name, times in use[part].items():
            for service, dollars in Operation(name).dollars.items():
                total[service] += times * dollars
    kept = use["kept_kilobytes"] / 1e6 * 12
    total["DynamoDB storage"] = kept * (
        price["dynamodb"]["gigabyte_month"] + price["dynamodb"]["backup_gigabyte_month"]
    )
    reminders = use["jobs"]["notify (a reminder)"]
    total["SES"] += reminders * use["mail_attachment_kilobytes"] / 1e6 * price["ses"]["attached_gigabyte"]
    api = sum(times for part in ("member", "staff") for times in use[part].values())
    total["CloudFront"] = (use["page_requests"] + api) * price["cloudfront"]["request"]
    total["CloudFront"] += use["page_kilobytes"] / 1e6 * price["cloudfront"]["gigabyte"]
    return total


def of_usage(members: int) -> Dollars:
    """What a year of so many members costs, without documents, by service; log-ins apart."""
    return {service: members * dollars for service, dollars in of_a_member().items()}


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
def declared() -> Mapping[str, int]:
    """How many alarms, composite alarms, dashboards and metrics of our own the templates declare."""
    found: Counter[str] = Counter()
    for template in TEMPLATES:
        for resource in load(ROOT / template)["Resources"].values():
            found[resource["Type"].rpartition("::")[2]] += "Condition" not in resource
    return found


def of_watching() -> Dollars:
    """What alarms, metrics and dashboards cost a year beyond what is free for good, by kind."""
    price, has = prices()["cloudwatch"], declared()
    alarms = max(0, has["Alarm"] - price["free_alarms"])
    metrics = max(0, own_metrics() - price["free_metrics"])
    return {
        f"alarms ({has['Alarm']}, of which {price['free_alarms']} are free)": 12
        * alarms
        * price["alarm_month"],
        f"composite alarms ({has['CompositeAlarm']})": 12
        * has["CompositeAlarm"]
        * price["composite_alarm_month"],
        f"metrics of our own ({own_metrics()}, of which {price['free_metrics']} are free)": 12
        * metrics
        * price["metric_month"],
        f"dashboards ({has['Dashboard']}, of which {price['free_dashboards']} are free)": 12
        * max(0, has["Dashboard"] - price["free_dashboards"])
        * price["dashboard_month"],
    }


def own_metrics() -> int:
    """The metrics of our own, all out of the functions' log: each name is charged with each set of dimensions."""
    return len(METRICS) + declared()["MetricFilter"]


def of_standing_still() -> Dollars:
    """The fixed part of a year."""
    zone = {"a zone of Route 53, if it is there": 12 * prices()["route53"]["zone_month"]}
    return {**of_watching(), "jobs and figures": of_nights(), **zone}
