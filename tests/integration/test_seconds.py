"""Rules 4 and 7 to 9 at their exact second, in the program's time zone, through every route that they touch."""

from collections.abc import Callable
from typing import Any

import pytest

from shared.handling import wiring
from tests.integration.calendar_year import Year
from tests.integration.portal import REVIEWER, SIGNING, STAFF, Answer, Person, Portal, entry
from tests.integration.test_documents import said
from tests.integration.world import DocumentsBucket

OWN_TABLE = True

MIDNIGHTS = {
    "an ordinary night": ("2027-12-31", "2028-01-01T04:59:59Z", "2028-01-01T05:00:00Z"),
    "the leap day": ("2028-02-29", "2028-03-01T04:59:59Z", "2028-03-01T05:00:00Z"),
    "the day before a leap day": ("2028-02-28", "2028-02-29T04:59:59Z", "2028-02-29T05:00:00Z"),
    "a day of 23 hours": ("2028-03-12", "2028-03-13T03:59:59Z", "2028-03-13T04:00:00Z"),
    "a day of 25 hours": ("2027-11-07", "2027-11-08T04:59:59Z", "2027-11-08T05:00:00Z"),
}
"""A last day, its last second and the first of the next day, in UTC."""


@pytest.fixture
def bucket(portal: Portal, monkeypatch: pytest.MonkeyPatch) -> DocumentsBucket:
    made = DocumentsBucket()
    monkeypatch.setattr(wiring, "document_store", lambda: made)
    return made


def access(portal: Portal, who: Person) -> str:
    found: str = portal.get("/api/me", who).json["portal"]["access"]
    return found


CHANGES: dict[str, Callable[[Portal, Person, dict[str, Any]], Answer]] = {
    "enter": lambda portal, who, _: portal.enter(who, entry(quantity=1)),
    "edit": lambda portal, who, made: portal.put(entry_path(who, made), who, entry(quantity=1), version=1),
    "delete": lambda portal, who, made: portal.ask("DELETE", entry_path(who, made), who, version=1),
    "sign": lambda portal, who, _: portal.post(portal.cycle_path(who, "submission"), who, SIGNING),
    "upload": lambda portal, who, _: portal.post("/api/documents", who, said()),
}


def entry_path(who: Person, made: dict[str, Any]) -> str:
    return Portal.cycle_path(who, f"entries/{made['entry_id']}")


@pytest.mark.usefixtures("bucket")
@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("night", ["an ordinary night", "a day of 23 hours", "a day of 25 hours"])
def test_every_change_is_possible_to_the_last_second_and_not_one_longer(
    portal: Portal, night: str, change: str
) -> None:
    last_day, last_second, midnight = MIDNIGHTS[night]
    who = portal.member(certified_since="2024-05-01", expires_on=last_day)
    made = portal.points(who, 50 if change == "sign" else 40)
    portal.at(midnight)
    refused = CHANGES[change](portal, who, made)
    assert (refused.status, refused.code) == (403, "certification-lapsed")
    portal.at(last_second)
    assert CHANGES[change](portal, who, made).status in (200, 201, 204)


@pytest.mark.parametrize("night", MIDNIGHTS)
def test_an_extension_lasts_to_the_last_second_of_its_day(portal: Portal, night: str) -> None:
    extended_to, last_second, midnight = MIDNIGHTS[night]
    portal.at("2027-06-15T12:00:00-04:00")
    who = portal.member(expires_on="2027-10-31")
    body = {"extended_to": extended_to, "reason": "Hardship"}
    path = f"/api/staff/certifications/{who.certification_id}/extension"
    assert portal.post(path, REVIEWER, body).status == 200
    portal.at("2027-11-01T00:00:00-04:00")
    assert access(portal, who) == "open"
    portal.at(last_second)
    assert access(portal, who) == "open"
    portal.at(midnight)
    assert access(portal, who) == "lapsed"


@pytest.mark.parametrize(
    ("returned_at", "last_second", "midnight"),
    [
        # 30 days after 29 January are over on 28 February, also in a leap year
        ("2028-01-29T12:00:00-05:00", "2028-02-29T04:59:59Z", "2028-02-29T05:00:00Z"),
        ("2028-01-30T12:00:00-05:00", "2028-03-01T04:59:59Z", "2028-03-01T05:00:00Z"),
        # over the change to summer time
        ("2028-02-20T12:00:00-05:00", "2028-03-22T03:59:59Z", "2028-03-22T04:00:00Z"),
        # returned in the last second of a day, and in the first of the next
        ("2028-01-10T23:59:59-05:00", "2028-02-10T04:59:59Z", "2028-02-10T05:00:00Z"),
        ("2028-01-11T00:00:00-05:00", "2028-02-11T04:59:59Z", "2028-02-11T05:00:00Z"),
    ],
)
def test_the_correction_days_end_with_a_second_too(
    portal: Portal, returned_at: str, last_second: str, midnight: str
) -> None:
    portal.at("2027-12-31T23:59:59-05:00")
    who = portal.member(expires_on="2027-12-31")
    made = portal.submitted(who)
    portal.at(returned_at)
    assert access(portal, who) == "open"
    assert portal.decide(who, made["submission"]["submission_id"], "return").status == 200
    portal.at(midnight)
    assert (access(portal, who), portal.sign(who).code) == ("lapsed", "certification-lapsed")
    portal.at(last_second)
    assert (access(portal, who), portal.sign(who).status) == ("open", 201)
    portal.at(midnight)
    assert access(portal, who) == "open"


def test_a_report_signed_a_second_late_is_not_signed(portal: Portal) -> None:
    who = portal.member(expires_on="2027-12-31")
    portal.points(who, 50)
    portal.at("2028-01-01T00:00:00-05:00")
    assert portal.sign(who).code == "certification-lapsed"
    assert portal.get("/api/staff/reviews", STAFF).json["items"] == []


@pytest.mark.parametrize(
    ("moment", "code"),
    [("2028-01-01T00:00:00-05:00", "200"), ("2027-12-31T23:59:59-05:00", "already-decided")],
)
def test_a_certification_is_reinstated_from_the_second_on_in_which_it_lapsed(
    portal: Portal, moment: str, code: str
) -> None:
    who = portal.member(expires_on="2027-12-31")
    portal.paid(portal.post(portal.cycle_path(who, "invoice"), who).json["invoice_id"])
    portal.at(moment)
    day = "2028-01-01" if code == "200" else "2027-12-31"
    body = {"report_received_on": day, "comment": ""}
    answer = portal.post(f"/api/staff/certifications/{who.certification_id}/reinstatement", REVIEWER, body)
    assert answer.code == code
    if code == "200":
        cycle = answer.json["cycle"]
        assert (cycle["starts_on"], cycle["ends_on"]) == ("2028-01-02", "2030-12-31")
        assert access(portal, who) == "open"


def test_a_report_of_a_leap_day_opens_a_window_on_the_first_of_march(portal: Portal) -> None:
    who = portal.member(certified_since="2024-05-01", expires_on="2028-02-28")
    portal.paid(portal.post(portal.cycle_path(who, "invoice"), who).json["invoice_id"])
    portal.at("2028-03-05T12:00:00-05:00")
    body = {"report_received_on": "2028-02-29", "comment": ""}
    answer = portal.post(f"/api/staff/certifications/{who.certification_id}/reinstatement", REVIEWER, body)
    cycle = answer.json["cycle"]
    assert (cycle["starts_on"], cycle["ends_on"]) == ("2028-03-01", "2031-02-28")


def test_who_holds_nothing_has_no_portal_at_any_second(portal: Portal) -> None:
    who = portal.uncertified()
    for moment in ("2027-12-31T23:59:59-05:00", "2028-01-01T00:00:00-05:00"):
        portal.at(moment)
        me = portal.get("/api/me", who).json["portal"]
        assert me["access"] == "not-certified"
        assert "get-certified" in me["detail"]


@pytest.mark.parametrize(
    ("moment", "looked"), [("2027-02-15T04:59:59Z", False), ("2027-02-15T05:00:00Z", True)]
)
def test_invoices_are_released_with_the_first_second_of_15_february(
    portal: Portal, monkeypatch: pytest.MonkeyPatch, moment: str, looked: bool
) -> None:
    year = Year(monkeypatch)
    portal.at("2027-01-10T12:00:00-05:00")
    portal.member(expires_on="2027-12-31")
    portal.at(moment)
    assert year.job("generate_invoices", moment)["looked"] is looked
