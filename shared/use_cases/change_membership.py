"""Staff say whether a person is a member of the certifying body, which the fee may depend on."""

from dataclasses import replace

from shared.domain.enrolment import following
from shared.domain.errors import NotFound, VersionConflict
from shared.domain.events import Command, Event, event, require_other
from shared.domain.members import Member
from shared.domain.ports import EventStore, MemberStore
from shared.domain.privacy import ERASED_DETAIL
from shared.use_cases.once import once


def change_membership(
    members: MemberStore,
    events: EventStore,
    command: Command,
    member_id: str,
    body_member: bool,
    version: str,
) -> Member:
    """Set it on the version that was seen, with the certifications held; invoices that are out keep their price.

    One transaction. Raises StaffOnly on one's own membership, VersionConflict.
    """
    subject = f"member:{member_id.lower()}"
    require_other(command, member_id)

    def perform(_: int) -> Member:
        before, held = members.with_registrations(member_id)
        if before is not None and before.erasure:
            raise NotFound(ERASED_DETAIL)
        if before is None or version != str(before.version):
            raise VersionConflict(
                "This member was changed elsewhere since you opened the page. Look at it again, then save."
            )
        after = replace(before, body_member=body_member, version=before.version + 1)
        copies = [(each.certification, following(each.certification, after)) for each in held]
        data = {"body_member": body_member}
        members.save(before, after, event(command, subject, "membership-changed", data), copies)
        return after

    def again(_: Event) -> Member:
        found = members.find(member_id)
        if found is None:
            raise LookupError(member_id)
        return found

    return once(events, command, subject, perform, again)
