"""A person's data as they are handed out: everything that is held about them, by kind."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from shared.domain.errors import NotFound
from shared.domain.ports import MemberStore
from shared.domain.privacy import told


class PersonalRecords(Protocol):
    """Everything that is held about a member, as records by kind."""

    def records(
        self, member_id: str, certification_ids: Sequence[str]
    ) -> Iterable[tuple[str, Mapping[str, Any]]]: ...


class AccountReader(Protocol):
    """The accounts people log in with: what one holds, None where there is none."""

    def describe(self, member_id: str) -> Mapping[str, Any] | None: ...


@dataclass(frozen=True, slots=True)
class HandedOut:
    """A person's records by kind, the log-in's among them."""

    member_id: str
    records: Mapping[str, Sequence[Mapping[str, Any]]]


def hand_out_data(
    members: MemberStore, personal_data: PersonalRecords, accounts: AccountReader, member_id: str
) -> HandedOut:
    """Everything about one member, strongly consistent; staff who did something are not named. Raises NotFound."""
    member, held = members.with_registrations(member_id)
    if member is None:
        raise NotFound
    found: dict[str, list[Mapping[str, Any]]] = {}
    for kind, record in personal_data.records(
        member.member_id, [each.certification.certification_id for each in held]
    ):
        found.setdefault(kind, []).append(told(record, member.member_id))
    account = accounts.describe(member.member_id)
    if account is not None:
        found["log_in"] = [account]
    return HandedOut(member.member_id, found)
