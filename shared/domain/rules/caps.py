"""Caps: how much counts of an entry, an activity, a category or a group, in the cycle or in each year of it.

What counts in all is always the most that the caps allow together, so that it does not depend on the order of the
entries, and no entry can take from the total. Where the caps nest (an activity in its category in its group, a year in
the cycle) taking the pieces one after the other gives that; where a cap for a year and a narrower one for the cycle
cross, it is the greatest flow through both.
"""

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from shared.domain.rules.words import Cap, RuleSet, Scope, applies, plain

ZERO = Decimal(0)
Bucket = tuple[int, int | None]
"""One cap's room: its place among the caps, and the year for which it is, None for the cycle."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of an entry that falls into one year of the cycle; `line` is the place of its entry."""

    line: int
    activity: str
    category: str
    year: int
    day: date
    points: Decimal
    carried_in: bool = False


@dataclass(frozen=True, slots=True)
class Capped:
    """What the caps leave of each piece, in the pieces' order, and the cap that took the rest of it."""

    counted: tuple[Decimal, ...]
    by: tuple[Cap | None, ...]


def per_entry(rule_set: RuleSet, activity: str, category: str, designation: str) -> Cap | None:
    """The tightest cap on a single entry of an activity, None where there is none."""
    caps = [
        cap
        for cap in rule_set.caps
        if cap.per == "entry"
        and applies(cap.only_for, designation)
        and rule_set.covers(cap.scope, activity, category)
    ]
    return min(caps, key=lambda cap: cap.points or ZERO, default=None)


def repeats(
    rule_set: RuleSet, designation: str, lines: Sequence[tuple[str, str, int, Decimal]]
) -> Mapping[int, Cap]:
    """The places of the lines that are repeats beyond a limit, each with the cap: of a row that may count n times, the
    n best count. What a narrower limit takes out (of the same title, of a year) uses up nothing of a wider one.

    A line is its activity, its title, the year it falls into and its points.
    """
    beyond: dict[int, Cap] = {}
    for cap in sorted(rule_set.caps, key=lambda cap: (not cap.same_title, cap.per != "year")):
        if cap.times is None or not applies(cap.only_for, designation):
            continue
        same: dict[tuple[str, int], list[int]] = {}
        for place, (activity, title, year, points) in enumerate(lines):
            if points and place not in beyond and activity == cap.scope.activity:
                name = " ".join(title.casefold().split()) if cap.same_title else ""
                same.setdefault((name, year if cap.per == "year" else 0), []).append(place)
        for places in same.values():
            best = sorted(places, key=lambda place: (-lines[place][3], place))
            beyond.update((place, cap) for place in best[cap.times :])
    return beyond


def capped(
    rule_set: RuleSet, designation: str, pieces: Sequence[Piece], first: Iterable[tuple[int, Decimal]] = ()
) -> Capped:
    """What the caps per year and per cycle leave of each piece.

    `first` are pieces by their place with amounts that shall count before others, because a minimum needs them.
    """
    caps = {
        place: cap
        for place, cap in enumerate(rule_set.caps)
        if cap.per != "entry" and cap.points is not None and applies(cap.only_for, designation)
    }
    if not caps:
        return Capped(tuple(piece.points for piece in pieces), (None,) * len(pieces))
    over: dict[tuple[str, str], list[int]] = {}
    for piece in pieces:
        row = (piece.activity, piece.category)
        if row not in over:
            over[row] = [place for place, cap in caps.items() if rule_set.covers(cap.scope, *row)]
    buckets = [
        tuple(
            (place, piece.year if caps[place].per == "year" else None)
            for place in over[(piece.activity, piece.category)]
        )
        for piece in pieces
    ]
    room = {bucket: caps[bucket[0]].points or ZERO for each in buckets for bucket in each}
    counted = _one_after_the_other(pieces, buckets, room, first)
    if any(left == 0 for left in room.values()) and _cross(buckets):
        counted = _greatest_flow(pieces, buckets, {each: caps[each[0]].points or ZERO for each in room})
        for bucket in room:
            taken = sum(
                (counted[place] for place in range(len(pieces)) if bucket in buckets[place]), start=ZERO
            )
            room[bucket] = (caps[bucket[0]].points or ZERO) - taken
    full = (
        next((caps[bucket[0]] for bucket in buckets[place] if room[bucket] == 0), None)
        if counted[place] < piece.points
        else None
        for place, piece in enumerate(pieces)
    )
    return Capped(tuple(counted), tuple(full))


def _one_after_the_other(
    pieces: Sequence[Piece],
    buckets: Sequence[tuple[Bucket, ...]],
    room: dict[Bucket, Decimal],
    first: Iterable[tuple[int, Decimal]],
) -> list[Decimal]:
    counted = [ZERO] * len(pieces)
    for place, wanted in (*first, *((place, piece.points) for place, piece in enumerate(pieces))):
        left = min(wanted, pieces[place].points - counted[place])
        for bucket in buckets[place]:
            left = min(left, room[bucket])
        if left <= 0:
            continue
        counted[place] += left
        for bucket in buckets[place]:
            room[bucket] -= left
    return counted


def _cross(buckets: Sequence[tuple[Bucket, ...]]) -> bool:
    """Whether two caps share some pieces and each has some of its own."""
    within: dict[Bucket, set[tuple[Bucket, ...]]] = {}
    for kind in set(buckets):
        for bucket in kind:
            within.setdefault(bucket, set()).add(kind)
    sets = list(within.values())
    return any(one & other and one - other and other - one for one in sets for other in sets)


def _greatest_flow(
    pieces: Sequence[Piece], buckets: Sequence[tuple[Bucket, ...]], room: Mapping[Bucket, Decimal]
) -> list[Decimal]:
    """The most that fits: from the caps of the cycle, broad to narrow, through the pieces to those of their year.

    Pieces with the same caps flow together as one cell; what a cell gets is its pieces' in their order.
    """
    cells: dict[tuple[Bucket, ...], list[int]] = {}
    for place, kind in enumerate(buckets):
        cells.setdefault(kind, []).append(place)
    sizes = {bucket: sum(bucket in kind for kind in cells) for bucket in room}
    edges: dict[object, dict[object, Decimal]] = {}

    def join(start: object, end: object, amount: Decimal) -> None:
        edges.setdefault(start, {})[end] = amount
        edges.setdefault(end, {}).setdefault(start, ZERO)

    supply = {kind: sum((pieces[place].points for place in places), ZERO) for kind, places in cells.items()}
    everything = sum(supply.values(), ZERO)
    for kind, amount in supply.items():
        broad = sorted((each for each in kind if each[1] is None), key=lambda each: -sizes[each])
        narrow = sorted((each for each in kind if each[1] is not None), key=lambda each: sizes[each])
        at: object = "source"
        for bucket in broad:
            join(at, ("in", bucket), everything)
            join(("in", bucket), ("out", bucket), room[bucket])
            at = ("out", bucket)
        join(at, ("in", kind), everything)
        join(("in", kind), ("out", kind), amount)
        at = ("out", kind)
        for bucket in narrow:
            join(at, ("in", bucket), everything)
            join(("in", bucket), ("out", bucket), room[bucket])
            at = ("out", bucket)
        join(at, "sink", everything)
    while path := _augmenting(edges):
        amount = min(edges[start][end] for start, end in path)
        for start, end in path:
            edges[start][end] -= amount
            edges[end][start] += amount
    counted = [ZERO] * len(pieces)
    for kind, places in cells.items():
        left = edges[("out", kind)][("in", kind)]
        for place in places:
            counted[place] = min(left, pieces[place].points)
            left -= counted[place]
    return counted


def _augmenting(edges: Mapping[object, Mapping[object, Decimal]]) -> list[tuple[object, object]]:
    """The shortest way from source to sink on which more can flow; empty when there is none."""
    came: dict[object, object] = {"source": None}
    queue: deque[object] = deque(["source"])
    while queue:
        at = queue.popleft()
        for end, amount in edges.get(at, {}).items():
            if amount > 0 and end not in came:
                came[end] = at
                queue.append(end)
    path: list[tuple[object, object]] = []
    at = "sink"
    while at in came and came[at] is not None:
        path.append((came[at], at))
        at = came[at]
    return path


def sentence(rule_set: RuleSet, cap: Cap) -> str:
    """A cap in words."""
    over = {"entry": "for one entry", "year": "in each year of the cycle", "cycle": "in a cycle"}[cap.per]
    if rule_set.years == "calendar" and cap.per == "year":
        over = "in each calendar year"
    where = rule_set.title_of(cap.scope) or "All activities"
    if cap.times is not None:
        what = "under the same title " if cap.same_title else ""
        times = "once" if cap.times == 1 else f"{cap.times} times"
        return f"{where}: counts at most {times} {what}{over}."
    points = cap.points or ZERO
    return f"{where}: at most {plain(points)} {rule_set.called(points)} {over}."


def faults_of_scopes(rule_set: RuleSet) -> list[tuple[Scope, Scope]]:
    """The pairs of capped scopes that share activities while neither holds the other: no one answer fits both."""
    scopes = list(dict.fromkeys(cap.scope for cap in rule_set.caps if cap.points is not None))
    rows = {
        scope: {each.code for each in rule_set.activities if rule_set.covers(scope, each.code, each.category)}
        for scope in scopes
    }
    return [
        (one, other)
        for place, one in enumerate(scopes)
        for other in scopes[place + 1 :]
        if rows[one] & rows[other] and rows[one] - rows[other] and rows[other] - rows[one]
    ]
