"""A secret's text becomes keys, or none; never an error that would show it."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsreel.keys.secret import Key, parse_secret, problem_of

ONE, TWO = "AIzaSy-one_1", "AIzaSy-two_2"
JSON_PIECES = st.sampled_from([*"{}[]:,\"'\\ \n", '"keys"', ONE, "null", "7"])


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


PASTED = {
    "in double quotes": f'"{ONE},{TWO}"',
    "in single quotes": f"'{ONE} {TWO}'",
    "each in double quotes": f'"{ONE}", "{TWO}"',
    "each in single quotes": f"'{ONE}','{TWO}'",
    "in the quotes of a word processor": f"\u201c{ONE}\u201d, \u2018{TWO}\u2019",
    "JSON in single quotes": f'\'{{"keys": ["{ONE}", "{TWO}"]}}\'',
    "JSON in JSON": json.dumps(json.dumps({"keys": [ONE, TWO]})),
    "JSON with a shell's backslashes": f'{{\\"keys\\": [\\"{ONE}\\", \\"{TWO}\\"]}}',
    "with a byte-order mark": f"\ufeff{ONE}\r\n{TWO}\r\n",
    "JSON with a byte-order mark": f'\ufeff{{"keys": ["{ONE}", "{TWO}"]}}',
    "with what a web page adds": f"{ONE}\u200b,\u00a0\u00ad{TWO}",
    "JSON with no-break spaces": f'{{\u00a0"keys": ["{ONE}",\u00a0"{TWO}"]}}',
    "marks escaped in JSON": f'{{"keys": ["\\ufeff{ONE}", "{TWO}\\u200b"]}}',
    "the console's pairs": json.dumps({"YOUTUBE_API_KEY": ONE, "another": TWO}),
    "a pair of several": json.dumps({"YOUTUBE_API_KEYS": f"{ONE}, {TWO}"}),
    "a pair beside the first value": json.dumps({"keys": [], "YOUTUBE_API_KEY": f"{ONE} {TWO}"}),
    "a pair that holds JSON": json.dumps({"keys": json.dumps([ONE, TWO])}),
    "keys in one text": json.dumps({"keys": f"{ONE}, {TWO}"}),
    "one text in a list": json.dumps({"keys": [f"{ONE},{TWO}"]}),
    "nested lists": json.dumps({"keys": [[ONE], [[TWO]]]}),
    "a list of pairs": json.dumps([{"key": ONE}, {"key": TWO}]),
    "with semicolons": f"{ONE};{TWO};",
    "a line of .env": f'YOUTUBE_API_KEYS="{ONE},{TWO}"',
    "lines of .env": f"FIRST_KEY={ONE}\nSECOND_KEY={TWO}\n",
}


@pytest.mark.parametrize("text", PASTED.values(), ids=PASTED)
def test_a_secret_is_read_as_people_paste_it(text: str) -> None:
    assert parse_secret(text) == (Key(ONE), Key(TWO))


@pytest.mark.parametrize("text", ["", " ", "{}", "[]", "7", "null", '""', '{"keys": ""}', '{"note": 7}', "-", "\ufeff"])
def test_what_holds_no_key_gives_none_and_says_so(text: str) -> None:
    assert parse_secret(text) == ()
    assert problem_of(text) == "the secret holds no key"


@pytest.mark.parametrize(
    "text",
    [
        f'{{"keys": ["{ONE}", "{TWO}",]}}',
        f'{{"keys": ["{ONE}", "{TWO}"],}}',
        f'["{ONE}" "{TWO}"]',
        f"{{keys: [{ONE}, {TWO}]}}",
        f"{{'keys': ['{ONE}', '{TWO}']}}",
        f'{{"keys": ["{ONE}", "{TWO}"]',
        f'\ufeff {{"YOUTUBE_API_KEY": "{ONE}"',
        f"'[{ONE}'",
        '{"key',
        "[" * 100_000,
    ],
    ids=lambda text: text[:40],
)
def test_broken_json_is_no_list_of_words_and_the_right_form_is_shown(text: str) -> None:
    assert parse_secret(text) == ()
    assert problem_of(text) == 'the secret starts like JSON and is none; its right form is {"keys": ["…"]}'


@pytest.mark.parametrize("text", [f'"keys": ["{ONE}"]', f'keys = ["{ONE}"]', f'```json\n{{"keys": ["{ONE}"]}}\n```'])
def test_what_has_json_somewhere_is_no_list_of_words(text: str) -> None:
    assert parse_secret(text) == ()


@given(st.lists(JSON_PIECES, max_size=30).map("".join))
def test_no_piece_of_json_becomes_a_key(text: str) -> None:
    for key in parse_secret(text):
        assert not set(key.value) & set("{}[]:,\"'\\")


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
