"""A person's data as they are handed out, and what an erasure did."""

from datetime import datetime
from typing import Any

from shared.domain.exports import plain_json
from shared.schemas.fields import Given, Instant
from shared.use_cases.erase_member import Erased
from shared.use_cases.hand_out_data import HandedOut


class PersonalData(Given):
    """Everything that is held about a person, as records by kind, with the fields that they are stored with."""

    member_id: str
    made_at: Instant
    records: dict[str, list[dict[str, Any]]]

    @classmethod
    def of(cls, found: HandedOut, made_at: datetime) -> "PersonalData":
        """What was found as it is answered."""
        records = {kind: [_plain(each) for each in several] for kind, several in found.records.items()}
        return cls(member_id=found.member_id, made_at=made_at, records=records)


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
