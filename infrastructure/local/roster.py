"""Rosters as the body's old system would export them: the demo accounts, and some hundred generated certifications.

python -m infrastructure.local.roster --year 2027 --members 300 > roster.csv
"""

import argparse
import csv
import io
import random
import sys
from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from shared.domain.roster import COLUMNS

Row = dict[str, str]

DESIGNATIONS = ("IPMA-SCP", "IPMA-CP", "IPMA-CS")
FIRST_NAMES = (
    *(
        "Ada",
        "Bea",
        "Chloé",
        "Dmitri",
        "Esi",
        "Farah",
        "Gus",
        "Hana",
        "Ines",
        "Jamal",
        "Kim",
        "Lars",
        "Mei",
        "Nuno",
    ),
    *("Olga", "Priya", "Quentin", "Rosa", "Søren", "Tariq", "Uma", "Vera", "Wen", "Ximena", "Yusuf", "Zoë"),
)
LAST_NAMES = (
    *(
        "Abara",
        "Brooks",
        "Chen",
        "Diaz",
        "Eriksen",
        "Fischer",
        "García",
        "Haddad",
        "Ito",
        "Jones",
        "Kowalski",
        "Lopez",
    ),
    *(
        "Müller",
        "Nakamura",
        "O'Brien",
        "Patel",
        "Quist",
        "Rossi",
        "Silva",
        "Tanaka",
        "Ueda",
        "van Dijk",
        "Wright",
    ),
)
COMMITTEES = ("Ethics", "Program", "Chapter Board", "Membership", "Awards")

MEMBER, TWO, NEW, LAPSED, UNCERTIFIED, STAFF = (
    f"{name}@example.org" for name in ("member", "two", "new", "lapsed", "uncertified", "staff")
)
DEMO_EMAILS = (MEMBER, TWO, NEW, LAPSED, UNCERTIFIED, STAFF)


def demo_roster(today: date) -> list[Row]:
    """The rows of the demo accounts on a day: what each may do depends on the year it is."""
    year = today.year
    person = _person
    some_months_ago = today - timedelta(days=150)
    return [
        person("D1001", "Morgan", "Reyes", MEMBER)
        | _held("IPMA-CP", date(year - 8, 4, 12), date(year, 12, 31), "renew"),
        person("D1002", "Jordan", "Whitfield", TWO)
        | _held("IPMA-SCP", date(year - 7, 9, 1), date(year + 1, 12, 31), "renew", "Ethics;Chapter Board"),
        person("D1002", "Jordan", "Whitfield", TWO)
        | _held("IPMA-CS", date(year - 2, 3, 15), date(year, 12, 31), "new"),
        person("D1003", "Riley", "Nakamura", NEW)
        | _held("IPMA-CS", some_months_ago, date(year + 2, 12, 31), "new"),
        person("D1004", "Casey", "Okafor", LAPSED)
        | _held("IPMA-CP", date(year - 10, 6, 1), date(year - 1, 12, 31), "terminated"),
        person("D1005", "Avery", "Lindqvist", UNCERTIFIED),
        person("D9001", "Sam", "Delgado", STAFF),
    ]


def generated_roster(today: date, members: int, seed: int = 2027) -> Iterator[Row]:
    """So many members with one or two certifications each, in every state; the same for the same seed and year."""
    chance = random.Random(seed)  # noqa: S311 (test data, not a secret)
    for number in range(1, members + 1):
        first, last = chance.choice(FIRST_NAMES), chance.choice(LAST_NAMES)
        person = _person(
            f"G{number:05d}", first, last, f"{_ascii(first)}.{_ascii(last)}.{number}@example.net"
        )
        for designation in chance.sample(DESIGNATIONS, k=2 if number % 7 == 0 else 1):
            yield person | _holding(designation, today.year, chance)


def as_csv(rows: Iterable[Row]) -> str:
    """Rows as the CSV that the import takes."""
    file = io.StringIO()
    writer = csv.DictWriter(file, COLUMNS, lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    return file.getvalue()


def _holding(designation: str, year: int, chance: random.Random) -> Row:
    kind = chance.choices(("new", "renew", "due", "terminated"), weights=(3, 4, 3, 1))[0]
    committees = ";".join(chance.sample(COMMITTEES, k=chance.choice((0, 0, 1, 2))))
    if kind == "new":
        ends = year + chance.choice((1, 2))
        return _held(
            designation,
            date(ends - 2, chance.randint(1, 12), chance.randint(1, 28)),
            date(ends, 12, 31),
            kind,
            committees,
        )
    since = date(year - chance.randint(6, 20), chance.randint(1, 12), chance.randint(1, 28))
    if kind == "terminated":
        return _held(designation, since, date(year - chance.randint(1, 3), 12, 31), kind, committees)
    ends = year if kind == "due" else year + chance.choice((1, 2))
    return _held(designation, since, date(ends, 12, 31), "renew", committees)


def _person(member_id: str, first_name: str, last_name: str, email: str) -> Row:
    empty = dict.fromkeys(COLUMNS, "")
    return empty | {"member_id": member_id, "first_name": first_name, "last_name": last_name, "email": email}


def _held(designation: str, since: date, expires_on: date, status: str, committees: str = "") -> Row:
    return {
        "designation": designation,
        "certified_since": since.isoformat(),
        "expires_on": expires_on.isoformat(),
        "status": status,
        "committees": committees,
    }


def _ascii(name: str) -> str:
    folded = name.lower().translate(str.maketrans("éøëüí", "eoeui", "' "))
    return folded.encode("ascii", "ignore").decode()


def main() -> None:
    """Print a generated roster."""
    parser = argparse.ArgumentParser(description="Print a roster of generated certifications as CSV.")
    parser.add_argument(
        "--year", type=int, required=True, help="the recertification year that most are due in"
    )
    parser.add_argument("--members", type=int, default=300)
    parser.add_argument("--seed", type=int, default=2027)
    options = parser.parse_args()
    sys.stdout.write(as_csv(generated_roster(date(options.year, 1, 1), options.members, options.seed)))


if __name__ == "__main__":
    main()
