"""Nothing that is accepted leads to where storage takes no more: 100 writes at once, 400 kB in one piece."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pytest

from shared.domain.errors import Unavailable
from shared.domain.room import FULL, MOST_DECIDED, MOST_ENTRIES, TOO_LONG
from shared.handling import wiring
from shared.repositories import keys, recertifications
from shared.repositories.recertifications import TOO_MUCH
from shared.repositories.table import Table, Write
from tests.integration.portal import STAFF, Answer, Person, Portal, entry
from tests.integration.test_documents import announce
from tests.integration.test_other_programs import Run, run, sign
from tests.integration.world import DocumentsBucket

__all__ = ["run"]

OWN_TABLE = True

LARGEST_ITEM = 400 * 1024
LARGEST_ANSWER = 6_000_000
NOTHING = "\U0001d4b3"
"""A letter of four bytes."""
LONG = {"title": NOTHING * 200, "organization": NOTHING * 200, "notes": NOTHING * 300}
COMMITTEE = {
    "activity": "committee-member",
    "title": "Ethics committee",
    "organization": "Chapter",
    "started_on": "2024-01-01",
}
EARLY = "2024-01-02T12:00:00-05:00"
LATE = "2027-06-15T12:00:00-04:00"


@pytest.fixture(autouse=True)
def bucket(portal: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    made = DocumentsBucket()
    monkeypatch.setattr(wiring, "document_store", lambda: made)


def accruing(portal: Portal, member: Person, count: int, **said: Any) -> None:
    for number in range(count):
        claim = {**COMMITTEE, "title": f"Committee {number}", **said}
        answer = portal.post(portal.cycle_path(member, "standing-claims"), member, claim)
        assert answer.status == 201, answer.json


def stored_entries(member: Person) -> int:
    partition = keys.certification_partition(member.certification_id)
    return len(wiring.table().query(partition, "ENTRY#"))


def refused(answer: Answer, pointer: str, detail: str) -> None:
    assert (answer.status, answer.json.get("errors")) == (422, [{"pointer": pointer, "detail": detail}])


# --- 100 writes in one transaction ---


def test_the_longest_session_is_saved_whatever_has_accrued(portal: Portal) -> None:
    member = portal.member("IPMA-CP", "IPMA-SCP", certified_since="2024-01-01")
    portal.at(EARLY)
    accruing(portal, member, 12)
    portal.at(LATE)
    documents = [announce(portal, member)["document_id"] for _ in range(20)]
    rows = [entry("webinar", document_ids=documents[row : row + 1]) for row in range(50)]
    before = portal.dashboard(member)["cycle"]["points_total"]
    assert (before, stored_entries(member)) == (36, 0)
    answer = portal.enter(member, *rows)
    assert answer.status == 201, answer.json
    assert answer.json["cycle"]["points_total"] == 36 + 50
    assert stored_entries(member) == 36 + 50


def test_a_report_is_signed_and_a_claim_deleted_however_much_has_accrued(portal: Portal) -> None:
    member = portal.member(certified_since="2020-01-01")
    portal.at("2020-01-02T12:00:00-05:00")
    accruing(portal, member, 20, started_on="2020-01-01")
    portal.at(LATE)
    claim = portal.dashboard(member)["standing"][0]
    path = portal.cycle_path(member, f"standing-claims/{claim['standing_id']}")
    assert portal.ask("DELETE", path, member, version=1).status == 204
    assert portal.dashboard(member)["cycle"]["points_total"] == 19 * 7
    signed = portal.sign(member)
    assert signed.status == 201, signed.json
    assert signed.json["submission"]["points_total"] == stored_entries(member) == 19 * 7


def test_what_accrued_is_stored_with_its_points_though_the_session_itself_breaks_off(
    portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recertifications, "TRANSACTION_LIMIT", 9)
    member = portal.member(certified_since="2024-01-01")
    portal.at(EARLY)
    accruing(portal, member, 2)
    portal.at(LATE)
    transact = Table.transact

    def breaks(table: Table, writes: Sequence[Write]) -> None:
        if any(write.label == "event" for write in writes):
            raise Unavailable
        transact(table, writes)

    before = portal.dashboard(member)["cycle"]["version"]
    with monkeypatch.context() as patch:
        patch.setattr(Table, "transact", breaks)
        assert portal.enter(member, *[entry("webinar")] * 5).code == "unavailable"
    cycle = wiring.table().get(keys.cycle(member.certification_id)) or {}
    assert (cycle["points_total"], cycle["version"], stored_entries(member)) == (6, before + 1, 6)
    assert portal.enter(member, *[entry("webinar")] * 5).json["cycle"]["points_total"] == 11


def test_a_save_that_is_too_much_by_itself_says_so_and_writes_nothing(
    portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recertifications, "TRANSACTION_LIMIT", 7)
    member = portal.member()
    refused(portal.enter(member, *[entry("webinar")] * 6), "", TOO_MUCH)
    assert stored_entries(member) == 0
    assert portal.enter(member, *[entry("webinar")] * 5).status == 201


# --- 400 kB in one piece ---


def size(value: Mapping[str, Any]) -> int:
    """The bytes of a value as DynamoDB counts them."""
    ((kind, held),) = value.items()
    if kind == "S":
        return len(held.encode())
    if kind == "N":
        return len(held.lstrip("-0.")) // 2 + 2
    if kind == "M":
        return 3 + sum(len(name.encode()) + 1 + size(each) for name, each in held.items())
    return 3 + sum(1 + size(each) for each in held) if kind == "L" else 1


def largest_item(member: Person) -> int:
    """The largest item of a certification, of its archive and of its history."""
    table, held = wiring.table(), member.certification_id
    return max(
        size({"M": item})
        for partition in (
            keys.certification_partition(held),
            keys.archive_partition(held),
            keys.history_partition(f"certification:{held}"),
        )
        for page in table._client.get_paginator("query").paginate(**table._query(partition, ""))
        for item in page["Items"]
    )


def words(entries: list[dict[str, Any]]) -> Iterator[str]:
    """The longest comments that a decision may have, shared out among so many."""
    most, rest = divmod(MOST_DECIDED - len("Seen."), len(entries))
    yield from (NOTHING * min(2000, most + (number < rest)) for number in range(len(entries)))


def fill(portal: Portal, member: Person, **said: Any) -> Answer:
    """Enter sessions until one is refused, then shorter ones until a single entry is."""
    for rows in (50, 8, 1):
        while (answer := portal.enter(member, *[entry("meeting", **said)] * rows)).status == 201:
            continue
    return answer


def lengthen(portal: Portal, member: Person) -> Answer:
    """Make entries as long as they can be, until one is refused."""
    for each in portal.dashboard(member)["entries"]:
        if not each["standing_id"]:
            path = portal.cycle_path(member, f"entries/{each['entry_id']}")
            answer = portal.put(path, member, entry("meeting", **LONG), version=each["version"])
            if answer.status != 200:
                return answer
    raise AssertionError("all of them found room")


@pytest.mark.parametrize("many", [True, pytest.param(False, marks=pytest.mark.long)])
def test_the_fullest_cycle_is_signed_returned_approved_read_and_undone(
    portal: Portal, run: Run, many: bool
) -> None:
    run("asq")
    member = portal.member("CQE", expires_on="2027-11-30", certified_since="2024-12-01")
    taught = entry("teaching", 40, unit="hour")
    assert portal.enter(member, taught, entry("course", 100)).status == 201
    if many:
        accruing(portal, member, 20, activity="employment-part-time", started_on="2020-01-01")
        refused(fill(portal, member), "/entries/0/title", FULL)
        refused(lengthen(portal, member), "/title", TOO_LONG)
    else:
        accruing(portal, member, 2, activity="employment-full-time", started_on="2020-01-01")
        refused(fill(portal, member, **LONG), "/entries/0/title", TOO_LONG)
    found = portal.get(portal.cycle_path(member), member)
    entries = found.json["entries"]
    typed = [each for each in entries if not each["standing_id"]]
    assert (len(typed) == MOST_ENTRIES) is many
    assert len(found.raw) < LARGEST_ANSWER / 4
    shorter = portal.cycle_path(member, f"entries/{typed[5]['entry_id']}")
    assert portal.put(shorter, member, entry("meeting"), version=typed[5]["version"]).status == 200

    signed = sign(portal, member)
    assert signed.status == 201, signed.json
    comments = dict(zip([each["entry_id"] for each in entries], words(entries), strict=True))
    submission = signed.json["submission"]["submission_id"]
    answer = portal.decide(member, submission, "return", body={"entry_comments": comments})
    assert answer.status == 200, answer.json
    (returned,) = portal.get("/api/staff/reviews", STAFF, query={"state": "returned"}).json["items"]
    assert returned["decision"]["entry_comments"] == comments

    submission = sign(portal, member).json["submission"]["submission_id"]
    portal.paid(signed.json["invoice"]["invoice_id"])
    reasons = {
        each["entry_id"]: {"points": each["points"], "reason": comments[each["entry_id"]] or "-"}
        for each in entries
        if each["entry_id"] != typed[5]["entry_id"]
    }
    answer = portal.decide(member, submission, body={"entry_adjustments": reasons})
    assert answer.status == 200, answer.json
    cycle = portal.get(portal.cycle_path(member, "cycles"), member).json["items"][0]["cycle_id"]
    report = portal.get(portal.cycle_path(member, "report"), member, query={"cycle": cycle})
    assert (report.status, len(report.json["entries"])) == (200, len(entries))
    assert len(report.raw) < LARGEST_ANSWER / 4
    if not many:  # takes seconds
        printed = portal.get(portal.cycle_path(member, "report.pdf"), member, query={"cycle": cycle})
        assert (printed.status, len(printed.raw) < LARGEST_ANSWER / 4) == (200, True)
    undone = portal.post(
        f"/api/staff/certifications/{member.certification_id}/undo-approval", STAFF, {"reason": "Too early"}
    )
    assert undone.status == 200, undone.json
    assert len(undone.json["entries"]) == len(entries)
    assert LARGEST_ITEM / 2 < largest_item(member) < LARGEST_ITEM * 0.98
