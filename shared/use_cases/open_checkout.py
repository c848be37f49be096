"""A member goes to pay an invoice with a card, through Stripe Checkout (rule 5)."""

from shared.domain.errors import NotPayable, Unavailable
from shared.domain.events import Command, Event, event
from shared.domain.invoices import Invoice, OpenCheckout, subject_of
from shared.domain.payments import (
    AttemptUsed,
    CheckoutRefused,
    CheckoutSession,
    PaymentsUnavailable,
    SessionUnknown,
)
from shared.domain.ports import EventStore, InvoiceStore, PaymentGateway
from shared.use_cases.give_back import raise_to_staff
from shared.use_cases.once import once, remembered

NO_CARD = "an invoice cannot be paid by card"

ATTEMPTS_SPENT = 5
"""How many attempts at a session may turn out to be spent before the member is asked to come back later."""


def open_checkout(
    invoices: InvoiceStore,
    events: EventStore,
    payments: PaymentGateway,
    command: Command,
    invoice: Invoice,
    return_address: str,
) -> str:
    """The address of the page to pay on; the session that is open already, if there is one.

    Stripe is asked before anything is stored, under a key made of invoice and attempt, so two requests at once are
    given one session. `return_address` is where the browser comes back to. An amount or a currency that Stripe does
    not take is raised to staff. Raises NotPayable, IdempotencyKeyReused, Unavailable.
    """
    subject = subject_of(invoice)

    def perform(attempt: int) -> str:
        before = invoice if attempt == 0 else find(invoices, invoice)
        before.require_open()
        session = _open_session(payments, before)
        if session is not None and session.url is not None:
            data = {"invoice_id": invoice.invoice_id, "session_id": session.session_id, "url": session.url}
            events.record(event(command, subject, "checkout-opened", data))
            return session.url
        session, number = _new_session(payments, before, return_address)
        if session.url is None:
            raise under_way()
        checkout = OpenCheckout(session.session_id, session.url, session.expires_at)
        after = before.opened_checkout(checkout, number)
        data = {"invoice_id": invoice.invoice_id, "session_id": session.session_id, "url": session.url}
        invoices.save(before, after, event(command, subject, "checkout-opened", data))
        return session.url

    def again(recorded: Event) -> str:
        return str(recorded.data["url"])

    asked_before = remembered(events, command, subject)
    if asked_before is not None:
        return again(asked_before)
    try:
        return once(events, command, subject, perform, again)
    except CheckoutRefused as error:
        refused = {
            "reason": NO_CARD,
            "invoice_id": invoice.invoice_id,
            "total": invoice.total,
            "code": error.code,
        }
        raise_to_staff(events, command, f"no-card:{invoice.invoice_id}", refused)
        raise no_card() from error
    except PaymentsUnavailable as error:
        raise payments_down() from error


def _open_session(payments: PaymentGateway, invoice: Invoice) -> CheckoutSession | None:
    """The invoice's session when it can still be paid. Raises NotPayable when its payment is under way."""
    if invoice.checkout is None:
        return None
    try:
        session = payments.find_session(invoice.checkout.session_id)
    except SessionUnknown:
        return None
    if session.status == "complete":
        raise under_way()
    return session if session.status == "open" else None


def _new_session(
    payments: PaymentGateway, invoice: Invoice, return_address: str
) -> tuple[CheckoutSession, int]:
    """A session and the number of the attempt that gave it."""
    for number in range(invoice.checkout_attempts + 1, invoice.checkout_attempts + 1 + ATTEMPTS_SPENT):
        try:
            session = payments.open_session(
                invoice_id=invoice.invoice_id,
                number=invoice.number,
                description=invoice.lines[0].description,
                total=invoice.total,
                member_id=invoice.member_id,
                success_url=f"{return_address}?invoice={invoice.invoice_id}&checkout=success",
                cancel_url=f"{return_address}?invoice={invoice.invoice_id}&checkout=cancelled",
                attempt=number,
            )
        except AttemptUsed:
            continue
        if session.status != "expired":
            return session, number
    raise payments_down()


def find(invoices: InvoiceStore, invoice: Invoice) -> Invoice:
    """The invoice as it is now; invoices are never deleted."""
    found = invoices.find(invoice.invoice_id)
    if found is None:
        raise Unavailable
    return found


def under_way() -> NotPayable:
    """What is said while Stripe has taken a payment and its notice is still to come."""
    return NotPayable(
        "A card payment for this invoice is being processed. It shows here as paid within a few minutes; "
        "you need not do anything."
    )


def no_card() -> NotPayable:
    """What is said where Stripe does not take the amount or its currency."""
    return NotPayable(
        "This invoice cannot be paid by card: the payment service does not take this amount. Nothing was charged. "
        "Staff have been told; please ask them how else to pay."
    )


def payments_down() -> Unavailable:
    """What is said while Stripe does not answer."""
    return Unavailable(
        "The payment service does not answer at the moment. Nothing was charged; please try again soon."
    )
