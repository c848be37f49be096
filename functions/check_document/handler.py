"""The worker that looks into each uploaded file, and notes what GuardDuty's malware scan says of it."""

import json
from collections.abc import Mapping
from typing import Any

from aws_lambda_powertools import Logger

from shared.adapters import clock
from shared.adapters.document_store import document_id_of
from shared.domain import ids
from shared.domain.days import day_of
from shared.domain.events import Command
from shared.domain.program import Program
from shared.handling import wiring
from shared.handling.jobs import each_message
from shared.use_cases.check_document import (
    ANOTHER_VERSION,
    MALWARE,
    NOT_SCANNABLE,
    check_content,
    note_malware_verdict,
)

logger = Logger()

UPLOADED = "Object Created"
TRIES = 5
"""How often the queue gives a message out before it goes to the dead letters (template.yaml)."""

SCANNED = "GuardDuty Malware Protection Object Scan Result"

VERDICTS: Mapping[str, str] = {"NO_THREATS_FOUND": "", "THREATS_FOUND": MALWARE, "UNSUPPORTED": NOT_SCANNABLE}
"""GuardDuty's results that are verdicts; the others say that it could not look, and are for the dead letters."""


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Each message is an event of EventBridge: an upload, or a scan's result."""
    return each_message(
        event, lambda record: check(json.loads(record["body"]), last_try=_is_last_try(record))
    )


def _is_last_try(record: Mapping[str, Any]) -> bool:
    return int(record.get("attributes", {}).get("ApproximateReceiveCount", 1)) >= TRIES


def check(event: Mapping[str, Any], *, last_try: bool = False) -> None:
    """Act on one event; doing it twice changes nothing. What is rejected is deleted from the bucket, and so is what was
    posted beside the version that is checked: that one is then the newest again.

    Raises for a scan's result that is no verdict, and for a file that cannot be looked into.
    """
    detail = event["detail"]
    if event["detail-type"] == UPLOADED:
        stored = detail["object"]
        document_id, object_version = document_id_of(stored["key"]), stored["version-id"]
        outcome = check_content(
            wiring.documents(),
            wiring.document_store(),
            wiring.events(),
            _command(),
            _widest(),
            document_id,
            object_version,
            _certification_ids,
            last_try=last_try,
        )
    elif event["detail-type"] == SCANNED:
        stored, result = detail["s3ObjectDetails"], detail["scanResultDetails"]["scanResultStatus"]
        if result not in VERDICTS:
            raise RuntimeError(f"the malware scan could not look: {result}")
        document_id, object_version = document_id_of(stored["objectKey"]), stored["versionId"]
        outcome = note_malware_verdict(
            wiring.documents(),
            wiring.events(),
            _command(),
            document_id,
            object_version,
            VERDICTS[result],
        )
    else:
        raise RuntimeError(f"an event of another type: {event['detail-type']}")
    if outcome == "rejected":
        wiring.document_store().remove(document_id)
    elif outcome == ANOTHER_VERSION:
        wiring.document_store().remove_version(document_id, object_version)
    logger.info("document_checked", document_id=document_id, outcome=outcome)


def _widest() -> Program:
    """The edition that takes the largest files: the form that a file came with was made by the one of its home."""
    return max(wiring.editions().programs, key=lambda program: program.largest_document_bytes)


def _command() -> Command:
    now = clock.now()
    return Command("system", "system", now, day_of(now, wiring.editions().time_zone), ids.fresh_key())


def _certification_ids(member_id: str) -> list[str]:
    _, held = wiring.members().with_registrations(member_id)
    return [each.certification.certification_id for each in held]
