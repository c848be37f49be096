"""The deployer: makes the resources of a template in the emulators, and fails loudly on whatever it does not know."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from infrastructure.local import no_local_effect
from infrastructure.local.account import ACCOUNT_ID, REGION
from infrastructure.local.deploy_resources import MAKERS, Made, Making, Properties
from infrastructure.local.intrinsics import DeployError, Scope, parameters_of
from infrastructure.local.template import (
    Function,
    QueueSource,
    Route,
    Runnables,
    Schedule,
    StreamSource,
    load,
    read_function,
    read_routes,
    read_source,
    translate,
)

_FUNCTION = "AWS::Lambda::Function"
_READ_AFTERWARDS = {
    "AWS::ApiGatewayV2::Api",
    "AWS::ApiGatewayV2::Stage",
    "AWS::Lambda::EventSourceMapping",
    "AWS::Scheduler::Schedule",
}


@dataclass
class Deployed:
    """What is there after deploying: resources by logical id, outputs and exports of all stacks, and what runs."""

    resources: dict[str, Made] = field(default_factory=dict)
    exports: dict[str, str] = field(default_factory=dict)
    outputs: dict[str, str] = field(default_factory=dict)
    functions: dict[str, Function] = field(default_factory=dict)
    routes: list[Route] = field(default_factory=list)
    queues: list[QueueSource] = field(default_factory=list)
    streams: list[StreamSource] = field(default_factory=list)
    schedules: list[Schedule] = field(default_factory=list)

    def runnables(self) -> Runnables:
        """What runs, fixed from now on."""
        return Runnables(
            self.functions, tuple(self.routes), tuple(self.queues), tuple(self.streams), tuple(self.schedules)
        )

    def ref(self, logical_id: str) -> str:
        """What `!Ref` says of a resource, in whichever stack it is."""
        return self.resources[logical_id].ref


@dataclass(frozen=True)
class Plan:
    """A template ready to be deployed: translated, with the values of its parameters."""

    stack_name: str
    template: Mapping[str, Any]
    parameters: Mapping[str, str]


def plan(path: Path, stack_name: str, parameters: Mapping[str, str], folder: Path | None = None) -> Plan:
    """Read and translate a template, which needs no emulator.

    `parameters` may hold more than the template declares, and less: what has neither a value nor a default is an output
    of a stack before it, as `make deploy` has it too. `folder` is where relative code paths start (the template's own).
    Raises DeployError for a parameter that does not fit.
    """
    template = load(path)
    declared = template.get("Parameters", {})
    given = {name: value for name, value in parameters.items() if name in declared}
    known = {name: each for name, each in declared.items() if name in given or "Default" in each}
    translated = translate(template, folder or path.parent, parameters_of({"Parameters": known}, given))
    return Plan(stack_name, translated, given)


def deploy(planned: Plan, client: Callable[[str], Any], deployed: Deployed) -> None:
    """Deploy one template after those already in `deployed`, and add to it.

    `client` makes a boto3 client by service name. Raises DeployError naming resource, type and property for anything
    that is not known.
    """
    told = {
        name: deployed.outputs[name]
        for name in planned.template.get("Parameters", {})
        if name in deployed.outputs
    }
    _Stack(planned.stack_name, planned.template, {**told, **planned.parameters}, client, deployed).make()


class _Stack:
    """One stack in the making: resources are made when first referred to."""

    def __init__(
        self,
        name: str,
        template: Mapping[str, Any],
        parameters: Mapping[str, str],
        client: Callable[[str], Any],
        deployed: Deployed,
    ) -> None:
        self._name = name
        self._template = template
        self._client = client
        self._deployed = deployed
        self._own: dict[str, Made] = {}
        self._in_the_making: list[str] = []
        self._scope = Scope(name, template, parameters, deployed.exports, self._ref, self._get_att)

    def make(self) -> None:
        """Make everything, then read what runs, then publish the exports."""
        resources = {
            logical_id: resource
            for logical_id, resource in self._template["Resources"].items()
            if "Condition" not in resource or self._scope.condition(resource["Condition"])
        }
        for logical_id in resources:
            self._made(logical_id)
        for logical_id, resource in resources.items():
            self._read(logical_id, resource)
        for name, output in self._template.get("Outputs", {}).items():
            if "Condition" in output and not self._scope.condition(output["Condition"]):
                continue
            value = str(self._scope.resolve(output["Value"]))
            self._deployed.outputs[name] = value
            if "Export" in output:
                self._deployed.exports[self._scope.resolve(output["Export"]["Name"])] = value

    def _ref(self, logical_id: str) -> str:
        return self._made(logical_id).ref

    def _get_att(self, logical_id: str, attribute: str) -> str:
        made = self._made(logical_id)
        kind = self._template["Resources"][logical_id]["Type"]
        if kind in no_local_effect.TYPES:
            return f"arn:aws:local:{REGION}:{ACCOUNT_ID}:{logical_id}/{attribute}"
        if attribute not in made.attributes:
            raise DeployError(
                f"{logical_id} ({kind}): the local stack does not know its attribute {attribute}."
            )
        return made.attributes[attribute]

    def _made(self, logical_id: str) -> Made:
        if logical_id not in self._own:
            if logical_id not in self._template["Resources"]:
                raise DeployError(f"{self._name}: nothing is called {logical_id}.")
            if logical_id in self._in_the_making:
                raise DeployError(f"{self._name}: {logical_id} refers to itself.")
            self._in_the_making.append(logical_id)
            self._own[logical_id] = self._make(logical_id, self._template["Resources"][logical_id])
            self._deployed.resources[logical_id] = self._own[logical_id]
            self._in_the_making.pop()
        return self._own[logical_id]

    def _make(self, logical_id: str, resource: Mapping[str, Any]) -> Made:
        kind = resource["Type"]
        physical = f"{self._name}-{logical_id}"
        if kind in no_local_effect.TYPES or kind in _READ_AFTERWARDS:
            return Made(physical)
        if kind == _FUNCTION:
            return Made(physical, {"Arn": _function_arn(physical)})
        if kind not in MAKERS:
            raise DeployError(f"{logical_id}: the local stack does not know the resource type {kind}.")
        properties = self._properties(logical_id, resource)
        making = Making(physical, properties, self._client)
        try:
            made = MAKERS[kind](making)
        except (ClientError, BotoCoreError) as error:
            raise DeployError(f"{logical_id} ({kind}): {error}") from error
        properties.refuse_rest()
        return made

    def _properties(self, logical_id: str, resource: Mapping[str, Any]) -> Properties:
        resolved = self._scope.resolve(resource.get("Properties", {}))
        return Properties(logical_id, resource["Type"], resolved)

    def _read(self, logical_id: str, resource: Mapping[str, Any]) -> None:
        kind = resource["Type"]
        if kind == "AWS::ApiGatewayV2::Api":
            properties = Properties(logical_id, kind, dict(resource["Properties"]))
            body = properties.take("Body")
            self._deployed.routes += read_routes(body, self._scope.resolve, self._function_by_arn)
        elif kind == _FUNCTION:
            properties = self._properties(logical_id, resource)
            taken = {name: properties.take(name) for name in _FUNCTION_PROPERTIES if properties.has(name)}
            self._deployed.functions[logical_id] = read_function(
                logical_id, f"{self._name}-{logical_id}", taken
            )
        elif kind == "AWS::Lambda::EventSourceMapping":
            properties = self._properties(logical_id, resource)
            taken = {name: properties.take(name) for name in _SOURCE_PROPERTIES if properties.has(name)}
            source = read_source(taken, self._function_by_arn(taken["FunctionName"]))
            if isinstance(source, QueueSource):
                self._deployed.queues.append(source)
            else:
                self._deployed.streams.append(source)
        elif kind == "AWS::Scheduler::Schedule":
            properties = self._properties(logical_id, resource)
            self._read_schedule(logical_id, properties)
        elif kind == "AWS::ApiGatewayV2::Stage":
            properties = self._properties(logical_id, resource)
            properties.take("ApiId")
            if properties.take("StageName") != "$default":
                raise DeployError(f"{logical_id} ({kind}): only the stage $default is served locally.")
        else:
            return
        properties.refuse_rest()

    def _read_schedule(self, logical_id: str, properties: Properties) -> None:
        target = Properties(
            logical_id,
            properties.kind,
            properties.take("Target"),
            ("RoleArn", "RetryPolicy", "DeadLetterConfig"),
        )
        schedule = Schedule(
            name=properties.take("Name", logical_id),
            function=self._function_by_arn(target.take("Arn")),
            expression=properties.take("ScheduleExpression"),
            time_zone=properties.take("ScheduleExpressionTimezone", "UTC"),
            input=target.take("Input", "{}"),
        )
        target.refuse_rest()
        if properties.take("State", "ENABLED") == "ENABLED":
            self._deployed.schedules.append(schedule)

    def _function_by_arn(self, arn: str) -> str:
        """The logical id of a function by its ARN or name."""
        name = arn.rsplit(":", 1)[-1]
        for logical_id, made in self._own.items():
            if made.ref == name and self._template["Resources"][logical_id]["Type"] == _FUNCTION:
                return logical_id
        raise DeployError(f"{self._name}: {arn} is no function of this template.")


_FUNCTION_PROPERTIES = (
    "Code",
    "Environment",
    "FunctionName",
    "Handler",
    "MemorySize",
    "ReservedConcurrentExecutions",
    "Timeout",
)
_SOURCE_PROPERTIES = (
    "BatchSize",
    "EventSourceArn",
    "FunctionName",
    "FunctionResponseTypes",
    "MaximumRetryAttempts",
    "ScalingConfig",
)


def _function_arn(name: str) -> str:
    return f"arn:aws:lambda:{REGION}:{ACCOUNT_ID}:function:{name}"
