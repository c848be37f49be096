"""Staff import a roster: every outcome, every rejection, and a rerun that changes nothing."""

from dataclasses import replace
from datetime import date

import pytest

from shared.domain.errors import IdempotencyKeyReused, Unavailable
from shared.domain.roster import ImportReport
from shared.use_cases.once import ATTEMPTS
from tests.unit.domain.builders import CERTIFICATION_ID, session
from tests.unit.domain.roster_rows import NOTHING_HELD, cells
from tests.unit.use_cases.portal import Portal, member, staff


def counts(report: ImportReport) -> tuple[int, int, int, list[tuple[int, str]]]:
    return (
        report.created,
        report.updated,
        report.unchanged,
        [(fault.row, fault.field) for fault in report.rejected],
    )


def person(number: int, **changes: str) -> dict[str, str]:
    return cells(**{"member_id": f"M-{number}", "email": f"m{number}@example.org"} | changes)


def test_an_import_creates_members_certifications_and_asks_for_accounts() -> None:
    portal = Portal()
    report = portal.import_rows(
        person(1), person(1, designation="IPMA-SCP"), person(2, **NOTHING_HELD), person(3, email="nonsense")
    )
    assert counts(report) == (3, 0, 0, [(4, "email")])
    assert sorted(portal.table.members) == ["m-1", "m-2"]
    assert len(portal.table.recertifications) == 2
    assert portal.logins.asked_for == [["M-1", "M-2"]]
    assert portal.table.types() == ["member-imported", "member-imported", "members-imported"]


def test_a_rerun_changes_nothing_and_asks_again_for_the_accounts_that_are_missing() -> None:
    portal = Portal()
    rows = [person(1), person(2), person(2, designation="IPMA-CS")]
    portal.import_rows(*rows)
    portal.table.members["m-1"] = replace(portal.table.members["m-1"], login="made")
    before = dict(portal.table.recertifications), dict(portal.table.members)
    assert counts(portal.import_rows(*rows, key="rerun")) == (0, 0, 3, [])
    assert (portal.table.recertifications, portal.table.members) == before
    assert portal.logins.asked_for[-1] == ["M-2"]


def test_an_import_updates_names_addresses_and_days() -> None:
    portal = Portal()
    portal.import_rows(person(1), person(2), person(3))
    report = portal.import_rows(
        person(1, last_name="Simpson"),
        person(2, email="new@example.org"),
        person(3, expires_on="2028-12-31"),
        key="later",
    )
    assert counts(report) == (0, 3, 0, [])
    assert portal.current.certification.member_name == "Marge Simpson"
    assert portal.table.members["m-2"].email == "new@example.org"
    assert portal.logins.asked_for[-1] == ["M-1", "M-2", "M-3"]


def test_a_rerun_after_an_approval_in_the_portal_rolls_nothing_back() -> None:
    portal = Portal()
    portal.import_rows(person(1))
    portal.enter(session("employment", 50))
    portal.submit()
    portal.record(command=staff("money"))
    portal.decide(command=staff("approve"))
    approved = portal.current
    assert approved.certification.expires_on == date(2030, 12, 31)
    assert counts(portal.import_rows(person(1), key="rerun")) == (0, 0, 1, [])
    assert portal.current == approved
    report = portal.import_rows(person(1, expires_on="2028-12-31"), key="other days")
    assert counts(report) == (0, 0, 0, [(1, "expires_on")])
    assert portal.current == approved


def test_entries_stay_over_an_import_that_moves_the_days() -> None:
    portal = Portal()
    portal.import_rows(person(1))
    portal.enter(session("employment", 44))
    portal.import_rows(person(1, expires_on="2028-12-31"), key="later")
    assert portal.current.cycle.points_total == 44
    assert len(portal.current.entries) == 1
    assert portal.current.cycle.ends_on == date(2028, 12, 31)


def test_one_address_in_one_file_belongs_to_who_comes_first() -> None:
    portal = Portal()
    rows = person(1, email="Same@example.org"), person(2, email="same@example.org")
    assert counts(portal.import_rows(*rows)) == (1, 0, 0, [(2, "email")])
    assert list(portal.table.members) == ["m-1"]
    assert counts(portal.import_rows(*rows, key="rerun")) == (0, 0, 1, [(2, "email")])


def test_an_address_of_another_member_is_rejected() -> None:
    portal = Portal()
    portal.import_rows(person(1), person(2))
    report = portal.import_rows(person(2, email="M1@Example.org"), key="later")
    assert counts(report) == (0, 0, 0, [(1, "email")])
    assert portal.table.members["m-2"].email == "m2@example.org"


def test_every_wrong_field_of_every_row_is_reported_in_the_order_of_the_file() -> None:
    portal = Portal()
    report = portal.import_rows(
        person(1, status="x"),
        person(2),
        person(2),
        person(3, email="x", expires_on="x"),
        person(2, designation="IPMA-CS", first_name="Lisa"),
        person(4, email="m2@example.org"),
    )
    assert counts(report) == (
        1, 0, 0,
        [(1, "status"), (3, "designation"), (4, "email"), (4, "expires_on"), (5, "first_name"), (6, "email")],
    )  # fmt: skip


def test_ids_of_members_are_alike_in_any_case() -> None:
    portal = Portal()
    report = portal.import_rows(person(1), person(1, member_id="m-1", designation="IPMA-CS"))
    assert counts(report) == (2, 0, 0, [])
    assert [each.member_id for each in portal.table.members.values()] == ["M-1"]
    assert CERTIFICATION_ID in portal.table.recertifications


def test_a_dry_run_writes_nothing_and_reports_the_same() -> None:
    portal = Portal()
    portal.import_rows(person(1), person(2), person(3))
    rows = [
        person(1),
        person(2, last_name="Simpson"),
        person(3, email="m1@example.org"),
        person(4),
        person(5, email="m4@example.org"),
        person(6, status="?"),
    ]
    table = portal.table
    before = dict(table.members), dict(table.recertifications), dict(table.events), table.writes
    dry = portal.import_rows(*rows, key="k", dry_run=True)
    assert (table.members, table.recertifications, table.events, table.writes) == before
    assert len(portal.logins.asked_for) == 1
    assert portal.import_rows(*rows, key="k") == dry
    assert counts(dry) == (1, 1, 1, [(3, "email"), (5, "email"), (6, "status")])


def test_the_same_key_gives_the_same_report_and_imports_nothing() -> None:
    portal = Portal()
    rows = [person(1), person(2, email="x")]
    first = portal.import_rows(*rows)
    writes = portal.table.writes
    assert portal.import_rows(*rows) == first
    assert (portal.table.writes, len(portal.logins.asked_for)) == (writes, 1)
    with pytest.raises(IdempotencyKeyReused):
        portal.import_rows(*rows, body="another file")


def test_an_import_that_broke_off_is_finished_by_the_same_request() -> None:
    portal = Portal()

    def break_off() -> None:
        raise ConnectionError

    portal.table.meanwhile += [lambda: None, break_off]
    with pytest.raises(ConnectionError):
        portal.import_rows(person(1), person(2))
    assert list(portal.table.members) == ["m-1"]
    assert counts(portal.import_rows(person(1), person(2))) == (1, 0, 1, [])
    assert list(portal.table.members) == ["m-1", "m-2"]
    assert portal.logins.asked_for == [["M-1"], ["M-1", "M-2"]]


def test_a_row_that_meets_a_change_in_the_portal_is_decided_anew() -> None:
    portal = Portal()
    portal.import_rows(person(1))
    portal.enter(session("employment", 50))
    portal.table.meanwhile.append(lambda: portal.submit(member("sign")))
    report = portal.import_rows(person(1, expires_on="2028-12-31"), key="later")
    assert counts(report) == (0, 0, 0, [(1, "expires_on")])
    assert portal.current.cycle.state == "submitted"
    assert portal.current.cycle.ends_on == date(2027, 12, 31)


def test_a_row_that_always_comes_second_stops_the_import() -> None:
    portal = Portal()
    portal.import_rows(person(1))

    def touch() -> None:
        known = portal.table.members["m-1"]
        portal.table.members["m-1"] = replace(known, version=known.version + 1)

    portal.table.meanwhile += [touch] * ATTEMPTS
    with pytest.raises(Unavailable):
        portal.import_rows(person(1, last_name="Simpson"), key="later")
