"""Fields are strict: nothing is quietly converted, and every fault has its pointer."""

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.adapters.http.resolver import read_json
from shared.schemas.fields import LARGEST_QUANTITY, json_number
from shared.schemas.invoices import OfflinePaymentSent
from shared.schemas.members import ProfileSent
from shared.schemas.points import EntrySent
from shared.schemas.submissions import DecisionSent, SubmissionSent
from tests.unit.schemas.sent import entry, pointers_in


def faults_with(field: str, json_text: str) -> list[str]:
    body = {**entry(), field: read_json(json_text)}
    return pointers_in(EntrySent, body)


def test_a_sound_entry_has_no_fault() -> None:
    assert pointers_in(EntrySent, entry()) == []


@pytest.mark.parametrize(
    "number",
    ["true", "false", '"1"', '""', "null", "[]", "{}", "0", "-1", "-0.0", "1e400", "-1e400", "1e-400",
     "0.0000001", "1000000.000001", "1000001", "9" * 400, "1e7", "1e99999999", "-1e99999999", "1e-99999999",
     "1e99999999999999999999", "1e-99999999999999999999", "0e99999999", "9" * 5000, "-" + "9" * 5000,
     "1." + "0" * 5000 + "1"],
)  # fmt: skip
def test_a_quantity_is_a_number_above_0_and_at_most_a_million(number: str) -> None:
    assert faults_with("quantity", number) == ["/quantity"]


@pytest.mark.parametrize(
    ("number", "exact"),
    [("1", "1"), ("1.0", "1"), ("1e2", "100"), ("0.1", "0.1"), ("5.25", "5.25"), ("0.000001", "0.000001"),
     ("1000000", "1000000"), ("2.50", "2.5"), ("100000E-5", "1"), ("1." + "0" * 5000, "1")],
)  # fmt: skip
def test_a_quantity_is_read_exactly(number: str, exact: str) -> None:
    assert EntrySent.model_validate(entry(quantity=read_json(number))).quantity == Decimal(exact)


@pytest.mark.parametrize(
    "text", ["NaN", "Infinity", "-Infinity", '{"quantity": NaN}', "1_000", "01", "[" * 99999]
)
def test_what_is_no_json_is_not_read(text: str) -> None:
    with pytest.raises(json.JSONDecodeError):
        read_json(text)


@given(st.decimals(min_value=0, max_value=LARGEST_QUANTITY, places=6))
def test_a_number_comes_back_as_it_was_sent(number: Decimal) -> None:
    assert read_json(json.dumps(json_number(number))) == number


@pytest.mark.parametrize("field", ["title", "organization"])
@pytest.mark.parametrize(
    "text",
    ['""', '"   "', '"\\t\\n"', "1", "true", "null", '["a"]', json.dumps("x" * 201), '"a\\u0000b"', '"a\\nb"',
     '"a\\tb"', '"a\\u007fb"', '"a\\u0085b"', '"a\\u2028b"', '"a\\ud800b"', '"\\udc00"'],
)  # fmt: skip
def test_a_title_is_one_line_of_1_to_200_characters(field: str, text: str) -> None:
    assert faults_with(field, text) == [f"/{field}"]


@pytest.mark.parametrize("text", ["x", "x" * 200, f"  {'x' * 200}\t\n", "Zürich 会議 👩‍🏫", "a\u00a0b"])
def test_a_title_is_kept_trimmed(text: str) -> None:
    assert EntrySent.model_validate(entry(title=text)).title == text.strip()


@pytest.mark.parametrize(
    ("notes", "sound"),
    [('""', True), ('"a\\nb\\tc\\r\\nd"', True), (json.dumps("x" * 300), True), (json.dumps(" " + "x" * 300), True),
     (json.dumps("x" * 301), False), ("null", False), ('"a\\u0000b"', False), ('"a\\u001bb"', False),
     ('"\\ud83d"', False), ("7", False)],
)  # fmt: skip
def test_notes_are_up_to_300_characters_of_lines(notes: str, sound: bool) -> None:
    assert faults_with("notes", notes) == ([] if sound else ["/notes"])


@pytest.mark.parametrize("field", ["started_on", "ended_on"])
@pytest.mark.parametrize(
    "day",
    ["2027-2-3", "2027-02-30", "2027-02-29", "2027-13-01", "2027-00-10", "0000-01-01", "2027-02-03T00:00:00",
     "2027-02-03T00:00:00Z", "20270203", "2027-W05-3", "2027-034", "03.02.2027", "", " 2027-02-03", "2027-02-03\n",
     "-2027-02-03", "+12027-02-03", "٢٠٢٧-٠٢-٠٣", 20270203, 1801612800, True, None, ["2027-02-03"]],
    ids=repr,
)  # fmt: skip
def test_a_day_is_a_real_day_as_year_month_day(field: str, day: Any) -> None:
    assert pointers_in(EntrySent, entry(**{field: day})) == [f"/{field}"]


@pytest.mark.parametrize("day", ["2028-02-29", "2027-12-31", "0001-01-01", "9999-12-31"])
def test_a_real_day_is_read(day: str) -> None:
    assert EntrySent.model_validate(entry(started_on=day)).started_on.isoformat() == day


@pytest.mark.parametrize(
    ("documents", "pointers"),
    [(["a", "b"], []), ("a", ["/document_ids"]), ([1], ["/document_ids/0"]), ([""], ["/document_ids/0"]),
     (["a", None, "c"], ["/document_ids/1"]), (["a"] * 21, ["/document_ids"]), (None, ["/document_ids"])],
)  # fmt: skip
def test_documents_are_a_list_of_ids(documents: Any, pointers: list[str]) -> None:
    assert pointers_in(EntrySent, entry(document_ids=documents)) == pointers


def test_a_document_named_twice_is_attached_once() -> None:
    assert EntrySent.model_validate(entry(document_ids=["b", "a", "b"])).to_domain().document_ids == (
        "b",
        "a",
    )


@pytest.mark.parametrize("name", ["points", "entry_id", "x/y", "~"])
def test_an_unknown_field_is_refused(name: str) -> None:
    pointer = name.replace("~", "~0").replace("/", "~1")
    assert pointers_in(EntrySent, entry(**{name: 1})) == [f"/{pointer}"]


def test_every_missing_field_is_named() -> None:
    required = ["/activity", "/quantity", "/title", "/organization", "/started_on", "/ended_on"]
    assert pointers_in(EntrySent, {}) == required


@pytest.mark.parametrize(("signature", "sound"), [("Jo", True), ("  Jo ", True), ("J", False), (" J  ", False),
    ("x" * 200, True), ("x" * 201, False), ("Jo\nhn", False), ("", False)])  # fmt: skip
def test_a_signature_has_2_to_200_characters_after_trimming(signature: str, sound: bool) -> None:
    body = {"agreement_version": "2026-01", "signature": signature}
    assert pointers_in(SubmissionSent, body) == ([] if sound else ["/signature"])


@pytest.mark.parametrize(
    ("changes", "pointers"),
    [
        ({"method": "card"}, ["/method"]),
        ({"method": None}, ["/method"]),
        ({"reference": " "}, ["/reference"]),
        ({"reference": "x" * 101}, ["/reference"]),
        ({"received_on": "yesterday"}, ["/received_on"]),
        ({"amount": 1}, ["/amount"]),
        ({"method": "x", "reference": "", "received_on": 1}, ["/method", "/reference", "/received_on"]),
        ({}, []),
    ],
)
def test_an_offline_payment_has_method_reference_and_day(
    changes: dict[str, Any], pointers: list[str]
) -> None:
    body = {"method": "check", "reference": "4711", "received_on": "2027-06-01", **changes}
    assert pointers_in(OfflinePaymentSent, body) == pointers


@pytest.mark.parametrize(
    ("changes", "pointers"),
    [
        ({}, []),
        ({"decision": "waive"}, ["/decision"]),
        ({"decision": "return", "comment": " "}, ["/comment"]),
        ({"decision": "return"}, ["/comment"]),
        ({"decision": "return", "comment": "Please look."}, []),
        ({"comment": "x" * 2001}, ["/comment"]),
        ({"entry_comments": {"e": 1}}, ["/entry_comments/e"]),
        ({"entry_adjustments": {"e": {"points": True, "reason": "r"}}}, ["/entry_adjustments/e/points"]),
        ({"entry_adjustments": {"e": {"points": "1", "reason": "r"}}}, ["/entry_adjustments/e/points"]),
        ({"entry_adjustments": {"e": {"points": -1, "reason": "r"}}}, ["/entry_adjustments/e/points"]),
        ({"entry_adjustments": {"e": {"points": 0, "reason": " "}}}, ["/entry_adjustments/e/reason"]),
        ({"entry_adjustments": {"e": {"points": 0}}}, ["/entry_adjustments/e/reason"]),
        ({"entry_adjustments": {"a/b~": {"points": 0}}}, ["/entry_adjustments/a~1b~0/reason"]),
    ],
)
def test_a_decision_gives_its_reasons(changes: dict[str, Any], pointers: list[str]) -> None:
    body = {"submission_id": "sub_1", "decision": "approve", **changes}
    assert pointers_in(DecisionSent, body) == pointers


def test_a_profile_is_replaced_and_empty_texts_are_nothing_given() -> None:
    profile = ProfileSent.model_validate({"phone": " 555 ", "city": " ", "address": "a\nb"}).to_domain()
    assert (profile.phone, profile.city, profile.address, profile.employer) == ("555", None, "a\nb", None)
    assert pointers_in(ProfileSent, {"phone": 5, "city": "a\nb", "name": "x"}) == ["/phone", "/city", "/name"]
