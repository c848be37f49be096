"""An administrator erases a member's data on request; what must be kept is left under the member number alone."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from shared.domain import ids
from shared.domain.certifications import Registration
from shared.domain.errors import CycleLocked, NotFound, Unavailable
from shared.domain.events import Command, event, require_other
from shared.domain.members import Member
from shared.domain.ports import AlreadyRecorded, ChangedMeanwhile, MemberStore, PersonalDataStore
from shared.use_cases.once import ATTEMPTS


class AccountRemover(Protocol):
    """The accounts people log in with: `remove` of one that is gone is fine."""

    def remove(self, member_id: str) -> None: ...


class ObjectEraser(Protocol):
    """The documents' bucket: `erase_home` takes every version of every document there away; of none is fine."""

    def erase_home(self, home: str) -> None: ...


@dataclass(frozen=True, slots=True)
class Erased:
    """What an erasure did: how many items of which kind it deleted this time."""

    member: Member
    deleted: dict[str, int]


def erase_member(
    members: MemberStore,
    personal_data: PersonalDataStore,
    accounts: AccountRemover,
    objects: ObjectEraser,
    command: Command,
    member_id: str,
) -> Erased:
    """Erase in an order that may break off anywhere and be begun again: it goes on where it stopped.

    First one transaction that takes name and address away and ends what is held, so that nothing new begins; then the
    account, and item by item the rest; then the files, since one may be posted again for as long as its form lives,
    and is taken away by its check once no document names it; last the word that it is done. Raises StaffOnly for
    one's own data, NotFound, CycleLocked while a report waits for a decision, Unavailable.
    """
    require_other(command, member_id)
    member, held = _begun(members, personal_data, command, member_id)
    certification_ids = [each.certification.certification_id for each in held]
    accounts.remove(member.member_id)
    deleted = personal_data.strip(member, certification_ids)
    for home in (ids.member_home(member_id), *map(ids.certification_home, certification_ids)):
        objects.erase_home(home)
    if member.erasure == "begun":
        member = _finished(members, personal_data, command, member, deleted)
    return Erased(member, deleted)


def _begun(
    members: MemberStore, personal_data: PersonalDataStore, command: Command, member_id: str
) -> tuple[Member, Sequence[Registration]]:
    for _ in range(ATTEMPTS):
        member, held = members.with_registrations(member_id)
        if member is None:
            raise NotFound
        if member.erasure:
            return member, held
        if any(each.cycle.state == "submitted" for each in held):
            raise CycleLocked("A report of this member waits for a decision. Decide on it first, then erase.")
        after = member.erased()
        done = event(command, _subject(member), "erasure-begun", {})
        try:
            personal_data.begin(member, after, held, done)
        except (ChangedMeanwhile, AlreadyRecorded):
            continue
        return after, held
    raise Unavailable


def _finished(
    members: MemberStore,
    personal_data: PersonalDataStore,
    command: Command,
    begun: Member,
    deleted: dict[str, int],
) -> Member:
    """Whoever comes second finds it finished."""
    after = replace(begun, erasure="done", version=begun.version + 1)
    keyed = replace(command, key=ids.digest("member-erased", begun.member_id.lower()))
    done = event(keyed, _subject(begun), "member-erased", {"count": sum(deleted.values())})
    try:
        personal_data.finish(begun, after, done)
    except (ChangedMeanwhile, AlreadyRecorded):
        return members.find(begun.member_id) or after
    return after


def _subject(member: Member) -> str:
    return f"member:{member.member_id.lower()}"
