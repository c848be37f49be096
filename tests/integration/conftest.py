"""The harness: a DynamoDB (Dynoxide, or moto where it is not installed), and a fresh table with the portal on it."""

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
from shared.handling import wiring
from tests.integration.calls import Calls
from tests.integration.portal import CLIENT_ID, Portal
from tests.integration.transfers import MemoryBucket

ROOT = Path(__file__).parents[2]
WIRED = (
    "table",
    "recertifications",
    "invoices",
    "members",
    "events",
    "archive",
    "certificates",
    "jobs",
    "everything",
    "proposals",
    "personal_data",
    "documents",
    "counts",
    "mail_marks",
    "calendar",
)


@pytest.fixture(scope="session")
def dynamo() -> Iterator[Calls]:
    """A DynamoDB for all tests, and the calls that are made to it; the portal's client is made for it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
        patch.setenv("AWS_ACCESS_KEY_ID", "testing")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
        patch.setenv("USER_POOL_CLIENT_ID", CLIENT_ID)
        patch.setenv("PORTAL_URL", "https://portal.example.org")
        patch.setenv("POWERTOOLS_LOG_LEVEL", "CRITICAL")
        stop = _start(patch)
        aws.dynamodb.cache_clear()
        yield Calls(aws.dynamodb())
        aws.dynamodb.cache_clear()
        stop()
    settings.settings.cache_clear()


def _start(patch: pytest.MonkeyPatch) -> Any:
    binary = dynamodb.find_binary()
    if binary is not None:
        running = dynamodb.start(binary)
        patch.setenv("AWS_ENDPOINT_URL_DYNAMODB", running.endpoint)
        return running.stop
    from moto import mock_aws

    mocked = mock_aws()
    mocked.start()
    return mocked.stop


@pytest.fixture(scope="session")
def shared_table(dynamo: Calls) -> str:
    """A table for all tests whose members are their own."""
    return make("shared")


@pytest.fixture
def portal(
    request: pytest.FixtureRequest, dynamo: Calls, shared_table: str, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Portal]:
    """The portal on the shared table, or on a fresh one in modules that say OWN_TABLE, because they look at lists."""
    is_own = getattr(request.module, "OWN_TABLE", False)
    name = make(f"table-{next(_TABLES)}") if is_own else shared_table
    monkeypatch.setenv("TABLE_NAME", name)
    settings.settings.cache_clear()
    for wired in WIRED:
        getattr(wiring, wired).cache_clear()
    made = Portal(monkeypatch, dynamo)
    yield made
    made.close()
    if is_own:
        aws.dynamodb().delete_table(TableName=name)


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> MemoryBucket:
    """The bucket of imports, exports and reports."""
    made = MemoryBucket()
    monkeypatch.setattr(wiring, "transfer_store", lambda: made)
    return made


def forget_settings() -> None:
    """Let the portal read its environment and its edition again."""
    settings.settings.cache_clear()
    for each in (*WIRED, "editions"):
        getattr(wiring, each).cache_clear()


def make(name: str) -> str:
    """A table as infrastructure/data.yaml has it."""
    making = Making(name, Properties("Table", "AWS::DynamoDB::Table", _table()), lambda _: aws.dynamodb())
    return make_table(making).ref


@pytest.fixture
def dynoxide(dynamo: Calls) -> None:
    """For claims about concurrency and capacity, which moto's DynamoDB does not bear out."""
    if dynamodb.find_binary() is None:
        pytest.skip("Dynoxide is not installed, and moto is no judge of concurrency or capacity")


@cache
def _table() -> dict[str, Any]:
    table: dict[str, Any] = load(ROOT / "infrastructure" / "data.yaml")["Resources"]["Table"]["Properties"]
    return table


_TABLES = iter(range(1, 1_000_000))
