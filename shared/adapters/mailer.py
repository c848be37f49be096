"""SES: mails out, as text, HTML and attachments in one message."""

from email.message import EmailMessage
from email.utils import formataddr
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from shared.domain.mails import Mail, MailRefused

if TYPE_CHECKING:
    from mypy_boto3_ses import SESClient


class Mailer:
    """Sends by SES; `send` is one call. SES knows no idempotency key, so the caller keeps the mark.

    `configuration_set` reports bounces and complaints, which name the mail by its tag.
    """

    def __init__(self, client: "SESClient", sender: str, sender_name: str, configuration_set: str) -> None:
        self._client = client
        self._sender = sender
        self._sender_name = sender_name
        self._configuration_set = configuration_set

    def send(self, mail: Mail) -> None:
        """Send a mail. Raises MailRefused with SES's code, for its sentence may hold the address, which is not for the
        log; or what the client raises when SES does not answer."""
        message = EmailMessage()
        message["From"] = formataddr((self._sender_name, self._sender))
        message["To"] = mail.to
        message["Reply-To"] = mail.reply_to
        message["Subject"] = mail.subject
        message.set_content(mail.text, cte="quoted-printable")
        message.add_alternative(mail.html, subtype="html", cte="quoted-printable")
        for attachment in mail.attachments:
            message.add_attachment(
                attachment.text, subtype=attachment.subtype, filename=attachment.file_name, cte="base64"
            )
        try:
            self._client.send_raw_email(
                Source=self._sender,
                Destinations=[mail.to],
                RawMessage={"Data": message.as_bytes()},
                Tags=[{"Name": "mail", "Value": mail.mail_id}],
                ConfigurationSetName=self._configuration_set,
            )
        except ClientError as error:
            raise MailRefused(error.response["Error"]["Code"]) from None
