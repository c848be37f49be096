"""Codes that people type: mailed ones that work once and expire, and the six digits of an authenticator app."""

import base64
import hmac
import secrets
import struct
import time
from collections.abc import Callable
from dataclasses import dataclass

from infrastructure.local.cognito_directory import Refused

_LIFE_SECONDS = 3600
_WRONG_ATTEMPTS = 5
_STEP_SECONDS = 30


@dataclass
class _Mailed:
    code: str
    expires: float
    wrong: int = 0


class MailedCodes:
    """Six digits per purpose and person: the latest one counts, once, for an hour and five tries."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._codes: dict[tuple[str, ...], _Mailed] = {}

    def issue(self, *key: str) -> str:
        """Make the code for a purpose and person; an earlier one no longer counts."""
        code = f"{secrets.randbelow(1_000_000):06}"
        self._codes[key] = _Mailed(code, self._clock() + _LIFE_SECONDS)
        return code

    def pretend(self, *key: str) -> None:
        """As if a code had been made, for a person who does not exist: whatever is typed will be wrong."""
        self._codes[key] = _Mailed(secrets.token_hex(32), self._clock() + _LIFE_SECONDS)

    def check(self, code: str, *key: str) -> None:
        """Refuse a wrong, expired, used or never issued code; a right one stays until it is `used`."""
        mailed = self._codes.get(key)
        if mailed is None or self._clock() >= mailed.expires:
            self._codes.pop(key, None)
            raise Refused("ExpiredCodeException", "Invalid code provided, please request a code again.")
        if mailed.wrong >= _WRONG_ATTEMPTS:
            raise Refused("LimitExceededException", "Attempt limit exceeded, please try after some time.")
        if not hmac.compare_digest(mailed.code.encode(), code.strip().encode()):
            mailed.wrong += 1
            raise Refused("CodeMismatchException", "Invalid verification code provided, please try again.")

    def used(self, *key: str) -> None:
        """A code has done its work."""
        self._codes.pop(key, None)


def totp(secret: str, at: float) -> str:
    """The six digits that an authenticator app shows (RFC 6238, SHA-1, 30 seconds)."""
    counter = struct.pack(">Q", int(at) // _STEP_SECONDS)
    digest = hmac.digest(base64.b32decode(secret), counter, "sha1")
    start = digest[-1] & 15
    number: int = struct.unpack(">I", digest[start : start + 4])[0] & 0x7FFFFFFF
    return f"{number % 1_000_000:06}"


class Authenticators:
    """The secret that each person's authenticator app holds, and which of its codes were used."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._secrets: dict[str, str] = {}
        self._used: dict[str, set[str]] = {}

    def associate(self, user_id: str) -> str:
        """A new secret for this person, base32."""
        self._secrets[user_id] = base64.b32encode(secrets.token_bytes(20)).decode()
        return self._secrets[user_id]

    def matches(self, user_id: str, code: str) -> bool:
        """Whether the app shows this code now, give or take one step; no code counts twice."""
        secret = self._secrets.get(user_id)
        if secret is None:
            return False
        now = self._clock()
        for step in (0, -1, 1):
            shown = totp(secret, now + step * _STEP_SECONDS)
            if hmac.compare_digest(shown.encode(), code.encode()):
                used = self._used.setdefault(user_id, set())
                if code in used:
                    return False
                used.add(code)
                return True
        return False
