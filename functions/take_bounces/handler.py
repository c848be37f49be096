"""Mails that bounced or were complained about, as SES tells them: shown to staff, with the member and no address."""

import json
from collections.abc import Mapping
from typing import Any

from aws_lambda_powertools import Logger

from shared.adapters import clock
from shared.domain import ids
from shared.domain.days import day_of
from shared.domain.events import Command, event
from shared.domain.history import Attention, attention_of
from shared.domain.mails import Mark
from shared.handling import wiring
from shared.handling.jobs import each_message
from shared.use_cases.give_back import ATTENTION

logger = Logger()

REASONS = {"Bounce": "mail bounced", "Complaint": "mail complained about"}

TO_FORMER_ADDRESS = "email-changed"
"""The one mail that goes to an address which the member has left: that it comes back says nothing about theirs."""


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Record what each message tells."""
    return each_message(event, _record)


def _record(record: Mapping[str, Any]) -> None:
    """One event in the history of what staff have to look at; a temporary bounce is SES's own to try again.

    One for each member and reason while it is open: SES keeps the address, so that every later mail comes back too.
    """
    detail = json.loads(record["body"])["detail"]
    kind = str(detail["eventType"])
    bounce_type = str(detail.get("bounce", {}).get("bounceType", ""))
    mail_id = str((detail["mail"].get("tags", {}).get("mail") or [""])[0])
    mark = wiring.mail_marks().find(mail_id) if mail_id else None
    is_nothing = kind not in REASONS or bounce_type == "Transient"
    if is_nothing or mark is None or mark.template == TO_FORMER_ADDRESS:
        logger.info("mail_report_ignored", kind=kind, bounce_type=bounce_type)
        return
    reason = REASONS[kind]
    known = [each for each in attention_of(wiring.events().of(ATTENTION)) if _is_about(each, reason, mark)]
    if any(each.done is None for each in known):
        logger.info("mail_report_known", kind=kind)
        return
    now = clock.now()
    key = ids.digest("attention", kind, mark.member_id, str(len(known)))
    command = Command("system", "system", now, day_of(now, wiring.editions().time_zone), key)
    data = {"reason": reason, "member_id": mark.member_id, "mail": mark.template}
    wiring.events().record(event(command, ATTENTION, "attention-raised", data))
    logger.info("mail_report", kind=kind, bounce_type=bounce_type)


def _is_about(attention: Attention, reason: str, mark: Mark) -> bool:
    data = attention.raised.data
    return data.get("reason") == reason and data.get("member_id") == mark.member_id
