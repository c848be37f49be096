"""Signing the agreement over a finished cycle, which locks it (rule 3)."""

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

from shared.domain import ids
from shared.domain.days import written_day
from shared.domain.entries import plain
from shared.domain.errors import AgreementOutdated, NotReadyToSubmit
from shared.domain.program import Agreement
from shared.domain.recertification import Recertification
from shared.domain.room import MOST_SIGNED, TOO_LONG
from shared.domain.submissions import SignedRecord, Submission, hash_of, signed_text


def sign(
    found: Recertification,
    agreement: Agreement,
    *,
    agreement_version: str,
    signature: str,
    now: datetime,
    today: date,
    on_paper: bool = False,
) -> tuple[Recertification, SignedRecord]:
    """Sign the agreement over the cycle and lock it (rule 3). The invoice is the caller's to add.

    `agreement` is the current one: that of the edition in force, whatever edition the cycle is under, while
    `agreement_version` is what was read. Raises CycleLocked, AgreementOutdated, NotReadyToSubmit.
    """
    found.require_unlocked()
    if agreement_version != agreement.version:
        raise AgreementOutdated("The agreement has changed. Read the current text and sign that one.")
    found = found.accrued(today)
    _require_ready(found, today)
    signing = found.cycle.signings + 1
    text = signed_text(agreement, signature, now, found.entries)
    if len(text.encode()) > MOST_SIGNED:  # entered before there was a bound, or accrued in a longer cycle
        raise NotReadyToSubmit(TOO_LONG, Decimal(0), ())
    submission = Submission(
        submission_id=ids.submission_id(found.certification.certification_id, found.cycle.number, signing),
        certification_id=found.certification.certification_id,
        cycle_id=found.cycle.cycle_id,
        cycle_number=found.cycle.number,
        signing=signing,
        designation=found.certification.designation,
        member_id=found.certification.member_id,
        member_name=found.certification.member_name,
        agreement_version=agreement.version,
        signature=signature,
        submitted_at=now,
        points_total=found.cycle.points_total,
        signed_hash=hash_of(text),
        on_paper=on_paper,
        for_reinstatement=found.certification.status == "terminated",
    )
    record = SignedRecord(
        submission.submission_id,
        submission.certification_id,
        found.cycle.number,
        signing,
        text,
        submission.signed_hash,
    )
    cycle = replace(
        found.cycle, state="submitted", signings=signing, signed_on=today, version=found.cycle.version + 1
    )
    return replace(found, cycle=cycle, submission=submission), record


def _require_ready(found: Recertification, today: date) -> None:
    reasons = []
    missing, documents, unmet = found.points_missing, found.missing_documents, found.ledger.unmet
    outside = found.outside
    signable_from = found.signable_from
    if signable_from is not None and today >= signable_from:
        signable_from = None
    if missing:
        reasons.append(f"{plain(missing)} {found.program.called(missing)} missing.")
    reasons += [each.text for each in unmet]
    if documents:
        titles = ", ".join(f"“{found.entry(entry_id).claim.title}”" for entry_id in documents)
        reasons.append(f"A document that was checked is missing for {titles}.")
    if outside:
        titles = ", ".join(f"“{entry.claim.title}”" for entry in outside)
        reasons.append(
            f"This period takes points of {written_day(found.cycle.starts_on)} to "
            f"{written_day(found.last_day_to_earn)}; "
            f"correct the days of {titles}, or delete it."
        )
    if signable_from is not None:
        reasons.append(
            f"This cycle can be signed from {written_day(signable_from)} on, when the previous one has ended."
        )
    if reasons:
        raise NotReadyToSubmit(
            " ".join(reasons),
            missing,
            documents,
            signable_from,
            tuple(each.text for each in unmet),
        )
