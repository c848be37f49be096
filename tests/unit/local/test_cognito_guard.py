"""Each hole of moto's Cognito that FACTS of the platform name, and those found beside them, is closed by the guard."""

import time

import jwt
import pytest

from infrastructure.local.cognito_codes import totp
from tests.unit.local.conftest import PASSWORD, Cognito

NEW_PASSWORD = "Another-2028-word"


@pytest.mark.parametrize("login", ["member@example.org", "MEMBER@EXAMPLE.ORG", "M-1", "m-1"])
def test_people_log_in_by_verified_address_or_member_id_in_any_case(cognito: Cognito, login: str) -> None:
    claims = jwt.decode(cognito.access_token(login), options={"verify_signature": False})
    assert claims["username"] == "M-1"
    assert claims["client_id"] == cognito.client_id
    assert claims["token_use"] == "access"


@pytest.mark.parametrize("operation", ["AdminGetUser", "AdminAddUserToGroup", "ListUsers", "DeleteUserPool"])
def test_what_is_an_administrators_needs_a_signature(cognito: Cognito, operation: str) -> None:
    status, answer = cognito.call(operation, signed=False, UserPoolId=cognito.pool_id, Username="M-1")
    assert (status, answer["__type"]) == (400, "MissingAuthenticationTokenException")


def test_an_unverified_address_is_no_alias(cognito: Cognito) -> None:
    cognito.add("M-2", "second@example.org", verified=False)
    assert cognito.log_in("second@example.org")[1]["__type"] == "NotAuthorizedException"


def test_a_second_user_with_the_same_verified_address_is_refused(cognito: Cognito) -> None:
    attributes = [
        {"Name": "email", "Value": "MEMBER@example.org"},
        {"Name": "email_verified", "Value": "true"},
    ]
    refused = cognito.refused(
        "AdminCreateUser", UserPoolId=cognito.pool_id, Username="M-2", UserAttributes=attributes
    )
    assert refused == "AliasExistsException"
    cognito.add("M-3", "third@example.org")
    refused = cognito.refused(
        "AdminUpdateUserAttributes", UserPoolId=cognito.pool_id, Username="M-3", UserAttributes=attributes
    )
    assert refused == "AliasExistsException"


def test_a_user_name_differs_by_more_than_case_and_is_no_address(cognito: Cognito) -> None:
    create = {"UserPoolId": cognito.pool_id, "UserAttributes": []}
    assert cognito.refused("AdminCreateUser", Username="m-1", **create) == "UsernameExistsException"
    assert cognito.refused("AdminCreateUser", Username="a@b.org", **create) == "InvalidParameterException"


def test_unknown_users_are_not_revealed_by_log_in(cognito: Cognito) -> None:
    assert cognito.log_in("nobody@example.org") == cognito.log_in("member@example.org", "wrong")
    assert cognito.log_in("M-404") == (
        400,
        {"__type": "NotAuthorizedException", "message": "Incorrect username or password."},
    )


def test_unknown_users_are_not_revealed_by_forgot_password(cognito: Cognito) -> None:
    known = cognito.ok("ForgotPassword", ClientId=cognito.client_id, Username="member@example.org")
    unknown = cognito.ok("ForgotPassword", ClientId=cognito.client_id, Username="mary@example.org")
    assert known == unknown
    assert len(cognito.outbox.mails()) == 1
    for username in ("member@example.org", "mary@example.org"):
        wrong = "000000" if cognito.last_code() != "000000" else "111111"
        confirm = {"ClientId": cognito.client_id, "Username": username, "Password": NEW_PASSWORD}
        assert (
            cognito.refused("ConfirmForgotPassword", ConfirmationCode=wrong, **confirm)
            == "CodeMismatchException"
        )


def test_the_mailed_code_resets_the_password_once(cognito: Cognito) -> None:
    cognito.ok("ForgotPassword", ClientId=cognito.client_id, Username="m-1")
    assert cognito.outbox.mails()[-1]["to"] == "Member@Example.org"
    confirm = {
        "ClientId": cognito.client_id,
        "Username": "MEMBER@example.org",
        "ConfirmationCode": cognito.last_code(),
        "Password": NEW_PASSWORD,
    }
    cognito.ok("ConfirmForgotPassword", **confirm)
    assert cognito.log_in("M-1")[0] == 400
    cognito.access_token("M-1", NEW_PASSWORD)
    assert cognito.refused("ConfirmForgotPassword", **confirm) == "ExpiredCodeException"


def test_a_reset_code_expires_after_an_hour(cognito: Cognito) -> None:
    cognito.ok("ForgotPassword", ClientId=cognito.client_id, Username="M-1")
    cognito.clock.seconds += 3601
    confirm = {"ClientId": cognito.client_id, "Username": "M-1", "Password": NEW_PASSWORD}
    refused = cognito.refused("ConfirmForgotPassword", ConfirmationCode=cognito.last_code(), **confirm)
    assert refused == "ExpiredCodeException"


def test_a_reset_code_cannot_be_guessed(cognito: Cognito) -> None:
    cognito.ok("ForgotPassword", ClientId=cognito.client_id, Username="M-1")
    code = cognito.last_code()
    confirm = {"ClientId": cognito.client_id, "Username": "M-1", "Password": NEW_PASSWORD}
    for _ in range(5):
        assert (
            cognito.refused("ConfirmForgotPassword", ConfirmationCode="junk", **confirm)
            == "CodeMismatchException"
        )
    assert (
        cognito.refused("ConfirmForgotPassword", ConfirmationCode=code, **confirm) == "LimitExceededException"
    )


def test_a_weak_password_is_refused_and_does_not_use_up_the_code(cognito: Cognito) -> None:
    cognito.ok("ForgotPassword", ClientId=cognito.client_id, Username="M-1")
    confirm = {"ClientId": cognito.client_id, "Username": "M-1", "ConfirmationCode": cognito.last_code()}
    for weak in ("Short1", "no-capitals-2028", "NO-SMALL-2028", "No-Numbers-Here"):
        assert (
            cognito.refused("ConfirmForgotPassword", Password=weak, **confirm) == "InvalidPasswordException"
        )
    cognito.ok("ConfirmForgotPassword", Password=NEW_PASSWORD, **confirm)


def test_a_user_who_never_chose_a_password_cannot_forget_it(cognito: Cognito) -> None:
    attributes = [
        {"Name": "email", "Value": "fresh@example.org"},
        {"Name": "email_verified", "Value": "true"},
    ]
    cognito.ok("AdminCreateUser", UserPoolId=cognito.pool_id, Username="M-9", UserAttributes=attributes)
    assert cognito.outbox.mails()[-1]["to"] == "fresh@example.org"
    refused = cognito.refused("ForgotPassword", ClientId=cognito.client_id, Username="M-9")
    assert refused == "NotAuthorizedException"


def test_nobody_signs_up_alone(cognito: Cognito) -> None:
    refused = cognito.refused("SignUp", ClientId=cognito.client_id, Username="M-5", Password=PASSWORD)
    assert refused == "NotAuthorizedException"
    refused = cognito.refused(
        "ConfirmSignUp", ClientId=cognito.client_id, Username="M-1", ConfirmationCode="1"
    )
    assert refused == "NotAuthorizedException"


def test_log_in_without_proof_is_refused(cognito: Cognito) -> None:
    srp = {"AuthFlow": "USER_SRP_AUTH", "AuthParameters": {"USERNAME": "M-1", "SRP_A": "a"}}
    assert cognito.refused("InitiateAuth", ClientId=cognito.client_id, **srp) == "InvalidParameterException"
    refresh = {"AuthFlow": "REFRESH_TOKEN_AUTH", "AuthParameters": {"REFRESH_TOKEN": "made-up"}}
    assert cognito.refused("InitiateAuth", ClientId=cognito.client_id, **refresh) == "NotAuthorizedException"


def test_a_refresh_token_works_until_it_is_revoked(cognito: Cognito) -> None:
    token = cognito.log_in("M-1")[1]["AuthenticationResult"]["RefreshToken"]
    refresh = {"AuthFlow": "REFRESH_TOKEN_AUTH", "AuthParameters": {"REFRESH_TOKEN": token}}
    cognito.ok("InitiateAuth", ClientId=cognito.client_id, **refresh)
    cognito.ok("RevokeToken", ClientId=cognito.client_id, Token=token)
    assert cognito.refused("InitiateAuth", ClientId=cognito.client_id, **refresh) == "NotAuthorizedException"


def test_an_expired_access_token_is_refused(cognito: Cognito) -> None:
    token = cognito.access_token("M-1")
    assert cognito.ok("GetUser", AccessToken=token)["Username"] == "M-1"
    cognito.clock.seconds += 15 * 60 + 1
    assert cognito.refused("GetUser", AccessToken=token) == "NotAuthorizedException"


def test_an_invited_user_chooses_a_password_at_the_first_log_in(cognito: Cognito) -> None:
    attributes = [
        {"Name": "email", "Value": "fresh@example.org"},
        {"Name": "email_verified", "Value": "true"},
    ]
    create = {"UserPoolId": cognito.pool_id, "Username": "M-9", "UserAttributes": attributes}
    cognito.ok("AdminCreateUser", TemporaryPassword=PASSWORD, **create)
    assert PASSWORD in cognito.outbox.mails()[-1]["text"]
    challenge = cognito.log_in("fresh@example.org")[1]
    assert challenge["ChallengeName"] == "NEW_PASSWORD_REQUIRED"
    answer = {
        "ClientId": cognito.client_id,
        "Session": challenge["Session"],
        "ChallengeName": "NEW_PASSWORD_REQUIRED",
    }
    for name, password, code in (
        ("M-9", "weak", "InvalidPasswordException"),
        ("M-1", NEW_PASSWORD, "NotAuthorizedException"),
    ):
        responses = {"USERNAME": name, "NEW_PASSWORD": password}
        assert cognito.refused("RespondToAuthChallenge", ChallengeResponses=responses, **answer) == code
    responses = {"USERNAME": "M-9", "NEW_PASSWORD": NEW_PASSWORD}
    cognito.ok("RespondToAuthChallenge", ChallengeResponses=responses, **answer)
    cognito.access_token("fresh@example.org", NEW_PASSWORD)


def test_access_tokens_live_as_long_as_the_client_says(cognito: Cognito) -> None:
    claims = jwt.decode(cognito.access_token("M-1"), options={"verify_signature": False})
    assert claims["exp"] - claims["iat"] == 15 * 60


def test_an_authenticator_app_is_asked_for_and_junk_is_refused(cognito: Cognito) -> None:
    token = cognito.access_token("M-1")
    secret = cognito.ok("AssociateSoftwareToken", AccessToken=token)["SecretCode"]
    now = cognito.clock.seconds
    junk = "000000" if totp(secret, now) != "000000" else "111111"
    refused = cognito.refused("VerifySoftwareToken", AccessToken=token, UserCode=junk)
    assert refused == "EnableSoftwareTokenMFAException"
    cognito.ok("VerifySoftwareToken", AccessToken=token, UserCode=totp(secret, now))
    preference = {"Enabled": True, "PreferredMfa": True}
    cognito.ok("SetUserMFAPreference", AccessToken=token, SoftwareTokenMfaSettings=preference)

    challenge = cognito.log_in("member@example.org")[1]
    assert challenge["ChallengeName"] == "SOFTWARE_TOKEN_MFA"
    answer = {"ClientId": cognito.client_id, "Session": challenge["Session"]}
    for code in (junk, totp(secret, now)):  # the second was used up by the verification
        responses = {"USERNAME": "M-1", "SOFTWARE_TOKEN_MFA_CODE": code}
        refused = cognito.refused(
            "RespondToAuthChallenge",
            ChallengeName="SOFTWARE_TOKEN_MFA",
            ChallengeResponses=responses,
            **answer,
        )
        assert refused == "CodeMismatchException"
    cognito.clock.seconds += 60
    responses = {
        "USERNAME": "member@example.org",
        "SOFTWARE_TOKEN_MFA_CODE": totp(secret, cognito.clock.seconds),
    }
    cognito.ok(
        "RespondToAuthChallenge", ChallengeName="SOFTWARE_TOKEN_MFA", ChallengeResponses=responses, **answer
    )


def test_a_challenge_cannot_be_swapped_for_an_easier_one(cognito: Cognito) -> None:
    token = cognito.access_token("M-1")
    secret = cognito.ok("AssociateSoftwareToken", AccessToken=token)["SecretCode"]
    cognito.ok("VerifySoftwareToken", AccessToken=token, UserCode=totp(secret, cognito.clock.seconds))
    cognito.ok(
        "SetUserMFAPreference",
        AccessToken=token,
        SoftwareTokenMfaSettings={"Enabled": True, "PreferredMfa": True},
    )
    challenge = cognito.log_in("M-1")[1]
    for name in ("MFA_SETUP", "NEW_PASSWORD_REQUIRED", "PASSWORD_VERIFIER"):
        refused = cognito.refused(
            "RespondToAuthChallenge",
            ClientId=cognito.client_id,
            Session=challenge["Session"],
            ChallengeName=name,
            ChallengeResponses={"USERNAME": "M-1", "NEW_PASSWORD": NEW_PASSWORD},
        )
        assert refused == "NotAuthorizedException"


def test_a_new_address_counts_only_after_its_code(cognito: Cognito) -> None:
    token = cognito.access_token("M-1")
    cognito.ok(
        "UpdateUserAttributes",
        AccessToken=token,
        UserAttributes=[{"Name": "email", "Value": "new@example.org"}],
    )
    assert cognito.log_in("new@example.org")[0] == 400
    cognito.access_token("member@example.org")
    assert [mail["to"] for mail in cognito.outbox.mails()] == [
        "new@example.org"
    ]  # the portal tells the old one
    verify = {"AccessToken": token, "AttributeName": "email"}
    assert cognito.refused("VerifyUserAttribute", Code="junk", **verify) == "CodeMismatchException"
    cognito.ok("VerifyUserAttribute", Code=cognito.last_code(), **verify)
    cognito.access_token("new@example.org")
    assert cognito.log_in("member@example.org")[0] == 400


def test_an_address_of_someone_else_cannot_be_taken(cognito: Cognito) -> None:
    cognito.add("M-2", "second@example.org")
    token = cognito.access_token("M-1")
    taken = [{"Name": "email", "Value": "SECOND@example.org"}]
    refused = cognito.refused("UpdateUserAttributes", AccessToken=token, UserAttributes=taken)
    assert refused == "AliasExistsException"


def test_nobody_verifies_their_own_address_by_writing_so(cognito: Cognito) -> None:
    token = cognito.access_token("M-1")
    for name in ("email_verified", "sub", "custom:role"):
        refused = cognito.refused(
            "UpdateUserAttributes", AccessToken=token, UserAttributes=[{"Name": name, "Value": "true"}]
        )
        assert refused == "NotAuthorizedException"


def test_not_even_a_client_that_may_write_everything(cognito: Cognito) -> None:
    client = cognito.ok(
        "CreateUserPoolClient",
        UserPoolId=cognito.pool_id,
        ClientName="free",
        ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH"],
    )
    cognito.client_id = client["UserPoolClient"]["ClientId"]
    token = cognito.access_token("M-1")
    cognito.ok("UpdateUserAttributes", AccessToken=token, UserAttributes=[{"Name": "name", "Value": "Mo"}])
    attributes = [{"Name": "email_verified", "Value": "true"}]
    refused = cognito.refused("UpdateUserAttributes", AccessToken=token, UserAttributes=attributes)
    assert refused == "NotAuthorizedException"


def test_a_page_of_another_origin_may_log_in(cognito: Cognito) -> None:
    preflight = cognito.client.options(
        "/",
        headers={
            "Origin": "http://localhost:8000",
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "content-type,x-amz-target",
        },
    )
    assert preflight.status_code == 200
    assert preflight.headers["Access-Control-Allow-Origin"] == "*"
    assert "x-amz-target" in preflight.headers["Access-Control-Allow-Headers"]
    answer = cognito.client.post(
        "/",
        data="{}",
        headers={
            "Origin": "http://localhost:8000",
            "X-Amz-Target": "AWSCognitoIdentityProviderService.InitiateAuth",
            "Content-Type": "application/x-amz-json-1.1",
        },
    )
    assert answer.status_code == 400
    assert answer.headers["Access-Control-Allow-Origin"] == "*"


def test_totp_is_the_one_of_the_standard() -> None:
    # RFC 6238, appendix B, SHA-1, last six digits
    secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
    assert totp(secret, 59) == "287082"
    assert totp(secret, 1111111109) == "081804"
    assert totp(secret, 20000000000) == "353130"
    assert len(totp(secret, time.time())) == 6
