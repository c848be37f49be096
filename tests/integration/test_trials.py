"""Changed rules are tried on the current members before they are published: who would flip, and why."""

import csv
import io
from typing import Any

import pytest

from functions.import_data import handler as worker
from shared.handling import wiring
from shared.programs import FOLDER
from shared.use_cases import try_edition
from tests.integration.portal import ADMINISTRATOR, REVIEWER, Person, Portal, new_key
from tests.integration.transfers import MemoryBucket, MemoryQueue

OWN_TABLE = True
"""Every certification is counted."""

PATH = "/api/staff/edition-trials"
EDITION = (FOLDER / "ipma-hr" / "2026.toml").read_text(encoding="utf-8")
CAPPED = EDITION + '\n[[caps]]\ncategory = "employment"\npoints = 40\n'


@pytest.fixture
def queue(monkeypatch: pytest.MonkeyPatch) -> MemoryQueue:
    made = MemoryQueue()
    monkeypatch.setattr(wiring, "imports_queue", lambda: made)
    return made


@pytest.fixture
def ready(portal: Portal) -> Person:
    member = portal.member()
    portal.points(member, 50)
    return member


def run(queue: MemoryQueue) -> int:
    steps = 0
    while queue.waiting:
        assert worker.handler(queue.event(), None) == {"batchItemFailures": []}
        steps += 1
    return steps


def tried(portal: Portal, bucket: MemoryBucket, queue: MemoryQueue, text: str) -> dict[str, Any]:
    started = portal.post(PATH, ADMINISTRATOR, {"text": text})
    assert (started.status, started.json["status"]) == (202, "waiting"), started.json
    run(queue)
    done: dict[str, Any] = portal.get(f"{PATH}/{started.json['trial_id']}", ADMINISTRATOR).json
    return done


def rows(bucket: MemoryBucket, done: dict[str, Any]) -> list[dict[str, str]]:
    content = bucket.objects[f"reports/{done['trial_id']}.csv"].decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(content)))


def test_who_would_no_longer_be_ready_is_listed_with_the_reason_and_nothing_changes(
    portal: Portal, bucket: MemoryBucket, queue: MemoryQueue, ready: Person
) -> None:
    portal.points(portal.member(expires_on="2033-12-31"), 10)  # two cycles on: approved in its first days
    before = portal.dashboard(ready)
    done = tried(portal, bucket, queue, CAPPED)
    assert (done["status"], done["edition"]) == ("done", "ipma-hr/2026")
    counts = [done[name] for name in ("looked_at", "ready_to_not", "not_to_ready", "cannot_be_counted")]
    assert counts == [2, 1, 0, 0]
    assert rows(bucket, done) == [
        {
            "member_id": ready.member_id,
            "designation": "IPMA-CP",
            "flips": "ready to not",
            "points_before": "50",
            "points_after": "40",
            "why": "10 points missing.",
        }
    ]
    assert portal.dashboard(ready) == before
    same = tried(portal, bucket, queue, EDITION)
    assert (same["looked_at"], rows(bucket, same)) == (2, [])
    listed = portal.get(PATH, ADMINISTRATOR).json["items"]
    assert [each["trial_id"] for each in listed] == [same["trial_id"], done["trial_id"]]
    assert portal.get("/api/staff/imports", ADMINISTRATOR).json["items"] == []
    assert portal.get(f"/api/staff/imports/{done['trial_id']}", ADMINISTRATOR).code == "not-found"


def test_it_goes_on_where_a_step_ended(
    portal: Portal,
    bucket: MemoryBucket,
    queue: MemoryQueue,
    ready: Person,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    portal.points(portal.member(), 50)
    monkeypatch.setattr(try_edition, "TOGETHER", 1)
    started = portal.post(PATH, ADMINISTRATOR, {"text": CAPPED}).json
    queue.send(list(queue.waiting))
    assert run(queue) > 2
    done = portal.get(f"{PATH}/{started['trial_id']}", ADMINISTRATOR).json
    assert (done["status"], done["looked_at"], done["ready_to_not"]) == ("done", 2, 2)
    assert len(rows(bucket, done)) == 2


def test_an_edition_that_is_not_sound_is_refused_with_line_and_field(
    portal: Portal, bucket: MemoryBucket, queue: MemoryQueue
) -> None:
    refused = portal.post(PATH, ADMINISTRATOR, {"text": EDITION + "\n[[caps]]\npoints = -1\n"})
    assert (refused.code, refused.pointers) == ("invalid-request", ["/text"])
    last = EDITION.count("\n") + 3
    assert refused.json["errors"][0]["detail"].startswith(f"line {last}: caps[1].points:")
    assert (queue.waiting, bucket.objects) == ([], {})


def test_only_an_administrator_tries_and_the_history_keeps_who_tried_what(
    portal: Portal, bucket: MemoryBucket, queue: MemoryQueue, ready: Person
) -> None:
    for other in (ready, REVIEWER):
        assert portal.post(PATH, other, {"text": EDITION}).code == "staff-only"
    key = new_key()
    first = portal.post(PATH, ADMINISTRATOR, {"text": EDITION}, key=key)
    assert portal.post(PATH, ADMINISTRATOR, {"text": EDITION}, key=key).json == first.json
    assert portal.post(PATH, ADMINISTRATOR, {"text": CAPPED}, key=key).code == "idempotency-key-reused"
    (event,) = wiring.events().of("jobs")
    assert (event.by, event.data["edition"], event.data["sha256"]) == (
        ADMINISTRATOR.member_id,
        "ipma-hr/2026",
        first.json["sha256"],
    )
    del bucket.objects[f"imports/{first.json['trial_id']}.toml"]
    run(queue)
    failed = portal.get(f"{PATH}/{first.json['trial_id']}", ADMINISTRATOR).json
    assert (failed["status"], failed["report_url"]) == ("failed", None)


@pytest.mark.parametrize(
    "text",
    [
        EDITION.replace("points_required = 50", f"points_required = {each}")
        for each in ("9" * 5000, "1e99999999", "0x" + "F" * 5000)
    ]
    + ["a = " + "[" * 5000],
    ids=["5,000 digits", "a huge exponent", "5,000 letters", "5,000 lists deep"],
)
def test_an_edition_that_python_does_not_read_is_a_fault(
    portal: Portal, bucket: MemoryBucket, queue: MemoryQueue, text: str
) -> None:
    refused = portal.post(PATH, ADMINISTRATOR, {"text": text})
    assert (refused.status, refused.pointers) == (422, ["/text"]), refused.json
    assert not queue.waiting
