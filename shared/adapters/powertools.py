"""Powertools without what no function uses.

`from aws_lambda_powertools import Logger` runs the package's `__init__`, which loads metrics and a tracer too, and
`aws_lambda_powertools.event_handler` loads the resolvers of AppSync, Bedrock and Lattice and asyncio with them: in all
110 modules and a third of the time in which a member's function starts. So those packages are entered here without
their `__init__`: their modules are found as ever, and the names that are asked of the packages themselves are looked
up in the module that defines them. A name that is missing here is an AttributeError in the first test.
"""

import sys
from collections.abc import Mapping
from importlib import import_module
from importlib.machinery import PathFinder
from importlib.util import module_from_spec
from typing import Any

POWERTOOLS = "aws_lambda_powertools"
DATA_CLASSES = f"{POWERTOOLS}.utilities.data_classes"

HOMES = {
    POWERTOOLS: {"Logger": "logging.logger"},
    f"{POWERTOOLS}.event_handler": {
        "APIGatewayHttpResolver": "api_gateway",
        "ApiGatewayResolver": "api_gateway",
        "Response": "api_gateway",
    },
    DATA_CLASSES: {
        "ALBEvent": "alb_event",
        "APIGatewayProxyEvent": "api_gateway_proxy_event",
        "APIGatewayProxyEventV2": "api_gateway_proxy_event",
        "BedrockAgentEvent": "bedrock_agent_event",
        "LambdaFunctionUrlEvent": "lambda_function_url_event",
        "VPCLatticeEvent": "vpc_lattice",
        "VPCLatticeEventV2": "vpc_lattice",
    },
}
"""Per package the names that are imported from it, and where each is defined."""


def enter_without_init() -> None:
    """Before the first import of Powertools; where it is loaded already (by a test, a tool), nothing changes."""
    if POWERTOOLS not in sys.modules:
        for package, homes in HOMES.items():
            _enter(package, homes)


def _enter(package: str, homes: Mapping[str, str]) -> None:
    parent, _, leaf = package.rpartition(".")
    path = import_module(parent).__path__ if parent else None
    spec = PathFinder.find_spec(package, path)
    if spec is None:
        raise ModuleNotFoundError(package)
    module = module_from_spec(spec)

    def look_up(name: str) -> Any:
        if name not in homes:
            raise AttributeError(f"{name} is not among the names of {package} in {__name__}")
        return getattr(import_module(f"{package}.{homes[name]}"), name)

    vars(module)["__getattr__"] = look_up
    sys.modules[package] = module
    if parent:
        setattr(sys.modules[parent], leaf, module)
