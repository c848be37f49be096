"""Mails that bounced or were complained about, as SES tells them: shown to staff, with the member and no address."""

import json
from collections.abc import Mapping
from typing import Any

from aws_lambda_powertools import Logger

from shared.adapters import clock
from shared.domain import ids
from shared.domain.days import day_of
from shared.domain.events import Command, event
from shared.handling import wiring
from shared.handling.jobs import each_message
from shared.use_cases.give_back import ATTENTION

logger = Logger()

REASONS = {"Bounce": "mail bounced", "Complaint": "mail complained about"}


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Record what each message tells."""
    return each_message(event, _record)


def _record(record: Mapping[str, Any]) -> None:
    """One event in the history of what staff have to look at; a temporary bounce is SES's own to try again."""
    detail = json.loads(record["body"])["detail"]
    kind = str(detail["eventType"])
    bounce_type = str(detail.get("bounce", {}).get("bounceType", ""))
    mail_id = str((detail["mail"].get("tags", {}).get("mail") or [""])[0])
    mark = wiring.mail_marks().find(mail_id) if mail_id else None
    if kind not in REASONS or mark is None or bounce_type == "Transient":
        logger.info("mail_report_ignored", kind=kind, bounce_type=bounce_type)
        return
    now = clock.now()
    key = ids.digest("attention", kind, mail_id)
    command = Command("system", "system", now, day_of(now, wiring.editions().time_zone), key)
    data = {"reason": REASONS[kind], "member_id": mark.member_id, "mail": mark.template}
    wiring.events().record(event(command, ATTENTION, "attention-raised", data))
    logger.info("mail_report", kind=kind, bounce_type=bounce_type)
