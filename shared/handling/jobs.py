"""What the doors without people share: jobs run by the calendar, and workers fed by a queue."""

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

from aws_lambda_powertools import Logger

from shared.adapters import clock
from shared.adapters.failures import Failed, log_failure
from shared.domain.calendar import JobRun
from shared.handling import wiring

logger = Logger()


def failing_by_kind[Result](
    handler: Callable[[dict[str, Any], Any], Result],
) -> Callable[[dict[str, Any], Any], Result]:
    """A handler whose errors that nobody foresaw are logged where they were raised, and raised by their kind alone.

    Lambda writes the sentence of what is raised into the log, and the service's may repeat what it was given. Raises
    Failed.
    """

    @wraps(handler)
    def handled(event: dict[str, Any], context: Any) -> Result:
        try:
            return handler(event, context)
        except Failed:
            raise
        except Exception as error:
            log_failure(logger, "failed", error)
            raise Failed(type(error).__name__) from error

    return handled


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
