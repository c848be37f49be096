"""One execution environment from the inside: loads a handler and answers one event after another, as Lambda does."""

import contextlib
import importlib
import json
import os
import socket
import struct
import sys
import time
import traceback
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import botocore

_LENGTH = struct.Struct(">I")
_CLOCK_MODULE = "shared.adapters.clock"
_READING = ("BatchGet", "Describe", "Get", "Head", "List", "Query", "Scan")
"""How the names of AWS's operations begin that change nothing."""


class Context:
    """What a handler gets as its second argument."""

    identity = None
    client_context = None

    def __init__(self, request: dict[str, Any], settings: dict[str, Any]) -> None:
        self.aws_request_id: str = request["request_id"]
        self.function_name: str = settings["name"]
        self.function_version = "$LATEST"
        self.invoked_function_arn: str = settings["arn"]
        self.memory_limit_in_mb: str = str(settings["memory"])
        self.log_group_name = f"/aws/lambda/{self.function_name}"
        self.log_stream_name = f"local/{os.getpid()}"
        self._deadline = time.monotonic() + float(settings["timeout"])

    def get_remaining_time_in_millis(self) -> int:
        """Milliseconds until the environment is killed."""
        return max(0, int((self._deadline - time.monotonic()) * 1000))


class Effects:
    """Whether the event in hand called AWS for more than reading, so that something may follow from it."""

    def __init__(self) -> None:
        self.any = False
        botocore.register_initializer(lambda session: session.register("before-call", self.note))

    def note(self, **call: Any) -> None:
        """Called before each call, whose event is named like `before-call.dynamodb.Query`."""
        if not call["event_name"].rpartition(".")[2].startswith(_READING):
            self.any = True


def live(connection: socket.socket, settings: dict[str, Any]) -> None:
    """Say the process id, load the handler, then answer events until the connection closes."""
    _send(connection, {"pid": os.getpid()})
    _take_over(settings)
    effects = Effects()
    try:
        handler = _load(settings["handler"])
        clock = _clock()
    except BaseException as error:
        traceback.print_exc()
        _send(connection, {"error": _described(error)})
        return
    _send(connection, {"ready": True})
    while (request := _receive(connection)) is not None:
        if clock is not None:
            clock.offset = timedelta(microseconds=request["offset"])
        effects.any = False
        answer = _answer(handler, request, settings)
        _send(connection, {**answer, "effects": effects.any})


def _answer(handler: Any, request: dict[str, Any], settings: dict[str, Any]) -> dict[str, Any]:
    try:
        result = handler(request["event"], Context(request, settings))
        return {"result": json.loads(json.dumps(result, default=_number))}
    except Exception as error:
        traceback.print_exc()
        return {"error": _described(error)}


def _number(value: Any) -> float:
    """Lambda writes a Decimal as a number and refuses everything else that JSON does not know."""
    if isinstance(value, Decimal):
        return float(value)
    raise TypeError(f"Object of type {type(value).__name__} is not JSON serializable")


def _described(error: BaseException) -> dict[str, Any]:
    return {
        "errorMessage": str(error),
        "errorType": type(error).__name__,
        "stackTrace": traceback.format_tb(error.__traceback__),
    }


def _take_over(settings: dict[str, Any]) -> None:
    """Have exactly the given environment, the code as the working directory, and the log as output."""
    os.environ.clear()
    os.environ.update(settings["environment"])
    time.tzset()
    os.chdir(settings["code"])
    sys.path[:] = [settings["code"], *(place for place in sys.path if place and not _is_checkout(place))]
    log = os.open(settings["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for stream in (sys.stdout, sys.stderr):
        os.dup2(log, stream.fileno())
        with contextlib.suppress(AttributeError):
            stream.reconfigure(line_buffering=True)  # type: ignore[union-attr]
    os.close(log)


def _is_checkout(place: str) -> bool:
    return Path(place).resolve() == Path(__file__).parents[2]


def _load(name: str) -> Any:
    module, _, function = name.replace("/", ".").rpartition(".")
    return getattr(importlib.import_module(module), function)


def _clock() -> Any:
    """The portal's clock, if the code has one; loaded now, so that no later import starts it at real time."""
    try:
        return importlib.import_module(_CLOCK_MODULE)
    except ModuleNotFoundError:
        return None


def _send(connection: socket.socket, message: dict[str, Any]) -> None:
    body = json.dumps(message).encode()
    connection.sendall(_LENGTH.pack(len(body)) + body)


def _receive(connection: socket.socket) -> dict[str, Any] | None:
    head = _exactly(connection, _LENGTH.size)
    if head is None:
        return None
    body = _exactly(connection, _LENGTH.unpack(head)[0])
    if body is None:
        return None
    message: dict[str, Any] = json.loads(body)
    return message


def _exactly(connection: socket.socket, size: int) -> bytes | None:
    chunks = bytearray()
    while len(chunks) < size:
        chunk = connection.recv(min(size - len(chunks), 1 << 20))
        if not chunk:
            return None
        chunks += chunk
    return bytes(chunks)
