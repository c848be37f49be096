"""A person's own account at Cognito, asked with their access token: it needs no permission of ours."""

from typing import TYPE_CHECKING

from shared.domain.errors import Unauthenticated

if TYPE_CHECKING:
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient


class OwnAccount:
    """The account that an access token is for; each method is 1 call."""

    def __init__(self, client: "CognitoIdentityProviderClient", access_token: str) -> None:
        self._client = client
        self._access_token = access_token

    def verified_email(self) -> str | None:
        """The address that logs in, None if there is none. Raises Unauthenticated for a token that is revoked, or whose
        account is gone or waits for a new password."""
        refused = self._client.exceptions
        try:
            found = self._client.get_user(AccessToken=self._access_token)
        except (
            refused.NotAuthorizedException,
            refused.PasswordResetRequiredException,
            refused.UserNotFoundException,
        ) as error:
            raise Unauthenticated from error
        attributes = {each["Name"]: each.get("Value", "") for each in found["UserAttributes"]}
        return attributes.get("email") if attributes.get("email_verified") == "true" else None
