"""No unit test of a rule talks to anything: a fixture that shuts the network."""

import socket
from typing import Any

import pytest


@pytest.fixture(autouse=True)
def shut_sockets(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise AssertionError("a unit test of a rule must not use the network")

    monkeypatch.setattr(socket.socket, "connect", refuse)
