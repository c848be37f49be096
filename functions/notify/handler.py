"""The worker that sends the mails: each message asks for one, and comes again until SES has taken it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aws_lambda_powertools import Logger

from shared.adapters import clock
from shared.handling import wiring
from shared.handling.jobs import each_message
from shared.mails import render
from shared.repositories.events import Events
from shared.repositories.invoices import Invoices
from shared.repositories.members import Members
from shared.repositories.recertifications import Recertifications
from shared.settings import settings
from shared.use_cases.compose_mail import mail_id_of
from shared.use_cases.mail_parts import Post
from shared.use_cases.send_mail import send_mail

logger = Logger()


@dataclass(frozen=True, slots=True)
class Stored:
    """Where the words of the mails come from: the table."""

    recertifications: Recertifications
    invoices: Invoices
    members: Members
    events: Events


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Send the mail of each message."""
    return each_message(event, _send)


def _send(record: Mapping[str, Any]) -> None:
    sources = Stored(wiring.recertifications(), wiring.invoices(), wiring.members(), wiring.events())
    post = Post(sources, wiring.editions(), settings().portal_url, clock.now())
    message = json.loads(record["body"])
    logger.append_keys(event_id=message.get("event_id"))
    done = send_mail(wiring.mail_marks(), wiring.mailer(), render, post, message, str(record["messageId"]))
    logger.info("mail", outcome=done, about=message["mail"], mail_id=mail_id_of(message))
