"""Members: the people, their names, addresses and contact fields."""

import re
from dataclasses import dataclass
from typing import Literal

LoginState = Literal["wanted", "made"]
Erasure = Literal["", "begun", "done"]

LONGEST_NAME = 100
LONGEST_EMAIL = 254

NO_EMAIL = (
    "Give a valid e-mail address. It has plain letters, digits and signs such as . _ + - before the @, "
    "and a domain behind it; letters with accents are not taken."
)

_ATOM, _LABEL = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+", r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_EMAIL = re.compile(rf"(?=.{{1,64}}@)(?!.*=\?){_ATOM}(?:\.{_ATOM})*@(?:{_LABEL}\.)+(?!.\Z){_LABEL}")
"""What SES delivers to, and what stands in the header of a mail as it is (RFC 5322, dot-atom): no comments, groups or
quotation marks, and nothing that a header reads as an encoded word. A domain in another writing has its `xn--` form."""


def is_email(text: str) -> bool:
    """Whether a text is an e-mail address that mail can be sent to."""
    return len(text) <= LONGEST_EMAIL and _EMAIL.fullmatch(text) is not None


@dataclass(frozen=True, slots=True)
class Profile:
    """The contact fields that a member keeps up to date; None where nothing was given.

    `reminders` False: no reminders of the deadline by mail, only what must be told.
    """

    phone: str | None = None
    employer: str | None = None
    job_title: str | None = None
    department: str | None = None
    address: str | None = None
    city: str | None = None
    state: str | None = None
    postal_code: str | None = None
    country: str | None = None
    reminders: bool | None = None


@dataclass(frozen=True, slots=True)
class Member:
    """A person known to the certifying body. `login` says whether the account to log in with was made.

    `rostered` holds first name, last name and e-mail as the last import gave them, where the member has changed any of
    them since: the same import again does not take the change back. `body_member` tells whether the person is a member
    of the certifying body, which fees may depend on, and `body_member_rostered` what the last import said of it.
    `erasure` says whether their data were erased on request; then the member number is all that is left.
    """

    member_id: str
    first_name: str
    last_name: str
    email: str
    profile: Profile = Profile()
    login: LoginState = "wanted"
    rostered: tuple[str, str, str] | None = None
    body_member: bool = False
    body_member_rostered: bool | None = None
    erasure: Erasure = ""
    version: int = 1

    @property
    def name(self) -> str:
        """First and last name as one is addressed."""
        return f"{self.first_name} {self.last_name}".strip()

    @property
    def as_rostered(self) -> tuple[str, str, str]:
        """First name, last name and e-mail as the last import gave them."""
        return self.rostered or (self.first_name, self.last_name, self.email)

    def erased(self) -> "Member":
        """What is left of a person: the member number, which stands for the name too."""
        return Member(self.member_id, "", self.member_id, "", erasure="begun", version=self.version + 1)
