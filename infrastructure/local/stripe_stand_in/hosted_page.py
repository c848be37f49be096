"""/c/pay/…: the page where a person pays, declines or cancels. It asks for no card."""

import asyncio
from collections.abc import Awaitable, Callable
from html import escape
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from infrastructure.local.stripe_stand_in.account import Account, SessionClosed
from infrastructure.local.stripe_stand_in.errors import ApiError
from infrastructure.local.stripe_stand_in.objects import DECLINES, Thing
from shared.domain.money import Money

Delivered = Callable[[str], Awaitable[None]]

PATIENCE = 10.0
"""Seconds that Stripe, too, waits for the webhook's answer before it sends the payer back."""

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
body {{ font: 1.125rem/1.5 system-ui, sans-serif; color: #1a1f36; background: #fff; margin: 2rem auto;
  max-width: 34rem; padding: 0 1rem; }}
table {{ border-collapse: collapse; width: 100%; }}
caption {{ text-align: left; font-weight: bold; padding-bottom: .5rem; }}
th, td {{ border-top: 1px solid #a3acb9; padding: .5rem 0; text-align: left; }}
td:last-child, tfoot td {{ text-align: right; font-variant-numeric: tabular-nums; }}
form {{ display: inline-block; margin: 1rem 1rem 0 0; }}
button {{ font: inherit; padding: .6rem 1.4rem; border: 2px solid #3f35a8; border-radius: .4rem;
  background: #fff; color: #3f35a8; cursor: pointer; }}
button.main {{ background: #3f35a8; color: #fff; }}
:focus-visible {{ outline: 3px solid #b45309; outline-offset: 2px; }}
[role=alert] {{ border-left: .4rem solid #b3093c; padding: .5rem 1rem; background: #fdf1f4; }}
</style>
</head>
<body>
<main>
<h1>{title}</h1>
{content}
</main>
<footer><p>This stands in for Stripe Checkout on this machine: no card, no money.</p></footer>
</body>
</html>
"""


class HostedPage:
    """Answers browsers with pages and redirects, programs with JSON that says the same."""

    def __init__(self, account: Account, portal_url: str, paid_event_delivered: Delivered) -> None:
        self._account = account
        self._portal_url = portal_url
        self._paid_event_delivered = paid_event_delivered

    async def show(self, request: Request) -> Response:
        """What is paid, how much, and the buttons."""
        session_id = request.path_params["session_id"]
        try:
            session = self._account.find("checkout.session", session_id, "session")
        except ApiError:
            return self._closed("There is no such checkout session.", 404)
        match session["status"]:
            case "complete":
                return self._closed("This checkout session was paid. Thank you.", 200)
            case "expired":
                return self._closed("This checkout session has expired. Start again in the portal.", 200)
        items = self._account.items[session_id]
        payment_id = session["payment_intent"]
        fault = self._account.find("payment_intent", payment_id)["last_payment_error"] if payment_id else None
        return _page("Pay", _offer(session, items, fault, request.url.path))

    async def pay(self, request: Request) -> Response:
        """Charge once, and go to the success address when the webhook has heard of it."""
        return await self._press(request, self._account.pay)

    async def decline(self, request: Request) -> Response:
        """Turn the card down and stay on the page; `decline_code` in the form names another reason."""
        form = dict(parse_qsl((await request.body()).decode("utf-8", "replace")))
        asked = form.get("decline_code", "")
        code = asked if asked in DECLINES else "generic_decline"
        return await self._press(request, lambda session_id: self._account.decline(session_id, code))

    async def cancel(self, request: Request) -> Response:
        """Go back without paying; the session stays as it is."""
        return await self._press(
            request, lambda session_id: self._account.find("checkout.session", session_id), is_leaving=True
        )

    async def _press(
        self, request: Request, step: Callable[[str], Thing], *, is_leaving: bool = False
    ) -> Response:
        session_id = request.path_params["session_id"]
        try:
            session = step(session_id)
        except (SessionClosed, ApiError) as refusal:
            return self._refusal(request, refusal)
        back = str(request.url.replace(path=request.url.path.rpartition("/")[0], query=""))
        address = _next_address(session, back, is_leaving)
        if session["status"] == "complete" and not is_leaving:
            await self._wait_for_webhook(session_id)
        if _is_browser(request):
            return RedirectResponse(address, 303)
        shown = {"status": session["status"], "payment_status": session["payment_status"]}
        return JSONResponse({"session_id": session_id, **shown, "redirect_url": address})

    async def _wait_for_webhook(self, session_id: str) -> None:
        try:
            await asyncio.wait_for(self._paid_event_delivered(session_id), PATIENCE)
        except TimeoutError:
            return  # as at Stripe: the payer goes on, the webhook is tried again

    def _refusal(self, request: Request, refusal: SessionClosed | ApiError) -> Response:
        status = refusal.status if isinstance(refusal, ApiError) else 409
        if _is_browser(request):
            return self._closed(str(refusal), status)
        error = {"type": "invalid_request_error", "message": str(refusal)}
        return JSONResponse({"error": error}, status)

    def _closed(self, sentence: str, status: int) -> Response:
        link = f'<p><a href="{escape(self._portal_url)}">Back to the portal</a></p>'
        return _page("Checkout", f"<p>{escape(sentence)}</p>\n{link}", status)


def _offer(session: Thing, items: list[Thing], fault: Thing | None, path: str) -> str:
    rows = "\n".join(
        f"<tr><th scope=row>{escape(item['description'])}</th><td>{item['quantity']}</td>"
        f"<td>{Money(item['amount_total'], item['currency']).written}</td></tr>"
        for item in items
    )
    total = Money(session["amount_total"], session["currency"]).written
    alert = f"<p role=alert>{escape(fault['message'])} Nothing was charged.</p>" if fault else ""
    buttons = _button(path, "pay", f"Pay {total}", "main") + _button(path, "decline", "Decline the card")
    if session["cancel_url"]:
        buttons += _button(path, "cancel", "Cancel")
    return f"""{alert}
<table>
<caption>What you pay for</caption>
<thead><tr><th scope=col>Item</th><th scope=col>Quantity</th><th scope=col>Amount</th></tr></thead>
<tbody>
{rows}
</tbody>
<tfoot><tr><th scope=row colspan=2>Total</th><td><strong>{total}</strong></td></tr></tfoot>
</table>
{buttons}"""


def _button(path: str, verb: str, label: str, kind: str = "") -> str:
    return (
        f'<form method="post" action="{escape(path)}/{verb}">'
        f'<button type="submit" class="{kind}">{escape(label)}</button></form>\n'
    )


def _next_address(session: Thing, back: str, is_leaving: bool) -> str:
    if is_leaving:
        return session["cancel_url"] or back
    if session["status"] == "complete":
        address: str = session["success_url"]
        return address.replace("{CHECKOUT_SESSION_ID}", session["id"])
    return back


def _is_browser(request: Request) -> bool:
    return "text/html" in request.headers.get("accept", "")


def _page(title: str, content: str, status: int = 200) -> HTMLResponse:
    policy = "default-src 'none'; img-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'none'"
    headers = {"cache-control": "no-store", "content-security-policy": policy}
    return HTMLResponse(_PAGE.format(title=escape(title), content=content), status, headers)
