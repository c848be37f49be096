"""Breaks every call of a golden run, one after the other, in every way, and says what was not as it has to be."""

import os
from collections.abc import Iterable
from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import Any

from tests.figures import Figures
from tests.properties.cloud import Cloud
from tests.properties.golden_runs import Golden
from tests.properties.line import PASSING, Line, only_reads, ways
from tests.properties.stage import Course, Stage, differences, state, stripe_now
from tests.properties.unseen import Watched, watching
from tests.properties.world import Died

PROVING = os.environ.get("PROVE") == "1"

SILENT = {"GET /api/program", "GET /api/openapi.json", "$default"}
"""What asks no service for anything."""

Base = tuple[Stage, Cloud, Any, dict[str, list[Golden]]]
"""A stage, what stands in its services and at Stripe, and the golden runs by who is asked for them."""

BROKEN: set[Any] = set()
"""The places in the code, with the way that leads there, that a golden run before this one was broken at: they are not
broken again, but in `make prove`."""

TRACED: dict[str, list[Any]] = {}
"""The places that each golden run called from, by its name."""

WATCHED = Watched()
"""What would have landed, had another written meanwhile what the golden runs wrote."""


def attempt(stage: Stage, golden: Golden) -> tuple[int, str]:
    """Ask; status 0 when the process died."""
    try:
        status = golden.ask()
    except Died:
        return 0, "died"
    return (0, "died") if stage.aws.line.is_dead else status


def sites(line: Line) -> list[int]:
    """The calls to break: of those that one place in the code makes over and over, the first, and in `make prove` the
    last."""
    first = {place: n for n, place in reversed(list(enumerate(line.places)))}
    last = {place: n for n, place in enumerate(line.places)} if PROVING else {}
    known = set() if PROVING else BROKEN
    chosen = {n for found in (first, last) for place, n in found.items() if place not in known}
    BROKEN.update(line.places)
    return sorted(chosen)


def mailed_at(line: Line) -> int:
    """The call that hands a mail over; a fault before it sends none twice."""
    mailed = [n for n, call in enumerate(line.made) if call.startswith("email.")]
    return mailed[0] if mailed else len(line.made)


def prepared(base: Base, golden: Golden) -> tuple[Cloud, Any]:
    """What stands in the services and at Stripe when a run begins: one that comes again is made once before."""
    stage, services, at_stripe, _ = base
    if not golden.comes_again:
        return services, at_stripe
    services = stage.set_back(services, at_stripe, Line())
    status, code = golden.ask()
    assert status < 300, (golden.name, status, code)
    return services, stripe_now(stage.portal)


def golden_line(base: Base, golden: Golden) -> tuple[Line, Course, Cloud, Any]:
    """Make the run as it goes when nothing goes wrong."""
    stage = base[0]
    services, at_stripe = prepared(base, golden)
    after = stage.set_back(services, at_stripe, line := Line(is_traced=True, rival=golden.rival))
    course = Course(state(after, stage.portal))
    line.watch = lambda: course.states.append(state(after, stage.portal))
    with watching(WATCHED, golden.name) if golden.rival is None else nullcontext():
        status, code = golden.ask()
    assert golden.fits(status), (golden.name, status, code)
    assert line.made or golden.of in SILENT, f"{golden.name} asks for nothing, so that nothing can go wrong"
    assert line.rival is None, f"{golden.name}: nobody was met"
    course.states.append(state(after, stage.portal))
    TRACED[golden.name] = line.places
    return line, course, services, at_stripe


@dataclass
class Fault:
    """One call of a golden run that goes wrong in one way, and what was not as it has to be."""

    base: Base
    golden: Golden
    line: Line
    course: Course
    services: Cloud
    at_stripe: Any
    place: int
    way: str
    wrong: list[str] = field(default_factory=list)

    def try_out(self) -> list[str]:
        """Ask while it goes wrong, and once more when it does not."""
        stage = self.base[0]
        broken = Line(self.place, self.way, rival=self.golden.rival, met=self.line.met)
        asks_stripe = any(each.startswith("stripe") for each in self.line.made)
        cloud = stage.set_back(self.services, self.at_stripe if asks_stripe else None, broken)
        told, code = attempt(stage, self.golden)
        where = f"{self.golden.name}, call {self.place} ({self.line.made[self.place]}) {self.way}, told {told} {code}"
        if told not in (0, 503) and not self.golden.fits(told):
            self.wrong.append("neither done nor 503")
        if len(broken.made) <= self.place:
            self.wrong.append("the call was not made")
        found = state(cloud, stage.portal)
        self.is_untouched_or_on_its_way(found, broken, told)
        self.is_done_or_owned_up_to(found, told)
        if not all(map(only_reads, self.line.made)):
            self.ends_well(cloud, broken)
        return [f"{where}: {each}" for each in self.wrong]

    def is_untouched_or_on_its_way(self, found: dict[str, Any], broken: Line, told: int) -> None:
        """Nothing is changed where nothing was written, and else only what the run itself would have changed."""
        if told == 503 and all(map(only_reads, broken.made)) and found != self.course.states[0]:
            self.wrong.append("refused, and yet something is changed")
        if told in (0, 503):
            strayed = self.golden.unexplained(self.course.strayed(found))
            self.wrong += [f"refused, and halfway {each}" for each in strayed]

    def is_done_or_owned_up_to(self, found: dict[str, Any], told: int) -> None:
        """What passes is tried again and done; and whoever is told so has everything done, not a part of it."""
        is_done = self.golden.fits(told)
        if self.way in PASSING and not is_done:
            self.wrong.append("it passed, and was not tried again")
        if is_done and self.way in (*PASSING, "partly taken"):
            left = self.golden.unexplained(differences(found, self.course.states[-1]))
            self.wrong += [f"told as done, and is not: {each}" for each in left]

    def ends_well(self, cloud: Cloud, broken: Line) -> None:
        """Asked again, everything is as it has to be."""
        stage = self.base[0]
        stage.process()
        stage.aws.line = Line(rival=broken.rival, met=broken.met)
        again, code = self.golden.ask()
        if not self.golden.fits(again) and code not in ("version-conflict", "not-found"):
            self.wrong.append(f"asked again, told {again} {code}")
        mails = len(cloud.mails) - len(self.services.mails)
        if mails > (1 if self.place < mailed_at(self.line) else 2):
            self.wrong.append(f"{mails} mails")
        found = differences(state(cloud, stage.portal), self.course.states[-1])
        if left := self.golden.unexplained(found):
            self.wrong.append(f"in the end {left}")


def break_everywhere(base: Base, golden: Golden) -> tuple[int, int, list[str]]:
    """Calls, faults, and what was not as it has to be."""
    line, course, services, at_stripe = golden_line(base, golden)
    is_reading = all(map(only_reads, line.made))
    assert not is_reading or course.states[0] == course.states[-1], golden.name
    chosen = sites(line)
    faults = [
        Fault(base, golden, line, course, services, at_stripe, place, way)
        for place in chosen
        for way in ways(line.made[place])
    ]
    return len(chosen), len(faults), [wrong for each in faults for wrong in each.try_out()]


def break_all(base: Base, group: str, figures: Figures) -> None:
    """Break every call of a group's golden runs."""
    calls, faults, wrong = 0, 0, list[str]()
    goldens = base[3][group]
    for golden in goldens:
        made, tried, found = break_everywhere(base, golden)
        calls += made
        faults += tried
        wrong += found
    figures("faults", f"{group}: {len(goldens)} golden runs, {calls} calls, {faults} faults")
    assert not wrong, f"{len(wrong)} wrong:\n" + "\n".join(each[:600] for each in wrong[:20])


def traced(bases: Iterable[Base]) -> set[tuple[str, int]]:
    """Every line of the portal's code from which a golden run led to a service, by file and number."""
    found: set[tuple[str, int]] = set()
    for base in bases:
        for golden in [each for group in base[3].values() for each in group]:
            if golden.name not in TRACED:
                golden_line(base, golden)
            found |= {line for _, *lines in TRACED[golden.name] for line in lines}
    return found
