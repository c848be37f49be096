"""A small project of its own, so that the stack is tested without the portal; one running stack for a module."""

import os
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from infrastructure.local.project import Project
from infrastructure.local.seeding import SeedTarget
from infrastructure.local.stack import LocalStack

FIXTURE = Path(__file__).with_name("fixture")
PASSWORD = "Recertify!2027"
PEOPLE = 20


def seed(target: SeedTarget) -> None:
    """Twenty people, the first of them staff."""
    cognito, pool = target.client("cognito-idp"), target.resources["UserPoolId"]
    assert httpx.get(f"{target.api_url}/config.json").status_code == 503
    for number in range(PEOPLE):
        attributes = {"email": f"person{number}@example.org", "email_verified": "true"}
        cognito.admin_create_user(
            UserPoolId=pool,
            Username=f"M-{number}",
            UserAttributes=[{"Name": name, "Value": value} for name, value in attributes.items()],
            MessageAction="SUPPRESS",
        )
        cognito.admin_set_user_password(
            UserPoolId=pool, Username=f"M-{number}", Password=PASSWORD, Permanent=True
        )
    for group in ("staff", "staff-reviewer"):
        cognito.admin_add_user_to_group(UserPoolId=pool, Username="M-0", GroupName=group)
    target.drain()


def project() -> Project:
    """The fixture's templates, pages and seed."""
    stacks = (
        ("recertification-data", FIXTURE / "data.yaml"),
        ("recertification-auth", FIXTURE / "auth.yaml"),
        ("fixture", FIXTURE / "template.yaml"),
    )
    return Project(FIXTURE, stacks, FIXTURE / "web", seed)


@pytest.fixture(scope="module")
def stack() -> Iterator[LocalStack]:
    """A running stack on a free port."""
    os.environ["SECRET_OF_THE_DEVELOPER"] = "must not be seen"
    with LocalStack(0, project()) as stack:
        yield stack
    del os.environ["SECRET_OF_THE_DEVELOPER"]


@pytest.fixture(scope="module")
def http(stack: LocalStack) -> Iterator[httpx.Client]:
    """A client of the stack's origin."""
    with httpx.Client(base_url=stack.url, timeout=60) as client:
        yield client


@pytest.fixture(scope="module")
def tokens(stack: LocalStack, http: httpx.Client) -> dict[str, str]:
    """An access token per person, from the protocol that browsers speak."""
    config = http.get("/config.json").json()["cognito"]
    found = {}
    for number in range(PEOPLE):
        answer = http.post(
            config["endpoint"],
            json={
                "AuthFlow": "USER_PASSWORD_AUTH",
                "ClientId": config["clientId"],
                "AuthParameters": {"USERNAME": f"PERSON{number}@example.org", "PASSWORD": PASSWORD},
            },
            headers={
                "X-Amz-Target": "AWSCognitoIdentityProviderService.InitiateAuth",
                "Content-Type": "application/x-amz-json-1.1",
            },
        )
        found[f"M-{number}"] = answer.json()["AuthenticationResult"]["AccessToken"]
    return found
