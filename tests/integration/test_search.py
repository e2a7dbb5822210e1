"""Searching: what is found, in which order, page by page, whatever arrives meanwhile, and at what cost."""

from collections.abc import Sequence
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from local.catalogue import Clip
from newsreel.library import search
from newsreel.library.listing import Listing, Order
from newsreel.library.page import page
from newsreel.library.words import requested
from newsreel.times import stamp
from tests.searching import described, expected, random_listing, recorded, second, walk
from tests.shelf import Shelf
from tests.tables import NOW, Tables
from tests.world import START, World

BY_TIME: tuple[Order, ...] = ("newest", "oldest")
BEGIN = "2026-11-23T12:00:00Z"


class Library(Shelf):
    """A query's videos, searched."""

    def add(self, *titles: str, at: Sequence[int] = (), **fields: Any) -> list[str]:
        """Store videos of these titles, published at these seconds, or one after the other; their ids."""
        return self.put(
            *[
                self.video(second(at[place] if at else len(self.there) + place, BEGIN), title=title, **fields)
                for place, title in enumerate(titles)
            ]
        )

    def listing(self, text: str, order: Order = "newest", **filters: Any) -> Listing:
        return Listing(self.query, order, search=requested(text), **filters)

    def pages(self, listing: Listing, size: int = 10) -> list[list[str]]:
        return list(walk(self.videos, listing, size))

    def found(self, text: str, **filters: Any) -> set[str]:
        """The titles that a search finds."""
        pages = self.pages(self.listing(text, **filters))
        return {self.there[video_id].title for ids in pages for video_id in ids}

    def expected(self, listing: Listing) -> list[str]:
        return expected(described(list(self.there.values())), listing)


@pytest.fixture
def library(tables: Tables) -> Library:
    return Library(tables)


def test_words_are_found_by_their_beginnings_in_any_order(any_tables: Tables) -> None:
    library = Library(any_tables)
    library.add("How to make tea?", "Coffee, how?", "TÉA time 東京タワー", "ชาไทยเย็น 🍵", "Team spirit", "A t")
    assert library.found("tea how") == library.found("te ho") == {"How to make tea?"}
    assert library.found("tea") == {"How to make tea?", "TÉA time 東京タワー", "Team spirit"}
    assert library.found("\uff34\uff25\uff21 time") == {"TÉA time 東京タワー"}
    assert library.found("東京") == library.found("タワ") == library.found("tea 京") == {"TÉA time 東京タワー"}
    assert library.found("ไทย") == {"ชาไทยเย็น 🍵"}
    assert library.found("te t m") == {"How to make tea?"}
    assert library.found("ea") == library.found("offee") == library.found("tea coffee") == set()


def test_title_channel_and_description_are_searched_together(library: Library) -> None:
    library.add("Final over", channel_title="World Cup Live", description="Six sixes by Yuvraj https://a.example/zzz")
    library.add("Cup of tea")
    assert library.found("final yuv worl") == {"Final over"}
    assert library.found("cup") == {"Final over", "Cup of tea"}
    assert library.found("zzz") == library.found("example") == set()


def test_another_query_is_not_searched(tables: Tables) -> None:
    one, other = Library(tables, "c"), Library(tables, "c#te")
    one.add("tea")
    other.add("tea")
    assert len(one.pages(one.listing("tea"))[0]) == len(other.pages(other.listing("tea"))[0]) == 1


@pytest.mark.parametrize("order", BY_TIME)
@pytest.mark.parametrize("size", [1, 2, 3, 50])
def test_pages_are_full_and_exact_there_and_back(library: Library, order: Order, size: int) -> None:
    titles = [("tea", "team", "the", "coffee")[number % 4] for number in range(40)]
    library.add(*titles, at=[number // 5 for number in range(40)])
    listing = library.listing("te", order)
    wanted = library.expected(listing)
    assert len(wanted) == 20
    pages, cursor = [], None
    while True:
        got = page(library.videos, listing, cursor, size)
        pages.append(got)
        cursor = got.next_cursor
        if cursor is None:
            break
    ids = [[item["video_id"]["S"] for item in got.items] for got in pages]
    assert [video_id for some in ids for video_id in some] == wanted
    assert all(len(some) == size for some in ids[:-1])
    assert pages[0].prev_cursor is None
    for at in range(len(pages) - 1, 0, -1):
        cursor = pages[at].prev_cursor
        assert cursor
        back = page(library.videos, listing, cursor, size)
        assert [item["video_id"]["S"] for item in back.items] == ids[at - 1]


TITLES = ("tea", "team how", "tent", "how", "お茶 how", "茶碗 te", "to")
titles_at = st.lists(st.tuples(st.sampled_from(TITLES), st.integers(0, 6)), max_size=12)


@given(
    before=titles_at,
    arrivals=st.lists(st.tuples(st.sampled_from(TITLES), st.integers(-3, 9)), max_size=6),
    text=st.sampled_from(["te", "tea", "te ho", "how t", "お茶", "茶碗 te", "te 茶"]),
    order=st.sampled_from(BY_TIME),
    size=st.integers(1, 4),
)
@settings(max_examples=60)
def test_a_walk_meets_what_was_there_once_whatever_arrives(
    tables: Tables,
    before: list[tuple[str, int]],
    arrivals: list[tuple[str, int]],
    text: str,
    order: Order,
    size: int,
) -> None:
    library = Library(tables)
    library.add(*(title for title, _ in before), at=[at for _, at in before])
    listing = library.listing(text, order)
    wanted, met, coming = library.expected(listing), [], list(arrivals)
    for ids in walk(library.videos, listing, size):
        met += ids
        if coming:
            title, at = coming.pop()
            library.add(title, at=[at])
    assert [video_id for video_id in met if video_id in wanted] == wanted
    assert len(met) == len(set(met))
    now = library.expected(listing)
    assert [video_id for video_id in now if video_id in met] == met


def test_random_searches_find_what_a_look_at_every_video_finds(library: Library) -> None:
    random = Random(1)
    some = ["tea", "team", "teal", "tower", "how", "house", "Hövel", "東京タワー", "ชาไทย", "чай", "चाय", "7", "x"]
    for number in range(150):
        library.add(
            " ".join(random.choices(some, k=random.randint(0, 5))),
            at=[number // 3 * 1800],
            channel_id=f"UC{number % 3}",
            channel_title=random.choice(some),
            live=random.choice(("none", "none", "live", "upcoming")),
        )
    words = described(list(library.there.values()))
    for _ in range(150):
        listing = random_listing(random, words, query=library.query)
        ids = [video_id for some_ids in walk(library.videos, listing, 50) for video_id in some_ids]
        assert ids == expected(words, listing), listing


def test_searches_of_real_videos_find_what_a_look_at_every_video_finds(library: Library, recordings: Path) -> None:
    some = recorded(recordings / "youtube" / "trending_2026-08_20k.jsonl.gz", library.query, stamp(NOW))[::40]
    library.videos.put(some, {})
    random, words = Random(1), described(some)
    for _ in range(200):
        listing = random_listing(random, words, query=library.query)
        ids = [video_id for some_ids in walk(library.videos, listing, 50) for video_id in some_ids]
        assert ids == expected(words, listing), listing


def test_the_rarest_beginning_is_read(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    library.add(*["cricket highlights"] * 200, *["cricket tea"] * 12, *["cricket news"] * 200)
    read: list[int] = []
    of_index = library.videos.index.read

    def counting(*args: Any, **kwargs: Any) -> Any:
        step = of_index(*args, **kwargs)
        read.append(step.read)
        return step

    monkeypatch.setattr(library.videos.index, "read", counting)
    assert len(page(library.videos, library.listing("cricket te"), None, 10).items) == 10
    assert sum(read) <= 2 * search.FIRST_STEP


def test_a_page_reads_a_bounded_number_of_entries(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    library.add("texa", *["tent"] * 100, "texa", *["tent"] * 100)
    monkeypatch.setattr(search, "ENTRIES_AT_MOST", 40)
    for order in BY_TIME:
        listing = library.listing("tex", order)
        pages = library.pages(listing, 1)
        assert [video_id for ids in pages for video_id in ids] == library.expected(listing)
        assert pages.count([]) >= 2
        back = page(library.videos, listing, None, 1)
        for _ in range(len(pages) - 1):
            assert back.next_cursor
            back = page(library.videos, listing, back.next_cursor, 1)
        met = [item["video_id"]["S"] for item in back.items]
        while back.prev_cursor:
            back = page(library.videos, listing, back.prev_cursor, 1)
            met = [item["video_id"]["S"] for item in back.items] + met
        assert met == library.expected(listing)


@pytest.fixture
def tea(world: World) -> World:
    """A world in which a few videos were polled."""
    for number, title in enumerate(("How to make tea?", "Tea & <b>coffee</b>", "Nothing")):
        world.add(Clip(f"video{number:06d}", START, START, title=title, channel_title="Kitchen"))
    world.poll()
    return world


def test_the_api_searches_what_the_fetcher_stored(tea: World) -> None:
    assert tea.ids("/videos?search=tea+how") == ["video000000"]
    assert tea.ids("/videos?search=te&order=oldest") == ["video000000", "video000001"]
    assert tea.ids("/videos?search=kitchen&page_size=2") == ["video000002", "video000001", "video000000"]
    assert tea.ids("/videos?search=coffee&live=none&published_before=2026-11-23T12:00:00Z") == []


@pytest.mark.parametrize("text", ["%3F%21", "a", "%F0%9F%8D%B5", "a" * 101, ""])
def test_a_request_without_words_is_told_what_is_needed(tea: World, text: str) -> None:
    answer = tea.get(f"/videos?search={text}")
    assert answer.status_code == 400
    (error,) = answer.get_json()["errors"]
    assert error["parameter"] == "search"
    assert "a word of two letters or more" in error["detail"]


def test_a_cursor_belongs_to_its_search(tea: World) -> None:
    cursor = tea.get("/videos?search=te&page_size=1").get_json()["next_cursor"]
    assert tea.get(f"/videos?search=te&page_size=5&cursor={cursor}").status_code == 200
    for other in ("search=tea", "search=te+ho", "order=oldest&search=te", "page_size=1"):
        assert tea.get(f"/videos?{other}&cursor={cursor}").status_code == 400
