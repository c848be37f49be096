"""The worker of rule 4: issues a due certification's invoice, once, however often its message comes."""

import json
from collections.abc import Mapping
from typing import Any

from aws_lambda_powertools import Logger

from shared.adapters import clock
from shared.domain.calendar import JobRun
from shared.handling import wiring
from shared.handling.jobs import each_message
from shared.use_cases.generate_invoices import issue_due_invoice

logger = Logger()


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Issue the invoice of each message's certification."""
    return each_message(event, _issue)


def _issue(record: Mapping[str, Any]) -> None:
    message = json.loads(record["body"])
    run = JobRun.of(None, clock.now(), wiring.editions().time_zone)
    done = issue_due_invoice(
        wiring.recertifications(),
        wiring.invoices(),
        run,
        str(message["certification_id"]),
        int(message["year"]),
    )
    logger.info("invoice_due", certification_id=message["certification_id"], outcome=done)
