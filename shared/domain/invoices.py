"""Invoices and payments: what is owed, what was paid, and what a payment does to an invoice (rules 4 and 5)."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
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
TAKEN_BACK: tuple[InvoiceStatus, ...] = ("refunded", "partially-refunded", "disputed")
"""Paid once, and not any more: by card it cannot be paid again, but staff can settle it."""

_DECIDED: tuple[DisputeState, ...] = ("open", "won", "lost")
"""A state of one dispute takes the place of those before it."""


@dataclass(frozen=True, slots=True)
class Line:
    """One position of an invoice."""

    description: str
    amount: Money


@dataclass(frozen=True, slots=True)
class Refund:
    """A part of a payment, or all of it, given back, by Stripe's id; one that `failed` stays so: the money was kept."""

    refund_id: str
    amount: int
    failed: bool = False


@dataclass(frozen=True, slots=True)
class Dispute:
    """One dispute of a payment, by Stripe's id, which is empty where it was stored before ids were."""

    dispute_id: str
    state: DisputeState


@dataclass(frozen=True, slots=True)
class Payment:
    """Money that came in, or did not: `reference` is the cheque's or order's number, or Stripe's id.

    What is known of it only ever grows (it succeeded, this refund was made, then failed, a dispute was opened, then
    decided), so notices give the same payment in whatever order and number they come. `refunded` and `dispute` are
    what all that is known comes to; `refunded_told` is the largest total that was told. `surplus` says that another
    settles the invoice, `given_back` that the portal meant to give it back, so nothing should rest on it.
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
    refunded_told: int = 0
    refunds: tuple[Refund, ...] = ()
    disputes: tuple[Dispute, ...] = ()
    given_back: bool = False

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

    @property
    def sum_refunded(self) -> Money:
        """What of it was refunded."""
        return replace(self.amount, amount=self.refunded)

    @property
    def is_whole(self) -> bool:
        """Whether we have all of its money."""
        return self.status == "succeeded" and not self.refunded

    @property
    def refund_failed(self) -> bool:
        """Whether money of it could not be given back, so that a person has to see to it."""
        return any(each.failed for each in self.refunds)

    def refunded_in_all(self, total: int) -> "Payment":
        """The payment of which so much was refunded in all by some moment; a smaller total is an earlier one."""
        return self if total <= self.refunded_told else _counted(replace(self, refunded_told=total))

    def with_refund(self, refund: Refund) -> "Payment":
        """The payment with this refund, or with the word that it failed."""
        known = {each.refund_id: each for each in self.refunds}
        before = known.get(refund.refund_id)
        if before is not None and (before.failed or not refund.failed):
            return self
        known[refund.refund_id] = refund
        return _counted(replace(self, refunds=tuple(known[each] for each in sorted(known))))

    def disputed(self, dispute_id: str, state: DisputeState) -> "Payment":
        """The payment with this dispute opened or decided; what is decided is not opened again.

        One that was stored without an id is taken for the first that is told, unless it is over and this one is not.
        """
        known = {each.dispute_id: each.state for each in self.disputes}
        if dispute_id not in known and known.get("") in ("open", state):
            known[dispute_id] = known.pop("")
        known[dispute_id] = max(known.get(dispute_id, state), state, key=_DECIDED.index)
        disputes = tuple(Dispute(each, known[each]) for each in sorted(known))
        if disputes == self.disputes:
            return self
        states = set(known.values())
        summed: DisputeState = "lost" if "lost" in states else "open" if "open" in states else "won"
        return replace(self, disputes=disputes, dispute=summed)


def _counted(payment: Payment) -> Payment:
    """With what was refunded: by the refunds that are known, and by what a total tells of others beside them."""
    failed = sum(each.amount for each in payment.refunds if each.failed)
    made = sum(each.amount for each in payment.refunds if not each.failed)
    refunded = max(made, payment.refunded_told - failed)
    return replace(payment, refunded=min(refunded, payment.amount.amount))


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

    @property
    def settling(self) -> Payment | None:
        """The payment that the invoice rests on: None while there is none, or where none is needed (waived, void)."""
        return next((each for each in self.payments if each.succeeded and not each.surplus), None)

    @property
    def settled_without(self) -> bool:
        """Whether no payment settles it: waived, void, or paid in the system that it was imported from."""
        return self.status in ("waived", "void") or (self.status == "paid" and self.settling is None)

    @property
    def due_back(self) -> tuple[Payment, ...]:
        """The card payments that are too many, and which the portal may give back by itself.

        Only while something else settles the invoice that is not being given back itself: never the last money. What
        could not be given back once is for a person to see to.
        """
        keeper = self.settling
        if not self.settled_without and (keeper is None or keeper.given_back or not keeper.is_whole):
            return ()
        return tuple(
            each
            for each in self.payments
            if each.surplus
            and each.method == "card"
            and each.status == "succeeded"
            and not each.refund_failed
        )

    def giving_back(self) -> "Invoice":
        """The invoice that says of what is due back that it is to go back: to be stored before it is asked for."""
        due = self.due_back
        marked = tuple(replace(each, given_back=True) if each in due else each for each in self.payments)
        return replace(self, payments=marked)

    def require_open(self) -> None:
        """Refuse to take a card for an invoice that is not open. Raises NotPayable."""
        if self.status in TAKEN_BACK:
            raise NotPayable(
                "The payment of this invoice was taken back, and it cannot be paid by card again. "
                "Write to us about how to settle it."
            )
        if self.status != "open":
            raise NotPayable(f"This invoice is {self.status.replace('-', ' ')}; there is nothing to pay.")

    def require_unsettled(self) -> None:
        """Refuse to settle an invoice that is settled; one whose payment was taken back is not. Raises NotPayable."""
        if self.status not in TAKEN_BACK:
            self.require_open()

    def receive(self, payment: Payment, now: datetime) -> "Invoice":
        """The invoice with this payment recorded at `now` (rule 5).

        Of several that succeeded, one settles the invoice: one whose money is all there before one of which a part is,
        then what is disputed, then what was given back; offline money before a card's, which can be returned; then by
        the id, so that the order in which they are told does not matter. The others are kept as surplus. A payment
        that is already there changes nothing, except that one which failed may succeed later: a declined card can be
        tried again.
        """
        known = self.payment(payment.payment_id)
        if known is not None and (known.succeeded or not payment.succeeded):
            return self
        others = tuple(each for each in self.payments if each.payment_id != payment.payment_id)
        if not payment.succeeded:
            return replace(self, payments=(*others, payment), version=self.version + 1)
        if self.settled_without:
            return self._with((*others, replace(payment, surplus=True)))
        after = self._with((*others, payment))
        was_paid_again = after.status == "paid" != self.status
        paid_at = now if was_paid_again or self.paid_at is None else self.paid_at
        return replace(after, paid_at=paid_at, checkout=None)

    def waive(self) -> "Invoice":
        """The invoice that nobody has to pay any more, also after its payment was taken back; an approval may rest on
        it (rule 6). What there is of payments stays as it is. Raises NotPayable."""
        self.require_unsettled()
        return replace(self, status="waived", checkout=None, version=self.version + 1)

    def refund(self, payment_id: str, refunded: Money) -> "Invoice":
        """The invoice after so much of a payment was refunded in all; an earlier, smaller total changes nothing."""
        return self._change(payment_id, lambda payment: payment.refunded_in_all(refunded.amount))

    def take_refund(self, payment_id: str, refund: Refund) -> "Invoice":
        """The invoice after this refund of a payment was made, or failed."""
        return self._change(payment_id, lambda payment: payment.with_refund(refund))

    def contest(self, payment_id: str, state: DisputeState, dispute_id: str = "") -> "Invoice":
        """The invoice with a payment disputed, or the dispute decided; what is decided is not opened again."""
        return self._change(payment_id, lambda payment: payment.disputed(dispute_id, state))

    def opened_checkout(self, checkout: OpenCheckout, attempt: int) -> "Invoice":
        """The invoice with a checkout session open for it, which the attempt of this number gave."""
        return replace(self, checkout=checkout, checkout_attempts=attempt, version=self.version + 1)

    def without_checkout(self) -> "Invoice":
        """The invoice after its checkout session expired."""
        return replace(self, checkout=None, version=self.version + 1)

    def _change(self, payment_id: str, change: Callable[[Payment], Payment]) -> "Invoice":
        before = self.payment(payment_id)
        after = before and change(before)
        if before is None or after is None or after == before:
            return self
        return self._with(
            tuple(after if each.payment_id == payment_id else each for each in self.payments),
        )

    def _with(self, payments: tuple[Payment, ...]) -> "Invoice":
        """The invoice with these payments: which of them settles it, and what it is therefore."""
        after = replace(self, payments=payments, version=self.version + 1)
        if not self.settled_without:
            keeper = min((each for each in payments if each.succeeded), key=_standing, default=None)
            if keeper is None:
                return after
            sorted_out = tuple(
                replace(each, surplus=each.succeeded and each is not keeper) for each in payments
            )
            after = replace(after, payments=sorted_out, status=_status_after(keeper))
        return after


def _standing(payment: Payment) -> tuple[int, bool, str]:
    """How much an invoice can rest on a payment; the smallest settles it."""
    if payment.status == "succeeded":
        rank = 1 if payment.refunded else 0
    elif payment.status == "disputed":
        rank = 2 if payment.dispute == "open" else 3
    else:
        rank = 4
    return rank, payment.method == "card", payment.payment_id


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


def status_of_new(lines: Iterable[Line]) -> InvoiceStatus:
    """Open, or waived where the edition asks for nothing: nobody can pay 0, and an approval must not wait for it."""
    return "open" if any(line.amount.amount for line in lines) else "waived"


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
    """The one invoice of a cycle (rule 4), priced by the program's fee for the designation.

    One that is asked for ahead of its day is due as if it had been released on it: who pays early need not hurry.
    """
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
        status=status_of_new(lines),
        issued_on=today,
        due_on=program.payment_due_on(max(today, program.invoice_release_on(cycle_ends_on.year))),
        issued_at=now,
        issued_key=key,
    )
