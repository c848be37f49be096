"""One running portal for all tests of a session; each test brings its own members."""

from collections.abc import Iterator

import pytest

from tests.e2e.portal import Person, Portal, RunningPortal


@pytest.fixture(scope="session")
def portal() -> Iterator[Portal]:
    """The portal, started as `make run` starts it."""
    running = RunningPortal().wait()
    yield Portal(running.url)
    assert running.stop() == 0


@pytest.fixture(scope="session")
def staff(portal: Portal) -> Person:
    """A staff person who is logged in."""
    return portal.log_in("staff@example.org")
