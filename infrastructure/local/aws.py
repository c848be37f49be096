"""The AWS process: moto behind its guards, threaded, on a free port; `python -m infrastructure.local.aws BOARD`.

It says its port in one line of JSON and ends when its standard input closes, that is, with the stack's own process.
"""

import contextlib
import json
import logging
import os
import sys
import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

os.environ["MOTO_DISABLE_GLOBAL_CORS"] = "true"

from moto.backends import get_backend
from moto.dynamodb.models.table import StreamRecord
from moto.dynamodbstreams.models import ShardIterator
from moto.moto_server.werkzeug_app import (
    DomainDispatcherApplication,
    MotoRequestHandler,
    create_backend_app,
)
from werkzeug.serving import make_server

from infrastructure.local.account import ACCOUNT_ID, REGION
from infrastructure.local.board import FUNCTIONS_LOG, Board
from infrastructure.local.cognito_directory import honour_token_validity
from infrastructure.local.cognito_guard import CognitoGuard
from infrastructure.local.emptying import EmptyingApp
from infrastructure.local.outbox import Outbox, OutboxApp
from infrastructure.local.s3_guard import S3Guard
from infrastructure.local.wsgi import Answer, read_body, run, service_of

_LOADED_AT_ONCE = ("cognito-idp", "sqs", "ssm")


class SerialServices:
    """One lock for moto's DynamoDB, whose transactions are not isolated, one for its queues; counts what is queued.

    S3 shares the lock of the queues: a bucket tells EventBridge of an upload, and its rules feed queues, before the
    upload is answered. Every upload is counted, whether a rule wants it or not; a poller then looks once in vain.
    """

    def __init__(self, app: WSGIApplication, board: Board) -> None:
        self._app = app
        self._board = board
        database, queues = threading.Lock(), threading.Lock()
        self._locks = {"dynamodb": database, "dynamodbstreams": database, "sqs": queues, "s3": queues}

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        service = service_of(environ)
        lock = self._locks.get(service)
        if lock is None:
            return self._app(environ, start_response)
        with lock:
            queue = _queue_named(environ)
            answer = run(self._app, environ)
            if _queues_something(service, environ) and answer.ok:
                self._board.count_queued(queue)
        return answer.send(start_response)


def _queues_something(service: str, environ: WSGIEnvironment) -> bool:
    if service == "s3":
        return environ["REQUEST_METHOD"] in ("POST", "PUT")
    return ".SendMessage" in environ.get("HTTP_X_AMZ_TARGET", "")


def _queue_named(environ: WSGIEnvironment) -> str | None:
    """The queue that a message is sent to; None where the request does not say it, as an upload."""
    if ".SendMessage" not in environ.get("HTTP_X_AMZ_TARGET", ""):
        return None
    try:
        return str(json.loads(read_body(environ))["QueueUrl"]).rpartition("/")[2] or None
    except (ValueError, KeyError, TypeError):
        return None


class CognitoFromBrowsers:
    """Lets pages of any origin call Cognito, as Cognito does."""

    def __init__(self, app: WSGIApplication) -> None:
        self._app = app

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if "HTTP_ORIGIN" not in environ:
            return self._app(environ, start_response)
        asked = environ.get("HTTP_ACCESS_CONTROL_REQUEST_HEADERS", "").lower()
        allowed = [
            ("Access-Control-Allow-Origin", "*"),
            ("Access-Control-Expose-Headers", "x-amzn-ErrorType"),
        ]
        if environ["REQUEST_METHOD"] == "OPTIONS" and "x-amz-target" in asked:
            allowed += [
                ("Access-Control-Allow-Methods", "POST"),
                ("Access-Control-Allow-Headers", asked),
                ("Access-Control-Max-Age", "600"),
            ]
            return Answer("200 OK", allowed).send(start_response)
        if service_of(environ) != "cognito-idp":
            return self._app(environ, start_response)
        answer = run(self._app, environ)
        return Answer(answer.status, [*answer.headers, *allowed], answer.body).send(start_response)


def copy_no_stream_records() -> None:
    """moto copies the table before each transaction, with every record of its stream; records never change."""
    StreamRecord.__deepcopy__ = _itself  # type: ignore[attr-defined]


def _itself(record: StreamRecord, _: dict[int, Any]) -> StreamRecord:
    return record


def follow_streams() -> None:
    """moto puts back a copy of the table when a transaction is cancelled; who reads its stream goes on in the copy."""
    ShardIterator.get = _in_the_table_as_it_is(ShardIterator.get)  # type: ignore[method-assign]


def _in_the_table_as_it_is(get: Callable[..., dict[str, Any]]) -> Callable[..., dict[str, Any]]:
    def looked(iterator: ShardIterator, limit: int = 1000) -> dict[str, Any]:
        name = iterator.stream_shard.table.name
        table = iterator.streams_backend.dynamodb.tables.get(name)
        if table is not None and table.stream_shard is not None:
            iterator.stream_shard = table.stream_shard
        return get(iterator, limit)

    return looked


def guarded(moto: WSGIApplication, board: Board) -> WSGIApplication:
    """moto's server application with every guard in front."""
    honour_token_validity()
    copy_no_stream_records()
    follow_streams()
    outbox = Outbox(board)
    app: WSGIApplication = SerialServices(moto, board)
    app = S3Guard(app)
    cognito = CognitoGuard(app, outbox)
    app = OutboxApp(cognito, outbox)
    app = EmptyingApp(app, (outbox.clear, cognito.forget))
    return CognitoFromBrowsers(app)


def _end_with_parent(board: Path) -> None:
    """When the stack was killed there is nobody else to remove what it left."""
    sys.stdin.buffer.read()
    with contextlib.suppress(OSError):
        for left in (board, board.with_name(FUNCTIONS_LOG)):
            left.unlink(missing_ok=True)
        board.parent.rmdir()
    os._exit(0)


def _load() -> None:
    """moto loads a service when it is first asked for; better now, while the stack still reads its templates."""
    for service in _LOADED_AT_ONCE:
        get_backend(service)[ACCOUNT_ID][REGION]  # type: ignore[call-overload]


def main() -> None:
    """Serve until standard input closes."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    moto = DomainDispatcherApplication(create_backend_app)
    board = Path(sys.argv[1])
    app = guarded(moto, Board(board))
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=MotoRequestHandler)
    threading.Thread(target=_end_with_parent, args=(board,), daemon=True).start()
    print(json.dumps({"port": server.server_address[1]}), flush=True)
    threading.Thread(target=_load, daemon=True).start()
    server.serve_forever()


if __name__ == "__main__":
    main()
