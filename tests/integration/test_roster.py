"""The import of the roster through its route, and staff's search of members, page by page."""

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from shared.adapters import clock
from shared.domain import ids
from shared.domain.calendar import JobRun
from shared.domain.privacy import ERASED_DETAIL
from shared.domain.roster import COLUMNS
from shared.handling import wiring
from shared.use_cases.expire_certifications import lapse_certification
from shared.use_cases.import_roster import AT_ONCE
from tests.integration.portal import ADMINISTRATOR, STAFF, Person, Portal, entry, new_key, roster
from tests.integration.world import DocumentsBucket

OWN_TABLE = True
ADA = {
    "member_id": "ada-1",
    "first_name": "Ada",
    "last_name": "Quill",
    "email": "ada@example.org",
    "designation": "IPMA-CP",
    "certified_since": "2024-05-01",
    "expires_on": "2027-12-31",
    "status": "new",
    "committees": "Ethics;Exams",
}
BOB = {**ADA, "member_id": "bob-1", "first_name": "Bob", "email": "bob@example.org"}


def counts(report: dict[str, Any]) -> tuple[int, int, int, int]:
    return (report["created"], report["updated"], report["unchanged"], len(report["rejected"]))


def test_a_dry_run_says_what_an_import_would_do_and_does_nothing(portal: Portal) -> None:
    planned = portal.import_csv(roster(ADA, BOB), dry_run=True, who=ADMINISTRATOR)
    assert counts(planned.json) == (2, 0, 0, 0)
    assert portal.get("/api/staff/members", STAFF).json["items"] == []
    assert portal.queue.sent == []
    key = new_key()
    assert portal.import_csv(roster(ADA, BOB), dry_run=True, key=key).json == planned.json
    done = portal.import_csv(roster(ADA, BOB), key=key)
    assert (done.status, done.json) == (200, planned.json)
    assert sorted(portal.queue.sent) == ["ada-1", "bob-1"]


def test_a_rerun_changes_nothing_and_asks_again_for_missing_accounts(portal: Portal) -> None:
    portal.bring_in(ADA, BOB)
    before = portal.dashboard(portal_member("ada-1"))
    assert counts(portal.bring_in(ADA, BOB).json) == (0, 0, 2, 0)
    assert portal.dashboard(portal_member("ada-1")) == before
    assert portal.queue.sent == ["ada-1", "bob-1"] * 2


def portal_member(member_id: str) -> Person:
    return Person(member_id, (), (ids.certification_id(member_id, "IPMA-CP"),))


def test_the_same_key_gives_the_same_report_and_another_body_is_refused(portal: Portal) -> None:
    key = new_key()
    first = portal.bring_in(ADA, key=key)
    again = portal.bring_in(ADA, key=key)
    assert (again.status, again.json) == (200, first.json)
    for other in (roster(BOB), "nonsense", roster(*[BOB] * 1001)):
        assert portal.import_csv(other, key=key).code == "idempotency-key-reused"


def test_a_spreadsheets_csv_is_read_with_its_mark_quotes_and_line_ends(portal: Portal) -> None:
    lines = [
        ",".join(reversed(COLUMNS)),
        '"Ethics; Exams"" ",new,2027-12-31,2024-05-01,IPMA-CP,  ada@example.org ,"Quill, Jr.",Áda,ada-1',
        "",
    ]
    for end in ("\r\n", "\n"):
        answer = portal.import_csv(b"\xef\xbb\xbf" + end.join(lines).encode())
        assert answer.json["rejected"] == []
    seen = portal.get("/api/staff/members/ada-1", STAFF).json
    assert seen["name"] == "Áda Quill, Jr."
    assert seen["certifications"][0]["committees"] == ["Ethics", 'Exams"']


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", 9),
        ("member_id\r\nm1\r\n", 8),
        (",".join(COLUMNS) + ",phone\r\n", 1),
        (",".join([*COLUMNS, "email"]) + "\r\n", 1),
        (",".join(COLUMNS).upper() + "\r\n", 18),
        (";".join(COLUMNS) + "\r\n", 10),
        ("\r\n\r\n", 9),
        (",".join(COLUMNS) + ",\r\n", 1),
    ],
)
def test_a_wrong_heading_is_told_column_by_column(portal: Portal, text: str, found: int) -> None:
    answer = portal.import_csv(text)
    assert (answer.code, answer.pointers) == ("invalid-request", ["/heading"] * found)


def test_a_file_that_is_no_csv_is_told_where_it_breaks(portal: Portal) -> None:
    answer = portal.import_csv(roster(ADA) + '"open quotation,\r\n')
    assert (answer.code, answer.pointers) == ("invalid-request", ["/rows"])
    long_field = portal.import_csv(roster({**ADA, "committees": "x" * 200_000}))
    assert (long_field.code, long_field.pointers) == ("invalid-request", ["/rows"])


@pytest.mark.parametrize(
    "raw", [roster(ADA).replace("Quill", "Quíll").encode("latin-1"), roster(ADA).encode("utf-16")]
)
def test_a_file_that_is_not_utf_8_is_refused(portal: Portal, raw: bytes) -> None:
    assert portal.import_csv(raw).code == "malformed-request"


def test_a_row_with_more_cells_than_the_heading_is_rejected(portal: Portal) -> None:
    text = roster(ADA, BOB).replace("Ethics;Exams", "Ethics,Exams", 1)
    report = portal.import_csv(text).json
    assert [(each["row"], each["field"]) for each in report["rejected"]] == [(1, "committees")]
    assert report["created"] == 1


def test_more_than_1000_rows_are_too_large_and_nothing_is_imported(portal: Portal) -> None:
    row = ",".join(
        f"{{0}}{value}" if name in ("member_id", "email") else value for name, value in ADA.items()
    )
    text = ",".join(COLUMNS) + "\r\n" + "".join(row.format(n) + "\r\n" for n in range(1001))
    answer = portal.import_csv(text)
    assert (answer.status, answer.code) == (413, "too-large")
    assert portal.get("/api/staff/members", STAFF).json["items"] == []
    assert (
        portal.import_csv(text.removesuffix(row.format(1000) + "\r\n"), dry_run=True).json["created"] == 1000
    )


def test_1000_rows_in_one_request_are_a_transaction_each_and_their_rerun_only_reads(portal: Portal) -> None:
    rows = [
        {**ADA, "member_id": f"ada-{number}", "email": f"ada-{number}@example.org"} for number in range(1000)
    ]
    read = {"GetItem": 1, "BatchGetItem": 80, "PutItem": 1}  # 8 keys a row, 100 keys a call
    with portal.calls.counted() as made:
        report = portal.bring_in(*rows).json
    assert counts(report) == (1000, 0, 0, 0)
    done = Counter(each.operation for each in made)
    assert (
        1 < done["PutItem"] <= 1 + AT_ONCE
    )  # their last day is noted in the calendar, at most once a thread
    assert done == {**read, "TransactWriteItems": 1000, "PutItem": done["PutItem"]}
    assert len(portal.queue.sent) == 1000
    with portal.calls.counted() as made:
        report = portal.bring_in(*rows).json
    assert counts(report) == (0, 0, 1000, 0)
    assert Counter(each.operation for each in made) == read


@pytest.mark.parametrize(
    "kind", ["application/json", "text/plain", "", "multipart/form-data", "application/vnd.ms-excel"]
)
def test_a_roster_is_csv(portal: Portal, kind: str) -> None:
    assert portal.import_csv(roster(ADA), headers={"content-type": kind}).code == "unsupported-media-type"


def test_every_fault_of_every_row_is_reported_and_the_good_rows_land(portal: Portal) -> None:
    wrong = {
        "member_id": "a b",
        "first_name": "",
        "last_name": "x" * 101,
        "email": "nobody",
        "designation": "IPMA-XX",
        "certified_since": "01/05/2024",
        "expires_on": "2027-02-30",
        "status": "expired",
    }
    taken = {**BOB, "member_id": "eve-1", "email": "ADA@example.org"}
    report = portal.bring_in(ADA, wrong, BOB, taken, {**BOB, "first_name": "Rob"}, {**BOB}).json
    assert (report["created"], report["updated"], report["unchanged"]) == (2, 0, 0)
    found = [(each["row"], each["field"]) for each in report["rejected"]]
    assert sorted(found) == sorted(
        [(2, name) for name in wrong] + [(4, "email"), (5, "first_name"), (6, "designation")]
    )
    assert portal.get("/api/staff/members/eve-1", STAFF).code == "not-found"


def test_an_update_reaches_the_certification_and_the_search(portal: Portal) -> None:
    portal.bring_in(ADA)
    changed = {
        **ADA,
        "last_name": "Byron",
        "email": "ada@example.com",
        "committees": "",
        "expires_on": "2028-12-31",
    }
    assert counts(portal.bring_in(changed).json) == (0, 1, 0, 0)
    seen = portal.get("/api/staff/members/ada-1", STAFF)
    assert seen.headers["etag"] == '"2"'
    assert seen.json["name"] == "Ada Byron"
    assert seen.json["certifications"][0]["expires_on"] == "2028-12-31"
    assert found(portal, "quill") == []
    assert found(portal, "ada@example.org") == []
    assert found(portal, "byron") == ["ada-1"]
    free = {**BOB, "email": "ada@example.org"}
    assert counts(portal.bring_in(free).json) == (1, 0, 0, 0)


LATER = {"expires_on": "2030-12-31", "status": "renew"}


def rejected(portal: Portal, *rows: dict[str, str], **more: Any) -> list[tuple[int, str]]:
    report = portal.bring_in(*rows, **more).json
    assert (report["created"], report["updated"]) == (0, 0)
    return [(each["row"], each["field"]) for each in report["rejected"]]


def test_an_import_takes_no_lapse_back_and_the_job_tells_it_once(portal: Portal) -> None:
    """Rule 7."""
    portal.bring_in(ADA)
    ada = portal_member("ada-1")
    portal.at("2028-01-02T12:00:00-05:00")

    def lapse() -> bool:
        return lapse_certification(
            wiring.recertifications(), JobRun(clock.now(), wiring.today()), ada.certification_id
        )

    assert lapse()
    assert counts(portal.bring_in({**ADA, "committees": "Exams"}).json) == (0, 1, 0, 0)
    (held,) = portal.get("/api/certifications", ada).json["items"]
    assert (held["status"], held["access"], held["committees"]) == ("terminated", "lapsed", ["Exams"])
    assert not lapse()
    told = [each.type for each in wiring.events().of(f"certification:{ada.certification_id}")]
    assert told == ["certification-lapsed"]
    assert rejected(portal, {**ADA, "status": "renew"}) == [(1, "status")]


@pytest.mark.parametrize("dry_run", [True, False])
def test_a_row_moves_no_cycle_away_from_its_entries(portal: Portal, dry_run: bool) -> None:
    """Rule 6: entries are dated within their period."""
    portal.bring_in(ADA)
    ada = portal_member("ada-1")
    portal.enter(ada, entry())
    before = portal.dashboard(ada)
    with portal.calls.counted() as made:
        assert rejected(portal, {**ADA, **LATER}, dry_run=dry_run) == [(1, "expires_on")]
    assert Counter(each.operation for each in made)["Query"] == 1, (
        "only a cycle that would move is looked into"
    )
    assert portal.dashboard(ada) == before
    assert counts(portal.bring_in({**ADA, "expires_on": "2028-12-31"}, dry_run=dry_run).json) == (0, 1, 0, 0)


def test_a_row_moves_no_cycle_that_was_signed(portal: Portal) -> None:
    portal.bring_in(ADA)
    ada = portal_member("ada-1")
    made = portal.submitted(ada)
    assert portal.decide(ada, made["submission"]["submission_id"], "return").status == 200
    before = portal.dashboard(ada)
    for days in (LATER, {"expires_on": "2028-12-31"}):
        assert rejected(portal, {**ADA, **days}) == [(1, "expires_on")]
    assert portal.dashboard(ada) == before


def during_the_import(monkeypatch: pytest.MonkeyPatch, happens: Callable[[], object]) -> None:
    """Something happens once, between the reading and the writing."""
    enroll, times = wiring.members().enroll, []

    def enrolling(*given: Any) -> None:
        times.append(given)
        if len(times) == 1:
            happens()
        enroll(*given)

    monkeypatch.setattr(wiring.members(), "enroll", enrolling)


def test_an_invoice_that_comes_during_the_import_keeps_its_cycle_where_it_is(
    portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    portal.bring_in(ADA)
    ada = portal_member("ada-1")
    during_the_import(monkeypatch, lambda: portal.post(portal.cycle_path(ada, "invoice"), ada))
    assert rejected(portal, {**ADA, "expires_on": "2028-12-31"}) == [(1, "expires_on")]
    assert portal.dashboard(ada)["cycle"]["ends_on"] == "2027-12-31"


def test_nobody_erased_during_the_import_gets_a_certification(
    portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    portal.bring_in(ADA)
    monkeypatch.setattr(wiring, "document_store", DocumentsBucket)
    at = "/api/staff/members/ada-1/erasure"
    during_the_import(monkeypatch, lambda: portal.post(at, ADMINISTRATOR))
    report = portal.bring_in({**ADA, "designation": "IPMA-SCP"}).json
    assert [each["detail"] for each in report["rejected"]] == [ERASED_DETAIL]
    assert wiring.recertifications().find(ids.certification_id("ada-1", "IPMA-SCP")) is None


def test_someone_without_a_certification_is_imported_too(portal: Portal) -> None:
    who = portal.uncertified()
    assert portal.get("/api/me", who).json["portal"]["access"] == "not-certified"
    assert portal.get("/api/certifications", who).json["items"] == []
    assert portal.get("/api/invoices", who).json["items"] == []


# --- search ---


def found(portal: Portal, query: str, **more: Any) -> list[str]:
    items = portal.get("/api/staff/members", STAFF, query={"query": query, **more}).json["items"]
    return [each["member_id"] for each in items]


@pytest.mark.parametrize(
    "query",
    [
        "A",
        "ada",
        "ADA q",
        "ada quill",
        "Quill",
        "qUiLL ad",
        "ada@",
        "ada@example.org",
        "ada-1",
        " ada   quill ",
    ],
)
def test_a_member_is_found_by_the_beginning_of_name_address_or_id(portal: Portal, query: str) -> None:
    portal.bring_in(ADA, {**BOB, "last_name": "Stone"})
    assert found(portal, query) == ["ada-1"]


@pytest.mark.parametrize("query", ["da", "uill", "example", "ada  x", "%", "#", "ada-12", "ada\u0000", "😀"])
def test_what_is_no_beginning_finds_nobody(portal: Portal, query: str) -> None:
    portal.bring_in(ADA)
    assert found(portal, query) == []


def test_a_found_member_is_shown_with_name_and_address(portal: Portal) -> None:
    portal.bring_in(ADA)
    (shown,) = portal.get("/api/staff/members", STAFF, query={"query": "ada"}).json["items"]
    assert shown.items() >= {"member_id": "ada-1", "name": "Ada Quill", "email": "ada@example.org"}.items()


def pages(portal: Portal, **query: Any) -> Iterator[list[str]]:
    cursor: str | None = None
    for _ in range(100):
        given = query | ({"cursor": cursor} if cursor else {})
        page = portal.get("/api/staff/members", STAFF, query=given).json
        yield [each["member_id"] for each in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            return
    raise AssertionError("the pages do not end")


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 100])
@pytest.mark.parametrize("query", ["", "sam", "s"])
def test_pages_lose_nobody_and_show_nobody_twice(portal: Portal, limit: int, query: str) -> None:
    rows = [
        {
            **ADA,
            "member_id": f"sam{n}",
            "first_name": "Sam",
            "last_name": f"Sampson{n}",
            "email": f"sam{n}@example.org",
        }
        for n in range(7)
    ]
    rows += [{**ADA, "member_id": f"x{n}-1", "email": f"zoe{n}@example.org"} for n in range(2)]
    portal.bring_in(*rows)
    listed = list(pages(portal, query=query, limit=limit))
    shown = [member_id for page in listed for member_id in page]
    assert len(shown) == len(set(shown))
    assert set(shown) == {row["member_id"] for row in rows if not query or row["member_id"].startswith("s")}
    assert all(len(page) <= limit for page in listed)
