"""Whatever SES accepts lands in the outbox with its address, subject and text, at the portal's time."""

import base64
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode

import pytest
from werkzeug.test import Client

from infrastructure.local.board import Board
from infrastructure.local.outbox import Outbox

SES = {"Authorization": "AWS4-HMAC-SHA256 Credential=A/20270101/us-east-1/ses/aws4_request, x"}
RAW = "\r\n".join(
    (
        "To: a@example.org",
        "Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=",
        "Content-Type: text/plain; charset=utf-8",
        "",
        "raw text",
        "",
    )
)


@pytest.fixture
def ses(guarded: Client) -> Client:
    made = guarded.post(
        "/v2/email/identities", data=json.dumps({"EmailIdentity": "portal@example.org"}), headers=SES
    )
    assert made.status_code == 200
    return guarded


def send(ses: Client, content: dict[str, object], sender: str = "portal@example.org") -> int:
    destination = {"ToAddresses": ["a@example.org"], "CcAddresses": ["b@example.org"]}
    body = {"FromEmailAddress": sender, "Destination": destination, "Content": content}
    return ses.post("/v2/email/outbound-emails", data=json.dumps(body), headers=SES).status_code


def test_a_simple_mail_is_kept(ses: Client, outbox: Outbox) -> None:
    body = {"Text": {"Data": "Hello"}, "Html": {"Data": "<p>Hello</p>"}}
    assert send(ses, {"Simple": {"Subject": {"Data": "Invoice"}, "Body": body}}) == 200
    (mail,) = outbox.mails()
    assert (mail["to"], mail["subject"], mail["text"]) == ("a@example.org, b@example.org", "Invoice", "Hello")
    assert ses.get("/_portal/outbox").json == [mail]


def test_a_raw_mail_is_kept(ses: Client, outbox: Outbox) -> None:
    assert send(ses, {"Raw": {"Data": base64.b64encode(RAW.encode()).decode()}}) == 200
    (mail,) = outbox.mails()
    assert (mail["subject"], mail["text"].strip()) == ("Grüße", "raw text")


def test_a_mail_by_the_older_protocol_is_kept(ses: Client, outbox: Outbox) -> None:
    form = {
        "Action": "SendEmail",
        "Source": "portal@example.org",
        "Destination.ToAddresses.member.1": "a@example.org",
        "Message.Subject.Data": "Old",
        "Message.Body.Text.Data": "style",
    }
    headers = {**SES, "Content-Type": "application/x-www-form-urlencoded"}
    assert ses.post("/", data=urlencode(form), headers=headers).status_code == 200
    (mail,) = outbox.mails()
    assert (mail["to"], mail["subject"], mail["text"]) == ("a@example.org", "Old", "style")


def test_a_mail_that_ses_refuses_is_not_kept(ses: Client, outbox: Outbox) -> None:
    body = {"Simple": {"Subject": {"Data": "x"}, "Body": {"Text": {"Data": "x"}}}}
    assert send(ses, body, sender="stranger@example.net") >= 400
    assert outbox.mails() == []


def test_a_mail_bears_the_portals_time(tmp_path: Path) -> None:
    board = Board(tmp_path / "board")
    outbox = Outbox(board)
    Board(tmp_path / "board").offset = timedelta(days=365)  # another process moves the clock
    outbox.record("a@example.org", "s", "t")
    at = datetime.fromisoformat(outbox.mails()[0]["at"])
    assert abs(at - datetime.now(UTC) - timedelta(days=365)) < timedelta(seconds=5)
    assert outbox.mails()[0]["at"].endswith("Z")
