"""Exports: started by an administrator, carried out in steps that may break off or come twice."""

import csv
import io
import json
import zipfile
from typing import Any

import pytest

from functions.export_data import handler as worker
from shared.handling import wiring
from shared.use_cases import export_everything
from tests.integration.portal import ADMINISTRATOR, FINANCE, REVIEWER, STAFF, Portal, entry, new_key
from tests.integration.transfers import MemoryBucket, MemoryQueue

OWN_TABLE = True
"""Exports are listed to every administrator."""


@pytest.fixture
def queue(monkeypatch: pytest.MonkeyPatch) -> MemoryQueue:
    made = MemoryQueue()
    monkeypatch.setattr(wiring, "exports_queue", lambda: made)
    return made


def run(queue: MemoryQueue) -> None:
    while queue.waiting:
        assert worker.handler(queue.event(), None) == {"batchItemFailures": []}


def exported(portal: Portal, bucket: MemoryBucket, queue: MemoryQueue) -> zipfile.ZipFile:
    started = portal.post("/api/staff/exports", ADMINISTRATOR)
    assert started.status == 202, started.json
    assert started.json["status"] == "waiting"
    run(queue)
    done = portal.get(f"/api/staff/exports/{started.json['export_id']}", ADMINISTRATOR).json
    assert done["status"] == "done"
    key = done["download_url"].removeprefix("https://bucket.example.org/").partition("?")[0]
    return zipfile.ZipFile(io.BytesIO(bucket.objects[key]))


def rows(archive: zipfile.ZipFile, name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(archive.read(f"{name}.csv").decode("utf-8-sig"))))


def lines(archive: zipfile.ZipFile, name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in archive.read(f"{name}.jsonl").decode().splitlines()]


def test_an_export_holds_everything_in_both_forms(
    portal: Portal, bucket: MemoryBucket, queue: MemoryQueue
) -> None:
    approved, busy = portal.member(), portal.member()
    portal.approved(approved)
    portal.enter(busy, entry("conference-full-day", 2, title="=HYPERLINK(1)", notes="+1 555"))
    archive = exported(portal, bucket, queue)
    assert archive.testzip() is None
    members = {row["member_id"]: row for row in rows(archive, "members")}
    assert set(members) >= {approved.member_id, busy.member_id}
    certifications = {row["certification_id"]: row for row in rows(archive, "certifications")}
    assert certifications[approved.certification_id]["status"] == "renew"
    (claimed,) = (r for r in rows(archive, "entries") if r["certification_id"] == busy.certification_id)
    assert (claimed["points"], claimed["title"], claimed["notes"]) == ("6", "'=HYPERLINK(1)", "'+1 555")
    (kept,) = (r for r in lines(archive, "entries") if r["certification_id"] == busy.certification_id)
    assert kept["title"] == "=HYPERLINK(1)"
    signed = rows(archive, "signed_entries")
    assert approved.certification_id in {row["certification_id"] for row in signed}
    decisions = rows(archive, "decisions")
    assert ("approve", "Seen.") in {(row["decision"], row["comment"]) for row in decisions}
    assert ("check", "15000") in {(r["method"], r["amount.amount"]) for r in rows(archive, "payments")}
    assert "paid" in {row["status"] for row in rows(archive, "invoices")}
    for kind in ("members", "certifications", "cycles", "entries", "invoices", "payments", "history"):
        assert len(rows(archive, kind)) == len(lines(archive, kind))


def test_a_step_that_breaks_off_or_comes_twice_changes_nothing(
    portal: Portal, bucket: MemoryBucket, queue: MemoryQueue, monkeypatch: pytest.MonkeyPatch
) -> None:
    member = portal.member()
    portal.points(member, 3)
    started = portal.post("/api/staff/exports", ADMINISTRATOR).json["export_id"]
    first = queue.event()
    with monkeypatch.context() as patch:
        patch.setattr(bucket, "put_records", _broken)
        assert worker.handler(first, None)["batchItemFailures"] == [{"itemIdentifier": "m-1"}]
    for _ in range(3):
        worker.handler(first, None)
    assert len(queue.waiting) == 3
    run(queue)
    done = portal.get(f"/api/staff/exports/{started}", ADMINISTRATOR).json
    archive = zipfile.ZipFile(io.BytesIO(bucket.objects[f"exports/{started}/export.zip"]))
    mine = [row for row in rows(archive, "entries") if row["certification_id"] == member.certification_id]
    assert len(mine) == 1
    assert done["records"]["entries"] == len(rows(archive, "entries"))


def _broken(*_: object) -> None:
    raise OSError("the worker died here")


def test_an_export_goes_page_by_page(
    portal: Portal, bucket: MemoryBucket, queue: MemoryQueue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export_everything, "PAGES", 1)
    scan = wiring.table()._client.scan
    monkeypatch.setattr(wiring.table()._client, "scan", lambda **asked: scan(**asked, Limit=7))
    for _ in range(6):
        portal.member()
    archive = exported(portal, bucket, queue)
    found = [row["member_id"] for row in rows(archive, "members")]
    assert len(found) >= 6
    assert len(found) == len(set(found))


def test_the_same_key_starts_one_export(portal: Portal, bucket: MemoryBucket, queue: MemoryQueue) -> None:
    key = new_key()
    answers = [portal.post("/api/staff/exports", ADMINISTRATOR, key=key) for _ in range(2)]
    assert [answer.status for answer in answers] == [202, 202]
    assert len({answer.json["export_id"] for answer in answers}) == 1


def test_only_administrators_export(portal: Portal, bucket: MemoryBucket, queue: MemoryQueue) -> None:
    for who in (portal.member(), REVIEWER, FINANCE):
        assert portal.post("/api/staff/exports", who).code == "staff-only"
        assert portal.get("/api/staff/exports/exp_x", who).code == "staff-only"
    assert portal.post("/api/staff/exports").status == 401
    assert portal.post("/api/staff/exports", ADMINISTRATOR, key=None).code == "malformed-request"
    assert portal.get("/api/staff/exports/exp_x", STAFF).code == "not-found"


def test_an_export_has_no_address_once_the_bucket_has_forgotten_it(
    portal: Portal, bucket: MemoryBucket, queue: MemoryQueue
) -> None:
    path = f"/api/staff/exports/{portal.post('/api/staff/exports', ADMINISTRATOR).json['export_id']}"
    run(queue)
    assert portal.get(path, ADMINISTRATOR).json["download_url"]
    portal.later(days=7)
    assert portal.get(path, ADMINISTRATOR).json["download_url"] is None


def test_exports_and_imports_are_listed_the_latest_first_and_page_by_page(
    portal: Portal, bucket: MemoryBucket, queue: MemoryQueue
) -> None:
    wanted: dict[str, list[str]] = {"exports": [], "imports": []}
    for _ in range(3):
        portal.later(minutes=1)
        wanted["exports"].insert(0, portal.post("/api/staff/exports", ADMINISTRATOR).json["export_id"])
        announced = portal.post("/api/staff/imports", ADMINISTRATOR, {"kind": "members", "dry_run": True})
        wanted["imports"].insert(0, announced.json["import_id"])
    for what, expected in wanted.items():
        path, name = f"/api/staff/{what}", f"{what[:-1]}_id"
        assert portal.get(path, REVIEWER).code == "staff-only"
        first = portal.get(path, ADMINISTRATOR, query={"limit": 2}).json
        rest = portal.get(path, ADMINISTRATOR, query={"limit": 1, "cursor": first["next_cursor"]}).json
        assert [each[name] for each in (*first["items"], *rest["items"])] == expected
        assert {each["status"] for each in first["items"]} == {"waiting"}
