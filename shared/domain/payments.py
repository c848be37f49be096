"""What the portal asks of a payment service and what it hears back; a payment_id is a payment intent's id.

    PaymentsError
    ├── PaymentsUnavailable    the service cannot be asked now; the same call may be made again
    ├── AttemptUsed            this checkout attempt is spent; the next number opens a session
    ├── CheckoutRefused        the service will not take this amount in this currency
    ├── SessionUnknown         the service has no such session
    ├── RefundRefused          the service will not give this money back
    └── SignatureInvalid       a notice that the service did not send

None of these is a DomainError: the use cases say what each means to a person.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from shared.domain.money import Money


class PaymentsError(Exception):
    """Something the payment service did not do."""


class PaymentsUnavailable(PaymentsError):
    """The payment service does not answer us. What the call did is unknown; making it again is safe."""


class AttemptUsed(PaymentsError):
    """This attempt was made with other parameters, or has failed for good; nobody was given its session."""


class CheckoutRefused(PaymentsError):
    """No session for this invoice, however often it is asked for; `code` is Stripe's (`amount_too_small`), or empty."""

    def __init__(self, code: str) -> None:
        super().__init__(f"checkout refused: {code or 'no code'}")
        self.code = code


class SessionUnknown(PaymentsError):
    """There is no such checkout session, for example after a change of the Stripe account or mode."""


class RefundRefused(PaymentsError):
    """The refund is refused; `code` is Stripe's (`charge_disputed`, for one), or empty."""

    def __init__(self, code: str) -> None:
        super().__init__(f"refund refused: {code or 'no code'}")
        self.code = code


class SignatureInvalid(PaymentsError):
    """The body is not an event signed with one of our secrets, or was signed too long ago."""


SessionStatus = Literal["open", "complete", "expired"]
DisputeState = Literal["open", "won", "lost"]


@dataclass(frozen=True, slots=True)
class CheckoutSession:
    """A page to pay on: `url` is None once complete or expired, `payment_id` None before the first try."""

    session_id: str
    url: str | None
    status: SessionStatus
    paid: bool
    payment_id: str | None
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class PaymentSucceeded:
    """The money of an invoice was charged."""

    event_id: str
    invoice_id: str
    payment_id: str
    session_id: str
    amount: Money
    livemode: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class PaymentFailed:
    """A try to pay failed; its session may still be open. `reason` is a code like `insufficient_funds`."""

    event_id: str
    invoice_id: str
    payment_id: str
    session_id: str | None
    amount: Money
    livemode: bool
    at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class SessionExpired:
    """A session ended unpaid."""

    event_id: str
    invoice_id: str
    session_id: str
    livemode: bool


@dataclass(frozen=True, slots=True)
class PaymentRefunded:
    """Money was given back. `refunded` is the total so far, so of two notices the larger one is the later, unless a
    refund failed, which `RefundTold` tells.

    `charged` is what the payment was over.
    """

    event_id: str
    invoice_id: str
    payment_id: str
    charged: Money
    refunded: Money
    livemode: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class RefundTold:
    """One refund, by its id: made or on its way, or `failed` (or canceled), and then the money was kept.

    `charged` is what the payment was over.
    """

    event_id: str
    invoice_id: str
    payment_id: str
    refund_id: str
    charged: Money
    amount: Money
    failed: bool
    livemode: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class PaymentDisputed:
    """The cardholder's bank disputes an amount of what was charged. One that is `won` or `lost` never opens again; the
    same charge may be disputed again, by another `dispute_id`."""

    event_id: str
    invoice_id: str
    payment_id: str
    charged: Money
    amount: Money
    livemode: bool
    at: datetime
    state: DisputeState
    dispute_id: str = ""


@dataclass(frozen=True, slots=True)
class Irrelevant:
    """A genuine event that is not about an invoice of the portal, or says nothing the portal acts on."""

    event_id: str
    type: str


Told = PaymentSucceeded | PaymentFailed | SessionExpired | PaymentRefunded | RefundTold | PaymentDisputed
"""What is told of an invoice of the portal."""

Notice = Told | Irrelevant
