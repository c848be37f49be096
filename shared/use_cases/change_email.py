"""A member's new e-mail address, verified at their account, is taken over; the old address is told by mail."""

from dataclasses import replace

from shared.domain.errors import Fault, InvalidRequest, VersionConflict
from shared.domain.events import Command, Event, event
from shared.domain.members import Member
from shared.domain.ports import AddressTaken, EventStore, MemberStore, OwnAccount
from shared.use_cases.once import once


def change_email(
    members: MemberStore,
    events: EventStore,
    account: OwnAccount,
    command: Command,
    member: Member,
    email: str,
    version: str,
) -> Member:
    """Make the address that the member has verified at their account their address here, in any case of its letters.

    The account has the address already when this is asked for; a request that got lost is simply sent again. Raises
    InvalidRequest for an address that is not verified or is another member's, and VersionConflict.
    """
    subject = f"member:{member.member_id.lower()}"

    def perform(attempt: int) -> Member:
        before = member if attempt == 0 else (members.find(member.member_id) or member)
        verified = account.verified_email()
        if verified is None or verified.lower() != email.lower():
            raise _refused(
                "This address is not verified yet. Ask for a code, type it in, and save the address again."
            )
        if version != str(before.version):
            raise VersionConflict(
                "Your profile was changed elsewhere since you opened it. Compare the two versions and save again."
            )
        if before.email == verified:
            return before
        after = replace(before, email=verified, rostered=before.as_rostered, version=before.version + 1)
        data = {"former_email": before.email, "email": verified}
        try:
            members.save(before, after, event(command, subject, "email-changed", data))
        except AddressTaken:
            raise _refused("This address belongs to another member here. Please write to us.") from None
        return after

    def again(_: Event) -> Member:
        return members.find(member.member_id) or member

    return once(events, command, subject, perform, again)


def _refused(detail: str) -> InvalidRequest:
    return InvalidRequest((Fault("/email", detail),))
