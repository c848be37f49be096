"""The guard before moto's Cognito: closes the holes that would let a person in, or tell of one, where AWS would not.

Each operation that moto gets wrong has a method named after it. A method may refuse, answer itself, change the request
that moto sees, or look at moto's answer. One lock serialises all, so that looking and changing are one step.
"""

import hashlib
import json
import re
import threading
import time
from collections.abc import Callable, Iterable
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from moto.cognitoidp.models import CognitoIdpUser, CognitoIdpUserPool, UserStatus

from infrastructure.local import cognito_directory as directory
from infrastructure.local.cognito_codes import Authenticators, MailedCodes
from infrastructure.local.cognito_directory import Refused
from infrastructure.local.cognito_email import EmailChanges
from infrastructure.local.outbox import Outbox
from infrastructure.local.wsgi import Answer, json_answer, read_body, replace_body, run, service_of

_SESSION_SECONDS = 180
_RESET = "reset"
_GUARDED = {
    "InitiateAuth",
    "AdminInitiateAuth",
    "RespondToAuthChallenge",
    "AdminRespondToAuthChallenge",
    "RevokeToken",
    "AssociateSoftwareToken",
    "VerifySoftwareToken",
    "ForgotPassword",
    "ConfirmForgotPassword",
    "AdminResetUserPassword",
    "SignUp",
    "ConfirmSignUp",
    "AdminCreateUser",
    "UpdateUserAttributes",
    "AdminUpdateUserAttributes",
    "VerifyUserAttribute",
    "GetUserAttributeVerificationCode",
}
_FOR_ANYONE = {
    *(each for each in _GUARDED if not each.startswith("Admin")),
    "ChangePassword",
    "DeleteUser",
    "DeleteUserAttributes",
    "GetUser",
    "GlobalSignOut",
    "ResendConfirmationCode",
    "SetUserMFAPreference",
}
"""What Cognito does without the signature of an AWS account; everything else is an administrator's."""

type Request = dict[str, Any]


class CognitoGuard:
    """WSGI middleware; everything that is not Cognito's JSON protocol passes."""

    def __init__(self, app: WSGIApplication, outbox: Outbox, clock: Callable[[], float] = time.time) -> None:
        self._app = app
        self._outbox = outbox
        self._clock = clock
        self._lock = threading.RLock()
        self.forget()

    def forget(self) -> None:
        """Forget every code, authenticator, pending address and challenge."""
        self._codes = MailedCodes(self._clock)
        self._authenticators = Authenticators(self._clock)
        self._emails = EmailChanges(self._outbox, self._codes, self._clock)
        self._sessions: dict[str, tuple[str, str, float]] = {}

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if service_of(environ) != "cognito-idp" or environ["REQUEST_METHOD"] != "POST":
            return self._app(environ, start_response)
        with self._lock:
            return self._answer(environ).send(start_response)

    def _answer(self, environ: WSGIEnvironment) -> Answer:
        operation = environ.get("HTTP_X_AMZ_TARGET", "").partition(".")[2]
        try:
            self._require_signature(operation, environ)
            request = self._parse(read_body(environ))
            self._resolve_username(request)
            if request.get("AccessToken"):
                directory.by_access_token(request["AccessToken"], self._clock())

            def forward() -> Answer:
                replace_body(environ, json.dumps(request).encode())
                return run(self._app, environ)

            if operation not in _GUARDED:
                return forward()
            answer: Answer = getattr(self, "_" + re.sub(r"(?<=[a-z])(?=[A-Z])", "_", operation).lower())(
                request, forward
            )
            return answer
        except Refused as refused:
            answer = json_answer({"__type": refused.code, "message": refused.message}, "400 Bad Request")
            answer.headers.append(("x-amzn-ErrorType", f"{refused.code}:"))
            answer.headers.append(("x-amzn-ErrorMessage", refused.message))
            return answer

    @staticmethod
    def _require_signature(operation: str, environ: WSGIEnvironment) -> None:
        """Refuse an administrator's operation that comes without a signature, as from a page in a browser."""
        if operation not in _FOR_ANYONE and not environ.get("HTTP_AUTHORIZATION"):
            raise Refused("MissingAuthenticationTokenException", "Missing Authentication Token")

    @staticmethod
    def _parse(body: bytes) -> Request:
        try:
            request = json.loads(body or b"{}")
        except ValueError:
            request = None
        if not isinstance(request, dict):
            raise Refused("SerializationException", "The request body is not a JSON object.")
        return request

    @staticmethod
    def _resolve_username(request: Request) -> None:
        """The administrator's operations, too, know a user by every alias."""
        pool_id, username = request.get("UserPoolId"), request.get("Username")
        if isinstance(pool_id, str) and isinstance(username, str):
            user = directory.find_user(directory.pool_by_id(pool_id), username)
            if user is not None:
                request["Username"] = user.username

    # Logging in

    def _initiate_auth(self, request: Request, forward: Callable[[], Answer]) -> Answer:
        pool = directory.pool_of_client(request.get("ClientId"))
        client_id = request["ClientId"]
        flow = request.get("AuthFlow", "")
        parameters = request.setdefault("AuthParameters", {})
        if flow in ("REFRESH_TOKEN", "REFRESH_TOKEN_AUTH"):
            self._refuse_closed_flow(pool, client_id, "REFRESH_TOKEN_AUTH")
            if pool.refresh_tokens.get(parameters.get("REFRESH_TOKEN")) is None:
                raise Refused("NotAuthorizedException", "Invalid Refresh Token")
            return forward()
        if flow != "USER_PASSWORD_AUTH":
            raise Refused(
                "InvalidParameterException", f"{flow} is not emulated locally: moto takes any proof in it."
            )
        self._refuse_closed_flow(pool, client_id, flow)
        user = self._user_who_logs_in(pool, client_id, parameters)
        parameters["USERNAME"] = user.username
        return self._remember_challenge(user, forward())

    def _admin_initiate_auth(self, request: Request, forward: Callable[[], Answer]) -> Answer:
        pool = directory.pool_by_id(request.get("UserPoolId", ""))
        parameters = request.setdefault("AuthParameters", {})
        if "REFRESH_TOKEN" in request.get("AuthFlow", ""):
            return forward()
        user = self._user_who_logs_in(pool, request.get("ClientId", ""), parameters)
        parameters["USERNAME"] = user.username
        return self._remember_challenge(user, forward())

    def _user_who_logs_in(
        self, pool: CognitoIdpUserPool, client_id: str, parameters: Request
    ) -> CognitoIdpUser:
        for name in ("USERNAME", "PASSWORD"):
            if not isinstance(parameters.get(name), str) or not parameters[name]:
                raise Refused("InvalidParameterException", f"Missing required parameter {name}")
        user = directory.find_user(pool, parameters["USERNAME"])
        if user is None and not directory.hides_unknown_users(pool, client_id):
            raise Refused("UserNotFoundException", "User does not exist.")
        if user is None or user.password != parameters["PASSWORD"]:
            raise Refused("NotAuthorizedException", "Incorrect username or password.")
        if user.status is UserStatus.RESET_REQUIRED:
            raise Refused("PasswordResetRequiredException", "Password reset required for the user")
        return user

    @staticmethod
    def _refuse_closed_flow(pool: CognitoIdpUserPool, client_id: str, flow: str) -> None:
        flows = directory.client_setting(pool, client_id, "ExplicitAuthFlows") or []
        if f"ALLOW_{flow}" not in flows and flow not in flows:
            raise Refused("InvalidParameterException", f"{flow} flow not enabled for this client")

    def _remember_challenge(self, user: CognitoIdpUser, answer: Answer) -> Answer:
        challenge = json.loads(answer.body) if answer.ok else {}
        if challenge.get("Session"):
            expires = self._clock() + _SESSION_SECONDS
            self._sessions[challenge["Session"]] = (
                user.username,
                challenge.get("ChallengeName", ""),
                expires,
            )
        return answer

    def _respond_to_auth_challenge(self, request: Request, forward: Callable[[], Answer]) -> Answer:
        pool = directory.pool_of_client(request.get("ClientId"))
        user = self._user_of_session(pool, request.get("Session", ""), request.get("ChallengeName", ""))
        responses = request.setdefault("ChallengeResponses", {})
        if directory.find_user(pool, responses.get("USERNAME", "")) is not user:
            raise Refused("NotAuthorizedException", "Invalid session for the user.")
        responses["USERNAME"] = user.username
        if request["ChallengeName"] == "SOFTWARE_TOKEN_MFA":
            code = responses.get("SOFTWARE_TOKEN_MFA_CODE", "")
            if not self._authenticators.matches(user.id, code):
                raise Refused("CodeMismatchException", "Invalid code received for user")
        if request["ChallengeName"] == "NEW_PASSWORD_REQUIRED":
            directory.refuse_weak_password(pool, responses.get("NEW_PASSWORD", ""))
        answer = forward()
        if answer.ok:
            del self._sessions[request["Session"]]
        return self._remember_challenge(user, answer)

    _admin_respond_to_auth_challenge = _respond_to_auth_challenge

    def _user_of_session(self, pool: CognitoIdpUserPool, session: str, challenge: str) -> CognitoIdpUser:
        username, asked, expires = self._sessions.get(session, ("", "", 0.0))
        user = pool.users.get(username)
        if user is None or asked != challenge or self._clock() >= expires:
            raise Refused("NotAuthorizedException", "Invalid session for the user, session is expired.")
        return user

    def _revoke_token(self, request: Request, forward: Callable[[], Answer]) -> Answer:
        pool = directory.pool_of_client(request.get("ClientId"))
        known = pool.refresh_tokens.get(request.get("Token", ""))
        if known is not None:
            pool.refresh_tokens[request["Token"]] = None
        return json_answer({})

    # Authenticator apps

    def _associate_software_token(self, request: Request, forward: Callable[[], Answer]) -> Answer:
        _, user, _ = directory.by_access_token(request.get("AccessToken"), self._clock())
        return json_answer({"SecretCode": self._authenticators.associate(user.id)})

    def _verify_software_token(self, request: Request, forward: Callable[[], Answer]) -> Answer:
        _, user, _ = directory.by_access_token(request.get("AccessToken"), self._clock())
        if not self._authenticators.matches(user.id, request.get("UserCode", "")):
            raise Refused("EnableSoftwareTokenMFAException", "Code mismatch")
        user.token_verified = True
        return json_answer({"Status": "SUCCESS"})

    # Forgotten passwords

    def _forgot_password(self, request: Request, forward: Callable[[], Answer]) -> Answer:
        pool = directory.pool_of_client(request.get("ClientId"))
        login = str(request.get("Username", "")).strip()
        user = directory.find_user(pool, login)
        if user is None or not user.enabled:
            if not directory.hides_unknown_users(pool, request["ClientId"]):
                raise Refused("UserNotFoundException", "Username/client id combination not found.")
            self._codes.pretend(_RESET, pool.id, self._stranger(login))
            return self._delivery(directory.masked(self._address_like(login)))
        return self._delivery(directory.masked(self._mail_reset_code(pool, user)))

    def _confirm_forgot_password(self, request: Request, forward: Callable[[], Answer]) -> Answer:
        pool = directory.pool_of_client(request.get("ClientId"))
        login = str(request.get("Username", "")).strip()
        user = directory.find_user(pool, login)
        key = user.username if user is not None and user.enabled else self._stranger(login)
        self._codes.check(str(request.get("ConfirmationCode", "")), _RESET, pool.id, key)
        directory.refuse_weak_password(pool, str(request.get("Password", "")))
        self._codes.used(_RESET, pool.id, key)
        if user is not None:
            user.password = request["Password"]
            user.status = UserStatus.CONFIRMED
        return json_answer({})

    def _admin_reset_user_password(self, request: Request, forward: Callable[[], Answer]) -> Answer:
        pool = directory.pool_by_id(request.get("UserPoolId", ""))
        user = pool.users.get(request.get("Username", ""))
        if user is None:
            raise Refused("UserNotFoundException", "User does not exist.")
        self._mail_reset_code(pool, user)
        user.status = UserStatus.RESET_REQUIRED
        return json_answer({})

    def _mail_reset_code(self, pool: CognitoIdpUserPool, user: CognitoIdpUser) -> str:
        """Mail a code to the verified address and answer the address."""
        if user.status is UserStatus.FORCE_CHANGE_PASSWORD:
            raise Refused("NotAuthorizedException", "User password cannot be reset in the current state.")
        address = directory.verified_email(user)
        if address is None:
            raise Refused(
                "InvalidParameterException",
                "Cannot reset password for the user as there is no registered/verified email or phone_number",
            )
        self._emails.mail_code(pool, address, self._codes.issue(_RESET, pool.id, user.username))
        return address

    @staticmethod
    def _stranger(login: str) -> str:
        """A key for a person who does not exist; no user name contains a line break."""
        return "\n" + login.casefold()

    @staticmethod
    def _address_like(login: str) -> str:
        if directory.is_email(login):
            return login
        letters = (
            hashlib.sha256(login.casefold().encode())
            .hexdigest()
            .translate(str.maketrans("0123456789", "ghijklmnop"))
        )
        return f"{letters[0]}@{letters[1]}"

    @staticmethod
    def _delivery(destination: str) -> Answer:
        details = {"Destination": destination, "DeliveryMedium": "EMAIL", "AttributeName": "email"}
        return json_answer({"CodeDeliveryDetails": details})

    # Making and changing users

    def _sign_up(self, request: Request, forward: Callable[[], Answer]) -> Answer:
        pool = directory.pool_of_client(request.get("ClientId"))
        if (pool.extended_config.get("AdminCreateUserConfig") or {}).get("AllowAdminCreateUserOnly"):
            raise Refused("NotAuthorizedException", "SignUp is not permitted for this user pool")
        raise Refused(
            "InvalidParameterException", "Self sign-up is not emulated locally: moto confirms any code."
        )

    _confirm_sign_up = _sign_up

    def _admin_create_user(self, request: Request, forward: Callable[[], Answer]) -> Answer:
        pool = directory.pool_by_id(request.get("UserPoolId", ""))
        username = str(request.get("Username", ""))
        if directory.email_is_alias(pool) and directory.is_email(username):
            raise Refused(
                "InvalidParameterException",
                "Username cannot be of email format, since user pool is configured for email alias.",
            )
        if directory.find_user(pool, username) is not None:
            raise Refused("UsernameExistsException", "User account already exists")
        attributes = {pair["Name"]: pair["Value"] for pair in request.get("UserAttributes") or []}
        address = attributes.get("email")
        if address and str(attributes.get("email_verified", "")).lower() == "true":
            self._claim_alias(pool, address, force=bool(request.get("ForceAliasCreation")))
        answer = forward()
        if answer.ok and address and request.get("MessageAction") != "SUPPRESS":
            self._emails.mail_invitation(pool, pool.users[username], address)
        return answer

    @staticmethod
    def _claim_alias(pool: CognitoIdpUserPool, address: str, *, force: bool) -> None:
        if not force:
            directory.refuse_taken_email(pool, address, own=None)
            return
        holder = directory.holder_of_email(pool, address)
        if holder is not None:
            holder.update_attributes([{"Name": "email_verified", "Value": "false"}])

    def _update_user_attributes(self, request: Request, forward: Callable[[], Answer]) -> Answer:
        return self._emails.update_own(request)

    def _admin_update_user_attributes(self, request: Request, forward: Callable[[], Answer]) -> Answer:
        return self._emails.update_as_administrator(request, forward)

    def _verify_user_attribute(self, request: Request, forward: Callable[[], Answer]) -> Answer:
        return self._emails.verify(request)

    def _get_user_attribute_verification_code(
        self, request: Request, forward: Callable[[], Answer]
    ) -> Answer:
        return self._emails.send_again(request)
