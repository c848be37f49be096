"""An edition takes over the cycles that are running: each page, refusal and paper goes by the same edition."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

import pytest

from shared.domain.program import Editions, Program
from shared.handling import wiring
from shared.programs import FOLDER, load_editions
from shared.repositories import keys
from tests.integration.conftest import WIRED
from tests.integration.portal import ADMINISTRATOR, COLLEAGUE, STAFF, Person, Portal, entry
from tests.integration.test_report_pdf import printed
from tests.integration.transfers import MemoryBucket, MemoryQueue

OWN_TABLE = True

SHIPPED = load_editions("ipma-hr").programs[-1]
AFTER = "2027-07-02T12:00:00-04:00"
STAFFS = "/api/staff/certifications"

Publish = Callable[..., Program]


@pytest.fixture
def publish(portal: Portal, monkeypatch: pytest.MonkeyPatch) -> Iterator[Publish]:
    """Publishes an edition that takes over from a day on: half the points of a webinar, podcasts besides, and 60 days
    to correct a report that came back."""

    def publishing(effective_from: date = date(2027, 7, 1), **changes: Any) -> Program:
        webinar = next(each for each in SHIPPED.activities if each.code == "webinar")
        others = [each for each in SHIPPED.activities if each is not webinar]
        half = replace(webinar, points=webinar.points / 2)
        podcast = replace(webinar, code="podcast", title="Podcast")
        taking = replace(
            SHIPPED,
            edition="ipma-hr/2027b",
            effective_from=effective_from,
            takes_over=True,
            activities=(half, podcast, *others),
            correction_days=60,
            **changes,
        )
        monkeypatch.setattr(wiring, "editions", cache(lambda: Editions((SHIPPED, taking))))
        forget()
        return taking

    yield publishing
    forget()


def forget() -> None:
    for each in WIRED:
        getattr(wiring, each).cache_clear()


def stored(who: Person) -> list[Any]:
    return wiring.table().query(keys.certification_partition(who.certification_id))


def cycle_in(items: list[Any]) -> Any:
    (cycle,) = (each for each in items if each["SK"] == "CYCLE")
    return cycle


def closed(portal: Portal, who: Person) -> Any:
    (cycle,) = portal.get(portal.cycle_path(who, "cycles"), who).json["items"]
    return cycle


def report(portal: Portal, who: Person, **query: str) -> Any:
    answer = portal.get(portal.cycle_path(who, "report"), who, query=query)
    assert answer.status == 200, answer.json
    return answer.json


def settle(portal: Portal, who: Person, signed: Any) -> Any:
    portal.paid(signed["invoice"]["invoice_id"])
    decided = portal.decide(who, signed["submission"]["submission_id"])
    assert decided.status == 200, decided.json
    return decided.json


def test_points_fall_and_what_is_signed_is_what_is_counted(portal: Portal, publish: Publish) -> None:
    taking = publish()
    member = portal.member()
    assert portal.enter(member, entry("webinar", 50)).json["cycle"]["state"] == "complete"
    kept = stored(member)
    portal.at(AFTER)
    for shown in (
        portal.dashboard(member),
        portal.get(f"{STAFFS}/{member.certification_id}/cycle", STAFF).json,
    ):
        cycle, (made,) = shown["cycle"], shown["entries"]
        assert (cycle["edition"], cycle["state"]) == (taking.edition, "entering")
        assert (cycle["points_total"], cycle["points_missing"]) == (25, 25)
        assert sum(cycle["by_category"].values()) == made["points"] == made["points_counted"] == 25
    assert report(portal, member)["totals"]["points_missing"] == 25
    refused = portal.sign(member)
    assert (refused.code, refused.json["missing_points"]) == ("not-ready-to-submit", 25)
    assert stored(member) == kept

    more = portal.enter(member, entry("webinar", 49, title="Another"), entry("webinar", 1, title="A third"))
    assert (more.status, more.json["cycle"]["points_total"]) == (201, 50)
    cycle = cycle_in(stored(member))
    assert (cycle["edition"], cycle["started_under"]) == (taking.edition, SHIPPED.edition)
    assert cycle["points_total"] == 50
    untouched = [each for each in kept if each["SK"] != "CYCLE"]
    assert [each for each in untouched if each not in stored(member)] == []

    signed = portal.sign(member)
    assert (signed.status, signed.json["submission"]["points_total"]) == (201, 50)
    assert report(portal, member)["totals"]["points_total"] == 50
    settle(portal, member, signed.json)
    assert closed(portal, member)["points_total"] == 50


def test_an_edition_that_lacks_what_a_running_cycle_may_hold_takes_nothing_over(
    portal: Portal, bucket: MemoryBucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wiring, "imports_queue", MemoryQueue)
    text = (FOLDER / "ipma-hr" / "2026.toml").read_text(encoding="utf-8")
    text = text.replace('code = "webinar"', 'code = "podcast"').replace("ipma-hr/2026", "ipma-hr/2027b")
    assert portal.post("/api/staff/edition-trials", ADMINISTRATOR, {"text": text}).status == 202
    text = text.replace("effective_from = 2026-01-01", "effective_from = 2027-01-01\ntakes_over = true")
    refused = portal.post("/api/staff/edition-trials", ADMINISTRATOR, {"text": text})
    assert (refused.code, refused.pointers) == ("invalid-request", ["/text"])
    assert refused.json["errors"][0]["detail"].endswith(
        'takes_over: The activity "webinar" is missing, as it is in ipma-hr/2026, whose cycles this edition takes over.'
    )


def test_a_cycle_that_was_taken_over_is_closed_and_printed_under_the_edition_of_its_signing(
    portal: Portal, publish: Publish
) -> None:
    taking = publish()
    member = portal.member()
    assert portal.enter(member, entry("podcast", 1)).code == "invalid-request"
    assert portal.enter(member, entry("webinar", 20)).status == 201
    portal.at(AFTER)
    day = {"started_on": "2027-06-20", "ended_on": "2027-06-20"}
    assert portal.enter(member, entry("podcast", 40, **day)).json["cycle"]["points_total"] == 50
    settle(portal, member, portal.sign(member).json)
    cycle = closed(portal, member)
    assert (cycle["points_total"], cycle["edition"]) == (50, taking.edition)
    told = report(portal, member, cycle=cycle["cycle_id"])
    assert (told["totals"]["points_total"], told["totals"]["points_missing"]) == (50, 0)
    assert sorted((each["activity"], each["points"]) for each in told["entries"]) == [
        ("podcast", 40),
        ("webinar", 10),
    ]
    assert "50 of 50 required" in printed(portal, member, cycle=cycle["cycle_id"])

    path = f"{STAFFS}/{member.certification_id}/undo-approval"
    undone = portal.post(path, COLLEAGUE, {"reason": "The wrong report"})
    assert (undone.status, undone.json["cycle"]["points_total"]) == (200, 50)
    assert undone.json["cycle"]["edition"] == taking.edition
    assert portal.decide(member, undone.json["submission"]["submission_id"]).status == 200


def test_what_was_signed_before_stays_as_it_was_signed(portal: Portal, publish: Publish) -> None:
    taking = publish()
    done, waiting = portal.member(), portal.member()
    signed = []
    for each in (done, waiting):
        assert portal.enter(each, entry("webinar", 50)).status == 201
        signed.append(portal.sign(each).json)
    settle(portal, done, signed[0])
    portal.at(AFTER)
    assert report(portal, done, cycle=closed(portal, done)["cycle_id"])["totals"]["points_total"] == 50
    shown = portal.dashboard(waiting)
    assert (shown["cycle"]["points_total"], shown["cycle"]["edition"]) == (50, SHIPPED.edition)
    opened = settle(portal, waiting, signed[1])
    assert closed(portal, waiting)["points_total"] == 50
    assert opened["cycle"]["starts_on"] == "2027-06-16", "a day of the edition before"
    assert opened["cycle"]["edition"] == portal.dashboard(waiting)["cycle"]["edition"] == taking.edition


def test_what_a_reinstatement_opens_is_taken_over_at_once(portal: Portal, publish: Publish) -> None:
    taking = publish()
    member = portal.member(expires_on="2027-05-31")
    portal.paid(portal.post(portal.cycle_path(member, "invoice"), member).json["invoice_id"])
    portal.at(AFTER)
    received = {"report_received_on": "2027-06-10", "comment": "By post."}
    opened = portal.post(f"{STAFFS}/{member.certification_id}/reinstatement", STAFF, received)
    assert opened.status == 200, opened.json
    assert opened.json["cycle"]["edition"] == taking.edition
    assert portal.dashboard(member)["cycle"]["edition"] == taking.edition


def test_the_days_to_correct_are_those_of_the_edition_that_took_over_everywhere(
    portal: Portal, publish: Publish
) -> None:
    publish(effective_from=date(2031, 1, 5))
    member = portal.member()
    portal.approved(member)
    certificate = portal.dashboard(member)["certification"]["certificate_id"]
    portal.at("2030-12-30T12:00:00-05:00")
    day = {"started_on": "2029-03-01", "ended_on": "2029-03-02"}
    assert portal.enter(member, entry(quantity=50, **day)).status == 201
    signed = portal.sign(member)
    assert signed.status == 201, signed.json
    portal.at("2031-01-10T12:00:00-05:00")
    returned = portal.decide(member, signed.json["submission"]["submission_id"], "return")
    assert returned.json["cycle"]["sign_by"] == "2031-03-11"
    assert "2031-03-11" in [each.last_day.isoformat() for each in wiring.calendar().read().days]

    portal.at("2031-02-20T12:00:00-05:00")
    me = portal.get("/api/me", member).json
    assert (me["portal"]["access"], me["certifications"][0]["access"]) == ("open", "open")
    shown = portal.dashboard(member)
    assert (shown["certification"]["access"], shown["cycle"]["sign_by"]) == ("open", "2031-03-11")
    assert portal.get(f"/api/certificates/{certificate}").json["status"] == "current"
    lapsing = portal.get("/api/staff/figures", STAFF).json["lapsing"]
    assert lapsing == {"within_30_days": 1, "within_60_days": 1, "within_90_days": 1}
    assert portal.sign(member).status == 201


def test_what_is_opened_or_entered_in_a_cycle_that_is_not_taken_over_is_stored_as_before(
    portal: Portal, publish: Publish
) -> None:
    publish()
    member = portal.member()
    portal.points(member, 5)
    portal.points(member, 6)
    cycle = cycle_in(stored(member))
    assert (cycle["edition"], cycle["points_total"]) == (SHIPPED.edition, Decimal(11))
    assert "started_under" not in cycle
