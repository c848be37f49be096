"""The daily job of rule 7: marks lapsed certifications as terminated, just after midnight of the program."""

import sys
from dataclasses import asdict
from typing import Any

from aws_lambda_powertools import Logger

from shared.adapters.failures import Failed, log_failure
from shared.handling import wiring
from shared.handling.jobs import failing_by_kind, run_of
from shared.use_cases.expire_certifications import expire_certifications

logger = Logger()


class SomeFailed(Failed):
    """Some certifications could not be decided on: the service runs the job again, and the next night does."""


@failing_by_kind
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """One run of the schedule. Raises SomeFailed after having looked at all."""
    run = run_of(event)
    expired = expire_certifications(
        wiring.calendar(),
        wiring.recertifications(),
        run,
        _log_failure,
    )
    result = {"day": run.today.isoformat(), **asdict(expired)}
    logger.info("certifications_expired", **result)
    if expired.failed:
        raise SomeFailed(f"{expired.failed} of {expired.looked_at} certifications")
    return result


def _log_failure(certification_id: str) -> None:
    """Called while the failure is being handled, so that the log has it."""
    error = sys.exception()
    if error is not None:
        log_failure(logger, "lapse_failed", error, certification_id=certification_id)
