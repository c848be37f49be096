"""The point table as it is published: what each activity earns, and for what."""

from decimal import Decimal

import pytest

from tests.unit.domain.builders import PROGRAM, claim, empty_cycle, enter

PUBLISHED = """
employment             employment                1  year
national-membership    membership                2  year
chapter-membership     membership                1  year
conference-full-day    conference                3  day
conference-partial-day conference                1  day
training-full-day      professional-development  3  day
training-partial-day   professional-development  1  partial day
webinar                webinar                   1  webinar
college-course         education                 5  course
teaching               teaching                  5  course
journal-article        publication               5  article
newsletter-article     publication               2  article
board-member           leadership                3  year
committee-chair        leadership                2  year
committee-member       leadership                1  year
hr-innovation          contribution              5  programme
policy                 contribution              1  document
program                contribution              1  document
rfp                    contribution              1  document
successful-practice    contribution              1  document
"""
ROWS = [line.split(maxsplit=3) for line in PUBLISHED.strip().splitlines()]


def test_the_shipped_edition_is_the_published_table() -> None:
    shipped = [[each.code, each.category, str(each.points), each.unit] for each in PROGRAM.activities]
    assert shipped == ROWS


@pytest.mark.parametrize(("code", "points"), [(row[0], row[2]) for row in ROWS])
def test_an_entry_earns_the_published_points_for_each_unit(code: str, points: str) -> None:
    cycle = enter(empty_cycle(), (claim(code, 3),))
    assert cycle.entries[0].points == 3 * Decimal(points)
    assert cycle.line(cycle.entries[0]).explanation.endswith(f"= {3 * int(points)}.")


def test_contributions_need_their_document_and_nothing_else_does() -> None:
    needing = {each.code for each in PROGRAM.activities if each.requires_document}
    assert needing == {"hr-innovation", "policy", "program", "rfp", "successful-practice"}
    assert needing < {kind.code for kind in PROGRAM.document_kinds}


def test_fifty_points_in_three_years_for_three_designations() -> None:
    assert (PROGRAM.points_required, PROGRAM.cycle_years) == (50, 3)
    assert [each.code for each in PROGRAM.designations] == ["IPMA-SCP", "IPMA-CP", "IPMA-CS"]


def test_what_is_not_published_is_marked_as_an_example() -> None:
    assert "example" in PROGRAM.notice
    assert "modelled on" in PROGRAM.name
    assert PROGRAM.time_zone == "America/New_York"
    assert PROGRAM.correction_days == 30
    assert all(each.max_quantity is None and each.step == 1 for each in PROGRAM.activities)


def test_points_show_by_category_in_the_order_of_the_table() -> None:
    cycle = enter(
        empty_cycle(), (claim("webinar", 2), claim("national-membership"), claim("chapter-membership"))
    )
    assert list(cycle.points_by_category.items()) == [("membership", 3), ("webinar", 2)]
