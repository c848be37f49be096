"""The page where a person, or a program, pays."""

import concurrent.futures
import re
from collections.abc import Callable

import pytest
import stripe

from tests.unit.stripe_here import HTML, ORIGIN, StripeHere

Open = Callable[..., stripe.checkout.Session]


def test_the_page_shows_what_is_paid_and_three_buttons(here: StripeHere, open_session: Open) -> None:
    session = open_session()
    assert session.url == f"{ORIGIN}/c/pay/{session.id}"
    page = here.request("GET", session.url, headers=HTML)
    assert page.status_code == 200
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert '<html lang="en">' in page.text
    assert "Recertification IPMA-CP" in page.text
    assert re.findall(r"<button[^>]*>([^<]*)", page.text) == ["Pay 150.00 USD", "Decline the card", "Cancel"]
    assert re.findall(r'action="([^"]*)"', page.text) == [
        f"/c/pay/{session.id}/{verb}" for verb in ("pay", "decline", "cancel")
    ]


def test_what_the_page_shows_is_escaped(here: StripeHere, open_session: Open) -> None:
    items = [
        {"price_data": {"currency": "usd", "unit_amount": 100, "product_data": {"name": "<script>alert(1)"}}}
    ]
    page = here.request("GET", str(open_session(line_items=items).url), headers=HTML).text
    assert "<script>" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_a_browser_that_pays_goes_to_the_success_address(here: StripeHere, open_session: Open) -> None:
    session = open_session()
    answer = here.press(str(session.url), "pay", HTML)
    assert answer.status_code == 303
    assert answer.headers["location"] == f"http://portal.local/paid?session={session.id}"


def test_a_program_that_pays_gets_json(here: StripeHere, open_session: Open) -> None:
    session = open_session()
    assert here.press(str(session.url), "pay").json() == {
        "session_id": session.id,
        "status": "complete",
        "payment_status": "paid",
        "redirect_url": f"http://portal.local/paid?session={session.id}",
    }


def test_curl_without_a_word_on_what_it_accepts_is_a_program(here: StripeHere, open_session: Open) -> None:
    assert here.press(str(open_session().url), "pay", {"accept": "*/*"}).json()["payment_status"] == "paid"


def test_the_payer_returns_after_the_webhook_has_heard(here: StripeHere, open_session: Open) -> None:
    here.press(str(open_session().url), "pay", HTML)
    assert here.heard_types() == [
        "payment_intent.succeeded",
        "charge.succeeded",
        "checkout.session.completed",
    ]


def test_after_a_decline_the_reason_is_shown_and_paying_works(
    here: StripeHere, client: stripe.StripeClient, open_session: Open
) -> None:
    session = open_session()
    url = str(session.url)
    answer = here.request("POST", url + "/decline", headers=HTML, data={"decline_code": "insufficient_funds"})
    assert (answer.status_code, answer.headers["location"]) == (303, url)
    page = here.request("GET", url, headers=HTML).text
    assert "<p role=alert>Your card has insufficient funds. Nothing was charged.</p>" in page
    declined = here.press(url, "decline").json()
    assert declined == {
        "session_id": session.id,
        "status": "open",
        "payment_status": "unpaid",
        "redirect_url": url,
    }
    payment_id = client.v1.checkout.sessions.retrieve(session.id).payment_intent
    assert here.press(url, "pay").json()["payment_status"] == "paid"
    paid = client.v1.checkout.sessions.retrieve(session.id)
    assert (paid.payment_intent, paid.status, paid.url) == (payment_id, "complete", None)
    payment = client.v1.payment_intents.retrieve(str(payment_id))
    assert (payment.status, payment.amount_received, payment.last_payment_error) == (
        "succeeded",
        15_000,
        None,
    )
    charges = client.v1.charges.list({"payment_intent": payment.id}).data
    assert [charge.status for charge in charges] == ["succeeded", "failed", "failed"]
    assert charges[0].metadata.to_dict() == {"invoice_id": "inv_1", "portal": "recertification"}


def test_cancel_goes_back_and_the_session_stays_open(
    here: StripeHere, client: stripe.StripeClient, open_session: Open
) -> None:
    session = open_session()
    answer = here.press(str(session.url), "cancel", HTML)
    assert (answer.status_code, answer.headers["location"]) == (303, "http://portal.local/transactions")
    assert here.press(str(session.url), "cancel").json()["status"] == "open"
    assert client.v1.checkout.sessions.retrieve(session.id).status == "open"


@pytest.mark.parametrize("button", ["pay", "decline"])
def test_a_paid_session_is_never_charged_again(
    here: StripeHere, client: stripe.StripeClient, open_session: Open, button: str
) -> None:
    url = str(open_session().url)
    here.press(url, "pay")
    answer = here.press(url, button)
    assert answer.status_code == 409
    assert answer.json()["error"]["message"] == (
        "This checkout session was paid already. Nothing more was charged."
    )
    page = here.press(url, button, HTML)
    assert page.status_code == 409
    assert "was paid already" in page.text
    assert "was paid" in here.request("GET", url, headers=HTML).text
    assert len(client.v1.charges.list().data) == 1


def test_ten_presses_at_once_charge_once(
    here: StripeHere, client: stripe.StripeClient, open_session: Open
) -> None:
    url = str(open_session().url)
    with concurrent.futures.ThreadPoolExecutor(10) as pool:
        answers = [it.result() for it in [pool.submit(here.press, url, "pay") for _ in range(10)]]
    assert sorted(answer.status_code for answer in answers) == [200] + [409] * 9
    assert len(client.v1.charges.list().data) == 1
    assert here.heard_types().count("checkout.session.completed") == 1


def test_an_expired_session_cannot_be_paid(
    here: StripeHere, client: stripe.StripeClient, open_session: Open
) -> None:
    session = open_session()
    client.v1.checkout.sessions.expire(session.id)
    answer = here.press(str(session.url), "pay")
    assert answer.status_code == 409
    assert "has expired. Nothing was charged" in answer.json()["error"]["message"]
    assert client.v1.charges.list().data == []
    assert "has expired" in here.request("GET", str(session.url), headers=HTML).text


def test_a_session_expires_by_itself_after_a_day(
    here: StripeHere, client: stripe.StripeClient, open_session: Open
) -> None:
    session = open_session()
    here.clock.ahead = 24 * 60 * 60 - 60
    assert client.v1.checkout.sessions.retrieve(session.id).status == "open"
    here.clock.ahead = 24 * 60 * 60 + 1
    assert client.v1.checkout.sessions.retrieve(session.id).status == "expired"
    here.drain()
    assert here.heard_types() == ["checkout.session.expired"]


def test_a_session_expires_on_time_when_nobody_asks(here: StripeHere, open_session: Open) -> None:
    open_session()
    timer = here.stand_in._timer
    assert timer is not None
    assert 86_300 < timer.when() - here._loop.time() <= 86_400
    here.clock.ahead = 24 * 60 * 60 + 1

    async def ring() -> None:
        timer._run()

    here.run(ring())
    here.drain()
    assert here.heard_types() == ["checkout.session.expired"]
    assert here.stand_in._timer is None


def test_two_sessions_of_one_invoice_can_both_be_paid(here: StripeHere, open_session: Open) -> None:
    for session in (open_session(), open_session()):
        assert here.press(str(session.url), "pay").json()["payment_status"] == "paid"


def test_an_unknown_session_is_404(here: StripeHere) -> None:
    assert here.request("GET", "/c/pay/cs_none").status_code == 404
    assert here.press(f"{ORIGIN}/c/pay/cs_none", "pay").status_code == 404
