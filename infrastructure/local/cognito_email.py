"""Changing an e-mail address as the pool does it: the old one stays until the mailed code verifies the new one."""

from collections.abc import Callable
from typing import Any

from moto.cognitoidp.models import CognitoIdpUser, CognitoIdpUserPool

from infrastructure.local import cognito_directory as directory
from infrastructure.local.cognito_codes import MailedCodes
from infrastructure.local.cognito_directory import Refused
from infrastructure.local.outbox import Outbox
from infrastructure.local.wsgi import Answer, json_answer

_EMAIL = "email"
_NEVER_WRITABLE = {"sub", "email_verified", "phone_number_verified", "identities"}
type Request = dict[str, Any]


class EmailChanges:
    """Pending addresses, the mails about them, and the attributes that a client may write."""

    def __init__(self, outbox: Outbox, codes: MailedCodes, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._outbox = outbox
        self._codes = codes
        self._pending: dict[tuple[str, str], str] = {}

    def mail_code(self, pool: CognitoIdpUserPool, to: str, code: str) -> None:
        """Mail a code in the pool's own words."""
        template = pool.extended_config.get("VerificationMessageTemplate") or {}
        subject = template.get("EmailSubject") or pool.extended_config.get("EmailVerificationSubject")
        message = template.get("EmailMessage") or pool.extended_config.get("EmailVerificationMessage")
        text = str(message or "Your verification code is {####}.").replace("{####}", code)
        self._outbox.record(to, str(subject or "Your verification code"), text)

    def mail_invitation(self, pool: CognitoIdpUserPool, user: CognitoIdpUser, to: str) -> None:
        """The mail that a new user gets unless it is suppressed."""
        template = (pool.extended_config.get("AdminCreateUserConfig") or {}).get(
            "InviteMessageTemplate"
        ) or {}
        message = template.get(
            "EmailMessage", "Your username is {username} and temporary password is {####}."
        )
        text = message.replace("{username}", user.username).replace("{####}", user.password or "")
        self._outbox.record(to, template.get("EmailSubject", "Your temporary password"), text)

    def update_own(self, request: Request) -> Answer:
        """UpdateUserAttributes: only what the client may write; a new address waits for its code."""
        pool, user, client_id = directory.by_access_token(request.get("AccessToken"), self._clock())
        attributes = _attributes(request)
        writable = directory.client_setting(pool, client_id, "WriteAttributes")
        for name in attributes:
            if name in _NEVER_WRITABLE or (writable is not None and name not in writable):
                raise Refused("NotAuthorizedException", "A client attempted to write unauthorized attribute")
        return json_answer({"CodeDeliveryDetailsList": self._update(pool, user, attributes)})

    def update_as_administrator(self, request: Request, forward: Callable[[], Answer]) -> Answer:
        """AdminUpdateUserAttributes: `email_verified` = true beside the address takes it at once."""
        pool = directory.pool_by_id(request.get("UserPoolId", ""))
        user = pool.users.get(request.get("Username", ""))
        if user is None:
            return forward()
        attributes = _attributes(request)
        if _EMAIL not in attributes or attributes.get("email_verified", "").lower() != "true":
            self._update(pool, user, attributes)
            return json_answer({})
        directory.refuse_taken_email(pool, attributes[_EMAIL], own=user)
        self._pending.pop((pool.id, user.username), None)
        return forward()

    def verify(self, request: Request) -> Answer:
        """VerifyUserAttribute: the mailed code makes the pending address the verified one."""
        pool, user, _ = directory.by_access_token(request.get("AccessToken"), self._clock())
        self._refuse_other_than_email(request)
        key = (pool.id, user.username)
        self._codes.check(str(request.get("Code", "")), _EMAIL, *key)
        address = self._pending.get(key) or user.attribute_lookup.get(_EMAIL, "")
        directory.refuse_taken_email(pool, address, own=user)
        self._codes.used(_EMAIL, *key)
        self._pending.pop(key, None)
        user.update_attributes(_pairs({_EMAIL: address, "email_verified": "true"}))
        return json_answer({})

    def send_again(self, request: Request) -> Answer:
        """GetUserAttributeVerificationCode: a new code to the pending address, or to the present one."""
        pool, user, _ = directory.by_access_token(request.get("AccessToken"), self._clock())
        self._refuse_other_than_email(request)
        address = self._pending.get((pool.id, user.username)) or user.attribute_lookup.get(_EMAIL)
        if not address:
            raise Refused("InvalidParameterException", "User has no email to verify.")
        return json_answer({"CodeDeliveryDetails": self._send_code(pool, user, address)})

    def _update(
        self, pool: CognitoIdpUserPool, user: CognitoIdpUser, attributes: dict[str, str]
    ) -> list[Request]:
        address = attributes.get(_EMAIL)
        if address is None or address == user.attribute_lookup.get(_EMAIL):
            user.update_attributes(_pairs(attributes))
            return []
        if not directory.is_email(address):
            raise Refused("InvalidParameterException", "Invalid email address format.")
        directory.refuse_taken_email(pool, address, own=user)
        settings = pool.extended_config.get("UserAttributeUpdateSettings") or {}
        if _EMAIL in (settings.get("AttributesRequireVerificationBeforeUpdate") or []):
            del attributes[_EMAIL]
            self._pending[(pool.id, user.username)] = address
        else:
            attributes["email_verified"] = "false"
        user.update_attributes(_pairs(attributes))
        return [self._send_code(pool, user, address)]

    def _send_code(self, pool: CognitoIdpUserPool, user: CognitoIdpUser, address: str) -> Request:
        self.mail_code(pool, address, self._codes.issue(_EMAIL, pool.id, user.username))
        destination = directory.masked(address)
        return {"Destination": destination, "DeliveryMedium": "EMAIL", "AttributeName": _EMAIL}

    @staticmethod
    def _refuse_other_than_email(request: Request) -> None:
        if request.get("AttributeName") != _EMAIL:
            raise Refused("InvalidParameterException", "Only the e-mail address can be verified.")


def _attributes(request: Request) -> dict[str, str]:
    return {pair["Name"]: str(pair.get("Value", "")) for pair in request.get("UserAttributes") or []}


def _pairs(attributes: dict[str, str]) -> list[dict[str, Any]]:
    return [{"Name": name, "Value": value} for name, value in attributes.items()]
