"""The reader of the table's stream: hands each change that a mail is about to the queue at once, as ids only.

The stream keeps a day and one bad record would hold up its shard, so nothing is looked up or decided here.
"""

from collections.abc import Mapping
from typing import Any

from aws_lambda_powertools import Logger

from shared.handling import wiring
from shared.use_cases.compose_mail import MAILED

logger = Logger()


def handler(event: dict[str, Any], context: Any) -> None:
    """Forward a batch of changes, all or none: a batch that failed comes again, and each mail is sent once."""
    messages = [message for record in event["Records"] if (message := message_about(record)) is not None]
    wiring.mails_queue().send(messages)
    if messages:
        logger.info("changes_forwarded", count=len(messages))


def message_about(record: Mapping[str, Any]) -> dict[str, object] | None:
    """The mail that a change asks for: a new event of a kind that is mailed, or a new invoice, its own event."""
    if record.get("eventName") != "INSERT":
        return None
    image = record["dynamodb"].get("NewImage", {})
    partition, sort = _text(image, "PK"), _text(image, "SK")
    if partition.startswith("HISTORY#") and _text(image, "type") in MAILED:
        return {"mail": "event", "subject": _text(image, "subject"), "event_id": _text(image, "event_id")}
    if sort.startswith("INVOICE#") and _text(image, "type") == "recertification":
        return {"mail": "invoice", "invoice_id": _text(image, "invoice_id")}
    return None


def _text(image: Mapping[str, Any], name: str) -> str:
    return str(image.get(name, {}).get("S", ""))
