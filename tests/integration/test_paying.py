"""Paying through the routes (rule 5): checkout, Stripe's signed notices in any order and number, offline payments."""

import base64
import itertools
import json
import random
from typing import Any

import pytest
import stripe

from shared.domain.money import Money
from shared.domain.payments import PaymentsUnavailable
from shared.handling import wiring
from tests.integration.contract import shows
from tests.integration.portal import CHEQUE, FINANCE, STAFF, Person, Portal, new_key
from tests.unit.stripe_here import SECRET_KEY, WEBHOOK_SECRET, official_client

OWN_TABLE = True


@pytest.fixture
def member(portal: Portal) -> Person:
    return portal.member()


def invoice_of(portal: Portal, who: Person) -> dict[str, Any]:
    made: dict[str, Any] = portal.post(portal.cycle_path(who, "invoice"), who).json
    return made


def go_to_pay(portal: Portal, who: Person, **more: Any) -> str:
    answer = portal.post(f"/api/invoices/{invoice_of(portal, who)['invoice_id']}/checkout", who, **more)
    assert answer.status == 201, answer.json
    url: str = answer.json["checkout_url"]
    return url


def heard(portal: Portal) -> list[Any]:
    """What Stripe has sent by now, undelivered."""
    portal.stripe.drain()
    sent, portal.stripe.received[:] = list(portal.stripe.received), []
    return sent


def hand_over(portal: Portal, request: Any) -> None:
    assert portal.notify(request.content, request.headers["stripe-signature"]).json == {"received": True}


def signed(portal: Portal, event: dict[str, Any], secret: str = WEBHOOK_SECRET) -> tuple[bytes, str]:
    """An event as Stripe signs it at this moment."""
    raw = json.dumps(event).encode()
    at = int(portal.stripe.clock())
    signature = stripe.WebhookSignature._compute_signature(f"{at}.{raw.decode()}", secret)
    return raw, f"t={at},v1={signature}"


def test_a_payment_at_stripe_settles_the_invoice_once(portal: Portal, member: Person) -> None:
    portal.stripe.press(go_to_pay(portal, member), "pay")
    sent = heard(portal)
    for request in sent * 3:
        hand_over(portal, request)
    invoice = invoice_of(portal, member)
    assert (invoice["status"], invoice["paid_at"][:16]) == ("paid", "2027-06-15T16:00")
    (payment,) = invoice["payments"]
    expected = {
        "payment_id": payment["payment_id"],
        "method": "card",
        "amount": invoice["total"],
        "status": "succeeded",
        "received_at": payment["received_at"],
        "reference": payment["payment_id"],
        "surplus": False,
    }
    assert shows(payment, expected), payment
    assert portal.post(f"/api/invoices/{invoice['invoice_id']}/checkout", member).code == "not-payable"


def test_a_checkout_comes_back_to_the_portal(portal: Portal, member: Person) -> None:
    url = go_to_pay(portal, member)
    address = "/v1/checkout/sessions/" + url.rsplit("/", 1)[1]
    headers = {"authorization": f"Bearer {SECRET_KEY}"}
    session = portal.stripe.request("GET", address, headers=headers).json()
    assert session["success_url"].startswith("https://portal.example.org/transactions/?invoice=inv_")
    assert (session["amount_total"], session["currency"]) == (15000, "usd")


def test_a_second_checkout_leads_to_the_same_page(portal: Portal, member: Person) -> None:
    key = new_key()
    first = go_to_pay(portal, member, key=key)
    assert go_to_pay(portal, member, key=key) == first
    other = new_key()
    assert go_to_pay(portal, member, key=other) == first
    portal.stripe.press(first, "pay")
    portal.deliver()
    for used in (key, other):
        assert go_to_pay(portal, member, key=used) == first
    assert len(invoice_of(portal, member)["payments"]) == 1


def test_a_declined_card_can_be_tried_again(portal: Portal, member: Person) -> None:
    url = go_to_pay(portal, member)
    portal.stripe.press(url, "decline")
    portal.deliver()
    invoice = invoice_of(portal, member)
    assert (invoice["status"], invoice["payments"][0]["status"]) == ("open", "failed")
    assert go_to_pay(portal, member) == url
    portal.stripe.press(url, "pay")
    portal.deliver()
    invoice = invoice_of(portal, member)
    assert (invoice["status"], [each["status"] for each in invoice["payments"]]) == ("paid", ["succeeded"])


def test_notices_in_any_order_and_number_give_the_same_invoice(portal: Portal, member: Person) -> None:
    url = go_to_pay(portal, member)
    portal.stripe.press(url, "decline")
    portal.stripe.press(url, "pay")
    sent = heard(portal)
    assert len(sent) >= 2
    chance = random.Random(7)
    outcomes = []
    for order in itertools.islice(itertools.permutations(sent), 6):
        other = portal.member()
        invoice_id = invoice_of(portal, other)["invoice_id"]
        for request in (*order, *chance.sample(sent, len(sent))):
            event = json.loads(request.content)
            raw, signature = signed(portal, retold(event, invoice_id))
            assert portal.notify(raw, signature).status == 200
        invoice = invoice_of(portal, other)
        outcomes.append((invoice["status"], [each["status"] for each in invoice["payments"]]))
    assert set(map(str, outcomes)) == {str(("paid", ["succeeded"]))}


def everything_told(portal: Portal, member: Person) -> list[dict[str, Any]]:
    """One of each event of a payment that takes days: it fails, succeeds after all, is partly refunded and disputed."""
    portal.stripe.press(go_to_pay(portal, member), "pay")
    (paid,) = [each for each in heard_events(portal) if each["type"] == "checkout.session.completed"]
    session = paid["data"]["object"]
    official = official_client(portal.stripe)
    official.v1.refunds.create({"payment_intent": session["payment_intent"], "amount": 5000})
    portal.stripe.test("disputes", payment_intent=session["payment_intent"])
    kinds = ("charge.refunded", "charge.dispute.created")
    told = [each for each in heard_events(portal) if each["type"] in kinds]
    payment = {"id": session["payment_intent"], "object": "payment_intent", "metadata": session["metadata"]}
    payment |= {"amount": session["amount_total"], "currency": session["currency"]}
    told[1]["data"]["object"]["payment_intent"] = payment  # expanded, so that nobody has to be asked
    under_way, over = {"payment_status": "unpaid"}, {"payment_status": "unpaid", "status": "expired"}
    for number, (kind, changed) in enumerate(
        {
            "payment_intent.created": payment,
            "checkout.session.completed": session | under_way,
            "checkout.session.async_payment_succeeded": session,
            "checkout.session.async_payment_failed": session | under_way,
            "checkout.session.expired": session | over,
        }.items()
    ):
        told.append({**paid, "id": f"evt_{number}", "type": kind, "data": {"object": changed}})
    return told


def heard_events(portal: Portal) -> list[dict[str, Any]]:
    return [json.loads(each.content) for each in heard(portal)]


def test_every_order_and_number_of_every_event_converges(portal: Portal, member: Person) -> None:
    told = everything_told(portal, member)
    assert len({each["type"] for each in told}) == 7
    original = invoice_of(portal, member)["invoice_id"]
    chance = random.Random(20270215)
    outcomes = []
    for _ in range(16):
        invoice_id = invoice_of(portal, other := portal.member())["invoice_id"]
        for event in (*chance.sample(told, len(told)), *chance.choices(told, k=3)):
            about_it = json.loads(json.dumps(event).replace(original, invoice_id))
            assert portal.notify(*signed(portal, about_it)).status == 200
        invoice = invoice_of(portal, other)
        (payment,) = invoice["payments"]
        outcomes.append((invoice["status"], payment["status"], payment["surplus"]))
    assert set(outcomes) == {("disputed", "disputed", False)}
    assert wiring.events().of("attention") == []


def test_a_body_in_base_64_is_read_as_it_was_signed(portal: Portal, member: Person) -> None:
    portal.stripe.press(go_to_pay(portal, member), "pay")
    (request,) = [each for each in heard(portal) if b'"checkout.session.completed"' in each.content]
    sent = {"stripe-signature": request.headers["stripe-signature"], "content-type": "application/json"}
    event = portal.event("POST", "/api/stripe/webhook", None, raw=request.content, headers=sent, key=None)
    event |= {"body": base64.b64encode(request.content).decode(), "isBase64Encoded": True}
    assert portal.handle(event).json == {"received": True}
    assert invoice_of(portal, member)["status"] == "paid"


def test_an_event_that_comes_before_the_secrets_are_there_comes_again(
    portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first deployment may leave them for later: no function fails, so no alarm takes an update back."""

    def none_yet(**_: bool) -> None:
        raise LookupError("the parameter is not there yet")

    monkeypatch.setattr(wiring, "payments", none_yet)
    answer = portal.notify(b"{}", "t=1,v1=0")
    assert (answer.status, answer.code) == (503, "unavailable")


def retold(event: dict[str, Any], invoice_id: str) -> dict[str, Any]:
    """The same event about another invoice."""
    old = event["data"]["object"].get("metadata", {}).get("invoice_id", "")
    return json.loads(json.dumps(event).replace(old, invoice_id)) if old else event


@pytest.mark.parametrize(
    "signature", ["", "nonsense", "t=1,v1=00", "t=x,v1=", "v1=ab", "t=99999999999,v1=" + "0" * 64, "é"]
)
def test_a_bad_signature_is_refused_and_nothing_changes(
    portal: Portal, member: Person, signature: str
) -> None:
    portal.stripe.press(go_to_pay(portal, member), "pay")
    before = invoice_of(portal, member)
    for request in heard(portal):
        answer = portal.notify(request.content, signature)
        assert (answer.status, answer.code) == (400, "malformed-request")
    assert invoice_of(portal, member) == before


def test_a_tampered_an_old_or_a_foreign_event_is_refused(portal: Portal, member: Person) -> None:
    portal.stripe.press(go_to_pay(portal, member), "pay")
    before = invoice_of(portal, member)
    for request in heard(portal):
        signature = request.headers["stripe-signature"]
        tampered = request.content.replace(b"15000", b"1").replace(b"inv_", b"inv-")
        assert portal.notify(tampered, signature).code == "malformed-request"
        assert portal.notify(request.content + b" ", signature).code == "malformed-request"
        event = json.loads(request.content)
        assert portal.notify(*signed(portal, event, "whsec_other")).code == "malformed-request"
        portal.stripe.clock.ahead = -3600
        old = signed(portal, event)
        portal.stripe.clock.ahead = 0
        assert portal.notify(*old).code == "malformed-request"
    assert invoice_of(portal, member) == before


@pytest.mark.parametrize(
    "raw", [b"", b"[]", b"{}", b"null", b'{"object": "event"}', b'{"object": "event", "data": 5}', b"\xff"]
)
def test_what_is_signed_but_no_event_is_refused(portal: Portal, raw: bytes) -> None:
    at = int(portal.stripe.clock())
    text = raw.decode(errors="replace")
    signature = stripe.WebhookSignature._compute_signature(f"{at}.{text}", WEBHOOK_SECRET)
    assert portal.notify(raw, f"t={at},v1={signature}").code == "malformed-request"


def test_an_event_that_is_not_ours_is_200_and_ignored(portal: Portal, member: Person) -> None:
    portal.stripe.press(go_to_pay(portal, member), "pay")
    (event, *_) = [json.loads(each.content) for each in heard(portal)]
    event["data"]["object"]["metadata"] = {}
    for kind in (event["type"], "customer.created", "invoice.paid"):
        assert portal.notify(*signed(portal, {**event, "type": kind})).status == 200
    assert invoice_of(portal, member)["status"] == "open"


@pytest.mark.parametrize(
    "wrong", [{"amount_total": 1}, {"currency": "eur"}, {"livemode": True}, {"invoice_id": "inv_x"}]
)
def test_a_notice_that_does_not_fit_is_kept_for_staff_and_changes_nothing(
    portal: Portal, member: Person, wrong: dict[str, Any]
) -> None:
    portal.stripe.press(go_to_pay(portal, member), "pay")
    events = [json.loads(each.content) for each in heard(portal)]
    (event,) = [each for each in events if each["type"] == "checkout.session.completed"]
    session = event["data"]["object"]
    event["livemode"] = wrong.get("livemode", event["livemode"])
    session["metadata"]["invoice_id"] = wrong.get("invoice_id", session["metadata"]["invoice_id"])
    session |= {name: value for name, value in wrong.items() if name in ("amount_total", "currency")}
    for _ in range(2):
        assert portal.notify(*signed(portal, event)).status == 200
    assert (invoice_of(portal, member)["status"], invoice_of(portal, member)["payments"]) == ("open", [])
    (raised,) = wiring.events().of("attention")
    assert raised.type == "attention-raised"


def test_a_charge_for_a_paid_invoice_is_kept_refunded_and_raised(portal: Portal, member: Person) -> None:
    url = go_to_pay(portal, member)
    portal.stripe.press(url, "pay")
    sent = heard(portal)
    invoice_id = invoice_of(portal, member)["invoice_id"]
    # The cheque is recorded while the notice of the card is still on its way.
    answer = portal.post(f"/api/staff/invoices/{invoice_id}/payment", STAFF, CHEQUE)
    assert answer.code == "not-payable"
    for request in sent:
        hand_over(portal, request)
    event = next(json.loads(each.content) for each in sent if b"checkout.session.completed" in each.content)
    assert invoice_of(portal, member)["status"] == "paid"
    event["id"] = "evt_second"
    event["data"]["object"]["payment_intent"] = "pi_of_nobody"
    for _ in range(2):
        assert portal.notify(*signed(portal, event)).status in (200, 503)
    invoice = invoice_of(portal, member)
    assert [(each["payment_id"] == "pi_of_nobody", each["surplus"]) for each in invoice["payments"]] == [
        (False, False),
        (True, True),
    ]
    assert [each.type for each in wiring.events().of("attention")] == ["attention-raised"]


def test_what_was_given_back_of_a_payment_is_shown_and_the_card_is_sent_to_staff(
    portal: Portal, member: Person
) -> None:
    portal.stripe.press(go_to_pay(portal, member), "pay")
    portal.deliver()
    (paid,) = invoice_of(portal, member)["payments"]
    assert (paid["status"], paid["refunded"]) == ("succeeded", {"amount": 0, "currency": "usd"})
    wiring.payments().refund(paid["payment_id"], amount=Money(4000, "usd"), reason_key="by hand")
    portal.deliver()
    invoice = invoice_of(portal, member)
    assert (invoice["status"], invoice["payments"][0]["status"]) == ("partially-refunded", "succeeded")
    assert invoice["payments"][0]["refunded"] == {"amount": 4000, "currency": "usd"}
    refused = portal.post(f"/api/invoices/{invoice['invoice_id']}/checkout", member)
    assert (refused.code, "Write to us" in refused.json["detail"]) == ("not-payable", True)


def test_stripe_down_is_unavailable_and_nothing_is_stored(
    portal: Portal, member: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Down:
        def __getattr__(self, name: str) -> Any:
            def fail(*_: Any, **__: Any) -> Any:
                raise PaymentsUnavailable("no answer")

            return fail

    invoice = invoice_of(portal, member)
    monkeypatch.setattr(wiring, "payments", lambda **_: Down())
    answer = portal.post(f"/api/invoices/{invoice['invoice_id']}/checkout", member)
    assert (answer.status, answer.code, answer.headers["retry-after"]) == (503, "unavailable", "2")
    assert portal.notify(b"{}", "").status == 503
    assert invoice_of(portal, member) == invoice


# --- offline payments ---


def test_an_offline_payment_is_recorded_once_with_its_reference(portal: Portal, member: Person) -> None:
    path, key = f"/api/staff/invoices/{invoice_of(portal, member)['invoice_id']}/payment", new_key()
    first = portal.post(path, FINANCE, {**CHEQUE, "reference": " no. 1001 "}, key=key)
    assert (first.status, first.json["status"], first.headers["etag"]) == (201, "paid", '"2"')
    (payment,) = first.json["payments"]
    assert (payment["method"], payment["reference"], payment["received_at"]) == (
        "check",
        "no. 1001",
        "2027-06-10T04:00:00.000Z",
    )
    again = portal.post(path, FINANCE, {**CHEQUE, "reference": " no. 1001 "}, key=key)
    assert (again.status, again.json) == (201, first.json)
    assert portal.post(path, FINANCE, CHEQUE, key=key).code == "idempotency-key-reused"
    assert portal.post(path, FINANCE, CHEQUE).code == "not-payable"


def test_an_offline_payment_closes_the_open_checkout_first(portal: Portal, member: Person) -> None:
    url = go_to_pay(portal, member)
    portal.paid(invoice_of(portal, member)["invoice_id"])
    assert portal.stripe.press(url, "pay").status_code >= 400
    portal.deliver()
    invoice = invoice_of(portal, member)
    assert (invoice["status"], [each["method"] for each in invoice["payments"]]) == ("paid", ["check"])


@pytest.mark.parametrize(
    ("sent", "pointers"),
    [
        ({}, ["/method", "/received_on", "/reference"]),
        (
            {"method": "cash", "reference": " ", "received_on": "2027-06-16"},
            ["/method", "/received_on", "/reference"],
        ),
        ({**CHEQUE, "received_on": "2027-06-16"}, ["/received_on"]),
        ({**CHEQUE, "received_on": "yesterday", "amount": 5}, ["/amount", "/received_on"]),
        ({**CHEQUE, "received_on": "0001-01-01"}, ["/received_on"]),
        ({**CHEQUE, "received_on": "2025-01-01", "amount": 5}, ["/amount", "/received_on"]),
        ({**CHEQUE, "reference": "x" * 101}, ["/reference"]),
    ],
)
def test_every_wrong_field_of_a_payment_is_named(
    portal: Portal, member: Person, sent: dict[str, Any], pointers: list[str]
) -> None:
    path = f"/api/staff/invoices/{invoice_of(portal, member)['invoice_id']}/payment"
    answer = portal.post(path, STAFF, sent)
    assert (answer.code, answer.pointers) == ("invalid-request", pointers)
