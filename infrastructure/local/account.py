"""The one AWS account that the emulators play: region, number, credentials and how to make a client for it."""

import os
from functools import cache
from typing import Any

import boto3
import botocore.session
from botocore.config import Config

REGION = "us-east-1"
ACCOUNT_ID = "123456789012"
ACCESS_KEY_ID = "LOCALPORTALACCESSKEY"
SECRET_ACCESS_KEY = "local-portal-secret-access-key"
SESSION_TOKEN = "local-portal-session-token"

_CONFIG = Config(
    connect_timeout=2,
    read_timeout=30,
    retries={"mode": "standard", "total_max_attempts": 2},
    # Dynoxide's shard ids are shorter than the service's when the table's name is short.
    parameter_validation=False,
    max_pool_connections=32,
    s3={"addressing_style": "path"},
)


def client(service: str, endpoint: str) -> Any:
    """A boto3 client of this account against an emulator."""
    return session().client(service, endpoint_url=endpoint, config=_CONFIG)


@cache
def session() -> boto3.Session:
    """One session, which never looks at the developer's own profile or settings."""
    own = botocore.session.Session(
        session_vars={
            "profile": (None, None, None, None),
            "config_file": (None, None, os.devnull, None),
            "credentials_file": (None, None, os.devnull, None),
        }
    )
    return boto3.Session(ACCESS_KEY_ID, SECRET_ACCESS_KEY, SESSION_TOKEN, REGION, botocore_session=own)


def credentials() -> dict[str, str]:
    """The environment variables by which a function finds its credentials, as Lambda sets them."""
    return {
        "AWS_ACCESS_KEY_ID": ACCESS_KEY_ID,
        "AWS_SECRET_ACCESS_KEY": SECRET_ACCESS_KEY,
        "AWS_SESSION_TOKEN": SESSION_TOKEN,
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
    }
