"""The API as Stripe's official library sees it."""

import concurrent.futures
import time
from collections.abc import Callable
from typing import Any

import pytest
import stripe

from tests.unit.stripe_here import SECRET_KEY, StripeHere, official_client
from tests.unit.stripe_stand_in.conftest import session_params

Open = Callable[..., stripe.checkout.Session]


def paid(here: StripeHere, client: stripe.StripeClient, session: stripe.checkout.Session) -> str:
    """Pay a session; its payment intent's id."""
    assert here.press(str(session.url), "pay").status_code == 200
    payment_id = client.v1.checkout.sessions.retrieve(session.id).payment_intent
    assert isinstance(payment_id, str)
    return payment_id


def test_a_session_is_opened_and_found(client: stripe.StripeClient, open_session: Open) -> None:
    session = open_session()
    assert (session.status, session.payment_status, session.payment_intent) == ("open", "unpaid", None)
    assert (session.amount_total, session.currency, session.livemode) == (15000, "usd", False)
    assert session.payment_method_types == ["card"]
    assert session.expires_at == session.created + 24 * 60 * 60
    assert client.v1.checkout.sessions.retrieve(session.id).to_dict() == session.to_dict()


@pytest.mark.parametrize("key", ["sk_test_wrong", "sk_live_" + "local" * 4])
def test_a_wrong_key_is_401(here: StripeHere, key: str) -> None:
    with pytest.raises(stripe.AuthenticationError) as refused:
        official_client(here, api_key=key).v1.checkout.sessions.retrieve("cs_1")
    assert refused.value.http_status == 401


def test_no_key_is_401(here: StripeHere) -> None:
    answer = here.request("GET", "/v1/events")
    assert answer.status_code == 401
    assert answer.json()["error"]["type"] == "invalid_request_error"
    assert answer.headers["request-id"].startswith("req_")


@pytest.mark.parametrize(
    ("changes", "code", "param"),
    [
        ({"colour": "red"}, "parameter_unknown", "colour"),
        ({"payment_intent_data": {"colour": "red"}}, "parameter_unknown", "payment_intent_data[colour]"),
        (
            {"payment_method_types": ["card"]},
            "payment_method_types_no_longer_supported",
            "payment_method_types",
        ),
        ({"success_url": "portal/paid"}, "url_invalid", "success_url"),
        ({"success_url": ""}, "parameter_invalid_empty", "success_url"),
        ({"expires_at": "soon"}, "parameter_invalid_integer", "expires_at"),
        ({"customer_email": "nobody"}, "email_invalid", "customer_email"),
        ({"mode": "setup"}, None, "mode"),
        ({"line_items": [{"quantity": 1}]}, "parameter_missing", "line_items[0][price_data]"),
    ],
)
def test_a_wrong_parameter_is_refused_as_by_stripe(
    open_session: Open, changes: dict[str, Any], code: str | None, param: str
) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        open_session(**changes)
    assert (refused.value.http_status, refused.value.code, refused.value.param) == (400, code, param)


def test_what_is_missing_is_named(client: stripe.StripeClient) -> None:
    params = session_params()
    del params["success_url"]
    with pytest.raises(stripe.InvalidRequestError, match="Missing required param: success_url"):
        client.v1.checkout.sessions.create(params)


def test_an_older_version_of_the_api_takes_the_older_parameter(here: StripeHere) -> None:
    client = official_client(here, stripe_version="2026-08-26.dahlia")
    params = session_params()
    params["payment_method_types"] = params.pop("allowed_payment_method_types")
    assert client.v1.checkout.sessions.create(params).payment_method_types == ["card"]


def test_a_session_that_names_no_methods_takes_more_than_cards(client: stripe.StripeClient) -> None:
    params = session_params()
    del params["allowed_payment_method_types"]
    assert client.v1.checkout.sessions.create(params).payment_method_types == ["card", "link"]


@pytest.mark.parametrize(("seconds", "fine"), [(1790, False), (1860, True), (86_300, True), (86_500, False)])
def test_a_session_lives_between_half_an_hour_and_a_day(open_session: Open, seconds: int, fine: bool) -> None:
    expires_at = int(time.time()) + seconds
    if fine:
        assert open_session(expires_at=expires_at).expires_at == expires_at
    else:
        with pytest.raises(stripe.InvalidRequestError, match="expires_at"):
            open_session(expires_at=expires_at)


def test_less_than_fifty_cents_is_refused(open_session: Open) -> None:
    items = session_params()["line_items"]
    items[0]["price_data"]["unit_amount"] = 49
    with pytest.raises(stripe.InvalidRequestError) as refused:
        open_session(line_items=items)
    assert refused.value.code == "amount_too_small"


def test_an_open_session_expires_once(client: stripe.StripeClient, open_session: Open) -> None:
    session = client.v1.checkout.sessions.expire(open_session().id)
    assert (session.status, session.url) == ("expired", None)
    with pytest.raises(stripe.InvalidRequestError, match='status in \\["open"\\] can be expired'):
        client.v1.checkout.sessions.expire(session.id)


def test_a_complete_session_cannot_expire(
    here: StripeHere, client: stripe.StripeClient, open_session: Open
) -> None:
    session = open_session()
    paid(here, client, session)
    with pytest.raises(stripe.InvalidRequestError, match="`complete`"):
        client.v1.checkout.sessions.expire(session.id)


@pytest.mark.parametrize(
    ("find", "param"),
    [
        (lambda v1: v1.checkout.sessions.retrieve("cs_none"), "session"),
        (lambda v1: v1.checkout.sessions.expire("cs_none"), "session"),
        (lambda v1: v1.payment_intents.retrieve("pi_none"), "intent"),
        (lambda v1: v1.charges.retrieve("ch_none"), "id"),
        (lambda v1: v1.refunds.retrieve("re_none"), "refund"),
        (lambda v1: v1.refunds.create({"payment_intent": "pi_none"}), "payment_intent"),
    ],
)
def test_what_does_not_exist_is_404(
    client: stripe.StripeClient, find: Callable[[Any], Any], param: str
) -> None:
    with pytest.raises(stripe.InvalidRequestError, match="No such") as refused:
        find(client.v1)
    assert (refused.value.http_status, refused.value.code) == (404, "resource_missing")
    assert refused.value.param == param


def test_an_unknown_route_is_404(here: StripeHere) -> None:
    answer = here.request("DELETE", "/v1/customers/cus_1", headers={"authorization": f"Bearer {SECRET_KEY}"})
    assert answer.status_code == 404
    assert "Unrecognized request URL (DELETE: /v1/customers/cus_1)" in answer.json()["error"]["message"]


def test_the_same_key_and_parameters_give_the_same_answer(open_session: Open) -> None:
    first, again = open_session("key-1"), open_session("key-1")
    assert first.to_dict() == again.to_dict()
    assert "idempotent-replayed" not in first.last_response.headers
    assert again.last_response.headers["idempotent-replayed"] == "true"
    assert again.last_response.headers["original-request"] == first.last_response.request_id
    assert again.last_response.request_id != first.last_response.request_id


def test_a_replay_shows_the_session_as_it_was(client: stripe.StripeClient, open_session: Open) -> None:
    client.v1.checkout.sessions.expire(open_session("key-1").id)
    assert open_session("key-1").status == "open"


def test_the_same_key_with_other_parameters_is_refused(open_session: Open) -> None:
    open_session("key-1")
    with pytest.raises(stripe.IdempotencyError, match="same parameters"):
        open_session("key-1", client_reference_id="member-2")


def test_the_same_key_for_another_endpoint_is_refused(
    client: stripe.StripeClient, open_session: Open
) -> None:
    session = open_session("key-1")
    with pytest.raises(stripe.IdempotencyError, match="same endpoint"):
        client.v1.checkout.sessions.expire(session.id, {}, {"idempotency_key": "key-1"})


def test_a_key_is_kept_for_a_day(here: StripeHere, open_session: Open) -> None:
    first = open_session("key-1")
    here.clock.ahead = 24 * 60 * 60 + 1
    assert open_session("key-1").id != first.id


def test_a_request_that_never_began_frees_its_key(open_session: Open) -> None:
    with pytest.raises(stripe.InvalidRequestError):
        open_session("key-1", colour="red")
    assert open_session("key-1").status == "open"


def test_a_refusal_is_repeated_too(here: StripeHere, client: stripe.StripeClient, open_session: Open) -> None:
    payment_id = paid(here, client, open_session())
    params: Any = {"payment_intent": payment_id, "amount": 20_000}
    for _ in range(2):
        with pytest.raises(stripe.InvalidRequestError) as refused:
            client.v1.refunds.create(params, {"idempotency_key": "refund-1"})
    assert refused.value.headers["idempotent-replayed"] == "true"


def test_twenty_at_once_with_one_key_make_one_session(
    client: stripe.StripeClient, open_session: Open
) -> None:
    with concurrent.futures.ThreadPoolExecutor(20) as pool:
        opened = [future.result() for future in [pool.submit(open_session, "key-1") for _ in range(20)]]
    assert len({session.id for session in opened}) == 1
    assert len(client.v1.checkout.sessions.list().data) == 1


def test_refunds_add_up_to_the_charge_and_no_further(
    here: StripeHere, client: stripe.StripeClient, open_session: Open
) -> None:
    payment_id = paid(here, client, open_session())
    client.v1.refunds.create({"payment_intent": payment_id, "amount": 5000})
    with pytest.raises(stripe.InvalidRequestError, match="greater than unrefunded amount"):
        client.v1.refunds.create({"payment_intent": payment_id, "amount": 10_001})
    client.v1.refunds.create({"payment_intent": payment_id})
    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.v1.refunds.create({"payment_intent": payment_id, "amount": 1})
    assert (refused.value.http_status, refused.value.code) == (400, "charge_already_refunded")
    refunds = client.v1.refunds.list({"payment_intent": payment_id})
    assert [refund.amount for refund in refunds.data] == [10_000, 5000]
    charge = client.v1.charges.list({"payment_intent": payment_id}).data[0]
    assert (charge.amount_refunded, charge.refunded) == (15_000, True)


def test_an_unpaid_payment_cannot_be_refunded(
    here: StripeHere, client: stripe.StripeClient, open_session: Open
) -> None:
    session = open_session()
    here.press(str(session.url), "decline")
    payment_id = client.v1.checkout.sessions.retrieve(session.id).payment_intent
    with pytest.raises(stripe.InvalidRequestError, match="does not have a successful charge"):
        client.v1.refunds.create({"payment_intent": payment_id})


def test_a_disputed_charge_is_refunded_only_when_the_dispute_was_won(
    here: StripeHere, client: stripe.StripeClient, open_session: Open
) -> None:
    payment_id = paid(here, client, open_session())
    dispute = here.test("disputes", payment_intent=payment_id)
    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.v1.refunds.create({"payment_intent": payment_id})
    assert refused.value.code == "charge_disputed"
    assert here.test(f"disputes/{dispute['id']}/close", status="won")["status"] == "won"
    assert client.v1.refunds.create({"payment_intent": payment_id}).status == "succeeded"


def test_a_session_is_found_by_its_payment(
    here: StripeHere, client: stripe.StripeClient, open_session: Open
) -> None:
    session, _ = open_session(), open_session()
    payment_id = paid(here, client, session)
    found = client.v1.checkout.sessions.list({"payment_intent": payment_id})
    assert [it.id for it in found.data] == [session.id]


def test_payments_are_listed_by_their_time_and_page_by_page(
    here: StripeHere, client: stripe.StripeClient, open_session: Open
) -> None:
    expected = []
    for minute in range(5):
        here.clock.ahead = minute * 60
        expected.insert(0, paid(here, client, open_session()))
    since = int(time.time()) + 90
    later = client.v1.payment_intents.list({"created": {"gte": since}})
    assert [it.id for it in later.data] == expected[:3]
    assert [it.id for it in client.v1.payment_intents.list({"limit": 2}).auto_paging_iter()] == expected
    assert client.v1.payment_intents.list({"limit": 2}).has_more
    before = client.v1.payment_intents.list({"limit": 2, "ending_before": expected[4]})
    assert [it.id for it in before.data] == expected[2:4]


def test_payments_are_found_by_metadata_and_status(
    here: StripeHere, client: stripe.StripeClient, open_session: Open
) -> None:
    mine = paid(here, client, open_session())
    others = {"metadata": {"invoice_id": "inv_2"}}
    paid(here, client, open_session(payment_intent_data=others))
    query = "status:'succeeded' AND metadata['invoice_id']:'inv_1' AND created>1000"
    assert [it.id for it in client.v1.payment_intents.search({"query": query}).data] == [mine]
    with pytest.raises(stripe.InvalidRequestError, match="parse"):
        client.v1.payment_intents.search({"query": "anything"})


def test_ids_expand_to_objects(here: StripeHere, client: stripe.StripeClient, open_session: Open) -> None:
    session = open_session()
    payment_id = paid(here, client, session)
    wanted = ["payment_intent.latest_charge", "line_items"]
    found = client.v1.checkout.sessions.retrieve(session.id, {"expand": wanted})
    assert found.payment_intent.id == payment_id
    assert found.payment_intent.latest_charge.paid
    assert found.line_items.data[0].amount_total == 15_000
    refund = client.v1.refunds.create({"payment_intent": payment_id, "expand": ["charge"]})
    assert refund.charge.amount_refunded == 15_000
    with pytest.raises(stripe.InvalidRequestError, match="cannot be expanded"):
        client.v1.checkout.sessions.retrieve(session.id, {"expand": ["colour"]})


def test_events_are_listed_by_type(here: StripeHere, client: stripe.StripeClient, open_session: Open) -> None:
    paid(here, client, open_session())
    found = client.v1.events.list({"type": "checkout.session.completed"})
    assert [event.type for event in found.data] == ["checkout.session.completed"]
    assert client.v1.events.retrieve(found.data[0].id).id == found.data[0].id
