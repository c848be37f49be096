"""A person's own account, where Cognito refuses their token."""

import boto3
import pytest
from botocore.stub import Stubber

from shared.adapters.own_account import OwnAccount
from shared.domain.errors import Unauthenticated


@pytest.mark.parametrize(
    "code", ["NotAuthorizedException", "PasswordResetRequiredException", "UserNotFoundException"]
)
def test_who_has_no_account_any_more_or_must_choose_a_password_logs_in_again(code: str) -> None:
    client = boto3.client(
        "cognito-idp", "eu-west-1", aws_access_key_id="testing", aws_secret_access_key="testing"
    )
    with Stubber(client) as stub:
        stub.add_client_error("get_user", code)
        with pytest.raises(Unauthenticated):
            OwnAccount(client, "token").verified_email()
