"""What a quantity earns, word by word."""

from decimal import Decimal
from typing import Any

import pytest

from shared.domain.rules.points import Amount
from tests.unit.rules.sheet import count, entry, one_row


def claimed(words: dict[str, Any], quantity: Any, **changes: Any) -> Decimal:
    return count(one_row(**words), entry("it", quantity, **changes)).lines[0].claimed


def rule(words: dict[str, Any], quantity: Any, **changes: Any) -> str:
    return count(one_row(**words), entry("it", quantity, **changes)).lines[0].rule


@pytest.mark.parametrize(
    ("words", "quantity", "unit", "points"),
    [
        ({"round_down_to": "0.25"}, 320, "minute", "5.25"),  # 5 h 20 min
        ({"round_down_to": "0.25"}, "5.4", "", "5.25"),
        ({"round_down_to": "0.5"}, 89, "minute", "1"),
        ({"round_down_to": "0.5"}, 90, "minute", "1.5"),
        ({"round_down_to": "1"}, "7.99", "", "7"),
        ({"minimum_minutes": "45"}, 44, "minute", "0"),
        ({"minimum_minutes": "45"}, 45, "minute", "0.75"),
        ({"minimum_minutes": "45"}, "0.75", "", "0.75"),
        ({"hour_minutes": "50"}, 100, "minute", "2"),
        ({"hour_minutes": "50", "round_down_to": "0.5"}, 99, "minute", "1.5"),
        ({"hour_minutes": "50", "minimum_minutes": "50", "round_down_to": "0.2"}, 60, "minute", "1.2"),
        ({"hour_minutes": "50", "minimum_minutes": "50"}, 49, "minute", "0"),
        ({"also_in": "{ CEU = 10 }"}, 1, "CEU", "10"),
        ({"also_in": "{ CEU = 10 }"}, "0.35", "CEU", "3.5"),
        ({"also_in": '{ "semester credit" = 15 }'}, 3, "semester credit", "45"),
        ({"points": "0.3", "unit": '"month"'}, 36, "", "10.8"),
        ({"points": "0.1"}, 50, "", "5"),
        ({"points": "1", "per": "6"}, 9, "", "1.5"),
        ({"points": "1", "per": "6", "round_points_down_to": "0.5"}, 10, "", "1.5"),
        ({}, 20, "minute", "0.33"),
        ({"points": "2", "round_down_to": "0.25"}, 50, "minute", "1.5"),
        ({"minimum": "3", "unit": '"credit"', "points": "5"}, 2, "", "0"),
        ({"minimum": "3", "unit": '"credit"', "points": "5"}, 3, "", "15"),
    ],
)
def test_a_quantity_earns_what_its_row_says_always_rounded_down(
    words: dict[str, Any], quantity: Any, unit: str, points: str
) -> None:
    assert claimed(words, quantity, unit=unit) == Decimal(points)


@pytest.mark.parametrize(("hours", "points"), [(49, 0), (50, 10), ("99.9", 10), (100, 20), (500, 20)])
def test_a_threshold_gives_a_fixed_number(hours: Any, points: int) -> None:
    words = {"points": "0", "thresholds": "[{ at = 50, points = 10 }, { at = 100, points = 20 }]"}
    assert claimed(words, hours) == points


def test_only_the_relevant_share_counts_where_the_row_says_so() -> None:
    half = Decimal(50)
    assert claimed({"relevant_share": "true"}, 15, relevant_percent=half) == Decimal("7.5")
    assert claimed({"relevant_share": "true", "round_down_to": "1"}, 15, relevant_percent=half) == 7
    assert claimed({}, 15, relevant_percent=half) == 15


def test_the_sentence_says_every_step() -> None:
    assert rule({}, 3) == "It: 3 × 1 point per hour = 3."
    assert rule({"round_down_to": "0.25"}, 320, unit="minute") == (
        "It: 320 minutes are 5.33 hours; rounded down to steps of 0.25: 5.25 hours; 5.25 × 1 point per hour = 5.25."
    )
    assert rule({"hour_minutes": "50"}, 100, unit="minute") == (
        "It: 100 minutes are 2 hours of 50 minutes; 2 × 1 point per hour = 2."
    )
    assert rule({"minimum_minutes": "45"}, 30, unit="minute") == (
        "It: 30 minutes are 0.5 hours; at least 45 minutes are needed, so it earns 0."
    )
    assert rule({"relevant_share": "true"}, 15, relevant_percent=Decimal(50)) == (
        "It: 50 % of it is relevant: 7.5 hours; 7.5 × 1 point per hour = 7.5."
    )
    words = {"points": "0", "thresholds": "[{ at = 50, points = 10 }]"}
    assert rule(words, 60) == "It: 60 hours give 10 by the table of thresholds."


def test_a_unit_that_the_row_does_not_know_is_refused() -> None:
    with pytest.raises(LookupError, match="cannot be entered in furlong"):
        claimed({}, 1, unit="furlong")


def test_a_fraction_without_an_end_is_kept_until_it_is_rounded() -> None:
    third = Amount(Decimal(20), Decimal(60))
    assert third.of(Decimal(3)).number == 1
    assert third.number == Decimal("0.33")
