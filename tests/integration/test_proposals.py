"""Rosters of chapters propose memberships to the members found; they accept under the rules, or dismiss."""

import csv
import io
from datetime import date
from typing import Any

import pytest

from functions.import_data import handler as worker
from shared.domain import proposals
from shared.domain.roster import OWN_ROW
from shared.handling import wiring
from tests.integration.portal import ADMINISTRATOR, Person, Portal, entry, new_key
from tests.integration.transfers import MemoryBucket, MemoryQueue

CHAPTER = {"name": "Springfield Chapter", "started_on": "2025-01-01", "ended_on": "2025-12-31"}


class Rosters:
    """Brings in rosters as staff do."""

    def __init__(self, portal: Portal, bucket: MemoryBucket, queue: MemoryQueue) -> None:
        self._portal, self._bucket, self._queue = portal, bucket, queue

    def report(self, found: dict[str, Any]) -> list[dict[str, str]]:
        text = self._bucket.objects[f"reports/{found['import_id']}.csv"].decode("utf-8-sig")
        return list(csv.DictReader(io.StringIO(text)))

    def bring(self, *emails: str, **cells: str) -> dict[str, Any]:
        text = io.StringIO()
        rows = csv.DictWriter(text, proposals.COLUMNS, restval="")
        rows.writeheader()
        rows.writerows({"First Name": "Mona", "Email Address": email, **cells} for email in emails)
        body = {"kind": "chapter-roster", "chapter": CHAPTER}
        started = self._portal.post("/api/staff/imports", ADMINISTRATOR, body)
        assert started.status == 201, started.json
        import_id = started.json["import_id"]
        self._bucket.put(f"imports/{import_id}.csv", text.getvalue().encode())
        self._queue.send([{"job_id": import_id}])
        while self._queue.waiting:
            assert worker.handler(self._queue.event(), None) == {"batchItemFailures": []}
        found: dict[str, Any] = self._portal.get(f"/api/staff/imports/{import_id}", ADMINISTRATOR).json
        return found


@pytest.fixture
def rosters(portal: Portal, monkeypatch: pytest.MonkeyPatch) -> Rosters:
    bucket, queue = MemoryBucket(), MemoryQueue()
    monkeypatch.setattr(wiring, "transfer_store", lambda: bucket)
    monkeypatch.setattr(wiring, "imports_queue", lambda: queue)
    return Rosters(portal, bucket, queue)


def proposed(portal: Portal, who: Person) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = portal.get("/api/proposals", who).json["items"]
    return found


def accept(portal: Portal, who: Person, proposal_id: str, **more: Any) -> Any:
    return portal.post(portal.cycle_path(who, f"proposals/{proposal_id}/acceptance"), who, **more)


def test_a_roster_proposes_to_the_members_found(portal: Portal, rosters: Rosters) -> None:
    member = portal.member()
    email = f"{member.member_id}@example.org".upper()
    more = {"Chapter Member ID Number": "C-77", "Student Member Status": "Yes"}
    found = rosters.bring(email, "nobody@example.net", "no address", **more)
    assert (found["created"], found["rejected"]) == (1, 2)
    (waiting,) = proposed(portal, member)
    assert waiting["entry"] == {
        "activity": "chapter-membership",
        "quantity": 1,
        "title": "Member of Springfield Chapter",
        "organization": "Springfield Chapter",
        "started_on": "2025-01-01",
        "ended_on": "2025-12-31",
        "notes": "From the chapter's roster. Chapter member id C-77. Student member.",
    }
    assert portal.dashboard(member)["entries"] == []


def test_the_report_says_who_was_found_and_what_was_proposed(portal: Portal, rosters: Rosters) -> None:
    member, other = portal.member(), portal.member()
    rosters.bring(f"{other.member_id}@example.org")
    emails = [f"{each.member_id}@example.org" for each in (member, other)]
    found = rosters.bring(emails[0], "nobody@example.net", emails[1], **{"Last Name": "=Roe"})
    told = [(each["row"], each["outcome"], each["member_id"]) for each in rosters.report(found)]
    assert told == [
        ("1", "proposed", member.member_id),
        ("2", "rejected", ""),
        ("3", "proposed-before", other.member_id),
    ]
    assert rosters.report(found)[0]["detail"] == "Mona =Roe"
    assert "No member of the portal" in rosters.report(found)[1]["detail"]


def test_the_same_roster_again_proposes_nothing_new(portal: Portal, rosters: Rosters) -> None:
    member = portal.member()
    email = f"{member.member_id}@example.org"
    rosters.bring(email)
    (waiting,) = proposed(portal, member)
    dismissed = portal.post(f"/api/proposals/{waiting['proposal_id']}/dismissal", member)
    assert (dismissed.status, dismissed.json["state"]) == (200, "dismissed")
    again = rosters.bring(email)
    assert (again["created"], again["unchanged"]) == (0, 1)
    assert proposed(portal, member) == []


def test_accepting_enters_it_once_for_each_certification(portal: Portal, rosters: Rosters) -> None:
    member = portal.member("IPMA-CP", "IPMA-SCP")
    rosters.bring(f"{member.member_id}@example.org")
    (waiting,) = proposed(portal, member)
    key = new_key()
    answers = [accept(portal, member, waiting["proposal_id"], key=key) for _ in range(2)]
    assert [answer.status for answer in answers] == [201, 201]
    assert accept(portal, member, waiting["proposal_id"]).code == "already-decided"
    (entered,) = portal.dashboard(member)["entries"]
    assert (entered["points"], entered["title"]) == (1, "Member of Springfield Chapter")
    assert {answer.json["entries"][0]["entry_id"] for answer in answers} == {entered["entry_id"]}
    second = member.certification_ids[1]
    path = f"/api/certifications/{second}/proposals/{waiting['proposal_id']}/acceptance"
    assert portal.post(path, member).status == 201
    (waiting,) = proposed(portal, member)
    assert sorted(waiting["accepted_for"]) == sorted(member.certification_ids)


def test_what_was_entered_and_deleted_can_be_entered_again(portal: Portal, rosters: Rosters) -> None:
    member = portal.member()
    rosters.bring(f"{member.member_id}@example.org")
    (waiting,) = proposed(portal, member)
    key = new_key()
    first = accept(portal, member, waiting["proposal_id"], key=key).json["entries"][0]
    own = portal.cycle_path(member, f"entries/{first['entry_id']}")
    assert portal.ask("DELETE", own, member, version=first["version"]).status == 204
    repeated = accept(portal, member, waiting["proposal_id"], key=key)
    assert (repeated.status, repeated.json["entries"][0]["entry_id"]) == (201, first["entry_id"])
    assert portal.dashboard(member)["entries"] == []
    again = accept(portal, member, waiting["proposal_id"])
    (stands,) = portal.dashboard(member)["entries"]
    assert (again.status, again.json["entries"]) == (201, [stands])
    assert stands["entry_id"] != first["entry_id"]
    assert accept(portal, member, waiting["proposal_id"]).code == "already-decided"


def test_accepting_is_under_the_rules_of_entering(portal: Portal, rosters: Rosters) -> None:
    full, later = portal.member(), portal.member(certified_since="2025-06-01")
    rosters.bring(*(f"{each.member_id}@example.org" for each in (full, later)))
    portal.enter(full, entry(quantity=50))
    assert accept(portal, full, proposed(portal, full)[0]["proposal_id"]).code == "points-complete"
    outside = accept(portal, later, proposed(portal, later)[0]["proposal_id"])
    assert outside.pointers == ["/entries/0/started_on"]
    portal.lapse(full)
    lapsed = accept(portal, full, proposed(portal, full)[0]["proposal_id"])
    assert lapsed.code == "certification-lapsed"
    assert proposed(portal, full)[0]["accepted_for"] == []


def test_a_proposal_is_its_members_alone(portal: Portal, rosters: Rosters) -> None:
    member, other = portal.member(), portal.member()
    rosters.bring(f"{member.member_id}@example.org")
    (waiting,) = proposed(portal, member)
    assert proposed(portal, other) == []
    assert accept(portal, other, waiting["proposal_id"]).code == "not-found"
    dismissal = f"/api/proposals/{waiting['proposal_id']}/dismissal"
    assert portal.post(dismissal, other).code == "not-found"
    assert portal.post(dismissal, member, key=None).code == "malformed-request"
    assert portal.post(dismissal).status == 401


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"kind": "chapter-roster"}, "/chapter"),
        ({"kind": "members", "chapter": CHAPTER}, "/chapter"),
        ({"kind": "chapter-roster", "chapter": {**CHAPTER, "ended_on": "2024-01-01"}}, "/chapter/ended_on"),
    ],
)
def test_a_roster_needs_its_chapter(portal: Portal, body: dict[str, Any], pointer: str) -> None:
    assert portal.post("/api/staff/imports", ADMINISTRATOR, body).pointers == [pointer]


def test_nobody_proposes_a_membership_to_themselves(portal: Portal, rosters: Rosters) -> None:
    own = portal.member(member_id=ADMINISTRATOR.member_id, groups=ADMINISTRATOR.groups)
    other = portal.member()
    emails = [f"{each.member_id}@example.org" for each in (own, other)]
    found = rosters.bring(*emails)
    told = {each["row"]: (each["outcome"], each["detail"]) for each in rosters.report(found)}
    assert told["1"] == ("rejected", OWN_ROW)
    assert (proposed(portal, own), len(proposed(portal, other))) == ([], 1)
    chapter = proposals.Chapter(CHAPTER["name"], date(2025, 1, 1), date(2025, 12, 31))
    made = proposals.propose(own.member_id, proposals.RosterMember(emails[0], "", ""), chapter)
    assert wiring.proposals().add(made), "by a colleague's roster"
    again = [(each["row"], each["outcome"]) for each in rosters.report(rosters.bring(*emails))]
    assert again == [("1", "proposed-before"), ("2", "proposed-before")]
