"""A client of the portal that knows the public contract and nothing else."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, Self
from uuid import uuid4
from zoneinfo import ZoneInfo

import httpx

from infrastructure.local.keeper import die_with_parent
from tests.performance import startup

ROOT = Path(__file__).parents[2]
PASSWORD = "Recertify!2027"
PATIENCE_SECONDS = 120
BUILT = {"BUILT": str(startup.ARTIFACT)} if startup.is_built() else {}


class RunningPortal:
    """The portal as `make run` starts it, on a free port, with further environment variables.

    Its functions are those of `make build ARCH=host` where it was built from these sources. It ends with the tests,
    even if they are killed.
    """

    def __init__(self, **settings: str) -> None:
        self.url = f"http://localhost:{free_port()}"
        self._output = tempfile.TemporaryFile()  # noqa: SIM115 (closed by stop)
        self._process = subprocess.Popen(
            [sys.executable, "-m", "infrastructure.local"],
            cwd=ROOT,
            env=os.environ | {"PORT": self.url.rpartition(":")[2]} | BUILT | settings,
            stdout=self._output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=die_with_parent,  # noqa: PLW1509 (no thread runs yet that could hold a lock)
        )

    def wait(self) -> Self:
        """Wait until /config.json answers, which is when everything is seeded."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline and self._process.poll() is None:
            try:
                if httpx.get(f"{self.url}/config.json").is_success:
                    return self
            except httpx.TransportError:
                pass
            time.sleep(0.05)
        self._output.seek(0)
        raise AssertionError(f"the portal did not start:\n{self._output.read().decode()}")

    @property
    def process_id(self) -> int:
        """Of the process whose children the portal's parts are."""
        return self._process.pid

    @property
    def said(self) -> list[str]:
        """The lines that it printed so far."""
        return os.pread(self._output.fileno(), 10**8, 0).decode(errors="replace").splitlines()

    def stop(self) -> int:
        """Stop it as Ctrl-C does; the exit code."""
        self._process.send_signal(signal.SIGINT)
        code = self._process.wait(timeout=20)
        self._output.close()
        return code


@dataclass
class Person:
    """Somebody who is logged in."""

    client: httpx.Client
    token: str

    def get(self, path: str, **parameters: Any) -> httpx.Response:
        return self.client.get(path, params=parameters, headers=self._headers())

    def post(self, path: str, body: Any = None, *, key: str | None = None, **options: Any) -> httpx.Response:
        headers = self._headers() | {"Idempotency-Key": key or str(uuid4())}
        return self.client.post(path, json=body, headers=headers, **options)

    def put(self, path: str, body: Any, version: Any) -> httpx.Response:
        return self.client.put(path, json=body, headers=self._headers() | {"If-Match": f'"{version}"'})

    def delete(self, path: str, version: Any) -> httpx.Response:
        return self.client.delete(path, headers=self._headers() | {"If-Match": f'"{version}"'})

    def import_roster(self, roster: str, *, dry_run: bool = False) -> httpx.Response:
        headers = self._headers() | {"Idempotency-Key": str(uuid4()), "Content-Type": "text/csv"}
        parameters = {"dry_run": str(dry_run).lower()}
        return self.client.post(
            "/api/staff/members/import", params=parameters, headers=headers, content=roster.encode()
        )

    def certification(self, designation: str | None = None) -> dict[str, Any]:
        held = self.get("/api/certifications").json()["items"]
        return next(each for each in held if designation in (None, each["designation"]))

    def dashboard(self, certification_id: str) -> dict[str, Any]:
        answer = self.get(f"/api/certifications/{certification_id}/cycle")
        assert answer.status_code == 200, answer.text
        return answer.json()

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}


class Portal:
    """The portal at an address."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.client = httpx.Client(base_url=url, timeout=60)
        self._config = self.client.get("/config.json").json()

    def cognito(self, operation: str, body: dict[str, Any]) -> httpx.Response:
        """Speak Cognito's own JSON protocol."""
        headers = {
            "X-Amz-Target": f"AWSCognitoIdentityProviderService.{operation}",
            "Content-Type": "application/x-amz-json-1.1",
        }
        body = {"ClientId": self._config["cognito"]["clientId"], **body}
        return self.client.post(self._config["cognito"]["endpoint"], json=body, headers=headers)

    @property
    def cognito_endpoint(self) -> str:
        """Where accounts are asked for; AWS's other services are there too."""
        return str(self._config["cognito"]["endpoint"])

    def tokens(self, name: str, password: str = PASSWORD) -> dict[str, str]:
        """What a log-in gives."""
        parameters = {"USERNAME": name, "PASSWORD": password}
        answer = self.cognito(
            "InitiateAuth", {"AuthFlow": "USER_PASSWORD_AUTH", "AuthParameters": parameters}
        )
        assert answer.status_code == 200, answer.text
        tokens: dict[str, str] = answer.json()["AuthenticationResult"]
        return tokens

    def log_in(self, name: str, password: str = PASSWORD) -> Person:
        return Person(self.client, self.tokens(name, password)["AccessToken"])

    def settle(self) -> None:
        """Wait until every queue is empty and every mail sent: to set the clock to its own time answers then."""
        now = self.client.get("/_local/clock").json()
        answer = self.client.put("/_local/clock", json=now)
        assert answer.is_success, answer.text

    def outbox(self) -> list[dict[str, str]]:
        mails: list[dict[str, str]] = self.client.get("/_local/outbox").json()
        return mails["items"] if isinstance(mails, dict) else mails

    def first_log_in(self, email: str, password: str = PASSWORD) -> Person:
        """What a member does after an import: ask for a code, read the mail, choose a password, log in."""
        assert self.cognito("ForgotPassword", {"Username": email}).status_code == 200
        mail = [mail for mail in self.outbox() if mail["to"] == email][-1]
        code = next(word.strip(".") for word in mail["text"].split() if word.strip(".").isdigit())
        body = {"Username": email, "ConfirmationCode": code, "Password": password}
        answer = self.cognito("ConfirmForgotPassword", body)
        assert answer.status_code == 200, answer.text
        return self.log_in(email, password)


def this_day() -> date:
    """The day it is in the time zone of the shipped program."""
    return datetime.now(ZoneInfo("America/New_York")).date()


def free_port() -> int:
    """A port that nobody listens on right now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def entry(activity: str, quantity: float = 1, **fields: Any) -> dict[str, Any]:
    """An entry as it is sent; its days default to the cycle's first days by the caller."""
    return {
        "activity": activity,
        "quantity": quantity,
        "title": activity.title(),
        "organization": "IPMA-HR",
        **fields,
    }
