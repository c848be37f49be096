"""Packages without what no function uses.

`from aws_lambda_powertools import Logger` runs the package's `__init__`, which loads metrics and a tracer too, and
`aws_lambda_powertools.event_handler` loads the resolvers of AppSync, Bedrock and Lattice and asyncio with them: in all
110 modules and a third of the time in which a member's function starts. So those packages are entered here without
their `__init__`: their modules are found as ever, and the names that are asked of the packages themselves are looked
up in the module that defines them. A name that is missing here is an AttributeError in the first test.

Likewise HTTP/2, which urllib3 would look for among all that is installed, what botocore writes its manual with, and
what fpdf2 signs documents and reads pictures with: 15, 17 and 50 modules.
"""

import logging
import sys
from collections.abc import Mapping, Sequence
from importlib import import_module
from importlib.machinery import ModuleSpec, PathFinder
from importlib.util import module_from_spec
from types import ModuleType
from typing import Any

POWERTOOLS = "aws_lambda_powertools"
DATA_CLASSES = f"{POWERTOOLS}.utilities.data_classes"

HOMES: Mapping[str, Mapping[str, str]] = {
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
    "urllib3.http2": {},
    "botocore.docs": {
        "DEPRECATED_SERVICE_NAMES": "__init__"
    },  # boto3 asks for it, where commands and tests run
}
"""Per package the names that are imported from it, and where each is defined."""

MANUAL = "botocore.docs.docstring"


class NoManual(str):
    """In place of the texts that botocore has ready for whoever asks a client's method for help."""

    def __new__(cls, *_: Any, **__: Any) -> "NoManual":
        """Made of whatever there is to describe."""
        return super().__new__(cls)


def enter_without_init() -> None:
    """Before the first import of these packages; where one is loaded already (by a test, a tool), it stays so."""
    for package, homes in HOMES.items():
        if package not in sys.modules:
            _enter(package, homes)
    # as its __init__ does: the resolver writes the sentences of errors, which may hold what people typed
    logging.getLogger(POWERTOOLS).addHandler(logging.NullHandler())
    logging.getLogger(POWERTOOLS).propagate = False
    if MANUAL not in sys.modules:
        stand_in(MANUAL, dict.fromkeys(NAMES_OF_MANUAL, NoManual))


NAMES_OF_MANUAL = ("ClientMethodDocstring", "LazyLoadedDocstring", "PaginatorDocstring", "WaiterDocstring")


def load_without(package: str, unused: Mapping[str, Sequence[str]]) -> None:
    """Load a package that imports names from others and then never uses them: they are None. What is loaded already
    is asked itself."""
    stood_in = []
    for other, names in unused.items():
        if other not in sys.modules:
            parent, _, _ = other.rpartition(".")
            absent = [
                name for name in (parent, other) if name not in ("", package) and name not in sys.modules
            ]
            for name in absent:
                stand_in(name, dict.fromkeys(names) if name == other else {})
            stood_in += absent
    import_module(package)
    for name in stood_in:
        del sys.modules[name]


def stand_in(name: str, names: Mapping[str, Any]) -> None:
    """A module that holds no more than these names."""
    module = ModuleType(name)
    vars(module).update(names)
    sys.modules[name] = module


def _enter(package: str, homes: Mapping[str, str]) -> None:
    module = module_from_spec(_spec(package))

    def look_up(name: str) -> Any:
        if name not in homes:
            raise AttributeError(f"{name} is not among the names of {package} in {__name__}")
        return getattr(import_module(f"{package}.{homes[name]}"), name)

    vars(module)["__getattr__"] = look_up
    sys.modules[package] = module
    parent, _, leaf = package.rpartition(".")
    if parent in sys.modules:
        setattr(sys.modules[parent], leaf, module)


def _spec(package: str) -> ModuleSpec:
    """Where a package lies, without loading those that it lies in."""
    parent, _, _ = package.rpartition(".")
    spec = PathFinder.find_spec(package, _spec(parent).submodule_search_locations if parent else None)
    if spec is None:
        raise ModuleNotFoundError(package)
    return spec
