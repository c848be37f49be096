"""A later edition takes over the cycles that are running: how they are counted under it."""

from dataclasses import replace
from datetime import date

from shared.domain.entries import award
from shared.domain.program import Editions
from shared.domain.recertification import Recertification


def counted_anew(found: Recertification) -> Recertification:
    """The same with the points of its program where another edition has given them: those of each entry, and the total.

    A cycle that was never taken over stays as it is. What is found here is stored with the next change of the cycle,
    and of an entry with the next change of that entry: so one that was taken over is counted anew at each reading.
    """
    cycle, program = found.cycle, found.program
    if cycle.edition == program.edition and cycle.started_under is None:
        return found
    designation = found.certification.designation
    entries = tuple(replace(each, points=award(program, each.claim, designation)) for each in found.entries)
    taken = replace(
        cycle,
        edition=program.edition,
        started_under=cycle.started_under or cycle.edition,
        points_total=found.ledger_of(entries).total,
    )
    return replace(found, cycle=taken, entries=entries)


def governed(found: Recertification, editions: Editions, day: date) -> Recertification:
    """A recertification that a change has just made as it is read on that day: a cycle that came back, or has been
    opened, may be taken over at once."""
    return counted_anew(replace(found, program=editions.of_cycle(found.cycle, day)))
