"""The weekly reconciliation: expected invoices against created, paid against decided, Stripe against ours."""

from dataclasses import asdict
from typing import Any

from aws_lambda_powertools import Logger

from shared.adapters.metrics import counted
from shared.handling import wiring
from shared.handling.jobs import failing_by_kind, run_of
from shared.settings import settings
from shared.use_cases.reconcile import (
    Reconciled,
    find_lost_notices,
    find_lost_payments,
    find_missing_invoices,
    find_undecided,
    raise_findings,
    take_lost_notices,
)

logger = Logger()

PAGE = 100


@failing_by_kind
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """One run of the schedule; what it finds is mailed to staff, what it can mend it mends."""
    run = run_of(event)
    invoices, events, payments = wiring.invoices(), wiring.events(), wiring.payments()
    compared = find_missing_invoices(wiring.calendar(), wiring.recertifications(), wiring.editions(), run)
    # at once, so that the numbers are there even if what follows fails or takes too long
    counts = counted(InvoicesExpected=compared.expected, InvoicesMissing=compared.missing)
    logger.info("invoices_compared", day=run.today.isoformat(), due=compared.due, **counts)
    findings = list(compared.findings)
    findings += find_undecided(invoices, _submitted(), run)
    lost, told = find_lost_payments(invoices, payments)
    findings += told
    livemode = settings().stripe_livemode
    notices, told = find_lost_notices(invoices, events, payments, run, livemode, lost)
    findings += told
    raise_findings(events, run, findings)
    recovered = take_lost_notices(invoices, events, payments, run, livemode, [*lost, *notices])
    result = asdict(Reconciled(compared.due, compared.expected, compared.missing, tuple(findings), recovered))
    logger.info("reconciled", day=run.today.isoformat(), findings=len(findings), recovered=recovered)
    return {"day": run.today.isoformat(), **result}


def _submitted() -> list[Any]:
    """The whole review queue, page by page."""
    found: list[Any] = []
    after: str | None = None
    while True:
        page, after = wiring.recertifications().submissions("submitted", after=after, limit=PAGE)
        found += page
        if after is None:
            return found
