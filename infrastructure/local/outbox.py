"""The outbox: every mail that SES or Cognito would have sent, with the portal's time of its sending."""

import base64
import email
import email.policy
import json
import threading
from collections.abc import Iterable
from email.message import EmailMessage
from urllib.parse import parse_qs
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from infrastructure.local.board import Board
from infrastructure.local.wsgi import json_answer, read_body, run, service_of

OUTBOX_PATH = "/_portal/outbox"


class Outbox:
    """Mails in the order of their sending."""

    def __init__(self, board: Board) -> None:
        self._board = board
        self._mails: list[dict[str, str]] = []
        self._lock = threading.Lock()

    def record(self, to: str, subject: str, text: str) -> None:
        """Keep a mail; `at` is the portal's clock, RFC 3339 in UTC."""
        at = self._board.now().isoformat(timespec="milliseconds").replace("+00:00", "Z")
        with self._lock:
            self._mails.append({"to": to, "subject": subject, "text": text, "at": at})

    def mails(self) -> list[dict[str, str]]:
        """All mails, oldest first."""
        with self._lock:
            return list(self._mails)

    def clear(self) -> None:
        """Forget all mails."""
        with self._lock:
            self._mails.clear()


class OutboxApp:
    """Serves the outbox to the stack's own process and records what SES accepts on its way through."""

    def __init__(self, app: WSGIApplication, outbox: Outbox) -> None:
        self._app = app
        self._outbox = outbox

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if environ.get("PATH_INFO") == OUTBOX_PATH:
            return json_answer(self._outbox.mails(), content_type="application/json").send(start_response)
        if service_of(environ) != "ses" or environ["REQUEST_METHOD"] != "POST":
            return self._app(environ, start_response)
        body = read_body(environ)
        answer = run(self._app, environ)
        if answer.ok:
            if environ["PATH_INFO"] == "/v2/email/outbound-emails":
                self._record_v2(json.loads(body))
            elif environ["PATH_INFO"] == "/":
                self._record_v1(parse_qs(body.decode()))
        return answer.send(start_response)

    def _record_v2(self, sent: dict[str, object]) -> None:
        content = sent["Content"]
        assert isinstance(content, dict)
        destination = sent.get("Destination") or {}
        assert isinstance(destination, dict)
        receivers = [
            address
            for kind in ("ToAddresses", "CcAddresses", "BccAddresses")
            for address in destination.get(kind, [])
        ]
        if "Raw" in content:
            self._record_raw(base64.b64decode(content["Raw"]["Data"]), receivers)
            return
        body = content["Simple"]["Body"]
        text = body.get("Text", body.get("Html"))["Data"]
        self._outbox.record(", ".join(receivers), content["Simple"]["Subject"]["Data"], text)

    def _record_v1(self, form: dict[str, list[str]]) -> None:
        action = form["Action"][0]
        if action == "SendRawEmail":
            receivers = [value[0] for name, value in form.items() if name.startswith("Destinations.member.")]
            self._record_raw(base64.b64decode(form["RawMessage.Data"][0]), receivers)
        elif action == "SendEmail":
            receivers = [value[0] for name, value in form.items() if name.startswith("Destination.")]
            text = form.get("Message.Body.Text.Data") or form["Message.Body.Html.Data"]
            self._outbox.record(", ".join(receivers), form["Message.Subject.Data"][0], text[0])

    def _record_raw(self, raw: bytes, receivers: list[str]) -> None:
        message = email.message_from_bytes(raw, policy=email.policy.default)
        assert isinstance(message, EmailMessage)
        part = message.get_body(preferencelist=("plain", "html"))
        text = part.get_content() if part else ""
        self._outbox.record(", ".join(receivers) or str(message["To"]), str(message["Subject"]), text)
