"""The processes beside the stack's own: moto behind its guards, and Dynoxide."""

import json
import os
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import Any

from infrastructure.local import account, dynamodb
from infrastructure.local.board import Board

_ON_DYNAMODB = ("dynamodb", "dynamodbstreams")
_OUTBOX_PATH = "/_portal/outbox"
_EMPTY_PATH = "/_portal/empty"


class Emulators:
    """AWS on a laptop. Starts when made; `ready` waits until it answers."""

    def __init__(self, board: Board) -> None:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "MOTO_"))}
        self._moto = subprocess.Popen(
            [sys.executable, "-m", "infrastructure.local.aws", str(board.path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=Path(__file__).parents[2],
            env=kept,
            start_new_session=True,
        )
        self._dynoxide: dynamodb.Dynoxide | None = None
        self._clients: dict[str, Any] = {}
        self.url = ""
        self.dynamodb_url = ""

    def ready(self) -> None:
        """Wait until all of it answers; raises NotStarted."""
        binary = dynamodb.find_binary()
        if binary is not None:
            self._dynoxide = dynamodb.start(binary)
        line = self._moto.stdout.readline() if self._moto.stdout else b""
        if not line:
            raise dynamodb.NotStarted("The AWS emulator does not start; the reason stands above.")
        self.url = f"http://127.0.0.1:{json.loads(line)['port']}"
        self.dynamodb_url = self._dynoxide.endpoint if self._dynoxide else self.url

    @property
    def dynamodb_name(self) -> str:
        """Which DynamoDB serves, and what that means."""
        if self._dynoxide:
            return "Dynoxide (real transactions and capacity figures; in memory)"
        return "moto (Dynoxide is not installed: one request at a time, capacity figures mean nothing; in memory)"

    def client(self, service: str) -> Any:
        """A boto3 client of the account; the same one each time, for making one costs more than using it."""
        if service not in self._clients:
            url = self.dynamodb_url if service in _ON_DYNAMODB else self.url
            self._clients[service] = account.client(service, url)
        return self._clients[service]

    def variables(self) -> dict[str, str]:
        """The environment variables by which functions find AWS."""
        return {
            **account.credentials(),
            "AWS_ENDPOINT_URL": self.url,
            "AWS_ENDPOINT_URL_DYNAMODB": self.dynamodb_url,
            "AWS_ENDPOINT_URL_DYNAMODB_STREAMS": self.dynamodb_url,
            "AWS_EC2_METADATA_DISABLED": "true",
        }

    def mails(self) -> list[dict[str, str]]:
        """The outbox, oldest first."""
        mails: list[dict[str, str]] = json.loads(self._ask("GET", _OUTBOX_PATH))
        return mails

    def empty(self) -> None:
        """Remove every user, message, mail and code."""
        self._ask("POST", _EMPTY_PATH)

    def _ask(self, method: str, path: str) -> bytes:
        request = urllib.request.Request(f"{self.url}{path}", method=method)  # noqa: S310 (our own emulator)
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
            said: bytes = answer.read()
            return said

    def stop(self) -> None:
        """End everything and wait until it is gone; there is nothing to keep."""
        if self._dynoxide:
            self._dynoxide.stop()
        self._moto.kill()
        self._moto.communicate()
