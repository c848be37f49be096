"""The reader of the table's stream: hands each change that a mail is about to the queue at once, as ids only.

The stream keeps a day and one bad record would hold up its shard, so nothing is looked up or decided here.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from aws_lambda_powertools import Logger

from shared.adapters.metrics import counted
from shared.handling import wiring
from shared.handling.jobs import failing_by_kind
from shared.use_cases.compose_mail import MAILED

logger = Logger()

COUNTED = {"entries-logged": "Entries", "cycle-submitted": "Submissions", "payment-received": "Payments"}
"""Events that are counted, and the metric of each; one that tells a `count` counts so often."""


@failing_by_kind
def handler(event: dict[str, Any], context: Any) -> None:
    """Forward a batch of changes, all or none: a batch that failed comes again, and each mail is sent once."""
    messages = [message for record in event["Records"] if (message := message_about(record)) is not None]
    wiring.mails_queue().send(messages)
    counts = counts_of(event["Records"])
    if messages or counts:
        caused_by = [message["event_id"] for message in messages]
        logger.info("changes_forwarded", event_ids=caused_by, **(counted(**counts) if counts else {}))


def message_about(record: Mapping[str, Any]) -> dict[str, object] | None:
    """The mail that a change asks for: a new event of a kind that is mailed, or a new invoice, its own event."""
    if record.get("eventName") != "INSERT":
        return None
    image = record["dynamodb"].get("NewImage", {})
    partition, sort = _text(image, "PK"), _text(image, "SK")
    if partition.startswith("HISTORY#") and _text(image, "type") in MAILED:
        return {"mail": "event", "subject": _text(image, "subject"), "event_id": _text(image, "event_id")}
    if sort.startswith("INVOICE#") and _text(image, "type") == "recertification":
        caused_by = _text(image, "issued_key")
        return {"mail": "invoice", "invoice_id": _text(image, "invoice_id"), "event_id": caused_by}
    return None


def counts_of(records: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    """What these changes add to the metrics. A batch that comes again is counted again."""
    counts: Counter[str] = Counter()
    for record in records:
        if record.get("eventName") != "INSERT":
            continue
        image = record["dynamodb"].get("NewImage", {})
        if _text(image, "SK").startswith("INVOICE#") and _text(image, "type") == "recertification":
            counts["InvoicesCreated"] += 1
        elif _text(image, "PK").startswith("HISTORY#") and _text(image, "type") in COUNTED:
            many = image.get("data", {}).get("M", {}).get("count", {}).get("N", "1")
            counts[COUNTED[_text(image, "type")]] += int(many)
    return dict(counts)


def _text(image: Mapping[str, Any], name: str) -> str:
    return str(image.get(name, {}).get("S", ""))
