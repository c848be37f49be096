"""Members: My Profile and My Registrations, staff's search and page of a member, and the report of an import."""

from dataclasses import asdict
from typing import Annotated

from pydantic import Field, StrictBool, StrictInt

from shared.domain import members, roster
from shared.schemas.fields import Address, EmailAddress, Given, PersonName, PhoneNumber, Sent, ShortText
from shared.schemas.points import Certification


class ProfileSent(Sent):
    """The contact fields; those left out are emptied. A `version` may stand in it: If-Match is what counts."""

    phone: PhoneNumber | None = None
    employer: ShortText | None = None
    job_title: ShortText | None = None
    department: ShortText | None = None
    address: Address | None = None
    city: ShortText | None = None
    state: ShortText | None = None
    postal_code: PhoneNumber | None = None
    country: ShortText | None = None
    reminders: StrictBool | None = None
    version: StrictInt | None = None

    def to_domain(self) -> members.Profile:
        """The profile that this makes; empty texts count as nothing given."""
        given = self.model_dump(exclude={"version", "reminders"})
        texts = {name: value or None for name, value in given.items()}
        return members.Profile(**texts, reminders=self.reminders)


class Profile(Given):
    """A member's contact fields and their version, which is the ETag."""

    phone: str | None
    employer: str | None
    job_title: str | None
    department: str | None
    address: str | None
    city: str | None
    state: str | None
    postal_code: str | None
    country: str | None
    reminders: bool
    version: int

    @classmethod
    def of(cls, member: members.Member) -> "Profile":
        """The profile of the domain as it is answered."""
        fields = {**asdict(member.profile), "reminders": member.profile.reminders is not False}
        return cls(**fields, version=member.version)


class NameSent(Sent):
    """A member's name."""

    first_name: PersonName
    last_name: PersonName


class EmailSent(Sent):
    """An address that was verified at the account with the code that was mailed there."""

    email: EmailAddress


class Identity(Given):
    """A member's name and address, and their version, which is the ETag."""

    member_id: str
    name: str
    first_name: str
    last_name: str
    email: str
    version: int

    @classmethod
    def of(cls, member: members.Member) -> "Identity":
        """The member of the domain as it is answered."""
        return cls(
            member_id=member.member_id,
            name=member.name,
            first_name=member.first_name,
            last_name=member.last_name,
            email=member.email,
            version=member.version,
        )


class MembershipSent(Sent):
    """Whether a person is a member of the certifying body."""

    body_member: StrictBool


class Membership(Given):
    """Whether a person is a member of the certifying body, and the person's version, which is the ETag."""

    member_id: str
    body_member: bool
    version: int


class Portal(Given):
    """Whether the recertification portal is open, and what to do if it is not."""

    access: str
    detail: str


class Me(Given):
    """The caller: who they are, what they hold, and whether the portal is open to them."""

    member_id: str
    name: str
    first_name: str
    last_name: str
    email: str
    profile: Profile
    certifications: list[Certification]
    portal: Portal
    roles: list[str]
    time_zone: Annotated[str, Field(description="The program's, in which its days begin and end.")]


class Certifications(Given):
    """My Registrations."""

    items: list[Certification]
    next_cursor: str | None = None


class MemberSummary(Given):
    """A member in a list."""

    member_id: str
    name: str
    email: str

    @classmethod
    def of(cls, member: members.Member) -> "MemberSummary":
        """The member of the domain as a list shows them."""
        return cls(member_id=member.member_id, name=member.name, email=member.email)


class MemberList(Given):
    """Members whose name, e-mail or id begins as asked."""

    items: list[MemberSummary]
    next_cursor: str | None


class MemberPage(Given):
    """A member as staff see them."""

    member_id: str
    name: str
    first_name: str
    last_name: str
    email: str
    login: str
    body_member: bool
    erasure: str
    profile: Profile
    certifications: list[Certification]


class RejectedRow(Given):
    """Why a row of an import was rejected."""

    row: int
    field: str
    detail: str


class ImportReport(Given):
    """What an import did, or would do."""

    created: int
    updated: int
    unchanged: int
    rejected: list[RejectedRow]

    @classmethod
    def of(cls, report: roster.ImportReport) -> "ImportReport":
        """The report of the domain as it is answered."""
        return cls(
            created=report.created,
            updated=report.updated,
            unchanged=report.unchanged,
            rejected=[
                RejectedRow(row=each.row, field=each.field, detail=each.detail) for each in report.rejected
            ],
        )
