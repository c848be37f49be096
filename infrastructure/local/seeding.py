"""What the seed gets to work with, so that demo data goes through the portal's real doors."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class SeedTarget:
    """A running stack that is still empty.

    `api_url` is the origin (`http://localhost:8000`), `cognito_url` where Cognito's protocol is spoken, `client` makes
    a boto3 client by service name, `resources` holds every output of the templates (`UserPoolId`, `UserPoolClientId`,
    `TableName` …) and what `!Ref` says of every logical id, `now` is the portal's clock, and `drain` waits until
    queues and streams are empty and no function runs.
    """

    api_url: str
    cognito_url: str
    client: Callable[[str], Any]
    resources: Mapping[str, str]
    now: Callable[[], datetime]
    drain: Callable[[], None]


type Seed = Callable[[SeedTarget], None]


def demo_seed() -> Seed | None:
    """The portal's own demo data, if it is there."""
    try:
        from infrastructure.local.seed import seed
    except ModuleNotFoundError as error:
        if error.name != "infrastructure.local.seed":
            raise
        return None
    return seed  # type: ignore[no-any-return, unused-ignore]
