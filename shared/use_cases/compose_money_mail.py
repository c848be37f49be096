"""What mails about money say: a receipt, a waiver, money given back, a dispute."""

from shared.domain.days import day_of, written_day
from shared.domain.events import Event
from shared.domain.invoices import Invoice, Payment
from shared.domain.mails import Draft
from shared.domain.money import Money
from shared.use_cases.mail_parts import Post, addressee, as_map, draft, lines

_METHODS = {"card": "card", "check": "check", "purchase-order": "purchase order", "wire": "wire"}


def payment_received(post: Post, event: Event) -> Draft | None:
    """The receipt of a payment, or the word that a second one is given back."""
    about = as_map(event.data.get("payment") or event.data.get("notice"))
    invoice = post.sources.invoices.find(str(event.data["invoice_id"]))
    if invoice is None:
        return None
    payment = invoice.payment(str(about["payment_id"]))
    member = addressee(post, invoice.member_id)
    if payment is None or member is None:
        return None
    values = {
        "number": invoice.number,
        "lines": lines(invoice),
        "amount": payment.amount.written,
        "method": _METHODS[payment.method],
        "reference": payment.reference,
        "received_on": written_day(day_of(payment.received_at, post.editions.time_zone)),
    }
    return draft(post, member, "payment-surplus" if payment.surplus else "payment-received", values)


def invoice_waived(post: Post, event: Event) -> Draft | None:
    """That an invoice need not be paid."""
    invoice = post.sources.invoices.find(str(event.data["invoice_id"]))
    member = None if invoice is None else addressee(post, invoice.member_id)
    if invoice is None or member is None:
        return None
    values = {"number": invoice.number, "total": invoice.total.written, "lines": lines(invoice)}
    return draft(post, member, "invoice-waived", values)


def payment_taken_back(post: Post, event: Event) -> Draft | None:
    """Of a refund or a dispute, from what the notice said and not from what the payment is by now; what it comes to,
    from what the invoice is by now."""
    notice = as_map(event.data["notice"])
    invoice = post.sources.invoices.find(str(event.data["invoice_id"]))
    payment = None if invoice is None else invoice.payment(str(notice["payment_id"]))
    member = None if invoice is None else addressee(post, invoice.member_id)
    if invoice is None or payment is None or member is None:
        return None
    values = {"number": invoice.number, "lines": lines(invoice), "reference": payment.reference}
    if event.type == "payment-refunded":
        refunded = as_map(event.data.get("refunded") or notice["refunded"])
        values["amount"] = Money(int(refunded["amount"]), str(refunded["currency"])).written
        values["consequence"] = (
            "It was more than was owed, so nothing else changes."
            if payment.surplus
            else "Your invoice is settled, so nothing else changes."
            if invoice.settled
            else "The invoice no longer counts as paid. If that is not what you expect, please write to us."
        )
        return draft(post, member, "payment-refunded", values)
    state = str(notice["state"])
    values |= {"what": _SUBJECTS[state], "said": _disputed(state, invoice, payment)}
    return draft(post, member, "payment-disputed", values)


def _disputed(state: str, invoice: Invoice, payment: Payment) -> str:
    """What a dispute says to the member, and what it comes to by now."""
    if payment.status == "refunded":
        comes_to = "The payment was given back already, so nothing else changes."
    elif invoice.settled_without or (invoice.settled and invoice.settling != payment):
        comes_to = _SETTLED_WITHOUT[state]
    elif state == "won" and invoice.settled:
        comes_to = "The payment stands. Thank you."
    else:
        comes_to = _UNPAID[state]
    if state == "open":
        comes_to += " If you did not mean to dispute it, please tell your bank, and write to us."
    return f"{_DISPUTE[state]} {comes_to}"


_SUBJECTS = {
    "open": "your bank disputes it",
    "won": "the dispute is over",
    "lost": "it was taken back",
}

_DISPUTE = {
    "open": "your bank has told us that your payment is disputed.",
    "won": "the dispute of your payment is over, and the money stays with us.",
    "lost": "the dispute of your payment was decided in your favor, and the money goes back to you.",
}

_SETTLED_WITHOUT = {
    "open": "Your invoice is settled without it, so nothing else changes.",
    "won": "Your invoice is settled without it, so we look at what is to go back to you.",
    "lost": "Your invoice is settled without it, so nothing else changes.",
}

_UNPAID = {
    "open": (
        "Until that is decided the invoice does not count as paid, and a report that rests on it cannot be approved."
    ),
    "won": "The invoice does not count as paid all the same. Please write to us about what comes next.",
    "lost": "The invoice is not paid therefore. Please write to us about what comes next.",
}
