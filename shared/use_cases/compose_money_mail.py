"""What mails about money say: a receipt, a waiver, money given back, a dispute."""

from shared.domain.days import day_of, written_day
from shared.domain.events import Event
from shared.domain.mails import Draft
from shared.domain.money import Money
from shared.use_cases.mail_parts import Post, as_map, draft, lines

_METHODS = {"card": "card", "check": "check", "purchase-order": "purchase order", "wire": "wire"}


def payment_received(post: Post, event: Event) -> Draft | None:
    """The receipt of a payment, or the word that a second one is given back."""
    about = as_map(event.data.get("payment") or event.data.get("notice"))
    invoice = post.sources.invoices.find(str(event.data["invoice_id"]))
    if invoice is None:
        return None
    payment = invoice.payment(str(about["payment_id"]))
    member = post.sources.members.find(invoice.member_id)
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
    member = None if invoice is None else post.sources.members.find(invoice.member_id)
    if invoice is None or member is None:
        return None
    values = {"number": invoice.number, "total": invoice.total.written, "lines": lines(invoice)}
    return draft(post, member, "invoice-waived", values)


def payment_taken_back(post: Post, event: Event) -> Draft | None:
    """Of a refund or a dispute, from what the notice said and not from what the payment is by now."""
    notice = as_map(event.data["notice"])
    invoice = post.sources.invoices.find(str(event.data["invoice_id"]))
    payment = None if invoice is None else invoice.payment(str(notice["payment_id"]))
    member = None if invoice is None else post.sources.members.find(invoice.member_id)
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
    values["what"], values["said"] = _DISPUTES[str(notice["state"])]
    return draft(post, member, "payment-disputed", values)


_DISPUTES = {
    "open": (
        "your bank disputes it",
        (
            "your bank has told us that your payment is disputed. Until that is decided the invoice does not count as "
            "paid, and a report that rests on it cannot be approved. If you did not mean to dispute it, please tell "
            "your bank, and write to us."
        ),
    ),
    "won": ("the dispute is over", "the dispute of your payment is over, and the payment stands. Thank you."),
    "lost": (
        "it was taken back",
        (
            "the dispute of your payment was decided in your favor, and the money goes back to you. The invoice is not "
            "paid therefore. Please write to us about what comes next."
        ),
    ),
}
