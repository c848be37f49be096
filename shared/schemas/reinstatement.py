"""The reinstatement application as a lapsed member sees it."""

from datetime import date

from shared.domain import reinstatement
from shared.domain.recertification import Recertification
from shared.schemas.fields import Day, Given, Money, Points
from shared.schemas.invoices import Invoice
from shared.schemas.points import Entry
from shared.schemas.submissions import Submission


class Application(Given):
    """A reinstatement application: `late_fee` is what signing today would add, `version` the cycle's."""

    state: str
    earned_from: Day
    earned_until: Day
    sign_by: Day
    late_fee: Money | None
    points_total: Points
    points_required: Points
    points_missing: Points
    missing: list[str]
    takes_more: bool
    entries: list[Entry]
    submission: Submission | None
    invoice: Invoice | None
    late_fee_invoice: Invoice | None
    version: int

    @classmethod
    def of(cls, found: Recertification, today: date) -> "Application":
        """The application of the domain as it is answered on a day."""
        fee = reinstatement.late_fee(found, today)
        return cls(
            state=reinstatement.application_state(found),
            earned_from=found.cycle.starts_on,
            earned_until=reinstatement.earned_until(found),
            sign_by=reinstatement.last_day_to_apply(found),
            late_fee=None if fee is None else Money.of(fee),
            points_total=found.cycle.points_total,
            points_required=found.points_required,
            points_missing=found.points_missing,
            missing=list(found.ledger.missing),
            takes_more=found.ledger.takes_more,
            entries=Entry.all_of(found.entries, found),
            submission=None if found.submission is None else Submission.of(found.submission),
            invoice=None if found.invoice is None else Invoice.of(found.invoice),
            late_fee_invoice=None if found.late_fee is None else Invoice.of(found.late_fee),
            version=found.cycle.version,
        )
