"""Invoices of development programs that members bought, as the body's old system lists them: one row an invoice."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Literal, cast

from shared.domain import ids
from shared.domain.invoices import Invoice, InvoiceStatus, Line, Payment, PaymentMethod
from shared.domain.money import Money, decimals, is_never_broken
from shared.domain.roster import BEYOND, RowFault

COLUMNS = (
    "invoice_number",
    "member_id",
    "description",
    "amount",
    "currency",
    "issued_on",
    "due_on",
    "status",
    "paid_on",
    "payment_method",
    "payment_reference",
)

STATUSES = ("open", "paid", "void")
METHODS = ("card", "check", "purchase-order", "wire")

_NUMBER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]{0,63}")
_AMOUNT = re.compile(r"\d{1,9}(\.\d{1,2})?")
_CURRENCY = re.compile(r"[a-z]{3}")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")

Outcome = Literal["created", "updated", "unchanged"]
Wrong = Callable[[str, str], None]


@dataclass(frozen=True, slots=True)
class InvoiceRow:
    """A row that can be read."""

    row: int
    number: str
    member_id: str
    description: str
    amount: Money
    issued_on: date
    due_on: date
    status: InvoiceStatus
    paid_on: date | None
    method: PaymentMethod | None
    reference: str

    @property
    def fingerprint(self) -> str:
        """What tells whether the row is the same as at the last import."""
        return ids.digest("program-invoice-row", *(str(getattr(self, name)) for name in self.__slots__[1:]))

    def invoice(self, member_id: str) -> Invoice:
        """The invoice that the row tells of, for the member with this id."""
        paid_at = None if self.paid_on is None else datetime.combine(self.paid_on, time(12), UTC)
        invoice_id = ids.program_invoice_id(member_id, self.number)
        payments: tuple[Payment, ...] = ()
        if paid_at is not None and self.method is not None:
            payment_id = f"imported_{invoice_id.removeprefix('pgm_')}"
            payments = (Payment(payment_id, self.method, self.amount, paid_at, self.reference),)
        return Invoice(
            invoice_id=invoice_id,
            number=self.number,
            member_id=member_id,
            type="program",
            lines=(Line(self.description, self.amount),),
            status=self.status,
            issued_on=self.issued_on,
            due_on=self.due_on,
            issued_at=datetime.combine(self.issued_on, time(12), UTC),
            issued_key=self.fingerprint,
            paid_at=paid_at,
            payments=payments,
        )


def read_invoice_row(number: int, cells: Mapping[str, str]) -> InvoiceRow | tuple[RowFault, ...]:
    """A row from its cells, or every fault that it has at once."""
    faults: list[RowFault] = []

    def wrong(name: str, detail: str) -> None:
        faults.append(RowFault(number, name, detail))

    text = {name: cells.get(name, "").strip() for name in COLUMNS}
    if cells.get(BEYOND):
        wrong("payment_reference", "This row has more cells than the heading.")
    if not _NUMBER.fullmatch(text["invoice_number"]):
        wrong(
            "invoice_number",
            "Give a number of 1 to 64 letters, digits, dots, slashes, hyphens or underscores.",
        )
    if not 0 < len(text["member_id"]) <= 64:
        wrong("member_id", "Give the member's id.")
    if not 0 < len(text["description"]) <= 200 or not text["description"].isprintable():
        wrong("description", "Give a description of 1 to 200 characters.")
    currency = text["currency"].lower()
    if not _CURRENCY.fullmatch(currency):
        wrong("currency", "Give a currency of three letters, like usd.")
    amount = _read_amount(text["amount"], currency, wrong)
    if amount == 0 and text["status"] == "open":
        wrong("amount", "An open invoice is over more than 0; one over nothing is paid or void.")
    days = {name: _read_day(text, name, wrong) for name in ("issued_on", "due_on", "paid_on")}
    _check_status(text, wrong)
    if faults:
        return tuple(faults)
    is_paid = text["status"] == "paid"
    return InvoiceRow(
        row=number,
        number=text["invoice_number"],
        member_id=text["member_id"],
        description=text["description"],
        amount=Money(amount, currency),
        issued_on=cast(date, days["issued_on"]),
        due_on=cast(date, days["due_on"]),
        status=cast(InvoiceStatus, text["status"]),
        paid_on=days["paid_on"],
        method=cast(PaymentMethod, text["payment_method"]) if is_paid else None,
        reference=text["payment_reference"],
    )


def take_row(row: InvoiceRow, member_id: str, found: Invoice | None) -> tuple[Outcome, Invoice] | RowFault:
    """What a row makes of the invoice with its number, if there is one.

    The same row as at the last import changes nothing, whatever happened to the invoice since. A changed row is taken
    only while nothing has happened to the invoice in the portal: what was paid there is not rolled back.
    """
    wanted = row.invoice(member_id)
    if found is None:
        return "created", wanted
    if found.issued_key == row.fingerprint:
        return "unchanged", found
    if found.checkout is not None or found.checkout_attempts or _touched(found):
        return RowFault(
            row.row, "invoice_number", "This invoice has changed in the portal since it was imported."
        )
    return "updated", replace(wanted, version=found.version + 1)


def _touched(invoice: Invoice) -> bool:
    imported = [each for each in invoice.payments if each.payment_id.startswith("imported_")]
    return len(imported) != len(invoice.payments) or (not imported and invoice.status not in ("open", "void"))


def _read_amount(text: str, currency: str, wrong: Wrong) -> int:
    """An amount in minor units; of a currency that is never broken, only a whole one."""
    if not _AMOUNT.fullmatch(text):
        wrong("amount", "Give an amount with at most two decimals, like 150.00.")
        return -1
    amount = Decimal(text)
    if is_never_broken(currency) and amount != int(amount):
        wrong("amount", f"{currency.upper()} has no decimals: give a whole amount, like 15000.")
    return int(amount.scaleb(decimals(currency)))


def _read_day(text: Mapping[str, str], name: str, wrong: Wrong) -> date | None:
    if not text[name] and name == "paid_on":
        return None
    try:
        if _DAY.fullmatch(text[name]):
            return date.fromisoformat(text[name])
    except ValueError:
        pass
    wrong(name, "Give a day of the calendar as YYYY-MM-DD.")
    return None


def _check_status(text: Mapping[str, str], wrong: Wrong) -> None:
    if text["status"] not in STATUSES:
        wrong("status", f"Give one of {', '.join(STATUSES)}.")
    if text["status"] == "paid":
        if not text["paid_on"]:
            wrong("paid_on", "Say when it was paid.")
        if text["payment_method"] not in METHODS:
            wrong("payment_method", f"Give one of {', '.join(METHODS)}.")
    elif text["paid_on"] or text["payment_method"]:
        wrong("paid_on", "Only a paid invoice has a day and a way of payment.")
    if len(text["payment_reference"]) > 100 or not text["payment_reference"].isprintable():
        wrong("payment_reference", "Give at most 100 characters.")
