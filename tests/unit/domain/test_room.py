"""How much one cycle can hold: counted as it is signed, with what accrues, and refused before it is too much."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from shared.domain import ids, room
from shared.domain.entries import Entry
from shared.domain.errors import InvalidRequest, NotReadyToSubmit
from shared.domain.program import Agreement
from shared.domain.recertification import Recertification
from shared.domain.reviewing import return_to_member
from shared.domain.room import FULL, MOST_DECIDED, MOST_ENTRIES, MOST_HELD, MOST_SIGNED, TOO_LONG, held
from shared.domain.standing import StandingClaim
from shared.domain.submissions import Adjustment, signed_text
from shared.programs import load_editions
from shared.programs.editions import LONGEST_AGREEMENT
from shared.repositories import items, values
from tests.unit.domain.builders import (
    NOW,
    PROGRAM,
    TODAY,
    approve,
    claim,
    cycle_with,
    decision,
    delete,
    document,
    edit,
    empty_cycle,
    enter,
    entry_of,
    paid,
    session,
    sign,
    submission_of,
)

KEY = "f" * 64
WIDE = "\U0001d4b3"
WORDS = ["", "a", '"', "\n", "\\", "漢", WIDE]
EMPLOYED = StandingClaim(
    f"std_{KEY}",
    "employment",
    "HR officer",
    "City",
    date(2019, 1, 1),
    None,
    "",
    logged_at=NOW,
    logged_by="M-1",
)


def refused(fault: str, pointer: str, change: Any) -> None:
    with pytest.raises(InvalidRequest) as told:
        change()
    assert [(each.pointer, each.detail) for each in told.value.faults] == [(pointer, fault)]


def entries(count: int, letter: str, documents: int) -> tuple[Entry, ...]:
    """Entries of one letter, as long as a field may be, and all the rest of them as long as it gets."""
    names = tuple(f"doc_{number:020d}_{KEY}" for number in range(documents))
    said = claim(
        "x" * 40,
        "999999.123456",
        title=letter * 200,
        organization=letter * 200,
        notes=letter * 300,
        document_ids=names,
        unit="u" * 200,
        relevant_percent=Decimal("99.123456"),
    )
    at = datetime(2027, 6, 15, 15, 0, 1, 123456, tzinfo=UTC)
    by, points = "m" * 64, Decimal("999999999.123456")
    return tuple(
        Entry(ids.entry_id(KEY, row), said, points, at, version=10_000, logged_by=by) for row in range(count)
    )


@pytest.mark.parametrize("letter", WORDS)
@pytest.mark.parametrize("documents", [0, 20])
def test_entries_are_no_longer_signed_or_kept_than_they_are_counted(letter: str, documents: int) -> None:
    made = entries(20, letter, documents)
    found = replace(empty_cycle(), entries=made)
    counted = held(found, ())
    text = signed_text(Agreement("", ""), "", NOW, made)
    assert counted * 0.7 < len(text.encode()) <= counted
    kept = values.write({"entries": [items.attributes(each) for each in made]})
    assert size(kept) <= counted


def size(value: Any) -> int:
    ((kind, inside),) = value.items()
    if kind == "M":
        return 3 + sum(len(name) + 1 + size(each) for name, each in inside.items())
    if kind == "L":
        return 3 + sum(1 + size(each) for each in inside)
    return len(inside.encode()) if isinstance(inside, str) else 1


@pytest.mark.parametrize("program", ["ipma-hr", "asq", "hrpa", "ipma-canada", "example-reinstatement"])
def test_the_agreement_finds_room_beside_the_fullest_cycle(program: str) -> None:
    for edition in load_editions(program).programs:
        assert len(edition.agreement.text.encode()) <= LONGEST_AGREEMENT
    assert MOST_HELD + 2 * LONGEST_AGREEMENT + 200 * 4 + 500 < MOST_SIGNED < 400_000


@pytest.mark.parametrize("years", [1, 3, 5])
def test_what_accrues_is_counted_for_the_longest_cycle_that_can_follow(years: int) -> None:
    program = replace(PROGRAM, cycle_years=years)
    long = replace(EMPLOYED, title=WIDE * 200, organization=WIDE * 200, notes=WIDE * 300)
    found = replace(empty_cycle(program=program), standing=(long,))
    next_end = date(found.cycle.ends_on.year + years, 12, 31)
    days = {"starts_on": date(next_end.year - 2 * years, 1, 1), "ends_on": next_end}
    for each in (found, replace(found, cycle=replace(found.cycle, **days))):
        accrued = each.accrued(each.cycle.ends_on).entries
        text = signed_text(Agreement("", ""), "", NOW, accrued)
        assert len(text.encode()) <= held(found, found.standing)


def test_a_cycle_takes_so_many_entries_and_those_that_accrue_besides() -> None:
    found = replace(empty_cycle(program=tracking()), standing=(EMPLOYED,)).accrued(TODAY)
    found = enter(found, (claim("webinar"),) * (MOST_ENTRIES - 1), key="most")
    two = (claim("webinar"), claim("webinar"))
    refused(FULL, "/entries/1/title", lambda: enter(found, two))
    full = enter(found, two[:1])
    assert len([each for each in full.entries if not each.standing_id]) == MOST_ENTRIES
    assert len(full.entries) > MOST_ENTRIES
    refused(FULL, "/entries/0/title", lambda: enter(full, two[:1], key="more"))
    assert enter(delete(full, "webinar"), two[:1], key="more").entries
    assert edit(full, "webinar", title="Longer than it was before, and still one entry").entries


def tracking() -> Any:
    return replace(PROGRAM, at_limit="track")


def just_full(monkeypatch: pytest.MonkeyPatch, found: Recertification) -> Recertification:
    """The bound is what the cycle holds."""
    monkeypatch.setattr(room, "MOST_HELD", held(found, found.standing))
    return found


def test_a_full_cycle_is_made_no_longer_and_can_be_made_shorter(monkeypatch: pytest.MonkeyPatch) -> None:
    named = claim("webinar", title="Webinar", document_ids=("doc_1",))
    two = replace(cycle_with(named, claim("policy")), documents=(document("doc_1"), document("doc_2")))
    found = just_full(monkeypatch, two)
    refused(TOO_LONG, "/entries/0/title", lambda: enter(found, session("webinar")))
    refused(TOO_LONG, "/title", lambda: edit(found, "webinar", title="Webinar 2"))
    refused(TOO_LONG, "/title", lambda: edit(found, "webinar", notes="n"))
    refused(TOO_LONG, "/document_ids", lambda: edit(found, "webinar", document_ids=("doc_1", "doc_2")))
    of_webinar = entry_of(found, "webinar").entry_id
    refused(TOO_LONG, "/entry_id", lambda: found.attach(document("doc_3"), of_webinar, TODAY))
    refused(TOO_LONG, "/title", lambda: found.with_standing((EMPLOYED,), TODAY))
    assert edit(found, "webinar", title="Another", document_ids=()).entries
    shorter = edit(found, "webinar", title="W")
    assert edit(shorter, "webinar", title="Webinar").entries
    assert len(enter(delete(found, "policy"), session("policy")).entries) == 2


def test_the_first_row_that_finds_no_room_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    found = cycle_with()
    one = session("webinar")
    monkeypatch.setattr(room, "MOST_HELD", 2 * room.size_of(one))
    refused(TOO_LONG, "/entries/2/title", lambda: enter(found, one * 4))
    assert len(enter(found, one * 2).entries) == 2


def test_a_standing_claim_is_made_no_longer_where_the_cycle_is_full(monkeypatch: pytest.MonkeyPatch) -> None:
    found = just_full(monkeypatch, replace(empty_cycle(), standing=(EMPLOYED,)))
    longer, shorter = replace(EMPLOYED, title="HR officers"), replace(EMPLOYED, title="HR")
    seen = (EMPLOYED.standing_id, "1")
    refused(TOO_LONG, "/title", lambda: found.with_standing((longer,), TODAY, seen))
    assert found.with_standing((shorter,), TODAY, seen).standing == (shorter,)
    assert found.with_standing((), TODAY, seen).standing == ()


def test_one_that_held_more_before_there_was_a_bound_can_still_be_made_shorter(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found = replace(cycle_with(claim("webinar")), standing=(EMPLOYED, replace(EMPLOYED, standing_id="std_2")))
    monkeypatch.setattr(room, "MOST_HELD", 10)
    assert edit(found, "webinar", title="W").entries
    assert found.with_standing((EMPLOYED,), TODAY, ("std_2", "1")).standing == (EMPLOYED,)
    assert delete(found, "webinar").entries is not None


def test_what_is_too_long_to_be_kept_is_said_before_it_is_signed() -> None:
    long = claim("webinar", title=WIDE * 200, organization=WIDE * 200, notes=WIDE * 300)
    with pytest.raises(NotReadyToSubmit) as told:
        sign(cycle_with(*[long] * 130))
    assert told.value.detail == TOO_LONG


def test_a_decision_has_so_many_words_in_all() -> None:
    signed = paid(sign(cycle_with(points=50)))
    entry_id, submission_id = signed.entries[0].entry_id, submission_of(signed).submission_id
    most = WIDE * (MOST_DECIDED - 1)
    said = replace(decision("return", "x"), entry_comments={entry_id: most})
    adjusted = replace(decision(), entry_adjustments={entry_id: Adjustment(Decimal(50), most)})
    assert return_to_member(signed, submission_id, said, TODAY).submission
    assert approve(signed, replace(adjusted, comment="x"))
    for change in (
        lambda: return_to_member(signed, submission_id, replace(said, comment="xx"), TODAY),
        lambda: approve(signed, replace(adjusted, comment="xx")),
    ):
        with pytest.raises(InvalidRequest) as told:
            change()
        (fault,) = told.value.faults
        assert (fault.pointer, "50,001" in fault.detail) == ("/comment", True)
