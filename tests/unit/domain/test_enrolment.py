"""What a row of the roster makes of a member and a certification, and that a rerun rolls nothing back."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from shared.domain.certifications import Certification
from shared.domain.recertification import Recertification
from shared.domain.roster import Enrollment, Standing
from tests.unit.domain.builders import NOW, PROGRAM, invoice, session
from tests.unit.domain.roster_rows import (
    NOTHING_HELD,
    enrolled,
    holding,
    known_with,
    row,
    standing,
)


def test_a_new_certification_is_in_its_first_cycle_since_the_day_it_was_certified() -> None:
    found = enrolled(row())
    certification, cycle = holding(found)
    assert found.outcomes == {1: "created"}
    assert (found.member.login, found.member.name) == ("wanted", "Marge Bouvier")
    assert (certification.status, certification.member_name) == ("new", "Marge Bouvier")
    assert (cycle.number, cycle.starts_on, cycle.ends_on) == (1, date(2025, 5, 1), date(2027, 12, 31))
    assert cycle.signable_from is None


def test_a_renewed_certification_is_in_a_later_cycle_of_three_years() -> None:
    found = enrolled(row(status="renew", certified_since="2012-05-01"))
    _, cycle = holding(found)
    assert (cycle.starts_on, cycle.ends_on) == (date(2025, 1, 1), date(2027, 12, 31))
    assert cycle.signable_from == date(2025, 1, 1)


@pytest.mark.parametrize(
    ("certified_since", "starts_on"), [("2012-05-01", date(2025, 1, 1)), ("2025-05-01", date(2025, 5, 1))]
)
def test_a_terminated_certification_keeps_the_cycle_it_ended_in(
    certified_since: str, starts_on: date
) -> None:
    certification, cycle = holding(enrolled(row(status="terminated", certified_since=certified_since)))
    assert (certification.status, certification.terminated_reason) == ("terminated", "imported")
    assert cycle.starts_on == starts_on


def test_two_designations_of_a_member_are_two_certifications() -> None:
    """Rule 10."""
    found = enrolled(row(1), row(2, designation="IPMA-SCP", status="renew"))
    assert found.outcomes == {1: "created", 2: "created"}
    first, second = holding(found, "IPMA-CP"), holding(found, "IPMA-SCP")
    assert first[0].certification_id != second[0].certification_id
    assert first[1].cycle_id != second[1].cycle_id


def test_the_same_row_again_changes_nothing() -> None:
    rows = row(1), row(2, designation="IPMA-SCP")
    known = standing(enrolled(*rows))
    again = enrolled(*rows, known=known)
    assert again.outcomes == {1: "unchanged", 2: "unchanged"}
    assert (again.member, again.holdings) == (known.member, known.holdings)


def test_a_person_without_a_designation_is_created_once() -> None:
    person = row(**NOTHING_HELD)
    first = enrolled(person)
    assert (first.outcomes, first.holdings) == ({1: "created"}, {})
    assert enrolled(person, known=standing(first)).outcomes == {1: "unchanged"}


def test_a_row_without_a_designation_takes_nothing_away() -> None:
    known = standing(enrolled(row()))
    again = enrolled(row(**NOTHING_HELD), known=known)
    assert (again.outcomes, again.holdings) == ({1: "unchanged"}, known.holdings)


def test_a_new_name_goes_to_every_certification_of_the_member() -> None:
    known = standing(enrolled(row(1), row(2, designation="IPMA-SCP")))
    again = enrolled(row(last_name="Simpson"), known=known)
    assert again.outcomes == {1: "updated"}
    for designation in ("IPMA-CP", "IPMA-SCP"):
        before, after = known.holdings[designation][0], again.holdings[designation][0]
        assert (after.member_name, after.version) == ("Marge Simpson", before.version + 1)
        assert again.holdings[designation][1] == known.holdings[designation][1]
    assert enrolled(row(last_name="Simpson"), known=standing(again)).outcomes == {1: "unchanged"}


def test_another_address_needs_another_account_and_another_name_does_not() -> None:
    known = standing(enrolled(row()))
    assert known.member is not None
    assert enrolled(row(email="marge@example.com"), known=known).member.login == "wanted"
    assert enrolled(row(first_name="M."), known=known).member.login == "made"


@pytest.mark.parametrize("holder", ["m-2", "m-10"])
def test_an_address_of_another_member_rejects_every_row(holder: str) -> None:
    found = enrolled(row(1), row(2, designation="IPMA-CS"), known=Standing(email_holder=holder))
    assert (found.outcomes, found.holdings) == ({}, {})
    assert [(fault.row, fault.field) for fault in found.faults] == [(1, "email"), (2, "email")]


def test_ones_own_address_is_no_fault_in_any_case_of_the_id() -> None:
    known = standing(enrolled(row()))
    again = enrolled(row(member_id="m-1"), known=known)
    assert (again.outcomes, again.faults) == ({1: "unchanged"}, ())
    assert again.member.member_id == "M-1"


def test_rows_of_one_member_must_agree_on_the_person() -> None:
    found = enrolled(
        row(1), row(2, designation="IPMA-CS", last_name="Simpson"), row(3, designation="IPMA-SCP")
    )
    assert found.outcomes == {1: "created", 3: "created"}
    assert [(fault.row, fault.field) for fault in found.faults] == [(2, "last_name")]


def test_one_designation_stands_once() -> None:
    found = enrolled(row(1), row(2, expires_on="2028-12-31"))
    assert holding(found)[0].expires_on == date(2027, 12, 31)
    assert [(fault.row, fault.field) for fault in found.faults] == [(2, "designation")]


def test_changed_days_move_a_cycle_that_nobody_submitted() -> None:
    known = known_with(points_total=44, version=9)
    found = enrolled(row(expires_on="2028-12-31"), known=known)
    certification, cycle = holding(found)
    assert found.outcomes == {1: "updated"}
    assert certification.expires_on == cycle.ends_on == date(2028, 12, 31)
    assert (cycle.points_total, cycle.version, cycle.number) == (44, 10, 1)


def test_a_corrected_day_of_certification_moves_the_first_window() -> None:
    """A first cycle starts on `certified_since`."""
    found = enrolled(row(certified_since="2025-03-01"), known=known_with(version=4))
    certification, cycle = holding(found)
    assert certification.certified_since == cycle.starts_on == date(2025, 3, 1)
    assert cycle.version == 5


def test_changed_committees_leave_the_cycle_alone() -> None:
    known = known_with(version=4)
    found = enrolled(row(committees="Ethics"), known=known)
    assert found.outcomes == {1: "updated"}
    assert holding(found)[0].committees == ("Ethics",)
    assert holding(found)[1] == known.holdings["IPMA-CP"][1]


@pytest.mark.parametrize(
    "changes",
    [{"state": "submitted"}, {"number": 2}, {"state": "returned", "signings": 1}],
)
def test_what_the_portal_knows_better_is_not_changed_by_import(changes: dict[str, Any]) -> None:
    known = known_with(**changes)
    found = enrolled(row(expires_on="2028-12-31"), known=known)
    assert (found.outcomes, found.holdings) == ({}, known.holdings)
    assert [(fault.row, fault.field) for fault in found.faults] == [(1, "expires_on")]
    assert "31 December 2027" in found.faults[0].detail
    other = enrolled(row(certified_since="2025-03-01"), known=known)
    assert holding(other)[0].certified_since == date(2025, 3, 1)
    assert holding(other)[1] == known.holdings["IPMA-CP"][1]


def test_the_same_row_after_an_approval_rolls_nothing_back() -> None:
    known = standing(enrolled(row()))
    certification, cycle = known.holdings["IPMA-CP"]
    moved_on = replace(certification, status="renew", expires_on=date(2030, 12, 31), version=2)
    next_cycle = replace(cycle, number=2, starts_on=date(2027, 6, 16), ends_on=date(2030, 12, 31))
    known = replace(known, holdings={"IPMA-CP": (moved_on, next_cycle)})
    found = enrolled(row(), known=known)
    assert (found.outcomes, found.holdings) == ({1: "unchanged"}, known.holdings)
    caught_up = enrolled(row(status="renew", expires_on="2030-12-31"), known=known)
    assert (caught_up.outcomes, caught_up.faults) == ({1: "updated"}, ())
    assert holding(caught_up)[1] == next_cycle
    assert (holding(caught_up)[0].expires_on, holding(caught_up)[0].status) == (date(2030, 12, 31), "renew")


def test_a_termination_by_the_old_system_is_taken_and_taken_back() -> None:
    known = standing(enrolled(row()))
    ended = enrolled(row(status="terminated"), known=known)
    assert holding(ended)[0].terminated_reason == "imported"
    back = enrolled(row(), known=standing(ended))
    assert (holding(back)[0].status, holding(back)[0].terminated_reason) == ("new", "")


# --- what the portal decided (rule 7) ---

LAPSED: dict[str, Any] = {"status": "terminated", "terminated_reason": "lapsed"}
EXTENDED: dict[str, Any] = {"extended_to": date(2028, 6, 30), "extension_reason": "Illness"}


def decided(**changes: Any) -> Standing:
    """A member enrolled from the sound row, whose certification the portal has changed since."""
    known = standing(enrolled(row()))
    certification, cycle = known.holdings["IPMA-CP"]
    return replace(known, holdings={"IPMA-CP": (replace(certification, version=2, **changes), cycle)})


def held(known: Standing | Enrollment) -> Certification:
    return known.holdings["IPMA-CP"][0]


@pytest.mark.parametrize("changes", [LAPSED, EXTENDED, LAPSED | EXTENDED])
@pytest.mark.parametrize(
    "news", [{"committees": "Ethics"}, {"certified_since": "2025-03-01"}, {"last_name": "Simpson"}]
)
def test_a_row_that_says_nothing_new_of_the_end_takes_no_decision_back(
    changes: dict[str, Any], news: dict[str, str]
) -> None:
    known = decided(**changes)
    found = enrolled(row(**news), known=known)
    assert (found.outcomes, found.faults) == ({1: "updated"}, ())
    names = ("expires_on", "status", "terminated_reason", "extended_to", "extension_reason")
    assert [getattr(held(found), name) for name in names] == [getattr(held(known), name) for name in names]


def test_a_row_of_before_the_approval_may_still_bring_another_committee() -> None:
    known = known_with(number=2, starts_on=date(2028, 1, 1), ends_on=date(2030, 12, 31))
    certification, cycle = known.holdings["IPMA-CP"]
    renewed = replace(certification, status="renew", expires_on=date(2030, 12, 31))
    known = replace(known, holdings={"IPMA-CP": (renewed, cycle)})
    found = enrolled(row(committees="Ethics"), known=known)
    assert (found.outcomes, found.faults) == ({1: "updated"}, ())
    assert held(found).committees == ("Ethics",)
    assert (held(found).expires_on, holding(found)[1]) == (date(2030, 12, 31), cycle)


@pytest.mark.parametrize(
    ("changes", "news", "field"),
    [
        (LAPSED, {"status": "renew"}, "status"),
        (LAPSED, {"expires_on": "2027-06-30"}, "expires_on"),
        (LAPSED, {"expires_on": "2028-12-31", "status": "terminated"}, "expires_on"),
        (EXTENDED, {"status": "terminated"}, "status"),
        (EXTENDED, {"expires_on": "2027-06-30"}, "expires_on"),
    ],
)
def test_a_new_end_that_contradicts_a_decision_is_rejected_and_not_remembered(
    changes: dict[str, Any], news: dict[str, str], field: str
) -> None:
    known = decided(**changes)
    found = enrolled(row(**news), known=known)
    assert (found.outcomes, found.holdings) == ({}, known.holdings)
    assert [(fault.row, fault.field) for fault in found.faults] == [(1, field)]
    assert "lapsed here" in found.faults[0].detail or "extended" in found.faults[0].detail
    assert enrolled(row(committees="Ethics"), known=known).outcomes == {1: "updated"}


@pytest.mark.parametrize("changes", [LAPSED, EXTENDED])
def test_a_later_last_day_is_a_correction_and_moves_the_cycle(changes: dict[str, Any]) -> None:
    found = enrolled(row(expires_on="2028-12-31"), known=decided(**changes))
    assert (found.outcomes, found.faults) == ({1: "updated"}, ())
    assert (held(found).status, held(found).terminated_reason) == ("new", "")
    assert held(found).expires_on == holding(found)[1].ends_on == date(2028, 12, 31)


def test_the_old_system_may_catch_up_with_a_lapse() -> None:
    known = decided(**LAPSED)
    found = enrolled(row(status="terminated"), known=known)
    assert (found.outcomes, held(found).terminated_reason) == ({1: "updated"}, "lapsed")
    assert holding(found)[1] == known.holdings["IPMA-CP"][1]
    back = enrolled(row(), known=standing(found))
    assert [fault.field for fault in back.faults] == ["status"]


# --- what lies in a cycle (rule 6) ---


def filled(known: Standing, *, invoiced: bool = False, **days: date) -> Standing:
    """The same, with an entry on these days, and with an invoice."""
    certification, cycle = known.holdings["IPMA-CP"]
    found = Recertification(PROGRAM, certification, cycle, invoice=invoice() if invoiced else None)
    entries = found.entries_of(session("webinar", **days), session_key="k", by="M-1", now=NOW)
    return replace(known, within={"IPMA-CP": replace(found, entries=entries)})


LATER = {"expires_on": "2030-12-31", "status": "renew"}
ON_THE_FIRST_DAY = {"started_on": date(2025, 5, 1), "ended_on": date(2025, 5, 1)}


@pytest.mark.parametrize(
    ("news", "days", "field"),
    [
        (LATER, {}, "expires_on"),
        ({"expires_on": "2026-03-01"}, {}, "expires_on"),
        ({"certified_since": "2025-05-02"}, ON_THE_FIRST_DAY, "certified_since"),
    ],
)
def test_a_cycle_does_not_move_away_from_its_entries(
    news: dict[str, str], days: dict[str, date], field: str
) -> None:
    known = filled(known_with(), **days)
    found = enrolled(row(**news), known=known)
    assert (found.outcomes, found.holdings) == ({}, known.holdings)
    assert [(fault.row, fault.field) for fault in found.faults] == [(1, field)]
    assert "1 of the entries" in found.faults[0].detail
    moved = enrolled(row(expires_on="2028-12-31"), known=known)
    assert moved.outcomes == {1: "updated"}


def test_entries_that_accrue_by_themselves_follow_the_cycle() -> None:
    known = filled(known_with())
    found = known.within["IPMA-CP"]
    accrued = replace(found, entries=tuple(replace(each, standing_id="s") for each in found.entries))
    moved = enrolled(row(**LATER), known=replace(known, within={"IPMA-CP": accrued}))
    assert (moved.outcomes, holding(moved)[1].starts_on) == ({1: "updated"}, date(2028, 1, 1))


def test_a_cycle_keeps_the_last_day_that_its_invoice_names() -> None:
    known = filled(known_with(), invoiced=True)
    found = enrolled(row(expires_on="2028-12-31"), known=known)
    assert [(fault.row, fault.field) for fault in found.faults] == [(1, "expires_on")]
    assert "invoice is out" in found.faults[0].detail
    assert found.holdings == known.holdings
    assert enrolled(row(certified_since="2025-03-01"), known=known).outcomes == {1: "updated"}


def test_a_termination_by_the_old_system_leaves_the_cycle_that_it_ends_in() -> None:
    known = filled(known_with(), invoiced=True, **ON_THE_FIRST_DAY)
    found = enrolled(row(status="terminated", certified_since="2025-05-01"), known=known)
    assert (found.outcomes, holding(found)[1]) == ({1: "updated"}, known.holdings["IPMA-CP"][1])
