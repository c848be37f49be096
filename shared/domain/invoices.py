"""Invoices and payments: what is owed, what was paid, and what a payment does to an invoice (rules 4 and 5)."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Literal

from shared.domain.days import written_day
from shared.domain.errors import NotPayable
from shared.domain.money import Money
from shared.domain.payments import DisputeState
from shared.domain.program import Program

InvoiceType = Literal["recertification", "program"]
InvoiceStatus = Literal["open", "paid", "void", "waived", "refunded", "partially-refunded", "disputed"]
PaymentMethod = Literal["card", "check", "purchase-order", "wire"]
PaymentStatus = Literal["succeeded", "failed", "refunded", "disputed"]

SETTLED: tuple[InvoiceStatus, ...] = ("paid", "waived")


@dataclass(frozen=True, slots=True)
class Line:
    """One position of an invoice."""

    description: str
    amount: Money


@dataclass(frozen=True, slots=True)
class Payment:
    """Money that came in, or did not: `reference` is the cheque's or order's number, or Stripe's id.

    What is known of it only ever grows (it succeeded, so much of it was refunded, a dispute was opened, then decided),
    so notices give the same payment in whatever order and number they come.
    """

    payment_id: str
    method: PaymentMethod
    amount: Money
    received_at: datetime
    reference: str
    succeeded: bool = True
    refunded: int = 0
    dispute: DisputeState | None = None
    surplus: bool = False
    recorded_by: str = ""

    @property
    def status(self) -> PaymentStatus:
        """What became of it, as the contract names it."""
        if not self.succeeded:
            return "failed"
        if self.refunded >= self.amount.amount:
            return "refunded"
        return "disputed" if self.dispute in ("open", "lost") else "succeeded"

    @property
    def left(self) -> Money:
        """What of it was not refunded."""
        return replace(self.amount, amount=self.amount.amount - self.refunded)


@dataclass(frozen=True, slots=True)
class OpenCheckout:
    """The Stripe Checkout session that is open for an invoice."""

    session_id: str
    url: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Invoice:
    """What a member owes for one cycle (or for a program bought). Its id is made of what it is for."""

    invoice_id: str
    number: str
    member_id: str
    type: InvoiceType
    lines: tuple[Line, ...]
    status: InvoiceStatus
    issued_on: date
    due_on: date
    issued_at: datetime
    certification_id: str | None = None
    issued_key: str = ""
    paid_at: datetime | None = None
    payments: tuple[Payment, ...] = ()
    checkout: OpenCheckout | None = None
    checkout_attempts: int = 0
    version: int = 1

    @property
    def total(self) -> Money:
        """The sum of the lines."""
        total = self.lines[0].amount
        for line in self.lines[1:]:
            total = total + line.amount
        return total

    @property
    def settled(self) -> bool:
        """Whether an approval may rest on it: paid, or waived."""
        return self.status in SETTLED

    def payment(self, payment_id: str) -> Payment | None:
        """The payment with this id, or None."""
        return next((payment for payment in self.payments if payment.payment_id == payment_id), None)

    def require_open(self) -> None:
        """Refuse to take money for an invoice that is not open. Raises NotPayable."""
        if self.status != "open":
            raise NotPayable(f"This invoice is {self.status.replace('-', ' ')}; there is nothing to pay.")

    def receive(self, payment: Payment, now: datetime) -> "Invoice":
        """The invoice with this payment recorded at `now` (rule 5).

        The first payment that succeeds settles an open invoice. One that comes when the invoice is no longer open is
        kept too, marked as surplus, so that it can be refunded and raised. A payment that is already there changes
        nothing, except that one which failed may succeed later: a declined card can be tried again.
        """
        known = self.payment(payment.payment_id)
        if known is not None and (known.succeeded or not payment.succeeded):
            return self
        others = tuple(each for each in self.payments if each.payment_id != payment.payment_id)
        if not payment.succeeded:
            return replace(self, payments=(*others, payment), version=self.version + 1)
        if self.status != "open":
            payments = (*others, replace(payment, surplus=True))
            return replace(self, payments=payments, version=self.version + 1)
        return replace(
            self,
            status="paid",
            paid_at=now,
            payments=(*others, payment),
            checkout=None,
            version=self.version + 1,
        )

    def waive(self) -> "Invoice":
        """The invoice that nobody has to pay any more; an approval may rest on it (rule 6). Raises NotPayable."""
        self.require_open()
        return replace(self, status="waived", checkout=None, version=self.version + 1)

    def refund(self, payment_id: str, refunded: Money) -> "Invoice":
        """The invoice after so much of a payment was refunded in all; an earlier, smaller total changes nothing."""
        payment = self.payment(payment_id)
        if payment is None or refunded.amount <= payment.refunded:
            return self
        return self._with(replace(payment, refunded=refunded.amount))

    def contest(self, payment_id: str, state: DisputeState) -> "Invoice":
        """The invoice with a payment disputed, or the dispute decided; what is decided is not opened again."""
        payment = self.payment(payment_id)
        if payment is None or payment.dispute == state or (state == "open" and payment.dispute is not None):
            return self
        return self._with(replace(payment, dispute=state))

    def opened_checkout(self, checkout: OpenCheckout, attempt: int) -> "Invoice":
        """The invoice with a checkout session open for it, which the attempt of this number gave."""
        return replace(self, checkout=checkout, checkout_attempts=attempt, version=self.version + 1)

    def without_checkout(self) -> "Invoice":
        """The invoice after its checkout session expired."""
        return replace(self, checkout=None, version=self.version + 1)

    def _with(self, payment: Payment) -> "Invoice":
        payments = tuple(payment if each.payment_id == payment.payment_id else each for each in self.payments)
        status = self.status if payment.surplus else _status_after(payment)
        return replace(self, status=status, payments=payments, version=self.version + 1)


def _status_after(payment: Payment) -> InvoiceStatus:
    """The status of an invoice that this payment settled."""
    if payment.status == "refunded":
        return "refunded"
    if payment.status == "disputed":
        return "disputed"
    return "partially-refunded" if payment.refunded else "paid"


def subject_of(invoice: Invoice) -> str:
    """Whose history an invoice's events belong to."""
    if invoice.certification_id is not None:
        return f"certification:{invoice.certification_id}"
    return f"member:{invoice.member_id}"


def recertification_invoice(
    program: Program,
    *,
    invoice_id: str,
    number: str,
    member_id: str,
    certification_id: str,
    designation: str,
    body_member: bool,
    cycle_ends_on: date,
    today: date,
    now: datetime,
    key: str,
) -> Invoice:
    """The one invoice of a cycle (rule 4), priced by the program's fee for the designation."""
    lines = tuple(
        Line(f"{each.title}: {designation}, period ending {written_day(cycle_ends_on)}", each.amount)
        for each in program.owed(designation, cycle_ends_on, today, body_member=body_member)
    )
    return Invoice(
        invoice_id=invoice_id,
        number=number,
        member_id=member_id,
        certification_id=certification_id,
        type="recertification",
        lines=lines,
        status="open",
        issued_on=today,
        due_on=today + timedelta(days=program.payment_terms_days),
        issued_at=now,
        issued_key=key,
    )
