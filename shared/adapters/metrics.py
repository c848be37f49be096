"""Metrics of our own: numbers that a line of the log carries along, from which CloudWatch makes metrics (EMF).

Each stack has a namespace of its own, so that none rings for what happened on another stage of the same account. One
dimension, the service, so that each name is one metric.
"""

from typing import Any

from shared.adapters import clock
from shared.settings import settings

METRICS = (
    "Entries",
    "Submissions",
    "Payments",
    "InvoicesCreated",
    "InvoicesExpected",
    "InvoicesMissing",
    "WebhookFailures",
)
"""Every name there is; docs/operations.md says what each counts."""


def counted(**counts: int) -> dict[str, Any]:
    """What to add to a line of the log so that these are counted. Raises KeyError for a name that is not declared."""
    unknown = counts.keys() - set(METRICS)
    if unknown:
        raise KeyError(*unknown)
    metrics = [{"Name": name, "Unit": "Count"} for name in counts]
    told = {"Namespace": settings().metrics_namespace, "Dimensions": [["service"]], "Metrics": metrics}
    at = round(clock.now().timestamp() * 1000)
    return {"_aws": {"Timestamp": at, "CloudWatchMetrics": [told]}, **counts}
