"""The daily job that asks for reminders of the deadline."""

from dataclasses import asdict
from typing import Any

from aws_lambda_powertools import Logger

from shared.handling import wiring
from shared.handling.jobs import failing_by_kind, run_of
from shared.use_cases.send_reminders import send_reminders

logger = Logger()


@failing_by_kind
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """One run of the schedule; each reminder goes out once, however often it runs."""
    run = run_of(event)
    sent = send_reminders(
        wiring.calendar(), wiring.recertifications(), wiring.mails_queue(), wiring.editions(), run
    )
    result = {"day": run.today.isoformat(), **asdict(sent)}
    logger.info("reminders_asked_for", **result)
    return result
