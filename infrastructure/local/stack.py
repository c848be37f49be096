"""The whole portal on one computer: `with LocalStack(port=0) as stack:` and `stack.url` answers, seeded."""

import asyncio
import contextlib
import errno
import shutil
import socket
import tempfile
import threading
from collections.abc import Coroutine, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import uvicorn
from starlette.types import ASGIApp

from infrastructure.local.authorizer import JwtAuthorizer, published_keys
from infrastructure.local.board import FUNCTIONS_LOG, Board
from infrastructure.local.clock import PortalClock
from infrastructure.local.console import Console
from infrastructure.local.deploy import Deployed, deploy, plan
from infrastructure.local.emulators import Emulators
from infrastructure.local.environments import Environments
from infrastructure.local.events import Events
from infrastructure.local.gateway import Api, gateway
from infrastructure.local.mail import verify_senders
from infrastructure.local.payments import store_secrets, stripe_secrets, uses_stripe
from infrastructure.local.project import Project, portal
from infrastructure.local.queues import QueuePoller
from infrastructure.local.seeding import SeedTarget
from infrastructure.local.streams import StreamPoller
from infrastructure.local.stripe_stand_in import StripeStandIn, create_app
from infrastructure.local.template import Function, Runnables

_HOSTS = ("127.0.0.1", "::1")
_WEBHOOK_PATH = "/api/stripe/webhook"
_GRACE_SECONDS = 1


class PortTaken(Exception):
    """Somebody else listens on the wanted port, or it is not for everybody."""


class LocalStack:
    """One stack: only the port is fixed (0: a free one); everything inside takes free ports."""

    def __init__(self, port: int = 8000, project: Project | None = None) -> None:
        self._wanted_port = port
        self._project = project or portal()
        self._sockets: list[socket.socket] = []
        self._stop_steps = contextlib.ExitStack()
        self._loop = asyncio.new_event_loop()
        self._deployed = Deployed()
        self._runnables = Runnables()
        self._seeded = False
        self.url = ""
        self.stripe_name = "not used"

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> Self:
        """Start everything, deploy, serve and seed; on any failure nothing is left behind.

        Raises PortTaken, DeployError, or whatever the seed raises.
        """
        try:
            self._start()
        except BaseException:
            self.stop()
            raise
        return self

    def stop(self) -> None:
        """End everything that was started, the last first; may be called twice."""
        self._seeded = False
        self._stop_steps.close()

    @property
    def functions_log(self) -> Path:
        """What the functions print, while the stack runs."""
        return self._folder / FUNCTIONS_LOG

    @property
    def dynamodb_name(self) -> str:
        """Which DynamoDB serves."""
        return self._emulators.dynamodb_name

    @property
    def resources(self) -> Mapping[str, str]:
        """Outputs of all templates, and `!Ref` of each logical id."""
        return {name: made.ref for name, made in self._deployed.resources.items()} | self._deployed.outputs

    def client(self, service: str) -> Any:
        """A boto3 client against the emulators."""
        return self._emulators.client(service)

    def drain(self) -> None:
        """Wait until queues and streams are empty and no function runs."""
        self._on_loop(self._events.drain())

    def config(self) -> Mapping[str, Any] | None:
        """What /config.json says; None until everything is seeded."""
        if not self._seeded:
            return None
        cognito = {
            "endpoint": self._emulators.url,
            "userPoolId": self.resources.get("UserPoolId", ""),
            "clientId": self.resources.get("UserPoolClientId", ""),
        }
        demo = {"demo": self._project.demo} if self._project.demo else {}
        return {"apiBase": "/api", "cognito": cognito, **demo}

    # Starting, in order; every step says at once how it is undone

    def _start(self) -> None:
        self._sockets = listen(self._wanted_port)
        self._stop_steps.callback(self._close_sockets)
        port = self._sockets[0].getsockname()[1]
        self.url = f"http://localhost:{port}"
        self._folder = Path(tempfile.mkdtemp(prefix="recertification-"))
        self._stop_steps.callback(shutil.rmtree, self._folder, ignore_errors=True)
        self._board = Board(self._folder / "board")
        self._stop_steps.callback(self._board.close)
        self._emulators = Emulators(self._board)
        self._stop_steps.callback(self._emulators.stop)
        self._environments = Environments(
            self.functions_log,
            self._variables,
            lambda: self._board.offset,
            self._project.layers,
            self._project.packages,
        )
        self._stop_steps.callback(self._environments.stop)
        self._start_loop()
        parameters = self._project.parameters(self.url)
        plans = [plan(path, name, parameters, self._project.root) for name, path in self._project.stacks]
        self._emulators.ready()
        for planned in plans:
            deploy(planned, self._emulators.client, self._deployed)
        self._runnables = self._deployed.runnables()
        verify_senders(self._runnables.functions.values(), self._emulators.client)
        self._serve(port)
        self._on_loop(self._events.start())
        self._stop_steps.callback(lambda: self._on_loop(self._events.stop()))
        self._seed()
        ticking = asyncio.run_coroutine_threadsafe(self._clock.run(), self._loop)
        self._stop_steps.callback(ticking.cancel)
        self._stop_steps.callback(lambda: self._on_loop(self._clock.end()))

    def _start_loop(self) -> None:
        thread = threading.Thread(target=self._loop.run_forever, name="local-stack", daemon=True)
        thread.start()

        def end() -> None:
            self._on_loop(_cancel_everything())
            self._loop.call_soon_threadsafe(self._loop.stop)
            thread.join()
            self._loop.close()

        self._stop_steps.callback(end)

    def _serve(self, port: int) -> None:
        """Listen: first Stripe's stand-in, whose address the functions need, then the portal itself."""
        functions = list(self._runnables.functions.values())
        self._stripe_url = ""
        self._stripe: StripeStandIn | None = None
        if any(map(uses_stripe, functions)):
            self._serve_stripe(port, functions)
        self._events = Events(self._environments, self._board, self._pollers, self._drain_elsewhere)
        self._clock = PortalClock(self._board, self._runnables, self._environments, self._events.drain)
        console = Console(self._clock, self._runnables, self._emulators.mails, self._reset)
        issuers = [route.authorizer.issuer for route in self._runnables.routes if route.authorizer]
        authorizer = JwtAuthorizer(issuers, lambda issuer: published_keys(self._emulators.url, issuer))
        api = Api(self._runnables, self._environments, authorizer)
        app = gateway(api, self.config, console.routes(), self._project.web, self._emulators.url)
        self._run_server(app, self._sockets)

    def _serve_stripe(self, port: int, functions: list[Function]) -> None:
        secrets = stripe_secrets()
        store_secrets(functions, secrets, self._emulators.client)
        if secrets.real:
            self.stripe_name = "the real one in test mode (STRIPE_SECRET_KEY is set)"
            return
        self._stripe = create_app(
            secret_key=secrets.secret_key,
            webhook_secret=secrets.webhook_secret,
            webhook_url=f"http://127.0.0.1:{port}{_WEBHOOK_PATH}",
            portal_url=self.url,
        )
        sockets = listen(0)
        self._stripe_url = f"http://127.0.0.1:{sockets[0].getsockname()[1]}"
        self.stripe_name = f"a stand-in at {self._stripe_url}"
        self._run_server(self._stripe.app, sockets)

    def _run_server(self, app: ASGIApp, sockets: list[socket.socket]) -> None:
        config = uvicorn.Config(
            app,
            log_level="warning",
            access_log=False,
            timeout_graceful_shutdown=_GRACE_SECONDS,
            server_header=False,
        )
        server = uvicorn.Server(config)
        serving = asyncio.run_coroutine_threadsafe(server.serve(sockets), self._loop)

        def end() -> None:
            server.should_exit = True
            with contextlib.suppress(Exception):
                serving.result(timeout=_GRACE_SECONDS + 5)

        self._stop_steps.callback(end)

    def _seed(self) -> None:
        """Fill the empty stack with the project's demo data, through its own doors."""
        if self._project.seed is not None:
            target = SeedTarget(
                self.url, self._emulators.url, self.client, self.resources, self._clock.now, self.drain
            )
            self._project.seed(target)
            self.drain()
        self._seeded = True

    # While it runs

    def _variables(self, function: Function) -> dict[str, str]:
        """A function's whole environment: as Lambda sets it, the emulators' addresses, and the template's variables."""
        variables = {
            "AWS_CONFIG_FILE": "/dev/null",
            "AWS_EXECUTION_ENV": "AWS_Lambda_python3.13",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(function.memory),
            "AWS_LAMBDA_FUNCTION_NAME": function.name,
            "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
            "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
            "AWS_LAMBDA_LOG_GROUP_NAME": f"/aws/lambda/{function.name}",
            "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
            "HOME": "/nonexistent",
            "LAMBDA_TASK_ROOT": str(function.code),
            "LANG": "en_US.UTF-8",
            "PATH": "/usr/local/bin:/usr/bin:/bin",
            "TZ": ":UTC",
            **self._emulators.variables(),
            **function.environment,
        }
        if uses_stripe(function) and self._stripe_url:
            variables["STRIPE_API_BASE"] = self._stripe_url
        return variables

    def _pollers(self) -> tuple[list[QueuePoller], list[StreamPoller]]:
        sqs = self.client("sqs")
        functions = self._runnables.functions
        queues = [
            QueuePoller(source, functions[source.function], sqs, self._environments, self._board)
            for source in self._runnables.queues
        ]
        streams = [
            StreamPoller(source, functions[source.function], self._emulators.dynamodb_url, self._environments)
            for source in self._runnables.streams
        ]
        return queues, streams

    async def _drain_elsewhere(self) -> None:
        if self._stripe is not None:
            await self._stripe.drain()

    async def _reset(self) -> None:
        """Back to the seeded state and the real time."""
        async with self._clock.held():
            self._seeded = False
            await self._events.drain()
            await self._events.stop()
            self._environments.end_all()
            if self._stripe is not None:
                self._stripe.reset()
            self._clock.return_to_real_time()
            await asyncio.to_thread(self._empty)
            await self._events.start()
            await asyncio.to_thread(self._seed)

    def _empty(self) -> None:
        for made in self._deployed.resources.values():
            made.empty()
        self._emulators.empty()

    def _on_loop(self, work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    def _close_sockets(self) -> None:
        for one in self._sockets:
            one.close()


def listen(port: int) -> list[socket.socket]:
    """Sockets on both of localhost's addresses, where both exist; raises PortTaken."""
    first = _listening(socket.AF_INET, _HOSTS[0], port)
    sockets = [first]
    if socket.has_ipv6:
        try:
            sockets.append(_listening(socket.AF_INET6, _HOSTS[1], first.getsockname()[1]))
        except PortTaken:
            if port != 0:
                first.close()
                raise
        except OSError:
            pass  # this computer has no IPv6
    return sockets


def _listening(family: socket.AddressFamily, host: str, port: int) -> socket.socket:
    # named, for only then does asyncio send at once what it has: a body would wait 40 ms behind its headers
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if family == socket.AF_INET6:
        listening.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    try:
        listening.bind((host, port))
        listening.listen(1024)
    except OSError as error:
        listening.close()
        if error.errno == errno.EADDRINUSE:
            raise PortTaken(f"Port {port} is taken by another program.") from None
        if error.errno == errno.EACCES:
            raise PortTaken(f"Port {port} needs more rights than you have.") from None
        raise
    listening.setblocking(False)
    return listening


async def _cancel_everything() -> None:
    tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
