"""The accounts people log in with: users of the Cognito pool, named by member id, with a verified e-mail as alias."""

import contextlib
import secrets
import string
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient
    from mypy_boto3_cognito_idp.type_defs import AttributeTypeTypeDef


class Accounts:
    """Accounts of the pool; `make` is at most 3 calls."""

    def __init__(self, client: "CognitoIdentityProviderClient", user_pool_id: str) -> None:
        self._client = client
        self._user_pool_id = user_pool_id

    def make(self, member_id: str, email: str) -> None:
        """Make the account, or give the one that exists this address; doing it twice is fine.

        A user who has never chosen a password could not use Forgot Password, so a random one is set that nobody knows,
        no mail goes out, and the first log-in is a reset.
        """
        attributes: list[AttributeTypeTypeDef] = [
            {"Name": "email", "Value": email},
            {"Name": "email_verified", "Value": "true"},
        ]
        try:
            self._client.admin_create_user(
                UserPoolId=self._user_pool_id,
                Username=member_id,
                UserAttributes=attributes,
                MessageAction="SUPPRESS",
            )
        except self._client.exceptions.UsernameExistsException:
            self._client.admin_update_user_attributes(
                UserPoolId=self._user_pool_id, Username=member_id, UserAttributes=attributes
            )
            if (
                self._client.admin_get_user(UserPoolId=self._user_pool_id, Username=member_id)["UserStatus"]
                == "CONFIRMED"
            ):
                return
        self._client.admin_set_user_password(
            UserPoolId=self._user_pool_id, Username=member_id, Password=_unknown_password(), Permanent=True
        )

    def describe(self, member_id: str) -> dict[str, Any] | None:
        """What an account holds, but for its password, which nobody can read; None where there is none. 1 call."""
        try:
            found = self._client.admin_get_user(UserPoolId=self._user_pool_id, Username=member_id)
        except self._client.exceptions.UserNotFoundException:
            return None
        return {
            "user_name": found["Username"],
            "state": found["UserStatus"],
            "made_at": found["UserCreateDate"].isoformat(),
            "changed_at": found["UserLastModifiedDate"].isoformat(),
            "second_factors": list(found.get("UserMFASettingList", [])),
            **{each["Name"]: each.get("Value", "") for each in found["UserAttributes"]},
        }

    def remove(self, member_id: str) -> None:
        """Delete an account, and with it every session; one that is gone is fine. 1 call."""
        with contextlib.suppress(self._client.exceptions.UserNotFoundException):
            self._client.admin_delete_user(UserPoolId=self._user_pool_id, Username=member_id)


def _unknown_password() -> str:
    """A password that meets every policy and that nobody knows."""
    classes = (string.ascii_lowercase, string.ascii_uppercase, string.digits, "!#$%&*+-=?@^_")
    letters = [secrets.choice(each) for each in classes]
    letters += [secrets.choice("".join(classes)) for _ in range(36)]
    secrets.SystemRandom().shuffle(letters)
    return "".join(letters)
