"""The worker of rule 4: issues due certifications' invoices, each once, however often its message comes."""

import json
from collections.abc import Mapping
from typing import Any

from aws_lambda_powertools import Logger

from shared.adapters import clock
from shared.adapters.failures import log_failure
from shared.domain.calendar import JobRun
from shared.handling import wiring
from shared.handling.jobs import each_message
from shared.use_cases.generate_invoices import issue_due_invoice

logger = Logger()


class SomeFailed(Exception):
    """Some of a message's certifications got no invoice: the message comes again, and issues none twice."""


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Issue the invoices of each message's certifications."""
    return each_message(event, _issue_all)


def _issue_all(record: Mapping[str, Any]) -> None:
    """Each of them, whatever becomes of the others. Raises SomeFailed."""
    message = json.loads(record["body"])
    run = JobRun.of(None, clock.now(), wiring.editions().time_zone)
    # one message, one certification, as those say that the version before handed on
    named = message.get("certification_ids") or [message["certification_id"]]
    failed = 0
    for certification_id in named:
        try:
            _issue(run, certification_id, int(message["year"]))
        except Exception as error:  # one certification must not hold up the others
            log_failure(logger, "invoice_failed", error, certification_id=certification_id)
            failed += 1
    if failed:
        raise SomeFailed(f"{failed} of {len(named)} certifications")


def _issue(run: JobRun, certification_id: str, year: int) -> None:
    done = issue_due_invoice(wiring.recertifications(), wiring.invoices(), run, certification_id, year)
    logger.info("invoice_due", certification_id=certification_id, outcome=done)
