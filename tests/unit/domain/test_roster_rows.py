"""Reading the rows of a roster: every wrong field of a row is named at once."""

from datetime import date

import pytest

from shared.domain.roster import COLUMNS
from tests.unit.domain.roster_rows import NOTHING_HELD, faults_of, row


def test_the_columns_are_those_of_the_contract() -> None:
    assert ",".join(COLUMNS) == (
        "member_id,first_name,last_name,email,designation,certified_since,expires_on,status,committees"
    )


def test_a_sound_row_is_read_and_trimmed() -> None:
    found = row(3, first_name="  Marge ", committees=" Ethics ; ;Board;")
    assert (found.row, found.member_id, found.first_name) == (3, "M-1", "Marge")
    assert found.holding is not None
    assert found.holding.committees == ("Ethics", "Board")
    assert found.holding.expires_on == date(2027, 12, 31)


def test_a_row_without_a_designation_is_a_person_who_holds_none() -> None:
    """Rule 9."""
    assert row(**NOTHING_HELD).holding is None


WRONG = [
    ("member_id", ["", " ", "a b", "-1", "ü", "x" * 65, "a/b", "a#b", "M-1\n2"]),
    ("first_name", ["", "   ", "x" * 101, "a\tb", "a\x00b", "a\u2028b"]),
    ("last_name", ["", "x" * 101, "a\nb", "\ud800"]),
    (
        "email",
        ["", "a", "a@b", "@b.org", "a@b.c", "a b@example.org", "a@b@c.org", f"{'x' * 65}@b.org",
         f"a@{'x' * 250}.org", "a\x00@b.org", "a,b@c.org", '"a"@c.org', "<a@c.org>", "a@c.org;b@c.org",
         "müller@c.org", "a@exämple.org", "a(b)@c.org", "x:y@c.org", "a\\@c.org", "a..b@c.org", ".a@c.org", "a.@c.org",
         "[1]@c.org", "a@-c.org", "a@c-.org", "a@c..org", "a\u00adb@c.org", "=?utf-8?q?a=0ABcc?=@c.org"],
    ),
    ("designation", ["", "IPMA", "ipma-cp", "IPMA-CP,IPMA-CS"]),
    (
        "certified_since",
        ["", "2025-5-1", "2025-02-30", "2025-05-01T00:00:00", "01/05/2025", "20250501", "2025-W18-4",
         "٢٠٢٥-٠٥-٠١", "0001-01-01", "1899-12-31", "2025-05-01\n2"],
    ),
    ("expires_on", ["", "soon", "2027-02-29", "2024-04-30", "2201-01-01"]),
    ("status", ["", "New", "lapsed", "active"]),
    ("committees", ["x" * 1001, "a\x00b", "a\nb"]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("field", "value"), [(field, value) for field, values in WRONG for value in values], ids=repr
)
def test_a_wrong_field_is_named(field: str, value: str) -> None:
    assert faults_of(**{field: value}) == [field]


def test_every_wrong_field_of_a_row_is_named_at_once() -> None:
    wrong = {"member_id": "", "email": "x", "designation": "x", "expires_on": "x", "status": "x"}
    assert faults_of(**wrong) == ["member_id", "email", "designation", "expires_on", "status"]


def test_a_certification_of_one_day_is_possible() -> None:
    assert row(certified_since="2027-12-31").holding is not None
