"""The DynamoDB of the tests that store: Dynoxide, or moto's where that is not installed. A process has one."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from infrastructure.local import dynamodb
from infrastructure.local.deploy_resources import Making, Properties, make_table
from infrastructure.local.template import load
from shared import settings
from shared.adapters import aws
from tests.integration.calls import Calls

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="session")
def dynamo() -> Iterator[Calls]:
    """A DynamoDB for all tests, and the calls that are made to it; the portal's client is made for it."""
    from tests.integration.portal import CLIENT_ID  # every handler of the portal with it

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
        patch.setenv("AWS_ACCESS_KEY_ID", "testing")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
        patch.setenv("USER_POOL_CLIENT_ID", CLIENT_ID)
        patch.setenv("PORTAL_URL", "https://portal.example.org")
        patch.setenv("POWERTOOLS_LOG_LEVEL", "CRITICAL")
        stop = start(patch)
        aws.dynamodb.cache_clear()
        yield Calls(aws.dynamodb())
        aws.dynamodb.cache_clear()
        stop()
    settings.settings.cache_clear()


def start(patch: pytest.MonkeyPatch) -> Any:
    """Start it and point the portal's clients to it; gives what ends it."""
    binary = dynamodb.find_binary()
    if binary is not None:
        running = dynamodb.start(binary)
        patch.setenv("AWS_ENDPOINT_URL_DYNAMODB", running.endpoint)
        return running.stop
    from moto import mock_aws

    mocked = mock_aws()
    mocked.start()
    return mocked.stop


@pytest.fixture
def dynoxide(dynamo: Calls) -> None:
    """For claims about concurrency and capacity, which moto's DynamoDB does not bear out."""
    if dynamodb.find_binary() is None:
        pytest.skip("Dynoxide is not installed, and moto is no judge of concurrency or capacity")


def make(name: str) -> str:
    """A table as infrastructure/data.yaml has it."""
    making = Making(name, Properties("Table", "AWS::DynamoDB::Table", _table()), lambda _: aws.dynamodb())
    return make_table(making).ref


@cache
def _table() -> dict[str, Any]:
    table: dict[str, Any] = load(ROOT / "infrastructure" / "data.yaml")["Resources"]["Table"]["Properties"]
    return table
