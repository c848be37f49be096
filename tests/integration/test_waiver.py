"""Waivers: nobody has to pay a waived invoice, and an approval may rest on it."""

from typing import Any

import pytest

from tests.integration.portal import CHEQUE, FINANCE, REVIEWER, STAFF, Answer, Person, Portal, new_key

WAIVER = {"reason": "Unemployed since May"}


def invoice_id(portal: Portal, who: Person) -> str:
    found: str = portal.post(portal.cycle_path(who, "invoice"), who).json["invoice_id"]
    return found


def waive(portal: Portal, invoice: str, who: Person = FINANCE, **more: Any) -> Answer:
    return portal.post(f"/api/staff/invoices/{invoice}/waiver", who, WAIVER, **more)


def test_a_waived_invoice_is_owed_by_nobody(portal: Portal) -> None:
    member = portal.member()
    invoice = invoice_id(portal, member)
    answer = waive(portal, invoice)
    assert (answer.status, answer.json["status"], answer.json["payments"]) == (201, "waived", [])
    assert portal.get(f"/api/invoices/{invoice}", member).json["status"] == "waived"
    assert portal.post(f"/api/invoices/{invoice}/checkout", member).code == "not-payable"
    assert portal.post(f"/api/staff/invoices/{invoice}/payment", FINANCE, CHEQUE).code == "not-payable"
    assert waive(portal, invoice).code == "not-payable"


def test_a_waiver_without_its_reason_is_told_to_give_one(portal: Portal) -> None:
    invoice = invoice_id(portal, portal.member())
    answer = portal.post(f"/api/staff/invoices/{invoice}/waiver", FINANCE, {"reason": " "})
    assert answer.json["errors"] == [{"pointer": "/reason", "detail": "Fill this in."}]


def test_an_approval_may_rest_on_a_waived_invoice(portal: Portal) -> None:
    member = portal.member()
    made = portal.submitted(member)
    assert portal.decide(member, made["submission"]["submission_id"]).code == "invoice-unpaid"
    assert waive(portal, made["invoice"]["invoice_id"]).status == 201
    assert portal.decide(member, made["submission"]["submission_id"]).status == 200


def test_a_waiver_ends_the_open_checkout_first(portal: Portal) -> None:
    member = portal.member()
    invoice = invoice_id(portal, member)
    url = portal.post(f"/api/invoices/{invoice}/checkout", member).json["checkout_url"]
    assert waive(portal, invoice).status == 201
    assert portal.stripe.press(url, "pay").status_code >= 400
    portal.deliver()
    assert portal.get(f"/api/invoices/{invoice}", member).json["status"] == "waived"


def test_what_was_just_paid_by_card_is_not_waived(portal: Portal) -> None:
    member = portal.member()
    invoice = invoice_id(portal, member)
    url = portal.post(f"/api/invoices/{invoice}/checkout", member).json["checkout_url"]
    portal.stripe.press(url, "pay")
    assert waive(portal, invoice).code == "not-payable"
    portal.deliver()
    assert portal.get(f"/api/invoices/{invoice}", member).json["status"] == "paid"


def test_a_waiver_sent_again_is_the_same_waiver(portal: Portal) -> None:
    member = portal.member()
    invoice, key = invoice_id(portal, member), new_key()
    first, second = (waive(portal, invoice, key=key) for _ in range(2))
    assert (first.status, first.json) == (second.status, second.json)


@pytest.mark.parametrize(("who", "status"), [(STAFF, 201), (FINANCE, 201), (REVIEWER, 403)])
def test_finance_waives(portal: Portal, who: Person, status: int) -> None:
    assert waive(portal, invoice_id(portal, portal.member()), who).status == status
