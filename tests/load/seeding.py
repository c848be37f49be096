"""Many members straight into the table: items from the repositories' own makers, 25 to a call, past the SDK."""

import http.client
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import batched
from typing import Any
from urllib.parse import urlsplit

from shared.domain import ids
from shared.domain.certifications import Certification, first_cycle
from shared.domain.entries import Claim, Entry
from shared.domain.members import Member
from shared.domain.program import Program
from shared.programs import load_editions
from shared.repositories import items, keys
from shared.repositories.calendar import Calendar
from shared.repositories.members import member_write
from shared.repositories.recertification_writes import certification_write
from shared.repositories.table import Write, set_item

SINCE, LAST_DAY = date(2024, 5, 1), date(2027, 12, 31)
LOGGED_AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
BATCH = 25
"""How many items one BatchWriteItem takes."""

CLAIM = Claim(
    "webinar",
    Decimal(1),
    "Leading change in public service",
    "Association of Public Employers, Springfield",
    date(2025, 3, 1),
    date(2025, 3, 1),
)


def certification_id_of(number: int) -> str:
    """The certification of the seeded member of this number."""
    return ids.certification_id(f"s{number:07d}", "IPMA-CP")


def writes_of(program: Program, number: int, entries: int) -> Iterator[Write]:
    """What the table holds of one member: certified, with entries in the cycle; without history and search terms."""
    member_id = f"s{number:07d}"
    member = Member(member_id, "Sam", f"Seeded{number}", f"{member_id}@example.net", login="made")
    yield member_write(None, member)
    held = Certification(
        certification_id_of(number), member_id, member.name, "IPMA-CP", SINCE, LAST_DAY, "new"
    )
    yield certification_write(None, held)
    cycle = first_cycle(
        program,
        cycle_id=ids.cycle_id(held.certification_id, 1),
        certification_id=held.certification_id,
        certified_since=SINCE,
        expires_on=LAST_DAY,
        later=False,
    )
    cycle = replace(cycle, points_total=Decimal(entries))
    yield set_item("cycle", {**keys.cycle(held.certification_id), **items.attributes(cycle)})
    session = ids.digest("seeded", member_id)
    for row in range(entries):
        entry = Entry(f"ent_{session}_{row:02d}", CLAIM, Decimal(1), LOGGED_AT, logged_by=member_id)
        key = keys.entry(held.certification_id, 1, entry.entry_id)
        yield set_item("entry", {**key, **items.entry_attributes(entry)})


def seed(endpoint: str, table: str, numbers: range, entries: int) -> int:
    """Write the members of these numbers; how many items that were."""
    program = load_editions("ipma-hr").in_force(SINCE.replace(year=2026))
    address = urlsplit(endpoint)
    connection = http.client.HTTPConnection(address.hostname or "", address.port)
    written = 0
    everything = (write for number in numbers for write in writes_of(program, number, entries))
    for some in batched(everything, BATCH, strict=False):
        requests = [{"PutRequest": {"Item": write.parameters["Item"]}} for write in some]
        left: dict[str, Any] = {table: requests}
        while left:
            left = _call(connection, "BatchWriteItem", {"RequestItems": left}).get("UnprocessedItems", {})
        written += len(requests)
    connection.close()
    return written


def note_the_last_day(calendar: Calendar) -> None:
    """What an import notes before it brings members in."""
    calendar.note(LAST_DAY, LAST_DAY.year, LOGGED_AT)


def _call(connection: http.client.HTTPConnection, operation: str, body: dict[str, Any]) -> Any:
    headers = {
        "Content-Type": "application/x-amz-json-1.0",
        "X-Amz-Target": f"DynamoDB_20120810.{operation}",
        "Authorization": "AWS4-HMAC-SHA256 Credential=testing/20260101/eu-west-1/dynamodb/aws4_request, "
        "SignedHeaders=host, Signature=0",
        "X-Amz-Date": "20260101T000000Z",
    }
    connection.request("POST", "/", json.dumps(body), headers)
    answer = connection.getresponse()
    content = answer.read()
    assert answer.status == 200, content[:500]
    return json.loads(content)
