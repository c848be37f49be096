"""Mails: what is told to whom, once, and how a mail is kept from being sent twice."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

MailState = Literal["sending", "sent"]

ABANDONED = timedelta(minutes=20)
"""After this a sender that said it was sending is dead: longer than a message is hidden from the other senders."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A small text file that goes with a mail; `subtype` is that of `text/`."""

    file_name: str
    subtype: str
    text: str


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail ready to be sent: the same words as text and as HTML. `reply_to` is the body's contact."""

    mail_id: str
    to: str
    reply_to: str
    subject: str
    text: str
    html: str
    attachments: tuple[Attachment, ...] = ()


@dataclass(frozen=True, slots=True)
class Draft:
    """What a mail will say: its template and the words to fill in. `member_id` is empty for a mail to staff."""

    template: str
    member_id: str
    to: str
    reply_to: str
    values: Mapping[str, str]
    attachments: tuple[Attachment, ...] = ()


@dataclass(frozen=True, slots=True)
class Mark:
    """That a mail is being sent (by the holder of a message), or was sent."""

    mail_id: str
    template: str
    member_id: str
    state: MailState
    by: str
    at: datetime

    def taken_from(self, by: str, now: datetime) -> bool:
        """Whether another sender has it in hand: not the same message come again, and not one that is long dead."""
        return self.state == "sending" and self.by != by and now - self.at < ABANDONED


class MailRefused(Exception):
    """The mail service does not take this mail, now or ever (it says a code); the message comes again."""


def deadline_file(uid: str, end: datetime, title: str, detail: str, stamp: datetime) -> Attachment:
    """An iCalendar file (RFC 5545) with a deadline: the hour before an instant in UTC, which every calendar shows
    where its owner is. Lines are folded at 75 octets, text is escaped.

    A later file with the same UID takes the place of an earlier one: SEQUENCE rises by one a minute.
    """
    lines = (
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Recertification portal//EN",
        "METHOD:PUBLISH",
        "BEGIN:VEVENT",
        f"UID:{uid}@recertification-portal",
        f"SEQUENCE:{int(stamp.timestamp()) // 60}",
        f"DTSTAMP:{stamp:%Y%m%dT%H%M%SZ}",
        f"DTSTART:{end - timedelta(hours=1):%Y%m%dT%H%M%SZ}",
        f"DTEND:{end:%Y%m%dT%H%M%SZ}",
        f"SUMMARY:{_escaped(title)}",
        f"DESCRIPTION:{_escaped(detail)}",
        "TRANSP:TRANSPARENT",
        "END:VEVENT",
        "END:VCALENDAR",
    )
    return Attachment("deadline.ics", "calendar", "".join(f"{_folded(line)}\r\n" for line in lines))


def _escaped(text: str) -> str:
    for plain, escaped in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\n", "\\n")):
        text = text.replace(plain, escaped)
    return text


def _folded(line: str) -> str:
    pieces, piece = [], ""
    for letter in line:
        if len((piece + letter).encode()) > 74:
            pieces.append(piece)
            piece = ""
        piece += letter
    return "\r\n ".join((*pieces, piece))
