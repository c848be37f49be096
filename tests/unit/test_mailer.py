"""What SES is given, against botocore's own model of it, and what its refusals say."""

import email
import email.policy
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from botocore.stub import ANY, Stubber
from hypothesis import example, given
from hypothesis import strategies as st

from shared.adapters.mailer import Mailer
from shared.domain.mails import Attachment, Mail, MailRefused
from shared.domain.members import is_email

MAIL = Mail(
    "mail-1",
    "zoë@example.org".replace("ë", "e"),
    "help@example.org",
    "Grüße: your invoice",
    "Dear Zoë,\n\n" + "x" * 300 + "\n",
    "<p>Dear Zoë</p>",
    (Attachment("deadline.ics", "calendar", "BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"),),
)


@pytest.fixture
def ses() -> Any:
    return boto3.client("ses", region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="x")


def test_a_mail_is_text_html_and_attachments_in_one_message_tagged_with_its_id(ses: Any) -> None:
    asked: dict[str, Any] = {}
    ses.meta.events.register("provide-client-params.ses", lambda params, **_: asked.update(params))
    with Stubber(ses) as stub:
        stub.add_response(
            "send_raw_email",
            {"MessageId": "1"},
            {
                "Source": "portal@example.org",
                "Destinations": [MAIL.to],
                "RawMessage": ANY,
                "Tags": [{"Name": "mail", "Value": "mail-1"}],
                "ConfigurationSetName": "reports",
            },
        )
        Mailer(ses, "portal@example.org", "Certification, Department", "reports").send(MAIL)
    message = email.message_from_bytes(asked["RawMessage"]["Data"], policy=email.policy.default)
    assert message["From"] == '"Certification, Department" <portal@example.org>'
    assert (message["Subject"], message["Reply-To"]) == (MAIL.subject, "help@example.org")
    text, page = message.get_body(("plain",)), message.get_body(("html",))
    assert text is not None
    assert page is not None
    assert (text.get_content(), page.get_content().strip()) == (MAIL.text, MAIL.html)
    (attached,) = message.iter_attachments()
    assert (attached.get_content_type(), attached.get_filename()) == ("text/calendar", "deadline.ics")
    asked["RawMessage"]["Data"].decode("ascii")


def test_a_refusal_says_a_code_and_no_address(ses: Any) -> None:
    with Stubber(ses) as stub:
        stub.add_client_error("send_raw_email", "MessageRejected", f"not verified: {MAIL.to}")
        with pytest.raises(MailRefused) as refused:
            Mailer(ses, "portal@example.org", "C", "reports").send(MAIL)
    assert str(refused.value) == "MessageRejected"
    assert refused.value.__cause__ is None
    assert refused.value.__suppress_context__


@given(
    st.text(alphabet="aZ9.@=?_q:()[]\\<>\"',;%+-ü\u00ad\r\n ", max_size=12), st.sampled_from(["@c.org", ""])
)
@example("=?utf-8?q?a=0ABcc:x?=", "@c.org")
@example("=?utf-8?q?a=0ABcc?=", "@c.org")
@example("x:y", "@c.org")
@example("o'brien.mc_x+y-z%a=b", "@mail.xn--exmple-cua.org")
def test_every_address_that_is_taken_stands_in_the_mail_as_it_is(text: str, domain: str) -> None:
    if is_email(text + domain):
        sent: dict[str, Any] = {}
        client: Any = SimpleNamespace(send_raw_email=lambda **told: sent.update(told))
        Mailer(client, "portal@example.org", "", "").send(replace(MAIL, to=text + domain))
        message = email.message_from_bytes(sent["RawMessage"]["Data"])
        assert message["To"].strip() == text + domain
        assert message["Bcc"] is None


@pytest.mark.parametrize("address", ["o'brien.mc_x+y-z%a=b@mail.xn--exmple-cua.org", "a@b.co", "1@2.example"])
def test_what_people_have_as_addresses_is_taken(address: str) -> None:
    assert is_email(address)
