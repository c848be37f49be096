"""A session as it is sent: its size, its edits, and the faults of schema and domain in one list."""

from decimal import Decimal
from typing import Any

import pytest

from shared.schemas.points import Cycle, Dashboard, EntrySent, EntrySession, readable_fields
from tests.unit.domain.builders import TODAY, claim, cycle_with, empty_cycle
from tests.unit.schemas.sent import all_pointers, entry, pointers_in


@pytest.mark.parametrize(
    ("body", "pointers"),
    [
        ({"entries": []}, ["/entries"]),
        ({"entries": [entry()] * 51}, ["/entries"]),
        ({"entries": [entry()] * 50}, []),
        ({"entries": {}}, ["/entries"]),
        ({"entries": None}, ["/entries"]),
        ({}, ["/entries"]),
        ([], [""]),
        ("text", [""]),
        ({"entries": [entry(), 7, "x"]}, ["/entries/1", "/entries/2"]),
        ({"entries": [entry()], "more": 1}, ["/more"]),
    ],
)
def test_a_session_is_a_list_of_1_to_50_entries(body: Any, pointers: list[str]) -> None:
    assert pointers_in(EntrySession, body) == pointers


def test_faults_of_schema_and_domain_come_in_one_list() -> None:
    body = {
        "entries": [
            entry(quantity="2", started_on="1999-01-01"),
            entry(activity="golf", title=""),
            entry(ended_on="soon", quantity=Decimal("1.5"), document_ids=["doc_of_another"]),
            entry(),
        ]
    }
    assert sorted(all_pointers(body)) == [
        "/entries/0/quantity",
        "/entries/0/started_on",
        "/entries/1/activity",
        "/entries/1/title",
        "/entries/2/document_ids/0",
        "/entries/2/ended_on",
        "/entries/2/quantity",
    ]


def test_a_fault_is_named_once() -> None:
    body = {"entries": [entry(quantity=-1, started_on="1999-01-01", more=1)]}
    assert sorted(all_pointers(body)) == [
        "/entries/0/more",
        "/entries/0/quantity",
        "/entries/0/started_on",
    ]


@pytest.mark.parametrize("body", [None, [], 7, "x", {}, {"entries": 7}, {"entries": [7, None, []]}])
def test_the_domain_stumbles_over_no_body(body: Any) -> None:
    assert all_pointers(body)


def test_an_edit_keeps_the_notes_and_documents_that_it_omits() -> None:
    old = claim("webinar", notes="Old notes", document_ids=("doc_1",))
    kept = EntrySent.model_validate(entry(title="New")).replacing(old)
    assert (kept.title, kept.notes, kept.document_ids) == ("New", "Old notes", ("doc_1",))
    emptied = EntrySent.model_validate(entry(notes="", document_ids=[])).replacing(old)
    assert (emptied.notes, emptied.document_ids) == ("", ())


def test_the_dashboard_says_it_all_in_the_words_of_the_contract() -> None:
    answered = Dashboard.of(cycle_with(claim("webinar", 2), points=44), TODAY).model_dump(mode="json")
    assert set(answered) >= {"certification", "cycle", "entries", "submission", "invoice", "documents"}
    cycle = answered["cycle"]
    assert (cycle["points_total"], cycle["points_required"], cycle["points_missing"]) == (44, 50, 6)
    assert cycle["by_category"] == {"employment": 42, "webinar": 2}
    assert (cycle["state"], cycle["starts_on"], cycle["ends_on"]) == ("entering", "2025-01-01", "2027-12-31")
    webinar = next(each for each in answered["entries"] if each["activity"] == "webinar")
    assert (webinar["points"], webinar["quantity"], webinar["started_on"]) == (2, 2, "2026-03-01")
    assert answered["certification"]["access"] == "open"


def test_whole_points_are_whole_numbers_and_others_keep_their_decimals() -> None:
    answered = Cycle.of(empty_cycle(), TODAY).model_dump_json()
    assert '"points_total":0,' in answered
    assert '"points_required":50,' in answered


def test_an_entry_without_its_list_is_told_so_and_no_field_twice() -> None:
    assert sorted(all_pointers(entry(started_on="1999-01-01"))).count("/started_on") == 1


def test_every_field_of_a_body_that_is_partly_wrong_can_be_read() -> None:
    assert readable_fields({name: object() for name in EntrySent.model_fields}) == {}
