"""What holds for every rule set and every set of entries, whatever their numbers."""

from datetime import date, timedelta
from decimal import Decimal
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.domain.entries import Claim
from shared.domain.rules.carry_over import CarriedIn
from shared.domain.rules.claims import Period
from shared.domain.rules.ledger import Ledger, ledger
from shared.domain.rules.words import (
    Activity,
    Cap,
    CarryOver,
    Group,
    Minimum,
    RuleSet,
    Scope,
    Threshold,
)
from tests.unit.rules.sheet import Entry, shipped

STARTS_ON, ENDS_ON = date(2025, 3, 15), date(2028, 3, 14)
DAYS = (ENDS_ON - STARTS_ON).days
CODES = ("a1", "a2", "b1", "b2", "c1")
SCOPES = [
    Scope(),
    *(Scope(activity=code) for code in CODES),
    *(Scope(category=code) for code in "abc"),
    Scope(group="ab"),
]

amounts = st.decimals(0, 40, places=2)
steps = st.sampled_from([None, Decimal("0.25"), Decimal("0.5"), Decimal(1)])


@st.composite
def activities(draw: st.DrawFn, code: str) -> Activity:
    return Activity(
        code=code,
        category=code[0],
        title=code.upper(),
        points=draw(st.sampled_from([Decimal(each) for each in ("0.1", "0.3", "1", "2.5")])),
        unit="hour",
        hour_minutes=draw(st.sampled_from([50, 60])),
        minimum_minutes=draw(st.sampled_from([None, 45])),
        round_down_to=draw(steps),
        relevant_share=draw(st.booleans()),
        spread=draw(st.booleans()),
        thresholds=draw(
            st.sampled_from([(), (Threshold(Decimal(5), Decimal(3)), Threshold(Decimal(20), Decimal(9)))])
        ),
    )


caps = st.builds(Cap, st.sampled_from(SCOPES), st.sampled_from(["entry", "year", "cycle"]), amounts)
minimums = st.builds(Minimum, st.sampled_from(SCOPES), st.sampled_from(["year", "cycle"]), amounts)
carry_overs = st.builds(
    CarryOver,
    amounts,
    st.sampled_from([None, 6, 12]),
    st.sampled_from([(), ("a",), ("a", "c")]),
    st.sampled_from([None, "b"]),
    st.integers(1, 2),
)


@st.composite
def rule_sets(draw: st.DrawFn) -> RuleSet:
    return RuleSet(
        points_required=draw(amounts),
        cycle_years=3,
        designations=(),
        activities=tuple(draw(activities(code)) for code in CODES),
        groups=(Group("ab", "A and B", ("a", "b")),),
        caps=tuple(draw(st.lists(caps, max_size=5))),
        minimums=tuple(draw(st.lists(minimums, max_size=3))),
        years=draw(st.sampled_from(["cycle", "calendar"])),
        at_limit=draw(st.sampled_from(["block", "track"])),
        carry_over=draw(st.none() | carry_overs),
    )


@st.composite
def entries(draw: st.DrawFn, largest: int = 12) -> list[Entry]:
    made = []
    for number in range(draw(st.integers(0, largest))):
        started_on = STARTS_ON + timedelta(days=draw(st.integers(0, DAYS)))
        ended_on = started_on + timedelta(days=draw(st.integers(0, (ENDS_ON - started_on).days)))
        claim = Claim(
            activity=draw(st.sampled_from(CODES)),
            quantity=draw(st.decimals("0.1", 60, places=1)),
            title=draw(st.sampled_from(["One", "Two"])),
            organization="City",
            started_on=started_on,
            ended_on=ended_on,
            unit=draw(st.sampled_from(["", "hour", "minute"])),
            relevant_percent=draw(st.sampled_from([None, Decimal(50)])),
        )
        made.append(Entry(f"e{number:02}", claim))
    return made


periods = st.builds(
    lambda carried: Period(STARTS_ON, ENDS_ON, carried_in=tuple(carried)),
    st.lists(st.builds(CarriedIn, amounts, st.sampled_from(["a", "b", "c"]), st.integers(1, 2)), max_size=2),
)


def count(rule_set: RuleSet, period: Period, made: list[Entry]) -> Ledger:
    return ledger(rule_set, period, made, ENDS_ON)


@settings(max_examples=80, deadline=None)
@given(rule_sets(), periods, entries())
def test_each_line_and_the_whole_add_up(rule_set: RuleSet, period: Period, made: list[Entry]) -> None:
    found = count(rule_set, period, made)
    for line in found.lines:
        assert line.carried + line.counted + line.refused == line.claimed
        assert 0 <= line.counted <= line.claimed
        assert line.carried >= 0
        assert line.refused >= 0
        assert line.reason or not line.refused
    assert sum((line.counted for line in found.lines), Decimal(0)) == found.total
    assert sum(found.by_category.values(), Decimal(0)) == found.total
    assert sum((points for _, points in found.by_year), Decimal(0)) == found.total
    assert sum((each.points for each in found.carried_on), Decimal(0)) == found.carried


@settings(max_examples=80, deadline=None)
@given(rule_sets(), periods, entries(), st.randoms(use_true_random=False))
def test_the_order_of_entries_changes_nothing(
    rule_set: RuleSet, period: Period, made: list[Entry], random
) -> None:
    shuffled = list(made)
    random.shuffle(shuffled)
    assert count(rule_set, period, shuffled) == count(rule_set, period, made)


@settings(max_examples=100, deadline=None)
@given(rule_sets(), periods, entries())
def test_adding_an_entry_never_lowers_a_total(rule_set: RuleSet, period: Period, made: list[Entry]) -> None:
    totals = [count(rule_set, period, made[:size]).total for size in range(len(made) + 1)]
    assert totals == sorted(totals)
    shuffled = [count(rule_set, period, made[size:]).total for size in range(len(made), -1, -1)]
    assert shuffled == sorted(shuffled)


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_not_even_where_caps_of_a_year_cross_caps_of_the_cycle(data: st.DataObject) -> None:
    few = st.integers(1, 3).map(Decimal)
    rule_set = RuleSet(
        points_required=Decimal(9),
        cycle_years=3,
        designations=(),
        activities=tuple(Activity(code, code[0], code, Decimal(1), "hour") for code in CODES),
        groups=(Group("ab", "A and B", ("a", "b")),),
        caps=(
            Cap(Scope(activity="a1"), "cycle", data.draw(few)),
            Cap(Scope(category="b"), "cycle", data.draw(few)),
            Cap(Scope(group="ab"), "year", data.draw(few)),
            Cap(Scope(), "year", data.draw(few)),
        ),
    )
    drawn = data.draw(
        st.lists(st.tuples(st.sampled_from(CODES), st.integers(0, 2), st.integers(1, 3)), max_size=8)
    )
    made = [
        Entry(f"e{place}", Claim(code, Decimal(quantity), "T", "O", day, day))
        for place, (code, year, quantity) in enumerate(drawn)
        for day in [date(2025 + year, 12 - place, 1)]
    ]
    totals = [count(rule_set, Period(STARTS_ON, ENDS_ON), made[:size]).total for size in range(len(made) + 1)]
    assert totals == sorted(totals)


@pytest.mark.parametrize("start", range(0, 200, 50))
def test_not_even_where_limits_on_repeats_meet_caps_of_a_year(start: int) -> None:
    for seed in range(start, start + 50):
        chance = Random(seed)
        rows = ("a1", "a2", "b1")
        rule_set = RuleSet(
            points_required=Decimal(10),
            cycle_years=3,
            designations=(),
            activities=tuple(Activity(code, code[0], code, Decimal(1), "hour") for code in rows),
            caps=(
                *(
                    Cap(
                        Scope(activity=chance.choice(rows)),
                        chance.choice(("cycle", "year")),
                        None,
                        chance.randint(1, 2),
                        chance.random() < 0.5,
                    )
                    for _ in range(chance.randint(1, 2))
                ),
                *(
                    Cap(
                        chance.choice((Scope(category="a"), Scope(category="b"), Scope())),
                        chance.choice(("year", "year", "cycle")),
                        Decimal(chance.randint(1, 8)),
                    )
                    for _ in range(chance.randint(1, 3))
                ),
            ),
        )
        made = []
        for place in range(chance.randint(2, 7)):
            day = STARTS_ON + timedelta(days=chance.randint(0, DAYS))
            quantity = Decimal(chance.randint(1, 5))
            claim = Claim(chance.choice(rows), quantity, chance.choice("xy"), "City", day, day)
            made.append(Entry(f"e{place}", claim))
        period = Period(STARTS_ON, ENDS_ON)
        totals = [count(rule_set, period, made[:size]).total for size in range(len(made) + 1)]
        assert totals == sorted(totals), seed
        assert count(rule_set, period, made[::-1]).total == totals[-1], seed


@settings(max_examples=80, deadline=None)
@given(rule_sets(), periods, entries())
def test_no_cap_is_exceeded(rule_set: RuleSet, period: Period, made: list[Entry]) -> None:
    found = count(rule_set, period, made)
    for cap in rule_set.caps:
        inside = [line for line in found.lines if rule_set.covers(cap.scope, line.activity, line.category)]
        held = [line.counted + line.carried for line in inside]
        if cap.per == "entry":
            assert all(
                points <= cap.points
                for line, points in zip(inside, held, strict=True)
                if not line.entry_id.startswith("carried-in")
            )
        elif cap.per == "cycle":
            assert sum(held, Decimal(0)) <= cap.points
        else:
            assert sum(held, Decimal(0)) <= cap.points * len(found.by_year)


@settings(max_examples=80, deadline=None)
@given(rule_sets(), periods, entries())
def test_it_is_met_only_if_the_total_and_every_minimum_are(
    rule_set: RuleSet, period: Period, made: list[Entry]
) -> None:
    found = count(rule_set, period, made)
    enough = found.total >= rule_set.points_required and all(not each.missing for each in found.minimums)
    assert found.met is enough
    assert bool(found.missing) is not enough
    assert found.takes_more is (rule_set.at_limit == "track" or not enough)


WEBINARS = st.lists(st.tuples(st.sampled_from(shipped("ipma-hr").activities), st.integers(1, 9)), max_size=60)


@settings(max_examples=100, deadline=None)
@given(WEBINARS)
def test_the_default_rule_set_is_a_simple_sum(rows: list[tuple[Activity, int]]) -> None:
    made = [
        Entry(f"e{number}", Claim(row.code, Decimal(quantity), "T", "O", STARTS_ON, STARTS_ON))
        for number, (row, quantity) in enumerate(rows)
    ]
    found = ledger(shipped("ipma-hr"), Period(STARTS_ON, ENDS_ON), made, ENDS_ON)
    assert found.total == sum((row.points * quantity for row, quantity in rows), Decimal(0))
    assert not found.refused
    assert not found.carried
