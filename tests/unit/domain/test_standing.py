"""Standing claims: entered once, they accrue by themselves; and the shortest way counts what will accrue."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from shared.domain.certifications import Certification
from shared.domain.errors import (
    AccruesByItself,
    CycleLocked,
    InvalidRequest,
    NotReadyToSubmit,
    PointsComplete,
)
from shared.domain.program import Program
from shared.domain.recertification import Recertification
from shared.domain.shortest_way import outlook
from shared.domain.standing import StandingClaim
from shared.programs import load_editions
from tests.unit.domain.builders import (
    PROGRAM,
    TODAY,
    approve,
    claim,
    cycle_of,
    delete,
    document,
    edit,
    empty_cycle,
    enter,
    paid,
    sign,
    standing,
    with_documents,
)

ASQ = load_editions("asq").programs[0]
CANADA = load_editions("ipma-canada").programs[0]
HRPA = load_editions("hrpa").programs[0]
LAST_DAY = date(2027, 12, 31)


def under(program: Program, designation: str, *claims: StandingClaim) -> Recertification:
    held = Certification("crt_x", "M-1", "Marge", designation, date(2025, 1, 1), LAST_DAY, "new")
    return Recertification(program, held, cycle_of(held), standing=claims)


def total(found: Recertification, on: date) -> Decimal:
    return found.accrued(on).cycle.points_total


@pytest.mark.parametrize(
    ("on", "points"),
    [
        (date(2025, 12, 30), 0),
        (date(2025, 12, 31), 1),
        (date(2026, 12, 31), 2),
        (LAST_DAY, 3),
        (date(2028, 6, 1), 3),
    ],
)
def test_a_year_accrues_when_it_is_over(on: date, points: int) -> None:
    assert total(empty_cycle().with_standing((standing(),), TODAY), on) == points


@pytest.mark.parametrize(
    ("on", "units"),
    [(date(2025, 1, 30), "0"), (date(2025, 1, 31), "0.3"), (TODAY, "8.7"), (LAST_DAY, "10.8")],
)
def test_a_month_accrues_when_it_is_over(on: date, units: str) -> None:
    assert total(under(ASQ, "CQE", standing("employment-full-time")), on) == Decimal(units)


def test_it_accrues_from_its_first_day_to_its_last_within_the_cycle() -> None:
    short = standing(started_on=date(2025, 7, 1), ended_on=date(2026, 12, 31))
    found = empty_cycle().with_standing((short,), TODAY)
    (entry,) = found.accrued(LAST_DAY).entries
    assert (entry.claim.started_on, entry.claim.ended_on) == (date(2025, 7, 1), date(2026, 6, 30))
    assert entry.standing_id == short.standing_id


def test_what_accrued_counts_before_a_session_and_is_stored_with_it() -> None:
    found = empty_cycle().with_standing((standing(),), date(2026, 1, 1))
    assert found.cycle.points_total == 1
    found = enter(found, (claim("webinar", 48),))
    assert found.cycle.points_total == 50
    with pytest.raises(PointsComplete):
        enter(found, (claim("webinar", 1),), key="again")


def test_an_edit_of_the_claim_changes_what_it_accrued_and_an_end_takes_it_out() -> None:
    found = empty_cycle().with_standing((standing(),), TODAY)
    assert (found.cycle.points_total, len(found.entries)) == (2, 2)
    renamed = found.with_standing((replace(standing(), title="HR director"),), TODAY)
    assert {each.claim.title for each in renamed.entries} == {"HR director"}
    assert {each.version for each in renamed.entries} == {2}
    ended = renamed.with_standing((replace(standing(), ended_on=date(2025, 12, 31)),), TODAY)
    assert ended.cycle.points_total == 1
    assert ended.with_standing((), TODAY).entries == ()
    assert ended.cycle.version == found.cycle.version + 2


def full(points: int = 54) -> Recertification:
    return enter(empty_cycle(), (claim("webinar", points),))


@pytest.mark.parametrize("started_on", [date(2019, 5, 1), TODAY])
def test_at_the_required_points_no_standing_claim_is_entered(started_on: date) -> None:
    with pytest.raises(PointsComplete) as refused:
        full(50).with_standing((standing(started_on=started_on),), TODAY)
    assert refused.value.extra == {"points_total": 50, "points_required": 50}
    assert full(49).with_standing((standing(),), TODAY).cycle.points_total == 51


def test_a_standing_claim_is_raised_only_if_the_total_without_it_is_too_low() -> None:
    late = standing(started_on=date(2026, 1, 1))
    found = enter(empty_cycle().with_standing((late,), TODAY), (claim("webinar", 48),))
    assert (found.cycle.points_total, total(found, LAST_DAY)) == (49, 50)
    found = enter(found, (claim("webinar", 1),), key="again")
    earlier = standing()
    assert found.with_standing((earlier,), TODAY).cycle.points_total == 51, "49 without it"
    found = enter(empty_cycle().with_standing((late,), TODAY), (claim("webinar", 50),))
    with pytest.raises(PointsComplete, match="not made to earn more"):
        found.with_standing((earlier,), TODAY)
    for as_much in (replace(late, title="HR director"), replace(late, ended_on=date(2026, 6, 30))):
        assert found.with_standing((as_much,), TODAY).standing == (as_much,)
    assert found.with_standing((), TODAY).cycle.points_total == 50


def test_the_passing_of_time_may_carry_the_total_past_what_is_required() -> None:
    found = enter(empty_cycle().with_standing((standing(),), TODAY), (claim("webinar", 48),))
    assert total(found, LAST_DAY) == 51
    with pytest.raises(PointsComplete):
        found.with_standing((standing(), standing("board-member")), TODAY)


def test_an_edition_that_keeps_tracking_takes_further_standing_claims() -> None:
    track = replace(PROGRAM, at_limit="track")
    found = replace(full(), program=track)
    assert found.with_standing((standing(),), TODAY).cycle.points_total == 56


def test_an_accrued_entry_is_neither_edited_nor_deleted_itself() -> None:
    found = empty_cycle().with_standing((standing(),), TODAY)
    with pytest.raises(AccruesByItself):
        edit(found, "employment", quantity=3)
    with pytest.raises(AccruesByItself):
        delete(found, "employment")
    signed = sign(enter(found, (claim("webinar", 48),)))
    with pytest.raises(CycleLocked):
        edit(signed, "employment", quantity=3)
    with pytest.raises(CycleLocked):
        delete(signed, "employment")


def test_reading_changes_no_version_and_a_submitted_cycle_stays_as_it_was_signed() -> None:
    found = enter(empty_cycle().with_standing((standing(),), TODAY), (claim("webinar", 48),))
    assert found.accrued(LAST_DAY).cycle.version == found.cycle.version
    signed = sign(found)
    assert signed.accrued(LAST_DAY) is signed
    with pytest.raises(CycleLocked):
        signed.with_standing((), TODAY)
    _, following = approve(paid(signed))
    assert following.standing == found.standing
    assert total(following, date(2028, 6, 15)) == 1


def test_a_report_is_signed_with_what_has_accrued_by_then() -> None:
    found = enter(empty_cycle().with_standing((standing(),), date(2025, 6, 1)), (claim("webinar", 48),))
    assert sign(found).cycle.points_total == 50
    with pytest.raises(NotReadyToSubmit, match="1 point missing"):
        sign(replace(found, standing=(standing(started_on=date(2025, 7, 1)),)))


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"activity": "webinar"}, "/activity"),
        ({"activity": "golf"}, "/activity"),
        ({"started_on": date(2027, 6, 16)}, "/started_on"),
        ({"ended_on": date(2019, 4, 30)}, "/ended_on"),
    ],
)
def test_a_claim_that_cannot_be_is_refused(changes: dict[str, Any], pointer: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        empty_cycle().with_standing((standing(**changes),), TODAY)
    assert [fault.pointer for fault in refused.value.faults] == [pointer]


def test_what_accrued_takes_documents_and_keeps_them_when_its_claim_changes() -> None:
    found = empty_cycle().with_standing((standing(),), TODAY)
    made = found.entries[0]
    with pytest.raises(AccruesByItself):
        edit(found, "employment", title="Another")
    found = edit(with_documents(found, document("doc_1")), "employment", document_ids=("doc_1",))
    kept = found.entry(made.entry_id)
    assert (kept.claim.document_ids, kept.standing_id, kept.version) == (("doc_1",), made.standing_id, 2)
    found = found.with_standing((standing(title="Head of HR"),), TODAY)
    assert found.entry(made.entry_id).claim.document_ids == ("doc_1",)


def test_a_document_is_uploaded_for_what_accrued_and_is_not_stored_yet() -> None:
    found = empty_cycle().with_standing((standing(),), date(2025, 6, 1))
    assert found.entries == ()
    (made,) = found.accrued(date(2026, 1, 1)).entries
    after = found.attach(document("doc_2"), made.entry_id, date(2026, 1, 1))
    assert after.entry(made.entry_id).claim.document_ids == ("doc_2",)
    assert after.cycle.points_total == 1


def test_a_report_waits_for_the_document_that_what_accrued_needs() -> None:
    strict = replace(
        PROGRAM,
        activities=tuple(
            replace(each, requires_document=True) if each.code == "employment" else each
            for each in PROGRAM.activities
        ),
    )
    found = empty_cycle(program=strict).with_standing((standing(),), TODAY)
    found = enter(found, (claim("conference-full-day", 17),))
    with pytest.raises(NotReadyToSubmit) as refused:
        sign(found)
    assert len(refused.value.extra["missing_documents"]) == len(found.entries) - 1 == 2


# --- the shortest way ---


def test_the_shortest_way_counts_what_will_accrue_and_proposes_the_cheapest_mixes() -> None:
    found = enter(empty_cycle().with_standing((standing(),), TODAY), (claim("conference-full-day", 14),))
    seen = outlook(found, TODAY)
    assert found.cycle.points_total == 44
    assert (seen.accruing, seen.points_missing, seen.missing) == (1, 5, ("5 points missing.",))
    assert seen.days_left == 200
    assert seen.ways[0].text == "5 × Webinar, live or recorded (webinars)"
    assert [way.effort for way in seen.ways] == sorted(way.effort for way in seen.ways)
    for way in seen.ways:
        more = tuple(claim(step.activity.code, step.quantity) for step in way.steps)
        assert enter(found.accrued(LAST_DAY), more, today=LAST_DAY).met


def test_each_way_brings_another_activity_and_none_that_it_does_not_need() -> None:
    seen = outlook(enter(empty_cycle(), (claim("conference-full-day", 15),)), TODAY)
    assert [way.text for way in seen.ways] == [
        "5 × Webinar, live or recorded (webinars)",
        "1 × Conference, day of 6 hours or more (day) and 2 × Webinar, live or recorded (webinars)",
        "1 × Training, day of 6 hours or more (day) and 2 × Webinar, live or recorded (webinars)",
    ]
    seen = outlook(under(ASQ, "CQE", standing("employment-full-time")), TODAY)
    assert [len(way.steps) for way in seen.ways] == [1, 2, 2]
    assert seen.ways[1].text == "3 × Professional development (hours) and 23 × Meeting (meetings)"
    kinds = [{step.activity.code for step in way.steps} for way in outlook(under(HRPA, "CHRP"), TODAY).ways]
    assert len(kinds) == 3
    assert all(mine - set().union(*kinds[:place]) for place, mine in enumerate(kinds))


def test_minimums_are_closed_where_they_are_missing() -> None:
    found = enter(under(CANADA, "IPMA-CP", standing("experience")), (claim("article", 2),))
    seen = outlook(found, TODAY)
    assert "other areas" in "".join(seen.missing)
    assert seen.ways
    for way in seen.ways:
        more = tuple(claim(step.activity.code, step.quantity) for step in way.steps)
        assert enter(found.accrued(LAST_DAY), more, today=LAST_DAY).met


def test_nothing_is_proposed_when_nothing_is_missing_or_no_time_is_left() -> None:
    done = enter(empty_cycle(), (claim("conference-full-day", 17),))
    assert outlook(done, TODAY).ways == ()
    assert outlook(empty_cycle(), LAST_DAY).ways == ()
    assert outlook(empty_cycle(), date(2028, 1, 1)).days_left == 0
