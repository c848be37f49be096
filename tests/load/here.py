"""The portal in this process on a Dynoxide of its own, without pytest: for what `make load` measures."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from shared import settings
from shared.adapters import aws
from shared.handling import wiring
from tests.integration import conftest
from tests.integration.calls import Calls
from tests.integration.portal import CLIENT_ID, Portal

ENVIRONMENT = {
    "AWS_DEFAULT_REGION": "eu-west-1",
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "USER_POOL_CLIENT_ID": CLIENT_ID,
    "PORTAL_URL": "https://portal.example.org",
    "POWERTOOLS_LOG_LEVEL": "CRITICAL",
}


@contextmanager
def dynamodb_here(patch: pytest.MonkeyPatch) -> Iterator[Calls]:
    """A DynamoDB, and the calls that are made to it."""
    for name, value in ENVIRONMENT.items():
        patch.setenv(name, value)
    stop = conftest._start(patch)
    aws.dynamodb.cache_clear()
    try:
        yield Calls(aws.dynamodb())
    finally:
        aws.dynamodb.cache_clear()
        stop()


def portal_on(table: str, patch: pytest.MonkeyPatch, calls: Calls) -> Portal:
    """The portal on a table that is there."""
    patch.setenv("TABLE_NAME", table)
    settings.settings.cache_clear()
    for wired in (*conftest.WIRED, "calendar"):
        getattr(wiring, wired).cache_clear()
    return Portal(patch, calls)
