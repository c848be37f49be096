"""Rule 3: what submitting needs, and what is kept of it for good."""

import hashlib
import json
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from shared.domain.errors import AgreementOutdated, CycleLocked, NotReadyToSubmit
from tests.unit.domain.builders import (
    NOW,
    PROGRAM,
    TODAY,
    approve,
    claim,
    cycle_with,
    document,
    edit,
    enter,
    entry_of,
    paid,
    send_back,
    session,
    sign,
    sign_with_record,
    submission_of,
    with_documents,
)


def test_a_finished_cycle_is_signed_and_locked() -> None:
    signed = sign(cycle_with(points=50))
    assert (signed.cycle.state, signed.state(TODAY), signed.cycle.locked) == ("submitted", "submitted", True)
    submission = submission_of(signed)
    assert (submission.signature, submission.submitted_at) == ("Marge Bouvier", NOW)
    assert (submission.state, submission.points_total) == ("submitted", 50)


def test_a_submitted_cycle_is_not_signed_twice() -> None:
    with pytest.raises(CycleLocked):
        sign(sign(cycle_with(points=50)))


@pytest.mark.parametrize("version", ["2025-12", "", "2026-1", "2026-01 "])
def test_any_other_agreement_is_outdated(version: str) -> None:
    with pytest.raises(AgreementOutdated):
        sign_with_record(cycle_with(points=50), version=version)


def test_the_lock_is_told_before_the_agreement_and_the_agreement_before_what_is_missing() -> None:
    with pytest.raises(CycleLocked):
        sign_with_record(sign(cycle_with(points=50)), version="old")
    with pytest.raises(AgreementOutdated):
        sign_with_record(cycle_with(points=1), version="old")


def test_an_empty_cycle_misses_everything() -> None:
    with pytest.raises(NotReadyToSubmit, match="50 points missing") as refused:
        sign(cycle_with())
    assert refused.value.extra["missing_points"] == 50


@pytest.mark.parametrize("status", ["pending", "rejected"])
def test_a_document_counts_only_when_it_is_clean(status: str) -> None:
    cycle = with_documents(cycle_with(points=49), document("doc_1", status))
    cycle = enter(cycle, session("policy", document_ids=("doc_1",)))
    with pytest.raises(NotReadyToSubmit) as refused:
        sign(cycle)
    assert refused.value.extra["missing_documents"] == [entry_of(cycle, "policy").entry_id]
    assert sign(with_documents(cycle, document("doc_1", "clean"))).cycle.state == "submitted"


def test_points_and_every_missing_document_are_told_at_once() -> None:
    cycle = enter(cycle_with(points=40), (claim("policy"), claim("rfp"), claim("webinar")))
    with pytest.raises(NotReadyToSubmit) as refused:
        sign(cycle)
    assert refused.value.extra == {
        "missing_points": Decimal(7),
        "missing_documents": [entry_of(cycle, "policy").entry_id, entry_of(cycle, "rfp").entry_id],
    }


@pytest.mark.parametrize(
    ("started_on", "ended_on"),
    [(date(2024, 12, 31), date(2025, 1, 1)), (date(2027, 12, 31), date(2028, 1, 1))],
)
def test_an_entry_dated_outside_the_period_is_not_signed(started_on: date, ended_on: date) -> None:
    """The window was another when it was entered."""
    cycle = cycle_with(claim("webinar", started_on=started_on, ended_on=ended_on), points=50)
    with pytest.raises(NotReadyToSubmit, match=r"1 January 2025 to 31 December 2027.*My webinar"):
        sign(cycle)
    inside = claim("webinar", started_on=date(2025, 1, 1), ended_on=date(2027, 12, 31))
    assert sign(cycle_with(inside, points=50)).cycle.locked


def test_the_record_holds_the_agreement_and_every_entry_as_signed_word_for_word() -> None:
    signed, record = sign_with_record(cycle_with(claim("webinar", 2, notes="Zürich “hr”"), points=50))
    content = json.loads(record.text)
    assert content["agreement"] == {"version": PROGRAM.agreement.version, "text": PROGRAM.agreement.text}
    assert (content["signature"], content["signed_at"]) == ("Marge Bouvier", NOW.isoformat())
    assert len(content["entries"]) == len(signed.entries)
    webinar = next(each for each in content["entries"] if each["activity"] == "webinar")
    assert (webinar["quantity"], webinar["points"], webinar["notes"]) == ("2", "2", "Zürich “hr”")
    assert record.signed_hash == hashlib.sha256(record.text.encode()).hexdigest()
    assert submission_of(signed).signed_hash == record.signed_hash


@pytest.mark.parametrize(
    "changes",
    [
        {"title": "Another"},
        {"organization": "Another"},
        {"notes": "Another"},
        {"quantity": 1},
        {"started_on": date(2026, 2, 1)},
        {"ended_on": date(2026, 4, 1)},
        {"activity": "committee-member"},
        {"document_ids": ("doc_1",)},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_the_hash_changes_with_every_field_of_an_entry(changes: dict[str, object]) -> None:
    cycle = with_documents(cycle_with(claim("webinar", 2), points=60), document("doc_1"))
    _, before = sign_with_record(cycle)
    _, after = sign_with_record(edit(cycle, "webinar", **changes))
    assert before.signed_hash != after.signed_hash


def test_the_hash_does_not_hang_on_the_order_of_entries() -> None:
    cycle = cycle_with(claim("webinar"), claim("teaching"), points=50)
    turned = replace(cycle, entries=cycle.entries[::-1])
    assert sign_with_record(cycle)[1].signed_hash == sign_with_record(turned)[1].signed_hash


def test_each_signing_has_its_own_record() -> None:
    first, record = sign_with_record(cycle_with(points=50))
    second, another = sign_with_record(send_back(first))
    assert (record.signing, another.signing) == (1, 2)
    assert submission_of(first).submission_id != submission_of(second).submission_id
    assert submission_of(second).state == "submitted"
    assert submission_of(second).decision is None


def test_a_first_cycle_may_be_signed_on_any_day() -> None:
    assert sign(cycle_with(points=50), on=date(2025, 1, 2)).cycle.state == "submitted"


def test_a_later_cycle_may_not_be_signed_before_the_previous_one_has_ended() -> None:
    _, opened = approve(paid(sign(cycle_with(points=50), on=date(2027, 3, 2))))
    early = date(2027, 12, 31)
    full = enter(
        opened,
        session("employment", 50, started_on=date(2027, 3, 3), ended_on=date(2027, 3, 3)),
        today=early,
    )
    with pytest.raises(NotReadyToSubmit, match="1 January 2028") as refused:
        sign(full, on=early)
    assert refused.value.extra["signable_from"] == "2028-01-01"
    assert refused.value.extra["missing_points"] == 0
    assert sign(full, on=date(2028, 1, 1)).cycle.state == "submitted"
