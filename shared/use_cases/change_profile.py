"""A member updates the contact information on My Profile."""

from dataclasses import fields, replace

from shared.domain.errors import VersionConflict
from shared.domain.events import Command, Event, event
from shared.domain.members import Member, Profile
from shared.domain.ports import EventStore, MemberStore
from shared.use_cases.once import once


def change_profile(
    members: MemberStore, events: EventStore, command: Command, member: Member, profile: Profile, version: str
) -> Member:
    """Replace the contact fields of a member whose version is still the one that was seen.

    Whether reminders are wanted stays as it is when nothing is said of it. One transaction; the event names the fields
    that changed and not what stands in them. Raises VersionConflict.
    """
    subject = f"member:{member.member_id.lower()}"

    def perform(attempt: int) -> Member:
        before = member if attempt == 0 else (members.find(member.member_id) or member)
        if version != str(before.version):
            raise VersionConflict(
                "Your profile was changed elsewhere since you opened it. Compare the two versions and save again."
            )
        reminders = before.profile.reminders if profile.reminders is None else profile.reminders
        kept = replace(profile, reminders=reminders)
        after = replace(before, profile=kept, version=before.version + 1)
        changed = [
            f.name for f in fields(Profile) if getattr(before.profile, f.name) != getattr(kept, f.name)
        ]
        members.save(before, after, event(command, subject, "profile-changed", {"fields": changed}))
        return after

    def again(_: Event) -> Member:
        return members.find(member.member_id) or member

    return once(events, command, subject, perform, again)
