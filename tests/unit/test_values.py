"""Values in DynamoDB's protocol: what is written is what boto3 would write, and what is read is what was written."""

import math
from decimal import Decimal
from typing import Any

import pytest
from boto3.dynamodb.types import TypeDeserializer, TypeSerializer
from hypothesis import given
from hypothesis import strategies as st

from shared.repositories import values

numbers = st.integers(-(10**38) + 1, 10**38 - 1) | st.decimals(
    min_value=-1_000_000, max_value=1_000_000, places=4, allow_nan=False
)
leaves = st.none() | st.booleans() | st.text() | numbers
stored = st.recursive(
    leaves, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4)
)

ODD_NUMBERS = [*map(Decimal, ("NaN", "sNaN1", "-Infinity")), Decimal("1." + "1" * 38)]


@given(stored)
def test_a_value_is_written_as_boto3_writes_it_and_read_as_it_was(value: Any) -> None:
    written = values.write(value)
    assert written == TypeSerializer().serialize(value)
    assert values.read(written) == TypeDeserializer().deserialize(written) == value


def test_a_tuple_is_a_list() -> None:
    assert values.write(("a", Decimal("5.25"))) == {"L": [{"S": "a"}, {"N": "5.25"}]}


@pytest.mark.parametrize("value", [0.5, math.nan, *ODD_NUMBERS, object(), {1}])
def test_what_has_no_place_in_an_item_is_refused(value: Any) -> None:
    with pytest.raises(TypeError):
        values.write(value)


def test_a_kind_that_is_never_stored_is_not_guessed_at() -> None:
    with pytest.raises(TypeError):
        values.read({"SS": ["a"]})
