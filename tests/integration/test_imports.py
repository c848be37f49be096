"""Large imports: announced, uploaded, carried out chunk by chunk; a rerun changes nothing, a crash loses nothing."""

import csv
import io
from collections.abc import Mapping
from typing import Any

import pytest

from functions.import_data import handler as worker
from shared.domain import ids, program_invoices
from shared.domain.privacy import ERASED_DETAIL
from shared.domain.roster import COLUMNS, OWN_ROW
from shared.handling import wiring
from shared.use_cases import import_file
from tests.integration.portal import ADMINISTRATOR, FINANCE, Person, Portal, new_key, roster
from tests.integration.transfers import MemoryBucket, MemoryQueue
from tests.integration.world import DocumentsBucket


@pytest.fixture
def queue(monkeypatch: pytest.MonkeyPatch) -> MemoryQueue:
    made = MemoryQueue()
    monkeypatch.setattr(wiring, "imports_queue", lambda: made)
    monkeypatch.setattr(import_file, "CHUNK", 4)
    monkeypatch.setattr(import_file, "CHUNKS", 2)
    return made


def people(prefix: str, number: int) -> list[dict[str, str]]:
    return [
        {
            "member_id": f"{prefix}{n}",
            "first_name": "Imo",
            "last_name": f"Import{n}",
            "email": f"{prefix}{n}@example.org",
            "designation": "IPMA-CP",
            "certified_since": "2024-05-01",
            "expires_on": "2027-12-31",
            "status": "new",
        }
        for n in range(number)
    ]


def announced(portal: Portal, kind: str, **more: Any) -> str:
    answer = portal.post("/api/staff/imports", ADMINISTRATOR, {"kind": kind, **more})
    assert answer.status == 201, answer.json
    started: str = answer.json["import_id"]
    assert answer.json["upload"]["fields"]["key"] == f"imports/{started}.csv"
    return started


def uploaded(bucket: MemoryBucket, queue: MemoryQueue, import_id: str, text: str) -> None:
    """As S3 tells of it."""
    key = f"imports/{import_id}.csv"
    bucket.put(key, text.encode())
    queue.send([{"detail": {"object": {"key": key}}}])


def run(queue: MemoryQueue) -> None:
    while queue.waiting:
        assert worker.handler(queue.event(), None) == {"batchItemFailures": []}


def imported(
    portal: Portal, bucket: MemoryBucket, queue: MemoryQueue, kind: str, text: str, **more: Any
) -> dict[str, Any]:
    import_id = announced(portal, kind, **more)
    uploaded(bucket, queue, import_id, text)
    run(queue)
    return state(portal, import_id)


def state(portal: Portal, import_id: str) -> dict[str, Any]:
    found: dict[str, Any] = portal.get(f"/api/staff/imports/{import_id}", ADMINISTRATOR).json
    return found


def counts(found: Mapping[str, Any]) -> tuple[int, ...]:
    return tuple(found[name] for name in ("rows", "rows_done", "created", "updated", "unchanged", "rejected"))


def rejected(bucket: MemoryBucket, found: Mapping[str, Any]) -> list[dict[str, str]]:
    key = f"reports/{found['import_id']}.csv"
    assert key in found["report_url"]
    return list(csv.DictReader(io.StringIO(bucket.objects[key].decode("utf-8-sig"))))


def test_members_come_in_chunk_by_chunk_and_the_rejected_rows_are_told(
    portal: Portal, bucket: MemoryBucket, queue: MemoryQueue
) -> None:
    rows = people("imp-a", 19)
    rows[11]["email"] = "nobody"
    found = imported(portal, bucket, queue, "members", roster(*rows))
    assert found["status"] == "done"
    assert counts(found) == (19, 19, 18, 0, 0, 1)
    assert [(row["row"], row["field"]) for row in rejected(bucket, found)] == [("12", "email")]
    member = Person("imp-a18", certification_ids=(ids.certification_id("imp-a18", "IPMA-CP"),))
    assert portal.dashboard(member)["cycle"]["ends_on"] == "2027-12-31"
    assert "imp-a18" in portal.queue.sent


def test_a_rerun_changes_nothing(portal: Portal, bucket: MemoryBucket, queue: MemoryQueue) -> None:
    text = roster(*people("imp-b", 9))
    assert counts(imported(portal, bucket, queue, "members", text)) == (9, 9, 9, 0, 0, 0)
    assert counts(imported(portal, bucket, queue, "members", text)) == (9, 9, 0, 0, 9, 0)


def test_a_dry_run_writes_nothing(portal: Portal, bucket: MemoryBucket, queue: MemoryQueue) -> None:
    text = roster(*people("imp-c", 5))
    assert counts(imported(portal, bucket, queue, "members", text, dry_run=True)) == (5, 5, 5, 0, 0, 0)
    assert portal.get("/api/staff/members/imp-c0", ADMINISTRATOR).code == "not-found"


def test_a_worker_that_dies_in_a_chunk_or_comes_twice_imports_each_row_once(
    portal: Portal, bucket: MemoryBucket, queue: MemoryQueue, monkeypatch: pytest.MonkeyPatch
) -> None:
    import_id = announced(portal, "members")
    uploaded(bucket, queue, import_id, roster(*people("imp-d", 10)))
    message = queue.event()
    save, saves = wiring.jobs().save, []

    def dies_at_the_second(*given: Any) -> None:
        saves.append(given)
        if len(saves) == 2:
            raise OSError("the worker died here")
        save(*given)

    with monkeypatch.context() as patch:
        patch.setattr(wiring.jobs(), "save", dies_at_the_second)
        assert worker.handler(message, None)["batchItemFailures"] == [{"itemIdentifier": "m-1"}]
    assert state(portal, import_id)["rows_done"] == 4
    worker.handler(message, None)
    worker.handler(message, None)
    run(queue)
    found = state(portal, import_id)
    assert found["status"] == "done"
    assert counts(found) == (10, 10, 10, 0, 0, 0)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("member_id,first_name\nx,y\n", "The column last_name is missing."),
        ('member_id\n"open', "quotation mark"),
        ("", "is missing"),
    ],
)
def test_a_file_that_cannot_be_read_fails_with_its_reason(
    portal: Portal, bucket: MemoryBucket, queue: MemoryQueue, text: str, reason: str
) -> None:
    found = imported(portal, bucket, queue, "members", text)
    assert found["status"] == "failed"
    assert reason in found["detail"] or "missing" in found["detail"]
    assert found["report_url"] is None


def test_a_file_replaced_while_it_is_read_fails_the_import(
    portal: Portal, bucket: MemoryBucket, queue: MemoryQueue
) -> None:
    import_id = announced(portal, "members")
    uploaded(bucket, queue, import_id, roster(*people("imp-e", 12)))
    worker.handler(queue.event(), None)
    uploaded(bucket, queue, import_id, roster(*people("imp-f", 12)))
    run(queue)
    found = state(portal, import_id)
    assert (found["status"], found["rows_done"]) == ("failed", 8)
    assert "replaced" in found["detail"]


def bought(member_id: str, number: str, **cells: str) -> dict[str, str]:
    row = {
        "invoice_number": number,
        "member_id": member_id,
        "description": "Developing Competencies",
        "amount": "250.50",
        "currency": "USD",
        "issued_on": "2023-04-01",
        "due_on": "2023-05-01",
        "status": "paid",
        "paid_on": "2023-04-12",
        "payment_method": "check",
        "payment_reference": "4711",
    }
    return {**row, **cells}


def invoices_csv(*rows: Mapping[str, str]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, program_invoices.COLUMNS, restval="")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


UNPAID = {"status": "open", "paid_on": "", "payment_method": "", "payment_reference": ""}


def test_past_program_invoices_come_in_and_stand_in_my_invoices(
    portal: Portal, bucket: MemoryBucket, queue: MemoryQueue
) -> None:
    member, other = portal.member(), portal.uncertified()
    text = invoices_csv(
        bought(member.member_id, "P-1"),
        bought(member.member_id, "P-2", **UNPAID),
        bought(other.member_id, "P-3"),
        bought("no-such-member", "P-4"),
        bought(member.member_id, "P-5", amount="1.005", status="odd"),
    )
    found = imported(portal, bucket, queue, "program-invoices", text)
    assert counts(found) == (5, 5, 3, 0, 0, 2)
    assert sorted((row["row"], row["field"]) for row in rejected(bucket, found)) == [
        ("4", "member_id"),
        ("5", "amount"),
        ("5", "paid_on"),
        ("5", "status"),
    ]
    mine = portal.get("/api/invoices", member, query={"type": "program"}).json["items"]
    assert [(each["number"], each["status"], each["total"]["amount"]) for each in mine] == [
        ("P-1", "paid", 25050),
        ("P-2", "open", 25050),
    ] or [each["number"] for each in mine] == ["P-2", "P-1"]
    assert portal.get("/api/invoices", member, query={"type": "recertification"}).json["items"] == []
    one = portal.get(f"/api/invoices/{mine[0]['invoice_id']}", member)
    assert (one.status, one.json["type"]) == (200, "program")
    assert portal.get(f"/api/invoices/{mine[0]['invoice_id']}", other).code == "not-found"


def test_an_imported_invoice_can_be_paid_and_a_rerun_does_not_take_that_back(
    portal: Portal, bucket: MemoryBucket, queue: MemoryQueue
) -> None:
    member = portal.member()
    text = invoices_csv(bought(member.member_id, "Q-1", **UNPAID))
    imported(portal, bucket, queue, "program-invoices", text)
    (mine,) = portal.get("/api/invoices", member).json["items"]
    portal.paid(mine["invoice_id"])
    assert counts(imported(portal, bucket, queue, "program-invoices", text)) == (1, 1, 0, 0, 1, 0)
    changed = invoices_csv(bought(member.member_id, "Q-1", **UNPAID, amount="1.00"))
    found = imported(portal, bucket, queue, "program-invoices", changed)
    assert counts(found) == (1, 1, 0, 0, 0, 1)
    (mine,) = portal.get("/api/invoices", member).json["items"]
    assert (mine["status"], mine["total"]["amount"]) == ("paid", 25050)


def test_a_corrected_row_is_taken_while_nothing_happened(
    portal: Portal, bucket: MemoryBucket, queue: MemoryQueue
) -> None:
    member = portal.member()
    for amount, counted in (("10.00", (1, 1, 1, 0, 0, 0)), ("12.00", (1, 1, 0, 1, 0, 0))):
        text = invoices_csv(bought(member.member_id, "R-1", **UNPAID, amount=amount))
        assert counts(imported(portal, bucket, queue, "program-invoices", text)) == counted
    (mine,) = portal.get("/api/invoices", member).json["items"]
    assert mine["total"]["amount"] == 1200


def test_only_administrators_import_and_the_same_key_announces_once(
    portal: Portal, bucket: MemoryBucket, queue: MemoryQueue
) -> None:
    for who in (portal.member(), FINANCE):
        assert portal.post("/api/staff/imports", who, {"kind": "members"}).code == "staff-only"
        assert portal.get("/api/staff/imports/imp_x", who).code == "staff-only"
    assert portal.get("/api/staff/imports/imp_x", ADMINISTRATOR).code == "not-found"
    assert portal.post("/api/staff/imports", ADMINISTRATOR, {"kind": "x"}).pointers == ["/kind"]
    key = new_key()
    answers = [
        portal.post("/api/staff/imports", ADMINISTRATOR, {"kind": "members"}, key=key) for _ in range(2)
    ]
    assert len({answer.json["import_id"] for answer in answers}) == 1
    other = portal.post("/api/staff/imports", ADMINISTRATOR, {"kind": "program-invoices"}, key=key)
    assert other.status in (201, 422)


@pytest.mark.parametrize("known", [False, True], ids=["new", "changed"])
def test_nobody_erased_during_the_import_gets_an_invoice(
    portal: Portal, bucket: MemoryBucket, queue: MemoryQueue, monkeypatch: pytest.MonkeyPatch, known: bool
) -> None:
    member = portal.member()
    if known:
        imported(
            portal, bucket, queue, "program-invoices", invoices_csv(bought(member.member_id, "E-1", **UNPAID))
        )
    monkeypatch.setattr(wiring, "document_store", DocumentsBucket)
    put, before = wiring.invoices().put_imported, wiring.invoices().of_programs(member.member_id)

    def erased_before(*given: Any) -> None:
        assert portal.post(f"/api/staff/members/{member.member_id}/erasure", ADMINISTRATOR).status == 200
        put(*given)

    monkeypatch.setattr(wiring.invoices(), "put_imported", erased_before)
    text = invoices_csv(bought(member.member_id, "E-1", **UNPAID, description="Course for Mona Member"))
    found = imported(portal, bucket, queue, "program-invoices", text)
    assert counts(found) == (1, 1, 0, 0, 0, 1)
    assert [(row["field"], row["detail"]) for row in rejected(bucket, found)] == [
        ("member_id", ERASED_DETAIL)
    ]
    assert wiring.invoices().of_programs(member.member_id) == before


# --- one's own rows (rule 6) ---


@pytest.fixture
def administrator(portal: Portal) -> Person:
    """Who brings files in, and holds a certification: a colleague imported the row."""
    return portal.member(member_id=ADMINISTRATOR.member_id, groups=ADMINISTRATOR.groups)


def own_row(**cells: str) -> dict[str, str]:
    return {**people("own", 1)[0], "member_id": ADMINISTRATOR.member_id.upper(), **cells}


@pytest.mark.parametrize("dry_run", [True, False])
def test_nobody_imports_a_change_of_their_own_certification(
    portal: Portal, bucket: MemoryBucket, queue: MemoryQueue, administrator: Person, dry_run: bool
) -> None:
    before = wiring.table().scan_page(None)[0]
    told = portal.get(f"/api/staff/members/{administrator.member_id}", ADMINISTRATOR).json
    as_it_is = {name: told[name] for name in ("first_name", "last_name", "email")}
    later = own_row(**as_it_is, expires_on="2033-12-31", status="renew")
    at_once = portal.bring_in(later, who=ADMINISTRATOR, dry_run=dry_run).json
    found = imported(portal, bucket, queue, "members", roster(later), dry_run=dry_run)
    assert (at_once["updated"], counts(found)) == (0, (1, 1, 0, 0, 0, 1))
    assert at_once["rejected"] == [{"row": 1, "field": "member_id", "detail": OWN_ROW}]
    assert [row["detail"] for row in rejected(bucket, found)] == [OWN_ROW]
    for changed in ({"body_member": "yes"}, {"designation": "IPMA-SCP"}, {"first_name": "Another"}):
        row = own_row(**{**as_it_is, **changed})
        columns = [*COLUMNS, "body_member"]
        text = "\n".join([",".join(columns), ",".join(row.get(name, "") for name in columns)])
        assert len(portal.import_csv(text, who=ADMINISTRATOR, dry_run=dry_run).json["rejected"]) == 1, changed
    person = {item["PK"] + item["SK"] for item in before if ADMINISTRATOR.member_id in str(item)}
    after = [item for item in wiring.table().scan_page(None)[0] if item["PK"] + item["SK"] in person]
    assert [item for item in after if item not in before] == []
    assert portal.bring_in(later, dry_run=dry_run).json["updated"] == 1, "a colleague may"


def test_the_others_go_in_with_the_first_administrators_roster_and_an_unchanged_row_is_fine(
    portal: Portal,
) -> None:
    first = Person("imp-first", ADMINISTRATOR.groups)
    rows = [own_row(member_id="IMP-First"), *people("imp-o", 3)]
    answer = portal.bring_in(*rows, who=first).json
    assert (answer["created"], [each["row"] for each in answer["rejected"]]) == (3, [1])
    assert "IMP-First" not in portal.queue.sent
    assert portal.bring_in(*rows).json["created"] == 1, "a colleague imports the same file"
    again = portal.bring_in(*rows, who=first).json
    assert (again["unchanged"], again["rejected"]) == (4, [])


def test_nobody_imports_an_invoice_of_their_own_that_is_new_or_changed(
    portal: Portal, bucket: MemoryBucket, queue: MemoryQueue, administrator: Person
) -> None:
    other = portal.member()
    names = program_invoices.COLUMNS

    def text(who: Person, **cells: str) -> str:
        row = {"invoice_number": "P-9", "member_id": who.member_id, "description": "Course", "amount": "90"}
        row |= {"currency": "usd", "issued_on": "2027-05-01", "due_on": "2027-06-01", "status": "open"}
        return "\n".join([",".join(names), ",".join({**row, **cells}.get(name, "") for name in names)])

    paid = {"status": "paid", "paid_on": "2027-05-03", "payment_method": "check"}
    found = imported(portal, bucket, queue, "program-invoices", text(administrator, **paid))
    assert counts(found) == (1, 1, 0, 0, 0, 1)
    assert [(row["field"], row["detail"]) for row in rejected(bucket, found)] == [("member_id", OWN_ROW)]
    assert counts(imported(portal, bucket, queue, "program-invoices", text(other, **paid)))[2] == 1
    row = program_invoices.read_invoice_row(
        1, dict(zip(names, text(administrator).split("\n")[1].split(","), strict=True))
    )
    assert isinstance(row, program_invoices.InvoiceRow)
    wiring.invoices().put_imported(None, row.invoice(administrator.member_id))
    assert counts(imported(portal, bucket, queue, "program-invoices", text(administrator)))[4] == 1
    assert counts(imported(portal, bucket, queue, "program-invoices", text(administrator, **paid)))[5] == 1
