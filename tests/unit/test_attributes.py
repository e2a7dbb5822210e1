"""Plain values to DynamoDB's and back."""

from typing import Any

import pytest
from boto3.dynamodb.types import TypeSerializer
from hypothesis import given
from hypothesis import strategies as st

from newsreel.aws.attributes import packed, unpacked

texts = st.text(st.characters(codec="utf-8"))
numbers = st.integers(-(10**37), 10**37)
values = st.recursive(
    st.none() | st.booleans() | numbers | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=12,
)
records = st.dictionaries(texts, values, max_size=6)


def kept(record: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in record.items() if value is not None and value != ""}


@given(records)
def test_values_come_back(record: dict[str, Any]) -> None:
    assert unpacked(packed(record)) == kept(record)


@given(records)
def test_the_form_is_boto3s(record: dict[str, Any]) -> None:
    assert packed(record) == {name: TypeSerializer().serialize(value) for name, value in kept(record).items()}


@pytest.mark.parametrize("value", [1.5, b"bytes", {1, 2}, object()])
def test_what_has_no_form_is_refused(value: object) -> None:
    with pytest.raises(TypeError, match="no attribute type"):
        packed({"value": value})


@pytest.mark.parametrize("value", [{"SS": ["a"]}, {"B": b"x"}, {"NS": ["1"]}])
def test_a_form_that_newsreel_never_writes_is_refused(value: dict[str, Any]) -> None:
    with pytest.raises(TypeError, match="not used here"):
        unpacked({"value": value})
