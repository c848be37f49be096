"""A person's data as they are handed out: everything that is held about them, by kind."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from shared.domain.errors import NotFound
from shared.domain.ports import MemberStore
from shared.domain.privacy import told

type Records = Sequence[tuple[str, Mapping[str, Any]]]


class PersonalRecords(Protocol):
    """Everything that is held about a member, item by item: where it lies, and its records, each with its kind."""

    def records(self, member_id: str, certification_ids: Sequence[str]) -> Iterable[tuple[str, Records]]: ...


class AccountReader(Protocol):
    """The accounts people log in with: what one holds, None where there is none."""

    def describe(self, member_id: str) -> Mapping[str, Any] | None: ...


@dataclass(frozen=True, slots=True)
class Held:
    """What one item holds about a person, where it lies, and how long it is at most when it is written as JSON."""

    place: str
    records: Records

    @property
    def size(self) -> int:
        """Characters, which are more than bytes: what is not ASCII is counted as it is escaped."""
        return sum(len(kind) + len(json.dumps(record, default=str)) for kind, record in self.records)


@dataclass(frozen=True, slots=True)
class HandedOut:
    """All that is held about a person; its places, in their order, are where pages of it begin and end."""

    member_id: str
    held: Sequence[Held]


def hand_out_data(
    members: MemberStore, personal_data: PersonalRecords, accounts: AccountReader, member_id: str
) -> HandedOut:
    """Everything about one member, strongly consistent; staff who did something are not named. Raises NotFound."""
    member, registered = members.with_registrations(member_id)
    if member is None:
        raise NotFound
    held = [
        Held(place, [(kind, told(record, member.member_id)) for kind, record in records])
        for place, records in personal_data.records(
            member.member_id, [each.certification.certification_id for each in registered]
        )
    ]
    account = accounts.describe(member.member_id)
    if account is not None:
        held.append(Held("log-in", [("log_in", account)]))
    return HandedOut(member.member_id, held)
