"""A mail is never lost, and sent twice only when its sender dies between the answer and the mark."""

import html
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from string import Template
from types import SimpleNamespace
from typing import Any

import pytest

from shared import mails
from shared.domain.mails import ABANDONED, Mail, Mark, deadline_file
from shared.domain.members import Member
from shared.domain.ports import ChangedMeanwhile
from shared.mails import render
from shared.use_cases.compose_mail import mail_id_of
from shared.use_cases.mail_parts import Post
from shared.use_cases.send_mail import InHand, send_mail
from tests.unit.domain.builders import EDITIONS, NOW, cycle_with, invoice

MESSAGE = {"mail": "invoice", "invoice_id": invoice().invoice_id}


class Died(BaseException):
    """The sender's process ended."""


@dataclass
class Marks:
    """Marks in memory; `dies_at` is the number of the save at which the sender dies, before it is done."""

    stored: dict[str, Mark] = field(default_factory=dict)
    dies_at: int = 0
    saves: int = 0

    def find(self, mail_id: str) -> Mark | None:
        return self.stored.get(mail_id)

    def save(self, before: Mark | None, after: Mark) -> None:
        self.saves += 1
        if self.saves == self.dies_at:
            raise Died
        if self.stored.get(after.mail_id) != before:
            raise ChangedMeanwhile
        self.stored[after.mail_id] = after


@dataclass
class Gateway:
    """SES: takes mails, or does not answer."""

    sent: list[Mail] = field(default_factory=list)
    is_down: bool = False

    def send(self, mail: Mail) -> None:
        if self.is_down:
            raise ConnectionError
        self.sent.append(mail)


def post(**changes: Any) -> Post:
    found = cycle_with(points=44)
    sources = SimpleNamespace(
        recertifications=SimpleNamespace(find=lambda _: found),
        invoices=SimpleNamespace(find=lambda _: invoice()),
        members=SimpleNamespace(find=lambda _: Member("M-1", "Marge", "Bouvier", "marge@example.org")),
        events=SimpleNamespace(find=lambda *_: None),
    )
    return replace(Post(sources, EDITIONS, "https://portal.example.org", NOW), **changes)


def send(marks: Marks, gateway: Gateway, holder: str = "message-1", **changes: Any) -> str:
    return send_mail(marks, gateway, render, post(**changes), MESSAGE, holder)


def test_a_mail_goes_out_once_however_often_its_message_comes() -> None:
    marks, gateway = Marks(), Gateway()
    assert send(marks, gateway) == "invoice-issued"
    assert send(marks, gateway) == send(marks, gateway, "message-2") == "sent-before"
    assert len(gateway.sent) == 1


def test_a_sender_that_dies_before_the_answer_costs_no_mail_and_no_duplicate() -> None:
    marks, gateway = Marks(), Gateway(is_down=True)
    with pytest.raises(ConnectionError):
        send(marks, gateway)
    gateway.is_down = False
    assert send(marks, gateway) == "invoice-issued"
    assert len(gateway.sent) == 1


def test_a_sender_that_dies_between_the_answer_and_the_mark_costs_one_duplicate() -> None:
    marks, gateway = Marks(dies_at=2), Gateway()
    with pytest.raises(Died):
        send(marks, gateway)
    assert send(marks, gateway) == "invoice-issued"
    assert send(marks, gateway) == "sent-before"
    assert len(gateway.sent) == 2


def test_two_messages_for_one_mail_do_not_send_it_at_once_and_the_second_is_not_lost() -> None:
    marks, gateway = Marks(), Gateway(is_down=True)
    with pytest.raises(ConnectionError):
        send(marks, gateway, "message-1")
    gateway.is_down = False
    with pytest.raises(InHand):
        send(marks, gateway, "message-2", now=NOW + ABANDONED - timedelta(seconds=1))
    assert send(marks, gateway, "message-2", now=NOW + ABANDONED) == "invoice-issued"
    assert len(gateway.sent) == 1


def test_who_loses_the_race_for_the_mark_sends_nothing() -> None:
    class Raced(Marks):
        def find(self, mail_id: str) -> Mark | None:
            return None

    marks, gateway = Raced(), Gateway()
    marks.stored[mail_id_of(MESSAGE)] = Mark(mail_id_of(MESSAGE), "", "", "sending", "message-0", NOW)
    with pytest.raises(InHand):
        send(marks, gateway)
    assert gateway.sent == []


def test_the_invoice_mail_says_what_is_owed_what_is_missing_and_the_deadline() -> None:
    marks, gateway = Marks(), Gateway()
    send(marks, gateway)
    (mail,) = gateway.sent
    assert (mail.to, mail.reply_to) == ("marge@example.org", EDITIONS.programs[0].contact.email)
    for said in (
        "150.00 USD",
        "44 of 50 points",
        "6 points are missing",
        "ends on 31 December 2027, 11:59 PM (New York time)",
    ):
        assert said in mail.text
    assert mail.attachments[0].file_name == "deadline.ics"


class Anything(dict[str, str]):
    """A value for every name, none of them harmless."""

    def __missing__(self, name: str) -> str:
        return f"<script>{name}</script> $name ${{x}}"


TEMPLATES = sorted(
    path.stem for path in Path(mails.__file__).parent.glob("*.txt") if path.stem != "signature"
)


@pytest.mark.parametrize("name", TEMPLATES)
def test_no_value_becomes_markup_in_any_template(name: str) -> None:
    subject, text, page = render(name, Anything())
    assert "\n" not in subject
    assert "<script>" in text
    assert "<script>" not in page
    assert html.escape("<script>contact_name</script>") in page


@pytest.mark.parametrize("name", TEMPLATES)
def test_every_template_has_a_subject_and_a_body(name: str) -> None:
    subject, _, body = (
        (Path(mails.__file__).parent / f"{name}.txt").read_text(encoding="utf-8").partition("\n")
    )
    assert Template(subject).is_valid()
    assert len(subject) > 10
    assert len(body) > 40


def test_links_and_lists_are_shown_as_such() -> None:
    page = mails.as_html("Look:\n\n- one\n- https://portal.example.org/invoices/.\n")
    assert '<ul><li>one</li><li><a href="https://portal.example.org/invoices/">' in page


def test_a_deadline_is_an_hour_in_utc_that_ends_with_it_in_lines_of_at_most_75_octets() -> None:
    end = datetime(2028, 1, 1, 5, 0, tzinfo=UTC)
    attached = deadline_file("id", end, "Last day; sign, please", "ä" * 100 + "\nmore", NOW)
    lines = attached.text.split("\r\n")
    assert lines[0] == "BEGIN:VCALENDAR"
    assert "DTSTART:20280101T040000Z" in lines
    assert "DTEND:20280101T050000Z" in lines
    assert "DTSTAMP:20270615T150000Z" in lines
    assert "SUMMARY:Last day\\; sign\\, please" in lines
    assert max(len(line.encode()) for line in lines) <= 75


def test_a_later_file_of_a_deadline_takes_the_place_of_an_earlier_one() -> None:
    end = datetime(2028, 1, 1, 5, 0, tzinfo=UTC)
    files = [deadline_file("id", end, "t", "d", NOW + timedelta(minutes=each)) for each in range(3)]
    told = [dict(line.split(":", 1) for line in each.text.split("\r\n") if line) for each in files]
    assert {each["UID"] for each in told} == {"id@recertification-portal"}
    sequences = [int(each["SEQUENCE"]) for each in told]
    assert sequences == sorted(set(sequences))
    assert 0 < sequences[0] < 2**31


def test_the_same_thing_is_the_same_mail_and_another_is_another() -> None:
    reminder: Mapping[str, Any] = {
        "mail": "reminder",
        "certification_id": "crt_1",
        "expires_on": "2027-12-31",
        "days": 7,
    }
    assert mail_id_of(reminder) == mail_id_of(dict(reminder))
    assert mail_id_of(reminder) != mail_id_of({**reminder, "days": 30})
    assert mail_id_of(reminder) != mail_id_of({**reminder, "expires_on": "2030-12-31"})
