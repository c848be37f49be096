"""A person's data as they are handed out, and what an erasure did."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from shared.domain.exports import plain_json
from shared.schemas.fields import Given, Instant
from shared.use_cases.erase_member import Erased
from shared.use_cases.hand_out_data import Held


class PersonalData(Given):
    """What is held about a person, as records by kind, with the fields that they are stored with. The whole is its
    pages together."""

    member_id: str
    made_at: Instant
    records: dict[str, list[dict[str, Any]]]
    next_cursor: str | None

    @classmethod
    def of(
        cls, member_id: str, held: Sequence[Held], next_cursor: str | None, made_at: datetime
    ) -> "PersonalData":
        """A page of what was found as it is answered."""
        records: dict[str, list[dict[str, Any]]] = {}
        for each in held:
            for kind, record in each.records:
                records.setdefault(kind, []).append(_plain(record))
        return cls(member_id=member_id, made_at=made_at, records=records, next_cursor=next_cursor)


class Erasure(Given):
    """What an erasure did: its state, and how many records of which kind this request deleted."""

    member_id: str
    state: str
    deleted: dict[str, int]

    @classmethod
    def of(cls, erased: Erased) -> "Erasure":
        """An erasure as it is answered."""
        return cls(member_id=erased.member.member_id, state=erased.member.erasure, deleted=erased.deleted)


def _plain(value: Any) -> Any:
    """A record with its decimals as JSON numbers."""
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    return value if isinstance(value, str | int | float | None) else plain_json(value)
