"""The handbook is made of the rule set, so that the two never disagree."""

import pytest

from shared.domain.rules.handbook import handbook
from shared.domain.rules.words import plain
from tests.unit.rules.sheet import body, shipped

RULE_SETS = {
    **{name: shipped(name) for name in ("ipma-hr", "ipma-canada", "asq", "hrpa")},
    **{name: body(name) for name in ("accountants", "engineers", "nurses")},
}


@pytest.mark.parametrize("name", RULE_SETS)
def test_every_activity_and_every_number_of_a_rule_stands_in_the_handbook(name: str) -> None:
    rule_set = RULE_SETS[name]
    said = "\n".join(line for section in handbook(rule_set) for line in section.lines)
    for activity in rule_set.activities:
        assert f"{activity.title}: " in said
    for rule in (*rule_set.caps, *rule_set.minimums):
        assert plain(rule.points) in said if rule.points is not None else "counts at most" in said
    assert plain(rule_set.points_required) in said


def test_a_row_is_told_in_a_sentence_or_a_few() -> None:
    (sections,) = [each for each in handbook(body("nurses")) if each.title == "Live"]
    assert sections.lines[0] == (
        "Live lesson: 1 contact hour per hour. 1 CEU counts as 10 hours. 1 semester credit counts as 15 hours. "
        "It lasts at least 50 minutes. Rounded down to steps of 0.1."
    )


def test_the_dates_are_told_as_the_portal_acts_on_them() -> None:
    dates = {name: handbook(rule_set)[-1].lines for name, rule_set in RULE_SETS.items()}
    assert dates["ipma-hr"] == (
        "A cycle lasts 3 years and ends on 31 December.",
        (
            "Where a report is signed before the last day, the next cycle starts the day after the signing and ends "
            "3 years after the last day of the old one."
        ),
    )
    assert dates["nurses"][-1] == (
        "After that the certification is suspended for 12 months, and can come back."
    )
