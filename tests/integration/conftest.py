"""A table, and the portal on it: fresh ones for modules that look at lists."""

from collections.abc import Iterator

import pytest

from shared import settings
from shared.adapters import aws
from shared.handling import wiring
from tests.dynamo import make
from tests.integration.calls import Calls
from tests.integration.portal import Portal
from tests.integration.transfers import MemoryBucket

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


_TABLES = iter(range(1, 1_000_000))
