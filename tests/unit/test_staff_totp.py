"""The function of infrastructure/auth.yaml that makes staff without an authenticator app no staff in their tokens."""

from typing import Any

import boto3
import pytest

from tests.unit.test_template import AUTH

GROUPS = ["staff-reviewer", "chapter", "staff", "staffing"]


def tokens_of(
    monkeypatch: pytest.MonkeyPatch, groups: list[str], factors: list[str] | None
) -> tuple[Any, int]:
    """The groups that the function leaves (None: as they are), and how often it asked Cognito."""
    asked = []

    class Cognito:
        def admin_get_user(self, **who: str) -> dict[str, Any]:
            asked.append(who)
            return {} if factors is None else {"UserMFASettingList": factors}

    monkeypatch.setattr(boto3, "client", lambda name: Cognito())
    module: dict[str, Any] = {}
    exec(AUTH["Resources"]["StaffTotpFunction"]["Properties"]["Code"]["ZipFile"], module)
    event = {
        "userPoolId": "pool",
        "userName": "S-1",
        "request": {"groupConfiguration": {"groupsToOverride": groups}},
        "response": {},
    }
    answer = module["handler"](event, None)["response"].get("claimsAndScopeOverrideDetails")
    assert all(who == {"UserPoolId": "pool", "Username": "S-1"} for who in asked)
    return answer and answer["groupOverrideDetails"]["groupsToOverride"], len(asked)


@pytest.mark.parametrize("factors", [None, [], ["SMS_MFA"]])
def test_staff_without_an_authenticator_app_are_no_staff(
    monkeypatch: pytest.MonkeyPatch, factors: list[str] | None
) -> None:
    assert tokens_of(monkeypatch, GROUPS, factors) == (["chapter", "staffing"], 1)


def test_staff_with_an_authenticator_app_are_staff(monkeypatch: pytest.MonkeyPatch) -> None:
    assert tokens_of(monkeypatch, GROUPS, ["SOFTWARE_TOKEN_MFA"]) == (None, 1)


@pytest.mark.parametrize("groups", [[], ["chapter"]])
def test_members_are_not_looked_up(monkeypatch: pytest.MonkeyPatch, groups: list[str]) -> None:
    assert tokens_of(monkeypatch, groups, None) == (None, 0)


def test_the_code_fits_into_the_template() -> None:
    assert len(AUTH["Resources"]["StaffTotpFunction"]["Properties"]["Code"]["ZipFile"]) <= 4096
