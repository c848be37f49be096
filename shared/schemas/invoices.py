"""Invoices and payments as members and staff see them, and what staff send to record one."""

from datetime import date
from typing import Any, Literal

from pydantic import TypeAdapter, ValidationError

from shared.domain import invoices
from shared.schemas.fields import Day, Given, Instant, Money, Reason, Reference, Sent


class InvoiceLine(Given):
    """One position of an invoice."""

    description: str
    amount: Money


class Payment(Given):
    """A payment of an invoice; `refunded` is what of it was given back, `surplus` marks one that came when the invoice
    was no longer open."""

    payment_id: str
    method: str
    amount: Money
    refunded: Money
    status: str
    received_at: Instant
    reference: str
    surplus: bool


class Invoice(Given):
    """An invoice with its payments; `receipt_url` is the page to print its receipt from, once paid."""

    invoice_id: str
    number: str
    type: str
    certification_id: str | None
    lines: list[InvoiceLine]
    total: Money
    status: str
    issued_on: Day
    due_on: Day
    paid_at: Instant | None
    receipt_url: str | None
    payments: list[Payment]
    version: int

    @classmethod
    def of(cls, invoice: invoices.Invoice) -> "Invoice":
        """The invoice of the domain as it is answered."""
        return cls(
            invoice_id=invoice.invoice_id,
            number=invoice.number,
            type=invoice.type,
            certification_id=invoice.certification_id,
            lines=[
                InvoiceLine(description=each.description, amount=Money.of(each.amount))
                for each in invoice.lines
            ],
            total=Money.of(invoice.total),
            status=invoice.status,
            issued_on=invoice.issued_on,
            due_on=invoice.due_on,
            paid_at=invoice.paid_at,
            receipt_url=f"/transactions/?invoice={invoice.invoice_id}" if invoice.paid_at else None,
            payments=[
                Payment(
                    payment_id=each.payment_id,
                    method=each.method,
                    amount=Money.of(each.amount),
                    refunded=Money.of(each.sum_refunded),
                    status=each.status,
                    received_at=each.received_at,
                    reference=each.reference,
                    surplus=each.surplus,
                )
                for each in invoice.payments
            ],
            version=invoice.version,
        )


class InvoiceList(Given):
    """Invoices, newest first."""

    items: list[Invoice]
    next_cursor: str | None = None


class CheckoutOpened(Given):
    """Where to pay."""

    checkout_url: str


class OfflinePaymentSent(Sent):
    """Money that came another way than by card."""

    method: Literal["check", "purchase-order", "wire"]
    reference: Reference
    received_on: Day


class WaiverSent(Sent):
    """Why nobody has to pay an invoice."""

    reason: Reason


def received_on(body: Any) -> date | None:
    """The day in a payment that may be wrong otherwise; None when it cannot be read."""
    try:
        day: date = TypeAdapter(Day).validate_python(
            body.get("received_on") if isinstance(body, dict) else None
        )
    except ValidationError:
        return None
    return day
