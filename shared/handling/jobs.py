"""What the doors without people share: jobs run by the calendar, and workers fed by a queue."""

from collections.abc import Callable, Mapping
from typing import Any

from aws_lambda_powertools import Logger

from shared.adapters import clock
from shared.adapters.failures import log_failure
from shared.domain.calendar import JobRun
from shared.handling import wiring

logger = Logger()


def run_of(event: Mapping[str, Any]) -> JobRun:
    """The run that a schedule's delivery asks for; one by hand, without a scheduled time, is for today."""
    return JobRun.of(event.get("scheduled_at"), clock.now(), wiring.editions().time_zone)


def each_message(
    event: Mapping[str, Any], handle: Callable[[Mapping[str, Any]], object]
) -> dict[str, list[dict[str, str]]]:
    """Handle each message of a batch; those that failed come again, and in the end to the dead letters."""
    failed = []
    for record in event["Records"]:
        logger.append_keys(message_id=record["messageId"], event_id=None)
        try:
            handle(record)
        except Exception as error:  # one bad message must not hold up the others
            log_failure(logger, "message_failed", error)
            failed.append({"itemIdentifier": str(record["messageId"])})
    return {"batchItemFailures": failed}
