"""Members: the people, their names, addresses and contact fields."""

from dataclasses import dataclass
from typing import Literal

LoginState = Literal["wanted", "made"]


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
    """A person known to the certifying body. `login` says whether the account to log in with was made."""

    member_id: str
    first_name: str
    last_name: str
    email: str
    profile: Profile = Profile()
    login: LoginState = "wanted"
    version: int = 1

    @property
    def name(self) -> str:
        """First and last name as one is addressed."""
        return f"{self.first_name} {self.last_name}".strip()
