"""The monthly job: deletes documents of closed cycles once the edition's years are over; by default it keeps all.

What an approval that broke off left on its way to the archive, it moves there.
"""

from typing import Any

from aws_lambda_powertools import Logger

from shared.handling import wiring
from shared.handling.jobs import failing_by_kind, run_of
from shared.use_cases.retire_documents import put_away_rest, retire_documents

logger = Logger()


@failing_by_kind
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """One run of the schedule; what is left when it breaks off is found by the next."""
    run = run_of(event)
    program = wiring.editions().in_force(run.today)
    put_away_rest(wiring.recertifications())
    retired = retire_documents(wiring.documents(), wiring.document_store(), program, run)
    logger.info("documents_retired", day=run.today.isoformat(), retired=retired)
    return {"day": run.today.isoformat(), "retired": retired}
