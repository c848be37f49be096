"""The zygote: one single-threaded process that has imported what is heavy, and forks execution environments from it.

`python -m infrastructure.local.zygote FD PACKAGE…`: on the socket FD it is sent, for each new environment, a JSON
message and the environment's own socket. The packages are the project's own, imported with all their modules. When the
socket closes it kills its whole process group: no environment outlives it.
"""

import contextlib
import gc
import importlib
import json
import os
import pkgutil
import signal
import socket
import struct
import sys
from typing import Any, ClassVar, NoReturn

from botocore.loaders import JSONFileLoader, Loader

from infrastructure.local import account
from infrastructure.local.environment import live
from infrastructure.local.keeper import die_with_parent

PRELOADED = (
    "botocore.client",
    "botocore.signers",
    "aws_lambda_powertools",
    "aws_lambda_powertools.event_handler",
    "aws_lambda_powertools.event_handler.api_gateway",
    "aws_lambda_powertools.event_handler.middlewares.openapi_validation",
    "aws_lambda_powertools.event_handler.openapi.models",
    "aws_lambda_powertools.logging",
    "aws_lambda_powertools.metrics",
    "aws_lambda_powertools.utilities.batch",
    "pydantic",
    "stripe",
)
_LENGTH = struct.Struct(">I")


def _read(control: socket.socket) -> tuple[dict[str, Any], int] | None:
    """The next message and the descriptor that came with it; None when the stack is gone."""
    head, descriptors, _, _ = socket.recv_fds(control, _LENGTH.size, 1)
    if not head:
        return None
    (size,) = _LENGTH.unpack(head)
    body = b""
    while len(body) < size:
        chunk = control.recv(size - len(body))
        if not chunk:
            return None
        body += chunk
    return json.loads(body), descriptors[0]


def _become(settings: dict[str, Any], control: socket.socket, descriptor: int) -> NoReturn:
    """In the child: forget the zygote and live as an environment."""
    code = 1
    try:
        control.close()
        die_with_parent()
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        live(socket.socket(fileno=descriptor), settings)
        code = 0
    finally:
        os._exit(code)


class ReadOnce(JSONFileLoader):
    """Gives botocore its descriptions of the services, which it would read and parse again in each environment."""

    _read: ClassVar[dict[str, Any]] = {}

    def load_file(self, file_path: str) -> Any:
        if file_path not in self._read:
            self._read[file_path] = super().load_file(file_path)
        return self._read[file_path]


def load_whole(package: str) -> None:
    """Import a package with its modules. One that does not load is left to its function, which says so in the log."""
    with contextlib.suppress(Exception):
        found = importlib.import_module(package)
        for module in pkgutil.walk_packages(found.__path__, f"{package}."):
            with contextlib.suppress(Exception):
                importlib.import_module(module.name)


def main() -> None:
    """Import, then fork on demand until the socket closes."""
    control = socket.socket(fileno=int(sys.argv[1]))
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for name in PRELOADED:
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    for name in sys.argv[2:]:
        load_whole(name)
    Loader.FILE_LOADER_CLASS = ReadOnce
    account.client("dynamodb", "http://127.0.0.1")  # reads what nearly every environment needs
    gc.collect()
    gc.freeze()
    while (message := _read(control)) is not None:
        settings, descriptor = message
        if os.fork() == 0:
            _become(settings, control, descriptor)
        os.close(descriptor)
    os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    main()
