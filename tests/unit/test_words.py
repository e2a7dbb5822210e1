"""Words: what a text can be searched by, in any script."""

# ruff: noqa: RUF001 - letters that look like others are what this is about

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsreel.library.words import (
    ENTRIES,
    NAMES_ENTRIES,
    REQUEST_LENGTH_AT_MOST,
    WORD_LENGTH,
    beginnings,
    is_run,
    requested,
    split,
    words_of,
)
from newsreel.video import Video

texts = st.text(max_size=60)
some_words = st.lists(
    st.sampled_from(["how", "to", "make", "tea", "ÉCOLE", "東京タワー", "ชาไทย", "한국어", "чай", "7"])
)


def video(title: str = "", description: str = "", channel_title: str = "") -> Video:
    time = "2026-11-23T12:00:00Z"
    return Video(
        "video000001", "tea", time, time, time, title=title, description=description, channel_title=channel_title
    )


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("How to make tea?", ["how", "to", "make", "tea"]),
        ("  GTA-6: trailer_3 (4K)…", ["gta", "6", "trailer", "3", "4k"]),
        ("don't l'amour", ["don", "t", "l", "amour"]),
        ("#freefire @channel", ["freefire", "channel"]),
        ("École ÑANDÚ Łódź Đà Nẵng", ["ecole", "nandu", "lodz", "da", "nang"]),
        ("IŞIK ışık İstanbul", ["isik", "isik", "istanbul"]),
        ("STRAẞE Straße", ["strasse", "strasse"]),
        ("ＧＴＡ６ ﾊﾝｶｸ ①", ["gta6", "ハンカク", "1"]),
        ("𝓡𝓸𝓫𝓵𝓸𝔁 Ⓐⓑ", ["roblox", "ab"]),
        ("Ёлка й", ["елка", "и"]),
        ("مُحَمَّد أحمد كـــرة", ["محمد", "احمد", "كرة"]),
        ("שָׁלוֹם", ["שלום"]),
        ("می\u200cخواهم", ["میخواهم"]),
        ("किताब हिन्दी", ["किताब", "हिन्दी"]),
        ("한국어 유지력의", ["한국어", "유지력의"]),
        ("東京2026コール講座 茶", ["東京", "2026", "コール講座", "茶"]),
        ("がか", ["がか"]),
        ("วิธีทำชา 2 แก้ว", ["วิธีท\u0e4dาชา", "2", "แก้ว"]),
        ("គ្នាលេង..ប្រមាញ់", ["គ្នាលេង", "ប្រមាញ់"]),
        ("❤️ 1️⃣ 🇮🇳 👨\u200d👩\u200d👧 100%", ["1", "100"]),
        ("?!… 🍵", []),
        ("", []),
    ],
)
def test_a_text_is_split_into_folded_words(text: str, words: list[str]) -> None:
    assert split(text) == words


@given(texts)
def test_folding_is_done_once_and_for_all(text: str) -> None:
    assert split(" ".join(split(text))) == split(text)


@given(some_words)
def test_case_accents_and_width_do_not_matter(words: list[str]) -> None:
    text = " ".join(words)
    plain = split(text)
    assert split(text.upper()) == split(text.title()) == plain
    accented = "".join(letter + "\N{COMBINING ACUTE ACCENT}" * letter.isascii() * letter.isalpha() for letter in text)
    assert split(accented) == split(unicodedata.normalize("NFD", text)) == plain
    wide = text.translate({code: code + 0xFEE0 for code in range(0x21, 0x7F)})
    assert split(wide) == plain


@given(texts, st.sampled_from(["🍵", " ", "...", "#", "❤️", "\t", "「", "、", "-"]))
def test_emoji_and_punctuation_only_separate(text: str, between: str) -> None:
    assert split(between.join(split(text))) == split(text)
    assert split(between + text + between) == split(text)


@given(texts)
def test_what_a_word_begins_with_is_among_its_beginnings(text: str) -> None:
    for word in split(text):
        for length in range(2, len(word) + 1):
            parts = [word[start : start + length] for start in range(len(word))] if is_run(word) else [word[:length]]
            for part in parts:
                assert set(beginnings(part)) <= set(beginnings(word))
                assert beginnings(part) or len(part) == 1


@given(st.text(max_size=500), st.text(max_size=2000), st.text(max_size=100))
def test_a_video_has_a_bounded_number_of_beginnings(title: str, description: str, channel_title: str) -> None:
    words = words_of(video(title, description, channel_title))
    found = {beginning for word in words for beginning in beginnings(word)}
    assert len(found) <= NAMES_ENTRIES
    named = words_of(video(title, "", channel_title))
    more = found - {beginning for word in named for beginning in beginnings(word)}
    assert len(more) <= ENTRIES
    assert words[: len(named)] == named


def test_words_come_from_title_channel_and_description() -> None:
    found = words_of(video("How to make tea?", "Read https://example.com/cup first, then make tea", "Tea time"))
    assert found == ("how", "to", "make", "tea", "time", "read", "first", "then")


def test_the_first_words_of_a_long_description_are_taken() -> None:
    words = words_of(video("Tea", " ".join(f"{letter}{other}x" for letter in "abcdefg" for other in "abcdefghij")))
    assert 55 <= len(words) <= ENTRIES
    assert words[:3] == ("tea", "aax", "abx")
    run = words_of(video("茶", "東京" + "".join(chr(0x4E00 + number) for number in range(200))))
    assert len(run[1]) == ENTRIES + 1


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("tea how", ("how", "tea")),
        ("Tea, TEA & te ho!", ("ho", "te", "tea")),
        ("v te", ("te", "v")),
        ("お茶", ("お茶",)),
        ("茶 tea", ("tea", "茶")),
        ("x" * REQUEST_LENGTH_AT_MOST, ("x" * WORD_LENGTH,)),
    ],
)
def test_a_request_is_a_set_of_words(text: str, words: tuple[str, ...]) -> None:
    assert requested(text) == words


@pytest.mark.parametrize("text", ["", " ", "?!", "🍵🍵", "a", "a b c", "茶", "a茶", "x" * (REQUEST_LENGTH_AT_MOST + 1)])
def test_a_request_needs_a_word_of_two_letters(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - its text is the request
        requested(text)
