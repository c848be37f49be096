"""The daily job of rule 4: hands every certification that is due on to the worker that issues its invoice."""

from dataclasses import asdict
from typing import Any

from aws_lambda_powertools import Logger

from shared.handling import wiring
from shared.handling.jobs import failing_by_kind, run_of
from shared.use_cases.generate_invoices import generate_invoices

logger = Logger()


@failing_by_kind
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """One run of the schedule; running twice, or at once, issues nothing twice."""
    run = run_of(event)
    generated = generate_invoices(
        wiring.calendar(), wiring.recertifications(), wiring.invoices_queue(), wiring.editions(), run
    )
    result = {"day": run.today.isoformat(), **asdict(generated)}
    logger.info("invoices_generated", **result)
    return result
