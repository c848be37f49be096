"""Entering, editing and deleting points through the routes (rules 1 and 2), and keys that make a repeat harmless."""

from typing import Any

import pytest

from tests.integration.contract import shows
from tests.integration.portal import Person, Portal, entry, new_key


@pytest.fixture
def member(portal: Portal) -> Person:
    return portal.member()


def total(portal: Portal, who: Person) -> int:
    points: int = portal.dashboard(who)["cycle"]["points_total"]
    return points


def path_of(portal: Portal, who: Person, made: dict[str, Any]) -> str:
    return portal.cycle_path(who, f"entries/{made['entry_id']}")


# --- rule 1 ---


def test_a_session_at_48_overshoots_to_54_and_the_next_is_refused(portal: Portal, member: Person) -> None:
    portal.points(member, 48)
    last = portal.enter(member, entry("conference-full-day", 2))
    assert (last.status, last.json["cycle"]["points_total"], last.json["cycle"]["state"]) == (
        201,
        54,
        "complete",
    )
    refused = portal.enter(member, entry("webinar"))
    assert (refused.status, refused.code) == (409, "points-complete")
    assert (refused.json["points_total"], refused.json["points_required"]) == (54, 50)
    assert total(portal, member) == 54


def test_a_session_lands_whole_or_not_at_all(portal: Portal, member: Person) -> None:
    answer = portal.enter(member, entry("webinar"), entry("golf"), entry("webinar", quantity=0))
    assert answer.pointers == ["/entries/1/activity", "/entries/2/quantity"]
    assert portal.dashboard(member)["entries"] == []


def test_a_session_takes_1_to_50_entries(portal: Portal, member: Person) -> None:
    assert portal.enter(member).pointers == ["/entries"]
    assert portal.enter(member, *[entry()] * 51).pointers == ["/entries"]
    landed = portal.enter(member, *[entry(quantity=1, title=f"Year {n}") for n in range(50)])
    assert landed.status == 201
    assert [each["title"] for each in landed.json["entries"]] == [f"Year {n}" for n in range(50)]
    assert [each["entry_id"] for each in portal.dashboard(member)["entries"]] == [
        each["entry_id"] for each in landed.json["entries"]
    ]


def test_two_designations_take_the_same_activity(portal: Portal) -> None:
    member = portal.member("IPMA-SCP", "IPMA-CS")
    for certification_id in member.certification_ids:
        sent = {"entries": [entry("webinar")]}
        assert portal.post(f"/api/certifications/{certification_id}/entries", member, sent).status == 201


# --- what is wrong with an entry ---


def test_every_wrong_field_is_named_at_once_faults_of_the_rules_too(portal: Portal, member: Person) -> None:
    wrong = {
        "activity": "webinar",
        "quantity": "1",
        "title": "   ",
        "organization": "x" * 201,
        "started_on": "2027-02-30",
        "ended_on": "2028-01-01",
        "notes": "x" * 301,
        "document_ids": ["doc_of_nobody"],
        "points": 5,
    }
    answer = portal.enter(
        member, entry(), wrong, {"activity": "golf", "ended_on": "2027-06-16"}, entry("webinar", 1.5)
    )
    assert answer.status == 422
    assert answer.pointers == sorted(
        [f"/entries/1/{name}" for name in wrong if name not in ("activity", "document_ids")]
        + ["/entries/1/document_ids/0"]
        + [f"/entries/2/{name}" for name in ("activity", "quantity", "title", "organization")]
        + ["/entries/2/started_on", "/entries/2/ended_on", "/entries/3/quantity"]
    )
    assert all(error["detail"].endswith((".", ")")) for error in answer.json["errors"])


def test_an_edit_names_every_wrong_field_at_once_too(portal: Portal, member: Person) -> None:
    made = portal.points(member, 1)
    sent = entry("golf", 2, title="", started_on="2020-01-01", extra=1)
    answer = portal.put(path_of(portal, member, made), member, sent, version=1)
    assert answer.pointers == ["/activity", "/extra", "/started_on", "/title"]


@pytest.mark.parametrize(
    ("fields", "pointers"),
    [
        ({"quantity": 0}, ["quantity"]),
        ({"quantity": -1}, ["quantity"]),
        ({"quantity": 0.5}, ["quantity"]),
        ({"quantity": "2"}, ["quantity"]),
        ({"quantity": True}, ["quantity"]),
        ({"quantity": None}, ["quantity"]),
        ({"quantity": 10**9}, ["quantity"]),
        ({"title": " "}, ["title"]),
        ({"title": "x" * 201}, ["title"]),
        ({"title": "a\nb"}, ["title"]),
        ({"title": 5}, ["title"]),
        ({"organization": ""}, ["organization"]),
        ({"notes": "x" * 301}, ["notes"]),
        ({"notes": None}, ["notes"]),
        ({"started_on": "2025-3-1"}, ["started_on"]),
        ({"started_on": "2025-02-29"}, ["started_on"]),
        ({"started_on": "2025-03-01T00:00:00Z"}, ["started_on"]),
        ({"started_on": 20250301}, ["started_on"]),
        ({"started_on": "2024-04-30"}, ["started_on"]),
        ({"started_on": "2025-03-03"}, ["ended_on"]),
        ({"ended_on": "2027-06-16"}, ["ended_on"]),
        ({"ended_on": "2028-01-01"}, ["ended_on"]),
        ({"activity": "IPMA"}, ["activity"]),
        ({"document_ids": ["doc_x", "doc_y"]}, ["document_ids/0", "document_ids/1"]),
        ({"document_ids": "doc_x"}, ["document_ids"]),
        ({"entry_id": "mine"}, ["entry_id"]),
    ],
)
def test_a_wrong_field_is_named(
    portal: Portal, member: Person, fields: dict[str, Any], pointers: list[str]
) -> None:
    answer = portal.enter(member, entry(**fields))
    assert (answer.code, answer.pointers) == ("invalid-request", [f"/entries/0/{name}" for name in pointers])


def test_an_unknown_field_beside_the_entries_is_refused(portal: Portal, member: Person) -> None:
    answer = portal.post(portal.cycle_path(member, "entries"), member, {"entries": [entry()], "force": True})
    assert answer.pointers == ["/force"]


@pytest.mark.parametrize(
    "fields",
    [
        {"title": "x" * 200, "organization": " y "},
        {"notes": "x" * 300},
        {"notes": ""},
        {"quantity": 2.0},
        {"started_on": "2024-05-01", "ended_on": "2024-05-01"},
        {"started_on": "2027-06-15", "ended_on": "2027-06-15"},
        {"title": "Über Emoji 🎓 العربية"},
        {"document_ids": []},
    ],
)
def test_what_is_just_right_is_taken_and_comes_back(
    portal: Portal, member: Person, fields: dict[str, Any]
) -> None:
    answer = portal.enter(member, entry(**fields))
    assert answer.status == 201
    sent = {"notes": "", "document_ids": [], **entry(**fields)}
    trimmed = {name: v.strip() if isinstance(v, str) else v for name, v in sent.items()}
    (made,) = answer.json["entries"]
    assert {name: made[name] for name in trimmed} == trimmed


# --- rule 2 ---


def test_at_54_a_webinar_is_not_raised_but_may_be_lowered(portal: Portal, member: Person) -> None:
    (webinar,) = portal.enter(member, entry("webinar", 2)).json["entries"]
    portal.points(member, 47)
    portal.enter(member, entry("training-full-day", 2), entry("webinar", 1, title="x"))
    path = path_of(portal, member, webinar)
    assert portal.put(path, member, entry("webinar", 3), version=1).code == "points-complete"
    lowered = portal.put(path, member, entry("webinar", 1), version=1)
    assert (lowered.status, lowered.json["points"], lowered.headers["etag"]) == (200, 1, '"2"')


def test_at_54_the_six_point_entry_may_be_raised_because_48_remain_without_it(
    portal: Portal, member: Person
) -> None:
    portal.points(member, 48)
    (days,) = portal.enter(member, entry("conference-full-day", 2)).json["entries"]
    raised = portal.put(path_of(portal, member, days), member, entry("conference-full-day", 3), version=1)
    assert (raised.status, total(portal, member)) == (200, 57)


def test_deleting_below_50_opens_entering_again(portal: Portal, member: Person) -> None:
    portal.points(member, 48)
    (days,) = portal.enter(member, entry("conference-full-day", 2)).json["entries"]
    gone = portal.ask("DELETE", path_of(portal, member, days), member, version=1)
    assert (gone.status, gone.raw) == (204, b"")
    assert total(portal, member) == 48
    assert portal.enter(member, entry("webinar")).status == 201
    assert portal.ask("DELETE", path_of(portal, member, days), member, version=1).code == "not-found"


def test_an_edit_replaces_all_but_the_notes_and_documents_it_leaves_out(
    portal: Portal, member: Person
) -> None:
    (made,) = portal.enter(member, entry(notes="Kept")).json["entries"]
    path = path_of(portal, member, made)
    changed = entry(
        "webinar", 4, title="Other", organization="Else", started_on="2026-01-01", ended_on="2026-01-02"
    )
    edited = portal.put(path, member, changed, version=1).json
    expected = {
        **changed,
        "entry_id": made["entry_id"],
        "notes": "Kept",
        "document_ids": [],
        "points": 4,
        "explanation": edited["explanation"],
        "logged_at": made["logged_at"],
        "version": 2,
    }
    assert shows(edited, expected), edited
    assert portal.put(path, member, {**changed, "notes": ""}, version=2).json["notes"] == ""
    missing = portal.put(path, member, {"activity": "webinar"}, version=3)
    assert missing.pointers == ["/ended_on", "/organization", "/quantity", "/started_on", "/title"]


VERSIONS = ["3", 'W/"1"', "*", "", '"1", "2"', '"1","1"', "'1'", '"1', 'w/"1"', "1"]


@pytest.mark.parametrize("sent", VERSIONS)
def test_a_change_needs_one_strong_version(portal: Portal, member: Person, sent: str) -> None:
    path = path_of(portal, member, portal.points(member, 1))
    headers = {"if-match": sent} if sent else {}
    for method, body in (("PUT", entry()), ("DELETE", None)):
        answer = portal.ask(method, path, member, body=body, headers=headers)
        assert (answer.status, answer.code) == (428, "version-required")
    answer = portal.put("/api/me/profile", member, {}, headers=headers)
    assert answer.code == "version-required"


@pytest.mark.parametrize("sent", ["2", "0", "", "01", "1 ", "one", "1.0", "9" * 400])
def test_another_version_is_a_conflict_and_changes_nothing(portal: Portal, member: Person, sent: str) -> None:
    path = path_of(portal, member, portal.points(member, 1))
    before = portal.dashboard(member)
    for method, body in (("PUT", entry(quantity=3)), ("DELETE", None)):
        answer = portal.ask(method, path, member, body=body, version=sent)
        assert (answer.status, answer.code) == (412, "version-conflict")
    assert portal.dashboard(member) == before


def test_of_two_edits_of_the_same_version_one_is_told_of_the_other(portal: Portal, member: Person) -> None:
    path = path_of(portal, member, portal.points(member, 1))
    assert portal.put(path, member, entry(quantity=2), version=1).status == 200
    assert portal.put(path, member, entry(quantity=2), version=1).code == "version-conflict"
    assert portal.ask("DELETE", path, member, version=1).code == "version-conflict"
    assert portal.ask("DELETE", path, member, version=2).status == 204


# --- keys ---


@pytest.mark.parametrize(
    "key",
    [
        None,
        "",
        "1",
        "not-a-uuid",
        "{" + "0" * 36 + "}",
        "g" * 36,
        "0" * 32,
        "8ZZZZZZZZZZZZZZZZZZZZZZZZZ",
        "x" * 500,
    ],
)
def test_a_session_needs_a_key_that_is_a_uuid_or_ulid(
    portal: Portal, member: Person, key: str | None
) -> None:
    answer = portal.enter(member, entry(), key=key)
    assert (answer.status, answer.code) == (400, "malformed-request")


@pytest.mark.parametrize(
    "key",
    [
        "01ARZ3NDEKTSV4RRFFQ69G5FAV",
        "01arz3ndektsv4rrffq69g5fav",
        "D117C6C8-A306-4D4F-8734-A5191E8C31C7",
        "6be054b6-4c7c-4263-8c7a-08694f235ab4",
    ],
)
def test_a_uuid_or_ulid_in_any_case_is_a_key(portal: Portal, member: Person, key: str) -> None:
    assert portal.enter(member, entry(), key=key).status == 201


def test_the_same_key_and_body_gives_the_same_ids_and_creates_nothing(portal: Portal, member: Person) -> None:
    key = new_key()
    sent = (entry(quantity=20), entry("webinar", 2))
    first = portal.enter(member, *sent, key=key)
    again = portal.enter(member, *sent, key=key)
    assert (again.status, again.json["entries"]) == (201, first.json["entries"])
    shuffled = [dict(reversed(each.items())) for each in sent]
    assert portal.enter(member, *shuffled, key=key.upper()).json["entries"] == first.json["entries"]
    assert total(portal, member) == 22


def ids_of(answer: Any) -> list[str]:
    return [each["entry_id"] for each in answer.json["entries"]]


def test_a_session_is_answered_again_whatever_happened_since(portal: Portal, member: Person) -> None:
    key = new_key()
    sent = (entry(quantity=49), entry("webinar", 2))
    first = portal.enter(member, *sent, key=key)

    def repeated(*, when: str) -> None:
        again = portal.enter(member, *sent, key=key)
        assert (again.status, ids_of(again)) == (201, ids_of(first)), when
        other = portal.enter(member, entry(title="Other"), key=key)
        assert other.code == "idempotency-key-reused", when
        assert portal.enter(member, {"activity": 5}, key=key).code == "idempotency-key-reused", when

    repeated(when="at 51")
    one, two = first.json["entries"]
    portal.put(path_of(portal, member, one), member, entry(quantity=48), version=1)
    repeated(when="edited")
    portal.ask("DELETE", path_of(portal, member, two), member, version=1)
    repeated(when="deleted")
    assert total(portal, member) == 48
    portal.points(member, 2)
    made = portal.sign(member).json
    repeated(when="submitted")
    portal.decide(member, made["submission"]["submission_id"], "return")
    repeated(when="returned")
    portal.sign(member)
    portal.paid(made["invoice"]["invoice_id"])
    portal.decide(member, portal.dashboard(member)["submission"]["submission_id"])
    repeated(when="approved")
    assert portal.dashboard(member)["entries"] == []


def test_a_refused_request_frees_its_key(portal: Portal, member: Person) -> None:
    key = new_key()
    assert portal.enter(member, entry("golf"), key=key).status == 422
    first = portal.points(member, 50)
    assert portal.enter(member, entry(title="Too much"), key=key).code == "points-complete"
    portal.ask("DELETE", path_of(portal, member, first), member, version=1)
    assert portal.enter(member, entry(), key=key).status == 201


def test_a_key_belongs_to_its_caller_method_and_path(portal: Portal) -> None:
    key = new_key()
    one, two = portal.member("IPMA-SCP", "IPMA-CS"), portal.member()
    answers = [portal.enter(one, entry(), key=key), portal.enter(two, entry(title="Mine"), key=key)]
    other = f"/api/certifications/{one.certification_ids[1]}/entries"
    answers.append(portal.post(other, one, {"entries": [entry(title="Other")]}, key=key))
    assert [answer.status for answer in answers] == [201, 201, 201]
    assert len({answer.json["entries"][0]["entry_id"] for answer in answers}) == 3
    assert portal.post(portal.cycle_path(one, "invoice"), one, key=key).status == 201
    assert (
        portal.ask("DELETE", path_of(portal, one, answers[0].json["entries"][0]), one, version=1).status
        == 204
    )
