"""The accounts people log in with: users of the Cognito pool, named by member id, with a verified e-mail as alias."""

import secrets
import string
from typing import TYPE_CHECKING

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


def _unknown_password() -> str:
    """A password that meets every policy and that nobody knows."""
    classes = (string.ascii_lowercase, string.ascii_uppercase, string.digits, "!#$%&*+-=?@^_")
    letters = [secrets.choice(each) for each in classes]
    letters += [secrets.choice("".join(classes)) for _ in range(36)]
    secrets.SystemRandom().shuffle(letters)
    return "".join(letters)
