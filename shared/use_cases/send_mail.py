"""Sending the one mail that a message asks for: never lost, and twice only if a sender dies between answer and mark."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from shared.domain.mails import Mail, Mark
from shared.domain.ports import ChangedMeanwhile, MailGateway, MarkStore
from shared.use_cases.compose_mail import compose_mail, mail_id_of
from shared.use_cases.mail_parts import Post

Render = Callable[[str, Mapping[str, str]], tuple[str, str, str]]


class InHand(Exception):
    """Another sender has this mail in hand; the message comes again and finds it sent, or abandoned."""


def send_mail(
    marks: MarkStore,
    gateway: MailGateway,
    render: Render,
    post: Post,
    message: Mapping[str, Any],
    holder: str,
) -> str:
    """Compose, mark as being sent, send, mark as sent; says in a word what was done.

    `holder` is the id of the queue's message: when it comes again, its first sender is dead or failed. One read, two
    conditional puts, and the reads of composing. Raises InHand, MailRefused and whatever a service raises: the queue
    brings the message again.
    """
    mail_id = mail_id_of(message)
    known = marks.find(mail_id)
    if known is not None and known.state == "sent":
        return "sent-before"
    if known is not None and known.taken_from(holder, post.now):
        raise InHand(mail_id)
    draft = compose_mail(post, message)
    if draft is None:
        return "nothing-to-say"
    subject, text, html = render(draft.template, draft.values)
    mark = Mark(mail_id, draft.template, draft.member_id, "sending", holder, post.now)
    try:
        marks.save(known, mark)
    except ChangedMeanwhile as error:
        raise InHand(mail_id) from error
    gateway.send(Mail(mail_id, draft.to, draft.reply_to, subject, text, html, draft.attachments))
    marks.save(mark, _sent(mark, post.now))
    return draft.template


def _sent(mark: Mark, now: datetime) -> Mark:
    return Mark(mark.mail_id, mark.template, mark.member_id, "sent", mark.by, now)
