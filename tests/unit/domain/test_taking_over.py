"""A later edition that says so takes over the cycles that are running, and nothing that is signed or closed."""

from argparse import Namespace
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from infrastructure.operations import publish_edition, try_edition
from shared.domain.discretion import ClosedCycle, undo_approval
from shared.domain.dry_run import flip_of
from shared.domain.errors import NotReadyToSubmit
from shared.domain.program import Editions
from shared.domain.recertification import Recertification
from shared.domain.standing import StandingClaim
from shared.domain.taking_over import counted_anew, governed
from shared.programs import FOLDER
from shared.programs.__main__ import main
from shared.programs.editions import read_editions, read_program
from shared.programs.reading import Unsound
from shared.repositories import items
from tests.unit.domain.builders import (
    NOW,
    PROGRAM,
    TODAY,
    approve,
    claim,
    cycle_with,
    enter,
    paid,
    send_back,
    sign,
    submission_of,
)

FROM = date(2027, 1, 1)
LATER = replace(
    PROGRAM,
    edition="ipma-hr/2027",
    effective_from=FROM,
    activities=tuple(
        replace(each, points=each.points / 2) if each.code == "webinar" else each
        for each in PROGRAM.activities
    ),
)
TAKING = replace(LATER, takes_over=True)
BESIDE, OVER = Editions((PROGRAM, LATER)), Editions((PROGRAM, TAKING))
THIRD = replace(PROGRAM, edition="ipma-hr/2028", effective_from=date(2028, 1, 1), takes_over=True)


def halved(found: Recertification, day: date = FROM) -> Recertification:
    return governed(found, OVER, day)


def test_a_running_cycle_keeps_its_edition_unless_a_later_one_takes_over() -> None:
    cycle = cycle_with().cycle
    assert BESIDE.of_cycle(cycle, TODAY) is PROGRAM
    assert OVER.of_cycle(cycle, FROM - timedelta(days=1)) is PROGRAM
    assert OVER.of_cycle(cycle, FROM) is TAKING
    assert OVER.of_cycle(replace(cycle, state="returned"), FROM) is TAKING
    assert OVER.of_cycle(replace(cycle, edition=TAKING.edition), FROM - timedelta(days=1)) is TAKING
    both = Editions((PROGRAM, TAKING, THIRD))
    assert both.of_cycle(cycle, date(2027, 12, 31)) is TAKING
    assert both.of_cycle(cycle, date(2028, 1, 1)) is THIRD
    assert Editions((PROGRAM, TAKING, replace(THIRD, takes_over=False))).of_cycle(cycle, FROM) is TAKING


@pytest.mark.parametrize("state", ["submitted", "approved", "lapsed"])
def test_what_is_signed_or_closed_stays_under_the_edition_recorded_with_it(state) -> None:
    cycle = cycle_with(state=state).cycle
    assert OVER.of_cycle(cycle, TODAY) is PROGRAM
    assert OVER.of_cycle(replace(cycle, edition=TAKING.edition), TODAY) is TAKING


def test_an_edition_that_is_not_shipped_is_not_guessed() -> None:
    with pytest.raises(LookupError, match="'gone' is not among the editions"):
        OVER.of_cycle(cycle_with(edition="gone").cycle, TODAY)


def test_each_entry_and_the_total_are_counted_anew() -> None:
    before = cycle_with(claim("webinar", 20), claim("conference-full-day", 10))
    after = halved(before)
    assert [entry.points for entry in after.entries] == [10, 30]
    assert [entry.version for entry in after.entries] == [1, 1]
    assert (after.cycle.points_total, after.points_missing, after.ledger.total) == (40, 10, 40)
    assert (after.cycle.edition, after.cycle.started_under) == (TAKING.edition, PROGRAM.edition)
    assert (after.cycle.version, after.state(TODAY)) == (before.cycle.version, "entering")


def test_what_is_not_taken_over_is_the_same_and_is_stored_as_it_was() -> None:
    before = cycle_with(claim("webinar", 20))
    assert counted_anew(before) is before
    assert governed(before, BESIDE, TODAY) == before
    assert "started_under" not in items.attributes(before.cycle)
    assert items.cycle(items.attributes(halved(before).cycle)).started_under == PROGRAM.edition


def test_as_its_entries_are_stored_with_the_old_points_it_is_counted_anew_each_time() -> None:
    before = cycle_with(claim("webinar", 20))
    stored = replace(before, cycle=halved(before).cycle)
    assert stored.entries[0].points == 20
    assert halved(stored) == halved(before)


def test_the_points_fall_below_what_is_required_and_it_can_be_entered_and_signed_again() -> None:
    full = cycle_with(claim("webinar", 50))
    after = halved(full)
    with pytest.raises(NotReadyToSubmit) as refused:
        sign(after)
    assert refused.value.extra["missing_points"] == 25
    filled = enter(after, (claim("webinar", 50),))
    assert filled.cycle.points_total == 50
    assert sign(filled).submission.points_total == 50  # type: ignore[union-attr]


def test_what_was_signed_goes_on_under_its_edition_and_is_taken_over_once_it_is_returned() -> None:
    signed = sign(cycle_with(claim("webinar", 50)))
    assert halved(signed, TODAY) == signed
    returned = halved(send_back(signed))
    assert (returned.cycle.edition, returned.cycle.points_total) == (TAKING.edition, 25)
    again = sign(enter(returned, (claim("webinar", 50),)))
    stored = replace(again, entries=signed.entries + again.entries[1:])
    later = governed(stored, Editions((PROGRAM, TAKING, THIRD)), date(2028, 6, 1))
    assert later == again
    returned = governed(send_back(again), Editions((PROGRAM, TAKING, THIRD)), date(2028, 6, 1))
    assert (returned.cycle.edition, returned.cycle.points_total) == (THIRD.edition, 100)
    assert returned.cycle.started_under == PROGRAM.edition


def test_the_next_cycle_was_never_taken_over() -> None:
    closed, opened = approve(paid(sign(halved(cycle_with(claim("webinar", 100))))))
    assert (closed.cycle.edition, closed.cycle.points_total) == (TAKING.edition, 50)
    assert opened.cycle.started_under is None


def test_an_undone_approval_is_back_under_the_edition_of_its_signing() -> None:
    signed = sign(halved(cycle_with(claim("webinar", 100))))
    closed, opened = approve(paid(signed))
    put_away = ClosedCycle(closed.cycle, submission_of(closed), signed.certification, signed.entries, ())
    both = Editions((PROGRAM, TAKING, THIRD))
    back = undo_approval(opened, put_away, editions=both)
    assert (back.program, back.cycle.points_total) == (TAKING, 50)
    assert governed(back, both, date(2028, 6, 1)) == back


def test_what_accrues_by_itself_accrues_under_the_edition_that_took_over_and_is_not_written_anew() -> None:
    employed = StandingClaim(
        "std_a", "employment", "HR officer", "Springfield", date(2019, 5, 1), None, "", NOW, "M-1"
    )
    half = tuple(
        replace(each, points=each.points / 2) if each.code == "employment" else each
        for each in PROGRAM.activities
    )
    before = replace(cycle_with(claim("conference-full-day")), standing=(employed,)).accrued(TODAY)
    assert before.cycle.points_total == 5, "three for the day, two whole years"
    after = governed(before, Editions((PROGRAM, replace(TAKING, activities=half))), TODAY)
    assert after.cycle.points_total == 4
    assert after.accrued(TODAY) is after


def test_a_try_of_an_edition_that_takes_over_leaves_out_what_is_signed() -> None:
    ready = cycle_with(claim("webinar", 50))
    flip = flip_of(ready, TAKING, TODAY)
    assert flip is not None
    assert flip.flips == "ready to not"
    assert flip_of(sign(ready), TAKING, TODAY) is None
    assert flip_of(sign(ready), LATER, TODAY) is not None


SHIPPED = (FOLDER / "ipma-hr" / "2026.toml").read_text(encoding="utf-8")
TAKING_TEXT = (
    SHIPPED.replace('edition = "ipma-hr/2026"', 'edition = "ipma-hr/2027"\ntakes_over = true')
    .replace("effective_from = 2026-01-01", "effective_from = 2027-01-01")
    .replace('unit = "webinar"', 'unit = "webinar"\nalso_in = { CEU = 5, day = 8 }')
)


def in_a_folder(folder: Path, text: str) -> Path:
    before = SHIPPED.replace('unit = "webinar"', 'unit = "webinar"\nalso_in = { CEU = 10 }')
    (folder / "2026.toml").write_text(before, encoding="utf-8")
    file = folder / "2027.toml"
    file.write_text(text, encoding="utf-8")
    return file


def test_an_edition_that_knows_what_those_before_it_know_takes_over(tmp_path: Path) -> None:
    file = in_a_folder(tmp_path, TAKING_TEXT)
    assert [each.takes_over for each in read_editions(tmp_path).programs] == [False, True]
    assert read_program(file).edition == "ipma-hr/2027"


@pytest.mark.parametrize(
    ("known", "instead", "said"),
    [
        ('code = "webinar"', 'code = "podcast"', 'The activity "webinar" is missing'),
        ('"IPMA-CS"', '"IPMA-CX"', 'The designation "IPMA-CS" is missing'),
        (
            'unit = "programme"',
            'unit = "page"',
            'The activity "hr-innovation" is not counted by the programme',
        ),
        ("CEU = 5, ", "", 'The activity "webinar" cannot be entered in CEU'),
    ],
)
def test_one_that_lacks_what_a_running_cycle_may_hold_is_refused_wherever_it_is_read(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    known: str,
    instead: str,
    said: str,
) -> None:
    file = in_a_folder(tmp_path, TAKING_TEXT.replace(known, instead))
    line = TAKING_TEXT[: TAKING_TEXT.index("takes_over")].count("\n") + 1
    told = f"line {line}: takes_over: {said}, as it is in ipma-hr/2026, whose cycles this edition takes over."
    for read in (lambda: read_editions(tmp_path), lambda: read_program(file)):
        with pytest.raises(Unsound) as refused:
            read()
        assert str(refused.value) == told
    options = Namespace(file=file, table="portal", by="S-1", program="ipma-hr", years=1, dry_run=True)
    for refuse in (lambda: main(["check", str(file)]), lambda: publish_edition.run(options)):
        assert refuse() == 1
        assert said in capsys.readouterr().out
    shipped = Editions((read_program(file.with_name("2026.toml")),))
    monkeypatch.setattr(try_edition, "load_editions", lambda _: shipped)
    assert try_edition.run(options) == 1
    assert said in capsys.readouterr().out
    file.write_text(file.read_text().replace("takes_over = true\n", ""))
    assert len(read_editions(tmp_path).programs) == 2
