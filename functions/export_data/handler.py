"""The worker of exports: reads everything page by page and packs it into one archive; the only one that may scan."""

import json
from collections.abc import Mapping
from typing import Any

from aws_lambda_powertools import Logger

from shared.adapters import clock
from shared.domain import ids
from shared.handling import wiring
from shared.handling.jobs import each_message
from shared.use_cases.export_everything import export_step

logger = Logger()


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """One message is one step of one export; steps that failed come again."""
    return each_message(event, take_step)


def take_step(record: Mapping[str, Any]) -> None:
    """Do the step that a message asks for."""
    asked = json.loads(record["body"])
    job = export_step(
        wiring.jobs(),
        wiring.exports_queue(),
        wiring.everything(),
        wiring.transfer_store(),
        asked["job_id"],
        asked["step"],
        attempt=ids.fresh_key(),
        now=clock.now,
    )
    state = "unknown" if job is None else job.state
    logger.info("export_step", job_id=asked["job_id"], step=asked["step"], state=state)
