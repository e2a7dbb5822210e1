"""Entries of the search index: there before their video, gone after it, and right whenever the writer is killed."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from copy import replace
from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from typing import Any

import pytest

from newsreel.library.item import from_item
from newsreel.library.listing import Listing
from newsreel.library.videos import Videos
from newsreel.library.words import requested
from newsreel.times import instant
from newsreel.video import Video
from tests.killed import Killed
from tests.searching import described, expected, second, walk
from tests.tables import Tables

QUERY = "tea"
BEGIN = "2026-11-23T12:00:00Z"
RETENTION = timedelta(days=28)
WEEK = timedelta(days=7)


@dataclass
class Mortal:
    """A client that writes one item after the other, and dies before one of them."""

    client: Any
    writes_left: int

    def __getattr__(self, name: str) -> Any:
        return getattr(self.client, name)

    def put_item(self, **request: Any) -> Any:
        self._live()
        return self.client.put_item(**request)

    def delete_item(self, **request: Any) -> Any:
        self._live()
        return self.client.delete_item(**request)

    def batch_write_item(self, RequestItems: dict[str, Any]) -> Any:  # noqa: N803 - boto3's name
        for table, requests in RequestItems.items():
            for each in requests:
                self._live()
                self.client.batch_write_item(RequestItems={table: [each]})
        return {}

    def _live(self) -> None:
        if self.writes_left == 0:
            raise Killed
        self.writes_left -= 1


def video(number: int, title: str, at: int = 0, **fields: Any) -> Video:
    time = second(at, BEGIN)
    values: dict[str, Any] = {"channel_id": "UCone", "channel_title": "Kitchen", **fields}
    return Video(f"video{number:06d}", QUERY, time, BEGIN, BEGIN, title=title, **values)


def stored(tables: Tables) -> list[Video]:
    return [from_item(item) for item in tables.client.scan(TableName=tables.videos)["Items"]]


def entries(tables: Tables) -> list[dict[str, Any]]:
    return list(tables.client.scan(TableName=tables.words)["Items"])


def keys(some: Iterable[dict[str, Any]]) -> list[tuple[str, str]]:
    return sorted((entry["beginning"]["S"], entry["position"]["S"]) for entry in some)


def change(videos: Videos, versions: Sequence[Video], gone: Sequence[str]) -> None:
    """Write what is not there yet, as a poll does."""
    there = videos.find(QUERY, [each.video_id for each in versions])
    videos.put([each for each in versions if each != there.get(each.video_id)], there)
    videos.remove(QUERY, gone)


def mortal(tables: Tables, writes: int) -> Videos:
    """The tables, for one who dies after so many writes."""
    client: Any = Mortal(tables.client, writes)
    return replace(tables, client=client).stored()


def check_found(tables: Tables) -> None:
    """That searches find exactly what the videos' table holds."""
    words = described(stored(tables))
    for listing in SEARCHES:
        assert [video_id for ids in walk(tables.stored(), listing, 50) for video_id in ids] == expected(words, listing)


def check_clean(tables: Tables) -> None:
    """That there is an entry for each beginning of each video, as it is, and no other."""
    index = tables.stored().index
    assert keys(entries(tables)) == keys(entry for each in stored(tables) for entry in index.entries(each))


def empty(tables: Tables) -> None:
    for table, names in ((tables.videos, ("video_id", "query")), (tables.words, ("beginning", "position"))):
        for item in tables.client.scan(TableName=table)["Items"]:
            tables.client.delete_item(TableName=table, Key={name: item[name] for name in names})


SEARCHES = [
    *(Listing(QUERY, search=requested(text)) for text in ("te", "how tea", "ho co", "coffee", "お茶", "kitc te")),
    Listing(QUERY, search=("how",), channel_id="UCone"),
    Listing(QUERY, search=("te",), live="live"),
    Listing(QUERY, search=("how",), live="none"),
]
TEA = video(1, "How tea お茶", 1)
BEFORE = (TEA, video(2, "Tea", 2, live="live"), video(3, "Coffee, how?", 2))


@pytest.mark.parametrize(
    ("versions", "gone"),
    [
        pytest.param([video(4, "Coffee or tea?", 3)], [], id="new"),
        pytest.param([replace(TEA, title="How coffee 茶会")], [], id="words"),
        pytest.param([replace(TEA, published_at=second(9, BEGIN))], [], id="time"),
        pytest.param([replace(TEA, live="live", channel_id="UCtwo", channel_title="Pub")], [], id="state and channel"),
        pytest.param([replace(TEA, title="Tea", published_at=BEGIN), video(4, "Tea", 2)], [], id="two at once"),
        pytest.param([], [TEA.video_id, BEFORE[1].video_id], id="removal"),
    ],
)
def test_killed_between_any_two_writes_the_right_videos_are_found(
    tables: Tables, versions: list[Video], gone: list[str]
) -> None:
    for writes in count():
        tables.stored().put(BEFORE, {})
        try:
            change(mortal(tables, writes), versions, gone)
        except Killed:
            check_found(tables)
            change(tables.stored(), versions, gone)
            check_found(tables)
            empty(tables)
        else:
            break
    assert writes > 5
    check_found(tables)
    check_clean(tables)


def test_entries_are_there_before_their_video(tables: Tables) -> None:
    for writes in count():
        with suppress(Killed):
            change(mortal(tables, writes), [TEA], [])
        if stored(tables):
            break
        assert len(entries(tables)) == writes
    check_clean(tables)


def test_a_video_that_is_there_already_keeps_its_entries(tables: Tables) -> None:
    videos = tables.stored()
    videos.put([TEA], {})
    former = replace(TEA, title="How to make", source="invidious")
    assert not videos.put_of_fallback(replace(former, title="About tea", published_at=second(5, BEGIN)), None)
    check_found(tables)
    assert not videos.put_of_fallback(replace(former, title="About tea"), former)
    check_found(tables)
    assert videos.put_of_fallback(replace(video(4, "How coffee", 3), source="invidious"), None)
    check_found(tables)


def test_a_moved_video_is_found_at_its_new_time_once(any_tables: Tables) -> None:
    videos = any_tables.stored()
    videos.put(BEFORE, {})
    moved = replace(TEA, published_at=second(60, BEGIN))
    videos.put([moved], {TEA.video_id: TEA})
    (ids,) = walk(videos, Listing(QUERY, search=("te",)), 50)
    assert ids == [moved.video_id, BEFORE[1].video_id]
    assert not any(
        TEA.published_at in position and TEA.video_id in position for _, position in keys(entries(any_tables))
    )


def test_a_removed_video_leaves_no_entries(any_tables: Tables) -> None:
    videos = any_tables.stored()
    videos.put(BEFORE, {})
    videos.remove(QUERY, [TEA.video_id, "not-there-0"])
    check_found(any_tables)
    check_clean(any_tables)
    videos.remove(QUERY, [each.video_id for each in BEFORE])
    assert entries(any_tables) == []


def test_entries_expire_with_their_video(tables: Tables) -> None:
    videos = tables.stored(WEEK)
    for seen_at in (BEGIN, second(3600, BEGIN)):
        videos.put([replace(TEA, first_seen_at=seen_at)], {TEA.video_id: TEA})
        (item,) = tables.client.scan(TableName=tables.videos)["Items"]
        expires = {"N": str(int((instant(seen_at) + WEEK).timestamp()))}
        assert item["expires_at"] == expires
        assert all(entry["expires_at"] == expires for entry in entries(tables))


def test_an_entry_of_real_length_costs_one_write_unit(tables: Tables) -> None:
    index = tables.stored().index
    for letters in ("abcdefg", "абвгдеё", "कखगघङचछ", "ابتثجحخ", "東京大阪名古屋"):
        words = [letters[number % 7] + letters[number // 7 % 7] + letters for number in range(150)]
        long = video(1, " ".join(words)[:100], description=" ".join(words)[:5000], channel_title=letters * 5)
        for entry in index.entries(long):
            assert sum(len(name) + len(str(*value.values()).encode()) for name, value in entry.items()) <= 1024


def test_queries_that_look_alike_share_no_entries(tables: Tables) -> None:
    """One query's video goes off the air; the other's has the word "live"."""
    videos = tables.stored()
    on_air = replace(video(1, "Tea"), query="a", live="live")
    titled = replace(video(1, "Live tea"), query="a#")
    videos.put([on_air], {})
    videos.put([titled], {})
    videos.put([replace(on_air, live="none")], {on_air.video_id: on_air})
    assert list(walk(videos, Listing("a#", search=("live",)), 10)) == [[titled.video_id]]
