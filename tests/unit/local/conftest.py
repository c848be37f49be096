"""moto behind its guards, without a network: requests go straight into the WSGI application."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from moto.core.base_backend import BackendDict
from werkzeug.test import Client, TestResponse

import infrastructure.local.aws as aws
from infrastructure.local.board import Board
from infrastructure.local.cognito_directory import honour_token_validity
from infrastructure.local.cognito_guard import CognitoGuard
from infrastructure.local.outbox import Outbox, OutboxApp
from infrastructure.local.s3_guard import S3Guard

PASSWORD = "Recertify!2027"


@dataclass
class Clock:
    """A clock that a test turns."""

    seconds: float = field(default_factory=lambda: datetime.now(UTC).timestamp())

    def __call__(self) -> float:
        return self.seconds

    def datetime(self) -> datetime:
        return datetime.fromtimestamp(self.seconds, UTC)


@dataclass
class Cognito:
    """A pool as the portal has it, and Cognito's JSON protocol against it."""

    client: Client
    outbox: Outbox
    clock: Clock
    pool_id: str = ""
    client_id: str = ""

    def call(self, operation: str, *, signed: bool = True, **request: Any) -> tuple[int, dict[str, Any]]:
        """Speak Cognito's protocol; `signed` as the client of an AWS account does, or as any page may."""
        signed_by = "Credential=test/20270101/us-east-1/cognito-idp/aws4_request, Signature=0"
        signature = {"Authorization": f"AWS4-HMAC-SHA256 {signed_by}"} if signed else {}
        response = self.client.post(
            "/",
            data=json.dumps(request),
            headers={
                "X-Amz-Target": f"AWSCognitoIdentityProviderService.{operation}",
                "Content-Type": "application/x-amz-json-1.1",
                **signature,
            },
        )
        return response.status_code, json.loads(response.data or b"{}")

    def ok(self, operation: str, **request: Any) -> dict[str, Any]:
        status, answer = self.call(operation, **request)
        assert status == 200, answer
        return answer

    def refused(self, operation: str, **request: Any) -> str:
        status, answer = self.call(operation, **request)
        assert status == 400, answer
        return str(answer["__type"])

    def add(self, username: str, email: str, *, verified: bool = True, password: str = PASSWORD) -> None:
        attributes = [
            {"Name": "email", "Value": email},
            {"Name": "email_verified", "Value": str(verified).lower()},
        ]
        self.ok(
            "AdminCreateUser",
            UserPoolId=self.pool_id,
            Username=username,
            UserAttributes=attributes,
            MessageAction="SUPPRESS",
        )
        self.ok(
            "AdminSetUserPassword",
            UserPoolId=self.pool_id,
            Username=username,
            Password=password,
            Permanent=True,
        )

    def log_in(self, login: str, password: str = PASSWORD) -> tuple[int, dict[str, Any]]:
        return self.call(
            "InitiateAuth",
            AuthFlow="USER_PASSWORD_AUTH",
            ClientId=self.client_id,
            AuthParameters={"USERNAME": login, "PASSWORD": password},
        )

    def access_token(self, login: str, password: str = PASSWORD) -> str:
        status, answer = self.log_in(login, password)
        assert status == 200, answer
        return str(answer["AuthenticationResult"]["AccessToken"])

    def last_code(self) -> str:
        return "".join(letter for letter in self.outbox.mails()[-1]["text"] if letter.isdigit())


@pytest.fixture(scope="session")
def moto_app() -> Any:
    """moto's server application; made once, because it costs a second."""
    from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

    honour_token_validity()
    return DomainDispatcherApplication(create_backend_app)


@pytest.fixture
def outbox(tmp_path: Path) -> Outbox:
    return Outbox(Board(tmp_path / "board"))


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def guarded(moto_app: Any, outbox: Outbox, clock: Clock, tmp_path: Path) -> Iterator[Client]:
    """The guards in the order of the AWS process."""
    app = aws.SerialServices(moto_app, Board(tmp_path / "board"))
    app = S3Guard(app, clock.datetime)
    app = CognitoGuard(app, outbox, clock)
    app = OutboxApp(app, outbox)
    yield Client(aws.CognitoFromBrowsers(app), TestResponse)
    for backend in BackendDict._instances:
        backend.reset()


@pytest.fixture
def cognito(guarded: Client, outbox: Outbox, clock: Clock) -> Cognito:
    cognito = Cognito(guarded, outbox, clock)
    pool = cognito.ok(
        "CreateUserPool",
        PoolName="members",
        AliasAttributes=["email"],
        UsernameConfiguration={"CaseSensitive": False},
        AdminCreateUserConfig={"AllowAdminCreateUserOnly": True},
        AutoVerifiedAttributes=["email"],
        UserAttributeUpdateSettings={"AttributesRequireVerificationBeforeUpdate": ["email"]},
        AccountRecoverySetting={"RecoveryMechanisms": [{"Name": "verified_email", "Priority": 1}]},
        Policies={
            "PasswordPolicy": {
                "MinimumLength": 12,
                "RequireUppercase": True,
                "RequireLowercase": True,
                "RequireNumbers": True,
                "RequireSymbols": False,
            }
        },
    )
    cognito.pool_id = pool["UserPool"]["Id"]
    client = cognito.ok(
        "CreateUserPoolClient",
        UserPoolId=cognito.pool_id,
        ClientName="portal",
        ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
        PreventUserExistenceErrors="ENABLED",
        AccessTokenValidity=15,
        TokenValidityUnits={"AccessToken": "minutes"},
        WriteAttributes=["email", "name"],
    )
    cognito.client_id = client["UserPoolClient"]["ClientId"]
    cognito.add("M-1", "Member@Example.org")
    return cognito
