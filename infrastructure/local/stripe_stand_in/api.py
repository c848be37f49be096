"""/v1/…: the routes of Stripe's API that the portal uses, and enough reading to reconcile with."""

import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import Response

from infrastructure.local.stripe_stand_in import parameters as given
from infrastructure.local.stripe_stand_in.account import Account, Call
from infrastructure.local.stripe_stand_in.errors import ApiError
from infrastructure.local.stripe_stand_in.idempotency import Answer, IdempotencyKeys
from infrastructure.local.stripe_stand_in.listing import expanded, page, search
from infrastructure.local.stripe_stand_in.objects import API_VERSION, Thing, new_id

FILTERED_SINCE = "2026-09-30"
"""Since this version `allowed_payment_method_types` says how to pay; before, `payment_method_types` did."""

_EXPAND = {"expand": given.listing(given.text())}
_PAGE = {
    "created": given.created,
    "limit": given.integer(1, 100),
    "starting_after": given.text(),
    "ending_before": given.text(),
    **_EXPAND,
}
_ONE = given.record(_EXPAND)
_METHODS = given.listing(given.text())
_PRODUCT = given.record(
    {"name": given.text(1500), "description": given.text(1500), "metadata": given.metadata},
    required=("name",),
)
_PRICE = given.record(
    {"currency": given.currency, "unit_amount": given.integer(0, 99_999_999), "product_data": _PRODUCT},
    required=("currency", "product_data", "unit_amount"),
)
_LINE = given.record({"price_data": _PRICE, "quantity": given.integer(1, 999_999)}, required=("price_data",))
_PAYMENT = given.record(
    {"metadata": given.metadata, "description": given.text(1000), "receipt_email": given.email}
)
_SESSION = given.record(
    {
        "mode": given.choice("payment"),
        "allowed_payment_method_types": _METHODS,
        "payment_method_types": _METHODS,
        "line_items": given.listing(_LINE),
        "metadata": given.metadata,
        "payment_intent_data": _PAYMENT,
        "success_url": given.url,
        "cancel_url": given.url,
        "client_reference_id": given.text(200),
        "customer_email": given.email,
        "expires_at": given.integer(0),
        **_EXPAND,
    },
    required=("mode", "success_url", "line_items"),
)
_REFUND = given.record(
    {
        "payment_intent": given.text(),
        "charge": given.text(),
        "amount": given.integer(1),
        "metadata": given.metadata,
        "reason": given.choice("duplicate", "fraudulent", "requested_by_customer"),
        **_EXPAND,
    }
)
_SEARCH = given.record(
    {"query": given.text(), "limit": given.integer(1, 100), **_EXPAND}, required=("query",)
)


def _list_of(**filters: given.Check) -> given.Check:
    return given.record({**_PAGE, **filters})


Act = Callable[[Account, dict[str, str], Thing, Call], Thing]


@dataclass(frozen=True, slots=True)
class Route:
    """A method and a path with `{names}`, the check of its parameters, and what it does."""

    method: str
    path: str
    check: given.Check
    act: Act

    def match(self, method: str, path: str) -> dict[str, str] | None:
        """The ids in a path that is this route's."""
        own, asked = self.path.split("/"), path.split("/")
        if method != self.method or len(own) != len(asked):
            return None
        ids = {}
        for mine, theirs in zip(own, asked, strict=True):
            if mine.startswith("{"):
                ids[mine.strip("{}")] = theirs
            elif mine != theirs:
                return None
        return ids


def _open_session(account: Account, _: dict[str, str], params: Thing, call: Call) -> Thing:
    return account.open_session(params, _methods(params, call.version), call)


def _methods(params: Thing, version: str) -> list[str]:
    """The ways to pay; all that the account has switched on when the request does not name any."""
    current, removed = "allowed_payment_method_types", "payment_method_types"
    if version[:10] < FILTERED_SINCE:
        current, removed = removed, current
    if removed in params:
        raise ApiError(
            f"The parameter {removed} is not supported in version {version} of the API. Use {current}.",
            code="parameter_unknown" if removed.startswith("allowed") else f"{removed}_no_longer_supported",
            param=removed,
        )
    methods = [method for method in params.get(current, ("card", "link")) if method in ("card", "link")]
    if "card" not in methods:
        raise ApiError("No valid payment method types for this Checkout Session.", param=current)
    return methods


def _one(kind: str, param: str = "id") -> Act:
    def act(account: Account, ids: dict[str, str], _: Thing, __: Call) -> Thing:
        return account.find(kind, ids["id"], param)

    return act


def _many(kind: str, path: str) -> Act:
    return lambda account, _, params, __: page(account, kind, params, path)


def _line_items(account: Account, ids: dict[str, str], _: Thing, __: Call) -> Thing:
    session = account.find("checkout.session", ids["id"], "session")
    items: Thing = expanded(account, session, ["line_items"])["line_items"]
    return items


_SESSIONS, _PAYMENTS = "/v1/checkout/sessions", "/v1/payment_intents"
_CHARGES, _REFUNDS, _DISPUTES, _EVENTS = "/v1/charges", "/v1/refunds", "/v1/disputes", "/v1/events"
_OF_PAYMENT = given.text()

ROUTES = (
    Route("POST", _SESSIONS, _SESSION, _open_session),
    Route(
        "GET",
        _SESSIONS,
        _list_of(payment_intent=_OF_PAYMENT, status=given.choice("open", "complete", "expired")),
        _many("checkout.session", _SESSIONS),
    ),
    Route("GET", _SESSIONS + "/{id}", _ONE, _one("checkout.session", "session")),
    Route("GET", _SESSIONS + "/{id}/line_items", _list_of(), _line_items),
    Route(
        "POST",
        _SESSIONS + "/{id}/expire",
        _ONE,
        lambda account, ids, _, call: account.expire_session(ids["id"], call),
    ),
    Route(
        "GET",
        _PAYMENTS + "/search",
        _SEARCH,
        lambda account, _, params, __: search(account, "payment_intent", params, _PAYMENTS + "/search"),
    ),
    Route("GET", _PAYMENTS, _list_of(), _many("payment_intent", _PAYMENTS)),
    Route("GET", _PAYMENTS + "/{id}", _ONE, _one("payment_intent", "intent")),
    Route("GET", _CHARGES, _list_of(payment_intent=_OF_PAYMENT), _many("charge", _CHARGES)),
    Route("GET", _CHARGES + "/{id}", _ONE, _one("charge")),
    Route("POST", _REFUNDS, _REFUND, lambda account, _, params, call: account.refund(params, call)),
    Route(
        "GET", _REFUNDS, _list_of(payment_intent=_OF_PAYMENT, charge=given.text()), _many("refund", _REFUNDS)
    ),
    Route("GET", _REFUNDS + "/{id}", _ONE, _one("refund", "refund")),
    Route(
        "GET",
        _DISPUTES,
        _list_of(payment_intent=_OF_PAYMENT, charge=given.text()),
        _many("dispute", _DISPUTES),
    ),
    Route("GET", _DISPUTES + "/{id}", _ONE, _one("dispute", "dispute")),
    Route(
        "GET",
        _EVENTS,
        _list_of(
            type=given.text(), types=given.listing(given.text(), most=20), delivery_success=given.boolean
        ),
        _many("event", _EVENTS),
    ),
    Route("GET", _EVENTS + "/{id}", _ONE, _one("event")),
)


class Api:
    """Answers a request: who, what, with which parameters, once."""

    def __init__(self, account: Account, keys: IdempotencyKeys, secret_key: str) -> None:
        self._account = account
        self._keys = keys
        self._secret_key = secret_key

    async def answer(self, request: Request) -> Response:
        """The answer to one request, with Stripe's headers."""
        body = await request.body()
        call = Call(
            new_id("req_", 14),
            request.headers.get("idempotency-key") if request.method == "POST" else None,
            request.headers.get("stripe-version", API_VERSION),
            str(request.base_url).rstrip("/"),
        )
        try:
            self._authorize(request.headers.get("authorization", ""))
            answer = self._answer(request.method, request.url.path, _pairs(request, body), call)
        except ApiError as error:
            answer = Answer(error.status, error.body)
        headers = {"request-id": str(call.request_id), "stripe-version": call.version}
        if call.idempotency_key:
            headers["idempotency-key"] = call.idempotency_key
        if answer.original:
            headers |= {"idempotent-replayed": "true", "original-request": answer.original}
        content = json.dumps(answer.body, indent=2, ensure_ascii=False)
        return Response(content, answer.status, headers, media_type="application/json")

    def _answer(self, method: str, path: str, pairs: list[tuple[str, str]], call: Call) -> Answer:
        route, ids = _find(method, path)
        raw = given.nested(pairs)
        if not call.idempotency_key:
            return self._act(route, ids, route.check("", raw), call)
        if replay := self._keys.replay(call.idempotency_key, path, raw):
            return replay
        answer = self._act(route, ids, route.check("", raw), call)
        self._keys.keep(call.idempotency_key, path, raw, answer, str(call.request_id))
        return answer

    def _act(self, route: Route, ids: dict[str, str], params: Thing, call: Call) -> Answer:
        try:
            result = route.act(self._account, ids, params, call)
            return Answer(200, expanded(self._account, result, params.get("expand", [])))
        except ApiError as error:
            return Answer(error.status, error.body)

    def _authorize(self, header: str) -> None:
        scheme, _, credentials = header.partition(" ")
        key = credentials.strip()
        if not key or scheme.lower() != "bearer":
            raise ApiError(
                "You did not provide an API key. You need to provide your API key in the Authorization "
                "header, using Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY').",
                status=401,
            )
        if not hmac.compare_digest(key.encode(), self._secret_key.encode()):
            raise ApiError(f"Invalid API Key provided: {key[:8]}****{key[-4:]}", status=401)


def _find(method: str, path: str) -> tuple[Route, dict[str, str]]:
    for route in ROUTES:
        ids = route.match(method, path)
        if ids is not None:
            return route, ids
    raise ApiError(f"Unrecognized request URL ({method}: {path}).", status=404)


def _pairs(request: Request, body: bytes) -> list[tuple[str, str]]:
    text = request.url.query if request.method == "GET" else body.decode("utf-8", "replace")
    return parse_qsl(text, keep_blank_values=True)
