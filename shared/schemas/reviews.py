"""A recertification as staff see it: the dashboard, whose it is, the late fee, and where its payments are at Stripe."""

from datetime import date

from shared.domain.recertification import Recertification
from shared.schemas.fields import Given
from shared.schemas.invoices import Invoice
from shared.schemas.points import Dashboard


class Whose(Given):
    """The member whose something is."""

    member_id: str
    name: str


class StaffDashboard(Dashboard):
    """The dashboard with its member; a payment is under `<stripe_url>/payments/<payment_id>`."""

    member: Whose
    late_fee_invoice: Invoice | None
    stripe_url: str

    @classmethod
    def for_staff(cls, found: Recertification, today: date, stripe_url: str) -> "StaffDashboard":
        """The recertification of the domain as staff are answered on a day."""
        whose = found.certification
        return cls(
            **dict(Dashboard.of(found, today)),
            member=Whose(member_id=whose.member_id, name=whose.member_name),
            late_fee_invoice=None if found.late_fee is None else Invoice.of(found.late_fee),
            stripe_url=stripe_url,
        )
