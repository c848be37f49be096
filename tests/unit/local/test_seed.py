"""The demo data fits whatever program the portal runs by."""

from datetime import date
from typing import Any

import pytest

from infrastructure.local.roster import demo_roster
from infrastructure.local.seed import awarded

TODAY = date(2027, 6, 1)


def program(*codes: str) -> dict[str, Any]:
    return {"designations": [{"code": code} for code in codes]}


@pytest.mark.parametrize(
    ("codes", "held"),
    [
        (("IPMA-SCP", "IPMA-CP", "IPMA-CS"), ["IPMA-CP", "IPMA-SCP", "IPMA-CS", "IPMA-CS", "IPMA-CP"]),
        (("CQE", "CQA"), ["CQA", "CQE", "CQA", "CQA", "CQA"]),
        (("CHRP",), ["CHRP", "CHRP", "CHRP", "CHRP"]),
    ],
)
def test_the_demo_members_hold_what_the_program_awards_each_at_most_once(
    codes: tuple[str, ...], held: list[str]
) -> None:
    rows = awarded(demo_roster(TODAY), program(*codes))
    assert [row["designation"] for row in rows if row["designation"]] == held
    assert {row["member_id"] for row in rows} == {row["member_id"] for row in demo_roster(TODAY)}
