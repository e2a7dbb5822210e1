"""What made-up videos say of themselves, whatever is watched."""

import random
import re
import unicodedata
from collections import Counter
from functools import cache

import pytest

from local.wording import Wording, wording

QUERIES = [
    "cricket",
    "official",
    "my town",
    "برنامه‌نویسی",
    "ゲーム　実況",
    "крикет",
    "महिला क्रिकेट",
    "한국 요리",
    "{q} {0}",
    "👨‍👩‍👧",
]
SCRIPTS = ("LATIN", "DEVANAGARI", "TAMIL", "ARABIC", "CYRILLIC", "HIRAGANA", "CJK", "HANGUL", "THAI")


@cache
def words(query: str, count: int = 2_000) -> list[Wording]:
    chance = random.Random(query)
    return [wording(query, 2026, chance) for _ in range(count)]


def scripts(text: str) -> set[str]:
    names = {unicodedata.name(character, "").split()[0] for character in text if character.isalpha()}
    return names & {*SCRIPTS, "KATAKANA"}


@pytest.mark.parametrize("query", QUERIES)
def test_the_query_is_named_in_title_or_description(query: str) -> None:
    name = " ".join(query.split()).casefold()
    some = words(query)
    assert all(name in f"{each.title}\n{each.description}".casefold() for each in some)
    assert sum(name in each.title.casefold() for each in some) > 0.8 * len(some)


@pytest.mark.parametrize("query", QUERIES)
def test_nothing_looks_like_an_attack_or_a_mistake(query: str) -> None:
    for each in words(query):
        whole = f"{each.title}\n{each.description}\n{each.channel_title}"
        left = re.sub(re.escape(" ".join(query.split())), "query", whole, flags=re.IGNORECASE)
        assert not re.search(r"[<>{}\\\u202a-\u202e\u2066-\u2069\ufffd]|&\w+;|  ", left), left
        assert 0 < len(each.title) <= 100
        assert 0 < len(each.channel_title) <= 60


def test_what_search_understands_in_a_query_is_not_part_of_its_name() -> None:
    some = words('"slow tv" -music|trains')
    assert any("Slow tv" in each.title for each in some)
    assert not any(re.search('music|trains|[|"]', each.title.replace(" | ", "")) for each in some)


def test_a_query_in_latin_letters_has_titles_in_many_scripts() -> None:
    found = Counter(script for each in words("cricket") for script in scripts(each.title))
    assert found.keys() >= set(SCRIPTS)
    assert all(found[script] > 10 for script in SCRIPTS)


@pytest.mark.parametrize(
    ("query", "letters"),
    [
        ("برنامه‌نویسی", "ARABIC"),
        ("ゲーム　実況", "HIRAGANA KATAKANA CJK"),
        ("крикет", "CYRILLIC"),
        ("महिला क्रिकेट", "DEVANAGARI"),
        ("한국 요리", "HANGUL"),
        ("网络安全", "CJK"),
        ("ครัว", "THAI"),
        ("தமிழ்", "TAMIL"),
    ],
)
def test_a_query_in_other_letters_has_most_titles_in_its_own_language(query: str, letters: str) -> None:
    alone = [each for each in words(query) if scripts(each.title.replace("#shorts", "")) <= set(letters.split())]
    assert len(alone) > 1_400


def test_ukrainian_and_persian_are_not_taken_for_their_neighbours() -> None:
    assert any("Львів" in each.title for each in words("футбол україни"))
    assert not any("Казань" in each.title for each in words("футбол україни", 100))
    assert Counter(each.channel_title for each in words("برنامه‌نویسی")).most_common(1)[0][0] == "عصر جمعه"


def test_some_channels_recur_often_and_most_rarely() -> None:
    some = words("cricket", 1_000)
    channels = Counter(each.channel_title for each in some)
    assert channels.most_common(1)[0][1] > 40
    assert sum(count <= 3 for count in channels.values()) > len(channels) / 2
    assert len(channels) > 200
    assert len({each.channel_id for each in some}) == len({(each.channel_id, each.channel_title) for each in some})
    assert all(re.fullmatch(r"UC[\w-]{22}", each.channel_id, re.ASCII) for each in some)


def test_there_are_shorts_clips_and_hours_and_few_are_live_or_upcoming() -> None:
    some = words("cricket")
    for shortest, longest in ((1, 60), (61, 600), (601, 3_600), (3_601, 20_000)):
        assert sum(shortest <= each.duration_seconds <= longest for each in some) > 100
    live = Counter(each.live for each in some)
    assert live["live"] > 10
    assert live["upcoming"] > 10
    assert live["live"] + live["upcoming"] < 150
    assert all(each.duration_seconds > 0 for each in some if each.live == "none")


def test_chapters_lie_within_the_video() -> None:
    starts = [
        (each.duration_seconds, line.split()[0])
        for each in words("cricket")
        for line in each.description.split("\n")
        if re.match(r"\d+:\d\d", line)
    ]
    assert len(starts) > 1_000
    for duration, start in starts:
        seconds = sum(int(part) * 60**place for place, part in enumerate(reversed(start.split(":"))))
        assert seconds < duration
