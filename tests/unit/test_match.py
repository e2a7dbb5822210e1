"""Which uploads belong to a query, judged by their words."""

import pytest

from newsreel.tracking.match import match_of, read
from newsreel.watched import WatchedQuery


@pytest.mark.parametrize(
    ("search", "title", "belongs"),
    [
        ("cricket", "CRICKET: the last over", True),
        ("cricket", "Cricketers at tea", True),
        ("cricket", "The wicket", False),
        ("café", "Cafe Müller", True),
        ("world cup", "The cup of the world", True),
        ("world cup", "The cup", False),
        ("boating|sailing -fishing", "Sailing for beginners", True),
        ("boating|sailing -fishing", "Sailing and fishing", False),
        ("boating | sailing", "Boating", True),
        ("cricket live|highlights", "Cricket highlights", True),
        ("cricket live|highlights", "Live", False),
        ('"world cup" india', "India and the World Cup 2026", True),
        ('"world cup" india', "India: cup of the world", False),
        ('cricket -"world cup"', "Cricket, world cup", False),
        ("t20-cricket", "Cricket T20", True),
        ("cricket - live", "Live cricket", True),
        ("cricket & tennis", "Tennis or cricket", True),
        ("C++ news", "News of C++", True),
        ("C++ news", "Cricket news", False),
        ("日本", "今日の日本ニュース", True),
        ("日本", "今日のニュース", False),
    ],
)
def test_a_text_belongs_by_the_words_of_the_phrase(search: str, title: str, belongs: bool) -> None:  # noqa: FBT001
    match = read(search)
    assert match
    assert match.holds(title, "", "") is belongs


def test_words_may_stand_in_title_description_and_channel() -> None:
    match = read("cricket world cup")
    assert match
    assert match.holds("Cricket", "all of the cup", "World of sports")


def test_words_in_a_row_are_those_of_one_text() -> None:
    match = read('"world cup"')
    assert match
    assert not match.holds("The world", "cup final", "")


@pytest.mark.parametrize(
    "search",
    [
        "-fishing",
        "a b | c d",
        "a |b c",
        '"open',
        "a||b",
        "|a",
        "a|",
        "a|-b",
        "--a b",
        "intitle:tea",
        "(a b)",
        "a*",
        "&",
    ],
)
def test_what_leaves_room_for_doubt_is_not_judged(search: str) -> None:
    assert read(search) is None


def test_what_only_youtube_knows_is_not_judged() -> None:
    query = WatchedQuery("cricket", "cricket")
    assert match_of(query)
    assert match_of(query._replace(region="GB")) is None
    assert match_of(query._replace(safe_search="strict")) is None
