"""What runs, read from the translated template: functions, routes, authorizers, event sources and schedules."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from infrastructure.local.account import session
from infrastructure.local.intrinsics import DeployError

_LOCAL_BUCKET = "local"
_DEFAULT_TIMEOUT = 3
type Resolve = Callable[[Any], Any]


@dataclass(frozen=True)
class Function:
    """A Lambda function: where its code stands and what it runs with."""

    logical_id: str
    name: str
    code: Path
    handler: str
    timeout: int
    memory: int
    concurrency: int | None
    environment: Mapping[str, str]

    @property
    def folder(self) -> str:
        """The folder under functions/ that holds the handler: `points` of `functions.points.handler.handler`."""
        parts = self.handler.split(".")
        return parts[1] if parts[0] == "functions" and len(parts) > 2 else parts[0]

    @property
    def job(self) -> str:
        """The name by which people run it: `generate-invoices` for the folder `generate_invoices`."""
        return self.folder.replace("_", "-")


@dataclass(frozen=True)
class Authorizer:
    """A JWT authorizer of the HTTP API."""

    issuer: str
    audience: tuple[str, ...]


@dataclass(frozen=True)
class Route:
    """A route of the HTTP API: `method` is upper case or ANY, `path` a template or `$default`."""

    method: str
    path: str
    function: str
    authorizer: Authorizer | None

    @property
    def key(self) -> str:
        """The route key as the service writes it."""
        return self.path if self.path == "$default" else f"{self.method} {self.path}"


@dataclass(frozen=True)
class QueueSource:
    """A queue whose messages are handed to a function in batches."""

    function: str
    queue_name: str
    queue_arn: str
    batch_size: int
    reports_failures: bool
    concurrency: int


@dataclass(frozen=True)
class StreamSource:
    """A table whose changes are handed to a function in order."""

    function: str
    table_name: str
    batch_size: int
    reports_failures: bool
    retries: int


@dataclass(frozen=True)
class Schedule:
    """A function run by the calendar; `input` is the text that the schedule hands over."""

    name: str
    function: str
    expression: str
    time_zone: str
    input: str


@dataclass(frozen=True)
class Runnables:
    """Everything of a template that runs."""

    functions: Mapping[str, Function] = field(default_factory=dict)
    routes: tuple[Route, ...] = ()
    queues: tuple[QueueSource, ...] = ()
    streams: tuple[StreamSource, ...] = ()
    schedules: tuple[Schedule, ...] = ()

    def job(self, name: str) -> Function | None:
        """The function that people can run by this name: one that neither serves a route nor reads a queue."""
        others = {route.function for route in self.routes}
        others |= {source.function for source in self.queues} | {source.function for source in self.streams}
        return next(
            (f for f in self.functions.values() if f.job == name and f.logical_id not in others), None
        )


def load(path: Path) -> dict[str, Any]:
    """A template as written, with CloudFormation's tags (`!Ref`, `!Sub` …)."""
    template: dict[str, Any] = yaml.load(path.read_text(), _reader())  # noqa: S506 (it is a safe one)
    return template


@cache
def _reader() -> Any:
    """SAM's reading of the tags, with YAML's own code in C where it is there: six times as quick."""
    from samtranslator.yaml_helper import intrinsics_multi_constructor

    class Reader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
        pass

    Reader.add_multi_constructor("!", intrinsics_multi_constructor)
    return Reader


def translate(template: dict[str, Any], folder: Path, parameters: Mapping[str, str]) -> dict[str, Any]:
    """The template as SAM translates it for the service, without asking any service; code stays where it stands."""
    if "Transform" not in template:
        return template
    from samtranslator.parser.parser import Parser
    from samtranslator.translator.translator import Translator

    _stand_for_uploads(template, folder)
    translated: dict[str, Any] = Translator({}, Parser(), boto_session=session()).translate(
        template, dict(parameters)
    )
    return translated


def _stand_for_uploads(template: dict[str, Any], folder: Path) -> None:
    """SAM wants code in a bucket: name a bucket that says the local path instead."""
    everywhere = template.get("Globals", {}).get("Function", {})
    for resource in [{"Properties": everywhere}, *template["Resources"].values()]:
        properties = resource.get("Properties", {})
        for name in ("CodeUri", "ContentUri"):
            if isinstance(properties.get(name), str):
                place = (folder / properties[name]).resolve()
                properties[name] = f"s3://{_LOCAL_BUCKET}{place}"


def code_of(properties: Mapping[str, Any]) -> Path:
    """Where the code of a translated function stands."""
    return Path("/" + str(properties["Code"]["S3Key"]).lstrip("/"))


def read_function(logical_id: str, name: str, properties: Mapping[str, Any]) -> Function:
    """A function from its resolved properties."""
    variables = (properties.get("Environment") or {}).get("Variables") or {}
    return Function(
        logical_id=logical_id,
        name=name,
        code=code_of(properties),
        handler=properties["Handler"],
        timeout=int(properties.get("Timeout", _DEFAULT_TIMEOUT)),
        memory=int(properties.get("MemorySize", 128)),
        concurrency=properties.get("ReservedConcurrentExecutions"),
        environment={key: _environment_text(value) for key, value in variables.items()},
    )


def _environment_text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def read_routes(
    body: Mapping[str, Any], resolve: Resolve, function_of: Callable[[str], str]
) -> Iterator[Route]:
    """The routes of the HTTP API's OpenAPI body; `function_of` finds a logical id by ARN."""
    schemes = (body.get("components") or {}).get("securitySchemes") or {}
    authorizers = {name: _read_authorizer(name, scheme, resolve) for name, scheme in schemes.items()}
    for path, methods in body["paths"].items():
        for method, operation in methods.items():
            integration = operation["x-amazon-apigateway-integration"]
            if integration["type"] != "aws_proxy" or integration["payloadFormatVersion"] != "2.0":
                raise DeployError(f"{method} {path}: only Lambda with payload format 2.0 is served locally.")
            uri = str(resolve(integration["uri"]))
            names = [name for requirement in operation.get("security", []) for name in requirement]
            needed = [authorizers[name] for name in names if name != "NONE"]
            yield Route(
                method="ANY" if method == "x-amazon-apigateway-any-method" else method.upper(),
                path="$default" if operation.get("isDefaultRoute") or path == "$default" else path,
                function=function_of(uri.split("/functions/")[1].removesuffix("/invocations")),
                authorizer=needed[0] if needed else None,
            )


def _read_authorizer(name: str, scheme: Mapping[str, Any], resolve: Resolve) -> Authorizer:
    declared = resolve(scheme).get("x-amazon-apigateway-authorizer", {})
    if declared.get("type") != "jwt" or declared.get("identitySource") != "$request.header.Authorization":
        raise DeployError(
            f"Authorizer {name}: only JWT authorizers of the Authorization header are served locally."
        )
    configuration = declared["jwtConfiguration"]
    return Authorizer(configuration["issuer"], tuple(configuration["audience"]))


def read_source(properties: Mapping[str, Any], function: str) -> QueueSource | StreamSource:
    """An event source mapping from its resolved properties."""
    arn = properties["EventSourceArn"]
    reports = "ReportBatchItemFailures" in (properties.get("FunctionResponseTypes") or [])
    if ":sqs:" in arn:
        scaling = properties.get("ScalingConfig") or {}
        return QueueSource(
            function=function,
            queue_name=arn.rsplit(":", 1)[1],
            queue_arn=arn,
            batch_size=int(properties.get("BatchSize", 10)),
            reports_failures=reports,
            concurrency=int(scaling.get("MaximumConcurrency", 5)),
        )
    table = re.search(r":table/([^/]+)/stream/", arn)
    if table is None:
        raise DeployError(f"Event source {arn}: only queues and table streams are polled locally.")
    return StreamSource(
        function=function,
        table_name=table[1],
        batch_size=int(properties.get("BatchSize", 100)),
        reports_failures=reports,
        retries=int(properties.get("MaximumRetryAttempts", -1)),
    )
