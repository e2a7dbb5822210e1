"""Texts from outside: a search phrase is one and the same however it is typed or pasted."""

import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsreel.texts import normalized_query, utf_8

FAMILY = "👨\u200d👩\u200d👧\u200d👦"
SPACES = [chr(code) for code in range(sys.maxunicode + 1) if unicodedata.category(chr(code)) == "Zs"]
MARKS = "\u00ad\ufeff\u200b\u2060\u2061\u2062\u2063\u2064\u180e\u200e\u200f\u061c" + "".join(
    map(chr, (*range(0x202A, 0x202F), *range(0x2066, 0x206A)))
)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("برنامه\u200cنویسی", "برنامه\u200cنویسی"),
        (f"happy {FAMILY}", f"happy {FAMILY}"),
        ("❤\ufe0f", "❤\ufe0f"),
        (
            "🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f",
            "🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f",
        ),
        ("क्\u200dष", "क्\u200dष"),
        ("ゲーム\u3000実況", "ゲーム 実況"),
        ("\u3000ゲーム\u3000 \u3000実況\u00a0", "ゲーム 実況"),
        ("live\u00a0cricket", "live cricket"),
        ("\ufeffcricket", "cricket"),
        ("cric\u00adket", "cricket"),
        ("world \u200b cup", "world cup"),
        ("\u202bنوروز\u202c", "نوروز"),
        ("\n  cricket\r\n", "cricket"),
        ("Live  Cricket", "Live Cricket"),
    ],
    ids=ascii,
)
def test_a_query_is_kept_without_what_came_along_unseen(typed: str, kept: str) -> None:
    assert normalized_query(typed) == kept


@pytest.mark.parametrize("space", SPACES, ids=ascii)
def test_every_kind_of_space_is_one_plain_space(space: str) -> None:
    assert normalized_query(f"{space}a{space}{space} b{space}") == "a b"


@pytest.mark.parametrize("mark", MARKS, ids=ascii)
def test_every_invisible_mark_is_dropped(mark: str) -> None:
    assert normalized_query(f"{mark}a{mark} {mark} b{mark}") == "a b"


@pytest.mark.parametrize(
    "text", ["", "   ", "\u3000\u00a0", "\u200c", "\u200d \u00ad", MARKS, "\ufe0f", "\n"], ids=ascii
)
def test_what_cannot_be_seen_is_no_query(text: str) -> None:
    assert normalized_query(text) == ""


@pytest.mark.parametrize(
    "text",
    [
        "two\nlines",
        "tea\x00time",
        "a\tb",
        "\x7fa",
        "a\x85b",
        "a\u2028b",
        "a\u2029b",
        "\ud800",
        "a\udfff",
        "a\ufffe",
        "\uffff",
    ],
    ids=ascii,
)
def test_controls_line_ends_and_half_characters_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="control"):
        normalized_query(text)


def test_characters_that_this_python_does_not_know_yet_are_kept() -> None:
    unknown = "\U0001fbff"
    assert unicodedata.category(unknown) == "Cn"
    assert normalized_query(unknown) == unknown


@given(st.text())
def test_normalizing_twice_changes_nothing(text: str) -> None:
    try:
        once = normalized_query(text)
    except ValueError:
        return
    assert normalized_query(once) == once
    assert once == once.strip()
    assert once == utf_8(once)
