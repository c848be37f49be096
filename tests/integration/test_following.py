"""A request is followed through the log to the mail that it caused, and what happened is counted in the log."""

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
from aws_lambda_powertools.logging.formatter import LambdaPowertoolsFormatter
from botocore.exceptions import EndpointConnectionError

from functions.forward_changes import handler as forward_changes
from functions.stripe_webhook import handler as stripe_webhook
from shared.adapters.failures import Failed
from shared.adapters.http.resolver import logger as of_requests
from tests.integration.calendar_year import Year
from tests.integration.portal import STAFF, Person, Portal, entry

OWN_TABLE = True


class Log:
    """What the functions wrote, as JSON."""

    def __init__(self, text: io.StringIO) -> None:
        self._text = text

    def lines(self, message: str = "") -> list[dict[str, Any]]:
        found = [json.loads(line) for line in self._text.getvalue().splitlines()]
        return [each for each in found if message in ("", each["message"])]

    def counted(self) -> dict[str, int]:
        """The metrics that CloudWatch makes of these lines."""
        totals: dict[str, int] = {}
        for line in self.lines():
            for directive in line.get("_aws", {}).get("CloudWatchMetrics", ()):
                assert set(directive["Dimensions"][0]) <= set(line)
                for metric in directive["Metrics"]:
                    totals[metric["Name"]] = totals.get(metric["Name"], 0) + line[metric["Name"]]
        return totals


@pytest.fixture
def log() -> Iterator[Log]:
    """The functions' log: every Logger of the service writes through the same handler."""
    inner = of_requests._logger
    handler = of_requests.registered_handler
    text = io.StringIO()
    before, level = handler.setStream(text), inner.level  # type: ignore[attr-defined]
    inner.setLevel(logging.INFO)
    assert isinstance(of_requests.registered_formatter, LambdaPowertoolsFormatter)
    yield Log(text)
    inner.setLevel(level)
    handler.setStream(before)  # type: ignore[attr-defined]


@pytest.fixture
def year(portal: Portal, monkeypatch: pytest.MonkeyPatch) -> Year:
    return Year(monkeypatch)


@pytest.fixture
def member(portal: Portal) -> Person:
    return portal.member(expires_on="2027-12-31")


def test_from_the_request_that_the_browser_sent_to_the_mails_that_went_out(
    portal: Portal, year: Year, member: Person, log: Log
) -> None:
    portal.points(member, 50)
    event = portal.event(
        "POST",
        portal.cycle_path(member, "submission"),
        member,
        body={"agreement_version": "2026-01", "signature": "Mona"},
    )
    assert portal.handle(event).status == 201
    year.mail()
    (answered,) = [
        each for each in log.lines("answered") if each["request_id"] == event["requestContext"]["requestId"]
    ]
    caused = [each for each in log.lines() if each.get("event_id") == answered["event_id"]]
    mails = {each["outcome"] for each in caused if each["message"] == "mail"}
    assert mails == {"cycle-submitted", "invoice-issued-signed"}
    assert any(answered["event_id"] in each["event_ids"] for each in log.lines("changes_forwarded"))


def test_a_request_does_not_carry_on_what_the_one_before_it_was_about(
    portal: Portal, member: Person, log: Log
) -> None:
    portal.points(member, 1)
    portal.get(portal.cycle_path(member), member)
    changed, read = log.lines("answered")[-2:]
    assert changed["event_id"]
    assert "event_id" not in read
    assert changed["request_id"] != read["request_id"]


def test_entries_submissions_payments_and_invoices_are_counted_once_each(
    portal: Portal, year: Year, member: Person, log: Log
) -> None:
    portal.enter(member, entry(quantity=20), entry(quantity=20), entry(quantity=10))
    made = portal.sign(member).json
    portal.paid(made["invoice"]["invoice_id"])
    year.forward()
    wanted = {"Entries": 3, "Submissions": 1, "Payments": 1, "InvoicesCreated": 1}
    assert log.counted() == wanted
    year.forward()
    assert log.counted() == wanted


def test_a_change_that_is_no_new_item_is_not_counted() -> None:
    record = {"eventName": "MODIFY", "dynamodb": {"NewImage": {"SK": {"S": "INVOICE#1"}}}}
    assert forward_changes.counts_of([record]) == {}


def test_a_webhook_that_is_refused_is_counted(portal: Portal, log: Log) -> None:
    assert portal.notify(b"{}", "t=1,v1=wrong").status == 400
    assert log.counted() == {"WebhookFailures": 1}


def test_a_webhook_that_cannot_be_taken_is_counted(
    portal: Portal, member: Person, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    invoice_id = portal.post(portal.cycle_path(member, "invoice"), member).json["invoice_id"]
    url = portal.post(f"/api/invoices/{invoice_id}/checkout", member).json["checkout_url"]
    portal.stripe.press(url, "pay")

    def is_down(*_: object) -> None:
        raise EndpointConnectionError(endpoint_url="https://dynamodb")

    with monkeypatch.context() as patch:
        patch.setattr(stripe_webhook, "take_notice", is_down)
        refused = [answer.status for answer in portal.deliver()]
    assert set(refused) == {503}
    assert log.counted() == {"WebhookFailures": len(refused)}


def test_a_webhook_in_which_the_portal_itself_fails_is_counted_and_fails(
    portal: Portal, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    def is_wrong(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as patch:
        patch.setattr(stripe_webhook.wiring, "payments", is_wrong)
        with pytest.raises(Failed):
            portal.notify(b"{}", "t=1,v1=wrong")
    assert log.counted() == {"WebhookFailures": 1}
    assert [each["status"] for each in log.lines("webhook_failed")] == [500]


def test_invoices_expected_are_counted_against_those_missing(
    portal: Portal, year: Year, member: Person, log: Log
) -> None:
    portal.at("2027-02-20T06:00:00-05:00")
    year.job("reconcile")
    assert log.counted() == {"InvoicesExpected": 1, "InvoicesMissing": 1}
    assert STAFF.member_id not in str(log.lines())
