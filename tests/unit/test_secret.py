"""The secret's text becomes keys, or none; never an error that would show it."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsreel.keys.secret import Key, parse_secret


@pytest.mark.parametrize(
    "text",
    [
        '{"keys": ["one", "two"]}',
        '["one", "two"]',
        '{"keys": [" one ", "two", "one", "", null, 7, "with space", "ключ"], "note": "x"}',
        "one,two",
        "one two",
        "\n one,\n\ttwo,,\n",
    ],
)
def test_every_form_is_read(text: str) -> None:
    assert parse_secret(text) == (Key("one"), Key("two"))


@pytest.mark.parametrize("text", ["", " ", "{}", "[]", "7", "null", '"one"', '{"keys": "one"}', "[" * 100_000, '{"key'])
def test_what_is_no_list_of_keys_gives_none(text: str) -> None:
    assert all(key.value == '{"key' for key in parse_secret(text))


@given(st.text() | st.lists(st.text()).map(json.dumps))
def test_no_text_raises_and_every_key_fits_a_header(text: str) -> None:
    for key in parse_secret(text):
        assert key.value.isascii()
        assert key.value.isprintable()
        assert " " not in key.value
        assert len(key.fingerprint) == 8


@given(st.from_regex(r"[!-~]{12,60}", fullmatch=True))
def test_a_key_does_not_show_itself(value: str) -> None:
    assert value not in repr(Key(value))
    assert value not in f"{Key(value)!s}"
