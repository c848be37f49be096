"""What a recertification costs: by designation, by the day of the invoice, and for members of the body."""

from collections.abc import Iterator
from typing import Any

import pytest

from shared import settings
from shared.domain.roster import COLUMNS
from shared.handling import wiring
from tests.integration.calendar_year import Year
from tests.integration.conftest import WIRED
from tests.integration.portal import ADMINISTRATOR, FINANCE, STAFF, Person, Portal

OWN_TABLE = True
WITH_MEMBERSHIP = ",".join((*COLUMNS, "body_member"))


def forget() -> None:
    settings.settings.cache_clear()
    for each in (*WIRED, "editions"):
        getattr(wiring, each).cache_clear()


@pytest.fixture(autouse=True)
def prices(portal: Portal, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The portal runs by the example edition, which has such prices for IPMA-CS."""
    with monkeypatch.context() as patch:
        patch.setenv("PROGRAM", "example-reinstatement")
        forget()
        yield
    forget()


def row(body_member: str) -> str:
    return f"p1,Pia,Price,p1@example.org,IPMA-CS,2024-05-01,2027-12-31,new,,{body_member}\r\n"


def bring(portal: Portal, *rows: str) -> dict[str, Any]:
    report: dict[str, Any] = portal.import_csv(f"{WITH_MEMBERSHIP}\r\n{''.join(rows)}").json
    return report


def price(portal: Portal, who: Person) -> int:
    amount: int = portal.post(portal.cycle_path(who, "invoice"), who).json["total"]["amount"]
    return amount


def pia() -> Person:
    held = wiring.members().with_registrations("p1")[1]
    return Person("p1", (), tuple(each.certification.certification_id for each in held))


def test_the_prices_stand_in_the_program(portal: Portal) -> None:
    fees = portal.get("/api/program").json["fees"]
    told = [
        (each["membership"], each["amount"]["amount"], each["late_from"])
        for each in fees
        if each["designation"] == "IPMA-CS"
    ]
    assert told == [
        (None, 10000, None),
        ("member", 8000, None),
        ("member", 9000, {"month": 12, "day": 1}),
    ]


@pytest.mark.parametrize(("said", "amount"), [("yes", 8000), ("no", 10000), ("", 10000)])
def test_who_is_a_member_by_the_roster_pays_the_members_price(portal: Portal, said: str, amount: int) -> None:
    assert bring(portal, row(said))["created"] == 1
    assert price(portal, pia()) == amount


def test_the_job_and_the_late_day_know_the_price_too(portal: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    year = Year(monkeypatch)
    bring(portal, row("yes"))
    portal.at("2027-12-01T06:00:00-05:00")
    year.job("generate_invoices")
    assert price(portal, pia()) == 9000


def test_the_membership_of_a_roster_changes_with_the_roster_and_not_by_its_rerun(portal: Portal) -> None:
    bring(portal, row("yes"))
    page = portal.get("/api/staff/members/p1", STAFF)
    assert page.json["body_member"] is True
    answer = portal.put("/api/staff/members/p1/membership", FINANCE, {"body_member": False}, version=1)
    assert (answer.status, answer.json["body_member"]) == (200, False)
    assert bring(portal, row("yes"))["unchanged"] == 1
    assert bring(portal, row(""))["unchanged"] == 1
    assert portal.get("/api/staff/members/p1", STAFF).json["body_member"] is False
    assert bring(portal, row("no"))["updated"] == 1
    assert bring(portal, row("yes"))["updated"] == 1
    assert price(portal, pia()) == 8000


def test_another_word_than_yes_and_no_is_a_fault_and_rows_must_agree(portal: Portal) -> None:
    (fault,) = bring(portal, row("perhaps"))["rejected"]
    assert fault["field"] == "body_member"
    other = row("no").replace("IPMA-CS", "IPMA-CP")
    (fault,) = bring(portal, row("yes"), other)["rejected"]
    assert (fault["row"], fault["field"]) == (2, "body_member")


def test_staff_say_who_is_a_member_and_invoices_that_are_out_keep_their_price(portal: Portal) -> None:
    who, other = portal.member("IPMA-CS"), portal.member("IPMA-CS")
    assert price(portal, other) == 10000
    for each in (who, other):
        path = f"/api/staff/members/{each.member_id}/membership"
        answer = portal.put(path, ADMINISTRATOR, {"body_member": True}, version=1)
        assert (answer.status, answer.headers["etag"]) == (200, '"2"')
    assert (price(portal, who), price(portal, other)) == (8000, 10000)
    (event,) = [
        each for each in wiring.events().of(f"member:{who.member_id}") if each.type == "membership-changed"
    ]
    assert (event.by, event.data) == (ADMINISTRATOR.member_id, {"body_member": True})


def test_a_membership_is_changed_on_its_version_and_never_ones_own(portal: Portal) -> None:
    who = portal.member("IPMA-CS", groups=("staff",))
    path = f"/api/staff/members/{who.member_id}/membership"
    assert portal.put(path, who, {"body_member": True}, version=1).code == "staff-only"
    assert portal.put(path, STAFF, {"body_member": True}, version=7).code == "version-conflict"
    assert portal.put(path, STAFF, {"body_member": "yes"}, version=1).pointers == ["/body_member"]
    nobody = "/api/staff/members/nobody/membership"
    assert portal.put(nobody, STAFF, {"body_member": True}, version=1).code == "not-found"
