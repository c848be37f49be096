"""Emptying moto for a reset: users, messages, mails and codes go; pools, clients, groups and queues stay."""

from collections.abc import Callable, Iterable
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from moto.cognitoidp.models import cognitoidp_backends
from moto.sqs.models import sqs_backends

from infrastructure.local.account import ACCOUNT_ID, REGION
from infrastructure.local.wsgi import json_answer

EMPTY_PATH = "/_portal/empty"


class EmptyingApp:
    """WSGI middleware: a POST to its path empties everything, then tells each guard to forget."""

    def __init__(self, app: WSGIApplication, forget: Iterable[Callable[[], None]]) -> None:
        self._app = app
        self._forget = tuple(forget)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if environ.get("PATH_INFO") != EMPTY_PATH or environ["REQUEST_METHOD"] != "POST":
            return self._app(environ, start_response)
        _remove_users()
        _remove_messages()
        for forget in self._forget:
            forget()
        return json_answer({}).send(start_response)


def _remove_users() -> None:
    """Tokens stay: whoever is logged in and is there again afterwards is not logged out."""
    for pool in cognitoidp_backends[ACCOUNT_ID][REGION].user_pools.values():
        pool.users.clear()
        for group in pool.groups.values():
            group.users.clear()


def _remove_messages() -> None:
    for queue in sqs_backends[ACCOUNT_ID][REGION].queues.values():
        queue._messages = []  # noqa: SLF001 (moto purges a queue only once a minute)
        queue.pending_messages.clear()
