"""Standing claims and the shortest way through the real handlers."""

import pytest

from shared.repositories.table import Table, Write
from tests.integration.portal import Person, Portal, entry, new_key

EMPLOYMENT = {
    "activity": "employment",
    "title": "HR officer",
    "organization": "City of Springfield",
    "started_on": "2019-05-01",
}


@pytest.fixture
def member(portal: Portal) -> Person:
    return portal.member()


def path(portal: Portal, member: Person, *rest: str) -> str:
    return portal.cycle_path(member, "/".join(("standing-claims", *rest)))


def test_a_standing_claim_accrues_year_by_year_and_is_shown_with_its_entries(
    portal: Portal, member: Person
) -> None:
    made = portal.post(path(portal, member), member, EMPLOYMENT)
    assert made.status == 201, made.json
    claim = made.json["standing_claim"]
    assert (claim["ended_on"], claim["version"]) == (None, 1)
    before = portal.dashboard(member)
    years = before["cycle"]["points_total"]
    assert years == len(before["entries"]) > 0
    assert before["standing"] == [claim]
    assert {each["standing_id"] for each in before["entries"]} == {claim["standing_id"]}
    portal.at("2027-12-31T12:00:00-05:00")
    assert portal.dashboard(member)["cycle"]["points_total"] >= years
    assert portal.dashboard(member)["cycle"]["version"] == before["cycle"]["version"]


def test_it_is_changed_ended_and_deleted_by_its_version(portal: Portal, member: Person) -> None:
    claim = portal.post(path(portal, member), member, EMPLOYMENT).json["standing_claim"]
    own = path(portal, member, claim["standing_id"])
    ended = portal.put(own, member, {**EMPLOYMENT, "ended_on": "2025-04-30"}, version=1)
    assert (ended.status, ended.json["ended_on"], ended.json["version"]) == (200, "2025-04-30", 2)
    assert portal.put(own, member, EMPLOYMENT, version=1).code == "version-conflict"
    assert portal.dashboard(member)["cycle"]["points_total"] == 0 or portal.dashboard(member)["entries"]
    assert portal.ask("DELETE", own, member, version=2).status == 204
    assert portal.ask("DELETE", own, member, version=2).code == "not-found"
    after = portal.dashboard(member)
    assert (after["standing"], after["entries"], after["cycle"]["points_total"]) == ([], [], 0)


def test_a_deletion_that_a_try_before_has_done_is_no_refusal(
    portal: Portal, member: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    claim = portal.post(path(portal, member), member, EMPLOYMENT).json["standing_claim"]
    real = Table.transact

    def twice(table: Table, writes: list[Write]) -> None:
        real(table, writes)
        real(table, writes)

    own = path(portal, member, claim["standing_id"])
    with monkeypatch.context() as patch:
        patch.setattr(Table, "transact", twice)
        assert portal.ask("DELETE", own, member, version=1).status == 204
    assert portal.dashboard(member)["standing"] == []
    assert portal.ask("DELETE", own, member, version=1).code == "not-found"


def test_a_key_used_again_enters_nothing_more(portal: Portal, member: Person) -> None:
    first = portal.post(path(portal, member), member, EMPLOYMENT, key="7d0c2f3e-7d40-4f4e-9a51-6a1b2c3d4e5f")
    again = portal.post(path(portal, member), member, EMPLOYMENT, key="7d0c2f3e-7d40-4f4e-9a51-6a1b2c3d4e5f")
    assert (again.status, again.json) == (201, first.json)
    assert len(portal.dashboard(member)["standing"]) == 1


def test_a_key_used_again_after_the_claim_was_deleted_gives_the_first_answer(
    portal: Portal, member: Person
) -> None:
    key = new_key()
    first = portal.post(path(portal, member), member, EMPLOYMENT, key=key).json["standing_claim"]
    assert portal.ask("DELETE", path(portal, member, first["standing_id"]), member, version=1).status == 204
    again = portal.post(path(portal, member), member, EMPLOYMENT, key=key)
    assert (again.status, again.json["standing_claim"]) == (201, first)
    assert portal.dashboard(member)["standing"] == []


def test_at_the_required_points_none_is_entered_and_none_raised(portal: Portal, member: Person) -> None:
    late = {**EMPLOYMENT, "started_on": "2027-01-01"}
    claim = portal.post(path(portal, member), member, late).json["standing_claim"]
    portal.points(member, 50)
    refused = portal.post(path(portal, member), member, {**EMPLOYMENT, "activity": "board-member"})
    assert (refused.status, refused.code) == (409, "points-complete")
    assert (refused.json["points_total"], refused.json["points_required"]) == (50, 50)
    own = path(portal, member, claim["standing_id"])
    assert portal.put(own, member, EMPLOYMENT, version=1).code == "points-complete"
    assert portal.put(own, member, {**late, "title": "HR director"}, version=1).status == 200
    dashboard = portal.dashboard(member)
    assert (dashboard["cycle"]["points_total"], len(dashboard["standing"])) == (50, 1)


def test_its_entries_are_kept_by_the_claim(portal: Portal, member: Person) -> None:
    portal.post(path(portal, member), member, EMPLOYMENT)
    accrued = portal.dashboard(member)["entries"][0]
    own = portal.cycle_path(member, f"entries/{accrued['entry_id']}")
    refused = portal.put(own, member, entry("employment"), version=1)
    assert (refused.code, "accrues by itself" in refused.json["detail"]) == ("accrues-by-itself", True)
    refused = portal.ask("DELETE", own, member, version=1)
    assert (refused.status, refused.code) == (409, "accrues-by-itself")
    assert refused.json["title"] == "This entry comes by itself"
    refused = portal.post(path(portal, member), member, {**EMPLOYMENT, "activity": "webinar"})
    assert refused.pointers == ["/activity"]


def test_what_was_done_stands_in_the_history(portal: Portal, member: Person) -> None:
    portal.post(path(portal, member), member, EMPLOYMENT)
    told = portal.get(portal.cycle_path(member, "history"), member)
    assert told.status == 200, told.json
    assert "A standing claim was entered: HR officer." in [each["text"] for each in told.json["items"]]


def test_the_shortest_way_is_told(portal: Portal, member: Person) -> None:
    portal.points(member, 45)
    found = portal.get(portal.cycle_path(member, "shortest-ways"), member)
    assert found.status == 200, found.json
    assert (found.json["points_missing"], found.json["missing"]) == (5, ["5 points missing."])
    assert found.json["ways"][0]["steps"] == [
        {"activity": "webinar", "title": "Webinar, live or recorded", "quantity": 5, "unit": "webinar"}
    ]


def test_what_is_wrong_with_a_claim_is_told_before_its_version(portal: Portal, member: Person) -> None:
    claim = portal.post(path(portal, member), member, EMPLOYMENT).json["standing_claim"]
    own = path(portal, member, claim["standing_id"])
    assert portal.put(own, member, {**EMPLOYMENT, "activity": "webinar"}, version=7).code == "invalid-request"
    assert portal.put(own, member, EMPLOYMENT, version=7).code == "version-conflict"
    assert portal.ask("DELETE", own, member, version=7).code == "version-conflict"
