"""History in the domain: what is told to whom, in sentences; what staff have to look at; who lapses when."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any, get_args

import pytest

from shared.domain.events import Event, EventType
from shared.domain.figures import Figures, days_left
from shared.domain.history import attention_of, history_of, sentence
from tests.unit.domain.builders import NOW, TODAY, certification, invoice


def happened(kind: Any, minutes: int = 0, **data: Any) -> Event:
    at = NOW + timedelta(minutes=minutes)
    return Event(f"e{minutes}", "certification:c", kind, "S-1", "staff", at, data)


@pytest.mark.parametrize("kind", get_args(EventType))
def test_every_event_is_told_in_a_sentence_even_without_its_data(kind: str) -> None:
    text = sentence(kind, {})
    assert text[0].isupper()
    assert text.endswith(".")
    assert "{" not in text


def test_the_latest_comes_first_and_an_invoice_is_its_own_event() -> None:
    found = history_of(
        [happened("cycle-submitted", 1), happened("cycle-returned", 2)], [invoice()], of_staff=True
    )
    assert [each.type for each in found] == ["cycle-returned", "cycle-submitted", "invoice-issued"]


def test_members_are_not_told_who_on_staff_did_it() -> None:
    event = happened("cycle-approved", expires_on="2030-12-31", decision={"decided_by": "S-1"})
    (seen,) = history_of([event], [], of_staff=False)
    assert (seen.by, seen.role, seen.data) == ("", "staff", {"expires_on": "2030-12-31"})
    assert seen.text == "The report was approved; the certification lasts until 31 December 2030."
    (told,) = history_of([event], [], of_staff=True)
    assert (told.by, told.data) == ("S-1", event.data)


@pytest.mark.parametrize("of_staff", [True, False])
def test_nobody_is_shown_the_address_of_a_checkout(of_staff: bool) -> None:
    event = happened("checkout-opened", url="https://pay.example", session_id="cs_1", notice={"url": "x"})
    (seen,) = history_of([event], [], of_staff=of_staff)
    assert "pay.example" not in str(seen.data)
    assert "cs_1" not in str(seen.data)
    assert "'url'" not in str(seen.data)


def test_a_member_sees_why_an_extension_was_granted_and_not_why_an_invoice_was_waived() -> None:
    granted = happened("extension-granted", 1, extended_to="2028-06-30", reason="Illness")
    waived = happened("invoice-waived", 2, invoice_id="i", reason="Unemployed")
    newest, oldest = history_of([granted, waived], [], of_staff=False)
    assert newest.data == {"invoice_id": "i"}
    assert oldest.data == {"extended_to": "2028-06-30", "reason": "Illness"}


def test_what_was_looked_after_is_known_with_the_first_who_did() -> None:
    raised = [happened("attention-raised", 1), happened("attention-raised", 2)]
    done = [
        happened("attention-done", 3, attention_id="e1"),
        happened("attention-done", 4, attention_id="e1"),
    ]
    first, second = attention_of([*done, *raised])
    assert first.done == done[0]
    assert (second.raised, second.done) == (raised[1], None)


def test_who_lapses_within_how_many_days() -> None:
    in_days = [0, 30, 31, 60, 90, 91, -1]
    held = [replace(certification(), expires_on=TODAY + timedelta(days=each)) for each in in_days]
    extended = replace(certification(), expires_on=TODAY - timedelta(days=5), extended_to=TODAY)
    submitted = replace(certification("IPMA-CS"), expires_on=TODAY)
    left = days_left([*held, extended, submitted], {submitted.certification_id}, {}, TODAY)
    found = Figures(0, 0, 0, 0, 0, left)
    assert [found.lapsing_within(each) for each in (30, 60, 90)] == [3, 5, 6]


def test_a_first_of_march_after_a_leap_day_is_counted_in_days() -> None:
    held = replace(certification(), expires_on=date(2028, 3, 1))
    assert days_left([held], set(), {}, date(2028, 2, 1)) == (29,)


def test_a_returned_report_lapses_by_its_days_to_correct_and_not_before_its_last_day() -> None:
    held, later = certification(expires_on=TODAY), certification("IPMA-CS", expires_on=TODAY)
    correct_by = {held.certification_id: TODAY + timedelta(days=12)}
    assert days_left([held, later], set(), correct_by, TODAY) == (12, 0)
