"""A dry run of changed rules tells who would flip, and why."""

from dataclasses import replace
from decimal import Decimal

import pytest

from infrastructure.operations.publish_edition import publication, record_all
from infrastructure.operations.try_edition import tell
from shared.domain.dry_run import flip_of
from shared.domain.events import Event
from shared.domain.rules.words import Cap, Scope
from shared.programs import FOLDER
from shared.programs.editions import program_of
from tests.unit.domain.builders import NOW, PROGRAM, TODAY, claim, cycle_with

READY = cycle_with(claim("webinar", 30), claim("conference-full-day", 7))
CAPPED = replace(PROGRAM, caps=(Cap(Scope(category="webinar"), "cycle", Decimal(20)),))
EASIER = replace(PROGRAM, points_required=Decimal(40))


def test_who_is_ready_and_would_not_be_is_told_with_what_would_be_missing() -> None:
    flip = flip_of(READY, CAPPED, TODAY)
    assert flip is not None
    assert (flip.flips, flip.points_before, flip.points_after) == ("ready to not", 51, 41)
    assert flip.why == ("9 points missing.",)


def test_who_stays_as_they_are_is_not_told() -> None:
    assert flip_of(READY, EASIER, TODAY) is None
    assert flip_of(cycle_with(points=39), EASIER, TODAY) is None
    became = flip_of(cycle_with(points=40), EASIER, TODAY)
    assert became is not None
    assert became.flips == "not to ready"


def test_the_command_lists_them_and_ends_with_2(capsys: pytest.CaptureFixture[str]) -> None:
    gone = replace(
        PROGRAM, activities=tuple(each for each in PROGRAM.activities if each.code != "employment")
    )
    assert tell([READY, cycle_with(points=10)], CAPPED, TODAY) == 2
    assert tell([cycle_with(points=40)], EASIER, TODAY) == 0
    assert tell([cycle_with(points=40)], gone, TODAY) == 2
    said = capsys.readouterr().out.splitlines()
    assert said[0] == "M-1 IPMA-CP: ready to not, 51 to 41 points. 9 points missing."
    assert said[1] == "2 looked at: 1 would no longer be ready, 0 would become ready."
    assert said[2] == "M-1 IPMA-CP: not to ready, 40 to 40 points. 10 points missing."
    assert said[4] == (
        "M-1 IPMA-CP: cannot be counted, 40 to 0 points. This rule set has no activity employment."
    )


def test_publishing_an_edition_leaves_a_record_of_who_when_and_what() -> None:
    text = (FOLDER / "asq" / "2026.toml").read_text(encoding="utf-8")
    published = publication(program_of(text), text, "S-1", NOW)
    assert (published.type, published.by, published.at) == ("edition-published", "S-1", NOW)
    assert published.data["edition"] == "asq/2026"
    assert published.event_id == publication(program_of(text), text, "S-2", NOW).event_id
    assert published.event_id != publication(program_of(text), f"{text}\n", "S-1", NOW).event_id


class Recorded:
    """A history in memory."""

    def __init__(self) -> None:
        self.events: dict[str, Event] = {}

    def find(self, subject: str, event_id: str) -> Event | None:
        return self.events.get(f"{subject}#{event_id}")

    def record(self, event: Event) -> None:
        self.events[f"{event.subject}#{event.event_id}"] = event


def test_deploying_records_each_edition_that_goes_out_once() -> None:
    history = Recorded()
    assert record_all(history, "asq", "arn:aws:iam::1:user/ana", NOW) == ["asq/2026"]
    assert record_all(history, "asq", "arn:aws:iam::1:user/ben", NOW) == []
    (event,) = history.events.values()
    assert (event.type, event.by) == ("edition-published", "arn:aws:iam::1:user/ana")
