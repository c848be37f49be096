"""A member changes their name, and what they hold carries the new one from then on."""

from dataclasses import replace

from shared.domain.enrolment import following
from shared.domain.errors import VersionConflict
from shared.domain.events import Command, Event, event
from shared.domain.members import Member
from shared.domain.ports import EventStore, MemberStore
from shared.use_cases.once import once


def change_name(
    members: MemberStore,
    events: EventStore,
    command: Command,
    member_id: str,
    first_name: str,
    last_name: str,
    version: str,
) -> Member:
    """Replace the name of a member whose version is still the one that was seen.

    Search terms and certifications follow in the same transaction. What was signed or issued keeps the name it was
    signed or issued with. Raises VersionConflict.
    """
    subject = f"member:{member_id.lower()}"

    def perform(_: int) -> Member:
        before, held = members.with_registrations(member_id)
        if before is None or version != str(before.version):
            raise VersionConflict(
                "Your profile was changed elsewhere since you opened it. Compare the two versions and save again."
            )
        after = replace(
            before,
            first_name=first_name,
            last_name=last_name,
            rostered=before.as_rostered,
            version=before.version + 1,
        )
        renamed = [(each.certification, following(each.certification, after)) for each in held]
        data = {"former_name": before.name, "name": after.name}
        members.save(before, after, event(command, subject, "name-changed", data), renamed)
        return after

    def again(_: Event) -> Member:
        found = members.find(member_id)
        if found is None:
            raise LookupError(member_id)
        return found

    return once(events, command, subject, perform, again)
